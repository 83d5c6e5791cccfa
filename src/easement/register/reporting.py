"""The transparency report in one act: gathered from the register, written as HTML, PDF and data."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from easement.base.durable import write_whole
from easement.base.errors import UsageError
from easement.register.concerns import concerns
from easement.register.facts import numbers
from easement.register.kpis import reckoned
from easement.register.ports import Publisher
from easement.register.reading import Sought, everything, off_register
from easement.register.report import Report, report_of
from easement.register.report_html import to_html
from easement.register.report_pdf import to_pdf

__all__ = ["FORMS", "Written", "gather", "write_report"]

FORMS = ("html", "pdf", "json")
"""What a report may be written as."""


@dataclass(frozen=True, slots=True)
class Written:
    """A report and the files it was written to."""

    report: Report
    files: tuple[Path, ...]


def gather(publisher: Publisher, since: date, until: date, now: datetime) -> Report:
    """All that the report of a period says; raises `UsageError` for a period that ends before it begins."""
    if until < since:
        raise UsageError(f"{until} is before {since}", remedy="name the first day as --from and the last as --to")
    since, until = reckoned(since), reckoned(until)
    counted = numbers(publisher, since, until, now)
    checkpoint = publisher.ledger.published
    last = until + timedelta(days=1)
    heard = [each for each in concerns(publisher) if since <= each.raised.date() < last]
    return report_of(
        organisation=publisher.organisation,
        name=publisher.settings.organisation.name or publisher.organisation,
        made=now.date(),
        numbers=counted,
        entries=everything(publisher, Sought(), now),
        off=off_register(publisher, now),
        concerns=heard,
        checkpoint=(checkpoint.origin, checkpoint.size, checkpoint.root.hex()),
    )


def write_report(
    publisher: Publisher, folder: Path, since: date, until: date, now: datetime, *, forms: Sequence[str] = FORMS
) -> Written:
    """Write the report of a period into a folder, in some of `FORMS`."""
    report = gather(publisher, since, until, now)
    makers = {
        "html": lambda: to_html(report).encode(),
        "pdf": lambda: to_pdf(report),
        "json": lambda: json.dumps(report.as_dict(), ensure_ascii=False, indent=2).encode() + b"\n",
    }
    made = {form: makers[form]() for form in forms}
    folder.mkdir(parents=True, exist_ok=True)
    stem = f"transparency-{publisher.organisation}-{since}-{until}"
    files = tuple(folder / f"{stem}.{form}" for form in made)
    for path, content in zip(files, made.values(), strict=True):
        write_whole(path, content)
    return Written(report, files)

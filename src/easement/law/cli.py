"""`easement law`: look up bases, conditions, powers and gateways, and hold a power against a case."""

import textwrap
from collections.abc import Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

import click

from easement.base.errors import UsageError
from easement.cli.present import emit, example, json_option, say, table
from easement.law.entry import Jurisdiction, Kind

if TYPE_CHECKING:
    from easement.law.entry import Entry
    from easement.law.findings import Fit
    from easement.law.power import Power
    from easement.law.shelves import Catalogue

__all__ = ["law"]

KINDS = {
    "basis": "why you may process at all: UK GDPR article 6",
    "condition": "what sensitive data needs besides: articles 9 and 10, Schedule 1",
    "power": "the Acts that let or make a body share",
    "restriction": "bars that come first",
    "exemption": "lifts some duties, gives no power",
    "purpose": "what data is shared for",
    "class": "kinds of body",
    "clash": "purposes that must not borrow each other's data",
    "duty": "what you owe besides: rights, retention, breach, records",
    "expected-field": "what an agreement is expected to say",
    "dpia-trigger": "when an impact assessment is due",
    "identifier": "formats and check rules",
    "small-number-rule": "which counts a table hides",
    "question": "plain questions that lead to a basis",
}
"""What `--kind` takes, each with its one-line meaning; `power` stands without the bars and exemptions."""

WIDTH = 100


@click.group(epilog="Start with: easement law list")
def law() -> None:
    """Look up bases, conditions, powers and gateways. Not legal advice."""


@law.command(name="list", epilog="Example: easement law list --giver school --purpose education-provision")
@click.option("--kind", type=click.Choice(list(KINDS)), help="Only entries of this kind.")
@click.option("--giver", metavar="CLASS", help="Only powers by which this kind of body may give.")
@click.option("--receiver", metavar="CLASS", help="Only powers by which this kind of body may receive.")
@click.option("--purpose", metavar="CODE", help="Only powers for this purpose.")
@click.option("--search", metavar="TEXT", help="Only entries that hold all these words.")
@json_option
def list_(
    kind: str | None, giver: str | None, receiver: str | None, purpose: str | None, search: str | None, as_json: bool
) -> None:
    """List entries; with no option, what kinds there are. Powers that may fit are listed with those that surely do."""
    from easement.law.catalogue import catalogue

    known = catalogue()
    case = {"giver": giver, "receiver": receiver, "purpose": purpose}
    if any(case.values()):
        if kind not in (None, "power", "restriction", "exemption"):
            raise UsageError(f"`--kind {kind}` has no givers, receivers or purposes", remedy="use `--kind power`")
        kind = kind or "power"
    if kind is None and search is None:
        kinds = [{"kind": name, "entries": len(_of_kind(known, name)), "meaning": KINDS[name]} for name in KINDS]
        emit(as_json, kinds, lambda: table(["kind", "entries", "what it is"], [[*row.values()] for row in kinds]))
        say("\nnext: easement law list --kind power")
        return
    entries = known.search(search) if search else _of_kind(known, str(kind))
    if search and kind:
        wanted = {entry.id for entry in _of_kind(known, kind)}
        entries = [entry for entry in entries if entry.id in wanted]
    rows = [_row(entry) | sure for entry in entries if (sure := _sure(entry, known, **case)) is not None]
    _show_rows(rows, as_json, known)


def _of_kind(known: "Catalogue", kind: str) -> "Sequence[Entry]":
    natures = {"restriction", "exemption"}
    if kind in natures:
        return [power for power in known.powers if power.nature == kind]
    if kind == "power":
        return [power for power in known.powers if power.is_power]
    return known.shelf(Kind(kind))


def _sure(
    entry: "Entry", known: "Catalogue", giver: str | None, receiver: str | None, purpose: str | None
) -> dict[str, str] | None:
    """How surely a power takes in what was asked: nothing asked, an empty answer; `None` where it does not."""
    from easement.law.findings import Outcome
    from easement.law.fits import passes, serves
    from easement.law.power import Power

    if not isinstance(entry, Power) or not (giver or receiver or purpose):
        return {}
    outcome = passes(entry, known, giver or "", receiver or "")
    if purpose:
        outcome = max(outcome, serves(entry, known.purpose(purpose).id))
    return None if outcome is Outcome.NOT_MET else {"words": "name it" if outcome is Outcome.MET else "may mean it"}


def _row(entry: "Entry") -> dict[str, Any]:
    return {
        "id": entry.id,
        "kind": entry.shelf.value,
        "plain": entry.plain,
        "citation": entry.citation,
        "check": entry.check.value,
    }


def _show_rows(rows: Sequence[dict[str, Any]], as_json: bool, known: "Catalogue") -> None:
    with_words = any("words" in row for row in rows)
    headings = ["id", *(["the words"] if with_words else []), "in short", "checked"]
    cells = (
        [
            row["id"],
            *([row["words"]] if with_words else []),
            textwrap.shorten(row["plain"], 84, placeholder=" …"),
            row["check"],
        ]
        for row in rows
    )
    emit(as_json, list(rows), lambda: table(headings, cells) if rows else "nothing was found")
    if not rows:
        say("no entry was found: ask your information governance lead, and do not guess")
    _footer(known)
    if rows:
        say(f"next: easement law show {rows[0]['id']}")


@law.command(epilog="Example: easement law show edu_2005_s110")
@click.argument("entry_id", metavar="ID")
@json_option
def show(entry_id: str, as_json: bool) -> None:
    """Show the entry ID: a basis, a condition, a power, a purpose, a kind of body and so on."""
    from dataclasses import asdict

    from easement.law.catalogue import catalogue
    from easement.law.words import lines

    known = catalogue()
    entry = known.entry(entry_id)
    data = {"kind": entry.shelf.value, **asdict(entry), "checked": entry.check.words, "as_at": known.as_at}
    emit(as_json, data, lambda: f"{entry.id}: {entry.name}\n\n{_block(lines(entry, known))}")
    _footer(known)


@law.command(
    epilog=example(
        "easement law fit edu_2005_s110 --giver work-and-pensions-department --receiver local-authority "
        "--purpose benefit-eligibility"
    )
)
@click.argument("power_id", metavar="[ID]", required=False)
@click.option("--giver", metavar="CLASS", required=True, help="The kind of body that gives.")
@click.option("--receiver", metavar="CLASS", required=True, help="The kind of body that receives.")
@click.option("--purpose", metavar="CODE", required=True, help="What the data is for.")
@click.option("--where", multiple=True, type=click.Choice([p.value for p in Jurisdiction]), help="A place it touches.")
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), help="The day it is for; today if not given.")
@json_option
def fit(
    power_id: str | None, giver: str, receiver: str, purpose: str, where: tuple[str, ...], on: Any, as_json: bool
) -> None:
    """Hold one power against a case, and say why it fits or does not; with no ID, find the powers that may fit."""
    from easement.law.catalogue import catalogue
    from easement.law.fits import fit as hold
    from easement.law.fits import powers_for

    known = catalogue()
    moment = on.date() if on else date.today()  # noqa: DTZ011 - the day where the person sits is what they mean
    places = tuple(Jurisdiction(place) for place in where)
    if power_id:
        power = known.power(power_id)
        answer = hold(power, giver, receiver, purpose, known, moment, places)
        emit(as_json, {"power": power.id, **answer.as_dict()}, lambda: _told(power, answer))
        _footer(known)
        return
    pairs = powers_for(giver, receiver, purpose, known, moment, places)
    rows = [
        {**_row(found), "verdict": answer.verdict, "open": [f.about for f in answer.against]} for found, answer in pairs
    ]
    emit(as_json, rows, lambda: _found(pairs))
    _footer(known)
    if pairs:
        case = f"--giver {giver} --receiver {receiver} --purpose {purpose}"
        say(f"next: easement law fit {pairs[0][0].id} {case}")


def _found(pairs: "Sequence[tuple[Power, Fit]]") -> str:
    if not pairs:
        return "no power was found for this: ask your information governance lead, and do not guess"
    cells = (
        (power.id, answer.verdict, ", ".join(f.about for f in answer.against) or "-", power.check.words)
        for power, answer in pairs
    )
    return table(["power", "verdict", "settle first", "checked"], cells)


def _told(power: "Power", answer: "Fit") -> str:
    marks = {"met": "yes", "note": "mind", "unclear": "unclear", "not-met": "no"}
    told = [("verdict", answer.verdict.replace("-", " "))]
    for found in answer.findings:
        told.append((f"{found.about}: {marks[found.outcome.word]}", found.text))
        told += [("", f"what to do: {found.mend}")] if found.mend else []
    told += [("citation", power.citation), ("how checked", power.check.words)]
    return f"{power.id}: {power.plain}\n\n{_block(told)}"


def _block(lines: Iterable[tuple[str, str]]) -> str:
    """Headings on the left, their text wrapped on the right."""
    shown = list(lines)
    left = max(len(heading) for heading, _ in shown) + 2
    return "\n".join(
        textwrap.fill(
            text or "-",
            WIDTH,
            initial_indent=heading.ljust(left),
            subsequent_indent=" " * left,
            break_on_hyphens=False,
            break_long_words=False,
        )
        for heading, text in shown
    )


def _footer(known: "Catalogue") -> None:
    from easement.base.words import day

    say(f"\nThe law as this catalogue reads it, as at {day(known.as_at)}. Not legal advice.")

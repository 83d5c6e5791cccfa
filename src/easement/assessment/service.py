"""What a person does with an assessment: save it, look at it again, conclude it, and draft the agreement from it.

An assessment has an id of 32 hexadecimal characters, which the ledger's entries and a later proposal name. Its answers
and its result are sealed; each saving is a version, and a version once saved never changes.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Connection

from easement.assessment import tables
from easement.assessment.answers import Answers, answers_of, check_codes
from easement.assessment.assess import assess
from easement.assessment.paper import Written
from easement.assessment.ports import Assessor
from easement.assessment.result import Outcome, Result
from easement.assessment.scale import weigh
from easement.assessment.seed import ImpactMade, seed
from easement.base.database import reading, take_turn, writing
from easement.base.errors import Refused, UsageError
from easement.base.sealed import open_record, seal_record
from easement.law.catalogue import catalogue
from easement.ledger.model import Entry, EntryType, Form, PrivateRecord, minute
from easement.meaning.model import Standard
from easement.meaning.standards import refs, standard

__all__ = [
    "SEALED",
    "Line",
    "Saved",
    "assessed",
    "built_in_standards",
    "conclude",
    "draft",
    "find_case",
    "known_standards",
    "list_cases",
    "printed",
    "read_case",
    "save",
]

LISTED = 50
"""Assessments on one page of the list."""

SEALED = "assessment-seal"
"""What the key that seals assessments is derived for."""

SHORTEST = 6
"""Characters of an id that are enough to name it by."""


@dataclass(frozen=True, slots=True)
class Line:
    """An assessment as a list shows it; `entry` is the ledger's, once it is concluded."""

    id: str
    version: int
    title: str
    outcome: Outcome
    saved: datetime
    saved_by: str
    concluded: datetime | None
    entry: int | None

    def as_dict(self) -> dict[str, Any]:
        """The line as `--json` prints it."""
        return {
            "id": self.id,
            "version": self.version,
            "title": self.title,
            "outcome": self.outcome.value,
            "saved": self.saved.isoformat(),
            "saved_by": self.saved_by,
            "concluded": self.concluded.isoformat() if self.concluded else None,
            "entry": self.entry,
        }


@dataclass(frozen=True, slots=True)
class Saved:
    """One version of an assessment: the line of its list, the answers, and what they came to when it was saved.

    `result` is made again from the answers, for the day of saving; `same_law` is false where the law's catalogue or
    the program has changed since, and the outcome of the line is what it came to then.
    """

    line: Line
    answers: Answers
    result: Result
    same_law: bool

    def as_dict(self) -> dict[str, Any]:
        """The assessment as `--json` prints it."""
        told = {"answers": self.answers.given, "result": self.result.as_dict(), "same_law": self.same_law}
        return self.line.as_dict() | told


def known_standards(assessor: Assessor) -> dict[str, Standard]:
    """Every standard that comes with Easement or stands in the node's folder, by `name/version`."""
    folders = (assessor.home / "standards",)
    return {ref: standard(ref, folders) for ref in sorted(refs(folders))}


def built_in_standards() -> dict[str, Standard]:
    """Every standard that comes with Easement, for an assessment that belongs to no node."""
    return {ref: standard(ref) for ref in sorted(refs())}


def assessed(answers: Answers, standards: Mapping[str, Standard], *, on: date) -> Result:
    """What answers come to by the catalogue that comes with the program; raises `BadFile` for a code not in it."""
    return assess(check_codes(answers, catalogue()), catalogue(), on, standards)


def save(
    assessor: Assessor,
    answers: Answers,
    *,
    title: str,
    by: str,
    now: datetime,
    id_: str | None = None,
    expected: int | None = None,
) -> Saved:
    """Keep an assessment, new or as the next version of `id_`; `expected` is the version it was written on.

    Raises `Refused` where another version was saved meanwhile, `UsageError` for an id that is not known, and
    `BadFile` for a code that the catalogue does not know.
    """
    now, title = now.astimezone(UTC).replace(microsecond=0), " ".join(title.split())
    if not title:
        raise UsageError("an assessment has a title", remedy="say in a few words what would be shared")
    result = assessed(answers, known_standards(assessor), on=now.date())
    with writing(assessor.engine) as connection:
        new = id_ is None
        id_ = id_ or secrets.token_hex(16)
        take_turn(connection, f"assessment {id_}")
        version = 1 if new else _next(connection, id_, expected)
        tables.add(
            connection,
            tables.cases,
            id=id_,
            version=version,
            saved=int(now.timestamp()),
            saved_by=by,
            outcome=result.outcome.value,
            digest=answers.digest,
            sealed=_sealed(assessor, {"title": title, "answers": answers.given, "law": result.as_at}, id_, version),
        )
    line = Line(id_, version, title, result.outcome, now, by, None, None)
    return Saved(line, answers, result, same_law=True)


def _next(connection: Connection, id_: str, expected: int | None) -> int:
    row = tables.latest(connection, tables.cases, id_)
    if row is None:
        raise _unknown(id_)
    if expected is not None and row.version != expected:
        raise Refused(
            f"somebody saved version {row.version} meanwhile, and yours was written on version {expected}",
            remedy="look at what changed, then save yours again on the newest version",
        )
    version: int = row.version + 1
    return version


def read_case(assessor: Assessor, id_: str, version: int | None = None) -> Saved:
    """One version of an assessment, the newest unless one is named; raises `UsageError` for one that is not known."""
    with reading(assessor.engine) as connection:
        row = (
            tables.latest(connection, tables.cases, id_)
            if version is None
            else tables.one_version(connection, tables.cases, id_, version)
        )
    if row is None:
        raise _unknown(id_)
    record = _opened(assessor, row)
    answers, line = answers_of(record["answers"]), _line(row, record["title"])
    result = assess(answers, catalogue(), line.saved.date(), known_standards(assessor))
    same = record["law"] == catalogue().as_at.isoformat() and result.outcome is line.outcome
    return Saved(line, answers, result, same_law=same)


def list_cases(assessor: Assessor, *, limit: int = LISTED, before: tuple[int, str] | None = None) -> tuple[Line, ...]:
    """The newest version of each assessment, the last saved first; `before` is the last line's time and id."""
    with reading(assessor.engine) as connection:
        rows = tables.latest_of_all(connection, limit, before)
    return tuple(_line(row, _opened(assessor, row)["title"]) for row in rows)


def find_case(assessor: Assessor, said: str) -> str:
    """The id of the assessment that somebody means: by its id, the beginning of it, or its title.

    Raises `UsageError` where there is none, or more than one.
    """
    lines: list[Line] = []
    before = None
    while page := list_cases(assessor, before=before):
        lines += page
        before = int(page[-1].saved.timestamp()), page[-1].id
    wanted = " ".join(said.split()).casefold()
    titled = [line.id for line in lines if line.title.casefold() == wanted]
    found = titled or [line.id for line in lines if len(wanted) >= SHORTEST and line.id.startswith(wanted)]
    if len(found) != 1:
        if found:
            raise UsageError(f"{len(found)} assessments are called `{said}`", remedy="name it by its id")
        raise _unknown(said)
    return found[0]


def conclude(assessor: Assessor, id_: str, *, by: str, now: datetime, version: int | None = None) -> Saved:
    """Say that an assessment is done: the ledger gets its outcome and a commitment to its answers, for good.

    Raises `Refused` where questions stand open or it is concluded already, and `UsageError` for one that is not known.
    """
    found, now = read_case(assessor, id_, version), now.astimezone(UTC)
    if found.line.entry is not None:
        raise Refused("this version is concluded already", remedy="save a new version, and conclude that")
    if open_ := [each for each in found.result.unresolved if each.text.startswith("not answered yet")]:
        raise Refused(f"the assessment is not finished: {open_[0].text}", remedy=open_[0].mend)

    def also(connection: Connection, index: int) -> None:
        if not tables.conclude(connection, id_, found.line.version, int(now.timestamp()), index):
            raise Refused("somebody concluded this version meanwhile", remedy="look at it again")

    entry = Entry(
        time=minute(now),
        type=EntryType.CASE_CONCLUDED,
        organisation=assessor.organisation,
        proposal=id_,
        sequence=found.line.version,
        purpose=found.answers.purpose,
        form=Form(found.answers.level) if found.answers.level else None,
        reasons=(f"outcome:{found.result.outcome}",),
    )
    record = PrivateRecord({"assessment": {"answers": found.answers.digest, "by": by, "title": found.line.title}})
    assessor.ledger.append(entry, record, also=also)
    return read_case(assessor, id_, found.line.version)


def draft(
    assessor: Assessor,
    id_: str,
    *,
    today: date,
    version: int | None = None,
    impact: ImpactMade | None = None,
    known: Mapping[str, str] | None = None,
) -> str:
    """The text of an agreement drafted from an assessment; `impact` is `impact_service.impact_made`.

    `known` are the ids of organisations by their names. Raises `Refused` where the assessment says `cannot`, is not
    far enough, or is of a single disclosure.
    """
    found = read_case(assessor, id_, version)
    return seed(
        found.line.title,
        found.answers,
        found.result,
        catalogue(),
        known_standards(assessor),
        today=today,
        assessment=found.line.id,
        impact=impact,
        known=known,
    )


def printed(assessor: Assessor, id_: str, version: int | None = None) -> Written:
    """What the printed page of an assessment is made of (`paper.as_html`, `paper.as_markdown`)."""
    found = read_case(assessor, id_, version)
    scale = weigh(found.answers, catalogue(), found.line.saved.date(), known_standards(assessor))
    concluded = f", concluded as entry {found.line.entry} of the ledger" if found.line.entry is not None else ""
    mark = f"Assessment {found.line.id}, version {found.line.version}{concluded}. Answers {found.answers.digest}"
    return Written(found.line.title, mark, found.answers, found.result, scale)


def _line(row: tables.Found, title: str) -> Line:
    concluded = datetime.fromtimestamp(row.concluded, UTC) if row.concluded is not None else None
    saved = datetime.fromtimestamp(row.saved, UTC)
    return Line(row.id, row.version, title, Outcome(row.outcome), saved, row.saved_by, concluded, row.entry)


def _unknown(id_: str) -> UsageError:
    return UsageError(f"there is no assessment `{id_}`", remedy="see: easement assess list --node DIRECTORY")


def _sealed(assessor: Assessor, record: dict[str, Any], id_: str, version: int) -> bytes:
    plain = {key: str(v) if isinstance(v, date) else v for key, v in record.items()}
    return seal_record(assessor.master_key, SEALED, plain, f"{id_}/{version}")


def _opened(assessor: Assessor, row: tables.Found) -> dict[str, Any]:
    return open_record(assessor.master_key, SEALED, row.sealed, f"{row.id}/{row.version}")

"""A mapping on its way: made of proposals, changed and confirmed by a person, compared with what it takes the place of.

Pure: whoever calls says who it is and when. What nobody confirmed is in force nowhere; what was confirmed is told in
the file for good.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from pydantic import ValidationError

from easement.base.errors import UsageError
from easement.meaning.mapping import Confirmed, DatasetMapping, NamePart, Proposed, SourceHints, Way
from easement.meaning.model import Element, Standard
from easement.meaning.profile import ColumnProfile
from easement.meaning.propose import Proposals
from easement.meaning.propose_ways import way_of
from easement.meaning.report import Report
from easement.meaning.studio_file import in_words
from easement.meaning.syntax import Type

__all__ = [
    "NOT_FOUND",
    "Change",
    "Head",
    "chosen",
    "confirm",
    "decided",
    "differences",
    "draft",
    "id_of",
    "names_columns",
    "open_questions",
    "way_said",
]

NOT_FOUND = "no column of this table holds it"
"""What is put to a person for an element that no column was found for."""


@dataclass(frozen=True, slots=True)
class Head:
    """What a mapping says of its dataset before its elements."""

    id: str
    title: str
    organisation: str
    source: SourceHints = field(default_factory=SourceHints)


@dataclass(frozen=True, slots=True)
class Change:
    """What is different in one part of a mapping, as the file writes it; empty where it was not there."""

    part: str
    before: str
    after: str

    @property
    def told(self) -> str:
        """The change on one line."""
        return f"{self.part}: {self.before or 'not mentioned'} → {self.after or 'not mentioned'}"


def draft(proposals: Proposals, head: Head) -> DatasetMapping:
    """A mapping of proposals, each marked as such; what was not found is proposed as absent."""
    elements = {}
    for each in proposals.proposals:
        mark = Proposed(
            sure=round(each.confidence, 3),
            why=_one_line(each.reason),
            asks=_one_line(each.question),
            answers=each.choices,
            others=tuple(column for column, _ in each.alternatives),
        )
        way = each.way or Way(absent=NOT_FOUND)
        elements[each.element] = way.model_copy(update={"proposed": mark})
    return DatasetMapping(
        format="easement-mapping/1",
        id=head.id,
        title=_one_line(head.title) or head.id,
        organisation=head.organisation,
        standard=proposals.standard,
        source=head.source,
        record_key=proposals.record_key,
        elements=elements,
    )


def decided(mapping: DatasetMapping, element: str, way: Way) -> DatasetMapping:
    """The mapping with one element had in another way, by a person's decision that is still to be confirmed.

    A record key that was the element's columns goes with it.
    """
    before = mapping.elements.get(element)
    if before is not None and in_words(before) == in_words(way) and not (before.proposed and before.proposed.asks):
        return mapping
    mark = (before.proposed if before is not None else None) or Proposed(sure=0.0)
    mark = mark.model_copy(update={"changed": True, "asks": "", "answers": ()})
    elements = {**mapping.elements, element: way.model_copy(update={"proposed": mark})}
    follows = before is not None and bool(mapping.record_key) and before.columns == mapping.record_key
    return mapping.model_copy(
        update={"elements": elements, "record_key": way.columns if follows else mapping.record_key}
    )


def chosen(mapping: DatasetMapping, element: Element, column: ColumnProfile) -> DatasetMapping:
    """The mapping with another column for an element, read as its values tell; what they leave open is asked."""
    way, more, question, answers = way_of(element, column)
    before = mapping.elements.get(element.name)
    if before is not None and in_words(before) == in_words(way):
        return mapping
    made = decided(mapping, element.name, way)
    mark = Proposed(
        sure=0.0,
        why=_one_line("; ".join([f"`{column.name}` was chosen by a person", *more])),
        asks=_one_line(question),
        answers=answers,
        changed=True,
    )
    elements = {**made.elements, element.name: way.model_copy(update={"proposed": mark})}
    return made.model_copy(update={"elements": elements})


def way_said(
    element: Element,
    *,
    column: str = "",
    dates: Sequence[str] = (),
    part: str = "",
    codes: Mapping[str, str] | None = None,
    expression: str = "",
    absent: str = "",
) -> Way:
    """The way that a person says; raises `UsageError` where that cannot be for such an element."""
    said = {
        "column": column or None,
        "dates": tuple(each for each in dates if each),
        "part": NamePart(part) if part in list(NamePart) else None,
        "codes": dict(codes or {}),
        "expression": expression or None,
        "absent": absent or None,
    }
    if part and said["part"] is None:
        raise UsageError(f"`{part}` is not a part of a name", remedy="say `family` or `given`")
    if element.type is not Type.DATE and said["dates"]:
        raise UsageError(f"`{element.name}` is {element.type}, and dates were said of it", remedy="leave `dates` out")
    try:
        return Way.model_validate(said)
    except ValidationError as error:
        what, _, mend = str(error.errors()[0]["msg"]).removeprefix("Value error, ").partition("\n")
        raise UsageError(f"`{element.name}`: {what}", remedy=mend) from None


def open_questions(mapping: DatasetMapping) -> dict[str, str]:
    """The elements that cannot be confirmed before somebody answered a question, with the question."""
    return {
        name: way.proposed.asks
        for name, way in mapping.elements.items()
        if way.proposed is not None and way.proposed.asks
    }


def confirm(
    mapping: DatasetMapping,
    *,
    by: str,
    why: str,
    now: datetime,
    elements: Collection[str] | None = None,
    before: DatasetMapping | None = None,
    report: Report | None = None,
) -> DatasetMapping:
    """The mapping with what was proposed confirmed by a person: all of it, or some `elements`.

    `before` is the mapping in force that this takes the place of, `report` how the table fits as it is now. Raises
    `UsageError` where who or why is not said, a question is open, or nothing is had from the table.
    """
    who, reason = _said(by, "who confirms it", "--by NAME"), _said(why, "why it is right", "--why TEXT")
    wanted = [name for name in mapping.unconfirmed if elements is None or name in elements]
    asked = {name: question for name, question in open_questions(mapping).items() if name in wanted}
    if asked:
        name, question = next(iter(asked.items()))
        more = f" (and {len(asked) - 1} more)" if len(asked) > 1 else ""
        raise UsageError(f"`{name}` has a question to be answered first{more}: {question}", remedy="answer it")
    if all(way.absent is not None for way in mapping.elements.values()):
        raise UsageError("no element is had from the table", remedy="say which columns hold them, or forget the draft")
    settled = mapping.model_copy(
        update={
            "elements": {
                name: way.model_copy(update={"proposed": None}) if name in wanted else way
                for name, way in mapping.elements.items()
            }
        }
    )
    changed = [name for name in wanted if (mark := mapping.elements[name].proposed) and mark.changed]
    entry = Confirmed(
        by=who,
        at=now.astimezone(UTC).strftime("%Y-%m-%dT%H:%MZ"),
        why=reason,
        as_proposed=tuple(name for name in wanted if name not in changed),
        otherwise=tuple(changed),
        changes=tuple(each.told for each in differences(before, settled)) if before is not None else (),
        rows=report.rows if report is not None else None,
        unmapped=_unmapped(report) if report is not None else {},
    )
    history = before.confirmed if before is not None and not mapping.confirmed else mapping.confirmed
    return settled.model_copy(update={"confirmed": (*history, entry)})


def _unmapped(report: Report) -> dict[str, dict[str, int]]:
    return {
        each.name: {finding.fault.value: finding.count for finding in each.findings}
        for each in report.elements
        if each.findings
    }


def _said(text: str, what: str, remedy: str) -> str:
    plain = _one_line(text)
    if not plain:
        raise UsageError(f"nobody has said {what}", remedy=f"say it: {remedy}")
    return plain


def _one_line(text: str) -> str:
    """Text as a file that people read can hold it: on one line, without signs that cannot be seen."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def differences(before: DatasetMapping | None, after: DatasetMapping) -> tuple[Change, ...]:
    """What of a mapping is different from another: its standard, its source, its record key, each element."""
    old = before.elements if before is not None else {}
    pairs = [
        ("standard", before.standard if before else "", after.standard),
        ("record_key", ", ".join(before.record_key) if before else "", ", ".join(after.record_key)),
    ]
    names = [*after.elements, *(name for name in old if name not in after.elements)]
    pairs += [
        (name, in_words(old[name]) if name in old else "", in_words(way) if (way := after.elements.get(name)) else "")
        for name in names
    ]
    return tuple(Change(part, was, is_) for part, was, is_ in pairs if was != is_)


def id_of(text: str) -> str:
    """An id out of a file's or a table's name."""
    plain = re.sub(r"[^a-z0-9]+", "-", text.casefold()).strip("-")
    return (plain if plain[:1].isalpha() else f"data-{plain}".rstrip("-"))[:63].rstrip("-")


def names_columns(standard: Standard, mapping: DatasetMapping, columns: Collection[str]) -> None:
    """Raise `UsageError` for a column that the table lacks, or an element that the standard lacks."""
    for name, way in mapping.elements.items():
        if name not in standard.elements:
            raise UsageError(
                f"`{name}` is not an element of `{standard.ref}`", remedy=f"it has {', '.join(standard.elements)}"
            )
        for column in way.columns:
            if column not in columns:
                raise UsageError(f"`{name}`: there is no column `{column}`", remedy="name one that the table has")

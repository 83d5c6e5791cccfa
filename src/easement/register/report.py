"""The transparency report of a period: what it says, as data that each form of it is written from (R6.3). Pure.

Everything in it stands on the register too, and is bound by the same small-number rule and the same redactions.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from easement.base.words import day, many
from easement.register.concern import Concern
from easement.register.entries import Entry
from easement.register.kpis import Numbers
from easement.register.model import LEFT_OUT, REDACTABLE, STATES
from easement.register.reading import Off

__all__ = ["Line", "Report", "Row", "report_of"]

Row = tuple[str, ...]
"""The cells of a table's row."""


@dataclass(frozen=True, slots=True)
class Line:
    """One agreement in the report: what people call it, what is shared, where it stands, how often it was used."""

    id: str
    title: str
    in_plain_words: str
    parties: str
    state: str
    used: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a transparency report says; `proof` names the state of the ledger that it was made from."""

    organisation: str
    name: str
    made: date
    numbers: Numbers
    lines: tuple[Line, ...]
    off: tuple[Off, ...]
    left_out: tuple[Row, ...]
    concerns: tuple[Row, ...]
    origin: str
    size: int
    root: str

    @property
    def title(self) -> str:
        """The report's title."""
        return f"Transparency report of {self.name}"

    @property
    def period(self) -> str:
        """The days that it is about, in words."""
        return f"{day(self.numbers.since)} to {day(self.numbers.until)}"

    @property
    def kept_off(self) -> str:
        """How many agreements are kept off the register, in words."""
        count = sum(each.agreements for each in self.off)
        if not count:
            return "No agreement is kept off the register."
        return f"{many(count, 'agreement')} {'is' if count == 1 else 'are'} kept off the register, each for a reason."

    def as_dict(self) -> dict[str, Any]:
        """The report as data."""
        return {
            "organisation": self.organisation,
            "name": self.name,
            "made": self.made.isoformat(),
            **self.numbers.as_dict(),
            "agreements": [{name: getattr(each, name) for name in Line.__slots__} for each in self.lines],
            "off_register": [{"reason": each.reason, "agreements": each.agreements} for each in self.off],
            "left_out": [list(row) for row in self.left_out],
            "concerns": [list(row) for row in self.concerns],
            "ledger": {"origin": self.origin, "size": self.size, "root": self.root},
        }


def report_of(
    *,
    organisation: str,
    name: str,
    made: date,
    numbers: Numbers,
    entries: Iterable[Entry],
    off: tuple[Off, ...],
    concerns: Iterable[Concern],
    checkpoint: tuple[str, int, str],
) -> Report:
    """Put a report together; `checkpoint` is the ledger's origin, size and root (hexadecimal)."""
    shown = list(entries)
    origin, size, root = checkpoint
    return Report(
        organisation=organisation,
        name=name,
        made=made,
        numbers=numbers,
        lines=tuple(map(_line, shown)),
        off=off,
        left_out=tuple(
            (each.card.title, REDACTABLE[redaction.field], LEFT_OUT[redaction.reason], redaction.role)
            for each in shown
            for redaction in each.card.left_out
        ),
        concerns=tuple(_concern(each, made) for each in concerns),
        origin=origin,
        size=size,
        root=root,
    )


def _line(entry: Entry) -> Line:
    card = entry.card
    parties = ", ".join(each.name for each in card.parties) if card.parties else "left out"
    used = f"{entry.use.all_times.words} times" if entry.use else "left out"
    said = card.in_plain_words or card.summary or card.statement or "left out"
    return Line(card.id, card.title, said, parties, STATES[entry.state], used)


def _concern(concern: Concern, today: date) -> Row:
    late = concern.overdue(today)
    answer = concern.answer or (f"{late} overdue" if late else f"due by {day(concern.answer_by)}")
    return (concern.agreement_id, day(concern.raised.date()), concern.text or "its words are not published", answer)

"""What answering in memory found, and the rule for one person: several who fit are told of by nobody's record."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from easement.agreement.forms import Form
from easement.gate.forms import formed
from easement.gate.keys import PseudonymKey
from easement.gate.model import Code, Decision, Reason
from easement.meaning.evaluate import evaluate
from easement.meaning.expression import Expression

__all__ = ["Found", "Record", "Wish", "ambiguous", "found_among"]


@dataclass(frozen=True, slots=True)
class Found:
    """What was found, in the forms agreed: records and their columns, or why nothing may be told."""

    columns: tuple[str, ...] = ()
    records: Sequence[Mapping[str, Any]] = ()
    suppressed: int = 0
    refusal: Reason | None = None


class Record(NamedTuple):
    """One record that fits what was said of a person: its values and tokens by element, and whom it is about."""

    values: Mapping[str, Any]
    tokens: Mapping[str, str | None]
    who: str
    subject: str


class Wish(NamedTuple):
    """What of a record may cross: the forms agreed by element, and the condition that it must fulfil."""

    fields: Mapping[str, Form]
    condition: Expression | None


def ambiguous(decision: Decision) -> Reason:
    """Why nothing is told where several people fit what was said of one."""
    text = "more than one person fits what was said of them; nothing is disclosed about any"
    remedy = "say more: an identifier, or every name, the date of birth and the postcode"
    return Reason(Code.PERSON_AMBIGUOUS, False, f"shares.{decision.share}", text, remedy)


def found_among(
    records: Sequence[Record] | None, wish: Wish, decision: Decision, *, key: PseudonymKey, today: date
) -> Found:
    """The records of one person among those that fit; `None` says that there were too many to be one person's.

    Where several people fit and one of them is covered, nothing is disclosed about any. People whom the share does
    not cover look like nobody, however many fit.
    """
    if records is None:
        return Found(refusal=ambiguous(decision))
    condition = wish.condition
    taken = [r for r in records if condition is None or evaluate(condition, r.values, today=today) is True]
    if taken and len({record.who for record in records}) > 1:
        return Found(refusal=ambiguous(decision))
    return Found(tuple(wish.fields), [_shown(record, wish, key) for record in taken])


def _shown(record: Record, wish: Wish, key: PseudonymKey) -> dict[str, Any]:
    values, tokens = record.values, record.tokens
    return {
        name: formed(form, values.get(name), tokens.get(name), name, subject=record.subject, key=key)
        for name, form in wish.fields.items()
    }

"""Where an agreement stands on a day: who has yet to sign, whether it holds, when its next review is due.

In force means that every named party has signed, the day is within the term (both ends included), nobody has suspended
it, and no review is overdue (R2.3, R2.8).
"""

from collections.abc import Set
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from easement.agreement.model import Agreement

__all__ = ["Calendar", "Standing", "State", "standing"]


class State(StrEnum):
    """The states of an agreement. Where several could be said, the first of them in this order is."""

    DRAFT = "draft"
    PARTLY_SIGNED = "partly-signed"
    ENDED = "ended"
    SUSPENDED = "suspended"
    NOT_BEGUN = "not-begun"
    REVIEW_OVERDUE = "review-overdue"
    IN_FORCE = "in-force"


@dataclass(frozen=True, slots=True)
class Standing:
    """The state, the parties yet to sign, the next review (`None` where none falls within the term), and why."""

    state: State
    missing: tuple[str, ...]
    next_review: date | None
    reasons: tuple[str, ...]

    @property
    def in_force(self) -> bool:
        """Whether data may cross under the agreement on that day."""
        return self.state is State.IN_FORCE


@dataclass(frozen=True, slots=True)
class Calendar:
    """An agreement's dates worked out once, so that asking where it stands costs a few comparisons.

    The gate asks for every decision; only an agreement that is not in force pays for the words that say why.
    """

    parties: frozenset[str]
    starts: date
    ends: date
    next_review: date | None
    holds: Standing

    @classmethod
    def of(cls, terms: Agreement, *, reviewed: date | None = None) -> "Calendar":
        """The calendar of some terms; `reviewed` is the last review known, none before the start counts."""
        review = _next_review(terms, reviewed)
        in_force = Standing(State.IN_FORCE, (), review, ())
        return cls(frozenset(terms.parties), terms.term.starts, terms.term.ends, review, in_force)

    def standing(self, signed: Set[str], on: date, *, suspended: str | None = None) -> Standing:
        """Where the agreement stands on a day; `suspended` is the reason given, where someone suspended it."""
        reviewed = self.next_review is None or on <= self.next_review
        if reviewed and suspended is None and self.starts <= on <= self.ends and self.parties <= signed:
            return self.holds
        missing = tuple(sorted(self.parties - signed))
        found = self._unsigned(missing) | self._out_of_term(on)
        if suspended is not None:
            found[State.SUSPENDED] = f"suspended: {suspended}"
        if not reviewed:
            found[State.REVIEW_OVERDUE] = f"its review was due by {self.next_review}"
        order = [state for state in State if state in found]
        return Standing(order[0], missing, self.next_review, tuple(found[state] for state in order))

    def _unsigned(self, missing: tuple[str, ...]) -> dict[State, str]:
        if not missing:
            return {}
        state = State.DRAFT if len(missing) == len(self.parties) else State.PARTLY_SIGNED
        return {state: f"not signed by {', '.join(missing)}"}

    def _out_of_term(self, on: date) -> dict[State, str]:
        if on < self.starts:
            return {State.NOT_BEGUN: f"it begins on {self.starts}"}
        return {State.ENDED: f"it ended on {self.ends}"} if on > self.ends else {}


def _next_review(terms: Agreement, reviewed: date | None) -> date | None:
    every, starts, ends = terms.term.review_every, terms.term.starts, terms.term.ends
    if every is None:
        return None
    due = every.after(max(starts, reviewed) if reviewed else starts)
    return due if due <= ends else None


def standing(
    terms: Agreement, signed: Set[str], on: date, *, reviewed: date | None = None, suspended: str | None = None
) -> Standing:
    """Where an agreement stands on a day, from who has signed; `reviewed` is the last review up to that day."""
    return Calendar.of(terms, reviewed=reviewed).standing(signed, on, suspended=suspended)

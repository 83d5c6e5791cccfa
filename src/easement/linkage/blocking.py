"""Which pairs are compared at all: each rule's pairs are counted first, and one that finds too many is left out."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from easement.linkage.comparisons import BLOCKING, Blocking
from easement.linkage.splink_engine import HELD, LISTED

__all__ = ["MOST_PAIRS", "PAIRS_EACH", "Counted", "affordable", "count_pairs"]

MOST_PAIRS = 200_000_000
"""Most pairs of one rule: some two minutes on two cores."""

PAIRS_EACH = 40
"""Most pairs of one rule for each record of both sides: a rule beyond it tells hardly anybody from anybody."""


@dataclass(frozen=True, slots=True)
class Counted:
    """A blocking rule, how many pairs it finds by itself, and whether that is few enough to be used."""

    rule: Blocking
    pairs: int
    used: bool

    def as_dict(self) -> dict[str, Any]:
        """The rule as `--json` shows it."""
        return {"rule": self.rule.name, "words": self.rule.words, "pairs": self.pairs, "used": self.used}


def count_pairs(connection: Any, rule: Blocking) -> int:
    """How many pairs of the standardised tables a rule finds, without making one of them."""
    [[found]] = connection.execute(
        f"select coalesce(sum(h.n * l.n), 0)::bigint from ({_keys(rule, HELD)}) as h "  # noqa: S608 (rules are ours)
        f"join ({_keys(rule, LISTED)}) as l using ({_names(rule)})"
    ).fetchall()
    return int(found)


def _names(rule: Blocking) -> str:
    return ", ".join(f"k{place}" for place in range(len(rule.equal)))


def _keys(rule: Blocking, side: str) -> str:
    columns = [column.format(s="t") for column in rule.equal]
    named = ", ".join(f"{column} as k{place}" for place, column in enumerate(columns))
    there = " and ".join([f"{column} is not null" for column in columns])
    unless = f" and not {rule.unless.format(s='t')}" if rule.unless else ""
    return f"select {named}, count(*) as n from {side} as t where {there}{unless} group by all"  # noqa: S608


def affordable(
    connection: Any, rules: Sequence[Blocking] = BLOCKING, *, most: int = MOST_PAIRS, each: int = PAIRS_EACH
) -> tuple[Counted, ...]:
    """Each rule with its count of pairs; none that finds nothing, or too many, is used.

    In tables so small that everybody can be compared with everybody, none is too many.
    """
    [[rows]] = connection.execute(
        f"select (select count(*) from {HELD}) + (select count(*) from {LISTED})"  # noqa: S608 (names of ours)
    ).fetchall()
    limit = min(most, max(each * rows, 1_000_000))
    counts = [(rule, count_pairs(connection, rule)) for rule in rules]
    return tuple(Counted(rule, pairs, 0 < pairs <= limit) for rule, pairs in counts)

"""Which pairs are compared at all: the pairs of each rule are counted first, and the narrowest rules are taken.

A rule that would find more than there is time for is left out, and one is not asked twice what a wider one finds.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from easement.linkage.comparisons import BLOCKING, Blocking
from easement.linkage.splink_engine import HELD, LISTED

__all__ = ["FEW_PAIRS", "PAIRS_EACH", "Counted", "affordable", "count_pairs"]

PAIRS_EACH = 10
"""Most pairs of all rules together for each record of both sides: some twenty seconds for a million records."""

FEW_PAIRS = 2_000_000
"""Pairs that are not too many in tables of any size: some five seconds on two cores."""


@dataclass(frozen=True, slots=True)
class Counted:
    """A blocking rule, how many pairs it finds by itself, and whether that is few enough to be used.

    `within` names a wider rule, used as well, that finds all of them: this one need not be asked.
    """

    rule: Blocking
    pairs: int
    used: bool
    within: str = ""

    def as_dict(self) -> dict[str, Any]:
        """The rule as `--json` shows it."""
        return {"rule": self.rule.name, "words": self.rule.words, "pairs": self.pairs, "used": self.used,
                "within": self.within}  # fmt: skip


def count_pairs(connection: Any, rule: Blocking) -> int:
    """How many pairs of the standardised tables a rule finds, without making one of them."""
    [[found]] = connection.execute(
        f"select coalesce(sum(h.n * l.n), 0)::bigint from ({_keys(rule, HELD)}) as h "  # noqa: S608 (rules are ours)
        f"join ({_keys(rule, LISTED)}) as l using (k)"
    ).fetchall()
    return int(found)


def _keys(rule: Blocking, side: str) -> str:
    columns = [column.format(s="t") for column in rule.equal]
    there = " and ".join([f"{column} is not null" for column in columns])
    unless = f" and not {rule.unless.format(s='t')}" if rule.unless else ""
    key = f"hash({', '.join(columns)})"  # a digest counts as well as the words, and quicker
    return f"select {key} as k, count(*) as n from {side} as t where {there}{unless} group by k"  # noqa: S608


def affordable(
    connection: Any, rules: Sequence[Blocking] = BLOCKING, *, few: int = FEW_PAIRS, each: int = PAIRS_EACH
) -> tuple[Counted, ...]:
    """Each rule with its count of pairs, in the order given; the narrowest are used, as many as there is time for."""
    [[rows]] = connection.execute(
        f"select (select count(*) from {HELD}) + (select count(*) from {LISTED})"  # noqa: S608 (names of ours)
    ).fetchall()
    counts = {rule: count_pairs(connection, rule) for rule in rules}
    used: list[Blocking] = []
    for rule in sorted(rules, key=lambda each: counts[each]):
        asked = _widest([*used, rule])
        if counts[rule] and sum(counts[each] for each in asked) <= max(each * rows, few):
            used.append(rule)
    widest = _widest(used)
    within = {rule: next((wide.name for wide in widest if rule.is_within(wide)), "") for rule in used}
    return tuple(Counted(rule, pairs, rule in used, within.get(rule, "")) for rule, pairs in counts.items())


def _widest(rules: Sequence[Blocking]) -> list[Blocking]:
    """Those whose pairs no other of them finds as well."""
    return [rule for rule in rules if not any(rule.is_within(other) for other in rules)]

"""A check of the weights without labels: each register against itself, where no two records should be one person.

What scores high there is two people all the same, so the chance that a weight stands for is held against how often it
is met there (the target-decoy method of Elias and Gygi, 2007). A register that holds people twice makes the model more
careful, never less.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from easement.linkage.comparisons import UNSURE, Doubt
from easement.linkage.model import LinkModel, bits, probability
from easement.linkage.score import contribution, doubts, met_sql, score
from easement.linkage.splink_engine import HELD, LISTED, instead

__all__ = ["MOST_SHIFT", "Checked", "checked"]

ZONE = -2.0
"""The match weight from which on pairs are counted: below it hardly any is ever looked at."""

MOST_SHIFT = 3.0
"""Most bits by which the weights are raised: a factor of eight on the odds. They may be lowered by twice that."""

MOST_ROWS = 20_000
"""Most records that are held against their own register: they give the figure to a tenth."""

FEWEST = 20
"""Fewest pairs that are enough to say."""

WIDEST = 25.0
"""Bits below a strong pair from which on decoys are looked at: what the thing in doubt may have taken away."""

STRONG = 0.95
"""The probability from which on a pair is strong: as the usual policy has it."""

_BEST = """from (select *, max(weight) over (partition by held_row) as best_held,
    max(weight) over (partition by listed_row) as best_listed from {pairs})
  where weight = best_held and weight = best_listed and weight >= {least}"""


@dataclass(frozen=True, slots=True)
class Checked:
    """What decoys say: the bits by which weights are too low, and of each doubt how often it is right."""

    shift: float
    doubts: dict[str, float]


def checked(connection: Any, model: LinkModel) -> Checked:
    """Hold `HELD` and `LISTED`, each, against itself; 0 bits and no doubt told where there are too few to say.

    The tables stand as they were afterwards.
    """
    rows = [_held_against_itself(connection, model, place, side) for place, side in enumerate((HELD, LISTED))]
    score(connection, model, floor=ZONE)
    moved = _shift(connection, model, rows)
    found = Checked(moved, _doubts(connection, model, rows, moved))
    for place in range(len(rows)):
        connection.execute(f"drop table own_{place}").fetchall()
    return found


def _held_against_itself(connection: Any, model: LinkModel, place: int, side: str) -> int:
    """Make `own_N` of a side, or of a part of it: its pairs, none of a record with itself; the number of records."""
    part = f"select * from {side} order by hash(unique_id) limit {MOST_ROWS}"  # noqa: S608 (names of ours)
    with instead(connection, LISTED if side == HELD else HELD, part):
        score(connection, model, floor=bits(STRONG) - WIDEST)
        pairs = "select * from scored where held_row <> listed_row"
        connection.execute(f"create or replace temp table own_{place} as {pairs}").fetchall()
        [[rows]] = connection.execute(f"select count(*) from ({part})").fetchall()  # noqa: S608
    return int(rows)


def _shift(connection: Any, model: LinkModel, rows: Sequence[int]) -> float:
    zone = _BEST.format(pairs="scored", least=ZONE)
    weights = [float(weight) for (weight,) in connection.execute(f"select weight {zone}").fetchall()]
    smaller = min(model.trained.held_rows, model.trained.listed_rows)
    matched = sum(probability(weight) for weight in weights) / smaller
    rates = []
    for place, many in enumerate(rows):
        own = _BEST.format(pairs=f"own_{place}", least=ZONE)
        [[found]] = connection.execute(f"select count(*) {own}").fetchall()
        rates.append(int(found) / max(1, many))
    wrong, expected = max(rates) * smaller * max(0.05, 1 - matched), sum(1 - probability(weight) for weight in weights)
    if len(weights) < FEWEST or max(wrong, expected) < 1.0:
        return 0.0
    return round(_solved(weights, max(1.0, wrong)), 2)


def _doubts(connection: Any, model: LinkModel, rows: Sequence[int], moved: float) -> dict[str, float]:
    """Of each doubt, the share of the strong pairs in it that are of two people; weights are `moved` bits too low.

    Two people whom everything but the thing in doubt takes for one are met within a register as often as across two.
    What is met across two beyond that is of one person. One is counted that was not met (Laplace's rule).
    """
    strong = bits(STRONG) - moved
    told = {UNSURE.index(doubt) + 1: doubt for doubt, _ in doubts(model)}
    each = "".join(f", count(*) filter (where unsure = {place})" for place in told)
    best = _BEST.format(pairs="scored", least=strong)
    [[sure, *met]] = connection.execute(f"select count(*) filter (where unsure is null){each} {best}").fetchall()
    alone = min(model.trained.held_rows, model.trained.listed_rows) - int(sure)
    found = {}
    for (place, doubt), count in zip(told.items(), met, strict=True):
        if count and alone > 0:
            looks = sum(int(connection.execute(_alike(model, doubt, f"own_{own}", strong)).fetchall()[0][0])
                        for own in range(len(rows)))  # fmt: skip
            share = (looks + 1) / (sum(rows) + 1) * alone / count
            found[told[place].name] = round(min(1 - 1e-6, max(1e-6, share)), 6)
    return found


def _alike(model: LinkModel, doubt: Doubt, pairs: str, strong: float) -> str:
    """The query of how many records of a register have another in it that would be in this doubt, and strong."""
    (name, levels), *others = doubt.levels
    figures = model.comparisons.get(name)
    worth = max(figures[level].weight if figures and level in figures else 0.0 for level in levels)
    without = f"p.weight - ({contribution(model, name)})" if figures else "p.weight"
    narrowed = [met_sql(model, other, met) for other, met in others]
    where = " and ".join([f"{without} + ({worth}) >= {strong}", *narrowed])
    return f"select count(distinct held_row) from {pairs} as p where {where}"  # noqa: S608 (names and figures of ours)


def _solved(weights: Sequence[float], wrong: float) -> float:
    """The shift by which as many of the pairs are taken to be wrong as decoys say."""
    low, high = -2 * MOST_SHIFT, MOST_SHIFT
    for _ in range(30):
        middle = (low + high) / 2
        expected = sum(1 - probability(weight + middle) for weight in weights)
        low, high = (middle, high) if expected > wrong else (low, middle)
    return (low + high) / 2

"""A check of the weights without labels: each register against itself, where no two records should be one person.

What scores high there is two people all the same, so the chance that a weight stands for is held against how often it
is met there (the target-decoy method of Elias and Gygi, 2007). A register that holds people twice makes the model more
careful, never less.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
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

_BEST = """select weight from (select *, max(weight) over (partition by held_row) as best_held,
    max(weight) over (partition by listed_row) as best_listed from scored where not ({same} and held_row = listed_row))
  where weight = best_held and weight = best_listed and weight >= {zone}"""

_STRONG = """select count(*) filter (where unsure is null){each}
  from (select *, max(weight) over (partition by held_row) as best_held,
    max(weight) over (partition by listed_row) as best_listed from scored)
  where weight = best_held and weight = best_listed and weight >= {strong}"""


@dataclass(frozen=True, slots=True)
class Checked:
    """What decoys say: the bits by which weights are too low, and of each doubt how often it is right."""

    shift: float
    doubts: dict[str, float]


def checked(connection: Any, model: LinkModel) -> Checked:
    """Hold `HELD` and `LISTED`, each, against itself; 0 bits and no doubt told where there are too few to say.

    The tables stand as they were afterwards.
    """
    moved = model.model_copy(update={"shift": _shift(connection, model)})
    return Checked(moved.shift, _doubts(connection, moved))


def _shift(connection: Any, model: LinkModel) -> float:
    weights = _weights(connection, model)
    smaller = min(model.trained.held_rows, model.trained.listed_rows)
    matched = sum(probability(weight) for weight in weights) / smaller
    rates = [_own(connection, model, side) for side in (HELD, LISTED)]
    wrong, expected = max(rates) * smaller * max(0.05, 1 - matched), sum(1 - probability(weight) for weight in weights)
    if len(weights) < FEWEST or max(wrong, expected) < 1.0:
        return 0.0
    return round(_solved(weights, max(1.0, wrong)), 2)


def _weights(connection: Any, model: LinkModel, *, same: bool = False) -> list[float]:
    score(connection, model, floor=ZONE)
    rows = connection.execute(_BEST.format(same=str(same).lower(), zone=ZONE)).fetchall()
    return [float(weight) for (weight,) in rows]


@contextmanager
def _alone(connection: Any, side: str) -> Iterator[int]:
    """A side, or a part of it, stands in the other's place until the block ends; its number of records."""
    part = f"select * from {side} order by hash(unique_id) limit {MOST_ROWS}"  # noqa: S608 (names of ours)
    with instead(connection, LISTED if side == HELD else HELD, part):
        [[rows]] = connection.execute(f"select count(*) from ({part})").fetchall()  # noqa: S608
        yield int(rows)


def _own(connection: Any, model: LinkModel, side: str) -> float:
    """How many records of a side, of each, have a best partner in their own register from `ZONE` on."""
    with _alone(connection, side) as rows:
        return len(_weights(connection, model, same=True)) / max(1, rows)


def _doubts(connection: Any, model: LinkModel) -> dict[str, float]:
    """Of each doubt, the share of the strong pairs in it that are of two people.

    Two people whom everything but the thing in doubt takes for one are met within a register as often as across two.
    What is met across two beyond that is of one person. One is counted that was not met (Laplace's rule).
    """
    told = {UNSURE.index(doubt) + 1: doubt for doubt, _ in doubts(model)}
    looks, rows = dict.fromkeys(told, 0), 0
    for side in (HELD, LISTED):
        with _alone(connection, side) as count:
            rows += count
            score(connection, model, floor=bits(STRONG) - WIDEST)
            for place, doubt in told.items():
                [[found]] = connection.execute(_alike(model, doubt)).fetchall()
                looks[place] += int(found)
    score(connection, model, floor=bits(STRONG))
    each = "".join(f", count(*) filter (where unsure = {place})" for place in told)
    [[sure, *met]] = connection.execute(_STRONG.format(each=each, strong=bits(STRONG))).fetchall()
    alone = min(model.trained.held_rows, model.trained.listed_rows) - int(sure)
    return {
        doubt.name: round(min(1 - 1e-6, max(1e-6, (looks[place] + 1) / (rows + 1) * alone / count)), 6)
        for (place, doubt), count in zip(told.items(), met, strict=True) if count and alone > 0
    }  # fmt: skip


def _alike(model: LinkModel, doubt: Doubt) -> str:
    """The query of how many records of a register have another in it that would be in this doubt, and strong."""
    (name, levels), *others = doubt.levels
    figures = model.comparisons.get(name)
    worth = max(figures[level].weight if figures and level in figures else 0.0 for level in levels)
    without = f"p.weight - ({contribution(model, name)})" if figures else "p.weight"
    narrowed = [met_sql(model, other, met) for other, met in others]
    where = " and ".join(["held_row <> listed_row", f"{without} + ({worth}) >= {bits(STRONG)}", *narrowed])
    return f"select count(distinct held_row) from scored as p where {where}"  # noqa: S608 (names and figures of ours)


def _solved(weights: Sequence[float], wrong: float) -> float:
    """The shift by which as many of the pairs are taken to be wrong as decoys say."""
    low, high = -2 * MOST_SHIFT, MOST_SHIFT
    for _ in range(30):
        middle = (low + high) / 2
        expected = sum(1 - probability(weight + middle) for weight in weights)
        low, high = (middle, high) if expected > wrong else (low, middle)
    return (low + high) / 2

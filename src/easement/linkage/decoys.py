"""A check of the weights without labels: each register against itself, where no two records should be one person.

What scores high there is two people all the same, so the chance that a weight stands for is held against how often it
is met there (the target-decoy method of Elias and Gygi, 2007). A register that holds people twice makes the model more
careful, never less.
"""

from collections.abc import Sequence
from typing import Any

from easement.linkage.model import LinkModel, probability
from easement.linkage.splink_engine import HELD, LISTED, settings, splink

__all__ = ["MOST_SHIFT", "shift"]

ZONE = -2.0
"""The match weight from which on pairs are counted: below it hardly any is ever looked at."""

MOST_SHIFT = 3.0
"""Most bits by which the weights are raised: a factor of eight on the odds. They may be lowered by twice that."""

MOST_ROWS = 20_000
"""Most records that are held against their own register: they give the figure to a tenth."""

FEWEST = 20
"""Fewest pairs that are enough to say."""

_BEST = """select match_weight from (select *, max(match_weight) over (partition by unique_id_l) as best_l,
    max(match_weight) over (partition by unique_id_r) as best_r
  from {pairs} where not ({same} and unique_id_l = unique_id_r))
  where match_weight = best_l and match_weight = best_r and match_weight >= {zone}"""


def shift(connection: Any, model: LinkModel) -> float:
    """By how many bits the weights of `HELD` against `LISTED` are too low, as decoys show; 0 where there are too few.

    The tables stand as they were afterwards.
    """
    weights = _weights(connection, model)
    matched = sum(probability(weight) for weight in weights) / min(model.trained.held_rows, model.trained.listed_rows)
    rates = [_own(connection, model, side) for side in (HELD, LISTED)]
    alone = min(model.trained.held_rows, model.trained.listed_rows) * max(0.05, 1 - matched)
    wrong, expected = max(rates) * alone, sum(1 - probability(weight) for weight in weights)
    if len(weights) < FEWEST or max(wrong, expected) < 1.0:
        return 0.0
    wrong = max(1.0, wrong)
    return round(_solved(weights, wrong), 2)


def _weights(connection: Any, model: LinkModel, *, same: bool = False) -> list[float]:
    made = settings(model.compared, model.rules, prior=model.prior, known=model.comparisons)
    with splink(connection, made) as found:
        predicted = found.inference.predict(threshold_match_weight=ZONE, warning_mode="never")
        best = _BEST.format(pairs=predicted.physical_name, same=str(same).lower(), zone=ZONE)
        rows = connection.execute(best).fetchall()
    return [float(weight) for (weight,) in rows]


def _own(connection: Any, model: LinkModel, side: str) -> float:
    """How many records of a side, of each, have a best partner in their own register from `ZONE` on."""
    other = LISTED if side == HELD else HELD
    connection.execute(f"alter table {other} rename to easement_set_aside").fetchall()
    try:
        connection.execute(
            f"create table {other} as select * from {side} order by hash(unique_id) limit {MOST_ROWS}"  # noqa: S608
        ).fetchall()
        [[rows]] = connection.execute(f"select count(*) from {other}").fetchall()  # noqa: S608
        found = _weights(connection, model, same=True)
    finally:
        connection.execute(f"drop table if exists {other}").fetchall()
        connection.execute(f"alter table easement_set_aside rename to {other}").fetchall()
    return len(found) / max(1, int(rows))


def _solved(weights: Sequence[float], wrong: float) -> float:
    """The shift by which as many of the pairs are taken to be wrong as decoys say."""
    low, high = -2 * MOST_SHIFT, MOST_SHIFT
    for _ in range(30):
        middle = (low + high) / 2
        expected = sum(1 - probability(weight + middle) for weight in weights)
        low, high = (middle, high) if expected > wrong else (low, middle)
    return (low + high) / 2

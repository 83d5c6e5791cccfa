"""Scoring: the pairs that a model's rules find, each with its match weight and what it is made of."""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from easement.linkage.blocking import Counted, affordable
from easement.linkage.comparisons import UNSURE, Comparison, Doubt
from easement.linkage.model import BY_NAME, LinkModel
from easement.linkage.splink_engine import HELD, LISTED, RAREST, common_table, gamma, rarity_counts, settings, splink

__all__ = ["Scored", "contribution", "doubts", "met_sql", "score"]


@dataclass(frozen=True, slots=True)
class Scored:
    """What was compared: pairs that the rules found, pairs kept in the table `scored`, and each rule's own count."""

    compared: int
    kept: int
    blocking: tuple[Counted, ...]


def score(connection: Any, model: LinkModel, *, floor: float) -> Scored:
    """Make the table `scored` of `HELD` and `LISTED`: rows of both sides, weight, probability and each level met.

    Pairs below `floor`, a match weight in bits, are left out. Rules that find too many pairs here are not
    asked, and `blocking` says so.
    """
    counted = affordable(connection, model.rules)
    rules = [each.rule for each in counted if each.used and not each.within]
    if not rules:
        connection.execute(f"create or replace table scored as {_nothing(model)}").fetchall()
        return Scored(0, 0, counted)
    made = settings(model.compared, rules, prior=model.chance, known=model.comparisons)
    with splink(connection, made) as found:
        predicted = found.inference.predict(threshold_match_weight=floor, warning_mode="never")
        connection.execute(f"create or replace table scored as {_told(model, predicted.physical_name)}").fetchall()
    [[kept]] = connection.execute("select count(*) from scored").fetchall()
    return Scored(sum(each.pairs for each in counted if each.used and not each.within), kept, counted)


_TOLD = """with pairs as (
    select unique_id_l, unique_id_r, match_weight, match_probability, {values}
    from {predicted} join {held} as l on l.unique_id = unique_id_l join {listed} as r on r.unique_id = unique_id_r
  ), told as (select *, {levels} from pairs)
  select unique_id_l as held_row, unique_id_r as listed_row, match_weight as weight,
    least(match_probability, 1 - {doubt}) as probability, ({unsure})::tinyint as unsure, {doubt} as doubt, {parts}
  from told as p {common}"""
"""Which level each kept pair meets is asked again: they are few, and to carry it through all pairs costs a third."""


def _told(model: LinkModel, predicted: str) -> str:
    """The query of the kept pairs with what each weight is made of; within the block of `splink`."""
    asked = " ".join(sql for each in model.compared for sql in (each.missing, *(level.sql for level in each.levels)))
    columns = sorted(set(re.findall(r"\b(\w+)_[lr]\b", asked)))
    frequent = sorted({level.common for each in model.compared for level in each.levels if level.common})
    cases = [f"when {met} then {model.doubts[doubt.name]!r}"
             for doubt, met in doubts(model) if doubt.name in model.doubts]  # fmt: skip
    return _TOLD.format(
        predicted=predicted,
        held=HELD,
        listed=LISTED,
        values=", ".join(f"l.{each} as {each}_l, r.{each} as {each}_r" for each in columns),
        levels=", ".join(f"{_level(each)} as gamma_{each.name}" for each in model.compared),
        doubt=f"case {' '.join(cases)} end" if cases else "null::double",
        unsure=unsure(model),
        parts=", ".join([*(f"p.gamma_{each.name}" for each in model.compared), *_rarities(model)]),
        common=" ".join(
            f"left join {common_table(column)} as {column}_{side} on {column}_{side}.{column} = p.{column}_{side}"
            for column in frequent
            for side in "lr"
        ),
    )


def _level(comparison: Comparison) -> str:
    """The number of the level that two records meet, as Splink counts it."""
    cases = " ".join(f"when {each.sql} then {gamma(comparison, each.name)}" for each in comparison.levels if each.sql)
    return f"case when {comparison.missing} then -1 {cases} else 0 end::tinyint"


def _rarities(model: LinkModel) -> Iterator[str]:
    """What the names and places of a pair being common or rare changed in its weight: by Splink's rule, in bits."""
    for each in model.compared:
        levels = [level for level in each.levels if level.common]
        if levels:
            usual = math.log2(model.comparisons[each.name][each.levels[0].name].u)
            cases = [
                f"when {gamma(each, level.name)} then {rarity_counts(each, level)!r} * ({usual!r} - "
                f"log2(greatest({level.common}_l.tf_{level.common}, {level.common}_r.tf_{level.common}, {RAREST!r})))"
                for level in levels
            ]
            known = f"coalesce({', '.join(f'{levels[0].common}_{side}.tf_{levels[0].common}' for side in 'lr')})"
            yield (
                f"case when {known} is null then 0 else case p.gamma_{each.name} {' '.join(cases)} else 0 end end"
                f"::float as common_{each.name}"
            )


def unsure(model: LinkModel) -> str:
    """Which of `UNSURE` a pair meets first, by its place there from 1, over the levels met; else null."""
    cases = [f"when {met} then {UNSURE.index(doubt) + 1}" for doubt, met in doubts(model)]
    return f"case {' '.join(cases)} end" if cases else "null"


def doubts(model: LinkModel) -> Iterator[tuple[Doubt, str]]:
    """Each doubt that a pair may be in by what a model compares, and when a scored pair `p` is in it."""
    for doubt in UNSURE:
        met = [met_sql(model, name, levels) for name, levels in doubt.levels]
        if "false" not in met:
            yield doubt, " and ".join(met)


def met_sql(model: LinkModel, name: str, levels: tuple[str, ...]) -> str:
    """When a scored pair `p` meets one of the levels of a comparison; a comparison that the model lacks is missing."""
    if name not in model.comparisons:
        return "true" if "missing" in levels else "false"
    numbers = (-1 if level == "missing" else gamma(BY_NAME[name], level) for level in levels)
    return f"p.gamma_{name} in ({', '.join(map(str, numbers))})"


def contribution(model: LinkModel, name: str) -> str:
    """The bits that a comparison gave a scored pair `p`, as SQL."""
    comparison = BY_NAME[name]
    cases = " ".join(f"when {gamma(comparison, level.name)} then {model.comparisons[name][level.name].weight!r}"
                     for level in comparison.levels)  # fmt: skip
    common = f" + coalesce(p.common_{name}, 0)" if any(level.common for level in comparison.levels) else ""
    return f"case p.gamma_{name} {cases} else 0 end{common}"


def _nothing(model: LinkModel) -> str:
    gammas = "".join(f", 0::tinyint as gamma_{each.name}" for each in model.compared)
    common = "".join(
        f", 0::float as common_{each.name}" for each in model.compared if any(level.common for level in each.levels)
    )
    return (
        "select 0::bigint as held_row, 0::bigint as listed_row, 0::double as weight, 0::double as probability, "
        f"null::tinyint as unsure, null::double as doubt{gammas}{common} where false"
    )

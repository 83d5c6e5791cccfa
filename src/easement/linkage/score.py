"""Scoring: the pairs that a model's rules find, each with its match weight and what it is made of."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from easement.linkage.blocking import Counted, affordable
from easement.linkage.comparisons import UNSURE, Doubt
from easement.linkage.model import BY_NAME, LinkModel
from easement.linkage.splink_engine import gamma, settings, splink

__all__ = ["Scored", "contribution", "doubts", "met_sql", "score"]


@dataclass(frozen=True, slots=True)
class Scored:
    """What was compared: pairs that the rules found, pairs kept in the table `scored`, and each rule's own count."""

    compared: int
    kept: int
    blocking: tuple[Counted, ...]


def score(connection: Any, model: LinkModel, *, floor: float) -> Scored:
    """Make the table `scored` of `HELD` and `LISTED`: rows of both sides, weight, probability and each level met.

    Pairs below `floor`, a match weight in bits, are left out. A rule that finds too many pairs here is left out, and
    `blocking` says so.
    """
    counted = affordable(connection, model.rules)
    rules = [each.rule for each in counted if each.used]
    if not rules:
        connection.execute(f"create or replace table scored as {_nothing(model)}").fetchall()
        return Scored(0, 0, counted)
    made = settings(model.compared, rules, prior=model.chance, known=model.comparisons, kept=True)
    with splink(connection, made) as found:
        predicted = found.inference.predict(threshold_match_weight=floor, warning_mode="never")
        connection.execute(
            f"create or replace table scored as select {_columns(model)} from {predicted.physical_name} as p"  # noqa: S608
        ).fetchall()
    [[kept]] = connection.execute("select count(*) from scored").fetchall()
    return Scored(sum(each.pairs for each in counted if each.used), kept, counted)


def _columns(model: LinkModel) -> str:
    gammas = [f"gamma_{each.name}::tinyint as gamma_{each.name}" for each in model.compared]
    common = [
        f"mw_tf_adj_{each.name}::float as common_{each.name}"
        for each in model.compared
        if any(level.common for level in each.levels)
    ]
    cases = [f"when {met} then {model.doubts[doubt.name]!r}"
             for doubt, met in doubts(model) if doubt.name in model.doubts]  # fmt: skip
    doubt = f"case {' '.join(cases)} end" if cases else "null::double"
    shown = ["unique_id_l as held_row", "unique_id_r as listed_row", "match_weight as weight",
             f"least(match_probability, 1 - {doubt}) as probability",
             f"({unsure(model)})::tinyint as unsure", f"{doubt} as doubt"]  # fmt: skip
    return ", ".join([*shown, *gammas, *common])


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

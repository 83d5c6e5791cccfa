"""Splink, held at arm's length: its settings made from ours, its words kept silent, its tables read by their columns.

It runs on a connection that is handed in, so that whoever locked the engine keeps it locked.
"""

import logging
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from easement.linkage.comparisons import Blocking, Comparison, Level
from easement.linkage.engine import Driven
from easement.linkage.model import Frequencies

__all__ = [
    "HELD",
    "LISTED",
    "RAREST",
    "blocking_sql",
    "common_table",
    "gamma",
    "instead",
    "rarity_counts",
    "settings",
    "splink",
    "splink_version",
]

HELD, LISTED = "held_people", "listed_people"
"""The standardised tables of either side, with the number of each row as `unique_id`."""

RAREST = 0.00001
"""A value is taken for no rarer than this: that one in a million has a name says little more than one in a hundred
thousand, and what is misspelt alike on both sides is rarer than what it stands for."""


def gamma(comparison: Comparison, level: str) -> int:
    """The number by which Splink calls a level: 0 for what is left, higher for stronger; -1 where it is missing."""
    names = [each.name for each in comparison.levels]
    return len(names) - 1 - names.index(level)


def blocking_sql(rule: Blocking) -> str:
    """A rule as the condition of a join of `l` and `r`."""
    equal = [f"{column.format(s='l')} = {column.format(s='r')}" for column in rule.equal]
    return " and ".join([*equal, *([f"not {rule.unless.format(s='l')}"] if rule.unless else [])])


def settings(
    compared: Sequence[Comparison],
    rules: Sequence[Blocking],
    *,
    prior: float,
    known: Mapping[str, Mapping[str, Frequencies]] | None = None,
) -> dict[str, Any]:
    """Splink's settings of a linkage of two tables; `known` are the frequencies of levels."""
    return {
        "link_type": "link_only",
        "sql_dialect": "duckdb",
        "unique_id_column_name": "unique_id",
        "probability_two_random_records_match": prior,
        "retain_matching_columns": False,
        "retain_intermediate_calculation_columns": False,
        "em_convergence": 0.0005,
        "max_iterations": 50,
        "blocking_rules_to_generate_predictions": [
            {"blocking_rule": blocking_sql(rule), "sql_dialect": "duckdb"} for rule in rules
        ],
        "comparisons": [_comparison(each, (known or {}).get(each.name)) for each in compared],
    }


def _comparison(comparison: Comparison, known: Mapping[str, Frequencies] | None) -> dict[str, Any]:
    levels: list[dict[str, Any]] = [
        {"sql_condition": comparison.missing, "label_for_charts": "missing", "is_null_level": True}
    ]
    for level in comparison.levels:
        said: dict[str, Any] = {"sql_condition": level.sql or "ELSE", "label_for_charts": level.name}
        if level.common:
            said |= {
                "tf_adjustment_column": level.common,
                "tf_adjustment_weight": rarity_counts(comparison, level),
                "tf_minimum_u_value": RAREST,
            }
        if known:
            said |= {"m_probability": known[level.name].m, "u_probability": known[level.name].u}
        levels.append(said)
    return {"output_column_name": comparison.name, "comparison_levels": levels}


def rarity_counts(comparison: Comparison, level: Level) -> float:
    """How far a value's rarity counts at a level: wholly where values are the same, half where they are only near."""
    return 1.0 if level is comparison.levels[0] else 0.5


def common_table(column: str) -> str:
    """The table of how common each value of a column is, within the block of `splink`."""
    return f"easement_common_{column}"


_COMMON = f"""with counted as (select {{x}}, count(*) as n from {HELD} where {{x}} is not null group by {{x}}),
  spread as (select sum(n)::double as rows, count(*) filter (where n = 1) as once,
    count(*) filter (where n = 2) as twice from counted)
  select {{x}}, case when n = 1 then least(1.0, greatest(0.1, 2.0 * twice / once)) else n end / rows as tf_{{x}}
  from counted, spread"""  # noqa: S608 (names of ours)
"""How common each value is. What is met once is rarer than once in so many: by how much follows from what is met twice
(Good and Turing's estimate; Good, 1953)."""


@contextmanager
def splink(connection: Any, made: Mapping[str, Any]) -> Iterator[Any]:
    """A Splink linker over `HELD` and `LISTED` in a connection, silent; its own tables go when the block ends.

    How common a value is, is counted in `HELD` alone: were the list counted in, whoever writes it could make names
    look rare. What goes wrong in the engine is raised as the engine said it.
    """
    from splink import DuckDBAPI, Linker
    from splink.internals.exceptions import SplinkException

    with _quiet():
        driven = isinstance(connection, Driven)
        database: Any = connection.splink_database() if driven else DuckDBAPI(connection)
        said = connection.splink_settings(made) if driven else dict(made)
        sides = [database.register(name, dataset_display_name=name) for name in (HELD, LISTED)]
        found = Linker(sides, said, log_level=None, validate_settings=False)
        for column in _common_columns(made):
            table = common_table(column)
            connection.execute(f"create or replace temp table {table} as {_COMMON.format(x=column)}").fetchall()
            found.table_management.register_term_frequency_lookup(database.register(table), column)
        try:
            yield found
        except SplinkException as error:
            raise (error.__cause__ or error) from None
        finally:
            database.delete_tables_created_by_splink_from_db()


def _common_columns(made: Mapping[str, Any]) -> list[str]:
    levels = [level for comparison in made["comparisons"] for level in comparison["comparison_levels"]]
    return sorted({level["tf_adjustment_column"] for level in levels if "tf_adjustment_column" in level})


@contextmanager
def instead(connection: Any, side: str, query: str) -> Iterator[None]:
    """What a query gives stands in a side's place until the block ends; the side stands as it was afterwards."""
    connection.execute(f"alter table {side} rename to easement_set_aside").fetchall()
    try:
        connection.execute(f"create table {side} as {query}").fetchall()
        yield
    finally:
        connection.execute(f"drop table if exists {side}").fetchall()
        connection.execute(f"alter table easement_set_aside rename to {side}").fetchall()


@contextmanager
def _quiet() -> Iterator[None]:
    """Splink logs to its user and warns; ours is told what matters in a model's notes."""
    logger = logging.getLogger("splink")
    level, spread = logger.level, logger.propagate
    logger.setLevel(logging.CRITICAL + 1)
    logger.propagate = False
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(level)
        logger.propagate = spread


def splink_version() -> str:
    """The version of Splink that is installed."""
    from importlib.metadata import version

    return version("splink")

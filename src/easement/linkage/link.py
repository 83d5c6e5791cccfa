"""Linking two tables by a model, end to end, in an engine that is handed in: standardise, score, assign."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from easement.linkage.assign import REPEATED, Policy, assigned
from easement.linkage.model import LinkModel
from easement.linkage.score import Scored, score
from easement.linkage.splink_engine import HELD, LISTED
from easement.linkage.standardise import NICKNAMES, nicknames, standardised
from easement.linkage.through import Through, chain
from easement.linkage.tried import TRIED

__all__ = ["Linked", "link", "prepared", "run"]


@dataclass(frozen=True, slots=True)
class Linked:
    """What came of linking two tables: pairs compared, linked and held, and what was found of blocking."""

    scored: Scored
    linked: int
    doubtful: int
    queue: int


def prepared() -> tuple[tuple[str, str], ...]:
    """Tables to make first, as name and query: from `held` and `listed`, with `person_columns`, to what is compared."""
    return (
        (NICKNAMES, nicknames()),
        (HELD, standardised("held", "held_row")),
        (LISTED, standardised("listed", "listed_row")),
        ("repeated_rows", REPEATED),
        ("tried", TRIED),
    )


def run(connection: Any, steps: tuple[tuple[str, str], ...]) -> None:
    """Make tables on a connection, each in the place of one of its name."""
    for name, query in steps:
        connection.execute(f"create or replace table {name} as {query}").fetchall()


def link(connection: Any, model: LinkModel, policy: Policy, through: Sequence[Through] = ()) -> Linked:
    """Score and assign the tables that `prepared` made: `scored`, `linked` and `doubtful` stand afterwards."""
    if through:
        chain(connection, through, policy)
    found = score(connection, model, floor=policy.floor)
    run(connection, assigned(policy, chained=bool(through)))
    [[linked]] = connection.execute("select count(*) from linked").fetchall()
    [[doubtful, queue]] = connection.execute("select count(*), count(distinct listed_row) from doubtful").fetchall()
    return Linked(found, linked, doubtful, queue)

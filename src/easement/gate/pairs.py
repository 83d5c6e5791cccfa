"""The pairs of a match that people look at, as queries: those in doubt, those drawn from its links, and what ties
them."""

from collections.abc import Mapping, Sequence
from typing import Any

from easement.gate.plan import OWN, THEIRS, third_rows
from easement.gate.reviewing import DRAWN
from easement.linkage.assign import CHAINED
from easement.linkage.explain import met_columns, met_levels
from easement.linkage.review import LegMet, WayMet
from easement.linkage.through import Through, step_tables

__all__ = ["COMPARED", "DOUBTFUL", "MOST_WAYS", "by_model", "by_rule", "shown_rows", "way_met", "ways_of"]

MOST_WAYS = 3
"""Most ways of one pair that are kept, the surest first: more than three say no more."""

COMPARED = ("identifier", "family", "given", "birth", "place")
"""The keys that a match compares, of which a person sees both sides' values."""

DOUBTFUL = "doubtful"
"""The table of the pairs in doubt."""

_BOTH = ", ".join(
    f"coalesce(cast({side}.key_{key} as varchar), '') as {side}_{key}"
    for key in COMPARED
    for side in ("listed", "held")
)


def _groups(groups: Mapping[str, str]) -> str:
    """Columns that say in which group somebody is, in the order of the kinds given."""
    return "".join(f", coalesce({sql}, '') as easement_group_{at}" for at, sql in enumerate(groups.values()))


def by_rule(table: str, groups: Mapping[str, str]) -> str:
    """Pairs that exact rules found, the strongest first, at most `$most`: both sides' keys, the rule's place, what was
    compared, and groups."""
    return (
        f"select {THEIRS}, {OWN}, {table}.tier, {_BOTH}{_groups(groups)}"
        f" from {table} join listed using (listed_row) join held using (held_row)"
        f" order by {table}.tier, {THEIRS}, {OWN} limit $most"
    )


def by_model(table: str, met: Sequence[str], groups: Mapping[str, str]) -> str:
    """Pairs that a model weighed, the likeliest first, at most `$most`: both rows, both keys, weight, chance, what
    speaks against them, whether a third register gave them their weight, what was compared, groups, and what was met.

    `met` are the columns of `scored` that say so; of a pair that a third register alone tied, they are null. Nothing
    speaks against a link.
    """
    unsure = "null" if table == DRAWN else f"{table}.unsure"
    tied = f"scored.weight is distinct from {table}.weight"
    columns = "".join(f", scored.{name}" for name in met)
    return (
        f"select listed_row, held_row, {THEIRS}, {OWN}, {table}.weight, {table}.probability, {unsure} as unsure,"
        f" {tied} as tied, {_BOTH}{_groups(groups)}{columns} {_shown(table)}"
    )


def _shown(table: str) -> str:
    return (
        f"from {table} left join scored using (held_row, listed_row) join listed using (listed_row)"
        f" join held using (held_row) order by {table}.weight desc, {THEIRS}, {OWN} limit $most"
    )


def ways_of(place: int, through: Through, pairs: str) -> str:
    """The ways through the third register of a place from 0 that tie the rows of a query, the surest of a pair first.

    Both rows, the register's own key, what the step from the list counts for and the other, and what each met.
    """
    ours, theirs = step_tables(place)
    met = [f"theirs.{name} as listed_{name}" for name in met_columns(through.listed)]
    met += [f"ours.{name} as held_{name}" for name in met_columns(through.held)]
    return (
        f"with shown as ({pairs})"
        f" select shown.listed_row, shown.held_row, cast(third.{THEIRS} as varchar),"
        f" theirs.probability as listed_chance, ours.probability as held_chance, {', '.join(met)} from shown"
        f" join {CHAINED} as c on c.held_row = shown.held_row and c.listed_row = shown.listed_row"
        f" join {ours} as ours on ours.held_row = shown.held_row"
        f" join {theirs} as theirs on theirs.held_row = ours.listed_row and theirs.listed_row = shown.listed_row"
        f" join {third_rows(place)} as third on third.listed_row = ours.listed_row"
        f" qualify row_number() over (partition by shown.listed_row, shown.held_row"
        f" order by ours.probability * theirs.probability desc, third.listed_row) <= {MOST_WAYS}"
        " order by shown.listed_row, shown.held_row, ours.probability * theirs.probability desc, third.listed_row"
    )


def way_met(through: Through, record: str, chances: Sequence[float], met: Sequence[Any]) -> WayMet:
    """A way as it is kept, of the rest of a row of `ways_of`: the step from the list comes first."""
    to, on = met_columns(through.listed), met_columns(through.held)
    listed = LegMet(through.listed.digest, chances[0], met_levels(to, met[: len(to)]))
    held = LegMet(through.held.digest, chances[1], met_levels(on, met[len(to) :]))
    return WayMet(through.register, record, listed, held)


def shown_rows(table: str) -> str:
    """The rows of the pairs that `by_model` gives of a table."""
    return f"select held_row, listed_row {_shown(table)}"

"""The pairs of a match that people look at, as queries: those in doubt, and those drawn from its links."""

from collections.abc import Mapping, Sequence

from easement.gate.plan import OWN, THEIRS
from easement.gate.reviewing import DRAWN

__all__ = ["COMPARED", "DOUBTFUL", "by_model", "by_rule"]

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
    """Pairs that a model weighed, the likeliest first, at most `$most`: weight, chance, what speaks against them, what
    was compared, groups, and what was met.

    `met` are the columns of `scored` that say so; of a pair that a third register alone tied, nothing was met. Nothing
    speaks against a link.
    """
    unsure = "null" if table == DRAWN else f"{table}.unsure"
    columns = "".join(f", coalesce(scored.{name}, -1)" for name in met)
    return (
        f"select {THEIRS}, {OWN}, {table}.weight, {table}.probability, {unsure} as unsure, {_BOTH}{_groups(groups)}"
        f"{columns} from {table} left join scored using (held_row, listed_row) join listed using (listed_row)"
        f" join held using (held_row) order by {table}.weight desc, {THEIRS}, {OWN} limit $most"
    )

"""A match's links and doubts counted by how sure they are and by group, for its record and for whoever says how good
it is; and the links that people look at, drawn by chance."""

from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from easement.gate.match import RULES
from easement.gate.pairs import DOUBTFUL
from easement.gate.plan import Plan
from easement.gate.reviewing import DRAWN, drawn
from easement.linkage.quality import BANDS, band, by_decisions
from easement.linkage.quality_tally import BY_PEOPLE, Tally, told_groups
from easement.linkage.quality_told import Told, told_of
from easement.sources.session import Session

__all__ = ["draw", "tally", "told"]

LINKED = "linked"

PEOPLE = -1
"""What stands for a link that people made, in place of its rule or band."""

MOST_GROUPS = 1_000
"""Most groups of one kind that are counted, the largest first: more are no groups but values."""

_AT = " ".join(f"when probability < {end} then {at}" for at, end in enumerate(BANDS))
_BAND = f"case {_AT} else {len(BANDS)} end"
_MIDDLES = tuple((low + high) / 2 for low, high in zip((0.0, *BANDS), (*BANDS, 1.0), strict=True))


class _Ways(NamedTuple):
    """How a match's tables are counted: the stratum of a pair, its chance, and whether people made it, as SQL."""

    stratum: str
    chance: str
    settled: str

    def place(self, table: str) -> str:
        """The stratum of a pair of a table, or that people made it."""
        if table != LINKED or not self.settled:
            return self.stratum
        return f"case when {self.settled} then {PEOPLE} else {self.stratum} end"


def _ways(plan: Plan) -> _Ways:
    by_model = plan.linkage is not None
    held, listed = ("held_row", "listed_row") if by_model else ("h", "l")
    same = f"exists (select 1 from confirmed as c where c.{held} = linked.held_row and c.{listed} = linked.listed_row)"
    return _Ways(_BAND if by_model else "tier", "probability" if by_model else "null", same if plan.settled else "")


def draw(session: Session, plan: Plan) -> int:
    """Draw the links that people look at, in a table of its own; how many. None of records that have no keys."""
    ways, review = _ways(plan), plan.review
    if not review.sample or not plan.lasting:
        return 0
    query = drawn(ways.stratum, review.sample, settled=ways.settled)
    session.make(DRAWN, query, {"key": review.key})
    [[many]] = session.measure(f"select count(*) from {DRAWN}")
    return int(many)


def tally(session: Session, plan: Plan) -> Tally:
    """The counts of a match that was just made, while its tables stand in the session."""
    whole = _by_group(session, plan, "''")[""]
    groups, left_out = {}, {}
    for kind, sql in plan.review.groups.items():
        found = _by_group(session, plan, sql)
        found.pop("", None)
        groups[kind] = told_groups(found)
        left_out[kind] = len(found) - len(groups[kind])
    return Tally(whole.linked, whole.held, groups, left_out)


def _by_group(session: Session, plan: Plan, group: str) -> dict[str, Tally]:
    """The counts of each group; of who is in none, under the empty name."""
    sides: dict[str, dict[str, dict[str, tuple[int, float | None]]]] = defaultdict(lambda: {LINKED: {}, DOUBTFUL: {}})
    sides[""]
    for table in (LINKED, DOUBTFUL):
        for name, stratum, pairs, chances in _counted(session, plan, table, group):
            sides[name][table][stratum] = (pairs, chances)
    return {name: Tally(each[LINKED], each[DOUBTFUL]) for name, each in sides.items()}


def _counted(
    session: Session, plan: Plan, table: str, group: str, covered: str = "true"
) -> Iterator[tuple[str, str, int, float | None]]:
    ways = _ways(plan)
    place = ways.place(table)
    joined = " join held using (held_row)" if group != "''" else ""
    if covered != "true":
        joined += f" where {table}.held_row in (select held_row from held where {covered})"
    rows = session.measure(
        f"with counted as (select coalesce({group}, '') as name, {place} as place, count(*) as pairs,"
        f" sum({ways.chance}) as chances from {table}{joined} group by name, place),"
        " sized as (select *, sum(pairs) over (partition by name) as size from counted)"
        " select name, place, pairs, chances from sized"
        f" qualify dense_rank() over (order by size desc, name) <= {MOST_GROUPS}"
    )
    for name, at, pairs, chances in rows:
        if at == PEOPLE:
            yield name, BY_PEOPLE, int(pairs), float(pairs)
        else:
            yield name, band("", _MIDDLES[at]) if plan.linkage else RULES[at].name, int(pairs), chances


def told(session: Session, plan: Plan) -> Told:
    """What the recipient is told of a match: what its model expects of it, and what people decided of such links.

    It is of the links that cross, and of no others: whom the share does not cover must look like nobody there.
    """
    crossed = {
        name: (pairs, chances) for _, name, pairs, chances in _counted(session, plan, LINKED, "''", plan.covered)
    }
    quality = by_decisions(Tally(crossed).strata(plan.review.decided))
    model = plan.linkage.model if plan.linkage else None
    return told_of(quality, model=model.ref if model else "", digest=model.digest if model else "")

"""A match's links and doubts counted by how sure they are, for its record and for whoever estimates how good it is."""

from easement.gate.match import RULES
from easement.gate.plan import Plan
from easement.linkage.quality import BANDS, Tally, band, by_chance
from easement.sources.session import Session

__all__ = ["expected", "tally"]

_TIERS = "select tier, count(*), null from {table} group by tier"
_AT = " ".join(f"when probability < {end} then {at}" for at, end in enumerate(BANDS))
_BAND = f"case {_AT} else {len(BANDS)} end"
_BANDS = f"select {_BAND} as place, count(*), sum(probability) from {{table}} group by place"  # noqa: S608 - numbers
_MIDDLES = tuple((low + high) / 2 for low, high in zip((0.0, *BANDS), (*BANDS, 1.0), strict=True))


def tally(session: Session, plan: Plan) -> Tally:
    """The counts of a match that was just made, while its tables stand in the session."""
    by_model = plan.linkage is not None
    query = _BANDS if by_model else _TIERS
    sides = {
        table: {
            band("", _MIDDLES[at]) if by_model else RULES[at].name: (int(pairs), chances)
            for at, pairs, chances in session.measure(query.format(table=table))
        }
        for table in ("linked", "doubtful")
    }
    return Tally(sides["linked"], sides["doubtful"])


def expected(found: Tally) -> dict[str, str]:
    """What a match's own model expects of its links, as records and answers hold it; empty where exact rules linked.

    `precision` is the share of links that are right, `recall` that of the likely pairs that were linked.
    """
    chances = by_chance(found.strata({}))
    return {name: f"{value:.4f}" for name, value in chances.items() if value is not None}

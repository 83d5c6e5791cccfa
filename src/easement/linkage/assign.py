"""Who is linked, who is held and who is let go: one to one, by a policy's thresholds, in SQL of our own.

A pair is linked where each is the other's best, it is likely enough, no other candidate of either comes near, and
nothing in it speaks for two people, or what does is known to be seldom right. Of what is left, what is likely enough to
be worth a look is held.
"""

from dataclasses import dataclass

from easement.linkage.model import bits
from easement.linkage.tried import not_linked

__all__ = ["CHAINED", "REPEATED", "Policy", "assigned", "assigned_at"]


@dataclass(frozen=True, slots=True)
class Policy:
    """Thresholds as probabilities: from `disclose` on a pair may be linked, from `hold` on a person looks at it."""

    disclose: float = 0.95
    hold: float = 0.2

    @property
    def margin(self) -> float:
        """How far, in bits, the next candidate must be behind: as far as makes this one as likely as `disclose`."""
        return bits(self.disclose)

    @property
    def floor(self) -> float:
        """The lowest match weight that can matter: of a pair worth a look, or of one near enough to put it in doubt."""
        return bits(self.hold) - self.margin


REPEATED = """select unique_id as listed_row from (
    select unique_id, number, given, family, birth,
      count(*) over (partition by number) as of_number,
      count(distinct birth) over (partition by family, given, place) as births,
      case when place is not null and family_sound is not null and given_sound is not null then
        count(distinct birth) over (partition by family_sound, given_sound, place) end as births_by_sound
    from listed_people
  ) where (number is not null and of_number > 1)
    or (family is not null and given is not null and births > 1) or births_by_sound > 1"""
"""Rows of a list that give one number twice, or one name at one place several birthdays, however the name is spelt:
whoever tries values until one fits would learn them, so such rows are held."""

_RANKED = """select *,
    max(weight) over (partition by held_row) as best_held, max(weight) over (partition by listed_row) as best_listed,
    nth_value(weight, 2) over (partition by held_row order by weight desc
      rows between unbounded preceding and unbounded following) as next_held,
    nth_value(weight, 2) over (partition by listed_row order by weight desc
      rows between unbounded preceding and unbounded following) as next_listed
  from {scored}"""

_LINKED = """select held_row, listed_row, weight, probability from ranked
  where weight >= {disclose} and (unsure is null or {trusted})
    and weight = best_held and weight = best_listed
    and weight - coalesce(next_held, -1e9) >= {margin} and weight - coalesce(next_listed, -1e9) >= {margin}
    and listed_row not in (select listed_row from repeated)"""

_DOUBTFUL = """select held_row, listed_row, weight, probability, unsure from ranked
  where weight >= {hold} and weight > best_held - {margin} and weight > best_listed - {margin}
    and listed_row not in (select listed_row from linked) and held_row not in (select held_row from linked)"""

_JUDGED = """select held_row, listed_row, weight, probability, same
  from scored join held using (held_row) join listed using (listed_row)
  join settled on theirs = listed.easement_theirs and own = held.easement_own"""
"""The pairs of this match on which a person decided."""

_CONFIRMED = """select held_row, listed_row, weight, probability from (
    select *, count(*) over (partition by held_row) as of_held, count(*) over (partition by listed_row) as of_listed
    from judged where same and weight >= {hold}
  ) where of_held = 1 and of_listed = 1"""
"""Pairs that a person takes for one: still worth a look by the model, and one to one."""

_AND_CONFIRMED = "\n  union all select held_row, listed_row, weight, probability from confirmed"

_OPEN = """select * from scored
  where not exists (select 1 from judged as j where not j.same
      and j.held_row = scored.held_row and j.listed_row = scored.listed_row)
    and held_row not in (select held_row from confirmed) and listed_row not in (select listed_row from confirmed)"""
"""What is left to the model once people have spoken: nobody is linked anew whom a person took for another."""


CHAINED = "chained"
"""The table of pairs that third registers tie (see `linkage.through`)."""

_OPEN_CHAINED = """select c.held_row, c.listed_row, log2(c.probability / (1 - c.probability)) as weight, c.probability,
    s.unsure, s.unsure is not null and not coalesce({trusted}, false) as doubted,
    count(*) over (partition by c.held_row) as of_held, count(*) over (partition by c.listed_row) as of_listed,
    greatest((select max(weight) from {scored} as r where r.held_row = c.held_row and r.listed_row <> c.listed_row),
      (select max(weight) from {scored} as r where r.listed_row = c.listed_row and r.held_row <> c.held_row)) as next
  from chained as c left join {scored} as s using (held_row, listed_row)
  where c.held_row not in (select held_row from linked_directly)
    and c.listed_row not in (select listed_row from linked_directly){settled}"""

_JUDGED_CHAINED = """select h.held_row, l.listed_row,
    greatest(s.weight, log2(c.probability / (1 - c.probability))) as weight,
    greatest(s.probability, c.probability) as probability, same
  from settled join listed as l on theirs = l.easement_theirs join held as h on own = h.easement_own
    left join scored as s on s.held_row = h.held_row and s.listed_row = l.listed_row
    left join chained as c on c.held_row = h.held_row and c.listed_row = l.listed_row
  where s.weight is not null or c.probability is not null"""
"""The same where third registers may tie a pair that no rule of the model finds."""

_NOT_JUDGED = """
    and not exists (select 1 from judged as j where j.held_row = c.held_row and j.listed_row = c.listed_row)"""

_AND_CHAINED = """select held_row, listed_row, weight, probability from linked_directly
  union all select held_row, listed_row, weight, probability from open_chained
  where weight >= {disclose} and not doubted and of_held = 1 and of_listed = 1
    and weight - coalesce(next, -1e9) >= {margin} and listed_row not in (select listed_row from repeated)"""

_DOUBTFUL_CHAINED = """{doubtful}
  union all select held_row, listed_row, weight, probability, unsure from open_chained as c
  where not exists (select 1 from ranked as r where r.held_row = c.held_row and r.listed_row = c.listed_row
      and r.weight >= {hold} and r.weight > r.best_held - {margin} and r.weight > r.best_listed - {margin})
    and listed_row not in (select listed_row from linked) and held_row not in (select held_row from linked)"""


def assigned(policy: Policy, *, settled: bool = False, chained: bool = False) -> tuple[tuple[str, str], ...]:
    """Tables to make, in order, as name and query: from `scored` to `linked` and `doubtful`.

    `settled` says that the table of that name holds what people decided on some pairs, `chained` that `CHAINED` stands.
    """
    figures = {"disclose": bits(policy.disclose), "hold": bits(policy.hold), "margin": policy.margin}
    trusted = f"doubt <= {1 - policy.disclose}"
    *before, ranked, (_, linked), (_, doubtful) = assigned_at(**figures, settled=settled, trusted=trusted)
    scored = "open_pairs" if settled else "scored"
    held_back = ("repeated", not_linked(scored, figures["disclose"]))
    if not chained:
        return (*before, held_back, ranked, ("linked", linked), ("doubtful", doubtful))
    open_ = _OPEN_CHAINED.format(scored=scored, trusted=trusted, settled=_NOT_JUDGED if settled else "")
    before = [(name, _JUDGED_CHAINED if name == "judged" else query) for name, query in before]
    return (
        *before, held_back, ranked, ("linked_directly", linked), ("open_chained", open_),
        ("linked", _AND_CHAINED.format(**figures)),
        ("doubtful", _DOUBTFUL_CHAINED.format(doubtful=doubtful, **figures)),
    )  # fmt: skip


def assigned_at(
    *, disclose: float, hold: float, margin: float, settled: bool = False, trusted: str = "false"
) -> tuple[tuple[str, str], ...]:
    """The same by thresholds of the weights themselves, whatever they are a measure of.

    `trusted` says, as SQL, which pairs in doubt are linked all the same.
    """
    figures = {"disclose": disclose, "hold": hold, "margin": margin, "trusted": trusted}
    ranked, linked, doubtful = (each.format(**figures, scored="open_pairs" if settled else "scored")
                                for each in (_RANKED, _LINKED, _DOUBTFUL))  # fmt: skip
    if not settled:
        return (("ranked", ranked), ("linked", linked), ("doubtful", doubtful))
    return (
        ("judged", _JUDGED),
        ("confirmed", _CONFIRMED.format(**figures)),
        ("open_pairs", _OPEN),
        ("ranked", ranked),
        ("linked", f"{linked}{_AND_CONFIRMED}"),
        ("doubtful", doubtful),
    )

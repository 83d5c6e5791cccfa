"""Matching the recipient's list against the provider's table by exact rules over several keys, one to one (R3.9).

A pair is linked only where each side is the other's single best: an identifier, or names with a birth date, or names
and place where the dates do not contradict. Whatever could be two people, on either side, is held for a person to
look at and never disclosed. All of the provider's table is matched, not only those whom the share covers, because
otherwise the nearest entitled stranger would be taken for somebody who is not entitled.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from easement.linkage.tried import THINGS, tried_rows

__all__ = ["RULES", "SETTLED", "SETTLED_ROWS", "Rule", "Settled", "linking", "settled_rows"]


@dataclass(frozen=True, slots=True)
class Rule:
    """One way for two records to be the same person: keys that are equal, and keys that must not contradict.

    Keys that contradict are present on both sides and different. Of `begins`, one side begins the other, as `J` does
    `Jo`. Rules stand in order of strength; what only a rule that is not `sure` pairs is held for a person.
    """

    name: str
    equal: tuple[str, ...]
    agree: tuple[str, ...] = ()
    begins: str = ""
    sure: bool = True


RULES = (
    Rule("identifier and family", ("identifier", "family"), ("birth",)),
    Rule("identifier and birth", ("identifier", "birth")),
    Rule("all keys", ("family", "given", "birth", "place"), ("identifier",)),
    Rule("names and birth", ("family", "given", "birth"), ("identifier",)),
    Rule("family, birth and place", ("family", "birth", "place"), ("identifier",), begins="given"),
    Rule("given name, birth and place", ("given", "birth", "place"), ("identifier",)),
    Rule("names and place", ("family", "given", "place"), ("identifier", "birth")),
    Rule("no given name", ("family", "birth", "place"), ("identifier", "given"), sure=False),
    Rule("identifier alone", ("identifier",), sure=False),
)
"""Strongest first. Twins differ in given name, parent and child of one name in birth: neither is linked."""


REPEATED = """select listed_row from (
    select *, count(*) over (partition by key_identifier) as of_number,
      count(distinct key_birth) over (partition by key_family, key_given, key_place) as births
    from listed
  ) where (key_identifier is not null and of_number > 1)
    or (key_family is not null and key_given is not null and births > 1)"""
"""Rows of a list that give one number twice, or one name at one place several birthdays: whoever tries values until one
fits would learn them, so such rows are held."""


LINKED = """select h as held_row, l as listed_row, tier from (
    select h, l, tier, count(*) over (partition by h) as of_held, count(*) over (partition by l) as of_listed
    from (select *, min(tier) over (partition by h) as best_h, min(tier) over (partition by l) as best_l from pairs)
    where tier = best_h and tier = best_l
  ) where of_held = 1 and of_listed = 1 and tier not in ({unsure})
    and not exists (select 1 from repeated where listed_row = l)
    and not exists (select 1 from tried where tried_row = l and without in (case tier {lacking} end, ''))"""
"""Pairs in which each side is the other's single best, by a rule that is sure, and no row tries values out."""


DOUBTED = """select h as held_row, l as listed_row, tier from pairs
  where not exists (select 1 from linked where listed_row = l)"""
"""Every other pair of a row of the list that was not linked."""

SETTLED = "settled"
"""The table of what people decided; its rows come as parameters, for they name people."""

SETTLED_ROWS = (
    """select unnest($listed) as theirs, unnest($held) as own, unnest($tiers) as judged_tier, unnest($same) as same"""
)
"""The query of that table."""

_JUDGED = """select h, l, tier, judged_tier, same
  from pairs join held on h = held_row join listed on l = listed_row
  join settled on theirs = listed.easement_theirs and own = held.easement_own"""
"""The pairs of this match on which a person decided, with the rule by which they stood before that person."""

_APART = "select 1 from judged as j where j.h = {p}.h and j.l = {p}.l and not j.same and j.tier >= j.judged_tier"
"""That a pair was decided to be two people, by a rule no weaker than finds it now."""

_CONFIRMED = f"""select h, l, tier from (
    select *, count(*) over (partition by h) as of_held, count(*) over (partition by l) as of_listed
    from judged where same and tier <= judged_tier
  ) as c where of_held = 1 and of_listed = 1 and not exists (
    select 1 from pairs as p where (p.h = c.h or p.l = c.l) and p.tier < c.tier
      and not exists ({_APART.format(p="p")}))"""
"""Pairs that a person takes for one: still found by that rule or a stronger one, one to one, and none fits better."""

_SETTLED_LINKED = """select h as held_row, l as listed_row, tier from confirmed
  union all
  select held_row, listed_row, tier from ({linked})
  join held using (held_row) join listed using (listed_row)
  where not exists (select 1 from settled where same and (theirs = easement_theirs or own = easement_own))
    and not exists (select 1 from judged where not same and h = held_row and l = listed_row)"""
"""No rule links anew whom a person took for another, or for nobody."""

_SETTLED_DOUBTED = f"""{DOUBTED}
    and not exists ({_APART.format(p="pairs")})"""
"""A pair that was decided to be two people is held no more, unless it is found by a stronger rule than then."""


class Settled(NamedTuple):
    """What a person decided of a pair: both sides' own keys, the rule's place in `RULES`, and whether it is one."""

    listed: str
    held: str
    tier: int
    same: bool


def settled_rows(settled: Sequence[Settled]) -> dict[str, Any]:
    """Decisions as the parameters of the step that makes the table `settled`."""
    listed, held, tiers, same = (list(column) for column in zip(*settled, strict=True))
    return {"listed": listed, "held": held, "tiers": tiers, "same": same}


def linking(rules: Sequence[Rule] = RULES, *, settled: bool = False) -> tuple[tuple[str, str], ...]:
    """Tables to make, in order, each as name and query: from `held` and `listed` to `linked` and `doubtful`.

    `settled` says that people decided on some pairs: then the step of that name takes their decisions.
    """
    unsure = ", ".join(["-1", *(str(tier) for tier, rule in enumerate(rules) if not rule.sure)])
    joins = "\n  union all ".join(_join(tier, rule) for tier, rule in enumerate(rules))
    linked = LINKED.format(unsure=unsure, lacking=" ".join(_lacking(rules)))
    found = (
        ("repeated", REPEATED),
        ("tried", tried_rows("held", "listed", "listed_row", {each: f"key_{each}" for each in THINGS})),
        ("pairs", f"select h, l, min(tier) as tier from (\n  {joins}\n) group by h, l"),
    )
    if not settled:
        return (*found, ("linked", linked), ("doubtful", DOUBTED))
    return (
        *found,
        (SETTLED, SETTLED_ROWS),
        ("judged", _JUDGED),
        ("confirmed", _CONFIRMED),
        ("linked", _SETTLED_LINKED.format(linked=linked)),
        ("doubtful", _SETTLED_DOUBTED),
    )


def _lacking(rules: Sequence[Rule]) -> Iterator[str]:
    """For each rule that goes by what a list could try, what it does not ask for: agreeing in that clears a pair."""
    for tier, rule in enumerate(rules):
        rest = [each for each in THINGS if each not in rule.equal]
        if "identifier" not in rule.equal:
            yield f"when {tier} then '{rest[0] if rest else ''}'"


def _join(tier: int, rule: Rule) -> str:
    equal = [f"held.key_{key} = listed.key_{key}" for key in rule.equal]
    agree = [
        f"(held.key_{key} is null or listed.key_{key} is null or held.key_{key} = listed.key_{key})"
        for key in rule.agree
    ]
    if key := rule.begins:
        ours, theirs = f"held.key_{key}", f"listed.key_{key}"
        equal.append(f"(starts_with({ours}, {theirs}) or starts_with({theirs}, {ours}))")
    return (
        f"select held.held_row as h, listed.listed_row as l, {tier} as tier "
        f"from held join listed on {' and '.join(equal + agree)}"
    )

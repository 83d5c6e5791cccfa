"""Evidence from a third register: two records that are of one person with a third one are of one person (R4.4).

A record that says little is often tied to another by what a third register knows of both: the name that one has and
the birth date that the other has. Either side is matched with the third register by a model of their own, and a chain
is as likely as both its links are right. What the two records themselves tell may still speak against it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from easement.linkage.assign import CHAINED, Policy
from easement.linkage.model import LinkModel, bits
from easement.linkage.score import score
from easement.linkage.splink_engine import HELD, LISTED, instead

__all__ = ["Through", "chain", "step_tables"]

UNKNOWN = 0.5
"""What a link in a doubt of which nothing is known counts for, however strong it is."""

_LINKS = """select * exclude (best, likely, among_held, among_listed, probability), least(among_held, among_listed,
    case when unsure is null or doubt is not null then probability else {unknown} end) as probability
  from (select *, weight = max(weight) over held and weight = max(weight) over listed as best,
      likely / (1 + sum(likely) over held) as among_held, likely / (1 + sum(likely) over listed) as among_listed
    from (select *, pow(2, least(weight, 60.0)) as likely from scored)
    window held as (partition by held_row), listed as (partition by listed_row))
  where best and weight >= {hold}"""
"""Each record's best partner in a third register, by what is likely among all that it might be, with what was met."""

_CHAINED = """select held_row, listed_row, 1 - exp(sum(ln(1 - least(probability, 0.999999)))) as probability
  from ({chains}) group by held_row, listed_row having probability >= {hold}"""


@dataclass(frozen=True, slots=True)
class Through:
    """A third register, standardised, by the name of its table; and the models between it and either side.

    `register` is what it is called where a link is explained.
    """

    third: str
    held: LinkModel
    listed: LinkModel
    register: str = ""


def step_tables(place: int) -> tuple[str, str]:
    """The tables of both steps through the third register of a place from 0: of either side's best partner there.

    Of the first `listed_row` is the third register's row, of the second `held_row`. They stand after `chain`.
    """
    return f"easement_to_third_{place}", f"easement_from_third_{place}"


def chain(connection: Any, through: Sequence[Through], policy: Policy) -> None:
    """Make the table `CHAINED` of `HELD` and `LISTED`: pairs that third registers tie, each with its probability.

    Several registers that tie one pair are taken for witnesses of their own. `HELD` and `LISTED` stand as they were
    afterwards, and `scored` is the last of what was scored here.
    """
    chains = []
    for place, each in enumerate(through):
        one, other = step_tables(place)
        with instead(connection, LISTED, f"select * from {each.third}"):  # noqa: S608 (a table of ours)
            _links(connection, each.held, policy, one)
        with instead(connection, HELD, f"select * from {each.third}"):  # noqa: S608
            _links(connection, each.listed, policy, other)
        chains.append(
            f"select a.held_row, b.listed_row, a.probability * b.probability as probability "  # noqa: S608
            f"from {one} as a join {other} as b on a.listed_row = b.held_row"
        )
    told = _CHAINED.format(chains=" union all ".join(chains), hold=policy.hold)
    connection.execute(f"create or replace table {CHAINED} as {told}").fetchall()


def _links(connection: Any, model: LinkModel, policy: Policy, table: str) -> None:
    score(connection, model, floor=policy.floor)
    links = _LINKS.format(hold=bits(policy.hold), unknown=UNKNOWN)
    connection.execute(f"create or replace table {table} as {links}").fetchall()

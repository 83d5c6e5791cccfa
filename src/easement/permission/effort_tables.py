"""The table of the effort that people here put into proposals: how long, on which day, in which role."""

from typing import NamedTuple

from sqlalchemy import Column, Connection, Index, Integer, String, Table, func, insert, select

from easement.base.database import METADATA

__all__ = ["Effort", "add", "effort", "of_proposal", "on_work", "per_proposal"]

effort = Table(
    "permission_effort",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("proposal", String(32), nullable=False),
    Column("day", String(10), nullable=False),
    Column("minutes", Integer, nullable=False),
    Column("role", String(63), nullable=False),
    Column("what", String(20), nullable=False),
    Index("permission_effort_by_proposal", "proposal"),
)
"""No names: a role and a number. It stays at this node, in no ledger."""


class Effort(NamedTuple):
    """One record of effort; see `effort`."""

    id: str
    proposal: str
    day: str
    minutes: int
    role: str
    what: str


def add(connection: Connection, row: Effort) -> None:
    """Keep a record."""
    connection.execute(insert(effort).values(**row._asdict()))


def of_proposal(connection: Connection, proposal: str) -> list[Effort]:
    """What was recorded on a proposal, by day."""
    query = select(effort).where(effort.c.proposal == proposal).order_by(effort.c.day, effort.c.id)
    return [Effort(*row) for row in connection.execute(query)]


def per_proposal(connection: Connection) -> dict[str, int]:
    """Minutes on each proposal."""
    query = select(effort.c.proposal, func.sum(effort.c.minutes)).group_by(effort.c.proposal)
    return {proposal: int(minutes) for proposal, minutes in connection.execute(query)}


def on_work(connection: Connection, since: str, until: str) -> dict[str, int]:
    """Minutes within a period, both days included, by what they were spent on."""
    within = effort.c.day.between(since, until)
    query = select(effort.c.what, func.sum(effort.c.minutes)).where(within).group_by(effort.c.what)
    return {what: int(minutes) for what, minutes in connection.execute(query)}

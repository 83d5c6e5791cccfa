"""The table of who has yet to hear of an emergency that was recorded here."""

from typing import NamedTuple

from sqlalchemy import Column, Connection, String, Table, Text, insert, select, update

from easement.base.database import METADATA, Whole

__all__ = ["Letter", "letter_of", "letters", "note_told", "start_letter", "untold"]

letters = Table(
    "permission_emergency_letters",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("organisation", String(63), nullable=False),
    Column("tried", Whole, nullable=False),
    Column("told", Whole),
    Column("peer_entry", Whole),
    Column("problem", Text, nullable=False),
)
"""By the id of the emergency; times are seconds since 1970, and `peer_entry` is the entry in the other's log."""


class Letter(NamedTuple):
    """One letter; see `letters`."""

    id: str
    organisation: str
    tried: int
    told: int | None
    peer_entry: int | None
    problem: str


def start_letter(connection: Connection, id_: str, organisation: str) -> None:
    """Note that an organisation is to hear of an emergency."""
    connection.execute(insert(letters).values(id=id_, organisation=organisation, tried=0, problem=""))


def untold(connection: Connection, before: int) -> list[Letter]:
    """The letters that nobody has taken yet, and that were not tried since a time."""
    due = (letters.c.told.is_(None), letters.c.tried <= before)
    return [Letter(*row) for row in connection.execute(select(letters).where(*due).order_by(letters.c.id))]


def letter_of(connection: Connection, id_: str) -> Letter | None:
    """The letter about an emergency; `None` where it was told from the other side."""
    row = connection.execute(select(letters).where(letters.c.id == id_)).first()
    return Letter(*row) if row else None


def note_told(connection: Connection, id_: str, at: int, peer_entry: int | None, problem: str) -> None:
    """Note that a letter was taken at a time, by an entry of the other's log; or tried, and why it was not taken."""
    told = at if peer_entry is not None else None
    said = {"tried": at, "told": told, "peer_entry": peer_entry, "problem": problem}
    connection.execute(update(letters).where(letters.c.id == id_).values(**said))

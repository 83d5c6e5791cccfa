"""The table of certificates: which disclosure that came in was dealt with as agreed, and whether its provider knows."""

from typing import NamedTuple

from sqlalchemy import Column, Connection, Index, String, Table, Text, select, update

from easement.base.database import METADATA, Whole
from easement.exchange.upsert import insert_new

__all__ = ["Certificate", "begin", "certificate", "certificates", "change", "uncertified"]

certificates = Table(
    "exchange_certificates",
    METADATA,
    Column("entry", Whole, primary_key=True, autoincrement=False),
    Column("met", Whole, nullable=False),
    Column("provider", String(63), nullable=False),
    Column("message", String(32), nullable=False),
    Column("certified", Whole),
    Column("problem", Text, nullable=False),
    Index("exchange_certificates_by_certified", "certified", "provider"),
)
"""What was met, by the entry that said that it came in; `certified` is the provider's entry, once it has one."""


class Certificate(NamedTuple):
    """That the duties after the disclosure of `entry` were met, by entry `met`; `certified` is the provider's entry.

    `problem` says why the provider does not have it yet.
    """

    entry: int
    met: int
    provider: str
    message: str
    certified: int | None = None
    problem: str = ""

    def as_dict(self) -> dict[str, object]:
        """The certificate as `--json` shows it."""
        return self._asdict()


def begin(connection: Connection, made: Certificate) -> bool:
    """Keep that duties were met, before the provider hears of it; false where somebody else has just done so."""
    return insert_new(connection, certificates, made._asdict())


def certificate(connection: Connection, entry: int) -> Certificate | None:
    """The certificate for what came in by an entry, given or still to be given."""
    row = connection.execute(select(certificates).where(certificates.c.entry == entry)).one_or_none()
    return Certificate(*row) if row else None


def uncertified(connection: Connection) -> list[Certificate]:
    """What providers have yet to hear of, by provider, the oldest first."""
    query = select(certificates).where(certificates.c.certified.is_(None))
    return [
        Certificate(*row) for row in connection.execute(query.order_by(certificates.c.provider, certificates.c.met))
    ]


def change(connection: Connection, entry: int, *, certified: int | None, problem: str) -> None:
    """Note what came of telling the provider; that it was told once is never taken back."""
    open_ = (certificates.c.entry == entry, certificates.c.certified.is_(None))
    connection.execute(update(certificates).where(*open_).values(certified=certified, problem=problem))

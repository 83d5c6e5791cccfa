"""What a node's database says of the node itself: whose it is, and which keys go with it."""

import hashlib
import hmac

from sqlalchemy import Column, Connection, String, Table, delete, insert, select

from easement.base.database import METADATA
from easement.ledger.note import Key

__all__ = ["fact", "key_digest", "put_fact", "secret_digest"]

facts = Table(
    "node_facts",
    METADATA,
    Column("name", String, primary_key=True),
    Column("value", String, nullable=False),
)


def fact(connection: Connection, name: str) -> str | None:
    """One thing that the database says of its node."""
    return connection.scalar(select(facts.c.value).where(facts.c.name == name))


def put_fact(connection: Connection, name: str, value: str | None) -> None:
    """Say a thing of the node anew, or no more."""
    connection.execute(delete(facts).where(facts.c.name == name))
    if value is not None:
        connection.execute(insert(facts).values(name=name, value=value))


def key_digest(key: Key) -> str:
    """A public key's digest, as entries about keys name it: the SHA-256 of its text, in hexadecimal."""
    return hashlib.sha256(str(key).encode()).hexdigest()


def secret_digest(secret: bytes) -> str:
    """What tells a secret of 32 random bytes from another, and tells nothing else of it."""
    return hmac.digest(secret, b"easement-key-check/1", "sha256").hex()

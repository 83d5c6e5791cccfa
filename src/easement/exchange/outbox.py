"""Questions on their way: durable before they are sent, sealed, and ended in one commit with their entry."""

import json
import os
from dataclasses import dataclass, field
from datetime import UTC, datetime

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Connection

from easement.base.canonical import canonical_record
from easement.base.database import reading, writing
from easement.base.errors import StorageFailed
from easement.base.sealed import derived_key
from easement.exchange import tables
from easement.exchange.message_body import MAX_ASK, AskBody, read_body
from easement.exchange.ports import Host

__all__ = ["Ended", "Letter", "end", "forget", "keep", "open_letters"]

_LABEL = "exchange outbox"
_NONCE = 12


class Ended(Exception):
    """Another process has ended this question already."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A question and what it is asked under; `asked` is when, and the last time that it may have been sent."""

    body: AskBody = field(repr=False)
    agreement_id: str
    asked: datetime

    @property
    def message(self) -> str:
        """Its message id."""
        return self.body.message

    @property
    def provider(self) -> str:
        """Who is asked."""
        return self.body.to


def keep(host: Host, letter: Letter) -> None:
    """Make a question durable; raises `StorageFailed`."""
    at = int(letter.asked.timestamp())
    said = {"body": letter.body.encode().decode(), "agreement_id": letter.agreement_id}
    nonce = os.urandom(_NONCE)
    sealed = nonce + _cipher(host).encrypt(nonce, canonical_record(said), letter.message.encode())
    with writing(host.engine) as connection:
        tables.put_out(connection, tables.Out(letter.message, letter.provider, at, at, sealed))


def open_letters(host: Host, provider: str | None = None) -> list[Letter]:
    """The questions without an outcome, the oldest first; raises `StorageFailed` where one cannot be opened."""
    with reading(host.engine) as connection:
        found = tables.waiting(connection, provider)
    return [_opened(host, each) for each in found]


def _opened(host: Host, row: tables.Out) -> Letter:
    try:
        plain = _cipher(host).decrypt(row.sealed[:_NONCE], row.sealed[_NONCE:], row.message.encode())
    except InvalidTag:
        what = f"the question `{row.message}` in the outbox was sealed under another key"
        raise StorageFailed(what, remedy="restore `keys/master.key` from where you keep it") from None
    said = json.loads(plain)
    body = read_body(AskBody, said["body"].encode(), MAX_ASK)
    return Letter(body, said["agreement_id"], datetime.fromtimestamp(row.tried, UTC))


def _cipher(host: Host) -> AESGCM:
    return AESGCM(derived_key(host.master_key, _LABEL))


def end(connection: Connection, message: str) -> None:
    """End a question within the commit of the entry that says how; raises `Ended` where that was done before."""
    if not tables.drop_out(connection, message):
        raise Ended(message)


def forget(host: Host, message: str) -> None:
    """End a question of which nothing crossed, and which so needs no entry."""
    with writing(host.engine) as connection:
        tables.drop_out(connection, message)

"""What a journey through several pages has gathered, kept for one session and for half an hour.

It may hold whom a caseworker asks about and what was answered, so it is sealed under a key that only the session's own
token gives: neither the database nor the node's master key alone opens it, and after signing out nobody can.
"""

import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Engine

from easement.base.database import reading, writing
from easement.web import tables

__all__ = ["MAX_OPEN", "SECONDS", "States"]

SECONDS = 30 * 60
"""How long a journey may pause; every step begins the time anew."""

MAX_OPEN = 50
"""Journeys that one session may have open; a caseworker has a few, a program gone wild would fill the database."""

LABEL = b"easement-web-state/1"
NONCE = 12


@dataclass(frozen=True, slots=True)
class States:
    """The kept journeys of a node. `token` is always the session's secret, and `now` aware."""

    engine: Engine
    master_key: bytes

    def open(self, token: str, data: dict[str, Any], now: datetime) -> str:
        """Keep a new journey; its id, which stands in addresses and opens nothing by itself."""
        id_, owner, seconds = secrets.token_hex(16), _owner(token), int(now.timestamp())
        with writing(self.engine) as connection:
            tables.forget_old(connection, seconds)
            if tables.count(connection, owner) >= MAX_OPEN:
                tables.forget_of(connection, owner)
            tables.keep(connection, id_, owner, seconds + SECONDS, self._seal(token, id_, data))
        return id_

    def save(self, token: str, id_: str, data: dict[str, Any], now: datetime) -> None:
        """Keep a journey's next step; one that is gone stays gone."""
        with writing(self.engine) as connection:
            expires = int(now.timestamp()) + SECONDS
            tables.update(connection, id_, _owner(token), expires, self._seal(token, id_, data))

    def read(self, token: str, id_: str, now: datetime) -> dict[str, Any] | None:
        """What a journey gathered; nothing for one that is another's, too old, or was never there."""
        with reading(self.engine) as connection:
            sealed = tables.read(connection, id_, _owner(token), int(now.timestamp()))
        if sealed is None:
            return None
        try:
            plain = self._key(token).decrypt(sealed[:NONCE], sealed[NONCE:], id_.encode())
        except InvalidTag:
            return None
        found: dict[str, Any] = json.loads(plain)
        return found

    def claim(self, token: str, id_: str) -> bool:
        """Whether this is the first to do what the journey leads to; a button pressed twice does it once."""
        with writing(self.engine) as connection:
            return tables.claim(connection, id_, _owner(token))

    def forget(self, token: str, id_: str) -> None:
        """End one journey."""
        with writing(self.engine) as connection:
            tables.forget(connection, id_, _owner(token))

    def forget_all(self, token: str) -> None:
        """End every journey of a session, as signing out does."""
        with writing(self.engine) as connection:
            tables.forget_of(connection, _owner(token))

    def _seal(self, token: str, id_: str, data: dict[str, Any]) -> bytes:
        nonce = secrets.token_bytes(NONCE)
        return nonce + self._key(token).encrypt(nonce, json.dumps(data).encode(), id_.encode())

    def _key(self, token: str) -> AESGCM:
        return AESGCM(hmac.digest(self.master_key, LABEL + b"\0" + token.encode(), "sha256"))


def _owner(token: str) -> str:
    return hashlib.sha256(LABEL + b"\0owner\0" + token.encode()).hexdigest()

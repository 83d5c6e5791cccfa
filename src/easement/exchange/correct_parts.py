"""What all dealings with what is wrong have in common: clocks, what is sealed, and asking other nodes once."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any, TypeVar

from easement.base.canonical import canonical_record
from easement.base.errors import UsageError
from easement.base.sealed import derived_key, seal, unseal
from easement.exchange.concern import about_message
from easement.exchange.message import NotGenuine
from easement.exchange.message_body import MAX_TOLD, MessageBody, read_body
from easement.exchange.message_carry import Problem, WrongAnswer
from easement.exchange.ports import Host
from easement.exchange.service import line_to
from easement.ledger.model import Entry, EntryType

__all__ = [
    "ANSWER_WITHIN",
    "CORRECT_WITHIN",
    "REMIND_EVERY",
    "answered",
    "checked_words",
    "disclosed",
    "is_final",
    "opened",
    "sealed",
    "stamp",
]

ANSWER_WITHIN = timedelta(days=30)
"""How long a source has to answer what is said to be wrong: the month of UK GDPR article 12(3)."""

CORRECT_WITHIN = timedelta(days=5)
"""How long a recipient has to put right what rests on a wrong link; article 19 names no time, harm does not wait."""

REMIND_EVERY = timedelta(days=1)
"""How often a recipient who is late is told again."""

_LABEL = "exchange corrections"
_BASE = "/exchange/v1/corrections"
_FINAL = {HTTPStatus.GONE, HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.CONFLICT}

Body = TypeVar("Body", bound=MessageBody)


def stamp(now: datetime) -> int:
    """A moment as the tables have it."""
    return int(now.timestamp())


def sealed(host: Host, said: Mapping[str, Any], place: str) -> bytes:
    """What may tell of a person, sealed for one place in the database."""
    return seal(derived_key(host.master_key, _LABEL), canonical_record(dict(said)), place.encode())


def opened(host: Host, content: bytes | None, place: str) -> dict[str, Any]:
    """What was sealed for that place; nothing for nothing. Raises `ProofFailed` where it was changed or moved."""
    if content is None:
        return {}
    found: dict[str, Any] = json.loads(unseal(derived_key(host.master_key, _LABEL), content, place.encode()))
    return found


def answered(host: Host, organisation: str, path: str, body: MessageBody, kind: type[Body], now: datetime) -> Body:
    """What another node answers to a message below `/exchange/v1/corrections`; raises `NoAnswer` and `WrongAnswer`."""
    said = line_to(host, organisation, now).ask("POST", f"{_BASE}/{path}", body.encode())
    try:
        return read_body(kind, said, MAX_TOLD)
    except NotGenuine as error:
        raise WrongAnswer(f"what `{organisation}` answers cannot be read: {error.what}") from None


def is_final(error: Exception, *also: int) -> bool:
    """Whether another node said that it will never take a message, so that it is not sent again."""
    return isinstance(error, Problem) and error.body.status in {*_FINAL, *also}


def disclosed(host: Host, organisation: str, message: str, kind: EntryType) -> tuple[int, Entry] | None:
    """The entry of this log by which something crossed to or from an organisation under a message; nothing for none."""
    for each in about_message(host, organisation, message):
        if each.type == kind and each.organisation == organisation:
            return each.entry, host.ledger.entry(each.entry).entry
    return None


MOST_WORDS = 2_000
"""Longest reason or answer: what messages carry as the words of a person."""


def checked_words(text: str, what: str, *, needed: bool = True) -> str:
    """Words of a person as messages carry them; raises `UsageError` for none, too many, or such as nobody can see."""
    plain = "\n".join(text.strip().splitlines())
    if needed and not plain:
        raise UsageError(f"there is no {what}", remedy=f"say it in words: at most {MOST_WORDS:,} characters")
    if len(plain) > MOST_WORDS or not all(each.isprintable() or each == "\n" for each in plain):
        raise UsageError(f"the {what} cannot be sent", remedy=f"use plain text of at most {MOST_WORDS:,} characters")
    return plain

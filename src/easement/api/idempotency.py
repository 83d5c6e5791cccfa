"""Asking again without asking twice: the same idempotency key gets the same answer, and another question a conflict.

A question and its answer may hold personal data: of the question a keyed digest is kept, and the answer sealed.
"""

import hmac
import os
from collections.abc import Callable
from datetime import datetime
from typing import Annotated

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from fastapi import Header, Response

from easement.api import tables
from easement.api.problems import Kind, Problem
from easement.base.database import take_turn, writing
from easement.base.sealed import derived_key
from easement.node.home import Node

__all__ = ["IdempotencyKey", "once", "prune"]

MARGIN_SECONDS = 30
"""How much longer than other nodes are waited for a question counts as being answered: to decide, and to log."""

_ANSWER, _ASKED, _NONCE = "api answers", "api questions", 12

IdempotencyKey = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        pattern=r"^([A-Za-z0-9_-]{8,64})?$",
        description="Your name for this question, such as a UUID; sent again, the question is not asked again.",
    ),
]
"""The header that names a question."""


def once(node: Node, holder: str, key: str, question: bytes, now: datetime, answer: Callable[[], Response]) -> Response:
    """Answer a question at most once under a key; without a key, answer it.

    Raises `Problem`: a conflict where the key was used for another question, or its answer is still being made. An
    answer that failed is not kept, so that it may be asked again.
    """
    if not key:
        return answer()
    asked = hmac.digest(derived_key(node.master_key, _ASKED), question, "sha256").hex()
    known = _begun(node, holder, key, asked, now)
    if known is not None:
        return known
    try:
        given = answer()
    except Problem as problem:
        if problem.kind is Kind.REFUSED:  # an answer too: the same question is refused the same again
            _keep(node, holder, key, Response(problem.encode(), problem.status))
        else:
            _forget(node, holder, key)
        raise
    except BaseException:
        _forget(node, holder, key)
        raise
    _keep(node, holder, key, given)
    return given


def _begun(node: Node, holder: str, key: str, asked: str, now: datetime) -> Response | None:
    """What was answered before, or nothing and the question is ours to answer."""
    at = int(now.timestamp())
    rules = node.settings.exchange
    lease, expires = at + rules.timeout_seconds + MARGIN_SECONDS, at + rules.keep_answers_hours * 3_600
    with writing(node.engine) as connection:
        take_turn(connection, f"answer {holder} {key}")
        found = tables.kept(connection, holder, key)
        if found is None or (found.status is None and found.lease <= at):
            tables.begin(connection, holder, key, asked, lease=lease, expires=expires)
            return None
    if not hmac.compare_digest(found.asked, asked):
        raise Problem(Kind.CONFLICT, "this idempotency key was used for another question")
    if found.status is None or found.sealed is None:
        what, remedy = "this question is being answered", "ask again in a moment, with the same key"
        raise Problem(Kind.CONFLICT, what, remedy, headers={"retry-after": "1"})
    body = _cipher(node).decrypt(found.sealed[:_NONCE], found.sealed[_NONCE:], _bound(holder, key))
    media = "application/json" if found.status < 400 else "application/problem+json"
    return Response(body, found.status, {"idempotency-replayed": "true"}, media_type=media)


def _keep(node: Node, holder: str, key: str, given: Response) -> None:
    nonce = os.urandom(_NONCE)
    sealed = nonce + _cipher(node).encrypt(nonce, bytes(given.body), _bound(holder, key))
    with writing(node.engine) as connection:
        tables.finish(connection, holder, key, status=given.status_code, sealed=sealed)


def _forget(node: Node, holder: str, key: str) -> None:
    with writing(node.engine) as connection:
        tables.drop(connection, holder, key)


def _cipher(node: Node) -> AESGCM:
    return AESGCM(derived_key(node.master_key, _ANSWER))


def _bound(holder: str, key: str) -> bytes:
    return f"{holder}\n{key}".encode()


def prune(node: Node, now: datetime) -> int:
    """Forget the answers that nobody may ask for again; how many there were."""
    with writing(node.engine) as connection:
        return tables.prune(connection, int(now.timestamp()))

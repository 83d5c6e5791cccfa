"""Answering other nodes: hold a message against its signature, take it once, decide at the gate, sign what came of it.

Who asks is whoever's key signed, and nothing that a message says can change that. Whatever goes wrong on the way is an
answer too, signed where the question was, and nothing is disclosed that the ledger does not have.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from typing import NamedTuple

from easement.base.errors import EasementError, ProofFailed, Refused, StorageFailed, UsageError
from easement.exchange.directory_service import current_directory, find_key
from easement.exchange.downloads import Full, Places
from easement.exchange.message import (
    Fault,
    Genuine,
    Headers,
    NotGenuine,
    Question,
    bound_question,
    sign_answer,
    verify_question,
)
from easement.exchange.message_body import ProblemBody, ReasonSaid
from easement.exchange.ports import Host, own_url
from easement.exchange.replay import Once, Replays
from easement.ledger.note import Key

__all__ = ["Action", "Arrived", "Clock", "Desk", "Logging", "NotTaken", "Reply"]

RETRY_SECONDS = 2
"""How long a member waits before it asks again a node that has too much in hand."""


class Arrived(NamedTuple):
    """A message as it came: `target` is its path with its query, as they were sent."""

    method: str
    target: str
    headers: Headers
    body: bytes


class Reply(NamedTuple):
    """What goes back."""

    status: int
    headers: dict[str, str]
    body: bytes


class NotTaken(EasementError):
    """A genuine message that is not answered: a status, a code, why, and in how many seconds to come back (0: not)."""

    def __init__(self, status: int, code: str, what: str, remedy: str = "", *, after: int = 0) -> None:
        super().__init__(what, remedy=remedy)
        self.status, self.code, self.after = status, code, after


Clock = Callable[[], datetime]
"""Tells the time of a running node."""

Action = Callable[[Host, Genuine, Arrived, Clock], bytes]
"""What is done about a genuine message that did not come before; gives the body of the answer."""

Logging = Callable[[Host, Genuine, Arrived, Clock, Once], bytes]
"""The same for what is logged: the message's nonce becomes durable with its first entry (`Once`), or right after."""

Report = Callable[[Exception], None]
"""Tells whoever runs the node of an error that nobody foresaw."""

_STATUS = {Fault.MALFORMED: 400, Fault.HEADER_REPEATED: 400, Fault.TOO_LONG: 413}


@dataclass
class Desk:
    """Where a node's process takes messages: what it has in hand, and what it has seen before."""

    host: Host
    clock: Clock
    report: Report
    replays: Replays
    most: int
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _in_hand: int = 0
    _places: Places = field(init=False)

    def __post_init__(self) -> None:
        self._places = Places(self.most)

    @classmethod
    def at(cls, host: Host, clock: Clock, report: Report) -> "Desk":
        """The desk of a node."""
        return cls(host, clock, report, Replays(host.engine), host.settings.server.max_waiting)

    def take(self, arrived: Arrived, action: Action) -> Reply:
        """Do what a message asks, or say why not; never raises."""

        def held_first(host: Host, genuine: Genuine, arrived: Arrived, clock: Clock, once: Once) -> bytes:
            once.hold()
            return action(host, genuine, arrived, clock)

        return self.take_logged(arrived, held_first)

    def take_logged(self, arrived: Arrived, action: Logging) -> Reply:
        """Do what a message asks and log it, or say why not; never raises."""
        now, question = self.clock(), self._question(arrived)
        try:
            with self._turn():
                genuine = self._genuine(arrived, now)
                with self.replays.once(genuine, now) as once, self._share(genuine.key.name):
                    body = action(self.host, genuine, arrived, self.clock, once)
            return self._signed(HTTPStatus.OK, body, question)
        except Exception as error:
            if not isinstance(error, NotGenuine | NotTaken):
                self.report(error)
            problem = _problem(error)
            reply = self._signed(problem.status, problem.encode(), question)
            if problem.retry_after:
                reply.headers["retry-after"] = str(problem.retry_after)
            return reply

    def refuse(self, arrived: Arrived, why: Exception) -> Reply:
        """Say why a message is not even looked at."""
        problem = _problem(why)
        return self._signed(problem.status, problem.encode(), self._question(arrived))

    def _question(self, arrived: Arrived) -> Question | None:
        return bound_question(arrived.headers, method=arrived.method, target=own_url(self.host) + arrived.target)

    def _genuine(self, arrived: Arrived, now: datetime) -> Genuine:
        """The message, once its signature holds and its sender is a member."""
        _check_directory(self.host, now)
        return verify_question(
            arrived.headers,
            method=arrived.method,
            target=own_url(self.host) + arrived.target,
            body=arrived.body,
            key_of=lambda keyid: _key(self.host, keyid, now),
            now=now,
            skew=self.host.settings.exchange.clock_skew_seconds,
        )

    def _signed(self, status: int, body: bytes, question: Question | None) -> Reply:
        """The reply, bound to the question by a signature; what was not signed gets no signature in return."""
        if question is None:
            return Reply(status, {"content-type": "application/problem+json"}, body)
        signer = self.host.organisation_key
        headers = sign_answer(signer, status=status, body=body, question=question, now=self.clock())
        return Reply(status, headers, body)

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """A place among what is in hand; raises `NotTaken` where there is none."""
        with self._lock:
            if self._in_hand >= self.most:
                raise _busy("this node has as much in hand as it can")
            self._in_hand += 1
        try:
            yield
        finally:
            with self._lock:
                self._in_hand -= 1

    @contextmanager
    def _share(self, organisation: str) -> Iterator[None]:
        """A member's share of the places: of what others leave it may take half, so there is room for the next."""
        with ExitStack() as held:
            try:
                held.enter_context(self._places.taken(organisation))
            except Full:
                raise _busy(f"this node has as much of `{organisation}` in hand as leaves room for others") from None
            yield


def _busy(what: str) -> NotTaken:
    return NotTaken(503, "node.busy", what, "ask again a little later", after=RETRY_SECONDS)


def _check_directory(host: Host, now: datetime) -> None:
    try:
        current_directory(host, now)
    except (Refused, ProofFailed) as error:
        what = "this node's directory cannot be relied on, so it answers nobody"
        raise NotTaken(503, "directory.stale", what, "tell whoever runs that node", after=60) from error


def _key(host: Host, keyid: str, now: datetime) -> Key:
    try:
        return find_key(host, keyid, now)
    except ProofFailed as error:
        raise NotGenuine(Fault.KEY_UNKNOWN, error.what, error.remedy) from None


def _problem(error: Exception) -> ProblemBody:
    """What is said of an error; what names files of the node's own stays in the node."""
    if isinstance(error, NotGenuine):
        status = _STATUS.get(error.fault, HTTPStatus.UNAUTHORIZED)
        return _said(status, "the message is not taken", error.fault.value, error.what, error.remedy)
    if isinstance(error, NotTaken):
        return _said(error.status, "the message is not answered", error.code, error.what, error.remedy, error.after)
    if isinstance(error, StorageFailed):
        what, remedy = "this node takes no entries, so it discloses nothing", "tell whoever runs that node"
        return _said(503, "the message is not answered", "node.storage-failed", what, remedy, 60)
    if isinstance(error, UsageError):
        return _said(422, "the message is not answered", "message.not-understood", error.what, error.remedy)
    what, remedy = "the answer could not be made; nothing crossed", "ask whoever runs that node to read its log"
    return _said(500, "the message is not answered", "node.failed", what, remedy)


def _said(status: int, title: str, code: str, text: str, remedy: str, after: int = 0) -> ProblemBody:
    reason = ReasonSaid(code=code, text=text, remedy=remedy)
    return ProblemBody(title=title, status=status, reasons=(reason,), retry_after=after)


def too_long(most: int) -> NotGenuine:
    """What is said of a message that is longer than is read, in bytes."""
    what = f"the message is longer than {most:,} bytes"
    return NotGenuine(Fault.TOO_LONG, what, "ask for less at once")

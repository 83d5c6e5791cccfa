"""Messages over HTTP: a question is sent until it is answered, refused or out of time; nothing unsigned is believed.

Each try is signed anew and has a nonce of its own; the question in it stays the same, message id and all, so that what
was answered before is answered the same again.
"""

import random
import secrets
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from http import HTTPStatus

import httpx

from easement.base.errors import ProofFailed, SourceUnreachable
from easement.exchange.directory import Directory
from easement.exchange.message import Fault, Headers, NotGenuine, Question, sign_question, verify_answer
from easement.exchange.message_body import MAX_TOLD, ProblemBody, read_body
from easement.ledger.note import Key, Signer

__all__ = ["Line", "NoAnswer", "Problem", "Silence", "WrongAnswer"]

FIRST_WAIT, LONGEST_WAIT = 0.1, 2.0
"""Seconds between tries: the first wait, doubled each time up to the longest, and each drawn from its upper half."""

CONNECT_SECONDS = 3.0
"""How long a connection may take: who is down should not use up the time of who is slow."""

LEAST_TRY = 0.05
"""Seconds below which a try is not begun any more."""


class Silence(StrEnum):
    """Why another node did not answer."""

    BROKEN_OFF = "broken-off"
    BUSY = "busy"
    DOWN = "down"
    FAILED = "failed"
    GARBAGE = "garbage"
    NOT_A_MEMBER = "not-a-member"
    NOT_TAKEN = "not-taken"
    REFUSED = "refused"
    SLOW = "slow"
    STALE_DIRECTORY = "stale-directory"
    WRONG_ANSWER = "wrong-answer"


class NoAnswer(SourceUnreachable):
    """Another node did not answer, and why."""

    def __init__(self, why: Silence, what: str, remedy: str = "") -> None:
        super().__init__(what, remedy=remedy)
        self.why = why


class WrongAnswer(ProofFailed):
    """Another node's answer is not genuine, or does not fit what was asked; nothing of it is used."""

    why = Silence.WRONG_ANSWER


class Problem(NoAnswer):
    """A signed problem: the other node itself says why it does not answer."""

    def __init__(self, provider: str, body: ProblemBody) -> None:
        self.body = body
        why = Silence.BUSY if body.status == HTTPStatus.SERVICE_UNAVAILABLE else Silence.NOT_TAKEN
        said = body.reasons[0] if body.reasons else None
        super().__init__(
            why, f"`{provider}` did not answer: {said.text if said else body.title}", said.remedy if said else ""
        )


@dataclass(frozen=True, slots=True)
class Line:
    """What speaking to one node takes: who speaks, to whom at which address, and the directory that has its keys."""

    signer: Signer
    organisation: str
    url: str
    directory: Directory
    skew: int
    begun: datetime
    seconds: float
    started: float
    find_key: Callable[[str, datetime], Key] | None = None

    @classmethod
    def to(
        cls,
        organisation: str,
        signer: Signer,
        directory: Directory,
        *,
        now: datetime,
        seconds: float,
        skew: int,
        find_key: Callable[[str, datetime], Key] | None = None,
    ) -> "Line":
        """A line to a member, open for so many seconds; raises `NoAnswer` where it is none.

        `find_key` finds keys in place of the directory, also those that are newer than it.
        """
        member = directory.find(organisation)
        if member is None:
            what = f"`{organisation}` is not a member of the cluster `{directory.cluster}`"
            raise NoAnswer(Silence.NOT_A_MEMBER, what, "see who is: easement directory show")
        return cls(signer, organisation, member.url, directory, skew, now, seconds, time.monotonic(), find_key)

    def anew(self) -> "Line":
        """The same line, open as long again from now."""
        return replace(self, begun=self.now, started=time.monotonic())

    @property
    def left(self) -> float:
        """Seconds until it closes."""
        return self.seconds - (time.monotonic() - self.started)

    @property
    def now(self) -> datetime:
        """The time, going on from when the line was opened."""
        return self.begun + timedelta(seconds=time.monotonic() - self.started)

    def key_of(self, keyid: str) -> Key:
        """The key of an id, when it is the other organisation's and holds now."""
        try:
            key = (self.find_key or self.directory.key)(keyid, self.now)
        except ProofFailed as error:
            raise NotGenuine(Fault.KEY_UNKNOWN, error.what, error.remedy) from None
        if key.name != self.organisation:
            what = f"it is signed by `{key.name}`, not by `{self.organisation}`"
            raise NotGenuine(Fault.SENDER_WRONG, what, "tell whoever runs that node")
        return key

    def ask(self, method: str, path: str, body: bytes = b"") -> bytes:
        """The body of the answer, which is genuine; asks again while there is time and it may help.

        Raises `Problem` for what the other node itself declines, `NoAnswer` for silence, `WrongAnswer` for an answer
        that is none.
        """
        wait = FIRST_WAIT
        while True:
            try:
                return self._ask_once(method, path, body)
            except Problem as problem:
                if not problem.body.retry_after:
                    raise
                failed: NoAnswer = problem
                wait = max(wait, min(problem.body.retry_after, LONGEST_WAIT))
            except NoAnswer as error:
                failed = error
            pause = wait * random.uniform(0.5, 1)  # noqa: S311 - so that many who wait do not all come back at once
            if pause + LEAST_TRY > self.left:
                raise failed
            time.sleep(pause)
            wait = min(2 * wait, LONGEST_WAIT)

    def _ask_once(self, method: str, path: str, body: bytes) -> bytes:
        target = self.url + path
        nonce = secrets.token_hex(16)
        headers, question = sign_question(
            self.signer, method=method, target=target, body=body, now=self.now, nonce=nonce
        )
        status, fields, said = self._carried(method, target, headers, body)
        self._hold(status, fields, said, question)
        if status == HTTPStatus.OK:
            return said
        try:
            raise Problem(self.organisation, read_body(ProblemBody, said, MAX_TOLD))
        except NotGenuine as error:
            raise WrongAnswer(f"what `{self.organisation}` answers cannot be read: {error.what}") from None

    def _hold(self, status: int, headers: Headers, body: bytes, question: Question) -> None:
        try:
            verify_answer(
                headers, status=status, body=body, question=question, key_of=self.key_of, now=self.now, skew=self.skew
            )
        except NotGenuine as error:
            if error.fault is Fault.NOT_SIGNED and status == HTTPStatus.SERVICE_UNAVAILABLE:
                raise self._silent(Silence.BUSY, "has too much in hand") from None
            if error.fault is Fault.NOT_SIGNED:
                what = f"something answers for `{self.organisation}` that is not its node (status {status})"
                raise NoAnswer(Silence.GARBAGE, what, "tell whoever runs that node") from None
            what = f"the answer of `{self.organisation}` is not genuine: {error.what}"
            raise WrongAnswer(what, remedy=error.remedy) from None

    def _carried(self, method: str, target: str, headers: dict[str, str], body: bytes) -> tuple[int, Headers, bytes]:
        """Send once and read all that comes back, within the time that is left and no longer than an answer may be."""
        plain = headers | {"accept": "application/json", "accept-encoding": "identity"}
        left = max(self.left, LEAST_TRY)
        limits = httpx.Timeout(left, connect=min(left, CONNECT_SECONDS))
        try:
            with _client().stream(method, target, content=body, headers=plain, timeout=limits) as response:
                return response.status_code, _fields(response), self._read(response)
        except httpx.ConnectError as error:
            raise self._silent(Silence.DOWN, f"cannot be reached: {error}") from error
        except httpx.TimeoutException as error:
            why = Silence.DOWN if isinstance(error, httpx.ConnectTimeout) else Silence.SLOW
            raise self._silent(why, f"did not answer within {self.seconds:g} seconds") from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise self._silent(Silence.BROKEN_OFF, f"broke off in the middle: {error}") from error

    def _read(self, response: httpx.Response) -> bytes:
        if response.headers.get("content-encoding", "identity") != "identity":
            raise self._silent(Silence.GARBAGE, "packs its answers, which nobody asked for")
        said = bytearray()
        for chunk in response.iter_raw():
            said += chunk
            if len(said) > MAX_TOLD:
                raise self._silent(Silence.GARBAGE, f"sent more than {MAX_TOLD:,} bytes")
            if self.left <= 0:
                raise self._silent(Silence.SLOW, f"did not answer within {self.seconds:g} seconds")
        return bytes(said)

    def _silent(self, why: Silence, what: str) -> NoAnswer:
        remedy = "ask again later; what was asked for and not answered is settled by: easement request finish"
        return NoAnswer(why, f"the node of `{self.organisation}` {what}", remedy)


def _fields(response: httpx.Response) -> Headers:
    return [(name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in response.headers.raw]


@lru_cache(1)
def _trusted() -> ssl.SSLContext:
    """The authorities that this machine trusts, read once: that takes some 30 ms."""
    return ssl.create_default_context()


@lru_cache(1)
def _client() -> httpx.Client:
    """One pool of connections for the whole process. Proxies of the environment are for the world, not for loopback."""
    here = {f"all://{name}": None for name in ("127.0.0.1", "localhost", "[::1]")}
    return httpx.Client(
        verify=_trusted(),
        mounts=here,
        follow_redirects=False,
        limits=httpx.Limits(max_connections=200, max_keepalive_connections=50),
    )

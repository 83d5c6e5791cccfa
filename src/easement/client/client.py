"""The client: one method for each thing that can be asked of a node."""

import random
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from types import TracebackType
from typing import Any, Self, TypeVar
from urllib.parse import quote, urlsplit

import httpx

from easement.base.bounded import TooLong, read_bounded
from easement.base.errors import UsageError
from easement.client import shapes
from easement.client.errors import Problem, problem_of
from easement.client.shapes import made

__all__ = ["Client"]

TRIES = 4
"""How often a request is sent at most, while the node cannot be reached or says that it is busy."""

FIRST_WAIT, LONGEST_WAIT = 0.2, 30.0
"""Seconds between tries: doubled each time, drawn from its upper half, or what `Retry-After` says."""

MOST_BYTES = 64 << 20
"""Longest answer read, in bytes: lists come page by page."""

LOOPBACK = ("127.0.0.1", "localhost", "::1")

Shape = TypeVar("Shape")


class Client:
    """Asks one node, with a program's key. Lists are iterators that fetch page after page.

    Errors are raised as `Problem` and its kinds. A question is sent with an idempotency key, so that it is asked once
    however often it is sent. Raises `UsageError` for an address over which the key would travel in the clear.
    """

    def __init__(
        self, url: str, key: str, *, seconds: float = 60, transport: httpx.BaseTransport | None = None
    ) -> None:
        parts = urlsplit(url)
        if parts.scheme != "https" and parts.hostname not in LOOPBACK:
            raise UsageError(f"`{url}` is not encrypted, and the key would be seen", remedy="use its https address")
        headers = {
            "authorization": f"Bearer {key}",
            "user-agent": "easement-client",
            "accept-encoding": "identity",
        }
        base = f"{url.rstrip('/')}/api/v1"
        self._seconds = seconds
        self._http = httpx.Client(base_url=base, headers=headers, timeout=seconds, transport=transport)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    # Asking

    def ask(
        self,
        *,
        provider: str,
        agreement: str,
        share: str,
        purpose: str,
        person: Mapping[str, str] | None = None,
        mode: str = "lookup",
        role: str | None = None,
        fields: Sequence[str] = (),
        why: str = "",
        consented: bool = False,
        idempotency_key: str = "",
    ) -> shapes.Answer:
        """Ask one provider about one person, or for a table (`mode="aggregate"`); raises `Refusal` with the reasons."""
        wanted = {
            "provider": provider, "agreement": agreement, "share": share, "purpose": purpose, "mode": mode,
            "person": dict(person or {}), "fields": list(fields), "why": why, "consented": consented,
        }  # fmt: skip
        told = self._asked("/asks", wanted | ({"role": role} if role else {}), idempotency_key)
        return made(shapes.Answer, told)

    def picture(self, asks: Sequence[Mapping[str, Any]], *, idempotency_key: str = "") -> shapes.Picture:
        """Ask several providers at once; each of `asks` has the keys that `ask` takes."""
        return shapes.picture(self._asked("/pictures", {"asks": [dict(each) for each in asks]}, idempotency_key))

    def ask_for_set(
        self,
        *,
        provider: str,
        agreement: str,
        share: str,
        purpose: str,
        mode: str = "bulk",
        people: Mapping[str, str] | None = None,
        idempotency_key: str = "",
        **more: Any,
    ) -> shapes.RecordSet:
        """Ask for many records at once; `people` is your list for `match`. Raises `Refusal` with the reasons.

        `more` takes `role`, `fields`, `why` and `consented` as `ask` does.
        """
        wanted = {
            "provider": provider,
            "agreement": agreement,
            "share": share,
            "purpose": purpose,
            "mode": mode,
            **more,
        }
        told = self._asked("/sets", wanted | more | ({"people": dict(people)} if people else {}), idempotency_key)
        return made(shapes.RecordSet, told)

    def open_set(self, message: str) -> Mapping[str, Any]:
        """What opens a received set with a Delta Sharing client: its `profile`, and what it calls the `table`."""
        told: Mapping[str, Any] = self._sent("POST", f"/sets/{_step(message)}/profile").json()
        return told

    # Reading

    def sets(self) -> Iterator[shapes.RecordSet]:
        """The sets that were asked for, the newest first."""
        return self._all("/sets", shapes.RecordSet)

    def set_of(self, message: str) -> shapes.RecordSet:
        """One set and how it stands."""
        return made(shapes.RecordSet, self._read(f"/sets/{_step(message)}"))

    def me(self) -> shapes.Me:
        """Who the key belongs to."""
        return made(shapes.Me, self._read("/me"))

    def agreements(self) -> Iterator[shapes.Agreement]:
        """The agreements that the key may see."""
        return self._all("/agreements", shapes.Agreement)

    def agreement(self, ref: str) -> shapes.Agreement:
        """One agreement by its id or digest, whole."""
        return made(shapes.Agreement, self._read(f"/agreements/{_step(ref)}"))

    def document(self, ref: str, *, html: bool = False) -> str:
        """The document that people signed, as Markdown or HTML."""
        accept = {"accept": "text/html" if html else "text/markdown"}
        return self._sent("GET", f"/agreements/{_step(ref)}/document", headers=accept).text

    def disclosures(self, **only: str) -> Iterator[shapes.Disclosure]:
        """What crossed, newest first; `agreement`, `organisation` and `direction` narrow it."""
        return self._all("/disclosures", shapes.Disclosure, only)

    def disclosure(self, entry: int) -> shapes.Disclosure:
        """One disclosure with its proof."""
        return made(shapes.Disclosure, self._read(f"/disclosures/{entry}"))

    def refusals(self, **only: str) -> Iterator[shapes.Refused]:
        """What was refused, newest first; `agreement` and `organisation` narrow it."""
        return self._all("/refusals", shapes.Refused, only)

    def datasets(self) -> Iterator[shapes.Dataset]:
        """The datasets that the node holds."""
        return self._all("/datasets", shapes.Dataset)

    def members(self) -> Iterator[shapes.Member]:
        """The members of the cluster."""
        return self._all("/members", shapes.Member)

    def compare(self, member: str) -> shapes.Comparison:
        """The node's ledger held against a member's."""
        return made(shapes.Comparison, self._read(f"/members/{_step(member)}/comparison"))

    def counts(self, **only: str) -> Iterator[shapes.Counts]:
        """What happened, by agreement, day and side; `agreement`, `since` and `until` narrow it."""
        return self._all("/counts", shapes.Counts, only)

    def ledger(self) -> shapes.Ledger:
        """Where the ledger stands."""
        return made(shapes.Ledger, self._read("/ledger"))

    def entries(self, **only: str) -> Iterator[shapes.Entry]:
        """The ledger's entries, newest first; `type` narrows them."""
        return self._all("/ledger/entries", shapes.Entry, only)

    def proof(self, entry: int) -> str:
        """The proof of one entry (C2SP tlog-proof)."""
        return self._sent("GET", f"/ledger/entries/{entry}/proof").text

    def check_receipt(self, receipt: str, *, organisation: str = "", key: str = "", sha256: str = "") -> shapes.Proved:
        """Whether a receipt holds, under a member's log, a key, or this node's own log; and for an answer's SHA-256."""
        given = {"organisation": organisation, "key": key, "sha256": sha256}
        wanted = {"receipt": receipt} | {name: value for name, value in given.items() if value}
        return made(shapes.Proved, self._sent("POST", "/receipts/check", json=wanted).json())

    # How

    def _asked(self, path: str, wanted: Mapping[str, Any], key: str) -> Mapping[str, Any]:
        headers = {"idempotency-key": key or str(uuid.uuid4())}
        told: Mapping[str, Any] = self._sent("POST", path, json=dict(wanted), headers=headers).json()
        return told

    def _read(self, path: str) -> Mapping[str, Any]:
        told: Mapping[str, Any] = self._sent("GET", path).json()
        return told

    def _all(self, path: str, kind: type[Shape], only: Mapping[str, str] | None = None) -> Iterator[Shape]:
        asked = {"limit": "500", **(only or {})}
        while True:
            page = self._sent("GET", path, params=asked).json()
            yield from (made(kind, each) for each in page["items"])
            if page["next"] is None:
                return
            asked["cursor"] = page["next"]

    def _sent(self, method: str, path: str, **more: Any) -> httpx.Response:
        """The answer to a request, sent again while that may help; raises `Problem`."""
        for turn in range(TRIES):
            problem, wait = self._try(method, path, more)
            if isinstance(problem, httpx.Response):
                return problem
            if wait is None or turn == TRIES - 1:
                raise problem
            time.sleep(wait or min(LONGEST_WAIT, FIRST_WAIT * 2**turn * random.uniform(0.5, 1)))  # noqa: S311
        raise AssertionError("unreachable")

    def _try(self, method: str, path: str, more: Mapping[str, Any]) -> tuple[httpx.Response | Problem, float | None]:
        """One answer, or the problem and how long to wait before the next try (0: as usual; `None`: there is none)."""
        try:
            with self._http.stream(method, path, **more) as coming:
                body = read_bounded(coming, MOST_BYTES, self._seconds)
            answer = httpx.Response(coming.status_code, headers=coming.headers, content=body, request=coming.request)
        except TooLong as error:
            return problem_of(502, {"detail": f"the node's address sends what is not the node's: {error}"}), None
        except httpx.TransportError as error:
            return problem_of(503, {"detail": f"the node cannot be reached: {type(error).__name__}"}), 0.0
        if answer.is_success:
            return answer, None
        after = answer.headers.get("retry-after", "")
        again = answer.status_code in (408, 429, 503) or (answer.status_code == 409 and after)
        return problem_of(answer.status_code, _told(answer)), (_seconds(after) if again else None)


def _seconds(after: str) -> float:
    return min(LONGEST_WAIT, float(after)) if after.isdigit() else 0.0


def _told(answer: httpx.Response) -> Mapping[str, Any]:
    """The problem in an answer; whatever stands before the node may have answered otherwise."""
    try:
        told = answer.json()
    except ValueError:
        told = None
    return told if isinstance(told, dict) else {"detail": f"the node's address answered {answer.status_code}"}


def _step(text: str) -> str:
    return quote(text, safe="")

"""One signed message at a time, sent as a test would have it, and what comes back."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from easement.agreement.model import Mode
from easement.exchange.directory_parts import MemberKey
from easement.exchange.message import Question, sign_question, verify_answer
from easement.exchange.message_body import AnswerBody, AskBody, ProblemBody, read_body
from easement.exchange.message_carry import _client

from . import cluster
from .pair import JO, NOW, Pair, paired

ASKS, AGAIN = "/exchange/v1/asks", "/exchange/v1/answers"
POLICE = cluster.signer_of("police")


@contextmanager
def policed(folder: Path) -> Iterator[Pair]:
    """A pair, and the police in the same cluster, who have no node."""
    with paired(folder) as made:
        since = NOW - timedelta(days=30)
        police = cluster.member("police", keys=(MemberKey(key=str(POLICE.key), since=since),), url="http://127.0.0.1:9")
        made.publish(*sorted([*made.directory.members, police], key=lambda each: each.id))
        yield made


def body(pair: Pair, **changes: Any) -> bytes:
    """A question that is answered, but for what a test changes."""
    digest = pair.northtown.shelf.get("school-meals", NOW.date()).prepared.digest
    usual: dict[str, Any] = {
        "message": secrets.token_hex(16), "to": "dwp", "agreement": digest, "share": "entitled",
        "purpose": "benefit-eligibility", "mode": Mode.LOOKUP, "role": "benefits-officer", "fields": (), "person": JO,
        "asked_by": "officer 7", "why": "", "training": ("information-governance",), "consented": False,
    }  # fmt: skip
    return AskBody(**usual | changes).encode()


class Sent:
    """One signed message, sent, and what came back."""

    def __init__(
        self, pair: Pair, said: bytes = b"", path: str = ASKS, *, method: str = "POST", **changes: Any
    ) -> None:
        self.pair = pair
        signer = changes.pop("signer", pair.northtown.organisation_key)
        send: dict[str, Any] = {"method": method, "url": pair.urls["dwp"] + path, "content": said}
        send |= {name: changes.pop(name) for name in ("url", "content", "headers") if name in changes}
        usual: dict[str, Any] = {
            "method": method, "target": pair.urls["dwp"] + path, "body": said, "now": NOW,
            "nonce": secrets.token_hex(16),
        }  # fmt: skip
        signed, self.question = sign_question(signer, **usual | changes)
        headers = send.pop("headers", None)
        self.headers = headers(signed) if headers else signed
        self.response = _client().request(headers=self.headers, **send)

    @property
    def status(self) -> int:
        return self.response.status_code

    @property
    def told(self) -> AnswerBody:
        assert self.status == 200, self.response.text
        self.hold()
        return read_body(AnswerBody, self.response.content, 1 << 20)

    @property
    def code(self) -> str:
        """The code of a problem, which must have its remedy."""
        problem = read_body(ProblemBody, self.response.content, 1 << 20)
        assert problem.status == self.status
        (reason,) = problem.reasons
        assert reason.remedy
        return reason.code

    def hold(self, question: Question | None = None) -> None:
        """That the answer is signed, and bound to this question."""
        fields = [(name.lower(), value) for name, value in self.response.headers.items()]
        verify_answer(
            fields,
            status=self.status,
            body=self.response.content,
            question=question or self.question,
            key_of=lambda _: self.pair.dwp.organisation_key.key,
            now=NOW,
            skew=30,
        )


def entries(pair: Pair) -> int:
    return pair.dwp.ledger.size


def refused(sent: Sent, before: int) -> str:
    """A message that was not taken: said why, signed, and nothing in the log."""
    assert entries(sent.pair) == before
    sent.hold()
    return sent.code

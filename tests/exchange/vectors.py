"""The test vectors of `docs/reference/messages.md`: written by `python -m tests.exchange.vectors`, held by a test."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from easement.agreement.model import Mode
from easement.exchange.message import (
    Fault,
    NotGenuine,
    Question,
    content_digest,
    keyid_of,
    sign_answer,
    sign_question,
    verify_answer,
    verify_question,
)
from easement.exchange.message_body import AskBody
from easement.ledger.note import Key, Signer, parse_key

FILE = Path(__file__).parents[2] / "docs" / "reference" / "vectors" / "messages.json"
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
NORTHTOWN, DWP = Signer("northtown", bytes(range(32))), Signer("dwp", bytes(range(32, 64)))
TARGET = "https://dwp.example/exchange/v1/asks"
SKEW = 30


def body() -> bytes:
    """A question about one person."""
    return AskBody(
        message="4f2a9c1e0b7d48563a91c7e2d0f58b64",
        to="dwp",
        agreement="5c1c8c1f2f2b7e7d3a0f4be1f5a0d6a1c9f4f0b8d2f3f6a7b1c2d3e4f5061728",
        share="entitled-children",
        purpose="benefit-eligibility",
        mode=Mode.LOOKUP,
        role="benefits-officer",
        fields=(),
        person={"national_insurance_number": "AB123456C"},
        asked_by="officer 7",
        why="a form came in",
        training=("information-governance",),
        consented=False,
    ).encode()


def made() -> dict[str, Any]:
    """All vectors: what holds, and what does not and by which fault."""
    said = body()
    headers, question = sign_question(
        NORTHTOWN, method="POST", target=TARGET, body=said, now=NOW, nonce="0123456789abcdef0123456789abcdef"
    )
    told = b'{"example":"the body of an answer"}'
    replied = sign_answer(DWP, status=200, body=told, question=question, now=NOW + timedelta(seconds=1))
    asked = {"method": "POST", "target": TARGET, "headers": headers, "body": said.decode(), "now": NOW.isoformat()}
    answered = {"status": 200, "headers": replied, "body": told.decode(), "now": NOW.isoformat(), "to": headers}
    return {
        "keys": {keyid_of(each.key): {"vkey": str(each.key), "seed": each.seed.hex()} for each in (NORTHTOWN, DWP)},
        "skew_seconds": SKEW,
        "questions": [{"name": "a question that holds", "expect": "", **asked}, *_wrong_questions(asked)],
        "answers": [{"name": "an answer that holds", "expect": "", **answered}, *_wrong_answers(answered)],
    }


def _wrong_questions(asked: dict[str, Any]) -> list[dict[str, Any]]:
    headers, said = asked["headers"], asked["body"]
    changed = said.replace("officer 7", "officer 8")

    def with_(name: str, old: str, new: str) -> dict[str, str]:
        assert old in headers[name]
        return {**headers, name: headers[name].replace(old, new)}

    cases: list[tuple[str, Fault, dict[str, Any]]] = [
        ("sent to another address", Fault.SIGNATURE_WRONG, {"target": TARGET.replace("dwp", "police")}),
        ("sent by another method", Fault.SIGNATURE_WRONG, {"method": "PUT"}),
        ("the body changed", Fault.BODY_CHANGED, {"body": changed}),
        (
            "the body changed, and its digest with it",
            Fault.SIGNATURE_WRONG,
            {"body": changed, "headers": {**headers, "content-digest": content_digest(changed.encode())}},
        ),
        ("301 seconds old", Fault.EXPIRED, {"now": (NOW + timedelta(seconds=301)).isoformat()}),
        ("from 31 seconds ahead", Fault.FROM_THE_FUTURE, {"now": (NOW - timedelta(seconds=31)).isoformat()}),
        ("another algorithm", Fault.MALFORMED, {"headers": with_("signature-input", "ed25519", "hmac-sha256")}),
        ("another label", Fault.MALFORMED, {"headers": with_("signature", "easement=", "sig1=")}),
        ("a component left out", Fault.MALFORMED, {"headers": with_("signature-input", '"@method" ', "")}),
        ("a key that nobody has", Fault.KEY_UNKNOWN, {"headers": with_("signature-input", "northtown+", "nobody+")}),
        (
            "another's key named",
            Fault.SIGNATURE_WRONG,
            {"headers": with_("signature-input", keyid_of(NORTHTOWN.key), keyid_of(DWP.key))},
        ),
        (
            "no signature",
            Fault.NOT_SIGNED,
            {"headers": {name: value for name, value in headers.items() if name != "signature"}},
        ),
    ]
    return [{"name": name, "expect": fault.value, **asked, **changes} for name, fault, changes in cases]


def _wrong_answers(answered: dict[str, Any]) -> list[dict[str, Any]]:
    other, _ = sign_question(NORTHTOWN, method="POST", target=TARGET, body=body(), now=NOW, nonce="f" * 32)
    cases: list[tuple[str, Fault, dict[str, Any]]] = [
        ("the answer of another question", Fault.SIGNATURE_WRONG, {"to": other}),
        ("the body changed", Fault.BODY_CHANGED, {"body": "{}"}),
        ("a problem shown as an answer", Fault.MALFORMED, {"status": 503}),
    ]
    return [{"name": name, "expect": fault.value, **answered, **changes} for name, fault, changes in cases]


def outcome(vectors: dict[str, Any], vector: dict[str, Any]) -> str:
    """The fault that a vector is found to have, empty where it holds."""

    def key_of(keyid: str) -> Key:
        if keyid not in vectors["keys"]:
            raise NotGenuine(Fault.KEY_UNKNOWN, keyid)
        return parse_key(vectors["keys"][keyid]["vkey"])

    usual: dict[str, Any] = {
        "body": vector["body"].encode(),
        "key_of": key_of,
        "now": datetime.fromisoformat(vector["now"]),
        "skew": vectors["skew_seconds"],
    }
    headers = list(vector["headers"].items())
    try:
        if "to" in vector:
            to = vector["to"]
            question = Question("POST", TARGET, to["content-digest"], to["signature"])
            verify_answer(headers, status=vector["status"], question=question, **usual)
        else:
            verify_question(headers, method=vector["method"], target=vector["target"], **usual)
    except NotGenuine as error:
        return error.fault.value
    return ""


def written() -> str:
    """The file as it stands in the documentation."""
    return json.dumps(made(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    FILE.write_text(written())

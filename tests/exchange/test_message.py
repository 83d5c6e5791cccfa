"""Signed messages (RFC 9421, RFC 9530): what is signed, what is held, and what an attacker may try (R3.6)."""

import base64
import json
import warnings
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from http_message_signatures import HTTPMessageSigner, HTTPMessageVerifier
from http_message_signatures.algorithms import ED25519
from http_message_signatures.resolvers import MappingKeyResolver
from hypothesis import given
from hypothesis import strategies as st

from easement.exchange.message import (
    LIFE_SECONDS,
    Fault,
    Genuine,
    Headers,
    NotGenuine,
    Question,
    bound_question,
    content_digest,
    keyid_of,
    sign_answer,
    sign_question,
    signature_base,
    verify_answer,
    verify_question,
)
from easement.ledger.note import Key, Signer

from . import vectors

NOW = datetime(2026, 11, 22, 2, 17, tzinfo=UTC)
NORTHTOWN, DWP, MALLORY = (Signer(name, name.encode().ljust(32, b".")) for name in ("northtown", "dwp", "mallory"))
KEYS = {keyid_of(signer.key): signer.key for signer in (NORTHTOWN, DWP, MALLORY)}
TARGET, BODY, NONCE = "https://dwp.example/exchange/v1/asks?a=1&b=2", b'{"message":"m"}', "0123456789abcdef" * 2


def key_of(keyid: str) -> Key:
    if keyid not in KEYS:
        raise NotGenuine(Fault.KEY_UNKNOWN, f"nobody has the key `{keyid}`")
    return KEYS[keyid]


def asked(**changes: Any) -> tuple[dict[str, str], Question]:
    usual: dict[str, Any] = {"method": "POST", "target": TARGET, "body": BODY, "now": NOW, "nonce": NONCE}
    return sign_question(changes.pop("signer", NORTHTOWN), **usual | changes)


def held(headers: dict[str, str] | Headers, **changes: Any) -> Genuine:
    usual: dict[str, Any] = {"method": "POST", "target": TARGET, "body": BODY, "now": NOW, "skew": 30, "key_of": key_of}
    fields = list(headers.items()) if isinstance(headers, dict) else headers
    return verify_question(fields, **usual | changes)


def fault(headers: dict[str, str] | Headers, **changes: Any) -> Fault:
    with pytest.raises(NotGenuine) as caught:
        held(headers, **changes)
    assert caught.value.remedy or caught.value.fault is Fault.KEY_UNKNOWN
    return caught.value.fault


# What is signed


PEM = b"""-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIJ+DYvh6SEqVTm50DFtMDoQikTmiCqirVv9mWG9qfSnF
-----END PRIVATE KEY-----
"""


def test_the_base_and_the_signature_are_those_of_the_rfc():
    """RFC 9421 appendix B.2.6, whose signature an Ed25519 key always makes the same."""
    key = load_pem_private_key(PEM, None)
    assert isinstance(key, Ed25519PrivateKey)
    values = [
        ('"date"', "Tue, 20 Apr 2021 02:07:55 GMT"),
        ('"@method"', "POST"),
        ('"@path"', "/foo"),
        ('"@authority"', "example.com"),
        ('"content-type"', "application/json"),
        ('"content-length"', "18"),
    ]
    names = " ".join(name for name, _ in values)
    base = signature_base(values, f'({names});created=1618884473;keyid="test-key-ed25519"')
    made = base64.b64encode(key.sign(base)).decode()
    assert made == "wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw=="


def test_the_digest_is_that_of_the_rfc():
    """RFC 9530 appendix D: a JSON text with its line feed, and the empty content."""
    assert content_digest(b'{"hello": "world"}\n') == "sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:"
    assert content_digest(b"") == "sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:"


def test_what_is_signed_holds_and_names_its_signer():
    headers, question = asked()
    genuine = held(headers)
    assert (genuine.key.name, genuine.keyid, genuine.nonce) == ("northtown", keyid_of(NORTHTOWN.key), NONCE)
    assert genuine.expires - genuine.created == LIFE_SECONDS
    assert genuine.question == question


@given(
    st.binary(max_size=200),
    st.sampled_from(["GET", "POST"]),
    st.datetimes(NOW.replace(tzinfo=None)),
    st.binary(min_size=32, max_size=32),
)
def test_whatever_is_signed_holds(body: bytes, method: str, at: datetime, seed: bytes):
    now, signer = at.replace(tzinfo=UTC), Signer("northtown", seed)
    headers, _ = asked(signer=signer, body=body, method=method, now=now)
    found = held(headers, body=body, method=method, now=now, key_of=lambda _: signer.key)
    assert found.key == signer.key


# The general library, as the second opinion


class Message(SimpleNamespace):
    """A request or a response as the library wants it."""


def library(kind: type, signer: Signer) -> Any:
    private = Ed25519PrivateKey.from_private_bytes(signer.seed)
    name = keyid_of(signer.key)
    resolver = MappingKeyResolver(public_keys={name: private.public_key()}, private_keys={name: private})
    return kind(signature_algorithm=ED25519, key_resolver=resolver)


COVERED = ("@method", "@target-uri", "content-type", "content-digest")
BOUND = ('"@method";req', '"@target-uri";req', '"content-digest";req', '"signature";req')


@pytest.fixture
def quiet() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def test_the_library_takes_what_is_signed_here(quiet: None):
    now = datetime.now(UTC)
    headers, question = asked(now=now)
    request = Message(method="POST", url=TARGET, headers=dict(headers))
    found = library(HTTPMessageVerifier, NORTHTOWN).verify(request, body=BODY, max_age=timedelta(seconds=300))
    assert [*found[0].covered_components][:-1] == [f'"{name}"' for name in COVERED]
    told = sign_answer(DWP, status=200, body=b"{}", question=question, now=now)
    response = Message(status_code=200, headers=told, request=request)
    assert library(HTTPMessageVerifier, DWP).verify(response, body=b"{}", max_age=timedelta(seconds=300))


def test_what_the_library_signs_in_our_form_is_taken_here(quiet: None):
    request = Message(method="POST", url=TARGET, headers={"content-type": "application/json"})
    usual = {"label": "easement", "tag": "easement-exchange/1", "created": NOW, "expires": NOW + timedelta(seconds=60)}
    library(HTTPMessageSigner, NORTHTOWN).sign(
        request, key_id=keyid_of(NORTHTOWN.key), nonce=NONCE, covered_component_ids=COVERED, body=BODY, **usual
    )
    fields = [(name.lower(), value) for name, value in request.headers.items()]
    genuine = held(fields)
    response = Message(status_code=200, headers={"content-type": "application/json"}, request=request)
    library(HTTPMessageSigner, DWP).sign(
        response,
        key_id=keyid_of(DWP.key),
        covered_component_ids=("@status", "content-type", "content-digest", *BOUND),
        body=b"{}",
        **usual,
    )
    told = [(name.lower(), value) for name, value in response.headers.items()]
    assert answer_held(told, genuine.question, body=b"{}").keyid == keyid_of(DWP.key)


# An answer belongs to its question


def answered(question: Question, **changes: Any) -> dict[str, str]:
    usual: dict[str, Any] = {"status": 200, "body": b"{}", "now": NOW}
    return sign_answer(changes.pop("signer", DWP), question=question, **usual | changes)


def answer_held(headers: dict[str, str] | Headers, question: Question, **changes: Any) -> Any:
    usual: dict[str, Any] = {"status": 200, "body": b"{}", "now": NOW, "skew": 30, "key_of": key_of}
    fields = list(headers.items()) if isinstance(headers, dict) else headers
    return verify_answer(fields, question=question, **usual | changes)


def answer_fault(headers: dict[str, str], question: Question, **changes: Any) -> Fault:
    with pytest.raises(NotGenuine) as caught:
        answer_held(headers, question, **changes)
    return caught.value.fault


def test_an_answer_fits_its_question_and_no_other():
    _, one = asked()
    _, other = asked(nonce="f" * 32)
    told = answered(one)
    assert answer_held(told, one).status == 200
    assert answer_fault(told, other) is Fault.SIGNATURE_WRONG
    for changed in (
        one._replace(method="GET"),
        one._replace(target=TARGET + "0"),
        one._replace(digest=content_digest(b"")),
    ):
        assert answer_fault(told, changed) is Fault.SIGNATURE_WRONG


@pytest.mark.parametrize("status", [400, 401, 503])
def test_a_problem_is_signed_and_its_status_with_it(status: int):
    _, question = asked()
    told = answered(question, status=status)
    assert told["content-type"] == "application/problem+json"
    assert answer_held(told, question, status=status).status == status
    assert answer_fault(told, question, status=404) is Fault.SIGNATURE_WRONG
    assert answer_fault(told, question, status=200) is Fault.MALFORMED


def test_an_answer_with_another_body_or_of_another_time_is_not_taken():
    _, question = asked()
    told = answered(question)
    assert answer_fault(told, question, body=b"[]") is Fault.BODY_CHANGED
    assert answer_fault(told, question, now=NOW + timedelta(seconds=LIFE_SECONDS + 1)) is Fault.EXPIRED
    assert answer_fault(told, question, now=NOW - timedelta(seconds=31)) is Fault.FROM_THE_FUTURE


def test_a_question_is_no_answer_and_an_answer_no_question():
    headers, question = asked()
    assert answer_fault(headers, question, body=BODY) is Fault.MALFORMED
    assert fault(answered(question), body=b"{}") is Fault.MALFORMED


# What an attacker may try


def test_a_message_for_another_node_path_method_or_query_is_not_taken():
    headers, _ = asked()
    for target in (
        TARGET.replace("dwp", "police"),
        TARGET.replace("asks", "entries"),
        TARGET.replace("a=1&b=2", "b=2&a=1"),
        TARGET.partition("?")[0],
        TARGET.replace("https", "http"),
    ):
        assert fault(headers, target=target) is Fault.SIGNATURE_WRONG
    assert fault(headers, method="GET") is Fault.SIGNATURE_WRONG


def test_a_changed_body_is_not_taken_even_under_its_own_digest():
    headers, _ = asked()
    assert fault(headers, body=BODY + b" ") is Fault.BODY_CHANGED
    assert fault(headers | {"content-digest": content_digest(b"{}")}, body=b"{}") is Fault.SIGNATURE_WRONG


@pytest.mark.parametrize(
    ("seconds", "found"),
    [(-31, Fault.FROM_THE_FUTURE), (-30, None), (0, None), (300, None), (301, Fault.EXPIRED), (90_000, Fault.EXPIRED)],
)
def test_a_message_lives_for_five_minutes_and_may_come_from_a_clock_that_is_a_little_ahead(
    seconds: int, found: Fault | None
):
    headers, _ = asked()
    now = NOW + timedelta(seconds=seconds)
    if found:
        assert fault(headers, now=now) is found
    else:
        assert held(headers, now=now)


def test_a_signature_by_another_key_or_under_another_name_is_not_taken():
    headers, _ = asked(signer=MALLORY)
    forged = headers["signature-input"].replace(keyid_of(MALLORY.key), keyid_of(NORTHTOWN.key))
    assert fault(headers | {"signature-input": forged}) is Fault.SIGNATURE_WRONG
    assert held(headers).key.name == "mallory"
    unknown = headers["signature-input"].replace(keyid_of(MALLORY.key), "nobody+00000000")
    assert fault(headers | {"signature-input": unknown}) is Fault.KEY_UNKNOWN


@pytest.mark.parametrize("name", ["content-type", "content-digest", "signature-input", "signature"])
def test_a_header_that_is_missing_or_twice_there_is_refused(name: str):
    headers, _ = asked()
    assert fault({key: value for key, value in headers.items() if key != name}) is Fault.NOT_SIGNED
    fields = list(headers.items())
    for second in (headers[name], "easement=:AAAA:", ""):
        assert fault([*fields, (name, second)]) is Fault.HEADER_REPEATED
        assert fault([(name, second), *fields]) is Fault.HEADER_REPEATED


INPUTS = {
    "another label": ("easement=(", "sig1=("),
    "a second label": (';tag="', ';tag="easement-exchange/1", other=();tag="'),
    "a component less": (' "content-digest")', ")"),
    "the method left out": ('"@method" ', ""),
    "a component more": ('"content-digest")', '"content-digest" "date")'),
    "components in another order": ('"@method" "@target-uri"', '"@target-uri" "@method"'),
    "a component twice": ('("@method"', '("@method" "@method"'),
    "a parameter of a component": ('"content-digest")', '"content-digest";sf)'),
    "an algorithm swapped": ('alg="ed25519"', 'alg="hmac-sha256"'),
    "no algorithm": (';alg="ed25519"', ""),
    "another tag": ("easement-exchange/1", "easement-exchange/2"),
    "a longer life": ("expires=1795314120", "expires=1795314121"),
    "no life": ("expires=1795314120", "expires=1795313820"),
    "an expiry that is a text": ("expires=1795314120", 'expires="1795314120"'),
    "a negative time": ("created=", "created=-"),
    "a time with a fraction": (";keyid", ".5;keyid"),
    "a time in other digits": ("created=1", "created=١"),
    "a short nonce": (NONCE, NONCE[:-1]),
    "a nonce in capitals": (NONCE, NONCE.upper()),
    "no nonce": (f';nonce="{NONCE}"', ""),
    "a parameter twice": (';alg="ed25519"', ';alg="ed25519";alg="ed25519"'),
    "a folded line": (";created", ";\r\n created"),
    "a blank": (";created", "; created"),
    "a tab at the end": ('/1"', '/1"\t'),
    "a line feed at the end": ('/1"', '/1"\n'),
    "a quote in the keyid": ("northtown+", 'north\\"town+'),
    "a long keyid": ("northtown+", "n" * 300),
}


@pytest.mark.parametrize("trick", INPUTS)
def test_any_other_form_of_the_signature_header_is_refused(trick: str):
    headers, _ = asked()
    old, new = INPUTS[trick]
    assert old in headers["signature-input"]
    assert fault(headers | {"signature-input": headers["signature-input"].replace(old, new)}) is Fault.MALFORMED


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("signature", "easement=", "sig1="),
        ("signature", ":", ""),
        ("signature", "=:", "=: "),
        ("signature", "==:", "==:, other=:AAAA:"),
        ("signature", "easement=:", "easement=:AAAA"),
        ("content-digest", "sha-256", "sha-512"),
        ("content-digest", "sha-256", "SHA-256"),
        ("content-digest", "=:", "=:,sha-512=:"),
        ("content-type", "json", "json; charset=utf-8"),
        ("content-type", "application/json", "Application/JSON"),
    ],
)
def test_any_other_form_of_the_other_headers_is_refused(name: str, old: str, new: str):
    headers, _ = asked()
    assert fault(headers | {name: headers[name].replace(old, new, 1)}) is Fault.MALFORMED


@given(st.sampled_from(["content-digest", "signature-input", "signature", "content-type"]), st.data())
def test_any_changed_byte_of_a_header_is_refused(name: str, data: st.DataObject):
    headers, _ = asked()
    value = headers[name]
    at = data.draw(st.integers(0, len(value) - 1))
    other = data.draw(st.characters(min_codepoint=32, max_codepoint=255).filter(lambda each: each != value[at]))
    changed = headers | {name: value[:at] + other + value[at + 1 :]}
    with pytest.raises(NotGenuine):
        held(changed)


@given(
    st.lists(
        st.tuples(st.sampled_from(["signature", "signature-input", "content-digest", "content-type", "x"]), st.text())
    )
)
def test_whatever_comes_is_refused_as_a_fault_and_nothing_else(fields: list[tuple[str, str]]):
    assert fault(fields) in {Fault.MALFORMED, Fault.NOT_SIGNED, Fault.HEADER_REPEATED}
    bound_question(fields, method="POST", target=TARGET)


def test_an_answer_is_bound_to_what_came_even_if_it_was_forged_and_to_nothing_where_nothing_was_signed():
    headers, question = asked()
    assert bound_question([*headers.items()], method="POST", target=TARGET) == question
    assert bound_question([], method="POST", target=TARGET) is None
    wrong = {**headers, "signature": "easement=:*:"}
    assert bound_question([*wrong.items()], method="POST", target=TARGET) is None


def test_the_words_of_every_fault_follow_its_grammar():
    assert [each for each in Fault if not each.value.startswith("message.")] == []
    assert sorted(Fault) == list(Fault)


# The vectors of the reference


def test_the_vectors_of_the_reference_are_what_is_signed_here_and_each_is_found_to_be_what_it_says():
    assert vectors.FILE.read_text() == vectors.written()
    known = json.loads(vectors.FILE.read_text())
    for vector in (*known["questions"], *known["answers"]):
        assert vectors.outcome(known, vector) == vector["expect"], vector["name"]
    assert {each["expect"] for each in known["questions"]} > {"", "message.signature-wrong"}

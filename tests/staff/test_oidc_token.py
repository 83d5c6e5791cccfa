"""ID tokens that a provider would never give: each is refused (OpenID Connect Core 1.0, section 3.1.3.7)."""

import base64
import hashlib
import hmac
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

from easement.base.errors import ProofFailed
from easement.staff.oidc_token import LEEWAY, UnknownKey, read_id_token

from .keeper import NOW

SECONDS = int(NOW.timestamp())
KEY = RSAKey.generate_key(2048, {"kid": "one", "use": "sig", "alg": "RS256"})
PUBLIC = KEY.as_dict(private=False)
CLAIMS = {
    "iss": "https://login.example",
    "sub": "amina",
    "aud": "northtown",
    "iat": SECONDS,
    "exp": SECONDS + 300,
    "nonce": "n-1",
}


def signed(claims: dict[str, Any] | None = None, header: dict[str, Any] | None = None, key: Any = KEY) -> str:
    head = {"alg": "RS256", "kid": "one"} | (header or {})
    return jwt.encode(head, CLAIMS if claims is None else claims, key, algorithms=[head["alg"]])


def read(token: str, keys: list[dict[str, Any]] | None = None, access_token: str = "", now=NOW) -> str:
    given = {"issuer": "https://login.example", "client_id": "northtown", "nonce": "n-1", "access_token": access_token}
    return read_id_token(token, [PUBLIC] if keys is None else keys, now=now, **given)


def part(value: Any) -> str:
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def test_a_sound_token_names_its_subject():
    assert read(signed()) == "amina"
    assert read(signed(CLAIMS | {"aud": ["northtown"]})) == "amina"
    assert read(signed(CLAIMS | {"aud": ["northtown", "other"], "azp": "northtown"})) == "amina"


@pytest.mark.parametrize(
    ("key", "alg"),
    [
        (ECKey.generate_key("P-256", {"kid": "e", "use": "sig"}), "ES256"),
        (OKPKey.generate_key("Ed25519", {"kid": "e", "use": "sig"}), "Ed25519"),
        (RSAKey.generate_key(2048, {"kid": "e"}), "PS256"),
    ],
    ids=["ES256", "Ed25519", "PS256"],
)
def test_other_signatures_of_a_providers_own_key_count(key, alg: str):
    assert read(signed(header={"alg": alg, "kid": "e"}, key=key), [key.as_dict(private=False)]) == "amina"


@pytest.mark.parametrize("alg", ["none", "None", "NONE", "nOnE", ""])
def test_a_token_without_a_signature_proves_nothing(alg: str):
    for end in ("", part(b"x")):
        with pytest.raises(ProofFailed):
            read(f"{part({'alg': alg, 'kid': 'one'})}.{part(CLAIMS)}.{end}")


def test_the_public_key_is_no_secret():
    """An attacker signs with HS256 and the provider's public key, which everybody has."""
    for secret in (KEY.as_pem(private=False), json.dumps(PUBLIC).encode(), PUBLIC["n"].encode()):
        body = f"{part({'alg': 'HS256', 'kid': 'one'})}.{part(CLAIMS)}"
        forged = f"{body}.{part(hmac.digest(secret, body.encode(), hashlib.sha256))}"
        with pytest.raises(ProofFailed):
            read(forged)


def test_a_secret_key_among_the_providers_keys_counts_for_nothing():
    shared = OctKey.import_key(b"s" * 32, {"kid": "one"})
    body = jwt.encode({"alg": "HS256", "kid": "one"}, CLAIMS, shared, algorithms=["HS256"])
    with pytest.raises(ProofFailed):
        read(body, [shared.as_dict()])


def test_a_key_carried_by_the_token_itself_counts_for_nothing():
    own = RSAKey.generate_key(2048, {"kid": "one"})
    for more in ({"jwk": own.as_dict(private=False)}, {"jku": "https://mallory.example/keys"}):
        try:
            token = signed(header=more, key=own)
        except ValueError:
            token = f"{part({'alg': 'RS256', 'kid': 'one', **more})}.{part(CLAIMS)}.{part(b'x' * 256)}"
        with pytest.raises(ProofFailed):
            read(token)


@pytest.mark.parametrize("kid", ["two", "", "../../etc/passwd"])
def test_a_key_that_is_not_known_is_told_of_as_that(kid: str):
    with pytest.raises(UnknownKey):
        read(signed(header={"kid": kid}, key=RSAKey.generate_key(2048, {"kid": kid})))


def test_another_key_under_a_known_name_does_not_fit():
    with pytest.raises(UnknownKey):
        read(signed(key=RSAKey.generate_key(2048, {"kid": "one"})))


def test_a_key_for_encryption_signs_nothing():
    with pytest.raises(UnknownKey):
        read(signed(), [PUBLIC | {"use": "enc"}])


def test_a_critical_extension_that_nobody_knows_is_refused():
    body = f"{part({'alg': 'RS256', 'kid': 'one', 'crit': ['x'], 'x': 1})}.{part(CLAIMS)}.{part(b'x' * 256)}"
    with pytest.raises(ProofFailed):
        read(body)


@pytest.mark.parametrize(
    "change",
    [
        {"iss": "https://login.example/"}, {"iss": None}, {"iss": ["https://login.example"]},
        {"aud": "other"}, {"aud": []}, {"aud": ["other"]}, {"aud": None}, {"aud": "northtown "},
        {"aud": ["northtown", "other"], "azp": "other"},
        {"nonce": "n-2"}, {"nonce": ""}, {"nonce": None}, {"nonce": ["n-1"]},
        {"sub": ""}, {"sub": None}, {"sub": 7}, {"sub": "a" * 256},
        {"exp": "never"}, {"exp": None}, {"iat": None}, {"nbf": SECONDS + 3600},
        {"azp": "other"}, {"auth_time": "then"},
    ],
    ids=str,
)  # fmt: skip
def test_a_claim_that_is_not_right_is_refused(change: dict[str, Any]):
    with pytest.raises(ProofFailed):
        read(signed(CLAIMS | change))


@pytest.mark.parametrize("claim", ["iss", "aud", "nonce", "sub", "exp", "iat"])
def test_a_claim_that_is_missing_is_refused(claim: str):
    with pytest.raises(ProofFailed):
        read(signed({name: value for name, value in CLAIMS.items() if name != claim}))


def test_an_access_token_that_was_swapped_is_seen():
    good, other = "access-one", "access-two"
    half = hashlib.sha256(good.encode()).digest()[:16]
    token = signed(CLAIMS | {"at_hash": part(half)})
    assert read(token, access_token=good) == "amina"
    with pytest.raises(ProofFailed, match="`at_hash`"):
        read(token, access_token=other)


@given(st.integers(-900, 900))
def test_a_token_counts_until_it_expires_with_a_minutes_leeway(seconds: int):
    token = signed(CLAIMS | {"exp": SECONDS + seconds})
    if seconds > -LEEWAY:
        assert read(token) == "amina"
    elif seconds < -LEEWAY:
        with pytest.raises(ProofFailed, match="`exp`"):
            read(token)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=9) | st.just("northtown"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=4,
)


@given(st.sampled_from([*CLAIMS, "azp", "nbf", "auth_time", "amr", "at_hash", "acr"]), JSON)
def test_a_claim_of_any_shape_is_taken_as_it_is_or_refused(claim: str, value: Any):
    """Whatever stands there, nobody else comes out, and nothing breaks."""
    try:
        subject = read(signed(CLAIMS | {claim: value}), access_token="access")
    except ProofFailed:
        return
    assert subject == (value if claim == "sub" else "amina")
    assert claim not in {"iss", "nonce"} or value == CLAIMS[claim]
    assert claim != "aud" or value == "northtown" or "northtown" in value


@given(st.text(max_size=200))
def test_any_text_in_a_tokens_place_is_refused(text: str):
    with pytest.raises(ProofFailed):
        read(text)


@given(st.integers(0, 10**4), st.sampled_from("aZ9_-.~"))
def test_a_token_changed_in_one_place_is_refused(at: int, letter: str):
    token = signed()
    at %= token.rindex(".")
    if token[at] != letter:
        with pytest.raises(ProofFailed):
            read(token[:at] + letter + token[at + 1 :])


@pytest.mark.parametrize("keys", [[], [{}], [{"kty": "RSA"}], [{"kty": "RSA", "n": "!", "e": "AQAB"}], [{"kty": 5}]])
def test_keys_that_cannot_be_read_prove_nothing(keys: list[dict[str, Any]]):
    with pytest.raises(ProofFailed):
        read(signed(), keys)


def test_a_token_as_long_as_a_book_is_not_read():
    with pytest.raises(ProofFailed, match="too long"):
        read("x" * 20_000)

"""An ID token held to its rules (OpenID Connect Core 1.0, section 3.1.3.7): who signed it, for whom, and when."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from authlib.oidc.core import CodeIDToken  # type: ignore[import-untyped]
from joserfc import jwt
from joserfc.errors import BadSignatureError, ClaimError, InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet, import_key

from easement.base.errors import ProofFailed

__all__ = ["ALGORITHMS", "UnknownKey", "read_id_token"]

ALGORITHMS = ("RS256", "PS256", "ES256", "ES384", "Ed25519")
"""Signatures with a provider's own key. `none` proves nothing, and with HS256 a public key would do as the secret."""

LEEWAY = 60
"""Seconds by which a provider's clock may differ."""

LONGEST_TOKEN = 16_384
LONGEST_SUBJECT = 255
"""Characters of a subject (OpenID Connect Core 1.0, section 2)."""


class UnknownKey(ProofFailed):
    """No key of the provider that is known here made the signature; it may have a new one."""


def read_id_token(
    token: str,
    keys: Iterable[Mapping[str, Any]],
    *,
    issuer: str,
    client_id: str,
    nonce: str,
    access_token: str,
    now: datetime,
) -> str:
    """The subject of an ID token; raises `ProofFailed` for one that may not be trusted, `UnknownKey` among them.

    `keys` are the provider's, as JSON Web Keys; `nonce` is what this browser was sent with.
    """
    decoded = _decoded(token, keys)
    wanted: Any = {"iss": {"essential": True, "value": issuer}, "aud": {"essential": True, "value": client_id}}
    expected = {"client_id": client_id, "nonce": nonce, "access_token": access_token}
    claims = CodeIDToken(decoded.claims, decoded.header, wanted, expected)
    try:
        claims.validate(now=int(now.timestamp()), leeway=LEEWAY)
    except ClaimError as error:
        raise _not_trusted(f"its `{error.claim}` is not right") from None
    except (JoseError, ValueError, TypeError, KeyError):
        raise _not_trusted("what it says is not well formed") from None
    subject = decoded.claims["sub"]
    if not isinstance(subject, str) or not 0 < len(subject) <= LONGEST_SUBJECT:
        raise _not_trusted("its `sub` is not right")
    return subject


def _decoded(token: str, keys: Iterable[Mapping[str, Any]]) -> jwt.Token:
    if len(token) > LONGEST_TOKEN:
        raise _not_trusted("it is too long")
    try:
        return jwt.decode(token, _public_keys(keys), algorithms=ALGORITHMS)
    except (BadSignatureError, InvalidKeyIdError):
        raise UnknownKey("no key of the sign-in provider fits its answer", remedy=_AGAIN) from None
    except (JoseError, ValueError, TypeError, KeyError):
        raise _not_trusted("its signature cannot be checked") from None


def _public_keys(keys: Iterable[Mapping[str, Any]]) -> KeySet:
    """The keys that sign; a secret one has no place among them, and one that cannot be read is passed over."""
    fit = [key for key in keys if key.get("kty") in {"RSA", "EC", "OKP"} and key.get("use", "sig") == "sig"]
    return KeySet([read for key in fit if (read := _public_key(key)) is not None])


def _public_key(key: Mapping[str, Any]) -> Any:
    try:
        return import_key({name: value for name, value in key.items() if name not in _PRIVATE})
    except (JoseError, ValueError, TypeError, KeyError):
        return None


_PRIVATE = {"d", "p", "q", "dp", "dq", "qi", "oth", "k"}
_AGAIN = "sign in again; where that does not help, tell whoever runs the provider"


def _not_trusted(why: str) -> ProofFailed:
    return ProofFailed(f"the sign-in provider's answer cannot be trusted: {why}", remedy=_AGAIN)

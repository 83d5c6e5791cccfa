"""Signing in through an OpenID Connect provider: the code flow with PKCE (RFC 7636, S256).

`begin_oidc` says where to send the browser, and what it must keep in a cookie meanwhile; `finish_oidc` takes what the
provider sent back with it. State and nonce are bound to the browser by that cookie, which is sealed. Being known to
the provider lets nobody in: an administrator has linked the identity to an account, or the person came with an
invitation.
"""

import base64
import hmac
import ipaddress
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote, urlsplit

import httpx
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri  # type: ignore[import-untyped]
from authlib.oauth2.rfc7636 import create_s256_code_challenge  # type: ignore[import-untyped]

from easement.base.bounded import read_bounded
from easement.base.database import reading
from easement.base.errors import ProofFailed, Refused, SourceUnreachable, UsageError
from easement.staff import tables
from easement.staff.oidc_token import UnknownKey, read_id_token
from easement.staff.people import accept_external
from easement.staff.ports import Keeper
from easement.staff.sealing import Sealer
from easement.staff.tokens import new_token

__all__ = ["COOKIE_SECONDS", "Begun", "OidcClient", "begin_oidc", "finish_oidc"]

COOKIE_SECONDS = 600
"""How long somebody may take at the provider; the cookie should live as long."""

FRESH = timedelta(hours=1)
"""How long what a provider says of itself is used before it is asked again; a new key is asked for at once."""

DISCOVERY = "/.well-known/openid-configuration"
WHAT = "oidc-cookie"

MOST_BYTES, MOST_SECONDS = 1 << 20, 20
"""Longest answer of a provider that is read, and how long all of it may take: a dozen keys are some 20 kB."""


@dataclass(frozen=True, slots=True)
class Begun:
    """Where to send the browser, and what to put into its cookie."""

    url: str
    cookie: str = field(repr=False)


@dataclass
class OidcClient:
    """This node at one provider. `redirect_uri` is the node's own address that the provider sends browsers back to.

    One is kept for as long as the node runs: it remembers what the provider said of itself.
    """

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    redirect_uri: str
    http: httpx.Client
    _known: dict[str, tuple[datetime, dict[str, Any]]] = field(default_factory=dict, init=False, repr=False)

    def metadata(self, now: datetime) -> dict[str, Any]:
        """What the provider says of itself; raises `SourceUnreachable`, and `ProofFailed` where it is another one."""
        document = self._document(self.issuer.rstrip("/") + DISCOVERY, now)
        if document.get("issuer") != self.issuer:
            raise ProofFailed(
                "the sign-in provider goes by another name than the settings say",
                remedy="write `oidc_issuer` exactly as the provider's own description has it",
            )
        return document

    def keys(self, now: datetime, *, anew: bool = False) -> list[dict[str, Any]]:
        """The provider's public keys; `anew` asks for them whatever is remembered."""
        address = str(self.metadata(now).get("jwks_uri"))
        if anew:
            self._known.pop(address, None)
        found = self._document(address, now).get("keys")
        return [key for key in found if isinstance(key, dict)] if isinstance(found, list) else []

    def _document(self, address: str, now: datetime) -> dict[str, Any]:
        when, document = self._known.get(address, (None, {}))
        if when is None or not timedelta() <= now - when < FRESH:
            document = self.asked("GET", address)
            self._known[address] = (now, document)
        return document

    def asked(self, method: str, address: str, **more: Any) -> dict[str, Any]:
        """The provider's answer, a JSON object; raises `SourceUnreachable`, and `Refused` where it says no."""
        headers = {"accept": "application/json", "accept-encoding": "identity", **more.pop("headers", {})}
        try:
            with self.http.stream(method, _safe(address), headers=headers, follow_redirects=False, **more) as answer:
                body = json.loads(read_bounded(answer, MOST_BYTES, MOST_SECONDS))
        except (httpx.HTTPError, ValueError, RecursionError) as error:
            raise SourceUnreachable("the sign-in provider does not answer", remedy="try again later") from error
        if answer.status_code >= 500 or not isinstance(body, dict):
            raise SourceUnreachable("the sign-in provider does not answer", remedy="try again later")
        if answer.status_code != 200:
            raise Refused("the sign-in provider did not let you in", remedy="sign in again, from the start")
        return body


def _safe(address: str) -> str:
    """An address that nobody between can read or change: TLS, or this machine; raises `UsageError`."""
    parts = urlsplit(address)
    if parts.scheme == "https" or (parts.scheme == "http" and _is_here(parts.hostname or "")):
        return address
    raise UsageError("the sign-in provider is not reached over https", remedy="mend `oidc_issuer` in the settings")


def _is_here(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def begin_oidc(keeper: Keeper, client: OidcClient, *, now: datetime, invitation: str = "") -> Begun:
    """Begin a sign-in at the provider; with an invitation's token, whoever comes back is linked to its account.

    Raises `SourceUnreachable` where the provider does not answer.
    """
    described = client.metadata(now)
    kept = {name: new_token() for name in ("state", "nonce", "verifier")}
    url = prepare_grant_uri(
        _safe(str(described.get("authorization_endpoint"))),
        client.client_id,
        "code",
        client.redirect_uri,
        "openid",
        kept["state"],
        nonce=kept["nonce"],
        code_challenge=create_s256_code_challenge(kept["verifier"]),
        code_challenge_method="S256",
    )
    record = {**kept, "issuer": client.issuer, "invitation": invitation, "at": int(now.timestamp())}
    sealed = Sealer(keeper.master_key).seal_record(record, WHAT, client.redirect_uri)
    return Begun(url, base64.urlsafe_b64encode(sealed).decode().rstrip("="))


def finish_oidc(keeper: Keeper, client: OidcClient, cookie: str, answer: Mapping[str, str], *, now: datetime) -> str:
    """The id of the account of whoever came back; open their session with `open_session`.

    `answer` is the query that the provider sent the browser back with. Raises `Refused` where nobody is let in,
    `ProofFailed` for an answer that cannot be trusted, and `SourceUnreachable`.
    """
    kept = _kept(keeper, client, cookie, now)
    described = client.metadata(now)
    _check_answer(kept, described, answer)
    if answer.get("error") or not answer.get("code"):
        raise Refused("the sign-in provider did not let you in", remedy="sign in again, from the start")
    tokens = _exchange(client, described, answer["code"], str(kept["verifier"]))
    subject = _subject(client, tokens, str(kept["nonce"]), now)
    if kept["invitation"]:
        return accept_external(keeper, str(kept["invitation"]), client.issuer, subject, now=now)
    with reading(keeper.engine) as connection:
        index = Sealer(keeper.master_key).index("external", client.issuer, subject)
        account_id = tables.account_of_external(connection, index)
    if account_id is None:
        raise Refused(
            "the sign-in provider knows you, and this node does not",
            remedy=f"ask an administrator to link your account to `{_seen(subject)}`",
        )
    return account_id


def _seen(text: str) -> str:
    return "".join(each if each.isprintable() else "?" for each in text)


def _kept(keeper: Keeper, client: OidcClient, cookie: str, now: datetime) -> dict[str, Any]:
    """What the browser was sent away with; raises `Refused` for another's cookie, or one that is too old."""
    again = Refused("this sign-in was not begun in this browser, or took too long", remedy="sign in again")
    try:
        sealed = base64.urlsafe_b64decode(cookie + "=" * (-len(cookie) % 4))
        kept = Sealer(keeper.master_key).open_record(sealed, WHAT, client.redirect_uri)
    except (ProofFailed, ValueError):
        raise again from None
    if kept["issuer"] != client.issuer or not 0 <= now.timestamp() - kept["at"] < COOKIE_SECONDS:
        raise again
    return kept


def _check_answer(kept: Mapping[str, Any], described: Mapping[str, Any], answer: Mapping[str, str]) -> None:
    """The state is this browser's, and the answer this provider's (RFC 9207); raises `Refused`."""
    mine = hmac.compare_digest(str(kept["state"]).encode(), answer.get("state", "").encode("utf-8", "replace"))
    must_say = described.get("authorization_response_iss_parameter_supported") is True
    theirs = answer.get("iss", None if must_say else kept["issuer"]) == kept["issuer"]
    if not mine or not theirs:
        raise Refused("this sign-in was not begun in this browser, or took too long", remedy="sign in again")


def _exchange(client: OidcClient, described: Mapping[str, Any], code: str, verifier: str) -> dict[str, Any]:
    """The tokens that a code is worth; this node says who it is in the way that the provider takes."""
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": client.redirect_uri,
        "code_verifier": verifier,
    }
    headers = {}
    ways = described.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
    if not client.client_secret:
        form["client_id"] = client.client_id
    elif "client_secret_basic" in ways:
        pair = f"{quote(client.client_id, safe='')}:{quote(client.client_secret, safe='')}"  # RFC 6749, section 2.3.1
        headers["authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
    else:
        form |= {"client_id": client.client_id, "client_secret": client.client_secret}
    return client.asked("POST", str(described.get("token_endpoint")), data=form, headers=headers)


def _subject(client: OidcClient, tokens: Mapping[str, Any], nonce: str, now: datetime) -> str:
    """Who the ID token is about; the provider's keys are asked for anew where none that is remembered fits."""

    def read(keys: list[dict[str, Any]]) -> str:
        return read_id_token(
            str(tokens.get("id_token", "")),
            keys,
            issuer=client.issuer,
            client_id=client.client_id,
            nonce=nonce,
            access_token=str(tokens.get("access_token", "")),
            now=now,
        )

    try:
        return read(client.keys(now))
    except UnknownKey:
        return read(client.keys(now, anew=True))

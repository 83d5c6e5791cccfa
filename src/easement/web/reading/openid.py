"""Signing in at an OpenID Connect provider, through the staff room."""

from collections.abc import Mapping
from datetime import datetime

import httpx

from easement.base.errors import EasementError
from easement.exchange.ports import own_url
from easement.node.home import Node
from easement.staff import service as staff
from easement.staff.model import SignedIn
from easement.staff.oidc import Begun, OidcClient, begin_oidc, finish_oidc

__all__ = ["RETURN", "begin", "client_of", "finish"]

RETURN = "/sign-in/openid/return"
"""Where the provider sends browsers back to."""

SECONDS = 10.0


def client_of(node: Node) -> OidcClient | None:
    """This node at its provider, kept for as long as it runs; nothing where the settings name none."""
    rules = node.settings.staff
    if not rules.oidc_issuer:
        return None
    secret = node.home / "keys" / "oidc.secret"
    return OidcClient(
        issuer=rules.oidc_issuer,
        client_id=rules.oidc_client_id,
        client_secret=secret.read_text().strip() if secret.is_file() else "",
        redirect_uri=own_url(node) + RETURN,
        http=httpx.Client(timeout=SECONDS),
    )


def begin(node: Node, client: OidcClient, now: datetime, invitation: str) -> Begun | None:
    """Where to send the browser; nothing where the provider cannot be reached."""
    try:
        return begin_oidc(node, client, now=now, invitation=invitation)
    except EasementError:
        return None


def finish(
    node: Node, client: OidcClient, cookie: str, answer: Mapping[str, str], *, now: datetime, earlier: str
) -> SignedIn | str:
    """A session for whoever came back, or why there is none, in words for them."""
    try:
        account_id = finish_oidc(node, client, cookie, answer, now=now)
    except EasementError as error:
        return f"{error.what}: {error.remedy}" if error.remedy else error.what
    opened = staff.open_session(node, account_id, now=now, earlier=earlier)
    return opened or "the account is shut out: ask an administrator"

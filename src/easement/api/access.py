"""Who asks, and whether they may: a key in `Authorization`, a permission for each route, and what each sees."""

from typing import Annotated, Any

from fastapi import Depends, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from easement.api.problems import Kind, Problem
from easement.staff.model import Identity
from easement.staff.permissions import Permission
from easement.staff.service import identity_of_key

__all__ = ["OPEN", "SCHEME", "allowed", "needs", "sees"]

_MEMBERS_OWN = "the statement in it is signed by the member that it is about"

_STANDARDS = "standards and code lists are there to be used by others, and say nothing of anybody"

_REGISTER = "the register is public: agreements, counts that point at nobody, and concerns that somebody looked at"

OPEN: dict[str, str] = {
    "/healthz": "says that the process answers, to whatever restarts it",
    "/readyz": "names what disclosing needs and whether it is there; nothing of anybody",
    "/ledger/checkpoint": "the ledger is public: anybody may watch it",
    "/ledger/tile/{path}": "the ledger is public: anybody may watch it",
    "/ledger/key": "a public key",
    "/api/v1/standards": _STANDARDS,
    "/api/v1/standards/{standard}/{edition}": _STANDARDS,
    "/api/v1/code-lists": _STANDARDS,
    "/api/v1/code-lists/{codes}": _STANDARDS,
    "/api/v1/code-lists/{codes}/into/{to}": _STANDARDS,
    "/api/v1/openapi.json": "the description of the API; it is in the documentation too",
    "/api/v1/register": _REGISTER,
    "/api/v1/register/{agreement}": _REGISTER,
    "/api/v1/register/{agreement}/proof": _REGISTER,
    "/api/v1/numbers": _REGISTER,
    "/api/v1/concerns": _REGISTER,
    "/delta/files/{set_}/{number}.parquet": "the link is signed and short-lived, and dies with the agreement",
    "/directory/v1/current": "the directory is signed, and who reads it is nobody's business",
    "/directory/v1/consistency": "the operator's log is public, and so is how it grows",
    "/directory/v1/versions/{number}": "the directory is signed, and who reads it is nobody's business",
    "/directory/v1/join": "the statement in it is signed, and carries a code that works once",
    "/directory/v1/members/{organisation}/keys": _MEMBERS_OWN,
    "/directory/v1/members/{organisation}/leave": _MEMBERS_OWN,
    "/directory/v1/members/{organisation}/offer": _MEMBERS_OWN,
    "/witness/v1/add-checkpoint": "the checkpoint in it is signed by its log (C2SP tlog-witness)",
    "/witness/v1/checkpoints/{origin}": "what a witness has seen is public",
    "/witness/v1/key": "a public key",
}
"""Routes of programs and other nodes that ask nobody who they are, each with its reason; the pages have a list too."""

SCHEME = "programKey"
"""The name of the way in, in the description of the API."""

_BEARER = HTTPBearer(auto_error=False, scheme_name=SCHEME, description="A program's key with scopes.")


def allowed(*permissions: Permission) -> Any:
    """The dependency of a route: lets in whoever holds one of the permissions, or any key where none is named.

    It gives the route the `Identity`. Raises `Problem`: 401 without a key that works, 403 without the permission.
    """

    def check(request: Request, given: Annotated[HTTPAuthorizationCredentials | None, Security(_BEARER)]) -> Identity:
        identity = _identity(request, given)
        if permissions and not any(identity.may(each) for each in permissions):
            raise needs(*permissions)
        return identity

    check.permissions = permissions  # type: ignore[attr-defined]
    return Depends(check)


def _identity(request: Request, given: HTTPAuthorizationCredentials | None) -> Identity:
    identity = None
    if given is not None and len(request.headers.getlist("authorization")) == 1:
        identity = identity_of_key(request.app.state.node, given.credentials, request.app.state.clock())
    if identity is None:
        raise Problem(Kind.UNAUTHENTICATED, "the key is missing, or does not work" if given else "")
    return identity


def needs(*permissions: Permission) -> Problem:
    """The refusal of somebody who lacks a permission."""
    names = " or ".join(f"`{each.value}`" for each in permissions)
    return Problem(Kind.FORBIDDEN, f"this needs the permission {names}", "ask for a key with that scope")


def sees(identity: Identity, agreement_id: str | None) -> bool:
    """Whether somebody sees what happened under an agreement: they hold a role under it, or read the whole ledger."""
    if identity.may(Permission.AUDIT_LEDGER_READ):
        return True
    return agreement_id is not None and bool(identity.roles_for(agreement_id))

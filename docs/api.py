"""The reference of the API, from its own description."""

import json
from collections.abc import Iterator
from typing import Any

from easement.api.problems import KINDS
from easement.api.v1.router import description

__all__ = ["api_page", "openapi_text", "problems_section"]

ABOUT = """\
# API

What programs ask of a node, below `/api/v1`. The description in OpenAPI 3.1, with an example of every answer and every
error, is [openapi.json](openapi.json); a node gives its own at `/api/v1/openapi.json`. How to begin:
[Use the API](../how-to/use-the-api.md).

**Access.** Every request carries a program's key: `Authorization: Bearer KEY`. A key has scopes, and roles under
agreements. It sees what happened under the agreements in which it holds a role; with `audit:ledger:read` it sees all.
What a key may not see is not there: 404.

**Errors** are problem details (RFC 9457), of [one shape](errors.md#over-http) on every route.

**Lists** come page by page: `limit` (at most 500), and `next` as the `cursor` of the next page, which `Link` names too
(`rel="next"`). A page may hold fewer than `limit` and yet have a next. As CSV: `Accept: text/csv`, or `?format=csv`.

**Reads** have an `ETag`; with `If-None-Match` what did not change is not sent again (304).

**Asking once.** `POST /asks` and `POST /pictures` take an `Idempotency-Key` of 8 to 64 letters, digits, `-` and `_`.
The same key with the same question gets the same answer for as long as `keep_answers_hours` says
([settings](settings.md)), marked `Idempotency-Replayed: true`; with another question, or while the first is in hand, it
is a conflict (409). What failed is not kept, and may be asked again.

"""

ALSO = """\

## What is not below `/api/v1`

| path | what it is | who may |
| --- | --- | --- |
| `/healthz` | the process answers | anybody |
| `/readyz` | each thing that disclosing needs, with its state; 503 where one is missing | anybody |
| `/metrics` | counters for Prometheus | a key with `node:metrics:read` |
| `/ledger/checkpoint`, `/ledger/tile/…`, `/ledger/key` | the ledger's public files (C2SP tlog-tiles) | anybody |
| `/exchange/v1/…` | messages between nodes | whoever signs as a member |
| `/directory/v1/…` | the cluster's directory, at its operator's node | anybody; statements are signed |
| `/witness/v1/…` | cosigning other logs' checkpoints (C2SP tlog-witness) | anybody; checkpoints are signed |
| `/delta/…` | bulk disclosures (Delta Sharing) | whoever was given the token |
"""


OVER_HTTP = """\
## Over HTTP

A node tells an error as problem details (RFC 9457, `application/problem+json`), on every route: `type` (one of the
kinds below), `title`, `status`, `detail`, `remedy` (what to do next) and `instance` (the request's id, which
`X-Request-Id` and the node's log have too). A refusal has `reasons`: each with its `code`, `clause`, `text` and
`remedy`. What was sent in the wrong shape has `problems`: each with `where`, `what` and `mend`. Messages between nodes
have problems of their own, which are signed.

"""


def openapi_text() -> str:
    """The description as a file."""
    return json.dumps(description(), indent=1, ensure_ascii=False) + "\n"


def api_page() -> str:
    """Every operation with what it does and the scope that it needs."""
    tags = dict.fromkeys(tag for _, _, operation in _operations() for tag in operation["tags"])
    return ABOUT + "\n".join(_section(tag) for tag in tags) + ALSO


def _operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in description()["paths"].items():
        for method, operation in methods.items():
            yield path.removeprefix("/api/v1"), method.upper(), operation


def _section(tag: str) -> str:
    rows = [_row(*each) for each in _operations() if tag in each[2]["tags"]]
    head = [f"## {tag[:1].upper()}{tag[1:]}", "", "| | what it does | scope |", "| --- | --- | --- |"]
    return "\n".join([*head, *rows, ""])


def _row(path: str, method: str, operation: dict[str, Any]) -> str:
    scopes = [scope for each in operation["security"] for names in each.values() for scope in names]
    needed = " or ".join(f"`{scope}`" for scope in scopes) or "any key"
    return f"| `{method} {path}` | {operation['description']} | {needed} |"


def problems_section() -> str:
    """Every kind of problem that a node tells over HTTP, each under the heading that its `type` leads to."""
    parts = (
        f"### {kind.value}\n\n`{said.status}`: {said.title}. What to do next: {said.remedy}.\n"
        for kind, said in sorted(KINDS.items(), key=lambda each: (each[1].status, each[0].value))
    )
    return OVER_HTTP + "\n".join(parts)

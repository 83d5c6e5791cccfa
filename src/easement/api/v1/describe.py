"""How operations stand in the OpenAPI description: every error with an example, lists also as tables."""

from typing import Any

from pydantic import BaseModel, Field

from easement.api.paging import CSV, JSON
from easement.api.problems import Kind, Problem
from easement.api.v1.shapes import ReasonShown

__all__ = ["PREFIX", "Answers", "ProblemShown", "also", "errors", "lists", "reads"]

PREFIX = "/api/v1"
"""Where version 1 stands."""

Answers = dict[int | str, dict[str, Any]]
"""The answers of an operation by status, as the description has them."""

EXAMPLE_ID = "84b2f691-588d-4e94-a5c3-f86e66bd8717"

ALWAYS = (Kind.BAD_REQUEST, Kind.NOT_FOUND, Kind.METHOD_NOT_ALLOWED, Kind.TOO_SLOW, Kind.TOO_LARGE, Kind.MISDIRECTED)
EVERYWHERE = (
    *ALWAYS,
    Kind.INVALID,
    Kind.HEADERS_TOO_LARGE,
    Kind.UNFORESEEN,
    Kind.PROOF_FAILED,
    Kind.OVERLOADED,
    Kind.STORAGE_FAILED,
)
"""What any operation may answer."""

KEYED = (Kind.UNAUTHENTICATED, Kind.FORBIDDEN)

TAGS = {"ETag": {"description": "Changes when the answer does.", "schema": {"type": "string"}}}
LINKS = {"Link": {"description": 'The next page, as `rel="next"`.', "schema": {"type": "string"}}}


class ProblemMend(BaseModel):
    """One thing that is wrong with what was sent."""

    where: str
    what: str
    mend: str


class ProblemShown(BaseModel):
    """What went wrong (RFC 9457): the same shape on every route."""

    type: str = Field(description="Leads to the reference of errors.")
    title: str
    status: int
    detail: str
    remedy: str = Field(description="What to do next.")
    instance: str = Field(description="The request's id, which the node's log has too.")
    reasons: list[ReasonShown] | None = Field(None, description="Why a decision said no; every reason.")
    problems: list[ProblemMend] | None = Field(None, description="Each thing that is wrong with what was sent.")


def errors(*kinds: Kind, keyed: bool = True) -> Answers:
    """The errors of an operation, besides those that every operation has."""
    told: Answers = {}
    for kind in (*EVERYWHERE, *(KEYED if keyed else ()), *kinds):
        problem = Problem(kind, **_MORE.get(kind, {}))
        example = problem.as_dict(EXAMPLE_ID)
        entry = told.setdefault(problem.status, {"description": "", "content": {"application/problem+json": {}}})
        content = entry["content"]["application/problem+json"]
        content["schema"] = {"$ref": "#/components/schemas/ProblemShown"}
        content.setdefault("examples", {})[kind.value] = {"value": example}
        entry["description"] = " · ".join(dict.fromkeys([*filter(None, [entry["description"]]), example["title"]]))
    return told


_MORE: dict[Kind, dict[str, Any]] = {
    Kind.REFUSED: {
        "detail": "the purpose `debt-recovery` is never allowed under this agreement",
        "reasons": (
            {
                "code": "purpose.never-for",
                "met": False,
                "clause": "purpose.never_for",
                "text": "the purpose `debt-recovery` is never allowed under this agreement",
                "remedy": "ask for the purpose agreed: `benefit-eligibility`",
            },
        ),
    },
    Kind.INVALID: {
        "detail": "body.share: field required",
        "problems": ({"where": "body.share", "what": "field required", "mend": ""},),
    },
}


def reads(*kinds: Kind, keyed: bool = True) -> Answers:
    """The answers of an operation that reads one thing."""
    same: Answers = {304: {"description": "Nothing changed since the answer with the `ETag` given in `If-None-Match`."}}
    return {200: {"headers": TAGS}, **same, **errors(*kinds, keyed=keyed)}


def lists(*kinds: Kind, keyed: bool = True) -> Answers:
    """The answers of an operation that reads a list: as JSON, or as a table."""
    table = {CSV: {"schema": {"type": "string"}, "example": "id,title\r\nawards,Awards in payment\r\n"}}
    told = reads(Kind.INVALID, Kind.NOT_ACCEPTABLE, *kinds, keyed=keyed)
    return also(told, {JSON: {}, **table}, TAGS | LINKS)


def also(told: Answers, content: dict[str, Any], headers: dict[str, Any] | None = None) -> Answers:
    """The same answers, where a good one comes in these media types, with these headers."""
    return {**told, 200: {"headers": headers or TAGS, "content": content}}

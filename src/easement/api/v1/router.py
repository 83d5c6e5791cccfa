"""All of version 1, and its description."""

import json
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from fastapi import APIRouter, FastAPI, Request, Response
from pydantic import BaseModel

from easement import __version__
from easement.api.access import OPEN, SCHEME
from easement.api.paging import answered
from easement.api.v1 import (
    agreements,
    asks,
    assessments,
    corrections,
    counts,
    disclosures,
    duties,
    evidence,
    ledger,
    mappings,
    matches,
    pictures,
    proposals,
    register,
    registers,
    sets,
    shapes,
    shapes_asks,
    shapes_assessments,
    shapes_ledger,
    shapes_proposals,
    shapes_quality,
    shapes_register,
    shapes_sets,
    shapes_standards,
    standards,
)
from easement.api.v1.describe import PREFIX, ProblemShown
from easement.api.v1.shapes import example_of

__all__ = ["ROUTERS", "description"]

ABOUT = """\
What programs ask of an organisation's node: agreements, questions under them, what was disclosed and refused, and the
proof of it. Every request carries a program's key (`Authorization: Bearer KEY`); a key has scopes, and sees what
happened under the agreements in which it holds a role.

Errors are problem details (RFC 9457) of one shape. A refusal is no fault: it names every reason, and what would make
it lawful. Lists come page by page (`next`, and `Link: rel="next"`), as JSON or as CSV. Reads have an `ETag`. A question
sent with an `Idempotency-Key` is asked once, however often it is sent.
"""

SHAPES: tuple[type[BaseModel], ...] = (
    *(shapes.Who, shapes.AgreementLine, shapes.AgreementShown, shapes.DatasetLine, shapes.MemberLine),
    *(shapes_asks.AskWanted, shapes_asks.Answer, shapes_asks.PictureWanted, shapes_asks.PictureShown),
    *(shapes_ledger.EntryLine, shapes_ledger.DisclosureLine, shapes_ledger.DisclosureShown, shapes_ledger.RefusalLine),
    *(shapes_ledger.LedgerShown, shapes_ledger.CheckWanted, shapes_ledger.Proved, shapes_ledger.CountLine),
    *(shapes_register.RegisterLine, shapes_register.RegisterShown, shapes_register.NumberLine),
    shapes_register.ConcernLine,
    *(shapes_ledger.Comparison, shapes_sets.SetWanted, shapes_sets.ListWanted, shapes_sets.SetLine),
    *(*matches.SHAPES, shapes_quality.QualityShown),
    *mappings.SHAPES,
    *(pictures.PeopleWanted, pictures.PeopleSeen, *corrections.SHAPES),
    *(shapes_sets.ProfileShown, duties.DutyLine, duties.CertificateShown),
    *(shapes_assessments.QuestionShown, shapes_assessments.AnswersTried, shapes_assessments.Tried),
    *(shapes_assessments.AnswersWanted, shapes_assessments.AssessmentLine, shapes_assessments.AssessmentShown),
    *(shapes_assessments.DraftShown, shapes_assessments.ImpactStarted, shapes_assessments.ImpactWritten),
    shapes_assessments.ImpactShown,
    *(shapes_standards.StandardLine, shapes_standards.StandardShown, shapes_standards.CodeListLine),
    *(shapes_standards.CodeLine, shapes_standards.PairLine),
    *(shapes_proposals.WishWanted, shapes_proposals.DraftWanted, shapes_proposals.ActWanted),
    *(shapes_proposals.ProposalLine, shapes_proposals.ProposalShown, shapes_proposals.TextShown),
)
"""Every shape that brings an example."""

EXAMPLES = {
    "Idempotency-Key": "2f1c9a52-7f2a-4e4b-9b1e-6f1d0a6f3c11",
    "after": "",
    "agreement": "free-school-meals",
    "case": shapes.MESSAGE,
    "correction": shapes.MESSAGE,
    "assessment": shapes_assessments.ID,
    "codes": "sex-nhs",
    "cursor": "",
    "dataset": "awards",
    "direction": "given",
    "database": "",
    "edition": 1,
    "entry": 41,
    "file": "awards.csv",
    "format": "json",
    "limit": 50,
    "member": "dwp",
    "message": shapes.MESSAGE,
    "on": "2026-11-01",
    "organisation": "northtown",
    "pair": matches.PAIR,
    "proposal": shapes.MESSAGE,
    "queue": matches.QUEUE,
    "purpose": "benefit-eligibility",
    "since": "2026-11-01",
    "standard": "person",
    "state": "in-force",
    "table": "",
    "to": "sex",
    "type": "gate:disclosure:released",
    "until": "2026-11-30",
    "words": "school meals",
}
"""What parameters look like."""

own = APIRouter(prefix=PREFIX)
"""What version 1 says of itself."""

ROUTERS = (
    *(
        registers.router,
        agreements.router,
        asks.router,
        pictures.router,
        corrections.router,
        sets.router,
        disclosures.router,
        duties.router,
        mappings.router,
        matches.router,
        proposals.router,
    ),
    *(ledger.router, evidence.router, counts.router, assessments.router, register.router),
    *(standards.router, own),
)
"""Everything below `/api/v1`."""


@own.get("/openapi.json", include_in_schema=False)
def openapi(request: Request) -> Response:
    """The description of the API (OpenAPI 3.1)."""
    return answered(request, json.dumps(description(), ensure_ascii=False).encode(), "application/json", {})


@cache
def description() -> dict[str, Any]:
    """The API in OpenAPI 3.1, complete with examples."""
    app = FastAPI(
        title="Easement", version=__version__, description=ABOUT, license_info={"name": "Apache-2.0"}, telemetry=None
    )
    for router in ROUTERS:
        app.include_router(router)
    told = app.openapi()
    schemas = told["components"]["schemas"]
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    shown = ProblemShown.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas.update(shown.pop("$defs", {}))
    schemas["ProblemShown"] = shown
    for shape in SHAPES:  # the framework leaves out of examples what is null
        schemas[shape.__name__]["example"] = example_of(shape)
    told["servers"] = [{"url": "/", "description": "This node."}]
    for route in _routes(app):
        for method in route.methods:
            _complete(told["paths"][route.path_format][method.lower()], route, schemas)
    return told


def _routes(app: FastAPI) -> Iterator[Any]:
    for each in app.routes:
        contexts: Iterable[Any] = getattr(each, "effective_route_contexts", tuple)()
        yield from (context for context in contexts if context.include_in_schema)


def _complete(operation: dict[str, Any], route: Any, schemas: dict[str, Any]) -> None:
    """Say which scopes an operation asks for, and give an example wherever there is none."""
    scopes = [scope.value for call in _calls(route.dependant) for scope in getattr(call, "permissions", ())]
    keyed: list[dict[str, list[str]]] = [] if route.path_format in OPEN else [{SCHEME: []}]
    operation["security"] = [{SCHEME: [scope]} for scope in scopes] or keyed
    for parameter in operation.get("parameters", ()):
        parameter.setdefault("example", EXAMPLES[parameter["name"]])
    bodies = [operation.get("requestBody", {}), operation["responses"]["200"]]
    for content in (content for body in bodies for content in body.get("content", {}).values()):
        if "example" not in content:
            content["example"] = _example(content["schema"], schemas)


def _calls(dependant: Any) -> Iterator[Any]:
    for each in dependant.dependencies:
        yield each.call
        yield from _calls(each)


def _example(schema: dict[str, Any], schemas: dict[str, Any]) -> Any:
    """The example of a shape; of a page, one of its things."""
    shape = schemas[schema["$ref"].rpartition("/")[2]]
    if "example" in shape:
        return shape["example"]
    return {"items": [_example(shape["properties"]["items"]["items"], schemas)], "next": None}

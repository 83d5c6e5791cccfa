"""The pages of a node, mounted on the app that answers everything else."""

from http import HTTPStatus

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from easement.api.problems import Problem
from easement.node.home import Node
from easement.web.assets import load_assets
from easement.web.environment import environment
from easement.web.reading.openid import client_of
from easement.web.route import error_page
from easement.web.routes import (
    adopting,
    asking,
    assessing,
    bulk,
    cluster,
    corrections,
    dressing,
    editing,
    emergencies,
    entry,
    impact,
    learning,
    mapping,
    matches,
    offers,
    openid,
    people,
    picture,
    proof,
    proposals,
    records,
    register,
    standards,
)
from easement.web.security import cookies_for
from easement.web.states import States
from easement.web.views.entry import Failed, Forbidden, NotFound, Unavailable
from easement.web.views.page import View
from easement.web.visit import Desk

__all__ = ["OPEN", "mount"]

OPEN = {
    "/assets/{name}": "styles and scripts, the same for everybody",
    "/sign-in": "the way in",
    "/sign-in/openid": "the way in through an OpenID Connect provider",
    "/sign-in/openid/return": "the way back from that provider",
    "/enrol": "the first way in, for whoever holds an invitation",
    "/enrol/invitation": "reads an invitation, for whoever holds one",
    "/signed-out": "says that nobody is signed in any more",
    **dict.fromkeys(
        (
            *("/register", "/register.json", "/register.csv", "/register.jsonld", "/register/feed.atom"),
            *("/register/numbers", "/register/agreements/{id_}", "/register/agreements/{id_}/versions/{version}"),
            *("/register/agreements/{id_}/proof", "/register/concerns", "/register/concerns/{id_}"),
        ),
        "the register is public: agreements, counts that point at nobody, and concerns that somebody looked at",
    ),
    **dict.fromkeys(
        (
            *("/standards", "/standards/compare", "/standards/{id_}/{version}"),
            *("/codes", "/codes/{name}", "/crosswalks/{from_}/{to}"),
        ),
        "standards and code lists are there to be used by others, and say nothing of anybody",
    ),
    "/register/agreements/{id_}/concern": "anybody may raise a concern: so many an hour, so long, and sealed",
}
"""The pages that ask for nobody, and why; every other one has its permission or asks that somebody is signed in."""


def mount(app: FastAPI, node: Node) -> None:
    """Put the pages on an app, for an open node, and show its problems to people as pages."""
    app.state.desk = Desk(
        node=node,
        templates=environment(),
        assets=load_assets(),
        cookies=cookies_for(node.organisation, node.settings.server),
        states=States(node.engine, node.master_key),
        openid=client_of(node),
        clock=app.state.clock,
    )
    app.state.problem_page = problem_page
    for room in (
        dressing,
        entry,
        openid,
        asking,
        picture,
        corrections,
        bulk,
        records,
        proposals,
        offers,
        emergencies,
        proof,
        mapping,
        cluster,
        people,
        learning,
        matches,
        editing,
        assessing,
        impact,
        register,
        adopting,
        standards,
    ):
        app.include_router(room.router)


def problem_page(request: Request, problem: Problem) -> Response:
    """A problem as a page."""
    misspelt = problem.status == HTTPStatus.UNPROCESSABLE_ENTITY  # a part of the address that cannot be
    return error_page(request, _view(problem), HTTPStatus.NOT_FOUND if misspelt else problem.status)


def _view(problem: Problem) -> View:
    match problem.status:
        case HTTPStatus.NOT_FOUND | HTTPStatus.METHOD_NOT_ALLOWED | HTTPStatus.UNPROCESSABLE_ENTITY:
            return NotFound()
        case HTTPStatus.FORBIDDEN | HTTPStatus.UNAUTHORIZED:
            return Forbidden()
        case HTTPStatus.SERVICE_UNAVAILABLE:
            return Unavailable()
    return Failed()

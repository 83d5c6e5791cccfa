"""A change of a code list: bring a list, see what using it would break, adopt it, and see what was adopted."""

from dataclasses import asdict, replace
from http import HTTPStatus
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Depends, Query
from starlette.responses import Response

from easement.base.errors import EasementError
from easement.gate.code_changes import MOST_BROUGHT, Stale, adopt_logged, bring, drop_brought
from easement.staff.permissions import Permission
from easement.web.language import say
from easement.web.lists import FORMATS, as_file
from easement.web.reading import adopting as reading
from easement.web.route import pages, see
from easement.web.views.page import Wrong
from easement.web.visit import Posted, Visit, posted, visitor

__all__ = ["router"]

router = pages()
"""`/codes/change…` and `/codes/adopted`; before the pages of single lists, whose names these could be."""

Reader = Annotated[Visit, Depends(visitor(Permission.DATA_DATASET_READ, Permission.DATA_DATASET_MANAGE))]
Manager = Annotated[Visit, Depends(visitor(Permission.DATA_DATASET_MANAGE))]
Form = Annotated[Posted, Depends(posted)]
Format = Annotated[str, Query(alias="format")]

AT, LONGEST = "/codes/change", 200


def _manages(visit: Visit) -> bool:
    return visit.may(Permission.DATA_DATASET_MANAGE)


@router.get("/codes/change")
def change(visit: Reader, old: str = "", new: str = "", count: str = "", format_: Format = "") -> Response:
    """What it would break to use another code list; records are counted for whoever manages datasets."""
    manages = _manages(visit)
    view = reading.change_page(
        visit.node, old[:LONGEST], new[:LONGEST], visit.now.date(), manages=manages, count=manages and bool(count)
    )
    if format_ in FORMATS and view.changes is not None:
        return as_file("touched", [each.as_dict() | {"codes": list(each.codes)} for each in view.effects], format_)
    return visit.show(view)


@router.post("/codes/change/bring")
def brings(visit: Manager, form: Form) -> Response:
    """Keep a list that somebody brings, where nothing uses it yet."""
    old = form.text("old")[:LONGEST]
    try:
        name = bring(visit.node.home, form.file("list", MOST_BROUGHT + 1))
    except EasementError as error:
        view = reading.change_page(visit.node, old, "", visit.now.date(), manages=True)
        wrong = Wrong("list", reading.told(error))
        return visit.show(replace(view, errors=(wrong,)), status=HTTPStatus.UNPROCESSABLE_ENTITY)
    return see(f"{AT}?{urlencode({'old': old, 'new': name})}")


@router.post("/codes/change/drop")
def drop(visit: Manager, form: Form) -> Response:
    """Forget a list that was brought."""
    drop_brought(visit.node.home, form.text("new"))
    return see(AT)


@router.post("/codes/change/adopt")
def adopt(visit: Manager, form: Form) -> Response:
    """Adopt the list, as it was shown."""
    old, new, why = form.text("old")[:LONGEST], form.text("new")[:LONGEST], " ".join(form.text("why").split())[:1000]
    count = bool(form.text("count"))

    def again(problem: str, status: HTTPStatus) -> Response:
        view = reading.change_page(visit.node, old, new, visit.now.date(), manages=True, count=count)
        return visit.show(replace(view, why=why, errors=(Wrong("why", problem),)), status=status)

    if not reading.are_lists(visit.node, old, new):
        return again(say("Choose two code lists"), HTTPStatus.UNPROCESSABLE_ENTITY)
    if not why:
        return again(say("Say why it is adopted"), HTTPStatus.UNPROCESSABLE_ENTITY)
    if not form.text("seen"):
        return again(say("Look at what it breaks first"), HTTPStatus.CONFLICT)
    try:
        adopt_logged(
            visit.node,
            reading.ref_of(old),
            reading.ref_of(new),
            by=visit.identity.name,
            why=why,
            now=visit.now,
            seen=form.text("seen"),
        )
    except Stale as error:
        return again(reading.told(error), HTTPStatus.CONFLICT)
    except EasementError as error:
        return again(reading.told(error), HTTPStatus.UNPROCESSABLE_ENTITY)
    return see("/codes/adopted")


@router.get("/codes/adopted")
def adopted(visit: Reader, format_: Format = "") -> Response:
    """What was adopted here, by whom and why."""
    view = reading.adopted_page(visit.node)
    if format_ in FORMATS:
        return as_file("adopted", [asdict(each) for _, each in view.adoptions], format_)
    return visit.show(view)

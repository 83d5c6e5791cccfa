"""Proposals: who waits for whom, one of them with its text, and everything that can be done to it, each by a form."""

from dataclasses import replace
from http import HTTPStatus
from typing import Annotated

from fastapi import Depends, Path, Query
from starlette.responses import Response

from easement.base.errors import EasementError
from easement.permission.actor import NEEDED, of_identity
from easement.permission.dossier import Dossier
from easement.permission.drafts import Draft
from easement.permission.model import Kind
from easement.permission.transitions import Illegal
from easement.staff.permissions import Permission
from easement.web.language import say
from easement.web.lists import FORMATS, as_file
from easement.web.reading import acting, editing
from easement.web.reading import proposals as reading
from easement.web.reading.acting import BY_FORM, Filled
from easement.web.reading.offers import offered_state
from easement.web.route import pages, see
from easement.web.views.page import Wrong
from easement.web.visit import SECTIONS, Posted, Visit, posted, there, visitor

__all__ = ["router"]

router = pages()
"""`/proposals…`, and the ways from a draft to a proposal."""

Reader = Annotated[Visit, Depends(visitor(*SECTIONS["proposals"]))]
Drafter = Annotated[Visit, Depends(visitor(Permission.AGREEMENT_DRAFT_WRITE))]
Form = Annotated[Posted, Depends(posted)]
Id = Annotated[str, Path(pattern="^[0-9a-f]{32}$")]

WRONG = HTTPStatus.UNPROCESSABLE_ENTITY
WAITS = ("me", "us", "others", "late", "review")


@router.get("/proposals")
def proposals(
    visit: Reader, state: str = "", waits: str = "", format_: Annotated[str, Query(alias="format")] = ""
) -> Response:
    """What waits for whoever is signed in, and every proposal."""
    known = reading.proposals(visit.node, visit.identity, visit.now)
    state, waits = state if state in known.states else "", waits if waits in WAITS else ""
    view = reading.proposals(visit.node, visit.identity, visit.now, state=state, waits=waits)
    if format_ in FORMATS:
        return as_file("proposals", [line.as_row() for line in view.lines], format_)
    return visit.show(view)


@router.get("/proposals/{id_}")
def proposal(visit: Reader, id_: Id) -> Response:
    """One proposal."""
    dossier = _dossier(visit, id_)
    view = reading.one(visit.node, visit.identity, dossier, visit.now)
    return visit.show(replace(view, offering=offered_state(visit.node, visit.identity, dossier, visit.now)))


@router.get("/proposals/{id_}/text")
def text(visit: Reader, id_: Id, get: Annotated[str, Query()] = "") -> Response:
    """The text as the document that people would sign, or as its file."""
    dossier = _dossier(visit, id_)
    if get != "yaml":
        return visit.show(there(reading.text(visit.node, visit.identity, dossier, visit.now)))
    found = there(dossier.text)
    headers = {"Content-Disposition": f'attachment; filename="{found.id}.yaml"'}
    return Response(found.source, headers=headers, media_type="text/yaml")


@router.get("/proposals/{id_}/changes/{since}")
def changes(visit: Reader, id_: Id, since: Annotated[str, Path(pattern="^[0-9a-f]{64}$")]) -> Response:
    """What changed in the text since one that somebody knows."""
    dossier = _dossier(visit, id_)
    return visit.show(there(reading.changes(visit.node, visit.identity, dossier, since, visit.now)))


# One thing after another, each with its form


def _forms(kind: Kind) -> None:
    """The page of one thing that can be done, and what its form leads to."""
    May = Annotated[Visit, Depends(visitor(NEEDED[kind]))]  # noqa: N806 - it is a type

    def form(visit: May, id_: Id) -> Response:
        return _show_form(visit, id_, kind)

    def act(visit: May, id_: Id, form: Form) -> Response:
        return _act(visit, id_, kind, form)

    router.add_api_route(f"/proposals/{{id_}}/{kind.value}", form, methods=["GET"])
    router.add_api_route(f"/proposals/{{id_}}/{kind.value}", act, methods=["POST"])


for _kind in sorted(BY_FORM):
    _forms(_kind)


def _show_form(visit: Visit, id_: str, kind: Kind) -> Response:
    return visit.show(acting.act_page(visit.node, visit.identity, _dossier(visit, id_), kind, visit.now))


def _act(visit: Visit, id_: str, kind: Kind, form: Posted) -> Response:
    dossier = _dossier(visit, id_)
    names = ("words", "reason", "clause", "outcome", "role", "digest")
    filled = Filled(**{name: form.text(name).replace("\r\n", "\n") for name in names})
    changed = acting.moved_on(dossier, visit.node, kind, filled.digest)
    error: EasementError | None = None
    wrongs = _lacks(kind, filled)
    if not wrongs and changed is None:
        try:
            acting.do(visit.node, visit.identity, dossier, kind, filled, visit.now)
            return see(f"/proposals/{id_}")
        except EasementError as caught:
            error = caught
    now = _dossier(visit, id_)
    changed = acting.moved_on(now, visit.node, kind, filled.digest)
    page = acting.kept(acting.act_page(visit.node, visit.identity, now, kind, visit.now), filled)
    view = replace(page, changed=changed, obstacles=acting.obstacles(error) if error else ())
    return visit.show(replace(view, errors=wrongs or _wrongs(view.changed is not None)), status=_status(error, changed))


def _lacks(kind: Kind, filled: Filled) -> tuple[Wrong, ...]:
    """What was left out of a form."""
    wrongs = []
    if kind is Kind.REFUSE and not filled.reason:
        wrongs.append(Wrong("reason", say("Choose the reason")))
    if kind is Kind.REVIEW and not filled.outcome:
        wrongs.append(Wrong("outcome", say("Choose what you found")))
    if kind not in (Kind.AGREE, Kind.SUBMIT, Kind.APPROVE, Kind.SIGN) and not filled.words:
        wrongs.append(Wrong("words", say("Say it in a few words")))
    return tuple(wrongs)


def _wrongs(changed: bool) -> tuple[Wrong, ...]:
    if changed:
        return (Wrong("changed", say("The text was changed since you opened this page. Read what changed")),)
    return (Wrong("obstacles", say("This was not done. Read why, and what you can do")),)


def _status(error: EasementError | None, changed: object = None) -> HTTPStatus:
    stale = changed is not None or (isinstance(error, Illegal) and error.stale)
    return HTTPStatus.CONFLICT if stale else WRONG


# From a draft to a proposal, and back


@router.get("/drafts/{id_}/propose")
def propose_form(visit: Drafter, id_: Id) -> Response:
    """A draft as a proposal, filled in from what it says."""
    return visit.show(acting.propose_page(visit.node, visit.identity, _draft(visit, id_), visit.now))


@router.post("/drafts/{id_}/propose")
def propose(visit: Drafter, id_: Id, form: Form) -> Response:
    """Propose a draft to everybody that it names."""
    draft = _draft(visit, id_)
    names = ("title", "why", "harm", "answer_days", "role")
    wish = {name: form.text(name).replace("\r\n", "\n") for name in names}
    page = replace(
        acting.propose_page(visit.node, visit.identity, draft, visit.now),
        title=wish["title"],
        why=wish["why"],
        harm=wish["harm"],
        answer_days=wish["answer_days"],
        role=wish["role"],
    )
    labels = {
        "title": say("Say what people will call it"),
        "why": say("Say why the data is needed"),
        "harm": say("Say what happens if it is not shared"),
    }
    if wrongs := tuple(Wrong(name, text) for name, text in labels.items() if not wish[name]):
        return visit.show(replace(page, errors=wrongs), status=WRONG)
    try:
        actor = of_identity(visit.identity, wish["role"] or next(iter(page.roles), ""))
        made = acting.propose(visit.node, draft, wish, actor, visit.now)
    except EasementError as error:
        view = replace(page, obstacles=acting.obstacles(error), errors=_wrongs(False))
        return visit.show(view, status=_status(error))
    return see(f"/proposals/{made.id}")


@router.post("/proposals/{id_}/edit")
def edit(visit: Drafter, id_: Id, form: Form) -> Response:
    """Begin a draft of the text, to be put to the others when it is ready."""
    actor = of_identity(visit.identity, next(iter(_roles(visit, Kind.DRAFT)), ""))
    made = acting.began(visit.node, _dossier(visit, id_), actor, visit.now)
    return see(f"/drafts/{made.id}")


@router.get("/drafts/{id_}/put")
def put_form(visit: Drafter, id_: Id) -> Response:
    """A draft that would become the text of its proposal."""
    draft = _draft(visit, id_)
    return visit.show(acting.put_page(visit.node, visit.identity, draft, _dossier(visit, draft.proposal), visit.now))


@router.post("/drafts/{id_}/put")
def put(visit: Drafter, id_: Id, form: Form) -> Response:
    """Put a draft to the other parties; where the text was changed meanwhile, what changed is shown."""
    draft = _draft(visit, id_)
    dossier = _dossier(visit, draft.proposal)
    words, replaces, role = form.text("words").replace("\r\n", "\n"), form.text("replaces"), form.text("role")
    error: EasementError | None = None
    wrongs = () if words else (Wrong("words", say("Say what is new in a few words")),)
    if not wrongs:
        try:
            actor = of_identity(visit.identity, role or next(iter(_roles(visit, Kind.DRAFT)), ""))
            acting.put(visit.node, draft, dossier, words, replaces, actor, visit.now)
            return see(f"/proposals/{dossier.id}")
        except EasementError as caught:
            error = caught
    now = _dossier(visit, draft.proposal)
    page = acting.put_page(visit.node, visit.identity, draft, now, visit.now)
    view = replace(page, given=words, role=role, obstacles=acting.obstacles(error) if error else ())
    return visit.show(replace(view, errors=wrongs or _wrongs(view.changed is not None)), status=_status(error))


def _roles(visit: Visit, kind: Kind) -> tuple[str, ...]:
    return reading.roles_for(visit.node, visit.identity, kind, None)


def _draft(visit: Visit, id_: str) -> Draft:
    return there(editing.found(visit.node, id_))


def _dossier(visit: Visit, id_: str) -> Dossier:
    return there(reading.dossier_of(visit.node, id_))

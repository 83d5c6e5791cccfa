"""Can we share this? Questions one by one, what they come to with every source, and the draft made of it."""

from dataclasses import replace
from http import HTTPStatus
from typing import Annotated

from fastapi import Depends, Path, Query
from starlette.responses import Response

from easement.assessment import service
from easement.assessment.answers import Answers
from easement.assessment.cases import worked_cases
from easement.base.errors import BadFile, EasementError, Refused, UsageError
from easement.permission import drafts
from easement.permission.actor import of_identity
from easement.staff.permissions import Permission
from easement.web.language import say
from easement.web.lists import FORMATS, as_file
from easement.web.reading import assessing
from easement.web.reading.assessing import Case
from easement.web.route import pages, see
from easement.web.views.assessing import Asking, NewAssessment, ResultPage
from easement.web.views.page import Wrong
from easement.web.visit import Posted, Visit, posted, there, visitor

__all__ = ["router"]

router = pages()
"""`/assess…`."""

Assessor = Annotated[Visit, Depends(visitor(Permission.AGREEMENT_ASSESSMENT_WRITE))]
Drafter = Annotated[Visit, Depends(visitor(Permission.AGREEMENT_DRAFT_WRITE))]
Form = Annotated[Posted, Depends(posted)]
Id = Annotated[str, Path(pattern="^[0-9a-f]{32}$")]
Word = Annotated[str, Path(pattern="^[a-z][a-z_]{0,62}$")]

WRONG = HTTPStatus.UNPROCESSABLE_ENTITY
LONGEST_TITLE = 200


@router.get("/assess")
def assessments(
    visit: Assessor, before: Annotated[str, Query()] = "", format_: str = Query("", alias="format")
) -> Response:
    """The assessments that are kept."""
    found = assessing.assessments(visit.node, visit.identity, before)
    if format_ in FORMATS:
        rows = [
            {
                "id": each.id,
                "title": each.title,
                "outcome": each.outcome.value,
                "saved": each.saved,
                "by": each.by,
                "entry": each.entry,
            }
            for each in found.lines
        ]
        more = f"/assess{found.pager.older}&format={format_}" if found.pager.older else ""
        return as_file("assess", rows, format_, more=more)
    return visit.show(found)


@router.get("/assess/new")
def new_form(visit: Assessor) -> Response:
    """What it is called."""
    return visit.show(NewAssessment())


@router.post("/assess/new")
def new(visit: Assessor, form: Form) -> Response:
    """Begin an assessment, and go to its first question; one that begins with a case's answers, to all of them."""
    if form.text("case"):
        return _like(visit, form.text("case"))
    title = " ".join(form.text("title").split())
    if wrong := _wrong_title(title):
        return visit.show(NewAssessment(title=title, errors=(wrong,)), status=WRONG)
    made = service.save(visit.node, Answers(), title=title, by=visit.identity.id, now=visit.now)
    return see(f"/assess/{made.line.id}/answer/giver")


def _like(visit: Visit, id_: str) -> Response:
    case = there(next((each for each in worked_cases() if each.id == id_), None))
    made = service.save(visit.node, case.answers, title=case.title, by=visit.identity.id, now=visit.now)
    return see(f"/assess/{made.line.id}/check")


def _wrong_title(title: str) -> Wrong | None:
    if not title:
        return Wrong("title", say("Say in a few words what would be shared"))
    if len(title) > LONGEST_TITLE or not title.isprintable():
        return Wrong("title", say("Say it in one line of at most 200 characters"))
    return None


@router.get("/assess/{id_}")
def result(visit: Assessor, id_: Id) -> Response:
    """What an assessment comes to."""
    return visit.show(_result(visit, _case(visit, id_)))


def _result(visit: Visit, case: Case) -> ResultPage:
    return assessing.result_page(case, f"/assess/{case.id}")


@router.get("/assess/{id_}/title")
def title_form(visit: Assessor, id_: Id) -> Response:
    """What it is called."""
    return visit.show(NewAssessment(title=_case(visit, id_).saved.line.title, id=id_))


@router.post("/assess/{id_}/title")
def title(visit: Assessor, id_: Id, form: Form) -> Response:
    """Call it something else."""
    case, said = _case(visit, id_), " ".join(form.text("title").split())
    if wrong := _wrong_title(said):
        return visit.show(NewAssessment(title=said, id=id_, errors=(wrong,)), status=WRONG)
    if said != case.saved.line.title:
        service.save(visit.node, case.saved.answers, title=said, by=visit.identity.id, now=visit.now, id_=id_)
    return see(f"/assess/{id_}/check")


@router.get("/assess/{id_}/answer/{step}")
def question(visit: Assessor, id_: Id, step: Word, leads: Annotated[str, Query()] = "") -> Response:
    """One question, or a few that belong together."""
    return visit.show(_question(_case(visit, id_), step, leads))


def _question(case: Case, step: str, leads: str) -> Asking:
    return there(assessing.question_page(case, step, "check" if leads == "check" else ""))


@router.post("/assess/{id_}/answer/{step}")
def answer(visit: Assessor, id_: Id, step: Word, form: Form) -> Response:
    """Keep an answer and go on; one that is left for later stays open, and the result says so."""
    case, leads = _case(visit, id_), form.text("leads")
    shown = _question(case, step, leads)
    if form.text("go") == "later":
        return see(assessing.next_step(case, step))
    lacking = tuple(
        Wrong(each.id, say("Answer this, or leave it for later"))
        for each in shown.asked
        if each.needed and not _sent(form, each.id)
    )
    if lacking:
        return visit.show(_again(shown, form, lacking), status=WRONG)
    try:
        case = assessing.answer(case, step, _number(form), form.all)
    except BadFile as error:
        errors = tuple(Wrong(field, text) for field, text in assessing.wrongs(error, shown))
        return visit.show(_again(shown, form, errors), status=WRONG)
    except (Refused, UsageError) as error:
        text = f"{error.what}. {error.remedy}."
        wrong = Wrong(shown.asked[0].id, text[:1].upper() + text[1:])
        return visit.show(
            replace(_question(_case(visit, id_), step, leads), errors=(wrong,)), status=HTTPStatus.CONFLICT
        )
    return see(f"/assess/{id_}/check" if leads == "check" else assessing.next_step(case, step))


def _sent(form: Posted, id_: str) -> bool:
    """Whether anything was said, in the question's own field or in those of its rows."""
    return any(form.text(name) for name in form.form if name == id_ or name.startswith(f"{id_}."))


def _again(shown: Asking, form: Posted, errors: tuple[Wrong, ...]) -> Asking:
    """The page with what was typed in it, and what is wrong."""
    asked = tuple(replace(each, values=tuple(filter(None, form.all(each.id)))) for each in shown.asked)
    fields = tuple(
        replace(
            each,
            why=next(
                (form.text(name) for name in (f"why_fields.{each.code}", f"cleared.{each.code}") if form.text(name)), ""
            ),
            form=form.text(f"forms.{each.code}.other")
            if form.text(f"forms.{each.code}") == "other"
            else form.text(f"forms.{each.code}"),
        )
        for each in shown.fields
    )
    return replace(shown, asked=asked, fields=fields, errors=errors)


@router.get("/assess/{id_}/check")
def check(visit: Assessor, id_: Id) -> Response:
    """Every answer so far."""
    return visit.show(assessing.check_page(_case(visit, id_)))


@router.post("/assess/{id_}/conclude")
def conclude(visit: Assessor, id_: Id, form: Form) -> Response:
    """Say that it is done: the ledger keeps its outcome."""
    case = _case(visit, id_)
    try:
        service.conclude(visit.node, id_, by=visit.identity.id, now=visit.now, version=_number(form))
    except (Refused, UsageError) as error:
        return _refused(visit, case, error)
    return see(f"/assess/{id_}")


@router.post("/assess/{id_}/again")
def again(visit: Assessor, id_: Id, form: Form) -> Response:
    """Hold the same answers against the law as it is known today, as the next version."""
    case = _case(visit, id_)
    line = case.saved.line
    try:
        service.save(
            visit.node,
            case.saved.answers,
            title=line.title,
            by=visit.identity.id,
            now=visit.now,
            id_=id_,
            expected=_number(form),
        )
    except EasementError as error:
        return _refused(visit, case, error)
    return see(f"/assess/{id_}")


@router.post("/assess/{id_}/draft")
def draft(visit: Drafter, id_: Id, _form: Form) -> Response:
    """Make a draft of an agreement from it, with nothing typed twice."""
    case = _case(visit, id_)
    try:
        text = assessing.drafted(case)
        made = drafts.start(visit.node, text, of_identity(visit.identity), visit.now, assessment=id_)
    except EasementError as error:
        return _refused(visit, case, error)
    return see(f"/drafts/{made.id}")


@router.get("/assess/{id_}/print")
def printed(visit: Assessor, id_: Id) -> Response:
    """The assessment as a page to print."""
    return visit.show(assessing.printed(_case(visit, id_)))


def _refused(visit: Visit, case: Case, error: EasementError) -> Response:
    text = f"{error.what}. {error.remedy}" if error.remedy else error.what
    wrong = Wrong("next", text[:1].upper() + text[1:])
    return visit.show(replace(_result(visit, case), errors=(wrong,)), status=HTTPStatus.CONFLICT)


def _case(visit: Visit, id_: str) -> Case:
    return there(assessing.case_of(visit.node, visit.identity, id_, visit.now))


def _number(form: Posted) -> int:
    """The version that somebody looked at; none for a form that does not say it, which is nobody's newest."""
    text = form.text("edited")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 0

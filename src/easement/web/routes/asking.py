"""Asking about a person, one step a page. What is typed travels in forms, never in an address, and is kept sealed."""

import re
from dataclasses import replace
from http import HTTPStatus
from typing import Annotated

from fastapi import Depends, Path
from starlette.responses import Response

from easement.web.language import say
from easement.web.reading import asking, wishes
from easement.web.reading.journey import Journey
from easement.web.reading.names import names_of, purpose_name
from easement.web.reading.wishes import Asked
from easement.web.route import pages, see
from easement.web.routes.records import receipt_file
from easement.web.views.asking import Check, Person, Sources, Waiting, Why
from easement.web.views.page import Wrong
from easement.web.visit import SECTIONS, Missing, Posted, Visit, posted, there, visitor

__all__ = ["router", "wrong_why"]

router = pages()
"""`/ask…`."""

Asker = Annotated[Visit, Depends(visitor(*SECTIONS["ask"]))]
Form = Annotated[Posted, Depends(posted)]
Id = Annotated[str, Path(pattern="^[0-9a-f]{32}$")]
Place = Annotated[int, Path(ge=0, lt=1000)]

MOST_AT_ONCE, LONGEST_WHY = 20, 2_000
WRONG = HTTPStatus.UNPROCESSABLE_ENTITY

_CODE = re.compile(r"[a-z][a-z0-9-]{0,62}")


def _read(visit: Visit, id_: str) -> Journey:
    """The journey, if it is this session's and not too old; raises `Missing`."""
    return Journey.of_state(there(visit.desk.states.read(visit.token, id_, visit.now)))


def _open(visit: Visit, id_: str) -> Journey:
    """A journey that was not sent yet: what was sent is not changed any more. Raises `Missing`."""
    journey = _read(visit, id_)
    if journey.asked is not None:
        raise Missing
    return journey


def _save(visit: Visit, id_: str, journey: Journey) -> None:
    visit.desk.states.save(visit.token, id_, journey.as_state(), visit.now)


def _wanted(visit: Visit, journey: Journey) -> tuple[Asked, ...]:
    """What was chosen, as far as this person may still ask for it."""
    return tuple(each for each in wishes.asked(visit.node, visit.identity, visit.now) if each.key in journey.wanted)


@router.get("/ask")
def purpose_form(visit: Asker) -> Response:
    """What it is for."""
    return visit.show(wishes.purposes(visit.node, visit.identity, visit.now))


@router.post("/ask")
def purpose(visit: Asker, form: Form) -> Response:
    """Begin a journey for a purpose."""
    chosen = form.text("purpose")
    if chosen == "other":
        return see("/ask/other")
    if not _CODE.fullmatch(chosen):
        wrong = Wrong("purpose", say("Choose what you need the information for"))
        view = wishes.purposes(visit.node, visit.identity, visit.now)
        return visit.show(replace(view, errors=(wrong,)), status=WRONG)
    return _begin(visit, chosen)


def _begin(visit: Visit, code: str) -> Response:
    return see(f"/ask/{visit.desk.states.open(visit.token, Journey(code).as_state(), visit.now)}/sources")


@router.get("/ask/other")
def other_form(visit: Asker) -> Response:
    """What else it is for."""
    return visit.show(wishes.other_purposes(visit.node, visit.identity, visit.now))


@router.post("/ask/other")
def other(visit: Asker, form: Form) -> Response:
    """Begin a journey for a purpose that no agreement of the person's serves: the refusal will explain itself."""
    code = form.text("other")
    view = wishes.other_purposes(visit.node, visit.identity, visit.now)
    if code not in dict(view.others):
        wrong = Wrong("other", say("Choose what you need the information for"))
        return visit.show(replace(view, errors=(wrong,)), status=WRONG)
    return _begin(visit, code)


@router.get("/ask/{id_}/sources")
def sources_form(visit: Asker, id_: Id) -> Response:
    """Whom to ask."""
    return visit.show(_sources(visit, id_, _open(visit, id_)))


def _sources(visit: Visit, id_: str, journey: Journey) -> Sources:
    choices = wishes.choices(visit.node, visit.identity, journey.purpose, visit.now)
    return Sources(journey=id_, purpose=purpose_name(journey.purpose), choices=choices, chosen=journey.wanted)


@router.post("/ask/{id_}/sources")
def sources(visit: Asker, id_: Id, form: Form) -> Response:
    """Keep whom to ask."""
    journey = _open(visit, id_)
    view = _sources(visit, id_, journey)
    wanted = tuple(choice.key for choice in view.choices if choice.key in form.all("source"))
    if not wanted or len(wanted) > MOST_AT_ONCE:
        text = say("Choose who you want to ask") if not wanted else say("Choose at most 20 at once")
        return visit.show(replace(view, chosen=wanted, errors=(Wrong("source", text),)), status=WRONG)
    _save(visit, id_, journey.with_(wanted=wanted))
    return see(f"/ask/{id_}/person")


@router.get("/ask/{id_}/person")
def person_form(visit: Asker, id_: Id) -> Response:
    """Who it is about."""
    journey = _open(visit, id_)
    return visit.show(Person(journey=id_, slots=wishes.slots(_wanted(visit, journey), journey.person)))


@router.post("/ask/{id_}/person")
def person(visit: Asker, id_: Id, form: Form) -> Response:
    """Keep who it is about, once it is enough to find one person and not several."""
    journey = _open(visit, id_)
    wanted = _wanted(visit, journey)
    fields = {name: form.text(name) for name in form.form}
    said = {slot.name: text for slot in wishes.slots(wanted, {}) if (text := wishes.typed(slot, fields))}
    shown = tuple(wishes.as_typed(slot, fields) for slot in wishes.slots(wanted, said))
    if errors := wishes.wrongs(visit.node, shown, wanted, said, visit.now):
        return visit.show(Person(journey=id_, slots=shown, errors=errors), status=WRONG)
    _save(visit, id_, journey.with_(person=said))
    return see(f"/ask/{id_}/why")


@router.get("/ask/{id_}/why")
def why_form(visit: Asker, id_: Id) -> Response:
    """Why."""
    return visit.show(Why(journey=id_, why=_open(visit, id_).why))


@router.post("/ask/{id_}/why")
def why(visit: Asker, id_: Id, form: Form) -> Response:
    """Keep why."""
    journey = _open(visit, id_)
    said = "\n".join(form.text("why").splitlines())
    if wrong := wrong_why(said):
        return visit.show(Why(journey=id_, why=said, errors=(wrong,)), status=WRONG)
    _save(visit, id_, journey.with_(why=said))
    return see(f"/ask/{id_}/check")


def wrong_why(said: str) -> Wrong | None:
    """What is wrong with a reason: nothing was said, or more than is kept, or what nobody can read."""
    if not said:
        return Wrong("why", say("Say why you need this"))
    plain = all(each.isprintable() or each == "\n" for each in said)
    if len(said) > LONGEST_WHY or not plain:
        return Wrong("why", say("Use plain text of at most 2,000 characters"))
    return None


@router.get("/ask/{id_}/check")
def check_form(visit: Asker, id_: Id) -> Response:
    """Everything that will be asked."""
    journey = _open(visit, id_)
    if not (journey.wanted and journey.person and journey.why):
        raise Missing
    return visit.show(_check(visit, id_, journey))


def _check(visit: Visit, id_: str, journey: Journey) -> Check:
    names, organisation = names_of(visit.node, visit.now), visit.node.organisation
    choices = [
        wishes.choice_of(organisation, each, visit.identity, names, journey.purpose, visit.now)
        for each in _wanted(visit, journey)
    ]
    return Check(
        journey=id_,
        purpose=purpose_name(journey.purpose),
        choices=tuple(choices),
        person=tuple(journey.person.items()),
        why=journey.why,
    )


@router.post("/ask/{id_}/check")
def send(visit: Asker, id_: Id, form: Form) -> Response:
    """Ask, once: pressed again, it shows what came of the first."""
    journey = _read(visit, id_)
    wanted = _wanted(visit, journey)
    if not (wanted and journey.person and journey.why):
        raise Missing
    if visit.desk.states.claim(visit.token, id_):
        journey = journey.with_(asked=visit.now)
        _save(visit, id_, journey)
        came = asking.ask(visit.node, visit.identity, journey, wanted, visit.now)
        _save(visit, id_, journey.with_(came=came))
    return see(f"/ask/{id_}/answer")


@router.get("/ask/{id_}/answer")
def answer(visit: Asker, id_: Id) -> Response:
    """What came of it."""
    journey = _read(visit, id_)
    if journey.asked is None:
        raise Missing
    return visit.show(asking.result(visit.node, id_, journey, visit.now) or Waiting(journey=id_))


@router.get("/ask/{id_}/answer/{place}/why")
def why_refused(visit: Asker, id_: Id, place: Place) -> Response:
    """Why one answer was no."""
    return visit.show(there(asking.refusal_why(visit.node, id_, _read(visit, id_), place, visit.now)))


@router.get("/ask/{id_}/answer/{place}/why/{name}")
def why_field(visit: Asker, id_: Id, place: Place, name: str) -> Response:
    """Why one field crossed, or was withheld."""
    return visit.show(there(asking.field_why(visit.node, id_, _read(visit, id_), place, name, visit.now)))


@router.get("/ask/{id_}/answer/{place}/receipt")
def receipt(visit: Asker, id_: Id, place: Place) -> Response:
    """The provider's receipt of one answer, as a file."""
    return receipt_file(*there(asking.receipt(_read(visit, id_), place)))


@router.post("/ask/{id_}/end")
def end(visit: Asker, id_: Id, form: Form) -> Response:
    """Forget the answer at once; what is written in the ledgers stays."""
    visit.desk.states.forget(visit.token, id_)
    return see("/")

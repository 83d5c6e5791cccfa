"""A picture of people as several organisations see them. Nothing that is typed or that comes back is kept here.

What is typed goes with the form that asks, and what comes back stands in the page that answers it, and nowhere else: to
look again is to ask again. A value that is said to be wrong travels with its form, sealed for this session alone.
"""

import re
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Annotated

from fastapi import Depends, Path
from starlette.responses import Response

from easement.base.errors import EasementError
from easement.exchange.correct_bodies import Kind
from easement.picture.service import MOST_PEOPLE, Question, Wanted
from easement.web.language import say
from easement.web.reading import picture, wishes
from easement.web.reading.names import names_of, purpose_name
from easement.web.reading.wishes import Asked
from easement.web.route import pages, see
from easement.web.routes.asking import wrong_why
from easement.web.views.asking import Slot
from easement.web.views.page import Wrong
from easement.web.views.picture import Already, PictureAsk, PictureSeen, PictureStart, WrongSaying
from easement.web.visit import SECTIONS, Missing, Posted, Visit, posted, there, visitor

__all__ = ["router"]

router = pages()
"""`/picture…`."""

Asker = Annotated[Visit, Depends(visitor(*SECTIONS["picture"]))]
Form = Annotated[Posted, Depends(posted)]
Code = Annotated[str, Path(pattern="^[a-z][a-z0-9-]{0,62}$")]

WRONG = HTTPStatus.UNPROCESSABLE_ENTITY
MOST_SOURCES = 20

_PERSON = re.compile(r"p([1-9])-(.+)")


@router.get("/picture")
def start(visit: Asker) -> Response:
    """What it is for."""
    return visit.show(PictureStart(own=wishes.purposes(visit.node, visit.identity, visit.now).own))


@router.post("/picture")
def chosen(visit: Asker, form: Form) -> Response:
    """Go on with a purpose."""
    own = wishes.purposes(visit.node, visit.identity, visit.now).own
    code = form.text("purpose")
    if code not in {each for each, _, _ in own}:
        wrong = Wrong("purpose", say("Choose what you need the information for"))
        return visit.show(PictureStart(own=own, errors=(wrong,)), status=WRONG)
    return see(f"/picture/for/{code}")


@dataclass(frozen=True, slots=True)
class _Filled:
    """What was filled in: the sources chosen, what each person's fields say, and why."""

    sources: dict[str, Wanted]
    wanted: tuple[str, ...]
    people: tuple[dict[str, str], ...]
    why: str = ""


@router.get("/picture/for/{purpose}")
def form(visit: Asker, purpose: Code) -> Response:
    """Whom to ask, about whom, and why."""
    sources = picture.sources_for(visit.node, visit.identity, purpose, visit.now)
    if not sources:
        raise Missing
    return visit.show(_ask(visit, purpose, _Filled(sources, tuple(sources), ({},))))


def _ask(visit: Visit, purpose: str, filled: _Filled, errors: tuple[Wrong, ...] = (), once: str = "") -> PictureAsk:
    by = _asked(visit, purpose, filled.sources)
    people = tuple(_slots(by, number, fields) for number, fields in enumerate(filled.people, 1))
    return PictureAsk(
        purpose=purpose,
        purpose_name=purpose_name(purpose),
        once=once or visit.desk.states.open(visit.token, {}, visit.now),
        choices=picture.choices(visit.node, filled.sources, visit.now),
        chosen=filled.wanted,
        people=people,
        why=filled.why,
        more=len(filled.people) < MOST_PEOPLE,
        errors=errors,
    )


def _asked(visit: Visit, purpose: str, sources: dict[str, Wanted]) -> tuple[Asked, ...]:
    """The same shares as the pages for one person know them, which say how each names people."""
    keys = {each.key for each in sources.values()}
    found = wishes.asked(visit.node, visit.identity, visit.now)
    return tuple(each for each in found if each.key in keys and each.shelved.prepared.purpose == purpose)


def _slots(by: tuple[Asked, ...], number: int, fields: dict[str, str]) -> tuple[tuple[str, Slot], ...]:
    """One person's fields, each under its part's name, as they were typed."""
    said = {slot.name: wishes.typed(slot, fields) for slot in wishes.slots(by, {})}
    shown = (wishes.as_typed(slot, fields) for slot in wishes.slots(by, said))
    return tuple((slot.name, replace(slot, name=f"p{number}-{slot.name}")) for slot in shown)


@router.post("/picture/for/{purpose}")
def answer(visit: Asker, form: Form, purpose: Code) -> Response:
    """Ask, and show what came; or another person's fields, where those are wanted."""
    filled, once = _filled(visit, form, purpose), form.text("once")
    if form.text("do") == "more" and len(filled.people) < MOST_PEOPLE:
        filled = replace(filled, people=(*filled.people, {}))
        return visit.show(_ask(visit, purpose, filled, once=once))
    if form.text("do") == "fewer" and len(filled.people) > 1:
        return visit.show(_ask(visit, purpose, replace(filled, people=filled.people[:-1]), once=once))
    by = _asked(visit, purpose, {key: filled.sources[key] for key in filled.wanted})
    people = tuple({s.name: text for s in wishes.slots(by, {}) if (text := wishes.typed(s, f))} for f in filled.people)
    errors = _errors(visit, filled, by, people)
    if errors:
        return visit.show(_ask(visit, purpose, filled, errors, once), status=WRONG)
    if not visit.desk.states.claim(visit.token, once):
        return visit.show(Already())
    visit.desk.states.forget(visit.token, once)
    wanted = tuple(filled.sources[key] for key in filled.wanted)
    return _shown(visit, purpose, Question(people, wanted, purpose, filled.why))


def _shown(visit: Visit, purpose: str, question: Question) -> Response:
    people, at = picture.asked(visit.node, visit.identity, question, visit.token, visit.now)
    return visit.show(PictureSeen(purpose=purpose, purpose_name=purpose_name(purpose), people=people, at=at))


def _filled(visit: Visit, form: Posted, purpose: str) -> _Filled:
    sources = picture.sources_for(visit.node, visit.identity, purpose, visit.now)
    if not sources:
        raise Missing
    wanted = tuple(key for key in sources if key in form.all("source"))
    found: dict[int, dict[str, str]] = {}
    for name in form.form:
        if place := _PERSON.fullmatch(name):
            found.setdefault(int(place[1]), {})[place[2]] = form.text(name)
    people = tuple(fields for _, fields in sorted(found.items()))[:MOST_PEOPLE] or ({},)
    return _Filled(sources, wanted, people, "\n".join(form.text("why").splitlines()))


def _errors(
    visit: Visit, filled: _Filled, by: tuple[Asked, ...], people: tuple[dict[str, str], ...]
) -> tuple[Wrong, ...]:
    """What is wrong with what was filled in, each with its field."""
    if not filled.wanted:
        return (Wrong("source", say("Choose who you want to ask")),)
    found: list[Wrong] = []
    if len(filled.wanted) * len(people) > MOST_SOURCES:
        found.append(Wrong("source", say("Ask about fewer people or fewer organisations at once")))
    for number, said in enumerate(people, 1):
        wrong = wishes.wrongs(visit.node, wishes.slots(by, said), by, said, visit.now)
        found += [Wrong(f"p{number}-{each.field}", each.text) for each in wrong]
    if why := wrong_why(filled.why):
        found.append(why)
    return tuple(found)


# What is wrong


@router.post("/picture/wrong")
def wrong_form(visit: Asker, form: Form) -> Response:
    """Say what is wrong with one value."""
    return visit.show(_saying(visit, form.text("about")))


def _saying(visit: Visit, sealed: str) -> WrongSaying:
    about = there(picture.about_of(visit.node, visit.token, sealed))
    names = names_of(visit.node, visit.now)
    return WrongSaying(
        about=sealed, provider=names.organisation(about.provider), element=about.element, value=about.value
    )


@router.post("/picture/wrong/say")
def say_wrong(visit: Asker, form: Form) -> Response:
    """Tell the source."""
    sealed, kind = form.text("about"), form.text("kind")
    view, why = _saying(visit, sealed), "\n".join(form.text("why").splitlines())
    errors = []
    if kind not in tuple(Kind):
        errors.append(Wrong("kind", say("Choose what is wrong")))
    if wrong := wrong_why(why):
        errors.append(Wrong("why", say("Say how you know that it is wrong") if not why else wrong.text))
    view = replace(view, kind=kind, why=why, errors=tuple(errors))
    if errors:
        return visit.show(view, status=WRONG)
    about = there(picture.about_of(visit.node, visit.token, sealed))
    try:
        case = picture.say_wrong(visit.node, about, Kind(kind), why, visit.identity, visit.now)
    except EasementError as error:
        return visit.show(replace(view, errors=(Wrong("why", error.what),)), status=WRONG)
    return see(f"/corrections/cases/{case.row.id}")

"""What came of asking: the exchange is called here, and its answers become what pages show."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from easement.agreement.model import Mode
from easement.agreement.words import form_words
from easement.base.words import number
from easement.exchange.model import Answered, Asker, Line, Shown, Wish
from easement.exchange.service import ask_many
from easement.gate.prepare import Offer
from easement.node.home import Node
from easement.picture.naming import person_for
from easement.staff.model import Identity
from easement.web.reading.journey import Came, Journey
from easement.web.reading.names import Names, basis_short, basis_words, meaning_of, names_of, purpose_name
from easement.web.reading.records import clauses_of
from easement.web.reading.wishes import Asked
from easement.web.states import SECONDS
from easement.web.views.asking import Answer, FieldWhy, Gap, Part, RefusalWhy, Result, Row, Source, Value
from easement.web.views.records import Clause

__all__ = ["ask", "field_why", "form_of", "readable", "receipt", "refusal_why", "result"]


def ask(node: Node, identity: Identity, journey: Journey, wanted: Sequence[Asked], now: datetime) -> Came:
    """Ask everyone who was chosen, at once, each under its own agreement."""
    wishes = [
        Wish(
            provider=each.offer.provider,
            agreement=each.shelved.prepared.id,
            share=each.offer.id,
            purpose=journey.purpose,
            mode=Mode.LOOKUP,
            role=each.role,
            person=person_for(each.offer, journey.person),
            why=journey.why,
        )
        for each in wanted
    ]
    return Came.of(ask_many(node, wishes, Asker(identity.id, identity.training), now))


def result(node: Node, id_: str, journey: Journey, now: datetime) -> Result | None:
    """The picture as a page shows it; nothing while it is not in."""
    if journey.came is None or journey.asked is None:
        return None
    names, came = names_of(node, now), journey.came
    sources = {each.message: _source(place, each, names) for place, each in enumerate(came.answers)}
    return Result(
        journey=id_,
        person=tuple(journey.person.items()),
        purpose=purpose_name(journey.purpose),
        rows=tuple(_row(line, came, sources, names) for line in came.lines),
        sources=tuple(sources[each.message] for each in came.answers if each.allowed),
        refused=tuple(_refused(place, each, names) for place, each in enumerate(came.answers) if not each.allowed),
        silent=tuple(Part(names.organisation(e.provider), e.why, e.text, e.remedy) for e in came.silent),
        at=journey.asked,
        forgotten=now + timedelta(seconds=SECONDS),
    )


def _source(place: int, answered: Answered, names: Names) -> Source:
    said = answered.decision
    shelved = names.shelved(said.agreement.digest)
    keep = shelved.prepared.duties.retain.after(answered.at.date()) if shelved else None
    return Source(
        number=place,
        provider=names.organisation(answered.provider),
        agreement=names.agreement(said.agreement.id),
        agreement_id=said.agreement.id,
        version=said.agreement.version,
        basis=tuple(
            (names.organisation(party), basis_words(said.basis[party]))
            for party in (said.provider, said.recipient)
            if party in said.basis
        ),
        at=answered.at,
        records=len(answered.records),
        entry=answered.entry,
        peer_entry=answered.peer_entry,
        keep_until=keep,
    )


def _refused(place: int, answered: Answered, names: Names) -> Answer:
    return Answer(
        number=place,
        provider=names.organisation(answered.provider),
        agreement=names.agreement(answered.decision.agreement.id),
        here=answered.refused_by == "here",
        codes=tuple(reason.code.value for reason in answered.decision.reasons if not reason.met),
        entry=answered.entry,
    )


def _row(line: Line, came: Came, sources: dict[str, Source], names: Names) -> Row:
    by_provider = {each.provider: each for each in came.answers if each.allowed}
    offers = [_offer(each, names) for each in came.answers]
    standard = next((offer.standard for offer in offers if offer and line.element in offer.standard.elements), None)
    return Row(
        name=line.element,
        meaning=meaning_of(line.element, standard),
        values=tuple(_value(shown, by_provider, sources, names) for shown in line.values),
        withheld=tuple(
            Gap(sources[by_provider[provider].message], why)
            for provider, why in line.withheld.items()
            if provider in by_provider
        ),
        differ=line.differ,
    )


def _value(shown: Shown, by_provider: dict[str, Answered], sources: dict[str, Source], names: Names) -> Value:
    answered = by_provider[shown.provider]
    offer = _offer(answered, names)
    return Value(
        text=readable(shown.value, shown.element, offer),
        none=shown.value is None,
        source=sources[answered.message],
        record=shown.record,
        form=form_of(shown.element, shown.form, offer),
        basis=basis_short(shown.basis),
    )


def readable(value: Any, element: str, offer: Offer | None) -> str:
    """A value as people read it: codes with their label, numbers with their thousands apart, lists as one text."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return number(value)
    if isinstance(value, list):
        return ", ".join(readable(each, element, offer) for each in value)
    if not isinstance(value, str):
        return "" if value is None else str(value)
    codes = offer.standard.elements[element].codes if offer and element in offer.standard.elements else {}
    if value in codes and codes[value] != value:
        return f"{codes[value]} ({value})"
    return value


def _offer(answered: Answered, names: Names) -> Offer | None:
    shelved = names.shelved(answered.decision.agreement.digest)
    return shelved.prepared.offers.get(answered.decision.share) if shelved else None


def form_of(element: str, written: str, offer: Offer | None) -> str:
    """What was done to a value before it crossed, in words."""
    agreed = offer.forms.get(Mode.LOOKUP, {}) if offer else {}
    return form_words(agreed[element]) if element in agreed else written


def field_why(node: Node, id_: str, journey: Journey, place: int, name: str, now: datetime) -> FieldWhy | None:
    """Why one field of one answer crossed, or was withheld; nothing where there is no such field."""
    names, answered = names_of(node, now), _answered(journey, place)
    offer = _offer(answered, names) if answered else None
    if answered is None or offer is None or not answered.allowed:
        return None
    said = answered.decision
    if name not in said.fields and name not in said.withheld:
        return None
    crossed = name in said.fields
    clauses = clauses_of(offer, name, crossed=crossed)[:1]
    values = [readable(record.get(name), name, offer) for record in answered.records if record.get(name) is not None]
    return FieldWhy(
        journey=id_,
        name=name,
        meaning=meaning_of(name, offer.standard),
        crossed=crossed,
        form=form_of(name, said.fields.get(name, ""), offer),
        why_not=said.withheld.get(name, ""),
        source=_source(place, answered, names),
        clauses=(*clauses, *(Clause(reason.clause, reason.text) for reason in said.reasons if reason.met)),
        values=tuple(values) if crossed else (),
    )


def refusal_why(node: Node, id_: str, journey: Journey, place: int, now: datetime) -> RefusalWhy | None:
    """Why one answer was no; nothing where it was not."""
    names, answered = names_of(node, now), _answered(journey, place)
    if answered is None or answered.allowed:
        return None
    reasons = answered.decision.reasons
    return RefusalWhy(
        journey=id_,
        answer=_refused(place, answered, names),
        reasons=tuple((r.code.value, Clause(r.clause, r.text, r.remedy)) for r in reasons if not r.met),
        met=tuple(Clause(r.clause, r.text) for r in reasons if r.met),
        agreement_id=answered.decision.agreement.id,
    )


def receipt(journey: Journey, place: int) -> tuple[str, str] | None:
    """The receipt of one answer, and whose ledger it is of."""
    answered = _answered(journey, place)
    if answered is None or not answered.receipt:
        return None
    return answered.receipt, f"{answered.provider}-{answered.peer_entry}"


def _answered(journey: Journey, place: int) -> Answered | None:
    answers = journey.came.answers if journey.came else ()
    return answers[place] if 0 <= place < len(answers) else None

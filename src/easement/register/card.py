"""An entry of the register made of an agreement's terms: plain words, benefit and safeguards (R6.3). Pure.

What a party relies on is told in the law catalogue's words, with its citation. Text of the agreement has what cannot
be seen named, so that nothing in it can hide or turn a line around.
"""

from collections.abc import Iterable, Iterator, Mapping

from easement.agreement.forms import Form
from easement.agreement.model import Agreement, Level, Mode, Share
from easement.agreement.render import visible
from easement.agreement.words import LEVEL, MODE, RISK, SUBJECTS, THEN, form_words, named
from easement.base.words import day, listed, many, number
from easement.gate.prepare import Offer, Prepared
from easement.law.shelves import Catalogue
from easement.register.model import Card, Crossing, Party, WhatCrosses

__all__ = ["card", "words_of"]


def card(prepared: Prepared, law: Catalogue, names: Mapping[str, str], classes: Mapping[str, str]) -> Card:
    """The entry of an agreement; `names` are what people call organisations, `classes` those of who joined."""
    terms = prepared.terms
    shown = terms.transparency
    joined = sorted({id_ for offer in prepared.offers.values() for id_ in offer.joined})
    return Card(
        id=terms.id,
        version=terms.version,
        digest=prepared.digest,
        title=visible(terms.title),
        purpose=terms.purpose.code,
        purpose_name=_purpose(terms.purpose.code, law),
        starts=terms.term.starts,
        ends=terms.term.ends,
        next_review=prepared.calendar.next_review,
        retention=f"{terms.duties.retain.words}, then {_then(terms)}",
        summary=_text(terms.summary),
        in_plain_words=_text(shown.in_plain_words if shown else None),
        statement=visible(terms.purpose.statement),
        benefits=tuple(map(visible, terms.purpose.benefits)),
        harm_if_not_shared=_text(terms.purpose.harm_if_not_shared),
        necessity=_text(terms.purpose.necessity),
        never_for=tuple(_purpose(code, law) for code in terms.purpose.never_for),
        parties=(*_parties(terms, names), *_joined(joined, names, classes)),
        powers={id_: _power(each.power, law) for id_, each in terms.law.parties.items() if each.power},
        bases=_bases(terms, prepared, law),
        contacts={id_: visible(each.contact) for id_, each in terms.parties.items()},
        crosses=tuple(_crossing(id_, offer) for id_, offer in prepared.offers.items()),
        safeguards=tuple(_safeguards(terms, law)),
        impact=_impact(terms),
        notice=_text(shown.notice if shown else None),
    )


def words_of(card: Card) -> str:
    """Everything of a card that may be searched, in small letters and without what is left out of it."""
    parts = [card.id, card.title, card.purpose, card.purpose_name, card.summary, card.in_plain_words, card.statement]
    parts += [*(card.benefits or ()), *(card.powers or {}).values()]
    parts += [word for each in card.parties or () for word in (each.id, each.name)]
    return " ".join(" ".join(filter(None, parts)).casefold().split())


def _text(text: str | None) -> str:
    return visible(text) if text else ""


def _purpose(code: str, law: Catalogue) -> str:
    found = law.find_purpose(code)
    return found.label if found else named(code)


def _power(code: str, law: Catalogue) -> str:
    found = law.find_power(code)
    return f"{found.citation}: {found.plain}" if found else named(code)


def _basis(code: str, law: Catalogue) -> str:
    found = law.find_basis(code)
    return f"{found.plain} ({found.citation.partition(';')[0]})" if found else named(code)


def _bases(terms: Agreement, prepared: Prepared, law: Catalogue) -> dict[str, str]:
    told = {id_: _basis(each.basis, law) for id_, each in terms.law.parties.items()}
    joined = {id_: code for offer in prepared.offers.values() for id_, code in offer.joined.items()}
    return told | {id_: _basis(code, law) for id_, code in joined.items()}


def _then(terms: Agreement) -> str:
    return THEN[terms.duties.then].partition(", ")[0]


def _parties(terms: Agreement, names: Mapping[str, str]) -> Iterator[Party]:
    for id_, party in terms.parties.items():
        name = visible(party.name) if party.name else names.get(id_, id_)
        yield Party(id_, name, party.role, party.controller, terms.class_of(id_) or "")


def _joined(ids: Iterable[str], names: Mapping[str, str], classes: Mapping[str, str]) -> Iterator[Party]:
    for id_ in ids:
        yield Party(id_, names.get(id_, id_), "recipient", "independent", classes.get(id_, ""), joined=True)


def _crossing(name: str, offer: Offer) -> WhatCrosses:
    share = offer.terms
    return WhatCrosses(
        name=name,
        provider=offer.provider,
        recipients=tuple(sorted(offer.recipients)),
        standard=share.standard,
        level=LEVEL[share.level],
        modes=tuple(MODE[mode] for mode in Mode if mode in offer.modes),
        subjects=SUBJECTS[share.subjects],
        rows=share.rows or "",
        fields=tuple(_field(field, form, offer) for field, form in share.fields.items()),
        counted=_counted(share, offer),
    )


def _field(name: str, form: Form, offer: Offer) -> Crossing:
    element = offer.standard.elements.get(name)
    return Crossing(visible(element.definition) if element else named(name), form_words(form))


def _counted(share: Share, offer: Offer) -> tuple[str, ...]:
    by = [named(name) for name in (share.aggregate.dimensions if share.aggregate else ())]
    measured = [f"{named(name)} ({what})" for name, what in offer.measures.items()]
    return (*measured, *(f"by {name}" for name in by)) if measured else ()


def _safeguards(terms: Agreement, law: Catalogue) -> Iterator[str]:
    """What guards the people in it, a sentence each."""
    yield "Every disclosure is decided by machine against the signed terms, and written down before anything leaves."
    if never := terms.purpose.never_for:
        yield f"It is never used for {listed([_purpose(code, law).lower() for code in never], 'or')}."
    levels = {share.level for share in terms.shares.values()}
    if levels <= {Level.PSEUDONYMISED, Level.ANONYMISED, Level.AGGREGATE}:
        yield "Nobody’s name crosses."
    if all(share.subjects == "matched" for share in terms.shares.values()):
        yield "Only people whom the recipient knows already are asked about; nothing is told of anybody else."
    yield from _limits(terms)
    roles = sorted({role for people in terms.people.values() for role in people.roles})
    if roles:
        yield f"Only people in these roles may ask: {listed(map(named, roles))}."
    courses = sorted({course for people in terms.people.values() for course in people.training})
    if courses:
        yield f"Whoever asks must have passed: {listed(map(named, courses))}."
    yield from _duties(terms)


def _limits(terms: Agreement) -> Iterator[str]:
    for name, share in terms.shares.items():
        if share.limits.records_per_day is not None:
            yield f"At most {many(share.limits.records_per_day, 'record')} a day cross in “{named(name)}”."
        if share.aggregate is not None:
            small = share.aggregate.small_numbers
            yield f"Counts below {number(small.hide_below)} are hidden in “{named(name)}”."


def _duties(terms: Agreement) -> Iterator[str]:
    duties = terms.duties
    yield f"It is kept for {duties.retain.words} at most; then the recipient must {THEN[duties.then]}."
    if duties.certificate == "required":
        yield "The recipient certifies that this was done."
    if duties.onward == "none":
        yield "It may not be passed on to anybody else."
    if duties.breach_notice is not None:
        yield f"A breach is told to the other parties within {duties.breach_notice.words}."
    if duties.corrections == "notify":
        yield "Mistakes that are found are told to everyone who was given the data."
    if duties.risk_after_disclosure is not None:
        yield f"Who answers for the data after it was given: {RISK[duties.risk_after_disclosure]}."


def _impact(terms: Agreement) -> str:
    assessed = terms.law.dpia
    if assessed is None:
        return ""
    if assessed.not_required is not None:
        return visible(f"None is due: {assessed.not_required}")
    dated = f"signed off on {day(assessed.dated)}" if assessed.dated else ""
    return visible(", ".join(filter(None, [assessed.reference, assessed.outcome, dated])))

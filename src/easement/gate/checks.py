"""The checks of a decision, one small function each, in the order in which a person would ask them.

Each takes the request, the prepared agreement and share, and the facts, and returns one reason: met or not. All are
evaluated, so that a refusal names every reason at once (R3.1).
"""

from collections.abc import Callable

from easement.agreement.model import Level, Mode
from easement.gate.model import Code, Facts, Reason, Request
from easement.gate.prepare import Offer, Prepared
from easement.meaning.identifiers import Kind, NotValid, check
from easement.meaning.model import Key

__all__ = ["CHECKS", "Check"]

Check = Callable[[Request, Prepared, Offer, Facts], Reason]
"""One check: what is asked, under which agreement and share, given which facts; one reason comes of it."""


def _unmet(code: Code, offer: Offer, text: str, remedy: str, clause: str = "") -> Reason:
    return Reason(code, False, clause or offer.met[code].clause, text, remedy)


def complete(_request: Request, _agreement: Prepared, offer: Offer, facts: Facts) -> Reason:
    """The agreement passes every check it must: purpose, basis, power and conditions stand (R1.1)."""
    code = Code.AGREEMENT_INCOMPLETE
    if not facts.gaps:
        return offer.met[code]
    text = f"the agreement lacks what it must have: {', '.join(facts.gaps)}"
    return _unmet(code, offer, text, "run `easement agreement check` and mend each `must`")


def in_force(_request: Request, agreement: Prepared, offer: Offer, facts: Facts) -> Reason:
    """Signed by every named party, within term, not suspended, review not overdue."""
    code = Code.AGREEMENT_NOT_IN_FORCE
    standing = agreement.calendar.standing(facts.signed, facts.today, suspended=facts.suspended)
    if standing.in_force:
        return offer.met[code]
    text = f"the agreement is not in force ({standing.state}): {'; '.join((*standing.reasons, *facts.problems))}"
    return _unmet(code, offer, text, "run `easement agreement status` to see what is missing and who can mend it")


def current(_request: Request, _agreement: Prepared, offer: Offer, facts: Facts) -> Reason:
    """No newer version, signed by every party and begun, has taken the agreement's place (R2.3)."""
    code = Code.AGREEMENT_SUPERSEDED
    if facts.superseded is None:
        return offer.met[code]
    text = f"version {facts.superseded} has taken the place of this one"
    return _unmet(code, offer, text, f"ask under version {facts.superseded}")


def recipient_named(request: Request, _agreement: Prepared, offer: Offer, _facts: Facts) -> Reason:
    """The share names the organisation that asks, or it joined by its class (R2.5)."""
    code = Code.RECIPIENT_NOT_NAMED
    if request.recipient in offer.joined:
        text = f"`{request.recipient}` signed these terms and is of the class that may join"
        return Reason(code, True, "joining.recipient", text, "")
    if request.recipient in offer.recipients:
        return offer.met[code]
    text = f"the share `{offer.id}` does not name `{request.recipient}` as a recipient"
    return _unmet(code, offer, text, "join the agreement, or agree a variation that names this organisation")


def purpose_agreed(request: Request, agreement: Prepared, offer: Offer, _facts: Facts) -> Reason:
    """Data shared for one purpose is not used for another; a clash of purposes is named (R1.6)."""
    code = Code.PURPOSE_NOT_AGREED
    agreed = agreement.purpose
    if request.purpose == agreed:
        return offer.met[code]
    clash = agreement.clashes.get(request.purpose, "")
    text = f"the agreement serves `{agreed}`, not `{request.purpose}`" + (f"; the two clash: {clash}" if clash else "")
    return _unmet(code, offer, text, "another purpose needs an agreement of its own, with its own power and basis")


def purpose_not_excluded(request: Request, agreement: Prepared, offer: Offer, _facts: Facts) -> Reason:
    """Some purposes are refused by name."""
    code = Code.PURPOSE_NEVER_FOR
    if request.purpose not in agreement.never_for:
        return offer.met[code]
    text = f"the parties agreed never to share this for `{request.purpose}`"
    return _unmet(code, offer, text, "nothing under this agreement makes it lawful; do not ask again under it")


def role_entitled(request: Request, _agreement: Prepared, offer: Offer, _facts: Facts) -> Reason:
    """A person asks in a role that the agreement entitles (R3.2)."""
    code = Code.ROLE_NOT_ENTITLED
    entitled = offer.entitled.get(request.recipient, frozenset())
    if request.role in entitled:
        return offer.met[code]
    known = ", ".join(f"`{role}`" for role in sorted(entitled)) or "nobody"
    clause = f"people.{request.recipient}.roles"
    return _unmet(code, offer, f"the role `{request.role}` may not ask", f"entitled here: {known}", clause)


def trained(request: Request, _agreement: Prepared, offer: Offer, facts: Facts) -> Reason:
    """The training that the agreement asks of those who ask."""
    code = Code.TRAINING_MISSING
    missing = offer.training.get(request.recipient, frozenset()) - facts.training
    if not missing:
        return offer.met[code]
    clause = f"people.{request.recipient}.training"
    text = f"training not passed: {', '.join(sorted(missing))}"
    return _unmet(code, offer, text, "pass the training, then ask again", clause)


def mode_agreed(request: Request, _agreement: Prepared, offer: Offer, _facts: Facts) -> Reason:
    """Asked for in a way that the share allows."""
    code = Code.MODE_NOT_AGREED
    if request.mode in offer.modes:
        return offer.met[code]
    modes = ", ".join(f"`{mode}`" for mode in sorted(offer.modes)) or "none"
    text = f"the share may not be asked for by `{request.mode}`"
    if request.mode in offer.terms.modes:
        text += f": it is {offer.level}, and the answer would be about people whom the asker names"
    return _unmet(code, offer, text, f"open: {modes}")


def fields_agreed(request: Request, _agreement: Prepared, offer: Offer, _facts: Facts) -> Reason:
    """At least one field asked for may cross; the others are marked withheld."""
    code = Code.FIELDS_NONE_AGREED
    agreed = offer.forms.get(request.mode)
    if agreed is None or not request.fields or not agreed.keys().isdisjoint(request.fields):
        return offer.met[code]
    text = f"none of the fields asked for is agreed: {', '.join(request.fields)}"
    return _unmet(code, offer, text, f"agreed: {', '.join(agreed)}")


def dimensions_fixed(request: Request, _agreement: Prepared, offer: Offer, _facts: Facts) -> Reason:
    """What hides small groups is given by everything agreed or not at all: a second one by less would uncover them.

    This is so for counts (R4.9) and for anonymised records alike.
    """
    code = Code.FIELDS_DIMENSIONS_FIXED
    if not request.fields or not (request.mode is Mode.AGGREGATE or offer.level is Level.ANONYMISED):
        return offer.met[code]
    missing = [name for name in offer.forms.get(request.mode, ()) if name not in request.fields]
    if not missing:
        return offer.met[code]
    text = (
        f"{', '.join(missing)} would be left out: what is hidden in a table by everything agreed "
        "could be worked out with a second one by less"
    )
    return _unmet(code, offer, text, "ask without naming fields, or agree another share that has fewer")


_ENOUGH = (
    frozenset({Key.IDENTIFIER}),
    frozenset({Key.FAMILY_NAME, Key.DATE_OF_BIRTH}),
    frozenset({Key.FAMILY_NAME, Key.GIVEN_NAME, Key.POSTCODE}),
)
"""What must be said of a person before they are looked up: less would let an asker fish for people."""


def person_named(request: Request, _agreement: Prepared, offer: Offer, _facts: Facts) -> Reason:
    """A lookup names one person well enough; no other mode names a person."""
    code = Code.PERSON_NOT_NAMED
    if request.mode is not Mode.LOOKUP:
        if not request.person:
            return offer.met[code]
        return _unmet(code, offer, f"`{request.mode}` is not about one named person", "ask by `lookup`, or name nobody")
    unknown = [name for name, value in request.person.items() if name not in offer.roles or not value.strip()]
    roles = {offer.roles[name] for name in request.person if name in offer.roles}
    wrong = _wrong_values(request, offer)
    if not unknown and not wrong and any(enough <= roles for enough in _ENOUGH):
        return offer.met[code]
    if wrong:
        return _unmet(code, offer, "; ".join(wrong), "check it with the person, or leave it out and say more")
    if unknown:
        text = f"a person cannot be named by `{', '.join(unknown)}`, or nothing was given for it"
    else:
        text = "too little is said of the person to look up one and not several"
    known = ", ".join(offer.roles)
    return _unmet(code, offer, text, f"give an identifier, or family name and date of birth; usable: {known}")


def _wrong_values(request: Request, offer: Offer) -> list[str]:
    """The values given that cannot be any: what is found by them would be another person, or nobody."""
    found = []
    for name, value in request.person.items():
        element = offer.standard.elements.get(name)
        if element is not None and element.codes and value not in element.codes:
            found.append(f"the {name.replace('_', ' ')} given is none of {', '.join(element.codes)}")
        kind = element and (element.identifier or (Kind.DATE if element.key is Key.DATE_OF_BIRTH else None))
        if kind:
            judged = check(kind, value)
            if isinstance(judged, NotValid):
                found.append(f"the {name.replace('_', ' ')} given cannot be one: {judged.reason}")
    return found


def list_given(request: Request, _agreement: Prepared, offer: Offer, _facts: Facts) -> Reason:
    """Where only matched people are covered, records cross only against the recipient's own list."""
    code = Code.SUBJECTS_LIST_NEEDED
    by_list = request.mode is Mode.MATCH or (request.mode is Mode.BULK and offer.matched_only)
    if request.listed or not by_list:
        return offer.met[code]
    text = "the share covers only people on the recipient's own list, and no list came with the request"
    return _unmet(code, offer, text, "send the list: `--match FILE --match-dataset MAPPING`")


def no_list_on_counts(request: Request, _agreement: Prepared, offer: Offer, _facts: Facts) -> Reason:
    """Over a list that the asker chooses, a count or records without names would tell of one person by asking twice."""
    code = Code.SUBJECTS_LIST_REFUSED
    no_list = request.mode in (Mode.AGGREGATE, Mode.LOOKUP)
    if not request.listed or not (no_list or offer.level.nameless):
        return offer.met[code]
    what = f"`{request.mode}`" if no_list else f"a share of level `{offer.level}`"
    text = f"{what} takes no list: asked twice with one person more, it would single that person out"
    return _unmet(code, offer, text, "ask without a list")


def within_day(_request: Request, _agreement: Prepared, offer: Offer, facts: Facts) -> Reason:
    """The share's records for this UTC day are not used up."""
    code = Code.LIMIT_DAY_REACHED
    limit = offer.day_limit
    if limit is None or facts.records_today < limit:
        return offer.met[code]
    text = f"{facts.records_today:,} records have crossed today and the limit is {limit:,}"
    return _unmet(code, offer, text, "ask again tomorrow, or agree a higher limit")


def not_objected(_request: Request, _agreement: Prepared, offer: Offer, facts: Facts) -> Reason:
    """No objection of the person has been upheld (UK GDPR Article 21)."""
    code = Code.PERSON_OBJECTED
    if not facts.objected:
        return offer.met[code]
    text = "the person has objected to this use, and the objection stands"
    return _unmet(
        code, offer, text, "ask the provider's data protection lead; the objection decides until it is lifted"
    )


def consented(_request: Request, _agreement: Prepared, offer: Offer, facts: Facts) -> Reason:
    """Where consent is the basis, it is held now (R2.10)."""
    code = Code.CONSENT_MISSING
    if facts.consented or not offer.consent_needed:
        return offer.met[code]
    text = "the basis is consent, and no consent of the person is held"
    return _unmet(code, offer, text, "ask the person; a consent once withdrawn stops the next disclosure")


CHECKS: tuple[Check, ...] = (
    complete,
    in_force,
    current,
    recipient_named,
    purpose_agreed,
    purpose_not_excluded,
    role_entitled,
    trained,
    mode_agreed,
    fields_agreed,
    dimensions_fixed,
    person_named,
    list_given,
    no_list_on_counts,
    within_day,
    not_objected,
    consented,
)
"""Every check, in order."""

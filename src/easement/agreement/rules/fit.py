"""Whether each power takes in this giver, this receiver and this purpose, and each basis this kind of body.

The catalogue's own verbs decide (`easement.law.fits`, `easement.law.bases`); what they leave open is a `should`.
"""

from collections.abc import Iterator

from easement.agreement.model import PartyLaw
from easement.agreement.rules import sources
from easement.agreement.rules.case import Case
from easement.agreement.rules.rule import Found, Level, rule
from easement.law.bases import basis_allows
from easement.law.findings import Outcome
from easement.law.fits import passes, serves
from easement.law.model import Basis, BodyClass
from easement.law.power import Nature, Power

_SETTLE = "read the section, and note why it is within it"
_ANOTHER = "look for a power that does: easement law list --giver CLASS --purpose CODE"

_SIDE = {"provider": "giver", "recipient": "receiver"}

Judged = tuple[str, PartyLaw, Power, BodyClass, Outcome]


def _givers(case: Case) -> Iterator[Judged]:
    for party, law, power in case.powers():
        body = case.body_class(party)
        if body is not None and case.recipients_of(party):
            yield party, law, power, body, passes(power, case.catalogue, giver=body.id)


def _receivers(case: Case) -> Iterator[Judged]:
    """Receivers under the giver's power, and under their own, which may also be a function to do the work itself."""
    for party, law, power in case.powers():
        own = case.body_class(party)
        if own is not None and case.providers_of(party):
            as_receiver = passes(power, case.catalogue, receiver=own.id)
            best = min(as_receiver, passes(power, case.catalogue, giver=own.id))
            yield party, law, power, own, best
        for recipient in sorted(case.recipients_of(party)):
            body = case.body_class(recipient)
            if body is not None:
                yield party, law, power, body, passes(power, case.catalogue, receiver=body.id)


@rule(
    "fit.giver",
    Level.MUST,
    "The power lets this kind of body give",
    why="a power lends itself only to the bodies that its words name",
    source=sources.CODE_POWER,
)
def giver(case: Case) -> Iterator[Found]:
    for party, law, power, body, outcome in _givers(case):
        if outcome is Outcome.NOT_MET:
            text = f"`{law.power}` does not let {body.label} give; its words: “{power.givers_text}”"
            yield Found(("law", party, "power"), text, _ANOTHER, power)


@rule(
    "fit.giver-unclear",
    Level.SHOULD,
    "The power surely lets this kind of body give",
    why="the words leave it open, or let only bodies give that are named elsewhere",
    source=sources.CODE_POWER,
)
def giver_unclear(case: Case) -> Iterator[Found]:
    for party, law, power, body, outcome in _givers(case):
        if outcome is Outcome.UNCLEAR:
            text = f"it is not plain that `{law.power}` lets {body.label} give; its words: “{power.givers_text}”"
            yield Found(("law", party, "power"), text, _SETTLE, power)


@rule(
    "fit.receiver",
    Level.MUST,
    "The power lets this kind of body receive",
    why="a power opens the way only to the bodies that its words name",
    source=sources.CODE_POWER,
)
def receiver(case: Case) -> Iterator[Found]:
    for party, law, power, body, outcome in _receivers(case):
        if outcome is Outcome.NOT_MET:
            text = f"`{law.power}` does not let {body.label} receive; its words: “{power.receivers_text}”"
            yield Found(("law", party, "power"), text, _ANOTHER, power)


@rule(
    "fit.receiver-unclear",
    Level.SHOULD,
    "The power surely lets this kind of body receive",
    why="the words leave it open, or let only bodies receive that are named elsewhere",
    source=sources.CODE_POWER,
)
def receiver_unclear(case: Case) -> Iterator[Found]:
    for party, law, power, body, outcome in _receivers(case):
        if outcome is Outcome.UNCLEAR:
            text = f"it is not plain that `{law.power}` lets {body.label} receive; its words: “{power.receivers_text}”"
            yield Found(("law", party, "power"), text, _SETTLE, power)


def _pairs(case: Case) -> Iterator[tuple[str, PartyLaw, Power, BodyClass, BodyClass]]:
    for party, law, power in case.powers():
        gives = case.body_class(party)
        for recipient in sorted(case.recipients_of(party)):
            takes = case.body_class(recipient)
            if gives is not None and takes is not None:
                yield party, law, power, gives, takes


@rule(
    "fit.route",
    Level.MUST,
    "The power lets this giver give to this receiver",
    why="some powers open several ways; a giver by one way and a receiver by another do not meet",
    source=sources.CODE_POWER,
)
def route(case: Case) -> Iterator[Found]:
    for party, law, power, gives, takes in _pairs(case):
        apart = (passes(power, case.catalogue, giver=gives.id), passes(power, case.catalogue, receiver=takes.id))
        together = passes(power, case.catalogue, gives.id, takes.id)
        if together is Outcome.NOT_MET and Outcome.NOT_MET not in apart:
            text = f"`{law.power}` does not open the way from {gives.label} to {takes.label}"
            yield Found(("law", party, "power"), text, _ANOTHER, power)


@rule(
    "fit.place",
    Level.MUST,
    "The power reaches the place where the bodies are",
    why="many powers are law in some of the four nations only",
    source=sources.CODE_POWER,
)
def place(case: Case) -> Iterator[Found]:
    for party, law, power, gives, takes in _pairs(case):
        reach = {*power.jurisdiction, *power.jurisdiction_if}
        for body in (gives, takes):
            if not reach & set(body.jurisdiction):
                text = f"`{law.power}` is law in {', '.join(sorted(reach))}, where there is no {body.label}"
                yield Found(("law", party, "power"), text, "use a power of the place where the sharing happens", power)


@rule(
    "fit.purpose",
    Level.MUST,
    "The power covers the purpose",
    why="a power given for one thing lets nobody share for another",
    source=sources.CODE_POWER,
)
def purpose(case: Case) -> Iterator[Found]:
    yield from _purpose(case, Outcome.NOT_MET, "`{power}` does not cover `{purpose}`; its words: “{words}”", _ANOTHER)


@rule(
    "fit.purpose-unclear",
    Level.SHOULD,
    "The power surely covers the purpose",
    why="the words leave it open, or tie the power to a function that should be named",
    source=sources.CODE_POWER,
)
def purpose_unclear(case: Case) -> Iterator[Found]:
    yield from _purpose(
        case, Outcome.UNCLEAR, "it is not plain that `{power}` covers `{purpose}`; its words: “{words}”", _SETTLE
    )


def _purpose(case: Case, outcome: Outcome, text: str, mend: str) -> Iterator[Found]:
    own = case.catalogue.find_purpose(case.terms.purpose.code)
    for party, law, power in case.powers():
        if own is not None and serves(power, own.id) is outcome:
            said = text.format(power=law.power, purpose=own.id, words=power.purposes_text)
            yield Found(("law", party, "power"), said, mend, power)


@rule(
    "fit.implied",
    Level.SHOULD,
    "An implied power is shored up",
    why="a general function supports sharing by implication only and never beats a bar",
    source=sources.CODE_POWER,
)
def implied(case: Case) -> Iterator[Found]:
    for party, law, power in case.powers():
        if power.nature is Nature.IMPLIED and case.recipients_of(party):
            text = f"`{law.power}` lets `{party}` share by implication only"
            yield Found(
                ("law", party, "power"), text, "look for an express power, or have the necessity signed off", power
            )


@rule(
    "fit.joining",
    Level.MUST,
    "Those who may join are within the powers of those they join",
    why="one more signature must not let data go where the power does not reach",
    source=sources.OWN_JOIN,
)
def joining(case: Case) -> Iterator[Found]:
    for role, joiner in case.terms.joining.items():
        body = case.catalogue.find_body_class(joiner.body_class)
        for power in _given(case) if body else ():
            if body is not None and passes(power, case.catalogue, **{_SIDE[role]: body.id}) is Outcome.NOT_MET:
                text = f"`{power.id}` does not take in {body.label} as {role}"
                yield Found(("joining", role, "class"), text, "narrow the class, or find a power that does", power)


def _given(case: Case) -> set[Power]:
    """The powers that data is given under."""
    return {power for party, _, power in case.powers() if case.recipients_of(party)}


@rule(
    "fit.basis",
    Level.MUST,
    "The basis is open to this kind of body",
    why="public authorities may not use legitimate interests, recognised or not, for their tasks",
    source=sources.ARTICLE_6,
)
def basis(case: Case) -> Iterator[Found]:
    for party, law, body, found in _bases(case, Outcome.NOT_MET):
        text = f"{body.label} may not rely on `{law.basis}`: {found.who_cannot_use}"
        yield Found(("law", party, "basis"), text, "see the others: easement law list --kind basis", found)


@rule(
    "fit.basis-unclear",
    Level.SHOULD,
    "The basis suits this kind of body",
    why="it can be right, and rarely is; consent in particular is seldom free between a person and the state",
    source=sources.ARTICLE_6,
)
def basis_unclear(case: Case) -> Iterator[Found]:
    for party, law, body, found in _bases(case, Outcome.UNCLEAR):
        text = f"{body.label} can seldom rely on `{law.basis}`: {found.who_cannot_use}"
        yield Found(("law", party, "basis"), text, "see whether another fits better, or note why this one does", found)


def _bases(case: Case, outcome: Outcome) -> Iterator[tuple[str, PartyLaw, BodyClass, Basis]]:
    for party, law in case.terms.law.parties.items():
        body, found = case.body_class(party), case.catalogue.find_basis(law.basis)
        if body is not None and found is not None:
            answer = basis_allows(found, body.id, case.catalogue, case.terms.term.starts)
            if any(each.about == "body" and each.outcome is outcome for each in answer.findings):
                yield party, law, body, found

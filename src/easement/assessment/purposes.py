"""Purposes that pull against each other: what it was collected for, what it is for, and what else it would serve."""

from collections.abc import Iterator

from easement.assessment.facts import Facts
from easement.assessment.result import REFER, Section, Standing, Statement, cited
from easement.law.clashes import never_for
from easement.law.model import Clash, Purpose
from easement.law.power import Nature

__all__ = ["purpose_statements", "ruled_out"]


def ruled_out(facts: Facts) -> tuple[Purpose, ...]:
    """The purposes that data shared for this one should never serve, and which nobody said it would."""
    if facts.purpose is None:
        return ()
    return never_for(facts.purpose.id, facts.catalogue)


def purpose_statements(facts: Facts) -> Iterator[Statement]:
    """The clash, if any, between origin and purpose, and between the purpose and each other use."""
    if facts.purpose is None:
        return
    if facts.collected_for is not None:
        yield _from_origin(facts, facts.collected_for, facts.purpose)
    for code in facts.answers.other_purposes or ():
        other = facts.catalogue.find_purpose(code)
        if other is not None and other.id != facts.purpose.id:
            yield _besides(facts, other)
    for code in facts.answers.passed_to or ():
        yield _onward(facts, code)


def _guard(facts: Facts, own: Purpose, other: Purpose) -> Clash | None:
    return next((each for each in facts.catalogue.clashes if each.guards(own, other)), None)


def _from_origin(facts: Facts, origin: Purpose, purpose: Purpose) -> Statement:
    answers = ("collected_for", "purpose")
    clash = _guard(facts, origin, purpose)
    if clash is not None:
        return _clashing(facts, clash, origin, purpose)
    if origin.family == purpose.family:
        source = cited(facts.catalogue.entry("purpose_compatibility"))
        text = f"it was collected for {_named(origin)}, and {_named(purpose)} is of the same kind"
        return Statement(Section.PURPOSES, Standing.HOLDS, text, source, answers=answers)
    both = f"it was collected for {_named(origin)}"
    source = cited(facts.catalogue.entry("purpose_compatibility"))
    if facts.chosen is not None and facts.chosen.standing <= Standing.TO_DO:
        text = f"{both}; {facts.chosen.power.citation} lets it serve {_named(purpose)}"
        return Statement(Section.PURPOSES, Standing.HOLDS, text, cited(facts.chosen.power), answers=answers)
    if facts.nameless:
        text = f"{both}; counts and records without names are compatible with it, while nobody is told or decided about"
        return Statement(Section.PURPOSES, Standing.HOLDS, text, source, answers=answers)
    if facts.giver is not None and not facts.giver.public_authority and facts.answers.consent == "free":
        text = f"{both}, and the people agree that it serves {_named(purpose)}"
        return Statement(Section.PURPOSES, Standing.HOLDS, text, source, answers=answers)
    if facts.answers.emergency or (facts.giver is not None and not facts.giver.public_authority):
        text = f"{both}, and is used for {_named(purpose)}"
        mend = "write down why the new purpose is compatible with the first, or ask the people"
        return Statement(Section.PURPOSES, Standing.TO_DO, text, source, mend, answers)
    text = f"{both}, and no law found here surely lets it serve {_named(purpose)}"
    return Statement(Section.PURPOSES, Standing.UNCLEAR, text, source, REFER, answers)


def _clashing(facts: Facts, clash: Clash, origin: Purpose, purpose: Purpose) -> Statement:
    """A clash is refused, unless a law plainly makes or lets it happen, or one case is weighed: then refer."""
    text = f"{_named(origin)} pulls against {_named(purpose)}: {clash.plain}"
    answers, chosen = ("collected_for", "purpose"), facts.chosen
    plain_law = (
        chosen is not None
        and chosen.standing <= Standing.TO_DO
        and (chosen.lifts_confidence or chosen.power.nature is Nature.MANDATORY)
    )
    weighed = facts.one_off and facts.answers.confidence_met == "public-interest"
    if plain_law or weighed or facts.vital:
        mend = f"{REFER}: a law may let this happen, but people trusted you with it for another reason"
        return Statement(Section.PURPOSES, Standing.UNCLEAR, text, cited(clash), mend, answers)
    mend = "use data that was collected for this, or a law that plainly lets this data serve it, case by case"
    return Statement(Section.PURPOSES, Standing.AGAINST, text, cited(clash), mend, answers)


def _besides(facts: Facts, other: Purpose) -> Statement:
    assert facts.purpose is not None
    answers = ("other_purposes", "purpose")
    clash = _guard(facts, facts.purpose, other)
    if clash is not None:
        text = f"{_named(facts.purpose)} pulls against {_named(other)}: {clash.plain}"
        mend = f"do not use it for {_named(other)}; the agreement will rule that out by name"
        return Statement(Section.PURPOSES, Standing.AGAINST, text, cited(clash), mend, answers)
    source = cited(facts.catalogue.entry("purpose_compatibility"))
    text = f"it would also be used for {_named(other)}, which this assessment does not cover"
    mend = f"assess {_named(other)} by itself, or leave it out"
    return Statement(Section.PURPOSES, Standing.TO_DO, text, source, mend, answers)


def _onward(facts: Facts, code: str) -> Statement:
    body = facts.catalogue.find_body_class(code)
    label = body.label.lower() if body else code
    onward = facts.chosen.power.onward if facts.chosen else ""
    limits = f" The power says of passing on: {onward}" if onward and not onward.startswith(("None", "-")) else ""
    text = f"the receiver would pass it on to a {label}.{limits}"
    mend = f"let the {label} join the agreement as a party, or assess that step by itself"
    source = cited(
        facts.chosen.power if facts.chosen else facts.catalogue.entry("onward_disclosure_rules_and_offences")
    )
    return Statement(Section.PURPOSES, Standing.TO_DO, text, source, mend, ("passed_to",))


def _named(purpose: Purpose) -> str:
    return f"`{purpose.label}`"

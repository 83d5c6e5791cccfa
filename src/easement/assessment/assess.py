"""May this be shared? The answers against the law on a day: pure, and never a guess (R1.2, R1.6)."""

from collections.abc import Iterator, Mapping
from datetime import date

from easement.assessment.answers import Answers
from easement.assessment.asked import unanswered
from easement.assessment.bars import bar_statements
from easement.assessment.basis import basis_statements, giver_relies, receiver_relies
from easement.assessment.confidence import confidence_statements
from easement.assessment.contradictions import contradiction_statements
from easement.assessment.facts import Facts
from easement.assessment.narrow import narrow
from easement.assessment.openness import openness_statements, urgency_statements
from easement.assessment.purposes import purpose_statements
from easement.assessment.result import REFER, Result, Section, Standing, Statement, cited, outcome_of, own_rule
from easement.assessment.rights import right_statements
from easement.assessment.screening import impact_due, impact_statements
from easement.assessment.sensitive import chosen_conditions, sensitive_statements
from easement.base.words import listed, number
from easement.law.shelves import Catalogue
from easement.meaning.model import Standard

__all__ = ["assess"]

NAMED = 5
"""Questions without an answer that are named in the text; the rest are counted."""


def assess(answers: Answers, catalogue: Catalogue, on: date, standards: Mapping[str, Standard] | None = None) -> Result:
    """What the answers come to on a day. What is not answered yet, or not known, makes the outcome `unclear`.

    `standards` are those that the answers may name. Raises nothing: a code that the catalogue does not know counts as
    no answer (`answers.check_codes` refuses it where it was written).
    """
    facts = Facts(answers, catalogue, on, standards or {})
    statements = (
        *_unanswered(facts),
        *contradiction_statements(facts),
        *power_statements(facts),
        *bar_statements(facts),
        *basis_statements(facts),
        *sensitive_statements(facts),
        *confidence_statements(facts),
        *right_statements(facts),
        *purpose_statements(facts),
        *openness_statements(facts),
        *impact_statements(facts),
        *urgency_statements(facts),
    )
    return Result(
        outcome=outcome_of(statements),
        on=on,
        as_at=catalogue.as_at,
        statements=statements,
        narrowed=narrow(answers, catalogue, on),
        giver=giver_relies(facts),
        receiver=receiver_relies(facts),
        conditions=chosen_conditions(facts),
        impact_due=impact_due(facts),
    )


def _unanswered(facts: Facts) -> Iterator[Statement]:
    missing = unanswered(facts)
    if missing:
        named = [f"`{each.id}`" for each in missing[:NAMED]]
        more = len(missing) - len(named)
        names = listed([*named, f"{number(more)} more"] if more else named)
        source = own_rule("what is not answered is never guessed")
        text = f"not answered yet: {names}"
        ids = tuple(each.id for each in missing)
        yield Statement(Section.ANSWERS, Standing.UNCLEAR, text, source, f"answer: {missing[0].ask}", ids)
    if facts.answers.standard and facts.standard is None:
        text = f"the standard `{facts.answers.standard}` is not known here, so what its fields carry is not either"
        source = own_rule("what is not known is never guessed")
        mend = "look it up: easement standard list"
        yield Statement(Section.ANSWERS, Standing.UNCLEAR, text, source, mend, ("standard",))


def power_statements(facts: Facts) -> Iterator[Statement]:
    """The power relied on, with its limits; or that none is needed, or that none was found."""
    if facts.giver is None or facts.receiver is None or facts.purpose is None:
        return
    answers = ("giver", "receiver", "purpose", "where")
    expected = cited(facts.catalogue.entry("legal_power_gateway"))
    if facts.chosen is not None:
        yield from _chosen(facts, answers)
    elif not facts.giver.public_authority:
        text = f"a {facts.giver.label.lower()} is no public authority: it needs no power to share, only a lawful basis"
        yield Statement(Section.POWER, Standing.HOLDS, text, expected, answers=("giver",))
    else:
        text = (
            f"no power is known here by which a {facts.giver.label.lower()} may give to a "
            f"{facts.receiver.label.lower()} for `{facts.purpose.label}`; a public body may share only where the law "
            "lets it"
        )
        mend = f"name a power that does: {REFER}, for the catalogue does not hold every law"
        standing = Standing.UNCLEAR if facts.vital else Standing.AGAINST
        if facts.nameless:
            standing = Standing.TO_DO
            mend = "name the function that counts or records without names serve, and see that nobody can be told"
        yield Statement(Section.POWER, standing, text, expected, mend, answers)


def _chosen(facts: Facts, answers: tuple[str, ...]) -> Iterator[Statement]:
    chosen = facts.chosen
    assert chosen is not None
    power, others = chosen.power, len(facts.candidates) - 1
    besides = f" ({others} more may fit)" if others else ""
    standing = chosen.standing
    mends = listed(dict.fromkeys(chosen.mends), "and") if chosen.mends else ""
    if standing is Standing.UNCLEAR and facts.answers.emergency:
        standing, mends = Standing.TO_DO, f"share now only what prevents the harm, and afterwards {REFER}"
    elif standing is Standing.UNCLEAR:
        mends = f"{REFER}: {mends}"
    words = {Standing.HOLDS: "lets", Standing.TO_DO: "lets", Standing.UNCLEAR: "may let", Standing.AGAINST: "lets"}
    text = f"{power.citation} {words[standing]} it be shared: {power.plain}{besides}"
    yield Statement(Section.POWER, standing, text, cited(power), mends, answers)
    for limit in power.restrictions:
        text = f"keep within its limits: {limit}"
        yield Statement(Section.POWER, Standing.HOLDS, text, cited(power), answers=answers)

"""Do the people know, is anything decided by a program alone, and can it wait?"""

from collections.abc import Iterator

from easement.assessment.facts import Facts
from easement.assessment.result import Section, Standing, Statement, cited, own_rule

__all__ = ["openness_statements", "urgency_statements"]


def openness_statements(facts: Facts) -> Iterator[Statement]:
    """Whether people are told, and who decides about them."""
    if facts.answers.told is not None and not facts.nameless:
        yield _told(facts)
    if facts.answers.decided_by == "program" and not facts.nameless:
        rule = cited(facts.catalogue.entry("automated_decisions"))
        text = "a program alone decides about people"
        mend = "tell them, let them say their side, and have a person look again when they ask; or let a person decide"
        yield Statement(Section.OPENNESS, Standing.TO_DO, text, rule, mend, ("decided_by",))


def _told(facts: Facts) -> Statement:
    source, answers = cited(facts.catalogue.entry("right_informed_indirect")), ("told", "told_why_not")
    match facts.answers.told:
        case "yes":
            return Statement(Section.OPENNESS, Standing.HOLDS, "the people are told", source, answers=answers)
        case "exempt" if facts.answers.told_why_not:
            text = f"the people are not told, by an exemption: {facts.answers.told_why_not}"
            mend = "have your legal lead confirm the exemption, and decide again in each case"
            return Statement(Section.OPENNESS, Standing.TO_DO, text, source, mend, answers)
    text = "the people are not told"
    mend = "tell them within a month, in a notice or in person, or name the exemption and why it applies"
    return Statement(Section.OPENNESS, Standing.TO_DO, text, source, mend, answers)


def urgency_statements(facts: Facts) -> Iterator[Statement]:
    """What an emergency changes, and what it does not."""
    if facts.answers.emergency:
        source = cited(facts.catalogue.entry("q2"))
        text = "somebody comes to serious harm if you wait: share now what is needed to prevent it, and no more"
        mend = "write down within 24 hours what was shared, with whom, why and by whom; have it looked at afterwards"
        yield Statement(Section.URGENCY, Standing.TO_DO, text, source, mend, ("emergency",))
    elif facts.answers.emergency is False and facts.one_off:
        source = own_rule("a single disclosure needs a decision and a record, what happens again an agreement")
        text = "it is a single disclosure about one person: it needs a decision and a record, and no agreement"
        yield Statement(Section.URGENCY, Standing.HOLDS, text, source, answers=("often", "how_many"))

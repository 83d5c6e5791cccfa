"""The duty of confidence: whether it is engaged, and what meets it. A power meets it only where its words say so."""

from collections.abc import Iterator

from easement.assessment.facts import CARE, Facts
from easement.assessment.result import REFER, Section, Standing, Statement, cited

__all__ = ["confidence_statements", "met_by"]


def confidence_statements(facts: Facts) -> Iterator[Statement]:
    """One statement, once it is known whether anything was told in confidence."""
    duty = cited(facts.catalogue.power("common_law_confidence"))
    if not facts.in_confidence:
        if facts.answers.confidence is not None:
            text = "nobody told it in confidence"
            yield Statement(Section.CONFIDENCE, Standing.HOLDS, text, duty, answers=("confidence",))
        return
    if facts.nameless:
        text = "what was told in confidence stays so: nobody can be told from what crosses"
        mend = "hide small numbers, and see that nobody can be picked out"
        yield Statement(Section.CONFIDENCE, Standing.TO_DO, text, duty, mend, ("confidence", "level"))
        return
    chosen = facts.chosen
    if chosen is not None and chosen.lifts_confidence and chosen.standing <= Standing.TO_DO:
        text = f"it was told in confidence, and {chosen.power.citation} lifts that: {chosen.power.confidence}"
        mend = f"keep to what {chosen.power.citation} covers" if chosen.standing is Standing.TO_DO else ""
        standing = Standing.TO_DO if mend else Standing.HOLDS
        yield Statement(
            Section.CONFIDENCE, standing, text, cited(chosen.power), mend, ("confidence", "giver", "purpose")
        )
        return
    standing, text, mend = _met(facts)
    yield Statement(Section.CONFIDENCE, standing, text, duty, mend, ("confidence", "confidence_met"))


def met_by(facts: Facts) -> str:
    """What meets the duty, as an agreement names it: a power's id or words; empty where nothing does."""
    if facts.nameless:
        return "nothing that crosses lets anybody be told"
    chosen = facts.chosen
    if chosen is not None and chosen.lifts_confidence and chosen.standing <= Standing.TO_DO:
        return chosen.power.id
    words = {
        "direct-care": "direct care",
        "consent": "consent",
        "public-interest": "an overriding public interest, weighed in each case",
        "section-251": "nhsa_2006_s251",
    }
    return words.get(facts.answers.confidence_met or "", "")


def _met(facts: Facts) -> tuple[Standing, str, str]:
    purpose = facts.purpose.id if facts.purpose else ""
    match facts.answers.confidence_met:
        case "direct-care" if purpose in CARE:
            return Standing.HOLDS, "those who care for the person may be told: agreement is implied in direct care", ""
        case "direct-care":
            mend = "find another ground: the person's agreement, a law that lifts the confidence, or leave this out"
            return Standing.AGAINST, "agreement is implied for direct care alone, and this purpose is another", mend
        case "consent" if facts.answers.consent == "free":
            return Standing.HOLDS, "the person agrees that it is told, and a no is kept", ""
        case "consent":
            mend = "ask the people so that a no is kept and costs them nothing, or find another ground"
            return Standing.AGAINST, "agreement that is not free, or that nobody asks for, lifts no confidence", mend
        case "public-interest":
            return _public_interest(facts)
        case "section-251":
            mend = "keep the letter of approval, and honour the national data opt-out where it applies"
            return Standing.TO_DO, "support under section 251 sets the confidence aside for what was approved", mend
        case "law":
            mend = f"{REFER}: name the law or the order, since the power found here does not plainly lift it"
            return Standing.UNCLEAR, "it is said that a law or a court lifts the confidence", mend
        case "nothing":
            mend = (
                "ask the people, find a law that lifts the confidence, get support under section 251, or leave it out"
            )
            return Standing.AGAINST, "it was told in confidence, and nothing lifts that", mend
    return Standing.UNCLEAR, "it was told in confidence, and it is not said what lifts that", f"{REFER}"


def _public_interest(facts: Facts) -> tuple[Standing, str, str]:
    """The public interest is weighed case by case: it can carry one disclosure, and no standing flow of records."""
    if facts.answers.modes == ("lookup",):
        mend = "write down in each case what is at stake and why it weighs more, and who decided"
        return Standing.TO_DO, "the public interest may weigh more than the confidence in this very case", mend
    mend = f"{REFER}: share one person at a time, so that each case is weighed"
    return Standing.UNCLEAR, "the public interest is weighed case by case, and here many records would cross", mend

"""Human Rights Act 1998, Article 8: is private life touched, for a legitimate aim, and no more than needed?"""

from collections.abc import Iterator

from easement.assessment.facts import Facts
from easement.assessment.result import REFER, Section, Standing, Statement, cited

__all__ = ["AIMS", "right_statements"]

_ECONOMIC = "the economic well-being of the country"
_OTHERS = "the rights and freedoms of others"
_HEALTH = "the protection of health or morals"
_CRIME = "the prevention of disorder or crime"

AIMS = {
    "benefits": _ECONOMIC,
    "care": _HEALTH,
    "safeguarding": _OTHERS,
    "public-health": _HEALTH,
    "education": _OTHERS,
    "housing": _OTHERS,
    "evaluation": _ECONOMIC,
    "research-and-statistics": _ECONOMIC,
    "fraud": _CRIME,
    "debt": _ECONOMIC,
    "tax": _ECONOMIC,
    "crime": _CRIME,
    "justice": _CRIME,
    "immigration": _ECONOMIC,
    "national-security": "national security",
    "civil-registration": _OTHERS,
    "democracy": _OTHERS,
    "emergency": "public safety",
    "identity": _OTHERS,
}
"""The legitimate aim of Article 8(2) that goes with each family of purposes."""


def right_statements(facts: Facts) -> Iterator[Statement]:
    """Interference, aim, necessity and proportion, where a public body gives or receives."""
    bodies = [body for body in (facts.giver, facts.receiver) if body is not None]
    if not any(body.public_authority for body in bodies) or facts.purpose is None:
        return
    right = cited(facts.catalogue.power("hra_1998_art8"))
    if facts.nameless:
        text = "private life is hardly touched: nobody can be told from what crosses, if small numbers are hidden"
        yield Statement(Section.RIGHTS, Standing.HOLDS, text, right, answers=("level",))
        return
    aim = AIMS.get(facts.purpose.family)
    if aim is None:
        text = "private life is touched, and no legitimate aim is known here for this purpose"
        yield Statement(Section.RIGHTS, Standing.UNCLEAR, text, right, f"{REFER}", ("purpose",))
    else:
        text = f"private life is touched, for a legitimate aim: {aim}"
        yield Statement(Section.RIGHTS, Standing.HOLDS, text, right, answers=("purpose",))
    if facts.answers.necessity and facts.answers.harm_sharing and facts.answers.harm_not_sharing:
        text = "it is written down why less would not do, and what is at stake on both sides"
        yield Statement(
            Section.RIGHTS,
            Standing.HOLDS,
            text,
            right,
            answers=("necessity", "harm_sharing", "harm_not_sharing"),
        )

"""Answers of which a test changes what it is about."""

from datetime import date
from typing import Any

from easement.assessment.answers import Answers, answers_of
from easement.assessment.assess import assess
from easement.assessment.facts import Facts
from easement.assessment.result import Result, Section, Standing, Statement
from easement.law.catalogue import catalogue
from easement.meaning.standards import refs, standard

ON = date(2026, 11, 22)
LAW = catalogue()
STANDARDS = {ref: standard(ref) for ref in refs()}

MEALS: dict[str, Any] = {
    "giver": "work-and-pensions-department",
    "giver_name": "Department for Work and Pensions",
    "receiver": "local-authority",
    "receiver_name": "Northtown Council",
    "where": ["england"],
    "purpose": "benefit-eligibility",
    "statement": "Northtown Council finds pupils who are entitled to free meals, and gives them the meals.",
    "collected_for": "benefit-eligibility",
    "own_task": "Telling councils who is entitled, under section 110 of the Education Act 2005",
    "benefits": "Children who are entitled eat at school.",
    "standard": "benefit-award/1",
    "elements": ["national_insurance_number", "date_of_birth", "award"],
    "sensitive": [],
    "protected": ["social-security"],
    "confidence": True,
    "people": ["children", "claimants"],
    "how_many": "large",
    "level": "identifiable",
    "modes": ["match"],
    "often": "regularly",
    "decided_by": "people",
    "other_purposes": [],
    "passed_to": [],
    "emergency": False,
    "consent": "no",
    "told": "yes",
    "harm_not_sharing": "One entitled child in nine goes without the meal.",
    "harm_sharing": "A wrong match tells the council something untrue about a family.",
    "necessity": "The council does not know which benefit a family gets, and asking each family is what fails today.",
    "why_fields": {"national_insurance_number": "It tells two parents apart.", "award": "Only some carry entitlement."},
    "impact_reference": "DPIA 2026/14",
}
"""Free school meals: it can be shared as it stands."""


def answers(**more: Any) -> Answers:
    """The answers on free school meals, with others in their place; `None` takes one out."""
    given = MEALS | more
    return answers_of({question: answer for question, answer in given.items() if answer is not None})


def came_to(**more: Any) -> Result:
    """What those answers come to."""
    return assess(answers(**more), LAW, ON, STANDARDS)


def facts(**more: Any) -> Facts:
    """What those answers amount to."""
    return Facts(answers(**more), LAW, ON, STANDARDS)


def said(result: Result, section: Section, standing: Standing) -> tuple[Statement, ...]:
    """The statements of a result under one heading that weigh so."""
    return tuple(each for each in result.of(section) if each.standing is standing)

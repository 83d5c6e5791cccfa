"""Special category and offence data: the condition that usually goes with the purpose, held against the statute."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from easement.assessment.facts import Facts
from easement.assessment.packaged import packaged
from easement.assessment.result import Conditions, Section, Standing, Statement, cited
from easement.base.words import listed
from easement.law.conditions import conditions_hold
from easement.law.entry import Checked, Verdict
from easement.law.model import Condition

__all__ = ["Pairing", "chosen_conditions", "pairings", "sensitive_statements"]

ENFORCERS = ("police", "national-crime-agency", "prosecutor", "probation", "prison")
"""Competent authorities of Part 3 of the Data Protection Act 2018 (s.30 and Sch 7) among the kinds of body."""

ENFORCING = frozenset({"crime", "justice"})
"""Families of purposes for which they are under Part 3, and not under UK GDPR."""


@dataclass(frozen=True, slots=True)
class Pairing:
    """The conditions that usually go with purposes, by the catalogue's ids, and why."""

    purposes: tuple[str, ...]
    special: tuple[str, ...]
    criminal: tuple[str, ...]
    because: str
    check: Checked


@cache
def pairings() -> Mapping[str, Pairing]:
    """The pairing of each purpose that has one."""
    made = map(_pairing, packaged("conditions.toml")["row"])
    return {purpose: pairing for pairing in made for purpose in pairing.purposes}


def _pairing(row: dict[str, Any]) -> Pairing:
    purposes, special, criminal = (tuple(row[key]) for key in ("purposes", "special", "criminal"))
    return Pairing(purposes, special, criminal, row["because"], Checked(row["check"]))


def chosen_conditions(facts: Facts) -> Conditions:
    """The conditions for the sensitive data of a case; empty where there is none, or where none goes with it."""
    special = [each for each in facts.sensitive if each != "criminal"]
    chosen = Conditions(
        special=_special(facts) if special else (),
        criminal=_criminal(facts) if "criminal" in facts.sensitive else (),
    )
    found = map(facts.catalogue.condition, (*chosen.special, *chosen.criminal))
    due = any(each.policy_document != "no" for each in found)
    return Conditions(chosen.special, chosen.criminal, due)


def _special(facts: Facts) -> tuple[str, ...]:
    """A charity, company or person may rely on explicit consent that is free; a public body on its law."""
    if facts.vital:
        return ("art9_c_vital_interests",)
    if facts.giver and not facts.giver.public_authority and facts.answers.consent == "free":
        return ("art9_a_explicit_consent",)
    pairing = pairings().get(facts.purpose.id) if facts.purpose else None
    return pairing.special if pairing else ()


def _criminal(facts: Facts) -> tuple[str, ...]:
    if facts.vital:
        return ("s1_p30_vital_interests",)
    if facts.giver and not facts.giver.public_authority and facts.answers.consent == "free":
        return ("s1_p29_consent",)
    if enforces(facts):
        return ("part3_s35_task",)
    pairing = pairings().get(facts.purpose.id) if facts.purpose else None
    return pairing.criminal if pairing else ()


def enforces(facts: Facts) -> bool:
    """Whether the giver is under Part 3 (law enforcement) when it does this."""
    giver, purpose = facts.giver, facts.purpose
    return bool(
        giver
        and purpose
        and purpose.family in ENFORCING
        and any(facts.catalogue.is_a(giver.id, code) for code in ENFORCERS)
    )


def sensitive_statements(facts: Facts) -> Iterator[Statement]:
    """Each sensitivity with its condition, and the policy document that the conditions need."""
    if facts.answers.sensitive is None and not facts.elements:
        return
    if not facts.sensitive:
        source = cited(facts.catalogue.entry("special_category_inference"))
        text = "none of it is special category or offence data; what data gives away counts too"
        yield Statement(Section.SENSITIVE, Standing.HOLDS, text, source, answers=("sensitive", "elements"))
        return
    chosen = chosen_conditions(facts)
    for word in facts.sensitive:
        yield _held(word, chosen.criminal if word == "criminal" else chosen.special, facts)
    for condition in map(facts.catalogue.condition, dict.fromkeys((*chosen.special, *chosen.criminal))):
        if condition.policy_document != "no":
            yield _policy(condition, facts)
    if enforces(facts):
        duty = facts.catalogue.entry("law_enforcement_processing")
        text = "the giver does this under Part 3 of the Data Protection Act 2018, the receiver perhaps under UK GDPR"
        yield Statement(Section.SENSITIVE, Standing.HOLDS, text, cited(duty), answers=("giver", "purpose"))


def _held(word: str, chosen: tuple[str, ...], facts: Facts) -> Statement:
    answers = ("sensitive", "elements", "purpose")
    named = f"`{word}` data"
    if not chosen:
        source = cited(facts.catalogue.entry("special_category_and_offence_conditions"))
        text, mend = (
            f"no condition is known here that goes with {named} for this purpose",
            "have your legal lead name it",
        )
        return Statement(Section.SENSITIVE, Standing.UNCLEAR, text, source, mend, answers)
    first = facts.catalogue.condition(chosen[0])
    answer = conditions_hold(chosen, word, facts.catalogue)
    if answer.verdict is Verdict.FITS:
        citations = listed(facts.catalogue.condition(id_).citation for id_ in chosen)
        text = f"for {named}: {citations}, because {_because(facts)}"
        return Statement(Section.SENSITIVE, Standing.HOLDS, text, cited(first), answers=answers)
    mend = "have your legal lead name the condition"
    return Statement(
        Section.SENSITIVE, Standing.UNCLEAR, f"{first.citation} does not serve {named}", cited(first), mend, answers
    )


def _because(facts: Facts) -> str:
    if facts.vital:
        return "a life is at risk and the person cannot be asked"
    if facts.giver and not facts.giver.public_authority and facts.answers.consent == "free":
        return "the person agrees to it in so many words, and a no is kept"
    pairing = pairings().get(facts.purpose.id) if facts.purpose else None
    return pairing.because if pairing else "that is its task under Part 3"


def _policy(condition: Condition, facts: Facts) -> Statement:
    source, answers = cited(condition), ("policy_document",)
    if facts.answers.policy_document:
        text = f"the policy document that {condition.citation} needs is {facts.answers.policy_document}"
        return Statement(Section.SENSITIVE, Standing.HOLDS, text, source, answers=answers)
    text = condition.policy_document_text or f"{condition.citation} needs an appropriate policy document"
    mend = "write the appropriate policy document, or name the one you have"
    return Statement(Section.SENSITIVE, Standing.TO_DO, text, source, mend, answers)

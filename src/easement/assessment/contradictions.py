"""Answers that cannot both be so, each pair named with both questions: a decision is only as good as its answers."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from easement.assessment.facts import CARE, Facts
from easement.assessment.result import Section, Standing, Statement, own_rule
from easement.base.words import listed

__all__ = ["CONTRADICTIONS", "Contradiction", "contradiction_statements"]


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Two questions whose answers may fall out, the rule that sees it, what it says, and the mend."""

    one: str
    other: str
    holds: Callable[[Facts], object]
    text: str
    mend: str


def _names(facts: Facts) -> list[str]:
    return [element.name for element in facts.elements if element.identifies]


def _undeclared(facts: Facts) -> list[str]:
    said = facts.answers.sensitive
    return [] if said is None else [word for word in facts.carried if word not in said]


def _modes(facts: Facts) -> set[str]:
    return set(facts.answers.modes or ())


CONTRADICTIONS: tuple[Contradiction, ...] = (
    Contradiction(
        "level",
        "elements",
        lambda facts: _names(facts) if facts.nameless else (),
        "nobody could be told from it, and yet {found} names people",
        "leave those fields out, or say that people can be told apart",
    ),
    Contradiction(
        "level",
        "modes",
        lambda facts: facts.answers.level == "aggregate" and facts.answers.modes and _modes(facts) != {"aggregate"},
        "counts only, and yet records would be sent",
        "choose counts alone in both, or say how well people can be told apart in the records",
    ),
    Contradiction(
        "modes",
        "level",
        lambda facts: _modes(facts) == {"aggregate"} and facts.answers.level not in (None, "aggregate"),
        "only counts would be sent, and yet there would be records of people",
        "say in both that it is counts, or choose how the records are sent",
    ),
    Contradiction(
        "level",
        "modes",
        lambda facts: facts.answers.level in ("pseudonymised", "anonymised") and _modes(facts) & {"lookup", "match"},
        "records without names cannot be asked for by a name or a list",
        "choose many records at once, or say that people can be told apart",
    ),
    Contradiction(
        "sensitive",
        "elements",
        _undeclared,
        "the fields carry {found} data, which was not chosen as sensitive",
        "choose it as sensitive, or leave those fields out",
    ),
    Contradiction(
        "sensitive",
        "protected",
        lambda facts: (
            facts.answers.sensitive is not None
            and "health" not in facts.answers.sensitive
            and {"patient-information", "fertility"} & set(facts.answers.protected or ())
        ),
        "patient records are held, and yet nothing about health",
        "choose health as sensitive, or leave patient records out",
    ),
    Contradiction(
        "sensitive",
        "protected",
        lambda facts: (
            facts.answers.sensitive is not None
            and "criminal" not in facts.answers.sensitive
            and "spent-convictions" in (facts.answers.protected or ())
        ),
        "spent convictions are held, and yet nothing about crimes",
        "choose crimes as sensitive, or leave the convictions out",
    ),
    Contradiction(
        "confidence",
        "elements",
        lambda facts: facts.confidential if facts.answers.confidence is False else (),
        "nobody told it in confidence, and yet {found} is given in confidence",
        "say that it was told in confidence, or leave those fields out",
    ),
    Contradiction(
        "confidence",
        "protected",
        lambda facts: (
            facts.answers.confidence is False
            and {"patient-information", "social-care"} & set(facts.answers.protected or ())
        ),
        "nobody told it in confidence, and yet it is from patient or social care records",
        "say that it was told in confidence, or leave those records out",
    ),
    Contradiction(
        "confidence_met",
        "consent",
        lambda facts: facts.answers.confidence_met == "consent" and facts.answers.consent == "no",
        "the people agree, and yet nobody asks them",
        "ask them, or name another ground",
    ),
    Contradiction(
        "confidence_met",
        "purpose",
        lambda facts: (
            facts.in_confidence
            and facts.answers.confidence_met == "direct-care"
            and facts.purpose is not None
            and facts.purpose.id not in CARE
        ),
        "it is for the person's own care, and yet the purpose is another",
        "choose the purpose of care, or another ground",
    ),
    Contradiction(
        "how_many",
        "modes",
        lambda facts: facts.answers.how_many == "one" and _modes(facts) & {"bulk", "match"},
        "it is about one person, and yet many records would be sent",
        "choose one person at a time, or say about how many people it is",
    ),
    Contradiction(
        "other_purposes",
        "purpose",
        lambda facts: facts.answers.purpose in (facts.answers.other_purposes or ()),
        "the purpose is also named as another purpose",
        "name only what it would be used for besides",
    ),
    Contradiction(
        "decided_by",
        "level",
        lambda facts: facts.nameless and facts.answers.decided_by == "program",
        "a program decides about people, and yet nobody can be told from the data",
        "say that nobody decides, or that people can be told apart",
    ),
    Contradiction(
        "decided_by",
        "purpose",
        lambda facts: (
            facts.answers.decided_by in ("people", "program")
            and facts.purpose is not None
            and facts.purpose.family == "research-and-statistics"
        ),
        "it is for research or statistics, and yet somebody decides about people with it",
        "say that nobody decides about people with it, or choose the purpose for which they do",
    ),
    Contradiction(
        "emergency",
        "often",
        lambda facts: facts.answers.emergency and facts.answers.often == "regularly",
        "somebody comes to harm if you wait, and yet it is shared on fixed days",
        "assess the emergency by itself, and the regular sharing by itself",
    ),
)
"""Every pair of answers that cannot both be so."""


def contradiction_statements(facts: Facts) -> Iterator[Statement]:
    """Each contradiction, with both places; one sentence where there is none and something was answered."""
    for each in CONTRADICTIONS:
        if found := each.holds(facts):
            yield _statement(each, found)


def _statement(each: Contradiction, found: object) -> Statement:
    names = listed(f"`{name}`" for name in found) if isinstance(found, list | tuple) else ""
    text = f"`{each.one}` and `{each.other}` cannot both be so: {each.text.format(found=names)}"
    source = own_rule("a decision is only as good as its answers")
    return Statement(Section.ANSWERS, Standing.UNCLEAR, text, source, each.mend, (each.one, each.other))

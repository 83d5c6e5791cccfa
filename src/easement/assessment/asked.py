"""Which questions are asked, given the answers so far, and what may be answered to each."""

from collections.abc import Callable, Mapping

from easement.assessment.bars import open_bars
from easement.assessment.facts import Facts
from easement.assessment.questions import Question, questions
from easement.assessment.result import Standing
from easement.assessment.screening import impact_due
from easement.assessment.sensitive import chosen_conditions
from easement.law.shelves import Catalogue
from easement.meaning.model import Standard

__all__ = ["WHEN", "Options", "asked", "options", "possible", "unanswered"]

Options = tuple[tuple[str, str], ...]
"""Codes with their labels, in the order of choosing."""


def _no_sure_power(facts: Facts) -> bool:
    best = facts.candidates[0] if facts.candidates else None
    return best is not None and (
        best.standing is Standing.UNCLEAR or best.power.id == (facts.answers.confirmed or best.power.id + "?")
    )


def _request_matters(facts: Facts) -> bool:
    helps = bool(
        facts.giver and not facts.giver.public_authority and facts.receiver and facts.receiver.public_authority
    )
    return not facts.vital and (helps or any(each.power.needs_request for each in facts.candidates))


def _confidence_open(facts: Facts) -> bool:
    chosen = facts.chosen
    lifted = chosen is not None and chosen.lifts_confidence and chosen.standing <= Standing.TO_DO
    return facts.in_confidence and not lifted and not facts.nameless


WHEN: Mapping[str, Callable[[Facts], bool]] = {
    "the giver is a public authority": lambda facts: bool(facts.giver and facts.giver.public_authority),
    "a standard was chosen": lambda facts: facts.answers.standard is not None,
    "it was told in confidence, people can be told apart, and no power that fits lifts it": _confidence_open,
    "it is more than one disclosure about one person": lambda facts: not facts.one_off,
    "a power or a basis that may fit waits for a request": _request_matters,
    "somebody will come to serious harm": lambda facts: facts.answers.emergency is True,
    "the people are not told, by an exemption": lambda facts: facts.answers.told == "exempt",
    "fields were chosen, and people can be told apart": lambda facts: (
        bool(facts.answers.elements) and not facts.nameless
    ),
    "the condition for sensitive data needs one": lambda facts: chosen_conditions(facts).policy_document,
    "an impact assessment is due": impact_due,
    "no power surely fits, and one may": _no_sure_power,
    "a power was confirmed": lambda facts: facts.answers.confirmed is not None,
    "a bar stands in the way": lambda facts: bool(open_bars(facts)),
}
"""For each case in which a question is asked, as the questions' file words it, the rule."""


def asked(facts: Facts) -> tuple[Question, ...]:
    """The questions that are asked with these answers, in order."""
    return tuple(each for each in questions() if not each.when or WHEN[each.when](facts))


def unanswered(facts: Facts) -> tuple[Question, ...]:
    """The questions that are asked, are needed, and have no answer yet."""
    given = facts.answers.given
    return tuple(each for each in asked(facts) if each.needed and each.id not in given)


def possible(question: Question, catalogue: Catalogue, standards: Mapping[str, Standard]) -> Options:
    """What may be answered whatever else is, each code with its label; nothing where that hangs on other answers."""
    if question.options:
        return question.options
    match question.options_from:
        case "classes":
            return tuple((each.id, each.label) for each in catalogue.body_classes)
        case "purposes":
            return tuple((each.id, each.label) for each in catalogue.purposes)
        case "standards":
            return tuple((ref, each.title) for ref, each in standards.items())
    return (("true", "Yes"), ("false", "No")) if question.kind == "yes-no" else ()


def options(question: Question, facts: Facts) -> Options:
    """What may be answered, each code with its label, in the order of choosing; nothing for words of one's own."""
    match question.options_from:
        case "elements":
            known = facts.standard.elements if facts.standard else {}
            return tuple((name, element.definition) for name, element in known.items())
        case "chosen-elements":
            return tuple((element.name, element.definition) for element in facts.elements)
        case "open-powers":
            return tuple(
                (each.power.id, f"{each.power.plain} ({each.power.citation})")
                for each in facts.candidates
                if each.standing is Standing.UNCLEAR or each.power.id == facts.answers.confirmed
            )
        case "open-bars":
            return tuple((each.id, f"{each.plain} ({each.citation})") for each in open_bars(facts))
    return possible(question, facts.catalogue, facts.standards)

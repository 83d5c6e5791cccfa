"""For each field, whether a weaker form would do, and why; and whether a weaker share would (R1.5, R7.4).

A form is weaker when it says less of the person. What is suggested follows from what the element is, from its
sensitivity, and from what is done with it; people decide, and say why where they keep the stronger form.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from easement.agreement.forms import Form, FormKind
from easement.assessment.answers import is_form
from easement.assessment.facts import Facts
from easement.assessment.result import Cited, cited
from easement.meaning.expression import Type
from easement.meaning.model import Element, Key

__all__ = ["FieldWeighed", "Suggestion", "form_of", "suggestions", "weaker_form", "weigh_fields"]

_UNNAMED = ("research-and-statistics", "evaluation")
"""Families of purposes for which nobody needs a name."""

_KNOWN_ALREADY = {"lookup", "match"}
"""Modes in which the receiver says whom it asks about, so that names and numbers need not come back."""


@dataclass(frozen=True, slots=True)
class FieldWeighed:
    """One field: what it is, how sensitive, the reason given for it, its form, and a weaker one that may do.

    `weaker` is empty where no weaker form is known; `because` says why it may do.
    """

    element: str
    definition: str
    sensitivity: str
    why: str
    form: str
    weaker: str
    because: str
    source: Cited

    def as_dict(self) -> dict[str, Any]:
        """The field as `--json` prints it."""
        return {
            "element": self.element,
            "definition": self.definition,
            "sensitivity": self.sensitivity,
            "why": self.why,
            "form": self.form,
            "weaker": self.weaker,
            "because": self.because,
            "source": self.source.as_dict(),
        }


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A weaker share that may do, and why; `question` is the one whose answer would change, and `answer` to what."""

    question: str
    answer: str
    text: str
    source: Cited

    def as_dict(self) -> dict[str, Any]:
        """The suggestion as `--json` prints it."""
        return {
            "question": self.question,
            "answer": self.answer,
            "text": self.text,
            "source": self.source.as_dict(),
        }


def weigh_fields(facts: Facts) -> tuple[FieldWeighed, ...]:
    """Each field chosen, with its reason, its form and the weaker form that may do."""
    source = cited(facts.catalogue.entry("q11"))
    return tuple(_weighed(element, facts, source) for element in facts.elements)


def _weighed(element: Element, facts: Facts, source: Cited) -> FieldWeighed:
    weaker, because = weaker_form(element, facts)
    return FieldWeighed(
        element=element.name,
        definition=element.definition,
        sensitivity=element.sensitivity.value,
        why=(facts.answers.why_fields or {}).get(element.name, ""),
        form=form_of(element, facts).written,
        weaker=weaker.written if weaker is not None else "",
        because=because,
        source=source,
    )


def form_of(element: Element, facts: Facts) -> Form:
    """The form a field would cross in: as answered, else plain where a reason is given, else the weakest that may do.

    Where nobody may be told apart, what names a person never crosses plainly, whatever the reason.
    """
    forms = facts.answers.forms or {}
    if element.name in forms and is_form(forms[element.name]):
        return Form.from_written(forms[element.name])
    weaker, _ = weaker_form(element, facts)
    reasoned = element.name in (facts.answers.why_fields or {}) and facts.answers.level == "identifiable"
    return Form(FormKind.PLAIN) if weaker is None or reasoned else weaker


def weaker_form(element: Element, facts: Facts) -> tuple[Form | None, str]:
    """A form that says less and may do, and why; `None` where none is known."""
    level, purpose = facts.answers.level, facts.purpose
    unnamed = level in ("pseudonymised", "anonymised") or (purpose is not None and purpose.family in _UNNAMED)
    if element.identifies and (element.key is not None or unnamed):
        return _for_name(facts, unnamed=unnamed)
    if element.key is Key.DATE_OF_BIRTH or (element.type is Type.DATE and unnamed):
        return Form(FormKind.YEAR), "the year is enough for an age; a full date helps to single somebody out"
    if element.key is Key.POSTCODE and element.type is Type.TEXT:
        return Form(FormKind.OUTWARD), "the first half tells the area; the whole postcode tells a few houses"
    if element.special_category or element.criminal:
        return Form(FormKind.PRESENT), "that a fact is there may be enough, without the fact"
    if element.confidential and element.type is Type.TEXT and not (element.identifier or element.format):
        return Form(FormKind.PRESENT), "words written freely say more than anyone meant to share"
    return None, ""


def _for_name(facts: Facts, *, unnamed: bool) -> tuple[Form | None, str]:
    if facts.answers.level == "anonymised":
        return Form(FormKind.PRESENT), "nobody may be told apart, so no name or number may cross"
    if unnamed:
        return Form(FormKind.PSEUDONYM), "nobody needs a name to count, plan or research; a code tells records apart"
    if set(facts.answers.modes or ()) and set(facts.answers.modes or ()) <= _KNOWN_ALREADY:
        return Form(FormKind.PRESENT), "the receiver says whom it asks about, so the name need not come back"
    return None, ""


def suggestions(facts: Facts) -> tuple[Suggestion, ...]:
    """The weaker shares that may do."""
    source = cited(facts.catalogue.entry("q11"))
    return tuple(Suggestion(*each, source) for each in _weaker_shares(facts))


def _weaker_shares(facts: Facts) -> Iterator[tuple[str, str, str]]:
    answers, modes = facts.answers, set(facts.answers.modes or ())
    identifiable = answers.level == "identifiable"
    if identifiable and answers.decided_by == "nobody":
        yield "level", "aggregate", "nobody decides about a person with it: counts may do"
        yield "level", "pseudonymised", "if records must be linked, codes in the place of names may do"
    if identifiable and answers.decided_by == "people" and "bulk" in modes and answers.often == "as-needed":
        yield "modes", "lookup", "people decide case by case: one person at a time may do, when the need is there"
    if identifiable and "bulk" in modes and "match" not in modes and answers.decided_by != "nobody":
        yield "modes", "match", "only the people on the receiver's own list may do: then it learns nothing of the rest"
    if facts.purpose is not None and facts.purpose.family == "benefits" and len(facts.elements) > 1 and identifiable:
        yield "elements", "", "to know that somebody is entitled, a yes or no may do"
    if answers.how_many == "large" and "lookup" in modes and "bulk" in modes:
        yield "modes", "lookup", "if one person at a time is possible, few need all records"

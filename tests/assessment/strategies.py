"""Answers at random, any of them left out: what nobody would answer must be safe too."""

from typing import Any

from hypothesis import strategies as st

from easement.assessment.answers import Answers, answers_of
from easement.assessment.questions import Kind, questions

from .makers import LAW, STANDARDS

CODES = {
    "classes": [each.id for each in LAW.body_classes],
    "purposes": [each.id for each in LAW.purposes],
    "standards": list(STANDARDS),
    "elements": sorted({name for standard in STANDARDS.values() for name in standard.elements}),
    "open-powers": [each.id for each in LAW.powers],
    "open-bars": [each.id for each in LAW.powers],
}
AT_LEAST_ONE = {"where", "people", "modes"}


def _answer(question: Any) -> st.SearchStrategy[Any]:
    codes = [code for code, _ in question.options] or CODES.get(question.options_from, ["date_of_birth", "award"])
    match question.kind:
        case Kind.YES_NO:
            return st.booleans()
        case Kind.CHOICE:
            return st.sampled_from(codes)
        case Kind.CHOICES:
            least = 1 if question.id in AT_LEAST_ONE else 0
            return st.lists(st.sampled_from(codes), unique=True, min_size=least, max_size=3)
        case Kind.REASONS:
            return st.dictionaries(st.sampled_from(codes), st.just("because it must be so"), max_size=3)
        case Kind.FORMS:
            return st.dictionaries(st.sampled_from(codes), st.sampled_from(["plain", "year", "present"]), max_size=3)
    return st.sampled_from(["as it should be", "Å 'quote' <b>"])


def given_answers(*, whole: bool = False) -> st.SearchStrategy[dict[str, Any]]:
    """What somebody might answer; `whole` leaves nothing out."""
    each = {question.id: _answer(question) for question in questions()}
    if whole:
        return st.fixed_dictionaries(each)
    return st.fixed_dictionaries({}, optional=each)


def any_answers(*, whole: bool = False) -> st.SearchStrategy[Answers]:
    """The same as answers."""
    return given_answers(whole=whole).map(answers_of)

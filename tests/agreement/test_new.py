"""Templates: each reads, and its check says exactly what is left to fill."""

import re
from collections import Counter
from datetime import date

import pytest

from easement.agreement.new import new, templates
from easement.agreement.read import read_agreement_text
from easement.base.errors import BadFile, UsageError

from .test_check import findings

TODAY = date(2026, 11, 21)
NAMES = list(templates())

LEFT = {
    "free-school-meals": {"impact.undated"},
    "safeguarding-lookup": {"impact.undated"},
    "charity-provider": {"impact.undated", "fit.implied", "fit.purpose-unclear"},
    "public-health-counts": {"impact.undated", "law.power-missing"},
    "pseudonymised-evaluation": {"impact.undated", "law.power-missing"},
    "blank": {
        "impact.undated",
        "law.power-missing",
        "parties.class-unknown",
        "purpose.unknown",
        "fields.standard-unknown",
    },
}
"""What besides the marked places is left open in each template, and why it is: a date, a power, a class, a purpose."""


def check(text: str) -> list[tuple[str, int]]:
    """The findings on the text of a template, by code and line."""
    return [(each.code, each.line) for each in findings(read_agreement_text(text), TODAY)]


@pytest.mark.parametrize("name", NAMES)
def test_the_check_says_exactly_what_is_left_to_fill(name: str):
    text = new(name, today=TODAY, provider="dwp", recipient="northtown")
    found = check(text)
    terms = [re.sub(r"(^|\s)#.*", "", line) for line in text.splitlines()]
    marked = Counter(
        {
            at: n
            for at, line in enumerate(terms, 1)
            if (n := len(re.findall(r"<fill in|fill[-_]in\b(?<!<fill in)", line)))
        }
    )
    assert Counter(line for code, line in found if code == "file.left-to-fill") == marked
    assert {code for code, _ in found} == {"file.left-to-fill"} | LEFT[name]


@pytest.mark.parametrize("name", NAMES)
def test_parties_left_unnamed_are_told_of(name: str):
    named = check(new(name, today=TODAY, provider="dwp", recipient="northtown"))
    unnamed = check(new(name, today=TODAY))
    more = Counter(code for code, _ in unnamed)
    more.subtract(code for code, _ in named)
    assert +more == Counter({"file.left-to-fill": 2})


@pytest.mark.parametrize("name", NAMES)
def test_a_template_explains_itself(name: str):
    text = new(name, today=TODAY)
    assert text.startswith(f"# {templates()[name]}\n")
    assert "easement agreement check" in text
    assert max(map(len, text.splitlines())) <= 140


def test_the_templates_cover_what_people_come_with():
    assert set(NAMES) == set(LEFT)


def test_a_new_agreement_leaves_time_to_sign_and_ends():
    term = read_agreement_text(new("blank", today=TODAY)).terms.term
    assert (term.starts, term.ends) == (date(2027, 1, 1), date(2029, 12, 31))
    term = read_agreement_text(new("blank", today=date(2026, 12, 31))).terms.term
    assert term.starts == date(2027, 2, 1)


def test_the_same_day_gives_the_same_text():
    assert new("blank", today=TODAY) == new("blank", today=TODAY)


def test_an_unknown_template_is_refused_with_the_known_ones():
    with pytest.raises(UsageError) as caught:
        new("school-dinners", today=TODAY)
    assert "free-school-meals" in caught.value.remedy


def test_a_party_that_is_no_id_is_refused():
    with pytest.raises(BadFile):
        new("blank", today=TODAY, provider="The Department")

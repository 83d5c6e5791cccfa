"""R1.5, R7.4: both sides of the scale, a reason for each field, and the weaker form that may do."""

from typing import Any

import pytest
from hypothesis import given, settings

from easement.agreement.forms import Form
from easement.assessment.answers import Answers
from easement.assessment.facts import Facts
from easement.assessment.risks import RISK_WHEN, known_risks, level, stake
from easement.assessment.scale import weigh
from easement.assessment.weaker import form_of, weaker_form
from tests.often import often

from .makers import LAW, ON, STANDARDS, answers, facts
from .strategies import any_answers

FORMS = {
    "date_of_birth": "year",
    "postcode": "outward",
    "family_name": "present",
    "national_insurance_number": "present",
    "award": "",
}


def scale(**more: Any) -> Any:
    return weigh(answers(**more), LAW, ON, STANDARDS)


@pytest.mark.parametrize(("element", "weaker"), FORMS.items())
def test_a_field_has_the_weaker_form_that_may_do(element: str, weaker: str) -> None:
    (field,) = scale(elements=[element], why_fields=None).fields
    assert field.weaker == weaker
    assert bool(field.because) == bool(weaker)


@pytest.mark.parametrize(
    ("more", "element", "weaker"),
    [
        ({"level": "pseudonymised", "modes": ["bulk"], "decided_by": "nobody"}, "family_name", "pseudonym"),
        ({"level": "anonymised", "modes": ["bulk"], "decided_by": "nobody"}, "family_name", "present"),
        ({"modes": ["bulk"]}, "family_name", ""),
        ({"purpose": "research", "modes": ["bulk"], "decided_by": "nobody"}, "award_start", "year"),
        ({"standard": "health-contact/1"}, "service", "present"),
        ({"standard": "police-contact/1"}, "contact_type", "present"),
    ],
)
def test_the_weaker_form_follows_what_is_done_with_it(more: dict[str, Any], element: str, weaker: str) -> None:
    (field,) = scale(elements=[element], why_fields=None, **more).fields
    assert field.weaker == weaker


def test_a_field_without_a_reason_crosses_in_the_weakest_form() -> None:
    fields = {each.element: each.form for each in scale(why_fields={"award": "Only some awards count."}).fields}
    assert fields == {"national_insurance_number": "present", "date_of_birth": "year", "award": "plain"}
    assert scale(why_fields={"date_of_birth": "It tells twins apart."}).undefended == (
        "national_insurance_number",
        "award",
    )


def test_a_reason_keeps_the_stronger_form_and_an_answer_decides() -> None:
    fields = {each.element: each.form for each in scale(why_fields={"date_of_birth": "It tells twins apart."}).fields}
    assert fields["date_of_birth"] == "plain"
    chosen = {each.element: each.form for each in scale(forms={"date_of_birth": "month"}).fields}
    assert chosen["date_of_birth"] == "month"


def test_a_reason_lets_no_name_into_records_without_names() -> None:
    more = {"level": "pseudonymised", "modes": ["bulk"], "why_fields": {"national_insurance_number": "We like it."}}
    fields = {each.element: each.form for each in scale(**more).fields}
    assert fields["national_insurance_number"] == "pseudonym"


@given(any_answers())
@settings(max_examples=often(100), deadline=None)
def test_a_suggested_form_fits_the_kind_of_value_and_says_less(given_: Answers) -> None:
    known = Facts(given_, LAW, ON, STANDARDS)
    for element in known.elements:
        weaker, because = weaker_form(element, known)
        if weaker is not None:
            assert weaker.takes(element.type)
            assert weaker.kind != "plain"
            assert because
        assert isinstance(form_of(element, known), Form)


@pytest.mark.parametrize(
    ("more", "suggested"),
    [
        ({"decided_by": "nobody", "purpose": "service-planning"}, ("level", "aggregate")),
        ({"modes": ["bulk"], "often": "as-needed"}, ("modes", "lookup")),
        ({"modes": ["bulk"]}, ("modes", "match")),
        ({}, ("elements", "")),
        ({"modes": ["lookup", "bulk"]}, ("modes", "lookup")),
    ],
)
def test_a_weaker_share_is_suggested(more: dict[str, Any], suggested: tuple[str, str]) -> None:
    assert suggested in [(each.question, each.answer) for each in scale(**more).suggestions]


def test_counts_have_nothing_weaker() -> None:
    assert scale(level="aggregate", modes=["aggregate"], elements=["award"], decided_by="nobody").suggestions == ()


def test_both_sides_are_said_side_by_side() -> None:
    told = scale().as_dict()
    assert told["if_shared"]["said"] == answers().harm_sharing
    assert told["if_not_shared"]["said"] == answers().harm_not_sharing
    assert told["if_not_shared"]["usually"].startswith("People who are entitled")
    assert {"wrong-person", "child-for-life"} <= {each["id"] for each in told["if_shared"]["risks"]}
    assert all(each["citation"] and each["measures"] for each in told["if_shared"]["risks"])


def test_every_risk_has_its_rule_its_source_and_is_lowered_by_its_measures() -> None:
    assert {each.when for each in known_risks()} == set(RISK_WHEN)
    for each in known_risks():
        assert LAW.entry(each.rests_on).citation
        assert each.left_likelihood * each.left_severity < each.likelihood * each.severity


def test_every_family_of_purposes_says_what_is_at_stake() -> None:
    for purpose in LAW.purposes:
        assert stake(facts(purpose=purpose.id)), purpose.family


@pytest.mark.parametrize(
    ("likelihood", "severity", "word"),
    [(1, 1, "low"), (1, 2, "low"), (1, 3, "medium"), (2, 2, "medium"), (2, 3, "high"), (3, 3, "high")],
)
def test_likelihood_and_severity_make_one_level(likelihood: int, severity: int, word: str) -> None:
    assert level(likelihood, severity) == word
    assert level(severity, likelihood) == word

"""Completeness: every rule trips on its case, and on nothing else."""

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from easement.agreement.check import Finding, check, musts
from easement.agreement.read import AgreementFile, read_agreement_text
from easement.agreement.reference import checks_page
from easement.agreement.rules import RULES, THEMES, Level
from easement.law.catalogue import catalogue
from easement.meaning.model import Retired, Standard
from easement.meaning.standards import standard, standards

from .cases import ALWAYS, BASES, CARE, COUNTS, MEALS, SHARE, TRIPS
from .makers import EXAMPLE, GONE, Data, agreements, as_file, with_changes

TODAY = date(2026, 8, 1)
HOUSEHOLD = Standard.model_validate(
    {
        "format": "easement-standard/1",
        "id": "household",
        "version": 1,
        "title": "Household",
        "description": "A household without anyone's name.",
        "source": "made up for these tests",
        "elements": {
            "income": {"definition": "its income", "type": "number", "sensitivity": "personal"},
            "size": {"definition": "how many people", "type": "integer", "sensitivity": "personal"},
        },
    }
)
RETIRED = standard("benefit-award/1").model_copy(
    update={"version": 33, "retired": Retired(on=date(2026, 1, 1), successor="benefit-award/1")}
)
STANDARDS = {standard.ref: standard for standard in (*standards(), HOUSEHOLD, RETIRED)}


def findings(file: AgreementFile, today: date = TODAY) -> tuple[Finding, ...]:
    """What the check finds."""
    return check(file, catalogue(), STANDARDS, today=today)


def codes(data: Data) -> set[str]:
    """The codes of what the check finds."""
    return {finding.code for finding in findings(as_file(data))}


@pytest.mark.parametrize("name", BASES)
def test_a_finished_agreement_has_no_findings(name: str):
    assert codes(BASES[name]) == ALWAYS[name]


@pytest.mark.parametrize(("code", "base", "changes", "also"), TRIPS, ids=[row[0] for row in TRIPS])
def test_each_rule_trips_on_its_case_and_nothing_else_does(
    code: str, base: str, changes: dict[str, Any], also: set[str]
):
    assert codes(with_changes(BASES[base], changes)) - ALWAYS[base] | {code} == {code} | also
    assert code in codes(with_changes(BASES[base], changes))


def test_every_rule_is_tripped_by_a_case():
    assert {row[0] for row in TRIPS} == set(RULES)


@pytest.mark.parametrize(
    "changes",
    [
        {"duties.retain": "P3Y"},
        {"duties.breach_notice": "P1D"},
        {"term.ends": "2031-09-01"},
        {"term.review_every": "P1Y"},
        {"term.review_every": "P52W"},
        {"law.dpia.dated": "2023-09-01"},
        {"law.dpia.dated": "2026-08-01"},
        {"emergency": {"allowed_for": ["emergency-response"], "record_within": "P1D", "review_within": "P30D"}},
        {"parties.dwp.contact": "Data-Sharing.Team@dwp.example"},
        {"parties.dwp.contact": "the data protection officer, by telephone"},
        {"law.confidentiality": {"engaged": True}},
        {"law.dwp.basis": "art6_1_e_public_task"},
        {f"{SHARE}.rows": "award = 'UC' and date_of_birth > '2010-09-01'"},
        {f"{SHARE}.subjects": "all"},
        {f"{SHARE}.limits": {"records_per_request": 500}},
        {f"{SHARE}.fields.award_start": "month"},
        {f"{SHARE}.aggregate.small_numbers": {"hide_below": 10, "round_to": 10}},
        {
            f"{SHARE}.level": "anonymised",
            f"{SHARE}.modes": ["bulk"],
            f"{SHARE}.subjects": "all",
            f"{SHARE}.k": 10,
            f"{SHARE}.fields": {"award": "plain", "family_name": "present"},
        },
        {
            f"{SHARE}.level": "pseudonymised",
            f"{SHARE}.modes": ["bulk"],
            f"{SHARE}.subjects": "all",
            f"{SHARE}.fields": {"claim_reference": "pseudonym", "date_of_birth": "year", "postcode": "outward"},
        },
        {"transparency": {"public": False, "reason_not_public": "an open inquiry", "notice": "with the letter"}},
        {"duties.onward": []},
        {"shares.more": COUNTS | {"aggregate": {"dimensions": ["sex"]}}},
        {
            "shares.more": COUNTS | {"to": ["easton"], "aggregate": {"dimensions": ["award", "sex"]}},
            "parties.easton": MEALS["parties"]["northtown"] | {"class": "local-authority"},
            "law.easton": MEALS["law"]["northtown"],
            "people.easton": MEALS["people"]["northtown"],
        },
    ],
    ids=str,
)
def test_what_is_just_good_enough_trips_nothing(changes: dict[str, Any]):
    assert codes(with_changes(MEALS, changes)) == set()


def test_the_example_of_the_format_has_nothing_that_stands_in_the_way():
    found = findings(read_agreement_text(EXAMPLE, name="meals.yaml"))
    assert musts(found) == ()
    assert {finding.code for finding in found} == {
        "parties.class-missing",
        "purpose.clash-not-excluded",
        "counting.nothing-said",
        "people.training-missing",
        "openness.notice-missing",
    }


def test_a_finding_says_where_what_why_how_and_on_whose_word():
    text = EXAMPLE.replace("dpia: {reference: DPIA-2026-014", "dpia: {not_required: we trust them").replace(
        ", outcome: residual risk low, dated: 2026-05-02", ""
    )
    (found,) = musts(findings(read_agreement_text(text, name="meals.yaml")))
    assert found.code == "impact.not-required-but-due"
    assert found.where == "meals.yaml:27:10"
    assert found.line == 27
    assert found.path == "law.dpia.not_required"
    assert "matches people of several sources" in found.text
    assert found.mend == "make one and give its reference"
    assert found.source == "UK GDPR Arts 35-36; DPA 2018 s.64 (Part 3)"
    assert found.checked == "partly"
    assert set(found.as_dict()) == {
        "code",
        "level",
        "where",
        "line",
        "path",
        "text",
        "why",
        "mend",
        "source",
        "checked",
    }


def test_an_offence_in_a_condition_is_pointed_at():
    text = EXAMPLE.replace("and net_monthly_earnings <= 616.67", "and earnings <= 616.67")
    (found,) = musts(findings(read_agreement_text(text, name="meals.yaml")))
    line = text.splitlines()[found.line - 1]
    column = int(found.where.rsplit(":", 1)[1])
    assert line[column - 1 :].startswith("earnings <= 616.67")


def test_an_offence_in_a_folded_condition_is_counted_to():
    text = EXAMPLE.replace(
        "rows: award in ('UC', 'IS') and net_monthly_earnings <= 616.67",
        "rows: >\n      award in ('UC', 'IS')\n      and earnings <= 616.67",
    )
    (found,) = musts(findings(read_agreement_text(text, name="meals.yaml")))
    assert found.text.endswith("(at character 27)")


def test_what_a_gateway_meets_need_not_be_said_twice():
    """A power that lifts the duty of confidence meets it, unless another ground is named."""
    assert "confidence.unmet" not in codes(with_changes(MEALS, {"law.confidentiality": {"engaged": True}}))
    assert "confidence.unmet" in codes(with_changes(CARE, {"law.confidentiality": {"engaged": True}}))


def test_a_sensitive_element_counts_wherever_it_is_used():
    """R1.1: in a field, in a row condition, as a dimension or as a measure."""
    bare = {"law.special_category": "none", f"{SHARE}.fields": {"nhs_number": "plain"}}
    assert "special.condition-missing" not in codes(with_changes(CARE, bare))
    for use in (
        {f"{SHARE}.rows": "contacts_12_months > 3"},
        {f"{SHARE}.aggregate": {"dimensions": ["service"]}},
        {f"{SHARE}.aggregate": {"measures": {"contacts": {"sum": "contacts_12_months"}}}},
    ):
        assert "special.condition-missing" in codes(with_changes(CARE, bare | use)), use


def test_every_sign_that_an_assessment_is_due_is_told():
    """R1.4: the agreement itself shows why one is due."""
    changes = {"law.dpia": GONE, "purpose.code": "safeguarding-children"}
    found = findings(as_file(with_changes(CARE, changes)))
    texts = [each.text for each in found if each.code == "impact.missing"]
    assert len(texts) == 3
    assert any("`last_contact`, `service`" in text for text in texts)
    assert any("matches people of several sources" in text for text in texts)
    assert any("bears on children" in text for text in texts)


def test_a_benefit_agreement_that_does_not_rule_out_immigration_enforcement_is_told_to():
    """R1.6."""
    found = findings(as_file(with_changes(MEALS, {"purpose.never_for": ["debt-recovery", "law-enforcement"]})))
    assert [each.code for each in found] == ["purpose.clash-not-excluded"]
    assert "`immigration-enforcement`" in found[0].text


def test_a_party_of_unknown_class_is_asked_for_its_power_all_the_same():
    changes = {"parties.dwp.class": GONE, "law.dwp.power": GONE}
    assert "law.power-missing" in codes(with_changes(MEALS, changes))


def test_no_two_findings_are_the_same():
    data = with_changes(MEALS, {"law.dpia": GONE, "people": GONE, "transparency": GONE})
    found = findings(as_file(data))
    assert len(found) == len(set(found))


@given(agreements(), st.dates())
def test_the_check_never_fails_on_an_agreement_that_the_types_accept(data: Data, today: date):
    for finding in findings(as_file(data), today):
        assert finding.code in RULES
        assert finding.level in Level
        assert all((finding.where, finding.text, finding.why, finding.mend, finding.source, finding.checked))


@given(agreements())
def test_the_same_agreement_always_has_the_same_findings(data: Data):
    assert findings(as_file(data)) == findings(as_file(data))


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.code)
def test_each_rule_is_worded_for_its_readers(rule: Any):
    assert re.fullmatch(r"[a-z]+\.[a-z0-9-]+", rule.code)
    assert rule.title[0].isupper()
    assert not rule.title.endswith(".")
    assert rule.why[0].islower()
    assert not rule.why.endswith(".")
    assert rule.source.citation


def test_every_rule_is_small_enough_to_be_audited():
    longest = max(RULES.values(), key=lambda rule: len(rule.body.__code__.co_code))
    assert len({line for _, _, line in longest.body.__code__.co_lines() if line}) <= 15, longest.code


def test_every_theme_has_rules_and_a_heading():
    for theme in THEMES:
        assert theme.__doc__
        assert any(rule.body.__module__ == theme.__name__ for rule in RULES.values())


def test_the_page_of_checks_is_current():
    page = Path(__file__).parents[2] / "docs" / "reference" / "checks.md"
    assert page.read_text() == checks_page()

"""Purposes that pull against each other are caught, and the clash is named (R1.6)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from easement.base.errors import UsageError
from easement.law.catalogue import catalogue
from easement.law.clashes import clash, never_for

KNOWN = catalogue()
purposes = st.sampled_from([purpose.id for purpose in KNOWN.purposes])


@pytest.mark.parametrize("helping", ["direct-care", "benefit-eligibility", "education-provision", "housing-support"])
@pytest.mark.parametrize("enforcing", ["immigration-enforcement", "law-enforcement", "debt-recovery"])
def test_help_pulls_against_enforcement(helping: str, enforcing: str) -> None:
    found = clash(helping, enforcing, KNOWN)
    assert found is not None
    assert found.plain
    assert found.sources
    assert enforcing in {purpose.id for purpose in never_for(helping, KNOWN)}


@given(purposes, purposes)
def test_a_clash_is_the_same_from_both_sides(one: str, other: str) -> None:
    assert clash(one, other, KNOWN) == clash(other, one, KNOWN)


@given(purposes)
def test_no_purpose_clashes_with_itself(purpose: str) -> None:
    assert clash(purpose, purpose, KNOWN) is None


@given(purposes, purposes)
def test_what_is_ruled_out_is_always_a_clash(one: str, other: str) -> None:
    ruled_out = {purpose.id for purpose in never_for(one, KNOWN)}
    assert other not in ruled_out or clash(one, other, KNOWN)
    if clash(one, other, KNOWN):
        assert other in ruled_out or one in {purpose.id for purpose in never_for(other, KNOWN)}


def test_statistics_never_come_back_to_decide_about_a_person_but_benefits_may_be_counted() -> None:
    assert "benefit-eligibility" in {purpose.id for purpose in never_for("statistics", KNOWN)}
    assert "statistics" not in {purpose.id for purpose in never_for("benefit-eligibility", KNOWN)}


def test_partners_in_protection_do_not_clash() -> None:
    assert clash("safeguarding-children", "crime-prevention", KNOWN) is None
    assert clash("safeguarding-children", "law-enforcement", KNOWN) is None


def test_an_unknown_purpose_is_refused() -> None:
    with pytest.raises(UsageError, match="`spying` is not a known purpose"):
        clash("spying", "research", KNOWN)

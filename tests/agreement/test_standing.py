"""Where an agreement stands on a day."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from easement.agreement.standing import Calendar, State, standing

from .makers import GONE, agreements, as_file, changed

BOTH = frozenset({"dwp", "northtown"})
TERMS = changed().terms
NO_REVIEW = changed(term__review_every=GONE).terms


def test_signed_by_nobody_it_is_a_draft():
    found = standing(TERMS, frozenset(), date(2026, 10, 1))
    assert found.state is State.DRAFT
    assert found.missing == ("dwp", "northtown")
    assert found.reasons == ("not signed by dwp, northtown",)


def test_signed_by_some_it_says_who_is_missing():
    found = standing(TERMS, {"dwp"}, date(2026, 10, 1))
    assert (found.state, found.missing) == (State.PARTLY_SIGNED, ("northtown",))


def test_signed_by_all_within_its_term_it_is_in_force():
    found = standing(TERMS, BOTH, date(2026, 10, 1))
    assert found.in_force
    assert found.reasons == ()
    assert found.next_review == date(2027, 9, 1)


def test_the_signature_of_one_who_joined_does_not_stand_for_a_named_party():
    assert standing(TERMS, {"dwp", "southtown"}, date(2026, 10, 1)).state is State.PARTLY_SIGNED
    assert standing(TERMS, BOTH | {"southtown"}, date(2026, 10, 1)).in_force


@pytest.mark.parametrize(
    ("on", "state"),
    [
        (date(2026, 8, 31), State.NOT_BEGUN),
        (date(2026, 9, 1), State.IN_FORCE),
        (date(2029, 8, 31), State.IN_FORCE),
        (date(2029, 9, 1), State.ENDED),
    ],
)
def test_both_days_of_the_term_are_included(on: date, state: State):
    assert standing(NO_REVIEW, BOTH, on).state is state


def test_an_overdue_review_suspends():
    """R2.8: the day the review is due is the last good day."""
    assert standing(TERMS, BOTH, date(2027, 9, 1)).in_force
    late = standing(TERMS, BOTH, date(2027, 9, 2))
    assert late.state is State.REVIEW_OVERDUE
    assert late.reasons == ("its review was due by 2027-09-01",)


def test_a_review_starts_the_clock_again():
    found = standing(TERMS, BOTH, date(2027, 9, 2), reviewed=date(2027, 8, 20))
    assert found.in_force
    assert found.next_review == date(2028, 8, 20)


def test_a_review_before_the_start_counts_from_the_start():
    assert standing(TERMS, BOTH, date(2026, 10, 1), reviewed=date(2026, 1, 1)).next_review == date(2027, 9, 1)


def test_no_review_falls_due_after_the_end():
    assert standing(TERMS, BOTH, date(2029, 1, 1), reviewed=date(2029, 1, 1)).next_review is None


def test_a_suspension_gives_its_reason():
    found = standing(TERMS, BOTH, date(2026, 10, 1), suspended="concern 14 upheld")
    assert found.state is State.SUSPENDED
    assert found.reasons == ("suspended: concern 14 upheld",)


def test_every_reason_is_given_the_first_names_the_state():
    found = standing(TERMS, {"dwp"}, date(2030, 1, 1), suspended="breach")
    assert found.state is State.PARTLY_SIGNED
    assert len(found.reasons) == 4
    assert any("review was due" in reason for reason in found.reasons)


@given(
    agreements(),
    st.dates(),
    st.none() | st.dates(),
    st.none() | st.just("a reason"),
    st.data(),
)
def test_in_force_is_exactly_signed_within_term_reviewed_and_not_suspended(
    data: dict, on: date, reviewed: date | None, suspended: str | None, draw: st.DataObject
):
    terms = as_file(data).terms
    signed = draw.draw(st.sets(st.sampled_from(sorted(terms.parties))))
    found = standing(terms, signed, on, reviewed=reviewed, suspended=suspended)
    every = terms.term.review_every
    due = every.after(max(terms.term.starts, reviewed or date.min)) if every else None
    reviewed_enough = due is None or due > terms.term.ends or on <= due
    whole = signed == set(terms.parties) and terms.term.starts <= on <= terms.term.ends
    assert found.in_force == (whole and reviewed_enough and suspended is None)
    assert found.in_force == (found.reasons == ())
    assert found.missing == tuple(sorted(set(terms.parties) - signed))


@given(st.dates(date(2026, 8, 1), date(2029, 10, 1)), st.integers(-400, 400))
def test_a_calendar_made_once_answers_as_if_made_each_time(on: date, back: int):
    reviewed = date(2027, 6, 1) + timedelta(days=back)
    calendar = Calendar.of(TERMS, reviewed=reviewed)
    assert calendar.standing(BOTH, on) == standing(TERMS, BOTH, on, reviewed=reviewed)

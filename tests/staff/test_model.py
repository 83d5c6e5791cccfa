"""What people hold: types that refuse what cannot be."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from easement.base.errors import UsageError
from easement.staff.model import Grant, Identity, Kind, ProgramKey, Training, checked_name, matched
from easement.staff.permissions import Permission

from .keeper import NOW, later


def identity(**grants: frozenset[str]) -> Identity:
    return Identity("p1", "Amina Patel", Kind.PERSON, frozenset({Permission.AUDIT_LEDGER_READ}), grants=grants)


def test_an_identity_says_what_may_be_done():
    assert identity().may(Permission.AUDIT_LEDGER_READ)
    assert not identity().may(Permission.STAFF_KEY_MANAGE)


def test_a_role_is_held_under_one_agreement_and_no_other():
    held = identity(meals=frozenset({"clerk", "benefits-officer"}))
    assert held.roles_for("meals") == {"clerk", "benefits-officer"}
    assert held.role_for("meals") == "benefits-officer"
    assert held.roles_for("housing") == frozenset()
    assert held.role_for("housing") is None


def test_nobody_stands_in_what_is_printed():
    assert "Amina" not in repr(identity())


@given(st.integers(1, 10**6), st.integers(-(10**6), 10**6))
def test_a_grant_counts_until_just_before_it_expires(lasts: int, asked: int):
    end = NOW + timedelta(seconds=lasts)
    grant = Grant("p1", "meals", "clerk", NOW, end)
    assert grant.holds(end + timedelta(seconds=asked)) == (asked < 0)


def test_a_grant_without_an_end_holds():
    assert Grant("p1", "meals", "clerk", NOW).holds(later(days=36500))


@given(st.integers(-400, 400))
def test_training_counts_from_the_day_it_was_passed_to_its_last_day(day: int):
    passed, last = date(2026, 9, 2), date(2027, 9, 1)
    asked = passed + timedelta(days=day)
    assert Training("p1", "governance", passed, last).counts(asked) == (passed <= asked <= last)


@pytest.mark.parametrize(
    "word", ["", "Meals", "a b", "-a", "a" * 64, "meals\n", "meals'; drop table x", "méals", "a\0"]
)
def test_a_word_of_agreements_is_nothing_else(word: str):
    with pytest.raises(UsageError):
        matched(word, "a role")
    with pytest.raises(UsageError):
        Grant("p1", word, "clerk", NOW)
    with pytest.raises(UsageError):
        Training("p1", word, date(2026, 9, 2))


def test_what_would_end_before_it_begins_is_refused():
    with pytest.raises(UsageError, match="before it begins"):
        Grant("p1", "meals", "clerk", NOW, NOW)
    with pytest.raises(UsageError, match="before it was passed"):
        Training("p1", "governance", date(2026, 9, 2), date(2026, 9, 1))


def test_a_key_works_until_it_expires_or_is_revoked():
    key = ProgramKey("k1", "cases", frozenset(Permission), NOW, "console", later(days=1))
    assert [key.state(NOW), key.state(later(days=1))] == ["works", "expired"]
    assert key.works(later(hours=23, minutes=59))
    revoked = ProgramKey("k1", "cases", frozenset(Permission), NOW, "console", later(days=1), revoked=NOW)
    assert (revoked.works(NOW), revoked.state(NOW)) == (False, "revoked")


@pytest.mark.parametrize("name", ["", "  ", "a" * 101, "a\0b", "a\u202eb", "a\u200bb", "a\ud800b", "\x1b[31mred"])
def test_a_name_that_cannot_be_seen_or_kept_is_refused(name: str):
    with pytest.raises(UsageError):
        checked_name(name)


@given(st.text(max_size=120))
def test_a_name_that_was_taken_is_taken_again_as_it_is(name: str):
    try:
        once = checked_name(name)
    except UsageError:
        return
    assert checked_name(once) == once
    assert once.isprintable()

"""Sessions: random tokens, two ways to end by time, and what ends them at once."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from easement.base.database import reading
from easement.staff import service, tables
from easement.staff.model import CONSOLE
from tests.often import often

from .keeper import NOW, FakeKeeper, Person, enrolled, later, stricter


def test_only_a_hash_of_the_token_is_kept(amina: Person):
    token = amina.sign_in(NOW).token
    with reading(amina.keeper.engine) as connection:
        kept = repr(connection.execute(select(tables.sessions)).all())
    assert token not in kept


def test_a_session_ends_after_its_hours_however_busy(amina: Person):
    signed_in = amina.sign_in(NOW)
    assert signed_in.ends == later(hours=8)
    assert all(amina.is_in(signed_in, later(minutes=20 * number)) for number in range(24))
    assert amina.is_in(signed_in, later(hours=7, minutes=59, seconds=59))
    assert not amina.is_in(signed_in, later(hours=8))


def test_a_session_that_nobody_uses_ends_after_its_minutes(amina: Person):
    signed_in = amina.sign_in(NOW)
    assert amina.is_in(signed_in, later(minutes=29, seconds=59))
    assert amina.is_in(signed_in, later(minutes=59, seconds=58))
    assert not amina.is_in(signed_in, later(minutes=89, seconds=58))


@given(st.lists(st.integers(1, 3600), min_size=1, max_size=8))
@settings(max_examples=often(40), suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_a_session_lives_as_long_as_it_is_used_within_bounds(small: FakeKeeper, pauses: list[int]):
    """At the bounds: never longer than the idle time after its last use; written down at most once a minute, so it
    may end up to a minute sooner, and never later."""
    amina = _one(small)
    signed_in = service.open_session(small, amina, now=NOW)
    seconds, used = 0, 0
    for pause in pauses:
        seconds += pause
        found = service.identity_of_session(small, signed_in.token, later(seconds=seconds))
        if found is None:
            assert seconds >= 8 * 3600 or seconds - used > 1800 - 60
            return
        assert seconds < 8 * 3600
        assert seconds - used < 1800
        used = seconds


def _one(keeper: FakeKeeper) -> str:
    people = service.list_people(keeper)
    return people[0].id if people else service.add_person(keeper, "Amina", by=CONSOLE, now=NOW).account_id


def test_stricter_settings_count_for_open_sessions(amina: Person):
    signed_in = amina.sign_in(NOW)
    amina.keeper = stricter(amina.keeper, idle_minutes=5, session_hours=1)
    assert amina.is_in(signed_in, later(minutes=4))
    assert not amina.is_in(signed_in, later(minutes=9))


def test_signing_in_again_ends_the_session_that_the_browser_had(amina: Person):
    first = amina.sign_in(NOW)
    second = amina.sign_in(later(minutes=1), earlier=first.token)
    assert second.token != first.token
    assert not amina.is_in(first, later(minutes=1))
    assert amina.is_in(second, later(minutes=1))


def test_a_token_that_somebody_chose_never_becomes_a_session(amina: Person):
    """Session fixation: a token put into the browser beforehand is worth nothing after the sign-in either."""
    planted = "a" * 52
    signed_in = amina.sign_in(NOW, earlier=planted, device=planted)
    assert planted not in {signed_in.token, signed_in.device}
    assert service.identity_of_session(amina.keeper, planted, NOW) is None


def test_a_device_token_is_no_session(amina: Person):
    signed_in = amina.sign_in(NOW)
    assert service.identity_of_session(amina.keeper, signed_in.device, NOW) is None


def test_two_browsers_have_two_sessions_and_one_can_end(amina: Person):
    one, other = amina.sign_in(NOW), amina.sign_in(later(minutes=1))
    service.sign_out(amina.keeper, one.token)
    assert not amina.is_in(one, later(minutes=1))
    assert amina.is_in(other, later(minutes=1))


def test_sessions_that_ended_are_cleared_away(amina: Person):
    amina.sign_in(NOW)
    amina.sign_in(later(hours=9))
    with reading(amina.keeper.engine) as connection:
        assert len(connection.execute(select(tables.sessions)).all()) == 1


def test_nobody_opens_a_session_for_a_disabled_account(amina: Person):
    service.disable(amina.keeper, amina.id, by=CONSOLE, now=NOW)
    assert service.open_session(amina.keeper, amina.id, now=NOW) is None


def test_what_somebody_holds_is_read_anew_each_time(amina: Person):
    signed_in = amina.sign_in(NOW)
    service.grant(amina.keeper, amina.id, "meals", "clerk", by=CONSOLE, now=NOW)
    assert service.identity_of_session(amina.keeper, signed_in.token, NOW).role_for("meals") == "clerk"


def test_a_session_of_another_node_opens_nothing_here(request: pytest.FixtureRequest, tmp_path, small: FakeKeeper):
    from tests.databases import new_database

    (tmp_path / "other").mkdir()
    there = new_database("sqlcipher", tmp_path / "other", request, filled=True).open()
    token = enrolled(FakeKeeper(there, master_key=b"n" * 32)).sign_in(NOW).token
    there.dispose()
    assert service.identity_of_session(small, token, NOW) is None

"""The way in, once: a password of one's own, an authenticator, and codes for the day it is lost."""

from concurrent.futures import ThreadPoolExecutor

import pyotp
import pytest

from easement.base.errors import EasementError, Refused, UsageError
from easement.staff import service
from easement.staff.model import CONSOLE, Invitation

from .keeper import CHEAP, NOW, PASSWORD, FakeKeeper, Person, enrolled, later, stricter


@pytest.fixture
def invitation(keeper: FakeKeeper) -> Invitation:
    return service.add_person(keeper, "Amina Patel", by=CONSOLE, now=NOW)


def finish(keeper: FakeKeeper, token: str, *, password: str = PASSWORD, code: str | None = None, now=NOW):
    shown = service.begin_enrolment(keeper, token, now)
    typed = code if code is not None else pyotp.TOTP(shown.secret).at(now) if shown else "000000"
    return service.finish_enrolment(keeper, token, password, typed, now=now, hashing=CHEAP)


def test_whoever_has_the_invitation_sets_the_password_and_is_in(keeper: FakeKeeper, invitation: Invitation):
    shown = service.begin_enrolment(keeper, invitation.token, NOW)
    assert (shown.name, shown.account_id) == ("Amina Patel", invitation.account_id)
    assert shown == service.begin_enrolment(keeper, invitation.token, NOW), "looking twice changes nothing"
    done = finish(keeper, invitation.token)
    assert service.identity_of_session(keeper, done.signed_in.token, NOW).id == invitation.account_id
    assert len(done.recovery_codes) == 10


def test_an_invitation_works_once(keeper: FakeKeeper, invitation: Invitation):
    finish(keeper, invitation.token)
    assert service.begin_enrolment(keeper, invitation.token, NOW) is None
    with pytest.raises(Refused, match="does not work any more"):
        finish(keeper, invitation.token)


def test_of_two_who_use_one_invitation_at_once_one_gets_in(keeper: FakeKeeper, invitation: Invitation):
    def attempt(number: int) -> bool:
        try:
            return bool(finish(keeper, invitation.token, password=f"{PASSWORD} {number}"))
        except Refused:
            return False

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(attempt, range(4))) == 1


def test_an_invitation_ends_after_three_days(keeper: FakeKeeper, invitation: Invitation):
    assert invitation.expires == later(hours=72)
    assert service.begin_enrolment(keeper, invitation.token, later(hours=71, minutes=59)) is not None
    assert service.begin_enrolment(keeper, invitation.token, later(hours=72)) is None
    with pytest.raises(Refused):
        finish(keeper, invitation.token, now=later(hours=72))


@pytest.mark.parametrize("token", ["", "x", "a" * 52, "a" * 10**6, "\0", "\ud800", "' or ''='"])
def test_what_is_no_invitation_opens_nothing(keeper: FakeKeeper, invitation: Invitation, token: str):
    assert service.begin_enrolment(keeper, token, NOW) is None
    with pytest.raises(Refused):
        finish(keeper, token)


def test_a_bad_password_or_a_wrong_code_leaves_the_invitation_as_it_was(keeper: FakeKeeper, invitation: Invitation):
    for wrong in ({"password": "short"}, {"password": "amina patel says hello"}, {"code": "000000"}, {"code": ""}):
        with pytest.raises(UsageError):
            finish(keeper, invitation.token, **wrong)
    assert finish(keeper, invitation.token)


def test_the_code_of_the_enrolment_cannot_be_used_again_to_sign_in(keeper: FakeKeeper, invitation: Invitation):
    secret = service.begin_enrolment(keeper, invitation.token, NOW).secret
    finish(keeper, invitation.token)
    code = pyotp.TOTP(secret).at(NOW)
    assert service.sign_in_local(keeper, "Amina Patel", PASSWORD, code, now=NOW, hashing=CHEAP) is None


def test_a_reset_takes_password_authenticator_codes_and_sessions_away(amina: Person):
    signed_in = amina.sign_in(NOW)
    invitation = service.reset_password(amina.keeper, amina.id, by=CONSOLE, now=NOW)
    assert not amina.is_in(signed_in, NOW)
    assert amina.sign_in(later(minutes=1)) is None
    assert amina.sign_in(later(minutes=2), code=amina.first.recovery_codes[0]) is None
    assert service.begin_enrolment(amina.keeper, invitation.token, NOW).secret != amina.secret
    finish(amina.keeper, invitation.token, password="another day by the sea", now=later(minutes=3))
    assert amina.sign_in(later(minutes=4)) is None


def test_a_new_invitation_ends_the_one_before_it(amina: Person):
    first, second = (service.reset_password(amina.keeper, amina.id, by=CONSOLE, now=NOW) for _ in range(2))
    assert service.begin_enrolment(amina.keeper, first.token, NOW) is None
    assert service.begin_enrolment(amina.keeper, second.token, NOW) is not None


def test_without_a_second_factor_in_the_settings_a_code_may_be_left_out(keeper: FakeKeeper, invitation: Invitation):
    loose = stricter(keeper, second_factor=False)
    with pytest.raises(UsageError, match="authenticator"):
        finish(loose, invitation.token, code="000000")
    assert finish(loose, invitation.token, code="").recovery_codes == ()
    assert service.sign_in_local(loose, "Amina Patel", PASSWORD, "", now=later(minutes=1), hashing=CHEAP)
    assert service.sign_in_local(keeper, "Amina Patel", PASSWORD, "", now=later(minutes=2), hashing=CHEAP) is None


def test_without_local_accounts_no_password_is_set(keeper: FakeKeeper, invitation: Invitation):
    with pytest.raises(Refused):
        finish(stricter(keeper, local_accounts=False), invitation.token)


def test_an_invitation_to_another_node_opens_nothing_here(small: FakeKeeper):
    token = service.add_person(small, "Amina Patel", by=CONSOLE, now=NOW).token
    other = FakeKeeper(small.engine, master_key=b"n" * 32)
    with pytest.raises(EasementError):
        service.begin_enrolment(other, token, NOW)


def test_a_changed_password_ends_every_session_but_the_new_one(amina: Person):
    earlier = amina.sign_in(NOW)
    changed = service.change_password(
        amina.keeper, amina.id, PASSWORD, "another day by the sea", now=later(minutes=1), hashing=CHEAP
    )
    assert not amina.is_in(earlier, later(minutes=1))
    assert amina.is_in(changed, later(minutes=1))
    assert amina.sign_in(later(minutes=2)) is None
    assert amina.sign_in(later(minutes=3), password="another day by the sea") is not None


def test_whoever_found_an_open_browser_cannot_change_the_password(amina: Person):
    for number in range(8):
        wrong = service.change_password(
            amina.keeper, amina.id, f"guess number {number}", "another day by the sea", now=NOW, hashing=CHEAP
        )
        assert wrong is None
    right = service.change_password(amina.keeper, amina.id, PASSWORD, "another day by the sea", now=NOW, hashing=CHEAP)
    assert right is None, "after so many wrong ones, even the right password has to wait"
    with pytest.raises(UsageError):
        service.change_password(amina.keeper, amina.id, PASSWORD, "short", now=later(hours=2), hashing=CHEAP)


def test_two_people_have_different_secrets(keeper: FakeKeeper):
    one, other = enrolled(keeper, "Amina Patel"), enrolled(keeper, "Ben Okafor")
    assert one.secret != other.secret
    assert set(one.first.recovery_codes).isdisjoint(other.first.recovery_codes)

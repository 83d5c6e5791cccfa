"""Letting people in, giving and taking what they hold, shutting them out (R3.2, R7.2)."""

from datetime import date

import pytest
from sqlalchemy import select

from easement.base.database import reading
from easement.base.errors import Refused, UsageError
from easement.staff import service, tables
from easement.staff.model import CONSOLE
from easement.staff.permissions import NodeRole, Permission

from .keeper import NOW, FakeKeeper, Person, enrolled, later

BY = {"by": CONSOLE, "now": NOW}


def identity(person: Person, now=NOW):
    return service.identity_of_session(person.keeper, person.sign_in(now).token, now)


def test_somebody_who_was_added_is_invited_and_then_ready(keeper: FakeKeeper):
    invitation = service.add_person(
        keeper, "Amina Patel", roles=[NodeRole.AUDITOR], email="amina@northtown.example", **BY
    )
    account = service.find_person(keeper, invitation.account_id)
    assert (account.name, account.email, account.state) == ("Amina Patel", "amina@northtown.example", "invited")
    assert (account.roles, account.signed_in) == ({NodeRole.AUDITOR}, None)
    enrolled(keeper, "ben okafor")
    enrolled(keeper, "Aled Rhys")
    people = [(each.name, each.state) for each in service.list_people(keeper)]
    assert people == [("Aled Rhys", "ready"), ("Amina Patel", "invited"), ("ben okafor", "ready")]


def test_a_name_is_one_persons_however_it_is_typed(amina: Person):
    for name in ("Amina Patel", "  amina   PATEL ", "Ａmina Patel"):
        with pytest.raises(UsageError, match="called"):
            service.add_person(amina.keeper, name, **BY)
        assert service.find_person(amina.keeper, name).id == amina.id


@pytest.mark.parametrize("who", ["Nobody", "", "p" * 13, "paaaaaaaaaaaa", "\0", "\ud800", "' or ''='"])
def test_nobody_is_found_under_what_is_no_name(amina: Person, who: str):
    with pytest.raises(UsageError, match="nobody of that name"):
        service.find_person(amina.keeper, who)


def test_roles_at_the_node_give_permissions(amina: Person):
    assert identity(amina).permissions == frozenset()
    service.set_roles(amina.keeper, amina.id, [NodeRole.CASEWORKER], **BY)
    held = identity(amina, later(seconds=60))
    assert held.may(Permission.DISCLOSURE_PERSON_ASK)
    assert held.organisation_roles == {NodeRole.CASEWORKER}


def test_changed_roles_end_every_session_and_the_same_roles_none(amina: Person):
    first = amina.sign_in(NOW)
    service.set_roles(amina.keeper, amina.id, [], **BY)
    assert amina.is_in(first, NOW)
    service.set_roles(amina.keeper, amina.id, [NodeRole.AUDITOR], **BY)
    assert not amina.is_in(first, NOW)


def test_a_grant_counts_at_once_and_until_it_expires(amina: Person):
    signed_in = amina.sign_in(NOW)
    service.grant(amina.keeper, amina.id, "meals", "clerk", expires=later(minutes=10), **BY)
    service.grant(amina.keeper, amina.id, "meals", "benefits-officer", **BY)

    def roles(now):
        return service.identity_of_session(amina.keeper, signed_in.token, now).roles_for("meals")

    assert roles(later(minutes=9)) == {"clerk", "benefits-officer"}
    assert roles(later(minutes=10)) == {"benefits-officer"}


def test_a_grant_given_again_has_its_new_end(amina: Person):
    service.grant(amina.keeper, amina.id, "meals", "clerk", expires=later(minutes=10), **BY)
    service.grant(amina.keeper, amina.id, "meals", "clerk", **BY)
    (held,) = service.find_person(amina.keeper, amina.id).grants
    assert held.expires is None


def test_a_revoked_grant_is_gone_and_so_are_the_sessions(amina: Person):
    service.grant(amina.keeper, amina.id, "meals", "clerk", **BY)
    signed_in = amina.sign_in(NOW)
    service.revoke_grant(amina.keeper, amina.id, "meals", "clerk", **BY)
    assert not amina.is_in(signed_in, NOW)
    assert identity(amina, later(seconds=60)).role_for("meals") is None
    with pytest.raises(UsageError, match="was not granted"):
        service.revoke_grant(amina.keeper, amina.id, "meals", "clerk", **BY)


def test_training_counts_to_the_end_of_its_last_day(amina: Person):
    service.record_training(amina.keeper, amina.id, "governance", date(2026, 9, 1), expires=date(2026, 9, 3), **BY)
    assert identity(amina).training == {"governance"}
    assert identity(amina, later(days=1, hours=13, minutes=59)).training == {"governance"}
    assert identity(amina, later(days=1, hours=14)).training == frozenset()


def test_training_cannot_have_been_passed_tomorrow(amina: Person):
    with pytest.raises(UsageError, match="still to come"):
        service.record_training(amina.keeper, amina.id, "governance", date(2026, 9, 3), **BY)


def test_training_recorded_again_has_its_new_days(amina: Person):
    for passed in (date(2025, 1, 1), date(2026, 1, 1)):
        service.record_training(amina.keeper, amina.id, "governance", passed, **BY)
    (record,) = service.find_person(amina.keeper, amina.id).training
    assert record.passed == date(2026, 1, 1)


def test_whoever_is_disabled_is_out_at_once_and_stays_out(amina: Person):
    signed_in = amina.sign_in(NOW)
    service.disable(amina.keeper, amina.id, **BY)
    assert not amina.is_in(signed_in, NOW)
    assert amina.sign_in(later(minutes=1)) is None
    service.enable(amina.keeper, amina.id, **BY)
    assert not amina.is_in(signed_in, NOW)
    assert amina.sign_in(later(minutes=2)) is not None


def test_an_invitation_dies_with_the_account(keeper: FakeKeeper):
    invitation = service.add_person(keeper, "Ben Okafor", **BY)
    service.disable(keeper, invitation.account_id, **BY)
    assert service.begin_enrolment(keeper, invitation.token, NOW) is None
    service.enable(keeper, invitation.account_id, **BY)
    assert service.begin_enrolment(keeper, invitation.token, NOW) is None
    service.disable(keeper, invitation.account_id, **BY)
    with pytest.raises(UsageError, match="disabled"):
        service.reset_password(keeper, invitation.account_id, **BY)


def test_nobody_gives_anything_to_themselves(amina: Person):
    mine = {"by": amina.id, "now": NOW}
    acts = (
        lambda: service.set_roles(amina.keeper, amina.id, [NodeRole.ADMINISTRATOR], **mine),
        lambda: service.grant(amina.keeper, amina.id, "meals", "clerk", **mine),
        lambda: service.record_training(amina.keeper, amina.id, "governance", date(2026, 9, 1), **mine),
        lambda: service.enable(amina.keeper, amina.id, **mine),
        lambda: service.link_external(amina.keeper, amina.id, "https://login.example", "sub", **mine),
    )
    for act in acts:
        with pytest.raises(Refused, match="themselves"):
            act()


@pytest.mark.parametrize("id_", ["p" * 13, "paaaaaaaaaaaa", "", "\0", "'; drop table staff_accounts; --"])
def test_what_is_done_to_an_account_that_is_not_there_is_refused(keeper: FakeKeeper, id_: str):
    acts = (
        lambda: service.disable(keeper, id_, **BY),
        lambda: service.set_roles(keeper, id_, [], **BY),
        lambda: service.grant(keeper, id_, "meals", "clerk", **BY),
        lambda: service.record_training(keeper, id_, "governance", date(2026, 9, 1), **BY),
        lambda: service.reset_password(keeper, id_, **BY),
        lambda: service.revoke_key(keeper, id_, **BY),
    )
    for act in acts:
        with pytest.raises(UsageError, match="no such"):
            act()


def test_no_name_address_or_secret_stands_in_a_table(keeper: FakeKeeper):
    """Under PostgreSQL the tables are not encrypted, and whoever runs it can read them."""
    service.add_person(keeper, "Amina Patel", email="amina@northtown.example", **BY)
    ben = enrolled(keeper, "Ben Okafor", source="192.0.2.7")
    service.make_key(keeper, "Case System", [Permission.DATA_JOB_RUN], expires=later(days=9), **BY)
    service.link_external(keeper, ben.id, "https://login.example", "subject-of-ben", **BY)
    ours = [table for table in tables.accounts.metadata.sorted_tables if table.name.startswith("staff_")]
    with reading(keeper.engine) as connection:
        kept = repr([connection.execute(select(table)).all() for table in ours]).casefold()
    assert len(ours) == 10
    secrets = (ben.secret, ben.first.signed_in.token, *ben.first.recovery_codes)
    for hidden in (
        "amina",
        "okafor",
        "northtown.example",
        "case system",
        "subject-of-ben",
        "argon2",
        "192.0.2",
        *secrets,
    ):
        assert hidden.casefold() not in kept

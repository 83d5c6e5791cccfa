"""Keys of programs: scopes, shown once, ending, revoked at once (R7.2)."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from easement.base.database import reading
from easement.base.errors import Refused, UsageError
from easement.staff import service, tables
from easement.staff.model import CONSOLE, Kind
from easement.staff.permissions import Permission
from easement.staff.tokens import key_text, new_id, new_token

from .keeper import NOW, FakeKeeper, later

ASK = Permission.DISCLOSURE_PERSON_ASK


def make(keeper: FakeKeeper, *scopes: Permission, expires=None, now=NOW):
    ends = expires or later(days=30)
    return service.make_key(keeper, "case system", scopes or (ASK,), expires=ends, by=CONSOLE, now=now)


def used(keeper: FakeKeeper):
    (key,) = service.list_keys(keeper)
    return key.used


def test_a_key_lets_a_program_in_with_its_scopes_and_nothing_else(keeper: FakeKeeper):
    identity = service.identity_of_key(keeper, make(keeper).secret, NOW)
    assert (identity.kind, identity.name, identity.permissions) == (Kind.PROGRAM, "case system", {ASK})
    assert identity.organisation_roles == frozenset()


def test_a_key_holds_roles_and_training_as_people_do(keeper: FakeKeeper):
    made = make(keeper)
    service.grant(keeper, made.key.id, "meals", "clerk", by=CONSOLE, now=NOW)
    service.record_training(keeper, made.key.id, "governance", date(2026, 9, 1), by=CONSOLE, now=NOW)
    identity = service.identity_of_key(keeper, made.secret, NOW)
    assert identity.role_for("meals") == "clerk"
    assert identity.training == {"governance"}
    service.revoke_grant(keeper, made.key.id, "meals", "clerk", by=CONSOLE, now=NOW)
    assert service.identity_of_key(keeper, made.secret, NOW).role_for("meals") is None


def test_who_made_a_key_gives_it_no_role_and_no_training(keeper: FakeKeeper):
    """They have seen its text, so that a role for it would be one for themselves."""
    maker, other = new_id("p"), new_id("p")
    made = service.make_key(keeper, "my own", (ASK,), expires=later(days=30), by=maker, now=NOW)
    with pytest.raises(Refused, match="themselves"):
        service.grant(keeper, made.key.id, "meals", "clerk", by=maker, now=NOW)
    with pytest.raises(Refused, match="themselves"):
        service.record_training(keeper, made.key.id, "governance", date(2026, 9, 1), by=maker, now=NOW)
    assert service.identity_of_key(keeper, made.secret, NOW).role_for("meals") is None
    service.grant(keeper, made.key.id, "meals", "clerk", by=other, now=NOW)
    assert service.identity_of_key(keeper, made.secret, NOW).role_for("meals") == "clerk"


def test_the_key_is_shown_once_and_only_a_hash_of_it_is_kept(keeper: FakeKeeper):
    made = make(keeper)
    secret = made.secret.split("_")[2]
    with reading(keeper.engine) as connection:
        kept = repr(connection.execute(select(tables.keys)).all())
    assert secret not in kept
    assert secret[:20] not in kept
    assert made.secret not in repr(made)
    assert service.list_keys(keeper) == [made.key]


def test_a_revoked_key_opens_nothing_from_that_moment(keeper: FakeKeeper):
    made = make(keeper)
    assert service.identity_of_key(keeper, made.secret, NOW)
    service.revoke_key(keeper, made.key.id, by=CONSOLE, now=NOW)
    assert service.identity_of_key(keeper, made.secret, NOW) is None
    service.revoke_key(keeper, made.key.id, by=CONSOLE, now=later(days=1))
    (key,) = service.list_keys(keeper)
    assert (key.revoked, key.state(NOW)) == (NOW, "revoked")


def test_a_key_ends_when_it_says(keeper: FakeKeeper):
    made = make(keeper, expires=later(days=1))
    assert service.identity_of_key(keeper, made.secret, later(hours=23, minutes=59, seconds=59))
    assert service.identity_of_key(keeper, made.secret, later(days=1)) is None


def test_the_last_use_is_written_down_at_most_once_a_minute(keeper: FakeKeeper):
    made = make(keeper)
    assert used(keeper) is None
    for seconds, seen in ((0, 0), (1, 0), (59, 0), (60, 60), (119, 60), (120, 120)):
        assert service.identity_of_key(keeper, made.secret, later(seconds=seconds))
        assert used(keeper) == later(seconds=seen)


def test_a_wrong_key_is_not_a_use(keeper: FakeKeeper):
    made = make(keeper)
    assert service.identity_of_key(keeper, key_text(made.key.id, new_token()), NOW) is None
    assert used(keeper) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Bearer",
        "easement_",
        "\0",
        "\ud800",
        "x" * 10**6,
        key_text("kaaaaaaaaaaaa", "a" * 52),
        "easement_' or ''='_x",
    ],
)
def test_what_is_no_key_opens_nothing(keeper: FakeKeeper, text: str):
    make(keeper)
    assert service.identity_of_key(keeper, text, NOW) is None


def test_a_secret_belongs_to_its_id(keeper: FakeKeeper):
    one, other = make(keeper), make(keeper)
    secret = one.secret.split("_")[2][:52]
    assert service.identity_of_key(keeper, key_text(other.key.id, secret), NOW) is None
    assert service.identity_of_key(keeper, key_text(one.key.id, secret), NOW) is not None


def test_a_key_must_do_something_and_must_end(keeper: FakeKeeper):
    with pytest.raises(UsageError, match="may do nothing"):
        service.make_key(keeper, "case system", [], expires=later(days=1), by=CONSOLE, now=NOW)
    for expires in (NOW, later(days=367), NOW - timedelta(days=1)):
        with pytest.raises(UsageError, match="ends after now"):
            make(keeper, expires=expires)
    with pytest.raises(UsageError, match="cannot be seen"):
        service.make_key(keeper, "case\0system", [ASK], expires=later(days=1), by=CONSOLE, now=NOW)

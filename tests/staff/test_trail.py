"""The trail of administration: every act leaves a line, and a line that was changed is seen (R7.2)."""

import json
from datetime import date

import pytest
from sqlalchemy import delete, update

from easement.base.database import writing
from easement.base.errors import UsageError
from easement.staff import service, tables, trail
from easement.staff.model import CONSOLE, Act
from easement.staff.permissions import NodeRole, Permission

from .keeper import CHEAP, NOW, PASSWORD, FakeKeeper, enrolled, later

BY = {"by": CONSOLE, "now": NOW}


@pytest.fixture
def busy(keeper: FakeKeeper) -> FakeKeeper:
    """An organisation where everything was done once."""
    amina = enrolled(keeper)
    service.set_roles(keeper, amina.id, [NodeRole.AUDITOR], **BY)
    service.grant(keeper, amina.id, "meals", "clerk", expires=later(days=1), **BY)
    service.revoke_grant(keeper, amina.id, "meals", "clerk", **BY)
    service.record_training(keeper, amina.id, "governance", date(2026, 9, 1), **BY)
    made = service.make_key(keeper, "cases", [Permission.DATA_JOB_RUN], expires=later(days=1), **BY)
    service.revoke_key(keeper, made.key.id, **BY)
    service.link_external(keeper, amina.id, "https://login.example", "sub", **BY)
    service.unlink_external(keeper, amina.id, **BY)
    amina.sign_in(NOW, code=amina.first.recovery_codes[0])
    service.change_password(keeper, amina.id, PASSWORD, "another day by the sea", now=NOW, hashing=CHEAP)
    service.disable(keeper, amina.id, **BY)
    service.enable(keeper, amina.id, **BY)
    service.reset_password(keeper, amina.id, **BY)
    return keeper


def test_every_act_leaves_its_line(busy: FakeKeeper):
    assert {line.act for line in service.trail(busy)} == set(Act)
    assert service.check_trail(busy) is None


def test_a_line_says_who_did_what_to_whom_and_when(busy: FakeKeeper):
    (line,) = [each for each in service.trail(busy) if each.act is Act.GRANT_GIVEN]
    (person,) = service.list_people(busy)
    assert (line.by, line.about, line.at) == (CONSOLE, person.id, NOW)
    assert line.detail == {"agreement": "meals", "role": "clerk", "expires": "2026-09-03T10:00:00+00:00"}


def test_what_people_do_to_their_own_account_is_theirs(busy: FakeKeeper):
    own = {Act.ACCOUNT_ENROLLED, Act.ACCOUNT_PASSWORD_CHANGED, Act.ACCOUNT_RECOVERY_USED}
    assert {line.act for line in service.trail(busy) if line.by == line.about} == own


def test_nobodys_name_stands_in_it(busy: FakeKeeper):
    assert "Amina" not in repr(service.trail(busy))


def test_the_newest_come_first_a_page_at_a_time(busy: FakeKeeper):
    everything = service.trail(busy)
    first = service.trail(busy, most=5)
    second = service.trail(busy, most=5, before=first[-1].number)
    assert first + second == everything[:10]
    assert [line.number for line in everything] == list(range(len(everything) - 1, -1, -1))
    key = next(line.about for line in everything if line.act is Act.KEY_MADE)
    assert [line.act for line in service.trail(busy, about=key)] == [Act.KEY_REVOKED, Act.KEY_MADE]


@pytest.mark.parametrize("column", ["at", "by", "act", "about", "detail", "seal"])
def test_a_changed_line_is_seen(busy: FakeKeeper, column: str):
    table = tables.trail
    other = {
        "at": 0,
        "by": "somebody",
        "act": "staff:key:made",
        "about": "p",
        "detail": json.dumps({}),
        "seal": "0" * 64,
    }
    with writing(busy.engine) as connection:
        connection.execute(update(table).where(table.c.number == 3).values({column: other[column]}))
    assert service.check_trail(busy) == 3


def test_a_line_taken_out_of_the_middle_is_seen(busy: FakeKeeper):
    with writing(busy.engine) as connection:
        connection.execute(delete(tables.trail).where(tables.trail.c.number == 4))
    assert service.check_trail(busy) == 4


def test_a_trail_made_under_another_key_is_seen(busy: FakeKeeper):
    assert service.check_trail(FakeKeeper(busy.engine, master_key=b"n" * 32)) == 0


def test_an_empty_trail_is_whole(keeper: FakeKeeper):
    assert service.check_trail(keeper) is None
    assert service.trail(keeper) == []


def test_a_long_trail_is_checked_page_by_page(busy: FakeKeeper, monkeypatch):
    monkeypatch.setattr(trail, "MOST", 2)
    assert service.check_trail(busy) is None


def test_what_was_refused_leaves_no_line(keeper: FakeKeeper):
    enrolled(keeper)
    before = len(service.trail(keeper))
    with pytest.raises(UsageError):
        service.add_person(keeper, "Amina Patel", **BY)
    assert len(service.trail(keeper)) == before

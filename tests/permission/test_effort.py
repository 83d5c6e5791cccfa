"""R5.5: the effort that people put into a proposal, as a number for the figures and never a person."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from easement.base.database import reading
from easement.base.errors import Refused, UsageError
from easement.permission import effort_tables
from easement.permission.effort import record_effort, spent
from tests.gate.world import NOW

from .makers import REVIEWED, Host, host_of, kept
from .trio import CASEWORKER, LEAD, SENIOR

ID = "5e" * 16


@pytest.fixture
def host(tmp_path, engine) -> Host:
    made = host_of(tmp_path, engine)
    kept(made, REVIEWED, ID)
    return made


def test_what_is_recorded_adds_up_and_names_nobody(host):
    record_effort(host, ID[:8], Decimal("2.5"), "drafting", LEAD, NOW, day=date(2026, 11, 2))
    found = record_effort(host, ID, Decimal("0.25"), "approving", SENIOR, NOW)
    assert (found.minutes, [each.what for each in found.records]) == (165, ["drafting", "approving"])
    assert found == spent(host, ID)
    assert {each.role for each in found.records} == {"governance-lead", "senior-risk-owner"}
    assert "Ada" not in str(found.as_dict())
    with reading(host.engine) as connection:
        assert effort_tables.per_proposal(connection) == {ID: 165}
        assert effort_tables.on_work(connection, "2026-11-02", "2026-11-02") == {"drafting": 150}


@pytest.mark.parametrize("hours", ["0", "-1", "1001", "NaN", "Infinity", "0.001"])
def test_hours_that_cannot_be_are_not_taken(host, hours):
    with pytest.raises(UsageError, match="hours cannot be"):
        record_effort(host, ID, Decimal(hours), "drafting", LEAD, NOW)
    assert spent(host, ID).records == ()


def test_work_that_is_not_listed_and_a_day_to_come_are_not_taken(host):
    with pytest.raises(UsageError, match="no work that is counted"):
        record_effort(host, ID, Decimal(1), "draftng", LEAD, NOW)
    with pytest.raises(UsageError, match="yet to come"):
        record_effort(host, ID, Decimal(1), "drafting", LEAD, NOW, day=NOW.date() + timedelta(days=1))
    with pytest.raises(UsageError, match="no proposal"):
        record_effort(host, "nothing-like-it", Decimal(1), "drafting", LEAD, NOW)


def test_who_may_not_read_proposals_records_nothing(host):
    with pytest.raises(Refused, match="cannot record effort"):
        record_effort(host, ID, Decimal(1), "drafting", CASEWORKER, NOW)

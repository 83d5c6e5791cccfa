"""R5.1: limits and terms are told by the clock, so a clock that was set back lets nothing out."""

import pytest

from easement.base.errors import StorageFailed
from easement.ledger.model import Entry, EntryType, clock_set_back
from tests.ledger.makers import AGREEMENT, DAY, released, reopened


def intended(time: str) -> Entry:
    return Entry(
        time=time,
        type=EntryType.DISCLOSURE_INTENDED,
        parties={"provider": "dwp", "recipient": "northtown"},
        agreement=AGREEMENT,
        agreement_id="free-school-meals",
        share="entitled-children",
        purpose="benefit-eligibility",
    )


def test_a_disclosure_well_before_the_latest_one_is_refused_until_the_clock_is_right(ledger):
    ledger.append(intended(f"{DAY}T12:30Z"))
    with pytest.raises(StorageFailed, match=f"the clock was set back: it shows {DAY}T12:27Z") as refused:
        ledger.append(intended(f"{DAY}T12:27Z"))
    assert "set the clock right" in refused.value.remedy
    assert ledger.size == 2
    assert ledger.refusal is None
    assert ledger.append(intended(f"{DAY}T12:31Z")) == 2
    assert ledger.latest == f"{DAY}T12:31Z"


def test_a_clock_that_is_set_right_by_a_moment_is_not_minded(ledger):
    ledger.append(intended(f"{DAY}T12:30Z"))
    ledger.append(intended(f"{DAY}T12:28Z"))
    assert ledger.latest == f"{DAY}T12:30Z"


def test_the_clock_is_minded_after_a_restart_too(ledger, home):
    ledger.append(intended(f"{DAY}T12:30Z"))
    ledger.append(released(time=f"{DAY}T12:30Z", intent=1))
    with pytest.raises(StorageFailed, match="the clock was set back"):
        reopened(home).append(intended(f"{DAY}T10:00Z"))


def test_what_is_no_disclosure_is_still_written_down(ledger):
    ledger.append(intended(f"{DAY}T12:30Z"))
    refused = Entry(time=f"{DAY}T10:00Z", type=EntryType.DISCLOSURE_REFUSED, reasons=("limit.day-reached",))
    assert ledger.append(refused) == 2


def test_where_nothing_was_disclosed_every_clock_is_believed():
    assert clock_set_back("", f"{DAY}T10:00Z") == ""

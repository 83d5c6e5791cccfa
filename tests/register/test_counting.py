"""Counts are the ledger's, however often and in whatever pieces it is read."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from easement.base.database import reading
from easement.ledger.model import Entry, EntryType, Logged
from easement.register import keeping, tables
from easement.register.counting import KEPT, Kind, Sums, summed

from .world import Organisation

DAYS = ("2026-11-20", "2026-11-21")
KINDS = {
    EntryType.DISCLOSURE_RELEASED: Kind.GAVE,
    EntryType.DISCLOSURE_RECEIVED: Kind.RECEIVED,
    EntryType.DISCLOSURE_REFUSED: Kind.REFUSED,
}


@st.composite
def entries(draw: st.DrawFn) -> list[Logged]:
    """Disclosures, refusals and other things, of two agreements on two days."""
    found = []
    for index in range(draw(st.integers(0, 30))):
        type_ = draw(st.sampled_from([*KINDS, EntryType.LOG_OPENED]))
        facts = {"time": f"{draw(st.sampled_from(DAYS))}T10:00Z", "type": type_}
        if type_ in KINDS:
            facts |= {"agreement_id": draw(st.sampled_from(["one", "two"])), "share": "s", "agreement": "ab" * 32}
            facts |= {"parties": {"provider": "dwp", "recipient": "northtown"}, "mode": "lookup", "purpose": "p"}
            facts |= {"count": draw(st.integers(0, 40))} if type_ is not EntryType.DISCLOSURE_REFUSED else {}
            facts |= {"reasons": ("limit.day-reached",)} if type_ is EntryType.DISCLOSURE_REFUSED else {}
            facts |= {"intent": 0} if type_ is EntryType.DISCLOSURE_RELEASED else {}
            facts |= {"message": "5e" * 16, "peer_entry": 1} if type_ is EntryType.DISCLOSURE_RECEIVED else {}
        found.append(Logged(index, Entry(**facts).encode()))
    return found


@given(entries())
def test_every_disclosure_and_refusal_is_counted_once(logged):
    sums = summed(logged)
    told = Counter(KINDS[each.entry.type] for each in logged if each.entry.type in KINDS)
    assert Counter({kind: _of(sums, kind) for kind in KINDS.values() if _of(sums, kind)}) == told
    assert sum(sums.records.values()) == sum(each.entry.count or 0 for each in logged)
    assert sum(sums.reasons.values()) == told[Kind.REFUSED]


def _of(sums: Sums, kind: Kind) -> int:
    return sum(times for place, times in sums.times.items() if place.kind == kind)


@given(entries(), st.integers(0, 30))
def test_two_pages_come_to_what_one_does(logged, at):
    first, second, whole = summed(logged[:at]), summed(logged[at:]), summed(logged)
    assert first.times + second.times == whole.times
    assert first.reasons + second.reasons == whole.reasons
    assert first.events + second.events == whole.events


def test_an_entry_that_sums_up_refusals_counts_for_as_many():
    said = Entry(time="2026-11-21T10:00Z", type=EntryType.DISCLOSURE_REFUSED, reasons=("asked.too-often",), count=41)
    sums = summed([Logged(3, said.encode())])
    assert (_of(sums, Kind.REFUSED), sums.reasons["2026-11-21", "", "asked.too-often"]) == (41, 41)


def test_what_happens_to_agreements_proposals_and_concerns_is_kept_one_by_one():
    rooms = {each.value.partition(":")[0] for each in KEPT}
    assert rooms == {"agreement", "assessment", "permission", "register"}
    assert not KEPT & set(KINDS)


def counted(dwp: Organisation) -> dict[str, tuple[int, int]]:
    with reading(dwp.engine) as connection:
        return {place.agreement_id: (times, records) for place, times, records in tables.uses(connection)}


def test_the_ledger_is_counted_on_from_where_it_was(dwp, monkeypatch):
    monkeypatch.setattr(keeping, "PAGE", 3)
    dwp.gave("one", 4)
    assert keeping.catch_up(dwp) == 0
    dwp.gave("one", 2, count=10)
    dwp.gave("two")
    asked: list[tuple[int, int]] = []
    real = dwp.ledger.entries
    monkeypatch.setattr(dwp.ledger, "entries", lambda start, stop: (asked.append((start, stop)), real(start, stop))[1])
    assert keeping.catch_up(dwp) == 5
    assert asked[0] == (5, 8), "what was counted is not read again"
    assert counted(dwp) == {"one": (6, 24), "two": (1, 1)}
    assert keeping.catch_up(dwp) == dwp.ledger.size
    assert counted(dwp) == {"one": (6, 24), "two": (1, 1)}


def test_a_page_that_another_process_counted_meanwhile_is_not_counted_twice(dwp, monkeypatch):
    dwp.gave("one", 3)
    real = keeping.summed
    raced: list[bool] = []

    def race(page):
        if not raced:
            raced.append(True)
            keeping.catch_up(dwp)
        return real(page)

    monkeypatch.setattr(keeping, "summed", race)
    keeping.catch_up(dwp)
    assert counted(dwp) == {"one": (3, 3)}


@pytest.mark.parametrize(
    ("since", "until", "times"), [("2026-11-21", "9999", 2), ("", "2026-11-20", 1), ("", "9999", 3)]
)
def test_counts_and_reasons_are_of_the_days_asked_for(dwp, since, until, times):
    for day, many in (("2026-11-20", 1), ("2026-11-21", 2)):
        dwp.gave("one", many, time=f"{day}T09:00Z")
        for _ in range(many):
            dwp.says(EntryType.DISCLOSURE_REFUSED, time=f"{day}T09:00Z", reasons=("agreement.incomplete",))
    keeping.catch_up(dwp)
    with reading(dwp.engine) as connection:
        found = list(tables.uses(connection, since=since, until=until))
        assert sum(often for place, often, _ in found if place.kind == Kind.GAVE) == times
        assert tables.reasons(connection, since, until) == {"agreement.incomplete": times}
        assert tables.first_uses(connection) == {"one": "2026-11-20"}

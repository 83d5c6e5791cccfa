"""R5.5: how sharing goes, in numbers that say what they are of and point at nobody."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from easement.base.database import writing
from easement.ledger.model import EntryType
from easement.permission import tables as permission
from easement.register import concerns, facts
from easement.register.counting import Kind, Place
from easement.register.kpis import Facts, ProposalFact, Words, figures
from easement.register.small import RULE

from .world import NOW, Organisation

FIRST, LAST = date(2026, 11, 1), date(2026, 11, 30)
DAYS = st.dates(date(2026, 9, 1), date(2027, 1, 31))


def numbers(**given: Any) -> dict[str, Any]:
    """The figures of November by their code, told in words."""
    found = figures(Facts(here="dwp", since=FIRST, until=LAST, **given), Words())
    return {each.code: each.words for each in found.figures}


def tables(**given: Any) -> dict[str, dict[str, str]]:
    found = figures(Facts(here="dwp", since=FIRST, until=LAST, **given), Words({"northtown": "Northtown"}))
    return {each.code: {label: value.words for label, value in each.rows} for each in found.breakdowns}


def place(**changes: str) -> Place:
    usual = {"kind": "gave", "day": "2026-11-03", "agreement_id": "meals", "share": "s", "purpose": "p"}
    return Place(**usual | {"mode": "bulk", "provider": "dwp", "recipient": "northtown"} | changes)


def proposal(opened: int = 2, **more: Any) -> ProposalFact:
    return ProposalFact("5e" * 16, date(2026, 11, opened), **more)


def test_proposals_are_counted_by_what_became_of_them_in_the_period():
    made = (
        proposal(state="proposed", waiting=("northtown",), answer_by=date(2026, 11, 20)),
        proposal(5, state="in-force", answered=date(2026, 11, 9), in_force=date(2026, 11, 15), acts=6),
        proposal(6, state="refused", answered=date(2026, 11, 8), over=date(2026, 11, 8), reason="no-power"),
        ProposalFact("5f" * 16, date(2026, 10, 1), state="in-force", in_force=date(2026, 10, 9), acts=90),
    )
    said = numbers(proposals=made)
    assert (said["proposals-made"], said["proposals-agreed"], said["proposals-refused"]) == ("3", "1", "1")
    assert (said["proposals-waiting"], said["proposals-late"], said["days-waiting"]) == ("1", "1", "28 days")
    assert (said["days-to-force"], said["acts-per-agreement"]) == ("10 days", "6")
    told = tables(proposals=made)
    assert told["proposals-waiting-at"] == {"Northtown": "1"}
    assert told["proposals-waiting-days"] == {"Northtown": "28"}
    assert told["proposals-refused-by-reason"] == {"no-power": "1"}


def test_effort_is_told_in_hours_as_people_said_it():
    made = (
        proposal(5, state="in-force", in_force=date(2026, 11, 15), minutes=600),
        proposal(6, state="in-force", in_force=date(2026, 11, 16), minutes=1_200),
        proposal(7, state="in-force", in_force=date(2026, 11, 17)),
    )
    said = numbers(proposals=made, effort={"drafting": 900, "negotiating": 930})
    assert (said["hours-worked"], said["hours-per-agreement"]) == ("30 hours", "15 hours")
    assert tables(effort={"drafting": 600, "negotiating": 900})["hours-by-work"] == {
        "negotiating": "15",
        "drafting": "10",
    }
    assert numbers()["hours-worked"] == "nothing to count yet"


def test_the_way_from_question_to_first_data_is_measured_where_data_crossed():
    made = (proposal(2, agreement_id="meals"), proposal(3, agreement_id="bins"), proposal(4, agreement_id="roads"))
    first = {"meals": date(2026, 11, 12), "bins": date(2026, 12, 1), "roads": date(2026, 11, 6)}
    assert numbers(proposals=made, first_uses=first)["days-to-data"] == "6 days"
    assert numbers(proposals=made)["days-to-data"] == "nothing to count yet"


def test_disclosures_are_broken_down_by_cluster_purpose_mode_organisation_and_month():
    uses = (
        (place(), 3, 900),
        (place(kind="received", provider="northtown", recipient="dwp", purpose="q"), 2, 50),
        (place(recipient="southtown", day="2026-11-30"), 1, 40),
        (place(mode="lookup"), 5, 5),
        (place(kind="refused"), 40, 0),
    )
    told = tables(uses=uses, cluster="Children's services", members=frozenset({"dwp", "northtown"}))
    assert told["disclosures-by-cluster"] == {"Children's services": "at least 5", "Outside of a cluster": "1"}
    assert told["disclosures-by-purpose"] == {"p": "at least 4", "q": "2"}
    assert told["disclosures-by-mode"] == {"bulk": "6", "lookup": "at least 0"}
    assert told["disclosures-by-organisation"] == {"Northtown": "at least 5", "southtown": "1"}
    assert told["disclosures-by-month"] == {"2026-11": "at least 6"}
    said = numbers(uses=uses)
    assert (said["disclosures-given"], said["records-given"]) == ("at least 4", "about 945")
    assert said["requests-refused"] == "about 40"


def test_reuse_standing_and_concerns_are_counted():
    states = {"in-force": 4, "review-overdue": 1, "suspended": 2, "ended": 9}
    heard = {"raised": 3, "acknowledged": 2, "answered": 1, "overdue": 1}
    said = numbers(signed=2, joined=7, states=states, not_public=1, concerns=heard)
    assert (said["agreements-signed"], said["agreements-joined"]) == ("2", "7")
    assert (said["agreements-in-force"], said["reviews-overdue"], said["agreements-suspended"]) == ("4", "1", "2")
    assert [said[f"concerns-{name}"] for name in heard] == ["3", "2", "1", "1"]
    assert said["agreements-not-public"] == "1"


USES = st.lists(
    st.tuples(
        st.builds(
            place,
            kind=st.sampled_from([each.value for each in Kind]),
            mode=st.sampled_from(["lookup", "bulk", ""]),
            purpose=st.sampled_from("pq"),
            recipient=st.sampled_from(["northtown", "southtown"]),
        ),
        st.integers(1, 30),
        st.integers(0, 500),
    ),
    max_size=12,
)
PROPOSALS = st.lists(
    st.builds(
        ProposalFact,
        id=st.just("5e" * 16),
        opened=DAYS,
        answered=st.none() | DAYS,
        in_force=st.none() | DAYS,
        over=st.none() | DAYS,
        state=st.sampled_from(["proposed", "draft", "in-force", "refused", "withdrawn"]),
        waiting=st.sampled_from([(), ("northtown",), ("dwp", "northtown")]),
        agreement_id=st.sampled_from(["", "meals"]),
    ),
    max_size=8,
)


@given(USES, PROPOSALS, st.dictionaries(st.sampled_from(["a", "b"]), st.integers(1, 30)))
def test_whatever_the_facts_no_number_below_the_rule_is_of_single_people(uses, proposals, refusals):
    found = figures(
        Facts(here="dwp", since=FIRST, until=LAST, uses=tuple(uses), proposals=tuple(proposals), refusals=refusals,
              first_uses={"meals": FIRST}),
        Words(),
    )  # fmt: skip
    rows = found.as_rows()
    about_people = ("records-given", "records-received", "requests-refused", "refusals-by-reason")
    for row in (row for row in rows if row["measure"] in about_people):
        assert row["count"] is None or row["count"] == 0 or row["count"] >= RULE.hide_below - RULE.round_to // 2
        assert row["count"] is None or row["count"] % RULE.round_to == 0
    assert all(row["unit"] and row["what"] for row in rows)
    assert len({(row["measure"], row["part"]) for row in rows}) == len(rows)


def test_facts_come_from_the_ledgers_counts_and_the_proposals(published: Organisation):
    opened = int(datetime(2026, 11, 11, tzinfo=UTC).timestamp())
    unsaid = dict.fromkeys(("answered", "drafted", "in_force", "over", "reason", "version", "agreed", "landed"))
    row = permission.Row(
        id="5e" * 16, home="dwp", title="Meals", parties={"dwp": "provider"}, state="draft", since=opened,
        waiting=("dwp",), opened=opened, answer_by="2026-11-20", escalated=0, agreement_id="school-meals", number=3,
        head="ab" * 32, **unsaid,
    )  # fmt: skip
    with writing(published.engine) as connection:
        permission.put_row(connection, row, None)
        for number, author in enumerate(("dwp", "northtown", "dwp"), 1):
            event = permission.EventRow(row.id, number, f"{number:032x}", "commented", author, opened, None, b"")
            permission.add_event(connection, event)
    published.gave("school-meals", 9)
    published.says(EntryType.DISCLOSURE_REFUSED, reasons=("limit.day-reached",))
    joined = {"organisation": "southtown", "agreement": "ab" * 32, "agreement_id": "school-meals", "version": "1.0.0"}
    published.says(EntryType.VERSION_JOINED, **joined)
    concerns.raise_concern(published, "school-meals", "Why are postcodes needed?", now=NOW)
    found = facts.facts_of(published, FIRST, LAST, NOW)
    (one,) = found.proposals
    assert (one.opened, one.acts, one.waiting, one.agreement_id) == (date(2026, 11, 11), 2, ("dwp",), "school-meals")
    assert found.first_uses == {"school-meals": NOW.date()}
    assert [(place.mode, times, records) for place, times, records in found.uses if place.kind == Kind.GAVE] == [
        ("lookup", 9, 9)
    ]
    assert (found.refusals, found.signed, found.joined) == ({"limit.day-reached": 1}, 1, 1)
    assert (found.states["in-force"], found.not_public, found.cluster) == (1, 0, "")
    assert found.concerns == {"raised": 1, "acknowledged": 0, "answered": 0, "held_back": 0, "overdue": 0}
    late = facts.facts_of(published, FIRST, LAST, NOW + timedelta(days=31))
    assert late.concerns["overdue"] == 1
    told = facts.numbers(published, FIRST, LAST, NOW)
    assert {each.code: each.words for each in told.figures}["days-to-data"] == "10 days"


@pytest.mark.parametrize("day", ["2026-12-01", "2026-10-31"])
def test_what_happened_outside_of_the_period_is_not_in_it(published: Organisation, day):
    published.gave("school-meals", 9, time=f"{day}T10:00Z")
    assert facts.facts_of(published, FIRST, LAST, NOW).uses == ()


@pytest.mark.parametrize("day", [date.min, date.max])
def test_a_day_centuries_away_is_reckoned_with(published: Organisation, day):
    assert facts.facts_of(published, day, day, NOW).uses == ()

"""Anybody may raise a concern and see the answer; clocks run, floods stop, and hostile words stay words (R2.7)."""

import json
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text as sql

from easement.base.database import reading as reads
from easement.base.errors import Refused, UsageError
from easement.ledger.model import EntryType
from easement.register import concern_tables, concerns
from easement.register.concern import ACKNOWLEDGE, ANSWER, LONGEST, HeldBack, Stage, clean

from .world import NOW, Organisation

WORRY = "My neighbour's school sent this to the wrong place."
DAY = timedelta(days=1)


def raised(dwp: Organisation, text: str = WORRY, **more):
    return concerns.raise_concern(dwp, "school-meals", text, **{"now": NOW, "source": "192.0.2.7"} | more)


def looked(dwp: Organisation, id_: str, held_back: str = ""):
    return concerns.look(dwp, id_, role="governance-lead", now=NOW + DAY, held_back=held_back)


def answered(dwp: Organisation, id_: str, text: str = "It was sent to the right place."):
    return concerns.answer(dwp, id_, text, role="governance-lead", now=NOW + 2 * DAY, by="Gwen Hughes")


def test_a_concern_goes_from_raised_to_published_to_answered(published):
    made = raised(published)
    seen = concerns.concern(published, made.id, NOW)
    assert (seen.stage, seen.text, seen.answer) == (Stage.RAISED, "", "")
    seen = looked(published, made.id)
    assert (seen.stage, seen.text, seen.looked) == (Stage.PUBLISHED, WORRY, NOW.replace(microsecond=0) + DAY)
    seen = answered(published, made.id)
    assert (seen.stage, seen.answer, seen.answered_by) == (
        Stage.ANSWERED,
        "It was sent to the right place.",
        "governance-lead",
    )
    assert concerns.concerns(published, agreement_id="school-meals") == (seen,)
    assert concerns.concerns(published, agreement_id="other") == ()


def test_both_stand_in_the_ledger_without_their_words(published):
    made = raised(published, contact="jo@mail.example")
    looked(published, made.id)
    done = answered(published, made.id)
    first, last = (published.ledger.entry(index) for index in (made.entry, done.answer_entry))
    assert [each.entry.type for each in (first, last)] == [EntryType.CONCERN_RAISED, EntryType.CONCERN_ANSWERED]
    assert {first.entry.concern, last.entry.concern} == {made.id}
    assert first.entry.agreement_id == "school-meals"
    assert WORRY.encode() not in first.body
    assert json.loads(published.ledger.private(made.entry)["concern"].text) == {"text": WORRY}


def test_words_and_contact_are_sealed_and_the_contact_is_forgotten_with_the_answer(published):
    made = raised(published, contact="jo@mail.example")
    with reads(published.engine) as connection:
        (row,) = concern_tables.find(connection)
    assert all(word not in sealed for sealed in (row.text, row.contact) for word in (b"neighbour", b"jo@mail"))
    assert concerns.concern(published, made.id, NOW).contact == ""
    assert [each.contact for each in concerns.waiting(published)] == ["jo@mail.example"]
    looked(published, made.id)
    answered(published, made.id)
    assert concerns.concern(published, made.id, NOW, staff=True).contact == ""
    assert concerns.waiting(published) == ()


def test_words_held_back_are_seen_by_staff_alone_with_the_reason_for_all(published):
    made = raised(published)
    seen = looked(published, made.id, "personal-data")
    assert (seen.stage, seen.text, seen.held_back) == (Stage.HELD_BACK, "", HeldBack.PERSONAL)
    assert seen.as_dict(NOW.date())["held_back_in_words"] == "its words are about a person who could be recognised"
    assert concerns.waiting(published)[0].text == WORRY
    seen = answered(published, made.id)
    assert (seen.stage, seen.text) == (Stage.ANSWERED, "")
    assert looked(published, made.id).text == WORRY, "a second look may publish what the first held back"


def test_a_second_look_does_not_set_the_acknowledgement_anew(published):
    made = raised(published)
    looked(published, made.id)
    again = concerns.look(published, made.id, role="governance-lead", now=NOW + 9 * DAY, held_back="abuse")
    assert again.looked == NOW.replace(microsecond=0) + DAY


def test_what_is_due_is_told_and_what_is_overdue_too(published):
    made = raised(published)
    assert (made.acknowledge_by, made.answer_by) == ((NOW + ACKNOWLEDGE).date(), (NOW + ANSWER).date())
    assert [made.overdue(day) for day in (made.acknowledge_by, made.acknowledge_by + DAY)] == ["", "acknowledgement"]
    seen = looked(published, made.id)
    assert [seen.overdue(day) for day in (made.answer_by, made.answer_by + DAY)] == ["", "answer"]
    assert answered(published, made.id).overdue(made.answer_by + DAY) == ""


def test_no_answer_before_a_look_and_none_twice(published):
    made = raised(published)
    with pytest.raises(UsageError, match="nobody has looked"):
        answered(published, made.id)
    looked(published, made.id)
    answered(published, made.id)
    size = published.ledger.size
    with pytest.raises(UsageError, match="answered already"):
        answered(published, made.id, "Something else.")
    assert published.ledger.size == size
    assert concerns.concern(published, made.id, NOW).answer == "It was sent to the right place."


@pytest.mark.parametrize(
    ("text", "more", "what"),
    [
        ("too short", {}, "shorter than 10"),
        (" \n\u202e\x00 ", {}, "shorter than 10"),
        ("x" * (LONGEST + 1), {}, "longer than 2,000"),
        ("x " * 10_000_000, {}, "longer than 2,000"),
        (WORRY, {"contact": "x" * 201}, "longer than 200"),
    ],
)
def test_words_are_held_against_their_length(published, text, more, what):
    size = published.ledger.size
    with pytest.raises(UsageError, match=what):
        raised(published, text, **more)
    assert published.ledger.size == size


@pytest.mark.parametrize("id_", ["nothing", "silent", "'; drop table register_concerns; --", "x" * 300])
def test_only_what_is_on_the_register_can_be_worried_about(published, id_):
    published.put("silent", ("transparency: {public: true", "transparency: {public: false"))
    with pytest.raises(UsageError, match="is not on the register"):
        concerns.raise_concern(published, id_, WORRY, now=NOW + DAY)
    assert concerns.concerns(published) == ()


def test_one_address_raises_so_many_an_hour_and_everybody_so_many_together(published):
    for _ in range(3):
        raised(published)
    size = published.ledger.size
    with pytest.raises(Refused, match="too many concerns"):
        raised(published)
    for last in range(5):
        raised(published, source=f"198.51.100.{last}")
    with pytest.raises(Refused, match="too many concerns"):
        raised(published, source="2001:db8::1")
    assert published.ledger.size == size + 5
    raised(published, now=NOW + timedelta(hours=1))


def test_addresses_of_one_household_count_as_one_and_none_is_kept(published):
    for last in range(3):
        raised(published, source=f"2001:db8:1:2::{last}")
    with pytest.raises(Refused):
        raised(published, source="2001:db8:1:2::9")
    with reads(published.engine) as connection:
        kept = connection.execute(sql("select * from register_raising")).all()
    assert "2001:db8" not in str(kept)
    assert raised(published, source="2001:db8:1:3::1").id


def test_hostile_words_are_kept_as_words(published):
    hostile = "<script>alert(1)</script>\r\n{{7*7}}\u202e\x1b[31m'; drop table x; --\n\n\n\n\nend"
    made = raised(published, hostile)
    assert looked(published, made.id).text == "<script>alert(1)</script>\n{{7*7}} [31m'; drop table x; --\n\nend"


def test_a_reason_to_hold_back_that_is_none_is_told(published):
    made = raised(published)
    with pytest.raises(UsageError, match="no reason `rude`"):
        looked(published, made.id, "rude")
    with pytest.raises(UsageError, match="there is no concern"):
        looked(published, "0" * 32)


@given(st.text())
def test_what_is_kept_can_be_seen_and_is_the_same_cleaned_again(text):
    kept = clean(text)
    assert all(c.isprintable() or c == "\n" for c in kept)
    assert clean(kept) == kept
    assert "\n\n\n" not in kept

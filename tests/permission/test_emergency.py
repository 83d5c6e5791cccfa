"""Emergency sharing: written down within 24 hours, reviewed by somebody else, in the ledger; what is late says so."""

from dataclasses import replace
from datetime import timedelta

import pytest

from easement.base.database import writing
from easement.base.errors import Refused, UsageError
from easement.base.moments import instant_text
from easement.ledger.model import EntryType
from easement.node.home import create_node, open_node
from easement.permission import emergency_letters as letters
from easement.permission.actor import at_console
from easement.permission.bodies import EmergencyBody
from easement.permission.emergency import Happened, emergencies, record, review, take_told
from easement.permission.emergency_telling import tell_emergencies, tell_emergency
from tests.gate.world import NOW, TERMS, furnish, signed

from .trio import CASEWORKER, LEAD, SENIOR, nodes

HAPPENED = Happened(
    "gave", "northtown", "safeguarding-children", "an address", "a child was missing", NOW - timedelta(hours=3)
)


@pytest.fixture
def node(tmp_path):
    create_node(tmp_path / "dwp", "dwp")
    with open_node(tmp_path / "dwp") as opened:
        yield opened


def happened(**changes):
    return Happened(**{name: getattr(HAPPENED, name) for name in Happened.__slots__} | changes)


def test_what_was_shared_is_recorded_and_reviewed_in_the_ledger(node):
    made = record(node, HAPPENED, CASEWORKER, NOW)
    assert (made.late, made.overdue, made.outside) == (False, False, False)
    done = review(node, made.row.id[:8], "right", "nobody else could have found the child", LEAD, NOW)
    told = [each.entry for each in node.ledger.entries(1)]
    assert [each.type for each in told] == [EntryType.EMERGENCY_RECORDED, EntryType.EMERGENCY_REVIEWED]
    assert told[0].parties == {"provider": "dwp", "recipient": "northtown"}
    assert (told[1].intent, told[1].reasons) == (1, ("right",))
    assert done.as_dict()["outcome"] == "right"
    assert b"child was missing" not in b"".join(each.body for each in node.ledger.entries(1))


def test_who_recorded_it_is_known_by_more_than_a_name(node):
    account = replace(LEAD, id="p-ada")
    made = record(node, HAPPENED, account, NOW)
    for again in (replace(account, name="Ada Ash-Oak"), replace(LEAD, id="p-other", name=LEAD.name.upper())):
        with pytest.raises(Refused, match="does not review it"):
            review(node, made.row.id, "right", "nobody else could have", again, NOW)
    assert made.by_id == "p-ada"


def test_what_is_recorded_late_is_taken_and_says_so(node):
    made = record(node, happened(at=NOW - timedelta(hours=24, seconds=1)), CASEWORKER, NOW)
    in_time = record(node, happened(at=NOW - timedelta(hours=24)), CASEWORKER, NOW)
    assert (made.late, in_time.late) == (True, False)
    assert [each.entry.reasons for each in node.ledger.entries(1)] == [("late",), None]


def test_a_review_is_overdue_after_its_day(node):
    made = record(node, HAPPENED, CASEWORKER, NOW)
    week = HAPPENED.at + timedelta(days=7)
    assert emergencies(node, week, overdue=True) == ()
    assert [each.row.id for each in emergencies(node, week + timedelta(seconds=1), overdue=True)] == [made.row.id]
    done = review(node, made.row.id, "wrong", "it could have waited", SENIOR, week + timedelta(days=1))
    assert not done.overdue
    assert next(node.ledger.entries(type=EntryType.EMERGENCY_REVIEWED)).entry.reasons == ("wrong", "late")


def test_an_agreement_says_for_what_and_by_when(tmp_path):
    world = furnish(tmp_path)
    rules = "emergency: {allowed_for: [safeguarding-children], record_within: PT12H, review_within: P3D}"
    world.agreement.write_text(TERMS.replace("emergency: none", rules))
    signed(world.agreement, world.keys)
    with open_node(world.node) as node:
        inside = record(node, happened(agreement="school-meals", at=NOW - timedelta(hours=13)), CASEWORKER, NOW)
        assert (inside.late, inside.outside) == (True, False)
        assert inside.row.review_by == int((NOW - timedelta(hours=13) + timedelta(days=3)).timestamp())
        other = record(node, happened(agreement="school-meals", purpose="debt-recovery"), CASEWORKER, NOW)
        assert other.outside


def test_under_an_agreement_that_allows_none_it_is_outside(tmp_path):
    world = furnish(tmp_path)
    with open_node(world.node) as node:
        assert record(node, happened(agreement="school-meals"), CASEWORKER, NOW).outside
        digest = node.shelf.get("school-meals", NOW.date()).prepared.digest
        assert record(node, happened(agreement=digest), CASEWORKER, NOW).row.agreement_id == "school-meals"


def test_nobody_reviews_what_they_recorded_nor_twice(node):
    made = record(node, HAPPENED, LEAD, NOW)
    with pytest.raises(Refused, match="whoever recorded it does not review it"):
        review(node, made.row.id, "right", "fine", LEAD, NOW)
    with pytest.raises(Refused, match="as caseworker you cannot review"):
        review(node, made.row.id, "right", "fine", CASEWORKER, NOW)
    review(node, made.row.id, "right", "fine", SENIOR, NOW)
    with pytest.raises(UsageError, match="it was reviewed already"):
        review(node, made.row.id, "wrong", "no", SENIOR, NOW)
    assert len(list(node.ledger.entries(type=EntryType.EMERGENCY_REVIEWED))) == 1


@pytest.mark.parametrize(
    ("changes", "actor", "said"),
    [
        ({"at": NOW + timedelta(minutes=1)}, CASEWORKER, "later than now"),
        ({"purpose": "whatever"}, CASEWORKER, "`whatever` is no purpose"),
        ({"what": " "}, CASEWORKER, "say what was shared"),
        ({"why": ""}, CASEWORKER, "say why it could not wait"),
        ({"other": "dwp"}, CASEWORKER, "your own organisation is no other"),
        ({}, at_console("caseworker"), "gives their name"),
    ],
)
def test_a_record_that_says_too_little_is_not_taken(node, changes, actor, said):
    with pytest.raises(UsageError, match=said):
        record(node, happened(**changes), actor, NOW)
    assert node.ledger.size == 1


def test_an_auditor_records_nothing(node):
    with pytest.raises(Refused, match="as auditor you cannot record"):
        record(node, HAPPENED, at_console("auditor", "Di Dill"), NOW)


# The other side is told


@pytest.fixture
def pair(tmp_path):
    with nodes(tmp_path) as made:
        yield made


def recorded(pair, **changes):
    return record(pair["dwp"], happened(**changes), CASEWORKER, pair.now)


def in_log(pair, name):
    return [each.entry for each in pair[name].ledger.entries(type=EntryType.EMERGENCY_RECORDED)]


def test_both_logs_have_it_and_both_sides_look_at_it(pair):
    made = tell_emergency(pair["dwp"], recorded(pair), pair.now)
    (there,) = emergencies(pair["northtown"], pair.now)
    assert (there.row.direction, there.row.other, there.told_by) == ("received", "dwp", "dwp")
    assert (there.what, there.why, there.by) == ("an address", "a child was missing", "")
    assert made.as_dict()["other_entry"] == there.row.entry
    (here,), (told,) = in_log(pair, "dwp"), in_log(pair, "northtown")
    assert here.parties == told.parties == {"provider": "dwp", "recipient": "northtown"}
    assert (told.organisation, told.peer_entry, told.proposal) == ("dwp", made.row.entry, made.row.id)
    done = review(pair["northtown"], made.row.id, "right", "we asked for it", LEAD, pair.now)
    assert done.as_dict()["outcome"] == "right"
    assert emergencies(pair["dwp"], pair.now)[0].row.reviewed is None


def test_who_was_silent_is_told_later_and_once(pair):
    pair.down("northtown")
    made = tell_emergency(pair["dwp"], recorded(pair), pair.now)
    assert "not told yet" in made.as_dict()["not_told_because"]
    pair.up("northtown")
    assert tell_emergencies(pair["dwp"], pair.now) == 0
    assert tell_emergencies(pair["dwp"], pair.later(minutes=6)) == 1
    assert tell_emergencies(pair["dwp"], pair.later(minutes=6)) == 0
    assert len(in_log(pair, "northtown")) == 1
    assert emergencies(pair["dwp"], pair.now)[0].as_dict()["not_told_because"] is None


def test_the_same_told_again_is_answered_as_before(pair):
    made = tell_emergency(pair["dwp"], recorded(pair), pair.now)
    with writing(pair["dwp"].engine) as connection:
        letters.note_told(connection, made.row.id, 0, None, "the answer was lost")
    tell_emergencies(pair["dwp"], pair.later(minutes=6))
    assert emergencies(pair["dwp"], pair.now)[0].as_dict()["other_entry"] == made.letter.peer_entry
    assert len(in_log(pair, "northtown")) == 1


def test_that_it_was_late_is_told_too(pair):
    tell_emergency(pair["dwp"], recorded(pair, at=pair.now - timedelta(hours=30)), pair.now)
    (there,) = emergencies(pair["northtown"], pair.now)
    assert there.late
    assert in_log(pair, "northtown")[0].reasons == ("late",)


def told_body(**changes):
    said = {"id": "ab" * 16, "to": "dwp", "direction": "received", "purpose": "safeguarding-children", "outside": False}
    said |= {"happened": instant_text(NOW), "recorded": instant_text(NOW), "what": "x", "why": "y", "entry": 7}
    return EmergencyBody(**said | changes)


def test_what_is_yet_to_come_or_uses_anothers_id_is_not_taken(node):
    with pytest.raises(Refused, match="cannot be taken down"):
        take_told(node, "northtown", told_body(happened=instant_text(NOW + timedelta(minutes=6))), NOW)
    first = take_told(node, "northtown", told_body(), NOW)
    assert take_told(node, "northtown", told_body(), NOW) == first
    with pytest.raises(Refused, match="cannot be taken down"):
        take_told(node, "easton", told_body(), NOW)


def test_an_emergency_with_somebody_who_is_no_member_stays_here_and_says_so(pair):
    made = tell_emergency(pair["dwp"], recorded(pair, other="coastguard"), pair.now)
    assert "coastguard" in made.as_dict()["not_told_because"]

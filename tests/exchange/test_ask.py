"""Asking another node, from the wish to both logs (R3.6, R5.1, R5.2)."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from easement.agreement.model import Mode
from easement.base.database import reading
from easement.base.errors import UsageError
from easement.exchange import tables
from easement.exchange.message_carry import NoAnswer, Silence
from easement.exchange.model import Asker
from easement.exchange.service import ask
from easement.ledger.model import Entry, EntryType
from easement.ledger.verifier import check_receipt

from .pair import ASKER, JO, NOW, Pair, paired

RELEASED, RECEIVED = EntryType.DISCLOSURE_RELEASED, EntryType.DISCLOSURE_RECEIVED
DENIED, REFUSED = EntryType.DISCLOSURE_REFUSED, EntryType.REQUEST_REFUSED


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    with paired(tmp_path_factory.mktemp("pair")) as made:
        yield made


def last(pair: Pair, node: Any, type_: EntryType) -> tuple[int, Entry]:
    logged = [each for each in node.ledger.entries(1) if each.entry.type is type_][-1]
    return logged.index, logged.entry


def size(pair: Pair) -> tuple[int, int]:
    return pair.dwp.ledger.size, pair.northtown.ledger.size


def waiting(pair: Pair) -> list[tables.Out]:
    with reading(pair.northtown.engine) as connection:
        return tables.waiting(connection)


def test_a_record_crosses_and_both_logs_have_it_alike(pair: Pair):
    told = ask(pair.northtown, pair.wish(), ASKER, NOW)
    assert told.allowed
    assert told.refused_by == ""
    assert [record["family_name"] for record in told.records] == ["Ash"]
    at, received = last(pair, pair.northtown, RECEIVED)
    there, released = last(pair, pair.dwp, RELEASED)
    assert (told.entry, told.peer_entry, received.peer_entry) == (at, there, there)
    assert received.message == released.message == told.message
    alike = ("agreement", "agreement_id", "version", "share", "purpose", "mode", "fields", "withheld", "count", "basis")
    for name in (*alike, "risk", "form", "parties"):
        assert getattr(received, name) == getattr(released, name), name
    assert received.parties == {"provider": "dwp", "recipient": "northtown"}
    assert waiting(pair) == []


def test_what_each_field_rests_on_comes_with_it(pair: Pair):
    told = ask(pair.northtown, pair.wish(), ASKER, NOW)
    assert told.basis == {"dwp": "art6_1_e", "northtown": "art6_1_e"}
    assert told.decision.fields["net_monthly_earnings"].startswith("band")
    assert "postcode" in told.decision.withheld
    assert json.loads(json.dumps(told.as_dict()))["decision"]["agreement"]["id"] == "school-meals"


def test_the_receipt_proves_the_answer_under_the_providers_own_log(pair: Pair):
    told = ask(pair.northtown, pair.wish(), ASKER, NOW)
    from hashlib import sha256

    holds = check_receipt(told.receipt, [pair.dwp.ledger.key], sha256(told.answer).hexdigest())
    assert (holds.index, holds.entry["message"]) == (told.peer_entry, told.message)


def test_who_asked_and_why_stand_in_private_under_each_sides_own_tokens(pair: Pair):
    told = ask(pair.northtown, pair.wish(), ASKER, NOW)
    here = pair.northtown.ledger.private(told.entry)
    there = pair.dwp.ledger.private(told.peer_entry or 0)
    for side in (here, there):
        who = side["who"].value()
        assert (who["asked_by"], who["role"], who["why"]) == ("officer 7", "benefits-officer", "a form came in")
    assert here["who"].value()["subjects"] != there["who"].value()["subjects"]
    assert here["answer"].value()["data"] == there["answer"].value()["data"]
    assert b"AB123456C" not in b"".join(each.body for each in pair.northtown.ledger.entries())


def test_what_is_owed_after_has_its_clock_started(pair: Pair):
    told = ask(pair.northtown, pair.wish(), ASKER, NOW)
    with reading(pair.northtown.engine) as connection:
        owed = {each.duty: each for each in tables.due(connection) if each.entry == told.entry}
    assert set(owed) == {"delete", "certificate", "breach-notice"}
    assert owed["delete"].due == int(NOW.replace(year=2027, hour=23, minute=59, second=59).timestamp())
    assert owed["breach-notice"].within_hours == 24
    assert owed["delete"].agreement_id == "school-meals"


@pytest.mark.parametrize(
    ("changes", "asker", "code"),
    [
        ({"role": "caretaker"}, ASKER, "role.not-entitled"),
        ({"purpose": "debt-recovery"}, ASKER, "purpose.not-agreed"),
        ({}, Asker("officer 8"), "training.missing"),
        ({"person": {"family_name": "Ash"}}, ASKER, "person.not-named"),
        ({"share": "counted"}, ASKER, "mode.not-agreed"),
    ],
)
def test_a_refusal_here_stops_here_explained_and_logged(pair: Pair, changes: dict[str, Any], asker: Asker, code: str):
    before = size(pair)
    told = ask(pair.northtown, pair.wish(**changes), asker, NOW)
    assert (told.allowed, told.refused_by, told.peer_entry) == (False, "here", None)
    assert code in [reason.code.value for reason in told.decision.unmet]
    assert all(reason.remedy for reason in told.decision.unmet)
    assert size(pair) == (before[0], before[1] + 1)
    at, entry = last(pair, pair.northtown, REFUSED)
    assert (at, entry.message) == (told.entry, None)
    assert code in (entry.reasons or ())
    assert waiting(pair) == []


def test_a_refusal_there_is_logged_on_both_sides_with_its_reasons(pair: Pair):
    twins = {"family_name": "Twin", "date_of_birth": "2010-07-07"}
    told = ask(pair.northtown, pair.wish("forms", person=twins), ASKER, NOW)
    assert (told.allowed, told.refused_by, told.records) == (False, "dwp", ())
    at, here = last(pair, pair.northtown, REFUSED)
    peer, there = last(pair, pair.dwp, DENIED)
    assert (told.entry, told.peer_entry, here.peer_entry) == (at, peer, peer)
    assert here.reasons == there.reasons == ("person.ambiguous",)
    assert here.message == there.message == told.message
    assert waiting(pair) == []


def test_that_nobody_was_found_is_an_answer(pair: Pair):
    nobody = {"national_insurance_number": "ZZ999999D"[:2].replace("ZZ", "AB") + "999999D"}
    told = ask(pair.northtown, pair.wish(person=nobody), ASKER, NOW)
    assert told.allowed
    assert told.records == ()
    assert last(pair, pair.northtown, RECEIVED)[1].count == 0


def test_a_count_crosses_too(pair: Pair):
    told = ask(pair.northtown, pair.wish("counted", mode=Mode.AGGREGATE, person={}), ASKER, NOW)
    assert told.allowed
    assert {"award", "sex", "people"} <= set(told.records[0])
    assert told.decision.measures["people"] == "count"


def test_only_what_was_asked_for_comes(pair: Pair):
    told = ask(pair.northtown, pair.wish(fields=("award",)), ASKER, NOW)
    assert told.records == ({"award": "UC"},)


def test_what_cannot_be_asked_is_said_before_anything_is_sent(pair: Pair):
    before = size(pair)
    for wish, said in (
        (pair.wish(agreement="unknown"), "works by no agreement"),
        (replace(pair.wish(), provider="police"), "is given by `dwp`"),
        (pair.wish(mode=Mode.BULK), "cannot be asked of another node: mode"),
        (pair.wish(why="x" * 2_001), "cannot be asked of another node: why"),
        (pair.wish(person=JO | {"family_name": "A\x00sh"}), "cannot be asked of another node: person"),
    ):
        with pytest.raises(UsageError, match=said) as caught:
            ask(pair.northtown, wish, ASKER, NOW)
        assert caught.value.remedy
    assert size(pair) == before
    assert waiting(pair) == []


def test_a_provider_that_is_no_member_is_named_and_nothing_is_left_in_the_outbox(pair: Pair):
    known = pair.directory
    others = [each for each in known.members if each.id != "dwp"]
    pair.publish(*others)
    with pytest.raises(NoAnswer, match="`dwp` is not a member") as caught:
        ask(pair.northtown, pair.wish(), ASKER, NOW)
    assert caught.value.why is Silence.NOT_A_MEMBER
    assert waiting(pair) == []
    pair.publish(*known.members)


def test_a_stale_directory_stops_both_sides(pair: Pair, tmp_path: Path):
    later = NOW + timedelta(days=40)
    with pytest.raises(NoAnswer, match="expired") as caught:
        ask(pair.northtown, pair.wish(), ASKER, later)
    assert caught.value.why is Silence.STALE_DIRECTORY
    assert waiting(pair) == []

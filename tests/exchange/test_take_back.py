"""R4.4, R6.2: what was wrong is taken back from exactly those who were given it, whatever happens meanwhile."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from easement.agreement.model import Mode
from easement.base.errors import UsageError
from easement.exchange import bulk, correct_letters, correct_links, correct_values, jobs
from easement.exchange.audit import audit
from easement.exchange.correct import decide_case
from easement.exchange.correct_back import BrokenSeen, seen_broken, seen_brokens
from easement.exchange.correct_bodies import CorrectionBody, CorrectionTakenBody, Kind, Outcome, TakenBody
from easement.exchange.correct_cases import Wrong, report, seen_case
from easement.exchange.correct_keeping import carry_all
from easement.exchange.correct_links import WrongLink, break_link
from easement.exchange.correct_parts import answered
from easement.exchange.correct_told import make, seen_told, seen_tolds
from easement.exchange.correct_values import Mended, mend_value
from easement.exchange.message_carry import Problem
from easement.exchange.service import ask
from easement.gate.links import FOLDER
from easement.ledger.model import EntryType
from easement.node.doctor import LOOKS
from easement.node.home import open_node
from tests.gate.world import copied, furnish

from .pair import ASKER, JO, NOW, Pair, paired

TOLD, MENDED = EntryType.CORRECTION_TOLD, EntryType.VALUE_CORRECTED
JO_ASH = ("P1", "Ash", "Jo", "2015-02-01", "NT1 1AA")
KIM_ELM = ("P4", "Elm", "Kim", "2013-04-04", "")
YEW = {"family_name": "Yew", "date_of_birth": "2011-06-06"}
NAMES = {"family_name": "Ash", "date_of_birth": "2015-02-01"}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return furnish(tmp_path_factory.mktemp("world"))


@pytest.fixture(scope="module")
def pair(made, tmp_path_factory) -> Iterator[Pair]:
    folder = tmp_path_factory.mktemp("pair")
    with paired(folder, copied(made, folder / "world"), life=timedelta(days=30)) as both:
        yield both


@pytest.fixture
def own(made, tmp_path) -> Iterator[Pair]:
    with paired(tmp_path, copied(made, tmp_path / "world"), life=timedelta(days=30)) as both:
        yield both


def asked(pair: Pair, share: str = "entitled", **changes: Any) -> str:
    return ask(pair.northtown, pair.wish(share, **changes), ASKER, NOW).message


def matched(pair: Pair, *rows: Any) -> str:
    """The message of a match that came in as a set."""
    roll, mapping = pair.world.listed(rows)
    return fetched(pair, replace(pair.wish(), mode=Mode.MATCH, person={}), bulk.listed(roll, mapping))


def fetched(pair: Pair, wish: Any, listed: Any = None) -> str:
    message = bulk.ask_set(pair.northtown, wish, ASKER, NOW, listed).bulk.message
    assert jobs.run_next(pair.dwp, pair.clock) is not None
    assert bulk.look(pair.northtown, message, NOW).entry is not None
    return message


def broken(pair: Pair, message: str, listed: str = "P1", held: str = "C01") -> BrokenSeen:
    return break_link(pair.dwp, WrongLink(message, listed, held), "a cousin of the same name", NOW, by="steward")


def mended(pair: Pair, message: str, element: str = "family_name", **more: Any) -> BrokenSeen:
    seen = mend_value(pair.dwp, Mended(message, element, **more), f"it is Ashe, as of {message}", NOW, by="steward")
    assert seen is not None
    return seen


def told(pair: Pair, seen: BrokenSeen) -> dict[str, str]:
    """What the council was told: by message, its own key of the record."""
    return {
        each.row.message: each.said["reference"] for each in seen_tolds(pair.northtown) if each.row.id == seen.row.id
    }


# A link


def test_a_broken_link_is_taken_back_from_every_match_that_made_it_and_from_no_other(pair: Pair):
    one, both, other = matched(pair, JO_ASH), matched(pair, JO_ASH, KIM_ELM), matched(pair, KIM_ELM)
    seen = broken(pair, one)
    assert {each.message for each in seen.letters} == {one, both}
    assert told(pair, seen) == {one: "P1", both: "P1"}
    assert other not in told(pair, seen)
    assert matched(pair, JO_ASH, KIM_ELM) not in {
        each.message for each in broken(pair, other, "P4", "C04").letters if each.message == one
    }


def test_a_link_that_was_never_made_is_not_taken_back(own: Pair):
    message = matched(own, JO_ASH)
    size = own.dwp.ledger.size
    for listed, held in (("P1", "C04"), ("P4", "C01"), ("P4", "C04"), ("C01", "P1")):
        with pytest.raises(UsageError) as caught:
            broken(own, message, listed, held)
        assert caught.value.remedy
    assert (own.dwp.ledger.size, seen_brokens(own.dwp)) == (size, ())


def test_of_matches_that_cannot_be_looked_into_all_of_the_share_are_told(own: Pair):
    one, other = matched(own, JO_ASH), matched(own, KIM_ELM)
    for each in (own.dwp.home / FOLDER).iterdir():
        each.unlink()
    assert {each.message for each in broken(own, one).letters} == {one, other}


def test_whoever_is_given_it_while_it_is_broken_is_told_too(own: Pair, monkeypatch):
    first, more, real = asked(own), [], correct_links.reach_link

    def meanwhile(*given: Any) -> Any:
        found = real(*given)
        more.append(asked(own))
        return found

    monkeypatch.setattr(correct_links, "reach_link", meanwhile)
    seen = break_link(own.dwp, WrongLink(first), "two people share a number", NOW)
    assert set(told(own, seen)) == {first, *more}
    assert own.dwp.ledger.entry(seen.row.entry).entry.count == 1


# A value


def test_a_value_put_right_is_told_to_everybody_who_was_given_it_each_by_its_own_key(pair: Pair):
    first, names, match = asked(pair), asked(pair, "forms", person=NAMES), matched(pair, ("Q9", *JO_ASH[1:]), KIM_ELM)
    stranger, narrow = asked(pair, "forms", person=YEW), asked(pair, "limited")
    before = pair.dwp.ledger.size
    seen = mended(pair, first)
    came = told(pair, seen)
    assert {first: "", names: "", match: "Q9"}.items() <= came.items()
    assert not {stranger, narrow} & came.keys()  # of another person, and without that element
    entry = pair.dwp.ledger.entry(before).entry
    assert (entry.type, entry.count, list(entry.fields)) == (MENDED, len(seen.letters), ["family_name"])
    (row,) = [
        each.row for each in seen_tolds(pair.northtown) if each.row.id == seen.row.id and each.row.message == match
    ]
    assert (row.about, row.element, row.through) == ("value", "family_name", "lookup")
    assert make(pair.northtown, row.id, NOW, message=match).row.certified is not None


def test_it_is_found_from_a_match_by_the_recipients_own_key_alone(pair: Pair):
    lookup, match = asked(pair), matched(pair, ("Q7", *JO_ASH[1:]))
    came = told(pair, mended(pair, match, listed="Q7"))
    assert (came[lookup], came[match]) == ("", "Q7")
    for listed in ("", "Q8"):
        with pytest.raises(UsageError, match=r"record|whose"):
            mended(pair, match, listed=listed)


def test_the_newest_set_of_each_kind_stands_for_those_before_it(own: Pair):
    wish = replace(own.wish("forms"), mode=Mode.BULK, person={})
    old, new = fetched(own, wish), fetched(own, wish)
    came = told(own, mended(own, asked(own)))
    assert new in came
    assert old not in came
    assert came[new] == ""
    [each] = [each for each in seen_tolds(own.northtown) if each.row.message == new]
    assert each.of_sets, "whoever is told is told of the older ones too"
    assert not any(each.of_sets for each in seen_tolds(own.northtown) if each.row.message != new)


def test_a_match_that_cannot_be_looked_into_is_counted(own: Pair):
    first, match = asked(own), matched(own, JO_ASH)
    for each in (own.dwp.home / FOLDER).iterdir():
        each.unlink()
    seen = mended(own, first)
    assert (match in told(own, seen), seen.unknown) == (False, 1)


def test_what_was_not_given_or_given_to_nobody_else_is_not_told(own: Pair):
    first = asked(own)
    size = own.dwp.ledger.size
    for wrong in (Mended(first, "postcode"), Mended("0" * 32, "family_name")):
        with pytest.raises(UsageError):
            mend_value(own.dwp, wrong, "so", NOW)
    assert mend_value(own.dwp, Mended(first, "family_name"), "so", NOW, dispute="5e" * 16) is None
    assert (own.dwp.ledger.size, seen_brokens(own.dwp)) == (size, ())


def test_a_case_that_is_answered_as_corrected_tells_the_others_and_not_who_said_it(pair: Pair):
    other, first = asked(pair), asked(pair)
    wrong = Wrong("dwp", first, Kind.WRONG_VALUE, "it is Ashe", element="family_name", value="Ash", person=JO)
    case = report(pair.northtown, wrong, NOW).row.id
    assert decide_case(pair.dwp, case, Outcome.CORRECTED, "It is Ashe from today.", NOW).row.outcome == "corrected"
    (seen,) = [each for each in seen_brokens(pair.dwp) if each.row.dispute == case]
    came = told(pair, seen)
    assert (other in came, first in came) == (True, False)
    assert seen_case(pair.northtown, case).row.outcome == "corrected"
    assert audit(pair.northtown, "dwp", now=NOW).agrees


# Attacks and kills


def test_a_correction_sent_again_changes_nothing_and_another_under_its_id_is_refused(pair: Pair):
    message = asked(pair)
    seen = mended(pair, message)
    row = seen_told(pair.northtown, seen.row.id, message).row
    said = {
            "id": row.id, "to": "northtown", "message": message, "about": "value", "element": "family_name",
            "through": "lookup", "reference": "", "why": f"it is Ashe, as of {message}", "entry": seen.row.entry,
    }  # fmt: skip
    size = pair.northtown.ledger.size
    assert send(pair, said).entry == row.entry
    for change in ({"about": "link"}, {"element": "given_name"}, {"why": "so"}, {"reference": "P1"}):
        with pytest.raises(Problem) as caught:
            send(pair, said | change)
        assert caught.value.body.status == 409
    assert pair.northtown.ledger.size == size


def send(pair: Pair, said: dict[str, Any]) -> Any:
    return answered(pair.dwp, "northtown", "told", CorrectionBody(**said), CorrectionTakenBody, NOW)


def test_nobody_corrects_what_they_were_given_or_what_did_not_come_with_it(pair: Pair):
    message = asked(pair)
    usual = {"id": "6f" * 16, "message": message, "about": "value", "element": "family_name", "through": "lookup",
             "reference": "", "why": "so", "entry": 1}  # fmt: skip
    sizes = pair.dwp.ledger.size, pair.northtown.ledger.size
    with pytest.raises(Problem) as caught:  # the recipient is not the holder
        answered(pair.northtown, "dwp", "told", CorrectionBody(to="dwp", **usual), TakenBody, NOW)
    assert caught.value.body.status == 404
    with pytest.raises(Problem) as caught:
        send(pair, usual | {"to": "northtown", "element": "award_end"})
    assert caught.value.body.status == 422
    assert (pair.dwp.ledger.size, pair.northtown.ledger.size) == sizes


class Killed(BaseException):
    """As a kill, it passes every `except`."""


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("step", ["reach_value", "keep", "tell_corrections", "_tell", "_log_told"])
def test_a_kill_at_any_step_of_telling_a_value_leaves_it_told_once(pair: Pair, monkeypatch, step, after):
    place = correct_values if hasattr(correct_values, step) else correct_letters
    message, real = asked(pair), getattr(place, step)

    def killed(*given, **named):
        if after:
            real(*given, **named)
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(place, step, killed)
        with suppress(Killed):
            mended(pair, message)
    with open_node(pair.dwp.home) as anew:
        seen = mend_value(anew, Mended(message, "family_name"), f"it is Ashe, as of {message}", NOW, by="steward")
        assert seen is not None
        carry_all(anew, NOW)
    for node in (pair.dwp, pair.northtown):
        mine = [e for e in pair.entries(node, TOLD) if (e.concern, e.message) == (seen.row.id, message)]
        assert len(mine) == 1
    assert len([e for e in pair.entries(pair.dwp, MENDED) if e.concern == seen.row.id]) == 1
    assert seen_broken(pair.dwp, seen.row.id).row.looked is not None


@pytest.mark.parametrize("step", ["keep_apart", "keep"])
def test_a_kill_while_a_pair_is_broken_never_lets_the_next_match_make_the_link(own: Pair, monkeypatch, step):
    message, real = matched(own, JO_ASH), getattr(correct_links, step)

    def killed(*given, **named):
        if step == "keep_apart":
            real(*given, **named)
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(correct_links, step, killed)
        with suppress(Killed):
            broken(own, message)
    assert not seen_brokens(own.dwp)
    again = matched(own, JO_ASH, KIM_ELM)
    counts = {e.message: e.count for e in own.entries(own.dwp, EntryType.DISCLOSURE_RELEASED)}
    assert (counts[message], counts[again]) == (1, 1)
    assert len(broken(own, message).letters) == 1
    assert len(own.entries(own.dwp, EntryType.MATCH_SETTLED)) == 1


# What waits


def test_the_doctor_counts_what_waits_and_says_what_to_do(own: Pair):
    def said(node: Any, days: int = 0) -> list[str]:
        return [f"{each.what}; {each.mend}" for _, each in LOOKS["corrections"](node, NOW + timedelta(days=days))]

    first = asked(own)
    assert (said(own.dwp), said(own.northtown)) == ([], [])
    case = report(own.northtown, Wrong("dwp", first, Kind.WRONG_PERSON, "it is a cousin"), NOW).row.id
    assert ["1 cases" in each and "correction answer" in each for each in said(own.dwp)] == [True]
    assert "1 of them late" in said(own.dwp, 31)[0]
    decide_case(own.dwp, case, Outcome.LINK_BROKEN, "Two people share a number.", NOW)
    assert said(own.dwp) == []
    assert ["1 recipients are late" in each for each in said(own.dwp, 6)] == [True]
    assert ["1 corrections" in each and "correction done" in each for each in said(own.northtown)] == [True]
    make(own.northtown, seen_tolds(own.northtown)[0].row.id, NOW)
    assert (said(own.dwp, 6), said(own.northtown, 6)) == ([], [])

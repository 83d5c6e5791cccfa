"""R4.4: pairs in doubt are looked at one by one, by keys or by buttons, by one reviewer or by two."""

import json
from datetime import timedelta
from itertools import count
from typing import Any

import pytest

from easement.base.database import writing
from easement.ledger.model import Entry, EntryType, minute
from easement.linkage.quality_tally import Tally
from easement.linkage.review import DoubtfulPair, Kind, LegMet, MatchMade, Scope, WayMet, keep_doubtful, review_key
from easement.linkage.review_desk import Reviewer, Wanted, settle
from easement.linkage.review_log import decided
from easement.linkage.review_turns import Verdict
from easement.linkage.store import save
from tests.linkage.people import untrained

from .world import TRICKY, World

FIELDS = {
    "family": ("ash-elm", "ashelm"), "given": ("jo", "joe\u202e"), "birth": ("2015-02-01", "2015-01-02"),
    "place": ("nt11aa", "nt11aa"), "identifier": ("", "9434765919"),
}  # fmt: skip
numbers = count()


SEXES = {"sex": {name: Tally({"all keys": (40, None)}, {"names and place": (4, None)}) for name in ("female", "male")}}


def hold(
    world: World,
    *listed: str,
    reviewers: int = 1,
    agreement: str = "school-meals",
    drawn: tuple[str, ...] = (),
    **tied: Any,
) -> Scope:
    """A match of the council's that left pairs in doubt, for a recipient of its own; `tied` is by what."""
    scope = Scope(agreement, "entitled", f"dwp{next(numbers)}")
    now = world.clock() - timedelta(hours=1)
    said = Entry(
        time=minute(now), type=EntryType.DISCLOSURE_INTENDED,
        parties={"provider": "northtown", "recipient": scope.recipient}, agreement="a" * 64,
        agreement_id=agreement, version="1.0.0", share=scope.share, purpose="benefit-eligibility", mode="match",
    )  # fmt: skip
    intent = world.node.ledger.append(said)
    model = untrained()
    if tied:
        save(world.node.home, model)
    pairs = [DoubtfulPair(each, f"C{each}", "names and place", fields=FIELDS, **tied) for each in listed]
    pairs += [DoubtfulPair(each, f"C{each}", "all keys", fields=FIELDS, kind=Kind.SAMPLE) for each in drawn]
    tally = Tally({"all keys": (80, None)}, {"names and place": (8, None)}, SEXES if drawn else {}, {"sex": 1})
    with writing(world.node.ledger.engine) as connection:
        made = MatchMade(pairs, reviewers=reviewers, tally=tally.as_dict(), model=model.digest if tied else "")
        keep_doubtful(connection, review_key(world.node.master_key), scope, made, intent=intent, now=now)
    return scope


def step(**met: int) -> LegMet:
    return LegMet(untrained().digest, 0.97, {f"gamma_{name}": level for name, level in met.items()})


TIED = {"ways": (WayMet("health-index", "N1", step(family=6, birth=6), step(family=6, place=5)),), "tied": True}
"""A record on the list and one of ours that only a third register ties."""


def verdicts(world: World, scope: Scope) -> dict[str, bool]:
    return {each.listed: each.same for each in decided(world.node.ledger, scope)}


def test_pairs_are_decided_by_keys_one_after_the_other(seat, world, sam, axe):
    scope = hold(world, "P1", TRICKY, "P3")
    seat.sign_in(sam, "/matches")
    seat.check(axe)
    seat.go(f"/matches/{scope.queue}")
    seat.check(axe)
    seat.press("Look at the next pair")
    assert "0 of 3 pairs are decided; 3 wait for you" in seat.text
    assert [each.inner_text() for each in seat.page.locator("mark").all()] == ["-", "e‹202E›", "2", "1", "1", "2"]
    assert "only on one side" in seat.text
    seat.check(axe)
    for key, told in (("2", "Recorded: different people."), ("3", "Recorded: cannot tell.")):
        with seat.page.expect_navigation():
            seat.page.keyboard.press(key)
        assert told in seat.text
    assert "P3" in seat.text
    with seat.page.expect_navigation():
        seat.page.keyboard.press("ArrowLeft")
    assert TRICKY in seat.text
    assert "Taken back" in seat.text
    with seat.page.expect_navigation():
        seat.page.keyboard.press("1")
    assert verdicts(world, scope) == {"P1": False, TRICKY: True}


def test_keys_rest_while_somebody_writes_and_when_they_are_turned_off(seat, world, sam):
    scope = hold(world, "P1")
    seat.sign_in(sam, f"/matches/{scope.queue}/next")
    seat.page.get_by_label("Why? (optional)").press_sequentially("12")
    assert seat.page.get_by_label("Why? (optional)").input_value() == "12"
    seat.page.get_by_role("button", name="Turn the keys off").click()
    seat.page.locator("h1").click()
    seat.page.keyboard.press("2")
    assert seat.page.get_by_role("button", name="Turn the keys on").is_visible()
    assert verdicts(world, scope) == {}


def test_without_scripts_the_same_is_done_by_buttons(plain, world, sam):
    scope = hold(world, "P1")
    plain.sign_in(sam, f"/matches/{scope.queue}/next")
    assert not plain.page.locator("[data-easement-shortcuts]").is_visible()
    plain.page.get_by_label("Why? (optional)").fill("the school said so")
    plain.press("Same person")
    assert "Nothing waits for you here" in plain.text
    assert verdicts(world, scope) == {"P1": True}
    plain.press("Undo my last decision")
    assert "Are they the same person?" in plain.text
    assert verdicts(world, scope) == {}


def test_two_reviewers_do_not_see_each_other_and_who_leads_decides(seat, world, sam, mel, gwen, axe):
    scope = hold(world, "P1", reviewers=2, **TIED)
    seat.sign_in(sam, f"/matches/{scope.queue}/next")
    assert "A third register, health-index, ties these two records; by themselves they say too little." in seat.text
    assert "Step 1: the record on the list and record N1 of health-index" in seat.text
    assert "Step 2: record N1 of health-index and our record" in seat.text
    assert seat.text.count("The signed model usual/1 gives this step a chance of 97.0 in 100.") == 2
    assert seat.page.locator("figure svg").count() == 4
    seat.page.get_by_label("Why? (optional)").fill("one address")
    seat.press("Same person")
    assert "pairs wait for somebody else" in seat.text
    seat.sign_in(mel, f"/matches/{scope.queue}/next")
    assert "one address" not in seat.page.content()
    seat.press("Different people")
    seat.sign_in(gwen, f"/matches/{scope.queue}/next")
    assert "Two reviewers disagree" in seat.text
    assert "one address" in seat.text
    assert sam.name not in seat.text
    seat.check(axe)
    seat.press("Different people")
    assert verdicts(world, scope) == {"P1": False}
    seat.go(f"/matches/{scope.queue}")
    seat.check(axe)


def test_a_form_that_does_not_say_what_was_seen_overrules_nobody(plain, world, sam, mel):
    scope = hold(world, "P1")
    plain.sign_in(sam, f"/matches/{scope.queue}/next")
    pair = plain.page.locator("form[action*='/pairs/']").get_attribute("action").rpartition("/")[2]
    other = Reviewer(f"staff:{mel.id}", mel.name)
    settle(world.node, [Wanted(pair, Verdict.DIFFERENT)], other, now=world.clock())
    plain.page.locator("input[name=seen]").evaluate("each => each.value = ''")
    plain.press("Same person")
    assert verdicts(world, scope) == {"P1": False}


def test_who_holds_no_role_under_the_agreement_sees_no_pair_of_it(seat, world, mel, ali):
    scope = hold(world, "P1", agreement="safeguarding")
    seat.sign_in(mel, "/matches")
    assert scope.queue not in seat.page.content()
    assert seat.go(f"/matches/{scope.queue}/next") == 404
    seat.sign_in(ali)
    assert seat.go("/matches") == 403


def test_a_form_that_is_stale_records_nothing_and_says_so(seat, world, sam, gwen):
    scope = hold(world, "P1", "P2")
    seat.sign_in(sam, f"/matches/{scope.queue}/next")
    other = seat.context.new_page()
    other.goto(seat.page.url)
    other.get_by_role("button", name="Same person").click()
    seat.press("Different people")
    assert verdicts(world, scope) == {"P1": True}
    assert "Nothing was recorded" in seat.text


@pytest.mark.parametrize("format_", ["json", "csv"])
def test_lists_come_as_files_without_what_records_say(seat, world, sam, format_):
    scope = hold(world, "P1")
    seat.sign_in(sam)
    asked = seat.context.request
    queues = asked.get(f"{world.url}/matches?format={format_}").text()
    assert scope.queue in queues
    pairs = asked.get(f"{world.url}/matches/{scope.queue}?format={format_}").text()
    assert "names and place" in pairs
    assert "ash" not in pairs
    if format_ == "json":
        assert json.loads(pairs)["pairs"][0]["decision"] is None


def test_links_of_a_sample_are_seen_as_such_once_they_are_decided(seat, world, sam, axe):
    """R4.4, R7.4"""
    scope = hold(world, "P1", drawn=("P2",))
    seat.sign_in(sam, f"/matches/{scope.queue}")
    assert seat.text.count("Shown once it is decided") == 2
    assert "Sex: female" in seat.text
    assert "Groups of too few people are left out: 1." in seat.text
    seat.check(axe)
    seat.press("Look at the next pair")
    first = seat.text
    assert "which these are is shown once a pair is decided" in first
    assert "all keys" not in first
    assert "names and place" not in first
    seat.check(axe)
    seat.press("Different people")
    seat.press("Different people")
    seat.go(f"/matches/{scope.queue}")
    assert "All keys" in seat.text
    seat.page.get_by_role("row", name="All keys").get_by_role("link").click()
    assert "It was linked by itself and disclosed: break the link" in seat.text
    seat.check(axe)

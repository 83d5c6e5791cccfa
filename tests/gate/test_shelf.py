"""The shelf: agreements read once, found by id or digest, seen anew when anything they rest on changes."""

import threading
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from easement.agreement.model import Mode
from easement.agreement.read import read_agreement
from easement.agreement.signing import sign
from easement.agreement.standing import State
from easement.base.database import writing
from easement.base.errors import BadFile, EasementError, UsageError
from easement.gate import service
from easement.gate import shelf as shelves
from easement.gate.marks import mark_reviewed
from easement.gate.model import Code
from easement.gate.shelf import Shelved, joins_path
from easement.ledger.note import Signer
from easement.node.home import Node, create_node

from .world import NOW, TERMS, World, signed

TODAY = NOW.date()
NEXT = ("version: 1.0.0", "version: 1.1.0")


def put(world: World, name: str, *changes: tuple[str, str], signers: tuple[str, ...] = ("dwp", "northtown")) -> Path:
    """Another agreement on the shelf."""
    text = TERMS
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    path = world.node / "agreements" / name
    path.write_text(text)
    signed(path, [key for key in world.keys if key.name in signers])
    return path


def counted(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Which agreements are read from now on."""
    read: list[Path] = []
    real: Callable[[Path], Any] = shelves.read_agreement
    monkeypatch.setattr(shelves, "read_agreement", lambda path: (read.append(path), real(path))[1])
    rests(monkeypatch)
    return read


def rests(monkeypatch: pytest.MonkeyPatch) -> None:
    """All files have rested."""
    from easement.base import stamps

    now = stamps.time.time_ns() + 3_600_000_000_000
    monkeypatch.setattr(stamps.time, "time_ns", lambda: now)


def test_an_agreement_is_found_by_id_digest_and_path(world: World, node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    rests(monkeypatch)
    by_id = node.shelf.get("school-meals", TODAY)
    assert by_id is node.shelf.at(world.agreement, TODAY)
    assert node.shelf.get(by_id.prepared.digest, TODAY).path == world.agreement
    assert by_id.signed == {"dwp", "northtown"}
    assert (by_id.problems, by_id.suspended, by_id.superseded, by_id.gaps(TODAY)) == ((), None, None, ())
    assert by_id.standing(TODAY).in_force
    assert node.shelf.all(TODAY) == (by_id,)


def test_an_agreement_is_read_once(world: World, node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    read = counted(monkeypatch)
    first = node.shelf.get("school-meals", TODAY)
    for _ in range(3):
        assert node.shelf.get("school-meals", TODAY) is first
        assert node.shelf.at(world.agreement, TODAY) is first
        assert node.shelf.all(TODAY) == (first,)
    assert len(read) == 1


def test_a_digest_that_was_found_before_is_found_again_and_not_after_its_file_went(world: World, node: Node) -> None:
    newer = put(world, "newer.yaml", ("version: 1.0.0", "version: 1.1.0"))
    digest = node.shelf.at(newer, TODAY).prepared.digest
    assert [node.shelf.get(digest, TODAY).path for _ in range(2)] == [newer, newer]
    newer.unlink()
    with pytest.raises(UsageError, match="works by no agreement"):
        node.shelf.get(digest, TODAY)


def test_what_is_not_there_is_told_with_what_is(node: Node) -> None:
    with pytest.raises(UsageError, match="no agreement `school-meal`") as told:
        node.shelf.get("school-meal", TODAY)
    assert "did you mean `school-meals`?" in told.value.remedy
    with pytest.raises(UsageError, match="no agreement"):
        node.shelf.get("ab" * 32, TODAY)


@pytest.mark.parametrize("rested", [True, False])
def test_a_changed_agreement_its_signatures_and_its_standard_are_seen_at_once(
    world: World, node: Node, monkeypatch: pytest.MonkeyPatch, rested: bool
) -> None:
    if rested:
        rests(monkeypatch)
    shelf = node.shelf
    first = shelf.get("school-meals", TODAY)
    world.agreement.write_text(TERMS.replace("title: School meals", "title: Meals at school"))
    changed = shelf.get("school-meals", TODAY)
    assert changed.prepared.terms.title == "Meals at school"
    assert changed.signed == frozenset()
    assert "changed after they were signed" in changed.problems[0]
    signed(world.agreement, world.keys)
    assert shelf.get("school-meals", TODAY).signed == first.signed
    world.agreement.with_name("school-meals.yaml.signatures").unlink()
    assert shelf.get("school-meals", TODAY).signed == frozenset()
    world.agreement.with_name("school-meals.yaml.signatures").write_bytes(b"\xff")
    assert shelf.get("school-meals", TODAY).problems == ("the signatures beside it cannot be read",)
    world.agreement.unlink()
    with pytest.raises(UsageError):
        shelf.get("school-meals", TODAY)


STANDARD = """\
format: easement-standard/1
id: own-award
version: 1
title: Award
description: A benefit award.
source: made for tests
elements:
  family_name: {definition: name, type: text, sensitivity: direct, key: family_name}
  award:
    definition: what is paid
    type: code
    sensitivity: personal
    codes: {UC: Universal Credit}
"""


def test_a_changed_standard_is_seen_at_once(world: World, node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    rests(monkeypatch)
    own = world.node / "standards" / "own-award-1.yaml"
    text = TERMS[: TERMS.index("  forms:")] + TERMS[TERMS.index("\npeople:") + 1 :]
    path = world.node / "agreements" / "own.yaml"
    path.write_text(text.replace("id: school-meals", "id: own").replace("benefit-award/1", "own-award/1"))
    with pytest.raises(EasementError, match="no standard `own-award/1`"):
        node.shelf.at(path, TODAY)
    assert [each.prepared.id for each in node.shelf.all(TODAY)] == ["school-meals"]
    own.write_text(STANDARD)
    assert list(node.shelf.get("own", TODAY).prepared.offers["entitled"].standard.elements) == ["family_name", "award"]
    own.write_text(STANDARD.replace("what is paid", "what is due"))
    standard = node.shelf.get("own", TODAY).prepared.offers["entitled"].standard
    assert standard.elements["award"].definition == "what is due"


@pytest.mark.parametrize("rested", [True, False])
def test_a_key_that_comes_changes_or_goes_counts_at_once(
    world: World, node: Node, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rested: bool
) -> None:
    if rested:
        rests(monkeypatch)
    place = world.node / "members" / "northtown.vkey"
    key, both = place.read_text(), {"dwp", "northtown"}
    stranger = create_node(tmp_path / "stranger", "northtown").organisation_key.key
    assert node.shelf.get("school-meals", TODAY).signed == both
    place.unlink()
    assert node.shelf.get("school-meals", TODAY).signed == {"dwp"}
    place.write_text(key)
    assert node.shelf.get("school-meals", TODAY).signed == both
    place.write_text(f"{stranger}\n")
    assert node.shelf.get("school-meals", TODAY).signed == {"dwp"}


def test_a_newer_version_takes_the_place_once_it_is_signed_by_all_and_has_begun(world: World, node: Node) -> None:
    old = node.shelf.get("school-meals", TODAY)
    path = put(world, "next.yaml", NEXT, signers=("dwp",))
    assert node.shelf.get("school-meals", TODAY).prepared.version == "1.0.0"
    assert node.shelf.at(world.agreement, TODAY).superseded is None
    signed(path, world.keys)
    new = node.shelf.get("school-meals", TODAY)
    assert (new.prepared.version, new.superseded) == ("1.1.0", None)
    assert node.shelf.at(world.agreement, TODAY).superseded == "1.1.0"
    assert node.shelf.get(old.prepared.digest, TODAY).superseded == "1.1.0"
    assert [each.prepared.version for each in node.shelf.all(TODAY)] == ["1.1.0", "1.0.0"]
    assert node.shelf.all(TODAY)[1].superseded == "1.1.0"


def test_a_version_that_has_not_begun_supersedes_nothing_yet_and_one_that_ended_still_does(
    world: World, node: Node
) -> None:
    put(world, "next.yaml", NEXT, ("starts: 2026-09-01, ends: 2029-08-31", "starts: 2026-12-01, ends: 2026-12-31"))
    assert node.shelf.get("school-meals", date(2026, 11, 30)).prepared.version == "1.0.0"
    for day in (date(2026, 12, 1), date(2027, 1, 15)):
        assert node.shelf.get("school-meals", day).prepared.version == "1.1.0"
        assert node.shelf.at(world.agreement, day).superseded == "1.1.0"
    assert node.shelf.get("school-meals", date(2027, 1, 15)).standing(date(2027, 1, 15)).state is State.ENDED


def test_versions_are_numbers_and_not_text(world: World, node: Node) -> None:
    put(world, "ten.yaml", ("version: 1.0.0", "version: 1.10.0"))
    put(world, "nine.yaml", ("version: 1.0.0", "version: 1.9.0"))
    assert node.shelf.get("school-meals", TODAY).prepared.version == "1.10.0"
    assert node.shelf.at(world.agreement, TODAY).superseded == "1.10.0"


def test_a_version_that_names_the_one_it_replaces_does_so_whatever_its_number(world: World, node: Node) -> None:
    digest = node.shelf.get("school-meals", TODAY).prepared.digest
    put(world, "back.yaml", ("version: 1.0.0", f"version: 0.9.0\nsupersedes: {digest}"))
    assert node.shelf.get("school-meals", TODAY).prepared.version == "0.9.0"
    assert node.shelf.at(world.agreement, TODAY).superseded == "0.9.0"
    assert node.shelf.get("school-meals", TODAY).superseded is None


def test_drafts_stand_behind_what_is_signed(world: World, node: Node) -> None:
    put(world, "draft.yaml", ("version: 1.0.0", "version: 3.0.0"), signers=())
    assert node.shelf.get("school-meals", TODAY).prepared.version == "1.0.0"
    world.agreement.unlink()
    assert node.shelf.get("school-meals", TODAY).prepared.version == "3.0.0"


def test_of_two_files_of_the_same_terms_the_better_signed_counts(world: World, node: Node) -> None:
    path = put(world, "a-copy.yaml", signers=("dwp",))
    assert node.shelf.get("school-meals", TODAY).path == world.agreement
    signed(path, world.keys)
    signed(world.agreement, world.keys[:1])
    assert node.shelf.get("school-meals", TODAY).path == path
    assert len(node.shelf.all(TODAY)) == 1


@pytest.mark.parametrize(
    "text",
    ["", "id: school-meals\n", "a: [", "\x00", "format: easement-agreement/1\nid: school-meals\nid: other\n"],
)
def test_a_file_that_is_no_agreement_is_left_out_and_told(world: World, node: Node, text: str) -> None:
    (world.node / "agreements" / "broken.yaml").write_text(text)
    assert node.shelf.get("school-meals", TODAY).path == world.agreement
    assert len(node.shelf.all(TODAY)) == 1
    (broken,) = node.shelf.broken()
    assert "broken.yaml" in str(broken)
    with pytest.raises(BadFile):
        node.shelf.at(world.node / "agreements" / "broken.yaml", TODAY)


def test_text_that_is_no_text_is_left_out(world: World, node: Node) -> None:
    (world.node / "agreements" / "broken.yaml").write_bytes(b"id: school-meals\n\xff\xfe")
    assert node.shelf.get("school-meals", TODAY).path == world.agreement
    assert node.shelf.broken()


@pytest.mark.parametrize("written", ['"id": school-meals', "id: 'school-meals'", "id: school-meals # our first"])
def test_an_id_written_otherwise_is_found_too(world: World, node: Node, written: str) -> None:
    put(world, "next.yaml", NEXT, ("id: school-meals", written))
    assert node.shelf.get("school-meals", TODAY).prepared.version == "1.1.0"


def test_only_files_of_the_id_are_read(world: World, node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    put(world, "other.yaml", ("id: school-meals", "id: other"))
    read = counted(monkeypatch)
    node.shelf.get("school-meals", TODAY)
    assert read == [world.agreement]


def test_what_an_agreement_lacks_is_asked_of_each_day(world: World, node: Node) -> None:
    shelved = node.shelf.at(
        world.variant(("power: edu_2005_s110, basis: art6_1_e}\n  n", "basis: art6_1_e}\n  n")), TODAY
    )
    assert all(shelved.gaps(date(2026, 9, day)) == shelved.gaps(TODAY) != () for day in range(1, 10))


def test_a_recorded_review_carries_it_on_to_the_next(world: World, node: Node) -> None:
    """R2.8: a review counts from the day on which the one before it falls due."""
    digest = node.shelf.get("school-meals", TODAY).prepared.digest

    def states(*days: date) -> list[State]:
        return [node.shelf.get("school-meals", day).standing(day).state for day in days]

    for reviewed, due in ((None, date(2027, 9, 1)), (date(2027, 8, 20), date(2028, 8, 20))):
        if reviewed is not None:
            with writing(node.ledger.engine) as connection:
                mark_reviewed(connection, digest, reviewed, 1)
        assert states(due, due + timedelta(days=1)) == [State.IN_FORCE, State.REVIEW_OVERDUE]
    with writing(node.ledger.engine) as connection:
        mark_reviewed(connection, digest, date(2028, 8, 31), 2)
    assert states(date(2028, 9, 2), date(2029, 8, 31)) == [State.IN_FORCE] * 2, "the next falls after its end"
    world.agreement.write_text(TERMS.replace("title: School meals", "title: Meals at school"))
    signed(world.agreement, world.keys)
    assert states(date(2028, 9, 2)) == [State.REVIEW_OVERDUE], "other terms were not reviewed"


def test_a_version_that_another_says_it_replaces_does_not_replace_it_in_turn(world: World, node: Node) -> None:
    old = node.shelf.get("school-meals", TODAY)
    new = put(world, "back.yaml", ("version: 1.0.0", f"version: 0.9.0\nsupersedes: {old.prepared.digest}"))
    assert not old.replaces(node.shelf.at(new, TODAY), TODAY)
    assert node.shelf.at(new, TODAY).replaces(old, TODAY)


def test_choices_that_cannot_be_read_let_nobody_join(world: World, node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    joining = "joining: {recipient: {class: local-authority}}\npurpose:\n"
    path = put(world, "open.yaml", NEXT, ("purpose:\n", joining))
    easton = Signer("easton", bytes(range(32)))
    beside = path.with_name("open.yaml.signatures")
    beside.write_text(sign(read_agreement(path), easton, beside.read_text(), joins_as="local-authority"))
    keys = {**node.member_keys, "easton": (easton.key,)}
    monkeypatch.setattr(Node, "member_keys", keys)
    monkeypatch.setattr(Node, "member_classes", {"easton": "local-authority"})

    def recipients() -> frozenset[str]:
        return node.shelf.get("school-meals", TODAY).prepared.offers["forms"].recipients

    assert recipients() == {"northtown", "easton"}
    for text in ("{", '{"easton": 7}'):
        joins_path(path).write_text(text)
        assert recipients() == {"northtown"}
    joins_path(path).write_text("{}")
    assert recipients() == {"northtown", "easton"}


def test_many_threads_find_the_same(world: World, node: Node) -> None:
    found: list[Shelved] = []
    paths = [put(world, f"{n}.yaml", ("version: 1.0.0", f"version: 1.{n}.0")) for n in range(1, 4)]

    def work() -> None:
        for _ in range(20):
            shelved = node.shelf.get("school-meals", TODAY)
            found.append(shelved)

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {each.path for each in found} == {paths[-1]}
    assert len(found) == 120


# What the gate makes of it


def codes(world: World, **changes: Any) -> list[Code]:
    return [reason.code for reason in world.share("forms", Mode.BULK, **changes).decision.unmet]


def test_a_superseded_version_opens_nothing_and_names_the_one_that_does(world: World) -> None:
    new = put(world, "next.yaml", NEXT)
    outcome = world.share("forms", Mode.BULK)
    (reason,) = outcome.decision.unmet
    assert reason.code is Code.AGREEMENT_SUPERSEDED
    assert (reason.clause, reason.remedy) == ("version", "ask under version 1.1.0")
    assert world.types() == ["refused"]
    assert world.share("forms", Mode.BULK, agreement=new).decision.allowed


def test_an_agreement_given_from_elsewhere_is_held_against_the_shelf_too(world: World) -> None:
    elsewhere = world.variant(("version: 1.0.0", "version: 0.9.0"))
    assert codes(world, agreement=elsewhere) == [Code.AGREEMENT_SUPERSEDED]
    newer = world.variant(("version: 1.0.0", "version: 2.0.0"))
    assert codes(world, agreement=newer, out="2.csv") == []
    assert codes(world) == [Code.AGREEMENT_SUPERSEDED], "what was given under is kept on the shelf"


def test_a_changed_file_counts_for_the_very_next_request_of_an_open_node(world: World, node: Node) -> None:
    asked = world.message("entitled", Mode.LOOKUP, person={"family_name": "Ash", "date_of_birth": "2015-02-01"})
    assert service.answer(node, asked, now=NOW, clock=lambda: NOW).outcome.decision.allowed
    world.agreement.with_name("school-meals.yaml.signatures").unlink()
    again = world.message("entitled", Mode.LOOKUP, "ab" * 16, person=dict(asked.request.person))
    refused = service.answer(node, again, now=NOW, clock=lambda: NOW)
    assert [reason.code for reason in refused.outcome.decision.unmet] == [Code.AGREEMENT_NOT_IN_FORCE]

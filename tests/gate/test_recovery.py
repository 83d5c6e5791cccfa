"""A kill at every step (R5.1): what crossed is in the ledger, what was intended is settled, nothing is done twice."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from easement.agreement.model import Mode
from easement.gate import service
from easement.gate.staging import staged
from easement.ledger.model import EntryType
from easement.linkage.review_queues import queues
from easement.node.home import open_node

from .world import DIRTY, NOW, World, read
from .zygote import Zygote


@pytest.fixture(scope="module")
def zygote() -> Iterator[Zygote]:
    process = Zygote()
    yield process
    process.close()


def killed(
    zygote: Zygote, world: World, step: str, call: int, side: str, name: str = "answer.csv", **more: str
) -> None:
    ended = zygote.run(
        node=str(world.node),
        agreement=str(world.agreement),
        out=str(world.out),
        name=name,
        step=step,
        call=call,
        side=side,
        **more,
    )
    assert ended == -9, f"{step} was not called {call} times"


def finish(world: World) -> tuple[Path, ...]:
    with open_node(world.node) as node:
        return service.finish_left_behind(node, now=NOW)


NOTHING, INTENDED, RELEASED = [], ["intended", "abandoned"], ["intended", "released"]
STEPS = [
    ("Staged.note", 1, "before", NOTHING),
    ("Staged.note", 1, "after", NOTHING),
    ("Ledger.append", 1, "before", NOTHING),
    ("Ledger.append", 1, "after", INTENDED),
    ("disclosure.open_sources", 1, "before", INTENDED),
    ("outlet.release", 1, "before", INTENDED),
    ("release.copy", 1, "after", INTENDED),
    ("outlet.release", 1, "after", INTENDED),
    ("Ledger.append", 2, "before", INTENDED),
    ("Ledger.append", 2, "after", RELEASED),
    ("Ledger.checkpoint", 1, "before", RELEASED),
    ("Ledger.checkpoint", 1, "after", RELEASED),
    ("outlet.make_receipt", 1, "after", RELEASED),
    ("outlet.write_whole", 1, "after", RELEASED),
    ("Staged.deliver", 1, "before", RELEASED),
    ("staging._move", 1, "after", RELEASED),
    ("staging._move", 2, "before", RELEASED),
    ("staging._move", 2, "after", RELEASED),
    ("Staged.forget", 1, "before", RELEASED),
    ("Staged.deliver", 1, "after", RELEASED),
]


@pytest.mark.parametrize(("step", "call", "side", "expected"), STEPS, ids=[f"{s[2]} {s[0]} {s[1]}" for s in STEPS])
def test_whatever_step_is_the_last_the_ledger_and_the_destination_agree(
    zygote: Zygote, world: World, step: str, call: int, side: str, expected: list[str]
) -> None:
    killed(zygote, world, step, call, side)
    if (world.out / "answer.csv").exists():
        assert world.types() == RELEASED, "what stands at the destination is in the ledger already"
        assert world.verified(world.out / "answer.csv").answer["rows"] == len(DIRTY)
    finish(world)
    assert world.types() == expected
    assert world.staged() == []
    assert (world.out / "answer.csv").exists() is (expected is RELEASED)
    if expected is RELEASED:
        holds = world.verified(world.out / "answer.csv")
        assert holds.index == world.last(EntryType.DISCLOSURE_RELEASED).index
        assert len(read(world.out / "answer.csv")) == len(DIRTY)
    if expected is INTENDED:
        abandoned = world.last(EntryType.DISCLOSURE_ABANDONED).entry
        assert (abandoned.intent, abandoned.count, abandoned.commitment) == (1, None, None)
    assert world.fsck() == []


@pytest.mark.parametrize(("step", "call", "side", "expected"), STEPS[2::5], ids=[f"{s[2]} {s[0]}" for s in STEPS[2::5]])
def test_finishing_twice_changes_nothing(
    zygote: Zygote, world: World, step: str, call: int, side: str, expected: list[str]
) -> None:
    killed(zygote, world, step, call, side)
    finish(world)
    bodies, files = [logged.body for logged in world.entries()], {p: p.read_bytes() for p in world.out.iterdir()}
    assert finish(world) == ()
    assert [logged.body for logged in world.entries()] == bodies
    assert {p: p.read_bytes() for p in world.out.iterdir()} == files


def test_the_next_disclosure_finishes_what_the_last_left(zygote: Zygote, world: World) -> None:
    killed(zygote, world, "Ledger.append", 2, "after", "killed.csv")
    killed(zygote, world, "outlet.release", 1, "before", "lost.csv")
    assert world.delivered() == ["killed.csv", "killed.csv.receipt"]
    world.share("forms", Mode.BULK, "next.csv")
    assert [name for name in world.delivered() if name.endswith(".csv")] == ["killed.csv", "next.csv"]
    assert sorted(world.types()) == ["abandoned", "intended", "intended", "intended", "released", "released"]
    assert world.fsck() == []


def test_a_kill_while_finishing_leaves_the_same_question(zygote: Zygote, world: World) -> None:
    """The first child dies after the outcome is logged; the second while it delivers what the first left."""
    killed(zygote, world, "Ledger.append", 2, "after", "first.csv")
    killed(zygote, world, "staging._move", 1, "after", "second.csv")
    assert world.delivered() == ["first.csv.receipt"]
    assert [str(path.name) for path in finish(world)] == ["first.csv"]
    assert world.types() == RELEASED
    assert world.verified(world.out / "first.csv").index == 2


def test_a_kill_while_abandoning_abandons_once(zygote: Zygote, world: World) -> None:
    killed(zygote, world, "outlet.release", 1, "before")
    killed(zygote, world, "Ledger.append", 1, "after")
    assert world.types() == INTENDED
    finish(world)
    assert world.types() == INTENDED


def test_an_answer_that_somebody_works_on_is_left_alone(world: World) -> None:
    with staged(world.node / "releases", world.out / "living.csv") as answer:
        answer.note(after=1)
        answer.data.write_text("half")
        assert finish(world) == ()
        assert answer.data.read_text() == "half"
    assert world.staged() == [answer.id]
    finish(world)
    assert world.staged() == []
    assert world.delivered() == []


def test_an_intent_is_found_by_what_it_keeps_in_private_and_never_taken_for_anothers(
    zygote: Zygote, world: World
) -> None:
    """Two were cut off at the same step, neither knowing of the other: each gets its own data under its own receipt."""
    away = world.node / "away"
    killed(zygote, world, "Staged.deliver", 1, "before", "a.csv")
    (first,) = world.staged()
    (world.node / "releases" / first).rename(away)
    world.hold(DIRTY[:3])
    killed(zygote, world, "Staged.deliver", 1, "before", "b.csv")
    away.rename(world.node / "releases" / first)
    finish(world)
    assert world.types() == ["intended", "released"] * 2
    assert [len(read(world.out / name)) for name in ("a.csv", "b.csv")] == [len(DIRTY), 3]
    assert {world.verified(world.out / name).index for name in ("a.csv", "b.csv")} == {2, 4}


def test_an_answer_whose_private_record_was_erased_meanwhile_waits_without_harm(zygote: Zygote, world: World) -> None:
    killed(zygote, world, "Ledger.append", 2, "after")
    with open_node(world.node) as node:
        node.ledger.erase(2)
    assert finish(world) == ()
    assert world.share("forms", Mode.BULK, "next.csv").data is not None


def test_another_disclosures_intent_is_not_taken_for_one_that_was_never_made(zygote: Zygote, world: World) -> None:
    away = world.node / "away"
    killed(zygote, world, "Staged.note", 1, "after", "never.csv")
    (first,) = world.staged()
    (world.node / "releases" / first).rename(away)
    world.share("forms", Mode.BULK, "other.csv")
    away.rename(world.node / "releases" / first)
    assert finish(world) == ()
    assert world.types() == RELEASED
    assert world.staged() == []


@pytest.mark.parametrize(("step", "call", "kept"), [("disclosure.keep_doubtful", 1, 0), ("Ledger.append", 2, 2)])
def test_what_is_held_for_a_person_is_kept_exactly_when_its_answer_crosses(
    zygote: Zygote, world: World, step: str, call: int, kept: int
) -> None:
    roll, mapping = world.listed([("P7", "Twin", "", "2010-07-07", "NT3 3DD")])
    listed = {"match": str(roll), "match_dataset": str(mapping)}
    killed(zygote, world, step, call, "after", share="entitled", **listed)
    finish(world)
    assert world.types() == (RELEASED if kept else INTENDED)
    with open_node(world.node) as node:
        assert sum(each.open for each in queues(node)) == kept


def test_a_folder_that_was_never_begun_is_removed(world: World) -> None:
    (world.node / "releases" / "0123456789abcdef").mkdir()
    finish(world)
    assert world.staged() == []
    assert world.types() == []

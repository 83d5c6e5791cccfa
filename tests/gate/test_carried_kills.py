"""Workers killed while they answer another node (R5.1): nothing crosses unlogged; each message ends in one answer."""

import random
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

import pytest

from easement.agreement.model import Mode
from easement.base.canonical import sha256_hex
from easement.gate import service
from easement.gate.service import InHand
from easement.ledger.model import EntryType
from easement.ledger.verifier import check_receipt
from easement.node.home import open_node

from .world import NOW, World, furnish
from .zygote import Zygote

ASH = {"family_name": "Ash", "date_of_birth": "2015-02-01"}
LATER = NOW + timedelta(seconds=40)
NOTHING, INTENDED, RELEASED = [], ["intended"], ["intended", "released"]
STEPS = [
    ("Ledger.append", 1, "before", NOTHING),
    ("Ledger.append", 1, "after", INTENDED),
    ("disclosure.open_sources", 1, "before", INTENDED),
    ("carried.release_body", 1, "after", INTENDED),
    ("Ledger.append", 2, "before", INTENDED),
    ("Ledger.append", 2, "after", RELEASED),
    ("carried.new_receipt", 1, "before", RELEASED),
    ("carried.new_receipt", 1, "after", RELEASED),
]


@pytest.fixture(scope="module")
def zygote() -> Iterator[Zygote]:
    process = Zygote()
    yield process
    process.close()


def run(zygote: Zygote, world: World, message: str, **when: object) -> int:
    """What a worker ended with that answers a message; the answer stands in a file where it lived to give it."""
    return zygote.run(
        node=str(world.node),
        agreement=str(world.agreement),
        out=str(world.out),
        name=f"{message}.json",
        message=message,
        person=ASH,
        **when,
    )


@pytest.mark.parametrize(("step", "call", "side", "left"), STEPS, ids=[f"{s[2]} {s[0]} {s[1]}" for s in STEPS])
def test_whatever_step_is_the_last_the_message_ends_in_one_answer(
    zygote: Zygote, world: World, step: str, call: int, side: str, left: list[str]
) -> None:
    message = "5e" * 16
    assert run(zygote, world, message, step=step, call=call, side=side) == -9
    assert world.types() == left
    if left == INTENDED:
        with pytest.raises(InHand):
            world.answer("entitled", Mode.LOOKUP, message, person=ASH)
    answer = world.answer("entitled", Mode.LOOKUP, message, person=ASH, now=LATER)
    assert world.types() == (["intended", "abandoned", *RELEASED] if left == INTENDED else RELEASED)
    with open_node(world.node) as node:
        holds = check_receipt(answer.receipt, [node.ledger.key], sha256_hex(answer.body))
    assert holds.index == world.last(EntryType.DISCLOSURE_RELEASED).index
    assert world.answer("entitled", Mode.LOOKUP, message, person=ASH, now=LATER).body == answer.body
    assert world.fsck() == []


def campaign(zygote: Zygote, world: World, kills: int, seed: int) -> Counter[int]:
    """Workers killed at random moments; afterwards every message is asked again until it is answered."""
    draw, ended, window = random.Random(seed), Counter[int](), 0.6
    messages = []
    while ended[-9] < kills:
        messages.append(f"{len(messages):032x}")
        code = run(zygote, world, messages[-1], seconds=draw.uniform(0, window))
        ended[code] += 1
        window *= 0.9 if code == 0 else 1.05
    given = {message: world.out / f"{message}.json" for message in messages}
    with open_node(world.node) as node:
        service.finish_left_behind(node, now=LATER)
        for message in messages:
            asked = world.message("entitled", Mode.LOOKUP, message, person=ASH)
            body = service.answer(node, asked, now=LATER, clock=lambda: LATER).body
            assert not given[message].exists() or given[message].read_bytes() == body
    entries = [logged.entry for logged in world.entries()]
    released = Counter(entry.message for entry in entries if entry.type is EntryType.DISCLOSURE_RELEASED)
    assert released == dict.fromkeys(messages, 1)
    intents = [at for at, entry in enumerate(entries, 1) if entry.type is EntryType.DISCLOSURE_INTENDED]
    assert sorted(entry.intent for entry in entries if entry.intent is not None) == intents
    assert world.fsck() == []
    return ended


def test_random_kills_leave_one_answer_to_each_message(zygote: Zygote, world: World) -> None:
    assert campaign(zygote, world, 8, seed=8)[-9] == 8


@pytest.mark.torture
@pytest.mark.timeout(3_600)
def test_five_hundred_random_kills_leave_one_answer_to_each_message(
    zygote: Zygote, tmp_path_factory: pytest.TempPathFactory
) -> None:
    world = furnish(tmp_path_factory.mktemp("kills"))
    assert campaign(zygote, world, 500, seed=500)[-9] == 500

"""Kills at random moments (R5.1): what stands at a destination is in the ledger, and all is settled in the end."""

import random
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from easement.gate import service
from easement.ledger.model import EntryType
from easement.ledger.verifier import file_digest
from easement.node.home import open_node

from .world import NOW, World, furnish, plain_rows
from .zygote import Zygote

SETTLED = {
    EntryType.DISCLOSURE_RELEASED, EntryType.DISCLOSURE_FAILED, EntryType.DISCLOSURE_REFUSED,
    EntryType.DISCLOSURE_ABANDONED,
}  # fmt: skip
UNHURT = "ended before the kill"


@pytest.fixture(scope="module")
def zygote() -> Iterator[Zygote]:
    process = Zygote()
    yield process
    process.close()


class Campaign:
    """Many disclosures, most of them killed; each has a register of its own, so that each answer has its own digest."""

    def __init__(self, zygote: Zygote, world: World, seed: int) -> None:
        self.zygote, self.world, self.draw = zygote, world, random.Random(seed)
        self.digests: dict[int, str] = {}
        self.counts: Counter[str] = Counter()
        begun = time.monotonic()
        assert self._run("warm.csv") == 0
        self.window = time.monotonic() - begun
        """In which a kill falls, in seconds: kept to what a disclosure takes, so that most are cut off."""

    def _run(self, name: str, **when: float) -> int:
        return self.zygote.run(
            node=str(self.world.node), agreement=str(self.world.agreement), out=str(self.world.out), name=name, **when
        )

    def round(self, number: int) -> None:
        """One disclosure, killed at a random moment, and what must hold right after it."""
        self.world.hold(plain_rows(3 + number % 5, start=10_000 + 10 * number))
        name = f"{number}.csv"
        before = self.world.entries(max(1, self._size() - 1))
        ended = self._run(name, seconds=self.draw.uniform(0, self.window))
        assert ended in (0, -9)
        self.window *= 0.96 if ended == 0 else 1.015
        after = self.world.entries(before[-1].index + 1)
        said = {logged.entry.type for logged in after if logged.entry.type is not EntryType.DISCLOSURE_ABANDONED}
        self._remember()
        here = self.world.out / name
        if here.exists():
            assert file_digest(str(here)) in self.digests.values(), f"round {number}: what crossed is not logged"
        if ended == 0:
            assert here.exists()
        self.counts[self._moment(ended, said, here)] += 1

    def _moment(self, ended: int, said: set[EntryType], here: Path) -> str:
        if ended == 0:
            return UNHURT
        if here.exists():
            return "killed after the data arrived"
        if EntryType.DISCLOSURE_RELEASED in said:
            return "killed between released and arrived"
        return "killed after the intent" if EntryType.DISCLOSURE_INTENDED in said else "killed before the intent"

    def _size(self) -> int:
        with open_node(self.world.node) as node:
            return node.ledger.size

    def _remember(self) -> None:
        """The digests of the answers that the ledger has as released, each read once."""
        with open_node(self.world.node) as node:
            start = max(self.digests, default=0) + 1
            for logged in node.ledger.entries(start, type=EntryType.DISCLOSURE_RELEASED):
                self.digests[logged.index] = str(node.ledger.private(logged.index)["answer"].value()["data"])

    def check_ledger(self) -> None:
        """The ledger holds together."""
        assert self.world.fsck() == []

    def finish(self) -> None:
        """After the last round: everything is settled once, and what is released is delivered and nothing else."""
        with open_node(self.world.node) as node:
            service.finish_left_behind(node, now=NOW)
        assert self.world.staged() == []
        self._remember()
        arrived = [path for path in self.world.out.iterdir() if path.suffix == ".csv"]
        assert sorted(file_digest(str(path)) for path in arrived) == sorted(self.digests.values())
        assert [path.name for path in self.world.out.iterdir() if path.suffix not in (".csv", ".receipt")] == []
        entries = [logged.entry for logged in self.world.entries()]
        intents = [at for at, entry in enumerate(entries, 1) if entry.type is EntryType.DISCLOSURE_INTENDED]
        outcomes = [entry.intent for entry in entries if entry.type in SETTLED]
        assert sorted(outcomes) == intents
        for path in self.draw.sample(arrived, min(50, len(arrived))):
            self.world.verified(path)
        self.check_ledger()


def campaign(zygote: Zygote, folder: Path, kills: int, seed: int) -> Counter[str]:
    """Go on until so many were killed; what happened, and how often."""
    done, number = Campaign(zygote, furnish(folder), seed), 0
    while done.counts.total() - done.counts[UNHURT] < kills:
        done.round(number)
        number += 1
        if number % 50 == 0:
            done.check_ledger()
    done.finish()
    return done.counts


def test_a_few_random_kills_leave_nothing_unlogged_and_nothing_unsettled(zygote: Zygote, tmp_path: Path) -> None:
    assert campaign(zygote, tmp_path, 6, seed=15).total() >= 6


@pytest.mark.torture
@pytest.mark.timeout(3_600)
def test_a_thousand_random_kills_leave_nothing_unlogged_and_nothing_unsettled(
    zygote: Zygote, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    begun = time.monotonic()
    counts = campaign(zygote, tmp_path, 1_000, seed=1_000)
    with capsys.disabled():
        print(f"\n1,000 kills in {time.monotonic() - begun:.0f} s: {dict(counts)}")  # noqa: T201
    assert len(counts) == 5, "the kills must fall everywhere"

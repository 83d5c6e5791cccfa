"""kill -9 at every step of who asks and of who answers: what crossed is in both logs, and the audit is clean (R5.1)."""

import random
import socket
import time
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from easement.base.database import reading
from easement.exchange import tables
from easement.exchange.audit import audit
from easement.exchange.message_carry import NoAnswer
from easement.exchange.service import ask, finish_outbox
from easement.gate.recovery import abandon_overdue
from easement.ledger.model import EntryType

from .pair import ASKER, NOW, Pair, paired, wish
from .zygote import Zygote

LATER = timedelta(minutes=10)
"""After which no message is still on its way, and no worker still has an answer in hand."""


@pytest.fixture(scope="module")
def zygote() -> Iterator[Zygote]:
    process = Zygote()
    yield process
    process.close()


class Campaign:
    """Rounds of one question each, in which one side is killed; the clock goes on from round to round."""

    def __init__(self, zygote: Zygote, pair: Pair) -> None:
        self.zygote, self.pair, self.now, self.counts = zygote, pair, NOW, Counter[str]()

    def kill_asker(self, **where: Any) -> int:
        """One question whose asker is killed; what it ended with."""
        self.pair.clock.now = self.now
        home = str(self.pair.northtown.home)
        ended = self.zygote.order("ask", home=home, now=self.now.isoformat(), **where)
        self._settle()
        return ended

    def kill_answerer(self, **where: Any) -> None:
        """One question whose provider is killed while it answers, and starts again later."""
        child = self._serve(self.now, **where)
        try:
            ask(self.pair.northtown, wish(), ASKER, self.now)
            self.counts["answered"] += 1
        except NoAnswer as silent:
            self.counts[silent.why.value] += 1
        self.zygote.order("end", child=child)
        child = self._serve(self.now + LATER)
        try:
            self._settle()
            self.check(there=False)
        finally:
            self.zygote.order("end", child=child)

    def _serve(self, now: datetime, **where: Any) -> int:
        port = urlsplit(self.pair.urls["dwp"]).port or 0
        child = self.zygote.order("serve", home=str(self.pair.dwp.home), now=now.isoformat(), port=port, **where)
        for _ in range(200):
            with socket.socket() as found:
                if found.connect_ex(("127.0.0.1", port)) == 0:
                    return child
            time.sleep(0.02)
        raise AssertionError("the provider does not start")

    def _settle(self) -> None:
        """Let time pass, finish what was left, and hold both logs against each other."""
        self.now += LATER
        self.pair.clock.now = self.now
        abandon_overdue(self.pair.dwp, now=self.now)
        settled = finish_outbox(self.pair.northtown, self.now)
        self.counts.update(each.how for each in settled)
        with reading(self.pair.northtown.engine) as connection:
            assert tables.waiting(connection) == [], settled
        self._hold()

    def _hold(self) -> None:
        given = [e.message for e in self.pair.entries(self.pair.dwp, EntryType.DISCLOSURE_RELEASED)]
        taken = [
            e.message
            for e in self.pair.entries(self.pair.northtown, EntryType.DISCLOSURE_RECEIVED, EntryType.DISCLOSURE_LOST)
        ]
        assert sorted(given) == sorted(taken)
        assert len(set(given)) == len(given)

    def check(self, *, there: bool = True) -> None:
        """The audit is clean, and so is each log."""
        found = audit(self.pair.northtown, "dwp", now=self.now)
        assert found.agrees, found.as_dict()
        if there:
            back = audit(self.pair.dwp, "northtown", now=self.now)
            assert back.agrees, back.as_dict()
        assert self.pair.dwp.ledger.fsck() == []
        assert self.pair.northtown.ledger.fsck() == []
        self.now += timedelta(minutes=1)


ASKING = [
    *((step, 1, side) for step in ("outbox.keep", "Line.ask", "Ledger.append") for side in ("before", "after")),
    ("receiving._hold_receipt", 1, "after"),
    ("tables.drop_out", 1, "after"),
    ("tables.add_duties", 1, "after"),
]

ANSWERING = [
    ("tables.add_nonces", 1, "before"),
    ("tables.add_nonces", 1, "after"),
    *(("Ledger.append", call, side) for call in (1, 2) for side in ("before", "after")),
    ("asked._told", 1, "before"),
    ("asked._told", 1, "after"),
    ("answering.sign_answer", 1, "before"),
    ("answering.sign_answer", 1, "after"),
]


@pytest.fixture(scope="module")
def asked(zygote: Zygote, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Campaign]:
    with paired(tmp_path_factory.mktemp("asked"), life=timedelta(days=30)) as pair:
        yield Campaign(zygote, pair)


@pytest.fixture(scope="module")
def answering(zygote: Zygote, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Campaign]:
    life, serving = timedelta(days=30), ("northtown",)
    folder = tmp_path_factory.mktemp("answering")
    with paired(folder, life=life, serving_nodes=serving, exchange__timeout_seconds=1) as pair:
        yield Campaign(zygote, pair)


@pytest.mark.parametrize(("step", "call", "side"), ASKING)
def test_who_asks_is_killed_at_each_step_and_both_logs_agree(asked: Campaign, step: str, call: int, side: str):
    assert asked.kill_asker(step=step, call=call, side=side) == -9
    asked.check()


@pytest.mark.parametrize(("step", "call", "side"), ANSWERING)
def test_who_answers_is_killed_at_each_step_and_both_logs_agree(answering: Campaign, step: str, call: int, side: str):
    before = answering.counts["answered"]
    answering.kill_answerer(step=step, call=call, side=side)
    assert answering.counts["answered"] == before


def test_a_question_that_was_answered_while_nobody_waited_is_received_and_not_asked_again(asked: Campaign):
    before = asked.counts["received"]
    assert asked.kill_asker(step="Line.ask", call=1, side="after") == -9
    assert asked.counts["received"] == before + 1


def test_what_the_provider_no_longer_has_is_logged_as_lost_on_this_side(zygote: Zygote, tmp_path: Path):
    with paired(tmp_path, life=timedelta(days=30)) as pair:
        made = Campaign(zygote, pair)
        pair.clock.now = made.now
        zygote.order(
            "ask", home=str(pair.northtown.home), now=made.now.isoformat(), step="Line.ask", call=1, side="after"
        )
        from easement.base.database import writing
        from easement.gate.tables import forget_answers

        with writing(pair.dwp.engine) as connection:
            assert forget_answers(connection, int((NOW + timedelta(days=9)).timestamp())) == 1
        made._settle()
        assert made.counts == {"lost": 1}
        (lost,) = pair.entries(pair.northtown, EntryType.DISCLOSURE_LOST)
        (released,) = pair.entries(pair.dwp, EntryType.DISCLOSURE_RELEASED)
        assert lost.message == released.message
        assert pair.dwp.ledger.entry(lost.peer_entry or 0).entry == released
        made.check()


def test_a_few_random_kills_of_who_asks(asked: Campaign):
    draw = random.Random(15)
    for _ in range(6):
        assert asked.kill_asker(seconds=draw.uniform(0, 0.15)) in (0, -9)
    asked.check()


@pytest.mark.torture
@pytest.mark.timeout(3_600)
def test_many_random_kills_of_either_side(zygote: Zygote, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    draw, begun = random.Random(1_000), time.monotonic()
    with paired(tmp_path, life=timedelta(days=30)) as pair:
        made = Campaign(zygote, pair)
        for number in range(500):
            made.kill_asker(seconds=draw.uniform(0, 0.12))
            if number % 50 == 49:
                made.check()
        counts = made.counts
    with capsys.disabled():
        print(f"\n500 kills in {time.monotonic() - begun:.0f} s: {dict(counts)}")  # noqa: T201

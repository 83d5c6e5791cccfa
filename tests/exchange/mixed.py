"""All that two nodes do for each other, at once and for minutes, while they are killed: nothing lost, nothing unlogged.

Callers look people up and are refused, here and there; sets are made, fetched and deleted; an agreement is suspended
and resumed; versions of the directory are published. For the first two thirds something is killed every few seconds;
then the load goes on alone, so that what a process holds at the beginning and the end of that time shows a leak.
"""

import random
import statistics
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import httpx

from easement.base.errors import EasementError
from easement.gate.suspension import resume, suspend
from easement.ledger.model import EntryType
from easement.ledger.service import utc_now
from easement.node.home import Node, open_node
from tests.exchange.processes import NAMES, Nodes

FAULTY = 2 / 3
"""The part of the time in which things are killed."""

WARM = 0.15
"""The part of the calm after which a process holds what it will hold."""

ASKS = (
    ("forms", {}, 80),
    ("forms", {"person": {"family_name": "Nobody", "given_name": "At", "date_of_birth": "2001-01-01"}}, 8),
    ("forms", {"purpose": "debt-recovery"}, 6),
    ("limited", {"person": {"claim_reference": "C100"}}, 6),
)
"""What is asked and how often: who is found, who is not, what is refused here, and what may be refused there."""

Fault = Callable[[random.Random], object]


@dataclass
class Tally:
    """What callers met."""

    answered: set[str] = field(default_factory=set)
    refused: int = 0
    again: Counter[str] = field(default_factory=Counter)
    unanswered: int = 0
    waits: list[tuple[float, float]] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)


@dataclass
class Callers:
    """Programs that ask until they are told to stop, each question until it has an answer."""

    address: str
    keys: Sequence[str]
    people: int
    stop: threading.Event
    tally: Tally = field(default_factory=Tally)

    def start(self) -> list[threading.Thread]:
        """A thread for each key."""
        threads = [threading.Thread(target=self._call, args=(n, key)) for n, key in enumerate(self.keys)]
        for each in threads:
            each.start()
        return threads

    def _call(self, number: int, key: str) -> None:
        draw, count = random.Random(number), 0
        with httpx.Client(base_url=self.address, timeout=30, trust_env=False) as client:
            while not self.stop.is_set():
                count += 1
                self._ask(client, key, self._question(draw), f"caller-{number}-{count:08}")

    def _question(self, draw: random.Random) -> dict[str, Any]:
        share, changed, _ = draw.choices(ASKS, [weight for _, _, weight in ASKS])[0]
        who = {"family_name": f"Name{100 + draw.randrange(self.people)}", "given_name": "Pat"}
        return {
            "provider": "dwp",
            "agreement": "school-meals",
            "share": share,
            "purpose": "benefit-eligibility",
            "person": who | {"date_of_birth": "2014-01-01"},
            "why": "load",
        } | changed

    def _ask(self, client: httpx.Client, key: str, body: dict[str, Any], name: str) -> None:
        headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": name}
        while True:
            began = time.monotonic()
            if self._answered(client, body, headers, began):
                return
            if self.stop.is_set():
                with self.tally.lock:
                    self.tally.unanswered += 1
                return
            time.sleep(random.uniform(0.05, 0.3))

    def _answered(self, client: httpx.Client, body: dict[str, Any], headers: dict[str, str], began: float) -> bool:
        try:
            said = client.post("/api/v1/asks", json=body, headers=headers)
        except httpx.HTTPError as error:
            with self.tally.lock:
                self.tally.again[type(error).__name__] += 1
            return False
        told = said.json()
        with self.tally.lock:
            if said.status_code == httpx.codes.OK:
                self.tally.answered.add(told["message"])
            elif told.get("reasons"):
                self.tally.refused += 1
            else:
                self.tally.again[f"{said.status_code} {told.get('detail') or told.get('title')}"[:90]] += 1
                if said.status_code == httpx.codes.CONFLICT:  # whoever had it in hand was killed: asked anew
                    headers["Idempotency-Key"] += "-again"
                return False
            self.tally.waits.append((began, time.monotonic() - began))
        return True


@dataclass
class Runner:
    """The program that has sets made, fetched and deleted, as a process that is killed too."""

    home: Path
    folder: Path
    process: subprocess.Popen[bytes] | None = None
    kills: int = 0
    ended: int = 0

    def start(self) -> None:
        """Begin, or go on."""
        command = [sys.executable, "-m", "tests.exchange.set_runner", str(self.home), str(self.folder)]
        with self.folder.with_suffix(".log").open("ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log)

    def look_after(self) -> None:
        """Start it again where it ended by itself, which is counted."""
        if self.process is not None and self.process.poll() is not None:
            self.ended += 1
            self.start()

    def kill(self) -> None:
        """Kill it and start it again."""
        self.stop()
        self.kills += 1
        self.start()

    def stop(self) -> None:
        """End it without a word."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()


class Office:
    """Whoever suspends the agreement at the department and resumes it, and publishes versions of the directory."""

    def __init__(self, nodes: Nodes, stop: threading.Event, every: float) -> None:
        self.nodes, self.stop, self.every = nodes, stop, every
        self.done: Counter[str] = Counter()
        self.thread = threading.Thread(target=self._work)

    def _work(self) -> None:
        with open_node(self.nodes.homes["dwp"]) as dwp:
            while not self.stop.wait(self.every):
                with _told(self.done, "suspended"):
                    suspend(dwp, "school-meals", "a question came up", now=utc_now())
                    self.stop.wait(1)
                self._resume(dwp)
                with _told(self.done, "directory versions"):
                    self.nodes.publish()

    def _resume(self, dwp: Node) -> None:
        """A suspension whose commit nobody heard of may stand too."""
        for _ in range(100):
            with suppress(EasementError):
                if dwp.shelf.get("school-meals", utc_now().date()).suspended is None:
                    return
                resume(dwp, "school-meals", now=utc_now())
                self.done["resumed"] += 1
                return
            time.sleep(0.3)


@contextmanager
def _told(done: Counter[str], what: str) -> Iterator[None]:
    try:
        yield
        done[what] += 1
    except EasementError as error:
        done[f"{what}, not: {type(error).__name__}"] += 1


def load(
    nodes: Nodes,
    keys: Sequence[str],
    *,
    minutes: float,
    every: float,
    people: int,
    faults: Sequence[Fault],
    seed: int = 1,
) -> dict[str, Any]:
    """Run it all; what was done, how long answers took, and what each node held of the machine."""
    stop, draw, began = threading.Event(), random.Random(seed), time.monotonic()
    calm, end = began + minutes * 60 * FAULTY, began + minutes * 60
    runner = Runner(nodes.homes["northtown"], nodes.homes["dwp"].with_name("fetched"))
    callers, office = Callers(nodes.addresses["northtown"], keys, people, stop), Office(nodes, stop, every * 2)
    runner.start()
    threads = [*callers.start(), office.thread]
    office.thread.start()
    try:
        while time.monotonic() < calm:
            time.sleep(draw.uniform(0.5, 1.5) * every)
            runner.look_after()
            draw.choice([*faults, lambda _: runner.kill()])(draw)
        time.sleep((end - calm) * WARM)
        before = {name: nodes.held(name) for name in NAMES}
        while time.monotonic() < end:
            runner.look_after()
            time.sleep(1)
        after = {name: nodes.held(name) for name in NAMES}
    finally:
        stop.set()
        for each in threads:
            each.join()
        runner.stop()
    tally = callers.tally
    return {
        "minutes": minutes,
        "answered": len(tally.answered),
        "refused": tally.refused,
        "again": dict(tally.again.most_common(12)),
        "unanswered_at_the_end": tally.unanswered,
        "under_faults": _quantiles([wait for at, wait in tally.waits if at < calm]),
        "in_calm": _quantiles([wait for at, wait in tally.waits if at >= calm]),
        "kills": dict(nodes.kills) | {"set runner": runner.kills},
        "set_runner_ended_by_itself": runner.ended,
        "office": dict(office.done),
        "held": {name: {"before": asdict(before[name]), "after": asdict(after[name])} for name in NAMES},
        **unlogged(nodes, tally.answered),
    }


def _quantiles(waits: Sequence[float]) -> dict[str, float]:
    found = sorted(waits)
    if not found:
        return {}
    return {
        "requests": len(found),
        "p50_ms": round(statistics.median(found) * 1e3, 1),
        "p99_ms": round(found[int(len(found) * 0.99)] * 1e3, 1),
        "worst_ms": round(found[-1] * 1e3),
    }


def unlogged(nodes: Nodes, answered: set[str]) -> dict[str, int]:
    """What callers were given that a log does not have: there must be nothing of it."""
    told = {"dwp": EntryType.DISCLOSURE_RELEASED, "northtown": EntryType.DISCLOSURE_RECEIVED}
    missing = {}
    with nodes.open() as opened:
        for name, type_ in told.items():
            known = {each.entry.message for each in opened[name].ledger.entries(1, type=type_)}
            missing[f"unlogged_by_{name}"] = len(answered - known)
    return missing

"""Load with faults: a council's node asks a department's, both as processes, while they are killed again and again.

`python -m tests.exchange.campaign --disclosures 10000` prints one line of JSON. What must hold at the end: everything
that was released is in both ledgers, as received or as lost; both ledgers are sound; and a joint audit finds no
difference.
"""

import argparse
import json
import random
import sys
import threading
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx

from easement.base.database import reading
from easement.exchange.audit import audit
from easement.exchange.tables import waiting
from easement.ledger.model import EntryType
from easement.ledger.service import utc_now
from easement.node.home import Node, open_node
from easement.staff.permissions import Permission
from easement.staff.service import grant, make_key, record_training
from tests.exchange.pair import hang_up
from tests.exchange.processes import NAMES, Nodes, Settings, connect
from tests.gate.world import furnish, plain_rows

__all__ = ["NAMES", "Load", "Nodes", "campaign", "judge", "key_for", "make", "settled"]

PATIENCE = 90.0
"""Seconds for which a caller asks again before it gives a question up."""

ALLOWED_ALIVE = 60.0
"""Seconds after the load within which everything left open must be settled."""


def make(
    folder: Path,
    people: int,
    settings: Settings = lambda text: text,
    databases: Mapping[str, Mapping[str, str]] | None = None,
) -> tuple[Nodes, str]:
    """Two nodes that know each other, and a program's key at the council's.

    `databases` has for each node what `create_node` is to be told of its database; encrypted files without.
    """
    own = databases or {}
    world = furnish(folder, plain_rows(people), partner=own.get("northtown", {}), **own.get("dwp", {}))
    homes = {"dwp": world.node, "northtown": world.node.with_name("northtown")}
    for path in (world.agreement, world.agreement.with_name(world.agreement.name + ".signatures")):
        (homes["northtown"] / "agreements" / path.name).write_bytes(path.read_bytes())
    nodes = connect(homes, settings)
    with open_node(homes["northtown"]) as node:
        return nodes, key_for(node, "load")


def key_for(node: Node, name: str) -> str:
    """The key of a program that may ask about people and for sets, in the role and with the training that it takes."""
    now = utc_now()
    scopes = [Permission.DISCLOSURE_PERSON_ASK, Permission.DATA_JOB_RUN]
    made = make_key(node, name, scopes, by="tests", now=now, expires=now + timedelta(days=1))
    grant(node, made.key.id, "school-meals", "benefits-officer", by="tests", now=now)
    record_training(node, made.key.id, "information-governance", now.date(), by="tests", now=now)
    return made.secret


@dataclass
class Load:
    """Callers that ask until they are answered, each question under one idempotency key however often it is sent."""

    nodes: Nodes
    key: str
    wanted: int
    people: int
    answered: int = 0
    retried: int = 0
    given_up: int = 0
    odd: Counter[str] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _next: int = 0

    def run(self, threads: int) -> None:
        """Ask everything."""
        callers = [threading.Thread(target=self._call) for _ in range(threads)]
        for each in callers:
            each.start()
        for each in callers:
            each.join()

    def _take(self) -> int | None:
        with self._lock:
            if self._next >= self.wanted:
                return None
            self._next += 1
            return self._next - 1

    def _call(self) -> None:
        with httpx.Client(base_url=self.nodes.addresses["northtown"], timeout=20, trust_env=False) as client:
            while (number := self._take()) is not None:
                self._ask(client, number)

    def _ask(self, client: httpx.Client, number: int) -> None:
        headers = {"Authorization": f"Bearer {self.key}", "Idempotency-Key": f"question-{number:08}"}
        who = 100 + number % self.people
        body = {
            "provider": "dwp",
            "agreement": "school-meals",
            "share": "forms",
            "purpose": "benefit-eligibility",
            "role": "benefits-officer",
            "person": {"family_name": f"Name{who}", "given_name": "Pat", "date_of_birth": "2014-01-01"},
            "why": "load",
        }
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            try:
                said = client.post("/api/v1/asks", json=body, headers=headers)
            except httpx.HTTPError:
                self._again()
                continue
            if said.status_code == 200:
                with self._lock:
                    self.answered += 1
                return
            if said.status_code == 409:  # a killed process had it in hand: a caller who will not wait asks anew
                headers["Idempotency-Key"] = f"question-{number:08}-{time.monotonic_ns()}"
            with self._lock:
                self.odd[f"{said.status_code} {said.json().get('detail') or said.json().get('title')}"[:90]] += 1
            self._again()
        with self._lock:
            self.given_up += 1

    def _again(self) -> None:
        with self._lock:
            self.retried += 1
        time.sleep(random.uniform(0.05, 0.3))


def settled(nodes: Nodes) -> float:
    """Seconds until nothing is open at the council's node any more."""
    began = time.monotonic()
    while time.monotonic() - began < ALLOWED_ALIVE * 2:
        with open_node(nodes.homes["northtown"]) as node, reading(node.engine) as connection:
            if not waiting(connection):
                return time.monotonic() - began
        time.sleep(1)
    raise RuntimeError("questions are still open long after the load")


def judge(nodes: Nodes) -> dict[str, object]:
    """Hold the two ledgers against each other and against themselves."""
    with open_node(nodes.homes["dwp"]) as dwp, open_node(nodes.homes["northtown"]) as northtown:
        released = [e.entry.message for e in dwp.ledger.entries(1, type=EntryType.DISCLOSURE_RELEASED)]
        intents = {e.index for e in dwp.ledger.entries(1, type=EntryType.DISCLOSURE_INTENDED)}
        ended = {e.entry.intent for e in dwp.ledger.entries(1) if e.entry.intent is not None}
        kinds = (EntryType.DISCLOSURE_RECEIVED, EntryType.DISCLOSURE_LOST)
        known = [e.entry.message for kind in kinds for e in northtown.ledger.entries(1, type=kind)]
        lost = sum(1 for _ in northtown.ledger.entries(1, type=EntryType.DISCLOSURE_LOST))
        return {
            "released": len(released),
            "released_twice": len(released) - len(set(released)),
            "in_both_ledgers": len(set(released) & set(known)),
            "released_and_not_known": len(set(released) - set(known)),
            "known_and_not_released": len(set(known) - set(released)),
            "lost": lost,
            "intents_without_end": len(intents - ended),
            "abandoned": sum(1 for _ in dwp.ledger.entries(1, type=EntryType.DISCLOSURE_ABANDONED)),
            "fsck": [str(each) for node in (dwp, northtown) for each in node.ledger.fsck()],
        }


def campaign(
    folder: Path, disclosures: int, *, threads: int = 8, every: float = 4.0, seed: int = 1, people: int = 200
) -> dict[str, object]:
    """Run it; the counts that say whether all held."""
    nodes, key = make(folder, people)
    for name in NAMES:
        nodes.start(name)
    stop = threading.Event()
    try:
        for name in NAMES:
            nodes.await_start(name)
        load, chance = Load(nodes, key, disclosures, people), random.Random(seed)

        def killer() -> None:
            while not stop.wait(chance.uniform(0.5, 1.5) * every):
                nodes.kill(chance.choice(NAMES))

        killing, began = threading.Thread(target=killer), time.monotonic()
        killing.start()
        load.run(threads)
        spent = time.monotonic() - began
        stop.set()
        killing.join()
        after = settled(nodes)
        with open_node(nodes.homes["northtown"]) as northtown:
            compared = audit(northtown, "dwp", now=utc_now())
        hang_up()
    finally:
        stop.set()
        nodes.stop()
    return {
        "asked": disclosures,
        "answered": load.answered,
        "retried": load.retried,
        "given_up": load.given_up,
        "kills": dict(nodes.kills),
        "seconds": round(spent, 1),
        "settled_after": round(after, 1),
        "audit_differences": len(compared.differences),
        **judge(nodes),
        "odd": dict(load.odd),
    }


def main() -> None:
    """Run a campaign in a folder of its own."""
    options = argparse.ArgumentParser()
    options.add_argument("--disclosures", type=int, default=200)
    options.add_argument("--threads", type=int, default=8)
    options.add_argument("--every", type=float, default=4.0, help="seconds between kills, about")
    options.add_argument("--seed", type=int, default=1)
    given = options.parse_args()
    with TemporaryDirectory(prefix="easement-campaign-") as folder:
        told = campaign(Path(folder), given.disclosures, threads=given.threads, every=given.every, seed=given.seed)
    sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main()

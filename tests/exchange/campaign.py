"""Load with faults: a council's node asks a department's, both as processes, while they are killed again and again.

`python -m tests.exchange.campaign --disclosures 10000` prints one line of JSON, as does `--minutes 30`, which does all
that nodes do for each other at once. With `--postgresql` each node has two workers, and the database's server is killed
too. What must hold at the end: everything that was released is in both ledgers, as received or as lost, and once; every
intent has one end; both ledgers are sound; and a joint audit, by either, finds no difference.
"""

import argparse
import faulthandler
import json
import random
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx

from easement.base.database import reading
from easement.base.errors import StorageAway
from easement.exchange import bulk, duties, jobs, sets
from easement.exchange.audit import audit
from easement.exchange.bulk_tables import BulkState, bulks
from easement.exchange.duties_tables import uncertified
from easement.exchange.message_carry import NoAnswer
from easement.exchange.tables import waiting
from easement.ledger.model import EntryType
from easement.ledger.service import utc_now
from easement.node.home import Node, open_node
from easement.staff.permissions import Permission
from easement.staff.service import grant, make_key, record_training
from tests.exchange.mixed import Runner, load
from tests.exchange.pair import hang_up
from tests.exchange.processes import NAMES, Nodes, Settings, connect
from tests.gate.world import furnish, plain_rows

__all__ = [
    "NAMES",
    "Load",
    "Nodes",
    "campaign",
    "closed",
    "judge",
    "key_for",
    "kills_of",
    "make",
    "mixed",
    "on_and_on",
    "served",
    "settled",
]

PEOPLE = 200
CALLERS = 6

PATIENCE = 90.0
"""Seconds for which a caller asks again before it gives a question up."""

SETTLED_WITHIN = 480.0
"""Seconds after the load within which everything left open must be settled: a question that never came is on its way
for over five minutes, and a worker that was killed has a set in hand for two."""


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
    nodes = connect(homes, lambda text: settings(text.replace("refusals_a_minute = 60", "refusals_a_minute = 10000")))
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


Fault = Callable[[random.Random], object]
"""Something that goes wrong, as chance has it."""


def kills_of(nodes: Nodes, workers: int = 1) -> list[Fault]:
    """A node is killed whole, or where it has several workers, one of them."""
    found: list[Fault] = [lambda draw: nodes.kill(draw.choice(NAMES))]
    if workers > 1:
        found.append(lambda draw: nodes.kill_worker(draw.choice(NAMES), draw.randrange(workers)))
    return found


def _nothing(_: random.Random) -> None:
    """No fault."""


def on_and_on(faults: Sequence[Fault], seed: int) -> Iterator[Fault]:
    """One fault after another, as chance has it, without end."""
    chance = random.Random(seed)
    while True:
        yield chance.choice(faults)


@contextmanager
def served(nodes: Nodes) -> Iterator[None]:
    """Both nodes serving, until the block ends."""
    try:
        for name in NAMES:
            nodes.start(name)
        for name in NAMES:
            nodes.await_start(name)
        yield
    finally:
        hang_up()
        nodes.stop()


def settled(nodes: Nodes) -> float:
    """Seconds until nothing is open at either node any more: no question, no set, no certificate."""
    began = time.monotonic()
    with nodes.open() as opened:
        dwp, northtown = opened["dwp"], opened["northtown"]
        left: dict[str, int] = {}
        while time.monotonic() - began < SETTLED_WITHIN:
            with suppress(StorageAway):
                bulk.chase(northtown, utc_now())
                duties.certify_all(northtown, utc_now())
                left = _open(dwp, northtown)
                if not any(left.values()):
                    return time.monotonic() - began
            time.sleep(1)
    raise RuntimeError(f"still open long after the load: {left}")


def _open(dwp: Node, northtown: Node) -> dict[str, int]:
    with reading(northtown.engine) as connection:
        asked = bulks(connection, states=[each for each in BulkState if not each.ended])
        left = {"questions": len(waiting(connection)), "certificates": len(uncertified(connection))}
    return left | {"sets asked for": len(asked), "sets being made": jobs.waiting(dwp)}


def judge(nodes: Nodes) -> dict[str, object]:
    """Hold the two ledgers against each other and against themselves, and look for what should not be left."""
    with nodes.open() as opened:
        dwp, northtown = opened["dwp"], opened["northtown"]
        released = [e.entry.message for e in dwp.ledger.entries(1, type=EntryType.DISCLOSURE_RELEASED)]
        intents = {e.index for e in dwp.ledger.entries(1, type=EntryType.DISCLOSURE_INTENDED)}
        ended = Counter(e.entry.intent for e in dwp.ledger.entries(1) if e.entry.type in OUTCOMES)
        kinds = (EntryType.DISCLOSURE_RECEIVED, EntryType.DISCLOSURE_LOST)
        known = [e.entry.message for kind in kinds for e in northtown.ledger.entries(1, type=kind)]
        return {
            "released": len(released),
            "released_twice": len(released) - len(set(released)),
            "known_twice": len(known) - len(set(known)),
            "in_both_ledgers": len(set(released) & set(known)),
            "released_and_not_known": len(set(released) - set(known)),
            "known_and_not_released": len(set(known) - set(released)),
            "lost": _many(northtown, EntryType.DISCLOSURE_LOST),
            "intents_without_end": len(intents - ended.keys()),
            "intents_ended_twice": sum(many > 1 for index, many in ended.items() if index in intents),
            "abandoned": _many(dwp, EntryType.DISCLOSURE_ABANDONED),
            "failed": _many(dwp, EntryType.DISCLOSURE_FAILED),
            "audit_differences": [_differences(northtown, "dwp"), _differences(dwp, "northtown")],
            "fsck": [str(each) for node in (dwp, northtown) for each in node.ledger.fsck()],
            "sets": _sets(dwp, northtown),
            "left_behind": _left(dwp) + _left(northtown),
        }


def _differences(node: Node, other: str) -> int:
    """What a joint audit finds, once the other side answers."""
    for _ in range(20):
        try:
            return len(audit(node, other, now=utc_now()).differences)
        except NoAnswer as error:
            why = error.what
            time.sleep(1)
    raise RuntimeError(f"{other} does not answer an audit: {why}")


OUTCOMES = {
    EntryType.DISCLOSURE_RELEASED,
    EntryType.DISCLOSURE_REFUSED,
    EntryType.DISCLOSURE_FAILED,
    EntryType.DISCLOSURE_ABANDONED,
}


def _many(node: Node, type_: EntryType) -> int:
    return sum(1 for _ in node.ledger.entries(1, type=type_))


def _sets(dwp: Node, northtown: Node) -> dict[str, int]:
    """How many sets were released, and how many are said to be deleted, here and there."""
    released = [e for e in dwp.ledger.entries(1, type=EntryType.DISCLOSURE_RELEASED) if e.entry.mode == "bulk"]
    return {
        "released": len(released),
        "deleted": _many(northtown, EntryType.DUTY_MET),
        "certified": _many(dwp, EntryType.DUTY_MET),
        "opened": _many(dwp, EntryType.SET_OPENED),
    }


def _left(node: Node) -> list[str]:
    """What is left in a node's folders of disclosures that are over."""
    with reading(node.engine) as connection:
        kept = {each.id for each in sets.kept_sets(connection)}
    folder = sets.sets_folder(node.home)
    of_sets = [each.name for each in folder.iterdir() if each.name not in kept] if folder.exists() else []
    others = [each for name in ("releases", "jobs") for each in (node.home / name).iterdir() if each.is_dir()]
    return [*of_sets, *(each.name for each in others)]


def campaign(
    nodes: Nodes, key: str, disclosures: int, *, faults: Iterator[Fault], threads: int, every: float, seed: int
) -> dict[str, object]:
    """Ask so many questions, and for sets, while one thing after another goes wrong, until none of them is left."""
    load, chance = Load(nodes, key, disclosures, PEOPLE), random.Random(seed)
    runner = Runner(nodes.homes["northtown"], nodes.homes["dwp"].with_name("fetched"))
    asking, began = threading.Thread(target=load.run, args=(threads,)), time.monotonic()
    runner.start()
    asking.start()
    try:
        while asking.is_alive():
            asking.join(chance.uniform(0.5, 1.5) * every)
            runner.look_after()
            if asking.is_alive():
                next(faults, _nothing)(chance)
                if chance.random() < 1 / 3:
                    runner.kill()
    finally:
        asking.join()
        runner.stop()
    return {
        "asked": disclosures,
        "answered": load.answered,
        "retried": load.retried,
        "given_up": load.given_up,
        "set_runner": {"killed": runner.kills, "ended_by_itself": runner.ended},
        "seconds": round(time.monotonic() - began, 1),
        "odd": dict(load.odd.most_common(12)),
    }


def closed(nodes: Nodes) -> dict[str, object]:
    """Wait until all is settled, and judge."""
    after = settled(nodes)
    return {"settled_after": round(after, 1), "kills": dict(nodes.kills), **judge(nodes)}


def main() -> None:
    """Run a campaign in a folder of its own."""
    options = argparse.ArgumentParser()
    options.add_argument("--disclosures", type=int, default=200)
    options.add_argument("--minutes", type=float, default=0, help="everything at once, for so long, instead")
    options.add_argument("--threads", type=int, default=8)
    options.add_argument("--every", type=float, default=4.0, help="seconds between kills, about")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--postgresql", action="store_true", help="on PostgreSQL, whose server is killed too")
    options.add_argument("--trace", type=int, default=0, help="say after so many seconds what each thread does")
    given = options.parse_args()
    if given.trace:
        faulthandler.dump_traceback_later(given.trace)
    with TemporaryDirectory(prefix="easement-campaign-") as folder, ExitStack() as stack:
        if given.postgresql:
            from tests.exchange.on_postgresql import made_there

            nodes, key, faults = stack.enter_context(made_there(Path(folder)))
        else:
            nodes, key = make(Path(folder), PEOPLE)
            faults = kills_of(nodes)
        with served(nodes):
            if given.minutes:
                told = mixed(nodes, faults, minutes=given.minutes, every=given.every, seed=given.seed)
            else:
                told = campaign(
                    nodes, key, given.disclosures, faults=on_and_on(faults, given.seed), threads=given.threads,
                    every=given.every, seed=given.seed,
                )  # fmt: skip
            sys.stderr.write(json.dumps(told) + "\n")
            told |= closed(nodes)
    sys.stdout.write(json.dumps(told) + "\n")


def mixed(nodes: Nodes, faults: Sequence[Fault], *, minutes: float, every: float, seed: int) -> dict[str, Any]:
    """Everything at once for some minutes, by callers with keys of their own."""
    with open_node(nodes.homes["northtown"]) as node:
        keys = [key_for(node, f"caller {number}") for number in range(CALLERS)]
    return load(nodes, keys, minutes=minutes, every=every, people=PEOPLE, faults=faults, seed=seed)


if __name__ == "__main__":
    main()

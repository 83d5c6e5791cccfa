"""Whether a node can disclose: each thing that disclosing needs, with its state. It changes nothing."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from easement.base.errors import EasementError
from easement.exchange import directory_store
from easement.exchange.directory_service import current_directory
from easement.exchange.witnesses import Health, witnessed
from easement.node.home import Node

__all__ = ["LEAST_FREE_MB", "Check", "State", "readiness"]

LEAST_FREE_MB = 200
"""Below this much free disk a node warns; answers are staged on the disk before they leave."""

NONE_FREE_MB = 20
"""Below this it says that it cannot disclose, before the disk says so in the middle of an answer."""


class State(StrEnum):
    """How something stands: in order, soon not, or not."""

    GOOD = "good"
    WARNS = "warns"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that disclosing needs. `said` is for whoever runs the node: it may name files."""

    name: str
    state: State
    said: str = ""


def readiness(node: Node, *, now: datetime) -> tuple[Check, ...]:
    """Every check with its state; one that fails to run is missing, and the others still run."""
    return tuple(_tried(name, check, node, now) for name, check in CHECKS.items())


Looks = Callable[[Node, datetime], Check]


def _tried(name: str, look: Looks, node: Node, now: datetime) -> Check:
    try:
        return look(node, now)
    except (EasementError, OSError) as error:
        return Check(name, State.MISSING, str(error))


def _database(node: Node, _: datetime) -> Check:
    return Check("database", State.GOOD, f"{node.ledger.size} entries")


def _ledger(node: Node, _: datetime) -> Check:
    refusal = node.ledger.refusal
    return Check("ledger", State.MISSING, str(refusal)) if refusal else Check("ledger", State.GOOD)


def _keys(node: Node, _: datetime) -> Check:
    node.check_keys()
    return Check("keys", State.GOOD)


def _published(node: Node, _: datetime) -> Check:
    waiting = node.ledger.size - node.ledger.published.size
    return Check("checkpoint", State.GOOD, f"{waiting} entries wait to be published")


def _disk(node: Node, _: datetime) -> Check:
    free = shutil.disk_usage(node.home).free >> 20
    state = State.MISSING if free < NONE_FREE_MB else State.WARNS if free < LEAST_FREE_MB else State.GOOD
    return Check("disk", state, f"{free:,} MB free")


def _directory(node: Node, now: datetime) -> Check:
    if directory_store.trusted(node.home) is None:
        return Check("directory", State.GOOD, "this node belongs to no cluster")
    directory = current_directory(node, now)
    said = f"version {directory.sequence} lives until {directory.expires:%Y-%m-%d %H:%M} UTC"
    return Check("directory", State.WARNS if now >= directory.half_life else State.GOOD, said)


_HEALTH = {Health.LATE: State.WARNS, Health.STOPPED: State.MISSING, Health.DENIED: State.MISSING}


def _witnesses(node: Node, now: datetime) -> Check:
    stand = witnessed(node, now)
    return Check("witnesses", _HEALTH.get(stand.health, State.GOOD), stand.text)


CHECKS: dict[str, Looks] = {
    "database": _database,
    "ledger": _ledger,
    "keys": _keys,
    "checkpoint": _published,
    "directory": _directory,
    "witnesses": _witnesses,
    "disk": _disk,
}
"""What disclosing needs, in the order in which it is told."""

"""Pairs in doubt, kept for a person to look at (R4.4): what a match hands over, sealed where nobody reads it unseen.

A pair stands once in the queue of an agreement's share and recipient, however often matches hold it. A later match
brings its newer values; where these are others than a person looked at, what was said of it counts no more. What is
compared is sealed under a key of its own from the node's master key, and destroyed when it has done its work.
"""

import hmac
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row

from easement.base.database import take_turn
from easement.base.sealed import derived_key, seal, unseal
from easement.linkage import tables

__all__ = [
    "KEPT_DECIDED",
    "KEPT_OPEN",
    "MOST_OPEN",
    "DoubtfulPair",
    "Kept",
    "Kind",
    "LegMet",
    "MatchMade",
    "Scope",
    "WayMet",
    "destroy_overdue",
    "erase_decision",
    "erase_match",
    "keep_doubtful",
    "opened",
    "review_key",
    "token",
]

MOST_OPEN = 20_000
"""Most pairs of one queue that are open at once, some four weeks of one person's whole work; what is beyond is counted,
and comes again with a later match once there is room."""

KEPT_OPEN = timedelta(days=180)
"""How long a pair waits for a person before it is removed; the next match that finds it holds it again."""

KEPT_DECIDED = timedelta(days=30)
"""How long the values stay after a decision, so that it can be taken back by whoever sees that it was wrong."""


class Scope(NamedTuple):
    """Where a decision holds: for whatever version of the agreement, one share, one recipient."""

    agreement_id: str
    share: str
    recipient: str

    @property
    def queue(self) -> str:
        """The id of its queue: 12 hexadecimal characters, the same at every node and for good."""
        return sha256("\x1f".join(("easement-queue/1", *self)).encode()).hexdigest()[:12]


class Kind(StrEnum):
    """Why a pair is looked at: it is in doubt, or it was linked and is checked as one of a random sample."""

    DOUBT = "doubt"
    SAMPLE = "sample"


class LegMet(NamedTuple):
    """What one step through a further register met: by the model of which digest, what it counts for, which levels."""

    model: str
    chance: float
    met: Mapping[str, int]


class WayMet(NamedTuple):
    """A way that ties a pair: the register's name, its own key for the record, the step from the list, the other."""

    register: str
    record: str
    listed: LegMet
    held: LegMet


@dataclass(frozen=True, slots=True)
class DoubtfulPair:
    """Two records that could be one person, as a match hands them over.

    `listed` and `held` are either side's own key; `rule` says in words what paired them. `weight` is the match weight
    (log2 of the Bayes factor) and `probability` that of one person, where a model gave them. `fields` are the values
    compared by name, the list's first; `gammas` the model's levels. `groups` place the person for the count of errors
    by group, such as `{"sex": "F"}`. `ways` are those by which further registers tie the two; `tied`, that these and
    not the records themselves gave it its weight.
    """

    listed: str
    held: str
    rule: str
    weight: float | None = None
    probability: float | None = None
    fields: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    gammas: Mapping[str, int] = field(default_factory=dict)
    groups: Mapping[str, str] = field(default_factory=dict)
    kind: Kind = Kind.DOUBT
    ways: tuple[WayMet, ...] = ()
    tied: bool = False


@dataclass(frozen=True, slots=True)
class MatchMade:
    """What a match left behind for review: its pairs, those that there is room for first, and its links counted.

    `beyond` are pairs that were not even handed over. `lasting` says that both sides name records by keys of their own,
    not by numbers of rows. `tally` is what `Tally.as_dict` gives, and `model` the digest of the model.
    """

    pairs: Sequence[DoubtfulPair] = ()
    beyond: int = 0
    lasting: bool = True
    reviewers: int = 1
    model: str = ""
    tally: Mapping[str, Any] = field(default_factory=dict)


class Kept(NamedTuple):
    """How many pairs of a match are kept for a person, in which queue, and how many there was no room for."""

    queue: str
    pairs: int
    beyond: int


def review_key(master: bytes) -> bytes:
    """The key under which pairs are sealed and named, from the node's master key."""
    return derived_key(master, "linkage-review")


def token(key: bytes, scope: Scope, *parts: str) -> str:
    """The keyed digest by which a pair, or one side of it, is found again: 64 hexadecimal characters."""
    return hmac.digest(key, b"easement-pair/1\n" + _bytes([*scope, *parts]), "sha256").hex()


def _content(key: bytes, pair: DoubtfulPair) -> str:
    compared = _bytes({name: list(both) for name, both in pair.fields.items()})
    return hmac.digest(key, b"easement-compared/1\n" + compared, "sha256").hex()


def _bytes(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def _sealed(key: bytes, id_: str, pair: DoubtfulPair) -> bytes:
    said: dict[str, Any] = {
        "listed": pair.listed,
        "held": pair.held,
        "fields": [[name, *both] for name, both in pair.fields.items()],
        "gammas": dict(pair.gammas),
        "groups": dict(pair.groups),
    }
    if pair.ways:
        said |= {"ways": pair.ways, "tied": pair.tied}
    return seal(key, _bytes(said), f"linkage:pair:{id_}".encode())


def opened(key: bytes, row: Row[Any]) -> DoubtfulPair:
    """The pair that a row holds; its values are empty once they are destroyed. Raises `ProofFailed`."""
    facts = {"rule": row.rule, "weight": row.weight, "probability": row.probability, "kind": Kind(row.kind)}
    if row.sealed is None:
        return DoubtfulPair("", "", **facts)
    said = json.loads(unseal(key, row.sealed, f"linkage:pair:{row.id}".encode()))
    fields = {name: (listed, held) for name, listed, held in said["fields"]}
    ways = tuple(WayMet(name, key, LegMet(*one), LegMet(*other)) for name, key, one, other in said.get("ways", ()))
    named = {"fields": fields, "gammas": said["gammas"], "groups": said["groups"]}
    named |= {"ways": ways, "tied": said.get("tied", False)}
    return DoubtfulPair(said["listed"], said["held"], **named, **facts)


def keep_doubtful(
    connection: Connection, key: bytes, scope: Scope, made: MatchMade, *, intent: int, now: datetime
) -> Kept:
    """Keep what a match left for review, in the very commit of its outcome; `key` is of `review_key`.

    At most `MOST_OPEN` pairs of a queue are open; those beyond are counted. A pair already decided is opened again
    only where something is new about it: a person decided otherwise than the match now finds by another rule or by
    other values. Pairs are looked at in the order given; with a sample among them in no order, or it would be seen.
    """
    take_turn(connection, f"linkage:{scope.queue}")
    known = tables.tokens_of(connection, scope.queue)
    room = MOST_OPEN - sum(row.decision is None for row in known.values())
    new: list[dict[str, Any]] = []
    sampled = any(pair.kind is Kind.SAMPLE for pair in made.pairs)
    kept = beyond = 0
    for number, pair in enumerate(made.pairs if made.lasting else ()):
        row = _row(key, scope, pair, reviewers=made.reviewers, intent=intent, number=number, since=int(now.timestamp()))
        if sampled:
            row["number"] = int(row["token"][:7], 16)
        before = known.get(row["token"])
        if before is not None:
            _renew(connection, key, pair, row, before)
        elif room > 0:
            known[row["token"]] = _Known(**{name: row[name] for name in _Known._fields})
            new.append(row | {"sealed": _sealed(key, row["id"], pair)})
            room -= 1
        else:
            beyond += 1
            continue
        kept += 1
    tables.add_pairs(connection, new)
    done = Kept(scope.queue, kept, made.beyond + (beyond if made.lasting else len(made.pairs)))
    _add_match(connection, scope, made, done, intent, now)
    return done


class _Known(NamedTuple):
    token: str
    id: str
    content: str
    rule: str
    decision: str | None
    since: int


def _row(key: bytes, scope: Scope, pair: DoubtfulPair, **facts: Any) -> dict[str, Any]:
    return {
        "id": secrets.token_hex(8),
        "queue": scope.queue,
        "token": token(key, scope, "pair", pair.listed, pair.held),
        "listed_token": token(key, scope, "listed", pair.listed),
        "held_token": token(key, scope, "held", pair.held),
        "kind": pair.kind.value,
        "rule": pair.rule,
        "weight": pair.weight,
        "probability": pair.probability,
        "content": _content(key, pair),
        "decision": None,
        "decided": None,
        "entry": None,
        **facts,
    }


def _renew(connection: Connection, key: bytes, pair: DoubtfulPair, row: dict[str, Any], before: Any) -> None:
    """A pair that is known: its newer values, and whether what was said of it still counts."""
    changed = (row["content"], row["rule"]) != (before.content, before.rule)
    facts = {name: row[name] for name in ("intent", "number", "rule", "weight", "probability", "content", "reviewers")}
    if before.decision is None or changed:
        facts |= {"kind": row["kind"], "sealed": _sealed(key, before.id, pair)}
    if before.decision is not None and changed:
        facts |= {name: row[name] for name in ("since", "decision", "decided", "entry")}
    tables.renew_pair(connection, before.id, facts, anew=changed)


def _add_match(connection: Connection, scope: Scope, made: MatchMade, done: Kept, intent: int, now: datetime) -> None:
    row = {**scope._asdict(), "queue": scope.queue, "intent": intent, "made": int(now.timestamp())}
    row |= {"kept": done.pairs, "beyond": done.beyond, "lasting": made.lasting, "reviewers": made.reviewers}
    tables.add_match(connection, row | {"model": made.model, "tally": json.dumps(made.tally, sort_keys=True)})


def erase_match(connection: Connection, intent: int) -> int:
    """Destroy the values of a match's pairs, as when its list is erased; how many. What is open goes altogether."""
    c = tables.pairs.c
    gone = tables.drop_pairs(connection, c.intent == intent, c.decision.is_(None))
    for row in tables.pairs_of(connection, c.intent == intent, c.sealed.is_not(None)):
        gone += tables.change_pair(connection, row.id, sealed=None)
    return gone


def erase_decision(connection: Connection, entry: int) -> int:
    """Forget the pairs that an entry settled, as when its private record is erased; how many."""
    return tables.drop_pairs(connection, tables.pairs.c.entry == entry)


def destroy_overdue(connection: Connection, now: datetime) -> int:
    """Remove pairs that waited too long, and destroy the values of those decided long enough ago; how many."""
    c = tables.pairs.c
    waited, kept = (int((now - each).timestamp()) for each in (KEPT_OPEN, KEPT_DECIDED))
    gone = tables.drop_pairs(connection, c.decision.is_(None), c.since < waited)
    for row in tables.pairs_of(connection, c.decided < kept, c.sealed.is_not(None)):
        gone += tables.change_pair(connection, row.id, sealed=None)
        tables.drop_opinions(connection, [row.id])
    return gone

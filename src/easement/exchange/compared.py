"""Two logs side by side: which entries of one side have their counterpart on the other, and where they differ. Pure."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from easement.exchange.compared_corrections import compare_corrections
from easement.exchange.compared_parts import ASK, HERE, THERE, Difference, Held, difference
from easement.ledger.model import EntryType

__all__ = ["Comparison", "Difference", "Held", "compare"]

GIVEN = frozenset({EntryType.DISCLOSURE_RELEASED})
TAKEN = frozenset({EntryType.DISCLOSURE_RECEIVED, EntryType.DISCLOSURE_LOST})
WRONG = frozenset(
    {EntryType.DISPUTE_RAISED, EntryType.DISPUTE_ANSWERED, EntryType.CORRECTION_TOLD, EntryType.CORRECTION_MADE}
)
DENIED = frozenset({EntryType.DISCLOSURE_REFUSED, EntryType.REQUEST_REFUSED})

COUNTED = ("disclosures", "refusals", "lost", "in_hand", "outside", "cases", "corrections")

SAID_ALIKE = (
    "agreement", "agreement_id", "version", "share", "purpose", "mode", "fields", "withheld", "form", "count", "basis",
    "risk",
)  # fmt: skip
"""What both sides' entries of one disclosure say, and must say alike."""

LATEST = timedelta(days=9)
"""How long after its release a disclosure may be logged as received: an answer is kept for a week at most."""

EARLIEST = timedelta(minutes=6)
"""How much before its release a disclosure may seem to be received, by clocks that differ as far as they may."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """What came of an audit. `size` is how many entries the other log had; `counts` says what was compared."""

    organisation: str
    origin: str
    size: int
    counts: Mapping[str, int]
    differences: tuple[Difference, ...]

    @property
    def agrees(self) -> bool:
        """Whether the two logs have the same disclosures, refusals and corrections, said alike."""
        return not self.differences

    def as_dict(self) -> dict[str, Any]:
        """The comparison as `--json` shows it."""
        return {
            "organisation": self.organisation,
            "agrees": self.agrees,
            "origin": self.origin,
            "size": self.size,
            "counts": dict(self.counts),
            "differences": [each.as_dict() for each in self.differences],
        }


def compare(
    ours: Iterable[Held], theirs: Iterable[Held], *, in_hand: frozenset[str]
) -> tuple[Mapping[str, int], tuple[Difference, ...]]:
    """Count and compare the entries of both sides that concern each other.

    `in_hand` are the messages that either side still waits for, and the ids of cases and corrections that it still has
    to tell: what only one side has of them is no difference.
    """
    counts: Counter[str] = Counter(dict.fromkeys(COUNTED, 0))
    groups: dict[str, list[Held]] = {}
    wrong: list[Held] = []
    for held in (*ours, *theirs):
        kind = held.entry.type
        if kind in WRONG:
            wrong.append(held)
        elif kind in GIVEN | TAKEN | DENIED and held.entry.message:
            groups.setdefault(held.entry.message, []).append(held)
        elif kind in GIVEN:
            counts["outside"] += 1
    found = [each for message, held in groups.items() for each in _message(message, held, in_hand, counts)]
    crossed = {message: each for message, held in groups.items() for each in held if each.entry.type in GIVEN | TAKEN}
    found += compare_corrections(wrong, crossed, in_hand, counts)
    found.sort(key=lambda each: (each.here is None, each.here or 0, each.there or 0, each.kind))
    return dict(counts), tuple(found)


def _message(message: str, held: list[Held], in_hand: frozenset[str], counts: Counter[str]) -> Iterator[Difference]:
    """What differs about one message, on whichever side it began."""
    given = [each for each in held if each.entry.type in GIVEN]
    taken = [each for each in held if each.entry.type in TAKEN]
    denied = [each for each in held if each.entry.type in DENIED]
    for several in (given, taken):
        if len(several) > 1:
            yield difference("twice", several[0], several[1], "one message was disclosed or received twice", ASK)
            return
    if given and taken:
        counts["disclosures"] += 1
        counts["lost"] += taken[0].entry.type is EntryType.DISCLOSURE_LOST
        yield from _pair(given[0], taken[0])
    elif given or taken:
        yield from _alone(message, (given or taken)[0], in_hand, counts)
    yield from _refusals(message, denied, bool(given or taken), in_hand, counts)


def _alone(message: str, held: Held, in_hand: frozenset[str], counts: Counter[str]) -> Iterator[Difference]:
    if message in in_hand:
        counts["in_hand"] += 1
        return
    counts["disclosures"] += 1
    if held.entry.type in GIVEN:
        other = THERE if held.side == HERE else HERE
        what = f"released {held.side}, and neither received nor lost {other}"
        remedy = (
            "the recipient settles what it left: easement request finish; if nothing is left, its log lacks an entry"
        )
        yield difference(f"not-received-{other}", held, None, what, remedy)
    else:
        other = THERE if held.side == HERE else HERE
        what = f"received {held.side}, and not released {other}"
        remedy = "the provider's log lacks what it gave a receipt for: keep the receipt, and tell its auditor"
        yield difference(f"not-released-{other}", held, None, what, remedy)


def _pair(given: Held, taken: Held) -> Iterator[Difference]:
    """What the two entries of one disclosure do not say alike."""
    if given.side == taken.side:
        yield difference("one-side", given, taken, "one log has both sides of a disclosure", ASK)
        return
    if taken.entry.peer_entry != given.index:
        what = (
            f"the recipient holds the receipt of entry {taken.entry.peer_entry}, and it was released by {given.index}"
        )
        yield difference("other-entry", given, taken, what, ASK)
    lost = taken.entry.type is EntryType.DISCLOSURE_LOST
    names = SAID_ALIKE[:6] if lost else SAID_ALIKE
    for name in names:
        one, other = getattr(given.entry, name), getattr(taken.entry, name)
        if _plain(one) != _plain(other):
            yield difference(f"other-{name.replace('_', '-')}", given, taken, f"the {name} differs", ASK)
    apart = _time(taken) - _time(given)
    if not lost and not -EARLIEST <= apart <= LATEST:
        what = f"released at {given.entry.time}, and received at {taken.entry.time}"
        yield difference("other-time", given, taken, what, "set the clocks of both nodes, and ask how it came about")


def _plain(value: Any) -> Any:
    return dict(value) if isinstance(value, Mapping) else value


def _time(held: Held) -> datetime:
    return datetime.fromisoformat(held.entry.time)


def _refusals(
    message: str, denied: list[Held], crossed: bool, in_hand: frozenset[str], counts: Counter[str]
) -> Iterator[Difference]:
    """A refusal stands on both sides, with the same reasons, and nothing crosses besides."""
    if not denied:
        return
    counts["refusals"] += 1
    here = next((each for each in denied if each.side == HERE), None)
    there = next((each for each in denied if each.side == THERE), None)
    if crossed:
        yield difference("refused-and-crossed", denied[0], None, "refused on one side, and crossed on the other", ASK)
    elif here and there:
        if here.entry.reasons != there.entry.reasons:
            yield difference("other-reasons", here, there, "the reasons of a refusal differ", ASK)
    elif message in in_hand:
        counts["refusals"] -= 1
        counts["in_hand"] += 1
    else:
        only = denied[0]
        what = f"refused {only.side}, and not known {THERE if only.side == HERE else HERE}"
        yield difference("refused-on-one-side", only, None, what, ASK)

"""Both logs' entries on what was wrong, side by side: each case and correction stands in both, said alike. Pure."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from easement.exchange.compared_parts import ASK, HERE, THERE, Difference, Held, difference
from easement.ledger.model import EntryType

__all__ = ["compare_corrections"]

RAISED, ANSWERED = EntryType.DISPUTE_RAISED, EntryType.DISPUTE_ANSWERED
TOLD, MADE = EntryType.CORRECTION_TOLD, EntryType.CORRECTION_MADE
NAMES = {RAISED: "case", ANSWERED: "answer", TOLD: "correction", MADE: "certificate"}
"""What an entry of each type is called, in the kind of a difference too."""

NAMING = {RAISED: True, ANSWERED: False, TOLD: True, MADE: True}
"""Whether it is the provider's entry that names the recipient's, or the other way round."""

SAID_ALIKE = ("agreement_id", "share", "parties", "reasons", "fields")
"""What both sides' entries say of it, and must say alike."""

MEND = {
    RAISED: "whoever said it tells it again: easement correction send",
    ANSWERED: "the provider tells its answer again: easement correction send",
    TOLD: "the provider tells it again: easement correction send",
    MADE: "the recipient certifies it again: easement correction send",
}


def compare_corrections(
    held: Iterable[Held], crossed: Mapping[str, Held], in_hand: frozenset[str], counts: Counter[str]
) -> Iterator[Difference]:
    """Count what was said and put right, and name what one log has and the other has not, or has otherwise.

    `crossed` are entries by message of what was given; of what either side still has to tell, `in_hand` holds the id.
    """
    groups: dict[tuple[str, str, EntryType], list[Held]] = {}
    for each in held:
        groups.setdefault((each.entry.concern or "", each.entry.message or "", each.entry.type), []).append(each)
    for (concern, message, kind), found in groups.items():
        here = [each for each in found if each.side == HERE]
        there = [each for each in found if each.side == THERE]
        if max(len(here), len(there)) > 1:
            twice = here if len(here) > 1 else there
            yield difference(f"{NAMES[kind]}-twice", twice[0], twice[1], f"one {NAMES[kind]} is logged twice", ASK)
        elif here and there:
            counts["corrections"] += kind in (TOLD, MADE)
            counts["cases"] += kind is RAISED
            if message in crossed:
                yield from _pair(kind, here[0], there[0], _giver(crossed[message]))
        elif {concern, message} & in_hand:
            counts["in_hand"] += 1
        else:
            only = (here or there)[0]
            other = THERE if only.side == HERE else HERE
            what = f"the {NAMES[kind]} {concern[:8]} is in the log {only.side}, and not {other}"
            yield difference(f"{NAMES[kind]}-not-{other}", only, None, what, MEND[kind])
        if kind is MADE and (concern, message, TOLD) not in groups:
            yield difference(
                "certificate-of-nothing", found[0], None, "something was put right that nobody told of", ASK
            )
        if message not in crossed:
            what = f"the {NAMES[kind]} {concern[:8]} is about a disclosure that neither log has"
            yield difference(f"{NAMES[kind]}-of-nothing", found[0], None, what, ASK)


def _giver(crossed: Held) -> str:
    """On which side something was given."""
    if crossed.entry.type is EntryType.DISCLOSURE_RELEASED:
        return crossed.side
    return THERE if crossed.side == HERE else HERE


def _pair(kind: EntryType, here: Held, there: Held, giver: str) -> Iterator[Difference]:
    """What the two sides' entries of one thing do not say alike, and whether one names the other."""
    for name in SAID_ALIKE:
        one, other = (getattr(each.entry, name) for each in (here, there))
        if (dict(one) if isinstance(one, Mapping) else one) != (dict(other) if isinstance(other, Mapping) else other):
            yield difference(f"{NAMES[kind]}-other-{name.replace('_', '-')}", here, there, f"the {name} differs", ASK)
    naming, named = (here, there) if (here.side == giver) == NAMING[kind] else (there, here)
    if naming.entry.peer_entry != named.index:
        what = f"the log {naming.side} names entry {naming.entry.peer_entry} for it, and it is entry {named.index}"
        yield difference(f"{NAMES[kind]}-other-entry", here, there, what, ASK)

"""The log as people and programs look through it: newest first, narrowed, page by page, each as far as they may.

Pages and API read it in this one way, so that both show the same and neither costs more than a page's worth.
"""

import json
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from easement.ledger.model import EntryType, Logged
from easement.ledger.service import Ledger

__all__ = ["CROSSED", "ENDED", "REFUSED", "Newest", "Sought", "backwards", "newest"]

CROSSED = frozenset({EntryType.DISCLOSURE_RELEASED, EntryType.DISCLOSURE_RECEIVED})
"""Entries that say that data crossed."""

REFUSED = frozenset({EntryType.DISCLOSURE_REFUSED, EntryType.REQUEST_REFUSED})
"""Entries that say that a request was refused."""

ENDED = CROSSED | {
    EntryType.DISCLOSURE_FAILED,
    EntryType.DISCLOSURE_ABANDONED,
    EntryType.DISCLOSURE_LOST,
    EntryType.DISCLOSURE_REFUSED,
}
"""Entries that say what became of an intent."""

AT_ONCE = 512
"""Entries read from the database at once."""

MOST_LOOKED_AT = 20_000
"""Entries looked at for one page: a page may hold fewer than asked for, and the next goes on where it ended."""


def _anybody(_agreement: str | None) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Sought:
    """What is looked for: types of entries, under which agreement, with whom, on which days (`2026-11-21`, both in).

    `may` says whether somebody may see entries under an agreement. What is empty narrows nothing, but for `kinds`.
    """

    kinds: Collection[EntryType]
    may: Callable[[str | None], bool] = _anybody
    agreement: str = ""
    organisation: str = ""
    since: str = ""
    until: str = ""

    def fits(self, said: Mapping[str, Any]) -> bool:
        """Whether an entry, as its data, is looked for and may be seen."""
        under, day = said.get("agreement_id"), said["time"][:10]
        return (
            said["type"] in self.kinds
            and (not self.agreement or under == self.agreement)
            and (not self.organisation or self.organisation in said.get("parties", {}).values())
            and (not self.since or day >= self.since)
            and (not self.until or day <= self.until)
            and self.may(under)
        )


class Newest(NamedTuple):
    """A page: its entries, the newest first, and below which index the next one begins; `None` where there is none."""

    found: tuple[Logged, ...]
    older: int | None


def newest(ledger: Ledger, sought: Sought, *, before: int | None = None, limit: int) -> Newest:
    """The newest entries below `before` that are sought, at most `limit`. An intent shows only while it is open."""
    found: list[Logged] = []
    ended: set[int] = set()
    for looked, logged in enumerate(backwards(ledger, before), 1):
        said = json.loads(logged.body)
        if said["type"] in ENDED and "intent" in said:
            ended.add(said["intent"])
        if sought.fits(said) and not _is_over(ledger, logged.index, said, ended):
            found.append(logged)
        if len(found) == limit or looked == MOST_LOOKED_AT:
            return Newest(tuple(found), logged.index or None)
    return Newest(tuple(found), None)


def backwards(ledger: Ledger, before: int | None = None) -> Iterator[Logged]:
    """Every entry below `before`, the newest first; of a long log no more is read than is taken."""
    stop = ledger.size if before is None else min(before, ledger.size)
    while stop > 0:
        start = max(0, stop - AT_ONCE)
        yield from reversed(list(ledger.entries(start, stop)))
        stop = start


def _is_over(ledger: Ledger, index: int, said: Mapping[str, Any], ended: Collection[int]) -> bool:
    """Whether an intent came to an end; of no other entry is that asked."""
    if said["type"] != EntryType.DISCLOSURE_INTENDED:
        return False
    return index in ended or any(each.entry.type in ENDED for each in ledger.entries(intent=index))

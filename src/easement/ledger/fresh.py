"""What this process has just made durable, at hand for the receipts of it, so that nothing is read back to be proved.

It is memory alone: what is not here, or no longer, stands in the database.
"""

from collections.abc import Iterable, Sequence

from easement.ledger.grouping import Outcomes
from easement.ledger.tables import Draft

__all__ = ["Fresh", "Stored"]

KEPT = 4_096
"""Entries at hand at most: many times what is logged while one receipt is made."""

Stored = tuple[bytes, bytes | None, bytes | None]
"""An entry's bytes, its private record as sealed and the key to it."""


class Fresh:
    """The newest entries of this process. One thread at a time notes, while many take."""

    def __init__(self) -> None:
        self._bodies: dict[int, bytes] = {}
        self._released: dict[int, Stored] = {}

    def note(self, outcomes: Outcomes, drafts: Sequence[Draft]) -> None:
        """Keep what a commit made durable."""
        for each in (self._bodies, self._released):
            if len(each) > KEPT:
                each.clear()
        for outcome, draft in zip(outcomes, drafts, strict=True):
            if isinstance(outcome, int):
                self._bodies[outcome] = draft.row[0]
                if draft.place and draft.sealed:
                    self._released[outcome] = (draft.row[0], draft.sealed.record, draft.sealed.wrapped)

    def bodies(self, indexes: Iterable[int]) -> list[bytes]:
        """The bytes of entries, as far as they are at hand without a gap; each is given once."""
        found = []
        for index in indexes:
            body = self._bodies.pop(index, None)
            if body is None:
                break
            found.append(body)
        return found

    def take(self, index: int) -> Stored | None:
        """One released answer's entry with its private record, given once; `None` where it is not at hand."""
        return self._released.pop(index, None)

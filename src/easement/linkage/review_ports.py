"""What clerical review needs of the node that it stands in; a node fits this without knowing it."""

from typing import Protocol

from easement.ledger.service import Ledger

__all__ = ["Keeper"]


class Keeper(Protocol):
    """An organisation that matches people: the root of its keys, and its ledger."""

    @property
    def master_key(self) -> bytes:
        """The root of its keys, 32 bytes."""

    @property
    def ledger(self) -> Ledger:
        """Its verifiable log."""

"""What the gate needs of the node that it stands in; a node fits this without knowing it."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from easement.ledger.note import Key, Signer
from easement.ledger.service import Ledger

if TYPE_CHECKING:
    from easement.gate.indexes import Indexes
    from easement.gate.shelf import Shelf

__all__ = ["Holder"]


class Holder(Protocol):
    """An organisation that holds data: where its files are, its keys, its ledger, and whom it knows."""

    @property
    def home(self) -> Path:
        """The folder with `agreements/`, `standards/`, `datasets/` and `releases/`."""

    @property
    def organisation(self) -> str:
        """The id under which agreements name it."""

    @property
    def organisation_key(self) -> Signer:
        """The key that signs for it."""

    @property
    def master_key(self) -> bytes:
        """The root of its pseudonym keys, 32 bytes."""

    @property
    def ledger(self) -> Ledger:
        """Its verifiable log."""

    @property
    def members(self) -> Mapping[str, Key]:
        """The public keys of the organisations it deals with, its own among them."""

    @property
    def member_keys(self) -> Mapping[str, tuple[Key, ...]]:
        """All public keys of each that still count, the one in use first."""

    @property
    def member_classes(self) -> Mapping[str, str]:
        """The class of body of each member of its cluster, for which the cluster's operator vouches."""

    @property
    def shelf(self) -> "Shelf":
        """The agreements it works by, kept as long as it is open."""

    @property
    def indexes(self) -> "Indexes":
        """By which its lookups are answered, kept as long as it is open."""

    @property
    def indexed(self) -> bool:
        """Whether lookups are answered from indexes at all."""

    def check_fit(self, now: datetime) -> None:
        """Raise `StorageFailed` where it must not disclose, as when witnesses prove its log to be an old copy."""

    @property
    def memory_mb(self) -> int:
        """Memory that one query may use, in megabytes."""

    @property
    def query_seconds(self) -> int:
        """How long one query may take, in seconds."""

"""What assessments need of the node that keeps them; a node fits this without knowing it."""

from pathlib import Path
from typing import Protocol

from sqlalchemy import Engine

from easement.ledger.service import Ledger

__all__ = ["Assessor"]


class Assessor(Protocol):
    """An organisation that asks whether it may share: where its standards are, its keys, its ledger and database."""

    @property
    def home(self) -> Path:
        """The folder with `standards/`."""

    @property
    def organisation(self) -> str:
        """The id under which agreements name it."""

    @property
    def master_key(self) -> bytes:
        """The root of the key that seals what was answered, 32 bytes."""

    @property
    def ledger(self) -> Ledger:
        """Its verifiable log."""

    @property
    def engine(self) -> Engine:
        """Its database."""

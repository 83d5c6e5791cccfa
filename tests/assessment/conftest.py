"""An organisation that assesses, on databases of both kinds."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine

from easement.ledger.note import Signer
from easement.ledger.service import Ledger

NOW = datetime(2026, 11, 22, 9, 30, 15, tzinfo=UTC)


@dataclass
class Organisation:
    """What `assessment.ports.Assessor` asks for, without the rest of a node."""

    home: Path
    engine: Engine
    ledger: Ledger
    organisation: str = "northtown"
    master_key: bytes = b"m" * 32


@pytest.fixture
def northtown(engine: Engine, tmp_path: Path) -> Iterator[Organisation]:
    """A council with an empty ledger."""
    ledger = Ledger.create(
        engine,
        tmp_path / "ledger",
        signer=Signer("northtown/ledger", bytes(range(32))),
        master_key=b"m" * 32,
        clock=lambda: NOW,
    )
    yield Organisation(tmp_path, engine, ledger)
    ledger.close()

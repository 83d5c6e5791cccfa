"""An organisation that publishes: agreements signed by its parties, and a ledger in a database of either kind.

It fits what the register asks of a node by shape; nothing here listens, and nobody in it exists.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from easement.agreement.service import sign_file
from easement.gate.shelf import Shelf
from easement.ledger.model import Entry, EntryType, minute
from easement.ledger.note import Key, Signer
from easement.ledger.service import Ledger
from easement.node.model import LedgerSettings, OrganisationSettings, RegisterSettings, Settings
from tests.gate.world import TERMS, signed
from tests.ledger.makers import MASTER, SIGNER

NOW = datetime(2026, 11, 21, 12, 30, 45, tzinfo=UTC)
SIGNERS = {name: Signer(name, bytes([number]) * 32) for number, name in enumerate(("dwp", "northtown", "southtown"), 1)}
WORDS = "We check which families can have meals."


@dataclass
class Organisation:
    """The department: what it works by, its log, and whom it knows."""

    home: Path
    ledger: Ledger
    settings: Settings = field(
        default_factory=lambda: Settings(
            organisation=OrganisationSettings(id="dwp", name="Department for Living Standards"),
            ledger=LedgerSettings(origin=SIGNER.name),
            public_register=RegisterSettings(concerns_an_hour=8, concerns_an_hour_each=3),
        )
    )
    keys: dict[str, tuple[Key, ...]] = field(default_factory=lambda: {n: (s.key,) for n, s in SIGNERS.items()})
    classes: dict[str, str] = field(default_factory=dict)
    organisation: str = "dwp"
    master_key: bytes = MASTER

    @property
    def engine(self) -> Engine:
        return self.ledger.engine

    @property
    def member_keys(self) -> Mapping[str, tuple[Key, ...]]:
        return self.keys

    @property
    def member_classes(self) -> Mapping[str, str]:
        return self.classes

    @cached_property
    def shelf(self) -> Shelf:
        return Shelf(self)  # type: ignore[arg-type]  # the gate asks for more than the shelf does

    def put(self, name: str, *changes: tuple[str, str], signers: Sequence[str] = ("dwp", "northtown")) -> Path:
        """Another agreement on the shelf: words of the terms replaced, signed by those named."""
        text = TERMS.replace("id: school-meals", f"id: {name}", 1)
        for old, new in changes:
            assert old in text, old
            text = text.replace(old, new)
        path = self.home / "agreements" / f"{name}-{abs(hash(changes))}.yaml"
        path.write_text(text)
        signed(path, [SIGNERS[each] for each in signers])
        return path

    def sign_here(self, path: Path, now: datetime = NOW) -> None:
        """Have the department sign anew through its ledger, and the council beside it."""
        path.with_name(f"{path.name}.signatures").unlink(missing_ok=True)
        sign_file(path, SIGNERS["dwp"], now=now, ledger=self.ledger)
        sign_file(path, SIGNERS["northtown"], now=now)

    def gave(self, agreement: str, times: int = 1, **facts: Any) -> None:
        """Write to the ledger that something was given, so many times."""
        usual: dict[str, Any] = {
            "time": minute(NOW),
            "type": EntryType.DISCLOSURE_RELEASED,
            "parties": {"provider": "dwp", "recipient": "northtown"},
            "agreement": "ab" * 32,
            "agreement_id": agreement,
            "share": "entitled",
            "purpose": "benefit-eligibility",
            "mode": "lookup",
            "count": 1,
            "intent": 1,
        }
        for _ in range(times):
            self.ledger.append(Entry(**usual | facts))

    def says(self, type_: EntryType, **facts: Any) -> int:
        """Write another entry."""
        return self.ledger.append(Entry(**{"time": minute(NOW), "type": type_, **facts}))


def organisation(engine: Engine, folder: Path) -> Organisation:
    """A department whose ledger is in a database, with nothing on its shelf."""
    for name in ("agreements", "standards"):
        (folder / "dwp" / name).mkdir(parents=True)
    ledger = Ledger.create(engine, folder / "dwp" / "ledger", signer=SIGNER, master_key=MASTER, clock=lambda: NOW)
    return Organisation(folder / "dwp", ledger)

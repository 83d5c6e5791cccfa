"""Agreements as people sign them, and the ledger: its signed state, who watches it, and checking a receipt."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar

from easement.agreement.paper import Paper
from easement.web.views.page import View

__all__ = ["AgreementLine", "AgreementPage", "Agreements", "CheckReceipt", "Checked", "LedgerPage", "Witness"]


@dataclass(frozen=True, slots=True)
class AgreementLine:
    """One agreement in the list. `mine` are the roles that the person holds under it."""

    id: str
    title: str
    version: str
    state: str
    starts: date
    ends: date
    gives: tuple[str, ...]
    receives: tuple[str, ...]
    mine: tuple[str, ...]

    def as_row(self) -> dict[str, Any]:
        """The line as files of the list have it."""
        return {
            "id": self.id,
            "title": self.title,
            "version": self.version,
            "state": self.state,
            "starts": self.starts,
            "ends": self.ends,
            "gives": list(self.gives),
            "receives": list(self.receives),
        }


@dataclass(frozen=True, kw_only=True)
class Agreements(View):
    """The agreements that the node works by, as far as the person may see them."""

    template: ClassVar[str] = "ledger/agreements.html"
    section: ClassVar[str] = "agreements"
    lines: tuple[AgreementLine, ...]


@dataclass(frozen=True, kw_only=True)
class AgreementPage(View):
    """One agreement: where it stands, and the document that people signed."""

    template: ClassVar[str] = "ledger/agreement.html"
    section: ClassVar[str] = "agreements"
    line: AgreementLine
    why: tuple[str, ...]
    next_review: date | None
    missing: tuple[str, ...]
    paper: Paper


@dataclass(frozen=True, slots=True)
class Witness:
    """One who cosigns this ledger's checkpoints: when they last did, how much they have seen, and what went wrong."""

    name: str
    at: datetime | None
    size: int = 0
    problem: str = ""


@dataclass(frozen=True, kw_only=True)
class LedgerPage(View):
    """The ledger's signed state, who watches it, and its public key."""

    template: ClassVar[str] = "ledger/ledger.html"
    section: ClassVar[str] = "ledger"
    origin: str
    size: int
    waiting: int
    root: str
    key: str
    checkpoint: str
    refusal: str
    quorum: int
    health: str
    said: str
    witnesses: tuple[Witness, ...]


@dataclass(frozen=True, slots=True)
class Checked:
    """What came of checking a receipt: whether it holds, whose ledger it is from, and what its entry says."""

    holds: bool
    origin: str = ""
    index: int = 0
    size: int = 0
    facts: tuple[tuple[str, str], ...] = ()
    rows: int | None = None
    what: str = ""
    remedy: str = ""


@dataclass(frozen=True, kw_only=True)
class CheckReceipt(View):
    """The form to check a receipt, and its result once one was given. Nothing of what was given is kept."""

    template: ClassVar[str] = "ledger/check.html"
    section: ClassVar[str] = "ledger"
    result: Checked | None = None

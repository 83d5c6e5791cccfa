"""Where an answer goes: what a disclosure needs of the way out, whichever it is, and the way into a file.

Between its steps stand ledger entries. An outlet may write rows into the same commit as an entry, so that neither
stands without the other.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from easement.base.durable import write_whole
from easement.gate.ask import Outcome
from easement.gate.found import Found
from easement.gate.model import Decision
from easement.gate.plan import Plan
from easement.gate.ports import Holder
from easement.gate.prepare import Offer
from easement.gate.recovery import INTENT_PART, intent_part
from easement.gate.release import Released, release
from easement.gate.staging import Staged, receipt_path
from easement.ledger.model import EntryType
from easement.ledger.receipt import make_receipt
from easement.ledger.tables import Also
from easement.sources.session import Session

__all__ = ["FileOutlet", "Outlet", "TakesFound"]


class Outlet(Protocol):
    """One answer's way out."""

    @property
    def message(self) -> str | None:
        """The id of the request that it answers, where another node asked."""

    @property
    def folder(self) -> Path | None:
        """The one folder in which a query may write."""

    @property
    def binary(self) -> bool:
        """Whether pseudonyms are given as bytes."""

    def begin(self) -> Mapping[str, Mapping[str, Any]]:
        """Get ready to be found after a kill; parts of the intent's private record that help."""

    def also(self, type_: EntryType, outcome: Outcome) -> Also | None:
        """What goes into the same commit as an entry of the outcome."""

    def release(self, session: Session, plan: Plan, decision: Decision, offer: Offer, intent: int) -> Released:
        """Make the answer by the plan; nothing leaves yet."""

    def deliver(self, outcome: Outcome) -> Outcome:
        """Let the answer go, now that its entry is durable; the outcome with where it went."""

    def forget(self) -> None:
        """Leave nothing of an answer that may not go."""


@runtime_checkable
class TakesFound(Protocol):
    """An outlet that takes what was found in an index as well."""

    def put(self, found: Found, decision: Decision) -> Released:
        """Make the answer of what was found; nothing leaves yet."""


class FileOutlet:
    """Into a file: staged in the node, and put in its place with its receipt once the ledger has it."""

    message = None

    def __init__(self, holder: Holder, staged: Staged, format_: str) -> None:
        self._holder, self._staged, self._format = holder, staged, format_

    @property
    def folder(self) -> Path | None:
        """The answer's own folder."""
        return self._staged.folder

    @property
    def binary(self) -> bool:
        """Parquet holds bytes."""
        return self._format == "parquet"

    def begin(self) -> Mapping[str, Mapping[str, Any]]:
        """Note where the answer goes, and from which entry on to look for its intent."""
        self._staged.note(after=self._holder.ledger.size)
        return {INTENT_PART: intent_part(self._staged)}

    def also(self, _type: EntryType, _outcome: Outcome) -> Also | None:
        """Nothing: what becomes of a file is found in the ledger."""
        return None

    def release(self, session: Session, plan: Plan, decision: Decision, offer: Offer, intent: int) -> Released:
        """Write the answer into its folder."""
        return release(session, plan, decision, offer.terms, self._staged.data, self._format)

    def deliver(self, outcome: Outcome) -> Outcome:
        """Put receipt and data at the destination."""
        self._holder.ledger.checkpoint()
        write_whole(self._staged.receipt, make_receipt(self._holder.ledger, outcome.entry))
        self._staged.deliver()
        target = self._staged.target
        return outcome.sent(data=target, receipt=receipt_path(target))

    def forget(self) -> None:
        """Remove the folder."""
        self._staged.forget()

"""How a proposal stands in a list and in figures: what is known of it without opening what was said. Pure."""

from collections.abc import Mapping
from typing import Any, NamedTuple

__all__ = ["Row"]


class Row(NamedTuple):
    """How a proposal stands, without its words; see `tables.proposals`."""

    id: str
    home: str
    title: str
    parties: Mapping[str, str]
    state: str
    since: int
    waiting: tuple[str, ...]
    opened: int
    answer_by: str
    answered: int | None
    drafted: int | None
    in_force: int | None
    over: int | None
    reason: str | None
    escalated: int
    agreement_id: str | None
    version: str | None
    agreed: str | None
    landed: str | None
    number: int
    head: str

    def as_dict(self) -> dict[str, Any]:
        """The row as `--json` and the API show it."""
        return {**self._asdict(), "parties": dict(self.parties), "waiting": list(self.waiting)}

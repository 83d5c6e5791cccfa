"""What the other rooms know of a source: its columns, how to name it in SQL, and how to count in it."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from easement.sources.model import Column

__all__ = ["Parameters", "Source"]

Parameters = Mapping[str, Any] | Sequence[Any] | None
"""Values bound to a query, by name (`$name`) or in order (`?`); they never become part of its text."""


class Source(Protocol):
    """A table that stays where it is. Rows leave it for disclosure through `sources.rows` alone."""

    @property
    def name(self) -> str:
        """What the table is called in this session."""

    @property
    def dialect(self) -> str:
        """Which SQL it speaks, by SQLGlot's name: `duckdb`, `postgres` …"""

    @property
    def columns(self) -> tuple[Column, ...]:
        """Its columns, in order."""

    @property
    def relation(self) -> str:
        """The quoted SQL expression that stands for it after FROM."""

    def measure(self, sql: str, parameters: Parameters = None) -> list[tuple[Any, ...]]:
        """Run a query for counts and profiles that stay within the organisation that holds the data."""

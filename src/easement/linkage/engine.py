"""The port of linkage: what stands between its SQL and whatever carries it out, DuckDB or Spark.

Every query is written once, in DuckDB's SQL. A DuckDB connection is an engine as it is; Spark is one through
`linkage.spark`, which reads the same SQL. So a pair is scored and linked by one text on both.
"""

from collections.abc import Mapping
from typing import Any, Protocol, runtime_checkable

__all__ = ["Driven", "Engine", "Rows"]


class Rows(Protocol):
    """What a statement gave."""

    def fetchall(self) -> list[tuple[Any, ...]]:
        """Every row."""
        ...


class Engine(Protocol):
    """Carries out one statement of DuckDB's SQL at a time; tables that it makes stand until it is closed."""

    def execute(self, query: str) -> Rows:
        """Carry a query out, or make, drop or rename a table."""
        ...


@runtime_checkable
class Driven(Protocol):
    """An engine that brings its own way for Splink to drive it."""

    def splink_database(self) -> Any:
        """What Splink drives the engine by."""
        ...

    def splink_settings(self, made: Mapping[str, Any]) -> dict[str, Any]:
        """Splink's settings, whose conditions are DuckDB's SQL, as this engine reads them."""
        ...

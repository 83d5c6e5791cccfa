"""A column as a database keeps it: how its values are read out as text, and what the engine makes of that text."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.elements import quoted_name

from easement.sources.model import Column, clean_names, quote

__all__ = ["Stored", "named", "relation", "view"]


@dataclass(frozen=True, slots=True)
class Stored:
    """One column. `type` is the engine's; `read` gives each value as text, null as null.

    `raw` is the column itself, for comparing days and whole numbers. `number` is what compares as a double, `text` what
    compares as text, so that whatever is equal for the engine is equal there (`None`: nothing is); `upper` puts text
    into capitals.
    """

    name: str
    type: str
    raw: Any
    read: Any
    text: Any = None
    number: Any = None
    upper: Callable[[Any], Any] = sa.func.upper

    def value(self, place: int) -> str:
        """How the engine reads the text, as SQL; what its type cannot hold, such as the day 0000-00-00, is null."""
        column = f"c{place}"
        match self.type:
            case "VARCHAR":
                return column
            case "BLOB":
                return f"unhex({column})"
            case "DATE" | "TIMESTAMP" | "TIMESTAMP WITH TIME ZONE":
                read = f"TRY_CAST({column} AS {self.type})"
                after = "" if self.type == "DATE" else " 23:59:59.999999"
                return f"CASE WHEN {read} BETWEEN '0001-01-01' AND '9999-12-31{after}' THEN {read} END"
        return f"TRY_CAST({column} AS {self.type})"


def named(name: str) -> Any:
    """A column by its name, quoted always, of no type: its values come as the driver gives them."""
    return sa.column(quoted_name(name, quote=True))


def relation(names: tuple[str, ...]) -> Any:
    """A table by its name, or by its schema's and its own; quoted always."""
    *schema, table = (quoted_name(name, quote=True) for name in names)
    return sa.table(table, schema=schema[0] if schema else None)


def view(name: str, rows: str, stored: tuple[Stored, ...]) -> tuple[str, tuple[Column, ...]]:
    """The statement that makes the engine's view of a table whose text stands in `rows`, and its columns."""
    clean = clean_names(column.name for column in stored)
    shown = ", ".join(f"{column.value(place)} AS {quote(clean[place])}" for place, column in enumerate(stored))
    columns = tuple(Column(name, column.type, column.name) for name, column in zip(clean, stored, strict=True))
    return f"CREATE VIEW {quote(name)} AS SELECT {shown} FROM {rows}", columns  # noqa: S608 (every part is quoted)

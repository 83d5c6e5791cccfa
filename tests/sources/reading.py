"""What the tests of this room share: a file from bytes, and all that a source says of it."""

from pathlib import Path
from typing import Any

from easement.sources.files import open_source


def put(folder: Path, data: bytes | str, name: str = "people.csv") -> Path:
    path = folder / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


def names_and_rows(path: Path, **how: Any) -> tuple[list[str], list[tuple[Any, ...]]]:
    with open_source(path, **how) as source:
        return [column.name for column in source.columns], source.measure(f"FROM {source.relation}")


def rows(path: Path, **how: Any) -> list[tuple[Any, ...]]:
    return names_and_rows(path, **how)[1]

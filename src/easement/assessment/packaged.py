"""The assessment's own data, as it comes with the package."""

import tomllib
from functools import cache
from importlib import resources
from typing import Any

__all__ = ["packaged", "packaged_cases"]


@cache
def packaged(name: str) -> dict[str, Any]:
    """One data file, such as `questions.toml`, as plain data."""
    return tomllib.loads((resources.files("easement.assessment") / "data" / name).read_text(encoding="utf-8"))


@cache
def packaged_cases() -> dict[str, str]:
    """The text of each worked case by its id, in the order of their names."""
    folder = resources.files("easement.assessment") / "data" / "cases"
    files = sorted(folder.iterdir(), key=lambda file: file.name)
    return {file.name.removesuffix(".yaml"): file.read_text(encoding="utf-8") for file in files}

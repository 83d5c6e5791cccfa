"""Why a pair was held, by the model that weighed it, where one did and is still there."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from easement.base.errors import EasementError
from easement.linkage.explain import Explained, explained
from easement.linkage.model import LinkModel
from easement.linkage.review_queues import Shown
from easement.linkage.store import model_files, read_model

__all__ = ["Home", "explanation", "met_columns", "met_levels", "parted"]

GAMMA, COMMON = "gamma_", "common_"
"""How columns of what a model met begin: the level of a comparison, and the bits that its values being common add."""

FINE = 1_000
"""Bits are kept as whole thousandths."""


class Home(Protocol):
    """A node, as far as its models go."""

    @property
    def home(self) -> Path:
        """The folder with `models/`."""


def explanation(node: Home, found: Shown) -> Explained | None:
    """The parts of a pair's weight; `None` where exact rules paired it, or its model is here no more."""
    if not found.model or not found.pair.gammas:
        return None
    levels, common = parted(found.pair.gammas)
    for path in model_files(node.home):
        try:
            model = read_model(path)
        except EasementError:
            continue
        if model.digest == found.model:
            return explained(model, levels, common)
    return None


def met_columns(model: LinkModel) -> tuple[str, ...]:
    """The columns of scored pairs that say what a model met in each."""
    common = [each.name for each in model.compared if any(level.common for level in each.levels)]
    return (*(f"{GAMMA}{each.name}" for each in model.compared), *(f"{COMMON}{name}" for name in common))


def met_levels(columns: Sequence[str], values: Sequence[Any]) -> dict[str, int]:
    """What was met in a pair, as whole numbers: what is kept with it until somebody looks at it."""
    return {
        name: round((value or 0) * FINE) if name.startswith(COMMON) else int(value)
        for name, value in zip(columns, values, strict=True)
        if value is not None
    }


def parted(kept: Mapping[str, int]) -> tuple[dict[str, int], dict[str, float]]:
    """The levels by comparison, and the bits that values being common add."""
    levels = {name.removeprefix(GAMMA): value for name, value in kept.items() if name.startswith(GAMMA)}
    common = {name.removeprefix(COMMON): value / FINE for name, value in kept.items() if name.startswith(COMMON)}
    return levels, common

"""Why a pair was held, by the model that weighed it, where one did and is still there."""

from pathlib import Path
from typing import Protocol

from easement.base.errors import EasementError
from easement.linkage.explain import Explained, explained
from easement.linkage.review_queues import Shown
from easement.linkage.store import model_files, read_model

__all__ = ["Home", "explanation"]


class Home(Protocol):
    """A node, as far as its models go."""

    @property
    def home(self) -> Path:
        """The folder with `models/`."""


def explanation(node: Home, found: Shown) -> Explained | None:
    """The parts of a pair's weight; `None` where exact rules paired it, or its model is here no more."""
    if not found.model or not found.pair.gammas:
        return None
    for path in model_files(node.home):
        try:
            model = read_model(path)
        except EasementError:
            continue
        if model.digest == found.model:
            return explained(model, found.pair.gammas)
    return None

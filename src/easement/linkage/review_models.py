"""Why a pair was held, by the model that weighed it, where one did and is still there; and what ties it (R4.4)."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from easement.base.errors import EasementError
from easement.linkage.explain import Explained, Leg, Way, explained, not_compared, parted
from easement.linkage.model import LinkModel
from easement.linkage.review import LegMet, WayMet
from easement.linkage.review_queues import Shown
from easement.linkage.store import model_files, read_model

__all__ = ["Home", "explanation", "way_of"]


class Home(Protocol):
    """A node, as far as its models go."""

    @property
    def home(self) -> Path:
        """The folder with `models/`."""


def explanation(node: Home, found: Shown) -> Explained | None:
    """The parts of a pair's weight, and the ways by which further registers tie it.

    `None` where exact rules paired it, where its model is here no more, and while nobody may see it.
    """
    pair = found.pair
    if not found.model or not (pair.gammas or pair.ways):
        return None
    models = _models(node)
    if (model := models.get(found.model)) is None:
        return None
    alone = explained(model, *parted(pair.gammas)) if pair.gammas else not_compared(model)
    ways = (way_of(each, models) for each in pair.ways)
    return replace(alone, ways=tuple(way for way in ways if way is not None), tied=pair.tied)


def _models(node: Home) -> dict[str, LinkModel]:
    """The models that are here by their digests; a file that is none is left out."""
    found = {}
    for path in model_files(node.home):
        try:
            model = read_model(path)
        except EasementError:
            continue
        found[model.digest] = model
    return found


def way_of(met: WayMet, models: Mapping[str, LinkModel]) -> Way | None:
    """A way as it is explained; `None` where the model of one of its steps is not among those given by digest."""
    listed, held = _leg(met.listed, models), _leg(met.held, models)
    return Way(met.register, met.record, listed, held) if listed and held else None


def _leg(met: LegMet, models: Mapping[str, LinkModel]) -> Leg | None:
    model = models.get(met.model)
    return Leg(model.ref, explained(model, *parted(met.met)), met.chance) if model else None

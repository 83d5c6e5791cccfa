"""Chance that repeats: the same seed gives the same town, on any machine."""

from random import Random

__all__ = ["chance"]


def chance(what: str, seed: int) -> Random:
    """A generator of its own for each thing that is drawn, so that a change to one leaves the others as they were."""
    return Random(f"easement {what} {seed}")  # noqa: S311 - a town is made up, and no secret hangs on it

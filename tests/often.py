"""How often a test of generated cases is tried: some every day, many more in the long campaign."""

from hypothesis import settings

__all__ = ["EVERYDAY", "LONG", "often"]

EVERYDAY, LONG = 30, 500
"""Cases of a test that names no number of its own."""


def often(usual: int) -> int:
    """A number of cases for this run: a third of what is usual every day, five times as many in the long campaign."""
    return usual * 5 if settings().max_examples >= LONG else max(10, usual // 3)

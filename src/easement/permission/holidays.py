"""Bank holidays by calendar, as they come with the package, each calendar with its source and how far it is known."""

import tomllib
from collections.abc import Iterable
from datetime import date
from functools import cache
from importlib import resources
from typing import NamedTuple

__all__ = ["Calendar", "calendar", "holidays"]

NONE = "none"
"""The calendar of a node that counts every weekday."""


class Calendar(NamedTuple):
    """The bank holidays of some nations: the days, the last day that is known, and where they are from."""

    days: frozenset[date]
    until: date
    source: str


@cache
def calendar(name: str) -> Calendar:
    """A calendar by its name, such as `england-and-wales`; raises `KeyError` for one that is not known."""
    text = (resources.files("easement.permission") / "data" / "bank-holidays.toml").read_text(encoding="utf-8")
    said = tomllib.loads(text)[name]
    return Calendar(frozenset(said["days"]), said["until"], said["source"])


def holidays(name: str, more: Iterable[date] = ()) -> frozenset[date]:
    """The days of a calendar on which nobody is expected to answer (`none` for no calendar), and more of one's own."""
    return (calendar(name).days if name != NONE else frozenset()) | frozenset(more)

"""The words a town is made of: names by culture, nicknames, streets; read once from the data files."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

__all__ = ["Culture", "Lexicon", "Places", "lexicon"]


class Culture(NamedTuple):
    """The names of people from one part of the world; `share` weighs how many households are of it."""

    id: str
    share: int
    ethnicity: str
    born: tuple[str, ...]
    girls: tuple[str, ...]
    boys: tuple[str, ...]
    family: tuple[str, ...]
    both_surnames: bool


class Places(NamedTuple):
    """Street names, and two postcode areas that do not exist."""

    area: str
    elsewhere: str
    streets: tuple[str, ...]
    kinds: tuple[str, ...]


class Lexicon(NamedTuple):
    """Every word a town is made of; `steps` are the cultures' shares added up, for drawing one."""

    cultures: tuple[Culture, ...]
    steps: tuple[int, ...]
    nicknames: dict[str, tuple[str, ...]]
    places: Places


@cache
def lexicon() -> Lexicon:
    """The words as they stand in the data files."""
    names, places = _read("names.toml"), _read("places.toml")
    cultures = tuple(_culture(said) for said in names["culture"])
    steps = tuple(sum(culture.share for culture in cultures[: n + 1]) for n in range(len(cultures)))
    nicknames = {name: tuple(short) for name, short in names["nicknames"].items()}
    streets, kinds = tuple(places["streets"]), tuple(places["kinds"])
    return Lexicon(cultures, steps, nicknames, Places(places["area"], places["elsewhere"], streets, kinds))


def _culture(said: dict[str, Any]) -> Culture:
    born, girls, boys, family = (tuple(said[key]) for key in ("born", "girls", "boys", "family"))
    both = said.get("surnames") == "both"
    return Culture(said["id"], said["share"], said["ethnicity"], born, girls, boys, family, both)


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((files("easement.demo") / "data" / name).read_text(encoding="utf-8"))

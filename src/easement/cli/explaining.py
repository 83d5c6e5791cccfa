"""How commands say why two records are a pair: by the records alone, and by both steps through a third register."""

from collections.abc import Iterator

from easement.cli.present import table
from easement.linkage.explain import Explained, Leg, Way

__all__ = ["pair_explained"]


def pair_explained(why: Explained, listed: str, held: str, *, model: str = "its model", became: str = "") -> str:
    """The explanation of a pair, by either side's own key; `became` says what a match makes of it, where one did."""
    verdict = f"One person with a probability of {why.probability:.2%} (weight {why.weight:+.1f})."
    against = [f"Not linked without a person's word: {why.unsure}."] if why.unsure else []
    alone = [*against, "", _parts(why)]
    said = [became] if became else []
    if not why.ways:
        return "\n".join([verdict, *said, *alone])
    if why.compared:
        by_records = f"The two records alone, by {model}: {verdict[0].lower()}{verdict[1:]}"
    else:
        by_records = f"The two records alone agree in too little: no rule of {model} compares them."
    steps = [line for way in why.ways for line in _way(way, listed, held)]
    return "\n".join([_tied(why), *said, *steps, "", by_records, *(alone if why.compared else ())])


def _tied(why: Explained) -> str:
    names = ", ".join(dict.fromkeys(f"`{way.register}`" for way in why.ways))
    chance = f"one person with a probability of {why.by_ways:.2%}."
    if why.tied:
        return f"Tied by a third register, {names}, not by the two records alone: {chance}"
    return f"A third register, {names}, ties them too, and did not decide: by it {chance}"


def _way(way: Way, listed: str, held: str) -> Iterator[str]:
    record = f"`{way.record}` in {way.register}"
    yield from _leg(1, f"`{listed}` on the list is {record}", way.listed)
    yield from _leg(2, f"{record} is your own `{held}`", way.held)


def _leg(number: int, said: str, leg: Leg) -> Iterator[str]:
    yield from ("", f"Step {number}, by {leg.model}: {said}, with a probability of {leg.chance:.2%}.")
    if leg.why.unsure:
        yield f"It counts for less: {leg.why.unsure}."
    yield _parts(leg.why)


def _parts(why: Explained) -> str:
    rows = [(part.words, f"{part.bits:+.1f}", f"{part.after:+.1f}") for part in why.parts]
    return table(("what is met", "bits", "together"), rows)

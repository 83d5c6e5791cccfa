"""What an encoding is, said a second time in plain Python, and what it must not tell (R4.4)."""

import hmac
from collections.abc import Sequence
from typing import Any

import duckdb
import pytest

from easement.base.errors import UsageError
from easement.linkage.encode import (
    COLUMNS,
    KEYS,
    EncodingKey,
    Hardening,
    Made,
    encoding_key,
    encoding_steps,
    fingerprint,
)
from easement.linkage.encoded import Likeness, matching

ABOUT: dict[str, Any] = {"agreement": "a" * 64, "share": "s", "recipient": "r"}
ADA = {"family": "byron", "given": "ada", "birth_digits": "18151210", "birth_year": 1815, "place": "NW11AA",
       "family_sound": "b65", "given_sound": "a3", "number": "AB123456C"}  # fmt: skip


def key(hardening: Hardening = Hardening.DIFFUSE) -> EncodingKey:
    return encoding_key(bytes(range(32)), **ABOUT, made=Made(hardening))


def engine(made: EncodingKey, people: Sequence[dict[str, Any]]) -> duckdb.DuckDBPyConnection:
    """An engine in which the table `done` holds the encodings of people, made by the queries that both sides run."""
    connection = duckdb.connect(config={"threads": 1})
    types = dict.fromkeys(ADA, "text") | {"birth_year": "bigint"}
    connection.execute(f"create table people (unique_id bigint, {', '.join(f'{n} {t}' for n, t in types.items())})")
    for row, person in enumerate(people):
        values = [row, *(person.get(name) for name in types)]
        connection.execute("insert into people values ($1, $2, $3, $4, $5, $6, $7, $8, $9)", values)
    for step in encoding_steps("people", made, "done"):
        connection.execute(f"create table {step.name} as {step.query}", step.bound or None)
    return connection


def encoded(made: EncodingKey, *people: dict[str, Any]) -> list[dict[str, Any]]:
    """The encodings of people, filters as text of bits."""
    query = "select * replace (filter::text as filter, given::text as given) from done order by row"
    found = engine(made, people).execute(query)
    return [dict(zip([column[0] for column in found.description], row, strict=True)) for row in found.fetchall()]


def code(made: EncodingKey, *parts: str) -> str:
    return hmac.new(made.secret, "\x1f".join(parts).encode(), "sha256").hexdigest()


def positions(digest: str, many: int) -> list[int]:
    return [int(digest[at : at + 4], 16) % 1024 for at in range(0, 4 * many, 4)]


def pairs(word: str) -> set[str]:
    return {f"_{word}_"[at : at + 2] for at in range(len(word) + 1)}


def by_hand(made: EncodingKey, person: dict[str, Any]) -> tuple[str, str]:
    """The two filters of a person, bit for bit."""
    salt = str(person["birth_year"]) if made.made.hardening is Hardening.SALT else ""
    digits = person["birth_digits"]
    marks = [("n", gram, 14) for gram in pairs(person["family"]) | pairs(person["given"])]
    marks += [("b", f"{at}{digits[at - 1 : at + 1]}", 16) for at in range(1, 8)]
    marks += [("p", gram, 6) for gram in pairs(person["place"])]
    bits = {at for tag, gram, many in marks for at in positions(code(made, "gram", tag, salt, gram), many)}
    given = {at % 256 for gram in pairs(person["given"]) for at in positions(code(made, "gram", "g", digits, gram), 16)}
    if made.made.hardening is not Hardening.PLAIN:
        chosen = [list(dict.fromkeys(positions(code(made, "diffuse", str(bit)), 16)))[:8] for bit in range(1024)]
        bits = {bit for bit, added in enumerate(chosen) if len(bits.intersection(added)) % 2}
    return tuple("".join("1" if at in on else "0" for at in range(many)) for on, many in ((bits, 1024), (given, 256)))  # type: ignore[return-value]


@pytest.mark.parametrize("hardening", Hardening)
def test_an_encoding_is_what_its_description_says_bit_for_bit(hardening: Hardening) -> None:
    [found] = encoded(key(hardening), ADA)
    assert (found["filter"], found["given"]) == by_hand(key(hardening), ADA)
    assert found["number"] == "k" + code(key(hardening), "number", "AB123456C")[:32]
    assert found["given_birth"] == "k" + code(key(hardening), "given_birth", "a3\x1f18151210")[:8]
    assert found["names_place"] == "k" + code(key(hardening), "names_place", "a3\x1fb65\x1fNW11AA")[:8]


def test_a_vector_holds() -> None:
    """Encodings of an earlier release must still be found: a change of these is a new version of the format."""
    made = key()
    assert made.header == HEADER
    [ada] = encoded(made, ADA)
    assert ada["names_year"] == NAMES_YEAR
    assert int(ada["filter"], 2) % (1 << 64) == LAST_BITS
    assert fingerprint(bytes(range(32))) == FINGERPRINT


HEADER = "easement-encoded/1 diffuse - 0dc33450caea9b77"
NAMES_YEAR = "kadc98b15"
LAST_BITS = 12835425011439983913
FINGERPRINT = "987DA-C9FCE-79197"


@pytest.mark.parametrize("change", [{"agreement": "b" * 64}, {"share": "t"}, {"recipient": "q"}])
def test_another_agreement_share_or_recipient_is_another_key(change: dict[str, str]) -> None:
    other = encoding_key(bytes(range(32)), **ABOUT | change)
    assert other.header != key().header
    one, two = encoded(key(), ADA)[0], encoded(other, ADA)[0]
    assert not [name for name in ("filter", "given", "number", *KEYS) if one[name] == two[name]]


def test_a_key_shows_nothing_of_itself() -> None:
    assert key().secret.hex() not in repr(key()) + key().header
    with pytest.raises(UsageError, match="32 bytes"):
        encoding_key(b"short", **ABOUT)


def test_what_is_missing_is_null_and_who_has_nothing_has_no_filter() -> None:
    nobody, named = encoded(key(), {}, {"family": "x" * 100_000, "given": "龙"})
    assert {name: nobody[name] for name in ("filter", "given", "number", *KEYS)} == dict.fromkeys(
        ("filter", "given", "number", *KEYS)
    )
    assert named["filter"] is not None
    assert [name for name in KEYS if named[name] is not None] == ["names_place"]
    assert "reference" in COLUMNS


def linked(held: list[dict[str, Any]], listed: list[dict[str, Any]]) -> list[tuple[int, int]]:
    """The rows linked of two lists of people."""
    connection = engine(key(), [*held, *listed])
    connection.execute(f"create table held_encoded as from done where row < {len(held)}")
    connection.execute(
        f"create table listed_encoded as select * replace (row - {len(held)} as row) from done where row >= {len(held)}"
    )
    for name, query in matching(Hardening.DIFFUSE, Likeness()):
        connection.execute(f"create table {name} as {query}")
    return connection.execute("select held_row, listed_row from linked order by all").fetchall()


def but(**changes: Any) -> dict[str, Any]:
    return ADA | {"number": None} | changes


@pytest.mark.parametrize(
    ("other", "same"),
    [
        (but(), True),
        (but(family="byran"), True),
        (but(place="SW99ZZ"), True),
        (but(family="lovelace", family_sound="l142"), True),
        (but(family="ada", given="byron", family_sound="a3", given_sound="b65"), True),
        (but(birth_digits="18151012"), True),
        (but(given="bea", given_sound="b"), False),
        (but(birth_digits="18450310", birth_year=1845), False),
        (but(family="king", family_sound="k52", place="SW99ZZ"), False),
        (but(family="mill", family_sound="m4", given="john", given_sound="j5", birth_digits="19010101",
             birth_year=1901), False),
    ],
    ids=["same", "typo", "moved", "married", "swapped", "day and month", "twin", "child", "namesake", "stranger"],
)  # fmt: skip
def test_one_person_is_found_and_nobody_who_is_only_near(other: dict[str, Any], same: bool) -> None:
    assert linked([but()], [other]) == ([(0, 0)] if same else [])


def test_numbers_that_differ_forbid_what_all_else_says() -> None:
    assert linked([ADA], [ADA | {"number": "ZZ999999C"}]) == []
    assert linked([ADA], [ADA | {"family": "king", "place": None}]) == [(0, 0)]


def test_two_candidates_link_neither() -> None:
    assert linked([but(), but()], [but()]) == []

"""R4.4: what a match leaves for a person to look at is kept once, sealed, bounded, and destroyed in time."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, Row

from easement.base.database import reading, writing
from easement.base.errors import ProofFailed
from easement.linkage import review, tables
from easement.linkage.review import (
    KEPT_DECIDED,
    KEPT_OPEN,
    DoubtfulPair,
    Kept,
    MatchMade,
    Scope,
    destroy_overdue,
    erase_match,
    keep_doubtful,
    opened,
    review_key,
)

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
KEY = review_key(b"m" * 32)
SCOPE = Scope("school-meals", "entitled", "northtown")
ADA = DoubtfulPair(
    "P7", "C07", "no given name", weight=3.5, probability=0.9,
    fields={"family": ("TWIN", "TWIN"), "given": ("", "ADA")}, gammas={"family": 3}, groups={"sex": "F"},
)  # fmt: skip
BEA = replace(ADA, held="C08", fields={"family": ("TWIN", "TWIN"), "given": ("", "BEA")})


def keep(engine: Engine, *pairs: DoubtfulPair, intent: int = 1, scope: Scope = SCOPE, **facts: Any) -> Kept:
    with writing(engine) as connection:
        return keep_doubtful(connection, KEY, scope, MatchMade(pairs, **facts), intent=intent, now=NOW)


def kept(engine: Engine, *where: Any) -> Sequence[Row[Any]]:
    with reading(engine) as connection:
        return tables.pairs_of(connection, *where)


def decide(engine: Engine, decision: str, at: datetime = NOW) -> None:
    with writing(engine) as connection:
        for row in tables.pairs_of(connection):
            tables.change_pair(connection, row.id, decision=decision, decided=int(at.timestamp()), entry=5)


def test_what_is_kept_opens_as_it_was_given(engine: Engine) -> None:
    assert keep(engine, ADA, BEA) == Kept(SCOPE.queue, 2, 0)
    assert [opened(KEY, row) for row in kept(engine)] == [ADA, BEA]


def test_nothing_of_a_person_stands_in_the_clear(engine: Engine) -> None:
    known = (
        "PUPIL-00071",
        "CLAIM-00072",
        "WINTERBOTTOM",
        "HARRIETTE",
    )  # long, for sealed bytes may hold any short word
    fields = {"family": (known[2], known[2]), "given": ("", known[3])}
    keep(engine, replace(ADA, listed=known[0], held=known[1], fields=fields))
    [row] = kept(engine)
    said = repr(tuple(row)) + repr(row.sealed)
    assert not any(word in said for word in known)


def test_a_row_opens_under_its_own_key_and_in_its_own_place_alone(engine: Engine) -> None:
    keep(engine, ADA, BEA)
    first, second = kept(engine)
    with pytest.raises(ProofFailed):
        opened(review_key(b"n" * 32), first)
    with writing(engine) as connection:
        tables.change_pair(connection, first.id, sealed=second.sealed)
    with pytest.raises(ProofFailed):
        opened(KEY, kept(engine)[0])


@pytest.mark.parametrize(
    "name", ["O'Brien; drop table--", "\x00\x1b[31m", "\ud800", "ﷺ" * 500, "=cmd|' /C calc'!A0", ""]
)
def test_hostile_strings_are_kept_as_they_are(engine: Engine, name: str) -> None:
    pair = replace(ADA, listed=name, fields={"family": (name, "TWIN")})
    keep(engine, pair)
    assert opened(KEY, kept(engine)[0]) == pair


def test_a_pair_stands_once_however_often_it_is_held(engine: Engine) -> None:
    keep(engine, ADA, BEA)
    assert keep(engine, ADA, intent=9) == Kept(SCOPE.queue, 1, 0)
    assert [(opened(KEY, row).held, row.intent) for row in kept(engine)] == [("C07", 9), ("C08", 1)]


def test_the_same_keys_for_another_recipient_are_another_pair(engine: Engine) -> None:
    keep(engine, ADA)
    keep(engine, ADA, scope=SCOPE._replace(recipient="westtown"), intent=2)
    assert len({row.token for row in kept(engine)}) == 2


def test_newer_values_take_the_place_of_older_and_what_was_said_of_those_counts_no_more(engine: Engine) -> None:
    keep(engine, ADA)
    [row] = kept(engine)
    with writing(engine) as connection:
        tables.add_opinion(connection, {"pair": row.id, "reviewer": "r", "said": 1, "sealed": b"x"})
    keep(engine, ADA, intent=2)
    with reading(engine) as connection:
        assert len(tables.opinions_of(connection)) == 1
    moved = replace(ADA, fields={"family": ("TWIN", "TWIN-ASH"), "given": ("", "ADA")})
    keep(engine, moved, intent=3)
    with reading(engine) as connection:
        assert tables.opinions_of(connection) == []
    assert [opened(KEY, row) for row in kept(engine)] == [moved]


def test_what_a_person_decided_is_opened_again_only_by_something_new(engine: Engine) -> None:
    keep(engine, ADA)
    decide(engine, "cannot-tell")
    keep(engine, ADA, intent=2)
    assert [row.decision for row in kept(engine)] == ["cannot-tell"]
    keep(engine, replace(ADA, rule="identifier alone"), intent=3)
    assert [(row.decision, row.entry) for row in kept(engine)] == [(None, None)]


def test_no_more_are_open_than_people_can_look_at_and_the_rest_is_counted(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(review, "MOST_OPEN", 3)
    many = [replace(ADA, held=f"C{number}") for number in range(5)]
    assert keep(engine, *many, beyond=100) == Kept(SCOPE.queue, 3, 102)
    assert keep(engine, *many, intent=2) == Kept(SCOPE.queue, 3, 2)
    decide(engine, "different")
    assert keep(engine, *many[3:], intent=3) == Kept(SCOPE.queue, 2, 0)


def test_numbers_of_rows_are_counted_and_not_kept(engine: Engine) -> None:
    """They mean other records next time."""
    assert keep(engine, ADA, BEA, lasting=False) == Kept(SCOPE.queue, 0, 2)
    assert kept(engine) == []


def test_an_erased_list_leaves_nothing_to_look_at(engine: Engine) -> None:
    keep(engine, ADA)
    decide(engine, "same")
    keep(engine, BEA, intent=2)
    with writing(engine) as connection:
        assert erase_match(connection, 1) == 1
        assert erase_match(connection, 2) == 1
    [row] = kept(engine)
    assert (row.decision, row.sealed, opened(KEY, row).fields) == ("same", None, {})


def test_values_are_destroyed_in_time(engine: Engine) -> None:
    keep(engine, ADA)
    decide(engine, "same")
    keep(engine, BEA, intent=2)
    with writing(engine) as connection:
        assert destroy_overdue(connection, NOW + KEPT_DECIDED) == 0
        assert destroy_overdue(connection, NOW + KEPT_DECIDED + timedelta(seconds=1)) == 1
        assert destroy_overdue(connection, NOW + KEPT_OPEN + timedelta(seconds=1)) == 1
    assert [(row.decision, row.sealed) for row in kept(engine)] == [("same", None)]

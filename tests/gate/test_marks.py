"""What was said of an agreement after it was signed: the last review counts, and what ended is over for good (R2.8)."""

from datetime import date

from sqlalchemy import Engine

from easement.base.database import reading, writing
from easement.gate import marks, tables

DIGEST = "ab" * 32


def reviewed(engine: Engine, *days: date) -> date | None:
    with writing(engine) as connection:
        for entry, day in enumerate(days):
            marks.mark_reviewed(connection, DIGEST, day, entry)
    return marks.reviewed(engine, DIGEST)


def test_what_was_never_reviewed_has_no_review(engine: Engine) -> None:
    assert marks.reviewed(engine, DIGEST) is None


def test_the_last_day_of_review_counts_in_whatever_order_they_come_to_be_known(engine: Engine) -> None:
    first, second, third = date(2026, 9, 2), date(2026, 11, 21), date(2027, 9, 1)
    assert reviewed(engine, second) == second
    assert reviewed(engine, first, second) == second
    assert reviewed(engine, third) == third
    assert marks.reviewed(engine, "cd" * 32) is None


def end(engine: Engine, reason: str, since: int = 7, entry: int = 9) -> None:
    with writing(engine) as connection:
        marks.end(connection, "meals", reason, since, entry)


def ended(engine: Engine) -> str | None:
    with reading(engine) as connection:
        return marks.ended(connection, "meals")


def test_what_ended_is_suspended_too(engine: Engine) -> None:
    assert ended(engine) is None
    end(engine, "a party left")
    assert ended(engine) == "a party left"
    assert tables.suspended(engine) == {"meals": "it was ended: a party left"}


def test_it_ends_once_and_for_the_first_reason(engine: Engine) -> None:
    end(engine, "a party left")
    end(engine, "another reason", since=8)
    assert ended(engine) == "a party left"
    assert tables.suspended(engine) == {"meals": "it was ended: a party left"}


def test_its_end_takes_the_place_of_a_suspension(engine: Engine) -> None:
    with writing(engine) as connection:
        tables.suspend(connection, "meals", "a breach is looked into", since=5, entry=6)
    end(engine, "the breach was real")
    assert tables.suspended(engine) == {"meals": "it was ended: the breach was real"}

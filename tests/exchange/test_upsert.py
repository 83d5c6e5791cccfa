"""A row in place of another, or where there is none: the same on either database."""

from easement.base.database import reading, writing
from easement.exchange import duties_tables
from easement.exchange.duties_tables import Certificate
from easement.exchange.upsert import put

FIRST = Certificate(3, 5, "dwp", "a" * 32)


def kept(engine) -> Certificate | None:
    with reading(engine) as connection:
        return duties_tables.certificate(connection, FIRST.entry)


def test_a_row_is_new_once(engine):
    with writing(engine) as connection:
        assert duties_tables.begin(connection, FIRST) is True
    with writing(engine) as connection:
        assert duties_tables.begin(connection, FIRST._replace(met=9)) is False
    assert kept(engine) == FIRST


def test_a_row_takes_the_place_of_the_one_with_its_key(engine):
    for met in (5, 9):
        with writing(engine) as connection:
            put(connection, duties_tables.certificates, FIRST._replace(met=met)._asdict())
    assert kept(engine) == FIRST._replace(met=9)

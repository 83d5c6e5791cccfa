"""A disclosure whose data stays in a database (R3.4, R3.5): the same answer as from a file, and the same proof."""

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from easement.agreement.model import Mode
from easement.base.errors import SourceUnreachable
from easement.ledger.verifier import Holds
from easement.node.home import open_node
from easement.sources.standing import close_standing
from tests.databases import PASSWORD

from .world import COLUMNS, DIRTY, MAPPING, World, read

KINDS = ("sqlite", "postgresql")


@pytest.fixture(params=KINDS)
def kept(request: pytest.FixtureRequest, world: World) -> Any:
    """The world with its register in a database instead of the file, which goes."""
    before = {"bulk": world.share("forms", Mode.BULK, "before.csv"), "rows": read(world.out / "before.csv")}
    (world.node / "datasets" / "awards.csv").unlink()
    marks = ", ".join(["%s"] * len(COLUMNS))
    made = f"create table awards ({', '.join(column + ' varchar(200)' for column in COLUMNS)})"
    rows = [[value or None for value in row] for row in DIRTY]
    if request.param == "sqlite":
        url = "sqlite:///../../awards.db"
        with sqlite3.connect(world.node.parent / "awards.db") as connection:
            connection.execute(made)
            connection.executemany(f"insert into awards values ({marks.replace('%s', '?')})", rows)
        connection.close()
    else:
        import psycopg

        server = request.getfixturevalue("server")
        url = server.url(server.create(filled=False))
        with psycopg.connect(url, password=PASSWORD) as reached:
            reached.execute(made)
            reached.cursor().executemany(f"insert into awards values ({marks})", rows)
        secret = world.node / "keys" / "register.password"
        secret.write_text(PASSWORD)
        secret.chmod(0o600)
    datasets = world.node / "datasets"
    (datasets / "register.connection.yaml").write_text(f"format: easement-connection/1\nurl: {url}\n")
    source = next(line for line in MAPPING.splitlines() if line.startswith("source:"))
    text = MAPPING.replace(source, "source: {database: register, table: awards}")
    (datasets / "awards.yaml").write_text(text)
    yield world, before["rows"]
    close_standing()


def test_a_bulk_disclosure_is_that_of_the_file_and_is_proved(kept: tuple[World, list[dict[str, Any]]]) -> None:
    world, before = kept
    outcome = world.share("forms", Mode.BULK, "after.csv")
    assert outcome.decision.allowed
    order = sorted(before, key=str), sorted(read(world.out / "after.csv"), key=str)
    assert order[0] == order[1]
    assert isinstance(world.verified(world.out / "after.csv"), Holds)
    assert world.fsck() == []


def test_a_lookup_is_answered_from_the_database(kept: tuple[World, list[dict[str, Any]]]) -> None:
    world, _ = kept
    outcome = world.lookup("found.csv", "forms", national_insurance_number="ab 12 34 56 c")
    assert outcome.decision.allowed
    assert [(row["award"], row["postcode"]) for row in read(world.out / "found.csv")] == [("UC", "NT1")]
    world.lookup("nobody.csv", "forms", national_insurance_number="CE123456B")
    assert read(world.out / "nobody.csv") == []


def test_a_database_that_is_gone_discloses_nothing_and_the_ledger_says_so(
    kept: tuple[World, list[dict[str, Any]]],
) -> None:
    world, _ = kept
    path = world.node / "datasets" / "register.connection.yaml"
    path.write_text("format: easement-connection/1\nurl: postgresql://reader@127.0.0.1:1/gone\n")
    with pytest.raises(SourceUnreachable, match="cannot reach the database `register`"):
        world.share("forms", Mode.BULK, "never.csv")
    assert not (world.out / "never.csv").exists()
    assert world.types()[-2:] == ["intended", "failed"]


def test_a_password_is_in_nothing_that_the_node_writes(kept: tuple[World, list[dict[str, Any]]]) -> None:
    world, _ = kept
    world.share("forms", Mode.BULK, "after.csv")
    with open_node(world.node):
        pass
    places = [path for path in (*world.node.rglob("*"), *world.out.rglob("*")) if path.is_file()]
    holding = [path for path in places if PASSWORD.encode() in path.read_bytes()]
    assert {path.name for path in holding} <= {"register.password"}


def test_the_data_is_left_as_it_was(world: World, tmp_path: Path) -> None:
    place = tmp_path / "awards.db"
    with sqlite3.connect(place) as connection:
        connection.execute(f"create table awards ({', '.join(COLUMNS)})")
    connection.close()
    before = place.read_bytes()
    datasets = world.node / "datasets"
    (datasets / "register.connection.yaml").write_text(f"format: easement-connection/1\nurl: sqlite:///{place}\n")
    source = next(line for line in MAPPING.splitlines() if line.startswith("source:"))
    (datasets / "awards.yaml").write_text(MAPPING.replace(source, "source: {database: register, table: main.awards}"))
    world.share("forms", Mode.BULK, "after.csv")
    assert place.read_bytes() == before
    assert [path.name for path in tmp_path.glob("awards.db*")] == ["awards.db"]

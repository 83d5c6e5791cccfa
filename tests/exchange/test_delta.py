"""Bulk disclosures are read by the official Delta Sharing client, and only while the agreement stands."""

import json
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

import delta_sharing
import httpx
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from easement.base.canonical import sha256_hex
from easement.base.database import writing
from easement.base.errors import Refused
from easement.base.sealed import SealedWriter
from easement.exchange import delta, directory_store, sets
from easement.exchange.delta import File
from easement.exchange.delta_api import router
from easement.exchange.directory_parts import MemberKey
from easement.exchange.message import keyid_of
from easement.gate.suspended import changed
from easement.gate.tables import suspend
from easement.ledger.model import EntryType
from easement.ledger.service import utc_now
from easement.node.home import open_node
from tests.exchange import cluster
from tests.exchange.serving import Serving
from tests.gate.world import NOW, World, copied, furnish

KEY = cluster.signer_of("northtown").key
TOKEN = f"opens-one-share.{keyid_of(KEY)}"
BEFORE = datetime(2020, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
FIRST = pa.table({"name": ["Ash", "Birch", "Cedar"], "born": pa.array([0, 1, 2], pa.date32()), "n": [1.5, None, 3.0]})
SECOND = pa.table({"name": ["Ash", "Dale"], "born": pa.array([0, 9], pa.date32()), "n": [1.5, 4.0]})


def make_set(home: Path, master: bytes, id_: str, table: pa.Table, parts: int = 2) -> tuple[File, ...]:
    """A sealed set as the gate leaves it, in several files."""
    (sets.sets_folder(home) / id_).mkdir(parents=True)
    files, step = [], -(-table.num_rows // parts)
    for number in range(parts):
        part = table.slice(number * step, step)
        with SealedWriter(sets.file_path(home, id_, number), sets.file_key(master, id_, number)) as file:
            pq.write_table(part, pa.PythonFile(file, mode="w"))
        data = b"".join(sets.open_file(home, master, id_, number).read())
        files.append(File(number, len(data), part.num_rows, sha256_hex(data)))
    return tuple(files)


class Shared:
    """A provider with two versions of a set, and its Delta Sharing server."""

    def __init__(self, world: World, node) -> None:
        self.world, self.node = world, node
        self.digest = node.shelf.get("school-meals", NOW.date()).prepared.digest
        self.reader = sets.Reader(
            "northtown", self.digest, "school-meals", "forms", int(datetime.now(UTC).timestamp()) + 600
        )
        for version, table in enumerate((FIRST, SECOND)):
            self.add(version, table)
        with writing(node.engine) as connection:
            sets.add_reader(connection, TOKEN, self.reader)
        self.log = cluster.Log(world.node.parent)
        self.hand_out(MemberKey(key=str(KEY), since=BEFORE))

    def hand_out(self, *keys: MemberKey) -> None:
        """Put a directory into the node in which the recipient has some keys, or is no member where it has none."""
        members = [cluster.member("dwp"), *([cluster.member("northtown", keys=keys)] if keys else [])]
        issued = datetime.now(UTC) - timedelta(minutes=1)
        number = (directory_store.held(self.node.home) or cluster.directory()).sequence
        made = cluster.directory(*members, sequence=number + 1, previous="0" * 64, issued=issued, expires=issued + DAY)
        directory_store.keep(self.node.home, self.log.publish(made), cluster.trust(), issued)

    def add(self, version: int, table: pa.Table) -> None:
        id_ = f"{version:032x}"
        files = make_set(self.world.node, self.node.master_key, id_, table)
        schema = delta.schema_string(table.schema)
        at = 1_790_000_000_000 + version * 60_000
        made = sets.Made(id_, self.digest, "school-meals", "forms", "northtown", version, at, schema, files, intent=0)
        with writing(self.node.engine) as connection:
            sets.add_set(connection, made)

    def link(self, serving: Serving, id_: str, expires: int) -> str:
        """A link to the first file of a set, as the token that this test has would get it."""
        link = sets.Link(id_, 0, expires, sha256_hex(TOKEN.encode()), keyid_of(KEY))
        signature = sets.link_signature(self.node.master_key, link)
        said = {"expires": expires, "reader": link.reader, "key": link.keyid, "X-Amz-Signature": signature}
        return f"{serving.address}/delta/files/{id_}/0.parquet?{urlencode(said)}"

    def profile(self, folder: Path, address: str, token: str = TOKEN) -> str:
        path = folder / "profile.share"
        said = {"shareCredentialsVersion": 1, "endpoint": f"{address}/delta", "bearerToken": token}
        path.write_text(json.dumps(said))
        return str(path)


@pytest.fixture(scope="module")
def world(tmp_path_factory) -> World:
    return furnish(tmp_path_factory.mktemp("world"))


@pytest.fixture
def shared(world, tmp_path) -> Iterator[Shared]:
    mine = copied(world, tmp_path / "world")
    with open_node(mine.node) as node:
        yield Shared(mine, node)


class Clock:
    """The time of day, where a test does not stop it, and what a test adds to it."""

    def __init__(self) -> None:
        self.stopped: datetime | None = None
        self.more = timedelta()

    def __call__(self) -> datetime:
        return (self.stopped or utc_now()) + self.more


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def serving(shared, clock) -> Iterator[Serving]:
    app = FastAPI()
    app.state.node, app.state.clock = shared.node, clock
    app.include_router(router)

    @app.exception_handler(Refused)
    def refused(_: Request, error: Refused) -> JSONResponse:
        return JSONResponse({"title": error.what, "remedy": error.remedy}, 403)

    with Serving(app) as server:
        object.__setattr__(shared.node.settings.server, "url", server.address)
        yield server


@pytest.fixture
def profile(shared, serving, tmp_path) -> str:
    return shared.profile(tmp_path, serving.address)


TABLE = "#school-meals.dwp.forms"


def get(serving: Serving, path: str, token: str = TOKEN, **headers: str) -> httpx.Response:
    return httpx.get(f"{serving.address}/delta{path}", headers={"Authorization": f"Bearer {token}"} | headers)


def query(serving: Serving, asked: dict[str, object] | None = None, capabilities: str = "") -> httpx.Response:
    headers = {"Authorization": f"Bearer {TOKEN}", "delta-sharing-capabilities": capabilities}
    return httpx.post(f"{serving.address}/delta{PLACE}/query", json=asked or {}, headers=headers)


PLACE = "/shares/school-meals/schemas/dwp/tables/forms"


def links(answer: httpx.Response) -> list[str]:
    return [json.loads(line)["file"]["url"] for line in answer.text.splitlines()[2:]]


def frame(table: pa.Table) -> list[dict[str, object]]:
    return [{**row, "n": row["n"] if row["n"] is not None else None} for row in table.to_pylist()]


def rows(found: pd.DataFrame, *columns: str) -> list[tuple[object, ...]]:
    return [
        tuple(None if pd.isna(value) else value for value in row)
        for row in found[list(columns)].itertuples(index=False)
    ]


def said(table: pa.Table) -> list[tuple[object, ...]]:
    return [tuple(row.values()) for row in table.to_pylist()]


def test_the_client_finds_what_its_token_opens_and_nothing_else(profile):
    client = delta_sharing.SharingClient(profile)
    assert [share.name for share in client.list_shares()] == ["school-meals"]
    assert [(t.share, t.schema, t.name) for t in client.list_all_tables()] == [("school-meals", "dwp", "forms")]


@pytest.mark.parametrize("as_delta", [False, True, None], ids=["parquet", "delta", "client's choice"])
def test_the_newest_version_is_read(profile, as_delta):
    found = delta_sharing.load_as_pandas(profile + TABLE, use_delta_format=as_delta)
    assert sorted(rows(found, "name", "born", "n")) == sorted(said(SECOND))


@pytest.mark.parametrize("as_delta", [False, True], ids=["parquet", "delta"])
def test_an_older_version_is_read_by_its_number(profile, as_delta):
    found = delta_sharing.load_as_pandas(profile + TABLE, version=0, use_delta_format=as_delta)
    assert sorted(rows(found, "name")) == [("Ash",), ("Birch",), ("Cedar",)]


@pytest.mark.parametrize("as_delta", [False, True], ids=["parquet", "delta"])
def test_what_changed_is_read(profile, as_delta, capsys):
    found = delta_sharing.load_table_changes_as_pandas(
        profile + TABLE, starting_version=0, ending_version=1, use_delta_format=as_delta
    )
    changes = sorted(rows(found, "_commit_version", "_change_type", "name"))
    assert changes == [
        (0, "insert", "Ash"),
        (0, "insert", "Birch"),
        (0, "insert", "Cedar"),
        (1, "delete", "Ash"),
        (1, "delete", "Birch"),
        (1, "delete", "Cedar"),
        (1, "insert", "Ash"),
        (1, "insert", "Dale"),
    ]


def test_a_limit_is_kept(profile):
    assert len(delta_sharing.load_as_pandas(profile + TABLE, limit=1)) == 1


def test_that_links_were_given_out_is_in_the_log(shared, serving):
    before = shared.node.ledger.size
    query(serving)
    (opened,) = [e.entry for e in shared.node.ledger.entries(before) if e.entry.type is EntryType.SET_OPENED]
    assert (opened.share, opened.parties["recipient"], opened.message) == ("forms", "northtown", f"{1:032x}")


def test_who_asks_for_links_again_and_again_makes_the_log_grow_once_a_minute(shared, serving, clock):
    before, clock.stopped = shared.node.ledger.size, utc_now()
    for minutes in range(3):
        clock.more = timedelta(minutes=minutes)
        for _ in range(5):
            assert query(serving).status_code == 200
    assert shared.node.ledger.size == before + 3


def test_a_token_that_nobody_was_given_opens_nothing(serving):
    for token in ("x", TOKEN + "x", TOKEN[:-1], "' or 1=1 --"):
        assert get(serving, "/shares", token).status_code == 401
    assert httpx.get(f"{serving.address}/delta/shares").status_code == 401


def test_a_token_past_its_time_or_ended_opens_nothing(shared, serving):
    with writing(shared.node.engine) as connection:
        gone = sets.Reader("northtown", shared.digest, "school-meals", "forms", int(datetime.now(UTC).timestamp()) - 1)
        sets.add_reader(connection, "an old one", gone)
    assert get(serving, "/shares", "an old one").status_code == 401
    with writing(shared.node.engine) as connection:
        assert sets.end_readers(connection, "northtown", "school-meals", "forms", datetime.now(UTC)) == 2
    assert get(serving, "/shares").status_code == 401


def test_another_recipients_table_is_not_there(shared, serving):
    other = sets.Reader("northtown", shared.digest, "school-meals", "entitled", shared.reader.expires)
    with writing(shared.node.engine) as connection:
        sets.add_reader(connection, f"for another share.{keyid_of(KEY)}", other)
    assert get(serving, "/shares/school-meals/all-tables", f"for another share.{keyid_of(KEY)}").json() == {"items": []}
    assert get(serving, f"{PLACE}/metadata", f"for another share.{keyid_of(KEY)}").status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/shares/other/schemas",
        "/shares/school-meals/schemas/northtown/tables",
        "/shares/other/all-tables",
        "/shares/school-meals/schemas/dwp/tables/entitled/metadata",
        "/shares/school-meals/schemas/dwp/tables/forms' or '1'='1/metadata",
        "/shares/other",
    ],
)
def test_what_is_guessed_is_not_there(serving, path):
    assert get(serving, path).status_code == 404


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({"version": 7}, 404),
        ({"version": -1}, 404),
        ({"timestamp": "2026-01-01T00:00:00Z"}, 400),
        ({"startingVersion": 0}, 400),
    ],
)
def test_a_version_that_is_not_kept_is_said_to_be(serving, asked, status):
    assert query(serving, asked).status_code == status


@pytest.mark.parametrize(
    "asked", ["", "?startingVersion=1&endingVersion=0", "?startingVersion=0&endingVersion=9", "?startingVersion=-1"]
)
def test_changes_of_versions_that_are_not_there_are_refused(serving, asked):
    assert get(serving, f"{PLACE}/changes{asked}").status_code == 400


def test_a_dropped_version_is_gone_with_its_links(shared, serving):
    url = links(query(serving, {"version": 0}))[0]
    assert httpx.get(url).status_code == 200
    with writing(shared.node.engine) as connection:
        assert sets.drop_set(connection, f"{0:032x}", datetime.now(UTC))
        assert not sets.drop_set(connection, f"{0:032x}", datetime.now(UTC))
    sets.forget_files(shared.node.home, f"{0:032x}")
    assert httpx.get(url).status_code == 404
    assert query(serving, {"version": 0}).status_code == 404
    assert get(serving, f"{PLACE}/changes?startingVersion=0").status_code == 400
    assert get(serving, f"{PLACE}/version").headers["delta-table-version"] == "1"


def test_suspension_ends_token_and_links_at_once(shared, serving):
    url = links(query(serving))[0]
    with writing(shared.node.engine) as connection:
        suspend(connection, "school-meals", "a concern was raised", since=0, entry=0)
    changed()
    for answer in (httpx.get(url), get(serving, "/shares"), query(serving)):
        assert answer.status_code == 403
        assert "suspended" in answer.text


def revoked(number: int = 0) -> MemberKey:
    return MemberKey(key=str(cluster.signer_of("northtown", number).key), since=BEFORE, revoked=datetime.now(UTC))


@pytest.mark.parametrize("keys", [(), (revoked(),)])
def test_a_recipient_that_is_no_member_any_more_reads_nothing_more(shared, serving, keys):
    url = links(query(serving))[0]
    shared.hand_out(*keys)
    for answer in (httpx.get(url), get(serving, "/shares"), query(serving)):
        assert (answer.status_code, "may not speak" in answer.text) == (403, True)


def test_a_token_ends_with_the_key_that_asked_for_it(shared, serving):
    """Whoever stole a key may have asked for a token before, or until the revocation came to be known here."""
    other = cluster.signer_of("northtown", 1).key
    with writing(shared.node.engine) as connection:
        sets.add_reader(connection, f"by-another-key.{keyid_of(other)}", shared.reader)
        sets.add_reader(connection, "by-no-key", shared.reader)
    shared.hand_out(revoked(), MemberKey(key=str(other), since=BEFORE))
    assert get(serving, "/shares").status_code == 403
    assert get(serving, "/shares", "by-no-key").status_code == 403
    assert get(serving, "/shares", f"by-another-key.{keyid_of(other)}").status_code == 200


@pytest.mark.parametrize("how", ["revoked", "replaced"])
def test_a_link_ends_with_the_key_that_asked_for_it(shared, serving, how):
    """Whoever stole a key may have asked for links before that came to be known; the new key asks for its own."""
    url, now = links(query(serving))[0], datetime.now(UTC)
    other = cluster.signer_of("northtown", 1).key
    assert httpx.get(url).status_code == 200
    gone = revoked() if how == "revoked" else MemberKey(key=str(KEY), since=BEFORE, until=now)
    shared.hand_out(gone, MemberKey(key=str(other), since=BEFORE))
    answer = httpx.get(url)
    assert (answer.status_code, "revoked or replaced" in answer.text) == (403, True)
    renamed = url.replace(urlencode({"key": keyid_of(KEY)}), urlencode({"key": keyid_of(other)}))
    assert renamed != url
    assert httpx.get(renamed).status_code == 403


def test_a_link_ends_with_the_token_that_asked_for_it(shared, serving):
    url = links(query(serving))[0]
    with writing(shared.node.engine) as connection:
        assert sets.end_readers(connection, "northtown", "school-meals", "forms", datetime.now(UTC)) == 1
    answer = httpx.get(url)
    assert (answer.status_code, "ended with the token" in answer.text) == (403, True)


def test_a_link_is_good_for_its_own_file_and_time_alone(serving):
    first, second = links(query(serving))[:2]
    assert httpx.get(first).status_code == 200
    past = first.replace("expires=", "expires=1")
    swapped = first.split("?")[0] + "?" + second.split("?")[1]
    for wrong in (first.split("?")[0], past, swapped, first[:-1] + "x", first.replace("expires=", "expires=x")):
        answer = httpx.get(wrong)
        assert answer.status_code == 403
        assert "link" in answer.json()["detail"]


def test_a_link_past_its_time_is_dead(shared, serving):
    url = shared.link(serving, f"{1:032x}", int((datetime.now(UTC) - timedelta(seconds=1)).timestamp()))
    assert "past its time" in httpx.get(url).json()["detail"]


def test_ranges_are_served_as_rfc_9110_has_them(serving):
    url = links(query(serving))[0]
    whole = httpx.get(url).content
    assert whole[:4] == whole[-4:] == b"PAR1"
    for asked, expected in (
        ("bytes=0-3", whole[:4]),
        ("bytes=-4", whole[-4:]),
        ("bytes=5-", whole[5:]),
        ("bytes=2-9999999", whole[2:]),
    ):
        answer = httpx.get(url, headers={"Range": asked})
        assert (answer.status_code, answer.content) == (206, expected)
        assert answer.headers["content-range"].endswith(f"/{len(whole)}")
    for odd in ("bytes=-", "items=0-3", "bytes=0-1,4-5", "nonsense"):
        assert httpx.get(url, headers={"Range": odd}).content == whole
    beyond = httpx.get(url, headers={"Range": f"bytes={len(whole)}-"})
    assert (beyond.status_code, beyond.headers["content-range"]) == (416, f"bytes */{len(whole)}")
    head = httpx.head(url)
    assert (head.status_code, head.headers["content-length"], head.content) == (200, str(len(whole)), b"")


def test_what_was_changed_on_the_disk_is_never_served(shared, serving):
    url = links(query(serving))[0]
    path = sets.file_path(shared.node.home, f"{1:032x}", 0)
    raw = path.read_bytes()
    path.write_bytes(raw[:-20] + b"x" + raw[-19:])
    with pytest.raises((httpx.HTTPError, AssertionError)):
        assert httpx.get(url).status_code == 200


def test_files_that_were_put_in_each_others_place_are_never_served(shared, serving):
    url = links(query(serving))[0]
    one, other = (sets.file_path(shared.node.home, f"{1:032x}", number) for number in range(2))
    both = one.read_bytes(), other.read_bytes()
    one.write_bytes(both[1])
    other.write_bytes(both[0])
    with pytest.raises((httpx.HTTPError, AssertionError)):
        assert httpx.get(url).status_code == 200


def test_each_file_of_each_set_is_sealed_under_a_key_of_its_own():
    keys = [sets.file_key(b"m" * 32, set_, number) for set_ in ("0" * 32, "1" * 32) for number in range(200)]
    assert len(set(keys)) == len(keys)


def test_nothing_of_a_set_stands_on_the_disk_in_the_clear(shared):
    stored = b"".join(path.read_bytes() for path in sets.sets_folder(shared.node.home).rglob("*") if path.is_file())
    assert stored
    assert b"Ash" not in stored
    assert b"PAR1" not in stored


def test_versions_count_on_and_two_cannot_be_the_same(shared):
    shutil.rmtree(sets.sets_folder(shared.node.home) / f"{1:032x}")
    with pytest.raises(Refused, match="came first"):
        shared.add(1, FIRST)


def test_a_token_is_kept_as_a_hash_alone(shared):
    with writing(shared.node.engine) as connection:
        stored = connection.exec_driver_sql("select token from exchange_readers").scalars().all()
    assert stored == [sha256_hex(TOKEN.encode())]


def test_every_type_that_a_form_gives_has_its_name_in_deltas_schema():
    types = [pa.bool_(), pa.int32(), pa.int64(), pa.float64(), pa.date32(), pa.binary(), pa.string(), pa.large_string()]
    types += [pa.timestamp("us"), pa.timestamp("us", "UTC"), pa.decimal128(9, 2)]
    schema = pa.schema([(str(number), kind) for number, kind in enumerate(types)])
    told = [field["type"] for field in json.loads(delta.schema_string(schema))["fields"]]
    assert told == [
        "boolean",
        "integer",
        "long",
        "double",
        "date",
        "binary",
        "string",
        "string",
        "timestamp_ntz",
        "timestamp",
        "decimal(9,2)",
    ]
    with pytest.raises(TypeError, match="no type"):
        delta.schema_string(pa.schema([("x", pa.list_(pa.int8()))]))

"""R3.9, R4.4: a council sends encodings to another node in place of names, and nothing stays of who is not found."""

import base64
from collections.abc import Iterator
from pathlib import Path
from shutil import copyfile
from typing import Any

import httpx
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from fastapi.testclient import TestClient
from pyarrow.csv import write_csv
from sqlalchemy import inspect, text

from easement.agreement.model import Mode
from easement.api.app import create_app
from easement.base.database import reading
from easement.base.errors import BadData, UsageError
from easement.cli import root
from easement.exchange import bulk, jobs
from easement.exchange.bulk_body import BulkBody, ListSaid
from easement.exchange.bulk_fetch import fetch
from easement.exchange.bulk_tables import BulkState
from easement.exchange.message_body import read_body
from easement.ledger.model import EntryType
from easement.linkage.encode_files import node_secret
from easement.node.home import Node
from easement.staff import service as staff
from easement.staff.permissions import NodeRole, Permission
from easement.web.app import mount
from easement.web.reading.columns import as_sent, read_sheet
from tests.api.conftest import Program, program
from tests.gate.world import TERMS, furnish, signed
from tests.web.signed_in import SESSION, send, token

from .pair import ASKER, Pair, paired

AWARDS = (
    ("C01", "AB123456C", "Ash", "Jo", "01/02/2015", "F", "NT1 1AA", "UC", "120", "01/01/2026", ""),
    ("C02", "", "Yew", "Max", "28/02/2015", "M", "NT1 1AB", "UC", "90", "02/01/2026", ""),
    ("C-unasked", "", "Strangeways", "Unaskedfor", "08/08/2013", "M", "NT6 6GG", "UC", "50", "07/01/2026", ""),
)
PUPILS = (
    ("P-found-1", "Ash", "Jo", "2015-02-01", "NT1 1AA"),
    ("P-found-2", "Yewe", "Max", "2015-02-28", "nt11ab"),
    ("P-unknown-1", "Nobodysson", "Knownhere", "2001-01-02", "NT9 9ZZ"),
    ("P-unknown-2", "Elsewhereman", "Livesaway", "2003-11-12", "NT8 8YY"),
)
ENCODED = "    match: {method: encoded}\n    limits: {records_per_request: 5}\n    rows: award in"


@pytest.fixture(scope="module")
def pair(tmp_path_factory) -> Iterator[Pair]:
    """Two nodes under an agreement by encodings, whose secret the department keeps, and the council beside its node."""
    world = furnish(tmp_path_factory.mktemp("encoded"), AWARDS)
    world.agreement.write_text(TERMS.replace("    rows: award in", ENCODED))
    signed(world.agreement, world.keys)
    world.listed(PUPILS)
    encode_key("new", world.out / "roll.key")
    keep(world.out / "roll.key", world.node)
    with paired(tmp_path_factory.mktemp("pair"), world) as both:
        yield both


def encode_key(*words: object) -> None:
    with pytest.raises(SystemExit) as ended:
        root.main(["link", "encode-key", *map(str, words)])
    assert not ended.value.code


def keep(secret: Path, home: Path) -> Path:
    """Put a secret where a node looks for it."""
    place = node_secret(home, "school-meals")
    copyfile(secret, place)
    place.chmod(0o600)
    return place


def encoded(pair: Pair, name: str = "roll.parquet", key: str = "roll.key") -> Path:
    """The council's list as encodings, made without any node; the same file where it was made before."""
    out = pair.world.out
    if (out / name).exists():
        return out / name
    words = ["link", "encode", out / "roll.csv", out / "roll.yaml", "--key", out / key, "--share", "entitled"]
    with pytest.raises(SystemExit) as ended:
        root.main([*map(str, words), "--agreement", str(pair.world.agreement), "--out", str(out / name)])
    assert not ended.value.code
    return out / name


def asked(pair: Pair, given: ListSaid) -> bulk.Asked:
    wish = pair.wish("entitled", mode=Mode.MATCH, person={})
    return bulk.ask_set(pair.northtown, wish, ASKER, pair.clock(), given)


def ended(pair: Pair, given: ListSaid) -> bulk.Bulk:
    """How it stands with a list once the department is done with it."""
    message = asked(pair, given).bulk.message
    while jobs.run_next(pair.dwp, pair.clock) is not None:
        pass
    return bulk.look(pair.northtown, message, pair.clock())


def told_why(pair: Pair, node: Node) -> tuple[str, ...] | None:
    """The reasons of the last refusal in a node's log."""
    return [entry.reasons for entry in pair.entries(node) if entry.reasons][-1]


def rows_of(pair: Pair, seen: bulk.Bulk, folder: Path) -> list[dict[str, Any]]:
    folder.mkdir()
    with httpx.Client() as client:
        [path] = fetch(pair.northtown, client, seen.message, folder, pair.clock())
    return pq.read_table(path).to_pylist()


def everything(node: Node) -> bytes:
    """Whatever a node keeps: all bytes of all files, all values of its database, and what its ledger seals, opened."""
    found = [path.read_bytes() for path in sorted(node.home.rglob("*")) if path.is_file()]
    with reading(node.engine) as connection:
        for name in inspect(connection).get_table_names():
            for row in connection.execute(text(f'select * from "{name}"')):
                found += [value if isinstance(value, bytes) else str(value).encode() for value in row]
    private = [node.ledger.private(each.index) for each in node.ledger.entries(1) if each.entry.commitment]
    return b"\0".join([*found, *(str(each).encode() for each in private)])


def traces(listed: Path) -> dict[str, list[bytes]]:
    """By reference, whatever of a row could be found again: its reference, filters and keys, as text and as bytes."""
    rows = pq.read_table(listed).to_pylist()
    columns = [name for name in rows[0] if name != "easement_encoded"]
    values = {row["reference"]: [row[name] for name in columns if row[name]] for row in rows}
    return {reference: [form for value in each for form in _forms(value)] for reference, each in values.items()}


def _forms(value: str) -> list[bytes]:
    if value[0] not in "fk" or set(value[1:]) - set("0123456789abcdef"):
        return [value.encode()]
    raw = bytes.fromhex(value[1:])
    return [value.encode(), *([raw, base64.b64encode(raw)[:-4]] if len(raw) > 8 else [])]


def test_who_is_found_comes_back_under_the_councils_own_reference(pair, tmp_path):
    done = ended(pair, bulk.listed(encoded(pair)))
    assert (done.state, done.rows, done.problem) == (BulkState.RECEIVED, 2, "")
    found = {row["your_reference"]: row["claim_reference"] for row in rows_of(pair, done, tmp_path / "got")}
    assert found == {"P-found-1": "C01", "P-found-2": "C02"}
    assert [entry.count for entry in pair.entries(pair.dwp, EntryType.DISCLOSURE_RELEASED)][-1] == 2


def test_nothing_of_who_is_not_found_stays_at_the_provider_nor_reaches_the_recipient(pair, tmp_path):
    listed = encoded(pair)
    done = ended(pair, bulk.listed(listed))
    assert done.state is BulkState.RECEIVED
    assert rows_of(pair, done, tmp_path / "got")
    kept = everything(pair.dwp)
    unknown = [form for reference, each in traces(listed).items() if "unknown" in reference for form in each]
    assert len(unknown) > 20
    assert [form for form in unknown if form in kept] == []
    assert list((pair.dwp.home / "jobs").iterdir()) == []
    theirs = everything(pair.northtown) + b"".join(path.read_bytes() for path in (tmp_path / "got").iterdir())
    for value in (b"C-unasked", b"Strangeways", b"Unaskedfor", b"NT6 6GG"):
        assert value not in theirs
        assert value in kept  # what is looked for would be found: the register stands in the department's node


def test_the_question_goes_once_it_is_answered_on_both_sides(pair):
    done = ended(pair, bulk.listed(encoded(pair)))
    assert done.sealed == b""
    assert jobs.find(pair.dwp, "northtown", done.message).sealed == b""


def test_while_it_waits_a_list_is_kept_sealed(pair):
    listed = encoded(pair)
    waiting = asked(pair, bulk.listed(listed)).bulk
    kept = everything(pair.dwp)
    assert not [form for each in traces(listed).values() for form in each if form in kept]
    jobs.run_next(pair.dwp, pair.clock)
    assert bulk.look(pair.northtown, waiting.message, pair.clock()).state is BulkState.RECEIVED


def arrived(pair: Pair, message: str) -> BulkBody:
    """The question as the department has it."""
    found = jobs.find(pair.dwp, "northtown", message)
    plain = jobs.unseal(jobs._key(pair.dwp), found.sealed, jobs._place("northtown", message))
    return read_body(BulkBody, plain, jobs.MAX_BULK)


def test_a_node_that_keeps_the_secret_encodes_names_before_they_leave(pair, tmp_path):
    secret = keep(pair.world.out / "roll.key", pair.northtown.home)
    try:
        first = asked(pair, bulk.listed(*pair.world.listed(PUPILS))).bulk
        sent = arrived(pair, first.message).list
        assert sent.encoded
        data = base64.b64decode(sent.data)
        assert not [name for _, *names in PUPILS for name in names[:2] if len(name) > 3 and name.encode() in data]
        assert list((pair.northtown.home / "jobs").iterdir()) == []
        jobs.run_next(pair.dwp, pair.clock)
        done = bulk.look(pair.northtown, first.message, pair.clock())
        assert {row["your_reference"] for row in rows_of(pair, done, tmp_path / "got")} == {"P-found-1", "P-found-2"}
        odd = ListSaid(suffix=".csv", mapping="format: nothing\n", data="cHVwaWwK")
        with pytest.raises(UsageError, match="cannot be encoded"):
            asked(pair, odd)
    finally:
        secret.unlink()


def test_what_a_kill_left_of_a_list_that_was_being_encoded_is_cleared(pair):
    left = pair.northtown.home / "jobs" / "own-list"
    left.mkdir()
    (left / "list.csv").write_text("P1,Ash,Jo\n")
    assert jobs.clear(pair.northtown) == 1
    assert not left.exists()
    assert jobs.clear(pair.northtown) == 0


def test_a_list_from_the_pages_is_encoded_before_it_leaves_too(pair):
    text = "\n".join(["Pupil,Surname,Forename,DOB,Post code", *map(",".join, PUPILS)])
    chosen = {"reference": "Pupil", "family_name": "Surname", "given_name": "Forename", "date_of_birth": "DOB"}
    offer = pair.northtown.shelf.get("school-meals", pair.clock().date()).prepared.offers["entitled"]
    given = as_sent(
        offer, "northtown", read_sheet(text.encode()), chosen | {"date": "yyyy-mm-dd", "postcode": "Post code"}
    )
    secret = keep(pair.world.out / "roll.key", pair.northtown.home)
    try:
        message = asked(pair, given).bulk.message
    finally:
        secret.unlink()
    assert arrived(pair, message).list.encoded
    jobs.run_next(pair.dwp, pair.clock)
    assert bulk.look(pair.northtown, message, pair.clock()).rows == 2


@pytest.fixture(scope="module")
def browser(pair) -> TestClient:
    """An analyst of the council, signed in to its pages."""
    person = staff.add_person(pair.northtown, "Ida Many", by="console", now=pair.clock(), roles=[NodeRole.ANALYST])
    staff.grant(pair.northtown, person.account_id, "school-meals", "benefits-officer", by="console", now=pair.clock())
    course = ("information-governance", pair.clock().date())
    staff.record_training(pair.northtown, person.account_id, *course, by="console", now=pair.clock())
    session = staff.open_session(pair.northtown, person.account_id, now=pair.clock())
    app = create_app(pair.northtown, [mount], clock=pair.clock)
    client = TestClient(app, base_url=pair.urls["northtown"], follow_redirects=False, cookies={SESSION: session.token})
    client.headers["accept"] = "text/html"
    return client


def uploaded(browser: TestClient, place: str, data: bytes, name: str = "roll.parquet") -> Any:
    csrf = token(browser.get(place))
    return browser.post(place, data={"csrf": csrf}, files={"file": (name, data)})


def test_encodings_are_uploaded_on_the_pages_and_looked_through_before_they_leave(pair, browser, tmp_path):
    """The same refusals as at the provider, in words; then it is asked as by any other door."""
    begun = send(browser, "/jobs/ask", share="school-meals/entitled", purpose="benefit-eligibility")
    place = begun.headers["location"]
    assert place.endswith("/list")
    assert "names never leave" in browser.get(place).text
    table = pq.read_table(encoded(pair))
    names = "\n".join(["Pupil,Surname,Forename", *(",".join(each[:3]) for each in PUPILS)]).encode()
    wrong = {"this node does not keep the key": names, "lacks the columns of encodings": table.drop_columns(["filter"]),
             "stand on the list more than once": table.take([0, 0, 1]),
             "holds rows of several encodings": pa.concat_tables([table, relabelled(table, "0" * 16)]),
             "is of the format": relabelled(table, "0" * 16, format_="easement-encoded/9")}  # fmt: skip
    for said, given in wrong.items():
        data = given if isinstance(given, bytes) else as_file(given, tmp_path)
        answer = uploaded(browser, place, data)
        assert (answer.status_code, said in answer.text) == (422, True), (said, answer.text)
    assert not list((pair.northtown.home / "jobs").iterdir())
    journey = place.removesuffix("/list")
    assert uploaded(browser, place, encoded(pair).read_bytes()).headers["location"] == f"{journey}/why"
    send(browser, f"{journey}/why", why="To find who gets a meal")
    shown = browser.get(f"{journey}/check").text
    assert "4 people" in shown
    assert "The encodings in your file" in shown
    message = send(browser, f"{journey}/check").headers["location"].rpartition("/")[2]
    jobs.run_next(pair.dwp, pair.clock)
    assert bulk.look(pair.northtown, message, pair.clock()).rows == 2


def test_encodings_by_another_key_are_told_of_where_the_node_keeps_its_own(pair, browser, tmp_path):
    place = send(browser, "/jobs/ask", share="school-meals/entitled", purpose="benefit-eligibility").headers["location"]
    sheet = tmp_path / "roll.csv"
    write_csv(relabelled(pq.read_table(encoded(pair)), "0" * 16), sheet)
    secret = keep(pair.world.out / "roll.key", pair.northtown.home)
    try:
        answer = uploaded(browser, place, sheet.read_bytes())
        assert (answer.status_code, "under another key" in answer.text) == (422, True)
        assert "made into encodings before it leaves" in answer.text
    finally:
        secret.unlink()
    assert uploaded(browser, place, sheet.read_bytes()).status_code == 303, "without the key nobody can tell here"


def relabelled(table: pa.Table, key: str, format_: str = "easement-encoded/1") -> pa.Table:
    """The same encodings, said to be of another key."""
    header = f"{format_} diffuse - {key}"
    at = table.column_names.index("easement_encoded")
    return table.set_column(at, table.schema.field(at), pa.array([header] * len(table)))


def as_file(table: pa.Table, folder: Path) -> bytes:
    pq.write_table(table, folder / "changed.parquet")
    return (folder / "changed.parquet").read_bytes()


def test_names_never_leave_where_encodings_were_agreed(pair):
    before = len(pair.entries(pair.dwp))
    said = asked(pair, bulk.listed(*pair.world.listed(PUPILS)))
    assert [reason.code.value for reason in said.decision.unmet] == ["list.names-refused"]
    assert said.bulk.state is BulkState.REFUSED
    assert told_why(pair, pair.northtown) == ("list.names-refused",)
    assert jobs.find(pair.dwp, "northtown", said.bulk.message) is None
    assert len(pair.entries(pair.dwp)) == before


def test_a_provider_refuses_names_that_were_sent_all_the_same(pair, monkeypatch):
    monkeypatch.setattr(bulk, "listed_as", lambda decision, agreement, *, encoded: decision)
    done = ended(pair, bulk.listed(*pair.world.listed(PUPILS)))
    assert done.state is BulkState.REFUSED
    assert "this list holds names" in done.problem
    assert [told_why(pair, node) for node in (pair.dwp, pair.northtown)] == [("list.names-refused",)] * 2


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"key": "other.key"}, "list.encoded-otherwise"),
        ({"twice": True}, "list.encoded-twice"),
        ({"long": True}, "limit.request-too-large"),
    ],
)
def test_a_list_that_is_not_right_is_refused_with_the_reason_in_both_logs(pair, change, code):
    if key := change.get("key"):
        encode_key("new", pair.world.out / key)
    listed = encoded(pair, f"roll-{code}.parquet", change.get("key", "roll.key"))
    table = pq.read_table(listed)
    if "twice" in change:
        table = table.take([0, 0, 1])
    if "long" in change:
        table = table.take([0, 1, 2, 3, 0, 1])
    pq.write_table(table, listed)
    done = ended(pair, bulk.listed(listed))
    assert done.state is BulkState.REFUSED
    assert done.problem
    assert [told_why(pair, node) for node in (pair.dwp, pair.northtown)] == [(code,)] * 2
    assert pair.entries(pair.dwp)[-1].intent is not None
    assert list((pair.dwp.home / "jobs").iterdir()) == []


def test_encodings_are_sent_as_csv_or_parquet_and_not_too_many_at_once(pair, monkeypatch):
    listed = encoded(pair)
    sheet = pair.world.out / "roll-sheet.xlsx"
    copyfile(listed, sheet)
    with pytest.raises(BadData, match="not a list that can be sent"):
        bulk.listed(sheet)
    monkeypatch.setattr(bulk, "MAX_LIST", 100)
    with pytest.raises(BadData, match="longer than 100 bytes"):
        bulk.listed(listed)


def test_a_program_sends_encodings_by_the_api(pair):
    app = create_app(pair.northtown, clock=pair.clock)
    client = TestClient(app, base_url=pair.urls["northtown"], raise_server_exceptions=False)
    clerk = Program(client, program(pair.northtown, Permission.DATA_JOB_RUN, agreements=("school-meals",)))
    data = base64.b64encode(encoded(pair).read_bytes()).decode()
    wanted = {"provider": "dwp", "agreement": "school-meals", "share": "entitled", "purpose": "benefit-eligibility"}
    asks = [
        wanted | {"mode": "match", "people": people}
        for people in (
            {"suffix": ".parquet", "data": data},
            {"suffix": ".xlsx", "data": data},
            {"suffix": ".csv", "data": "cHVwaWwK", "mapping": "format: easement-mapping/1"},
        )
    ]
    told = [clerk.post("/api/v1/sets", json=ask) for ask in asks]
    assert [each.status_code for each in told] == [200, 422, 403]
    assert [each["code"] for each in told[2].json()["reasons"] if not each["met"]] == ["list.names-refused"]
    jobs.run_next(pair.dwp, pair.clock)
    message = told[0].json()["message"]
    assert bulk.look(pair.northtown, message, pair.clock()).rows == 2
    assert clerk.get(f"/api/v1/sets/{message}").json()["state"] == "received"

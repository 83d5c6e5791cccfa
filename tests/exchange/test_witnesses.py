"""Members cosign each other's logs; a log that goes back or forks is found out, and its node stops."""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from fastapi.responses import PlainTextResponse

from easement.base.database import writing
from easement.base.errors import EasementError, Refused, StorageFailed
from easement.exchange import directory_store
from easement.exchange.directory import Trust
from easement.exchange.directory_parts import MemberKey
from easement.exchange.witness_api import router
from easement.exchange.witness_tables import Followed, put_followed
from easement.exchange.witnesses import Health, check_witnessed, collect, cosigner, key_note, witnessed
from easement.ledger.checkpoint import sign_checkpoint
from easement.ledger.model import Entry, EntryType, minute
from easement.ledger.note import Signer
from easement.ledger.service import utc_now
from easement.ledger.verifier import parse_note, verify_note
from easement.node.home import Node, create_node, open_node
from tests.exchange.cluster import LOG, OPERATOR, Log, directory, member
from tests.exchange.serving import Serving, address_of, bound

NOW = datetime.now(UTC).replace(microsecond=0)
HOMES = ("dwp", "northtown", "police")


class Cluster:
    """Real nodes with a directory that names them as each other's witnesses; a part of them serves."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.folder, self.stack = folder, stack
        self.sockets = {name: bound() for name in HOMES}
        for each in self.sockets.values():
            stack.callback(each.close)
        self.nodes: dict[str, Node] = {}
        for name in HOMES:
            create_node(folder / name, name)
            self.open(name)
        self.log = Log(folder)
        stack.callback(self.log.engine.dispose)
        self.publish()

    def open(self, name: str) -> Node:
        self.nodes[name] = self.stack.enter_context(open_node(self.folder / name))
        return self.nodes[name]

    def publish(self) -> None:
        since = NOW - timedelta(hours=1)
        members = [
            member(
                name,
                url=address_of(self.sockets[name]),
                joined=since,
                keys=(MemberKey(key=str(node.organisation_key.key), since=since),),
                log=str(node.ledger.key),
                services=("lookup", "witness"),
            )
            for name, node in self.nodes.items()
        ]
        home = {"id": OPERATOR.name, "url": "http://127.0.0.1:9", "log": str(LOG.key)}
        home["keys"] = [{"key": str(OPERATOR.key), "from": since}]
        version = directory(*members, issued=since, expires=NOW + timedelta(days=1), operator=home)
        published = self.log.publish(version)
        trust = Trust("northshire", OPERATOR.name, "http://127.0.0.1:9", (OPERATOR.key,), LOG.key)
        for name in HOMES:
            directory_store.keep(self.folder / name, published, trust, NOW)

    def serve(self, *names: str) -> None:
        for name in names:
            app = FastAPI()
            app.state.node, app.state.clock = self.nodes[name], utc_now
            app.include_router(router)

            @app.exception_handler(EasementError)
            def told(_: object, error: EasementError) -> PlainTextResponse:
                return PlainTextResponse(error.what, 503)

            self.stack.enter_context(Serving(app, self.sockets[name]))

    def round(self, name: str = "dwp", now: datetime = NOW):
        with httpx.Client() as client:
            return collect(self.nodes[name], client, now)

    def ask_for(self, quorum: int, **rules: int) -> None:
        """Change what the department's settings say of witnesses."""
        for key, value in {"quorum": quorum, **rules}.items():
            object.__setattr__(self.nodes["dwp"].settings.witness, key, value)


@pytest.fixture
def cluster(tmp_path) -> Iterator[Cluster]:
    with ExitStack() as stack:
        yield Cluster(tmp_path, stack)


def grow(node: Node, entries: int = 1) -> None:
    for _ in range(entries):
        node.ledger.append(Entry(type=EntryType.KEY_CHANGED, time=minute(NOW), key="ab" * 32))
    node.ledger.checkpoint()


def test_every_member_cosigns_as_the_log_grows(cluster):
    cluster.serve("northtown", "police")
    cluster.ask_for(2)
    node = cluster.nodes["dwp"]
    for more in (0, 1, 5, 300):
        grow(node, more)
        stand = cluster.round()
        assert (stand.health, stand.last.size) == (Health.GOOD, node.ledger.size)
    keys = [node.ledger.key, *(cosigner(cluster.folder / name, name).key for name in ("northtown", "police"))]
    assert len(verify_note(parse_note(stand.last.note), keys)) == 3
    check_witnessed(node, NOW)


def test_a_node_that_asks_for_no_witnesses_says_so_and_discloses(cluster):
    assert witnessed(cluster.nodes["dwp"], NOW).health is Health.NOT_ASKED
    check_witnessed(cluster.nodes["dwp"], NOW)


def test_too_few_cosignatures_are_no_cosigned_checkpoint(cluster):
    cluster.serve("police")
    cluster.ask_for(2)
    stand = cluster.round()
    assert stand.last is None
    silent = {each.organisation: each.problem for each in stand.each}
    assert silent["police"] == ""
    assert "cannot be reached" in silent["northtown"]


def test_silent_witnesses_first_warn_and_then_stop_the_node(cluster):
    cluster.serve("northtown")
    cluster.ask_for(1, alarm_minutes=60, grace_hours=2)
    cluster.round()
    node = cluster.nodes["dwp"]
    after = [witnessed(node, NOW + timedelta(minutes=minutes)) for minutes in (59, 61, 121)]
    assert [stand.health for stand in after] == [Health.GOOD, Health.LATE, Health.STOPPED]
    check_witnessed(node, NOW + timedelta(minutes=61))
    with pytest.raises(StorageFailed, match="grace is over"):
        check_witnessed(node, NOW + timedelta(minutes=121))


def test_a_new_log_has_the_same_grace(cluster):
    cluster.ask_for(1, alarm_minutes=60, grace_hours=2)
    health = [witnessed(cluster.nodes["dwp"], NOW + timedelta(hours=hours)).health for hours in (0, 1.5, 3)]
    assert health == [Health.GOOD, Health.LATE, Health.STOPPED]


def test_a_node_put_back_from_an_old_copy_is_found_out_and_stops(cluster, tmp_path):
    """R5.2: what was restored knows nothing of what it had published since; a witness does, and can prove it."""
    cluster.serve("northtown")
    cluster.ask_for(1)
    grow(cluster.nodes["dwp"], 3)
    cluster.round()
    shutil.copytree(tmp_path / "dwp", tmp_path / "copy")
    grow(cluster.nodes["dwp"], 4)
    cluster.round()
    cluster.nodes["dwp"].engine.dispose()
    shutil.rmtree(tmp_path / "dwp")
    shutil.copytree(tmp_path / "copy", tmp_path / "dwp")
    node = cluster.open("dwp")
    check_witnessed(node, NOW)
    stand = cluster.round()
    assert stand.health is Health.DENIED
    assert "has seen 8 entries of this log, which now holds 4" in stand.text
    with pytest.raises(StorageFailed, match="put back from an old copy"):
        raise StorageFailed(stand.text, remedy=stand.remedy)
    with pytest.raises(StorageFailed, match="contradicts"):
        check_witnessed(node, NOW)


def test_a_log_that_grew_again_after_it_went_back_is_still_found_out(cluster, tmp_path):
    cluster.serve("northtown")
    shutil.copytree(tmp_path / "dwp", tmp_path / "copy")
    grow(cluster.nodes["dwp"], 4)
    cluster.round()
    cluster.nodes["dwp"].engine.dispose()
    shutil.rmtree(tmp_path / "dwp")
    shutil.copytree(tmp_path / "copy", tmp_path / "dwp")
    node = cluster.open("dwp")
    for _ in range(9):
        node.ledger.append(Entry(type=EntryType.KEY_CHANGED, time=minute(NOW), key="cd" * 32))
    node.ledger.checkpoint()
    stand = cluster.round()
    assert stand.health is Health.DENIED
    assert "other entries among the first 5" in stand.text


def test_the_newest_copy_put_back_is_good_again(cluster, tmp_path):
    cluster.serve("northtown")
    cluster.ask_for(1)
    shutil.copytree(tmp_path / "dwp", tmp_path / "old")
    grow(cluster.nodes["dwp"], 4)
    cluster.round()
    cluster.nodes["dwp"].engine.dispose()
    shutil.move(tmp_path / "dwp", tmp_path / "newest")
    shutil.copytree(tmp_path / "old", tmp_path / "dwp")
    assert witnessed(cluster.open("dwp"), NOW).discloses
    assert cluster.round().health is Health.DENIED
    cluster.nodes["dwp"].engine.dispose()
    shutil.rmtree(tmp_path / "dwp")
    shutil.move(tmp_path / "newest", tmp_path / "dwp")
    cluster.open("dwp")
    cluster.ask_for(1)
    assert cluster.round().health is Health.GOOD


def lying(cluster: Cluster, add, seen=lambda: PlainTextResponse("no", 404), key: str | None = None) -> None:
    """A witness in place of northtown that answers as the test says."""
    app = FastAPI()
    note = key_note(cluster.nodes["northtown"]) if key is None else key
    app.get("/witness/v1/key")(lambda: PlainTextResponse(note))
    app.post("/witness/v1/add-checkpoint")(add)
    app.get("/witness/v1/checkpoints/{origin:path}")(lambda origin: seen())
    cluster.stack.enter_context(Serving(app, cluster.sockets["northtown"]))


def problem(cluster: Cluster) -> str:
    stand = cluster.round()
    assert stand.discloses
    return {each.organisation: each.problem for each in stand.each}["northtown"]


@pytest.mark.parametrize("said", ["999\n", "-1\n", "x", "9" * 40])
def test_a_witness_that_only_claims_to_have_seen_more_stops_nobody(cluster, said):
    lying(cluster, lambda: PlainTextResponse(said, 409))
    assert "shows no checkpoint" in problem(cluster)


def test_a_witness_that_shows_a_checkpoint_we_never_signed_stops_nobody(cluster):
    from easement.ledger.checkpoint import sign_checkpoint

    forged = sign_checkpoint(99, bytes(32), Signer("dwp/ledger", bytes(32)))
    lying(cluster, lambda: PlainTextResponse("99\n", 409), lambda: PlainTextResponse(forged))
    assert "shows no checkpoint" in problem(cluster)


@pytest.mark.parametrize("said", ["", "— northtown/witness AAAAAAAA\n", "garbage", "— other/witness QUFBQUFBQUE=\n"])
def test_a_signature_that_does_not_hold_is_no_cosignature(cluster, said):
    lying(cluster, lambda: PlainTextResponse(said))
    assert problem(cluster) != ""


def test_a_cosignature_of_another_time_is_not_taken(cluster):
    from easement.ledger.verifier import base64_text

    def add() -> PlainTextResponse:
        text = parse_note((cluster.folder / "dwp" / "ledger" / "checkpoint").read_text()).text
        made = cosigner(cluster.folder / "northtown", "northtown").cosign(text, 1)
        return PlainTextResponse(f"— {made.name} {base64_text(made.id + made.signature)}\n")

    lying(cluster, add)
    assert "clock" in problem(cluster)


def test_a_key_that_the_member_did_not_sign_is_not_believed(cluster):
    lying(cluster, lambda: PlainTextResponse("no", 500), key=key_note(cluster.nodes["police"]))
    assert "none of the given keys" in problem(cluster)


def test_a_key_note_of_another_kind_is_not_believed(cluster):
    from easement.ledger.note import sign_text

    organisation = cluster.nodes["northtown"].organisation_key
    lying(cluster, lambda: PlainTextResponse("no", 500), key=sign_text(f"other\n{organisation.key}\n", [organisation]))
    assert "not the key of a witness" in problem(cluster)


def test_other_statuses_are_told(cluster):
    lying(cluster, lambda: PlainTextResponse("not today", 404))
    assert problem(cluster) == "it answered 404: not today"


def test_no_cluster_has_no_witnesses(tmp_path):
    create_node(tmp_path / "alone", "alone")
    with open_node(tmp_path / "alone") as node, httpx.Client() as client, pytest.raises(Refused, match="no cluster"):
        collect(node, client, NOW)


def test_a_witness_does_not_cosign_for_strangers(cluster, tmp_path):
    cluster.serve("northtown")
    stranger = create_node(tmp_path / "stranger", "stranger")
    note = (stranger.home / "ledger" / "checkpoint").read_text()
    address = address_of(cluster.sockets["northtown"])
    assert httpx.post(f"{address}/witness/v1/add-checkpoint", content=f"old 0\n\n{note}").status_code == 404
    assert httpx.post(f"{address}/witness/v1/add-checkpoint", content=b"\xff").status_code == 400
    assert httpx.get(f"{address}/witness/v1/checkpoints/stranger/ledger").status_code == 404


def test_what_was_seen_can_be_shown(cluster):
    cluster.serve("northtown")
    cluster.round()
    shown = httpx.get(f"{address_of(cluster.sockets['northtown'])}/witness/v1/checkpoints/dwp/ledger")
    assert shown.text == (cluster.folder / "dwp" / "ledger" / "checkpoint").read_text()


def test_the_key_of_a_witness_is_its_owners_alone_and_stays(cluster):
    home = cluster.folder / "police"
    first = cosigner(home, "police")
    assert cosigner(home, "police") == first
    assert (home / "keys" / "witness.key").stat().st_mode & 0o777 == 0o600
    (home / "keys" / "witness.key").write_text("spoilt")
    with pytest.raises(EasementError, match=r"witness\.key"):
        cosigner(home, "police")


def test_a_node_that_is_found_out_discloses_nothing_from_then_on(cluster, tmp_path):
    """R5.2: what cannot be proved to be whole gives nothing out, by file, by message or in bulk."""
    node = cluster.nodes["dwp"]
    node.check_fit(NOW)
    grow(node, 2)
    forked = sign_checkpoint(node.ledger.size, bytes(32), node.ledger.signer)
    with writing(node.engine) as connection:
        put_followed(connection, Followed("northtown", 1, None, "it was said", forked))
    node.check_fit(NOW + timedelta(seconds=4))
    with pytest.raises(StorageFailed, match="contradicts"):
        node.check_fit(NOW + timedelta(seconds=6))
    with pytest.raises(StorageFailed, match="contradicts"):
        node.check_fit(NOW + timedelta(seconds=7))


def test_a_proof_that_no_longer_contradicts_is_let_go(cluster):
    node = cluster.nodes["dwp"]
    note = (cluster.folder / "dwp" / "ledger" / "checkpoint").read_text()
    with writing(node.engine) as connection:
        put_followed(connection, Followed("northtown", 1, None, "it was said", note))
    assert witnessed(node, NOW).health is Health.NOT_ASKED

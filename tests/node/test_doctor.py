"""R7.2: what is wrong with a node is said in plain words with its mend, and what is in order is not complained of."""

import json
import socket
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from click.testing import CliRunner
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from easement.base.database import writing
from easement.base.errors import Problem
from easement.gate.staging import Staged
from easement.ledger.service import Ledger, utc_now
from easement.node import doctor
from easement.node.backup import back_up
from easement.node.cli import doctor as command
from easement.node.doctor import Examined, Grade, examine
from easement.node.home import create_node, open_node, read_settings, write_settings
from easement.node.restore import Source, restore
from easement.node.rotation import rotate_signing
from easement.node.schema import stamp
from tests.databases import KINDS, PASSWORD, new_database
from tests.gate.world import World, furnish
from tests.ledger.makers import released

NOW = utc_now()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return create_node(tmp_path / "dwp", "dwp").home


def told(home: Path, now: datetime | None = None) -> dict[str, Examined]:
    return {each.name: each for each in examine(home, now=now or utc_now()) if each.grade is not Grade.GOOD}


def wrong(home: Path, now: datetime | None = None) -> dict[str, tuple[str, ...]]:
    found = {name: each for name, each in told(home, now).items() if each.grade is Grade.WRONG}
    assert all(problem.mend for each in found.values() for problem in each.found)
    return {name: tuple(problem.what for problem in each.found) for name, each in found.items()}


@pytest.mark.parametrize("kind", KINDS)
def test_a_sound_node_has_nothing_wrong(request: pytest.FixtureRequest, tmp_path: Path, kind: str) -> None:
    found = new_database(kind, tmp_path, request, filled=False)
    home = create_node(tmp_path / "dwp", "dwp", database_url=found.url, database_password=found.url and PASSWORD).home
    assert wrong(home) == {}
    assert list(told(home)) == ["members"]


def test_where_there_is_no_node_that_is_said(tmp_path: Path) -> None:
    assert list(wrong(tmp_path)) == ["opening the node"]


@pytest.mark.parametrize(
    ("place", "what"),
    [("keys", "look into this folder"), ("keys/log.key", "read this file"), ("node.db", "read this file")],
)
def test_what_others_can_read_is_named_with_the_command_that_mends_it(home: Path, place: str, what: str) -> None:
    (home / place).chmod(0o755)
    found = told(home)["settings and keys"]
    assert found.grade is Grade.WRONG
    assert what in found.found[0].what
    assert found.found[0].mend.startswith("chmod ")


def test_settings_that_do_not_read_are_told_line_by_line(home: Path) -> None:
    (home / "easement.toml").write_text("[organisation]\nid = 'Dwp'\n")
    assert len(told(home)["opening the node"].found) >= 2


def test_a_database_that_is_away_or_of_another_program_is_told(home: Path) -> None:
    with open_node(home) as node, writing(node.engine) as connection:
        stamp(connection, "9999")
    assert "newer easement" in wrong(home)["opening the node"][0]
    (home / "node.db").unlink()
    assert "is not there" in wrong(home)["opening the node"][0]


def test_a_damaged_ledger_is_told_file_by_file(home: Path) -> None:
    (home / "ledger" / "tile" / "0" / "000.p" / "1").write_bytes(bytes(32))
    found = wrong(home)["ledger"]
    assert any("do not lead to the published root" in what for what in found)


def test_what_is_quick_reads_no_entries_and_says_so(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Ledger, "fsck", lambda _ledger: [Problem("entry 0", "it was changed", "restore it")])
    assert wrong(home) == {"ledger": ("it was changed",)}
    asked = CliRunner().invoke(command, [str(home), "--quick"], standalone_mode=False)
    assert asked.return_value == 0
    assert "entries were not looked at" in asked.stderr
    names = [[each.name for each in examine(home, now=utc_now(), quick=quick)] for quick in (True, False)]
    assert names[0] == names[1]


def test_a_clock_that_was_set_back_is_told(home: Path) -> None:
    with open_node(home) as node:
        node.ledger.append(released(time="2031-01-01T12:00Z"))
    assert wrong(home)["clock"][0].startswith("the clock was set back: it shows 20")
    assert "clock" not in told(home, datetime(2031, 1, 1, 11, 59, tzinfo=UTC))


def test_a_disk_that_is_nearly_full_is_told(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "LEAST_FREE_MB", 10**9)
    assert told(home)["disk"].grade is Grade.NOTE
    monkeypatch.setattr(doctor, "NONE_FREE_MB", 10**9)
    assert "MB of disk are free" in wrong(home)["disk"][0]


def certificate(folder: Path, ends: datetime, key: EllipticCurvePrivateKey | None = None) -> tuple[Path, Path]:
    own = generate_private_key(SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "node.example")])
    made = x509.CertificateBuilder(name, name, own.public_key(), 1, ends - timedelta(days=90), ends)
    chain, private = folder / "chain.pem", folder / "key.pem"
    chain.write_bytes(made.sign(own, hashes.SHA256()).public_bytes(Encoding.PEM))
    private.write_bytes((key or own).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    private.chmod(0o600)
    return chain, private


def served(home: Path, **server: object) -> None:
    settings = read_settings(home)
    write_settings(home, settings.model_copy(update={"server": settings.server.model_copy(update=server)}))


@pytest.mark.parametrize(
    ("ends", "change", "grade", "what"),
    [
        (200, lambda chain, key: None, None, ""),
        (20, lambda chain, key: None, Grade.NOTE, "the certificate ends on"),
        (-1, lambda chain, key: None, Grade.WRONG, "the certificate ended on"),
        (200, lambda chain, key: key.chmod(0o644), Grade.WRONG, "others can read"),
        (200, lambda chain, key: chain.write_text("no"), Grade.WRONG, "cannot be read"),
        (200, lambda chain, key: key.unlink(), Grade.WRONG, "No such file"),
    ],
)
def test_a_certificate_is_looked_at(
    home: Path, tmp_path: Path, ends: int, change: Callable[[Path, Path], None], grade: Grade | None, what: str
) -> None:
    chain, key = certificate(tmp_path, NOW + timedelta(days=ends, hours=1))
    change(chain, key)
    served(home, tls_certificate=str(chain), tls_key=str(key))
    found = told(home).get("certificate")
    assert (found and found.grade) == grade
    assert found is None or what in found.found[0].what


def test_a_key_that_is_not_the_certificates_is_told(home: Path, tmp_path: Path) -> None:
    chain, key = certificate(tmp_path, NOW + timedelta(days=200), generate_private_key(SECP256R1()))
    served(home, tls_certificate=str(chain), tls_key=str(key))
    assert wrong(home)["certificate"] == ("the key is not the certificate's",)


def test_https_without_a_certificate_is_noted(home: Path) -> None:
    served(home, url="https://node.example")
    assert told(home)["certificate"].grade is Grade.NOTE


class _Alive(BaseHTTPRequestHandler):
    ready = b""

    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/healthz" else 503)
        self.end_headers()
        if self.path == "/readyz":
            self.wfile.write(self.ready)

    def log_message(self, *_given: object) -> None:
        return


def test_another_program_on_the_nodes_port_is_told_and_the_node_itself_is_not(home: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as stranger:
        served(home, port=stranger.getsockname()[1])
        assert "another program listens" in wrong(home)["port"][0]
    server = HTTPServer(("127.0.0.1", 0), _Alive)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    served(home, port=server.server_port)
    assert "port" not in told(home)
    for said, stale in (('{"name": "keys", "state": "missing"}', True), ('{"name": "keys", "state": "good"}', False)):
        _Alive.ready = f'{{"checks": [{said}]}}'.encode()
        found = wrong(home).get("port", ())
        assert found == (("the node that runs still holds a key that was changed, and discloses nothing",) * stale)
    server.shutdown()
    thread.join()
    server.server_close()
    assert "port" not in told(home)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return furnish(tmp_path_factory.mktemp("world"))


def test_an_agreement_and_a_mapping_that_do_not_read_are_told_with_their_lines(world: World) -> None:
    agreement, mapping = world.node / "agreements" / "broken.yaml", world.node / "datasets" / "broken.yaml"
    agreement.write_text("id: broken\n")
    mapping.write_text("dataset: x\n")
    found = wrong(world.node)
    agreement.unlink()
    mapping.unlink()
    assert found["agreements"]
    assert found["datasets"]
    assert "agreements" not in wrong(world.node)


def test_an_agreement_that_was_changed_after_it_was_signed_is_told(world: World) -> None:
    before = world.agreement.read_text()
    world.agreement.write_text(before.replace("1.0.0", "1.0.1"))
    found = wrong(world.node)
    world.agreement.write_text(before)
    assert any("changed after" in what for what in found["agreements"])


def test_a_members_key_that_does_not_read_is_told(home: Path) -> None:
    (home / "members" / "easton.vkey").write_text("nonsense")
    assert wrong(home)["members"] == ("this is not a public key",)


def test_an_answer_left_behind_is_noted(home: Path, tmp_path: Path) -> None:
    folder = home / "releases" / "abc"
    folder.mkdir()
    (folder / "lock").touch()
    Staged(folder, tmp_path / "answer.csv").note(after=0)
    assert "left behind" in told(home)["answers on their way"].found[0].what


def test_a_retiring_key_and_a_restored_node_are_noted(home: Path, tmp_path: Path) -> None:
    with open_node(home) as node:
        rotate_signing(home, node.ledger, node.master_key, "log", name="dwp/ledger", now=NOW, overlap=timedelta(days=9))
    assert "goes on signing until" in told(home)["keys"].found[0].what
    done = back_up(home, tmp_path / "b", now=NOW)
    again = restore(done.path, tmp_path / "again", now=NOW, source=Source(keys=home / "keys")).home
    assert "was restored on" in told(again)["backup"].found[0].what


def test_the_command_ends_with_1_where_something_is_wrong_and_0_where_nothing_is(home: Path) -> None:
    well = CliRunner().invoke(command, [str(home)], standalone_mode=False)
    assert (well.return_value, "Nothing is wrong" in well.output) == (0, True)
    (home / "keys" / "log.key").chmod(0o644)
    ill = CliRunner().invoke(command, [str(home), "--json"], standalone_mode=False)
    assert ill.return_value == 1
    assert json.loads(ill.stdout)["well"] is False

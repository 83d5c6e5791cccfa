"""A node served for real: as a process of its own, over sockets, with TLS, and told to stop."""

import json
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from easement.api.cli import serve
from easement.base.errors import UsageError
from easement.node.home import create_node, open_node
from easement.node.model import ServerSettings
from easement.node.serve import check_reach
from easement.staff.permissions import Permission
from tests.databases import PASSWORD, new_database

from .conftest import program


@pytest.fixture(scope="module")
def home(tmp_path_factory) -> Path:
    return create_node(tmp_path_factory.mktemp("serve") / "node", "dwp").home


@contextmanager
def running(home: Path, *options: str, patience: float | None = None) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """The command as a process, once it answers, and its port; `patience` shortens its time-outs."""
    names = ("serve.HEAD_SECONDS", "serve.IDLE_SECONDS", "guard.BODY_SECONDS")
    quick = "" if patience is None else "".join(f"{name} = {patience}; " for name in names)
    parts = ("from easement.node import serve", "from easement.api import guard", "from easement.cli.root import main")
    code = f"{'; '.join(parts)}; {quick}main()"
    words = ["serve", "--node", str(home), "--port", "0", "--json", *options]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    process = subprocess.Popen([sys.executable, "-c", code, *words], start_new_session=True, **pipes)
    try:
        told = ""
        while not told.endswith("}\n"):
            line = process.stdout.readline()
            assert line, process.stderr.read()
            told += line
        assert "address" in told, told
        yield process, int(json.loads(told)["address"].rpartition(":")[2])
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)  # its workers too
        process.communicate()


def sent(port: int, *pieces: bytes, wait: float = 60) -> bytes:
    """Everything that comes back for what is sent, until the other side hangs up."""
    with socket.create_connection(("127.0.0.1", port), timeout=wait) as connection:
        for piece in pieces:
            connection.sendall(piece)
        return everything(connection)


def everything(connection: socket.socket) -> bytes:
    found = b""
    while piece := connection.recv(65_536):
        found += piece
    return found


def listens(port: int) -> bool:
    """Whether a connection is taken."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=20).close()
    except OSError:
        return False
    return True


def asking(port: int, path: str = "/readyz", *more: str) -> bytes:
    lines = [f"GET {path} HTTP/1.1", f"Host: 127.0.0.1:{port}", "Connection: close", *more, "", ""]
    return "\r\n".join(lines).encode()


def test_it_answers_and_stops_cleanly_when_told_to(home):
    with running(home) as (process, port):
        assert b'"ready":true' in sent(port, asking(port))
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=30)
    assert process.returncode == 0
    assert "next: open http" in said
    events = [json.loads(line)["event"] for line in said.splitlines() if line.startswith("{")]
    assert events == ["started", "answered", "stopped"]
    with open_node(home) as node:
        assert node.ledger.fsck() == []


def test_a_request_in_hand_is_answered_before_it_stops(home):
    with running(home) as (process, port), socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        head = f"POST /exchange/v1/asks HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Length: 4\r\n\r\n"
        connection.sendall(head.encode() + b"{")
        sent(port, asking(port))  # by now the first is in hand
        process.send_signal(signal.SIGTERM)
        while listens(port):
            pass
        connection.sendall(b"}  ")
        assert everything(connection).startswith(b"HTTP/1.1 ")
        process.communicate(timeout=30)
    assert process.returncode == 0


def test_who_is_slow_is_hung_up_on(home):
    with running(home, patience=0.5) as (_, port):
        assert sent(port) == b""
        assert sent(port, b"GET /readyz HTTP/1.1\r\nHost: 127.0.0.1:") == b""
        half = f"POST /exchange/v1/asks HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Length: 9\r\n\r\n{{"
        answer = sent(port, half.encode())
        assert answer.startswith(b"HTTP/1.1 408")
        assert b"too-slow" in answer


@pytest.mark.parametrize(
    "odd",
    [
        b"GARBAGE\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET /\x00 HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\n folded: y\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nA B: y\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nLong: " + b"a" * 40_000 + b"\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    ],
)
def test_what_is_no_request_is_told_so(served, odd):
    answer = sent(served, odd)
    head, _, body = answer.partition(b"\r\n\r\n")
    if answer:
        assert re.match(rb"HTTP/1\.1 4\d\d ", head)
        assert b"content-type: application/problem+json" in head
        assert json.loads(body)["status"] >= 400
        assert b"server:" not in head.lower()


@pytest.fixture(scope="module")
def served(home) -> Iterator[int]:
    with running(home, patience=2) as (_, port):
        yield port


def test_a_socket_is_not_upgraded(served):
    more = ("Upgrade: websocket", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==")
    upgrade = asking(served, "/readyz", *more).replace(b"Connection: close", b"Connection: Upgrade, close")
    assert not sent(served, upgrade).startswith(b"HTTP/1.1 101")


def certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate for this machine, and its key."""
    from ipaddress import ip_address

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "node.example")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    paths = folder / "node.pem", folder / "node.key"
    paths[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    paths[1].write_bytes(key.private_bytes(*private))
    return paths


def test_tls_is_1_2_at_least(home, tmp_path):
    secure = tmp_path / "node"
    shutil.copytree(home, secure)
    chain, key = certificate(tmp_path)
    settings = (secure / "easement.toml").read_text()
    for name, path in (("tls_certificate", chain), ("tls_key", key)):
        settings = settings.replace(f'{name} = ""', f'{name} = "{path}"')
    (secure / "easement.toml").write_text(settings)
    with running(secure) as (_, port):
        context = ssl.create_default_context(cafile=str(chain))
        plain = socket.create_connection(("127.0.0.1", port), timeout=20)
        with context.wrap_socket(plain, server_hostname="127.0.0.1") as connection:
            connection.sendall(asking(port))
            answer = everything(connection)
            assert connection.version() in ("TLSv1.2", "TLSv1.3")
        assert answer.startswith(b"HTTP/1.1 200")
        assert b"strict-transport-security: max-age=31536000" in answer
        old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        old.check_hostname, old.verify_mode = False, ssl.CERT_NONE
        with pytest.warns(DeprecationWarning, match="TLSv1_1"):
            old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1_1
        old.set_ciphers("ALL:@SECLEVEL=0")
        with socket.create_connection(("127.0.0.1", port), timeout=20) as plain, pytest.raises(OSError):
            old.wrap_socket(plain)


def test_a_port_that_is_taken_is_named(home, served):
    told = CliRunner().invoke(serve, ["--node", str(home), "--port", str(served)])
    assert isinstance(told.exception, UsageError)
    assert f"127.0.0.1:{served}" in str(told.exception)


@pytest.mark.parametrize(
    ("settings", "proxy", "wrong"),
    [
        ({"host": "0.0.0.0"}, False, "no TLS"),
        ({"host": "192.0.2.1"}, False, "no TLS"),
        ({"host": "node.example"}, False, "no TLS"),
        ({"host": "0.0.0.0"}, True, ""),
        ({"host": "127.0.0.2"}, False, ""),
        ({"host": "::1"}, False, ""),
        ({"tls_certificate": "/no/such/file", "tls_key": "/no/such/file"}, False, "does not name a file"),
        ({"tls_key": "/no/such/file"}, False, "does not name a file"),
    ],
)
def test_nothing_leaves_the_machine_in_the_clear(settings, proxy, wrong):
    server = ServerSettings(**settings)
    if not wrong:
        check_reach(server, behind_proxy=proxy)
        return
    with pytest.raises(UsageError, match=wrong):
        check_reach(server, behind_proxy=proxy)


def test_several_workers_need_a_database_made_for_it(home, tmp_path):
    many = tmp_path / "node"
    shutil.copytree(home, many)
    settings = many / "easement.toml"
    settings.write_text(settings.read_text().replace("workers = 1", "workers = 2"))
    told = CliRunner().invoke(serve, ["--node", str(many), "--port", "0"])
    assert isinstance(told.exception, UsageError)
    assert "PostgreSQL" in str(told.exception)


def test_several_workers_answer_over_one_database_and_count_together(tmp_path, request):
    """One is killed in between; another takes its place, and nothing is lost."""
    empty = new_database("postgresql", tmp_path, request, filled=False)
    made = create_node(tmp_path / "node", "dwp", database_url=empty.url, database_password=PASSWORD)
    settings = made.home / "easement.toml"
    settings.write_text(settings.read_text().replace("workers = 1", "workers = 2"))
    with open_node(made.home) as node:
        watcher = program(node, Permission.NODE_METRICS_READ, expires=datetime.now(UTC) + timedelta(days=1))
    with running(made.home) as (process, port):
        seen = set()
        while len(seen) < 2:  # the system gives connections to either
            assert b'"ready":true' in sent(port, asking(port))
            seen |= workers_of(process)
        for _ in range(8):
            sent(port, asking(port, "/healthz"))
        numbers = sent(port, asking(port, "/metrics", f"Authorization: Bearer {watcher}")).decode()
        assert 'easement_requests_total{method="GET",route="/healthz",status="200"} 8.0' in numbers
        os.kill(seen.pop(), signal.SIGKILL)
        for _ in range(4):
            assert b'"state":"alive"' in sent(port, asking(port, "/healthz"))
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
    assert process.returncode == 0
    with open_node(made.home) as node:
        assert node.ledger.fsck() == []


def workers_of(process: subprocess.Popen[str]) -> set[int]:
    """The processes that answer: those that Python's own starter began, but for its watcher."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    return {int(child) for child in children if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes()}

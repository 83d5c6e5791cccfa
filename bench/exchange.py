"""Governed lookups against a bare endpoint on the same data, on one node and through two.

On one node, a signed question is authenticated, decided, logged twice, looked up in the index, signed and answered.
Through two, a program asks its own node, which decides, signs, asks the other, checks its receipt and logs it.
Processor time is that of the servers alone, so that neither who asks nor who else uses the machine counts. All of it
is measured on encrypted files, and again on a PostgreSQL that waits for its disk, whose own time is told apart.
"""

import http.client
import json
import os
import secrets
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil
from tests.databases import PASSWORD, Server, new_server
from tests.exchange.campaign import NAMES, Nodes, make
from tests.exchange.on_postgresql import databases
from tests.exchange.processes import free_port
from tests.gate.world import plain_rows

from bench.bare import KEY, people
from easement.base.database import open_database
from easement.base.postgresql import connect_database
from easement.exchange.message import sign_question
from easement.exchange.message_body import AskBody
from easement.ledger.service import utc_now
from easement.node.home import open_node

PEOPLE = 5_000
REQUESTS, CALLERS, WARM = 2_000, 16, 200
TICK = os.sysconf("SC_CLK_TCK")

Process = subprocess.Popen[bytes] | subprocess.Popen[str]

Call = tuple[str, dict[str, str], bytes]
"""One request: its path, headers and body."""


def measures() -> Iterator[dict[str, Any]]:
    """Yields one record for each way of asking; `ratio` is to the bare endpoint's, taken in the same run."""
    with tempfile.TemporaryDirectory(prefix="easement-bench-") as folder:
        yield from _measured(Path(folder), None)
    try:
        server = new_server(durable=True)
    except RuntimeError as error:
        yield {"measure": "lookup", "database": "postgresql", "skipped": str(error)}
        return
    try:
        with tempfile.TemporaryDirectory(prefix="easement-bench-") as folder:
            yield from _measured(Path(folder), server)
    finally:
        server.stop()


def _measured(folder: Path, server: Server | None) -> Iterator[dict[str, Any]]:
    nodes, key = make(folder, PEOPLE, databases=databases(server) if server else None)
    for name in NAMES:
        nodes.start(name)
        nodes.await_start(name)
    bare, address = _bare(folder, server)
    nodes_own = {name: [nodes.processes[name]] for name in NAMES}
    both = [each for own in nodes_own.values() for each in own]
    try:
        found = {
            "bare endpoint": _load(address, [bare], server, _plain_calls),
            "one node": _load(nodes.addresses["dwp"], nodes_own["dwp"], server, lambda n: _signed_calls(nodes, n)),
            "through two nodes": _load(nodes.addresses["northtown"], both, server, lambda n: _program_calls(key, n)),
        }
    finally:
        nodes.stop()
        bare.terminate()
        bare.wait()
    base = found["bare endpoint"]
    for name, said in found.items():
        ratios = {
            "ratio_requests": round(said["requests_per_s"] / base["requests_per_s"], 3),
            "ratio_cpu": round(said["cpu_us"] / base["cpu_us"], 2),
        }
        yield {"measure": f"lookup, {name}", "database": "postgresql" if server else "sqlcipher", **said, **ratios}


def _bare(folder: Path, server: Server | None) -> tuple[subprocess.Popen[str], str]:
    place = server.url(server.create(filled=False)) if server else str(folder / "bare.db")
    engine = connect_database(place, PASSWORD) if server else open_database(Path(place), KEY)
    people.metadata.create_all(engine)
    rows = [
        {"family_name": f, "given_name": g, "date_of_birth": "2014-01-01", "claim_reference": c, "postcode": p,
         "award": a, "net_monthly_earnings": float(e), "award_start": date(2026, 1, 1)}
        for c, _, f, g, _, _, p, a, e, _, _ in plain_rows(PEOPLE)
    ]  # fmt: skip
    with engine.begin() as connection:
        connection.execute(people.insert(), rows)
    engine.dispose()
    port = free_port()
    process = subprocess.Popen([sys.executable, "-m", "bench.bare", str(port), place], stdin=subprocess.PIPE, text=True)
    assert process.stdin is not None
    process.stdin.write(json.dumps(PASSWORD) + "\n")
    process.stdin.flush()
    address = f"http://127.0.0.1:{port}"
    while not _answers(address):
        time.sleep(0.1)
    return process, address


def _answers(address: str) -> bool:
    try:
        connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=1)
        connection.request("GET", "/docs")
        return connection.getresponse().status == 200
    except OSError:
        return False


def _person(number: int) -> dict[str, str]:
    return {"family_name": f"Name{100 + number % PEOPLE}", "given_name": "Pat", "date_of_birth": "2014-01-01"}


def _plain_calls(many: int) -> list[Call]:
    head = {"content-type": "application/json"}
    return [("/person", head, json.dumps(_person(n)).encode()) for n in range(many)]


def _program_calls(key: str, many: int) -> list[Call]:
    head = {"content-type": "application/json", "authorization": f"Bearer {key}"}
    said = {"provider": "dwp", "agreement": "school-meals", "share": "forms", "purpose": "benefit-eligibility"}
    return [
        ("/api/v1/asks", head, json.dumps(said | {"person": _person(n), "why": "bench"}).encode()) for n in range(many)
    ]


def _signed_calls(nodes: Nodes, many: int) -> list[Call]:
    """Questions signed beforehand: signing is the asking node's work."""
    with open_node(nodes.homes["northtown"]) as node:
        digest = node.shelf.get("school-meals", utc_now().date()).prepared.digest
        signer, target = node.organisation_key, nodes.addresses["dwp"] + "/exchange/v1/asks"
    calls = []
    for number in range(many):
        body = AskBody(
            message=secrets.token_hex(16), to="dwp", agreement=digest, share="forms", purpose="benefit-eligibility",
            mode="lookup", role="benefits-officer", fields=(), person=_person(number), asked_by="bench", why="bench",
            training=("information-governance",), consented=False,
        ).encode()  # fmt: skip
        headers, _ = sign_question(
            signer, method="POST", target=target, body=body, now=utc_now(), nonce=secrets.token_hex(16)
        )
        calls.append(("/exchange/v1/asks", headers, body))
    return calls


def _load(
    address: str, servers: Sequence[Process], database: Server | None, calls_of: Callable[[int], list[Call]]
) -> dict[str, Any]:
    _ask(address, calls_of(WARM))
    calls, before, theirs = calls_of(REQUESTS), _cpu(servers), _database_cpu(database)
    began = time.perf_counter()
    waits = _ask(address, calls)
    spent, used, theirs = time.perf_counter() - began, _cpu(servers) - before, _database_cpu(database) - theirs
    waits.sort()
    of_database = {"database_cpu_us": round(theirs / REQUESTS * 1e6)} if database else {}
    return of_database | {
        "requests_per_s": round(REQUESTS / spent, 1),
        "p50_ms": round(statistics.median(waits) * 1e3, 2),
        "p99_ms": round(waits[int(len(waits) * 0.99)] * 1e3, 2),
        "cpu_us": round(used / REQUESTS * 1e6),
        "callers": CALLERS,
    }


def _ask(address: str, calls: list[Call]) -> list[float]:
    """Ask everything with several callers, each with a connection of its own; seconds that each answer took."""
    waits: list[float] = []
    parts = [calls[start::CALLERS] for start in range(CALLERS)]
    threads = [threading.Thread(target=_caller, args=(address, part, waits)) for part in parts]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(waits) == len(calls), f"{len(calls) - len(waits)} of {len(calls)} were not answered"
    return waits


def _caller(address: str, calls: list[Call], waits: list[float]) -> None:
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=60)
    for path, headers, body in calls:
        began = time.perf_counter()
        connection.request("POST", path, body, headers)
        answer = connection.getresponse()
        said = answer.read()
        if answer.status != 200 or (b'"records"' not in said and b"records" not in said):
            raise RuntimeError(f"{answer.status}: {said[:300]!r}")
        waits.append(time.perf_counter() - began)


def _cpu(servers: Iterable[Process]) -> float:
    """Processor seconds that servers have used, in their own code and in the kernel for them."""
    return sum(map(_cpu_of, (each.pid for each in servers)))


def _database_cpu(server: Server | None) -> float:
    """The same of all processes of a database's server, each of which works for one connection."""
    if server is None:
        return 0.0
    first = psutil.Process(server.process.pid)
    return sum(map(_cpu_of, (each.pid for each in (first, *first.children()))))


def _cpu_of(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICK

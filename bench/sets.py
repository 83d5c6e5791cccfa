"""A set of 10 million rows by 10 columns: made, sealed and proved, against plain DuckDB; then read by its links.

Making runs in a process of its own, as does the node that serves the files, so that each peak of memory is its own.
What is read is hashed and thrown away: what a client does with it is the client's.
"""

import hashlib
import json
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx

from bench.bulk import COLUMNS, ROWS, _prepare, _run
from easement.agreement.model import Mode
from easement.base.database import reading, writing
from easement.exchange import jobs, sets
from easement.exchange.bulk_body import BulkBody
from easement.ledger.service import utc_now
from easement.node.home import open_node

TOKEN = secrets.token_urlsafe(16)
SERVE = [sys.executable, "-c", "from easement.cli.root import main; main()", "serve", "--node"]


def measures() -> Iterator[dict[str, Any]]:
    """Yields one record for making the set and one for reading it."""
    with tempfile.TemporaryDirectory(prefix="easement-bench-") as folder:
        home = Path(folder)
        _prepare(home)
        for suffix in ("", ".signatures"):
            shutil.copy(home / f"governed.yaml{suffix}", home / "dwp" / "agreements" / f"governed.yaml{suffix}")
        plain = _run("plain", home)
        made = json.loads(_child("make", home))
        yield {
            "measure": "set-made",
            "rows": ROWS,
            "columns": len(COLUMNS),
            "seconds": round(made["seconds"], 2),
            "ratio": round(made["seconds"] / plain["seconds"], 2),
            "cpu_ratio": round(made["cpu"] / plain["cpu"], 2),
            "peak_mb": made["peak_mb"],
            "memory_bar": "< 1000 MB",
        }
        yield _read(home)


def _child(kind: str, home: Path) -> str:
    command = [sys.executable, "-m", "bench.sets", kind, str(home), TOKEN]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()[-1]


def _make(home: Path) -> None:
    with open_node(home / "dwp") as node:
        digest = node.shelf.get("bulk-bench", utc_now().date()).prepared.digest
        body = BulkBody(
            message=secrets.token_hex(16), to="dwp", agreement=digest, share="everyone", purpose="benefit-eligibility",
            mode=Mode.BULK, role="benefits-officer", fields=(), asked_by="", why="", training=(), consented=False,
            list=None,
        )  # fmt: skip
        jobs.accept(node, "northtown", body, utc_now())
        start, worked = time.perf_counter(), time.process_time()
        done = jobs.run_next(node, utc_now)
        seconds, cpu = time.perf_counter() - start, time.process_time() - worked
        assert done is not None
        assert done.rows == ROWS, done
        expires = int((utc_now() + timedelta(hours=1)).timestamp())
        with writing(node.engine) as connection:
            sets.add_reader(
                connection, sys.argv[3], sets.Reader("northtown", digest, "bulk-bench", "everyone", expires)
            )
    print(json.dumps({"seconds": seconds, "cpu": cpu, "peak_mb": _peak_mb("self")}))


def _peak_mb(process: int | str) -> int:
    """The largest memory that a process ever held."""
    status = Path(f"/proc/{process}/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]) // 1024


def _read(home: Path) -> dict[str, Any]:
    served = subprocess.Popen([*SERVE, str(home / "dwp"), "--port", "0", "--json"], stdout=subprocess.PIPE, text=True)
    assert served.stdout is not None
    try:
        address = json.loads(_document(served.stdout))["address"]
        _await(address)
        with open_node(home / "dwp") as node, reading(node.engine) as connection:
            files = {file.number: file for made in sets.kept_sets(connection) for file in made.files}
        began, size = time.perf_counter(), 0
        with httpx.Client(timeout=60, trust_env=False) as client:
            place = f"{address}/delta/shares/bulk-bench/schemas/dwp/tables/everyone/query"
            lines = client.post(place, json={}, headers={"Authorization": f"Bearer {TOKEN}"}).text.splitlines()[2:]
            for line in lines:
                file = json.loads(line)["file"]
                digest = hashlib.sha256()
                with client.stream("GET", file["url"]) as answer:
                    for chunk in answer.iter_bytes():
                        digest.update(chunk)
                        size += len(chunk)
                assert digest.hexdigest() == files[int(file["id"].rpartition("-")[2])].sha256
        seconds = time.perf_counter() - began
        return {
            "measure": "set-read",
            "rows": ROWS,
            "files": len(lines),
            "mb": round(size / 1e6),
            "seconds": round(seconds, 2),
            "mb_per_s": round(size / 1e6 / seconds),
            "node_peak_mb": _peak_mb(served.pid),
            "memory_bar": "< 1000 MB",
        }
    finally:
        served.terminate()
        served.wait()


def _document(stream: Any) -> str:
    """The first JSON object that a command prints."""
    said = ""
    for line in stream:
        said += line
        if line == "}\n":
            break
    return said


def _await(address: str) -> None:
    while True:
        with suppress(httpx.HTTPError):
            if httpx.get(f"{address}/healthz", trust_env=False).is_success:
                return
        time.sleep(0.1)


if __name__ == "__main__":
    _make(Path(sys.argv[2]))

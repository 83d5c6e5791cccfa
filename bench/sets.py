"""A set of 10 million rows by 10 columns goes from one node to another, all the way that people's sets go.

The council's node asks the department's; a worker of that node makes the set, seals and proves it, while the node
serves; the council's holds its receipt and gets a token; the official Delta Sharing client lists the files by it, and
every row of each is read. Two nodes and who reads are processes of their own, so that each peak of memory is its own.
"""

import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.exchange.pair import hang_up
from tests.exchange.processes import NAMES, Nodes, connect

from bench.bulk import COLUMNS, ROWS, _prepare, _run
from easement.agreement.model import Mode
from easement.exchange import bulk
from easement.exchange.bulk_tables import BulkState
from easement.exchange.model import Asker, Wish
from easement.ledger.service import utc_now
from easement.node.home import Node

ASKED = Wish("dwp", "bulk-bench", "everyone", "benefit-eligibility", Mode.BULK, "benefits-officer", why="bench")
LOOK_SECONDS = 0.25


def measures() -> Iterator[dict[str, Any]]:
    """Yields one record for the set's making and one for its reading."""
    with tempfile.TemporaryDirectory(prefix="easement-bench-") as folder:
        home = Path(folder)
        _prepare(home)
        for name in NAMES:
            for suffix in ("", ".signatures"):
                shutil.copy(home / f"governed.yaml{suffix}", home / name / "agreements" / f"governed.yaml{suffix}")
        plain = _run("plain", home)
        nodes = connect({name: home / name for name in NAMES})
        try:
            for name in NAMES:
                nodes.start(name)
                nodes.await_start(name)
            yield from _measured(nodes, home, plain["seconds"])
        finally:
            hang_up()
            nodes.stop()


def _measured(nodes: Nodes, home: Path, plain: float) -> Iterator[dict[str, Any]]:
    with nodes.open() as opened:
        council = opened["northtown"]
        began = time.perf_counter()
        message = _received(council)
        seconds = time.perf_counter() - began
        yield {
            "measure": "set-made",
            "rows": ROWS,
            "columns": len(COLUMNS),
            "seconds": round(seconds, 2),
            "ratio": round(seconds / plain, 2),
            "node_peak_mb": _peak_mb(nodes.processes["dwp"].pid),
            "memory_bar": "< 1000 MB",
        }
        profile = bulk.open_set(council, message, utc_now())
    path = home / "profile.json"
    path.write_text(json.dumps(profile.as_dict()))
    command = [sys.executable, "-m", "bench.sets", str(path), profile.table]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    read = json.loads(done.stdout.splitlines()[-1])
    assert read["rows"] == ROWS, f"{read['rows']} of {ROWS} rows were read"
    yield {
        "measure": "set-read",
        **read,
        "mb_per_s": round(read["mb"] / read["seconds"]),
        "node_peak_mb": _peak_mb(nodes.processes["dwp"].pid),
        "memory_bar": "< 1000 MB",
    }


def _received(council: Node) -> str:
    """Ask for the set and wait until it is here, as far as its receipt; the message that it answers."""
    asked = bulk.ask_set(council, ASKED, Asker("bench", frozenset()), utc_now())
    assert asked.decision.allowed, asked.decision.unmet
    seen = asked.bulk
    while not seen.state.ended:
        time.sleep(LOOK_SECONDS)
        seen = bulk.look(council, seen.message, utc_now())
    assert seen.state is BulkState.RECEIVED, seen.problem
    assert seen.rows == ROWS
    return seen.message


def _peak_mb(process: int | str) -> int:
    """The largest memory that a process ever held."""
    status = Path(f"/proc/{process}/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]) // 1024


def _read(profile: str, table: str) -> dict[str, Any]:
    """Read every row of a table by the official client's links, a file at a time; what it took."""
    import pyarrow.parquet as pq
    from delta_sharing.protocol import DeltaSharingProfile, Table
    from delta_sharing.rest_client import DataSharingRestClient
    from fsspec.implementations.http import HTTPFileSystem

    began, rows, size = time.perf_counter(), 0, 0
    share, schema, name = table.split(".")
    client = DataSharingRestClient(DeltaSharingProfile.read_from_file(profile))
    files = client.list_files_in_table(Table(name, share, schema)).add_files
    for file in files:
        size += file.size
        with HTTPFileSystem().open(file.url) as remote:
            rows += sum(batch.num_rows for batch in pq.ParquetFile(remote).iter_batches())
    seconds = round(time.perf_counter() - began, 2)
    told = {"rows": rows, "files": len(files), "mb": round(size / 1e6), "seconds": seconds}
    return told | {"client_peak_mb": _peak_mb("self")}


if __name__ == "__main__":
    print(json.dumps(_read(*sys.argv[1:])))

"""The ledger: durable entries a second with many waiters, the offline check of a receipt, and a million re-verified."""

import secrets
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from easement.base.database import open_database
from easement.ledger import verifier
from easement.ledger.model import Entry, EntryType, PrivateRecord, answer_part
from easement.ledger.note import Signer
from easement.ledger.receipt import make_receipt
from easement.ledger.service import Ledger

GROUPED = 100_000
THREADS, WINDOW = 4, 128
"""Four callers, each with 128 entries in hand: as many as 512 disclosures waiting at once."""

MILLION = 1_000_000
RUNS = 20


def measures() -> Iterator[dict[str, Any]]:
    """Yields one record per measure; every entry was durable (WAL, `synchronous = FULL`) when it was counted."""
    for private in (False, True):
        with tempfile.TemporaryDirectory() as folder:
            yield _grouped(_ledger(Path(folder)), private)
    with tempfile.TemporaryDirectory() as folder:
        yield _offline(Path(folder))
    with tempfile.TemporaryDirectory() as folder:
        yield _million(Path(folder))


def _ledger(folder: Path) -> Ledger:
    engine = open_database(folder / "node.db", secrets.token_bytes(32))
    signer = Signer("bench.example/ledger", secrets.token_bytes(32))
    return Ledger.create(engine, folder / "ledger", signer=signer, master_key=secrets.token_bytes(32))


def _entry(number: int) -> Entry:
    return Entry(
        time="2026-11-21T23:05Z",
        type=EntryType.DISCLOSURE_RELEASED,
        parties={"provider": "dwp", "recipient": "northtown"},
        agreement="ab" * 32,
        agreement_id="free-school-meals",
        version="1.0.0",
        share="entitled-children",
        purpose="benefit-eligibility",
        basis={"provider": "art6_1_e", "recipient": "art6_1_e"},
        mode="lookup",
        fields={"family_name": "plain", "award": "plain", "net_monthly_earnings": "{band: [0, 300, 616.67]}"},
        form="identifiable",
        count=1,
        intent=number,
        risk="recipient",
    )


RECORD = PrivateRecord(
    {
        "answer": answer_part(query="cd" * 32, data="ef" * 32, rows=1),
        "who": {"asked_by": "staff-17", "role": "benefits-officer", "why": "case 4411", "subjects": ["ab" * 16]},
    }
)


def _grouped(ledger: Ledger, private: bool) -> dict[str, Any]:
    waits: list[float] = []
    threads = [threading.Thread(target=_produce, args=(ledger, private, waits)) for _ in range(THREADS)]
    start, worked = time.perf_counter(), time.process_time()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - start
    waits.sort()
    return {
        "measure": "ledger-grouped-private" if private else "ledger-grouped",
        "entries_per_second": round(len(waits) / seconds),
        "cpu_us_per_entry": round((time.process_time() - worked) / len(waits) * 1e6, 1),
        "p50_ms": round(waits[len(waits) // 2] * 1000, 1),
        "p99_ms": round(waits[len(waits) * 99 // 100] * 1000, 1),
        "bar": ">= 50000, p99 < 20 ms",
    }


def _produce(ledger: Ledger, private: bool, waits: list[float]) -> None:
    for first in range(0, GROUPED // THREADS, WINDOW):
        tickets = [
            (time.perf_counter(), ledger.submit(_entry(first + at), RECORD if private else None))
            for at in range(WINDOW)
        ]
        for handed_in, ticket in tickets:
            ticket.wait()
            waits.append(time.perf_counter() - handed_in)


def _offline(folder: Path) -> dict[str, Any]:
    ledger = _ledger(folder)
    index = ledger.append(_entry(0), RECORD)
    ledger.checkpoint()
    (folder / "receipt").write_text(make_receipt(ledger, index))
    (folder / "log.vkey").write_text(str(ledger.key))
    command = [sys.executable, verifier.__file__, str(folder / "receipt"), "--key", str(folder / "log.vkey")]
    spent = []
    for _ in range(RUNS):
        start = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        spent.append((time.perf_counter() - start) * 1000)
    return {"measure": "verify-offline", "ms": round(statistics.median(spent), 1), "bar": "< 50 ms with start-up"}


def _million(folder: Path) -> dict[str, Any]:
    ledger = _ledger(folder)
    for first in range(0, MILLION - 1, 1_000):
        tickets = [ledger.submit(_entry(n)) for n in range(first, min(first + 1_000, MILLION - 1))]
        tickets[-1].wait()
    start = time.perf_counter()
    ledger.checkpoint()
    published = time.perf_counter() - start
    start = time.perf_counter()
    checkpoint = verifier.check_log(str(folder / "ledger"), [ledger.key])
    return {
        "measure": "reverify-million",
        "entries": checkpoint.size,
        "seconds": round(time.perf_counter() - start, 2),
        "publish_seconds": round(published, 1),
        "bar": "< 5 s",
    }

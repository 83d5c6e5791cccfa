"""How long `easement --help` takes to show, beside Python's own start: medians of processes begun one by one."""

import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROUNDS = 20
EASEMENT = str(Path(sys.executable).with_name("easement"))


def measures() -> Iterator[dict[str, Any]]:
    bare, shown = [], []
    for _ in range(ROUNDS):  # turn and turn about, so that a busy moment slows both
        bare.append(_seconds([sys.executable, "-c", "pass"]))
        shown.append(_seconds([EASEMENT, "--help"]))
    python, ours = statistics.median(bare), statistics.median(shown)
    yield {
        "measure": "start",
        "help_ms": round(ours * 1000, 1),
        "python_ms": round(python * 1000, 1),
        "against_python": round(ours / python, 2),
        "bar": "help_ms < 150",
    }


def _seconds(command: list[str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start

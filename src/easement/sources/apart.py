"""Spreadsheets read in a process of their own, within fixed memory and time, so that no file takes the node down.

A spreadsheet of 1 kB can name a cell in the last row and column, and the library makes room for every cell before it;
one of 100 kB can use one long text 20,000 times. Where memory ends, the library aborts its whole process. So that
process holds nothing but the file, and its death is told as what it is: a file that cannot be read.
"""

import json
import os
import resource
import subprocess
import sys
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from easement.base.errors import BadData, EasementError, StorageFailed
from easement.sources.held import Held

__all__ = ["Sheet", "write_sheet"]

MEMORY = 1_500_000_000
"""Most address space of the process, in bytes: a sheet of a million rows and ten columns fits."""

SECONDS = 120
"""Most processor time of the process: the same sheet needs some 16."""


class Sheet(NamedTuple):
    """The names a sheet gives its columns, and what a person should be told of it."""

    names: tuple[str, ...]
    notes: tuple[str, ...]


def write_sheet(held: Held, sink: BinaryIO) -> Sheet:
    """Write a sheet's rows to `sink` as Parquet, each column as text; raises `BadData` for what is no table."""
    asked = {
        "path": str(held.file.path), "sheet": held.file.sheet, "header": held.file.header,
        "held": held.descriptor, "sink": sink.fileno(),
    }  # fmt: skip
    done = subprocess.run(  # noqa: S603 (this very module)
        [sys.executable, "-P", "-m", __name__],
        input=json.dumps(asked).encode(),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # it may hold what stands in a cell
        pass_fds=(held.descriptor, sink.fileno()),
        env={"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        check=False,
    )
    if done.returncode:
        raise BadData(
            f"the spreadsheet is damaged, or needs more than {MEMORY // 1_000_000:,} MB of memory "
            f"or {SECONDS} seconds to read",
            where=str(held.file.path),
            remedy="delete what stands far below or beside the table, or save it as CSV",
        )
    return _answer(json.loads(done.stdout), held)


def _answer(answer: dict[str, Any], held: Held) -> Sheet:
    match answer:
        case {"exit_code": BadData.exit_code, "error": what, "remedy": remedy}:
            raise BadData(what, where=str(held.file.path), remedy=remedy)
        case {"error": what, "remedy": remedy}:
            raise StorageFailed(what, remedy=remedy)
    return Sheet(tuple(answer["names"]), tuple(answer["notes"]))


def _main() -> None:
    """What runs apart: reads which file from standard input, and answers with its names or what is wrong with it."""
    _limit()
    from easement.sources.excel import write_rows
    from easement.sources.model import File, Format

    asked = json.load(sys.stdin)
    file = File(Path(asked["path"]), format=Format.EXCEL, sheet=asked["sheet"], header=asked["header"])
    try:
        with os.fdopen(asked["sink"], "wb") as sink:
            names, notes = write_rows(Held(file, asked["held"], ()), sink)
        answer: dict[str, object] = {"names": names, "notes": notes}
    except EasementError as error:
        answer = error.as_dict()
    json.dump(answer, sys.stdout)


def _limit() -> None:
    """Bound what this process may take; what it held in memory is not written to a core file either."""
    for which, most in ((resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_CPU, SECONDS), (resource.RLIMIT_CORE, 0)):
        _, hard = resource.getrlimit(which)
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(which, (most, most))


if __name__ == "__main__":
    _main()

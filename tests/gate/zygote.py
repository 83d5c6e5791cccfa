"""A process with everything loaded that forks a child for each disclosure, so that each can be killed at little cost.

It reads one order a line from stdin and answers each with a line: what the child ended with. It has no threads when it
forks. An order is JSON: `node`, `agreement`, `out`, `name`, and when to kill the child, by itself or from outside:
`step` (a function's name as `Staged.note`), `call` (which of its calls), `side` (`before` or `after`); or `seconds`.
"""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


class Zygote:
    """The process, seen from a test."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.gate.zygote"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env=os.environ | {"JE_ARROW_MALLOC_CONF": "background_thread:false", "OPENBLAS_NUM_THREADS": "1"},
        )

    def run(self, **order: Any) -> int:
        """What the child ended with: 0, an exit code, or -9 where it was killed."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())

    def close(self) -> None:
        """End the process."""
        self._process.communicate()


def serve() -> None:
    """Answer orders until there are no more."""
    import duckdb  # noqa: F401
    import pyarrow.parquet  # noqa: F401
    import sqlalchemy.dialects.sqlite  # noqa: F401
    import sqlcipher3.dbapi2  # noqa: F401

    from easement.gate import service  # noqa: F401
    from easement.law.catalogue import catalogue
    from easement.meaning.standards import standard
    from easement.node import home  # noqa: F401

    catalogue()
    standard("benefit-award/1", ())
    threads = list(Path("/proc/self/task").iterdir())
    assert len(threads) == 1, "a process with threads must not fork"
    for line in sys.stdin:
        sys.stdout.write(f"{_run(json.loads(line))}\n")
        sys.stdout.flush()


def _run(order: dict[str, Any]) -> int:
    child = os.fork()
    if child == 0:
        os._exit(_child(order))
    if "seconds" in order:
        time.sleep(order["seconds"])
        os.kill(child, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _child(order: dict[str, Any]) -> int:
    from easement.agreement.model import Mode

    from .world import World

    devnull = os.open(os.devnull, os.O_RDWR)
    os.dup2(devnull, 1)
    random.seed(os.urandom(8))
    world = World(Path(order["node"]), Path(order["agreement"]), Path(order["out"]), ())
    if "step" in order:
        _arm(order["step"], order["call"], order["side"])
    try:
        if "message" in order:
            answer = world.answer("entitled", Mode.LOOKUP, order["message"], person=order["person"])
            (world.out / order["name"]).write_bytes(answer.body)
            return 0
        given = {name: Path(order[name]) for name in ("match", "match_dataset") if name in order}
        mode = Mode.MATCH if given else Mode.BULK
        world.share(order.get("share", "forms"), mode, order["name"], **given)
    except Exception as error:
        sys.stderr.write(f"{type(error).__name__}: {error}\n")
        return 1
    return 0


def _arm(step: str, call: int, side: str) -> None:
    """Make one call of a function the last thing that this process does, just before it or just after."""
    owner, name = _find(step)
    real: Callable[..., Any] = getattr(owner, name)
    calls = 0

    def deadly(*given: Any, **named: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == call and side == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        done = real(*given, **named)
        if calls == call and side == "after":
            os.kill(os.getpid(), signal.SIGKILL)
        return done

    setattr(owner, name, deadly)


def _find(step: str) -> tuple[Any, str]:
    from easement.gate import carried, disclosure, outlet, release, staging
    from easement.ledger.service import Ledger

    owners = {
        "Staged": staging.Staged, "Ledger": Ledger, "disclosure": disclosure, "outlet": outlet, "release": release,
        "staging": staging, "carried": carried,
    }  # fmt: skip
    owner, _, name = step.partition(".")
    return owners[owner], name


if __name__ == "__main__":
    serve()

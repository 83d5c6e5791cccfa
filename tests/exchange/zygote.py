"""A process with everything loaded that forks the one who asks or the one who answers, so that either can be killed.

It reads one order a line from stdin and answers each with a line. `ask` runs to its end and gives what the child ended
with; `serve` gives the child's number at once, and `end` kills that child and gives what it ended with. An order says
the node's `home`, the `now` of its clock, and where to kill the child: `step` (a function's name, as `Ledger.append`),
`call` (which of its calls) and `side` (`before` or `after`); or `seconds`.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


class Zygote:
    """The process, seen from a test."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.exchange.zygote"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env=os.environ | {"JE_ARROW_MALLOC_CONF": "background_thread:false", "OPENBLAS_NUM_THREADS": "1"},
        )

    def order(self, what: str, **order: Any) -> int:
        """Give an order and return its number."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(order | {"what": what}) + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())

    def close(self) -> None:
        """End the process."""
        self._process.communicate()


def main() -> None:
    """Obey until there are no more orders."""
    import duckdb  # noqa: F401
    import pyarrow.parquet  # noqa: F401
    import sqlalchemy.dialects.sqlite  # noqa: F401
    import sqlcipher3.dbapi2  # noqa: F401

    from easement.law.catalogue import catalogue
    from easement.meaning.standards import standard

    from . import pair  # noqa: F401

    catalogue()
    standard("benefit-award/1", ())
    threads = list(Path("/proc/self/task").iterdir())
    assert len(threads) == 1, "a process with threads must not fork"
    for line in sys.stdin:
        order = json.loads(line)
        sys.stdout.write(f"{_obey(order.pop('what'), order)}\n")
        sys.stdout.flush()


def _obey(what: str, order: dict[str, Any]) -> int:
    if what == "end":
        os.kill(order["child"], signal.SIGKILL)
        return os.waitstatus_to_exitcode(os.waitpid(order["child"], 0)[1])
    child = os.fork()
    if child == 0:
        os._exit(_child(what, order))
    if what == "serve":
        return child
    if "seconds" in order:
        time.sleep(order["seconds"])
        os.kill(child, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _child(what: str, order: dict[str, Any]) -> int:
    devnull = os.open(os.devnull, os.O_RDWR)
    os.dup2(devnull, 0)
    os.dup2(devnull, 1)
    if "step" in order:
        _arm(order["step"], order["call"], order["side"])
    try:
        now = datetime.fromisoformat(order["now"])
        (_ask if what == "ask" else _serve)(Path(order["home"]), now, order)
    except Exception as error:
        sys.stderr.write(f"{type(error).__name__}: {error}\n")
        return 1
    return 0


def _ask(home: Path, now: datetime, order: dict[str, Any]) -> None:
    from easement.exchange.service import ask
    from easement.node.home import open_node

    from .pair import ASKER, wish

    with open_node(home) as node:
        ask(node, wish(**order.get("wish", {})), ASKER, now)


def _serve(home: Path, now: datetime, order: dict[str, Any]) -> None:
    import uvicorn

    from easement.node.home import open_node

    from .pair import app_of

    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind(("127.0.0.1", order["port"]))
    with open_node(home) as node:
        config = uvicorn.Config(app_of(node, lambda: now), log_config=None, lifespan="off", ws="none")
        uvicorn.Server(config).run(sockets=[listening])


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
    from easement.exchange import answering, asked, message_carry, outbox, receiving, replay, service, tables
    from easement.ledger.service import Ledger

    owners = {
        "Ledger": Ledger, "Line": message_carry.Line, "Replays": replay.Replays, "answering": answering,
        "asked": asked, "outbox": outbox, "receiving": receiving, "service": service,
        "tables": tables,
    }  # fmt: skip
    owner, _, name = step.partition(".")
    return owners[owner], name


if __name__ == "__main__":
    main()

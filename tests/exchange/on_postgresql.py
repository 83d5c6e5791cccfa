"""Two nodes of two workers each on a PostgreSQL of their own, which is killed as they are."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.databases import PASSWORD, Server, new_server
from tests.exchange.campaign import PEOPLE, Fault, kills_of, make
from tests.exchange.processes import NAMES, Nodes

WORKERS = 2


def databases(server: Server) -> dict[str, dict[str, str]]:
    """An empty database for each node, as `create_node` is told of it."""
    made = {name: server.create(filled=False) for name in NAMES}
    return {name: {"database_url": server.url(made[name]), "database_password": PASSWORD} for name in NAMES}


def two_workers(settings: str) -> str:
    """Settings under which a node has two workers."""
    return settings.replace("workers = 1", f"workers = {WORKERS}")


@contextmanager
def made_there(folder: Path) -> Iterator[tuple[Nodes, str, list[Fault]]]:
    """Both nodes, a program's key, and all that may go wrong; raises `RuntimeError` where PostgreSQL does not start."""
    server = new_server()
    try:
        nodes, key = make(folder, PEOPLE, two_workers, databases(server))
        yield nodes, key, [*kills_of(nodes, WORKERS), *server_kills(nodes, server)]
    finally:
        server.stop()


def server_kills(nodes: Nodes, server: Server) -> list[Fault]:
    """The server loses one of its processes, or its first, and is started again."""

    def backend(draw: random.Random) -> None:
        server.kill_backend(draw.randrange(60))
        server.await_start()
        nodes.kills["a process of the database"] += 1

    def whole(_: random.Random) -> None:
        server.kill()
        server.start_again()
        nodes.kills["the database"] += 1

    return [backend, whole]

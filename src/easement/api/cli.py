"""The command that runs a node."""

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import click

from easement.base.errors import UsageError
from easement.cli.present import emit, json_option, say

__all__ = ["serve"]


@click.command(epilog="Example: easement serve --node northtown-node --port 8350")
@click.option("--node", "home", type=click.Path(path_type=Path), required=True, metavar="DIR", help="The node to run.")
@click.option("--port", type=click.IntRange(0, 65_535), help="The port, in place of the settings'; 0 for any free one.")
@click.option("--behind-proxy", is_flag=True, help="A proxy on this machine speaks TLS for the node.")
@json_option
def serve(home: Path, port: int | None, behind_proxy: bool, as_json: bool) -> None:
    """Run a node: its pages, its API and its exchange with other nodes, until Ctrl+C or SIGTERM."""
    from easement.node import logs
    from easement.node.home import open_node
    from easement.node.serve import Listening, address_of, check_reach, run

    with open_node(home) as node:
        server = node.settings.server
    check_reach(server, behind_proxy=behind_proxy)
    several = server.workers > 1
    if several:
        _check_workers(node.settings.database.url)
        _share_numbers(home)
    listening = Listening(server if port is None else server.model_copy(update={"port": port}))
    logs.set_up()
    make = partial(_app, home, listening.server)
    try:
        app = make if several else make()
    except BaseException:
        listening.socket.close()
        raise
    address = address_of(listening.server)
    told = {"address": address, "organisation": node.organisation, "workers": server.workers}
    emit(as_json, told, f"`{node.organisation}` answers at {address}")
    say(f"next: open {address} in a browser, or ask it: curl {address}/readyz; stop it with Ctrl+C")
    run(app, listening, behind_proxy=behind_proxy, factory=several)


def _check_workers(url: str) -> None:
    """Several processes would wait for each other at the encrypted file; PostgreSQL is made for it."""
    if not url:
        raise UsageError("several workers need PostgreSQL", remedy="set `url` under [database], or `workers = 1`")


def _share_numbers(home: Path) -> None:
    """Give the workers a folder in which they add up what they count; what was counted before is forgotten."""
    from easement.node.metrics import FOLDER

    folder = home / ".metrics"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    os.environ[FOLDER] = str(folder)


def _app(home: Path, server: Any) -> Any:
    """The app of the node at `home`, with its pages; it opens the node now and closes it when the server stops."""
    from easement.api.app import create_app
    from easement.node import logs
    from easement.node.home import open_node
    from easement.node.housekeeping import TASKS, Keeper
    from easement.node.working import Worker

    logs.set_up()
    stack = ExitStack()
    node = stack.enter_context(open_node(home))
    node = replace(node, settings=node.settings.model_copy(update={"server": server}))
    keeper, worker = Keeper(node, (*TASKS, *_tasks())), Worker(node)

    @asynccontextmanager
    async def life(_: Any) -> AsyncIterator[None]:
        logs.log("started", organisation=node.organisation)
        keeper.start()
        worker.start()
        try:
            yield
        finally:
            worker.stop()
            keeper.stop()
            stack.close()
            logs.log("stopped", organisation=node.organisation)

    return create_app(node, _mounts(), lifespan=life)


def _tasks() -> list[Any]:
    """What else is pruned: what the API and the pages keep for a time."""
    from easement.api import idempotency
    from easement.base.database import writing
    from easement.node.housekeeping import Task
    from easement.web.tables import forget_old

    def forget_pages(node: Any, now: Any) -> int:
        with writing(node.engine) as connection:
            forget_old(connection, int(now.timestamp()))
        return 0

    return [Task("prune-api", 600, idempotency.prune), Task("prune-pages", 600, forget_pages)]


def _mounts() -> list[Any]:
    """What else is answered: the pages."""
    from easement.web.app import mount

    return [mount]

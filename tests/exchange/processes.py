"""A department's and a council's node as processes of their own, which may be killed at any moment."""

import random
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import httpx
import psutil

from easement.exchange import directory_store
from easement.exchange.directory import Directory
from easement.ledger.service import utc_now
from easement.node.home import Node, open_node
from tests.exchange import cluster
from tests.exchange.pair import member_of, set_url

NAMES = ("dwp", "northtown")
SERVE = [sys.executable, "-c", "from easement.cli.root import main; main()", "serve", "--node"]
START_SECONDS = 90

Settings = Callable[[str], str]
"""Changes a node's settings, as text."""


@dataclass(frozen=True, slots=True)
class Held:
    """What a node's processes hold of the machine: memory in MB, file descriptors and threads."""

    mb: int
    files: int
    threads: int


@dataclass
class Nodes:
    """Both nodes as processes, which may die at any moment and are started again."""

    homes: dict[str, Path]
    addresses: dict[str, str]
    directory: Directory
    log: cluster.Log
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    kills: Counter[str] = field(default_factory=Counter)

    def start(self, name: str) -> None:
        """Serve a node."""
        with (self.homes[name].parent / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen([*SERVE, str(self.homes[name])], stdout=log, stderr=log)

    def await_start(self, name: str) -> None:
        """Return once a node answers; one that ended because its database was away is started again."""
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until:
            with suppress(httpx.HTTPError):
                if httpx.get(f"{self.addresses[name]}/healthz", timeout=1, trust_env=False).is_success:
                    return
            if self.processes[name].poll() is not None:
                self.start(name)
            time.sleep(0.05)
        said = (self.homes[name].parent / f"{name}.log").read_text(errors="replace")
        raise RuntimeError(f"{name} does not start: {said[-600:]}")

    def kill(self, name: str) -> None:
        """Kill a node with all its workers without a word, and start it again."""
        for each in self.family(name):
            with suppress(psutil.NoSuchProcess):
                each.send_signal(signal.SIGKILL)
        self.processes[name].wait()
        self.kills[name] += 1
        self.start(name)
        self.await_start(name)

    def kill_worker(self, name: str, number: int) -> None:
        """Kill one of several workers of a node; the process above it begins another."""
        workers = self.family(name)[1:]
        if workers:
            with suppress(psutil.NoSuchProcess):
                workers[number % len(workers)].send_signal(signal.SIGKILL)
            self.kills[f"a worker of {name}"] += 1

    def family(self, name: str) -> list[psutil.Process]:
        """A node's process, and after it those of its workers."""
        try:
            own = psutil.Process(self.processes[name].pid)
            return [own, *filter(_works, own.children())]
        except psutil.NoSuchProcess:
            return []

    def held(self, name: str) -> Held:
        """What a node holds of the machine now, all its processes together."""
        family = self.family(name)
        return Held(
            mb=sum(each.memory_info().rss for each in family) >> 20,
            files=sum(each.num_fds() for each in family),
            threads=sum(each.num_threads() for each in family),
        )

    def publish(self) -> int:
        """Give both nodes the next version of the directory; its number."""
        issued = self.directory.issued + timedelta(seconds=1)
        self.directory = cluster.after(self.directory, issued=issued, expires=utc_now() + 7 * cluster.DAY)
        published = self.log.publish(self.directory)
        for home in self.homes.values():
            directory_store.keep(home, published, cluster.trust(), utc_now())
        return self.directory.sequence

    def stop(self) -> None:
        """Ask both to end."""
        for process in self.processes.values():
            process.terminate()
        for process in self.processes.values():
            process.wait(60)
        self.log.engine.dispose()

    @contextmanager
    def open(self) -> Iterator[dict[str, Node]]:
        """Both nodes, opened in this process beside their own."""
        with ExitStack() as stack:
            yield {name: stack.enter_context(open_node(home)) for name, home in self.homes.items()}


def _works(process: psutil.Process) -> bool:
    """Whether a child is a worker, and not what counts its resources, or dead already."""
    try:
        return "spawn_main" in " ".join(process.cmdline())
    except psutil.NoSuchProcess:
        return False


def free_port() -> int:
    """A port that the system gives to nobody who asks for any, so that nobody has it while a node starts again."""
    while True:
        with socket.socket() as tried, suppress(OSError):
            tried.bind(("127.0.0.1", random.randrange(10_000, 32_000)))
            found: int = tried.getsockname()[1]
            return found


def connect(homes: dict[str, Path], settings: Settings = lambda text: text) -> Nodes:
    """Give nodes that stand beside each other addresses, and one directory that they know each other by."""
    addresses = {name: f"http://127.0.0.1:{free_port()}" for name in homes}
    for name, home in homes.items():
        set_url(home, addresses[name])
        path, port = home / "easement.toml", addresses[name].rpartition(":")[2]
        path.write_text(settings(path.read_text().replace("port = 8350", f"port = {port}")))
    folder = next(iter(homes.values())).parent / "operator"
    folder.mkdir()
    log, issued = cluster.Log(folder), utc_now().replace(microsecond=0) - timedelta(hours=1)
    own = cluster.operator().model_dump(by_alias=True) | {"url": "http://127.0.0.1:9"}
    own["keys"] = [{"key": str(cluster.OPERATOR.key), "from": issued}]
    members = []
    for name, home in homes.items():
        with open_node(home) as node:
            known = member_of(node, addresses[name])
        keys = tuple(key.model_copy(update={"since": issued}) for key in known.keys)
        members.append(known.model_copy(update={"joined": issued, "keys": keys}))
    version = cluster.directory(*members, operator=own, issued=issued, expires=issued + 7 * cluster.DAY)
    published = log.publish(version)
    for home in homes.values():
        directory_store.keep(home, published, cluster.trust(), issued)
    return Nodes(homes, addresses, version, log)

"""`easement demo --cluster`: five offices as processes of their own and an operator, with people who can sign in.

Everything is set up by the commands that a person would type. What is made up for the demo alone: the passwords, which
are shown, and that no second factor is asked for.
"""

import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import chdir, contextmanager
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import httpx

from easement.base.durable import write_whole
from easement.base.errors import EasementError
from easement.demo.correcting import put_right, see_picture
from easement.demo.known import Worry, find_worry
from easement.demo.opening import TOWN
from easement.demo.papers import AGREEMENTS
from easement.demo.stage import Stage
from easement.demo.telling import Teller
from easement.demo.town import Town, write_town
from easement.demo.world import OFFICES, furnish, write_agreements

__all__ = ["MEMBERS", "PEOPLE", "run_cluster"]

OPERATOR = "northshire"
MEMBERS = {
    "department": "work-and-pensions-department",
    "northtown": "unitary-authority",
    "trust": "nhs-trust",
    "police": "police",
    "harbour": "charity",
}
"""The offices that run a node here, each with its class of body."""

FIRST_PORT = 8350
"""The operator's port, and the offices' after it, where they are free."""

START_SECONDS = 60
STOP_SECONDS = 40

WORDS = (
    *("amber", "basket", "cedar", "dapple", "ember", "fathom", "gravel", "harvest", "island", "juniper", "kettle"),
    *("lantern", "meadow", "nettle", "orchard", "pebble", "quarry", "ripple", "saddle", "thistle", "umber", "velvet"),
    *("willow", "yarrow"),
)
"""Words that passwords are drawn from."""


class Person(NamedTuple):
    """Somebody who can sign in: where, as what at the node, with which role under which agreement, trained in what."""

    office: str
    name: str
    node_role: str
    agreement: str = ""
    role: str = ""
    training: tuple[str, ...] = ()


PEOPLE = (
    Person("northtown", "Nina Okafor", "caseworker", "safeguarding", "social-worker", ("safeguarding-level-3",)),
    Person(
        "northtown", "Bram Castle", "caseworker", "free-school-meals", "benefits-officer", ("information-governance",)
    ),
    Person("northtown", "Ada Quill", "administrator"),
    Person("police", "Theo Marsh", "auditor"),
    Person("trust", "Lena Frost", "governance-lead"),
    Person("department", "Omar Field", "auditor"),
    Person("harbour", "Iris Lowe", "caseworker", "family-help", "family-worker", ("information-governance",)),
)
"""Everybody in the demo; nobody is real."""


class Running(NamedTuple):
    """One node that runs."""

    office: str
    address: str
    process: subprocess.Popen[bytes]


def run_cluster(folder: Path, *, people: int, seed: int, today: date, teller: Teller, once: bool) -> dict[str, Any]:
    """Make the cluster in `folder`, start it, take the tour, and keep it until told to stop, unless `once`.

    Raises `EasementError` where a step does not end as it should; every process that was started is stopped.
    """
    stage, began = Stage(teller), time.monotonic()
    with chdir(folder), _stopping() as running:
        town = _make_nodes(stage, people, seed, today)
        addresses = _addresses()
        _join(stage, addresses, running)
        _agree(stage, town, today)
        passwords = _let_people_in(stage)
        for office in MEMBERS:
            running.append(_start(office, addresses[office]))
        _tour(stage, find_worry(TOWN))
        spent = time.monotonic() - began
        _show(teller, addresses, passwords, spent, once=once)
        told = _summary(folder, addresses, spent, stage)
        if not once:
            _wait(running, teller)
    return told


@contextmanager
def _stopping() -> Iterator[list[Running]]:
    """The nodes that run; each is asked to stop at the end, and waited for, the operator last."""
    running: list[Running] = []
    previous = signal.signal(signal.SIGTERM, _stop_asked)
    try:
        yield running
    finally:
        signal.signal(signal.SIGTERM, previous)
        for each in reversed(running):
            each.process.terminate()
        for each in running:
            try:
                each.process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                each.process.kill()
                each.process.wait()


def _stop_asked(*_: object) -> None:
    raise KeyboardInterrupt


def _make_nodes(stage: Stage, people: int, seed: int, today: date) -> Town:
    stage.chapter("Five offices and an operator", "Each office runs its own node; data stays where it is.")
    town = write_town(TOWN, people, seed=seed, today=today)
    stage.step(
        "Make a node for each office",
        *(("init", id_, "--org", id_, "--name", OFFICES[id_]) for id_ in MEMBERS),
        tell=lambda _: [f"{len(MEMBERS)} nodes; {town.people:,} people live in the town"],
    )
    for _place in furnish(TOWN):
        pass
    return town


def _addresses() -> dict[str, str]:
    """An address for each node on this machine, written into its settings."""
    ports = dict(zip((OPERATOR, *MEMBERS), _free_ports(1 + len(MEMBERS)), strict=True))
    for office in MEMBERS:
        _settle(Path(office), ports[office])
    return {office: f"http://127.0.0.1:{port}" for office, port in ports.items()}


def _settle(home: Path, port: int) -> None:
    settings = home / "easement.toml"
    text = settings.read_text()
    text = text.replace("port = 8350", f"port = {port}").replace("second_factor = true", "second_factor = false")
    write_whole(settings, text)


def _free_ports(many: int) -> Iterator[int]:
    """Ports that nobody listens on: the first ones in order where they are free, else any."""
    wanted = FIRST_PORT
    for _ in range(many):
        while not _is_free(wanted):
            wanted += 1
        yield wanted
        wanted += 1


def _is_free(port: int) -> bool:
    with socket.socket() as tried:
        try:
            tried.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def _join(stage: Stage, addresses: dict[str, str], running: list[Running]) -> None:
    stage.chapter("A cluster", "One command on each side: the operator invites, the office joins. No certificates.")
    url = addresses[OPERATOR]
    address = ("--url", url)
    stage.step(
        "Begin a cluster",
        ("operator", "init", OPERATOR, "--cluster-id", OPERATOR, "--org", OPERATOR, "--name", "Northshire", *address),
        tell=lambda _: [f"the operator keeps the directory at {url}"],
    )
    _settle(Path(OPERATOR), int(url.rpartition(":")[2]))
    running.append(_start(OPERATOR, url))
    for office, body in MEMBERS.items():
        invite = ("operator", "invite", office, "--class", body, "--node", OPERATOR)
        code = stage.step(f"Invite `{office}`", invite, tell=lambda _: ["one line, good once"])["code"]
        services = [word for service in ("lookup", "delta", "witness") for word in ("--service", service)]
        stage.step(
            f"`{office}` joins",
            ("join", code, "--node", office, "--url", addresses[office], *services),
            tell=lambda _: ["a member from now on"],
            short={"$CODE": (code,)},
        )
    refresh = [("directory", "refresh", "--node", office) for office in MEMBERS]
    stage.step("Everybody has the newest directory", *refresh, tell=lambda _: [f"{len(MEMBERS)} members"])


def _agree(stage: Stage, town: Town, today: date) -> None:
    stage.chapter("Agreements", "The same files as ever; the directory tells whose signatures they bear.")
    papers = Path("agreements")
    write_agreements(papers, town, today)
    for id_ in AGREEMENTS:
        parties = _parties(papers / f"{id_}.yaml")
        if parties <= MEMBERS.keys():
            signing = [("agreement", "sign", str(papers / f"{id_}.yaml"), "--node", party) for party in sorted(parties)]
            stage.step(f"Sign `{id_}`", *signing, tell=lambda data: [f"digest {data['digest']}"])
    for office in MEMBERS:
        for paper in sorted(papers.iterdir()):
            shutil.copy(paper, Path(office) / "agreements" / paper.name)


def _parties(file: Path) -> set[str]:
    from easement.agreement.read import read_agreement

    return set(read_agreement(file).terms.parties)


def _let_people_in(stage: Stage) -> dict[str, str]:
    """Make everybody's account, with roles and training, and set a password; name to password."""
    stage.chapter("People", "Who may sign in where, in which role, trained in what.")
    return {person.name: _let_in(stage, person) for person in PEOPLE}


def _let_in(stage: Stage, person: Person) -> str:
    node = ("--node", person.office)
    grants = [("staff", "grant", person.name, person.agreement, person.role, *node)] if person.agreement else []
    passed = [("staff", "train", person.name, code, "--passed", "2026-09-01", *node) for code in person.training]
    added = stage.step(
        f"{person.name} at `{person.office}`: {person.role or person.node_role}",
        ("staff", "add", person.name, "--node-role", person.node_role, *node),
        tell=lambda _: [],
    )
    if grants or passed:
        stage.step("with a role under an agreement, and the training it asks for", *grants, *passed, tell=lambda _: [])
    password = "-".join(secrets.choice(WORDS) for _ in range(4))
    _enrol(Path(person.office), added["code"], password)
    return password


def _enrol(home: Path, code: str, password: str) -> None:
    """What a person does with their code in a browser."""
    from easement.ledger.service import utc_now
    from easement.node.home import open_node
    from easement.staff.service import finish_enrolment

    with open_node(home) as node:
        finish_enrolment(node, code, password, "", now=utc_now())


def _start(office: str, address: str) -> Running:
    """Serve a node in a process of its own, and return once it answers; its log stands beside the node."""
    command = [sys.executable, "-c", "from easement.cli.root import main; main()", "serve", "--node", office]
    with Path(f"{office}.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True)  # noqa: S603
    running, until = Running(office, address, process), time.monotonic() + START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        if _answers(address):
            return running
        time.sleep(0.1)
    process.kill()
    process.wait()
    raise EasementError(f"the node of `{office}` does not start", remedy=f"see what it says: {office}.log")


def _answers(address: str) -> bool:
    try:
        return httpx.get(f"{address}/healthz", timeout=2, trust_env=False).is_success
    except httpx.HTTPError:
        return False


def _tour(stage: Stage, worry: Worry) -> None:
    stage.chapter(
        "A worry about a child",
        "A social worker at the council asks police and health trust at once, each under the same agreement; every "
        "value keeps its source. Then the two sides' ledgers are compared.",
    )
    said = [word for name, value in worry._asdict().items() if value for word in ("--person", f"{name}={value}")]
    asked = ("--agreement", "safeguarding", "--purpose", "safeguarding-children", "--role", "social-worker")
    sources = ("--from", "police", "--share", "police-contact", "--from", "trust", "--share", "health-contact")
    agreed = ("--agreement", "safeguarding")
    trained = ("--trained", "safeguarding-level-3", "--asked-by", "Nina Okafor", "--why", "A teacher is worried.")
    stage.step(
        "Ask both",
        ("request", "send", "--node", "northtown", *sources, *asked, *agreed, *said, *trained),
        tell=_pictured,
    )
    put_right(stage, see_picture(stage, worry))
    stage.chapter(
        "Free school meals", "The council's roll against the department's awards; then the ledgers are compared."
    )
    _meals(stage)
    for office in ("police", "trust", "department"):
        stage.step(
            f"Do both logs agree? Compare with `{office}`", ("audit", office, "--node", "northtown"), tell=_compared
        )


def _meals(stage: Stage) -> None:
    roll = "northtown/datasets/school_roll"
    words = ("--agreement", "free-school-meals", "--share", "entitled-children", "--mode", "match")
    who = ("--role", "benefits-officer", "--purpose", "benefit-eligibility", "--trained", "information-governance")
    listed = ("--match", f"{roll}.csv", "--match-dataset", f"{roll}.yaml")
    received = stage.step(
        "Match the school roll with the department's awards, as a set of files",
        ("bulk", "ask", "--node", "northtown", "--from", "department", *words, *who, *listed, "--wait"),
        tell=lambda data: [f"{data['rows']:,} records, proved by entry {data['peer_entry']} of the department's log"],
    )
    stage.step(
        "Fetch it, each file held against the receipt",
        ("bulk", "fetch", received["message"], "--node", "northtown", "--out", "meals"),
        tell=lambda data: data["files"],
    )


def _pictured(picture: dict[str, Any]) -> Iterable[str]:
    for line in picture["picture"]:
        for value in line["values"]:
            yield f"{line['element']}: {value['value']}  ({value['provider']}, {value['agreement']}, {value['basis']})"
    for silent in picture["silent"]:
        yield f"nothing from {silent['provider']}: {silent['text']}"


def _compared(comparison: dict[str, Any]) -> Iterable[str]:
    found = comparison.get("differences", [])
    yield "both logs agree" if not found else f"{len(found)} differences"


def _show(teller: Teller, addresses: dict[str, str], passwords: dict[str, str], spent: float, *, once: bool) -> None:
    teller.chapter("Look for yourself", f"That took {spent:.0f} seconds.")
    width = max(len(OFFICES[office]) for office in MEMBERS)
    nodes = [f"{OFFICES[office]:<{width}}  {addresses[office]}" for office in MEMBERS]
    teller.step("Six nodes answer", [], [*nodes, f"{'the operator':<{width}}  {addresses[OPERATOR]}"])
    people = [
        f"{each.name:<12}  {passwords[each.name]:<34}  {addresses[each.office]}  {each.role or each.node_role}"
        for each in PEOPLE
    ]
    teller.step("People who can sign in (made up, for this demo; no second factor is asked for)", [], people)
    if not once:
        teller.step("Ctrl+C stops all of it", [], ["each node finishes what it has in hand first"])


def _summary(folder: Path, addresses: dict[str, str], spent: float, stage: Stage) -> dict[str, Any]:
    return {
        "directory": str(folder.resolve()),
        "nodes": addresses,
        "people": [{"name": person.name, "office": person.office, "role": person.role} for person in PEOPLE],
        "steps": [step.as_dict() for step in stage.steps],
        "seconds": round(spent, 1),
    }


def _wait(running: list[Running], teller: Teller) -> None:
    """Wait until told to stop, or until a node ends by itself."""
    try:
        while all(each.process.poll() is None for each in running):
            time.sleep(0.5)
    except KeyboardInterrupt:
        teller.say("Stopping.")
        return
    ended = next(each for each in running if each.process.poll() is not None)
    raise EasementError(f"the node of `{ended.office}` ended by itself", remedy=f"see what it says: {ended.office}.log")

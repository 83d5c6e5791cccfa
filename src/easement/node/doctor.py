"""What is wrong with a node, in plain words, each with its mend. It mends nothing itself."""

import json
import shutil
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path

import httpx
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from easement.base.database import reading
from easement.base.errors import BadFile, EasementError, Problem
from easement.exchange import directory_service, duties, jobs
from easement.exchange.correct_keeping import open_corrections
from easement.exchange.witnesses import Health, witnessed
from easement.gate.datasets import mappings
from easement.gate.staging import left_behind
from easement.ledger.model import clock_set_back, minute
from easement.meaning.mapping import read_mapping
from easement.node.home import FOLDERS, PRIVATE, Node, open_node, read_settings
from easement.node.model import Settings
from easement.node.readiness import LEAST_FREE_MB, NONE_FREE_MB, State
from easement.node.rotation import RETIRING
from easement.node.tables import fact

__all__ = ["Examined", "Grade", "examine"]

SOON = timedelta(days=30)
"""How long before a certificate ends it is told."""

WAIT_SECONDS = 2


class Grade(StrEnum):
    """How a thing stands: in order, worth knowing, or to be mended."""

    GOOD = "good"
    NOTE = "note"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Examined:
    """One thing that was looked at, and what was found; nothing where it is in order."""

    name: str
    grade: Grade
    found: tuple[Problem, ...] = ()


Found = Iterator[tuple[Grade, Problem]]


def examine(home: Path, *, now: datetime, quick: bool = False) -> tuple[Examined, ...]:
    """Look at everything about the node at `home`; what cannot be looked at is said, and the rest still is.

    `quick` leaves out what takes longer the longer the ledger is.
    """
    looks = LOOKS | QUICK if quick else LOOKS
    done = [_looked("settings and keys", lambda: _files(home))]
    try:
        settings = read_settings(home)
    except EasementError as error:
        return (*done, Examined("opening the node", Grade.WRONG, _problems(error)))
    done += [
        _looked("disk", lambda: _disk(home)),
        _looked("certificate", lambda: _certificate(settings, now)),
        _looked("port", lambda: _port(settings)),
    ]
    try:
        with open_node(home) as node:
            done += [_looked(name, lambda look=look: look(node, now)) for name, look in looks.items()]  # type: ignore[misc]
    except EasementError as error:
        done.append(Examined("opening the node", Grade.WRONG, _problems(error)))
    return tuple(done)


def _looked(name: str, look: Callable[[], Found]) -> Examined:
    try:
        found = list(look())
    except (EasementError, OSError) as error:
        return Examined(name, Grade.WRONG, _problems(error))
    grades = [grade for grade, _ in found]
    worst = Grade.WRONG if Grade.WRONG in grades else Grade.NOTE if grades else Grade.GOOD
    return Examined(name, worst, tuple(problem for _, problem in found))


def _problems(error: Exception) -> tuple[Problem, ...]:
    if isinstance(error, BadFile) and error.problems:
        return error.problems
    if isinstance(error, EasementError):
        return (Problem(error.where, error.what, error.remedy),)
    said = f"{error.filename}: {error.strerror}" if isinstance(error, OSError) else str(error)
    return (Problem("", said, "check the file and who may read it"),)


# What can be seen from outside


def _files(home: Path) -> Found:
    for folder, mode in FOLDERS.items():
        path = home / folder
        if mode == PRIVATE and path.is_dir() and path.stat().st_mode & 0o077:
            yield Grade.WRONG, Problem(str(path), "others can look into this folder", f"chmod 700 {path}")
    secrets = [path for path in (home / "keys").glob("*") if path.suffix != ".vkey"]
    for path in (*secrets, *home.glob("node.db*")):
        if path.stat().st_mode & 0o077:
            yield Grade.WRONG, Problem(str(path), "others can read this file", f"chmod 600 {path}")


def _disk(home: Path) -> Found:
    free = shutil.disk_usage(home).free >> 20
    if free < LEAST_FREE_MB:
        grade = Grade.WRONG if free < NONE_FREE_MB else Grade.NOTE
        yield grade, Problem(str(home), f"only {free:,} MB of disk are free", "free some, or move the node")


def _certificate(settings: Settings, now: datetime) -> Found:
    chain, key = settings.server.tls_certificate, settings.server.tls_key
    if not chain and not key:
        if settings.server.url.startswith("https:"):
            what = "this node has no certificate, and others reach it by https"
            yield (
                Grade.NOTE,
                Problem("", what, "that is right where a proxy in front of it has one; else set tls_certificate"),
            )
        return
    try:
        certificate = x509.load_pem_x509_certificate(Path(chain).read_bytes())
        private = load_pem_private_key(Path(key).read_bytes(), None)
    except (ValueError, TypeError):
        yield (
            Grade.WRONG,
            Problem(chain, "the certificate or its key cannot be read", "name PEM files without a password"),
        )
        return
    if Path(key).stat().st_mode & 0o077:
        yield Grade.WRONG, Problem(key, "others can read the certificate's key", f"chmod 600 {key}")
    shape = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    if private.public_key().public_bytes(*shape) != certificate.public_key().public_bytes(*shape):
        yield Grade.WRONG, Problem(key, "the key is not the certificate's", "name the key it was made with")
    ends = certificate.not_valid_after_utc
    if ends <= now:
        yield Grade.WRONG, Problem(chain, f"the certificate ended on {ends:%Y-%m-%d}", "get a new one")
    elif ends <= now + SOON:
        yield Grade.NOTE, Problem(chain, f"the certificate ends on {ends:%Y-%m-%d}", "get a new one before then")


def _port(settings: Settings) -> Found:
    """Whoever listens on the node's port should be the node."""
    host, port = settings.server.host, settings.server.port
    with socket.socket() as probe:
        probe.settimeout(WAIT_SECONDS)
        if probe.connect_ex((host, port)) != 0:
            return
    scheme = "https" if settings.server.tls_certificate else "http"
    try:
        with httpx.Client(base_url=f"{scheme}://{host}:{port}", verify=False, timeout=WAIT_SECONDS) as client:  # noqa: S501 - only asked how it stands
            alive = client.get("/healthz").status_code == httpx.codes.OK
            stale = alive and _missing(client.get("/readyz"), "keys")
    except httpx.HTTPError:
        alive = stale = False
    if stale:
        what = "the node that runs still holds a key that was changed, and discloses nothing"
        yield Grade.WRONG, Problem(f"{host}:{port}", what, "start it again: easement serve")
    if not alive:
        what = f"another program listens on port {port}"
        yield Grade.WRONG, Problem(f"{host}:{port}", what, "stop it, or set another [server] port")


def _missing(told: httpx.Response, name: str) -> bool:
    """Whether a running node says that something it needs is missing."""
    try:
        checks = told.json()["checks"]
        return any(each["name"] == name and each["state"] == State.MISSING for each in checks)
    except (ValueError, KeyError, TypeError):
        return False


# What the node says when it is open


def _refusal(node: Node, _: datetime) -> Found:
    if node.ledger.refusal is not None:
        refusal = node.ledger.refusal
        yield Grade.WRONG, Problem(refusal.where, refusal.what, refusal.remedy)


def _ledger(node: Node, now: datetime) -> Found:
    yield from _refusal(node, now)
    for problem in node.ledger.fsck():
        yield Grade.WRONG, problem


def _clock(node: Node, now: datetime) -> Found:
    size = node.ledger.size
    newest = max((each.entry.time for each in node.ledger.entries(max(0, size - 1), size)), default="")
    if back := clock_set_back(max(newest, node.ledger.latest), minute(now)).replace("disclosure", "entry"):
        yield Grade.WRONG, Problem("", back, "set the clock right and keep it so, by a time server (NTP)")


def _restored(node: Node, _: datetime) -> Found:
    with reading(node.engine) as connection:
        said = json.loads(fact(connection, "restored") or "{}")
    if said and node.ledger.size == said["entries"]:
        at, of, size = said["at"][:10], said["of"][:10], said["entries"]
        what = f"this node was restored on {at} from a backup of {of}, with {size:,} entries"
        mend = "if others may have seen more entries, restore it again with --ledger and a newer copy of `ledger/`"
        yield Grade.NOTE, Problem("", what, mend)


def _keys(node: Node, _: datetime) -> Found:
    path = node.home / "keys" / f"{RETIRING}.key"
    if path.exists():
        until = datetime.fromtimestamp(int(path.read_text().split("\n")[1]), UTC)
        what = f"the log's old key goes on signing until {until:%Y-%m-%d}"
        yield (
            Grade.NOTE,
            Problem(str(path), what, "see that all who check the log have the new `keys/log.vkey` by then"),
        )


def _members(node: Node, _: datetime) -> Found:
    if not len(node.member_keys) - 1:
        yield (
            Grade.NOTE,
            Problem(
                str(node.home / "members"),
                "this node knows no other organisation",
                "join a directory, or put partners' keys here",
            ),
        )


def _agreements(node: Node, now: datetime) -> Found:
    for error in node.shelf.broken():
        for problem in _problems(error):
            yield Grade.WRONG, problem
    for each in node.shelf.all(now.date()):
        for what in each.problems:
            yield Grade.WRONG, Problem(str(each.path), what, "put back what was signed, or have it signed anew")
        for what in each.gaps(now.date()):
            yield Grade.NOTE, Problem(str(each.path), what, "easement agreement check says more")


def _datasets(node: Node, _: datetime) -> Found:
    for path in mappings(node.home):
        try:
            read_mapping(path, (node.home / "standards",))
        except EasementError as error:
            for problem in _problems(error):
                yield Grade.WRONG, problem


def _answers(node: Node, _: datetime) -> Found:
    for staged, _note in left_behind(node.home / "releases"):
        yield (
            Grade.NOTE,
            Problem(
                str(staged.target),
                "an answer was left behind",
                "the next disclosure delivers it or says that it was abandoned",
            ),
        )


def _directory(node: Node, now: datetime) -> Found:
    for problem in directory_service.problems(node, now):
        yield Grade.WRONG, problem


def _witnesses(node: Node, now: datetime) -> Found:
    stand = witnessed(node, now)
    if stand.health not in (Health.GOOD, Health.NOT_ASKED):
        yield (Grade.NOTE if stand.discloses else Grade.WRONG), Problem("", stand.text, stand.remedy)


def _jobs(node: Node, _: datetime) -> Found:
    if waiting := jobs.waiting(node):
        yield (
            Grade.NOTE,
            Problem("", f"{waiting:,} sets wait to be made", "they are made while the node is served: easement serve"),
        )


def _owed(node: Node, now: datetime) -> Found:
    if late := duties.owed(node, now, overdue=True):
        first, count = late[0], len({each.duty.entry for each in late})
        what = f"what came in by {count:,} entries should be gone by now, the first since {first.due:%Y-%m-%d}"
        yield Grade.NOTE, Problem("", what, "easement duties list --overdue names them; say when it is done")


def _duties(node: Node, now: datetime) -> Found:
    yield from _owed(node, now)
    if missing := duties.awaited(node, now):
        what = f"{len(missing):,} certificates of deletion are missing, the first since {missing[0].due:%Y-%m-%d}"
        yield Grade.NOTE, Problem("", what, "easement duties awaited says whose: ask them")


def _corrections(node: Node, now: datetime) -> Found:
    """What was told and is yet to be put right, what was said and is yet to be answered, and who is late with ours."""
    stand = open_corrections(node, now)
    if stand.told:
        late = f", {stand.told_late:,} of them late" if stand.told_late else ""
        what = f"{stand.told:,} corrections that others told wait to be put right{late}"
        yield (
            Grade.NOTE,
            Problem(
                "", what, "easement correction received names them; put them right, then: easement correction done"
            ),
        )
    if stand.cases:
        late = f", {stand.cases_late:,} of them late" if stand.cases_late else ""
        what = f"{stand.cases:,} cases of something that we gave wait for an answer{late}"
        yield Grade.NOTE, Problem("", what, "easement correction list names them; then: easement correction answer")
    if stand.late:
        what = f"{stand.late:,} recipients are late with putting right what we took back"
        yield Grade.NOTE, Problem("", what, "easement correction list says who: ask them")


LOOKS: dict[str, Callable[[Node, datetime], Found]] = {
    "ledger": _ledger,
    "clock": _clock,
    "backup": _restored,
    "keys": _keys,
    "members": _members,
    "agreements": _agreements,
    "datasets": _datasets,
    "answers on their way": _answers,
    "directory": _directory,
    "witnesses": _witnesses,
    "jobs": _jobs,
    "duties": _duties,
    "corrections": _corrections,
}
"""What is looked at in an open node, in the order in which it is told."""

QUICK = {"ledger": _refusal, "duties": _owed}
"""What takes the place of looks that read every entry, where it must be quick."""

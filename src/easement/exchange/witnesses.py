"""The witnesses of this node's log: other members, asked over HTTP (C2SP tlog-witness) to cosign each checkpoint.

Nobody waits for them: a disclosure is safe in the local log before any witness hears of it. What they add is that a log
which was rewritten, or put back from an old copy, is found out: a witness then shows a checkpoint that this log's own
key signed and that this log does not go on from. From that moment the node discloses nothing. When witnesses are merely
silent it warns first, and stops after the grace that its settings give.
"""

import json
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from urllib.parse import quote

import httpx

from easement.base.database import reading, writing
from easement.base.durable import write_whole
from easement.base.errors import EasementError, ProofFailed, StorageFailed
from easement.exchange import witness_tables as tables
from easement.exchange.directory import Directory
from easement.exchange.directory_parts import Member
from easement.exchange.directory_service import current_directory, read_all
from easement.exchange.ports import Host
from easement.exchange.witness_tables import Cosigned, Followed
from easement.ledger.checkpoint import Checkpoint, verified_checkpoint
from easement.ledger.note import Key, parse_key, sign_text, verify
from easement.ledger.tiles import TileReader
from easement.ledger.tree import root_at
from easement.ledger.verifier import COSIGNATURE, MAX_NOTE, parse_note, read_whole, verify_note
from easement.ledger.witness import AddCheckpoint, Cosigner, request_text

__all__ = ["Health", "Witnessed", "check_witnessed", "collect", "cosigner", "key_note", "witnessed"]

KEY_FORMAT = "easement-witness-key/1"
SECRET = 0o600


class Health(StrEnum):
    """How this node stands with its witnesses."""

    NOT_ASKED = "not-asked"
    GOOD = "good"
    LATE = "late"
    STOPPED = "stopped"
    DENIED = "denied"


@dataclass(frozen=True, slots=True)
class Witnessed:
    """How this node stands with its witnesses: in one word, in words for people, and each witness by itself."""

    health: Health
    text: str
    remedy: str = ""
    last: Cosigned | None = None
    each: tuple[Followed, ...] = ()

    @property
    def discloses(self) -> bool:
        """Whether the node may disclose as far as its witnesses go."""
        return self.health not in (Health.STOPPED, Health.DENIED)


def cosigner(home: Path, organisation: str) -> Cosigner:
    """The key by which this node cosigns for others; made when it is first needed.

    It is kept out of backups: a witness that lost what it had seen must not cosign as if it had not.
    """
    path = home / "keys" / "witness.key"
    name = f"{organisation}/witness"
    if not path.exists():
        write_whole(path, secrets.token_hex(32) + "\n", mode=SECRET)
    try:
        seed = bytes.fromhex(path.read_text().strip())
    except (OSError, ValueError):
        seed = b""
    if len(seed) != 32:
        raise EasementError("`keys/witness.key` is not a key of 32 bytes", remedy="remove it: another will be made")
    return Cosigner(name, seed)


def key_note(host: Host) -> str:
    """The public key by which this node cosigns, signed by its organisation's key."""
    key = cosigner(host.home, host.organisation).key
    return sign_text(f"{KEY_FORMAT}\n{key}\n", [host.organisation_key])


def _witness_key(note: str, keys: Sequence[Key]) -> Key:
    text, _ = verify(note, keys)
    head, _, rest = text.partition("\n")
    key = parse_key(rest.removesuffix("\n"))
    if head != KEY_FORMAT or key.kind != COSIGNATURE:
        raise ProofFailed("this is not the key of a witness", remedy="ask whoever runs that node")
    return key


def collect(host: Host, client: httpx.Client, now: datetime) -> Witnessed:
    """Ask every witness of the cluster to cosign the published checkpoint; how this node then stands with them.

    What a single witness does wrong is kept beside its name and stops nobody. Raises `Refused` in no cluster or with a
    stale directory, and `StorageFailed`.
    """
    directory = current_directory(host, now)
    note = read_whole(str(host.ledger.directory / "checkpoint")).decode()
    ours = verified_checkpoint(note, [host.ledger.key])
    with reading(host.engine) as connection:
        known = tables.followed(connection)
    lines = []
    for member in _witnesses(directory, host.organisation):
        before = known.get(member.id, Followed(member.id))
        said, line = _Asking(host, client, member, note, ours, now).ask(before)
        lines += [line] if line else []
        with writing(host.engine) as connection:
            tables.put_followed(connection, said)
    if lines and len(lines) >= host.settings.witness.quorum:
        with writing(host.engine) as connection:
            tables.put_cosigned(connection, Cosigned(ours.size, note + "".join(lines), int(now.timestamp())))
    return witnessed(host, now)


def _witnesses(directory: Directory, own: str) -> Iterator[Member]:
    return (member for member in directory.members if member.id != own and "witness" in member.services)


class _Silent(Exception):
    """A witness that gave no cosignature: why, in words, and the proof that it showed where it showed one."""

    def __init__(self, why: str, proof: str = "") -> None:
        super().__init__(why)
        self.why, self.proof = why, proof


@dataclass(frozen=True, slots=True)
class _Asking:
    """One witness asked to cosign one checkpoint of ours."""

    host: Host
    client: httpx.Client
    member: Member
    note: str
    ours: Checkpoint
    now: datetime

    def ask(self, before: Followed) -> tuple[Followed, str]:
        """How far it follows now, and its signature line, empty where it gave none."""
        try:
            line = self._line(before.size)
        except _Silent as silent:
            proof = silent.proof or before.proof
            return before._replace(problem=silent.why, proof=proof), ""
        except (ProofFailed, EasementError) as error:
            return before._replace(problem=error.what), ""
        return Followed(self.member.id, self.ours.size, int(self.now.timestamp())), line

    def _line(self, old: int) -> str:
        """The cosignature; asked a second time where the witness has seen another size than we remember."""
        key = _witness_key(self._text("GET", "/witness/v1/key")[1], self._keys())
        status, said = self._add(old)
        if status == 409:
            size = int(said) if said.strip().isdigit() and len(said) < 20 else -1
            if size > self.ours.size or size < 0:
                raise self._disagrees()
            status, said = self._add(size)
        if status == 422:
            raise self._disagrees()
        if status != 200:
            raise _Silent(f"it answered {status}: {said[:200].strip()}")
        return self._checked(said, key)

    def _keys(self) -> Sequence[Key]:
        return [each.parsed for each in self.member.keys if each.holds(self.now)]

    def _add(self, old: int) -> tuple[int, str]:
        proof = tuple(self.host.ledger.consistency(old, self.ours.size)) if 0 < old < self.ours.size else ()
        body = request_text(AddCheckpoint(min(old, self.ours.size), proof, self.note))
        return self._text("POST", "/witness/v1/add-checkpoint", body)

    def _text(self, method: str, path: str, body: str = "") -> tuple[int, str]:
        seconds = self.host.settings.exchange.timeout_seconds
        plain = {"accept-encoding": "identity", "content-type": "text/plain; charset=utf-8"}
        try:
            with self.client.stream(
                method, self.member.url + path, content=body.encode(), headers=plain, timeout=seconds
            ) as answer:
                return answer.status_code, read_all(answer, MAX_NOTE, seconds).decode()
        except (httpx.HTTPError, httpx.InvalidURL, UnicodeDecodeError) as error:
            raise _Silent(f"it cannot be reached: {type(error).__name__}") from None

    def _checked(self, said: str, key: Key) -> str:
        """The signature line, once it is the witness's own over this checkpoint, at about this time."""
        whole = parse_note(self.note + said)
        if key not in verify_note(whole, [key]) or said.count("\n") != 1:
            raise _Silent("its signature does not hold")
        time = int.from_bytes(whole.signatures[-1].signature[:8], "big")
        if abs(time - self.now.timestamp()) > timedelta(hours=1).total_seconds():
            raise _Silent("its clock is more than an hour from ours")
        return said

    def _disagrees(self) -> _Silent:
        """What a witness that will not cosign can show for it: without a proof it is only its word against ours."""
        place = f"/witness/v1/checkpoints/{quote(self.ours.origin, safe='')}"
        status, note = self._text("GET", place)
        if status == 200 and (why := contradicts(self.host, note)):
            return _Silent(why, note)
        return _Silent("it will not cosign, and shows no checkpoint of this log that says otherwise")


def contradicts(host: Host, note: str) -> str:
    """Why a checkpoint that this log's own key signed cannot be of the log as it stands; empty where it can."""
    try:
        theirs = verified_checkpoint(note, [host.ledger.key])
    except ProofFailed:
        return ""
    ours = host.ledger.published
    if theirs.size > ours.size:
        return f"it has seen {theirs.size} entries of this log, which now holds {ours.size}"
    if root_at(theirs.size, TileReader(host.ledger.directory).at(ours.size)) != theirs.root:
        return f"it has seen other entries among the first {theirs.size} of this log"
    return ""


def witnessed(host: Host, now: datetime) -> Witnessed:
    """How this node stands with its witnesses, from what they said last; asks nobody."""
    with reading(host.engine) as connection:
        each, last = tuple(tables.followed(connection).values()), tables.cosigned(connection)
    denied = [said for said in each if said.proof and contradicts(host, said.proof)]
    if denied:
        return _denied(denied, last, each)
    if not host.settings.witness.quorum:
        return Witnessed(Health.NOT_ASKED, "this node asks for no witnesses", last=last, each=each)
    return _by_age(host, now, last, each)


def _denied(denied: Sequence[Followed], last: Cosigned | None, each: tuple[Followed, ...]) -> Witnessed:
    words = "; ".join(f"`{said.organisation}`: {said.problem}" for said in denied)
    remedy = (
        "this log was put back from an old copy, or rewritten: restore the newest copy; if there is none, "
        "make a new log and tell the members, and keep what the witness shows as evidence"
    )
    return Witnessed(Health.DENIED, f"the log contradicts what witnesses have seen: {words}", remedy, last, each)


def _by_age(host: Host, now: datetime, last: Cosigned | None, each: tuple[Followed, ...]) -> Witnessed:
    rules = host.settings.witness
    since = datetime.fromtimestamp(last.at, UTC) if last else _begun(host)
    silent = now - since
    words = f"the last checkpoint that {rules.quorum} cosigned is of {since:%Y-%m-%d %H:%M} UTC"
    if not last:
        words = f"no checkpoint has been cosigned by {rules.quorum} yet"
    remedy = "see who is silent: easement doctor; ask those who run their nodes"
    if silent > timedelta(hours=rules.grace_hours):
        return Witnessed(Health.STOPPED, f"{words}: the grace is over", remedy, last, each)
    if silent > timedelta(minutes=rules.alarm_minutes):
        return Witnessed(Health.LATE, words, remedy, last, each)
    return Witnessed(Health.GOOD, words, last=last, each=each)


def _begun(host: Host) -> datetime:
    """When the log was opened: a new log gets the same grace as one whose witnesses fell silent."""
    said = json.loads(host.ledger.entry(0).body)["time"]
    return datetime.fromisoformat(said.replace("Z", "+00:00"))


def check_witnessed(host: Host, now: datetime) -> None:
    """Raise `StorageFailed` where the node must not disclose for what its witnesses say, or no longer say."""
    stand = witnessed(host, now)
    if not stand.discloses:
        raise StorageFailed(stand.text, remedy=stand.remedy)

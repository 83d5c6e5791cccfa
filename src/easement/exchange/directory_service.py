"""The directory of a node's cluster: the version held, fetched anew at half its life, and who may speak by it."""

import json
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

import httpx

from easement.base.bounded import TooLong, read_bounded
from easement.base.errors import EasementError, Problem, ProofFailed, Refused, SourceUnreachable
from easement.base.moments import instant_text
from easement.exchange import directory_store as store
from easement.exchange import operator_versions
from easement.exchange.directory import (
    MAX_BUNDLE,
    Directory,
    Published,
    Trust,
    check_fresh,
    log_shown,
    verified_directory,
)
from easement.exchange.ports import Host
from easement.ledger.note import Key
from easement.ledger.tree import verify_consistency

__all__ = [
    "Prove",
    "accept",
    "current_directory",
    "directory_with",
    "fetch",
    "find_key",
    "held_directory",
    "known_keys",
    "no_cluster",
    "outgoing",
    "problems",
    "proofs_of",
    "read_all",
    "refresh",
    "unreachable",
    "vouched_classes",
    "vouched_keys",
]


def current_directory(host: Host, now: datetime) -> Directory:
    """The directory by which this node exchanges; read from the disk only when it changed.

    Raises `Refused` for a node in no cluster and for a stale directory, `ProofFailed` for a forged one.
    """
    directory = held_directory(host)
    check_fresh(directory, now)
    return directory


def held_directory(host: Host) -> Directory:
    """The version held, dead or alive; raises `Refused` for a node in no cluster, `ProofFailed` for a forged one."""
    directory = store.held(host.home)
    if directory is None:
        raise no_cluster(host)
    return directory


def no_cluster(host: Host) -> Refused:
    """What is said to who asks for the directory of a node without one."""
    return Refused(
        f"the node of `{host.organisation}` belongs to no cluster, so it knows no other node",
        remedy=f"ask a cluster's operator for a joining code, then: easement join CODE --node {host.home}",
    )


def known_keys(home: Path) -> Mapping[str, tuple[Key, ...]]:
    """By organisation, every key in the directory held that was never revoked, the newest first.

    For what is signed once and kept, such as agreements; messages are held against `Directory.key`. Empty in no
    cluster, and where the directory cannot be trusted, which `problems` tells.
    """
    directory = _sound(home)
    return {member.id: member.lasting_keys for member in directory.members} if directory else {}


def vouched_keys(home: Path, by_hand: Mapping[str, tuple[Key, ...]]) -> Mapping[str, tuple[Key, ...]]:
    """Keys that people gave to the node, and those of the directory, by organisation, without what was revoked."""
    directory = _sound(home)
    if directory is None:
        return by_hand
    revoked = {each.parsed for member in directory.members for each in member.keys if each.revoked is not None}
    known = known_keys(home)
    both = {name: dict.fromkeys((*known.get(name, ()), *by_hand.get(name, ()))) for name in {*known, *by_hand}}
    found = {name: tuple(key for key in keys if key not in revoked) for name, keys in both.items()}
    return {name: keys for name, keys in sorted(found.items()) if keys}


def vouched_classes(home: Path) -> Mapping[str, str]:
    """The class of body of each member in the directory held, by id; nobody's where there is none to be trusted."""
    directory = _sound(home)
    return directory.classes if directory else _NOBODY


_NOBODY: Mapping[str, str] = {}


def _sound(home: Path) -> Directory | None:
    with suppress(EasementError):
        return store.held(home)
    return None


def refresh(host: Host, client: httpx.Client, now: datetime, *, force: bool = False) -> Directory:
    """Fetch the next version when the held one has lived half its life, or at once when forced.

    While the held version lives, a failed fetch is noted and no error, unless forced. Raises `SourceUnreachable` when
    the operator does not answer, `ProofFailed` when what it sends is forged, rolled back or forked, `Refused` for a
    node in no cluster and for a stale directory.
    """
    trust, directory = store.trusted(host.home), store.held(host.home)
    if trust is None:
        raise no_cluster(host)
    if directory and not force and now < directory.half_life:
        return directory
    if trust.operator == host.organisation:
        operator_versions.keep_alive(host, now)
        return current_directory(host, now)
    seconds = host.settings.exchange.timeout_seconds
    try:
        published = fetch(client, trust.url, seconds)
        return accept(host.home, published, now, proofs_of(client, trust.url, seconds))
    except SourceUnreachable as error:
        with store.locked(host.home):
            store.note_fetch(host.home, now, error.what)
        if directory is None or force or now >= directory.expires:
            raise
        return directory


def find_key(host: Host, keyid: str, now: datetime, *, connect: Callable[[], httpx.Client] | None = None) -> Key:
    """The key by which a message is signed; one that nobody here knows yet is asked for, once in `NEWS` at most.

    So a new member, and a member's new key, work at once, and whoever makes keys up cannot make this node ask and ask.
    Raises as `current_directory` and `Directory.key` do.
    """
    directory = current_directory(host, now)
    if directory.owner(keyid) is None:
        directory = _news(host, directory, now, connect)
    return directory.key(keyid, now)


def directory_with(
    host: Host, organisation: str, now: datetime, *, connect: Callable[[], httpx.Client] | None = None
) -> Directory:
    """The directory by which this node exchanges, fetched anew where it lacks the organisation, once in `NEWS` at most.

    So who joined after the held version was issued can be asked at once. Raises as `current_directory` does.
    """
    directory = current_directory(host, now)
    if directory.find(organisation) is None:
        directory = _news(host, directory, now, connect)
    return directory


def _news(host: Host, held: Directory, now: datetime, connect: Callable[[], httpx.Client] | None) -> Directory:
    """A newer version where one can be had and may be asked for; otherwise the held one."""
    if not _may_ask(host.home, now):
        return held
    with suppress(EasementError), (connect or outgoing)() as client:
        return refresh(host, client, now, force=True)
    return held


NEWS = timedelta(seconds=60)
"""How often at most unknown keys and members make a node fetch the directory before its time."""

_asking = threading.Lock()
_asked: dict[Path, datetime] = {}


def _may_ask(home: Path, now: datetime) -> bool:
    with _asking:
        last = _asked.get(home)
        if last is not None and now < last + NEWS:
            return False
        _asked[home] = now
        return True


def fetch(client: httpx.Client, url: str, seconds: float, path: str = "/directory/v1/current") -> Published:
    """Ask the operator at `url` for a version; raises `SourceUnreachable`, `ProofFailed` for what is none."""
    return Published.parse(_got(client, url, path, seconds, MAX_BUNDLE))


def _got(client: httpx.Client, url: str, path: str, seconds: float, most: int) -> bytes:
    plain = {"accept": "application/json", "accept-encoding": "identity"}
    try:
        with client.stream("GET", url + path, headers=plain, timeout=seconds) as response:
            if response.status_code != httpx.codes.OK:
                raise unreachable(url, f"it answered {response.status_code}")
            return read_all(response, most, seconds)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise unreachable(url, str(error) or type(error).__name__) from error


Prove = Callable[[int, int], Sequence[bytes]]
"""Gives the hashes by which the operator's log of one size goes on to another; raises `SourceUnreachable`."""

MAX_PROOF = 1 << 16
"""Longest proof read, in bytes: one of 2^64 entries has less than 130 hashes."""


def proofs_of(client: httpx.Client, url: str, seconds: float) -> Prove:
    """Asks the operator at `url` for proofs that its log goes on from what it showed before."""

    def prove(old: int, new: int) -> Sequence[bytes]:
        said = _got(client, url, f"/directory/v1/consistency?old={old}&new={new}", seconds, MAX_PROOF)
        try:
            return [bytes.fromhex(each) for each in json.loads(said)["consistency"]]
        except (ValueError, KeyError, TypeError):
            raise unreachable(url, "it answered with something else than a proof of its log") from None

    return prove


def read_all(response: httpx.Response, most: int, seconds: float) -> bytes:
    """The body of a streamed answer; raises `ProofFailed` for more than `most` bytes, and what httpx raises."""
    try:
        return read_bounded(response, most, seconds)
    except TooLong as error:
        raise ProofFailed(f"the operator's answer is not taken: {error}", remedy="tell the operator") from None


def unreachable(url: str, why: str) -> SourceUnreachable:
    """What is said when the operator does not answer."""
    return SourceUnreachable(
        f"the cluster's operator at `{url}` cannot be asked: {why}",
        remedy="try again later, or ask the operator; the directory held works until it expires",
    )


def accept(home: Path, published: Published, now: datetime, prove: Prove) -> Directory:
    """Keep a version that is newer than the held one; raises `ProofFailed` and raises an alarm for what must never be.

    A lower number would bring revoked keys back; two versions of one number, or a log that does not go on from what it
    showed before, show different members different things: each is kept as an alarm, and the held version goes on.
    """
    with store.locked(home):
        trust = store.trusted(home)
        if trust is None:
            raise Refused("this node belongs to no cluster", remedy="join one: easement join CODE")
        try:
            return _accepted(home, published, trust, now, prove)
        except EasementError as error:
            store.note_fetch(home, now, error.what)
            raise


def _accepted(home: Path, published: Published, trust: Trust, now: datetime, prove: Prove) -> Directory:
    offered = verified_directory(published, trust)
    directory = store.held(home)
    if directory is not None:
        _hold_against(home, directory, offered, published, now)
    check_fresh(offered, now)
    if directory is not None and directory.digest == offered.digest:
        store.note_fetch(home, now)
        return directory
    if directory is not None:
        _hold_to_log(home, offered, published, prove, now)
    store.keep(home, published, offered.trust(), now)
    return offered


def _hold_against(home: Path, kept: Directory, offered: Directory, published: Published, now: datetime) -> None:
    number = offered.sequence
    if number < kept.sequence:
        what = f"the operator sent version {number} of the directory after version {kept.sequence}"
        raise _alarm(home, store.Alarm("rollback", instant_text(now), what), offered, published)
    if number == kept.sequence and offered.digest != kept.digest:
        what = f"the operator sent two versions {number} of the directory"
        raise _alarm(home, store.Alarm("fork", instant_text(now), what), offered, published)
    if number == kept.sequence + 1 and offered.previous != kept.digest:
        what = f"version {number} of the directory does not follow the version {kept.sequence} held"
        raise _alarm(home, store.Alarm("fork", instant_text(now), what), offered, published)


def _hold_to_log(home: Path, offered: Directory, published: Published, prove: Prove, now: datetime) -> None:
    """The log in which a version stands has all in it that it had with the version held, however many came between."""
    seen, shown = log_shown(store.held_published(home)), log_shown(published)
    proof = prove(seen.size, shown.size) if seen.size < shown.size else ()
    try:
        verify_consistency(seen.size, shown.size, proof, seen.root, shown.root)
    except ProofFailed as error:
        what = f"the operator's log with version {offered.sequence} does not go on from what it showed before"
        raise _alarm(home, store.Alarm("fork", instant_text(now), what), offered, published) from error


def _alarm(home: Path, alarm: store.Alarm, offered: Directory, published: Published) -> ProofFailed:
    store.keep_alarm(home, alarm, published, offered)
    remedy = "the version held goes on; ask the operator, and show other members what was kept"
    return ProofFailed(alarm.what, where=str(home / store.FOLDER / "alarms"), remedy=remedy)


def problems(host: Host, now: datetime) -> tuple[Problem, ...]:
    """What is wrong with the directory, each with its mend, for `easement doctor`; nothing for a node in no cluster."""
    where = str(host.home / store.FOLDER)
    found = [Problem(where, alarm.what, _SETTLE) for alarm in store.alarms(host.home)]
    try:
        directory = store.held(host.home)
        if directory is not None:
            check_fresh(directory, now)
            found += _of_own_place(host, directory, where, now)
    except EasementError as error:
        found.append(Problem(error.where or where, error.what, error.remedy))
    failure = store.fetched(host.home).failure
    if failure:
        found.append(Problem(where, f"the last fetch failed: {failure}", "run `easement directory refresh`"))
    return tuple(found)


_SETTLE = "ask the operator why; when it is settled, take the file away"


def _of_own_place(host: Host, directory: Directory, where: str, now: datetime) -> list[Problem]:
    me = directory.find(host.organisation)
    if me is None:
        if directory.operator.id == host.organisation:
            return []
        return [Problem(where, f"`{host.organisation}` is no longer a member", "ask the operator for a joining code")]
    own = host.organisation_key.key
    if any(each.parsed == own and each.revoked is not None for each in me.keys):
        return [Problem(where, "the operator revoked our key", "ask the operator why, and for a new joining code")]
    if not any(each.parsed == own for each in me.present_keys(now)):
        return [Problem(where, "the directory has another key for us", "announce the new key, or join anew")]
    if me.log != str(host.ledger.key):
        return [Problem(where, "the directory has another log for us", "ask the operator for a joining code")]
    return []


def outgoing() -> httpx.Client:
    """A client for the operator, to be closed by who opened it; proxies are for the world, not for this machine."""
    here = {f"all://{name}": None for name in ("127.0.0.1", "localhost", "[::1]")}
    return httpx.Client(mounts=here, follow_redirects=False)

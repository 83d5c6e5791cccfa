"""How an operator publishes: each version of the directory is a row and a ledger entry in one commit."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import Connection

from easement.base.database import reading
from easement.base.errors import Refused, StorageFailed, UsageError
from easement.exchange import directory_store as store
from easement.exchange import directory_tables as tables
from easement.exchange.directory import Directory, Published, parse_directory, sign_directory
from easement.exchange.directory_changes import Change, as_operated, nothing, successor
from easement.exchange.ports import Host, own_url
from easement.ledger.model import Entry, EntryType, minute
from easement.ledger.receipt import make_receipt

__all__ = ["Row", "begin", "cluster_of", "current", "keep_alive", "latest", "publish", "version"]

Row = Callable[[Connection, Directory], None]
"""What is written in the same commit as a version; what it raises, nothing is written of."""

TRIES = 16
"""How often a publication begins anew because another came first: joins arrive together when a cluster starts."""


class _Overtaken(Exception):
    """Another version was published in the meantime."""


def cluster_of(host: Host) -> tables.Cluster:
    """The cluster that this node operates; raises `UsageError` for a node that operates none."""
    with reading(host.engine) as connection:
        found = tables.cluster(connection)
    if found is None:
        raise UsageError(
            f"the node of `{host.organisation}` does not operate a cluster",
            remedy="make one that does: easement operator init DIR --cluster-id ID --org ID",
        )
    return found


def latest(host: Host) -> Directory:
    """The version published last; raises `UsageError` for a node that operates no cluster."""
    cluster_of(host)
    with reading(host.engine) as connection:
        row = tables.version(connection)
    if row is None:
        raise StorageFailed("no version of the directory was published", remedy="restore the database from a backup")
    return parse_directory(row.text.encode())


def begin(host: Host, first: Directory, now: datetime, row: Row) -> Directory:
    """Publish the first version of all."""
    return _commit(host, first, now, row)


def publish(host: Host, change: Change, now: datetime, row: Row | None = None) -> Directory:
    """Publish what a change makes of the latest version, with other rows in the same commit.

    Where the operator's own address or keys are others by now, the version says so too. Two who publish at once come
    one after the other: the later one changes what the earlier one left. Raises what the change or the row raises,
    and then nothing is written.
    """
    life = timedelta(seconds=cluster_of(host).life)
    for _ in range(TRIES):
        last = latest(host)
        own = as_operated(last, own_url(host), host.organisation_key.key, host.ledger.key, _handovers(host), now)
        version = successor(last, own, change, now, life)
        try:
            return _commit(host, version, now, row)
        except _Overtaken:
            continue
    raise StorageFailed("too many versions of the directory were published at once", remedy="try again")


def _handovers(host: Host) -> tuple[str, ...]:
    return (*store.handovers(host.home, "organisation"), *store.handovers(host.home, "log"))


def _commit(host: Host, version: Directory, now: datetime, row: Row | None) -> Directory:
    note = sign_directory(version, [host.organisation_key])

    def also(connection: Connection, index: int) -> None:
        last = tables.version(connection)
        if (last.sequence if last else 0) != version.sequence - 1:
            raise _Overtaken
        if row is not None:
            row(connection, version)
        tables.add_version(connection, tables.Version(version.sequence, version.text.decode(), note, index))

    said = EntryType.DIRECTORY_PUBLISHED
    entry = Entry(time=minute(now), type=said, directory=version.digest, sequence=version.sequence)
    host.ledger.append(entry, also=also)
    _keep_own(host, now)
    return version


def _keep_own(host: Host, now: datetime) -> None:
    """The operator's node holds its own directory as any other does."""
    published = current(host)
    with store.locked(host.home):
        held = store.held(host.home)
        directory = parse_directory(published.text)
        if held is None or held.sequence < directory.sequence:
            store.keep(host.home, published, directory.trust(), now)


def current(host: Host) -> Published:
    """The version published last, with its signature and its receipt, as members fetch it."""
    return version(host, None)


def version(host: Host, sequence: int | None) -> Published:
    """A version by its number, or the last; raises `UsageError` where there is none."""
    cluster_of(host)
    with reading(host.engine) as connection:
        row = tables.version(connection, sequence)
    if row is None:
        raise UsageError(f"the directory has no version {sequence}", remedy="see the last: easement operator show")
    if host.ledger.published.size <= row.entry:
        host.ledger.checkpoint()
    return Published(row.text.encode(), row.note, make_receipt(host.ledger, row.entry))


def keep_alive(host: Host, now: datetime) -> Published:
    """The last version, first published anew once it has lived a quarter: members fetch at half of its life.

    Where the ledger takes no entries, the last version is given as long as it lives.
    """
    if _ages(host, now):
        with _renewing:
            try:
                if _ages(host, now):
                    publish(host, nothing, now)
            except (StorageFailed, Refused):
                if now >= latest(host).expires:
                    raise
    return current(host)


_renewing = threading.Lock()


def _ages(host: Host, now: datetime) -> bool:
    last = latest(host)
    return now >= last.issued + (last.expires - last.issued) / 4

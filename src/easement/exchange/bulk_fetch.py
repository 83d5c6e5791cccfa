"""Fetching a set's files by its links, each held against the manifest that the receipt proves."""

import hashlib
import json
import os
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

import httpx

from easement.base.bounded import TooLong, read_bounded
from easement.base.database import reading
from easement.base.durable import aside, write_whole
from easement.base.errors import ProofFailed, SourceUnreachable, StorageFailed, UsageError
from easement.exchange import bulk_tables as tables
from easement.exchange.bulk import Profile, open_set
from easement.exchange.bulk_body import FileSaid
from easement.exchange.bulk_tables import BulkState
from easement.exchange.downloads import too_slow
from easement.exchange.incoming import TELL
from easement.exchange.ports import Host
from easement.linkage.quality_desk import told_at

__all__ = ["fetch"]

SECRET = 0o600
MOST_LINES = 64 << 20
"""Longest list of links read, in bytes: some 100,000 files."""

LINKS_SECONDS = 120
"""How long that list may take to come."""


def fetch(
    host: Host,
    client: httpx.Client,
    message: str,
    folder: Path,
    now: datetime,
    told: Callable[[int, int], None] = lambda done, of: None,
) -> tuple[Path, ...]:
    """Put a received set's files into `folder` as Parquet, with its manifest and receipt; `told` hears of progress.

    Of a match, `linkage.json` tells how good its links are, as the receipt proves. A file that is there already and is
    right is not fetched again. Raises `ProofFailed` for one that is not what the receipt proves, and
    `SourceUnreachable` where the provider breaks off.
    """
    with reading(host.engine) as connection:
        seen = tables.bulk(connection, message)
    if seen is None or seen.state is not BulkState.RECEIVED:
        state = seen.state.value if seen else "unknown here"
        raise UsageError(f"the set is {state}", remedy="wait until it is received: easement bulk status")
    if not folder.is_dir():
        raise StorageFailed(f"there is no folder `{folder}`", remedy="make it, or name another")
    files = [FileSaid.model_validate(each) for each in json.loads(seen.manifest)["files"]]
    profile = open_set(host, message, now)
    links = _links(client, profile, message)
    made = []
    for done, file in enumerate(files):
        told(done, len(files))
        made.append(_file(client, links, folder / f"part-{file.number:05}.parquet", file))
    told(len(files), len(files))
    write_whole(folder / "manifest.json", seen.manifest, mode=SECRET)
    write_whole(folder / "manifest.json.receipt", seen.receipt, mode=SECRET)
    if seen.entry is not None and (linkage := told_at(host, seen.entry)):
        write_whole(folder / "linkage.json", json.dumps(linkage.as_dict(), indent=2) + "\n", mode=SECRET)
    return tuple(made)


def _links(client: httpx.Client, profile: Profile, message: str) -> dict[str, str]:
    """The links to the set's newest version, by the file's id."""
    share, schema, table = profile.table.split(".")
    url = f"{profile.endpoint}/shares/{share}/schemas/{schema}/tables/{table}/query"
    headers = {"Authorization": f"Bearer {profile.token}", "accept-encoding": "identity"}
    try:
        with client.stream("POST", url, json={}, headers=headers) as said:
            if said.status_code != httpx.codes.OK:
                what = f"the provider gives no links: it answered {said.status_code}"
                raise SourceUnreachable(what, remedy="ask again later")
            found = _read_links(read_bounded(said, MOST_LINES, LINKS_SECONDS))
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise _broken_off(error) from error
    except TooLong as error:
        raise ProofFailed(f"the provider's list of links is not taken: {error}", remedy=TELL) from None
    if not all(id_.startswith(f"{message}-") for id_ in found):
        remedy = "fetch the newer set: easement bulk list"
        raise UsageError("a newer set took the place of this one", remedy=remedy)
    if not all(link.startswith(f"{profile.endpoint}/files/") for link in found.values()):
        raise ProofFailed("the provider's links lead elsewhere than to the provider", remedy=TELL)
    return {id_.removeprefix(f"{message}-"): link for id_, link in found.items()}


def _read_links(lines: bytes) -> dict[str, str]:
    """The link to each file by its id; two lines about the table stand before them."""
    try:
        files = [json.loads(line)["file"] for line in lines.splitlines()[2:]]
        return {str(each["id"]): str(each["url"]) for each in files}
    except (ValueError, KeyError, TypeError, RecursionError):
        raise ProofFailed("the provider's list of links cannot be read", remedy=TELL) from None


def _broken_off(error: Exception) -> SourceUnreachable:
    what = f"the provider broke off: {type(error).__name__}"
    return SourceUnreachable(what, remedy="fetch again: what came whole stays")


def _file(client: httpx.Client, links: dict[str, str], target: Path, file: FileSaid) -> Path:
    if target.exists() and _digest(target) == file.sha256:
        return target
    wrong = ProofFailed(f"file {file.number} is not what the receipt proves", remedy=TELL)
    if str(file.number) not in links:
        raise wrong
    digest, began = hashlib.sha256(), time.monotonic()
    try:
        with aside(target, mode=SECRET) as partial, _private(partial) as out:
            plain = {"accept-encoding": "identity"}
            with client.stream("GET", links[str(file.number)], headers=plain) as response:
                response.raise_for_status()
                for chunk in response.iter_raw():
                    digest.update(chunk)
                    out.write(chunk)
                    if out.tell() > file.size:
                        raise wrong
                    if too_slow(out.tell(), time.monotonic() - began):
                        raise httpx.ReadTimeout("the provider sends more slowly than is waited for")
            if digest.hexdigest() != file.sha256:
                raise wrong
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise _broken_off(error) from error
    return target


def _private(path: Path) -> BinaryIO:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, SECRET), "wb")


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

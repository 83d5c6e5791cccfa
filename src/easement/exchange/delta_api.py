"""The Delta Sharing server: what pandas, Spark and Power BI read bulk disclosures with, by their own clients.

The protocol itself enforces nothing, so every route asks anew whether the agreement still stands and the recipient is
still a member: a suspension, or a key that is revoked, ends tables and links alike, in the middle of a download too.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Header, HTTPException, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict
from starlette.datastructures import State
from starlette.types import Receive, Scope, Send

from easement.base.canonical import sha256_hex
from easement.base.database import reading
from easement.base.errors import Refused
from easement.exchange import delta, sets
from easement.exchange.delta import File, SharedTable, Version
from easement.exchange.downloads import Full, Places, too_slow
from easement.exchange.opening import check_member, check_standing, keyid_in, log_opened
from easement.exchange.ports import Host, own_url
from easement.linkage.quality_desk import told_of_match

__all__ = ["router"]

router = APIRouter(prefix="/delta", tags=["delta sharing"])
"""The routes of Delta Sharing; all but those of links ask for a reader's token."""

LINES = "application/x-ndjson; charset=utf-8"
CAPABILITIES = "delta-sharing-capabilities"
PARQUET = "application/vnd.apache.parquet"
_RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")


class Query(BaseModel):
    """What a reader may ask of a table; hints are hints, and are not needed to be right."""

    model_config = ConfigDict(extra="ignore")

    version: int | None = None
    timestamp: str | None = None
    startingVersion: int | None = None  # noqa: N815 - the protocol's own names
    endingVersion: int | None = None  # noqa: N815


def _host(request: Request) -> Host:
    host: Host = request.app.state.node
    return host


def _now(request: Request) -> datetime:
    now: datetime = request.app.state.clock()
    return now


HostDep = Annotated[Host, Depends(_host)]
Now = Annotated[datetime, Depends(_now)]


def _token(authorization: Annotated[str, Header()] = "") -> str:
    """The token that came with the request; empty where none did."""
    scheme, _, token = authorization.partition(" ")
    return token if scheme.lower() == "bearer" else ""


TokenDep = Annotated[str, Depends(_token)]


def _reader(host: HostDep, now: Now, token: TokenDep) -> sets.Reader:
    """Whose token came with the request, while the agreement it is for stands."""
    with reading(host.engine) as connection:
        found = sets.reader(connection, token, now) if token else None
    if found is None:
        raise HTTPException(401, "this token opens nothing, or no longer", {"WWW-Authenticate": "Bearer"})
    check_member(host, found.recipient, now, keyid_in(token))
    check_standing(host, found.agreement, found.recipient, found.share, now)
    return found


ReaderDep = Annotated[sets.Reader, Depends(_reader)]


def _table(host: Host, reader: sets.Reader, share: str, schema: str, name: str) -> SharedTable:
    if (share, schema, name) == (reader.agreement_id, host.organisation, reader.share):
        with reading(host.engine) as connection:
            for table in sets.shared_tables(connection, reader):
                return table
    raise HTTPException(404, "there is no such table for this token")


@router.get("/shares")
def list_shares(reader: ReaderDep) -> Response:
    """The agreements that the token opens."""
    return _one_line({"items": [{"name": reader.agreement_id}]})


@router.get("/shares/{share}")
def get_share(share: str, reader: ReaderDep) -> Response:
    """One agreement."""
    if share != reader.agreement_id:
        raise HTTPException(404, "there is no such share for this token")
    return _one_line({"share": {"name": share}})


@router.get("/shares/{share}/schemas")
def list_schemas(share: str, host: HostDep, reader: ReaderDep) -> Response:
    """Who gives under an agreement: this organisation."""
    get_share(share, reader)
    return _one_line({"items": [{"name": host.organisation, "share": share}]})


@router.get("/shares/{share}/schemas/{schema}/tables")
def list_tables(share: str, schema: str, host: HostDep, reader: ReaderDep) -> Response:
    """What the token opens of what this organisation gives."""
    get_share(share, reader)
    if schema != host.organisation:
        raise HTTPException(404, "there is no such schema for this token")
    return list_all_tables(share, host, reader)


@router.get("/shares/{share}/all-tables")
def list_all_tables(share: str, host: HostDep, reader: ReaderDep) -> Response:
    """Every table that the token opens."""
    get_share(share, reader)
    with reading(host.engine) as connection:
        names = [table.name for table in sets.shared_tables(connection, reader)]
    return _one_line({"items": [{"name": name, "schema": host.organisation, "share": share} for name in names]})


TABLE = "/shares/{share}/schemas/{schema}/tables/{name}"


@router.get(TABLE + "/version")
def table_version(share: str, schema: str, name: str, host: HostDep, reader: ReaderDep) -> Response:
    """The newest version's number, as a header."""
    table = _table(host, reader, share, schema, name)
    return Response(headers={"delta-table-version": str(table.latest.number)})


@router.get(TABLE + "/metadata")
def table_metadata(
    share: str,
    schema: str,
    name: str,
    host: HostDep,
    reader: ReaderDep,
    capabilities: Annotated[str, Header(alias=CAPABILITIES)] = "",
) -> Response:
    """What columns a table has."""
    table, as_delta = _table(host, reader, share, schema, name), delta.wants_delta(capabilities)
    told = _described(host, table, table.latest)
    return _lines(delta.metadata_lines(told, delta=as_delta), table.latest, as_delta=as_delta)


def _described(host: Host, table: SharedTable, version: Version) -> SharedTable:
    """The table with what is told of how good the links of one of its versions are."""
    with reading(host.engine) as connection:
        made = sets.read_set(connection, version.id)
    told = told_of_match(host, made.intent) if made else None
    return replace(table, about="; ".join(told.lines), linkage=json.dumps(told.as_dict())) if told else table


@router.post(TABLE + "/query")
def query_table(
    share: str,
    schema: str,
    name: str,
    asked: Query,
    host: HostDep,
    reader: ReaderDep,
    token: TokenDep,
    now: Now,
    capabilities: Annotated[str, Header(alias=CAPABILITIES)] = "",
) -> Response:
    """Links to the files of a version, the newest if none is named. That they were given out is logged first."""
    if asked.timestamp is not None or asked.startingVersion is not None:
        raise HTTPException(400, "ask for a version by its number, or for what changed by /changes")
    table, as_delta = _table(host, reader, share, schema, name), delta.wants_delta(capabilities)
    version = table.latest if asked.version is None else table.version(asked.version)
    if version is None:
        raise HTTPException(404, f"version {asked.version} is not kept; the newest is {table.latest.number}")
    log_opened(host, reader, [version.id], now)
    lines = delta.query_lines(_described(host, table, version), version, _linker(host, token, now), delta=as_delta)
    return _lines(lines, version, as_delta=as_delta)


@router.get(TABLE + "/changes")
def table_changes(
    share: str,
    schema: str,
    name: str,
    host: HostDep,
    reader: ReaderDep,
    token: TokenDep,
    now: Now,
    capabilities: Annotated[str, Header(alias=CAPABILITIES)] = "",
    startingVersion: int | None = None,  # noqa: N803
    endingVersion: int | None = None,  # noqa: N803
) -> Response:
    """What each version took away and brought, from one version to another."""
    table, as_delta = _table(host, reader, share, schema, name), delta.wants_delta(capabilities)
    first, last = startingVersion, table.latest.number if endingVersion is None else endingVersion
    if first is None or not 0 <= first <= last <= table.latest.number:
        raise HTTPException(400, f"ask from a startingVersion to an endingVersion of at most {table.latest.number}")
    chosen = [version for version in table.versions if first <= version.number <= last]
    if len(chosen) != last - first + 1:
        raise HTTPException(400, f"the oldest version still kept is {table.versions[0].number}")
    before = table.version(first - 1)
    log_opened(host, reader, [version.id for version in ([before] if before else []) + chosen], now)
    return _lines(
        delta.changes_lines(table, chosen, _linker(host, token, now), delta=as_delta), chosen[0], as_delta=as_delta
    )


def _linker(host: Host, token: str, now: datetime) -> delta.Link:
    """Links to files, each signed and good for some minutes, at most as long as the token that asks for them.

    Delta's own reader wants a parameter it knows.
    """
    digest, keyid = sha256_hex(token.encode()), keyid_in(token)
    expires = int(now.timestamp()) + host.settings.exchange.link_minutes * 60

    def link(version: Version, file: File) -> tuple[str, int]:
        signature = sets.link_signature(host.master_key, sets.Link(version.id, file.number, expires, digest, keyid))
        place = f"{own_url(host)}/delta/files/{version.id}/{file.number}.parquet"
        said = {"expires": expires, "reader": digest, "key": keyid, "X-Amz-Signature": signature}
        return f"{place}?{urlencode(said)}", expires * 1000

    return link


@router.api_route("/files/{set_}/{number}.parquet", methods=["GET", "HEAD"])
def read_file(set_: str, number: int, request: Request, host: HostDep, now: Now) -> Response:
    """One file by a link: the link is all that is needed, and works while it is young and the agreement stands."""
    link, made = _linked(host, set_, number, request, now)
    size = made.files[number].size
    start, stop, partial = _asked_range(request.headers.get("range", ""), size)
    headers = {"Accept-Ranges": "bytes", "Content-Length": str(stop - start), "Cache-Control": "no-store"}
    if partial:
        headers["Content-Range"] = f"bytes {start}-{stop - 1}/{size}"
    status = 206 if partial else 200
    if request.method == "HEAD":
        return Response(status_code=status, headers=headers, media_type=PARQUET)
    opened = sets.open_file(host.home, host.master_key, set_, number)

    def chunks() -> Iterator[bytes]:
        sent = 0
        for count, chunk in enumerate(opened.read(start, stop)):
            at: datetime = request.app.state.clock()
            if too_slow(sent, (at - now).total_seconds()):
                raise Refused("the download is slower than any that is borne", remedy="ask for the rest of it again")
            if count % RECHECKED == RECHECKED - 1:
                _check_link(host, link, made, at)
            sent += len(chunk)
            yield chunk

    return _Download(made.recipient, chunks(), status_code=status, headers=headers, media_type=PARQUET)


RECHECKED = 64
"""A download asks again whether the agreement stands after so many chunks: every 4 MB."""


class _Download(StreamingResponse):
    """A file on its way, which holds one of its recipient's places until it is through or broken off."""

    def __init__(self, recipient: str, content: Iterator[bytes], **said: Any) -> None:
        super().__init__(content, **said)
        self._recipient = recipient

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it, if there is a place."""
        try:
            with _places(scope["app"].state).taken(self._recipient):
                await super().__call__(scope, receive, send)
        except Full:
            what = "your organisation has as many downloads in hand as leave room for others"
            raise HTTPException(503, what, {"Retry-After": RETRY_SECONDS}) from None


RETRY_SECONDS = "5"
"""How long a reader waits before it asks again for a file for which there was no place."""


def _places(state: State) -> Places:
    """The places of this process: half of what it may have in hand, so that other requests find room too."""
    if not hasattr(state, "downloads"):
        state.downloads = Places(max(2, state.node.settings.server.max_waiting // 2))
    found: Places = state.downloads
    return found


def _linked(host: Host, set_: str, number: int, request: Request, now: datetime) -> tuple[sets.Link, sets.Made]:
    given = request.query_params
    try:
        link = sets.Link(set_, number, int(given.get("expires", "")), given.get("reader", ""), given.get("key", ""))
    except ValueError:
        raise HTTPException(403, "this link is not one of ours") from None
    right = sets.link_signature(host.master_key, link)
    if not sets.same(right, given.get("X-Amz-Signature", "")):
        raise HTTPException(403, "this link is not one of ours")
    if link.expires <= now.timestamp():
        raise HTTPException(403, "this link is past its time: ask for the table again")
    with reading(host.engine) as connection:
        made = sets.read_set(connection, set_)
    if made is None or not 0 <= number < len(made.files):
        raise HTTPException(404, "this set is no longer kept")
    _check_link(host, link, made, now)
    return link, made


def _check_link(host: Host, link: sets.Link, made: sets.Made, now: datetime) -> None:
    check_member(host, made.recipient, now, link.keyid)
    with reading(host.engine) as connection:
        if sets.reader_of(connection, link.reader, now) is None:
            raise HTTPException(403, "this link ended with the token that asked for it: ask for another")
    check_standing(host, made.agreement, made.recipient, made.share, now)


def _asked_range(header: str, size: int) -> tuple[int, int, bool]:
    """From where to where a reader wants the file; one range, as RFC 9110 has it, and all of it for anything else."""
    asked = _RANGE.fullmatch(header.strip())
    if not asked or asked.groups() == ("", ""):
        return 0, size, False
    first, last = asked.groups()
    start = size - min(int(last), size) if not first else int(first)
    stop = size if not first or not last else min(int(last) + 1, size)
    if start >= size or stop <= start:
        raise HTTPException(416, "the file is shorter than that", {"Content-Range": f"bytes */{size}"})
    return start, stop, True


def _one_line(record: dict[str, Any]) -> Response:
    """Lists come on one line: the official reader in Python looks at no more."""
    return Response(json.dumps(record, separators=(",", ":")), media_type="application/json; charset=utf-8")


def _lines(lines: Iterator[str], version: Version, *, as_delta: bool) -> Response:
    headers = {"delta-table-version": str(version.number)}
    headers[CAPABILITIES] = f"responseformat={'delta' if as_delta else 'parquet'}"
    return Response("".join(lines), headers=headers, media_type=LINES)

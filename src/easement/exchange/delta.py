"""What a Delta Sharing server answers (protocol of delta-io/delta-sharing), as lines of JSON. Pure.

A table is what one share of one agreement gives one recipient. Each bulk disclosure is a version of it, whole: the
files of the version before are removed and its own added, so that a reader of changes sees what went and what came.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

__all__ = [
    "File",
    "SharedTable",
    "Version",
    "changes_lines",
    "metadata_lines",
    "query_lines",
    "schema_string",
    "wants_delta",
]

Link = Callable[["Version", "File"], tuple[str, int]]
"""Gives the address of a version's file, and until when it works, in milliseconds since 1970."""

CHANGES = {"delta.enableChangeDataFeed": "true"}
"""Readers in the delta format look for this before they ask what changed."""

LINKAGE = "easement.linkage"
"""The property of a table that says how its people were found, and how good that is."""

READER, WRITER = 1, 4
"""The table uses no feature beyond these versions of Delta's protocol; 4 is the first that knows changes."""

_PLAIN = {
    pa.bool_(): "boolean",
    pa.int8(): "byte",
    pa.int16(): "short",
    pa.int32(): "integer",
    pa.int64(): "long",
    pa.float32(): "float",
    pa.float64(): "double",
    pa.date32(): "date",
    pa.binary(): "binary",
    pa.string(): "string",
}


@dataclass(frozen=True, slots=True)
class File:
    """One Parquet file of a version: its number, size in bytes, records, and the SHA-256 of its bytes."""

    number: int
    size: int
    rows: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Version:
    """One bulk disclosure: its number, which counts from 0, when it was made (milliseconds since 1970), its files."""

    number: int
    at: int
    id: str
    files: tuple[File, ...]


@dataclass(frozen=True, slots=True)
class SharedTable:
    """A table as its reader sees it; `versions` are in order, and at least one.

    `about` describes it in words, and `linkage` says how good the links of a match are, as JSON.
    """

    id: str
    name: str
    schema: str
    versions: tuple[Version, ...]
    about: str = ""
    linkage: str = ""

    @property
    def latest(self) -> Version:
        """The newest version."""
        return self.versions[-1]

    def version(self, number: int) -> Version | None:
        """A version by its number, where it is still kept."""
        return next((each for each in self.versions if each.number == number), None)


def schema_string(schema: pa.Schema) -> str:
    """An Arrow schema as Delta writes schemas; raises `TypeError` for a type that no form of a value has."""
    fields = [{"name": f.name, "type": _type(f.type), "nullable": True, "metadata": {}} for f in schema]
    return json.dumps({"type": "struct", "fields": fields}, separators=(",", ":"))


def _type(kind: pa.DataType) -> str:
    if kind in _PLAIN:
        return _PLAIN[kind]
    if pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return "string"
    if pa.types.is_timestamp(kind):
        return "timestamp" if kind.tz else "timestamp_ntz"
    if pa.types.is_decimal(kind):
        return f"decimal({kind.precision},{kind.scale})"
    raise TypeError(f"{kind} has no type in Delta's schemas")


def wants_delta(capabilities: str) -> bool:
    """Whether a reader asks for the delta format and for nothing else: whoever reads both gets plain Parquet."""
    asked = {part.strip() for part in capabilities.lower().split(";")}
    return "responseformat=delta" in asked


def metadata_lines(table: SharedTable, *, delta: bool, version: int | None = None) -> Iterator[str]:
    """The protocol and the table's description."""
    yield _line({"protocol": _protocol(delta=delta)})
    yield _line({"metaData": _metadata(table, version, delta=delta)})


def query_lines(table: SharedTable, version: Version, link: Link, *, delta: bool) -> Iterator[str]:
    """The files of a version, each with a link that works for a short time."""
    yield from metadata_lines(table, delta=delta)
    for file in version.files:
        yield _line({"file": _file("add", table, version, file, version, link, delta=delta)})


def changes_lines(table: SharedTable, versions: Sequence[Version], link: Link, *, delta: bool) -> Iterator[str]:
    """What each of the versions took away and brought."""
    yield _line({"protocol": _protocol(delta=delta)})
    yield _line({"metaData": _metadata(table, versions[0].number if versions else 0, delta=delta)})
    for version in versions:
        before = table.version(version.number - 1)
        went = [("remove", before, file) for file in before.files] if before else []
        for action, owner, file in (*went, *(("add", version, file) for file in version.files)):
            told = _file(action, table, owner, file, version, link, delta=delta)
            yield _line({"file": told} if delta else {action: told})


def _line(record: dict[str, Any]) -> str:
    return json.dumps(record, separators=(",", ":")) + "\n"


def _protocol(*, delta: bool) -> dict[str, Any]:
    return (
        {"deltaProtocol": {"minReaderVersion": READER, "minWriterVersion": WRITER}}
        if delta
        else {"minReaderVersion": 1}
    )


def _metadata(table: SharedTable, version: int | None, *, delta: bool) -> dict[str, Any]:
    told: dict[str, Any] = {
        "id": table.id,
        "name": table.name,
        "format": {"provider": "parquet", "options": {}} if delta else {"provider": "parquet"},
        "schemaString": table.schema,
        "partitionColumns": [],
        "configuration": CHANGES | ({LINKAGE: table.linkage} if table.linkage else {}),
    } | ({"description": table.about} if table.about else {})
    at = {} if version is None else {"version": version}
    return at | ({"deltaMetadata": told | {"createdTime": table.versions[0].at}} if delta else told)


def _file(
    action: str, table: SharedTable, owner: Version, file: File, version: Version, link: Link, *, delta: bool
) -> dict[str, Any]:
    url, expires = link(owner, file)
    id_, stats = f"{owner.id}-{file.number}", json.dumps({"numRecords": file.rows})
    told = {"id": id_, "timestamp": version.at, "version": version.number, "expirationTimestamp": expires}
    if not delta:
        return (
            told
            | {"url": url, "partitionValues": {}, "size": file.size}
            | ({"stats": stats} if action == "add" else {})
        )
    single = {"path": url, "partitionValues": {}, "size": file.size, "dataChange": True}
    single |= {"modificationTime": version.at, "stats": stats} if action == "add" else {"deletionTimestamp": version.at}
    return told | {"deltaSingleAction": {action: single}}

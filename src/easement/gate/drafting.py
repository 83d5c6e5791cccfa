"""The desk where a node's mappings are made: its tables, drafts that nobody has confirmed, and putting one in force.

Drafts stand in `datasets/drafts/`, where nothing that answers requests looks. A draft's file is read as seen from
`datasets/`, where the mapping will stand.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from easement.base.durable import write_whole
from easement.base.errors import BadData, EasementError, UsageError
from easement.gate.datasets import dataset_from, mappings, place_of
from easement.meaning.catalogue import refuse_retired
from easement.meaning.mapping import DatasetMapping, SourceHints, read_mapping
from easement.meaning.model import Standard
from easement.meaning.profile import TableProfile
from easement.meaning.report import Report
from easement.meaning.standards import standard
from easement.meaning.studio import columns_at, held_against, look, measured_at, propose_mapping, read_draft
from easement.meaning.studio_draft import Head, confirm
from easement.meaning.studio_file import written
from easement.sources.connection import SUFFIX, read_connection
from easement.sources.model import SUFFIXES, DatabaseTable, File

__all__ = ["MOST_UPLOADED", "Desk", "InForce", "Table"]

MOST_UPLOADED = 12 << 20
"""Bytes of a file that is uploaded; what is larger is put into `datasets/` by whoever keeps the node."""

_ID = re.compile(r"[a-z][a-z0-9-]{0,62}")
_FILE = re.compile(r"[^\W.][\w .()-]{0,120}")


@dataclass(frozen=True, slots=True)
class Table:
    """A table by its address: a file of `datasets/`, or a table of a connection."""

    file: str = ""
    database: str = ""
    table: str = ""

    @property
    def called(self) -> str:
        """What people call it."""
        return self.file or f"{self.database}: {self.table}"

    @property
    def query(self) -> Mapping[str, str]:
        """Its address as fields of a form."""
        pairs = {"file": self.file, "database": self.database, "table": self.table}
        return {name: value for name, value in pairs.items() if value}


@dataclass(frozen=True, slots=True)
class InForce:
    """A mapping that was put in force: its file, itself, and the report on how its table fits."""

    file: Path
    mapping: DatasetMapping
    report: Report


class Desk:
    """The mappings of one node in the making; `home` is the node's directory."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.datasets, self.folders = home / "datasets", (home / "standards",)

    def files(self) -> tuple[str, ...]:
        """The files of `datasets/` that can be tables, by name."""
        found = (path for path in sorted(self.datasets.glob("*")) if path.is_file())
        return tuple(path.name for path in found if _FILE.fullmatch(path.name) and _kind(path))

    def connections(self) -> tuple[str, ...]:
        """The databases that the node may read, by name."""
        return tuple(sorted(path.name.removesuffix(SUFFIX) for path in self.datasets.glob(f"*{SUFFIX}")))

    def place(self, table: Table) -> File | DatabaseTable:
        """A table ready to be opened; raises `UsageError` for one that the node does not have."""
        if table.database:
            parts = tuple(table.table.split("."))
            return DatabaseTable(read_connection(table.database, self.home), parts)
        if table.file not in self.files():
            raise UsageError(
                f"`{table.file}` is not a table of this node",
                remedy=f"put it into `{self.datasets.name}`, or upload it",
            )
        return File(self.datasets / table.file)

    def look(self, table: Table) -> TableProfile:
        """The profile of a table; raises what opening it does."""
        return look(self.place(table), folders=self.folders, name=table.called)

    def upload(self, name: str, content: bytes) -> str:
        """Keep a file that somebody uploaded, and give its name; raises `UsageError` where it cannot be kept."""
        plain = re.sub(r"[^\w .()-]+", "_", Path(name.replace("\\", "/")).name)[:100].lstrip("._ ")
        if not content:
            raise UsageError("the file is empty", remedy="choose another")
        if len(content) > MOST_UPLOADED:
            raise UsageError(
                f"the file is larger than {MOST_UPLOADED >> 20} MB",
                remedy="have it put into the node's datasets folder",
            )
        if not _FILE.fullmatch(plain) or not _kind(Path(plain)):
            raise UsageError(f"`{plain or name}` is not a kind of file that is read", remedy="upload a CSV file")
        target = self.datasets / plain
        if target.exists():
            raise UsageError(f"there is a file `{plain}` already", remedy="give yours another name, or choose that one")
        write_whole(target, content, mode=0o600)
        return plain

    # Drafts

    def drafts(self) -> tuple[DatasetMapping, ...]:
        """The drafts that can be read, by id."""
        found = []
        for path in sorted((self.datasets / "drafts").glob("*.yaml")):
            try:
                found.append(read_draft(path, self.folders))
            except EasementError:
                continue
        return tuple(found)

    def draft(self, id_: str) -> DatasetMapping | None:
        """One draft by its id; raises `BadFile` where its file has a mistake."""
        path = self._path(id_)
        return read_draft(path, self.folders) if path.is_file() else None

    def begin(self, table: Table, ref: str, id_: str, title: str, organisation: str, on: date) -> DatasetMapping:
        """Propose a mapping of a table to a standard, and keep it as a draft; raises `UsageError` where one stands."""
        if not _ID.fullmatch(id_):
            raise UsageError(f"`{id_}` cannot name a dataset", remedy="use small letters, digits and `-`")
        if self._path(id_).exists():
            raise UsageError(f"there is a draft `{id_}` already", remedy="go on with it, or give this one another name")
        seen = self.look(table)
        made = propose_mapping(seen, ref, Head(id_, title or id_, organisation, _hints(table)), on, self.folders)
        self.keep(made)
        return made

    def keep(self, mapping: DatasetMapping) -> None:
        """Keep a draft as it is now."""
        path = self._path(mapping.id)
        path.parent.mkdir(mode=0o700, exist_ok=True)
        write_whole(path, written(mapping), mode=0o600)

    def drop(self, id_: str) -> None:
        """Forget a draft."""
        self._path(id_).unlink(missing_ok=True)

    def standard_of(self, mapping: DatasetMapping) -> Standard:
        """The standard that a mapping leads to."""
        return standard(mapping.standard, self.folders)

    def columns_of(self, mapping: DatasetMapping) -> tuple[str, ...]:
        """The columns of a draft's table."""
        return columns_at(self.place_of(mapping))

    def place_of(self, mapping: DatasetMapping) -> File | DatabaseTable:
        """A draft's table, ready to be opened."""
        source = mapping.source
        return self.place(Table(source.path or "", source.database or "", ".".join(source.table)))

    def standing(self, id_: str) -> tuple[Path, DatasetMapping] | None:
        """The mapping in force of that id, with its file."""
        for path in mappings(self.home):
            try:
                found = read_mapping(path, self.folders)
            except EasementError:
                continue
            if found.id == id_:
                return path, found
        return None

    def measured(self, id_: str) -> Report:
        """How the table of a mapping in force fits it now, in counts; it may stand outside the datasets folder.

        Raises `UsageError` where the mapping has problems, and what `measured_at` does.
        """
        standing = self.standing(id_)
        if standing is None:
            raise UsageError(f"the mapping `{id_}` has problems", remedy="see: easement dataset check")
        place = place_of(dataset_from(standing[0], None, self.folders, home=self.home), "checked")
        return measured_at(place, standing[1], self.standard_of(standing[1]))

    def put_in_force(self, id_: str, *, by: str, why: str, now: datetime) -> InForce:
        """Confirm a draft and put it in force, in the place of the mapping of its id where there is one.

        Raises `UsageError` where there is no such draft, nobody says who and why, a question is open or the standard
        is retired; `BadData` for a table that cannot be shared from.
        """
        held, standing = self.draft(id_), self.standing(id_)
        if held is None:
            raise UsageError(f"there is no draft `{id_}`", remedy="propose one first")
        before, target = standing[1] if standing else None, self.standard_of(held)
        refuse_retired(target, now.date())
        report = held_against(self.place_of(held), held, target, values=False).report
        done = confirm(held, by=by, why=why, now=now, before=before, report=report)
        if before is not None and done.about is None:
            done = done.model_copy(update={"about": before.about})
        if not report.usable:
            raise BadData(
                f"the table cannot be shared from: {_unusable(report)}", remedy="mend the mapping or the table"
            )
        file = standing[0] if standing else self.datasets / f"{id_}.yaml"
        if standing is None and file.exists():
            raise UsageError(f"`{file.name}` stands in the way, and cannot be read", remedy="mend it or move it away")
        write_whole(file, written(done))
        self.drop(id_)
        return InForce(file, done, report)

    def _path(self, id_: str) -> Path:
        if not _ID.fullmatch(id_):
            raise UsageError(f"`{id_}` cannot name a dataset", remedy="use small letters, digits and `-`")
        return self.datasets / "drafts" / f"{id_}.yaml"


def _kind(path: Path) -> bool:
    suffixes = [suffix.lower() for suffix in path.suffixes]
    return (
        bool(suffixes) and (suffixes[-2] if suffixes[-1] == ".gz" and len(suffixes) > 1 else suffixes[-1]) in SUFFIXES
    )


def _hints(table: Table) -> SourceHints:
    if table.database:
        return SourceHints(database=table.database, table=tuple(table.table.split(".")))
    return SourceHints(path=table.file)


def _unusable(report: Report) -> str:
    if report.missing:
        return f"there is no column {', '.join(f'`{name}`' for name in report.missing)}"
    if report.duplicate_keys:
        return f"{report.duplicate_keys:,} record keys stand in more than one row"
    return f"the record key is blank in {report.rows_without_key:,} rows"

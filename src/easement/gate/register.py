"""The register of datasets (R4.8): what an organisation holds, who answers for it, and what nobody has said yet.

It is the mappings themselves, read anew each time: one file for each dataset, with its `about:` section. Nothing is
kept twice, so nothing can say otherwise than what answers requests.
"""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from easement.base.durable import write_whole
from easement.base.errors import BadFile, UsageError
from easement.gate.datasets import mappings
from easement.meaning.about import About
from easement.meaning.catalogue import refuse_retired
from easement.meaning.mapping import DatasetMapping, read_mapping
from easement.meaning.report import Report
from easement.meaning.service import check_dataset
from easement.meaning.standards import standard

__all__ = ["COLUMNS", "Entry", "Registered", "entries", "entry", "register"]

COLUMNS = ("id", "title", "organisation", "standard", "source", *About.model_fields, "missing", "file")
"""What the register says of each dataset, in order; the same names in JSON and CSV."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One dataset of the register: its file, and its mapping, or what is wrong with the file."""

    file: Path
    mapping: DatasetMapping | None
    problem: str = ""

    @property
    def about(self) -> About:
        """What is said of it; empty where nothing is."""
        return (self.mapping and self.mapping.about) or About()

    @property
    def missing(self) -> tuple[str, ...]:
        """The parts of `about:` that nobody has said yet."""
        return self.about.missing

    @property
    def source(self) -> str:
        """Where it is read: a file, or a table of a connection."""
        if self.mapping is None:
            return ""
        hints = self.mapping.source
        return hints.path or (f"{hints.database}: {'.'.join(hints.table)}" if hints.database else "")

    def as_dict(self) -> dict[str, Any]:
        """The entry as `--json` prints it; what is not known is null."""
        said = self.about.model_dump(mode="json")
        known = self.mapping
        head = {name: getattr(known, name, None) for name in ("id", "title", "organisation", "standard")}
        rest = {"missing": list(self.missing), "file": self.file.name, "problem": self.problem or None}
        return head | {"source": self.source or None} | said | rest


@dataclass(frozen=True, slots=True)
class Registered:
    """A dataset that was put into the register, and the report on how its table fits."""

    entry: Entry
    report: Report


def entries(home: Path) -> tuple[Entry, ...]:
    """Every dataset of a node, by the name of its file; a mapping that cannot be read stands there with its problem."""
    return tuple(_entry(path, home) for path in mappings(home))


def _entry(path: Path, home: Path) -> Entry:
    try:
        return Entry(path, read_mapping(path, (home / "standards",)))
    except BadFile as error:
        return Entry(path, None, str(error.problems[0] if error.problems else error).partition("\n")[0])


def entry(home: Path, id_: str) -> Entry:
    """One dataset of a node by its id; raises `UsageError` naming those that there are."""
    found = entries(home)
    for one in found:
        if one.mapping is not None and one.mapping.id == id_:
            return one
    known = ", ".join(f"`{one.mapping.id}`" for one in found if one.mapping is not None)
    remedy = f"it has {known}" if known else f"register one: easement dataset register MAPPING --node {home}"
    raise UsageError(f"this node has no dataset `{id_}`", remedy=remedy)


def register(mapping_file: Path, home: Path, *, replace: bool = False, on: date | None = None) -> Registered:
    """Put a mapping into a node's register, once its table was read to its end and found to fit.

    The data stays where it is. Raises `UsageError` where another mapping of the id stands there and is not to be
    replaced, where its standard was retired by the day `on`, or where the data would not be found from there; what
    `check_dataset` raises; `BadFile` for a table that cannot be shared from.
    """
    mapping = read_mapping(mapping_file, (home / "standards",))
    if on is not None:
        refuse_retired(standard(mapping.standard, (home / "standards",)), on)
    standing = [one.file for one in entries(home) if one.mapping is not None and one.mapping.id == mapping.id]
    target = standing[0] if standing else home / "datasets" / f"{mapping.id}.yaml"
    same = target.exists() and target.read_bytes() == mapping_file.read_bytes()
    if target.exists() and not same and not replace:
        raise UsageError(
            f"`{mapping.id}` is registered already, in `{target}`", remedy="to put this one there: --replace"
        )
    _check_place(mapping_file, mapping, target)
    report = check_dataset(mapping_file, folders=(home / "standards",), examples=False, home=home)
    if report.usable and not same:
        write_whole(target, mapping_file.read_bytes())
    return Registered(Entry(target, mapping), report)


def _check_place(mapping_file: Path, mapping: DatasetMapping, target: Path) -> None:
    """A path is read from the mapping's folder, and the mapping is about to stand in another."""
    said = mapping.source.path
    if said is None or (target.parent / said).resolve() == (mapping_file.parent / said).resolve():
        return
    place = (mapping_file.parent / said).absolute()
    raise UsageError(
        f"`{said}` would not be found from `{target.parent}`", remedy=f"write its whole path: `path: {place}`"
    )

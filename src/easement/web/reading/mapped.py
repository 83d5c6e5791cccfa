"""What the page of a dataset says of its mapping: who stands for it, on which standard, and what does not map."""

from datetime import date

from easement.base.errors import EasementError
from easement.gate.drafting import Desk, Table
from easement.meaning.catalogue import newest, retired_words
from easement.meaning.mapping import Confirmed, DatasetMapping
from easement.meaning.standards import standards
from easement.web.reading.mapping import address, told
from easement.web.times import minute_of_entry
from easement.web.views.mapping import MappedAs, Stood

__all__ = ["mapped_as"]


def mapped_as(desk: Desk, mapping: DatasetMapping, on: date, *, check: bool = False) -> MappedAs:
    """The mapping in force of a dataset; with `check` its table is read and held against it, in counts."""
    target = desk.standard_of(mapping)
    latest = newest(standards(desk.folders))[target.id]
    report, problem = None, ""
    if check:
        try:
            report = desk.measured(mapping.id)
        except EasementError as error:
            problem = told(error)
    source = mapping.source
    table = Table(source.path or "", source.database or "", ".".join(source.table))
    return MappedAs(
        standard=target.ref,
        title=target.title,
        retired=retired_words(target) if target.is_retired(on) else "",
        newer=latest.ref if latest.version > target.version and not latest.is_retired(on) else "",
        stood=tuple(_stood(each) for each in reversed(mapping.confirmed)),
        look=address(table) if table.database or table.file in desk.files() else "",
        report=report,
        problem=problem,
    )


def _stood(said: Confirmed) -> Stood:
    unmapped = [(name, fault, count) for name, faults in said.unmapped.items() for fault, count in faults.items()]
    return Stood(
        said.by,
        minute_of_entry(said.at),
        said.why,
        len(said.as_proposed),
        said.otherwise,
        said.changes,
        said.rows,
        tuple(unmapped),
    )

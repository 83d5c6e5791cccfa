"""What the pages of the mapping studio show, read from the desk of the node."""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from urllib.parse import urlencode

from easement.base.errors import EasementError
from easement.gate.drafting import Desk, Table
from easement.meaning import studio
from easement.meaning.mapping import DatasetMapping, Way
from easement.meaning.profile import ColumnProfile, TableProfile, hidden
from easement.meaning.propose import sureness
from easement.meaning.report import Report
from easement.meaning.studio_draft import chosen, decided, differences, id_of, open_questions, way_said
from easement.meaning.studio_file import in_words
from easement.meaning.studio_words import could_be
from easement.meaning.syntax import Type
from easement.web.views.mapping import (
    ColumnLine,
    MapConfirm,
    MapDraft,
    MapLook,
    MapMend,
    MapPick,
    MapPreview,
    UnlistedCode,
    WayLine,
)

__all__ = [
    "FORMS",
    "KEEP",
    "NOT_HERE",
    "address",
    "confirm_page",
    "draft_page",
    "look_page",
    "mend_page",
    "pick",
    "preview_page",
    "told",
    "with_choices",
    "with_codes",
]

KEEP, NOT_HERE = "=", "-"
"""What the select of an element may say beside a column: leave it as it is; the table does not hold it."""

FORMS = (
    *("dd/mm/yyyy", "yyyy-mm-dd", "dd-mm-yyyy", "dd.mm.yyyy", "yyyymmdd", "yyyy/mm/dd", "mm/dd/yyyy", "ddmmyyyy"),
    *("dd mon yyyy", "dd-mon-yyyy", "dd month yyyy"),
)
"""The ways to write dates that a page offers."""

LEFT_OUT = "left out of this mapping"
"""What is said of an element that a person leaves out without a reason."""

MOST_FITS, MOST_ROWS, SHOWN = 5, 100, 4


def pick(desk: Desk, *, manages: bool) -> MapPick:
    """The tables and the drafts of a node."""
    return MapPick(files=desk.files(), connections=desk.connections(), drafts=desk.drafts(), manages=manages)


def look_page(desk: Desk, table: Table, on: date, *, manages: bool) -> MapLook:
    """The profile of a table, without its values for those who may not see them."""
    seen = desk.look(table)
    best = studio.fits(seen, on, desk.folders)
    shown = seen if manages else hidden(seen)
    name = table.file.partition(".")[0] if table.file else table.table.rpartition(".")[2]
    return MapLook(
        called=table.called,
        fields=tuple(table.query.items()),
        query=address(table),
        profile=shown,
        columns=tuple(map(_column, shown.columns)),
        fits=tuple(each for each in best[:MOST_FITS] if each.found),
        choices=tuple((each.standard, each.title) for each in best),
        manages=manages,
        ref=best[0].standard if best else "",
        id=id_of(name),
        title=name,
    )


def address(table: Table) -> str:
    """A table's address as the query of a page."""
    return urlencode(table.query)


def _column(column: ColumnProfile) -> ColumnLine:
    shown = [(value, f"{count:,}") for value, count in column.common[:SHOWN]]
    patterns = [(pattern, f"{share:.0%}") for pattern, share in column.patterns[:SHOWN]]
    return ColumnLine(
        column.name,
        column.share_filled,
        column.distinct,
        could_be(column),
        tuple(shown or patterns),
        tuple(_notes(column)),
    )


def _notes(column: ColumnProfile) -> Iterable[str]:
    if column.change is not None:
        yield f"from about row {column.change.row:,}: {column.change.after}, before that {column.change.before}"
    if column.placeholders:
        held = sum(count for _, count in column.placeholders)
        yield f"{held:,} of the values judged are placeholders"


def draft_page(desk: Desk, mapping: DatasetMapping, *, manages: bool) -> MapDraft:
    """A draft with what can be chosen for each element."""
    columns, target = desk.columns_of(mapping), desk.standard_of(mapping)
    read = set(mapping.columns)
    lines = []
    for name, element in target.elements.items():
        way = mapping.elements.get(name) or Way(absent="not mentioned")
        lines.append(_way_line(name, element.definition, way, is_date=element.type is Type.DATE))
    return MapDraft(
        mapping=mapping,
        lines=tuple(lines),
        columns=columns,
        left_out=tuple(each for each in columns if each not in read),
        forms=FORMS,
        manages=manages,
    )


def _way_line(name: str, meaning: str, way: Way, *, is_date: bool) -> WayLine:
    mark = way.proposed
    return WayLine(
        name=name,
        meaning=meaning,
        way=in_words(way),
        column=", ".join(way.columns),
        part=way.part or "",
        coded=bool(way.codes),
        worked_out=way.expression is not None,
        sure="" if mark is None else "chosen by a person" if mark.changed else sureness(mark.sure),
        confidence=mark.sure if mark else 1.0,
        why=mark.why if mark else "",
        asks=mark.asks if mark else "",
        answers=mark.answers if mark else (),
        dates=", ".join(way.dates),
        is_date=is_date and way.column is not None,
        absent=way.absent or "",
        waiting=mark is not None,
        changed=mark is not None and mark.changed,
    )


def with_choices(
    desk: Desk,
    mapping: DatasetMapping,
    columns: Mapping[str, str],
    dates: Mapping[str, str],
    reasons: Mapping[str, str],
) -> DatasetMapping:
    """The draft with what was chosen on its page; raises `UsageError` for what cannot be."""
    target = desk.standard_of(mapping)
    seen: TableProfile | None = None
    for name, element in target.elements.items():
        said = columns.get(name, KEEP)
        way = mapping.elements.get(name) or Way(absent="not mentioned")
        if said == NOT_HERE:
            reason = reasons.get(name) or way.absent or LEFT_OUT
            mapping = decided(mapping, name, way_said(element, absent=reason))
        elif said not in (KEEP, way.column):
            seen = seen or studio.look(desk.place_of(mapping), folders=desk.folders)
            column = seen.column(said)
            if column is not None:
                mapping = chosen(mapping, element, column)
        way = mapping.elements.get(name) or way
        form = dates.get(name, "")
        if form and way.column is not None and element.type is Type.DATE and (form,) != way.dates:
            mapping = decided(mapping, name, way_said(element, column=way.column, dates=form.split(", ")))
        elif reasons.get(name) and way.absent is not None and reasons[name] != way.absent:
            mapping = decided(mapping, name, way_said(element, absent=reasons[name]))
    return mapping


def mend_page(desk: Desk, mapping: DatasetMapping, *, manages: bool) -> MapMend:
    """What does not map in a draft's table."""
    target = desk.standard_of(mapping)
    held = studio.held_against(desk.place_of(mapping), mapping, target, values=manages)
    return MapMend(
        mapping=mapping,
        report=held.report,
        unlisted=tuple(_unlisted(held.report, desk, mapping)) if manages else (),
        rows=held.to_mend[:MOST_ROWS],
        more=max(0, len(held.to_mend) - MOST_ROWS),
        manages=manages,
    )


def _unlisted(report: Report, desk: Desk, mapping: DatasetMapping) -> Iterable[UnlistedCode]:
    target = desk.standard_of(mapping)
    number = 0
    for element in report.elements:
        for finding in element.findings:
            for value, count in finding.codes:
                codes = tuple(target.elements[element.name].codes.items()) or (("true", "Yes"), ("false", "No"))
                yield UnlistedCode(f"code-{number}", element.name, value.strip(), count, codes)
                number += 1


def with_codes(desk: Desk, mapping: DatasetMapping, said: Mapping[str, str]) -> DatasetMapping:
    """The draft with values that now mean a code: `said` is the field of each on the page to its code."""
    page = mend_page(desk, mapping, manages=True)
    target = desk.standard_of(mapping)
    for each in page.unlisted:
        code, way = said.get(each.field, ""), mapping.elements[each.element]
        if not code or code not in dict(each.codes) or (way.column is None and way.expression is None):
            continue
        known = way.codes or {own: own for own in target.elements[each.element].codes}
        made = way_said(
            target.elements[each.element],
            column=way.column or "",
            expression=way.expression or "",
            codes={**known, each.value: code},
        )
        mapping = decided(mapping, each.element, made)
    return mapping


def preview_page(desk: Desk, mapping: DatasetMapping, *, manages: bool, dummy: bool) -> MapPreview:
    """Real rows for those who may see them, an invented one for others."""
    target, real = desk.standard_of(mapping), manages and not dummy
    rows = studio.preview(desk.place_of(mapping), mapping, target) if real else studio.dummy(mapping, target)
    return MapPreview(mapping=mapping, rows=rows, real=real, manages=manages)


def confirm_page(desk: Desk, mapping: DatasetMapping) -> MapConfirm:
    """What somebody is asked to stand for, and what of its table would not map."""
    try:
        report, problem = studio.measured_at(desk.place_of(mapping), mapping, desk.standard_of(mapping)), ""
    except EasementError as error:
        report, problem = None, told(error)
    standing = desk.standing(mapping.id)
    marks = {name: way.proposed for name, way in mapping.elements.items() if way.proposed is not None}
    return MapConfirm(
        mapping=mapping,
        changes=differences(standing[1], mapping) if standing else (),
        replaces=standing[1].title if standing else "",
        open=tuple(open_questions(mapping).items()),
        changed=tuple(name for name, mark in marks.items() if mark.changed),
        not_found=tuple(name for name, way in mapping.elements.items() if way.absent is not None),
        report=report,
        problem=problem,
    )


def told(error: EasementError) -> str:
    """An error as sentences for a page."""
    parts = (each[:1].upper() + each[1:] for each in (error.what, error.remedy) if each)
    return re.sub("`([^`]*)`", r"“\1”", ". ".join(parts))

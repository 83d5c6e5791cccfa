"""Cross-walks and mappings as SSSOM TSV, and back (Simple Standard for Sharing Ontological Mappings 1.1).

The file is a table under a head of `#` lines in YAML. What is read is held to it strictly: a row that says something
that cannot be kept is refused with its line, never dropped.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import quote, unquote

from easement.base.errors import BadFile, Problem
from easement.base.located import read_text
from easement.meaning.catalogue_draft import one_line, written
from easement.meaning.codes import CodeList
from easement.meaning.crosswalk import Pair, Relation, Walk
from easement.meaning.mapping import DatasetMapping, Way
from easement.meaning.model import Standard

__all__ = [
    "COLUMNS",
    "LICENCE",
    "MOST_BYTES",
    "MappingSet",
    "Row",
    "read_sssom",
    "set_of_mapping",
    "set_of_walk",
    "walk_of_set",
    "write_sssom",
]

COLUMNS = (
    "subject_id", "subject_label", "predicate_id", "object_id", "object_label", "mapping_justification",
    "author_label", "subject_source", "object_source", "mapping_date", "confidence", "comment",
)  # fmt: skip
"""The columns that are written, in the order of the format's own list."""

LICENCE = "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/"
"""What may be done with a set that says nothing else."""

MOST_BYTES = 4 << 20
"""Longest set read."""

MOST_ROWS = 50_000
"""Most rows read."""

NONE = "sssom:NoTermFound"
"""The object of a row that says that there is none (SSSOM 1.1)."""

PREDICATES: Mapping[Relation, str] = {
    Relation.EXACT: "skos:exactMatch",
    Relation.BROADER: "skos:broadMatch",
    Relation.NARROWER: "skos:narrowMatch",
    Relation.RELATED: "skos:relatedMatch",
}
"""What the object is to the subject, in the words of SKOS."""

JUSTIFICATIONS: Mapping[str, str] = {
    "manual": "semapv:ManualMappingCuration",
    "composed": "semapv:MappingChaining",
    "lexical": "semapv:LexicalMatching",
}
"""How a pair came to be, in the words of the Semantic Mapping Vocabulary."""

_KNOWN = {
    *COLUMNS,
    *("record_id", "subject_category", "predicate_label", "predicate_modifier", "object_category", "author_id"),
    *("reviewer_id", "reviewer_label", "creator_id", "creator_label", "license", "subject_type", "object_type"),
    *("subject_source_version", "object_source_version", "predicate_type", "mapping_provider", "mapping_source"),
    *("mapping_cardinality", "cardinality_scope", "mapping_tool", "mapping_tool_id", "mapping_tool_version"),
    *("publication_date", "review_date", "curation_rule", "curation_rule_text", "subject_match_field"),
    *("object_match_field", "match_string", "subject_preprocessing", "object_preprocessing", "similarity_score"),
    *("similarity_measure", "see_also", "issue_tracker_item", "other"),
}
_OF_ALL = ("subject_source", "object_source", "mapping_date")
"""What the head may say once for every row (the format's propagatable slots, as far as they are kept)."""

_CURIE = re.compile(r"([A-Za-z_][A-Za-z0-9_.-]*):(\S+)")
_BUILT_IN = {"skos", "semapv", "sssom", "owl", "rdf", "rdfs", "xsd", "linkml"}
_SET = "urn:easement:set:"
_IDS = ("subject_id", "predicate_id", "object_id", "subject_source", "object_source")
_OF_SEVERAL = {"author_label"}


@dataclass(frozen=True, slots=True)
class Row:
    """One row: a subject, what an object is to it, and how that is known. Ids are `prefix:local`."""

    subject_id: str
    predicate_id: str
    object_id: str
    mapping_justification: str = JUSTIFICATIONS["manual"]
    subject_label: str = ""
    object_label: str = ""
    subject_source: str = ""
    object_source: str = ""
    mapping_date: str = ""
    confidence: str = ""
    author_label: str = ""
    comment: str = ""


@dataclass(frozen=True, slots=True)
class MappingSet:
    """A set of rows with what its head says: `prefixes` is prefix to the address that it stands for."""

    id: str
    title: str
    rows: tuple[Row, ...]
    prefixes: Mapping[str, str]
    licence: str = LICENCE
    comment: str = ""
    left_out: tuple[str, ...] = ()


def write_sssom(found: MappingSet) -> str:
    """A set as text; columns that no row fills are left out."""
    head: dict[str, Any] = {
        "sssom_version": "1.1",
        "curie_map": {prefix: found.prefixes[prefix] for prefix in sorted(_used(found))},
        "mapping_set_id": found.id,
        "mapping_set_title": found.title,
        "license": found.licence,
    }
    if found.comment:
        head["comment"] = found.comment
    out = io.StringIO()
    out.writelines(f"#{line}\n" for line in written(head).splitlines())
    needed = {"subject_id", "predicate_id", "object_id", "mapping_justification"}
    columns = [name for name in COLUMNS if name in needed or any(getattr(row, name) for row in found.rows)]
    table = csv.writer(out, delimiter="\t", lineterminator="\n")
    table.writerow(columns)
    table.writerows([_cell(name, getattr(row, name)) for name in columns] for row in found.rows)
    return out.getvalue()


def _used(found: MappingSet) -> set[str]:
    """The prefixes that a row uses; the format asks that no other be named."""
    ids = (getattr(row, name) for row in found.rows for name in _IDS)
    return {prefix for id_ in ids if (prefix := _split(id_)[0]) in found.prefixes}


def _cell(column: str, text: str) -> str:
    """Text without what would end a cell or a row; of a column of several values one, its own bars marked as such."""
    plain = " ".join(text.split()) if any(sign in text for sign in "\t\r\n") else text
    return re.sub(r"([|\\])", r"\\\1", plain) if column in _OF_SEVERAL else plain


def _one_text(cell: str) -> str:
    """The values of a cell that may hold several, as one text."""
    values = re.findall(r"(?:\\[|\\]|[^|])+", cell)
    return "; ".join(re.sub(r"\\([|\\])", r"\1", value) for value in values)


def set_of_walk(walk: Walk, from_: CodeList, to: CodeList) -> MappingSet:
    """A cross-walk as a set: each code under a prefix that is its list's name."""
    subject, object_ = _prefix(walk.from_), _prefix(walk.to)
    day = walk.checked.isoformat() if walk.checked else ""
    just = JUSTIFICATIONS[walk.justification]
    rows = [
        Row(
            f"{subject}:{_local(pair.subject)}", PREDICATES[pair.relation], f"{object_}:{_local(pair.object)}", just,
            from_.codes[pair.subject].label, to.codes[pair.object].label, f"codes:{subject}", f"codes:{object_}", day,
            comment=_comment(pair, walk),
        )
        for pair in walk.pairs
    ]  # fmt: skip
    rows += [
        Row(f"{subject}:{_local(code)}", PREDICATES[Relation.EXACT], NONE, just, from_.codes[code].label,
            subject_source=f"codes:{subject}", object_source=f"codes:{object_}", mapping_date=day, comment=why)
        for code, why in walk.unlinked.items()
        if code in from_.codes
    ]  # fmt: skip
    prefixes = {_prefix(ref): f"urn:easement:codes:{ref}:" for ref in (walk.from_, walk.to)}
    prefixes["codes"] = "urn:easement:codes:"
    title = f"{from_.title}, into {to.title}"
    return MappingSet(f"{_SET}{subject}--{object_}", title, tuple(rows), prefixes, comment=walk.source)


def _comment(pair: Pair, walk: Walk) -> str:
    through = f"through {', '.join(pair.via)} of {walk.via}" if walk.via and pair.via else ""
    return "; ".join(part for part in (pair.note, through) if part)


def _prefix(ref: str) -> str:
    return ref.replace("/", ".v")


def _local(code: str) -> str:
    return quote(code, safe="-._~")


def set_of_mapping(mapping: DatasetMapping, standard: Standard) -> MappingSet:
    """A dataset's mapping as a set: columns to elements, and values to codes. What no pair can say is `left_out`.

    Who confirmed it last, and when, stands in each row; what is only proposed has its confidence instead.
    """
    rows: list[Row] = []
    left = []
    for name, way in mapping.elements.items():
        if way.column is None:
            what = "an expression" if way.expression else "a constant" if way.constant is not None else "absent"
            left.append(f"`{name}` is {what}: no column says it")
        else:
            rows += _rows_of_way(mapping, standard, name, way)
    prefixes = {
        mapping.id: f"urn:easement:{mapping.organisation}:dataset:{mapping.id}:",
        _prefix(mapping.standard): f"urn:easement:standard:{mapping.standard.replace('/', ':')}:",
    }
    set_id = f"urn:easement:{mapping.organisation}:mapping:{mapping.id}"
    return MappingSet(set_id, mapping.title, tuple(rows), prefixes, left_out=tuple(left))


def _rows_of_way(mapping: DatasetMapping, standard: Standard, name: str, way: Way) -> Iterator[Row]:
    element, ours = standard.elements.get(name), _prefix(mapping.standard)
    subject, object_ = f"{mapping.id}:{_local(str(way.column))}", f"{ours}:{name}"
    last = mapping.confirmed[-1] if mapping.confirmed and way.proposed is None else None
    known: dict[str, str] = {"author_label": last.by, "mapping_date": last.at[:10]} if last else {}
    if way.proposed is not None:
        known = {"confidence": f"{way.proposed.sure:.2f}", "mapping_justification": JUSTIFICATIONS["lexical"]}
    exact = Relation.RELATED if way.part else Relation.EXACT
    note = f"the {way.part} name of it" if way.part else f"dates as {', '.join(way.dates)}" if way.dates else ""
    label = element.definition if element else ""
    yield Row(subject, PREDICATES[exact], object_, object_label=label, comment=note, **known)
    for value, code in way.codes.items():
        yield Row(
            f"{subject}/{_local(value)}",
            PREDICATES[Relation.EXACT],
            f"{object_}/{_local(code)}",
            subject_label=value,
            object_label=element.codes.get(code, code) if element else code,
            **known,
        )


def read_sssom(text: str, name: str = "the set") -> MappingSet:
    """A set from its text; raises `BadFile` with every row that cannot be kept, each with its line."""
    if len(text.encode("utf-8", "surrogatepass")) > MOST_BYTES:
        raise BadFile(f"the set is larger than {MOST_BYTES:,} bytes", where=name, remedy="split it")
    lines = [line.removesuffix("\r") for line in text.lstrip("\ufeff").removesuffix("\n").split("\n")]
    count = next((number for number, line in enumerate(lines) if not line.startswith("#")), len(lines))
    head = _head(lines[:count], name)
    try:
        table = list(csv.reader(lines[count:], delimiter="\t", strict=True))
    except csv.Error as error:
        raise BadFile(f"the set is no table: {error}", where=name, remedy="write it with tabs between cells") from error
    return _set(head, table, count + 1, name)


def _head(lines: Sequence[str], name: str) -> dict[str, Any]:
    said = "\n".join(line[2:] if line.startswith("# ") else line[1:] for line in lines)
    if not said.strip():
        raise BadFile("the set has no head", where=f"{name}:1", remedy="begin with `# mapping_set_id: …`")
    data = read_text(said, name=name, what="head of the set").data
    if not isinstance(data, dict):
        raise BadFile("the head of the set is not `key: value` lines", where=f"{name}:1", remedy="write them")
    return data


def _set(head: Mapping[str, Any], table: Sequence[Sequence[str]], first: int, name: str) -> MappingSet:
    problems = list(_head_problems(head, name))
    if not table or not table[0]:
        raise BadFile("the set has no table", where=f"{name}:{first}", remedy="write a line of columns under the head")
    columns, rows = table[0], [(first + 1 + n, row) for n, row in enumerate(table[1:]) if row]
    problems += _column_problems(columns, f"{name}:{first}")
    if len(rows) > MOST_ROWS:
        raise BadFile(f"the set has more than {MOST_ROWS:,} rows", where=name, remedy="split it")
    prefixes = {str(key): str(value) for key, value in (head.get("curie_map") or {}).items()} if not problems else {}
    common = {slot: one_line(head[slot]) for slot in _OF_ALL if head.get(slot) and slot not in columns}
    found: list[Row] = []
    seen: dict[tuple[str, str, str], int] = {}
    for line, cells in rows if not problems else ():
        where = f"{name}:{line}"
        if len(cells) != len(columns):
            problems.append(
                Problem(where, f"it has {len(cells)} cells and the table {len(columns)} columns", "mend it")
            )
            continue
        said = common | dict(zip(columns, cells, strict=True))
        row_problems = list(_row_problems(said, prefixes, where))
        key = (said["subject_id"], said["predicate_id"], said["object_id"])
        if key in seen:
            row_problems.append(Problem(where, f"it says again what line {seen[key]} says", "remove one of the two"))
        seen[key] = line
        problems += row_problems
        if not row_problems:
            found.append(_row(said))
    if problems:
        many = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
        raise BadFile(f"the set has {many}", problems[:100], where=name)
    kept = (str(head["mapping_set_id"]), one_line(head.get("mapping_set_title")), tuple(found), prefixes)
    return MappingSet(*kept, str(head["license"]), one_line(head.get("comment")))


def _row(said: Mapping[str, str]) -> Row:
    kept = {column: said[column] for column in COLUMNS if column in said}
    return Row(**{column: _one_text(text) if column in _OF_SEVERAL else text for column, text in kept.items()})


def _head_problems(head: Mapping[str, Any], name: str) -> Iterator[Problem]:
    for key in ("mapping_set_id", "license"):
        if not isinstance(head.get(key), str) or not head[key]:
            yield Problem(f"{name}:1", f"the head lacks `{key}`", f"add `# {key}: …`")
    if not isinstance(head.get("curie_map") or {}, dict):
        yield Problem(f"{name}:1", "`curie_map` is not prefixes and what they stand for", "write `#   sex: urn:…:sex:`")


def _column_problems(columns: Sequence[str], where: str) -> Iterator[Problem]:
    for column in ("subject_id", "predicate_id", "object_id", "mapping_justification"):
        if column not in columns:
            yield Problem(where, f"the table lacks the column `{column}`", "add it")
    for column in dict.fromkeys(columns):
        if columns.count(column) > 1:
            yield Problem(where, f"the column `{one_line(column)}` stands twice", "remove one")
        if column not in _KNOWN:
            yield Problem(where, f"`{one_line(column)}` is not a column of SSSOM", "remove it, or mend its name")


def _row_problems(said: Mapping[str, str], prefixes: Mapping[str, str], where: str) -> Iterator[Problem]:
    for column in ("subject_id", "object_id", "predicate_id", "mapping_justification"):
        match = _CURIE.fullmatch(said[column])
        if match is None:
            yield Problem(where, f"`{column}` is `{one_line(said[column])}`", "write `prefix:name`")
        elif match[1] not in prefixes and match[1] not in _BUILT_IN:
            yield Problem(where, f"the prefix `{match[1]}` is not in the `curie_map`", "add it to the head")
    if said["predicate_id"] not in PREDICATES.values():
        known = ", ".join(PREDICATES.values())
        yield Problem(where, f"the predicate `{one_line(said['predicate_id'])}` cannot be kept", f"use {known}")
    if said.get("predicate_modifier"):
        yield Problem(where, "a row that says `Not` cannot be kept", "remove the row")
    if said.get("confidence") and not _share(said["confidence"]):
        yield Problem(where, f"the confidence is `{one_line(said['confidence'])}`", "write a number from 0 to 1")
    if said.get("mapping_date") and not _day(said["mapping_date"]):
        yield Problem(where, f"the day is `{one_line(said['mapping_date'])}`", "write it as 2026-09-01")


def _share(text: str) -> bool:
    return re.fullmatch(r"0(\.[0-9]{1,12})?|1(\.0{1,12})?", text) is not None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text) else None
    except ValueError:
        return None


def walk_of_set(found: MappingSet, lists: Mapping[str, CodeList]) -> Walk:
    """The cross-walk that a set holds; `lists` are code lists by their prefix, as `set_of_walk` writes it.

    Raises `BadFile` where its rows are not between two lists that are known, or name codes that these have not.
    """
    froms, tos = (
        {_split(getattr(row, side))[0] for row in found.rows} - {"sssom"} for side in ("subject_id", "object_id")
    )
    if len(froms) != 1 or len(tos) != 1:
        raise BadFile("the set is not between two lists", remedy="keep one prefix for subjects and one for objects")
    from_, to = froms.pop(), tos.pop()
    problems = [
        Problem(found.id, f"there is no code list `{one_line(name)}`", "name it as `easement codes list` does")
        for name in (from_, to)
        if name not in lists
    ]
    if not problems:
        problems = list(_unknown(found.rows, lists[from_], lists[to]))
    if problems:
        raise BadFile(f"the set has {len(problems)} problems", problems[:100], where=found.id)
    turned = {predicate: relation for relation, predicate in PREDICATES.items()}
    pairs, unlinked = [], {}
    for row in found.rows:
        code = _split(row.subject_id)[1]
        if row.object_id == NONE:
            unlinked[code] = row.comment or "none"
        else:
            pairs.append(Pair(code, _split(row.object_id)[1], turned[row.predicate_id], row.comment))
    days = [day for row in found.rows if (day := _day(row.mapping_date))]
    return Walk(lists[from_].ref, lists[to].ref, tuple(pairs), unlinked, found.comment, min(days) if days else None)


def _unknown(rows: Iterable[Row], from_: CodeList, to: CodeList) -> Iterator[Problem]:
    for row in rows:
        for id_, codes in ((row.subject_id, from_), (row.object_id, to)):
            if id_ != NONE and _split(id_)[1] not in codes.codes:
                yield Problem(id_, f"`{one_line(_split(id_)[1])}` is not a code of `{codes.ref}`", "mend or remove it")


def _split(id_: str) -> tuple[str, str]:
    prefix, _, local = id_.partition(":")
    return prefix, unquote(local)

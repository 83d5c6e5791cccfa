"""What an answer looks like: the envelope of a JSON answer, tables of counts, and answers small enough to hold."""

import csv
import io
import json
import shutil
from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from easement.agreement.model import Aggregate
from easement.base.durable import aside, write_whole
from easement.base.errors import UsageError
from easement.gate.model import Decision
from easement.gate.small_numbers import HIDDEN, Published
from easement.gate.told import KEPT, told

__all__ = ["FORMATS", "answer_body", "answer_format", "envelope", "table_records", "wrap_records", "write_answer"]

FORMATS = {".csv": "csv", ".parquet": "parquet", ".json": "json", ".jsonl": "jsonl", ".ndjson": "jsonl"}
"""The formats of an answer, by the ending of its name."""

ENVELOPE = (
    *("agreement", "share", "provider", "recipient", "purpose", "basis", "mode"),
    *("fields", "measures", "withheld", "duties"),
)
"""What the envelope of an answer says of the decision."""


def answer_format(path: Path) -> str:
    """The format that a name asks for; raises `UsageError` for an ending that is not known."""
    try:
        return FORMATS[path.suffix.lower()]
    except KeyError:
        known = ", ".join(FORMATS)
        raise UsageError(f"`{path.name}` does not say its format", remedy=f"end the name in one of {known}") from None


def envelope(decision: Decision, records: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """A JSON answer: the records, and beside them what they rest on and what is withheld (R3.2)."""
    said = told(decision).said
    return {"format": "easement-answer/1", **{name: said[name] for name in ENVELOPE}, "records": list(records)}


def wrap_records(path: Path, decision: Decision, records: Path, linkage: Mapping[str, Any] | None = None) -> None:
    """Put the envelope around records that stand in a file as one JSON list, in bounded memory; that file goes.

    `linkage` tells the recipient by which model people were found, and how often that is expected to be wrong.
    """
    said = envelope(decision, ())
    said |= ({"linkage": dict(linkage)} if linkage else {}) | {"records": said.pop("records")}
    head = json.dumps(said, ensure_ascii=False, indent=2)
    with aside(path, mode=0o600) as partial, partial.open("xb") as out, records.open("rb") as found:
        out.write(head.removesuffix("[]\n}").encode())
        shutil.copyfileobj(found, out)
        out.write(b"}\n")
    records.unlink()


def table_records(dimensions: Sequence[str], counted: Aggregate, cells: Sequence[Published]) -> list[dict[str, Any]]:
    """The cells of a table as records; a hidden count shows as `*`, and everything measured in it too."""
    records = []
    for cell in cells:
        record: dict[str, Any] = dict(zip(dimensions, cell.place, strict=True))
        for name, measure in counted.measures.items():
            record[name] = _shown(measure, cell)
        records.append(record)
    return records


def _shown(measure: str | Mapping[Any, str], cell: Published) -> Any:
    if isinstance(measure, str):
        return HIDDEN if cell.people is None else cell.people
    ((kind, element),) = measure.items()
    value = (cell.sums if kind == "sum" else cell.means)[element]
    return HIDDEN if cell.people is None else value


def answer_body(decision: Decision, records: Sequence[Mapping[str, Any]]) -> bytes:
    """A JSON answer as it is carried to another node: the same envelope, without blanks."""
    head, shown = _head_of(told(decision).text), _encode(list(records))
    return f'{head},"records":{shown}}}'.encode()


@lru_cache(KEPT)
def _head_of(decision: str) -> str:
    """The envelope of an answer as far as it is the same for everybody, left open for the records."""
    said = json.loads(decision)
    return _encode({"format": "easement-answer/1", **{name: said[name] for name in ENVELOPE}})[:-1]


def write_answer(
    path: Path, format_: str, decision: Decision, columns: Sequence[str], records: Sequence[Mapping[str, Any]]
) -> None:
    """Write records to `path` in one of `FORMATS`, whole or not at all."""
    if format_ == "parquet":
        _write_parquet(path, columns, records)
        return
    if format_ == "csv":
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows([_cell(record[name]) for name in columns] for record in records)
        content = text.getvalue()
    elif format_ == "jsonl":
        content = "".join(json.dumps(record, default=_plain, ensure_ascii=False) + "\n" for record in records)
    else:
        content = json.dumps(envelope(decision, records), default=_plain, ensure_ascii=False, indent=2) + "\n"
    write_whole(path, content, mode=0o600)


def _write_parquet(path: Path, columns: Sequence[str], records: Sequence[Mapping[str, Any]]) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    values = {name: [record[name] for record in records] for name in columns}
    mixed = {
        name: [v if v is None else str(v) for v in column] if HIDDEN in column else column
        for name, column in values.items()
    }
    with aside(path, mode=0o600) as partial:
        pq.write_table(pa.table(mixed), partial)


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    return _plain(value) if isinstance(value, date | bytes) else value


def _plain(value: Any) -> Any:
    return value.hex() if isinstance(value, bytes) else value.isoformat() if isinstance(value, date) else str(value)


_encode = json.JSONEncoder(default=_plain, ensure_ascii=False, separators=(",", ":")).encode

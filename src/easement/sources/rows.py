"""The one door through which rows leave a source for disclosure. Only `gate/release.py` may import this module."""

import os
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path

import pyarrow

from easement.base.durable import aside
from easement.sources.port import Parameters
from easement.sources.session import Session, one_select

__all__ = ["CopyFormat", "copy", "stream"]

BATCH_ROWS = 50_000
"""Rows handed over together: 10 columns of text are some 5 MB."""


class CopyFormat(StrEnum):
    """What a copy is written as; `json` is one list of objects, `jsonl` one object a line."""

    CSV = "csv"
    PARQUET = "parquet"
    JSON = "json"
    JSONL = "jsonl"


_WRITERS = {
    CopyFormat.CSV: "FORMAT csv, HEADER true",
    CopyFormat.PARQUET: "FORMAT parquet",
    CopyFormat.JSON: "FORMAT json, ARRAY true",
    CopyFormat.JSONL: "FORMAT json",
}


def stream(session: Session, sql: str, parameters: Parameters = None) -> Iterator[pyarrow.RecordBatch]:
    """The rows of one query, batch by batch, in bounded memory; in no order that the query does not ask for.

    A query without rows gives one batch that holds none, so that its columns are known.
    Raises as the query meets trouble, which may be after rows were handed over: whoever discloses must treat what it
    got before as not complete. `SourceUnreachable` at the end says that the file changed meanwhile.
    """
    with session.cursor() as cursor:
        relation = cursor.sql(one_select(cursor, sql), params=parameters)
        reader, empty = relation.to_arrow_reader(BATCH_ROWS), True
        for batch in reader:
            empty = False
            yield batch
        if empty:
            yield pyarrow.RecordBatch.from_pylist([], schema=reader.schema)


def copy(session: Session, sql: str, parameters: Parameters, target: Path, format: CopyFormat) -> int:  # noqa: A002
    """Write the rows of one query to `target`, whole or not at all, readable by the owner only; returns how many.

    `target` must stand in the session's output folder. Values are bound, never written into the query, so that a key
    among them is in no log, plan or error.
    """
    with aside(target, mode=0o600) as partial:
        os.close(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        with session.cursor() as cursor:
            one_select(cursor, sql)
            written = str(partial).replace("'", "''")
            command = f"COPY (\n{sql}\n) TO '{written}' ({_WRITERS[format]}, USE_TMP_FILE false)"
            count = cursor.execute(command, parameters).fetchall()[0][0]
    return int(count)

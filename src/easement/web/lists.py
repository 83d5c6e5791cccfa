"""Lists as files: the same rows as a page shows, as JSON for programs and CSV for spreadsheets."""

import io
import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from starlette.responses import Response

from easement.base.spreadsheet import write_rows
from easement.web.security import HEADERS

__all__ = ["FORMATS", "as_file"]

FORMATS = ("csv", "json")
"""What `?format=` may say; anything else gives the page."""


def as_file(name: str, rows: Sequence[Mapping[str, Any]], format_: str, *, more: str = "") -> Response:
    """Rows, each with the same keys, as a file to save; `more` is the address of the rows after these."""
    headers = {
        **HEADERS,
        "Cache-Control": "no-store",
        "Content-Disposition": f'attachment; filename="{name}.{format_}"',
    }
    if more:
        headers["Link"] = f'<{more}>; rel="next"'
    if format_ == "json":
        body = json.dumps({name: [_plain(row) for row in rows], "next": more or None}, ensure_ascii=False, indent=2)
        return Response(body, media_type="application/json", headers=headers)
    text = io.StringIO()
    columns = list(rows[0]) if rows else ["nothing"]
    write_rows(text, columns, ([_flat(value) for value in _plain(row).values()] for row in rows))
    return Response(text.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, date | datetime) else value for name, value in row.items()}


def _flat(value: Any) -> str:
    if isinstance(value, list | tuple):
        return "; ".join(map(str, value))
    return "" if value is None else str(value)

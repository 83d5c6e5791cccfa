"""How reads are answered: as JSON or CSV, page by page, and not at all where nothing changed since."""

import base64
import binascii
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from typing import Annotated, Any, Generic, Literal, TypeVar
from urllib.parse import parse_qsl, urlencode

from fastapi import Request, Response
from pydantic import BaseModel, ConfigDict, Field

from easement.api.problems import Kind, Problem
from easement.base.spreadsheet import write_rows

__all__ = ["CSV", "JSON", "MOST", "Listing", "Page", "answered", "cursor_of", "listed", "place_of", "shown"]

USUAL, MOST = 50, 500
"""How many are on a page where nobody says, and at most."""

JSON, CSV = "application/json", "text/csv"

Item = TypeVar("Item", bound=BaseModel)


class Page(BaseModel):
    """Which page of a list, and how it is written."""

    model_config = ConfigDict(extra="forbid")

    limit: Annotated[int, Field(ge=1, le=MOST, description="How many at most.")] = USUAL
    cursor: Annotated[
        str, Field(max_length=400, pattern=r"^[A-Za-z0-9_-]*$", description="`next` of the page before.")
    ] = ""
    format: Annotated[
        Literal["json", "csv", ""], Field(description="`csv` for a table; without it, what `Accept` asks for.")
    ] = ""


class Listing(BaseModel, Generic[Item]):
    """One page of a list; `next` is the cursor of the page after it, absent on the last."""

    items: list[Item]
    next: str | None = None


def cursor_of(place: int | str) -> str:
    """Where a page ended, as a cursor; what it holds is nobody's business but ours."""
    return base64.urlsafe_b64encode(json.dumps([1, place]).encode()).decode().rstrip("=")


def place_of(cursor: str, kind: type[Any]) -> Any:
    """Where the page before ended, `None` for the first page; raises `Problem` for a cursor that is none of ours."""
    if not cursor:
        return None
    try:
        version, place = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, binascii.Error, TypeError):
        version, place = 0, None
    if version != 1 or type(place) is not kind or (kind is int and not 0 <= place < 1 << 53):
        raise Problem(Kind.NOT_FOUND, "there is no such page", "take the cursor from `next` as it is")
    return place


def listed(
    request: Request, page: Page, kind: type[Item], items: Sequence[Item], after: int | str | None = None
) -> Response:
    """Answer with one page of things of a kind; `after` is the place at which the next begins, `None` on the last."""
    following = None if after is None else cursor_of(after)
    links = {"link": f'<{_address(request, following)}>; rel="next"'} if following else {}
    if _wanted(request, page) == CSV:
        return answered(request, _table(kind, items).encode(), f"{CSV}; charset=utf-8; header=present", links)
    told = {"items": [item.model_dump(mode="json") for item in items], "next": following}
    return answered(request, _json(told), JSON, links)


def shown(request: Request, item: BaseModel) -> Response:
    """Answer with one thing."""
    return answered(request, _json(item.model_dump(mode="json")), JSON, {})


def _json(told: Any) -> bytes:
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "backslashreplace")


def _address(request: Request, cursor: str) -> str:
    """The address of the next page, relative to the host: the same question with another cursor."""
    asked = [(name, value) for name, value in parse_qsl(request.url.query) if name != "cursor"]
    return f"{request.url.path}?{urlencode([*asked, ('cursor', cursor)])}"


def _wanted(request: Request, page: Page) -> str:
    if page.format:
        return CSV if page.format == "csv" else JSON
    accept = request.headers.get("accept", "*/*")
    kinds = [each.partition(";")[0].strip().lower() for each in accept.split(",")]
    for each in kinds:
        if each in (JSON, "*/*", "application/*"):
            return JSON
        if each in (CSV, "text/*"):
            return CSV
    raise Problem(Kind.NOT_ACCEPTABLE)


def answered(request: Request, body: bytes, media: str, more: Mapping[str, str]) -> Response:
    """The answer, or that nothing changed since the caller asked last (RFC 9110 section 13.1.2)."""
    tag = f'"{sha256(body).hexdigest()[:32]}"'
    headers = {"etag": tag, "cache-control": "private, no-cache", "vary": "accept, authorization", **more}
    known = [each.strip().removeprefix("W/") for each in request.headers.get("if-none-match", "").split(",")]
    if tag in known or "*" in known:
        return Response(status_code=304, headers=headers)
    return Response(body, media_type=media, headers=headers)


def _table(kind: type[BaseModel], items: Iterable[BaseModel]) -> str:
    text = io.StringIO()
    rows = ([_cell(value) for value in item.model_dump(mode="json").values()] for item in items)
    write_rows(text, list(kind.model_fields), rows)
    return text.getvalue()


def _cell(value: Any) -> Any:
    """A value as a cell: a number as it is, all else as text."""
    return value if type(value) in (int, float) else _flat(value)


def _flat(value: Any) -> str:
    """A value as text: lists joined by blanks, names with their values."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case dict():
            return "; ".join(f"{name}={_flat(each)}" for name, each in value.items())
        case list():
            return " ".join(_flat(each) for each in value)
    return str(value)

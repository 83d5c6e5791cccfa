"""The catalogue of standards and code lists: for anybody, signed in or not."""

import json
from datetime import date
from typing import Annotated

from fastapi import Path, Query
from starlette.requests import Request
from starlette.responses import Response

from easement.meaning.catalogue_draft import written
from easement.meaning.codes_csv import codes_as_rows
from easement.meaning.codes_shelf import code_list, file_name
from easement.meaning.jsonschema import json_schema
from easement.meaning.odcs import contract_of
from easement.meaning.sssom import set_of_walk, write_sssom
from easement.staff.permissions import Permission
from easement.web.anybody import file_headers, node_now, shown, who_looks
from easement.web.lists import FORMATS, as_file
from easement.web.reading import standards as reading
from easement.web.route import pages
from easement.web.visit import there

__all__ = ["router"]

router = pages()
"""`/standards…`, `/codes…` and `/crosswalks…`."""

Id = Annotated[str, Path(pattern=r"^[a-z][a-z0-9-]{0,62}$")]
Version = Annotated[str, Path(pattern=r"^[1-9][0-9]{0,5}$")]
Name = Annotated[str, Path(pattern=r"^[a-z][a-z0-9-]{0,62}(\.v[1-9][0-9]{0,5})?$")]
Format = Annotated[str, Query(alias="format")]
Number = Annotated[str, Query(alias="page")]

LONGEST = 200


def _file(text: str, name: str, media: str) -> Response:
    return Response(text, media_type=media, headers=file_headers(name))


def _json(data: object, name: str) -> Response:
    return _file(json.dumps(data, ensure_ascii=False, indent=2), name, "application/json")


def _page(text: str) -> int:
    return min(max(int(text), 1), 10_000) if text.isascii() and text.isdecimal() and len(text) < 6 else 1


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None


@router.get("/standards")
def standards(request: Request, words: str = "", format_: Format = "") -> Response:
    """The standards that say some words."""
    node, _ = node_now(request)
    view = reading.standards_page(node, words[:LONGEST])
    if format_ in FORMATS:
        found = [hit.standard for hit in view.hits]
        rows = [
            {"ref": each.ref, "title": each.title, "elements": len(each.elements), "source": each.source,
             "retired": each.retired.on if each.retired else None}
            for each in found
        ]  # fmt: skip
        return as_file("standards", rows, format_)
    return shown(request, view)


@router.get("/standards/compare")
def compare(request: Request, old: str = "", new: str = "", format_: Format = "") -> Response:
    """Two standards held against each other."""
    node, _ = node_now(request)
    visit = who_looks(request)
    touches = visit is not None and visit.may(Permission.DATA_DATASET_READ)
    view = reading.compared(node, old[:LONGEST], new[:LONGEST], touches=touches)
    if format_ in FORMATS and view.changes is not None:
        return as_file("changes", [each.as_dict() for each in view.changes], format_)
    return shown(request, view)


@router.get("/standards/{id_}/{version}")
def standard(request: Request, id_: Id, version: Version, format_: Format = "") -> Response:
    """One standard, also as other formats have it."""
    node, _ = node_now(request)
    view = there(reading.one(node, f"{id_}/{version}"))
    name = f"{id_}-{version}"
    match format_:
        case "json":
            return _json(view.standard.model_dump(mode="json"), f"{name}.json")
        case "json-schema":
            return _json(json_schema(view.standard), f"{name}.schema.json")
        case "odcs":
            return _file(written(contract_of(view.standard)), f"{name}.odcs.yaml", "application/yaml")
        case "csv":
            rows = [
                {"element": e.name, "definition": e.definition, "type": e.type.value, "codes": e.code_list,
                 "identifier": e.identifier or "", "sensitivity": e.sensitivity.value, "key": e.key or "",
                 "unit": e.unit}
                for e in view.standard.elements.values()
            ]  # fmt: skip
            return as_file(name, rows, "csv")
    return shown(request, view)


@router.get("/codes")
def lists(request: Request, words: str = "", format_: Format = "") -> Response:
    """The code lists that say some words."""
    node, _ = node_now(request)
    view = reading.lists(node, words[:LONGEST])
    if format_ in FORMATS:
        rows = [
            {
                "ref": each.ref,
                "title": each.title,
                "codes": len(each.codes),
                "source": each.source,
                "checked": each.checked,
            }
            for _, each, _ in view.lists
        ]
        return as_file("code-lists", rows, format_)
    return shown(request, view)


@router.get("/codes/{name}")
def codes(
    request: Request, name: Name, words: str = "", on: str = "", page: Number = "1", format_: Format = ""
) -> Response:
    """One code list."""
    node, now = node_now(request)
    day = _day(on)
    if format_ == "yaml":
        found = there(reading.found_list(node, name))
        return _file(reading.file_of(node, found), file_name(found), "application/yaml")
    if format_ in FORMATS:
        found = there(reading.found_list(node, name))
        kept = reading.shown_codes(found, words[:LONGEST], day)
        if format_ == "json":
            return _json(found.model_dump(mode="json") | {"codes": codes_as_rows(kept)}, f"{name}.json")
        return as_file(name, codes_as_rows(kept), "csv")
    return shown(request, there(reading.codes(node, name, words[:LONGEST], day, _page(page), now.date())))


@router.get("/crosswalks/{from_}/{to}")
def walk(request: Request, from_: Name, to: Name, format_: Format = "") -> Response:
    """The way from one code list to another."""
    node, _ = node_now(request)
    if format_ == "sssom":
        found = there(reading.found_walk(node, from_, to))
        folders = (node.home / "standards",)
        text = write_sssom(set_of_walk(found, code_list(found.from_, folders), code_list(found.to, folders)))
        return _file(text, f"{from_}--{to}.sssom.tsv", "text/tab-separated-values; charset=utf-8")
    view = there(reading.walk(node, from_, to))
    if format_ in FORMATS:
        rows = [
            {"code": code, "label": label, "is": said, "there": there_, "note": why}
            for code, label, there_, said, why in view.rows
        ]
        return as_file(f"{from_}--{to}", rows, format_)
    return shown(request, view)

"""`easement standard`: look data standards up, hold one against another, and take them elsewhere and back."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from easement.cli.present import clear_path, emit, json_option, say, table
from easement.cli.studio_options import folder_option

if TYPE_CHECKING:
    from easement.gate.standards_used import Touched
    from easement.meaning.catalogue import Hit
    from easement.meaning.catalogue_draft import Draft
    from easement.meaning.compare import Change
    from easement.meaning.model import Element, Standard

__all__ = ["show_touched", "standard"]

_file = click.Path(path_type=Path, dir_okay=False)
_out = click.option("--out", type=_file, help="The file to write; shown where left out.")


@click.group(epilog="Start with: easement standard list")
def standard() -> None:
    """Look up and check data standards: what a record is made of, and how each part bears on a person."""


@standard.command("list", epilog="Example: easement standard list")
@folder_option
@json_option
def list_(folders: tuple[Path, ...], *, as_json: bool) -> None:
    """List every standard that a mapping or an agreement can name."""
    from easement.meaning.standards import standards

    found = standards(folders)
    rows = [(s.ref, s.title, len(s.elements), s.retired.told if s.retired else "") for s in found]
    emit(
        as_json,
        [{"ref": ref, "title": title, "elements": count, "retired": told or None} for ref, title, count, told in rows],
        lambda: table(("STANDARD", "TITLE", "ELEMENTS", ""), rows),
    )
    say("next: easement standard show benefit-award/1")


@standard.command(epilog="Example: easement standard search rent arrears")
@click.argument("words", nargs=-1, required=True)
@folder_option
@json_option
def search(words: tuple[str, ...], folders: tuple[Path, ...], *, as_json: bool) -> None:
    """Find the standards that say all of WORDS, in their names, definitions or codes."""
    from easement.meaning.catalogue import search as look
    from easement.meaning.standards import standards

    found = look(standards(folders), " ".join(words))
    emit(as_json, [_hit(each) for each in found], lambda: _hits(found))


def _hit(hit: "Hit") -> dict[str, Any]:
    places = [{"element": p.element, "definition": p.definition, "codes": dict(p.codes)} for p in hit.places]
    return {"ref": hit.standard.ref, "title": hit.standard.title, "places": places}


def _hits(found: "tuple[Hit, ...]") -> str:
    if not found:
        return "No standard says all of these words. Try fewer, or the beginnings of words."
    blocks = []
    for hit in found:
        lines = [f"  {p.element}: {p.definition}" + (f" ({_codes(p.codes)})" if p.codes else "") for p in hit.places]
        blocks.append("\n".join([f"{hit.standard.ref}  {hit.standard.title}", *lines]))
    return "\n\n".join(blocks)


def _codes(codes: tuple[tuple[str, str], ...]) -> str:
    return ", ".join(f"{code}: {label}" if code != label else code for code, label in codes)


@standard.command(epilog="Example: easement standard show benefit-award/1")
@click.argument("ref")
@folder_option
@json_option
def show(ref: str, folders: tuple[Path, ...], *, as_json: bool) -> None:
    """Show the standard REF, such as person/1.

    Each element is told with what it means, what it holds, and how it bears on a person.
    """
    from easement.meaning.standards import standard as find

    found = find(ref, folders)
    emit(as_json, found.model_dump(mode="json"), lambda: _standard(found))


@standard.command("check", epilog="Example: easement standard check standards/housing-1.yaml")
@click.argument("file", type=_file)
@json_option
def check_standard(file: Path, *, as_json: bool) -> None:
    """Check a standard that you wrote into FILE; every problem is told with its line and its mend."""
    from easement.meaning import service

    found = service.check_standard(file)
    emit(as_json, found.model_dump(mode="json"), f"{found.ref} holds: {len(found.elements)} elements")


@standard.command(epilog="Example: easement standard compare person/1 housing-tenancy/1")
@click.argument("old")
@click.argument("new")
@click.option("--node", type=click.Path(path_type=Path, file_okay=False), metavar="DIR", help="Tell what breaks there.")
@folder_option
@json_option
def compare(old: str, new: str, node: Path | None, folders: tuple[Path, ...], *, as_json: bool) -> None:
    """Tell what changed from the standard OLD to NEW: two versions of one, or two standards.

    With --node, tell which of its mappings and agreements name what changed. Nothing is changed by that.
    """
    from easement.gate.standards_used import effects_of_standard
    from easement.meaning.compare import compare_standards
    from easement.meaning.standards import standard as find

    folders = (*folders, node / "standards") if node else folders
    one, other = find(old, folders), find(new, folders)
    found = compare_standards(one, other)
    touched = effects_of_standard(node, one, other) if node else None
    data = {"old": one.ref, "new": other.ref, "changes": [each.as_dict() for each in found]}
    if touched is not None:
        data["touches"] = [each.as_dict() for each in touched.effects]
    emit(as_json, data, lambda: _compared(found, touched))


def _compared(found: "tuple[Change, ...]", touched: "Touched | None") -> str:
    if not found:
        return "Nothing differs."
    rows = [
        (
            change.element,
            change.part,
            "breaks" if change.breaks else "",
            f"{change.before or 'nothing'} -> {change.after or 'nothing'}",
        )
        for change in found
    ]
    whys = dict.fromkeys(f"{change.part}: {change.means}" for change in found if change.breaks)
    parts = [table(("ELEMENT", "PART", "", "FROM -> TO"), rows), *(["\n".join(whys)] if whys else [])]
    if touched is not None:
        parts.append(show_touched(touched))
    return "\n\n".join(parts)


def show_touched(touched: "Touched") -> str:
    """What a change touches at a node, in a table with the mends."""
    if not touched.effects:
        return "No mapping, no agreement and no cross-walk of the node is touched."
    rows = [
        (
            each.kind,
            each.id,
            each.place,
            "breaks" if each.breaks else "",
            f"{each.rows:,} records" if each.rows is not None else "",
            each.what,
        )
        for each in touched.effects
    ]
    mends = dict.fromkeys(f"{each.id}, {each.place}: {each.mend}" for each in touched.effects if each.mend)
    unread = [f"not read, for it has problems of its own: {', '.join(touched.unread)}"] if touched.unread else []
    return "\n".join(
        [table(("", "ID", "WHERE", "", "", "WHAT"), rows), *(f"to mend: {each}" for each in mends), *unread]
    )


FORMATS = ("json-schema", "odcs")


@standard.command(epilog="Example: easement standard export person/1 --to json-schema --out person.schema.json")
@click.argument("ref")
@click.option("--to", type=click.Choice(FORMATS), required=True, help="The other format.")
@_out
@folder_option
@json_option
def export(ref: str, to: str, out: Path | None, folders: tuple[Path, ...], *, as_json: bool) -> None:
    """Write the standard REF in another format: JSON Schema for its records, or an ODCS data contract."""
    from easement.meaning.catalogue_draft import written
    from easement.meaning.jsonschema import json_schema
    from easement.meaning.odcs import contract_of
    from easement.meaning.standards import standard as find

    found = find(ref, folders)
    data = json_schema(found) if to == "json-schema" else contract_of(found)
    text = json.dumps(data, ensure_ascii=False, indent=2) + "\n" if to == "json-schema" else written(data)
    _put(text, out, as_json, {"standard": found.ref, "format": to})


def _put(text: str, out: Path | None, as_json: bool, data: dict[str, Any]) -> None:
    from easement.base.durable import write_whole

    if out is None:
        emit(as_json, data | {"text": text}, text.rstrip("\n"))
        return
    write_whole(out, text)
    emit(as_json, data | {"file": str(out)}, f"wrote {clear_path(out)}")


@standard.command("import", epilog="Example: easement standard import visit.schema.json --id home-visit")
@click.argument("file", type=_file)
@click.option("--id", "id_", required=True, help="The id that the standard is to have.")
@click.option("--schema", default="", help="Which schema of a data contract, where it has several.")
@_out
@json_option
def import_(file: Path, id_: str, schema: str, out: Path | None, *, as_json: bool) -> None:
    """Draft a standard from FILE: a JSON Schema (.json) or an ODCS data contract (.yaml).

    What is not in the draft is told. Read it, mend it, and check it before anybody uses it.
    """
    made = _drafted(file, id_, schema)
    data = {"standard": made.standard.ref, "left_out": list(made.left_out)}
    _put(made.text, out, as_json, data)
    for each in made.left_out:
        say(f"not in the draft: {each}")
    if out is not None:
        say(f"next: easement standard check {clear_path(out)}")


def _drafted(file: Path, id_: str, schema: str) -> "Draft":
    from easement.base.located import read_file
    from easement.meaning.jsonschema import MOST_BYTES, read_json_schema, standard_from_json_schema
    from easement.meaning.odcs import standard_from_contract

    if file.suffix == ".json":
        with file.open("rb") as opened:
            raw = opened.read(MOST_BYTES + 1)
        read = read_json_schema(raw, str(file))
        if not (isinstance(read, dict) and read.get("kind") == "DataContract"):
            return standard_from_json_schema(read, id_=id_)
        return standard_from_contract(read, id_=id_, schema=schema)
    return standard_from_contract(read_file(file, what="data contract").data, id_=id_, schema=schema)


def _standard(found: "Standard") -> str:
    rows = [(e.name, _holds(e), e.sensitivity, e.definition) for e in found.elements.values()]
    key = f"record key: {', '.join(found.record_key)}\n" if found.record_key else ""
    gone = f"{found.retired.told}; {found.retired.remedy}\n" if found.retired else ""
    head = f"{found.ref}  {found.title}\n{gone}{found.description}\nsource: {found.source}\n{key}"
    return f"{head}\n{table(('ELEMENT', 'HOLDS', 'SENSITIVITY', 'MEANS'), rows)}"


def _holds(element: "Element") -> str:
    if element.identifier:
        return element.identifier
    if element.codes:
        few = "|".join(element.codes) if len(element.codes) <= 8 else f"{len(element.codes)} codes"
        return f"{few} ({element.code_list})" if element.code_list else few
    return f"{element.type}, {element.unit}" if element.unit else element.type

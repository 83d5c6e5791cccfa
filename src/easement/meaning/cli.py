"""`easement standard` and `easement dataset`: look standards up, and hold a table against its mapping to one."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from easement.cli.present import emit, json_option, say, table

if TYPE_CHECKING:
    from easement.meaning.model import Element, Standard
    from easement.meaning.report import ElementReport, Finding, Report

__all__ = ["dataset", "standard"]

NOT_USABLE = 14
"""Exit code of a dataset that cannot be shared from: a column is missing, or record keys are blank or stand twice."""

_folder = click.option(
    "--folder",
    "folders",
    multiple=True,
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="A folder with standards of your own; may be given several times.",
)
_file = click.Path(path_type=Path, dir_okay=False)


@click.group(epilog="Start with: easement standard list")
def standard() -> None:
    """Look up and check data standards: what a record is made of, and how each part bears on a person."""


@standard.command("list", epilog="Example: easement standard list")
@_folder
@json_option
def list_(folders: tuple[Path, ...], *, as_json: bool) -> None:
    """List every standard that a mapping or an agreement can name."""
    from easement.meaning.standards import standards

    found = standards(folders)
    rows = [(s.ref, s.title, len(s.elements)) for s in found]
    emit(
        as_json,
        [{"ref": ref, "title": title, "elements": count} for ref, title, count in rows],
        lambda: table(("STANDARD", "TITLE", "ELEMENTS"), rows),
    )
    say("next: easement standard show benefit-award/1")


@standard.command(epilog="Example: easement standard show benefit-award/1")
@click.argument("ref")
@_folder
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


@click.group(epilog="Start with: easement dataset check mapping.yaml data.csv")
def dataset() -> None:
    """Hold a table against its mapping to a standard."""


@dataset.command("check", epilog="Example: easement dataset check mappings/council.yaml council.csv --no-examples")
@click.argument("mapping", type=_file)
@click.argument("data", type=_file)
@click.option("--no-examples", is_flag=True, help="Show where values fail, never the values: they are personal data.")
@_folder
@json_option
def check_dataset(mapping: Path, data: Path, folders: tuple[Path, ...], *, no_examples: bool, as_json: bool) -> int:
    """Report what of the table DATA maps by MAPPING to its standard, what does not, and what is doubted.

    A value that does not map is withheld from every share, and reported here; it stops nothing else. Nothing leaves
    the machine.

    \b
    Exit codes: 0 every column is there and records can be told apart, whatever was found in the values;
    11 the mapping has problems; 13 the file cannot be opened; 14 a column is missing, the file cannot be
    read as said, or record keys are blank or stand twice.
    """
    from easement.meaning import service

    found = service.check_dataset(mapping, data, folders=folders, examples=not no_examples)
    emit(as_json, found.as_dict(), lambda: _report(found))
    return 0 if found.usable else NOT_USABLE


def _standard(found: "Standard") -> str:
    rows = [(e.name, _holds(e), e.sensitivity, e.definition) for e in found.elements.values()]
    key = f"record key: {', '.join(found.record_key)}\n" if found.record_key else ""
    head = f"{found.ref}  {found.title}\n{found.description}\nsource: {found.source}\n{key}"
    return f"{head}\n{table(('ELEMENT', 'HOLDS', 'SENSITIVITY', 'MEANS'), rows)}"


def _holds(element: "Element") -> str:
    if element.identifier:
        return element.identifier
    if element.codes:
        return "|".join(element.codes) if len(element.codes) <= 8 else f"{len(element.codes)} codes"
    return f"{element.type}, {element.unit}" if element.unit else element.type


def _report(found: "Report") -> str:
    rows = [
        (e.name, e.had, _share(e, found.rows), "; ".join(map(_finding, e.findings)) or _why(e)) for e in found.elements
    ]
    parts = [
        f"{found.dataset} as {found.standard}: {found.rows:,} rows",
        table(("ELEMENT", "HAD", "FILLED", "FOUND"), rows),
        *_keys(found),
        *(f"missing: `{name}` {mend}" for name, mend in found.missing.items()),
        f"columns not used: {', '.join(found.unused)}" if found.unused else "every column is used",
    ]
    return "\n\n".join(parts)


def _share(element: "ElementReport", rows: int) -> str:
    return f"{element.filled:,} ({element.filled / rows:.0%})" if rows and element.had in ("mapped", "constant") else ""


def _why(element: "ElementReport") -> str:
    words = {"absent": element.detail, "not-mentioned": "say how it is had, or `absent` and why"}
    return words.get(element.had, "")


def _finding(finding: "Finding") -> str:
    where = ", ".join(
        f"row {example.row:,}" + (f" `{example.value}`" if example.value is not None else "")
        for example in finding.examples
    )
    codes = ", ".join(f"`{code}` {count:,}" for code, count in finding.codes)
    return f"{finding.count:,} {finding.fault}: {codes or where}"


def _keys(found: "Report") -> list[str]:
    if not found.record_key:
        return ["no record key is named, so records that stand twice were not looked for"]
    key = ", ".join(found.record_key)
    lines = []
    if found.duplicate_keys:
        lines.append(f"record key `{key}`: {found.duplicate_keys:,} stand in {found.rows_with_duplicate_keys:,} rows")
    if found.rows_without_key:
        lines.append(f"record key `{key}`: blank in {found.rows_without_key:,} rows")
    return lines or [f"record key `{key}`: each stands once"]

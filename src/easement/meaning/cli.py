"""`easement dataset`: hold a table against its mapping to a standard, and keep a node's register of datasets."""

import io
import tomllib
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from easement.cli.present import clear_path, emit, json_option, say, table
from easement.cli.studio import add_to
from easement.cli.studio_options import folder_option

if TYPE_CHECKING:
    from easement.gate.register import Entry, Registered
    from easement.meaning.report import ElementReport, Finding, Report

__all__ = ["dataset"]

NOT_USABLE = 14
"""Exit code of a dataset that cannot be shared from: a column is missing, or record keys are blank or stand twice."""

_file = click.Path(path_type=Path, dir_okay=False)


@click.group(epilog="Start with: easement dataset check mapping.yaml data.csv")
def dataset() -> None:
    """Hold tables against their mappings to standards, and keep the register of what a node holds."""


add_to(dataset)

Command = TypeVar("Command", bound=Callable[..., Any])


def _node(*, required: bool, help_: str) -> Callable[[Command], Command]:
    return click.option(
        "--node", type=click.Path(path_type=Path, file_okay=False), required=required, metavar="DIR", help=help_
    )


@dataset.command("check", epilog="Example: easement dataset check mappings/council.yaml council.csv --no-examples")
@click.argument("mapping", type=_file)
@click.argument("data", type=_file, required=False)
@_node(required=False, help_="The node that keeps the connection, where the data is in a database.")
@click.option("--no-examples", is_flag=True, help="Show where values fail, never the values: they are personal data.")
@folder_option
@json_option
def check_dataset(
    mapping: Path, data: Path | None, node: Path | None, folders: tuple[Path, ...], *, no_examples: bool, as_json: bool
) -> int:
    """Report what of the table DATA maps by MAPPING to its standard, what does not, and what is doubted.

    Without DATA, the file or the table in a database is read that the mapping names. A value that does not map is
    withheld from every share, and reported here; it stops nothing else. Nothing leaves the machine.

    \b
    Exit codes: 0 every column is there and records can be told apart, whatever was found in the values;
    11 the mapping has problems; 13 the file or the database cannot be reached; 14 a column is missing, the
    table cannot be read as said, or record keys are blank or stand twice.
    """
    from easement.meaning import service

    folders = (*folders, node / "standards") if node else folders
    found = service.check_dataset(mapping, data, folders=folders, examples=not no_examples, home=node)
    emit(as_json, found.as_dict(), lambda: _report(found))
    return 0 if found.usable else NOT_USABLE


@dataset.command(epilog="Example: easement dataset register roll.yaml --node northtown")
@click.argument("mapping", type=_file)
@_node(required=True, help_="The node whose register it goes into.")
@click.option("--replace", is_flag=True, help="Put it in the place of the mapping that has its id.")
@json_option
def register(mapping: Path, node: Path, *, replace: bool, as_json: bool) -> int:
    """Put MAPPING into a node's register, once its table was read to its end and found to fit.

    The data stays where it is. What the mapping's `about:` does not say of it yet is told.

    \b
    Exit codes: 0 registered; 2 another mapping has its id, or the data would not be found from the node;
    11 the mapping has problems; 13 the file or the database cannot be reached; 14 the table cannot be
    shared from, and was not registered.
    """
    from easement.gate.register import register as put

    done = put(mapping, _home(node), replace=replace, on=datetime.now(UTC).date())
    said = done.entry.as_dict() | {"registered": done.report.usable, "report": done.report.as_dict()}
    emit(as_json, said, lambda: _registered(done))
    if done.report.usable:
        say(f"next: easement dataset show {said['id']} --node {clear_path(node)}")
    return 0 if done.report.usable else NOT_USABLE


@dataset.command("list", epilog="Example: easement dataset list --node northtown --csv")
@_node(required=True, help_="The node whose register it is.")
@click.option("--csv", "as_csv", is_flag=True, help="Print the whole register as CSV.")
@click.option("--dcat", "as_dcat", is_flag=True, help="Print it as a DCAT catalogue in JSON-LD, to be published.")
@json_option
def list_datasets(node: Path, *, as_csv: bool, as_dcat: bool, as_json: bool) -> None:
    """List the register: what a node holds, who answers for it, and what nobody has said yet."""
    from easement.base.errors import UsageError
    from easement.gate.dcat import catalogue
    from easement.gate.register import entries

    if as_csv + as_dcat + as_json > 1:
        raise UsageError("the register is printed in one way at a time", remedy="give one of --csv, --dcat and --json")
    found = entries(_home(node))
    if as_csv:
        click.echo(_as_csv(found), nl=False)
    elif as_dcat:
        emit(True, catalogue(found, _organisation(node)), "")
    else:
        emit(as_json, [entry.as_dict() for entry in found], lambda: _register(found))


@dataset.command("show", epilog="Example: easement dataset show school-roll --node northtown")
@click.argument("id_", metavar="ID")
@_node(required=True, help_="The node whose register it is in.")
@json_option
def show_dataset(id_: str, node: Path, *, as_json: bool) -> None:
    """Show all that the register says of the dataset ID."""
    from easement.gate.register import entry

    found = entry(_home(node), id_)
    emit(as_json, found.as_dict(), lambda: _entry(found))


@dataset.command(epilog="Example: easement dataset sssom datasets/school-roll.yaml")
@click.argument("mapping", type=_file)
@folder_option
@json_option
def sssom(mapping: Path, folders: tuple[Path, ...], *, as_json: bool) -> None:
    """Print MAPPING as an SSSOM table: its columns to elements, and its values to codes.

    What no pair can say, such as an expression, is told.
    """
    from easement.meaning.mapping import read_mapping
    from easement.meaning.sssom import set_of_mapping, write_sssom
    from easement.meaning.standards import standard

    read = read_mapping(mapping, folders)
    made = set_of_mapping(read, standard(read.standard, folders))
    text = write_sssom(made)
    emit(as_json, {"dataset": read.id, "text": text, "left_out": list(made.left_out)}, text.rstrip("\n"))
    for each in made.left_out:
        say(f"not in the table: {each}")


def _home(node: Path) -> Path:
    from easement.base.errors import UsageError

    if not (node / "easement.toml").is_file():
        raise UsageError(f"there is no node at `{node}`", remedy=f"make one: easement init {node} --org ID")
    return node


def _organisation(node: Path) -> str:
    settings = tomllib.loads((node / "easement.toml").read_text())
    return str(settings.get("organisation", {}).get("id", ""))


def _registered(done: "Registered") -> str:
    entry, report = done.entry, done.report
    head = f"{report.dataset} as {report.standard}: {report.rows:,} rows"
    if not report.usable:
        missing = [f"missing: `{name}` {mend}" for name, mend in report.missing.items()]
        return "\n".join([f"{head}, not registered", *missing, *(_keys(report) if not missing else ())])
    found = f"{report.findings:,} values do not map or are doubted: easement dataset check tells which"
    lacks = f"nobody has said yet, under `about:`: {', '.join(entry.missing)}"
    parts = [f"{head}, registered in {clear_path(entry.file)}"]
    return "\n".join([*parts, *([found] if report.findings else []), *([lacks] if entry.missing else [])])


def _register(found: "Sequence[Entry]") -> str:
    rows = [
        (
            entry.mapping.id if entry.mapping else entry.file.name,
            entry.mapping.standard if entry.mapping else "",
            entry.about.owner or "",
            entry.about.classification or "",
            entry.source,
            entry.problem or ("nothing" if not entry.missing else ", ".join(entry.missing)),
        )
        for entry in found
    ]
    return table(("DATASET", "STANDARD", "OWNER", "CLASSIFICATION", "SOURCE", "LACKS"), rows)


def _entry(found: "Entry") -> str:
    from easement.gate.register import COLUMNS
    from easement.meaning.about import About

    said = found.as_dict()
    words = {name: info.description or "" for name, info in About.model_fields.items()}
    rows = [(name.replace("_", " "), _cell(said[name]) or "not said", words.get(name, "")) for name in COLUMNS]
    return table(("", "", ""), rows).partition("\n")[2]


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(map(str, value)) or "nothing" if isinstance(value, list) else str(value or "")


def _as_csv(found: "Sequence[Entry]") -> str:
    from easement.base.spreadsheet import write_rows
    from easement.gate.register import COLUMNS

    text, said = io.StringIO(), [entry.as_dict() for entry in found]
    rows = (["" if each[name] is None else _cell(each[name]) for name in COLUMNS] for each in said)
    write_rows(text, COLUMNS, rows, end="\n")
    return text.getvalue()


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

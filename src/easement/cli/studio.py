"""`easement dataset profile`, `propose`, `to-mend`, `preview`: from a table to a mapping to stand for."""

import io
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from easement.cli.confirming import confirm
from easement.cli.present import clear_path, emit, json_option, say, seen, table
from easement.cli.studio_options import folder_option, folders_of, mapping_path, node_option

if TYPE_CHECKING:
    from easement.meaning.mapping import DatasetMapping
    from easement.meaning.profile import ColumnProfile, TableProfile
    from easement.meaning.propose import Fit
    from easement.meaning.studio import PreviewRow

__all__ = ["add_to"]

NAME = 60
"""Signs of a column's name that are shown."""

Command = TypeVar("Command", bound=Callable[..., Any])


def add_to(group: click.Group) -> None:
    """Put these commands into `easement dataset`."""
    for command in (profile, propose, confirm, to_mend, preview):
        group.add_command(command)


def _where(command: Command) -> Command:
    """A file, or a table in a database of a node."""
    for option in (
        node_option,
        click.option("--table", "table_", metavar="TABLE", help="Its table there: `schema.table`, or `table`."),
        click.option("--database", metavar="NAME", help="A connection of the node, in the place of a file."),
        click.option("--encoding", help="How the file's characters are written, where it does not tell."),
        click.option("--delimiter", help="What separates the file's fields, where it does not tell."),
        click.argument("data", type=mapping_path, required=False),
    ):
        command = option(command)
    return command


@click.command(epilog="Example: easement dataset profile council.csv --no-values")
@_where
@click.option("--no-values", is_flag=True, help="Show shapes and counts, never values: they are personal data.")
@click.option("--csv", "as_csv", is_flag=True, help="Print one line for each column as CSV.")
@folder_option
@json_option
def profile(
    data: Path | None,
    database: str | None,
    table_: str | None,
    node: Path | None,
    delimiter: str | None,
    encoding: str | None,
    folders: tuple[Path, ...],
    *,
    no_values: bool,
    as_csv: bool,
    as_json: bool,
) -> None:
    """Show what the table DATA looks like: how full each column is, how varied, and what its values could be.

    Counts are of all rows. What values could be is judged on at most 4,000 rows. Nothing leaves the machine.
    """
    from easement.meaning.profile import hidden
    from easement.meaning.studio import called, look, place_at

    place = place_at(data, database, table_, node, delimiter=delimiter, encoding=encoding)
    found = look(place, folders=folders_of(folders, node), name=called(place))
    found = hidden(found) if no_values else found
    if as_csv:
        click.echo(_csv([_column_row(each) for each in found.columns]), nl=False)
        return
    emit(as_json, found.as_dict(), lambda: _profile(found))
    say(f"next: easement dataset propose {clear_path(data) if data else ''} --out draft.yaml".replace("  ", " "))


@click.command(epilog="Example: easement dataset propose council.csv --standard school-roll/1 --out council.draft.yaml")
@_where
@click.option("--standard", "ref", help="The standard to lead it to; without it, the one that fits best is taken.")
@click.option("--out", type=mapping_path, help="Where to write the draft; without it, it is shown alone.")
@click.option("--id", "id_", help="What the dataset is to be called; by default after the file.")
@click.option("--title", default="", help="What it is, in words.")
@click.option("--organisation", default="", help="Whose it is; by default the node's organisation.")
@folder_option
@json_option
def propose(
    data: Path | None,
    database: str | None,
    table_: str | None,
    node: Path | None,
    delimiter: str | None,
    encoding: str | None,
    ref: str | None,
    out: Path | None,
    id_: str | None,
    title: str,
    organisation: str,
    folders: tuple[Path, ...],
    *,
    as_json: bool,
) -> None:
    """Propose how the table DATA says what a standard means: a column for each element, how sure that is, and why.

    The draft that `--out` writes holds the reasons as comments, and is in force nowhere until somebody confirms it.
    """
    from easement.base.durable import write_whole
    from easement.ledger.service import utc_now
    from easement.meaning.studio import called, fits, hints_of, look, place_at, propose_mapping
    from easement.meaning.studio_draft import Head, id_of
    from easement.meaning.studio_file import written

    place = place_at(data, database, table_, node, delimiter=delimiter, encoding=encoding)
    name = called(place)
    every, today = folders_of(folders, node), utc_now().date()
    seen = look(place, folders=every, name=name)
    ranking = fits(seen, today, every)
    hints = hints_of(place, out.absolute().parent if out else None)
    head = Head(id_ or id_of(name), title or name, organisation or _organisation(node), hints)
    made = propose_mapping(seen, ref or None, head, today, every)
    if out is not None:
        write_whole(out, written(made))
    document = {
        "standards": [_fit(each) for each in ranking],
        "mapping": made.model_dump(mode="json", exclude_defaults=True),
    }
    emit(as_json, document, lambda: _proposed(made, ranking))
    say(f"next: easement dataset confirm {clear_path(out)}" if out else "next: write the draft with --out draft.yaml")


def _organisation(node: Path | None) -> str:
    import tomllib

    if node is None or not (node / "easement.toml").is_file():
        return "our-organisation"
    settings = tomllib.loads((node / "easement.toml").read_text())
    return str(settings.get("organisation", {}).get("id", "our-organisation"))


@click.command("to-mend", epilog="Example: easement dataset to-mend council.yaml council.csv --csv")
@click.argument("mapping", type=mapping_path)
@click.argument("data", type=mapping_path, required=False)
@click.option("--no-values", is_flag=True, help="Show where values fail, never the values: they are personal data.")
@click.option("--csv", "as_csv", is_flag=True, help="Print them as CSV, for those who mend them.")
@node_option
@folder_option
@json_option
def to_mend(
    mapping: Path,
    data: Path | None,
    node: Path | None,
    folders: tuple[Path, ...],
    *,
    no_values: bool,
    as_csv: bool,
    as_json: bool,
) -> None:
    """List the rows of DATA whose values do not map by MAPPING, confirmed or not, so that somebody can mend them.

    At most 1,000 rows of each fault of each element.
    """
    from easement.meaning.standards import standard
    from easement.meaning.studio import place_of, read_draft, rows_to_mend

    where = folders_of(folders, node)
    held = read_draft(mapping, where)
    place = place_of(mapping, held, data, node)
    found = rows_to_mend(place, held, standard(held.standard, where), values=not no_values)
    rows = [{"row": e.row, "column": e.column, "element": e.element, "fault": e.fault, "value": e.value} for e in found]
    if as_csv:
        click.echo(_csv(rows, ("row", "column", "element", "fault", "value")), nl=False)
        return
    lines = [tuple("" if value is None else str(value) for value in row.values()) for row in rows]
    emit(
        as_json,
        rows,
        lambda: table(("ROW", "COLUMN", "ELEMENT", "FAULT", "VALUE"), lines) if rows else "nothing to mend",
    )


@click.command(epilog="Example: easement dataset preview council.yaml council.csv --rows 3")
@click.argument("mapping", type=mapping_path)
@click.argument("data", type=mapping_path, required=False)
@click.option("--rows", default=5, show_default=True, type=click.IntRange(1, 20), help="How many rows.")
@click.option("--dummy", is_flag=True, help="Show an invented row; the table is not read.")
@node_option
@folder_option
@json_option
def preview(
    mapping: Path,
    data: Path | None,
    node: Path | None,
    folders: tuple[Path, ...],
    rows: int,
    *,
    dummy: bool,
    as_json: bool,
) -> None:
    """Show what MAPPING, confirmed or not, makes of the first rows of DATA: what is there, and what would cross."""
    from easement.meaning import studio
    from easement.meaning.standards import standard

    where = folders_of(folders, node)
    held = studio.read_draft(mapping, where)
    target = standard(held.standard, where)
    if dummy:
        found = studio.dummy(held, target)
    else:
        found = studio.preview(studio.place_of(mapping, held, data, node), held, target, rows)
    document = [{"row": each.row, "raw": dict(each.raw), "mapped": dict(each.mapped)} for each in found]
    emit(as_json, document, lambda: _previewed(found, dummy=dummy))


def _previewed(found: "Sequence[PreviewRow]", *, dummy: bool) -> str:
    parts = []
    for each in found:
        lines = [
            (name, "" if each.raw.get(name) is None else str(each.raw[name]), "nothing" if value is None else value)
            for name, value in each.mapped.items()
        ]
        head = "an invented row" if dummy else f"row {each.row:,}"
        parts.append(f"{head}\n{table(('ELEMENT', 'IN THE TABLE', 'WOULD CROSS'), lines)}")
    return "\n\n".join(parts) or "no row would cross: the table has none, or no element is had from it"


def _profile(found: "TableProfile") -> str:
    judged = f", of which {found.sampled:,} were judged" if found.sampled < found.rows else ""
    head = f"{found.dataset}: {found.rows:,} rows{judged}, {len(found.columns)} columns"
    lines = [
        (seen(each.name, NAME), f"{each.share_filled:.0%}", f"{each.distinct:,}", _could_be(each), _shown(each))
        for each in found.columns
    ]
    notes = [f"note: {note}" for note in found.notes]
    notes += [
        f"`{seen(each.name, NAME)}` changes from about row {each.change.row:,}: "
        f"{each.change.before}, then {each.change.after}"
        for each in found.columns
        if each.change is not None
    ]
    return "\n".join([head, "", table(("COLUMN", "FILLED", "DISTINCT", "COULD BE", "SUCH AS"), lines), *notes])


def _could_be(column: "ColumnProfile") -> str:
    from easement.meaning.studio_words import could_be

    return ", ".join(could_be(column))


def _shown(column: "ColumnProfile") -> str:
    if column.common:
        return ", ".join(f"{value} ({count:,})" for value, count in column.common[:3])
    return ", ".join(pattern for pattern, _ in column.patterns[:3])


def _column_row(column: "ColumnProfile") -> dict[str, Any]:
    return {
        "column": column.name,
        "type": column.type,
        "rows": column.rows,
        "filled": column.filled,
        "distinct": column.distinct,
        "shortest": column.shortest,
        "longest": column.longest,
        "could_be": _could_be(column),
        "patterns": "; ".join(f"{pattern} {share:.0%}" for pattern, share in column.patterns),
        "common": "; ".join(f"{value} {count}" for value, count in column.common),
        "unique": "yes" if column.unique else "no",
    }


def _csv(rows: Sequence[Mapping[str, Any]], columns: Sequence[str] = ()) -> str:
    from easement.base.spreadsheet import write_rows

    text = io.StringIO()
    names = list(columns or (rows[0] if rows else ("nothing",)))
    write_rows(text, names, ([("" if row[name] is None else row[name]) for name in names] for row in rows), end="\n")
    return text.getvalue()


def _fit(fit: "Fit") -> dict[str, Any]:
    return {
        "standard": fit.standard,
        "title": fit.title,
        "fit": round(fit.fit, 3),
        "found": fit.found,
        "of": fit.of,
        "reason": fit.reason,
    }


def _proposed(made: "DatasetMapping", ranking: "Sequence[Fit]") -> str:
    from easement.meaning.propose import sureness
    from easement.meaning.studio_file import in_words

    fits = [(each.standard, f"{each.fit:.0%}", each.reason) for each in ranking[:4] if each.found]
    lines = [
        (
            name,
            seen(in_words(way), 2 * NAME),
            sureness(way.proposed.sure),
            way.proposed.asks or way.proposed.why,
        )
        for name, way in made.elements.items()
        if way.proposed is not None
    ]
    return "\n".join(
        [
            table(("STANDARD", "FITS", "WHY"), fits) if fits else "no standard seems to fit this table",
            "",
            f"{made.id} as {made.standard}, record key {seen(', '.join(made.record_key), NAME) or 'none'}",
            "",
            table(("ELEMENT", "PROPOSED", "SURE", "WHY"), lines),
        ]
    )

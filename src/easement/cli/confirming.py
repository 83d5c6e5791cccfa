"""`easement dataset confirm`: a person stands for a mapping that was proposed, element by element or by flags."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from easement.cli.present import clear_path, emit, json_option, say
from easement.cli.studio_options import folder_option, folders_of, mapping_path, node_option

if TYPE_CHECKING:
    from easement.meaning.mapping import Confirmed, DatasetMapping, Way
    from easement.meaning.model import Standard
    from easement.meaning.profile import ColumnProfile, TableProfile

__all__ = ["confirm"]


@click.command(
    epilog="Example: easement dataset confirm council.draft.yaml --all --by 'Jo Ash' --why 'Checked with the schools'"
)
@click.argument("draft", type=mapping_path)
@click.option("--by", default="", help="Who confirms it.")
@click.option("--why", default="", help="Why it is right: what it was checked against, or with whom.")
@click.option("--all", "every", is_flag=True, help="Confirm everything as it stands, without asking one by one.")
@click.option("--set", "columns", multiple=True, metavar="ELEMENT=COLUMN", help="Take another column.")
@click.option("--dates", multiple=True, metavar="ELEMENT=FORMAT", help="Say how its dates are written.")
@click.option("--part", "parts", multiple=True, metavar="ELEMENT=PART", help="Say which part of a whole name it is.")
@click.option("--code", "codes", multiple=True, metavar="ELEMENT:VALUE=CODE", help="Say what a value means.")
@click.option("--absent", multiple=True, metavar="ELEMENT=REASON", help="Say that the table does not hold it, and why.")
@click.option("--in-force", type=mapping_path, help="The mapping that it takes the place of, to be compared.")
@click.option("--out", type=mapping_path, help="Where to write the mapping; by default over the draft.")
@node_option
@folder_option
@json_option
def confirm(
    draft: Path,
    by: str,
    why: str,
    columns: tuple[str, ...],
    dates: tuple[str, ...],
    parts: tuple[str, ...],
    codes: tuple[str, ...],
    absent: tuple[str, ...],
    in_force: Path | None,
    out: Path | None,
    node: Path | None,
    folders: tuple[Path, ...],
    *,
    every: bool,
    as_json: bool,
) -> None:
    """Confirm what was proposed in DRAFT, one element after the other, or change it.

    With --all or --json nothing is asked: what the other options say is taken, and the rest as it was proposed. A
    column that you set is read as its values tell; what these leave open must be said too. The table is read to the
    end. Who, when, why and how many values did not map stand in the mapping for good.
    """
    from easement.base.durable import write_whole
    from easement.ledger.service import utc_now
    from easement.meaning.catalogue import refuse_retired
    from easement.meaning.mapping import read_mapping
    from easement.meaning.standards import standard
    from easement.meaning.studio import measured_at, place_of, read_draft
    from easement.meaning.studio_draft import confirm as confirmed
    from easement.meaning.studio_draft import differences
    from easement.meaning.studio_file import written

    where = folders_of(folders, node)
    held = read_draft(draft, where)
    target, now = standard(held.standard, where), utc_now()
    refuse_retired(target, now.date())
    before = read_mapping(in_force, where) if in_force else None
    table = _Table(place_of(draft, held, None, node), where)
    made = _with_columns(held, target, columns, table)
    made = _changed(made, target, dates=dates, parts=parts, codes=codes, absent=absent)
    if not every and not as_json:
        made = _ask_each(made, target, table)
        by, why = by or _ask("Who confirms it?"), why or _ask("Why is it right?")
    report = measured_at(table.place, made, target)
    done = confirmed(made, by=by, why=why, now=now, before=before, report=report)
    write_whole(out or draft, written(done))
    changes = differences(before, done) if before else ()
    said = {"id": done.id, "confirmed": done.confirmed[-1].model_dump(mode="json"), "file": (out or draft).name}
    emit(as_json, said, lambda: _confirmed(done, out or draft, [each.told for each in changes]))
    if not report.usable:
        say("the table cannot be shared from yet: its record key is blank, or stands in several rows", fg="yellow")
    say(f"next: easement dataset check {clear_path(out or draft)}")


def _ask(question: str) -> str:
    return str(click.prompt(question, err=True)).strip()


@dataclass
class _Table:
    """The draft's table; it is profiled once, when a column is first set."""

    place: Any
    folders: tuple[Path, ...]
    seen: "TableProfile | None" = None

    def column(self, name: str) -> "ColumnProfile":
        """One column's profile; raises `UsageError` where the table has no such column."""
        from easement.base.errors import UsageError
        from easement.base.words import did_you_mean
        from easement.meaning.studio import look

        self.seen = self.seen or look(self.place, folders=self.folders)
        found = self.seen.column(name)
        if found is None:
            names = [each.name for each in self.seen.columns]
            likely = did_you_mean(name, names, f"it has {', '.join(f'`{each}`' for each in names[:12])}")
            raise UsageError(f"the table has no column `{name}`", remedy=likely)
        return found


def _with_columns(
    mapping: "DatasetMapping", target: "Standard", columns: Sequence[str], table: _Table
) -> "DatasetMapping":
    """The draft with the columns that were set, each read as its own values tell."""
    from easement.meaning.studio_draft import chosen

    for element, column in map(_pair, columns):
        _known(target, element)
        mapping = chosen(mapping, target.elements[element], table.column(column))
    return mapping


def _known(target: "Standard", element: str) -> None:
    from easement.base.errors import UsageError

    if element not in target.elements:
        raise UsageError(
            f"`{element}` is not an element of `{target.ref}`", remedy=f"it has {', '.join(target.elements)}"
        )


def _changed(
    mapping: "DatasetMapping",
    target: "Standard",
    *,
    dates: Sequence[str],
    parts: Sequence[str],
    codes: Sequence[str],
    absent: Sequence[str],
) -> "DatasetMapping":
    """The draft with what the options say."""
    from easement.meaning.studio_draft import decided, way_said

    said: dict[str, dict[str, Any]] = {}
    for key, given in (("dates", dates), ("part", parts), ("absent", absent)):
        for element, value in map(_pair, given):
            said.setdefault(element, {})[key] = value
    for element, value in map(_pair, codes):
        name, _, local = element.partition(":")
        said.setdefault(name, {}).setdefault("codes", {})[local] = value
    for element, ways in said.items():
        _known(target, element)
        mapping = decided(mapping, element, way_said(target.elements[element], **_whole(mapping, element, ways)))
    return mapping


def _whole(mapping: "DatasetMapping", element: str, ways: dict[str, Any]) -> dict[str, Any]:
    """What is said of an element, with what stands of it where only a part was said."""
    before = mapping.elements.get(element)
    dates = (ways.pop("dates"),) if "dates" in ways else ()
    if "absent" in ways or before is None or before.column is None:
        return ways | {"dates": dates}
    codes = {**before.codes, **ways.get("codes", {})}
    part = ways.get("part") or (before.part.value if before.part else "")
    return {"column": before.column, "dates": dates or before.dates, "part": part, "codes": codes}


def _pair(text: str) -> tuple[str, str]:
    from easement.base.errors import UsageError

    name, sign, value = text.partition("=")
    if not sign or not name.strip() or not value.strip():
        raise UsageError(f"`{text}` says nothing", remedy="write ELEMENT=VALUE, such as family_name=surname")
    return name.strip(), value.strip()


def _ask_each(mapping: "DatasetMapping", target: "Standard", table: _Table) -> "DatasetMapping":
    """Ask about each element: Enter keeps what is proposed; what another column leaves open is asked too."""
    from easement.base.errors import UsageError

    say(
        "Enter keeps what is proposed; a column's name takes that one; `absent` says that the table does not hold it.\n"
    )
    for name in mapping.unconfirmed:
        while (said := _ask_one(name, mapping.elements[name])) is not None:
            try:
                mapping = _answered(mapping, target, name, said, table)
            except UsageError as error:
                say(f"   {error.what}: {error.remedy}", fg="yellow")
                continue
            mark = mapping.elements[name].proposed
            if mark is None or not mark.asks:
                break
    return mapping


def _ask_one(name: str, way: "Way") -> str | None:
    from easement.meaning.propose import sureness
    from easement.meaning.studio_file import in_words

    mark = way.proposed
    if mark is None:
        return None
    say(f"\n{name}: {in_words(way)}  ({sureness(mark.sure)})\n   {mark.why}")
    if mark.asks:
        say(f"   {mark.asks}", fg="yellow")
    said = str(click.prompt(">", default="", show_default=False, err=True)).strip()
    while mark.asks and not said:
        said = str(click.prompt("answer this, or say `absent`", default="", show_default=False, err=True)).strip()
    return said or None


def _answered(mapping: "DatasetMapping", target: "Standard", name: str, said: str, table: _Table) -> "DatasetMapping":
    """The draft with what was typed: an answer to the question, a column, or that it is absent."""
    from easement.meaning.studio_draft import chosen, decided, way_said

    element, way = target.elements[name], mapping.elements[name]
    if said == "absent":
        return decided(mapping, name, way_said(element, absent=_ask("Why is it not there?")))
    if way.proposed is not None and said in way.proposed.answers and way.column is not None:
        return decided(mapping, name, way_said(element, column=way.column, dates=(said,)))
    return chosen(mapping, element, table.column(said))


def _confirmed(done: "DatasetMapping", file: Path, changes: Sequence[str]) -> str:
    last = done.confirmed[-1]
    lines = [
        f"{done.id} as {done.standard}: confirmed by {last.by} at {last.at}, in {clear_path(file)}",
        f"as proposed: {', '.join(last.as_proposed) or 'nothing'}",
        f"decided otherwise: {', '.join(last.otherwise) or 'nothing'}",
        f"did not map, of {last.rows or 0:,} rows: {_unmapped(last) or 'nothing'}",
    ]
    return "\n".join([*lines, *(f"changed: {change}" for change in changes)])


def _unmapped(last: "Confirmed") -> str:
    return ", ".join(
        f"{element} {count:,} {fault}" for element, faults in last.unmapped.items() for fault, count in faults.items()
    )

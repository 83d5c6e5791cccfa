"""`easement codes`: look code lists up, put codes of one into another, and change a list knowing what that breaks."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from easement.cli.present import clear_path, emit, json_option, say, table
from easement.cli.standards import show_touched

if TYPE_CHECKING:
    from easement.meaning.codes import CodeList
    from easement.meaning.codes_change import Adoption, Proposal
    from easement.meaning.compare import CodeChange
    from easement.meaning.crosswalk import Walk

__all__ = ["codes"]

_folder = click.option(
    "--folder",
    "folders",
    multiple=True,
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="A folder with standards of your own; lists stand in `codes` there. May be given several times.",
)
_file = click.Path(path_type=Path, dir_okay=False, allow_dash=True)
_node = click.option(
    "--node", required=True, type=click.Path(path_type=Path, file_okay=False), metavar="DIR", help="Your node."
)


@click.group(epilog="Start with: easement codes list")
def codes() -> None:
    """Look up code lists and the ways between them, and change one knowing first what that breaks."""


@codes.command("list", epilog="Example: easement codes list --words ethnic")
@click.option("--words", default="", help="Only lists that say these words, in their names or codes.")
@_folder
@json_option
def list_(words: str, folders: tuple[Path, ...], *, as_json: bool) -> None:
    """List every code list that a standard can name."""
    from easement.meaning.catalogue import lists_with
    from easement.meaning.codes_shelf import code_lists

    found = lists_with(code_lists(folders), words)
    rows = [(each.ref, each.title, len(each.codes), ", ".join(hit[:5])) for each, hit in found]
    data = [_line(each) | {"found": list(hit)} for each, hit in found]
    emit(as_json, data, lambda: table(("LIST", "TITLE", "CODES", "FOUND"), rows) if rows else "No list says that.")
    say("next: easement codes show ethnicity-2021")


def _line(found: "CodeList") -> dict[str, Any]:
    return {"ref": found.ref, "title": found.title, "codes": len(found.codes), "source": found.source}


@codes.command(epilog="Example: easement codes show local-authorities --on 2022-01-01 --csv")
@click.argument("ref", metavar="LIST")
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), help="Only the codes that stood on that day.")
@click.option("--csv", "as_csv", is_flag=True, help="Print the codes as CSV.")
@_folder
@json_option
def show(ref: str, on: datetime | None, folders: tuple[Path, ...], *, as_csv: bool, as_json: bool) -> None:
    """Show the codes of LIST, such as sex: what each says, from when to when, and what took its place."""
    from easement.meaning.codes_csv import codes_as_rows, codes_csv
    from easement.meaning.codes_shelf import code_list
    from easement.meaning.crosswalk_shelf import walks_from

    found = code_list(ref, folders)
    kept = found.as_at(on.date()) if on else found.codes
    if as_csv:
        click.echo(codes_csv(kept), nl=False)
        return
    ways = [walk.to for walk in walks_from(found.ref, folders)]
    data = found.model_dump(mode="json") | {"codes": codes_as_rows(kept), "leads_to": ways}
    head = f"{found.ref}  {found.title}\n" + (f"{found.about}\n" if found.about else "") + f"source: {found.source}"
    rows = [(code, each.told, ", ".join(each.becomes), each.note) for code, each in kept.items()]
    way = f"leads to: {', '.join(ways)}" if ways else "no cross-walk leads from it"
    emit(as_json, data, lambda: f"{head}\n{way}\n\n{table(('CODE', 'SAYS', 'BECAME', ''), rows)}")


@codes.command(epilog="Example: easement codes match local-authorities councils.txt --on 2026-11-22")
@click.argument("ref", metavar="LIST")
@click.argument("names", type=_file)
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), help="The day of the names; today where left out.")
@_folder
@json_option
def match(ref: str, names: Path, on: datetime | None, folders: tuple[Path, ...], *, as_json: bool) -> None:
    """Propose a code of LIST for each name in the file NAMES, one on a line (`-` reads them from the terminal).

    A name that reads as a label is exact or normalised; one that is only much alike is a proposal to be confirmed.
    """
    from easement.meaning.codes_shelf import code_list
    from easement.meaning.crosswalk_labels import match_labels

    found = code_list(ref, folders)
    told = match_labels(_lines(names), found, on=on.date() if on else _today())
    rows = [
        (
            each.name,
            each.code or "",
            found.codes[each.code].label if each.code else _others(each.others),
            each.how,
            f"{each.confidence:.2f}" if each.code else "",
        )
        for each in told
    ]
    keys = ("name", "code", "how", "confidence", "others")
    data = [{key: getattr(each, key) for key in keys} | {"certain": each.certain} for each in told]
    emit(as_json, data, lambda: table(("NAME", "CODE", "SAYS", "HOW", "SURE"), rows))
    unsure = sum(not each.certain for each in told)
    say(f"{len(told) - unsure:,} of {len(told):,} read as a label; look at the other {unsure:,}")


def _others(others: tuple[tuple[str, float], ...]) -> str:
    return f"perhaps {', '.join(code for code, _ in others)}" if others else ""


MOST_LINES = 1_000_000
"""Values read at once."""


def _lines(file: Path) -> Iterator[str]:
    from easement.base.errors import UsageError

    with click.open_file(str(file), encoding="utf-8", errors="replace") as opened:
        for number, line in enumerate(opened, 1):
            if number > MOST_LINES:
                raise UsageError(f"the file has more than {MOST_LINES:,} lines", remedy="split it")
            if line.strip():
                yield line.strip()


def _today() -> date:
    return datetime.now(UTC).date()


@codes.command(epilog="Example: easement codes walk ethnicity-dfe ethnicity-nhs")
@click.argument("from_", metavar="FROM")
@click.argument("to")
@click.option("--values", type=_file, help="Put the values in this file, one on a line, into the other list.")
@click.option("--sssom", is_flag=True, help="Print the cross-walk as SSSOM TSV.")
@_folder
@json_option
def walk(from_: str, to: str, values: Path | None, folders: tuple[Path, ...], *, sssom: bool, as_json: bool) -> None:
    """Tell what the codes of FROM become in TO, and what is lost on the way.

    A way through a third list is told as such. With --values, values are counted by what becomes of them. From a list
    to itself, codes of the past become those of today.
    """
    from easement.meaning.codes_shelf import code_list
    from easement.meaning.crosswalk import succession
    from easement.meaning.crosswalk_shelf import crosswalk
    from easement.meaning.sssom import set_of_walk, write_sssom

    same = from_ == to
    found = succession(code_list(from_, folders), _today()) if same else crosswalk(from_, to, folders)
    if sssom:
        click.echo(write_sssom(set_of_walk(found, code_list(from_, folders), code_list(to, folders))), nl=False)
        return
    counts = Counter(_lines(values)) if values else None
    emit(as_json, _walked(found, counts), lambda: _walk(found, counts))


def _walked(found: "Walk", counts: "Counter[str] | None") -> dict[str, Any]:
    pairs = [
        {"code": p.subject, "is": p.relation, "to": p.object, "note": p.note, "through": list(p.via)}
        for p in found.pairs
    ]
    data = {
        "from": found.from_, "to": found.to, "via": found.via or None, "source": found.source, "checked": found.checked,
        "pairs": pairs, "none": dict(found.unlinked), "losses": list(found.losses),
    }  # fmt: skip
    if counts is None:
        return data
    done = found.apply(counts)
    left = {value: {"why": fit.words, "count": count} for value, (fit, count) in done.left.items()}
    return data | {"applied": {"values": done.rows, "mapped": done.mapped, "into": dict(done.into), "left": left}}


def _walk(found: "Walk", counts: "Counter[str] | None") -> str:
    way = f"through {found.via}, for no cross-walk leads there directly" if found.via else "directly"
    head = f"{found.from_} into {found.to}, {way}\nsource: {found.source}\nchecked: {found.checked or 'not said'}"
    if counts is not None:
        done = found.apply(counts)
        rows = [(code, f"{count:,}") for code, count in done.into.items()]
        left = [f"{count:,} {value}: {fit.words}" for value, (fit, count) in done.left.items()]
        parts = [head, f"{done.mapped:,} of {done.rows:,} values map", table(("CODE", "VALUES"), rows), "\n".join(left)]
        return "\n\n".join(part for part in parts if part)
    pairs = [(p.subject, p.relation.value, p.object, p.note) for p in found.pairs]
    none = [(code, "none", "", why) for code, why in found.unlinked.items()]
    lost = "\n".join(found.losses) or "nothing is lost this way"
    return f"{head}\n\n{table(('CODE', 'IS', 'THERE', ''), [*pairs, *none])}\n\n{lost}"


@codes.command("import", epilog="Example: easement codes import theirs.sssom.tsv --out standards/crosswalks")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--out", type=click.Path(path_type=Path), help="The folder for its file; shown where left out.")
@_folder
@json_option
def import_(file: Path, out: Path | None, folders: tuple[Path, ...], *, as_json: bool) -> None:
    """Read a cross-walk between two known lists from the SSSOM table in FILE, to be looked at and kept.

    A row that cannot be kept is told with its line, and nothing is written.
    """
    from easement.base.durable import write_whole
    from easement.meaning.codes_shelf import code_lists
    from easement.meaning.crosswalk_text import crosswalk_name, crosswalk_text
    from easement.meaning.sssom import MOST_BYTES, read_sssom, walk_of_set

    lists = {each.ref.replace("/", ".v"): each for each in code_lists(folders)}
    with file.open("rb") as opened:
        text = opened.read(MOST_BYTES + 1).decode("utf-8", errors="replace")
    found = walk_of_set(read_sssom(text, str(file)), lists)
    made = crosswalk_text(found, lists[found.from_.replace("/", ".v")].codes, on=_today())
    data = {"from": found.from_, "to": found.to, "pairs": len(found.pairs), "losses": list(found.losses)}
    if out is None:
        emit(as_json, data | {"text": made}, made.rstrip("\n"))
        return
    out.mkdir(parents=True, exist_ok=True)
    target = out / crosswalk_name(found)
    write_whole(target, made)
    emit(as_json, data | {"file": str(target)}, f"wrote {clear_path(target)}")


@codes.command(epilog="Example: easement codes change tenure tenure.v2.yaml --node northtown --count")
@click.argument("old")
@click.argument("new")
@_node
@click.option("--count", is_flag=True, help="Read the datasets and count the records that have codes that go.")
@json_option
def change(old: str, new: str, node: Path, *, count: bool, as_json: bool) -> None:
    """Tell what it would break to use the code list NEW (its name, or a file) in the place of OLD. Nothing is changed.

    Told are the mappings that lead to codes that go, the agreements whose conditions, tables or fields speak of them,
    the cross-walks that name them, and the standards that would have a new version.
    """
    from easement.gate.code_changes import list_change

    _is_node(node)
    looked = list_change(node, old, new, on=_today(), count=count)
    proposal, changes, touched = looked.proposal, looked.changes, looked.touched
    data = {
        "old": proposal.old.ref, "new": proposal.new.ref, "changes": [each.as_dict() for each in changes],
        "standards": dict(proposal.moved), "beyond": list(proposal.beyond),
        "touches": [each.as_dict() for each in touched.effects], "unread": list(touched.unread),
    }  # fmt: skip
    emit(as_json, data, lambda: _change(proposal, changes) + "\n\n" + show_touched(touched))
    command = f"easement codes adopt {old} {new} --node {clear_path(node)} --by WHO --why WHY"
    say(f"nothing was changed; to adopt it: {command}")


def _is_node(node: Path, *, or_standards: bool = False) -> bool:
    """Whether a folder is a node; where it is none it must hold standards, if that is enough."""
    from easement.base.errors import UsageError

    if (node / "easement.toml").is_file():
        return True
    if not (or_standards and (node / "standards").is_dir()):
        raise UsageError(f"there is no node at `{node}`", remedy=f"make one: easement init {node} --org ID")
    return False


def _change(proposal: "Proposal", changes: "tuple[CodeChange, ...]") -> str:
    rows = [
        (
            each.code,
            each.change,
            "breaks" if each.breaks else "",
            each.before or "",
            each.after or ", ".join(each.becomes),
        )
        for each in changes
    ]
    told = table(("CODE", "CHANGE", "", "BEFORE", "AFTER"), rows) if rows else "The codes are the same."
    moved = [f"{old} would be retired, and {new} take its place" for old, new in proposal.moved]
    beyond = [f"{ref} comes with Easement and keeps {proposal.old.ref}" for ref in proposal.beyond]
    return "\n".join([told, *moved, *beyond])


@codes.command(
    epilog="Example: easement codes adopt tenure tenure.v2.yaml --node northtown --by 'A Patel' --why 'New law'"
)
@click.argument("old")
@click.argument("new")
@_node
@click.option("--by", required=True, help="Who adopts it.")
@click.option("--why", required=True, help="Why, on one line.")
@json_option
def adopt(old: str, new: str, node: Path, by: str, why: str, *, as_json: bool) -> None:
    """Adopt the code list NEW in the place of OLD: who, when and why is recorded.

    The node's own standards that use OLD get a new version and are retired. Mappings and agreements stay as they are,
    until you move each to the new version. The node's ledger says so too; where DIR holds standards and is no node, the
    record in its `standards/adoptions.jsonl` is all there is.
    """
    from dataclasses import asdict

    from easement.gate.code_changes import list_change

    has_ledger = _is_node(node, or_standards=True)
    looked = list_change(node, old, new, on=_today(), why=why)
    done, entry = _adopt(node, old, new, logged=has_ledger, by=by, why=why, seen=looked.stamp)
    moved = [f"{one} is retired; {other} takes its place" for one, other in done.standards.items()]
    human = [f"{done.new} is adopted in the place of {done.old}", *moved]
    human += [] if entry is None else [f"Entry {entry} of your ledger says so."]
    emit(as_json, asdict(done) | {"entry": entry}, "\n".join(human))
    if entry is None:
        say(f"there is no node at {clear_path(node)}: it stands in standards/adoptions.jsonl there, and in no ledger")
    breaking = looked.touched.breaking
    if breaking:
        say(f"{len(breaking)} things to mend: easement codes change {old} {done.new} --node {clear_path(node)}")


def _adopt(node: Path, old: str, new: str, *, logged: bool, **said: str) -> "tuple[Adoption, int | None]":
    from easement.gate.code_changes import adopt_list, adopt_logged
    from easement.node.home import open_node

    now = datetime.now(UTC)
    if not logged:
        return adopt_list(node, old, new, now=now, **said), None
    with open_node(node) as opened:
        return adopt_logged(opened, old, new, now=now, **said)


@codes.command(epilog="Example: easement codes adopted --node northtown")
@_node
@json_option
def adopted(node: Path, *, as_json: bool) -> None:
    """List which code lists were adopted at a node, by whom and why."""
    from dataclasses import asdict

    from easement.meaning.codes_change import adoptions

    _is_node(node, or_standards=True)
    found = list(adoptions(node))
    rows = [(each.at, each.old, each.new, each.by, each.why) for each in found]
    text = table(("WHEN", "FROM", "TO", "WHO", "WHY"), rows) if rows else "No code list was adopted yet."
    emit(as_json, [asdict(each) for each in found], text)

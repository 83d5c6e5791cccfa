"""The commands `easement held …`: matches in doubt, and what a person decides of them."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from easement.cli.present import emit, json_option, say, table

if TYPE_CHECKING:
    from easement.gate.settling import HeldMatch

__all__ = ["held"]

WORDS = {"same": True, "different": False}
node_option = click.option(
    "--node", "home", required=True, type=click.Path(path_type=Path), metavar="DIR", help="Your organisation's node."
)
match_argument = click.argument("match", type=click.IntRange(min=0), metavar="MATCH")


@click.group(epilog="Start with: easement held list --node dwp")
def held() -> None:
    """See which matches were held because they could be two people, and settle them.

    Nothing crosses by that: the recipient's next match under the same share honours what was decided.
    """


@held.command(name="list", epilog="Example: easement held list --node dwp")
@node_option
@click.option("--open", "only_open", is_flag=True, help="Only those on which something is left to decide.")
@json_option
def list_(home: Path, only_open: bool, as_json: bool) -> None:
    """List the matches that left pairs in doubt, the newest first, and how many pairs are open."""
    from easement.gate.settling import held_matches
    from easement.node.home import open_node

    with open_node(home) as node:
        found = [each for each in held_matches(node) if each.open or not only_open]
    rows = [
        (each.intent, each.entry.time, each.scope.agreement_id, each.scope.share, each.scope.recipient,
         f"{len(each.file.pairs):,}", f"{each.open:,}")
        for each in found
    ]  # fmt: skip
    heads = ("match", "when", "agreement", "share", "for", "pairs", "open")
    emit(as_json, [each.as_dict() for each in found], table(heads, rows) if rows else "No match is in doubt.")
    if any(each.open for each in found):
        newest = next(each for each in found if each.open)
        say(f"next: easement held show {newest.intent} --node {home}")


@held.command(epilog="Example: easement held show 1 --node dwp")
@match_argument
@node_option
@json_option
def show(match: int, home: Path, as_json: bool) -> None:
    """Show the pairs that MATCH held: the list's key, your own key, the rule that paired them, what was decided."""
    from easement.gate.settling import held_match
    from easement.node.home import open_node

    with open_node(home) as node:
        found = held_match(node, match)
    emit(as_json, {**found.as_dict(), "held": found.pairs_as_dicts()}, lambda: _shown(found))
    if found.open and found.file.lasting:
        say("next: look at both records, then: easement held settle "
            f"{match} --node {home} --pair LIST_KEY YOUR_KEY --same --by WHO")  # fmt: skip


def _shown(found: "HeldMatch") -> str:
    rows = [(pair.listed, pair.held, pair.rule, found.decision(pair) or "open") for pair in found.file.pairs]
    heads = ("on the list", "yours", "rule", "decision")
    kind = "" if found.file.lasting else "\nThese are numbers of rows: without a `record_key` nothing can be settled."
    return table(heads, rows) + kind


@held.command(
    epilog="\b\nExample: easement held settle 1 --node dwp --pair P7 C07 --same --by 'Ann Lee' --why 'one NHS number'"
)
@match_argument
@node_option
@click.option("--pair", "pairs", nargs=2, multiple=True, metavar="LIST_KEY YOUR_KEY", help="A pair, by both keys.")
@click.option("--same/--different", "same", default=None, help="Whether the pairs named are one person each.")
@click.option("--decided", "file", type=click.Path(path_type=Path, dir_okay=False, exists=True), metavar="FILE",
              help="The list held as CSV, with a column `decision` of same or different; blank: open.")  # fmt: skip
@click.option("--by", required=True, metavar="WHO", help="Who decided; kept in the private record alone.")
@click.option("--why", default="", metavar="TEXT", help="Why, in words; kept in the private record alone.")
@json_option
def settle(
    match: int, home: Path, pairs: tuple[tuple[str, str], ...], same: bool | None, file: Path | None,
    by: str, why: str, as_json: bool,
) -> None:  # fmt: skip
    """Decide of pairs that MATCH held whether each is one person. It is logged; a later decision replaces it.

    What is settled as one person crosses with the recipient's next match, as far as the agreement covers it. What is
    settled as two is held no more.
    """
    from easement.gate.settling import held_match
    from easement.gate.settling import settle as settle_pairs
    from easement.ledger.service import utc_now
    from easement.node.home import open_node

    wanted = _wanted(pairs, same, file)
    with open_node(home) as node:
        entry = settle_pairs(node, match, wanted, now=utc_now(), by=by, why=why)
        found = held_match(node, match)
    alike = sum(wanted.values())
    said = {"match": match, "entry": entry, "same": alike, "different": len(wanted) - alike, "open": found.open}
    emit(as_json, said, f"Settled: {alike:,} the same, {len(wanted) - alike:,} different; {found.open:,} are open. "
         f"Entry {entry} says so.")  # fmt: skip
    if alike:
        say(f"What is the same crosses with the next match that `{found.scope.recipient}` asks for.")
    if not found.open:
        say(f"Nothing is open: delete {home / 'held' / f'{match}.csv'} when you need it no more.")


def _wanted(pairs: tuple[tuple[str, str], ...], same: bool | None, file: Path | None) -> dict[tuple[str, str], bool]:
    from easement.base.errors import UsageError

    if bool(pairs) == bool(file) or bool(pairs) != (same is not None):
        remedy = "name pairs with --pair and say --same or --different, or give a file: --decided FILE"
        raise UsageError("it is not said what is decided of what", remedy=remedy)
    return _from_file(file) if file else {pair: bool(same) for pair in pairs}


def _from_file(file: Path) -> dict[tuple[str, str], bool]:
    from easement.base.errors import BadData
    from easement.gate.held import DECISION, read_cells

    wanted = {}
    for number, row in enumerate(read_cells(file), 2):
        said = row.get(DECISION, "").strip().lower()
        if said and (said not in WORDS or not {"list_reference", "held_reference"} <= row.keys()):
            remedy = "keep the columns as they were, and write `same`, `different` or nothing"
            raise BadData(f"`{said}` is no decision", where=f"{file}, line {number}", remedy=remedy)
        if said:
            wanted[row["list_reference"], row["held_reference"]] = WORDS[said]
    return wanted

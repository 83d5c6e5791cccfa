"""The commands `easement held …`: pairs of records that may be one person, and what a person says of them."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from easement.cli.present import emit, json_option, say, table

if TYPE_CHECKING:
    from easement.linkage.review_desk import Reviewer, Wanted
    from easement.linkage.review_queues import Queue, Shown
    from easement.linkage.review_turns import Verdict
    from easement.node.home import Node

    Decisions = dict[tuple[str, str], tuple[Verdict, str]]

__all__ = ["held"]

EVERY = 1_000_000
"""More pairs than any queue holds."""

node_option = click.option(
    "--node", "home", required=True, type=click.Path(path_type=Path), metavar="DIR", help="Your organisation's node."
)
queue_argument = click.argument("queue_id", metavar="QUEUE")


@click.group(epilog="Start with: easement held list --node dwp")
def held() -> None:
    """See which pairs of records were held because they may be two people, and settle them.

    Nothing crosses by that: the recipient's next match under the same share honours what was decided.
    """


@held.command(name="list", epilog="Example: easement held list --node dwp")
@node_option
@click.option("--open", "only_open", is_flag=True, help="Only queues in which something is left to decide.")
@json_option
def list_(home: Path, only_open: bool, as_json: bool) -> None:
    """List the queues of pairs in doubt, one for each agreement's share and recipient, the longest waiting first."""
    from easement.linkage.review_queues import queues
    from easement.node.home import open_node

    with open_node(home) as node:
        found = [each for each in queues(node) if each.open or not only_open]
    rows = [
        (said["queue"], said["agreement"], said["share"], said["recipient"], f"{each.open:,}", said["oldest"] or "",
         f"{each.decided:,}")
        for each in found
        for said in [each.as_dict()]
    ]  # fmt: skip
    heads = ("queue", "agreement", "share", "for", "open", "oldest", "decided")
    emit(as_json, [each.as_dict() for each in found], table(heads, rows) if rows else "No match is in doubt.")
    if any(each.open for each in found):
        say(f"next: easement held show {next(each for each in found if each.open).id} --node {home}")


@held.command(epilog="Example: easement held show 5f0c2a71be94 --node dwp")
@queue_argument
@node_option
@click.option("--open", "only_open", is_flag=True, help="Only pairs on which nobody decided.")
@json_option
def show(queue_id: str, home: Path, only_open: bool, as_json: bool) -> None:
    """Show the pairs of QUEUE: the list's key, your own key, what paired them, what differs, what was decided."""
    from easement.linkage.review_queues import pairs_in, queue
    from easement.node.home import open_node

    with open_node(home) as node:
        found = queue(node, queue_id)
        pairs = pairs_in(node, queue_id, _reader(), only_open=only_open, most=EVERY)
    emit(as_json, {**found.as_dict(), "held": [each.as_dict() for each in pairs]}, lambda: _shown(found, pairs))
    if found.open:
        say("next: look at both records, then: easement held settle "
            f"{queue_id} --node {home} --pair LIST_KEY YOUR_KEY --same --by WHO")  # fmt: skip


def _reader() -> "Reviewer":
    """Who only reads: what two reviewers said is not told to a third before the time."""
    from easement.linkage.review_desk import Reviewer

    return Reviewer("", "")


def _shown(found: "Queue", pairs: "tuple[Shown, ...]") -> str:
    rows = [
        (each.pair.listed or "(destroyed)", each.pair.held, each.pair.rule, _differing(each), each.decision or "open")
        for each in pairs
    ]
    more = f"\n{found.beyond:,} more were counted, and come with a later match." if found.beyond else ""
    nameless = "" if found.lasting else "\nThe last match named records by row: give both mappings a `record_key`."
    heads = ("on the list", "yours", "rule", "differs in", "decision")
    return (table(heads, rows) if rows else "No pair is held here.") + more + nameless


def _differing(each: "Shown") -> str:
    return ", ".join(name for name, (listed, held) in each.pair.fields.items() if listed != held)


@held.command(epilog="Example: easement held explain 5f0c2a71be94 P7 C07 --node dwp")
@queue_argument
@click.argument("listed_key", metavar="LIST_KEY")
@click.argument("held_key", metavar="YOUR_KEY")
@node_option
@json_option
def explain(queue_id: str, listed_key: str, held_key: str, home: Path, as_json: bool) -> None:
    """Explain why a pair of QUEUE is one, by LIST_KEY and YOUR_KEY: what its model met, and both steps of a tie.

    A third register may tie two records that say too little by themselves: then both steps are told.
    Until a pair is decided it is not told where links of a sample are open in its queue: nobody is to go by it.
    """
    from easement.cli.explaining import pair_explained
    from easement.linkage.review_models import explanation
    from easement.linkage.review_queues import ids_of, queue
    from easement.linkage.review_queues import shown as shown_pair
    from easement.node.home import open_node

    with open_node(home) as node:
        [id_] = ids_of(node, queue(node, queue_id), [(listed_key, held_key)]).values()
        found = shown_pair(node, id_, _reader())
        why = explanation(node, found)
    emit(as_json, {"pair": id_, "why": why.as_dict() if why else None},
         lambda: pair_explained(why, listed_key, held_key) if why else _unexplained(found))  # fmt: skip


def _unexplained(found: "Shown") -> str:
    if found.unseen:
        return "Why this pair is here is told once it is decided: links of a sample are among the open ones."
    return f"No model weighed this pair, or its model is here no more: {found.pair.rule}."


@held.command(epilog="Example: easement held export 5f0c2a71be94 --node dwp --out pairs.csv")
@queue_argument
@node_option
@click.option("--out", required=True, type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
              help="Where the CSV goes; it names people, so keep it as you keep the register.")  # fmt: skip
@json_option
def export(queue_id: str, home: Path, out: Path, as_json: bool) -> None:
    """Write the open pairs of QUEUE as CSV, with empty columns `decision` and `why` to fill in.

    Say `same`, `different` or `cannot-tell`, then give the file to: easement held settle QUEUE --decided FILE
    """
    from easement.linkage.review_queues import pairs_in, queue
    from easement.linkage.review_sheet import write_sheet
    from easement.node.home import open_node

    with open_node(home) as node:
        queue(node, queue_id)
        pairs = pairs_in(node, queue_id, _reader(), only_open=True, most=EVERY)
    write_sheet(out, pairs)
    emit(as_json, {"queue": queue_id, "pairs": len(pairs), "file": str(out)}, f"Wrote {len(pairs):,} pairs to {out}.")


@held.command(
    epilog="\b\nExample: easement held settle 5f0c2a71be94 --node dwp --pair P7 C07 --same --by 'Ann Lee' "
    "--why 'one NHS number'"
)
@queue_argument
@node_option
@click.option("--pair", "pairs", nargs=2, multiple=True, metavar="LIST_KEY YOUR_KEY", help="A pair, by both keys.")
@click.option("--same", "verdict", flag_value="same", help="The pairs named are one person each.")
@click.option("--different", "verdict", flag_value="different", help="The pairs named are two people each.")
@click.option("--cannot-tell", "verdict", flag_value="cannot-tell", help="It cannot be told of the pairs named.")
@click.option("--decided", "file", type=click.Path(path_type=Path, dir_okay=False, exists=True), metavar="FILE",
              help="The CSV of `held export`, with its column `decision` filled in; blank: open.")  # fmt: skip
@click.option("--by", required=True, metavar="WHO", help="Who decides; kept in the private record alone.")
@click.option("--as-lead", "lead", is_flag=True,
              help="Who decides leads the review: they settle what two reviewers disagree on.")  # fmt: skip
@click.option("--why", default="", metavar="TEXT", help="Why, in words; kept in the private record alone.")
@json_option
def settle(
    queue_id: str, home: Path, pairs: tuple[tuple[str, str], ...], verdict: str | None, file: Path | None,
    by: str, lead: bool, why: str, as_json: bool,
) -> None:  # fmt: skip
    """Say of pairs of QUEUE whether each is one person. It is logged; a later decision replaces it.

    What is settled as one person crosses with the recipient's next match, as far as the agreement covers it. What is
    settled as two is held no more. Where the agreement wants two reviewers, a pair waits for the second.
    """
    from easement.ledger.service import utc_now
    from easement.linkage.review_desk import Reviewer
    from easement.linkage.review_desk import settle as settle_pairs
    from easement.linkage.review_queues import queue
    from easement.node.home import open_node

    wanted = _wanted(pairs, verdict, file, why)
    with open_node(home) as node:
        found = queue(node, queue_id)
        named = list(_named(node, found, wanted))
        reviewer = Reviewer(_who(node, by), by, leads=lead)
        done = settle_pairs(node, named, reviewer, now=utc_now())
        left = queue(node, queue_id).open
    alike = sum(each.verdict.value == "same" for each in named)
    said = {"queue": queue_id, "entries": list(done.entries), "decided": done.decided, "waiting": done.waiting}
    said["wrong"] = [list(pair) for pair in done.wrong]
    emit(as_json, said | {"open": left}, _told(done.decided, done.waiting, left, done.entries))
    for listed, own in done.wrong:
        say(f"`{listed}` and `{own}` were linked by themselves and disclosed: tell who got it, "
            "by easement correction break --listed-key and --held-key")  # fmt: skip
    if alike and done.decided:
        say(f"What is the same crosses with the next match that `{found.scope.recipient}` asks for.")


def _who(node: "Node", by: str) -> str:
    """Who somebody is: whoever has an account by that name is the same here as on the pages."""
    from easement.staff.people import list_people

    name = by.strip().casefold()
    account = next((each for each in list_people(node) if each.name.strip().casefold() == name), None)
    return f"staff:{account.id}" if account else f"name:{name}"


def _told(decided: int, waiting: int, left: int, entries: tuple[int, ...]) -> str:
    wait = f" {waiting:,} wait for another reviewer." if waiting else ""
    where = f" Entry {', '.join(map(str, entries))} says so." if entries else ""
    return f"Settled: {decided:,}; {left:,} are open.{wait}{where}"


def _named(node: "Node", found: "Queue", wanted: "Decisions") -> "Iterator[Wanted]":
    from easement.linkage.review_desk import Wanted
    from easement.linkage.review_queues import ids_of

    for pair, id_ in ids_of(node, found, list(wanted)).items():
        yield Wanted(id_, *wanted[pair])


def _wanted(pairs: tuple[tuple[str, str], ...], verdict: str | None, file: Path | None, why: str) -> "Decisions":
    from easement.base.errors import UsageError
    from easement.linkage.review_sheet import read_sheet
    from easement.linkage.review_turns import Verdict

    if bool(pairs) == bool(file) or bool(pairs) != (verdict is not None):
        remedy = "name pairs with --pair and say --same, --different or --cannot-tell, or give a file: --decided FILE"
        raise UsageError("it is not said what is decided of what", remedy=remedy)
    wanted = read_sheet(file, why) if file else {pair: (Verdict(verdict or ""), why) for pair in pairs}
    if not wanted:
        raise UsageError("nothing is decided", remedy="fill in the column `decision`")
    return wanted

"""The commands `easement correction …`: say what is wrong, answer that, break wrong links, and put things right."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from easement.cli.present import emit, example, json_option, say, table

if TYPE_CHECKING:
    from easement.exchange.correct_back import BrokenSeen
    from easement.exchange.correct_cases import CaseSeen
    from easement.exchange.correct_told import ToldSeen

__all__ = ["correction"]

node_option = click.option(
    "--node", "home", required=True, type=click.Path(path_type=Path), metavar="DIR", help="Your organisation's node."
)
by_option = click.option("--by", default="", metavar="WHO", help="Who says so; kept in the private record alone.")
KINDS = {"wrong-value": "a wrong value", "wrong-person": "the wrong person", "out-of-date": "out of date"}
CAME = {
    "corrected": "corrected at the source",
    "not-wrong": "not wrong, by the source",
    "link-broken": "the link was wrong, and is broken",
}
REPORT = (
    "easement correction report --node northtown --from dwp --message 5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e "
    '--kind wrong-value --element postcode --why "She moved in May."'
)


@click.group(epilog="Start with: easement correction list --node northtown")
def correction() -> None:
    """Say what is wrong with what you were given, answer others who say so, break wrong links, and put things right."""


@correction.command(epilog=example(REPORT))
@node_option
@click.option("--from", "provider", required=True, metavar="ORG", help="Who gave it.")
@click.option("--message", required=True, metavar="ID", help="The message that it came under.")
@click.option("--kind", type=click.Choice(list(KINDS)), required=True, help="What is wrong.")
@click.option("--why", required=True, metavar="TEXT", help="How you know, in words; sealed at both nodes.")
@click.option("--element", default="", metavar="NAME", help="Which element (default: the whole record).")
@click.option("--value", default="", metavar="TEXT", help="What you were told.")
@click.option("--reference", default="", metavar="KEY", help="Of a match: your own key of the record.")
@click.option("--person", multiple=True, metavar="K=V", help="Whom you asked about, so that the source finds them.")
@by_option
@json_option
def report(as_json: bool, home: Path, **said: Any) -> None:
    """Tell the source of something that it is wrong; it answers within a month, and breaks a wrong link.

    A source that does not answer now is told later, by your serving node.
    """
    from easement.exchange.correct_bodies import Kind
    from easement.exchange.correct_cases import Wrong
    from easement.exchange.correct_cases import report as tell
    from easement.gate.cli import person_of
    from easement.ledger.service import utc_now
    from easement.node.home import open_node

    said["person"], said["kind"] = person_of(said["person"], None), Kind(said["kind"])
    by = said.pop("by")
    with open_node(home) as node:
        seen = tell(node, Wrong(**said), utc_now(), by=by)
    emit(as_json, seen.as_dict(), f"Case {seen.row.id[:8]}: to be answered by {seen.due:%Y-%m-%d}.")
    if seen.row.problem:
        say(f"  {seen.row.problem}", fg="yellow")


@correction.command(name="list", epilog="Example: easement correction list --node dwp")
@node_option
@json_option
def list_(home: Path, as_json: bool) -> None:
    """List what is said to be wrong, by you and by others, and the links that you broke, with who has yet to act."""
    from easement.exchange.correct_back import seen_brokens
    from easement.exchange.correct_cases import seen_cases
    from easement.ledger.service import utc_now
    from easement.node.home import open_node

    now = utc_now()
    with open_node(home) as node:
        cases, links = seen_cases(node), seen_brokens(node)
    data = {"cases": [each.as_dict() for each in cases], "links": [each.as_dict() for each in links]}
    emit(as_json, data, lambda: _listed(cases, links, now))


def _listed(cases: "Sequence[CaseSeen]", links: "Sequence[BrokenSeen]", now: Any) -> str:
    parts = []
    if cases:
        rows = [
            (each.row.id[:8], "we say" if each.row.mine else f"{each.row.organisation} says", KINDS[each.row.kind],
             each.row.element or "the whole record", each.row.agreement_id,
             CAME.get(each.row.outcome or "", f"{'late, ' if each.overdue(now) else ''}by {each.due:%Y-%m-%d}"))
            for each in cases
        ]  # fmt: skip
        parts.append(table(("case", "who", "what", "of", "agreement", "answer"), rows))
    for link in links:
        late = f", {len(link.late(now))} of them late" if link.late(now) else ""
        parts.append(f"{_back(link)}: {len(link.letters)} to put right, {link.open} open{late}")
        parts += [f"  {each.organisation}: {each.problem}" for each in link.letters if each.problem]
    return "\n".join(parts) or "Nothing is said to be wrong."


def _back(link: "BrokenSeen") -> str:
    row = link.row
    if row.about == "value":
        return f"value {row.id[:8]} ({row.element or 'the whole record'}, {row.agreement_id}) was put right"
    return f"link {row.id[:8]} ({row.through}, {row.agreement_id}) is broken"


ANSWER = 'easement correction answer 5e5e5e5e --node dwp --outcome corrected --text "Put right today."'


@correction.command(epilog=example(ANSWER))
@click.argument("case", metavar="CASE")
@node_option
@click.option("--outcome", type=click.Choice(list(CAME)), required=True, help="What came of it.")
@click.option("--text", required=True, metavar="TEXT", help="The answer, in words for those who said it.")
@click.option(
    "--listed-key", "listed", default="", metavar="KEY", help="Of a match: the recipient's own key of the record."
)
@click.option("--held-key", "held", default="", metavar="KEY", help="A wrong link of a match: your own key.")
@by_option
@json_option
def answer(as_json: bool, case: str, home: Path, outcome: str, text: str, **more: str) -> None:
    """Answer CASE, that somebody says something is wrong which you gave.

    With `corrected` everybody else who was given that value is told. With `link-broken` everybody who was given
    something through that link is told, and no match makes it again. Your words go to all of them: name nobody.
    """
    from easement.exchange.correct import decide_case
    from easement.exchange.correct_bodies import Outcome
    from easement.ledger.service import utc_now
    from easement.node.home import open_node

    with open_node(home) as node:
        seen = decide_case(node, case, Outcome(outcome), text, utc_now(), **more)
    emit(as_json, seen.as_dict(), f"Case {seen.row.id[:8]}: {CAME[outcome]}; entry {seen.row.answer_entry} says so.")
    if seen.row.problem:
        say(f"  {seen.row.problem}", fg="yellow")


BREAK = (
    "easement correction break --node dwp --message 5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e "
    '--listed-key P7 --held-key C01 --why "A cousin of the same name."'
)


@correction.command(name="break", epilog=example(BREAK))
@node_option
@click.option("--message", required=True, metavar="ID", help="The message of an answer that rests on the link.")
@click.option("--why", required=True, metavar="TEXT", help="Why it is wrong; told to all, so name nobody.")
@click.option(
    "--listed-key", "listed", default="", metavar="KEY", help="Of a match: the recipient's own key of its record."
)
@click.option("--held-key", "held", default="", metavar="KEY", help="Of a match: your own key of the record.")
@by_option
@json_option
def break_(as_json: bool, home: Path, message: str, why: str, listed: str, held: str, by: str) -> None:
    """Break a wrong link that you found yourself, and tell everybody who was given something through it.

    No later match makes it again. Broken twice, it is broken once.
    """
    from easement.exchange.correct_links import WrongLink, break_link
    from easement.ledger.service import utc_now
    from easement.node.home import open_node

    with open_node(home) as node:
        seen = break_link(node, WrongLink(message, listed, held), why, utc_now(), by=by)
    told = sum(each.told is not None for each in seen.letters)
    words = f"Link {seen.row.id[:8]} is broken, by entry {seen.row.entry}; {told} of {len(seen.letters)} were told."
    if seen.row.outside:
        words += f"\n  {seen.row.outside} got it as a file: tell them by hand."
    emit(as_json, seen.as_dict(), words)


MENDED = (
    "easement correction mended --node dwp --message 5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e "
    '--element postcode --why "It was another street of that name."'
)


@correction.command(epilog=example(MENDED))
@node_option
@click.option("--message", required=True, metavar="ID", help="The message of an answer that gave the value.")
@click.option("--element", default="", metavar="NAME", help="Which element (default: the whole record).")
@click.option("--why", required=True, metavar="TEXT", help="What was wrong; told to all, so name nobody.")
@click.option(
    "--listed-key", "listed", default="", metavar="KEY", help="Of a match: the recipient's own key of the record."
)
@by_option
@json_option
def mended(as_json: bool, home: Path, message: str, element: str, why: str, listed: str, by: str) -> None:
    """Say that you put a value right in your own table, and tell everybody who was given it.

    Of whom it is, the answer under that message tells. Said twice in the same words, it is told once.
    """
    from easement.exchange.correct_values import Mended, mend_value
    from easement.ledger.service import utc_now
    from easement.node.home import open_node

    with open_node(home) as node:
        seen = mend_value(node, Mended(message, element, listed), why, utc_now(), by=by)
    if seen is None:
        emit(as_json, None, "Nobody was given this value, or all certified that it is deleted: nothing is told.")
        return
    told = sum(each.told is not None for each in seen.letters)
    words = f"Correction {seen.row.id[:8]}, by entry {seen.row.entry}; {told} of {len(seen.letters)} were told."
    if seen.row.outside:
        words += f"\n  {seen.row.outside} got it as a file: tell them by hand."
    if seen.unknown:
        words += f"\n  {seen.unknown} older sets may hold it and cannot be looked into: tell their recipients by hand."
    emit(as_json, seen.as_dict(), words)


@correction.command(epilog="Example: easement correction send --node dwp")
@node_option
@json_option
def send(home: Path, as_json: bool) -> None:
    """Tell everybody now who has yet to hear of a case, an answer or a correction, and remind who is late.

    A serving node does this by itself, every minute; who is late is reminded once a day.
    """
    from easement.exchange.correct_keeping import carry_all
    from easement.ledger.service import utc_now
    from easement.node.home import open_node

    with open_node(home) as node:
        told = carry_all(node, utc_now())
    emit(as_json, {"told": told}, f"Told: {told}.")


@correction.command(epilog="Example: easement correction received --node northtown")
@node_option
@json_option
def received(home: Path, as_json: bool) -> None:
    """List what others told you to put right, the soonest first."""
    from easement.exchange.correct_told import seen_tolds
    from easement.ledger.service import utc_now
    from easement.node.home import open_node

    now = utc_now()
    with open_node(home) as node:
        found = seen_tolds(node)
    emit(as_json, [each.as_dict() for each in found], lambda: _received(found, now))


def _meant(told: "ToldSeen") -> str:
    if told.row.about == "value":
        return told.row.element or "the whole record"
    return "another person"


def _whose(told: "ToldSeen") -> str:
    whole = "in this set and older ones" if told.of_sets else "the person asked about"
    return told.said["reference"] or whole


def _received(found: "Sequence[ToldSeen]", now: Any) -> str:
    rows = [
        (each.row.id[:8], each.row.message[:8], each.row.provider, str(each.row.received),
         _meant(each), _whose(each),
         "done" if each.row.met is not None else f"{'late, ' if each.overdue(now) else ''}by {each.due:%Y-%m-%d}")
        for each in found
    ]  # fmt: skip
    heads = ("id", "message", "from", "entry", "what", "your record", "put right")
    return table(heads, rows) if rows else "Nothing was taken back."


@correction.command(epilog="Example: easement correction done 5e5e5e5e --node northtown")
@click.argument("id_", metavar="ID")
@node_option
@click.option("--message", default="", metavar="ID", help="Which, where it is of several disclosures: its message.")
@by_option
@json_option
def done(as_json: bool, id_: str, home: Path, message: str, by: str) -> None:
    """Say that your copy is put right, as the correction ID asks; the provider gets a certificate.

    It is logged here and proved to the provider, which logs it too; one that does not answer is told later.
    """
    from easement.exchange.correct_told import make
    from easement.ledger.service import utc_now
    from easement.node.home import open_node

    with open_node(home) as node:
        seen = make(node, id_, utc_now(), message=message, by=by)
    words = f"Put right: entry {seen.row.met} says so"
    words += f", and entry {seen.row.certified} of `{seen.row.provider}`'s log." if seen.row.certified else "."
    emit(as_json, seen.as_dict(), words)
    if seen.row.problem:
        say(f"  {seen.row.problem}", fg="yellow")

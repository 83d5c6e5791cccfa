"""The commands `easement duties …`: what is owed after disclosures, here and by others."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from easement.cli.present import emit, json_option, table

if TYPE_CHECKING:
    from easement.exchange.duties_tables import Certificate

__all__ = ["duties"]

WORDS = {
    "delete": "delete it",
    "return": "give it back",
    "anonymise": "make it anonymous",
    "correct": "put it right",
    "certificate": "certify that it is done",
}
node_option = click.option(
    "--node", "home", required=True, type=click.Path(path_type=Path), metavar="DIR", help="Your organisation's node."
)


@click.group(epilog="Start with: easement duties list --node northtown")
def duties() -> None:
    """See what must be done after disclosures, say that it is done, and see who has yet to say so."""


@duties.command(name="list", epilog="Example: easement duties list --node northtown --overdue")
@node_option
@click.option("--overdue", is_flag=True, help="Only that whose day is over.")
@json_option
def list_(home: Path, overdue: bool, as_json: bool) -> None:
    """List what this node still owes for what it received, the soonest first."""
    from easement.exchange.duties import owed
    from easement.ledger.service import utc_now
    from easement.node.home import open_node

    with open_node(home) as node:
        found = owed(node, utc_now(), overdue=overdue)
    rows = [
        (
            f"{each.due:%Y-%m-%d}{' overdue' if each.overdue else ''}",
            WORDS.get(each.duty.duty, each.duty.duty),
            str(each.duty.entry),
            each.duty.provider,
            each.duty.agreement_id,
        )
        for each in found
    ]
    heads = ("by", "what", "entry", "received from", "agreement")
    none = "Nothing is overdue." if overdue else "Nothing is owed."
    emit(as_json, [each.as_dict() for each in found], table(heads, rows) if rows else none)


@duties.command(epilog="Example: easement duties met 12 --node northtown")
@click.argument("entry", type=click.IntRange(min=0), metavar="ENTRY")
@node_option
@json_option
def met(entry: int, home: Path, as_json: bool) -> None:
    """Say that what came in by ENTRY of your ledger is deleted, given back or made anonymous, as was agreed.

    It is logged here and proved to the provider, which logs it too. A provider that does not answer is told later, by
    your serving node.
    """
    from easement.exchange.duties import meet
    from easement.ledger.service import utc_now
    from easement.node.home import open_node

    with open_node(home) as node:
        done = meet(node, entry, utc_now())
    emit(as_json, done.as_dict(), _told(done))


def _told(done: "Certificate") -> str:
    said = f"Done for entry {done.entry}: entry {done.met} says so"
    if done.certified is not None:
        return f"{said}, and entry {done.certified} of `{done.provider}`'s log."
    return f"{said}.\n  {done.problem}\n  A serving node certifies it later; or run this again."


@duties.command(epilog="Example: easement duties awaited --node dwp")
@node_option
@json_option
def awaited(home: Path, as_json: bool) -> None:
    """List what others got from this node and should have certified to be gone by now, the longest overdue first.

    What was handed over as a file is not in it: that is certified outside the nodes.
    """
    from easement.exchange.duties import awaited as find
    from easement.ledger.service import utc_now
    from easement.node.home import open_node

    with open_node(home) as node:
        found = find(node, utc_now())
    rows = [(f"{each.due:%Y-%m-%d}", each.recipient, each.agreement_id, each.share, str(each.entry)) for each in found]
    heads = ("late since", "recipient", "agreement", "share", "entry")
    emit(as_json, [each.as_dict() for each in found], table(heads, rows) if rows else "No certificate is overdue.")

"""The commands `easement bulk …`: the recipient's side of bulk disclosures."""

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from easement.base.errors import UsageError
from easement.cli.present import clear_path, emit, is_terminal, json_option, say, table

if TYPE_CHECKING:
    from easement.exchange.bulk import Asked
    from easement.exchange.bulk_body import ListSaid
    from easement.exchange.bulk_tables import Bulk
    from easement.exchange.model import Asker, Wish
    from easement.node.home import Node

__all__ = ["bulk"]

REFUSED = 10
LOOK_SECONDS = 1.0
FILE = click.Path(path_type=Path, dir_okay=False)
node_option = click.option(
    "--node", "home", required=True, type=click.Path(path_type=Path), metavar="DIR", help="The recipient's node."
)
message_argument = click.argument("message", metavar="ID")


@click.group(epilog="Start with: easement bulk ask --node northtown --from dwp --agreement free-school-meals …")
def bulk() -> None:
    """Ask another organisation's node for many records at once, fetch them, and certify their deletion."""


@bulk.command(
    epilog="Example: easement bulk ask --node northtown --from dwp --agreement free-school-meals "
    "--share entitled-children --mode match --role benefits-officer --purpose benefit-eligibility "
    "--match roll.csv --match-dataset roll.yaml"
)
@node_option
@click.option("--from", "provider", required=True, metavar="ORG", help="The organisation asked.")
@click.option(
    "--agreement",
    type=FILE,
    required=True,
    metavar="ID|FILE",
    help="The one agreement relied on, by its id or its file.",
)
@click.option("--share", "share_id", required=True, metavar="ID", help="The share asked for.")
@click.option(
    "--mode", type=click.Choice(("bulk", "match")), required=True, help="Everything agreed, or a list's people."
)
@click.option("--role", required=True, metavar="ROLE", help="The role of the person who asks.")
@click.option("--purpose", required=True, metavar="CODE", help="What it is for.")
@click.option("--fields", default="", metavar="A,B", help="Only these fields (default: all that are agreed).")
@click.option("--match", type=FILE, metavar="FILE", help="Your own list, or one of encodings.")
@click.option("--match-dataset", type=FILE, metavar="MAPPING", help="Its mapping; encodings have none.")
@click.option("--trained", multiple=True, metavar="CODE", help="Training that the person who asks has passed.")
@click.option("--asked-by", default="", metavar="WHO", help="Who asks; kept in the private record alone.")
@click.option("--why", default="", metavar="TEXT", help="Why, in words; kept in the private record alone.")
@click.option("--wait", is_flag=True, help="Wait until the set is ready and received.")
@json_option
def ask(home: Path, provider: str, wait: bool, as_json: bool, **options: Any) -> int:
    """Ask for a set. It is decided here first, then by the provider, which makes it while you do something else."""
    from easement.exchange.bulk import ask_set
    from easement.ledger.service import utc_now
    from easement.node.home import open_node

    wish, asker, with_list = _wish(provider, options)
    with open_node(home) as node:
        asked = ask_set(node, wish, asker, utc_now(), with_list)
        done = _waited(node, asked.bulk) if wait else asked.bulk
    emit(as_json, done.as_dict(), lambda: _told(asked, done))
    if not done.state.ended:
        say(f"next: easement bulk status {done.message} --node {clear_path(home)}")
    return REFUSED if done.state.value == "refused" else int(done.state.value == "failed")


def _wish(provider: str, options: dict[str, Any]) -> "tuple[Wish, Asker, ListSaid | None]":
    from easement.agreement.model import Mode
    from easement.cli.request import agreement_named
    from easement.exchange.bulk import listed
    from easement.exchange.model import Asker, Wish

    roll, mapping = options["match"], options["match_dataset"]
    if roll is None and mapping is not None:
        raise UsageError("a mapping is of a list", remedy="give both --match and --match-dataset")
    wish = Wish(
        provider=provider,
        agreement=agreement_named(options["agreement"]),
        share=options["share_id"],
        purpose=options["purpose"],
        mode=Mode(options["mode"]),
        role=options["role"],
        fields=tuple(dict.fromkeys(name.strip() for name in options["fields"].split(",") if name.strip())),
        why=options["why"],
    )
    asker = Asker(options["asked_by"], frozenset(options["trained"]))
    return wish, asker, listed(roll, mapping) if roll else None


def _waited(node: "Node", seen: "Bulk") -> "Bulk":
    """Look again and again until it has ended; Ctrl+C leaves it as it stands."""
    from easement.exchange.bulk import look
    from easement.ledger.service import utc_now

    shown = _progress()
    while not seen.state.ended:
        shown(f"{seen.state.value}: {seen.rows:,} records so far")
        time.sleep(LOOK_SECONDS)
        seen = look(node, seen.message, utc_now())
    shown("")
    return seen


def _progress() -> Callable[[str], None]:
    """Shows one line that changes, on a terminal; nothing elsewhere."""
    if not is_terminal():
        return lambda _: None

    def show(text: str) -> None:
        click.echo(f"\r\033[K{text}", nl=False, err=True)

    return show


def _told(asked: "Asked", done: "Bulk") -> str:
    if not asked.decision.allowed:
        lines = [f"  {each.text}\n    {each.remedy}".rstrip() for each in asked.decision.unmet]
        return "\n".join([f"Refused here; `{done.provider}` was not asked.", *lines])
    return _one(done)


def _one(seen: "Bulk") -> str:
    words = {
        "asked": f"Asked of `{seen.provider}`, which has not answered yet.",
        "waiting": f"`{seen.provider}` has it and will make it.",
        "running": f"`{seen.provider}` is making it: {seen.rows:,} records so far.",
        "received": f"Received: {seen.rows:,} records, proved by entry {seen.peer_entry} of `{seen.provider}`'s log.",
        "refused": "Refused.",
        "failed": "It could not be made.",
        "deleted": f"Deleted, and {'certified' if seen.certified is not None else 'yet to be certified'}.",
    }
    lines = [f"{seen.message}  {words[seen.state.value]}"]
    return "\n".join(lines + ([f"  {seen.problem}"] if seen.problem else []))


@bulk.command(epilog="Example: easement bulk status 5f0c… --node northtown")
@message_argument
@node_option
@click.option("--wait", is_flag=True, help="Wait until the set is ready and received.")
@json_option
def status(message: str, home: Path, wait: bool, as_json: bool) -> None:
    """Say how it stands with the set ID; one that is ready is received: its receipt is checked and logged."""
    from easement.exchange.bulk import look
    from easement.ledger.service import utc_now
    from easement.node.home import open_node

    with open_node(home) as node:
        seen = look(node, message, utc_now())
        seen = _waited(node, seen) if wait else seen
    emit(as_json, seen.as_dict(), lambda: _one(seen))
    if seen.state.value == "received":
        say(f"next: easement bulk fetch {message} --node {clear_path(home)} --out FOLDER")


@bulk.command(name="list", epilog="Example: easement bulk list --node northtown")
@node_option
@json_option
def list_(home: Path, as_json: bool) -> None:
    """List the sets that this node asked for, the newest first."""
    from easement.base.database import reading
    from easement.exchange.bulk_tables import bulks
    from easement.node.home import open_node

    with open_node(home) as node, reading(node.engine) as connection:
        found = bulks(connection)
    rows = [
        (_day(each.since), each.provider, each.share, each.state.value, f"{each.rows:,}", each.message)
        for each in found
    ]
    heads = ("asked", "provider", "share", "state", "records", "id")
    emit(as_json, [each.as_dict() for each in found], table(heads, rows) if rows else "No set was asked for yet.")


def _day(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M")


@bulk.command(epilog="Example: easement bulk fetch 5f0c… --node northtown --out awards")
@message_argument
@node_option
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), required=True, metavar="FOLDER", help="Where to."
)
@json_option
def fetch(message: str, home: Path, out: Path, as_json: bool) -> None:
    """Fetch the Parquet files of the set ID, each held against the receipt; what is there is not fetched again."""
    import httpx

    from easement.exchange.bulk_fetch import fetch as fetch_files
    from easement.ledger.service import utc_now
    from easement.node.home import open_node

    out.mkdir(mode=0o700, exist_ok=True)
    shown = _progress()
    with open_node(home) as node, httpx.Client() as client:
        files = fetch_files(
            node,
            client,
            message,
            out,
            utc_now(),
            told=lambda done, of: shown(f"{done} of {of} files" if done < of else ""),
        )
    told = {"message": message, "files": [str(path) for path in files], "receipt": str(out / "manifest.json.receipt")}
    emit(
        as_json,
        told,
        f"{len(files)} {'file' if len(files) == 1 else 'files'} in {clear_path(out)}, each as the receipt proves.",
    )
    proof, said = clear_path(out / "manifest.json.receipt"), clear_path(out / "manifest.json")
    say(f"next: easement verify {proof} --data {said} --key KEY")


@bulk.command(epilog="Example: easement bulk profile 5f0c… --node northtown --out dwp.share")
@message_argument
@node_option
@click.option("--out", type=FILE, required=True, metavar="FILE", help="Where the profile goes; it holds a secret.")
@json_option
def profile(message: str, home: Path, out: Path, as_json: bool) -> None:
    """Write a profile by which pandas, Spark and Power BI read the set ID, by Delta Sharing. Earlier ones end."""
    from easement.base.durable import write_whole
    from easement.exchange.bulk import open_set
    from easement.ledger.service import utc_now
    from easement.node.home import open_node

    with open_node(home) as node:
        made = open_set(node, message, utc_now())
    write_whole(out, json.dumps(made.as_dict()) + "\n", mode=0o600)
    told = {"profile": str(out), "table": made.table, "expires": made.expires.isoformat()}
    emit(
        as_json,
        told,
        f"{clear_path(out)} opens `{made.table}` until {made.expires:%Y-%m-%d %H:%M} UTC. Keep it secret.",
    )
    say(f"next: python -c 'import delta_sharing; print(delta_sharing.load_as_pandas(\"{out}#{made.table}\"))'")


@bulk.command(epilog="Example: easement bulk deleted 5f0c… --node northtown")
@message_argument
@node_option
@json_option
def deleted(message: str, home: Path, as_json: bool) -> None:
    """Certify that you have deleted what came in the set ID: logged here, proved to the provider, logged there."""
    from easement.exchange.bulk import delete
    from easement.ledger.service import utc_now
    from easement.node.home import open_node

    with open_node(home) as node:
        seen = delete(node, message, utc_now())
    emit(as_json, seen.as_dict(), lambda: _one(seen))

"""The commands `easement ledger …` and `easement verify`."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from easement.cli.present import clear_path, emit, json_option, say, table

if TYPE_CHECKING:
    from easement.ledger.model import Logged
    from easement.ledger.verifier import Holds

__all__ = ["ledger", "verify"]

node_option = click.option(
    "--node", "home", required=True, type=click.Path(path_type=Path), help="The node's directory."
)


@click.group(epilog="Start with: easement ledger show --node northtown-node")
def ledger() -> None:
    """Read, prove and check a node's ledger: what was shared, written down before it left."""


@ledger.command(epilog="Example: easement ledger checkpoint --node northtown-node")
@node_option
@json_option
def checkpoint(home: Path, as_json: bool) -> None:
    """Publish all entries so far and sign their number and root."""
    from easement.node.home import open_node

    with open_node(home) as node:
        signed = node.ledger.checkpoint()
    data = {"origin": signed.origin, "size": signed.size, "root": signed.root, "directory": str(home / "ledger")}
    emit(as_json, data, f"Published {signed.size:,} entries of `{signed.origin}` in {clear_path(home / 'ledger')}.")


@ledger.command(epilog="Example: easement ledger show --node northtown-node --last 20")
@click.argument("index", type=click.IntRange(min=0), required=False)
@click.option("--last", type=click.IntRange(min=1), default=20, show_default=True, help="How many of the newest.")
@node_option
@json_option
def show(index: int | None, last: int, home: Path, as_json: bool) -> None:
    """Show entry INDEX whole, or the newest entries in a line each."""
    from easement.node.home import open_node

    with open_node(home) as node:
        if index is None:
            newest = list(node.ledger.entries(max(0, node.ledger.size - last)))
            emit(as_json, [_as_data(each) for each in newest], lambda: _as_table(newest))
            return
        logged = node.ledger.entry(index)
    emit(as_json, _as_data(logged), lambda: "\n".join(_as_lines(logged.entry.as_dict())))


def _as_data(logged: "Logged") -> dict[str, Any]:
    return {"index": logged.index} | logged.entry.as_dict()


def _as_table(newest: "list[Logged]") -> str:
    said = [(each.index, each.entry) for each in newest]
    rows = [(i, e.time, e.type, e.agreement_id or "", e.share or "", _blank(e.count)) for i, e in said]
    return table(("index", "time", "what happened", "agreement", "share", "records"), rows)


def _blank(value: int | None) -> str:
    return "" if value is None else f"{value:,}"


def _as_lines(said: dict[str, Any]) -> list[str]:
    """What an entry says, a line each; whoever made the log, no value can end its line or speak to the terminal."""
    return [_seen(f"{name}: {_shown(value)}") for name, value in said.items()]


def _seen(text: str) -> str:
    """Text of another's making as one line: what cannot be seen stands as JSON escapes it."""
    return "".join(each if each.isprintable() else json.dumps(each)[1:-1] for each in text)


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {each}" for name, each in value.items())
    return ", ".join(str(each) for each in value) if isinstance(value, list | tuple) else str(value)


@ledger.command(epilog="Example: easement ledger prove 41 --node northtown-node --out entry-41.receipt")
@click.argument("index", type=click.IntRange(min=0))
@click.option("--out", type=click.Path(path_type=Path), help="Write the receipt here instead of to the terminal.")
@node_option
@json_option
def prove(index: int, out: Path | None, home: Path, as_json: bool) -> None:
    """Make the receipt of entry INDEX, which anyone can check offline with the log's public key."""
    from easement.base.durable import write_whole
    from easement.ledger.receipt import make_receipt
    from easement.node.home import open_node

    with open_node(home) as node:
        receipt = make_receipt(node.ledger, index)
    if out is None:
        emit(as_json, {"index": index, "receipt": receipt}, receipt.removesuffix("\n"))
        return
    write_whole(out, receipt)
    emit(as_json, {"index": index, "file": str(out)}, f"Wrote the receipt of entry {index} to {clear_path(out)}.")
    say(f"next: easement verify {clear_path(out)} --key {clear_path(home / 'keys' / 'log.vkey')}")


@ledger.command(epilog="Example: easement ledger fsck --node northtown-node")
@node_option
@json_option
def fsck(home: Path, as_json: bool) -> int:
    """Hold database, tiles, checkpoint and private records against each other, and name what does not fit."""
    from easement.base.errors import ProofFailed
    from easement.node.home import open_node

    with open_node(home) as node:
        found, size = node.ledger.fsck(), node.ledger.size
    data = {"entries": size, "damage": [{"where": p.where, "what": p.what, "mend": p.mend} for p in found]}
    sound = f"All {size:,} entries, their tiles, checkpoint and private records fit together."
    emit(as_json, data, lambda: "\n".join(map(str, found)) if found else sound)
    return ProofFailed.exit_code if found else 0


@ledger.command(epilog="Example: easement ledger erase 41 --node northtown-node --yes")
@click.argument("index", type=click.IntRange(min=0))
@click.option("--yes", is_flag=True, help="Do not ask: it cannot be undone.")
@node_option
@json_option
def erase(index: int, yes: bool, home: Path, as_json: bool) -> None:
    """Destroy the private record of entry INDEX for good: who asked, about whom, and the answer's digests.

    An answer to another node that is still kept, for the case that it asks again, is destroyed with it, and so are the
    files of a set that it was answered with.

    The public entry and every proof of it stay, and a new entry says that the record was erased.
    """
    from easement.exchange.erasing import erase as erase_record
    from easement.ledger.service import utc_now
    from easement.node.home import open_node

    if not yes:
        click.confirm(f"Destroy the private record of entry {index} for good?", abort=True, err=True)
    with open_node(home) as node:
        logged = erase_record(node, index, utc_now())
    words = f"Erased the private record of entry {index}; entry {logged} says so. Backups hold it until they expire."
    emit(as_json, {"erased": index, "entry": logged}, words)


@click.command(epilog="Example: easement verify meals.csv.receipt --key log.vkey --data meals.csv")
@click.argument("receipt", type=click.Path(path_type=Path))
@click.option("--key", required=True, type=click.Path(), help="The public key of the log that gave the receipt.")
@click.option("--data", type=click.Path(), help="The file you received: it must be the one that was recorded.")
@json_option
def verify(receipt: Path, key: str, data: str | None, as_json: bool) -> None:
    """Check a RECEIPT, or a whole log's directory, offline, with a public key alone."""
    from easement.base.errors import UsageError
    from easement.ledger.verifier import check_log, check_receipt, file_digest, read_keys, read_whole

    try:
        keys = read_keys(key)
        if receipt.is_dir():
            whole = check_log(str(receipt), keys)
            words = f"It holds: all {whole.size:,} entries of `{_seen(whole.origin)}` are as they were signed."
            emit(as_json, {"origin": whole.origin, "size": whole.size, "root": whole.root}, words)
            return
        holds = check_receipt(read_whole(str(receipt)), keys, file_digest(data) if data else "")
    except OSError as error:
        message = f"cannot read `{error.filename}`: {error.strerror}"
        raise UsageError(message, remedy="check the file's name and who may read it") from error
    emit(as_json, holds._asdict() | {"data_checked": data is not None}, lambda: _told(holds, data))


def _told(holds: "Holds", data: str | None) -> str:
    """A receipt that holds, in words for whoever received the data."""
    entry = {name: value for name, value in holds.entry.items() if name != "commitment"}
    head = f"It holds: this is entry {holds.index} of {holds.size} in the signed log `{_seen(holds.origin)}`."
    file = f"`{clear_path(data)}` is the file that was recorded." if data else "No file was compared (give --data)."
    rows = [f"  {line}" for line in _as_lines(entry)]
    answer = {name: value for name, value in holds.answer.items() if name != "linkage"}
    lines = [f"  answer {line}" for line in _as_lines(answer)]
    return "\n".join([head, *rows, *lines, *_linkage(holds.answer.get("linkage")), file])


def _linkage(said: Any) -> list[str]:
    """How people were found and how good that is, in words; whatever else stands there is shown as it is."""
    from easement.base.errors import ProofFailed
    from easement.linkage.quality_told import read_told

    if said is None:
        return []
    try:
        return [f"  links: {line}" for line in read_told(said).lines]
    except ProofFailed:
        return [f"  {line}" for line in _as_lines({"linkage": said})]

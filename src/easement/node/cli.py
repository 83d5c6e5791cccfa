"""The command that makes a node."""

from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import click

from easement.base.errors import UsageError
from easement.cli.present import clear_path, emit, json_option, say, table

if TYPE_CHECKING:
    from easement.node.doctor import Examined

__all__ = ["backup", "doctor", "init", "keys", "node", "restore"]


@click.command(epilog="Example: easement init northtown-node --org northtown --name 'Northtown Council'")
@click.argument("directory", type=click.Path(path_type=Path))
@click.option("--org", "organisation", required=True, metavar="ID", help="The id under which agreements name you.")
@click.option("--name", default="", help="The name people know you by.")
@click.option("--origin", default="", help="The name of your ledger in its checkpoints (default: ID/ledger).")
@click.option("--database", default="", metavar="URL", help="Keep it in PostgreSQL: postgresql://user@host/name.")
@click.option("--database-password", type=click.File(), metavar="FILE", help="A file with the database's password.")
@json_option
def init(
    directory: Path,
    organisation: str,
    name: str,
    origin: str,
    database: str,
    database_password: TextIO | None,
    as_json: bool,
) -> None:
    """Make a node at DIRECTORY: settings, keys, an encrypted database and an empty ledger."""
    from easement.node.home import create_node

    password = database_password.read().strip() if database_password else ""
    node = create_node(
        directory, organisation, name=name, origin=origin, database_url=database, database_password=password
    )
    keys = node.home / "keys"
    made = {
        "organisation": node.organisation,
        "directory": str(node.home),
        "organisation_key": str(keys / "organisation.vkey"),
        "log_key": str(keys / "log.vkey"),
    }
    words = (
        f"Made a node for `{node.organisation}` in {clear_path(node.home)}.\n"
        f"Give your partners {clear_path(keys / 'organisation.vkey')}, and anyone who checks receipts "
        f"{clear_path(keys / 'log.vkey')}.\n"
        f"Put your partners' keys into {clear_path(node.home / 'members')}, each as ID.vkey."
    )
    emit(as_json, made, words)
    say("next: easement agreement new --template free-school-meals --out agreement.yaml")


@click.group(epilog="Start with: easement node upgrade northtown-node")
def node() -> None:
    """Look after a node."""


@node.command(epilog="Example: easement node upgrade northtown-node")
@click.argument("directory", type=click.Path(path_type=Path))
@click.option("--yes", is_flag=True, help="Do not ask: there is a backup.")
@json_option
def upgrade(directory: Path, yes: bool, as_json: bool) -> None:
    """Bring the database of the node at DIRECTORY to what this version of easement works with, wholly or not at all."""
    from easement.node.home import read_settings
    from easement.node.opening import upgrade_database
    from easement.node.schema import backup_of

    url = read_settings(directory).database.url
    if not yes:
        how = backup_of(Path(clear_path(directory)), "postgresql" if url else "sqlite")
        say(f"Back it up first: {how}. It cannot be taken back otherwise.")
        click.confirm("Upgrade the database?", abort=True, err=True)
    steps = upgrade_database(directory, url)
    words = f"Upgraded the database by {', '.join(steps)}." if steps else "The database needs no upgrade."
    emit(as_json, {"directory": str(directory), "steps": steps}, words)


node_option = click.option(
    "--node", "home", required=True, type=click.Path(path_type=Path), help="The node's directory."
)


@click.group(epilog="Start with: easement keys list --node northtown-node")
def keys() -> None:
    """See and change a node's keys; what the old ones signed still verifies."""


@keys.command("list", epilog="Example: easement keys list --node northtown-node")
@node_option
@json_option
def list_keys(home: Path, as_json: bool) -> None:
    """List the node's public keys, those in use and those of before. No secret is shown."""
    from easement.node.home import open_node

    with open_node(home) as node:
        held = {"organisation": node.member_keys[node.organisation], "log": node.ledger.keys}
    data = {stem: [str(key) for key in each] for stem, each in held.items()}
    rows = [
        (stem, "before" if at else "in use", str(key)) for stem, each in held.items() for at, key in enumerate(each)
    ]
    emit(as_json, data, lambda: table(("key", "state", "public key"), rows))


@keys.command(epilog="Example: easement keys rotate log --node northtown-node --overlap-days 30")
@click.argument("which", type=click.Choice(["organisation", "log", "database", "master"]))
@node_option
@click.option("--compromised", is_flag=True, help="Somebody else has the old key: what it signed counts no more.")
@click.option(
    "--overlap-days", type=click.IntRange(0, 366), default=30, show_default=True, help="Sign the log by both so long."
)
@json_option
def rotate(which: str, home: Path, compromised: bool, overlap_days: int, as_json: bool) -> None:
    """Change WHICH key of the node: that of the organisation, the log or the database. Stop `easement serve` first.

    The master key is not changed: pseudonyms that recipients hold and every private record hang on it. See the page
    on changing keys in the documentation for what can be done instead.
    """
    if which == "master":
        raise UsageError("the master key cannot be changed", remedy=MASTER)
    if which == "database":
        changed, words = _rotate_database(home), "Changed the database's key."
    else:
        changed = _rotate_signing(home, which, compromised, overlap_days)
        words = f"Changed the {which}'s key; the ledger says so."
    emit(as_json, {"key": which, "public_key": changed}, words)
    for line in NEXT[which]:
        say(line.format(keys=clear_path(home / "keys")))


MASTER = (
    "pseudonyms that recipients hold and all private records hang on it. If somebody else has it, make a new node,"
    " and end the agreements under the old one; to be rid of records, erase them: easement ledger erase"
)
AGAIN = "now: start `easement serve` again; a node that still runs with the old key discloses nothing"
NEXT = {
    "organisation": (
        AGAIN,
        "next: give your partners {keys}/organisation.vkey anew, and tell the operator of your directory",
        "next: back up the new keys",
    ),
    "log": (
        AGAIN,
        "next: give {keys}/log.vkey to your witnesses and to those who check receipts",
        "next: back up the new keys",
    ),
    "database": ("next: start `easement serve` again, and back up the new keys",),
}
"""What is left to do after a change of each key."""


def _rotate_database(home: Path) -> str:
    from easement.node.home import open_node, read_settings
    from easement.node.rotation import rotate_database

    url = read_settings(home).database.url
    with open_node(home):
        pass
    rotate_database(home, url)
    with open_node(home):
        return ""


def _rotate_signing(home: Path, which: str, compromised: bool, overlap_days: int) -> str:
    from datetime import timedelta

    from easement.ledger.service import utc_now
    from easement.node.home import open_node
    from easement.node.rotation import rotate_signing

    with open_node(home) as node:
        names = {"organisation": node.organisation, "log": node.settings.ledger.origin}
        overlap = timedelta(days=overlap_days)
        new = rotate_signing(
            home, node.ledger, node.master_key, which,
            name=names[which], now=utc_now(), compromised=compromised, overlap=overlap,
        )  # fmt: skip
    return str(new)


passphrase_option = click.option(
    "--passphrase", "passphrase_file", type=click.File(), metavar="FILE", help="A file with the keys' passphrase."
)


@click.command(epilog="Example: easement backup northtown-node --out northtown.backup --with-keys")
@click.argument("directory", type=click.Path(path_type=Path))
@click.option("--out", required=True, type=click.Path(path_type=Path), help="The file to write.")
@click.option("--with-keys", is_flag=True, help="Put the keys in too, sealed under a passphrase.")
@passphrase_option
@json_option
def backup(directory: Path, out: Path, with_keys: bool, passphrase_file: TextIO | None, as_json: bool) -> None:
    """Back up the node at DIRECTORY into one file, while it runs. Without --with-keys, keep its keys yourself."""
    from easement.ledger.service import utc_now
    from easement.node.backup import back_up

    passphrase = ""
    if with_keys:
        passphrase = _passphrase(passphrase_file, "A passphrase for the keys", confirm=True)
    done = back_up(directory, out, now=utc_now(), passphrase=passphrase)
    data = {"file": str(done.path), "entries": done.entries, "files": done.files, "keys": done.keys}
    emit(as_json, data, f"Backed up {done.entries:,} entries and {done.files:,} files to {clear_path(out)}.")
    if not done.keys:
        say(f"keep {clear_path(directory / 'keys')} too, apart from it: without the keys it cannot be restored")
    say(f"next: try it, somewhere else: easement restore {clear_path(out)} DIRECTORY")


def _passphrase(file: TextIO | None, what: str, *, confirm: bool = False) -> str:
    if file is not None:
        return file.read().strip()
    return str(click.prompt(what, hide_input=True, confirmation_prompt=confirm, err=True))


@click.command(epilog="Example: easement restore northtown.backup northtown-node")
@click.argument("backup", type=click.Path(path_type=Path))
@click.argument("directory", type=click.Path(path_type=Path))
@click.option("--keys", type=click.Path(path_type=Path, file_okay=False, exists=True), help="The folder with its keys.")
@passphrase_option
@click.option(
    "--ledger",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="A newer copy of its published ledger, to bring back what was logged since.",
)
@click.option(
    "--database", default="", metavar="URL", help="Put the database into PostgreSQL: postgresql://user@host/name."
)
@click.option("--database-password", type=click.File(), metavar="FILE", help="A file with the database's password.")
@json_option
def restore(
    backup: Path,
    directory: Path,
    keys: Path | None,
    passphrase_file: TextIO | None,
    ledger: Path | None,
    database: str,
    database_password: TextIO | None,
    as_json: bool,
) -> None:
    """Make the node in BACKUP again at DIRECTORY, and hold it against what was signed."""
    from easement.ledger.service import utc_now
    from easement.node.restore import Source
    from easement.node.restore import restore as make_again

    source = Source(
        passphrase="" if keys else _passphrase(passphrase_file, "The passphrase of the keys"),
        keys=keys,
        ledger=ledger,
        database_url=database,
        database_password=database_password.read().strip() if database_password else "",
    )
    done = make_again(backup, directory, now=utc_now(), source=source)
    data = {"directory": str(directory), "entries": done.entries, "from_ledger": done.from_ledger, "made": done.made}
    words = f"Made the node again in {clear_path(directory)}, as it was at {done.made}: {done.entries:,} entries."
    if done.from_ledger:
        words += f" {done.from_ledger:,} of them are from the published ledger; their private records are lost."
    emit(as_json, data, words)
    if ledger is None:
        say("what was logged since is not in it: if others may have seen more, restore with --ledger, before you serve")
    say(f"next: easement doctor {clear_path(directory)}")


@click.command(epilog="Example: easement doctor northtown-node --quick")
@click.argument("directory", type=click.Path(path_type=Path))
@click.option("--quick", is_flag=True, help="Leave out what reads every entry of the ledger.")
@json_option
def doctor(directory: Path, quick: bool, as_json: bool) -> int:
    """Say what is wrong with the node at DIRECTORY, and how to mend it. It reads every entry of the ledger."""
    from easement.ledger.service import utc_now
    from easement.node.doctor import Grade, examine

    done = examine(directory, now=utc_now(), quick=quick)
    wrong = any(each.grade is Grade.WRONG for each in done)
    data = [
        {
            "name": each.name,
            "grade": each.grade,
            "found": [{"where": p.where, "what": p.what, "mend": p.mend} for p in each.found],
        }
        for each in done
    ]
    emit(as_json, {"well": not wrong, "checks": data}, lambda: "\n".join(_told(each) for each in done))
    say("Something is to be mended." if wrong else "Nothing is wrong.")
    if quick:
        say("The ledger's entries were not looked at: easement doctor, without --quick, does that.")
    return 1 if wrong else 0


def _told(each: "Examined") -> str:
    """One thing that was looked at, and below it what was found."""
    found = (f"  {line}" for problem in each.found for line in str(problem).split("\n"))
    return "\n".join((f"{each.grade:<5}  {each.name}", *found))

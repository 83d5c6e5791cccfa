"""The command that makes a node."""

from pathlib import Path
from typing import TextIO

import click

from easement.cli.present import clear_path, emit, json_option, say

__all__ = ["init", "node"]


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

    url = read_settings(directory).database.url
    if not yes:
        say(f"Back it up first: easement backup {clear_path(directory)} --out FILE. It cannot be taken back otherwise.")
        click.confirm("Upgrade the database?", abort=True, err=True)
    steps = upgrade_database(directory, url)
    words = f"Upgraded the database by {', '.join(steps)}." if steps else "The database needs no upgrade."
    emit(as_json, {"directory": str(directory), "steps": steps}, words)

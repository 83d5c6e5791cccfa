"""The commands `easement operator …`, `easement join` and `easement directory …`."""

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from easement.base.errors import UsageError
from easement.cli.present import clear_path, emit, json_option, say, table

if TYPE_CHECKING:
    from easement.exchange.directory import Directory
    from easement.exchange.directory_parts import Member

__all__ = ["directory", "join", "operator"]

node_option = click.option(
    "--node", "home", required=True, type=click.Path(path_type=Path), help="The node's directory."
)
url_option = click.option("--url", default="", help="How others reach the node; kept in its settings.")
service_option = click.option(
    "--service", "services", multiple=True, type=click.Choice(["delta", "lookup", "witness"]),
    help="What it answers for others; may be given several times (default: lookup).",
)  # fmt: skip


@click.group(epilog="Start with: easement operator init northshire-node --cluster-id northshire --org northshire")
def operator() -> None:
    """Run a cluster: say who its members are, and by which keys they speak."""


@operator.command(
    epilog="Example: easement operator init northshire-node --cluster-id northshire --org northshire --name Northshire"
)
@click.argument("directory", type=click.Path(path_type=Path))
@click.option("--cluster-id", "cluster", required=True, metavar="ID", help="The id of the cluster, in small letters.")
@click.option("--org", "organisation", default="", metavar="ID", help="The operator's own id; needed for a new node.")
@click.option("--name", default="", help="The name people know the cluster by.")
@url_option
@click.option("--life-hours", type=click.IntRange(1, 744), default=24, show_default=True,
              help="How long a version of the directory is good for.")  # fmt: skip
@json_option
def init(directory: Path, cluster: str, organisation: str, name: str, url: str, life_hours: int, as_json: bool) -> None:
    """Begin a cluster, operated by the node at DIRECTORY, which is made if it is not there."""
    from datetime import timedelta

    from easement.exchange.operator_service import found
    from easement.ledger.service import utc_now
    from easement.node.home import create_node, open_node

    if not (directory / "easement.toml").exists():
        if not organisation:
            raise UsageError(f"there is no node at `{directory}`", remedy="name who will operate the cluster: --org ID")
        create_node(directory, organisation)
    _set_url(directory, url)
    with open_node(directory) as node:
        version = found(node, cluster, name, utc_now(), life=timedelta(hours=life_hours))
    words = f"`{version.operator.id}` now operates the cluster `{cluster}` at `{version.operator.url}`."
    emit(as_json, _summary(version), words)
    say(f"next: easement serve --node {clear_path(directory)}")
    say(f"next: easement operator invite ORG --class local-authority --node {clear_path(directory)}")


@operator.command(epilog="Example: easement operator invite northtown --class local-authority --node northshire-node")
@click.argument("organisation")
@click.option(
    "--class", "body_class", required=True, metavar="CLASS", help="Its class of body: `law list --kind class`."
)
@click.option("--days", type=click.IntRange(1, 90), default=7, show_default=True, help="How long the code is good for.")
@node_option
@json_option
def invite(organisation: str, body_class: str, days: int, home: Path, as_json: bool) -> None:
    """Print the joining code for ORGANISATION: one line, good once, in place of any that it has not used."""
    from datetime import timedelta

    from easement.base.moments import instant_text
    from easement.exchange.operator_service import invite as make
    from easement.ledger.service import utc_now
    from easement.node.home import open_node

    with open_node(home) as node:
        code = make(node, organisation, body_class, utc_now(), good_for=timedelta(days=days))
    data = {
        "organisation": organisation,
        "class": body_class,
        "expires": instant_text(code.expires),
        "code": code.encode(),
    }
    emit(as_json, data, code.encode())
    say(f"good once, for `{organisation}` alone, until {code.expires:%Y-%m-%d %H:%M} UTC; whoever has it can join as")
    say(f"`{organisation}`, so send it by a way you trust. There they run: easement join CODE --node DIR")


@operator.command(epilog="Example: easement operator members --node northshire-node")
@node_option
@json_option
def members(home: Path, as_json: bool) -> None:
    """List the members, and the invitations that nobody has used yet."""

    from easement.base.moments import instant_text
    from easement.exchange.operator_service import invitations
    from easement.exchange.operator_versions import latest
    from easement.ledger.service import utc_now
    from easement.node.home import open_node

    now = utc_now()
    with open_node(home) as node:
        version, given = latest(node), invitations(node)
    open_ = [each for each in given if each.used is None and each.expires > now.timestamp()]
    until = {each.id: instant_text(each.expires) for each in open_}
    invited = [{"id": each.organisation, "class": each.body_class, "expires": until[each.id]} for each in open_]
    data = {"members": [_member(each, now) for each in version.members], "invited": invited}
    rows = [_row(each, now) for each in version.members]
    rows += [(each["id"], each["class"], f"invited until {each['expires']}", "", "") for each in invited]
    emit(as_json, data, lambda: table(_HEADINGS, rows) if rows else "Nobody yet.")


_HEADINGS = ("organisation", "class", "address", "keys in use", "services")


def _row(member: "Member", now: Any) -> tuple[str, ...]:
    keys = ", ".join(each.id.partition("+")[2] for each in member.present_keys(now)) or "none: revoked"
    return member.id, member.body_class, member.url, keys, ", ".join(member.services)


def _member(member: "Member", now: Any) -> dict[str, Any]:
    said = member.model_dump(mode="json", by_alias=True, exclude_none=True)
    return said | {"keys_in_use": [each.id for each in member.present_keys(now)]}


@operator.command(epilog="Example: easement operator revoke northtown --node northshire-node")
@click.argument("organisation")
@node_option
@json_option
def revoke(organisation: str, home: Path, as_json: bool) -> None:
    """Revoke every key of ORGANISATION, for good; it stays a member that cannot speak until it is invited anew."""
    _revoke(home, organisation, "", as_json)
    say(f"next: easement operator invite {organisation} --class CLASS --node {clear_path(home)}")


@operator.command(
    name="revoke-key",
    epilog="Example: easement operator revoke-key northtown northtown+1a2b3c4d --node northshire-node",
)
@click.argument("organisation")
@click.argument("key")
@node_option
@json_option
def revoke_key(organisation: str, key: str, home: Path, as_json: bool) -> None:
    """Revoke one KEY of ORGANISATION, for good; its other keys go on to hold."""
    _revoke(home, organisation, key, as_json)


def _revoke(home: Path, organisation: str, key: str, as_json: bool) -> None:
    from easement.exchange.operator_service import revoke_keys
    from easement.ledger.service import utc_now
    from easement.node.home import open_node

    with open_node(home) as node:
        version = revoke_keys(node, organisation, utc_now(), key)
    what = f"the key `{key}`" if key else "every key"
    late = f"Members that cannot reach the operator hear of it by {version.expires:%Y-%m-%d %H:%M} UTC at the latest."
    emit(as_json, _summary(version), f"Revoked {what} of `{organisation}` in version {version.sequence}. {late}")


@operator.command(epilog="Example: easement operator remove northtown --node northshire-node")
@click.argument("organisation")
@node_option
@json_option
def remove(organisation: str, home: Path, as_json: bool) -> None:
    """Take ORGANISATION out of the cluster, and withdraw its invitation."""
    from easement.exchange.operator_service import remove as take_out
    from easement.exchange.operator_service import withdraw
    from easement.exchange.operator_versions import latest
    from easement.ledger.service import utc_now
    from easement.node.home import open_node

    with open_node(home) as node:
        invited = withdraw(node, organisation)
        version = latest(node)
        if version.find(organisation) is not None or not invited:
            version = take_out(node, organisation, utc_now())
    emit(as_json, _summary(version), f"`{organisation}` is out, as version {version.sequence} says.")


@operator.command(epilog="Example: easement operator publish --node northshire-node")
@node_option
@url_option
@json_option
def publish(home: Path, url: str, as_json: bool) -> None:
    """Publish the directory anew now; a node that is served does so by itself before it expires."""
    from easement.exchange.operator_service import renew
    from easement.ledger.service import utc_now
    from easement.node.home import open_node

    _set_url(home, url)
    with open_node(home) as node:
        version = renew(node, utc_now())
    emit(as_json, _summary(version), _words(version))


@operator.command(epilog="Example: easement operator show --node northshire-node")
@node_option
@json_option
def show(home: Path, as_json: bool) -> None:
    """Show the directory as it was published last."""
    from easement.exchange.operator_versions import latest
    from easement.node.home import open_node

    with open_node(home) as node:
        version = latest(node)
    emit(as_json, json.loads(version.text), _words(version))


@click.command(epilog="Example: easement join easement-join-1.WyJo... --node northtown-node")
@click.argument("code")
@node_option
@url_option
@service_option
@json_option
def join(code: str, home: Path, url: str, services: tuple[str, ...], as_json: bool) -> None:
    """Join a cluster with the joining CODE that its operator sent."""
    from easement.exchange.directory_service import outgoing
    from easement.exchange.join import join as enter
    from easement.ledger.service import utc_now
    from easement.node.home import open_node

    _set_url(home, url)
    with open_node(home) as node, outgoing() as client:
        version = enter(node, code, client, utc_now(), services=services)
        me = version.member(node.organisation)
    words = f"`{me.id}` is a member of `{version.cluster}`, at `{me.url}`, as {me.body_class}."
    emit(as_json, _summary(version), words)
    say(f"next: easement serve --node {clear_path(home)}")
    say(f"next: easement directory show --node {clear_path(home)}")


@click.group(epilog="Start with: easement directory show --node northtown-node")
def directory() -> None:
    """See the cluster this node belongs to, and say what changed here."""


@directory.command(name="show", epilog="Example: easement directory show --node northtown-node")
@node_option
@json_option
def show_held(home: Path, as_json: bool) -> None:
    """Show the directory that the node holds."""
    from easement.exchange.directory_service import held_directory, problems
    from easement.exchange.directory_store import fetched
    from easement.ledger.service import utc_now
    from easement.node.home import open_node

    with open_node(home) as node:
        version, wrong = held_directory(node), problems(node, utc_now())
    told = [{"where": each.where, "what": each.what, "mend": each.mend} for each in wrong]
    data = json.loads(version.text) | {"fetched": fetched(home).at, "problems": told}
    emit(as_json, data, _words(version))
    for each in wrong:
        say(str(each), fg="red")


@directory.command(epilog="Example: easement directory refresh --node northtown-node")
@node_option
@json_option
def refresh(home: Path, as_json: bool) -> None:
    """Fetch the directory now, and announce this node's key where it was changed."""
    from easement.exchange.directory_service import outgoing
    from easement.exchange.join import keep_up
    from easement.ledger.service import utc_now
    from easement.node.home import open_node

    with open_node(home) as node, outgoing() as client:
        version = keep_up(node, client, utc_now(), force=True)
    emit(as_json, _summary(version), _words(version))


@directory.command(
    epilog="Example: easement directory update --node northtown-node --url https://node.northtown.example"
)
@node_option
@url_option
@service_option
@json_option
def update(home: Path, url: str, services: tuple[str, ...], as_json: bool) -> None:
    """Tell the operator this node's address, datasets and services as they are now."""
    from easement.exchange.directory_service import outgoing
    from easement.exchange.join import announce_offer
    from easement.ledger.service import utc_now
    from easement.node.home import open_node

    _set_url(home, url)
    with open_node(home) as node, outgoing() as client:
        version = announce_offer(node, client, utc_now(), services=services)
    emit(as_json, _summary(version), f"The directory has it in version {version.sequence}.")


@directory.command(epilog="Example: easement directory leave --node northtown-node --yes")
@node_option
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
def leave(home: Path, yes: bool, as_json: bool) -> None:
    """Leave the cluster: other nodes no longer answer this one, nor it them."""
    from easement.exchange.directory_service import held_directory, outgoing
    from easement.exchange.join import leave as go
    from easement.ledger.service import utc_now
    from easement.node.home import open_node

    with open_node(home) as node, outgoing() as client:
        cluster = held_directory(node).cluster
        if not yes:
            click.confirm(f"Leave the cluster {cluster}?", abort=True, err=True)
        go(node, client, utc_now())
    emit(as_json, {"cluster": cluster, "organisation": node.organisation}, f"Left the cluster `{cluster}`.")


def _summary(version: "Directory") -> dict[str, Any]:
    said = json.loads(version.text)
    kept = ("cluster", "name", "sequence", "issued", "expires")
    return {name: said[name] for name in kept} | {
        "digest": version.digest,
        "operator": version.operator.id,
        "members": [each.id for each in version.members],
    }


def _words(version: "Directory") -> str:
    now = version.issued
    head = (
        f"{version.name} (`{version.cluster}`), version {version.sequence} of {version.issued:%Y-%m-%d %H:%M} UTC, "
        f"good until {version.expires:%Y-%m-%d %H:%M} UTC\n"
        f"operated by `{version.operator.id}` at {version.operator.url}"
    )
    rows = [_row(each, now) for each in version.members]
    offered = [
        (each.id, dataset.id, dataset.standard, dataset.title) for each in version.members for dataset in each.datasets
    ]
    parts = [head, table(_HEADINGS, rows) if rows else "It has no members yet."]
    if offered:
        parts.append(table(("organisation", "dataset", "standard", "title"), offered))
    return "\n\n".join(parts)


def _set_url(home: Path, url: str) -> None:
    """Write the node's address into its settings, where one is given; every other line stays as it is."""
    from easement.base.durable import write_whole
    from easement.node.home import read_settings
    from easement.node.model import ServerSettings

    if not url or url == read_settings(home).server.url:
        return
    try:
        ServerSettings(url=url)
    except ValueError:
        remedy = "write it so, without a path: --url https://node.northtown.example"
        raise UsageError(f"`{url}` cannot be the address of a node", remedy=remedy) from None
    path = home / "easement.toml"
    text, line = path.read_text(), f"url = {json.dumps(url)}"
    head, section, tail = text.partition("[server]\n")
    own, brace, rest = tail.partition("\n[")
    changed, count = re.subn(r"(?m)^url\s*=.*$", line, own)
    own = changed if count else f"{line}\n{own}"
    write_whole(path, f"{head}[server]\n{own}{brace}{rest}" if section else f"{text}\n[server]\n{line}\n")

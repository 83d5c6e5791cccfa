"""The commands `easement proposal offer`, `offered` and `join`: agree once, and let others join by one act."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from easement.base.errors import UsageError
from easement.cli.present import clear_path, emit, example, json_option, say, table

__all__ = ["join", "offer", "offered"]

_node = click.option(
    "--node", "home", required=True, type=click.Path(path_type=Path), metavar="DIR", help="Your organisation's node."
)
_role = click.option("--role", default="governance-lead", show_default=True, help="Your role at the node.")
_by = click.option("--by", default="", metavar="NAME", help="Who does it; the name stays at your node, sealed.")


def now_utc() -> datetime:
    """The moment at which a command runs."""
    return datetime.now(UTC)


@click.command(epilog="Example: easement proposal offer free-school-meals --node northtown --by 'Ada Ash'")
@click.argument("ref", metavar="ID")
@click.option("--withdraw", is_flag=True, help="Offer it no more; those who joined stay joined.")
@_node
@_role
@_by
@json_option
def offer(ref: str, withdraw: bool, home: Path, role: str, by: str, as_json: bool) -> None:
    """Offer the agreement ID, which is in force, to every member whose class its terms let join."""
    from easement.node.home import open_node
    from easement.permission.actor import at_console
    from easement.permission.offering import offer as publish
    from easement.permission.offering import unoffer

    with open_node(home) as node:
        if withdraw:
            unoffer(node, ref, at_console(role, by), now_utc())
            emit(as_json, {"agreement": ref, "offered": False}, f"{ref} is offered no more")
            return
        said = publish(node, ref, at_console(role, by), now_utc())
        own = node.organisation
    who = ", ".join(f"{part}s of the class {each}" for part, each in said.joining.items())
    emit(as_json, said.model_dump(mode="json"), f"offered {said.id} {said.version}, {said.digest}\nwho may join: {who}")
    say(f"next, at their node: easement proposal join {said.id} --lead {own} --contact ADDRESS --node DIR")


@click.command(epilog="Example: easement proposal offered --node easton")
@_node
@json_option
def offered(home: Path, as_json: bool) -> None:
    """List what the members of your cluster offer, and who did not answer."""
    from easement.node.home import open_node
    from easement.permission.offering import offered as find

    with open_node(home) as node:
        found = find(node, now_utc())
    rows = [
        (each.id, each.version, lead, ", ".join(f"{part}: {of}" for part, of in each.joining.items()), each.title)
        for lead, each in found.offers
    ]
    data = {
        "offers": [{"lead": lead, **each.model_dump(mode="json")} for lead, each in found.offers],
        "silent": dict(found.silent),
    }
    heads = ("agreement", "version", "offered by", "who may join", "title")
    emit(as_json, data, table(heads, rows) if rows else "Nothing is offered.")
    for member, why in found.silent.items():
        say(f"{member}: {why}")


@click.command(
    epilog=example(
        "easement proposal join free-school-meals --node easton --lead northtown --contact dpo@easton.example "
        "--by 'Eve Elm'"
    )
)
@click.argument("ref", metavar="ID")
@_node
@click.option("--lead", required=True, metavar="ORG", help="The organisation that offers it.")
@click.option("--contact", required=True, metavar="ADDRESS", help="Where questions go; a role's address.")
@click.option("--part", "parts", multiple=True, metavar="WORD", help="recipient or provider (default: as you may).")
@click.option("--only", multiple=True, metavar="SHARE", help="Take only this share (again for more).")
@click.option("--only-mode", multiple=True, metavar="SHARE=MODE", help="Take a share only in this mode.")
@click.option("--only-field", multiple=True, metavar="SHARE=FIELD", help="Take only this field of a share.")
@click.option("--only-role", multiple=True, metavar="ROLE", help="Only this role of the agreement may ask here.")
@click.option("--relies-on", multiple=True, metavar="TEXT", help="An assessment or approval of others you rely on.")
@click.option("--local", multiple=True, metavar="NAME=TEXT", help="A fact of your own, kept beside the file.")
@_role
@_by
@json_option
def join(ref: str, home: Path, lead: str, role: str, by: str, as_json: bool, **said: Any) -> None:
    """Join the agreement ID that a lead offers: one act, one signature on the same terms.

    What you leave out with the `--only` options the providers will not give you; more than the terms give cannot be
    had. Your contact and other local facts are in no digest.
    """
    from easement.node.home import open_node
    from easement.permission.actor import at_console
    from easement.permission.joining import join as sign

    choice = _choice(**said)
    with open_node(home) as node:
        done = sign(node, lead, ref, choice, at_console(role, by), now_utc())
    words = [
        f"joined {done.agreement_id} {done.version} as {' and '.join(done.said.parts)} (entry {done.entry})",
        f"  the same digest as all: {done.said.digest}",
        f"  it stands in {clear_path(done.path)}",
        *(f"  relies on: {each}" for each in done.said.relies_on),
        *(f"  {to} has yet to hear of it: {why}" for to, why in done.untold.items()),
    ]
    emit(as_json, done.as_dict(), "\n".join(words))
    say(f"next, let your people ask: easement staff grant NAME {done.agreement_id} ROLE --node {clear_path(home)}")


def _choice(contact: str, parts: tuple[str, ...], relies_on: tuple[str, ...], **said: tuple[str, ...]) -> Any:
    from easement.permission.join_bodies import ShareTaken
    from easement.permission.joining import Choice

    modes, fields = _pairs("--only-mode", said["only_mode"]), _pairs("--only-field", said["only_field"])
    named = dict.fromkeys((*said["only"], *(name for name, _ in (*modes, *fields))))
    shares = {
        name: ShareTaken(
            modes=tuple(each for of, each in modes if of == name),
            fields=tuple(each for of, each in fields if of == name),
        )
        for name in named
    }
    local = dict(_pairs("--local", said["local"]))
    return Choice(contact, parts, shares, said["only_role"], relies_on, local)


def _pairs(option: str, given: tuple[str, ...]) -> list[tuple[str, str]]:
    pairs = [each.partition("=") for each in given]
    for name, sign, value in pairs:
        if not sign or not value:
            raise UsageError(f"`{option} {name}` names nothing", remedy=f"write it so: {option} NAME=VALUE")
    return [(name, value) for name, _, value in pairs]

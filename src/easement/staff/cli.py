"""The commands `easement staff …`: who may use a node, and what they hold."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from easement.cli.present import emit, example, json_option, say, table
from easement.staff.permissions import EXPLAINED, NodeRole, Permission

if TYPE_CHECKING:
    from easement.node.home import Node
    from easement.staff.model import Account, Done, Grant, Invitation, ProgramKey, Training

__all__ = ["staff"]

DAY = click.DateTime(formats=["%Y-%m-%d"])
BY_DEFAULT = 90
"""Days that a program's key works when nobody says otherwise."""

node_option = click.option(
    "--node", "home", required=True, type=click.Path(path_type=Path), help="The node's directory."
)
roles_option = click.option(
    "--node-role",
    "roles",
    multiple=True,
    type=click.Choice([role.value for role in NodeRole]),
    help="What they are at the node; several may be given.",
)


@dataclass(frozen=True)
class _Desk:
    """An open node at a moment, where the machine's own account acts."""

    node: "Node"
    now: datetime

    def holder(self, who: str) -> str:
        """The id of a person or a program's key, by id or name; raises `UsageError` where several go by it."""
        from easement.base.errors import UsageError
        from easement.staff.service import find_person

        key = self.key(who)
        try:
            person = find_person(self.node, who).id
        except UsageError:
            if key:
                return key
            raise
        if key:
            raise UsageError(f"a person and a program are called `{who}`", remedy="name the one meant by its id")
        return person

    def key(self, which: str) -> str:
        """The id of a program's key, by its id or its program's name; empty where none goes by it."""
        from easement.base.errors import UsageError
        from easement.staff.service import list_keys

        known = [key for key in list_keys(self.node) if which == key.id or (which == key.name and key.works(self.now))]
        if len(known) > 1:
            raise UsageError(f"several keys are called `{which}`", remedy="name one by its id: easement staff key list")
        return known[0].id if known else ""


@contextmanager
def _desk(home: Path) -> Iterator[_Desk]:
    from easement.ledger.service import utc_now
    from easement.node.home import open_node

    with open_node(home) as node:
        yield _Desk(node, utc_now())


@click.group(epilog="Start with: easement staff add 'Amina Patel' --administrator --node northtown-node")
def staff() -> None:
    """Let people and programs in, and say what they may do."""


@staff.command(epilog=example("easement staff add 'Amina Patel' --administrator --node northtown-node"))
@click.argument("name")
@click.option("--administrator", is_flag=True, help="They may let others in: the same as --node-role administrator.")
@click.option("--email", default="", help="Where to reach them; shown to administrators alone.")
@roles_option
@node_option
@json_option
def add(name: str, administrator: bool, email: str, roles: tuple[str, ...], home: Path, as_json: bool) -> None:
    """Make an account for NAME, and a code with which they set its password, once and within three days."""
    from easement.staff.model import CONSOLE
    from easement.staff.service import add_person

    wanted = {NodeRole(role) for role in roles} | ({NodeRole.ADMINISTRATOR} if administrator else set())
    with _desk(home) as desk:
        invitation = add_person(desk.node, name, by=CONSOLE, now=desk.now, roles=wanted, email=email)
        _show_invitation(desk.node, invitation, f"Made an account for {name}.", as_json)


def _show_invitation(node: "Node", invitation: "Invitation", head: str, as_json: bool) -> None:
    from easement.exchange.ports import own_url

    address = f"{own_url(node)}/enrol"
    data = {
        "id": invitation.account_id,
        "code": invitation.token,
        "address": address,
        "expires": invitation.expires.isoformat(timespec="minutes"),
    }
    words = (
        f"{head}\nIts id is {invitation.account_id}.\n"
        f"To set the password, they open {address} and type this code, once, until {_time(invitation.expires)}:\n"
        f"  {invitation.token}"
    )
    emit(as_json, data, words)
    say("Whoever has the code has the account: hand it to the person, and to nobody else.")


@staff.command("list", epilog=example("easement staff list --node northtown-node"))
@node_option
@json_option
def list_(home: Path, as_json: bool) -> None:
    """Show everybody who has an account, and what they hold."""
    from easement.staff.service import list_people

    with _desk(home) as desk:
        people = list_people(desk.node)
        rows = [_row(each, desk.now) for each in people]
    headings = ("id", "name", "state", "roles", "under agreements", "training", "last here")
    emit(as_json, [_account(each) for each in people], lambda: table(headings, rows))


def _row(account: "Account", now: datetime) -> tuple[str, ...]:
    held, trained = _held(account.grants, account.training, now)
    roles = ", ".join(sorted(account.roles)) or "-"
    last = _time(account.signed_in) if account.signed_in else "never"
    return account.id, account.name, account.state, roles, held, trained, last


def _held(grants: "tuple[Grant, ...]", training: "tuple[Training, ...]", now: datetime) -> tuple[str, str]:
    """What is held and still counts, in words."""
    roles = ", ".join(f"{each.role} ({each.agreement_id})" for each in grants if each.holds(now))
    return roles or "-", ", ".join(each.code for each in training if each.counts(now.date())) or "-"


def _account(account: "Account") -> dict[str, Any]:
    return {
        "id": account.id,
        "name": account.name,
        "email": account.email,
        "state": account.state,
        "roles": sorted(account.roles),
        "second_factor": account.has_factor,
        "linked_to": list(account.external),
        "created": account.created.isoformat(timespec="seconds"),
        "signed_in": account.signed_in.isoformat(timespec="seconds") if account.signed_in else None,
    } | _holds(account.grants, account.training)


def _holds(grants: "tuple[Grant, ...]", training: "tuple[Training, ...]") -> dict[str, Any]:
    return {
        "grants": [
            {
                "agreement": each.agreement_id,
                "role": each.role,
                "expires": each.expires.isoformat(timespec="seconds") if each.expires else None,
            }
            for each in grants
        ],
        "training": [{"code": each.code, "passed": each.passed, "expires": each.expires} for each in training],
    }


def _time(when: datetime) -> str:
    return f"{when.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


@staff.command(epilog=example("easement staff roles 'Amina Patel' --node-role auditor --node northtown-node"))
@click.argument("who")
@roles_option
@node_option
@json_option
def roles(who: str, roles: tuple[str, ...], home: Path, as_json: bool) -> None:
    """Say what WHO (a name or an id) is at the node, in place of what they were; with none given, nothing."""
    from easement.staff.model import CONSOLE
    from easement.staff.service import find_person, set_roles

    with _desk(home) as desk:
        person = find_person(desk.node, who)
        set_roles(desk.node, person.id, {NodeRole(role) for role in roles}, by=CONSOLE, now=desk.now)
    held = sorted(set(roles))
    words = f"{person.name} is now: {', '.join(held) or 'nothing'}. If that is new, they must sign in again."
    emit(as_json, {"id": person.id, "roles": held}, words)


@staff.command(epilog=example("easement staff disable 'Amina Patel' --node northtown-node"))
@click.argument("who")
@node_option
@json_option
def disable(who: str, home: Path, as_json: bool) -> None:
    """Shut WHO (a name or an id) out at once; what they held is kept for the day they come back."""
    from easement.staff.model import CONSOLE
    from easement.staff.service import disable, find_person

    with _desk(home) as desk:
        person = find_person(desk.node, who)
        disable(desk.node, person.id, by=CONSOLE, now=desk.now)
    emit(as_json, {"id": person.id, "state": "disabled"}, f"{person.name} is shut out, and every session has ended.")


@staff.command(epilog=example("easement staff enable 'Amina Patel' --node northtown-node"))
@click.argument("who")
@node_option
@json_option
def enable(who: str, home: Path, as_json: bool) -> None:
    """Let WHO (a name or an id), who was shut out, sign in again."""
    from easement.staff.model import CONSOLE
    from easement.staff.service import enable, find_person

    with _desk(home) as desk:
        person = find_person(desk.node, who)
        enable(desk.node, person.id, by=CONSOLE, now=desk.now)
        state = find_person(desk.node, person.id).state
    emit(as_json, {"id": person.id, "state": state}, f"{person.name} may sign in again.")


@staff.command(
    epilog=example("easement staff grant 'Amina Patel' free-school-meals benefits-officer --node northtown-node")
)
@click.argument("who")
@click.argument("agreement")
@click.argument("role")
@click.option("--until", type=DAY, help="The last day on which it counts (UTC); without it, until it is revoked.")
@node_option
@json_option
def grant(who: str, agreement: str, role: str, until: datetime | None, home: Path, as_json: bool) -> None:
    """Give WHO (a person or a program, by name or id) the ROLE that an AGREEMENT, by its id, gives its recipients."""
    from easement.staff.model import CONSOLE
    from easement.staff.service import grant

    expires = until.replace(tzinfo=UTC) + timedelta(days=1) if until else None
    with _desk(home) as desk:
        holder = desk.holder(who)
        given = grant(desk.node, holder, agreement, role, by=CONSOLE, now=desk.now, expires=expires)
    data = {"id": holder, "agreement": agreement, "role": role, "expires": given.expires}
    end = f"until the end of {until:%Y-%m-%d}" if until else "until it is revoked"
    emit(as_json, data, f"{who} is {role} under {agreement}, {end}.")


@staff.command(
    epilog=example("easement staff revoke 'Amina Patel' free-school-meals benefits-officer --node northtown-node")
)
@click.argument("who")
@click.argument("agreement")
@click.argument("role")
@node_option
@json_option
def revoke(who: str, agreement: str, role: str, home: Path, as_json: bool) -> None:
    """Take the ROLE under an AGREEMENT away from WHO, from this moment; their sessions end."""
    from easement.staff.model import CONSOLE
    from easement.staff.service import revoke_grant

    with _desk(home) as desk:
        holder = desk.holder(who)
        revoke_grant(desk.node, holder, agreement, role, by=CONSOLE, now=desk.now)
    emit(as_json, {"id": holder, "agreement": agreement, "role": role}, f"{who} is no longer {role} under {agreement}.")


@staff.command(
    epilog=example("easement staff train 'Amina Patel' data-protection --passed 2026-09-02 --node northtown-node")
)
@click.argument("who")
@click.argument("code")
@click.option("--passed", type=DAY, required=True, help="The day on which it was passed.")
@click.option("--expires", type=DAY, help="The last day on which it counts; without it, for good.")
@node_option
@json_option
def train(who: str, code: str, passed: datetime, expires: datetime | None, home: Path, as_json: bool) -> None:
    """Record that WHO passed the course that agreements name by CODE."""
    from easement.staff.model import CONSOLE
    from easement.staff.service import record_training

    end = expires.date() if expires else None
    with _desk(home) as desk:
        holder = desk.holder(who)
        record_training(desk.node, holder, code, passed.date(), by=CONSOLE, now=desk.now, expires=end)
    data = {"id": holder, "code": code, "passed": passed.date(), "expires": end}
    emit(as_json, data, f"{who} passed {code} on {passed:%Y-%m-%d}; it counts {_until(end)}.")


def _until(end: date | None) -> str:
    return f"until the end of {end}" if end else "for good"


@staff.command(
    epilog=example("easement staff link 'Amina Patel' 00u1f2 --issuer https://login.example --node northtown-node")
)
@click.argument("who")
@click.argument("subject")
@click.option("--issuer", default="", help="The provider's address (default: the one in the settings).")
@node_option
@json_option
def link(who: str, subject: str, issuer: str, home: Path, as_json: bool) -> None:
    """Say that WHO is SUBJECT at the OpenID Connect provider: the `sub` that it knows them by."""
    from easement.base.errors import UsageError
    from easement.staff.model import CONSOLE
    from easement.staff.service import find_person, link_external

    with _desk(home) as desk:
        provider = issuer or desk.node.settings.staff.oidc_issuer
        if not provider:
            raise UsageError("the settings name no provider", remedy="name it: --issuer https://login.example")
        person = find_person(desk.node, who)
        link_external(desk.node, person.id, provider, subject, by=CONSOLE, now=desk.now)
    emit(as_json, {"id": person.id, "issuer": provider}, f"{person.name} may sign in through {provider}.")


@staff.command("password-reset", epilog=example("easement staff password-reset 'Amina Patel' --node northtown-node"))
@click.argument("who")
@node_option
@json_option
def password_reset(who: str, home: Path, as_json: bool) -> None:
    """Take the password and the authenticator of WHO away, and make a code with which they set new ones, once."""
    from easement.staff.model import CONSOLE
    from easement.staff.service import find_person, reset_password

    with _desk(home) as desk:
        person = find_person(desk.node, who)
        invitation = reset_password(desk.node, person.id, by=CONSOLE, now=desk.now)
        _show_invitation(desk.node, invitation, f"The password of {person.name} opens nothing any more.", as_json)


@staff.command(epilog=example("easement staff trail --last 20 --node northtown-node"))
@click.option("--last", type=click.IntRange(min=1), default=20, show_default=True, help="How many of the newest.")
@node_option
@json_option
def trail(last: int, home: Path, as_json: bool) -> int:
    """Show who did what to which account or key, the newest first, and whether a line was changed or taken out."""
    from easement.base.errors import ProofFailed
    from easement.staff.service import check_trail, trail

    with _desk(home) as desk:
        lines, broken = trail(desk.node, most=last), check_trail(desk.node)
    rows = [(each.number, _time(each.at), each.by, each.act, each.about, _detail(each)) for each in lines]
    data = {"lines": [_done(each) for each in lines], "broken_at": broken}
    emit(as_json, data, lambda: table(("line", "when", "by", "what", "about", "detail"), rows))
    if broken is not None:
        say(f"line {broken} was changed, or one before it was taken out", fg="red")
    return 0 if broken is None else ProofFailed.exit_code


def _done(line: "Done") -> dict[str, Any]:
    return {
        "number": line.number,
        "at": line.at.isoformat(timespec="seconds"),
        "by": line.by,
        "act": line.act.value,
        "about": line.about,
        "detail": _detail(line),
    }


def _detail(line: "Done") -> str:
    return ", ".join(f"{name} {value}" for name, value in sorted(line.detail.items()) if value != "")


@staff.group(epilog="Start with: easement staff key make 'case system' --scope disclosure:person:ask --node dwp")
def key() -> None:
    """Make, list and revoke the keys of programs."""


@key.command(epilog=example("easement staff key make 'case system' --scope disclosure:person:ask --node dwp"))
@click.argument("name")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    required=True,
    type=click.Choice([each.value for each in Permission]),
    metavar="SCOPE",
    help="What the program may do; several may be given. See: easement staff key scopes",
)
@click.option("--days", type=click.IntRange(1, 366), default=BY_DEFAULT, show_default=True, help="How long it works.")
@node_option
@json_option
def make(name: str, scopes: tuple[str, ...], days: int, home: Path, as_json: bool) -> None:
    """Make a key for the program NAME; it is shown this once."""
    from easement.staff.model import CONSOLE
    from easement.staff.service import make_key

    held = [Permission(scope) for scope in scopes]
    with _desk(home) as desk:
        made = make_key(desk.node, name, held, expires=desk.now + timedelta(days=days), by=CONSOLE, now=desk.now)
    words = (
        f"Made the key {made.key.id} for {made.key.name}. It works until {_time(made.key.expires)}:\n  {made.secret}"
    )
    emit(as_json, _key(made.key, made.key.made) | {"key": made.secret}, words)
    say("It is not shown again. A program sends it as: Authorization: Bearer KEY")


def _key(key: "ProgramKey", now: datetime) -> dict[str, Any]:
    return {
        "id": key.id,
        "name": key.name,
        "state": key.state(now),
        "scopes": sorted(key.scopes),
        "made_by": key.made_by,
        "expires": key.expires.isoformat(timespec="seconds"),
        "used": key.used.isoformat(timespec="seconds") if key.used else None,
    } | _holds(key.grants, key.training)


@key.command("list", epilog=example("easement staff key list --node northtown-node"))
@node_option
@json_option
def list_keys(home: Path, as_json: bool) -> None:
    """Show every key that was made: what it may do, and when it was used last."""
    from easement.staff.service import list_keys

    with _desk(home) as desk:
        found, now = list_keys(desk.node), desk.now
    rows = [
        (each.id, each.name, each.state(now), ", ".join(sorted(each.scopes)), *_held(each.grants, each.training, now),
         _time(each.expires), _time(each.used) if each.used else "never")
        for each in found
    ]  # fmt: skip
    headings = ("id", "program", "state", "scopes", "under agreements", "training", "ends", "last used")
    emit(as_json, [_key(each, now) for each in found], lambda: table(headings, rows))


@key.command("revoke", epilog=example("easement staff key revoke 'case system' --node northtown-node"))
@click.argument("which")
@node_option
@json_option
def revoke_key(which: str, home: Path, as_json: bool) -> None:
    """Stop the key WHICH (an id, or the program's name) from working, from this moment."""
    from easement.staff.model import CONSOLE
    from easement.staff.service import revoke_key

    with _desk(home) as desk:
        key_id = desk.key(which) or which
        revoke_key(desk.node, key_id, by=CONSOLE, now=desk.now)
    emit(as_json, {"id": key_id, "state": "revoked"}, f"The key {key_id} opens nothing any more.")


@key.command(epilog=example("easement staff key scopes"))
@json_option
def scopes(as_json: bool) -> None:
    """Show what a key can be allowed to do, each with what it means."""
    rows = [(permission.value, said) for permission, said in EXPLAINED.items()]
    data = [{"scope": scope, "allows": said} for scope, said in rows]
    emit(as_json, data, lambda: table(("scope", "what it allows"), rows))

"""The commands `easement proposal emergency …`: what was shared because it could not wait, and whether it was right."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from easement.base.errors import UsageError
from easement.cli.present import emit, example, json_option, say, table

if TYPE_CHECKING:
    from easement.permission.emergency import Seen

__all__ = ["emergency"]

_node = click.option(
    "--node", "home", required=True, type=click.Path(path_type=Path), metavar="DIR", help="Your organisation's node."
)
_by = click.option("--by", default="", metavar="NAME", help="Who does it; the name stays at your node, sealed.")


def now_utc() -> datetime:
    """The moment at which a command runs."""
    return datetime.now(UTC)


@click.group(epilog="Start with: easement proposal emergency list --node northtown")
def emergency() -> None:
    """Write down what was shared in an emergency, and have somebody else look whether it was right."""


@emergency.command(
    epilog=example(
        "easement proposal emergency record --node northtown --gave dwp --purpose safeguarding-children "
        "--what 'an address' --why 'a child was missing' --happened 2026-11-21T09:30Z --by 'Cy Cole'"
    )
)
@click.option("--gave", default="", metavar="ORG", help="Whom you gave it to.")
@click.option("--received", default="", metavar="ORG", help="Whom you had it from.")
@click.option("--purpose", required=True, metavar="CODE", help="What for, from the law catalogue.")
@click.option("--what", required=True, metavar="TEXT", help="What was shared; name nobody, the other side reads it.")
@click.option("--why", required=True, metavar="TEXT", help="Why it could not wait.")
@click.option("--happened", required=True, metavar="TIME", help="When, as 2026-11-21T09:30Z.")
@click.option(
    "--under", "agreement", default="", metavar="ID", help="The agreement whose emergency section it rests on."
)
@click.option("--role", default="caseworker", show_default=True, help="Your role at the node.")
@_node
@_by
@json_option
def record(gave: str, received: str, home: Path, role: str, by: str, as_json: bool, **said: Any) -> None:
    """Record what was shared in an emergency: within 24 hours, or by when the agreement says.

    The other side is told at once, or as soon as its node answers, and its log has it too.
    """
    from easement.node.home import open_node
    from easement.permission.actor import at_console
    from easement.permission.emergency import Happened
    from easement.permission.emergency import record as take
    from easement.permission.emergency_telling import tell_emergency

    if bool(gave) == bool(received):
        raise UsageError("say whether you gave or received it", remedy="give one: --gave ORG, or --received ORG")
    told = Happened(
        "gave" if gave else "received",
        gave or received,
        said["purpose"],
        said["what"],
        said["why"],
        _moment(said["happened"]),
        said["agreement"],
    )
    with open_node(home) as node:
        made = tell_emergency(node, take(node, told, at_console(role, by), now_utc()), now_utc())
    emit(as_json, made.as_dict(), _words(made))
    say(f"next, somebody else: easement proposal emergency review {made.row.id[:8]} --outcome right --words TEXT")


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(f"`{text}` is no time", remedy="write it as 2026-11-21T09:30Z") from None
    if moment.tzinfo is None:
        raise UsageError(f"`{text}` does not say its time zone", remedy="end it with Z for UTC, or with +01:00")
    return moment.astimezone(UTC)


def _words(seen: "Seen") -> str:
    row, verb = seen.row, "given to" if seen.row.direction == "gave" else "received from"
    lines = [f"{row.id[:8]}: {verb} {row.other} for {row.purpose} on {seen.as_dict()['happened']} (entry {row.entry})"]
    lines += ["  it was recorded late"] if seen.late else []
    lines += ["  the agreement does not allow this in an emergency"] if seen.outside else []
    lines += _heard(seen)
    due = datetime.fromtimestamp(row.review_by, UTC)
    if row.reviewed:
        lines.append(f"  reviewed: {row.outcome}. {seen.words}")
    else:
        lines.append(f"  somebody else must review it by {due:%Y-%m-%d %H:%M} UTC{', which is over' * seen.overdue}")
    return "\n".join(lines)


def _heard(seen: "Seen") -> list[str]:
    """Whether the other side has it in its log too."""
    if seen.told_by:
        return [f"  {seen.told_by} recorded it, and told you"]
    if seen.letter is None:
        return []
    if seen.letter.told:
        return [f"  {seen.row.other} was told (its entry {seen.letter.peer_entry})"]
    return [f"  {seen.row.other} is {seen.letter.problem or 'not told yet'}; a serving node tries again"]


@emergency.command(
    epilog=example(
        "easement proposal emergency review 4f1d0a6f --node northtown --outcome right "
        "--words 'nobody else could have found the child' --by 'Ada Ash'"
    )
)
@click.argument("ref", metavar="ID")
@click.option(
    "--outcome",
    required=True,
    type=click.Choice(["right", "right-with-lessons", "wrong"]),
    help="Whether it was right to share it.",
)
@click.option("--words", required=True, metavar="TEXT", help="What you found.")
@click.option("--role", default="governance-lead", show_default=True, help="Your role at the node.")
@_node
@_by
@json_option
def review(ref: str, outcome: str, words: str, role: str, home: Path, by: str, as_json: bool) -> None:
    """Record what you found when you looked at the emergency ID, which somebody else recorded."""
    from easement.node.home import open_node
    from easement.permission.actor import at_console
    from easement.permission.emergency import review as look

    with open_node(home) as node:
        seen = look(node, ref, outcome, words, at_console(role, by), now_utc())
    emit(as_json, seen.as_dict(), _words(seen))


@emergency.command(name="list", epilog="Example: easement proposal emergency list --node northtown --overdue")
@click.option("--overdue", is_flag=True, help="Only those whose review is overdue.")
@_node
@json_option
def list_(overdue: bool, home: Path, as_json: bool) -> None:
    """List what was shared in emergencies, what is late, and what has yet to be reviewed; the latest first."""
    from easement.node.home import open_node
    from easement.permission.emergency import emergencies

    with open_node(home) as node:
        found = emergencies(node, now_utc(), overdue=overdue)
    rows = [
        (
            each.row.id[:8],
            each.as_dict()["happened"],
            f"{each.row.direction} {each.row.other}",
            each.row.purpose,
            each.row.outcome or ("overdue" if each.overdue else f"by {each.as_dict()['review_by'][:10]}"),
        )
        for each in found
    ]
    none = "No review is overdue." if overdue else "Nothing was shared in an emergency."
    heads = ("emergency", "happened", "whom", "what for", "review")
    emit(as_json, [each.as_dict() for each in found], table(heads, rows) if rows else none)

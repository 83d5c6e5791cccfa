"""The commands `easement proposal …`: from a wish to share to an agreement in force, with the other organisations."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from easement.base.errors import UsageError
from easement.cli.emergency import emergency
from easement.cli.offers import join, offer, offered
from easement.cli.present import clear_path, emit, example, json_option, say, table

if TYPE_CHECKING:
    from easement.permission.dossier import Dossier

__all__ = ["proposal"]

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
Command = TypeVar("Command", bound=Callable[..., Any])
node_option = click.option(
    "--node", "home", required=True, type=click.Path(path_type=Path), metavar="DIR", help="Your organisation's node."
)


def now_utc() -> datetime:
    """The moment at which a command runs."""
    return datetime.now(UTC)


def _acting(command: Command) -> Command:
    """The options of whoever does something: in which role, and by which name."""
    by = click.option("--by", default="", metavar="NAME", help="Who does it; the name stays at your node, sealed.")
    role = click.option("--role", default="governance-lead", show_default=True, help="Your role at the node.")
    return node_option(role(by(json_option(command))))


@click.group(epilog="Start with: easement proposal list --node northtown")
def proposal() -> None:
    """Propose to share, answer, agree on a text, approve and sign it, and look after what is in force.

    ID is a proposal's id, the first six characters of it or more, or the id of its agreement.
    """


for _command in (emergency, offer, offered, join):
    proposal.add_command(_command)


@proposal.command(
    epilog=example(
        "easement proposal new --node northtown --title 'School meals' --with dwp=provider "
        "--why 'Find children who are entitled' --harm 'One child in ten goes without' --file agreement.yaml"
    )
)
@click.option("--title", required=True, metavar="TEXT", help="What people will call it.")
@click.option("--with", "others", multiple=True, required=True, metavar="ORG=AS", help="Another party: dwp=provider.")
@click.option("--giving", is_flag=True, help="Your organisation gives data; without it, it receives.")
@click.option("--why", required=True, metavar="TEXT", help="What it is for.")
@click.option("--harm", required=True, metavar="TEXT", help="What happens if it is not shared.")
@click.option("--file", "file", type=FILE, metavar="FILE", help="A first draft of the agreement.")
@click.option("--assessment", default="", metavar="ID", help="The assessment that it rests on.")
@click.option("--days", type=click.IntRange(1, 60), metavar="N", help="Working days to answer in.")
@_acting
def new(title: str, others: tuple[str, ...], giving: bool, why: str, harm: str, file: Path | None, **rest: Any) -> None:
    """Propose to share: every party named is told, and has a day by which to answer."""
    from easement.permission.service import Wish, propose

    text = file.read_text(encoding="utf-8") if file else ""
    days, assessment = rest.pop("days"), rest.pop("assessment")
    wish = Wish(title, why, harm, _parties(others), "provider" if giving else "recipient", text, days, assessment)
    _do(lambda node, actor, now: propose(node, wish, actor, now), **rest)


def _parties(others: tuple[str, ...]) -> dict[str, Any]:
    parties = dict(each.partition("=")[::2] for each in others)
    for name, role in parties.items():
        if role not in ("provider", "recipient"):
            what = f"`--with {name}={role}` does not say whether it gives or receives"
            raise UsageError(what, remedy=f"write `--with {name}=provider` or `--with {name}=recipient`")
    return parties


def _do(
    act: "Callable[[Any, Any, datetime], Dossier]", home: Path, role: str, by: str, as_json: bool, kind: str = ""
) -> None:
    """Let somebody do something at their node, and show what came of it."""
    from easement.node.home import open_node
    from easement.permission.actor import at_console

    now = now_utc()
    with open_node(home) as node:
        done = act(node, at_console(role, by), now)
        _show(node, done, now, as_json)
    say(f"next: easement proposal show {done.id[:8]} --node {clear_path(home)}")


def _show(node: Any, dossier: "Dossier", now: datetime, as_json: bool) -> None:
    from easement.permission.keeping import names
    from easement.permission.service import needs_of
    from easement.permission.telling import told
    from easement.permission.turns import turn_of

    known, needs = names(node, dossier.events), needs_of(node, dossier)
    turns = [each.as_dict() for each in turn_of(dossier, node.organisation, needs)]
    data = dossier.as_dict() | {"your_turn": turns}
    emit(as_json, data, lambda: told(dossier, node.organisation, now.date(), known, needs))
    for party, problem in _problems(node, dossier).items():
        say(f"{party}: {problem}")


def _problems(node: Any, dossier: "Dossier") -> dict[str, str]:
    from easement.base.database import reading
    from easement.permission.tables import problems_of

    with reading(node.engine) as connection:
        return {party: problem for party, problem in problems_of(connection, dossier.id).items() if problem}


@proposal.command(name="list", epilog="Example: easement proposal list --node northtown --waiting")
@node_option
@click.option("--waiting", is_flag=True, help="Only those that wait for your organisation.")
@click.option("--state", metavar="WORD", help="Only those in this state, such as proposed or in-force.")
@json_option
def list_(home: Path, waiting: bool, state: str | None, as_json: bool) -> None:
    """List the proposals, where each stands, whose turn it is and since when; the latest first."""
    from easement.node.home import open_node
    from easement.permission.service import proposals
    from easement.permission.telling import line_of_row

    today = now_utc().date()
    with open_node(home) as node:
        rows = [each for each in proposals(node, state=state) if not waiting or node.organisation in each.waiting]
        lines = [line_of_row(each, node.organisation, today) for each in rows]
    heads = ("proposal", "title", "where", "waits for", "since", "late")
    none = "Nothing waits for you." if waiting else "There are no proposals."
    emit(as_json, [each.as_dict() for each in rows], table(heads, lines) if lines else none)


@proposal.command(epilog="Example: easement proposal show 4f1d0a6f --node northtown")
@click.argument("ref", metavar="ID")
@node_option
@json_option
def show(ref: str, home: Path, as_json: bool) -> None:
    """Show the proposal ID: where it stands, whose turn it is, everything that happened, and what you can do."""
    from easement.node.home import open_node
    from easement.permission.service import find

    with open_node(home) as node:
        _show(node, find(node, ref), now_utc(), as_json)


@proposal.command(epilog="Example: easement proposal events 4f1d0a6f --node northtown")
@click.argument("ref", metavar="ID")
@node_option
@json_option
def events(ref: str, home: Path, as_json: bool) -> None:
    """Show the events of the proposal ID as they were signed, each with the digest that the next one names."""
    from easement.node.home import open_node
    from easement.permission.service import find
    from easement.permission.telling import happened

    with open_node(home) as node:
        dossier = find(node, ref)
    said = [each.as_dict() | {"digest": each.digest} for each in dossier.events]
    emit(as_json, said, "\n".join(f"{each.digest[:12]} {happened(each)}" for each in dossier.events))


@proposal.command(epilog="Example: easement proposal text 4f1d0a6f --node northtown --out draft.yaml")
@click.argument("ref", metavar="ID")
@node_option
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Where the text goes.")
@json_option
def text(ref: str, home: Path, out: Path | None, as_json: bool) -> None:
    """Print the text of the proposal ID as it stands, to work on it."""
    from easement.base.durable import write_whole
    from easement.node.home import open_node
    from easement.permission.service import find

    with open_node(home) as node:
        found = find(node, ref).text
    if found is None:
        raise UsageError("there is no text yet", remedy=f"put a draft: easement proposal draft {ref} FILE")
    if out is not None:
        write_whole(out, found.source)
    data = {"digest": found.digest, "id": found.id, "version": found.version, "text": found.source}
    emit(as_json, data, f"wrote {clear_path(out)}" if out else found.source.rstrip("\n"))
    say(f"its digest is {found.digest}")


@proposal.command(epilog="Example: easement proposal changes 4f1d0a6f --node northtown --since 9a0f1c22")
@click.argument("ref", metavar="ID")
@node_option
@click.option("--since", metavar="DIGEST", help="The text that you know (default: what is in force).")
@json_option
def changes(ref: str, home: Path, since: str | None, as_json: bool) -> None:
    """Say how the text of the proposal ID differs from an earlier one: what is wider, what is narrower."""
    from easement.node.home import open_node
    from easement.permission.service import changes_since

    with open_node(home) as node:
        found = changes_since(node, ref, since)
    lines = [_difference(each) for each in found["differences"]]
    emit(as_json, found, "\n".join([found["summary"], *lines]))


def _difference(each: dict[str, str]) -> str:
    return f"  {each['clause']} ({each['effect']})\n    was: {each['was']}\n    now: {each['now']}"


def _simple(name: str, help_: str, ending: str, *options: Any) -> None:
    """A command that does one thing to a proposal; what its options say goes to the service of the same name."""

    @click.argument("ref", metavar="ID")
    def command(ref: str, home: Path, role: str, by: str, as_json: bool, **said: Any) -> None:
        from easement.permission import service

        do = getattr(service, name.replace("-", "_"))
        _do(lambda node, actor, now: do(node, ref, actor, now, **said), home, role, by, as_json)

    for option in (*options, _acting):
        command = option(command)
    made = f"easement proposal {name} 4f1d0a6f --node northtown{ending}"
    proposal.command(name=name, help=help_, epilog=example(made))(command)


def _words(help_: str, *, required: bool = True) -> Any:
    return click.option("--words", required=required, default=None if required else "", metavar="TEXT", help=help_)


_clause = click.option("--clause", default="", metavar="PATH", help="Which clause, such as duties.retain.")
_digest = click.option("--digest", default="", metavar="DIGEST", help="Only if the text is still this one.")

_simple(
    "agree",
    "Agree to the proposal ID in principle: a text may be worked on.",
    " --by 'Ada Ash'",
    _words("What you would like to say.", required=False),
)
_simple(
    "refuse",
    "Refuse the proposal ID, for a reason from the list that `easement proposal reasons` shows.",
    " --reason no-power --words 'Section 110 does not reach us' --by 'Ada Ash'",
    click.option("--reason", required=True, metavar="CODE", help="A reason from the list."),
    _words("What you mean; both sides see it."),
)
_simple(
    "withdraw",
    "Take the proposal ID back, or the next version that you began.",
    " --words 'no longer needed'",
    _words("Why."),
)
_simple("submit", "Put the text of the proposal ID to everybody's approvers.", "")
_simple(
    "comment",
    "Say something about the proposal ID, or about a clause of its text.",
    " --clause duties.retain --words 'why a year?'",
    _clause,
    _words("What you say; every party sees it."),
)
_simple(
    "request-changes",
    "Send the text of the proposal ID back: something must change before you approve.",
    " --clause duties.retain --words 'six months would do'",
    _clause,
    _words("What must change; every party sees it."),
)
_simple(
    "approve",
    "Approve the text of the proposal ID for your organisation, in your role.",
    " --role senior-risk-owner --by 'Bo Birch'",
    _digest,
)
_simple(
    "sign",
    "Sign the text of the proposal ID with your organisation's key, once all have approved it.",
    " --by 'Ada Ash'",
    _digest,
)
_simple(
    "suspend",
    "Stop all disclosures under what is in force of the proposal ID, at every party's node.",
    " --words 'a breach is looked into'",
    _words("Why; every party sees it."),
)
_simple("resume", "Take your own suspension of the proposal ID back.", " --words 'it is mended'", _words("Why."))
_simple(
    "review",
    "Record what your review of the proposal ID in force found; once every party has, the next is due.",
    " --outcome continue --words '120 children found'",
    click.option(
        "--outcome", required=True, type=click.Choice(["continue", "change", "end"]), help="What should come of it."
    ),
    _words("What you found; every party sees it."),
)
_simple(
    "end",
    "End what is in force under the proposal ID, at once and for good.",
    " --words 'the scheme is over'",
    _words("Why; every party sees it."),
)


@proposal.command(epilog="Example: easement proposal draft 4f1d0a6f draft.yaml --node northtown --words 'six months'")
@click.argument("ref", metavar="ID")
@click.argument("file", type=FILE)
@click.option("--words", default="", metavar="TEXT", help="What is new in it.")
@click.option("--replaces", metavar="DIGEST", help="The text that you worked on (default: the one that stands).")
@_acting
def draft(ref: str, file: Path, words: str, replaces: str | None, **rest: Any) -> None:
    """Put FILE in place of the text of the proposal ID; approvals of the text before no longer count."""
    from easement.permission.service import draft as put

    source = file.read_text(encoding="utf-8")
    _do(lambda node, actor, now: put(node, ref, source, actor, now, words=words, replaces=replaces), **rest)


@proposal.command(epilog="Example: easement proposal vary school-meals next.yaml --node dwp --words 'a field less'")
@click.argument("ref", metavar="ID")
@click.argument("file", type=FILE)
@click.option("--words", required=True, metavar="TEXT", help="What is new in it, and why.")
@_acting
def vary(ref: str, file: Path, words: str, **rest: Any) -> None:
    """Begin the next version, FILE, of what is in force of the proposal ID; the version before holds meanwhile."""
    from easement.permission.service import vary as begin

    source = file.read_text(encoding="utf-8")
    _do(lambda node, actor, now: begin(node, ref, source, actor, now, words=words), **rest)


@proposal.command(epilog="Example: easement proposal effort 4f1d0a6f --node northtown --hours 2.5 --work drafting")
@click.argument("ref", metavar="ID")
@click.option("--hours", default=None, metavar="NUMBER", help="How long; without it, what was recorded is shown.")
@click.option("--work", "what", default="other", show_default=True, metavar="CODE",
              help="assessing, drafting, negotiating, approving, technical or other.")  # fmt: skip
@click.option("--day", type=click.DateTime(["%Y-%m-%d"]), help="On which day (default: today).")
@click.option("--role", default="governance-lead", show_default=True, help="The role of whoever worked.")
@node_option
@json_option
def effort(ref: str, hours: str | None, what: str, day: datetime | None, role: str, home: Path, as_json: bool) -> None:
    """Record how long somebody worked on the proposal ID, for the figures; no name is kept, and no other side told."""
    from easement.node.home import open_node
    from easement.permission.actor import at_console
    from easement.permission.effort import record_effort, spent

    with open_node(home) as node:
        if hours is None:
            found = spent(node, ref)
        else:
            on = day.date() if day else None
            found = record_effort(node, ref, _hours(hours), what, at_console(role), now_utc(), day=on)
    rows = [(each.day, f"{each.minutes / 60:.2f}", each.what, each.role) for each in found.records]
    none = "No effort was recorded."
    emit(as_json, found.as_dict(), table(("day", "hours", "on", "role"), rows) if rows else none)
    say(f"{found.minutes / 60:.2f} hours in all")


def _hours(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        raise UsageError(f"`{text}` is no number of hours", remedy="write it as 1.5") from None


@proposal.command(epilog="Example: easement proposal fetch --node northtown")
@node_option
@json_option
def fetch(home: Path, as_json: bool) -> None:
    """Ask the other nodes for what was missed, tell them what they lack, and say who is silent; serving does it too."""
    from easement.node.home import open_node
    from easement.permission.carrying import catch_up_all, tell_all
    from easement.permission.emergency_telling import tell_emergencies
    from easement.permission.landing import land_all
    from easement.permission.silence import escalate_all

    now = now_utc()
    with open_node(home) as node:
        data = {
            "went_on": catch_up_all(node, now),
            "put_on_the_shelf": land_all(node, now),
            "escalated": escalate_all(node, now),
            "told": tell_all(node, now) + tell_emergencies(node, now),
        }
    words = "{went_on} proposals went on, {escalated} answers are overdue and escalated, {told} parties were told"
    emit(as_json, data, words.format(**data))


@proposal.command(epilog="Example: easement proposal escalate --node northtown")
@node_option
@json_option
def escalate(home: Path, as_json: bool) -> None:
    """Say of every answer that is overdue that it is, to the named senior; a serving node does it by itself."""
    from easement.node.home import open_node
    from easement.permission.silence import escalate_all

    with open_node(home) as node:
        count = escalate_all(node, now_utc())
    emit(
        as_json, {"escalated": count}, f"{count} overdue answers went to their senior" if count else "None is overdue."
    )


@proposal.command(epilog="Example: easement proposal reasons")
@json_option
def reasons(as_json: bool) -> None:
    """List the reasons that a refusal may give."""
    from easement.permission.reasons import REASONS

    data = {code.value: words for code, words in REASONS.items()}
    emit(as_json, data, table(("reason", "what it means"), data.items()))

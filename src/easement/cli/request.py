"""The commands of the exchange: `request` asks other nodes, `audit` compares this log with another's."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from easement.cli.present import clear_path, emit, example, json_option, say, table

if TYPE_CHECKING:
    from easement.exchange.compared import Comparison
    from easement.exchange.kept_answer import KeptAnswer
    from easement.exchange.model import Asker, Picture, Settled, Wish
    from easement.node.home import Node

__all__ = ["agreement_named", "audit", "request"]

Command = TypeVar("Command", bound=Callable[..., Any])
NODE = click.Path(path_type=Path, file_okay=False)
FILE = click.Path(path_type=Path, dir_okay=False)
REFUSED, NOT_PROVED, UNREACHABLE = 10, 12, 13


@click.group(epilog="Start with: easement request send --node northtown --from dwp --agreement free-school-meals …")
def request() -> None:
    """Ask other organisations' nodes, each under an agreement, and settle what was left without an outcome."""


def _asking(command: Command) -> Command:
    options = (
        click.option("--node", type=NODE, required=True, metavar="DIR", help="Your own organisation's node."),
        click.option("--from", "providers", multiple=True, required=True, metavar="ORG",
                     help="Whom to ask; give it again, with its agreement and share, to ask several."),
        click.option("--agreement", "agreements", type=FILE, multiple=True, required=True, metavar="ID|FILE",
                     help="The one agreement relied on, by its id or its file; one for each --from."),
        click.option("--share", "shares", multiple=True, required=True, metavar="ID",
                     help="The share asked for; one for each --from."),
        click.option("--purpose", "purposes", multiple=True, required=True, metavar="CODE",
                     help="What it is for; once for all, or one for each --from."),
        click.option("--role", "roles", multiple=True, required=True, metavar="ROLE",
                     help="The role of the person who asks; once for all, or one for each --from."),
        click.option("--mode", type=click.Choice(["lookup", "aggregate"]), default="lookup", show_default=True,
                     help="About one person, or a count."),
        click.option("--person", multiple=True, metavar="K=V", help="For a lookup: an element that names the person."),
        click.option("--person-file", type=click.File("r"), metavar="FILE",
                     help="The same, one K=V a line, read from FILE or, for -, from stdin: kept off the command line."),
        click.option("--fields", default="", metavar="A,B", help="Only these fields (default: all that are agreed)."),
        click.option("--trained", multiple=True, metavar="CODE", help="Training that the person who asks has passed."),
        click.option("--consent-held", is_flag=True, help="The person's consent is held, where it is the basis."),
        click.option("--asked-by", default="", metavar="WHO", help="Who asks, as your own node knows them."),
        click.option("--why", default="", metavar="TEXT", help="Why, in words; kept in both private records."),
    )  # fmt: skip
    for option in reversed(options):
        command = option(command)
    return command


SEND = (
    "easement request send --node northtown --from dwp --agreement free-school-meals --share entitled-children "
    "--role benefits-officer --purpose benefit-eligibility --person national_insurance_number=AB123456C"
)


@request.command(epilog=example(SEND))
@_asking
@click.option("--out", type=NODE, metavar="DIR", help="Keep each answer in this folder, with its receipt and the "
              "key to check it by. It names people: keep it as you keep your records.")  # fmt: skip
@json_option
def send(as_json: bool, node: Path, out: Path | None, **options: Any) -> int:
    """Ask one provider or several at once, and show each value with its source, agreement and basis.

    Your own node decides first: a refusal there never leaves it. Partial answers are answers; who did not answer is
    named with the reason. Exit codes: 0 something was answered, 10 all refused, 13 nobody answered.
    """
    from easement.exchange.kept_answer import hold_folder
    from easement.exchange.service import ask_many
    from easement.ledger.service import utc_now
    from easement.node.home import open_node

    wishes, asker = _wishes(options)
    if out is not None:
        hold_folder(out)
    with open_node(node) as host:
        picture = ask_many(host, wishes, asker, utc_now())
        kept = _kept(host, picture, out) if out is not None else []
    files = {"files": [each.as_dict() for each in kept]} if out is not None else {}
    emit(as_json, picture.as_dict() | files, lambda: _shown(picture))
    for each in kept:
        answer, receipt, key = map(clear_path, each)
        say(f"kept {answer}; to check it: easement verify {receipt} --key {key} --data {answer}")
    for silent in picture.silent:
        say(f"{silent.provider} gave nothing: {silent.text}", fg="yellow")
        if silent.remedy:
            say(f"  {silent.remedy}")
    if picture.answers:
        return 0
    return REFUSED if all(each.refusal for each in picture.silent) else UNREACHABLE


def _kept(host: "Node", picture: "Picture", out: Path) -> "list[KeptAnswer]":
    """Each answer in files of its own, with the key that the directory has for its provider's log."""
    from easement.exchange.directory_service import held_directory
    from easement.exchange.kept_answer import keep_answer

    members = held_directory(host)
    return [keep_answer(out, each, members.member(each.provider).log_keys) for each in picture.answers]


def _wishes(options: dict[str, Any]) -> "tuple[list[Wish], Asker]":
    from easement.agreement.model import Mode
    from easement.exchange.model import Asker, Wish
    from easement.gate.cli import person_of

    many = len(options["providers"])
    columns = [
        options["providers"],
        [agreement_named(each) for each in _each("--agreement", options["agreements"], many)],
        _each("--share", options["shares"], many),
        _each("--purpose", options["purposes"], many, once=True),
        _each("--role", options["roles"], many, once=True),
    ]
    usual = {
        "mode": Mode(options["mode"]),
        "fields": tuple(dict.fromkeys(name.strip() for name in options["fields"].split(",") if name.strip())),
        "person": person_of(options["person"], options["person_file"]),
        "why": options["why"],
        "consented": options["consent_held"],
    }
    wishes = [
        Wish(provider=provider, agreement=agreement, share=share, purpose=purpose, role=role, **usual)
        for provider, agreement, share, purpose, role in zip(*columns, strict=True)
    ]
    return wishes, Asker(options["asked_by"], frozenset(options["trained"]))


def agreement_named(named: Path) -> str:
    """What a node finds an agreement by: an id as it was given, or the digest of the file named.

    Raises `BadFile` for a file that holds no agreement.
    """
    from easement.agreement.read import read_agreement

    return read_agreement(named).digest if named.is_file() else str(named)


Value = TypeVar("Value")


def _each(option: str, values: Sequence[Value], many: int, *, once: bool = False) -> Sequence[Value]:
    """One value for each provider; where one may stand for all, it does."""
    from easement.base.errors import UsageError

    if once and len(values) == 1:
        return list(values) * many
    if len(values) != many:
        raise UsageError(
            f"{option} is given {len(values)} times, for {many} providers",
            remedy=f"give {option} once for each --from" + (", or once for all" if once else ""),
        )
    return values


def _shown(picture: "Picture") -> str:
    """The picture for a terminal: a line for each value, then what each provider withholds."""
    rows = [
        (line.element, value.value, value.provider, f"{value.agreement_id} {value.version}", value.basis,
         "differs" if line.differ else "")
        for line in picture.lines
        for value in line.values
    ]  # fmt: skip
    parts = [table(("element", "value", "from", "agreement", "basis", ""), rows)] if rows else []
    for answer in picture.answers:
        count = len(answer.records)
        parts.append(
            f"{answer.provider}: {count} record{'' if count == 1 else 's'}, entry {answer.entry} here and "
            f"{answer.peer_entry} there; withheld: {', '.join(answer.decision.withheld) or 'nothing'}"
        )
    return "\n".join(parts) or "nothing was answered"


@request.command(epilog=example("easement request finish --node northtown"))
@click.option("--node", type=NODE, required=True, metavar="DIR", help="Your own organisation's node.")
@json_option
def finish(as_json: bool, node: Path) -> int:
    """Learn what became of every question that was left without an outcome, by a kill or a silence.

    Nothing is asked anew. What the provider has is logged as received or refused, and what it no longer has as lost,
    so that both logs agree. A serving node does this by itself.
    """
    from easement.exchange.service import finish_outbox
    from easement.ledger.service import utc_now
    from easement.node.home import open_node

    with open_node(node) as host:
        settled = finish_outbox(host, utc_now())
    emit(as_json, [each.as_dict() for each in settled], lambda: _settled(settled))
    return UNREACHABLE if any(each.how == "unknown" for each in settled) else 0


def _settled(settled: "Sequence[Settled]") -> str:
    if not settled:
        return "nothing was left without an outcome"
    rows = [(each.message, each.provider, each.how, each.text) for each in settled]
    return table(("message", "provider", "outcome", ""), rows)


@click.command(epilog=example("easement audit dwp --node northtown"))
@click.argument("organisation", metavar="ORG")
@click.option("--node", type=NODE, required=True, metavar="DIR", help="Your own organisation's node.")
@json_option
def audit(as_json: bool, organisation: str, node: Path) -> int:
    """Compare your node's log with ORG's, entry by entry, each proved, and name what either side lacks.

    Exit codes: 0 the logs agree, 12 they do not, or a log forked or went back, 13 the other node cannot be asked.
    """
    from easement.exchange.audit import audit as compare
    from easement.ledger.service import utc_now
    from easement.node.home import open_node

    with open_node(node) as host:
        found = compare(host, organisation, now=utc_now())
    emit(as_json, found.as_dict(), lambda: _compared(found))
    return 0 if found.agrees else NOT_PROVED


def _compared(found: "Comparison") -> str:
    counts = ", ".join(f"{number} {name.replace('_', ' ')}" for name, number in found.counts.items())
    head = f"{found.organisation}: {found.size} entries in `{found.origin}`; {counts}"
    if found.agrees:
        return f"{head}\nboth logs agree"
    lines = [head, f"the logs differ in {len(found.differences)} places:"]
    for each in found.differences:
        sides = (("here", each.here), ("there", each.there))
        places = [f"entry {index} {side}" for side, index in sides if index is not None]
        lines += [f"  {', '.join(places)}: {each.what}", f"    {each.remedy}"]
    return "\n".join(lines)

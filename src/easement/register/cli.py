"""The commands `easement register …`."""

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from easement.cli.present import clear_path, emit, json_option, say, table
from easement.register.concern import HeldBack
from easement.register.model import LeftOut

if TYPE_CHECKING:
    from easement.register.concern import Concern
    from easement.register.entries import Entry

__all__ = ["register"]

node_option = click.option(
    "--node", "home", required=True, type=click.Path(path_type=Path), metavar="DIR", help="Your organisation's node."
)
role_option = click.option("--role", required=True, help="In which role this is decided, such as governance-lead.")
out_option = click.option(
    "--out", "-o", type=click.Path(path_type=Path), help="Write it here instead of to the terminal."
)
from_option = click.option(
    "--first-day", "since", type=click.DateTime(["%Y-%m-%d"]), help="The first day, 2026-11-01; default: a year ago."
)
to_option = click.option("--last-day", "until", type=click.DateTime(["%Y-%m-%d"]), help="The last day; default: today.")


@click.group(epilog="Start with: easement register list --node department")
def register() -> None:
    """Publish what is shared: the public register, concerns, figures and the report."""


@register.command(name="list", epilog="Example: easement register list --node department --words meals")
@click.option("--words", default="", help="Only entries with every one of these words.")
@click.option("--organisation", default="", help="Only entries of this organisation, by its id.")
@click.option("--purpose", default="", help="Only entries for this purpose, by its code.")
@click.option("--state", default="", help="Only entries that stand so, such as in-force.")
@node_option
@json_option
def list_(words: str, organisation: str, purpose: str, state: str, home: Path, as_json: bool) -> None:
    """List the entries of the register, and say why agreements are kept off it."""
    from easement.ledger.service import utc_now
    from easement.node.home import open_node
    from easement.register import service
    from easement.register.reading import Sought

    now, sought = utc_now(), Sought(words, organisation, purpose, state)
    with open_node(home) as node:
        found = list(service.everything(node, sought, now))
        off = service.off_register(node, now)
    data = {
        "entries": [each.as_dict() for each in found],
        "off_register": [{"reason": each.reason, "agreements": each.agreements} for each in off],
    }
    emit(as_json, data, lambda: _listed(found))
    for each in off:
        say(f"kept off the register: {each.agreements}, because: {each.reason}")


def _listed(found: "list[Entry]") -> str:
    if not found:
        return "No entry fits."
    rows = [(e.card.id, e.card.version, e.state.value, _used(e), e.card.title) for e in found]
    return table(("agreement", "version", "state", "used", "title"), rows)


def _used(entry: "Entry") -> str:
    return entry.use.all_times.words if entry.use else "left out"


@register.command(epilog="Example: easement register show free-school-meals --node department")
@click.argument("agreement", metavar="ID")
@click.option("--agreement-version", "version", default="", help="Another version than the one that holds.")
@node_option
@json_option
def show(agreement: str, version: str, home: Path, as_json: bool) -> None:
    """Show the entry of the agreement ID as the public sees it."""
    from easement.base.errors import UsageError
    from easement.ledger.service import utc_now
    from easement.node.home import open_node
    from easement.register import service

    with open_node(home) as node:
        found = service.entry(node, agreement, utc_now(), version=version)
    if found is None:
        raise UsageError(f"`{agreement}` is not on the register", remedy="see which are: easement register list")
    emit(as_json, found.as_dict(), lambda: "\n".join(_shown(found)))


def _shown(entry: "Entry") -> list[str]:
    from easement.register.model import LEFT_OUT, REDACTABLE, STATES

    card = entry.card
    lines = [f"{card.title} ({card.id} {card.version}): {STATES[entry.state]}", ""]
    lines += [f"{card.in_plain_words or card.summary or card.statement or ''}", ""]
    lines += [f"{each.name} {'joined and ' if each.joined else ''}as {each.role}" for each in card.parties or ()]
    lines += [f"benefit: {each}" for each in card.benefits or ()]
    lines += [f"safeguard: {each}" for each in card.safeguards or ()]
    lines += [f"used: {_used(entry)} times", f"from {card.starts} to {card.ends}", f"digest: {card.digest}"]
    lines += [f"signed: entry {entry.signed} of this node's ledger"] if entry.signed is not None else []
    return lines + [f"left out: {REDACTABLE[r.field]}, because {LEFT_OUT[r.reason]} ({r.role})" for r in card.left_out]


@register.command(epilog="Example: easement register proof free-school-meals --node department --out meals.receipt")
@click.argument("agreement", metavar="ID")
@out_option
@node_option
@json_option
def proof(agreement: str, out: Path | None, home: Path, as_json: bool) -> None:
    """Prove that the agreement ID was signed: the receipt of the ledger's entry, which anyone checks offline."""
    from easement.base.errors import ProofFailed
    from easement.ledger.service import utc_now
    from easement.node.home import open_node
    from easement.register import service

    with open_node(home) as node:
        found = service.entry(node, agreement, utc_now())
        if found is None or found.signed is None:
            raise ProofFailed(
                f"no entry of this ledger says that `{agreement}` was signed", remedy="sign it with --node"
            )
        receipt = service.proof_of(node, found.signed)
    _give(receipt, out, {"entry": found.signed, "digest": found.card.digest}, as_json)


def _give(text: str, out: Path | None, about: dict[str, Any], as_json: bool) -> None:
    """Data into a file or to the terminal."""
    from easement.base.durable import write_whole

    if out is None:
        emit(as_json, about | {"text": text}, text.removesuffix("\n"))
        return
    write_whole(out, text)
    emit(as_json, about | {"file": str(out)}, f"Wrote {clear_path(out)}.")


@register.command(epilog="Example: easement register export --node department --format csv --out register.csv")
@click.option("--format", "form", type=click.Choice(["json", "csv", "dcat"]), default="json", help="In which format.")
@out_option
@node_option
@json_option
def export(form: str, out: Path | None, home: Path, as_json: bool) -> None:
    """Write the register as open data: JSON, CSV with the 18 columns of the Digital Economy Act, or DCAT."""
    import json

    from easement.law.catalogue import catalogue
    from easement.ledger.service import utc_now
    from easement.node.home import open_node
    from easement.node.serve import address_of
    from easement.register import open_data, service
    from easement.register.reading import Sought

    with open_node(home) as node:
        found = list(service.everything(node, Sought(), utc_now()))
        rules, address = node.settings.public_register, address_of(node.settings.server)
        if form == "csv":
            text = "".join(open_data.csv_lines(found, open_data.Areas(rules.areas, rules.area_names)))
        elif form == "dcat":
            head = open_data.catalogue_head(
                node.organisation, node.settings.organisation.name or node.organisation, address
            )
            datasets = [open_data.dcat(each, catalogue(), address) for each in found]
            text = json.dumps({**head, "dcat:dataset": datasets}, ensure_ascii=False, indent=2) + "\n"
        else:
            text = json.dumps({"entries": [each.as_dict() for each in found]}, ensure_ascii=False, indent=2) + "\n"
    _give(text, out, {"entries": len(found), "format": form}, as_json)


@register.command(epilog="Example: easement register feed --node department --out register.atom")
@out_option
@node_option
@json_option
def feed(out: Path | None, home: Path, as_json: bool) -> None:
    """Write what changed on the register as an Atom feed."""
    from easement.ledger.service import utc_now
    from easement.node.home import open_node
    from easement.node.serve import address_of
    from easement.register import service
    from easement.register.feed import atom

    with open_node(home) as node:
        items = service.changes(node, utc_now())
        name = node.settings.organisation.name or node.organisation
        address, origin = address_of(node.settings.server), node.settings.ledger.origin
    told = atom(items, organisation=node.organisation, name=name, origin=origin, address=address)
    _give(told.decode(), out, {"changes": len(items)}, as_json)


@register.command(
    epilog="\b\nExample: easement register redact free-school-meals contacts \\\n"
    "  --reason personal-data --role governance-lead --node department"
)
@click.argument("agreement", metavar="ID")
@click.argument("field", metavar="FIELD")
@click.option("--reason", required=True, type=click.Choice([each.value for each in LeftOut]), help="Why.")
@role_option
@click.option("--explanation", default="", help="More than the reason says, for everybody to read.")
@node_option
@json_option
def redact(agreement: str, field: str, reason: str, role: str, explanation: str, home: Path, as_json: bool) -> None:
    """Leave FIELD out of the entry of the agreement ID; that it is left out and why stays there for all to see."""
    from easement.ledger.service import utc_now
    from easement.node.home import open_node
    from easement.register import service

    with open_node(home) as node:
        made = service.redact(
            node, agreement, field, reason, role=role, now=utc_now(), explanation=explanation, by="console"
        )
    emit(as_json, made.as_dict(), f"`{field}` of `{agreement}` is left out: entry {made.entry} says so.")


@register.command(epilog="Example: easement register restore free-school-meals contacts --node department")
@click.argument("agreement", metavar="ID")
@click.argument("field", metavar="FIELD")
@node_option
@json_option
def restore(agreement: str, field: str, home: Path, as_json: bool) -> None:
    """Show FIELD of the entry of the agreement ID again."""
    from easement.ledger.service import utc_now
    from easement.node.home import open_node
    from easement.register import service

    with open_node(home) as node:
        index = service.restore(node, agreement, field, now=utc_now(), by="console")
    emit(as_json, {"agreement": agreement, "field": field, "entry": index}, f"`{field}` is shown again: entry {index}.")


@register.group(epilog="Start with: easement register concerns list --node department")
def concerns() -> None:
    """Look at the concerns that the public raises, and answer them."""


@concerns.command(name="list", epilog="Example: easement register concerns list --node department --waiting")
@click.option("--waiting", is_flag=True, help="Only those without an answer, with words that nobody published.")
@node_option
@json_option
def concerns_list(waiting: bool, home: Path, as_json: bool) -> None:
    """List concerns and what is due; with --waiting, as staff see them, the oldest first."""
    from easement.ledger.service import utc_now
    from easement.node.home import open_node
    from easement.register import service

    today = utc_now().date()
    with open_node(home) as node:
        found = service.waiting(node) if waiting else service.concerns(node)
    data = [each.as_dict(today) | ({"contact": each.contact or None} if waiting else {}) for each in found]
    emit(as_json, data, lambda: "\n\n".join(_concern(each, today) for each in found) if found else "No concern waits.")


def _concern(concern: "Concern", today: date) -> str:
    late = concern.overdue(today)
    due = f"{late} overdue" if late else f"acknowledge by {concern.acknowledge_by}, answer by {concern.answer_by}"
    head = f"{concern.id}  {concern.agreement_id}  {concern.stage.value}  {'' if concern.answer else due}".rstrip()
    lines = [head, *(f"  {line}" for line in concern.text.split("\n") if line)]
    lines += [f"  reach them: {concern.contact}"] if concern.contact else []
    return "\n".join([*lines, *(f"  answer: {line}" for line in concern.answer.split("\n") if line)])


@concerns.command(
    name="raise",
    epilog="\b\nExample: easement register concerns raise free-school-meals \\\n"
    "  --text 'A caller asks why postcodes are needed' --node department",
)
@click.argument("agreement", metavar="ID")
@click.option("--text", required=True, help="What was said, without anybody's name.")
@node_option
@json_option
def raise_(agreement: str, text: str, home: Path, as_json: bool) -> None:
    """Write down a concern on the agreement ID that came by telephone or letter; the same clocks run."""
    from easement.ledger.service import utc_now
    from easement.node.home import open_node
    from easement.register import service

    now = utc_now()
    with open_node(home) as node:
        made = service.raise_concern(node, agreement, text, now=now, source="127.0.0.1")
    emit(as_json, made.as_dict(now.date()), f"Concern {made.id}: acknowledge it by {made.acknowledge_by}.")


@concerns.command(
    epilog="\b\nExample: easement register concerns look 5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e \\\n"
    "  --role governance-lead --node department"
)
@click.argument("concern", metavar="CONCERN")
@click.option(
    "--hold-back",
    type=click.Choice([each.value for each in HeldBack]),
    default=None,
    help="Do not publish its words, for this reason.",
)
@role_option
@node_option
@json_option
def look(concern: str, hold_back: str | None, role: str, home: Path, as_json: bool) -> None:
    """Acknowledge CONCERN: publish its words, or hold them back for a reason that everybody sees."""
    from easement.ledger.service import utc_now
    from easement.node.home import open_node
    from easement.register import service

    now = utc_now()
    with open_node(home) as node:
        seen = service.look(node, concern, role=role, now=now, held_back=hold_back or "")
    words = "Its words are held back." if seen.held_back else "Its words are public now."
    emit(as_json, seen.as_dict(now.date()), f"Acknowledged. {words} Answer it by {seen.answer_by}.")


@concerns.command(
    epilog="\b\nExample: easement register concerns answer 5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e \\\n"
    "  --text 'They are needed to tell two children apart.' --role governance-lead --node department"
)
@click.argument("concern", metavar="CONCERN")
@click.option("--text", required=True, help="The answer, for everybody to read.")
@role_option
@node_option
@json_option
def answer(concern: str, text: str, role: str, home: Path, as_json: bool) -> None:
    """Answer CONCERN, for everybody to read; how to reach who raised it is forgotten then."""
    from easement.ledger.service import utc_now
    from easement.node.home import open_node
    from easement.register import service

    now = utc_now()
    with open_node(home) as node:
        seen = service.answer(node, concern, text, role=role, now=now, by="console")
    emit(as_json, seen.as_dict(now.date()), f"Answered: entry {seen.answer_entry} says so.")


@register.command(epilog="Example: easement register numbers --node department --first-day 2026-01-01")
@from_option
@to_option
@node_option
@json_option
def numbers(since: datetime | None, until: datetime | None, home: Path, as_json: bool) -> None:
    """Count how sharing goes: proposals, days to first data, disclosures, refusals, concerns."""
    from easement.ledger.service import utc_now
    from easement.node.home import open_node
    from easement.register import service

    now = utc_now()
    with open_node(home) as node:
        found = service.numbers(node, *_period(since, until, now), now)
    rows = [(each.label, each.words) for each in found.figures]
    parts = [(f"{part.title}: {label}", value.words) for part in found.breakdowns for label, value in part.rows]
    emit(as_json, found.as_dict(), lambda: table(("measure", "number"), [*rows, *parts]))


def _period(since: datetime | None, until: datetime | None, now: datetime) -> tuple[date, date]:
    last = until.date() if until else now.date()
    return (since.date() if since else last.replace(year=last.year - 1, day=min(last.day, 28))), last


@register.command(epilog="\b\nExample: easement register report --last-day 2026-12-31 -o report --node department")
@from_option
@to_option
@click.option("--out", "-o", required=True, type=click.Path(path_type=Path), help="The folder to write it to.")
@click.option("--form", "forms", multiple=True, type=click.Choice(["html", "pdf", "json"]), help="Only in this form.")
@node_option
@json_option
def report(
    since: datetime | None, until: datetime | None, out: Path, forms: tuple[str, ...], home: Path, as_json: bool
) -> None:
    """Write the transparency report of a period: a page, a tagged PDF, and data."""
    from easement.ledger.service import utc_now
    from easement.node.home import open_node
    from easement.register import service
    from easement.register.reporting import FORMS

    now = utc_now()
    with open_node(home) as node:
        written = service.write_report(node, out, *_period(since, until, now), now, forms=forms or FORMS)
    files = [str(path) for path in written.files]
    emit(as_json, {"files": files}, lambda: "\n".join(f"Wrote {clear_path(path)}." for path in written.files))

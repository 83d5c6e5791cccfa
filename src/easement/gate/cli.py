"""The commands of the gate: ask, share, evidence."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO, TypeVar

import click

from easement.cli.present import clear_path, emit, example, json_option, say

if TYPE_CHECKING:
    from easement.gate.ask import Ask, Outcome
    from easement.gate.model import Decision

__all__ = ["ask", "evidence", "person_of", "share"]

Command = TypeVar("Command", bound=Callable[..., Any])
FILE = click.Path(path_type=Path, dir_okay=False)
REFUSED = 10
NAMELESS = "nothing can be settled: give both mappings a `record_key`"
_EXAMPLE = (
    "--node dwp --agreement meals.yaml --share entitled-children --as northtown "
    "--role benefits-officer --purpose benefit-eligibility"
)
MODES = ("lookup", "match", "bulk", "aggregate")


def _asking(command: Command) -> Command:
    """The options that an ask has, whether anything is released or not."""
    options = (
        click.option("--node", type=click.Path(path_type=Path, file_okay=False), required=True, metavar="DIR",
                     help="The provider's node."),
        click.option("--agreement", type=FILE, required=True, metavar="FILE", help="The one agreement relied on."),
        click.option("--share", "share_id", required=True, metavar="ID", help="The share asked for."),
        click.option("--as", "recipient", required=True, metavar="ORG", help="The organisation that asks."),
        click.option("--role", required=True, metavar="ROLE", help="The role of the person who asks."),
        click.option("--purpose", required=True, metavar="CODE", help="What it is for."),
        click.option("--mode", type=click.Choice(MODES), required=True, help="How it is asked for."),
        click.option("--person", multiple=True, metavar="K=V", help="For a lookup: an element that names the person."),
        click.option("--person-file", type=click.File("r"), metavar="FILE",
                     help="The same, one K=V a line, read from FILE or, for -, from stdin: kept off the command line."),
        click.option("--fields", default="", metavar="A,B", help="Only these fields (default: all that are agreed)."),
        click.option("--match", type=FILE, metavar="FILE", help="The recipient's own list, or its encodings."),
        click.option("--match-dataset", type=FILE, metavar="MAPPING",
                     help="The mapping of that list to a standard; encodings have none."),
        click.option("--dataset", type=FILE, metavar="MAPPING", help="The provider's mapping, where several fit."),
        click.option("--trained", multiple=True, metavar="CODE", help="Training that the person who asks has passed."),
        click.option("--consent-held", is_flag=True, help="The person's consent is held, where consent is the basis."),
        click.option("--asked-by", default="", metavar="WHO", help="Who asks; kept in the private record alone."),
        click.option("--why", default="", metavar="TEXT", help="Why, in words; kept in the private record alone."),
    )  # fmt: skip
    for option in reversed(options):
        command = option(command)
    return command


def _ask(options: dict[str, Any], out: Path | None = None) -> "Ask":
    from easement.agreement.model import Mode
    from easement.base.errors import UsageError
    from easement.gate.ask import Ask
    from easement.gate.model import Request

    if options["match"] is None and options["match_dataset"] is not None:
        raise UsageError("a list and its mapping go together", remedy="give both --match and --match-dataset")
    request = Request(
        share=options["share_id"],
        recipient=options["recipient"],
        role=options["role"],
        purpose=options["purpose"],
        mode=Mode(options["mode"]),
        fields=tuple(dict.fromkeys(name.strip() for name in options["fields"].split(",") if name.strip())),
        person=person_of(options["person"], options["person_file"]),
        listed=options["match"] is not None,
        asked_by=options["asked_by"],
        why=options["why"],
    )
    return Ask(
        agreement=options["agreement"],
        request=request,
        out=out,
        dataset=options["dataset"],
        match=options["match"],
        match_dataset=options["match_dataset"],
        training=frozenset(options["trained"]),
        consented=options["consent_held"],
    )


def person_of(pairs: tuple[str, ...], file: TextIO | None) -> dict[str, str]:
    """Whom a lookup is about, from the options `--person` and `--person-file`."""
    return _person((*pairs, *_lines(file)))


def _lines(file: TextIO | None) -> list[str]:
    """What stands on the lines of a file, without its blank lines."""
    return [line.rstrip("\r\n") for line in file or () if line.strip()]


def _person(pairs: tuple[str, ...]) -> dict[str, str]:
    from easement.base.errors import UsageError

    person: dict[str, str] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or not name or name in person:
            remedy = "write each once, as --person family_name=Ash"
            raise UsageError("a person is named by pairs of element and value", remedy=remedy)
        person[name] = value
    return person


@click.command(epilog=example(f"easement ask {_EXAMPLE} --mode bulk"))
@_asking
@json_option
def ask(node: Path, as_json: bool, **options: Any) -> int:
    """Ask whether something may be shared. Nothing is read; a refusal is logged."""
    from easement.gate import service
    from easement.ledger.service import utc_now
    from easement.node.home import open_node

    asked = _ask(options)
    with open_node(node) as holder:
        outcome = service.ask(holder, asked, now=utc_now())
    emit(as_json, outcome.decision.as_dict(), lambda: _told(outcome.decision))
    return 0 if outcome.decision.allowed else REFUSED


@click.command(
    epilog=example(f"easement share {_EXAMPLE} --mode match --match roll.csv --match-dataset roll.yaml --out meals.csv")
)
@_asking
@click.option("--out", type=FILE, required=True, metavar="FILE", help="Where the answer goes; its receipt beside it.")
@json_option
def share(node: Path, out: Path, as_json: bool, **options: Any) -> int:
    """Decide, release and prove one disclosure.

    Writes the answer to FILE and its proof to FILE.receipt. A refusal ends with exit code 10 and names every reason.
    """
    from easement.gate import service
    from easement.ledger.service import utc_now
    from easement.node.home import open_node

    asked = _ask(options, out)
    with open_node(node) as holder:
        outcome = service.share(holder, asked, now=utc_now(), clock=utc_now)
    emit(as_json, outcome.as_dict(), lambda: _shared(outcome) if outcome.decision.allowed else _told(outcome.decision))
    if not outcome.decision.allowed:
        return REFUSED
    say(f"next: easement verify {clear_path(outcome.receipt)} --key {clear_path(node / 'keys' / 'log.vkey')} "
        f"--data {clear_path(outcome.data)}")  # fmt: skip
    return 0


def _told(decision: "Decision") -> str:
    """A decision in words: for a refusal every reason, the clause it rests on, and what would make it lawful."""
    if decision.allowed:
        return "\n".join([click.style("allowed", fg="green"), *_terms(decision)])
    lines = [f"{click.style('refused', fg='red')}: nothing crosses, for {_many(len(decision.unmet), 'reason')}"]
    for reason in decision.unmet:
        clause = f" (clause {reason.clause})" if reason.clause else ""
        lines += ["", f"  {reason.code}: {reason.text}{clause}", f"    what to do: {reason.remedy}"]
    return "\n".join(lines)


def _terms(decision: "Decision") -> list[str]:
    forms = ", ".join(f"{name} ({form.written})" for name, form in decision.fields.items())
    lines = [f"  under {decision.agreement_id} {decision.version}, share `{decision.share}`", f"  fields: {forms}"]
    if decision.withheld:
        lines.append(f"  withheld: {', '.join(decision.withheld)}")
    return lines


def _shared(outcome: "Outcome") -> str:
    released = outcome.released
    things = "cell" if outcome.decision.mode == "aggregate" else "record"
    lines = [f"{click.style('shared', fg='green')}: {_many(released.count, things)} in {clear_path(outcome.data)}"]
    if outcome.decision.mode == "lookup" and not released.count:
        lines.append("  nobody whom the share covers was found by what was said; the person may be known all the same")
    lines += _terms(outcome.decision)
    if released.suppressed and things == "cell":
        lines.append(f"  hidden: {_many(released.suppressed, things)} (small numbers, shown as *)")
    elif released.suppressed:
        lines.append(f"  left out: {_many(released.suppressed, things)} (fewer than {outcome.k} people alike)")
    if released.unmapped:
        lost = ", ".join(f"{name} in {_many(count, 'row')}" for name, count in released.unmapped.items())
        lines.append(f"  does not map, and does not cross: {lost} (why: easement dataset check MAPPING)")
    if released.held:
        where = f"look at them: easement held show {outcome.queue}" if outcome.queue else NAMELESS
        lines.append(f"  held for a person: {released.held:,} of the list ({where})")
    lines += _duties(outcome.decision)
    return "\n".join([*lines, f"  receipt: {clear_path(outcome.receipt)} (entry {outcome.entry})"])


def _duties(decision: "Decision") -> list[str]:
    duties = decision.duties
    assert duties is not None
    answers = {"recipient": "the recipient answers", "provider": "the provider answers", "shared": "all answer"}
    risk = answers.get(duties.risk_after_disclosure or "")
    said = f"; {risk} for it from now on" if risk else ""
    return [f"  duties: {duties.then} within {duties.retain.words}{said}"]


def _many(number: int, thing: str, things: str = "") -> str:
    return f"{number:,} {thing if number == 1 else things or f'{thing}s'}"


@click.command(epilog="Example: easement evidence --node dwp --out evidence.zip")
@click.option("--node", type=click.Path(path_type=Path, file_okay=False), required=True, metavar="DIR",
              help="The node whose disclosures are asked about.")  # fmt: skip
@click.option("--out", type=FILE, required=True, metavar="ZIP", help="Where the pack goes.")
@click.option("--agreement", type=FILE, metavar="FILE", help="Only what was done under it.")
@click.option("--entry", "entries", type=int, multiple=True, metavar="N", help="Only these entries, by index.")
@json_option
def evidence(node: Path, out: Path, agreement: Path | None, entries: tuple[int, ...], as_json: bool) -> None:
    """Pack what proves a node's disclosures and refusals: agreement text, entries, proofs, what was withheld.

    The pack holds no private record. Its README tells an auditor how to check everything by hand.
    """
    from easement.gate.evidence import pack
    from easement.node.home import open_node

    with open_node(node) as holder:
        packed = pack(holder, out, agreement=agreement, only=entries)
    many = _many(len(packed["entries"]), "entry", "entries")
    emit(as_json, packed, lambda: f"packed {many} in {clear_path(out)}")
    for digest in packed["agreements_missing"]:
        say(f"the text of the agreement {digest} is not at hand: put its file into {clear_path(node / 'agreements')}")
    say(f"next: unzip -p {clear_path(out)} README.md")

"""`easement assess`: ask whether something can be shared, keep the answer, draft the agreement, assess the impact."""

import sys
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Any

import click

from easement.base.errors import UsageError
from easement.cli.present import clear_path, emit, example, json_option, say, table

if TYPE_CHECKING:
    from easement.assessment.answers import Answers
    from easement.assessment.impact_service import SavedImpact
    from easement.assessment.result import Result
    from easement.assessment.service import Saved

__all__ = ["assess"]

FILE = click.Path(path_type=Path, dir_okay=False)
NODE = click.Path(path_type=Path)

_node = click.option("--node", "home", required=True, type=NODE, metavar="DIR", help="Your organisation's node.")
_out = click.option("--out", "-o", type=FILE, metavar="FILE", help="Write to this file instead of showing it.")
_version = click.option(
    "--revision", "version", type=click.IntRange(min=1), metavar="NUMBER", help="Which version (default: the newest)."
)


@click.group(epilog="Start with: easement assess new")
def assess() -> None:
    """Ask whether something can be shared, and assess its impact. Not legal advice."""


@assess.command(epilog=example("easement assess new --answers answers.yaml --title 'Free meals' --node northtown"))
@click.option(
    "--answers", "file", type=FILE, metavar="FILE", help="A file with the answers; without it, you are asked."
)
@click.option("--node", "home", type=NODE, metavar="DIR", help="Your organisation's node, to keep the assessment in.")
@click.option("--title", default="", help="What would be shared, in a few words; needed to keep it.")
@click.option("--of", "said", metavar="ID", help="Keep it as the next version of this assessment (its id or title).")
@json_option
def new(file: Path | None, home: Path | None, title: str, said: str | None, as_json: bool) -> None:
    """Answer plain questions, and be told whether it can be shared, on what law, and what remains to be done.

    Without --node nothing is kept.
    """
    from easement.ledger.service import utc_now

    answers = _answers(file, home)
    if home is None:
        from easement.assessment.service import assessed, built_in_standards

        result = assessed(answers, built_in_standards(), on=utc_now().date())
        emit(as_json, {"answers": answers.given, "result": result.as_dict()}, lambda: _told(result))
        say("\nnothing was kept; to keep it, add: --node DIR --title TEXT")
        return
    from easement.assessment.service import find_case, read_case, save
    from easement.node.home import open_node

    with open_node(home) as node:
        id_ = find_case(node, said) if said else None
        title = title or (read_case(node, id_).line.title if id_ else "")
        kept = save(node, answers, title=title, by=_console(), now=utc_now(), id_=id_)
    emit(as_json, kept.as_dict(), lambda: _told(kept.result))
    say(f"\nkept as {kept.line.id}, version {kept.line.version}")
    say(f"next: easement assess conclude {kept.line.id} --node {clear_path(home)}")


def _answers(file: Path | None, home: Path | None) -> "Answers":
    from easement.assessment.answers import read_answers

    if file is not None:
        return read_answers(file)
    if not sys.stdin.isatty():
        raise UsageError("there are no answers, and nobody to ask", remedy="give a file: --answers FILE")
    from easement.assessment.service import built_in_standards, known_standards
    from easement.cli.questioning import ask_all

    if home is None:
        return ask_all(built_in_standards())
    from easement.node.home import open_node

    with open_node(home) as node:
        standards = known_standards(node)
    return ask_all(standards)


def _console() -> str:
    from easement.staff.model import CONSOLE

    return CONSOLE


def _told(result: "Result") -> str:
    """The outcome, what is open, and each finding with its source, for a terminal."""
    from easement.assessment.result import Section

    lines = [result.outcome.words, ""]
    for heading, found in (
        ("Stands in the way", result.against),
        ("Not clear", result.unresolved),
        ("To do first", result.to_do),
    ):
        if found:
            lines.append(f"{heading}:")
            lines += [f"  - {each.text}\n    {each.mend}" for each in found]
    for section in Section:
        if statements := result.of(section):
            lines += ["", section.heading]
            for each in statements:
                lines.append(f"  [{each.standing.word}] {each.text}")
                lines.append(f"      {each.source.citation} ({each.source.check})")
    powers = [f"{step.question or 'in force'} {len(step.powers)}" for step in result.narrowed]
    return "\n".join([*lines, "", f"Powers left: {', '.join(powers)}"])


@assess.command(epilog="Example: easement assess questions purpose")
@click.argument("question_id", metavar="QUESTION", required=False)
@json_option
def questions(question_id: str | None, as_json: bool) -> None:
    """List every question with what may be answered; with QUESTION, that one whole.

    An answers file uses the ids of the questions as keys, and the codes as answers.
    """
    from easement.assessment.question_list import as_data, as_words
    from easement.assessment.questions import question
    from easement.assessment.questions import questions as known
    from easement.assessment.service import built_in_standards
    from easement.law.catalogue import catalogue

    law, standards = catalogue(), built_in_standards()
    if question_id is None:
        data = [as_data(each, law, standards) for each in known()]
        emit(as_json, data, lambda: "\n\n".join(as_words(each, every=False) for each in data))
    else:
        one = as_data(question(question_id), law, standards)
        emit(as_json, one, lambda: f"{as_words(one)}\n\n{one['help']}")
    say("\nan answers file begins with: format: easement-answers/1")


@assess.command(epilog="Example: easement assess cases free-school-meals --out answers.yaml")
@click.argument("case_id", metavar="CASE", required=False)
@click.option("--out", "-o", type=FILE, metavar="FILE", help="Write the case's answers to this file, to begin with.")
@json_option
def cases(case_id: str | None, out: Path | None, as_json: bool) -> None:
    """Show worked cases: the story, the outcome and why. Without CASE, list them."""
    from easement.assessment.cases import worked_case, worked_cases

    if case_id is None and out is not None:
        raise UsageError(
            "it is not said whose answers to write", remedy="name a case: easement assess cases CASE --out FILE"
        )
    if case_id is None:
        rows = [(each.id, each.area, each.expected.outcome.value, each.title) for each in worked_cases()]
        data = [dict(zip(("id", "area", "outcome", "title"), line, strict=True)) for line in rows]
        emit(as_json, data, lambda: table(("case", "field", "outcome", "title"), rows))
        return
    case = worked_case(case_id)
    if out is not None:
        from easement.assessment.answers import answers_text

        _write(answers_text(case.answers), out, as_json, {"id": case.id})
        say(f"next: easement assess new --answers {clear_path(out)}")
        return
    told = [case.title, "", case.story, "", case.expected.outcome.words, "", case.argument, "", *case.sources]
    emit(as_json, case.model_dump(mode="json", exclude_none=True), "\n".join(told))


@assess.command(name="list", epilog="Example: easement assess list --node northtown")
@_node
@json_option
def list_(home: Path, as_json: bool) -> None:
    """List the assessments that are kept, the last saved first."""
    from easement.assessment.service import list_cases
    from easement.node.home import open_node

    with open_node(home) as node:
        found = list_cases(node)
    rows = [
        (
            each.id,
            each.version,
            each.outcome,
            f"{each.saved:%Y-%m-%d}",
            "yes" if each.entry is not None else "no",
            each.title,
        )
        for each in found
    ]
    heads = ("id", "version", "outcome", "saved", "concluded", "title")
    emit(as_json, [each.as_dict() for each in found], table(heads, rows) if rows else "No assessment is kept.")


@assess.command(
    epilog="Example: easement assess show 'Free meals' --node northtown --format html --out assessment.html"
)
@click.argument("said", metavar="ID")
@_node
@_version
@click.option(
    "--format", "form", type=click.Choice(["text", "markdown", "html"]), default="text", help="How to show it."
)
@_out
@json_option
def show(said: str, home: Path, version: int | None, form: str, out: Path | None, as_json: bool) -> None:
    """Show the assessment ID (or its title) as text, or as a page to print with every citation."""
    from easement.assessment.paper import as_html, as_markdown
    from easement.assessment.service import find_case, known_standards, printed, read_case
    from easement.law.catalogue import catalogue
    from easement.node.home import open_node

    with open_node(home) as node:
        id_ = find_case(node, said)
        kept = read_case(node, id_, version)
        if form == "text":
            text = f"{kept.line.title}\n\n{_told(kept.result)}"
        else:
            make = as_html if form == "html" else as_markdown
            text = make(printed(node, id_, version), catalogue(), known_standards(node))
    _write(text, out, as_json, kept.as_dict())


@assess.command(epilog="Example: easement assess conclude 'Free meals' --node northtown")
@click.argument("said", metavar="ID")
@_node
@_version
@json_option
def conclude(said: str, home: Path, version: int | None, as_json: bool) -> None:
    """Say that the assessment ID is done: the ledger keeps its outcome and a commitment to its answers."""
    from easement.assessment.service import conclude as done
    from easement.assessment.service import find_case
    from easement.ledger.service import utc_now
    from easement.node.home import open_node

    with open_node(home) as node:
        id_ = find_case(node, said)
        kept: Saved = done(node, id_, by=_console(), now=utc_now(), version=version)
    words = f"Concluded: {kept.line.outcome.words} Entry {kept.line.entry} of the ledger says so."
    emit(as_json, kept.line.as_dict(), words)
    say(f"next: easement assess draft {id_} --node {clear_path(home)} --out agreement.yaml")


@assess.command(epilog="Example: easement assess draft 'Free meals' --node northtown --out agreement.yaml")
@click.argument("said", metavar="ID")
@_node
@_version
@_out
@json_option
def draft(said: str, home: Path, version: int | None, out: Path | None, as_json: bool) -> None:
    """Draft the agreement from the assessment ID, with nothing typed twice."""
    from easement.assessment.impact_service import impact_made, newest_impact
    from easement.assessment.service import draft as drafted
    from easement.assessment.service import find_case
    from easement.base.words import listed
    from easement.ledger.service import utc_now
    from easement.node.home import open_node

    _hold_free(out, f"name a signed impact assessment in it: easement assess impact name {_typed(said, home)} {out}")
    with open_node(home) as node:
        id_ = find_case(node, said)
        text = drafted(node, id_, today=utc_now().date(), version=version, impact=impact_made(node, id_))
        dpia = newest_impact(node, id_)
    _write(text, out, as_json, {"id": id_, "text": text})
    if dpia is not None and not dpia.signed:
        left = "to be filled in" if dpia.open else f"to be signed by {listed(dpia.missing)}"
        say(f"the impact assessment ({dpia.reference}) is not named in it: it is yet {left}")
    if out is not None:
        say(f"fill in what stands in <angle brackets>, then\nnext: easement agreement check {clear_path(out)}")


def _typed(said: str, home: Path) -> str:
    """An assessment and its node, as they are typed after a command."""
    return f"--node {clear_path(home)} {quote(said)}"


def _hold_free(out: Path | None, else_: str = "") -> None:
    """Hold that nothing is written over; before anything is done, so that nothing is kept of what is then refused."""
    if out is not None and out.exists():
        first = "name another file with --out, or move this one away"
        raise UsageError(f"`{out}` is there already", remedy=f"{first}; {else_}" if else_ else first)


def _write(text: str, out: Path | None, as_json: bool, data: dict[str, Any]) -> None:
    if out is None:
        emit(as_json, data, text.rstrip("\n"))
        return
    _hold_free(out)
    from easement.base.durable import write_whole

    write_whole(out, text)
    emit(as_json, data | {"file": str(out)}, f"Wrote {clear_path(out)}.")


@assess.group(epilog="Start with: easement assess impact draft ID --node northtown")
def impact() -> None:
    """Draft, write and sign the impact assessment (DPIA) of an assessment, and see whether it still stands."""


@impact.command(
    name="draft", epilog="Example: easement assess impact draft 'Free meals' --node northtown --agreement meals.yaml"
)
@click.argument("said", metavar="ID")
@_node
@click.option("--agreement", "file", type=FILE, metavar="FILE", help="The agreement that it is made for.")
@_out
@json_option
def impact_draft(said: str, home: Path, file: Path | None, out: Path | None, as_json: bool) -> None:
    """Draft the impact assessment of the assessment ID in the regulator's seven steps, or bring it up to date.

    What people wrote and saved stays; you are told what changed, and what to look at again.
    """
    from easement.agreement.read import read_agreement
    from easement.assessment.impact_paper import impact_text
    from easement.assessment.impact_service import start_impact
    from easement.assessment.service import find_case
    from easement.ledger.service import utc_now
    from easement.node.home import open_node

    _hold_free(out, f"what you wrote in it is kept by: easement assess impact save {_typed(said, home)} {out}")
    agreement = read_agreement(file) if file is not None else None
    with open_node(home) as node:
        id_ = find_case(node, said)
        made = start_impact(node, id_, by=_console(), now=utc_now(), agreement=agreement)
    anew = {"redraft": made.redraft.as_dict()} if made.redraft else {}
    _write(impact_text(made.impact), out, as_json, made.as_dict() | anew)
    _say_redraft(made)
    _say_open(made)


def _say_redraft(made: "SavedImpact") -> None:
    if made.redraft is None:
        return
    words = (("brought up to date", made.redraft.changed), ("kept as people wrote it", made.redraft.kept))
    told = [f"{what}: {', '.join(keys)}" for what, keys in words if keys]
    say(f"it was drafted before, and is now version {made.version}; {'; '.join(told) or 'nothing changed'}")
    if made.redraft.look:
        say(f"look again, since what was drafted for it changed: {', '.join(made.redraft.look)}")


@impact.command(name="save", epilog="Example: easement assess impact save 'Free meals' impact.yaml --node northtown")
@click.argument("said", metavar="ID")
@click.argument("file", type=FILE, metavar="FILE")
@_node
@json_option
def impact_save(said: str, file: Path, home: Path, as_json: bool) -> None:
    """Keep what was written in FILE as the next version of the impact assessment of ID."""
    from easement.assessment.impact import read_impact_text
    from easement.assessment.impact_service import save_impact
    from easement.assessment.service import find_case
    from easement.base.located import read_file
    from easement.ledger.service import utc_now
    from easement.node.home import open_node

    written = read_impact_text(read_file(file, what="impact assessment").text, name=str(file))
    with open_node(home) as node:
        id_ = find_case(node, said)
        kept = save_impact(node, id_, written, by=_console(), now=utc_now())
    emit(as_json, kept.as_dict(), f"Kept as version {kept.version}. The risk that remains: {kept.residual}.")
    _say_open(kept)


def _say_open(kept: "SavedImpact") -> None:
    for each in kept.open:
        say(f"to fill in: {each}")
    if not kept.open and kept.missing:
        say(f"to be signed by: {', '.join(kept.missing)}")


@impact.command(
    name="show",
    epilog="Example: easement assess impact show 'Free meals' --node northtown --format html --out dpia.html",
)
@click.argument("said", metavar="ID")
@_node
@_version
@click.option(
    "--format", "form", type=click.Choice(["yaml", "markdown", "html"]), default="yaml", help="How to show it."
)
@_out
@json_option
def impact_show(said: str, home: Path, version: int | None, form: str, out: Path | None, as_json: bool) -> None:
    """Show the impact assessment of the assessment ID, as a file to edit or as a page to print."""
    from easement.assessment.impact_paper import impact_html, impact_markdown, impact_text
    from easement.assessment.impact_service import read_impact
    from easement.assessment.service import find_case
    from easement.node.home import open_node

    with open_node(home) as node:
        id_ = find_case(node, said)
        kept = read_impact(node, id_, version)
    if form == "yaml":
        text = impact_text(kept.impact)
    else:
        signed = tuple((each.role, each.signed.date()) for each in kept.signatures)
        make = impact_html if form == "html" else impact_markdown
        text = make(kept.impact, kept.reference, signed, kept.missing)
    _write(text, out, as_json, kept.as_dict())


@impact.command(
    name="sign",
    epilog=example("easement assess impact sign 'Free meals' --node northtown --role governance-lead --revision 2"),
)
@click.argument("said", metavar="ID")
@_node
@click.option(
    "--role", required=True, help="The role that signs: governance-lead, caldicott-guardian, senior-risk-owner."
)
@click.option(
    "--revision",
    "version",
    required=True,
    type=click.IntRange(min=1),
    metavar="NUMBER",
    help="Which version was read and is signed.",
)
@json_option
def impact_sign(said: str, home: Path, role: str, version: int, as_json: bool) -> None:
    """Sign one version of the impact assessment of ID for a role; the ledger says so for good."""
    from easement.assessment.impact_service import sign_impact
    from easement.assessment.service import find_case
    from easement.ledger.service import utc_now
    from easement.node.home import open_node

    with open_node(home) as node:
        id_ = find_case(node, said)
        kept = sign_impact(node, id_, role=role, by=_console(), now=utc_now(), version=version)
    emit(as_json, kept.as_dict(), f"Signed version {kept.version} for {role}. Its reference: {kept.reference}.")
    _say_open(kept)


@impact.command(name="name", epilog="Example: easement assess impact name 'Free meals' agreement.yaml --node northtown")
@click.argument("said", metavar="ID")
@click.argument("file", type=FILE, metavar="FILE")
@_node
@json_option
def impact_name(said: str, file: Path, home: Path, as_json: bool) -> None:
    """Name the signed impact assessment of ID in the agreement in FILE; the rest of the file stays as it is."""
    from easement.agreement.edit import changed
    from easement.assessment.impact_service import signed_impact
    from easement.assessment.service import find_case
    from easement.base.durable import write_whole
    from easement.base.located import read_file
    from easement.node.home import open_node

    text = read_file(file, what="agreement").text
    with open_node(home) as node:
        made = signed_impact(node, find_case(node, said))
    write_whole(file, changed(text, made.clauses, name=str(file)).document.text)
    emit(as_json, {"file": str(file)} | made.as_dict(), f"{clear_path(file)} names {made.reference}, {made.outcome}.")
    say(f"next: easement agreement check {clear_path(file)}")


@impact.command(
    name="check", epilog="Example: easement assess impact check 'Free meals' agreement.yaml --node northtown"
)
@click.argument("said", metavar="ID")
@click.argument("file", type=FILE, metavar="FILE")
@_node
@json_option
def impact_check(said: str, file: Path, home: Path, as_json: bool) -> int:
    """Say whether the impact assessment of ID still stands for the agreement in FILE, or what changed since.

    \b
    Exit codes: 0 it stands, 11 the terms changed and it must be looked at again.
    """
    from easement.agreement.diff import report
    from easement.agreement.read import read_agreement
    from easement.assessment.impact_service import reopened
    from easement.assessment.service import find_case
    from easement.node.home import open_node

    agreement = read_agreement(file)
    with open_node(home) as node:
        id_ = find_case(node, said)
        found = reopened(node, id_, agreement)
    data = {"stands": not found, "changed": [each.as_dict() for each in found]}
    emit(as_json, data, lambda: report(found) if found else "The impact assessment still stands for these terms.")
    return 11 if found else 0

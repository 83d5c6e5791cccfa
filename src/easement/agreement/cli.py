"""`easement agreement`: write, check, sign and compare agreements."""

from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from easement.base.errors import UsageError
from easement.cli.present import clear_path, emit, example, json_option, say, table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from easement.agreement.check import Finding
    from easement.agreement.model import Agreement
    from easement.agreement.service import Stood
    from easement.ledger.note import Signer
    from easement.node.home import Node

__all__ = ["agreement"]

INCOMPLETE = 11
"""Exit code of an agreement that is incomplete or not in force."""

FILE = click.Path(path_type=Path, dir_okay=False)
KEY = click.Path(path_type=Path, dir_okay=False, exists=True)
DIRECTORY = click.Path(path_type=Path, file_okay=False, exists=True)
DAY = click.DateTime(["%Y-%m-%d"])

_folder = click.option(
    "--folder", "folders", multiple=True, type=DIRECTORY, help="A folder with standards of your own; may be repeated."
)
_out = click.option("--out", "-o", type=FILE, metavar="FILE", help="Write to this file instead of showing it.")


@click.group(epilog="Start with: easement agreement new --template free-school-meals --out agreement.yaml")
def agreement() -> None:
    """Write, check, sign and compare agreements."""


@agreement.command(epilog="Example: easement agreement new --template free-school-meals --out agreement.yaml")
@click.option("--template", metavar="NAME", help="The template to start from; without it, they are listed.")
@click.option("--provider", metavar="ID", help="The id of the organisation that gives.")
@click.option("--recipient", metavar="ID", help="The id of the organisation that receives.")
@_out
@json_option
def new(template: str | None, provider: str | None, recipient: str | None, out: Path | None, as_json: bool) -> None:
    """Start an agreement from a template.

    What law and habit settle is filled in; the rest is marked, and the check tells of it.
    """
    from easement.agreement import new as drafts

    if template is None:
        known = drafts.templates()
        emit(as_json, known, lambda: table(("TEMPLATE", "WHAT IT IS FOR"), known.items()))
        say("next: easement agreement new --template free-school-meals --out agreement.yaml")
        return
    parties = (provider or drafts.PROVIDER, recipient or drafts.RECIPIENT)
    if out is not None and out.exists():
        raise UsageError(f"`{out}` is there already", remedy="name another file, or move it away first")
    text = drafts.new(template, today=_today(), provider=parties[0], recipient=parties[1])
    _write(text, out, as_json, {"template": template})
    if out is not None:
        say(f"fill in what stands in <angle brackets>, then\nnext: easement agreement check {clear_path(out)}")


@agreement.command(epilog="Example: easement agreement schema")
@json_option
def schema(as_json: bool) -> None:
    """Show the JSON Schema of the agreement file.

    Editors and other programs use it to help while the file is written.
    """
    from easement.agreement.schema import agreement_schema, schema_text

    emit(as_json, agreement_schema(), lambda: schema_text().rstrip("\n"))


@agreement.command(epilog="Example: easement agreement check agreement.yaml")
@click.argument("file", type=FILE)
@_folder
@click.option("--at", type=DAY, metavar="DATE", help="Check as on this day (default: today).")
@json_option
def check(file: Path, folders: tuple[Path, ...], at: datetime | None, as_json: bool) -> int:
    """Say what FILE lacks, why it matters and how to mend it.

    FILE is held against the law catalogue, the standards and the regulator's code. Each finding says where, what,
    why, what to do, and on whose word. What `must` be mended stands in the way of signing; what `should` be looked
    at is for people to judge. Not legal advice.

    \b
    Exit codes: 0 nothing stands in the way of signing, 11 something does.
    """
    from easement.agreement.check import musts
    from easement.agreement.read import read_agreement
    from easement.agreement.service import check_file

    read = read_agreement(file)
    findings = check_file(read, today=_day(at), folders=folders)
    must = len(musts(findings))
    data = {
        "agreement": read.terms.id,
        "version": read.terms.version,
        "digest": read.digest,
        "complete": not must,
        "must": must,
        "should": len(findings) - must,
        "findings": [finding.as_dict() for finding in findings],
    }
    emit(as_json, data, lambda: _findings(findings))
    after = f"check {clear_path(file)}" if must else f"render {clear_path(file)} --to html --out agreement.html"
    say(f"{must} must be mended, {len(findings) - must} should be looked at")
    say(f"next: {'mend them, then ' if must else ''}easement agreement {after}")
    return INCOMPLETE if must else 0


def _findings(findings: "tuple[Finding, ...]") -> str:
    from easement.agreement.rules import Level

    ordered = sorted(findings, key=lambda each: each.level is not Level.MUST)
    return "\n".join(line for finding in ordered for line in _finding(finding)) or "nothing is missing"


def _finding(finding: "Finding") -> tuple[str, ...]:
    from easement.law.entry import Checked

    return (
        f"{finding.level}: {finding.text}",
        f"  where: {finding.where} ({finding.path or 'the whole file'})",
        f"  do:    {finding.mend}",
        f"  why:   {finding.why}",
        f"  on:    {finding.source} ({Checked(finding.checked).words}; rule {finding.code})",
        "",
    )


@agreement.command(epilog="Example: easement agreement render agreement.yaml --to html --out agreement.html")
@click.argument("file", type=FILE)
@click.option("--to", type=click.Choice(["markdown", "html"]), default="markdown", help="The kind of document.")
@_out
@_folder
@json_option
def render(file: Path, to: str, out: Path | None, folders: tuple[Path, ...], as_json: bool) -> None:
    """Write the document that people sign.

    It is made from FILE alone, so the two cannot drift apart, and carries its digest on every page.
    """
    from easement.agreement.read import read_agreement
    from easement.agreement.render import to_html, to_markdown
    from easement.agreement.service import standards_for
    from easement.law.catalogue import catalogue

    read = read_agreement(file)
    write = to_html if to == "html" else to_markdown
    text = write(read, catalogue(), standards_for(read, folders))
    _write(text, out, as_json, {"format": to, "digest": read.digest})
    say(f"next: easement agreement sign {clear_path(file)} --node DIR")


@agreement.command(epilog="Example: easement agreement digest agreement.yaml")
@click.argument("file", type=FILE)
@json_option
def digest(file: Path, as_json: bool) -> None:
    """Show the digest of FILE.

    It is what parties sign and every entry names. Comments, order and spacing do not change it.
    """
    from easement.agreement.read import read_agreement

    read = read_agreement(file)
    data = {"agreement": read.terms.id, "version": read.terms.version, "digest": read.digest}
    emit(as_json, data, read.digest)


@agreement.command(epilog="Example: easement agreement sign agreement.yaml --node northtown-node")
@click.argument("file", type=FILE)
@click.option("--node", type=DIRECTORY, metavar="DIR", help="Sign with the organisation's key of this node.")
@click.option("--key", type=KEY, metavar="FILE", help="Sign with the key in this file; no ledger keeps it.")
@click.option("--joins-as", metavar="CLASS", help="Join an agreement that others made, as this class of body.")
@click.option("--anew", is_flag=True, help="Drop the signatures of earlier terms.")
@_folder
@json_option
def sign(
    file: Path,
    node: Path | None,
    key: Path | None,
    joins_as: str | None,
    anew: bool,
    folders: tuple[Path, ...],
    as_json: bool,
) -> None:
    """Sign FILE for an organisation. The signature stands beside it, in FILE.signatures.

    Nothing is signed while a finding that must be mended stands. With a node, its ledger records the signing first.

    \b
    Exit codes: 0 signed, 2 not a party, 11 not complete, 12 the signatures there are of other terms.
    """
    from easement.agreement.service import sign_file, signatures_path

    given: dict[str, Any] = {"now": datetime.now(UTC), "joins_as": joins_as, "anew": anew}
    if (node is None) == (key is None):
        raise UsageError("say with which key to sign", remedy="give either `--node DIR` or `--key FILE`")
    if node is not None:
        from easement.node.home import open_node

        with open_node(node) as opened:
            signer = opened.organisation_key
            own = (*folders, opened.home / "standards")
            signed = sign_file(file, signer, ledger=opened.ledger, folders=own, **given)
    else:
        assert key is not None
        signer = _signer(key)
        signed = sign_file(file, signer, folders=folders, **given)
    target = signatures_path(file)
    data = {"agreement": signed.terms.id, "signed_by": signer.name, "digest": signed.digest, "signatures": str(target)}
    emit(as_json, data, f"{signer.name} signed {signed.digest}\nthe signature stands in {clear_path(target)}")
    say(_travels(signed.terms, file, target))
    say(f"next: easement agreement status {clear_path(file)} --{f'node {clear_path(node)}' if node else 'keys DIR'}")


def _travels(terms: "Agreement", file: Path, target: Path) -> str:
    """To whom the file and its signatures go now; in a cluster, a proposal carries both by itself."""
    from easement.base.words import listed
    from easement.ledger.note import parse

    there = {each.name for each in parse(target.read_text(encoding="utf-8")).signatures}
    both = f"{clear_path(file)} and {clear_path(target)}"
    if left := [f"`{party}`" for party in terms.parties if party not in there]:
        return f"send {both} to {listed(left)}, who has yet to sign: the file as it is, with its signatures beside it"
    return f"everybody's signature stands there: send {both} to every party, for `agreements/` of its node"


def _signer(path: Path) -> "Signer":
    from easement.ledger.note import Signer

    if path.stat().st_mode & 0o077:
        raise UsageError(f"others can read the key `{path}`", remedy=f"chmod 600 {path}")
    return Signer.parse(path.read_text())


@agreement.command(epilog="Example: easement agreement status agreement.yaml --node northtown-node")
@click.argument("file", type=FILE)
@click.option("--node", type=DIRECTORY, metavar="DIR", help="Know the parties by the keys of this node's members.")
@click.option("--keys", type=DIRECTORY, metavar="DIR", help="Know the parties by the keys in this folder, *.vkey.")
@click.option("--at", type=DAY, metavar="DATE", help="Ask of this day (default: today).")
@json_option
def status(file: Path, node: Path | None, keys: Path | None, at: datetime | None, as_json: bool) -> int:
    """Say whether FILE is in force, and who signed.

    Without keys nobody is known, so nobody is taken to have signed.

    \b
    Exit codes: 0 in force, 11 not in force.
    """
    from easement.agreement.standing import State

    if node is not None and keys is not None:
        raise UsageError("`--node` and `--keys` both say whom you know", remedy="give one of the two")
    on = _day(at)
    stood = _stand(file, node, keys, on)
    emit(as_json, _stood(stood, on), lambda: _stood_words(stood, on))
    for problem in stood.signed.problems if stood.signed else ():
        say(problem)
    if stood.signed and stood.signed.unknown:
        _say_unknown(stood.signed.unknown, node, keys)
    if stood.standing.state is State.REVIEW_OVERDUE:
        ref = stood.file.terms.id
        say(f"next: look at it again and say what came of it: easement agreement review {ref} --node DIR")
    return 0 if stood.standing.in_force and stood.superseded is None else INCOMPLETE


def _stand(file: Path, node: Path | None, keys: Path | None, on: date) -> "Stood":
    """Where it stands by the keys given; a node knows besides what it suspended, and newer versions."""
    from easement.agreement.service import Stood, keys_in, stand

    if node is None:
        return stand(file, keys_in(keys) if keys is not None else (), on=on)
    from easement.node.home import open_node

    with open_node(node) as opened:
        shelved = opened.shelf.at(file, on)
        if shelved.signatures and shelved.signatures.unknown:
            _look_up(opened, shelved.signatures.unknown)
            shelved = opened.shelf.at(file, on)
    return Stood(shelved.file, shelved.signatures, shelved.standing(on), shelved.superseded)


def _look_up(node: "Node", unknown: "Iterable[str]") -> None:
    """Ask for the newest directory where somebody signed whom the one held does not know, at most once a minute."""
    from easement.base.errors import EasementError
    from easement.exchange.directory_service import directory_with

    for name in unknown:
        with suppress(EasementError):  # a node in no cluster, or one whose operator is away: it is told what to do
            directory_with(node, name, datetime.now(UTC))


def _say_unknown(unknown: "Iterable[str]", node: Path | None, keys: Path | None) -> None:
    who = ", ".join(f"`{each}`" for each in unknown)
    if node is None:
        say(f"the key of {who} is not {f'in {clear_path(keys)}' if keys else 'given'}: give --keys DIR, or --node DIR")
        return
    say(f"the key of {who} is not known here; if they joined your cluster: easement directory refresh --node "
        f"{clear_path(node)}; otherwise put it into {clear_path(node / 'members')}, as ID.vkey")  # fmt: skip


def _stood(stood: "Stood", on: date) -> dict[str, Any]:
    terms, signed = stood.file.terms, stood.signed
    return {
        "agreement": terms.id,
        "version": terms.version,
        "digest": stood.file.digest,
        "on": on,
        "state": stood.standing.state,
        "in_force": stood.standing.in_force and stood.superseded is None,
        "superseded": stood.superseded,
        "reasons": stood.standing.reasons,
        "signed": sorted(signed.parties) if signed else [],
        "joined": sorted(signed.joined) if signed else [],
        "strangers": signed.strangers if signed else [],
        "missing": stood.standing.missing,
        "unknown": signed.unknown if signed else [],
        "problems": signed.problems if signed else [],
        "starts": terms.term.starts,
        "ends": terms.term.ends,
        "next_review": stood.standing.next_review,
    }


def _stood_words(stood: "Stood", on: date) -> str:
    terms, signed = stood.file.terms, stood.signed
    lines = [f"{terms.id} {terms.version} is {stood.standing.state} on {on}"]
    lines += [f"  because: {reason}" for reason in stood.standing.reasons]
    lines += [f"  superseded: version {stood.superseded} has taken its place"] if stood.superseded else []
    unknown = set(signed.unknown) if signed else set[str]()
    for party in terms.parties:
        said = "has not signed" if party in stood.standing.missing else "signed"
        lines.append(f"  {party}: {said}{', or its key is not known here' if party in unknown else ''}")
    lines += [f"  {joined}: joined" for joined in sorted(signed.joined if signed else ())]
    lines += [f"  {name}: signed, but these terms let nobody join" for name in (signed.strangers if signed else ())]
    lines.append(f"  term: {terms.term.starts} to {terms.term.ends}")
    if stood.standing.next_review:
        lines.append(f"  next review: by {stood.standing.next_review}")
    return "\n".join(lines)


_of_node = click.option("--node", type=DIRECTORY, required=True, metavar="DIR", help="The node that works by it.")


@agreement.command(epilog="Example: easement agreement suspend free-school-meals --node dwp --reason 'a breach'")
@click.argument("ref", metavar="ID")
@_of_node
@click.option("--reason", required=True, metavar="TEXT", help="Why; whoever asks under it is told.")
@click.option("--by", default="", metavar="WHO", help="Who suspends it; kept in the private record alone.")
@json_option
def suspend(ref: str, node: Path, reason: str, by: str, as_json: bool) -> None:
    """Stop all disclosures under an agreement of this node, from the next decision on.

    ID is the agreement's id, or a version's digest. It holds for every version until it is resumed.
    """
    from easement.gate.suspension import suspend as stop
    from easement.node.home import open_node

    with open_node(node) as opened:
        index = stop(opened, ref, reason, now=datetime.now(UTC), by=by)
    emit(as_json, {"agreement": ref, "suspended": True, "entry": index}, f"suspended {ref} (entry {index})")
    say(f"next, when it may go on: easement agreement resume {ref} --node {clear_path(node)}")


@agreement.command(epilog="Example: easement agreement resume free-school-meals --node dwp")
@click.argument("ref", metavar="ID")
@_of_node
@click.option("--reason", default="", metavar="TEXT", help="Why; kept in the private record alone.")
@click.option("--by", default="", metavar="WHO", help="Who resumes it; kept in the private record alone.")
@json_option
def resume(ref: str, node: Path, reason: str, by: str, as_json: bool) -> None:
    """Let disclosures go on under an agreement that was suspended here; ID is its id, or a version's digest.

    What a party suspended through its proposal stays so until that party takes it back.
    """
    from easement.node.home import open_node
    from easement.permission.by_hand import resume as let_go_on

    with open_node(node) as opened:
        index = let_go_on(opened, ref, reason, now=datetime.now(UTC), by=by)
    emit(as_json, {"agreement": ref, "suspended": False, "entry": index}, f"resumed {ref} (entry {index})")


@agreement.command(
    epilog=example(
        "easement agreement review school-meals --node dwp --outcome continue --words '120 children found' --by 'Bo'"
    )
)
@click.argument("ref", metavar="ID")
@_of_node
@click.option(
    "--outcome", required=True, type=click.Choice(["continue", "change", "end"]), help="What should come of it."
)
@click.option("--words", required=True, metavar="TEXT", help="What you found; kept in the private record alone.")
@click.option("--role", default="governance-lead", show_default=True, help="Your role at the node.")
@click.option("--by", default="", metavar="NAME", help="Who reviewed it; kept in the private record alone.")
@json_option
def review(ref: str, node: Path, outcome: str, words: str, role: str, by: str, as_json: bool) -> None:
    """Record what your review of an agreement found that was signed by hand or joined; ID is its id or digest.

    It counts at your own node: with `continue`, the next review is due anew from today. What was agreed in a proposal
    is reviewed by every party there (`easement proposal review`).
    """
    from easement.node.home import open_node
    from easement.permission.actor import at_console
    from easement.permission.reviewing import review_agreement

    with open_node(node) as opened:
        done = review_agreement(opened, ref, outcome, words, at_console(role, by), datetime.now(UTC))
    due = f"; the next review is due by {done.next_review}" if done.next_review else ""
    emit(as_json, done.as_dict(), f"reviewed {done.agreement} {done.version}: {done.outcome} (entry {done.entry}){due}")


@agreement.command(epilog="Example: easement agreement diff agreed.yaml proposed.yaml")
@click.argument("old", type=FILE)
@click.argument("new", type=FILE)
@json_option
def diff(old: Path, new: Path, as_json: bool) -> None:
    """Compare OLD with NEW, clause by clause.

    Each change says whether it lets more cross, or less, or whether a person has to judge.
    """
    from easement.agreement.diff import differences, report, summary
    from easement.agreement.read import read_agreement

    found = differences(read_agreement(old), read_agreement(new))
    data = {"summary": summary(found), "differences": [each.as_dict() for each in found]}
    emit(as_json, data, lambda: report(found))


@agreement.command(epilog="Example: easement agreement export agreement.yaml --to odrl --out agreement.jsonld")
@click.argument("file", type=FILE)
@click.option(
    "--to", type=click.Choice(["json", "odrl", "dpv", "cedar", "odcs"]), required=True, help="The other format."
)
@_out
@_folder
@json_option
def export(file: Path, to: Any, out: Path | None, folders: tuple[Path, ...], as_json: bool) -> None:
    """Write FILE in another format, such as ODRL.

    The formats: the terms as signed (canonical JSON), ODRL, the Data Privacy Vocabulary, Cedar policies,
    a data contract (ODCS).
    """
    from easement.agreement.export import export as write
    from easement.agreement.read import read_agreement
    from easement.agreement.service import standards_for
    from easement.law.catalogue import catalogue

    read = read_agreement(file)
    text = write(read, to, catalogue=catalogue(), standards=standards_for(read, folders))
    _write(text, out, as_json, {"format": to, "digest": read.digest})


def _write(text: str, out: Path | None, as_json: bool, data: dict[str, Any]) -> None:
    """Show a text, or put it into a file."""
    if out is None:
        emit(as_json, data | {"text": text}, text.rstrip("\n"))
        return
    from easement.base.durable import write_whole

    write_whole(out, text)
    emit(as_json, data | {"file": str(out)}, f"wrote {clear_path(out)}")


def _today() -> date:
    return datetime.now(UTC).date()


def _day(at: datetime | None) -> date:
    return at.date() if at else _today()

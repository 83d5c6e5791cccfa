"""Drafts of agreements: read, checked as they stand, changed by form or by hand."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from easement.agreement.check import Finding, check
from easement.agreement.clauses import CLAUSES, Section
from easement.agreement.diff import differences, summary
from easement.agreement.edit import GONE
from easement.agreement.form import fields
from easement.agreement.lookup import Lookup
from easement.agreement.new import new, templates
from easement.agreement.sections import paper
from easement.base.errors import EasementError, UsageError
from easement.base.located import Path_
from easement.exchange.directory_service import held_directory
from easement.law.catalogue import catalogue
from easement.law.model import BodyClass
from easement.meaning.examples import example_of
from easement.meaning.model import Standard
from easement.meaning.standards import refs, standard
from easement.node.home import Node
from easement.permission import drafts as service
from easement.permission.drafts import Draft
from easement.web.views.editing import (
    Changes,
    DraftFile,
    DraftLine,
    DraftPage,
    Drafts,
    NewDraft,
    Preview,
    SectionLine,
    SectionPage,
)

__all__ = [
    "PARTS",
    "changed_since",
    "draft_file",
    "draft_line",
    "draft_page",
    "drafts",
    "found",
    "from_template",
    "new_draft",
    "new_party",
    "new_share",
    "preview",
    "section_page",
    "standards_of",
    "without",
]

PARTS = tuple(section for section in Section if section is not Section.SIGNATURES)
"""The sections that have a form, in the order of the document."""


def drafts(node: Node, now: datetime) -> Drafts:
    """The drafts in work."""
    known = standards_of(node)
    return Drafts(lines=tuple(_line(each, _check(each, known, now)) for each in service.drafts(node)))


def new_draft(node: Node, **filled: Any) -> NewDraft:
    """The form that begins a draft."""
    return NewDraft(templates=tuple(templates().items()), organisations=_organisations(node), **filled)


def from_template(template: str, provider: str, recipient: str, now: datetime) -> str:
    """The text of a new agreement; raises `UsageError` for parties that are the same."""
    if provider == recipient:
        raise UsageError("the one who gives is the one who receives", remedy="choose two different organisations")
    return new(template, today=now.date(), provider=provider, recipient=recipient)


def found(node: Node, id_: str) -> Draft | None:
    """A draft as it is now, or `None`."""
    try:
        return service.draft(node, id_)
    except UsageError:
        return None


def draft_page(node: Node, draft: Draft, now: datetime) -> DraftPage:
    """One draft with what it lacks."""
    known = standards_of(node)
    findings = _check(draft, known, now)
    terms = draft.file.terms
    return DraftPage(
        line=_line(draft, findings),
        sections=tuple(_section(number, part, findings) for number, part in enumerate(PARTS, start=1)),
        findings=findings,
        parties=tuple((id_, party.role) for id_, party in terms.parties.items()),
        shares=tuple(terms.shares),
        standards=tuple((ref, each.title) for ref, each in sorted(known.items())),
        classes=tuple(sorted(((each.id, each.label) for each in catalogue().all(BodyClass)), key=lambda pair: pair[1])),
        versions=tuple(_line(each, ()) for each in service.history(node, draft.id)),
    )


def section_page(node: Node, draft: Draft, number: int, now: datetime) -> SectionPage:
    """The form of one section, numbered from 1."""
    known, part = standards_of(node), PARTS[number - 1]
    findings = _check(draft, known, now)
    return SectionPage(
        line=_line(draft, findings),
        part=part,
        number=number,
        last=len(PARTS),
        fields=fields(draft.file, part, catalogue(), known),
        findings=tuple(each for each in findings if _part_of(each) is part),
        examples=_examples(draft, known) if part is Section.DATA else {},
    )


def draft_file(
    node: Node, draft: Draft, now: datetime, text: str = "", problems: tuple[tuple[str, str, str], ...] = ()
) -> DraftFile:
    """The draft as its file; `text` and `problems` where one was tried that is no agreement."""
    findings = _check(draft, standards_of(node), now)
    return DraftFile(line=_line(draft, findings), text=text or draft.text, problems=problems)


def preview(node: Node, draft: Draft, now: datetime) -> Preview:
    """The document that people would sign."""
    known = standards_of(node)
    return Preview(line=_line(draft, _check(draft, known, now)), paper=paper(draft.file, Lookup(catalogue(), known)))


def changed_since(node: Node, draft: Draft, number: int) -> Changes | None:
    """What differs since an earlier version; `None` where there was none of that number."""
    try:
        earlier = service.draft(node, draft.id, number)
    except UsageError:
        return None
    listed = differences(earlier.file, draft.file)
    return Changes(line=_line(draft, ()), earlier=_line(earlier, ()), summary=summary(listed), differences=listed)


# Parts that are put in and taken out


def new_party(draft: Draft, id_: str, role: str, body_class: str) -> dict[Path_, Any]:
    """The changes that put a party in."""
    if id_ in draft.file.terms.parties:
        raise UsageError(f"`{id_}` is a party already", remedy="choose another id", where="party")
    named = {"as": role, "class": body_class, "controller": "independent", "contact": "<fill in a shared address>"}
    changes: dict[Path_, Any] = {("parties", id_): named, ("law", id_): {"basis": "art6_1_e"}}
    if role == "recipient":
        changes[("people", id_)] = {"roles": ["fill-in"]}
    return changes


def new_share(draft: Draft, id_: str, ref: str, known: Mapping[str, Standard]) -> dict[Path_, Any]:
    """The changes that put a share in, with one field to begin with."""
    terms = draft.file.terms
    if id_ in terms.shares:
        raise UsageError(f"there is a share `{id_}` already", remedy="choose another name", where="share")
    if ref not in known:
        raise UsageError(f"there is no standard `{ref}`", remedy="choose one from the list", where="standard")
    sides = {
        role: [id_ for id_, each in terms.parties.items() if each.role == role] for role in ("provider", "recipient")
    }
    first = next(iter(known[ref].elements))
    share = {"from": sides["provider"][0], "to": sides["recipient"], "standard": ref, "modes": ["lookup"]}
    return {("shares", id_): {**share, "subjects": "matched", "fields": {first: "present"}}}


def without(draft: Draft, kind: str, id_: str) -> dict[Path_, Any]:
    """The changes that take a party or a share out, with all that names it."""
    terms = draft.file.terms
    if kind == "share":
        return {("shares", id_): GONE}
    changes: dict[Path_, Any] = {(part, id_): GONE for part in ("parties", "law", "people")}
    for name, share in terms.shares.items():
        rest = [each for each in share.recipients if each != id_]
        if share.provider == id_ or not rest:
            changes[("shares", name)] = GONE
        elif len(rest) < len(share.recipients):
            changes[("shares", name, "to")] = rest
    return changes


# What they are made of


def standards_of(node: Node) -> dict[str, Standard]:
    """The standards that are known at this node."""
    folders = [Path(node.home) / "standards"]
    return {ref: standard(ref, folders) for ref in refs(folders)}


def draft_line(draft: Draft) -> DraftLine:
    """One draft by its name and who saved it last, whatever it lacks."""
    return _line(draft, ())


def _check(draft: Draft, known: Mapping[str, Standard], now: datetime) -> tuple[Finding, ...]:
    return check(draft.file, catalogue(), known, today=now.date())


def _line(draft: Draft, findings: tuple[Finding, ...]) -> DraftLine:
    terms = draft.file.terms
    return DraftLine(
        id=draft.id,
        title=terms.title,
        agreement=terms.id,
        version=terms.version,
        number=draft.number,
        at=draft.at,
        by=draft.by,
        musts=sum(each.level == "must" for each in findings),
        proposal=draft.proposal,
        assessment=draft.assessment,
    )


def _section(number: int, part: Section, findings: tuple[Finding, ...]) -> SectionLine:
    mine = [each.level for each in findings if _part_of(each) is part]
    musts = sum(level == "must" for level in mine)
    return SectionLine(number, part.value, musts, len(mine) - musts)


def _part_of(finding: Finding) -> Section:
    """The section of the document in which what a finding is about stands."""
    path = finding.path.split(".")
    if path[0] == "law" and len(path) > 1 and f"law.{path[1]}" not in CLAUSES:
        path = ["law", "parties", *path[1:]]
    for length in range(len(path), 0, -1):
        for pattern, clause in CLAUSES.items():
            parts = pattern.split(".")
            if len(parts) >= length and all(
                one in (other, "*") for one, other in zip(parts, path[:length], strict=False)
            ):
                return clause.section
    return Section.ABOUT


def _examples(draft: Draft, known: Mapping[str, Standard]) -> dict[str, str]:
    """An invented value for each field of each share, by the field's name in the form."""
    shares = draft.file.terms.shares.items()
    return {
        f"shares.{id_}.fields.{name}": example_of(element)
        for id_, share in shares
        if share.standard in known
        for name, element in known[share.standard].elements.items()
    }


def _organisations(node: Node) -> tuple[tuple[str, str], ...]:
    """The members of the cluster by name, this organisation among them; itself alone where there is no cluster."""
    own = node.settings.organisation
    named = {own.id: own.name or own.id}
    with suppress(EasementError):  # in no cluster, a draft is written all the same
        named |= {member.id: member.name for member in held_directory(node).members}
    return tuple(sorted(named.items(), key=lambda pair: pair[1].casefold()))

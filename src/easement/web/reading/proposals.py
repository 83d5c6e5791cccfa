"""Proposals as people read them: who waits for whom, one proposal with all that happened, its text and its changes."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta

from easement.agreement.check import Finding, check
from easement.agreement.lookup import Lookup
from easement.agreement.sections import paper
from easement.base.database import reading
from easement.base.errors import EasementError, UsageError
from easement.law.catalogue import catalogue
from easement.node.home import Node
from easement.permission import drafts as drafting
from easement.permission import model as m
from easement.permission import service, tables
from easement.permission.actor import NEEDED
from easement.permission.dossier import Dossier, Stage
from easement.permission.keeping import names as acted
from easement.permission.keeping import read
from easement.permission.model import Event, Kind
from easement.permission.tables import Row
from easement.permission.texts import Text, file_of
from easement.permission.transitions import possible
from easement.staff.model import Identity
from easement.staff.permissions import BUNDLES, NodeRole, Permission
from easement.web.reading.editing import standards_of
from easement.web.reading.names import Names, names_of
from easement.web.views.proposals import (
    Changed,
    DraftHere,
    Happened,
    Hearing,
    ProposalLine,
    ProposalPage,
    Proposals,
    ProposalText,
    RemarkLine,
    ReviewLine,
    Side,
    Step,
    TextChanges,
    TextLine,
)

__all__ = [
    "changed_since",
    "changes",
    "dossier_of",
    "findings_of",
    "line_of",
    "one",
    "proposals",
    "roles_for",
    "text",
    "text_line",
    "waiting_for",
]

SOON = timedelta(days=30)
"""How long before its day a review begins to wait for somebody."""

WAY = (Stage.PROPOSED, Stage.DRAFT, Stage.REVIEW, Stage.APPROVED, Stage.IN_FORCE)
"""The steps from a wish to an agreement in force."""

TURN = {
    Stage.PROPOSED: Kind.AGREE,
    Stage.DRAFT: Kind.SUBMIT,
    Stage.REVIEW: Kind.APPROVE,
    Stage.APPROVED: Kind.SIGN,
}
"""What an organisation whose turn it is does next."""


# The list


def proposals(node: Node, identity: Identity, now: datetime, *, state: str = "", waits: str = "") -> Proposals:
    """Every proposal that is known here, those first that wait for whoever looks."""
    names = names_of(node, now)
    lines = tuple(_line_of_row(node, identity, row, names, now) for row in service.proposals(node))
    found = tuple(each for each in lines if (not state or each.state == state) and _waits(each, waits))
    return Proposals(
        mine=tuple(each for each in lines if each.mine),
        lines=found,
        states=tuple(dict.fromkeys(each.state for each in lines)),
        state=state,
        waits=waits,
        query="&".join(f"{name}={value}" for name, value in (("state", state), ("waits", waits)) if value),
        drafting=identity.may(Permission.AGREEMENT_DRAFT_WRITE),
        signing=identity.may(Permission.AGREEMENT_VERSION_SIGN),
    )


def _waits(line: ProposalLine, waits: str) -> bool:
    match waits:
        case "me":
            return line.mine
        case "us":
            return line.ours
        case "others":
            return bool(line.waiting) and not line.ours
        case "late":
            return line.late
        case "review":
            return line.review is not None
    return True


def _line_of_row(node: Node, identity: Identity, row: Row, names: Names, now: datetime) -> ProposalLine:
    today = now.astimezone(UTC).date()
    return ProposalLine(
        id=row.id,
        title=row.title,
        state=row.state,
        home=names.organisation(row.home),
        waiting=tuple(names.organisation(each) for each in row.waiting),
        since=datetime.fromtimestamp(row.since, UTC),
        answer_by=date.fromisoformat(row.answer_by),
        late=row.state == Stage.PROPOSED and today.isoformat() > row.answer_by,
        ours=node.organisation in row.waiting,
        mine=_mine(node, identity, row),
        agreement=row.agreement_id or "",
        version=row.version or "",
        review=_review(node, row.agreed, today),
    )


def _mine(node: Node, identity: Identity, row: Row) -> bool:
    """Whether a proposal waits for just this person, by what they may do and whether they did it."""
    if node.organisation not in row.waiting:
        return False
    kind = TURN[Stage(row.state)]
    if kind is Kind.APPROVE:
        return bool(roles_for(node, identity, kind, read(node, row.id)))
    return identity.may(NEEDED[kind])


def _review(node: Node, agreed: str | None, today: date) -> date | None:
    """The day of the next review of what is in force, where it is near or over."""
    if agreed is None:
        return None
    with suppress(EasementError):  # it is not on the shelf yet, or cannot be read there
        shelved = node.shelf.get(agreed, today)
        due = shelved.standing(today).next_review
        if due is not None and due <= today + SOON and shelved.superseded is None:
            return due
    return None


def waiting_for(node: Node, identity: Identity, now: datetime) -> dict[str, int]:
    """How much waits for somebody: proposals to answer, texts in work, approvals, signatures and reviews."""
    found = {"answers": 0, "texts": 0, "approvals": 0, "signatures": 0, "reviews": 0}
    if not identity.may(Permission.AGREEMENT_PROPOSAL_READ):
        return found
    said = {Kind.AGREE: "answers", Kind.SUBMIT: "texts", Kind.APPROVE: "approvals", Kind.SIGN: "signatures"}
    today, reviewer = now.astimezone(UTC).date(), identity.may(NEEDED[Kind.REVIEW])
    for row in service.proposals(node):
        if _mine(node, identity, row):
            found[said[TURN[Stage(row.state)]]] += 1
        if reviewer and row.over is None and _review(node, row.agreed, today) is not None:
            found["reviews"] += 1
    return found


# One proposal


def dossier_of(node: Node, id_: str) -> Dossier | None:
    """A proposal as it stands here, or `None`."""
    try:
        return read(node, id_)
    except UsageError:
        return None


def line_of(node: Node, identity: Identity, dossier: Dossier, now: datetime) -> ProposalLine:
    """One proposal as lists show it."""
    with reading(node.engine) as connection:
        row = tables.one(connection, dossier.id)
    assert row is not None  # it was read from here
    return _line_of_row(node, identity, row, names_of(node, now), now)


def roles_for(node: Node, identity: Identity, kind: Kind, dossier: Dossier | None) -> tuple[str, ...]:
    """The roles in which somebody could do something; to approve, only those that are still to be heard."""
    needed = NEEDED[kind]
    held = (role.value for role in identity.organisation_roles if needed in BUNDLES[role])
    own = sorted(held, key=lambda role: (role != NodeRole.GOVERNANCE_LEAD, role))
    if kind is not Kind.APPROVE or dossier is None or dossier.text is None:
        return tuple(own)
    known = dossier.approvals.get(node.organisation)
    given = known.given if known else {}
    return tuple(each for each in own if each in service.needed(node, dossier.text) and each not in given)


def one(node: Node, identity: Identity, dossier: Dossier, now: datetime) -> ProposalPage:
    """One proposal with everything that happened."""
    names = names_of(node, now)
    with reading(node.engine) as connection:
        problems = tables.problems_of(connection, dossier.id)
    return ProposalPage(
        line=line_of(node, identity, dossier, now),
        why=dossier.why,
        harm=dossier.harm_if_not_shared,
        opened=dossier.opened,
        answer_days=dossier.answer_days,
        answering=dossier.stage is Stage.PROPOSED,
        steps=_steps(dossier),
        sides=tuple(_side(dossier, party, names) for party in dossier.parties),
        acts=_acts(node, identity, dossier),
        happened=tuple(_happened(node, dossier, names)),
        text=text_line(dossier.text),
        agreed=text_line(dossier.agreed),
        reviewed=_reviewed(node, dossier),
        findings=findings_of(node, dossier, now) if dossier.text != dossier.agreed else (),
        hearings=tuple(_hearing(node, dossier, party, names) for party in dossier.signing),
        remarks=_remarks(dossier, names),
        suspended=tuple((names.organisation(party), words) for party, words in dossier.suspended.items()),
        reviews=tuple(
            ReviewLine(names.organisation(each.organisation), each.at, each.outcome.value, each.words)
            for each in dossier.reviews
        ),
        because=dossier.over_because,
        drafts=_drafts(node, identity, dossier),
        untold=tuple((names.organisation(party), problem) for party, problem in problems.items() if problem),
        editing=_may_edit(node, identity, dossier),
    )


def _steps(dossier: Dossier) -> tuple[Step, ...]:
    """The steps to an agreement in force: those that were taken, the one that is, and those ahead."""
    stages = [*WAY, dossier.stage] if dossier.stage.over else [*WAY]
    if dossier.stage is Stage.ENDED:
        stages = [*WAY, Stage.ENDED]
    elif dossier.stage.over:
        stages = [Stage.PROPOSED, *([Stage.DRAFT] if dossier.text else []), dossier.stage]
    at = stages.index(dossier.stage)
    said = ["done"] * at + ["now"] + ["ahead"] * (len(stages) - at - 1)
    return tuple(Step(stage.value, progress) for stage, progress in zip(stages, said, strict=True))


def _side(dossier: Dossier, party: str, names: Names) -> Side:
    answer = dossier.answers.get(party)
    senior = [each.to for each in dossier.escalations if each.of == party and answer is None]
    return Side(
        name=names.organisation(party),
        role=dossier.parties[party],
        appetite=dossier.appetites.get(party, ""),
        answer=answer.kind if answer else "proposed" if party == dossier.home else "",
        reason=answer.reason if answer else "",
        words=answer.words if answer else "",
        with_senior=senior[-1] if senior else "",
    )


def _acts(node: Node, identity: Identity, dossier: Dossier) -> tuple[str, ...]:
    """What somebody could do now by a form of its own; a text is edited in a draft."""
    kinds = [kind for kind in possible(dossier, node.organisation) if kind not in (Kind.DRAFT, Kind.VARY)]
    mine = [kind for kind in kinds if identity.may(NEEDED[kind])]
    turn = TURN.get(dossier.stage)
    heard = [kind for kind in mine if kind is not Kind.APPROVE or roles_for(node, identity, kind, dossier)]
    first = turn if turn in heard and node.organisation in dossier.waiting_for else None
    return tuple(kind.value for kind in sorted(heard, key=lambda kind: kind is not first))


def _may_edit(node: Node, identity: Identity, dossier: Dossier) -> bool:
    """Whether somebody may put another text, or begin the next version of what is in force."""
    kinds = possible(dossier, node.organisation)
    return identity.may(NEEDED[Kind.DRAFT]) and (Kind.DRAFT in kinds or Kind.VARY in kinds)


def _hearing(node: Node, dossier: Dossier, party: str, names: Names) -> Hearing:
    heard = dossier.approvals.get(party)
    ours = party == node.organisation and dossier.text is not None
    needs = heard.needs if heard else service.needed(node, dossier.text) if ours and dossier.text else ()
    given = heard.given if heard else {}
    return Hearing(
        name=names.organisation(party),
        given=tuple(given.items()),
        missing=tuple(each for each in needs if each not in given),
        known=bool(needs),
        complete=dossier.approved_by(party),
        dropped=party in dossier.dropped,
        signed=party in dossier.signatures,
    )


def _remarks(dossier: Dossier, names: Names) -> tuple[RemarkLine, ...]:
    current = dossier.text.digest if dossier.text else ""
    return tuple(
        RemarkLine(
            name=names.organisation(each.author),
            role=each.role,
            at=each.at,
            clause=each.clause,
            words=each.words,
            change=each.change,
            earlier=bool(each.digest) and each.digest != current,
        )
        for each in reversed(dossier.remarks)
    )


def _happened(node: Node, dossier: Dossier, names: Names) -> Iterator[Happened]:
    people = acted(node, dossier.events)
    for event in reversed(dossier.events):
        yield _event(event, names.organisation(event.author), people.get(event.number, ""), names)


def _event(event: Event, name: str, person: str, names: Names) -> Happened:
    said = event.said
    return Happened(
        number=event.number,
        kind=event.kind.value,
        name=names.organisation(said.of) if isinstance(said, m.Escalated) else name,
        role=event.role,
        person=person,
        at=event.when,
        words=getattr(said, "words", ""),
        clause=getattr(said, "clause", ""),
        reason=said.reason.value if isinstance(said, m.Refused) else "",
        outcome=said.outcome.value if isinstance(said, m.Reviewed) else "",
        to=said.to if isinstance(said, m.Escalated) else "",
        digest=getattr(said, "digest", ""),
    )


def _drafts(node: Node, identity: Identity, dossier: Dossier) -> tuple[DraftHere, ...]:
    if not identity.may(Permission.AGREEMENT_DRAFT_WRITE):
        return ()
    return tuple(DraftHere(each.id, each.at, each.by) for each in drafting.drafts(node) if each.proposal == dossier.id)


# Its text


def text_line(found: Text | None) -> TextLine | None:
    """A text by its name, version and digest."""
    return TextLine(found.id, found.version, found.digest) if found else None


def findings_of(node: Node, dossier: Dossier, now: datetime) -> tuple[Finding, ...]:
    """What the check finds in the text, those first that stand in the way of signing."""
    if dossier.text is None:
        return ()
    found = check(file_of(dossier.text.source), catalogue(), standards_of(node), today=now.astimezone(UTC).date())
    return tuple(sorted(found, key=lambda each: each.level != "must"))


def text(node: Node, identity: Identity, dossier: Dossier, now: datetime) -> ProposalText | None:
    """The text as the document that people would sign; `None` where there is none yet."""
    found = text_line(dossier.text)
    if dossier.text is None or found is None:
        return None
    file = file_of(dossier.text.source)
    return ProposalText(
        line=line_of(node, identity, dossier, now),
        text=found,
        paper=paper(file, Lookup(catalogue(), standards_of(node))),
        findings=findings_of(node, dossier, now) if dossier.text != dossier.agreed else (),
        remarks=_remarks(dossier, names_of(node, now)),
        reviewed=_reviewed(node, dossier),
        editing=_may_edit(node, identity, dossier),
        acts=_acts(node, identity, dossier),
    )


def _reviewed(node: Node, dossier: Dossier) -> str:
    """The digest of the text that this organisation looked at last, where it is another than the one that stands.

    What is in force otherwise, where another text is in work; else the text before.
    """
    current = dossier.text.digest if dossier.text else ""
    own = [e for e in dossier.events if e.author == node.organisation and e.kind not in (Kind.DRAFT, Kind.VARY)]
    seen: list[str] = [getattr(event.said, "digest", "") for event in own]
    agreed = [dossier.agreed.digest] if dossier.agreed else []
    before = [each for event in dossier.events if (each := _text_of(event))]
    for digest in (*reversed(seen), *agreed, *reversed(before)):
        if digest and current and digest != current and digest in before:
            return digest
    return ""


def _text_of(event: Event) -> str:
    """The digest of the text that an event brought, empty where it brought none."""
    if isinstance(event.said, m.Drafted | m.Varied):
        return event.said.digest
    if isinstance(event.said, m.Proposed) and event.said.text:
        digest: str = file_of(event.said.text).digest
        return digest
    return ""


def changed_since(node: Node, dossier: Dossier, digest: str) -> Changed | None:
    """How the text differs from an earlier one by its digest; `None` where there was none of it, or it is the same."""
    if dossier.text is None or dossier.text.digest == digest:
        return None
    try:
        found = service.changes_since(node, dossier.id, digest)
    except EasementError:
        return None
    return Changed(digest, dossier.text.digest, found["summary"], tuple(found["differences"]))


def changes(node: Node, identity: Identity, dossier: Dossier, since: str, now: datetime) -> TextChanges | None:
    """What changed in the text since one that somebody knows; `None` where that was never one of its texts."""
    found = changed_since(node, dossier, since)
    return TextChanges(line=line_of(node, identity, dossier, now), changed=found) if found else None

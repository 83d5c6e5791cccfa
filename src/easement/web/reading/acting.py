"""What people do about proposals by forms: each with what it does, what stands in the way, and why it was refused."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from easement.agreement.new import new
from easement.base.errors import EasementError, UsageError
from easement.base.located import Path_
from easement.node.home import Node
from easement.permission import drafts as drafting
from easement.permission import service
from easement.permission.actor import Actor, of_identity
from easement.permission.carrying import Away
from easement.permission.dossier import Dossier, Stage
from easement.permission.drafts import Draft
from easement.permission.join_rules import JoinRefused
from easement.permission.model import Kind, Outcome
from easement.permission.reasons import RefusalReason
from easement.permission.service import Wish
from easement.permission.texts import Text, compared, file_of
from easement.permission.transitions import Illegal, possible
from easement.staff.model import Identity
from easement.web.reading.editing import draft_line
from easement.web.reading.names import names_of
from easement.web.reading.proposals import changed_since, findings_of, line_of, roles_for, text_line
from easement.web.views.proposals import ActPage, Changed, Obstacle, Propose, PutDraft

__all__ = [
    "BY_FORM",
    "OF_TEXT",
    "Filled",
    "act_page",
    "began",
    "do",
    "kept",
    "moved_on",
    "obstacles",
    "propose",
    "propose_page",
    "put",
    "put_page",
]

BY_FORM = frozenset(Kind) - {Kind.PROPOSE, Kind.DRAFT, Kind.VARY, Kind.ESCALATE}
"""What is done by a form of its own; texts come from drafts, and silence is said by the clock."""

COMPLETE = frozenset({Kind.SUBMIT, Kind.APPROVE, Kind.SIGN})
"""What nobody does with a text in which something must be mended."""

OF_TEXT = frozenset({Kind.SUBMIT, Kind.APPROVE, Kind.SIGN, Kind.COMMENT, Kind.REQUEST_CHANGES})
"""What is about the text that was read."""


@dataclass(frozen=True, slots=True)
class Filled:
    """What was filled in; `digest` names the text that was on the page."""

    words: str = ""
    reason: str = ""
    clause: str = ""
    outcome: str = ""
    role: str = ""
    digest: str = ""


# One thing to do


def act_page(node: Node, identity: Identity, dossier: Dossier, kind: Kind, now: datetime) -> ActPage:
    """The form for one thing, with what it does and what stands in the way."""
    text, left = dossier.text, set(dossier.waiting_for) - {node.organisation}
    return ActPage(
        line=line_of(node, identity, dossier, now),
        kind=kind.value,
        possible=kind in possible(dossier, node.organisation),
        roles=roles_for(node, identity, kind, dossier),
        text=text_line(text) if kind in OF_TEXT else text_line(dossier.agreed),
        findings=findings_of(node, dossier, now) if kind in COMPLETE else (),
        reasons=tuple(each.value for each in RefusalReason) if kind is Kind.REFUSE else (),
        clauses=_clauses(text) if kind in (Kind.COMMENT, Kind.REQUEST_CHANGES) else (),
        outcomes=tuple(each.value for each in Outcome) if kind is Kind.REVIEW else (),
        last=kind is Kind.SIGN and not left,
    )


def _clauses(text: Text | None) -> tuple[str, ...]:
    """The clauses of a text that something can be said of, as their paths in the file, one or two words deep."""
    if text is None:
        return ()
    found: list[str] = []
    for name, value in file_of(text.source).document.data.items():
        found += [f"{name}.{below}" for below in value] if isinstance(value, Mapping) else [str(name)]
    return tuple(found)


def moved_on(dossier: Dossier, node: Node, kind: Kind, digest: str) -> Changed | None:
    """What changed in the text since the page was made, where something did."""
    return changed_since(node, dossier, digest) if kind in OF_TEXT and digest else None


def do(node: Node, identity: Identity, dossier: Dossier, kind: Kind, filled: Filled, now: datetime) -> Dossier:
    """Do it, as whoever is signed in; raises what the room of proposals raises."""
    role = filled.role or next(iter(roles_for(node, identity, kind, dossier)), "")
    actor = of_identity(identity, role)
    said: dict[str, Any] = {}
    if kind in (Kind.APPROVE, Kind.SIGN):
        said["digest"] = filled.digest
    elif kind is not Kind.SUBMIT:
        said["words"] = filled.words
    if kind is Kind.REFUSE:
        said["reason"] = filled.reason
    elif kind in (Kind.COMMENT, Kind.REQUEST_CHANGES):
        said["clause"] = filled.clause
    elif kind is Kind.REVIEW:
        said["outcome"] = filled.outcome
    done: Dossier = getattr(service, kind.value.replace("-", "_"))(node, dossier.id, actor, now, **said)
    return done


def obstacles(error: EasementError) -> tuple[Obstacle, ...]:
    """Every reason why something was refused, each with what to do instead."""
    match error:
        case Illegal() | JoinRefused():
            return tuple(Obstacle(each.code.value, each.text, each.remedy) for each in error.reasons)
        case Away():
            return (Obstacle("away", error.what, ""),)
    return (Obstacle("", error.what, error.remedy),)


# From a draft to a proposal


def propose_page(node: Node, identity: Identity, draft: Draft, now: datetime) -> Propose:
    """A draft as a proposal, with all filled in that the draft says already."""
    terms, names = draft.file.terms, names_of(node, now)
    return Propose(
        draft=draft_line(draft),
        parties=tuple((names.organisation(id_), party.role) for id_, party in terms.parties.items()),
        appetite=node.settings.permission.risk_appetite,
        title=terms.title,
        why=_plain(terms.purpose.statement),
        harm=_plain(terms.purpose.harm_if_not_shared),
        answer_days=str(node.settings.permission.answer_days),
        roles=roles_for(node, identity, Kind.PROPOSE, None),
    )


def _plain(words: str | None) -> str:
    """Words of a clause; a place that is yet to be filled in is none."""
    return "" if words is None or words.startswith("<") else " ".join(words.split())


def propose(node: Node, draft: Draft, wish: Mapping[str, str], actor: Actor, now: datetime) -> Dossier:
    """Propose a draft to the other parties that it names; the text goes with it, and the draft is done.

    Raises `UsageError` where this organisation is no party, or a number of days that cannot be.
    """
    parties = {id_: party.role for id_, party in draft.file.terms.parties.items()}
    if node.organisation not in parties:
        raise UsageError("your own organisation is no party in this draft", remedy="put it in as one who gives or gets")
    own = parties.pop(node.organisation)
    days = wish["answer_days"]
    if not (days.isascii() and days.isdecimal() and 1 <= int(days) <= 60):
        raise UsageError("the days to answer in are no number from 1 to 60", remedy="write a number", where="days")
    said = Wish(
        title=wish["title"],
        why=wish["why"],
        harm_if_not_shared=wish["harm"],
        parties=parties,
        as_=own,
        text=draft.text,
        answer_days=int(days),
        assessment=draft.assessment,
    )
    made = service.propose(node, said, actor, now)
    drafting.discard(node, draft.id, actor)
    return made


# From a proposal to a draft, and back


def began(node: Node, dossier: Dossier, actor: Actor, now: datetime) -> Draft:
    """A draft of the text as it stands, meant for the proposal; of a next version, where one is in force or signed."""
    text = dossier.text
    source = text.source if text else _empty(dossier, now)
    made = drafting.start(node, source, actor, now, proposal=dossier.id, assessment=dossier.assessment)
    changes = _next(dossier)
    return drafting.change(node, made.id, made.number, changes, actor, now) if changes else made


def _empty(dossier: Dossier, now: datetime) -> str:
    sides = {role: party for party, role in dossier.parties.items()}
    return new("blank", today=now.date(), provider=sides["provider"], recipient=sides["recipient"])


def _next(dossier: Dossier) -> dict[Path_, Any]:
    """What a text must say anew to come after one that somebody signed."""
    text, agreed = dossier.text, dossier.agreed
    floor = max(dossier.floor, agreed.order if agreed else ())
    if text is None or not floor:
        return {}
    changes: dict[Path_, Any] = {}
    if text.order <= floor:
        changes[("version",)] = f"{floor[0]}.{floor[1] + 1}.0"
    if agreed is not None and text.supersedes != agreed.digest:
        changes[("supersedes",)] = agreed.digest
    return changes


def _stands(dossier: Dossier) -> Text | None:
    """The text that another would take the place of."""
    return dossier.agreed if dossier.stage is Stage.IN_FORCE else dossier.text


def _base(node: Node, draft: Draft, dossier: Dossier) -> str:
    """The digest of the text that a draft was begun from, where it is one of the proposal; else of the one that stands.

    The first version of a draft is the text that it was begun from.
    """
    first: str = drafting.draft(node, draft.id, 1).file.digest
    stands = _stands(dossier)
    current = stands.digest if stands else ""
    return first if first == current or changed_since(node, dossier, first) else current


def put_page(node: Node, identity: Identity, draft: Draft, dossier: Dossier, now: datetime) -> PutDraft:
    """A draft that would become the text of its proposal: what is new in it, and what others changed meanwhile."""
    names, stands = names_of(node, now), _stands(dossier)
    varying, base = dossier.stage is Stage.IN_FORCE, _base(node, draft, dossier)
    current = stands.digest if stands else ""
    return PutDraft(
        draft=draft_line(draft),
        line=line_of(node, identity, dossier, now),
        varying=varying,
        replaces=current,
        mine=_mine(stands, draft),
        roles=roles_for(node, identity, Kind.DRAFT, dossier),
        changed=changed_since(node, dossier, base) if base != current else None,
        approved=tuple(names.organisation(each) for each in dossier.approvals) if not varying else (),
    )


def _mine(stands: Text | None, draft: Draft) -> Changed | None:
    if stands is None:
        return None
    digest = draft.file.digest
    found = compared(stands.source, draft.text)
    return Changed(stands.digest, digest, found["summary"], tuple(found["differences"]))


def put(node: Node, draft: Draft, dossier: Dossier, words: str, replaces: str, actor: Actor, now: datetime) -> Dossier:
    """Put a draft to the other parties in place of the text that was read; the draft is done then.

    Raises `Illegal` where somebody changed the text meanwhile, or it cannot come next.
    """
    if dossier.stage is Stage.IN_FORCE:
        if dossier.agreed is None or dossier.agreed.digest != replaces:
            what = "another version came in force meanwhile"
            raise UsageError(what, remedy="begin a draft from the text that is in force now")
        new_state = service.vary(node, dossier.id, draft.text, actor, now, words=words)
    else:
        new_state = service.draft(node, dossier.id, draft.text, actor, now, words=words, replaces=replaces)
    drafting.discard(node, draft.id, actor)
    return new_state


def kept(page: ActPage, filled: Filled) -> ActPage:
    """A form again with what was filled in."""
    return replace(
        page,
        given=filled.words,
        reason=filled.reason,
        clause=filled.clause,
        outcome=filled.outcome,
        role=filled.role,
    )

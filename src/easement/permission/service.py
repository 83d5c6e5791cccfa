"""What people do about proposals: propose, answer, draft, comment, approve, sign, vary, suspend, review, end."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from pydantic import BaseModel, ValidationError
from sqlalchemy.exc import IntegrityError

from easement.agreement.check import check, musts
from easement.agreement.read import AgreementFile
from easement.agreement.service import standards_for
from easement.base.database import reading
from easement.base.errors import NotInForce, Refused, UsageError
from easement.base.moments import instant_text
from easement.base.words import did_you_mean, many
from easement.law.catalogue import catalogue
from easement.meaning.model import Standard
from easement.permission import actor as acting
from easement.permission import approvers, carrying, tables
from easement.permission import model as m
from easement.permission.actor import Actor
from easement.permission.by_hand import stopped_here
from easement.permission.chain import line_of, note_of
from easement.permission.clock import days_off
from easement.permission.dossier import Dossier
from easement.permission.holidays import holidays
from easement.permission.ids import hold_id
from easement.permission.keeping import Act, Overtaken, keep, keep_act, read
from easement.permission.landing import land
from easement.permission.model import Event, Kind, Told
from easement.permission.ports import Host
from easement.permission.tables import Row
from easement.permission.texts import Text, compared, file_of, text_of
from easement.permission.transitions import Code, Illegal, Why, possible, why_not

__all__ = [
    "Wish",
    "agree",
    "approve",
    "changes_since",
    "comment",
    "done",
    "draft",
    "end",
    "find",
    "needed",
    "needs_of",
    "proposals",
    "propose",
    "refuse",
    "request_changes",
    "resume",
    "review",
    "sign",
    "submit",
    "suspend",
    "vary",
    "withdraw",
]

REBASED = frozenset(Kind) - {Kind.DRAFT, Kind.VARY, Kind.PROPOSE}
"""What is tried again by itself when something else happened meanwhile: all that names the text it is about."""

TRIES = 4


@dataclass(frozen=True, slots=True)
class Wish:
    """A wish to share: `parties` are the others, each with what it would be; `as_` what this organisation would be.

    `text` is a first draft of the agreement, or empty; `assessment` the id of the assessment that it rests on.
    `answer_days` are working days, those of the settings where it is left out.
    """

    title: str
    why: str
    harm_if_not_shared: str
    parties: Mapping[str, Literal["provider", "recipient"]]
    as_: Literal["provider", "recipient"] = "recipient"
    text: str = ""
    answer_days: int | None = None
    assessment: str = ""


def propose(host: Host, wish: Wish, actor: Actor, now: datetime) -> Dossier:
    """Propose to share; every other party is told, at once or as soon as its node answers.

    Raises `UsageError` for a wish that says too little, `Refused` for an actor who may not.
    """
    rules = host.settings.permission
    if host.organisation in wish.parties:
        what = "your own organisation is named among the others"
        raise Illegal((Why(Code.PROPOSAL_PARTIES, what, "name the others alone"),))
    days, off = wish.answer_days or rules.answer_days, holidays(rules.calendar, rules.days_off)
    said = _said(
        m.Proposed,
        title=wish.title,
        why=wish.why,
        harm_if_not_shared=wish.harm_if_not_shared,
        parties={host.organisation: wish.as_, **wish.parties},
        answer_days=days,
        days_off=days_off(now, min(days, m.MOST_DAYS), off),
        appetite=rules.risk_appetite,
        assessment=wish.assessment,
        text=wish.text,
    )
    return done(host, None, said, actor, now)


def agree(host: Host, proposal: str, actor: Actor, now: datetime, *, words: str = "") -> Dossier:
    """Agree in principle: a draft may be worked on. The organisation's risk appetite goes with it."""
    said = _said(m.Agreed, words=words, appetite=host.settings.permission.risk_appetite)
    return done(host, find(host, proposal), said, actor, now)


def refuse(host: Host, proposal: str, actor: Actor, now: datetime, *, reason: str, words: str) -> Dossier:
    """Refuse, with a reason from the list and words; the actor is named, at this node alone (R1.5)."""
    return done(host, find(host, proposal), _said(m.Refused, reason=reason, words=words), actor, now)


def withdraw(host: Host, proposal: str, actor: Actor, now: datetime, *, words: str) -> Dossier:
    """Take back a proposal, or a variation, that this organisation began."""
    return done(host, find(host, proposal), _said(m.Withdrawn, words=words), actor, now)


def draft(
    host: Host, proposal: str, text: str, actor: Actor, now: datetime, *, words: str = "", replaces: str | None = None
) -> Dossier:
    """Put a text in place of the one with the digest `replaces` (default: the one that stands here now).

    Raises `Illegal` where somebody else changed the text meanwhile; `changes_since` says what they changed.
    """
    dossier = find(host, proposal)
    current = dossier.text.digest if dossier.text else ""
    old = current if replaces is None else replaces
    said = _said(m.Drafted, text=text, digest=_text(text).digest, replaces=old, words=words)
    return done(host, dossier, said, actor, now)


def vary(host: Host, proposal: str, text: str, actor: Actor, now: datetime, *, words: str) -> Dossier:
    """Begin the next version of what is in force, which holds meanwhile; the text says what it supersedes."""
    dossier = find(host, proposal)
    old = dossier.agreed.digest if dossier.agreed else "0" * 64
    said = _said(m.Varied, text=text, digest=_text(text).digest, replaces=old, words=words)
    return done(host, dossier, said, actor, now)


def submit(host: Host, proposal: str, actor: Actor, now: datetime) -> Dossier:
    """Put the text to everybody's approvers; raises `NotInForce` while something must be mended in it."""
    dossier = find(host, proposal)
    text = _complete(host, dossier, now)
    return done(host, dossier, _said(m.Submitted, digest=text.digest), actor, now)


def comment(host: Host, proposal: str, actor: Actor, now: datetime, *, words: str, clause: str = "") -> Dossier:
    """Say something about a clause of the text (a path such as `duties.retain`), or about the whole."""
    dossier = find(host, proposal)
    digest = dossier.text.digest if dossier.text else ""
    return done(host, dossier, _said(m.Commented, digest=digest, clause=clause, words=words), actor, now)


def request_changes(host: Host, proposal: str, actor: Actor, now: datetime, *, words: str, clause: str = "") -> Dossier:
    """Send the text back: a clause must change before this organisation approves."""
    dossier = find(host, proposal)
    said = _said(m.ChangesAsked, digest=_digest(dossier), clause=clause, words=words)
    return done(host, dossier, said, actor, now)


def approve(host: Host, proposal: str, actor: Actor, now: datetime, *, digest: str = "") -> Dossier:
    """Approve the text in the actor's role; with `digest`, only the text that was read.

    Raises `NotInForce` while something must be mended in it.
    """
    dossier = find(host, proposal)
    text = _complete(host, dossier, now)
    said = _said(m.Approved, digest=digest or text.digest, needs=needed(host, text))
    return done(host, dossier, said, actor, now)


def sign(host: Host, proposal: str, actor: Actor, now: datetime, *, digest: str = "") -> Dossier:
    """Sign the text with the organisation's key, once every party's approvers approved; with `digest`, only that text.

    The signature of the last party puts it in force. Raises `NotInForce` while something must be mended in it.
    """
    dossier = find(host, proposal)
    text = _complete(host, dossier, now)
    line = line_of(text.source, host.organisation_key)
    return done(host, dossier, _said(m.Signed, digest=digest or text.digest, line=line), actor, now)


def suspend(host: Host, proposal: str, actor: Actor, now: datetime, *, words: str) -> Dossier:
    """Stop all disclosures under what is in force, at every party's node that hears of it, and here whoever else does.

    Raises `Away` where the home of the proposal does not answer: it is stopped at this node then.
    """
    dossier = find(host, proposal)
    return _stopping(host, dossier, _said(m.Suspended, digest=_agreed(dossier), words=words), actor, now)


def resume(host: Host, proposal: str, actor: Actor, now: datetime, *, words: str) -> Dossier:
    """Take this organisation's own suspension back."""
    dossier = find(host, proposal)
    return done(host, dossier, _said(m.Resumed, digest=_agreed(dossier), words=words), actor, now)


def review(host: Host, proposal: str, actor: Actor, now: datetime, *, outcome: str, words: str) -> Dossier:
    """Record what this organisation's review found: `continue`, `change` or `end`.

    Once every party reviewed and found that it may go on, the next review is due anew from then (R2.8).
    """
    dossier = find(host, proposal)
    said = _said(m.Reviewed, digest=_agreed(dossier), outcome=outcome, words=words)
    return done(host, dossier, said, actor, now)


def end(host: Host, proposal: str, actor: Actor, now: datetime, *, words: str) -> Dossier:
    """End what is in force, at once and for good.

    Raises `Away` where the home of the proposal does not answer: it is suspended at this node then.
    """
    dossier = find(host, proposal)
    return _stopping(host, dossier, _said(m.Ended, digest=_agreed(dossier), words=words), actor, now)


def _stopping(host: Host, dossier: Dossier, said: m.Suspended | m.Ended, actor: Actor, now: datetime) -> Dossier:
    acting.checked(actor, Kind(said.kind))
    try:
        return done(host, dossier, said, actor, now)
    except (Refused, carrying.Away) as error:
        stale = isinstance(error, Illegal) and error.stale
        if stale or Kind(said.kind) not in possible(dossier, host.organisation):
            raise
        raise stopped_here(host, dossier, said.words, actor.name, now, error) from None


# What there is


def proposals(host: Host, *, state: str | None = None, agreement_id: str | None = None) -> list[Row]:
    """How all proposals stand that this node knows, the latest first."""
    with reading(host.engine) as connection:
        return tables.all_rows(connection, state=state, agreement_id=agreement_id)


def find(host: Host, ref: str) -> Dossier:
    """A proposal by its id, by the beginning of it (6 characters or more) or by the id of its agreement.

    Raises `UsageError` where that is none, or several.
    """
    rows = proposals(host)
    found = [row.id for row in rows if row.id == ref or (len(ref) >= 6 and row.id.startswith(ref))]
    if not found:
        named = [row for row in rows if row.agreement_id == ref]
        found = [row.id for row in named if row.over is None] or [row.id for row in named]
    if len(found) == 1:
        return read(host, found[0])
    if found:
        raise UsageError(f"`{ref}` is {len(found)} proposals", remedy=f"name one: {', '.join(found[:5])}")
    known = [each for row in rows for each in (row.agreement_id, row.id[:8]) if each]
    raise UsageError(
        f"no proposal `{ref[:64]}` is known here",
        remedy=did_you_mean(ref, known, "see which there are: easement proposal list"),
    )


def needs_of(host: Host, dossier: Dossier) -> tuple[str, ...]:
    """The roles of this organisation that approve the text in work; none where it is not asked to."""
    if dossier.text is None or host.organisation not in dossier.signing:
        return ()
    return needed(host, dossier.text)


def needed(host: Host, text: Text) -> tuple[str, ...]:
    """The roles of this organisation that approve a text."""
    file = file_of(text.source)
    return approvers.needs(host.settings.permission.approvers, file.terms, _standards(host, file))


# How it is done


def _said(kind: type[BaseModel], **facts: object) -> Any:
    try:
        return kind.model_validate({name: value for name, value in facts.items() if value is not None})
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        name = str(first["loc"][0]) if first["loc"] else "it"
        raise UsageError(f"`{name.replace('_', ' ')}` cannot be taken: {first['msg'].lower()}", remedy=_MEND) from None


_BUSY = Why(Code.EVENT_STALE, "others act on this proposal at this very moment", "do it again")
_MEND = "say it in plain words of at most 2,000 characters, and choose codes from those that are listed"


def _text(source: str) -> Text:
    if len(source) > m.MAX_TEXT:
        raise UsageError(f"the text has {len(source):,} characters", remedy=f"at most {m.MAX_TEXT:,} are carried")
    return text_of(source)


def _digest(dossier: Dossier) -> str:
    return dossier.text.digest if dossier.text else "0" * 64


def _agreed(dossier: Dossier) -> str:
    return dossier.agreed.digest if dossier.agreed else "0" * 64


def _standards(host: Host, file: AgreementFile) -> dict[str, Standard]:
    return standards_for(file, (host.home / "standards",))


def _complete(host: Host, dossier: Dossier, now: datetime) -> Text:
    """The text, once nothing in it must be mended and its id is free; raises `NotInForce`, `Refused` without one."""
    if dossier.text is None:
        raise Refused(
            "there is no text yet", remedy=f"put a draft first: easement proposal draft {dossier.id[:8]} FILE"
        )
    file = file_of(dossier.text.source)
    found = musts(check(file, catalogue(), _standards(host, file), today=now.astimezone(UTC).date()))
    if found:
        first = found[0]
        what = f"the text is not complete: {many(len(found), 'finding')} must be mended first, such as {first.path}"
        raise NotInForce(f"{what}: {first.text}", remedy=first.mend)
    follows = dossier.agreed.digest if dossier.agreed else ""
    hold_id(host, dossier.text, dossier.text.parties, now, follows=follows)
    return dossier.text


def done(host: Host, dossier: Dossier | None, said: Told, actor: Actor, now: datetime) -> Dossier:
    """Write the event, sign it, have it kept by the proposal's home, and tell the others."""
    acting.checked(actor, Kind(said.kind))
    now = now.astimezone(UTC).replace(microsecond=0)
    proposal = dossier.id if dossier else secrets.token_hex(16)
    for left in reversed(range(TRIES)):
        try:
            new = _once(host, dossier, proposal, said, actor, now)
            break
        except (Illegal, Overtaken, IntegrityError) as error:
            dossier = _again(host, error, proposal, said, now, left)
    land(host, new)
    if new.home == host.organisation:
        carrying.tell(host, new.id, now)
    return new


def _again(host: Host, error: Exception, proposal: str, said: Told, now: datetime, left: int) -> Dossier:
    """The proposal as it stands now, to try once more what was written on an older state; else raises the error."""
    overtaken = not isinstance(error, Illegal) or error.stale
    if not overtaken or not left or isinstance(said, m.Proposed):
        raise error if isinstance(error, Illegal) else Illegal((_BUSY,)) from None
    dossier = carrying.catch_up(host, proposal, now)
    if isinstance(error, Illegal) and Kind(said.kind) not in REBASED:
        raise error
    return dossier


def _once(host: Host, dossier: Dossier | None, proposal: str, said: Told, actor: Actor, now: datetime) -> Dossier:
    salt = secrets.token_bytes(32)
    event = Event(
        proposal=proposal,
        id=secrets.token_hex(16),
        number=dossier.number + 1 if dossier else 1,
        previous=dossier.head if dossier else "",
        at=instant_text(now),
        author=host.organisation,
        role=actor.role,
        named=acting.commitment(salt, actor.name or actor.id),
        said=said,
    )
    if reasons := why_not(dossier, event):
        raise Illegal(reasons)
    note = note_of(event, host.organisation_key)
    keep_act(host, event, Act(actor, salt))
    if dossier is None or dossier.home == host.organisation:
        return keep(host, dossier, event, note, now=now, actor=actor)
    return carrying.bring(host, dossier, note, now)


def changes_since(host: Host, proposal: str, digest: str | None = None) -> dict[str, Any]:
    """How the text differs from an earlier one of the proposal, by the beginning of its digest, as `compared` says it.

    Without a digest, from what is in force. Raises `UsageError` where there is no such text.
    """
    dossier = find(host, proposal)
    known = {text_of(source).digest: source for source in _sources(dossier)}
    wanted = digest or (dossier.agreed.digest if dossier.agreed else "")
    found = [source for each, source in known.items() if wanted and each.startswith(wanted)]
    if len(found) != 1 or dossier.text is None:
        texts = ", ".join(each[:12] for each in known) or "there is none"
        what = "it is not clear with which text to compare"
        raise UsageError(what, remedy=f"name the digest of the text that you know: {texts}")
    return compared(found[0], dossier.text.source)


def _sources(dossier: Dossier) -> list[str]:
    return [source for event in dossier.events if (source := getattr(event.said, "text", ""))]

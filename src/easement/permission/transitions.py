"""What may happen to a proposal, and what it does: the one place of legality. Pure.

`after` gives the dossier with one more event, or raises `Illegal` with every reason, each with what to do instead.
Whether signatures hold is settled before (`permission.chain`).
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum

from easement.base.errors import BadFile, Refused
from easement.base.words import listed
from easement.permission import model as m
from easement.permission.dossier import Dossier, Stage
from easement.permission.happens import begun, changed
from easement.permission.model import Event, Kind
from easement.permission.texts import Text, text_of

__all__ = ["LEGAL", "Code", "Illegal", "Why", "after", "possible", "why_not"]

BACK = timedelta(minutes=5)
"""How far an author's clock may be behind that of whoever acted before."""

MOST_SAID = 500
"""Events of one organisation in one proposal, but for those that stop it: a busy year of daily remarks."""

MOST_TEXT = 4_000_000
"""Characters of texts of one organisation in one proposal: twenty of the longest, or eight hundred usual ones."""

STOPS = frozenset({Kind.REFUSE, Kind.WITHDRAW, Kind.SUSPEND, Kind.RESUME, Kind.END})
"""What is never too much."""

_OPEN = frozenset({Stage.PROPOSED, Stage.DRAFT, Stage.REVIEW, Stage.APPROVED})
_WORK = frozenset({Stage.DRAFT, Stage.REVIEW, Stage.APPROVED})
_HOLDS = _WORK | {Stage.IN_FORCE}

LEGAL: Mapping[Kind, frozenset[Stage]] = {
    Kind.PROPOSE: frozenset(),
    Kind.AGREE: frozenset({Stage.PROPOSED}),
    Kind.ESCALATE: frozenset({Stage.PROPOSED}),
    Kind.REFUSE: _OPEN,
    Kind.WITHDRAW: _OPEN,
    Kind.DRAFT: _WORK,
    Kind.SUBMIT: frozenset({Stage.DRAFT}),
    Kind.COMMENT: _OPEN | {Stage.IN_FORCE},
    Kind.REQUEST_CHANGES: frozenset({Stage.REVIEW, Stage.APPROVED}),
    Kind.APPROVE: frozenset({Stage.REVIEW}),
    Kind.SIGN: frozenset({Stage.APPROVED}),
    Kind.VARY: frozenset({Stage.IN_FORCE}),
    Kind.SUSPEND: _HOLDS,
    Kind.RESUME: _HOLDS,
    Kind.REVIEW: _HOLDS,
    Kind.END: _HOLDS,
}
"""In which stages something may happen at all; what else it takes stands with its kind below."""


class Code(StrEnum):
    """Why something may not happen to a proposal."""

    EVENT_KNOWN = "event.known"
    EVENT_STALE = "event.stale"
    EVENT_OUT_OF_ORDER = "event.out-of-order"
    EVENT_OTHER_PAST = "event.other-past"
    EVENT_TIME = "event.time"
    PROPOSAL_OTHER = "proposal.other"
    PROPOSAL_PARTIES = "proposal.parties"
    PROPOSAL_FULL = "proposal.full"
    STAGE_WRONG = "stage.wrong"
    PARTY_UNKNOWN = "party.unknown"
    PARTY_NOT_YOURS = "party.not-yours"
    PARTY_NOT_IN_TEXT = "party.not-in-text"
    ANSWER_GIVEN = "answer.given"
    ANSWER_NOT_DUE = "answer.not-due"
    ANSWER_ESCALATED = "answer.escalated"
    TEXT_NONE = "text.none"
    TEXT_CHANGED = "text.changed"
    TEXT_SAME = "text.same"
    TEXT_UNREADABLE = "text.unreadable"
    TEXT_DIGEST = "text.digest"
    TEXT_STRANGER = "text.stranger"
    TEXT_VERSION = "text.version"
    APPROVAL_GIVEN = "approval.given"
    APPROVAL_ROLE = "approval.role"
    SIGNATURE_GIVEN = "signature.given"
    SIGNATURE_WRONG = "signature.wrong"
    FORCE_NONE = "force.none"
    FORCE_SUSPENDED = "force.suspended"
    FORCE_NOT_SUSPENDED = "force.not-suspended"


@dataclass(frozen=True, slots=True)
class Why:
    """One reason why something may not happen: a code, what is so, and what to do instead."""

    code: Code
    text: str
    remedy: str = ""

    def as_dict(self) -> dict[str, str]:
        """The reason as `--json` shows it."""
        return {"code": self.code.value, "text": self.text, "remedy": self.remedy}


class Illegal(Refused):
    """Something may not happen to a proposal, with every reason."""

    def __init__(self, reasons: tuple[Why, ...]) -> None:
        first = reasons[0]
        super().__init__(first.text, remedy=first.remedy)
        self.reasons = reasons

    @property
    def stale(self) -> bool:
        """Whether it was written before something else happened, so that it may be tried on what is so now."""
        return any(each.code in (Code.EVENT_STALE, Code.TEXT_CHANGED) for each in self.reasons)

    def as_dict(self) -> dict[str, object]:
        """The refusal as `--json` prints it, with one object for each reason."""
        return super().as_dict() | {"reasons": [each.as_dict() for each in self.reasons]}


def after(dossier: Dossier | None, event: Event) -> Dossier:
    """The dossier with one more event; raises `Illegal` with every reason where it may not happen."""
    if reasons := why_not(dossier, event):
        raise Illegal(reasons)
    if dossier is None:
        return begun(event)
    new = changed(dossier, event)
    return replace(
        new,
        since=new.since if new.stage is dossier.stage else event.when,
        number=event.number,
        head=event.digest,
        latest=max(dossier.latest, event.when),
        ids=dossier.ids | {event.id},
        events=(*dossier.events, event),
    )


def why_not(dossier: Dossier | None, event: Event) -> tuple[Why, ...]:
    """Every reason why an event may not follow; none where it may."""
    if dossier is None:
        return tuple(_why_not_begin(event))
    if where := tuple(_why_not_here(dossier, event)):
        return where
    if event.kind is Kind.PROPOSE or dossier.stage not in LEGAL[event.kind]:
        remedy = "see what can be done: easement proposal show ID"
        what = f"`{event.kind}` cannot be done to a proposal that is {dossier.stage}"
        return (Why(Code.STAGE_WRONG, what, remedy),)
    return tuple(_ASKS[event.kind](dossier, event))


def possible(dossier: Dossier, organisation: str) -> tuple[Kind, ...]:
    """What an organisation could do now, as far as that does not hang on what it would say."""
    if organisation not in dossier.parties:
        return ()
    return tuple(
        kind for kind, stages in LEGAL.items() if dossier.stage in stages and _may(kind, dossier, organisation)
    )


def _may(kind: Kind, dossier: Dossier, organisation: str) -> bool:
    match kind:
        case Kind.AGREE:
            return organisation in dossier.waiting_for
        case Kind.REFUSE:
            return not any(_may_refuse(dossier, organisation))
        case Kind.ESCALATE:
            return False  # silence does it
        case Kind.WITHDRAW:
            return organisation == dossier.mover
        case Kind.DRAFT | Kind.VARY:
            return dossier.agreed is None or organisation in dossier.agreed.parties
        case Kind.SUBMIT:
            return organisation in (dossier.agreed or dossier).parties if dossier.text else False
        case Kind.REQUEST_CHANGES:
            return organisation in dossier.signing
        case Kind.APPROVE:
            return organisation in dossier.signing and not dossier.approved_by(organisation)
        case Kind.SIGN:
            return organisation in dossier.signing and organisation not in dossier.signatures
        case Kind.SUSPEND:
            bound = dossier.agreed is not None and organisation in dossier.agreed.parties
            return bound and organisation not in dossier.suspended
        case Kind.RESUME:
            return organisation in dossier.suspended
        case Kind.REVIEW | Kind.END:
            return dossier.agreed is not None and organisation in dossier.agreed.parties
    return True


# Whether it may happen


def _why_not_begin(event: Event) -> Iterator[Why]:
    said = event.said
    if not isinstance(said, m.Proposed) or event.number != 1 or event.previous:
        yield Why(Code.EVENT_OUT_OF_ORDER, "a proposal begins with a wish", "fetch what came before")
        return
    if event.author not in said.parties:
        yield Why(Code.PARTY_UNKNOWN, f"`{event.author}` is not among the parties that it proposes", "name yourself")
    if set(said.parties.values()) != {"provider", "recipient"}:
        what = "a proposal needs somebody who gives and somebody who receives"
        yield Why(Code.PROPOSAL_PARTIES, what, "say what each would be, and yourself: whoever gives says so (--giving)")
    if said.text:
        yield from _why_not_text(said.text, "", tuple(said.parties), ())


def _why_not_here(dossier: Dossier, event: Event) -> Iterator[Why]:
    """Whether it stands where it says that it does: after the last event, by one of the parties, in time's order."""
    if event.proposal != dossier.id:
        yield Why(Code.PROPOSAL_OTHER, "this event is of another proposal", "name the right one")
    elif event.id in dossier.ids:
        yield Why(Code.EVENT_KNOWN, "this event was taken before", "nothing is to be done")
    elif event.author not in dossier.parties:
        known = listed(f"`{each}`" for each in dossier.parties)
        yield Why(Code.PARTY_UNKNOWN, f"`{event.author}` is not a party to this proposal", f"the parties are {known}")
    elif event.number <= dossier.number:
        what = f"something else happened meanwhile: it is at event {dossier.number}, and you saw {event.number - 1}"
        yield Why(Code.EVENT_STALE, what, "look at what changed, then do it again")
    elif event.number > dossier.number + 1:
        what = f"event {event.number} came before event {dossier.number + 1}"
        yield Why(Code.EVENT_OUT_OF_ORDER, what, "send the events in between first")
    elif event.previous != dossier.head:
        what = "it follows another past than the one that is known here"
        yield Why(Code.EVENT_OTHER_PAST, what, "compare the events of both nodes: somebody changed theirs")
    elif event.when < dossier.latest - BACK:
        what = f"it says that it was done at {event.at}, and something was done after that already"
        yield Why(Code.EVENT_TIME, what, "set the clock of that machine right")
    elif event.kind not in STOPS and _too_much(dossier, event):
        what = f"`{event.author}` has said all that it may of one proposal: {MOST_SAID} things, {MOST_TEXT:,} letters"
        yield Why(Code.PROPOSAL_FULL, what, "go on with a new proposal")


def _too_much(dossier: Dossier, event: Event) -> bool:
    """Whether one organisation would fill a proposal so far that reading it holds up the others."""
    said = [each for each in (*dossier.events, event) if each.author == event.author]
    return len(said) > MOST_SAID or sum(len(getattr(each.said, "text", "")) for each in said) > MOST_TEXT


def _nothing(_dossier: Dossier, _event: Event) -> Iterator[Why]:
    yield from ()


def _ask_agree(dossier: Dossier, event: Event) -> Iterator[Why]:
    if event.author == dossier.home:
        yield Why(Code.PARTY_NOT_YOURS, "who proposes has agreed already", "wait for the others")
    elif event.author in dossier.answers:
        yield Why(Code.ANSWER_GIVEN, f"`{event.author}` has answered already", "nothing is to be done")


def _ask_refuse(dossier: Dossier, event: Event) -> Iterator[Why]:
    yield from _may_refuse(dossier, event.author)


def _may_refuse(dossier: Dossier, organisation: str) -> Iterator[Why]:
    if organisation == dossier.mover:
        yield Why(Code.PARTY_NOT_YOURS, "nobody refuses what they proposed themselves", "withdraw it")
    elif dossier.stage is Stage.PROPOSED and organisation in dossier.answers:
        yield Why(Code.ANSWER_GIVEN, f"`{organisation}` has agreed already", "refuse the draft, when there is one")
    elif organisation in dossier.signatures:
        yield Why(Code.SIGNATURE_GIVEN, f"`{organisation}` has signed this text", "ask for changes")
    elif dossier.stage in _WORK and dossier.text is not None and organisation not in dossier.text.parties:
        yield _not_in(dossier.text, organisation)


def _ask_escalate(dossier: Dossier, event: Event) -> Iterator[Why]:
    assert isinstance(event.said, m.Escalated)
    of = event.said.of
    if event.author not in (of, dossier.home):
        what = f"only `{of}` and `{dossier.home}` can say that `{of}` was silent"
        yield Why(Code.PARTY_NOT_YOURS, what, "leave it to them")
    if of not in dossier.waiting_for:
        yield Why(Code.ANSWER_GIVEN, f"no answer of `{of}` is awaited", "nothing is to be done")
    elif event.when.date() <= dossier.answer_by:
        yield Why(Code.ANSWER_NOT_DUE, f"`{of}` has until the end of {dossier.answer_by} (UTC)", "wait until then")
    if any(each.of == of for each in dossier.escalations):
        yield Why(Code.ANSWER_ESCALATED, f"the silence of `{of}` is with its senior already", "wait for the senior")


def _ask_withdraw(dossier: Dossier, event: Event) -> Iterator[Why]:
    if event.author != dossier.mover:
        what = f"only `{dossier.mover}`, who began it, can withdraw it"
        yield Why(Code.PARTY_NOT_YOURS, what, "refuse it, with a reason")


def _ask_draft(dossier: Dossier, event: Event) -> Iterator[Why]:
    assert isinstance(event.said, m.Drafted)
    yield from _of_those_bound(dossier, event)
    current = dossier.text.digest if dossier.text else ""
    if event.said.replaces != current:
        yield _changed(dossier)
    if event.said.digest == current:
        yield Why(Code.TEXT_SAME, "this is the text that is there already", "change it first")
    yield from _why_not_text(event.said.text, event.said.digest, tuple(dossier.parties), _floor(dossier))
    yield from _why_not_next(dossier, event.said.text)


def _ask_vary(dossier: Dossier, event: Event) -> Iterator[Why]:
    assert isinstance(event.said, m.Varied)
    assert dossier.agreed is not None  # nothing is in force without a text
    yield from _of_those_bound(dossier, event)
    if event.said.replaces != dossier.agreed.digest:
        yield _changed(dossier)
    yield from _why_not_text(event.said.text, event.said.digest, tuple(dossier.parties), _floor(dossier))
    yield from _why_not_next(dossier, event.said.text)


def _floor(dossier: Dossier) -> tuple[int, ...]:
    return max(dossier.floor, dossier.agreed.order if dossier.agreed else ())


def _why_not_text(source: str, digest: str, parties: tuple[str, ...], floor: tuple[int, ...]) -> Iterator[Why]:
    text = _read(source)
    if isinstance(text, Why):
        yield text
        return
    if digest and text.digest != digest:
        yield Why(Code.TEXT_DIGEST, "the text has another digest than it says", "send the text that was meant")
    if strangers := [f"`{each}`" for each in text.parties if each not in parties]:
        what = f"the text names {listed(strangers)}, who is not a party to this proposal"
        yield Why(Code.TEXT_STRANGER, what, "take them out, or make a new proposal that includes them")
    if floor and text.order <= floor:
        what = f"version {text.version} is not newer than {'.'.join(map(str, floor))}, which somebody signed"
        yield Why(Code.TEXT_VERSION, what, "raise `version` in the text")


def _why_not_next(dossier: Dossier, source: str) -> Iterator[Why]:
    """Whether a text can take the place of what is in force: of the same agreement, and saying what it replaces."""
    text, agreed = _read(source), dossier.agreed
    if agreed is None or isinstance(text, Why):
        return
    if text.id != agreed.id:
        what = f"the text is of `{text.id}`, and what is in force is `{agreed.id}`"
        yield Why(Code.TEXT_VERSION, what, "keep the id, or make a new proposal")
    if text.supersedes != agreed.digest:
        what = "the text does not say which version it takes the place of"
        yield Why(Code.TEXT_VERSION, what, f"write `supersedes: {agreed.digest}` into it")


def _read(source: str) -> Text | Why:
    try:
        return text_of(source)
    except BadFile as error:
        first = f": {error.problems[0].what}" if error.problems else ""
        return Why(Code.TEXT_UNREADABLE, f"the text is no agreement{first}", "mend it: easement agreement check FILE")


def _changed(dossier: Dossier) -> Why:
    stands = f"{dossier.text.id} {dossier.text.version}, {dossier.text.digest[:12]}" if dossier.text else "none"
    what = f"the text was changed meanwhile: what stands now is {stands}"
    return Why(Code.TEXT_CHANGED, what, "read what changed, then do it again with the text as it stands")


def _ask_submit(dossier: Dossier, event: Event) -> Iterator[Why]:
    assert isinstance(event.said, m.Submitted)
    yield from _of_those_bound(dossier, event)
    yield from _of_text(dossier, event.said.digest)


def _of_text(dossier: Dossier, digest: str) -> Iterator[Why]:
    if dossier.text is None:
        yield Why(Code.TEXT_NONE, "there is no text yet", "put a draft first: easement proposal draft ID FILE")
    elif digest != dossier.text.digest:
        yield _changed(dossier)


def _of_party(dossier: Dossier, event: Event, digest: str) -> Iterator[Why]:
    yield from _of_text(dossier, digest)
    if dossier.text is not None and event.author not in dossier.text.parties:
        yield _not_in(dossier.text, event.author)


def _not_in(text: Text, organisation: str) -> Why:
    named = listed(f"`{each}`" for each in text.parties)
    what = f"`{organisation}` is not a party in the text"
    return Why(Code.PARTY_NOT_IN_TEXT, what, f"the text names {named}; put it into the text first")


def _of_those_bound(dossier: Dossier, event: Event) -> Iterator[Why]:
    """What is in force is changed by those alone whom it binds."""
    if dossier.agreed is not None and event.author not in dossier.agreed.parties:
        yield _not_in(dossier.agreed, event.author)


def _ask_changes(dossier: Dossier, event: Event) -> Iterator[Why]:
    assert isinstance(event.said, m.ChangesAsked)
    yield from _of_party(dossier, event, event.said.digest)


def _ask_approve(dossier: Dossier, event: Event) -> Iterator[Why]:
    assert isinstance(event.said, m.Approved)
    yield from _of_party(dossier, event, event.said.digest)
    known = dossier.approvals.get(event.author)
    if event.role not in event.said.needs:
        what = f"`{event.role}` is not among those who approve for `{event.author}`"
        yield Why(Code.APPROVAL_ROLE, what, f"it wants to hear {listed(event.said.needs)}")
    elif known is not None and event.role in known.given:
        what = f"`{event.author}` has approved this text as {event.role} already"
        yield Why(Code.APPROVAL_GIVEN, what, "nothing is to be done")


def _ask_sign(dossier: Dossier, event: Event) -> Iterator[Why]:
    assert isinstance(event.said, m.Signed)
    yield from _of_party(dossier, event, event.said.digest)
    if event.author in dossier.signatures:
        yield Why(Code.SIGNATURE_GIVEN, f"`{event.author}` has signed already", "nothing is to be done")


def _of_agreed(dossier: Dossier, event: Event) -> Iterator[Why]:
    assert isinstance(event.said, m.Suspended | m.Resumed | m.Reviewed | m.Ended)
    agreed = dossier.agreed
    if agreed is None:
        yield Why(Code.FORCE_NONE, "nothing is in force yet", "it is signed first")
    elif event.said.digest != agreed.digest:
        what = f"what is in force is {agreed.id} {agreed.version}, {agreed.digest[:12]}"
        yield Why(Code.TEXT_CHANGED, what, "do it again for what is in force now")
    elif event.author not in agreed.parties:
        yield _not_in(agreed, event.author)


def _ask_suspend(dossier: Dossier, event: Event) -> Iterator[Why]:
    yield from _of_agreed(dossier, event)
    if event.author in dossier.suspended:
        yield Why(Code.FORCE_SUSPENDED, f"`{event.author}` has suspended it already", "nothing is to be done")


def _ask_resume(dossier: Dossier, event: Event) -> Iterator[Why]:
    yield from _of_agreed(dossier, event)
    if event.author not in dossier.suspended:
        by = listed([f"`{each}`" for each in dossier.suspended] or ["nobody"])
        what = f"`{event.author}` has not suspended it"
        yield Why(Code.FORCE_NOT_SUSPENDED, what, f"suspended by {by}: whoever did it takes it back")


_ASKS: Mapping[Kind, Callable[[Dossier, Event], Iterator[Why]]] = {
    Kind.AGREE: _ask_agree,
    Kind.REFUSE: _ask_refuse,
    Kind.ESCALATE: _ask_escalate,
    Kind.WITHDRAW: _ask_withdraw,
    Kind.DRAFT: _ask_draft,
    Kind.SUBMIT: _ask_submit,
    Kind.COMMENT: _nothing,
    Kind.REQUEST_CHANGES: _ask_changes,
    Kind.APPROVE: _ask_approve,
    Kind.SIGN: _ask_sign,
    Kind.VARY: _ask_vary,
    Kind.SUSPEND: _ask_suspend,
    Kind.RESUME: _ask_resume,
    Kind.REVIEW: _of_agreed,
    Kind.END: _of_agreed,
}

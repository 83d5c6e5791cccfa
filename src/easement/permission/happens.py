"""What each event does to a proposal, once it is known that it may happen. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from easement.permission import model as m
from easement.permission.dossier import Answer, Approval, Dossier, Escalation, Remark, Review, Stage
from easement.permission.model import Event, Kind
from easement.permission.texts import text_of

__all__ = ["begun", "changed"]


def begun(event: Event) -> Dossier:
    """The dossier that a wish begins."""
    said = event.said
    assert isinstance(said, m.Proposed)
    return Dossier(
        id=event.proposal,
        home=event.author,
        title=said.title,
        why=said.why,
        harm_if_not_shared=said.harm_if_not_shared,
        parties=dict(said.parties),
        opened=event.when,
        answer_days=said.answer_days,
        days_off=said.days_off,
        stage=Stage.PROPOSED,
        since=event.when,
        number=1,
        head=event.digest,
        latest=event.when,
        mover=event.author,
        assessment=said.assessment,
        appetites={event.author: said.appetite} if said.appetite else {},
        text=text_of(said.text) if said.text else None,
        ids=frozenset({event.id}),
        events=(event,),
    )


def changed(dossier: Dossier, event: Event) -> Dossier:
    """The dossier as an event leaves it, but for its place in the chain."""
    return _DOES[event.kind](dossier, event)


def _agree(dossier: Dossier, event: Event) -> Dossier:
    assert isinstance(event.said, m.Agreed)
    answer = Answer("agree", event.role, event.when, words=event.said.words)
    told = {event.author: event.said.appetite} if event.said.appetite else {}
    answered = replace(
        dossier,
        answers={**dossier.answers, event.author: answer},
        appetites={**dossier.appetites, **told},
    )
    return answered if answered.waiting_for else replace(answered, stage=Stage.DRAFT)


def _refuse(dossier: Dossier, event: Event) -> Dossier:
    assert isinstance(event.said, m.Refused)
    said = event.said
    answer = Answer("refuse", event.role, event.when, said.reason.value, said.words)
    answered = replace(dossier, answers={**dossier.answers, event.author: answer})
    return _given_up(answered, Stage.REFUSED, f"{event.author}: {said.words}")


def _given_up(dossier: Dossier, stage: Stage, because: str) -> Dossier:
    """A variation that is given up leaves what was in force before; a first agreement leaves nothing."""
    if dossier.agreed is None:
        return replace(dossier, stage=stage, over_because=because)
    return replace(
        dossier,
        stage=Stage.IN_FORCE,
        text=dossier.agreed,
        signatures=dossier.lines,
        approvals={},
        dropped=(),
        mover=dossier.home,
    )


def _escalate(dossier: Dossier, event: Event) -> Dossier:
    assert isinstance(event.said, m.Escalated)
    told = Escalation(event.said.of, event.said.to, event.when)
    return replace(dossier, escalations=(*dossier.escalations, told))


def _withdraw(dossier: Dossier, event: Event) -> Dossier:
    assert isinstance(event.said, m.Withdrawn)
    return _given_up(dossier, Stage.WITHDRAWN, event.said.words)


def _draft(dossier: Dossier, event: Event) -> Dossier:
    assert isinstance(event.said, m.Drafted)
    return _with_text(dossier, event.said.text)


def _with_text(dossier: Dossier, source: str) -> Dossier:
    """Another text in work: whoever approved or signed the one before has not approved or signed this one."""
    signed = dossier.text.order if dossier.text and dossier.signatures and dossier.stage in WORK else ()
    return replace(
        dossier,
        stage=Stage.DRAFT,
        text=text_of(source),
        approvals={},
        dropped=tuple(sorted(dossier.approvals)) if dossier.stage in WORK else (),
        signatures={},
        floor=max(dossier.floor, signed),
    )


WORK = frozenset({Stage.DRAFT, Stage.REVIEW, Stage.APPROVED})


def _submit(dossier: Dossier, _event: Event) -> Dossier:
    return _heard(replace(dossier, stage=Stage.REVIEW))


def _heard(dossier: Dossier) -> Dossier:
    """The dossier one stage further, where every party of its text has approved."""
    complete = bool(dossier.signing) and all(map(dossier.approved_by, dossier.signing))
    return replace(dossier, stage=Stage.APPROVED) if complete else dossier


def _remark(dossier: Dossier, event: Event) -> Dossier:
    assert isinstance(event.said, m.Commented | m.ChangesAsked)
    said = event.said
    told = Remark(
        event.number,
        event.author,
        event.role,
        event.when,
        said.digest,
        said.clause,
        said.words,
        change=isinstance(said, m.ChangesAsked),
    )
    return replace(dossier, remarks=(*dossier.remarks, told))


def _request_changes(dossier: Dossier, event: Event) -> Dossier:
    """Back to the draft; who asks for changes does not approve the text as it is, and nobody's signature stands."""
    left = {name: each for name, each in dossier.approvals.items() if name != event.author}
    signed = dossier.text.order if dossier.text and dossier.signatures else ()
    back = replace(
        dossier, stage=Stage.DRAFT, approvals=left, signatures={}, floor=max(dossier.floor, signed), dropped=()
    )
    return _remark(back, event)


def _approve(dossier: Dossier, event: Event) -> Dossier:
    assert isinstance(event.said, m.Approved)
    known = dossier.approvals.get(event.author, Approval((), {}))
    needs = tuple(dict.fromkeys((*known.needs, *event.said.needs)))
    given = Approval(needs, {**known.given, event.role: event.when})
    return _heard(replace(dossier, approvals={**dossier.approvals, event.author: given}))


def _sign(dossier: Dossier, event: Event) -> Dossier:
    assert isinstance(event.said, m.Signed)
    lines = {**dossier.signatures, event.author: event.said.line}
    signed = replace(dossier, signatures=lines)
    if signed.waiting_for:
        return signed
    return replace(
        signed,
        stage=Stage.IN_FORCE,
        agreed=signed.text,
        lines=lines,
        bound=signed.bound | set(signed.signing),
        in_force_since=event.when,
        mover=dossier.home,
    )


def _vary(dossier: Dossier, event: Event) -> Dossier:
    assert isinstance(event.said, m.Varied)
    return replace(_with_text(dossier, event.said.text), mover=event.author)


def _suspend(dossier: Dossier, event: Event) -> Dossier:
    assert isinstance(event.said, m.Suspended)
    return replace(dossier, suspended={**dossier.suspended, event.author: event.said.words})


def _resume(dossier: Dossier, event: Event) -> Dossier:
    left = {name: words for name, words in dossier.suspended.items() if name != event.author}
    return replace(dossier, suspended=left)


def _review(dossier: Dossier, event: Event) -> Dossier:
    said = event.said
    assert isinstance(said, m.Reviewed)
    told = Review(event.author, event.role, event.when, said.digest, said.outcome, said.words)
    return replace(dossier, reviews=(*dossier.reviews, told))


def _end(dossier: Dossier, event: Event) -> Dossier:
    assert isinstance(event.said, m.Ended)
    because = f"{event.author}: {event.said.words}"
    return replace(dossier, stage=Stage.ENDED, text=dossier.agreed, signatures=dossier.lines, over_because=because)


_DOES: Mapping[Kind, Callable[[Dossier, Event], Dossier]] = {
    Kind.AGREE: _agree,
    Kind.REFUSE: _refuse,
    Kind.ESCALATE: _escalate,
    Kind.WITHDRAW: _withdraw,
    Kind.DRAFT: _draft,
    Kind.SUBMIT: _submit,
    Kind.COMMENT: _remark,
    Kind.REQUEST_CHANGES: _request_changes,
    Kind.APPROVE: _approve,
    Kind.SIGN: _sign,
    Kind.VARY: _vary,
    Kind.SUSPEND: _suspend,
    Kind.RESUME: _resume,
    Kind.REVIEW: _review,
    Kind.END: _end,
}

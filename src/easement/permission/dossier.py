"""A proposal as it stands: the fold of its events. Frozen types, no I/O."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from easement.permission.clock import answer_by
from easement.permission.model import Event, Outcome
from easement.permission.texts import Text

__all__ = ["Answer", "Approval", "Dossier", "Escalation", "Remark", "Review", "Stage"]


class Stage(StrEnum):
    """How far a proposal has come. With a variation in work, the version before it goes on to hold meanwhile."""

    PROPOSED = "proposed"
    DRAFT = "draft"
    REVIEW = "review"
    APPROVED = "approved"
    IN_FORCE = "in-force"
    ENDED = "ended"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"

    @property
    def over(self) -> bool:
        """Whether nothing more can happen."""
        return self in (Stage.ENDED, Stage.REFUSED, Stage.WITHDRAWN)


@dataclass(frozen=True, slots=True)
class Answer:
    """What one organisation answered: `agree` or `refuse`, in which role, when, with which reason and words."""

    kind: str
    role: str
    at: datetime
    reason: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class Escalation:
    """An organisation that was silent past its day, to whom that went, and when."""

    of: str
    to: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Remark:
    """A comment, or a change asked for (`change`), on a clause of the text with a digest."""

    number: int
    author: str
    role: str
    at: datetime
    digest: str
    clause: str
    words: str
    change: bool = False


@dataclass(frozen=True, slots=True)
class Approval:
    """What one organisation's approvers have said of the text: `needs` are the roles to be heard, `given` those heard.

    `given` maps a role to when.
    """

    needs: tuple[str, ...]
    given: Mapping[str, datetime]

    @property
    def missing(self) -> tuple[str, ...]:
        """The roles yet to be heard."""
        return tuple(role for role in self.needs if role not in self.given)

    @property
    def complete(self) -> bool:
        """Whether everybody was heard that the organisation wants to hear."""
        return not self.missing


@dataclass(frozen=True, slots=True)
class Review:
    """What one organisation found when it looked again at what is in force."""

    organisation: str
    role: str
    at: datetime
    digest: str
    outcome: Outcome
    words: str


@dataclass(frozen=True)
class Dossier:
    """A proposal after its last event.

    `parties` maps each organisation to `provider` or `recipient`; `text` is the text in work or in force, `agreed` the
    one that everybody signed last, with `lines` of its signatures. `approvals` and `signatures` are of `text` alone;
    `dropped` names those whose approval fell when the text changed. `since` is when its stage began, `mover` who
    began what is in work, and `bound` everybody whom a version that came in force ever named: nobody else is concerned
    by what happens to it, though they see it.
    """

    id: str
    home: str
    title: str
    why: str
    harm_if_not_shared: str
    parties: Mapping[str, str]
    opened: datetime
    answer_days: int
    stage: Stage
    since: datetime
    number: int
    head: str
    latest: datetime
    mover: str
    assessment: str = ""
    days_off: tuple[date, ...] = ()
    appetites: Mapping[str, str] = field(default_factory=dict)
    answers: Mapping[str, Answer] = field(default_factory=dict)
    escalations: tuple[Escalation, ...] = ()
    remarks: tuple[Remark, ...] = ()
    text: Text | None = None
    approvals: Mapping[str, Approval] = field(default_factory=dict)
    dropped: tuple[str, ...] = ()
    signatures: Mapping[str, str] = field(default_factory=dict)
    floor: tuple[int, ...] = ()
    agreed: Text | None = None
    lines: Mapping[str, str] = field(default_factory=dict)
    in_force_since: datetime | None = None
    bound: frozenset[str] = frozenset()
    suspended: Mapping[str, str] = field(default_factory=dict)
    reviews: tuple[Review, ...] = ()
    over_because: str = ""
    ids: frozenset[str] = frozenset()
    events: tuple[Event, ...] = field(default=(), repr=False, compare=False)

    @property
    def answer_by(self) -> date:
        """The last day, in UTC, on which an answer is in time."""
        return answer_by(self.opened, self.answer_days, self.days_off)

    @property
    def state(self) -> str:
        """Where it stands, in one word: its stage, or `suspended`."""
        return "suspended" if self.suspended and self.stage is Stage.IN_FORCE else self.stage.value

    @property
    def varying(self) -> bool:
        """Whether a version is in force and the next one in work."""
        return self.agreed is not None and self.stage in (Stage.DRAFT, Stage.REVIEW, Stage.APPROVED)

    @property
    def signing(self) -> tuple[str, ...]:
        """The organisations that the text names, which approve and sign it."""
        return self.text.parties if self.text else ()

    @property
    def waiting_for(self) -> tuple[str, ...]:
        """Whose turn it is; nobody's where nothing is to be done."""
        match self.stage:
            case Stage.PROPOSED:
                return tuple(each for each in self.parties if each != self.home and each not in self.answers)
            case Stage.DRAFT:
                return (self.mover,)
            case Stage.REVIEW:
                return tuple(each for each in self.signing if not self.approved_by(each))
            case Stage.APPROVED:
                return tuple(each for each in self.signing if each not in self.signatures)
        return ()

    def approved_by(self, organisation: str) -> bool:
        """Whether an organisation's own approvers have all approved the text."""
        return organisation in self.approvals and self.approvals[organisation].complete

    def overdue(self, today: date) -> tuple[str, ...]:
        """Who has not answered in time, as of a day in UTC."""
        return self.waiting_for if self.stage is Stage.PROPOSED and today > self.answer_by else ()

    def reviewed(self) -> date | None:
        """The day from which the last review counts: when every party of what is in force had reviewed it.

        The earliest of their latest reviews; `None` where one of them never did, or did not find that it may go on.
        """
        if self.agreed is None:
            return None
        last: dict[str, Review] = {r.organisation: r for r in self.reviews if r.digest == self.agreed.digest}
        if set(last) < set(self.agreed.parties) or any(r.outcome is not Outcome.CONTINUE for r in last.values()):
            return None
        return min(review.at.date() for review in last.values())

    def as_dict(self) -> dict[str, Any]:
        """The proposal as `--json` and the API show it."""
        return {
            "id": self.id,
            "title": self.title,
            "state": self.state,
            "since": self.since.isoformat(),
            "home": self.home,
            "parties": dict(self.parties),
            "why": self.why,
            "harm_if_not_shared": self.harm_if_not_shared,
            "assessment": self.assessment or None,
            "opened": self.opened.isoformat(),
            "answer_by": self.answer_by.isoformat(),
            "days_off": [each.isoformat() for each in self.days_off],
            "waiting_for": list(self.waiting_for),
            "risk_appetite": dict(self.appetites),
            "answers": {name: _plain(answer) for name, answer in self.answers.items()},
            "escalations": [_plain(each) for each in self.escalations],
            "text": _named(self.text),
            "approvals": {name: _approval(each) for name, each in self.approvals.items()},
            "approvals_dropped": list(self.dropped),
            "signed": sorted(self.signatures),
            "agreed": _named(self.agreed),
            "in_force_since": self.in_force_since.isoformat() if self.in_force_since else None,
            "varying": self.varying,
            "suspended": dict(self.suspended),
            "reviews": [_plain(each) for each in self.reviews],
            "remarks": [_plain(each) for each in self.remarks],
            "over_because": self.over_because or None,
            "number": self.number,
        }


def _plain(each: Any) -> dict[str, Any]:
    values = {name: getattr(each, name) for name in type(each).__dataclass_fields__}
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in values.items()}


def _named(text: Text | None) -> dict[str, Any] | None:
    if text is None:
        return None
    return {"id": text.id, "version": text.version, "digest": text.digest, "parties": list(text.parties)}


def _approval(each: Approval) -> dict[str, Any]:
    given = {role: at.isoformat() for role, at in each.given.items()}
    return {"needs": list(each.needs), "given": given, "missing": list(each.missing)}

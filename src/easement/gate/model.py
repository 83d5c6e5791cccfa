"""What is asked, what is known, and what was decided: frozen types, no I/O.

Days are UTC days. A request names exactly one agreement and one share; two agreements are never merged.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any

from easement.agreement.forms import Form
from easement.agreement.model import Duties, Level, Mode

__all__ = ["Code", "Decision", "Facts", "Reason", "Request"]


class Code(StrEnum):
    """Why a request is refused: `subject.finding`. A reason that is met carries the code it would have had."""

    AGREEMENT_INCOMPLETE = "agreement.incomplete"
    AGREEMENT_NOT_IN_FORCE = "agreement.not-in-force"
    AGREEMENT_SUPERSEDED = "agreement.superseded"
    CONSENT_MISSING = "consent.missing"
    DECISION_FAILED = "decision.failed"
    FIELDS_DIMENSIONS_FIXED = "fields.dimensions-fixed"
    FIELDS_NONE_AGREED = "fields.none-agreed"
    LIMIT_DAY_REACHED = "limit.day-reached"
    LIMIT_REQUEST_TOO_LARGE = "limit.request-too-large"
    LIST_ENCODED_OTHERWISE = "list.encoded-otherwise"
    LIST_ENCODED_TWICE = "list.encoded-twice"
    LIST_ENCODINGS_REFUSED = "list.encodings-refused"
    LIST_FISHING = "list.fishing"
    LIST_NAMES_REFUSED = "list.names-refused"
    LIST_NO_ENCODINGS = "list.no-encodings"
    MODE_NOT_AGREED = "mode.not-agreed"
    PERSON_AMBIGUOUS = "person.ambiguous"
    PERSON_NOT_NAMED = "person.not-named"
    PERSON_OBJECTED = "person.objected"
    PURPOSE_NEVER_FOR = "purpose.never-for"
    PURPOSE_NOT_AGREED = "purpose.not-agreed"
    RECIPIENT_NOT_NAMED = "recipient.not-named"
    ROLE_NOT_ENTITLED = "role.not-entitled"
    SHARE_UNKNOWN = "share.unknown"
    SUBJECTS_LIST_NEEDED = "subjects.list-needed"
    SUBJECTS_LIST_REFUSED = "subjects.list-refused"
    TRAINING_MISSING = "training.missing"


@dataclass(frozen=True, slots=True)
class Request:
    """One ask under one agreement: which share, by whom, in which role, what for, how.

    `fields` empty asks for all that is agreed. `person` names one person by elements of the standard (lookup);
    `listed` says whether the recipient's own list comes with the request (match, and bulk of matched subjects).
    `asked_by` and `why` are kept only in the private record.
    """

    share: str
    recipient: str
    role: str
    purpose: str
    mode: Mode
    fields: tuple[str, ...] = ()
    person: Mapping[str, str] = field(default_factory=dict, repr=False)
    listed: bool = False
    asked_by: str = field(default="", repr=False)
    why: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Facts:
    """What the decision needs to know of the world; all of it passed in.

    `problems` says in words what is wrong with the signatures; `gaps` are the codes of the completeness check's `must`
    findings; `records_today` counts what this share has disclosed since midnight UTC; `suspended` is the reason, where
    the agreement is suspended; `superseded` the version that took its place, where one did; `consented` matters only
    where consent is the basis.
    """

    now: datetime
    signed: frozenset[str]
    problems: tuple[str, ...] = ()
    suspended: str | None = None
    superseded: str | None = None
    gaps: tuple[str, ...] = ()
    training: frozenset[str] = frozenset()
    records_today: int = 0
    objected: bool = False
    consented: bool = False

    @property
    def today(self) -> date:
        """The UTC day of the decision."""
        return self.now.astimezone(UTC).date()


@dataclass(frozen=True, slots=True)
class Reason:
    """One check's outcome: the clause it rests on, in plain words, and what would make it lawful."""

    code: Code
    met: bool
    clause: str
    text: str
    remedy: str = ""

    def as_dict(self) -> dict[str, Any]:
        """The reason as answers and `--json` show it."""
        return {
            "code": self.code.value,
            "met": self.met,
            "clause": self.clause,
            "text": self.text,
            "remedy": self.remedy,
        }


@dataclass(frozen=True, slots=True)
class Decision:
    """Allow or deny, with a reason for every check; what may cross in which form, and what is withheld and why.

    `agreement` is the agreement's digest. `measures` says what stands in the cells of a count. `fields`, `measures` and
    `withheld` are empty on a refusal.
    """

    allowed: bool
    reasons: tuple[Reason, ...]
    agreement: str
    agreement_id: str
    version: str
    share: str
    provider: str
    recipient: str
    purpose: str
    mode: Mode
    level: Level | None = None
    fields: Mapping[str, Form] = field(default_factory=dict)
    measures: Mapping[str, str] = field(default_factory=dict)
    withheld: Mapping[str, str] = field(default_factory=dict)
    basis: Mapping[str, str] = field(default_factory=dict)
    duties: Duties | None = None

    @property
    def unmet(self) -> tuple[Reason, ...]:
        """Every reason for refusal; empty when allowed."""
        return tuple(reason for reason in self.reasons if not reason.met)

    def as_dict(self) -> dict[str, Any]:
        """The decision as answers and `--json` show it."""
        return {
            "allowed": self.allowed,
            "agreement": {"id": self.agreement_id, "version": self.version, "digest": self.agreement},
            "share": self.share,
            "provider": self.provider,
            "recipient": self.recipient,
            "purpose": self.purpose,
            "mode": self.mode.value,
            "level": self.level.value if self.level else None,
            "basis": dict(self.basis),
            "fields": {name: form.written for name, form in self.fields.items()},
            "measures": dict(self.measures),
            "withheld": dict(self.withheld),
            "duties": self.duties.model_dump(mode="json") if self.duties else None,
            "reasons": [reason.as_dict() for reason in self.reasons],
        }

    @classmethod
    def from_dict(cls, said: Mapping[str, Any]) -> "Decision":
        """The decision that `as_dict` gave; for what this node itself wrote down, and not for what strangers say."""
        plain = ("allowed", "share", "provider", "recipient", "purpose", "basis", "measures", "withheld")
        return cls(
            **{name: said[name] for name in plain},
            reasons=tuple(Reason(**{**each, "code": Code(each["code"])}) for each in said["reasons"]),
            agreement=said["agreement"]["digest"],
            agreement_id=said["agreement"]["id"],
            version=said["agreement"]["version"],
            mode=Mode(said["mode"]),
            level=Level(said["level"]) if said["level"] else None,
            fields={name: Form.from_written(form) for name, form in said["fields"].items()},
            duties=Duties.model_validate(said["duties"]) if said["duties"] else None,
        )

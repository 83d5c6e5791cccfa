"""What happens to a proposal, as events: each is written by one organisation, signed by its key, and tied to the last.

An event names the event it follows by number and digest, so that none can be changed, moved or left out unseen. It says
the role of whoever acted and never a name: `named` commits to the name, which stands sealed at their own node.
"""

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from easement.base.canonical import sha256_hex
from easement.base.moments import instant_of
from easement.exchange.message_body import Digest, MessageBody, Name, Organisation, Said, Short, Token
from easement.permission.reasons import RefusalReason

__all__ = [
    "MAX_EVENT",
    "MAX_TEXT",
    "Agreed",
    "Approved",
    "ChangesAsked",
    "Commented",
    "Drafted",
    "Ended",
    "Escalated",
    "Event",
    "Kind",
    "Outcome",
    "Proposed",
    "Refused",
    "Resumed",
    "Reviewed",
    "Signed",
    "Submitted",
    "Suspended",
    "Told",
    "Varied",
    "Withdrawn",
]

MAX_TEXT = 200_000
"""Longest text of an agreement that travels, in characters: forty times a usual one."""

MAX_EVENT = 1_000_000
"""Longest event in bytes: the longest text, every character of it escaped or in another script, stays below."""

MAX_PARTIES = 32
"""Most organisations in one proposal; many more join what a few agreed."""


class Kind(StrEnum):
    """What an event does."""

    PROPOSE = "propose"
    AGREE = "agree"
    REFUSE = "refuse"
    ESCALATE = "escalate"
    WITHDRAW = "withdraw"
    DRAFT = "draft"
    SUBMIT = "submit"
    COMMENT = "comment"
    REQUEST_CHANGES = "request-changes"
    APPROVE = "approve"
    SIGN = "sign"
    VARY = "vary"
    SUSPEND = "suspend"
    RESUME = "resume"
    REVIEW = "review"
    END = "end"


class Outcome(StrEnum):
    """What a review found: it may go on as it is, it must change, or it must end."""

    CONTINUE = "continue"
    CHANGE = "change"
    END = "end"


def _instant(text: str) -> str:
    instant_of(text)
    return text


def _seen(text: str) -> str:
    if not text.strip():
        raise ValueError("it says nothing")
    return text


Instant = Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$"), AfterValidator(_instant)]
"""A moment in UTC to the second."""

Words = Annotated[Said, AfterValidator(_seen)]
"""Words that must say something."""

AgreementText = Annotated[str, StringConstraints(max_length=MAX_TEXT, pattern=r"^[^\x00-\x08\x0b-\x0c\x0e-\x1f\x7f]*$")]
"""The text of an agreement file."""

Line = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9+/]{40,200}={0,2}$")]
"""What follows a name on a line of a signed note: the key's id and the signature, in base64."""


MOST_DAYS = 60
"""Working days that a proposal may give for an answer: a quarter of a year."""


class _Told(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Proposed(_Told):
    """The wish to share: who, what, why, and both sides of the scale; `answer_days` are working days to answer in.

    `days_off` are weekdays among them that do not count, in order; an event that names none does not say so. `text` is
    a first draft of the agreement, or empty.
    """

    kind: Literal["propose"] = "propose"
    title: Annotated[Short, AfterValidator(_seen)]
    why: Words
    harm_if_not_shared: Words
    parties: Annotated[Mapping[Organisation, Literal["provider", "recipient"]], Field(max_length=MAX_PARTIES)]
    answer_days: Annotated[int, Field(ge=1, le=MOST_DAYS)]
    days_off: Annotated[tuple[date, ...], Field(max_length=60, exclude_if=lambda days: not days)] = ()
    appetite: Said
    assessment: Annotated[str, StringConstraints(pattern="^([0-9a-f]{32})?$")] = ""
    text: AgreementText = ""


class Agreed(_Told):
    """Yes in principle, by one organisation: its draft may be worked on. `appetite` is what risk it takes, in words."""

    kind: Literal["agree"] = "agree"
    words: Said
    appetite: Said


class Refused(_Told):
    """No, with a reason from the list and words that say what is meant."""

    kind: Literal["refuse"] = "refuse"
    reason: RefusalReason
    words: Words


class Escalated(_Told):
    """Silence past the day: the organisation `of` has not answered, so it goes `to` its named senior."""

    kind: Literal["escalate"] = "escalate"
    of: Organisation
    to: Short


class Withdrawn(_Told):
    """The wish, or the variation in work, is taken back."""

    kind: Literal["withdraw"] = "withdraw"
    words: Words


class Drafted(_Told):
    """A text of the agreement in place of the one with the digest `replaces` (empty: none); `words` say what is new."""

    kind: Literal["draft"] = "draft"
    text: AgreementText
    digest: Digest
    replaces: Annotated[str, StringConstraints(pattern="^([0-9a-f]{64})?$")]
    words: Said


class Submitted(_Told):
    """The text is put to everybody's approvers."""

    kind: Literal["submit"] = "submit"
    digest: Digest


class Commented(_Told):
    """Words on a clause (a path such as `duties.retain`, or empty for the whole) of a text, or of the wish itself."""

    kind: Literal["comment"] = "comment"
    digest: Annotated[str, StringConstraints(pattern="^([0-9a-f]{64})?$")]
    clause: Short
    words: Words


class ChangesAsked(_Told):
    """A clause must change before this organisation approves."""

    kind: Literal["request-changes"] = "request-changes"
    digest: Digest
    clause: Short
    words: Words


class Approved(_Told):
    """One of an organisation's own approvers approves a text; `needs` are all the roles that it wants to have heard."""

    kind: Literal["approve"] = "approve"
    digest: Digest
    needs: Annotated[tuple[Name, ...], Field(min_length=1, max_length=8)]


class Signed(_Told):
    """The organisation signs the agreement: `line` is its signature over the digest, as it stands in a signed note."""

    kind: Literal["sign"] = "sign"
    digest: Digest
    line: Line


class Varied(_Told):
    """What is in force should change: the text of the next version, in place of the one with the digest `replaces`."""

    kind: Literal["vary"] = "vary"
    text: AgreementText
    digest: Digest
    replaces: Digest
    words: Words


class Suspended(_Told):
    """Nothing crosses any more, until whoever suspended it takes that back."""

    kind: Literal["suspend"] = "suspend"
    digest: Digest
    words: Words


class Resumed(_Told):
    """A suspension is taken back by who made it."""

    kind: Literal["resume"] = "resume"
    digest: Digest
    words: Words


class Reviewed(_Told):
    """One organisation looked at whether what is in force does what it was for; `words` say what it found."""

    kind: Literal["review"] = "review"
    digest: Digest
    outcome: Outcome
    words: Words


class Ended(_Told):
    """What is in force ends, at once and for good."""

    kind: Literal["end"] = "end"
    digest: Digest
    words: Words


Told = (
    Proposed
    | Agreed
    | Refused
    | Escalated
    | Withdrawn
    | Drafted
    | Submitted
    | Commented
    | ChangesAsked
    | Approved
    | Signed
    | Varied
    | Suspended
    | Resumed
    | Reviewed
    | Ended
)
"""What an event says, by its kind."""


class Event(MessageBody):
    """One thing that one organisation did to a proposal, at `at` (UTC), as the `number`th event of it.

    `id` is 128 random bits of its author's, so that the same event sent again is known; `previous` is the digest of
    the event before (empty for the first), `role` what whoever acted is at their organisation, `named` the SHA-256
    of a salt and their name.
    """

    format: Literal["easement-event/1"] = "easement-event/1"
    proposal: Token
    id: Token
    number: Annotated[int, Field(ge=1, lt=100_000)]
    previous: Annotated[str, StringConstraints(pattern="^([0-9a-f]{64})?$")]
    at: Instant
    author: Organisation
    role: Name
    named: Digest
    said: Annotated[Told, Field(discriminator="kind")]

    @property
    def kind(self) -> Kind:
        """What it does."""
        return Kind(self.said.kind)

    @property
    def when(self) -> datetime:
        """The moment it was written, by its author's clock."""
        return instant_of(self.at)

    @cached_property
    def digest(self) -> str:
        """SHA-256 of its canonical JSON: what the next event names."""
        return sha256_hex(self.encode())

    def as_dict(self) -> dict[str, Any]:
        """The event as `--json` shows it."""
        return self.model_dump(mode="json")

"""What messages say of what is wrong: that it is, what came of that, that a link was broken, that it is put right."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from easement.exchange.message_body import Element, MessageBody, Organisation, Said, Short, Token, Whole

__all__ = [
    "About",
    "CaseBody",
    "CorrectionBody",
    "CorrectionTakenBody",
    "Kind",
    "MadeBody",
    "Outcome",
    "TakenBody",
    "Through",
    "VerdictBody",
]


class Kind(StrEnum):
    """What somebody says is wrong with something that they were given."""

    WRONG_VALUE = "wrong-value"
    WRONG_PERSON = "wrong-person"
    OUT_OF_DATE = "out-of-date"


class Outcome(StrEnum):
    """What came of that at its source."""

    CORRECTED = "corrected"
    NOT_WRONG = "not-wrong"
    LINK_BROKEN = "link-broken"


class Through(StrEnum):
    """By what a record came to somebody who was not to have it: a question about one person, or a match of lists."""

    LOOKUP = "lookup"
    MATCH = "match"


class About(StrEnum):
    """What a correction is of: a record that is somebody else's, or a value of the right one."""

    LINK = "link"
    VALUE = "value"


Named = Annotated[str, StringConstraints(pattern=r"^([A-Za-z][A-Za-z0-9_]{0,99})?$")]
"""An element, or nothing for the whole record."""


class CaseBody(MessageBody):
    """A recipient says that something it got under `message` is wrong; `entry` is its own log's, and says so too.

    `value` is what it was told, `person` whom it had asked about, and `reference` its own key in a list that it sent.
    """

    format: Literal["easement-dispute/1"] = "easement-dispute/1"
    id: Token
    to: Organisation
    message: Token
    entry: Whole
    kind: Kind
    element: Named
    record: Whole
    reference: Short
    value: Said
    person: Annotated[dict[Element, Short], Field(max_length=50)]
    why: Said


class TakenBody(MessageBody):
    """What was told is taken; `entry` is in the log of who took it."""

    format: Literal["easement-taken/1"] = "easement-taken/1"
    id: Token
    entry: Whole


class VerdictBody(MessageBody):
    """The source answers what was said to be wrong; `entry` is in its log."""

    format: Literal["easement-dispute-answer/1"] = "easement-dispute-answer/1"
    id: Token
    to: Organisation
    outcome: Outcome
    text: Said
    entry: Whole


class CorrectionBody(MessageBody):
    """A provider broke a wrong link, or put a value right, and what it gave under `message` rests on it.

    `entry` is in its log. `reference` is the recipient's own key, where it was of a list that it sent; `element` is
    what was put right, and empty for the whole record.
    """

    format: Literal["easement-correction/1"] = "easement-correction/1"
    id: Token
    to: Organisation
    message: Token
    about: About
    element: Named
    through: Through
    reference: Short
    why: Said
    entry: Whole


class CorrectionTakenBody(MessageBody):
    """The recipient knows; `entry` is in its log, and `made` too once its copy is put right."""

    format: Literal["easement-correction-taken/1"] = "easement-correction-taken/1"
    id: Token
    message: Token
    entry: Whole
    made: Whole | None


class MadeBody(MessageBody):
    """The recipient put its copy right, as `entry` of its log says, with `proof`."""

    format: Literal["easement-correction-made/1"] = "easement-correction-made/1"
    id: Token
    to: Organisation
    message: Token
    entry: Whole
    proof: str

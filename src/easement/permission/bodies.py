"""What messages about proposals say: what somebody did, what is new, and what was missed."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from easement.exchange.message_body import MessageBody, Name, Organisation, Token, Whole
from easement.permission.model import MAX_EVENT, Instant

__all__ = [
    "MAX_CARRIED",
    "ActBody",
    "EmergencyBody",
    "EmergencyTakenBody",
    "EventsBody",
    "HistoryBody",
    "NewsBody",
    "StandBody",
]

MAX_CARRIED = 4 << 20
"""Longest message about a proposal in bytes: the longest event, escaped once more, stays below."""

Note = Annotated[str, StringConstraints(max_length=MAX_EVENT + 1024)]
"""An event as its author signed it."""

Notes = Annotated[tuple[Note, ...], Field(max_length=100)]


class ActBody(MessageBody):
    """To the home of a proposal: one event by the sender."""

    format: Literal["easement-proposal-act/1"] = "easement-proposal-act/1"
    proposal: Token
    to: Organisation
    event: Note


class NewsBody(MessageBody):
    """From the home of a proposal: events that the receiver does not have, in order."""

    format: Literal["easement-proposal-news/1"] = "easement-proposal-news/1"
    proposal: Token
    to: Organisation
    events: Notes


class HistoryBody(MessageBody):
    """To the home of a proposal: what came after an event's number."""

    format: Literal["easement-proposal-history/1"] = "easement-proposal-history/1"
    proposal: Token
    to: Organisation
    after: Whole


class EventsBody(MessageBody):
    """Events in order, as many as fit; `number` is the last that there is."""

    format: Literal["easement-proposal-events/1"] = "easement-proposal-events/1"
    proposal: Token
    events: Notes
    number: Whole


class StandBody(MessageBody):
    """How far the receiver of news is now."""

    format: Literal["easement-proposal-stand/1"] = "easement-proposal-stand/1"
    proposal: Token
    number: Whole


Words = Annotated[str, StringConstraints(min_length=1, max_length=4_000, pattern=r"^[^\x00-\x08\x0b-\x1f\x7f]*$")]
"""What was shared, or why, in the words of whoever recorded it; they name nobody."""


class EmergencyBody(MessageBody):
    """To the other side of what was shared in an emergency: what the sender recorded of it, as its `entry`."""

    format: Literal["easement-emergency/1"] = "easement-emergency/1"
    id: Token
    to: Organisation
    direction: Literal["gave", "received"]
    purpose: Name
    agreement: Annotated[str, StringConstraints(pattern="^([a-z][a-z0-9-]{0,62})?$")] = ""
    happened: Instant
    recorded: Instant
    outside: bool
    what: Words
    why: Words
    entry: Whole


class EmergencyTakenBody(MessageBody):
    """The receiver's entry that says so."""

    format: Literal["easement-emergency-taken/1"] = "easement-emergency-taken/1"
    id: Token
    entry: Whole

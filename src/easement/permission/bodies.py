"""What messages about proposals say: what somebody did, what is new, and what was missed."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from easement.exchange.message_body import MessageBody, Organisation, Token, Whole
from easement.permission.model import MAX_EVENT

__all__ = ["MAX_CARRIED", "ActBody", "EventsBody", "HistoryBody", "NewsBody", "StandBody"]

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

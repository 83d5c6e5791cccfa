"""Answering other nodes about proposals: their news, what their people did, and what they missed."""

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from easement.base.database import reading
from easement.base.errors import BadFile, ProofFailed, Refused, UsageError
from easement.exchange.answering import Arrived, Clock, NotTaken
from easement.exchange.message import Genuine
from easement.exchange.message_body import read_body
from easement.exchange.ports import Host as Exchanging
from easement.permission import tables
from easement.permission.bodies import MAX_CARRIED, ActBody, EventsBody, HistoryBody, NewsBody, StandBody
from easement.permission.carrying import AT_ONCE, take_in
from easement.permission.chain import opened
from easement.permission.dossier import Dossier
from easement.permission.keeping import Overtaken, keep, notes_after, read
from easement.permission.landing import land
from easement.permission.model import Event
from easement.permission.ports import Host
from easement.permission.transitions import Code, Illegal, Why

__all__ = ["act", "for_us", "history", "news", "own"]

Result = TypeVar("Result")


def act(host: Exchanging, genuine: Genuine, arrived: Arrived, clock: Clock) -> bytes:
    """Take what somebody of another party did, if it may happen; the events that the sender lacks, theirs among them.

    The same event sent again is answered as before.
    """
    node, now = own(host), clock()
    body = read_body(ActBody, arrived.body, MAX_CARRIED)
    dossier = _at_home(node, genuine, body.to, body.proposal)
    event = _said(lambda: opened(body.event, node.member_keys))
    if event.author != genuine.key.name:
        what = f"it is by `{event.author}`, and `{genuine.key.name}` sends it"
        raise NotTaken(422, "event.other-author", what, "send what your own organisation did")
    if event.id not in dossier.ids:
        _said(lambda: _kept(node, dossier, event, body.event, now))
    return _events(node, body.proposal, min(event.number, dossier.number + 1) - 1)


def _kept(host: Host, dossier: Dossier, event: Event, note: str, now: datetime) -> None:
    try:
        land(host, keep(host, dossier, event, note, now=now))
    except Overtaken:
        what = "something else happened at this very moment"
        raise Illegal((Why(Code.EVENT_STALE, what, "look at what changed, then do it again"),)) from None


def history(host: Exchanging, genuine: Genuine, arrived: Arrived, clock: Clock) -> bytes:
    """The events of a proposal after a number, to one of its parties."""
    node = own(host)
    body = read_body(HistoryBody, arrived.body, MAX_CARRIED)
    _at_home(node, genuine, body.to, body.proposal)
    return _events(node, body.proposal, body.after)


def news(host: Exchanging, genuine: Genuine, arrived: Arrived, clock: Clock) -> bytes:
    """Keep what the home of a proposal says happened; how far this node is then."""
    node, now = own(host), clock()
    body = read_body(NewsBody, arrived.body, MAX_CARRIED)
    for_us(node, body.to)
    number = _said(lambda: take_in(node, genuine.key.name, body.proposal, body.events, now))
    _said(lambda: land(node, read(node, body.proposal)))
    return StandBody(proposal=body.proposal, number=number).encode()


def own(host: Exchanging) -> Host:
    """The node as this room needs it; it is the same one."""
    return host  # type: ignore[return-value]


def for_us(host: Host, to: str) -> None:
    """Raise `NotTaken` for a message to another organisation."""
    if to != host.organisation:
        raise NotTaken(422, "message.not-for-us", f"this is for `{to}`", "send it to that organisation's node")


def _at_home(host: Host, genuine: Genuine, to: str, proposal: str) -> Dossier:
    """A proposal that is at home here and that the sender is a party to; to anybody else there is none."""
    for_us(host, to)
    try:
        dossier = read(host, proposal)
    except UsageError:
        dossier = None
    if dossier is None or dossier.home != host.organisation or genuine.key.name not in dossier.parties:
        what = "no proposal of this id is at home here and open to you"
        raise NotTaken(404, "proposal.unknown", what, "check its id")
    return dossier


def _events(host: Host, proposal: str, after: int) -> bytes:
    notes = notes_after(host, proposal, after, AT_ONCE)
    with reading(host.engine) as connection:
        row = tables.one(connection, proposal)
    return EventsBody(proposal=proposal, events=notes, number=row.number if row else 0).encode()


def _said(do: Callable[[], Result]) -> Result:
    """Do it, and say of what is refused why, in a way that the other node can tell its people."""
    try:
        return do()
    except Illegal as error:
        raise NotTaken(409 if error.stale else 422, error.reasons[0].code.value, error.what, error.remedy) from None
    except ProofFailed as error:
        raise NotTaken(422, "event.not-genuine", error.what, error.remedy) from None
    except (Refused, BadFile) as error:
        raise NotTaken(422, "event.refused", error.what, error.remedy) from None

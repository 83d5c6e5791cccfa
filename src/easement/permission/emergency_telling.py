"""Telling the other side what was shared in an emergency, so that both logs have it and both look at it after."""

from datetime import datetime, timedelta

from easement.base.database import reading, writing
from easement.base.errors import EasementError, Refused
from easement.base.moments import instant_text
from easement.exchange.answering import Arrived, Clock, NotTaken
from easement.exchange.message import Genuine
from easement.exchange.message_body import read_body
from easement.exchange.ports import Host as Exchanging
from easement.permission import emergency_letters as letters
from easement.permission.bodies import MAX_CARRIED, EmergencyBody, EmergencyTakenBody
from easement.permission.carrying import asked
from easement.permission.desk import for_us, own
from easement.permission.emergency import Seen, one, take_told
from easement.permission.emergency_letters import Letter
from easement.permission.ports import Host

__all__ = ["AGAIN", "take", "tell_emergencies", "tell_emergency"]

AGAIN = timedelta(minutes=5)
"""How long somebody who did not answer is left alone."""


def tell_emergencies(host: Host, now: datetime) -> int:
    """Tell every other side that has yet to hear, and was not tried of late; how many now know."""
    with reading(host.engine) as connection:
        waiting = letters.untold(connection, int((now - AGAIN).timestamp()))
    return sum(_told(host, each, now) for each in waiting)


def tell_emergency(host: Host, seen: Seen, now: datetime) -> Seen:
    """Tell the other side of one that was recorded just now; how it stands then."""
    if seen.letter is not None and seen.letter.told is None:
        _told(host, seen.letter, now)
    return one(host, seen.row.id, now)


def _told(host: Host, letter: Letter, now: datetime) -> bool:
    peer, problem = None, ""
    try:
        said = asked(host, letter.organisation, "emergencies", _body(host, letter, now), EmergencyTakenBody, now)
        peer = said.entry
    except EasementError as error:
        problem = f"not told yet: {error.what}"
    with writing(host.engine) as connection:
        letters.note_told(connection, letter.id, int(now.timestamp()), peer, problem)
    return peer is not None


def _body(host: Host, letter: Letter, now: datetime) -> EmergencyBody:
    seen = one(host, letter.id, now)
    return EmergencyBody(
        id=seen.row.id,
        to=letter.organisation,
        direction=seen.row.direction,
        purpose=seen.row.purpose,
        agreement=seen.row.agreement_id or "",
        happened=instant_text(seen.row.happened),
        recorded=instant_text(seen.row.recorded),
        outside=seen.outside,
        what=seen.what,
        why=seen.why,
        entry=seen.row.entry,
    )


def take(host: Exchanging, genuine: Genuine, arrived: Arrived, clock: Clock) -> bytes:
    """Take down what another organisation recorded of an emergency between the two."""
    node, body = own(host), read_body(EmergencyBody, arrived.body, MAX_CARRIED)
    for_us(node, body.to)
    try:
        entry = take_told(node, genuine.key.name, body, clock())
    except Refused as error:
        raise NotTaken(422, "emergency.refused", error.what, error.remedy) from None
    return EmergencyTakenBody(id=body.id, entry=entry).encode()

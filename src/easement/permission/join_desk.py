"""Answering other nodes about agreements that can be joined: what is offered, one of them whole, and a join."""

from easement.agreement.service import signatures_path
from easement.base.database import reading
from easement.base.errors import ProofFailed
from easement.exchange.answering import Arrived, Clock, NotTaken
from easement.exchange.message import Genuine
from easement.exchange.message_body import read_body
from easement.exchange.ports import Host as Exchanging
from easement.gate.marks import ended
from easement.gate.shelf import Shelved
from easement.permission.bodies import MAX_CARRIED
from easement.permission.by_hand import suspended_by
from easement.permission.desk import for_us, own
from easement.permission.join_bodies import FetchBody, JoinBody, JoinedBody, ListBody, OfferBody, OffersBody
from easement.permission.join_rules import JoinCode, JoinRefused, JoinWhy, opened
from easement.permission.joining import joined, keep_join
from easement.permission.offering import offered_here, on_shelf
from easement.permission.ports import Host

__all__ = ["fetch", "join", "offers"]


def offers(host: Exchanging, genuine: Genuine, arrived: Arrived, clock: Clock) -> bytes:
    """What this organisation offers."""
    node, body = own(host), read_body(ListBody, arrived.body, MAX_CARRIED)
    for_us(node, body.to)
    return OffersBody(offers=offered_here(node, clock())).encode()


def fetch(host: Exchanging, genuine: Genuine, arrived: Arrived, clock: Clock) -> bytes:
    """One of the agreements that are offered, whole, with its signatures and those who joined it.

    Who joined it has it also when it is offered no more, and hears when the parties suspended or ended it.
    """
    node, body = own(host), read_body(FetchBody, arrived.body, MAX_CARRIED)
    for_us(node, body.to)
    now = clock()
    shelved, notes = on_shelf(node, body.digest, now), joined(node, body.digest)
    theirs = shelved is not None and genuine.key.name in {row.organisation for row, _ in notes}
    if shelved is not None and theirs and (stopped := _stopped(node, shelved)):
        raise _not_taken(stopped)
    holds = theirs and shelved is not None and shelved.superseded is None
    if shelved is None or not (holds or body.digest in {each.digest for each in offered_here(node, now)}):
        raise _not_taken(JoinWhy(JoinCode.NOT_OFFERED, "this is not offered here any more", _SEE))
    return OfferBody(
        digest=body.digest,
        text=shelved.file.document.text,
        signatures=signatures_path(shelved.path).read_text(encoding="utf-8"),
        joins=tuple(note for _, note in notes),
    ).encode()


def _stopped(host: Host, shelved: Shelved) -> JoinWhy | None:
    """That the parties of an agreement ended or suspended it; what this node stopped by hand is its own affair."""
    id_ = shelved.prepared.id
    with reading(host.engine) as connection:
        over = ended(connection, id_) is not None
    if over:
        return JoinWhy(JoinCode.ENDED, "those who agreed these terms ended them", "share nothing more under them")
    if suspended_by(host, id_):
        return JoinWhy(JoinCode.SUSPENDED, "those who agreed these terms suspended them", "wait until they go on")
    return None


_SEE = "see what is: easement proposal offered"


def join(host: Exchanging, genuine: Genuine, arrived: Arrived, clock: Clock) -> bytes:
    """Take the signature of somebody who joins, if they may."""
    node, body = own(host), read_body(JoinBody, arrived.body, MAX_CARRIED)
    for_us(node, body.to)
    try:
        said = opened(body.join, node.member_keys)
        if said.organisation != genuine.key.name:
            raise ProofFailed(f"`{said.organisation}` joins, and `{genuine.key.name}` says so", remedy="send your own")
        entry = keep_join(node, body.join, clock())
    except JoinRefused as error:
        raise _not_taken(error.reasons[0]) from None
    except ProofFailed as error:
        raise NotTaken(422, "join.not-genuine", error.what, error.remedy) from None
    return JoinedBody(digest=said.digest, entry=entry).encode()


def _not_taken(why: JoinWhy) -> NotTaken:
    changed = why.code in (JoinCode.CHANGED, JoinCode.CHANGING)
    return NotTaken(409 if changed else 422, why.code.value, why.text, why.remedy)

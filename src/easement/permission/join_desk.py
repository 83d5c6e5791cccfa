"""Answering other nodes about agreements that can be joined: what is offered, one of them whole, and a join."""

from easement.agreement.service import signatures_path
from easement.base.errors import ProofFailed
from easement.exchange.answering import Arrived, Clock, NotTaken
from easement.exchange.message import Genuine
from easement.exchange.message_body import read_body
from easement.exchange.ports import Host as Exchanging
from easement.permission.bodies import MAX_CARRIED
from easement.permission.desk import for_us, own
from easement.permission.join_bodies import FetchBody, JoinBody, JoinedBody, ListBody, OfferBody, OffersBody
from easement.permission.join_rules import JoinCode, JoinRefused, JoinWhy, opened
from easement.permission.joining import joined, keep_join
from easement.permission.offering import offered_here

__all__ = ["fetch", "join", "offers"]


def offers(host: Exchanging, genuine: Genuine, arrived: Arrived, clock: Clock) -> bytes:
    """What this organisation offers."""
    node, body = own(host), read_body(ListBody, arrived.body, MAX_CARRIED)
    for_us(node, body.to)
    return OffersBody(offers=offered_here(node, clock())).encode()


def fetch(host: Exchanging, genuine: Genuine, arrived: Arrived, clock: Clock) -> bytes:
    """One of the agreements that are offered, whole, with its signatures and those who joined it."""
    node, body = own(host), read_body(FetchBody, arrived.body, MAX_CARRIED)
    for_us(node, body.to)
    now = clock()
    if body.digest not in {each.digest for each in offered_here(node, now)}:
        raise _not_taken(JoinWhy(JoinCode.NOT_OFFERED, "this is not offered here any more", _SEE))
    shelved = node.shelf.get(body.digest, now.date())
    return OfferBody(
        digest=body.digest,
        text=shelved.file.document.text,
        signatures=signatures_path(shelved.path).read_text(encoding="utf-8"),
        joins=tuple(note for _, note in joined(node, body.digest)),
    ).encode()


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

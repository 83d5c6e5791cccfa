"""Answering other nodes about what is wrong: their cases, their answers, their corrections, and that they made ours."""

from easement.base.database import reading
from easement.base.errors import ProofFailed
from easement.exchange import correct_tables as tables
from easement.exchange.answering import Arrived, Clock, NotTaken
from easement.exchange.correct_bodies import (
    CaseBody,
    CorrectionBody,
    CorrectionTakenBody,
    MadeBody,
    TakenBody,
    VerdictBody,
)
from easement.exchange.correct_cases import take_answer, take_case
from easement.exchange.correct_letters import note_made
from easement.exchange.correct_parts import disclosed
from easement.exchange.correct_told import take_told
from easement.exchange.directory_service import current_directory
from easement.exchange.message import Genuine
from easement.exchange.message_body import MAX_ASK, read_body
from easement.exchange.ports import Host
from easement.ledger.model import EntryType
from easement.ledger.verifier import check_receipt

__all__ = ["answer", "case", "made", "told"]

MOST_OPEN = 50
"""Most cases of one organisation that are open about one answer, and most corrections yet to be made of one: more say
nothing that a person could look at. The next is taken once one of them is done."""


def case(host: Host, genuine: Genuine, arrived: Arrived, clock: Clock) -> bytes:
    """Take that something which the sender was given is wrong."""
    body, sender, now = read_body(CaseBody, arrived.body, MAX_ASK), genuine.key.name, clock()
    _for_us(host, body.to)
    released = disclosed(host, sender, body.message, EntryType.DISCLOSURE_RELEASED)
    if released is None:
        raise NotTaken(404, "message.unknown", "nothing was given to you under this message", "check its id")
    if body.element and body.element not in (released[1].fields or {}):
        what = f"`{body.element}` was not given under this message"
        raise NotTaken(422, "case.element-unknown", what, "name an element that was")
    with reading(host.engine) as connection:
        many = tables.cases_about(connection, sender, body.message)
        known = tables.case(connection, body.id)
    if known is None and many >= MOST_OPEN:
        what = f"{many} cases about this answer are open already"
        raise NotTaken(429, "case.too-many", what, "wait until some are answered")
    entry = take_case(host, sender, body, released, now)
    if entry is None:
        raise _other("case")
    return TakenBody(id=body.id, entry=entry).encode()


def answer(host: Host, genuine: Genuine, arrived: Arrived, clock: Clock) -> bytes:
    """Take what the source of something says of our case."""
    body, sender, now = read_body(VerdictBody, arrived.body, MAX_ASK), genuine.key.name, clock()
    _for_us(host, body.to)
    with reading(host.engine) as connection:
        row = tables.case(connection, body.id)
    if row is None or not row.mine or row.organisation != sender:
        raise NotTaken(404, "case.unknown", "we have no such case with you", "check its id")
    entry = take_answer(host, row, body, now)
    if entry is None:
        raise _other("answer")
    return TakenBody(id=body.id, entry=entry).encode()


def told(host: Host, genuine: Genuine, arrived: Arrived, clock: Clock) -> bytes:
    """Take that something which the sender gave us rests on a wrong link, or on a value that it put right."""
    body, sender, now = read_body(CorrectionBody, arrived.body, MAX_ASK), genuine.key.name, clock()
    _for_us(host, body.to)
    received = disclosed(host, sender, body.message, EntryType.DISCLOSURE_RECEIVED)
    if received is None:
        if disclosed(host, sender, body.message, EntryType.DISCLOSURE_LOST) is not None:
            what = "what you gave under this message was lost on the way, and is not here"
            raise NotTaken(410, "message.lost", what, "nothing needs to be put right")
        raise NotTaken(404, "message.unknown", "nothing came from you under this message", "check its id")
    with reading(host.engine) as connection:
        many = tables.tolds_about(connection, sender, body.message)
        known = tables.told(connection, body.id, body.message)
    if known is None and many >= MOST_OPEN:
        what = f"{many} corrections of this answer are yet to be made"
        raise NotTaken(429, "correction.too-many", what, "tell of it again once some are made")
    if body.element and body.element not in (received[1].fields or {}):
        what = f"`{body.element}` was not given under this message"
        raise NotTaken(422, "correction.element-unknown", what, "name an element that was")
    row = take_told(host, sender, body, received, now)
    if row is None:
        raise _other("correction")
    return CorrectionTakenBody(id=body.id, message=body.message, entry=row.entry, made=row.met).encode()


def made(host: Host, genuine: Genuine, arrived: Arrived, clock: Clock) -> bytes:
    """Take the sender's word, proved by its own log, that it has put its copy right."""
    body, sender, now = read_body(MadeBody, arrived.body, MAX_ASK), genuine.key.name, clock()
    _for_us(host, body.to)
    with reading(host.engine) as connection:
        letter = tables.letter(connection, body.id, body.message)
    if letter is None or letter.organisation != sender:
        raise NotTaken(404, "correction.unknown", "you were told of no such correction", "check its id")
    _hold_proof(host, sender, body, clock)
    return TakenBody(id=body.id, entry=note_made(host, letter, body.entry, now)).encode()


def _for_us(host: Host, to: str) -> None:
    if to != host.organisation:
        what = f"this is the node of `{host.organisation}`, and the message is for `{to}`"
        raise NotTaken(422, "message.not-for-us", what, "send it to the address that the directory names")


def _other(what: str) -> NotTaken:
    """The same for what was changed since it was first sent, and for an id that somebody else drew."""
    return NotTaken(409, f"{what}.id-used", f"this id stands for another {what}", "draw a new random id for each")


def _hold_proof(host: Host, sender: str, body: MadeBody, clock: Clock) -> None:
    """The sender's own log says that the correction was made, at the entry that it names."""
    member = current_directory(host, clock()).member(sender)
    try:
        proved = check_receipt(body.proof, member.log_keys)
    except ProofFailed as error:
        raise NotTaken(422, "certificate.wrong", f"the proof does not hold: {error.what}") from None
    said = (*(proved.entry.get(name) for name in ("type", "concern", "message")), proved.index)
    if said != (EntryType.CORRECTION_MADE.value, body.id, body.message, body.entry):
        raise NotTaken(422, "certificate.wrong", "the proof is of another entry", "prove the entry of this correction")

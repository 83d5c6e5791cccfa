"""What another node may ask of this one about sets: to make one, how it stands, a token for it, a deletion noted."""

import json
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta

from sqlalchemy import Connection

from easement.base.database import reading, writing
from easement.base.errors import ProofFailed, Refused, UsageError
from easement.exchange import jobs, refusals, sets
from easement.exchange.answering import Action, Arrived, NotTaken
from easement.exchange.asked import hold_back
from easement.exchange.bulk_body import MAX_BULK, BulkBody, CertificateBody, CertifiedBody, SetBody
from easement.exchange.concern import about_message
from easement.exchange.directory_service import current_directory
from easement.exchange.jobs_tables import Job, JobState
from easement.exchange.message import Fault, Genuine, NotGenuine
from easement.exchange.message_body import MAX_ASK, DecisionSaid, read_body
from easement.exchange.opening import check_standing, new_token
from easement.exchange.ports import Host, own_url
from easement.exchange.set_outlet import manifest_of
from easement.ledger import tables as ledger_tables
from easement.ledger.model import Entry, EntryType, minute
from easement.ledger.receipt import make_receipt
from easement.ledger.verifier import check_receipt

__all__ = ["ask_set", "certify", "open_set", "set_state"]

Clock = Callable[[], datetime]

TOKEN_LIFE = timedelta(days=7)
"""How long a token opens a set; another is had for the asking."""


def ask_set(host: Host, genuine: Genuine, arrived: Arrived, clock: Clock) -> bytes:
    """Take a question that a set answers; it is decided when it is made. Asked again, it gives how that stands."""
    body = read_body(BulkBody, arrived.body, MAX_BULK)
    _for_us(host, body.to)
    now, recipient = clock(), genuine.key.name
    refusals.look(host, recipient, now)
    hold_back(host, recipient, now)
    try:
        made = jobs.accept(host, recipient, body, now)
    except jobs.TooMany as error:
        raise NotTaken(429, "sets.too-many", error.what, error.remedy, after=60) from None
    except UsageError as error:
        raise NotTaken(409, "message.id-used", error.what, error.remedy) from None
    return _said(host, made).encode()


def _for_us(host: Host, to: str) -> None:
    if to != host.organisation:
        what = f"this is the node of `{host.organisation}`, and the message is for `{to}`"
        raise NotGenuine(Fault.MISDIRECTED, what, "send it to the address that the directory names")


def _job(host: Host, genuine: Genuine, message: str) -> Job:
    found = jobs.find(host, genuine.key.name, message)
    if found is None:
        raise NotTaken(404, "message.unknown", "no set was asked for by this message", "ask for one, under a new id")
    return found


def set_state(message: str) -> Action:
    """Say how it stands with a set of the sender's."""

    def say(host: Host, genuine: Genuine, arrived: Arrived, clock: Clock) -> bytes:
        return _said(host, _job(host, genuine, message)).encode()

    return say


def open_set(message: str) -> Action:
    """Give a new token that opens a set of the sender's, while its agreement stands; the tokens before it end."""

    def give(host: Host, genuine: Genuine, arrived: Arrived, clock: Clock) -> bytes:
        found = _job(host, genuine, message)
        if found.state is not JobState.READY:
            raise NotTaken(409, "set.not-ready", f"the set is {found.state.value}", "wait until it is ready")
        with reading(host.engine) as connection:
            made = sets.read_set(connection, message)
        if made is None:
            raise NotTaken(410, "set.gone", "the set is no longer kept", "ask for another")
        now = clock()
        try:
            check_standing(host, made.agreement, made.recipient, made.share, now)
        except Refused as error:
            raise NotTaken(403, "agreement.not-in-force", error.what, error.remedy) from None
        token, expires = new_token(genuine.keyid), int((now + TOKEN_LIFE).timestamp())
        opener = sets.Reader(made.recipient, made.agreement, made.agreement_id, made.share, expires)
        with writing(host.engine) as connection:
            sets.end_readers(connection, made.recipient, made.agreement_id, made.share, now)
            sets.add_reader(connection, token, opener)
        place = {"endpoint": f"{own_url(host)}/delta", "token": token, "expires": expires}
        return _said(host, found).model_copy(update=place).encode()

    return give


def _said(host: Host, job: Job) -> SetBody:
    decision = DecisionSaid.model_validate(json.loads(job.decision)) if job.decision else None
    manifest, receipt = "", ""
    if job.state is JobState.READY and job.entry is not None:
        with reading(host.engine) as connection:
            made = sets.read_set(connection, job.message, or_dropped=True)
        if made is not None:
            host.ledger.checkpoint()
            manifest, receipt = manifest_of(made).decode(), make_receipt(host.ledger, job.entry)
    return SetBody(
        message=job.message,
        state=job.state.value,
        rows=job.rows,
        problem=job.problem,
        decision=decision,
        entry=job.entry or 0,
        manifest=manifest,
        receipt=receipt,
        endpoint="",
        token="",
        expires=0,
    )


def certify(host: Host, genuine: Genuine, arrived: Arrived, clock: Clock) -> bytes:
    """Take the recipient's word, proved by an entry of its own log, that what it got is deleted; logged here too.

    A set that is deleted there is kept here no longer either.
    """
    now = clock()
    body = read_body(CertificateBody, arrived.body, MAX_ASK)
    _for_us(host, body.to)
    recipient = genuine.key.name
    released = _released(host, recipient, body.message)
    _hold_proof(host, recipient, body, now)
    said = Entry(
        time=minute(now),
        type=EntryType.DUTY_MET,
        parties={"provider": host.organisation, "recipient": recipient},
        message=body.message,
        intent=released,
        peer_entry=body.entry,
    )
    certified = _once(host, said, released)
    _drop(host, recipient, body.message, now)
    return CertifiedBody(message=body.message, entry=certified).encode()


def _drop(host: Host, recipient: str, message: str, now: datetime) -> None:
    """Keep a recipient's set no longer, where the message was answered by one; what a kill leaves goes later."""
    with reading(host.engine) as connection:
        made = sets.read_set(connection, message)
    if made is not None and made.recipient == recipient:
        with writing(host.engine) as connection:
            sets.drop_set(connection, message, now)
        sets.forget_files(host.home, message)


class _Before(Exception):
    """It was certified before."""


def _once(host: Host, said: Entry, released: int) -> int:
    """Log that a duty was met, unless that stands there already; the entry that says so."""

    def also(connection: Connection, index: int) -> None:
        for _ in ledger_tables.read(connection, 0, index, kind=EntryType.DUTY_MET, intent=released):
            raise _Before

    def before() -> int | None:
        return next((each.index for each in host.ledger.entries(intent=released, type=EntryType.DUTY_MET)), None)

    if (found := before()) is None:
        with suppress(_Before):
            return host.ledger.append(said, also=also)
        found = before()
    assert found is not None  # entries are never taken away
    return found


def _released(host: Host, recipient: str, message: str) -> int:
    """The entry by which something was released to an organisation under a message of its."""
    for each in about_message(host, recipient, message):
        if each.type == EntryType.DISCLOSURE_RELEASED and each.organisation == recipient:
            return each.entry
    raise NotTaken(404, "message.unknown", "nothing was released to you under this message", "check its id")


def _hold_proof(host: Host, recipient: str, body: CertificateBody, now: datetime) -> None:
    """The recipient's own log says that the duty was met, at the entry that it names."""
    member = current_directory(host, now).member(recipient)
    try:
        proved = check_receipt(body.proof, member.log_keys)
    except ProofFailed as error:
        raise NotTaken(422, "certificate.wrong", f"the proof does not hold: {error.what}") from None
    said = (proved.entry.get("type"), proved.entry.get("message"), proved.index)
    if said != (EntryType.DUTY_MET.value, body.message, body.entry):
        raise NotTaken(422, "certificate.wrong", "the proof is of another entry", "prove the entry of this duty")

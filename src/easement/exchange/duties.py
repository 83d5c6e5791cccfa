"""What remains to be done after disclosures: what this node owes, that it did it, and what others are to certify."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection

from easement.agreement.model import Duties
from easement.base.database import reading, writing
from easement.base.errors import ProofFailed, UsageError
from easement.exchange import duties_tables as tables
from easement.exchange.bulk_body import CertificateBody, CertifiedBody
from easement.exchange.bulk_tables import end_bulk
from easement.exchange.duties_tables import Certificate
from easement.exchange.incoming import TELL, kept_until
from easement.exchange.message import NotGenuine
from easement.exchange.message_body import MAX_TOLD, read_body
from easement.exchange.message_carry import NoAnswer, Silence, WrongAnswer
from easement.exchange.ports import Host
from easement.exchange.service import line_to
from easement.exchange.tables import Duty, due, end_duty
from easement.ledger.model import Entry, EntryType, Logged, PrivateRecord, minute
from easement.ledger.verifier import Receipt, receipt_bytes

__all__ = ["Awaited", "Owed", "awaited", "certify_all", "meet", "owed"]

CERTIFICATES = "/exchange/v1/certificates"

ENDED = ("delete", "return", "anonymise", "certificate")
"""The duties that end when what came is no longer kept. The one to tell of a breach does not."""


@dataclass(frozen=True, slots=True)
class Owed:
    """Something that this node owes by a day, and whether that is over."""

    duty: Duty
    due: datetime
    overdue: bool

    def as_dict(self) -> dict[str, Any]:
        """The duty as `--json` shows it."""
        of = self.duty
        said = {"entry": of.entry, "duty": of.duty, "provider": of.provider, "agreement": of.agreement_id}
        return {**said, "due": self.due.date().isoformat(), "overdue": self.overdue}


@dataclass(frozen=True, slots=True)
class Awaited:
    """Something released whose time is over, and whose recipient has not certified that it is gone."""

    entry: int
    recipient: str
    agreement_id: str
    share: str
    message: str
    due: datetime

    def as_dict(self) -> dict[str, Any]:
        """The certificate that is missing, as `--json` shows it."""
        said = {"entry": self.entry, "recipient": self.recipient, "agreement": self.agreement_id}
        return {**said, "share": self.share, "message": self.message, "due": self.due.date().isoformat()}


def owed(host: Host, now: datetime, *, overdue: bool = False) -> tuple[Owed, ...]:
    """What this node still owes by a day, the soonest first; with `overdue`, only that whose day is over."""
    at = int(now.timestamp())
    with reading(host.engine) as connection:
        found = due(connection, at - 1 if overdue else None)
    return tuple(
        Owed(each, datetime.fromtimestamp(each.due, UTC), each.due < at) for each in found if each.due is not None
    )


# What came in is dealt with


class _Elsewhere(Exception):
    """Another process has logged it in the meantime."""


def meet(host: Host, entry: int, now: datetime, *, by: str = "") -> Certificate:
    """Log that what came in by `entry` is no longer kept, which ends its duties, and certify that to the provider.

    The entry, the duties' end and the certificate to give are one commit. Where the provider does not answer, the
    certificate is given later (`certify_all`). Done again, it logs nothing anew. `by` is who says so; it is kept in the
    private record alone. Raises `UsageError` for an entry by which nothing came in from another node.
    """
    now = now.astimezone(UTC)
    return _certify(host, _kept(host, entry) or _logged(host, entry, now, by), now)


def _kept(host: Host, entry: int) -> Certificate | None:
    with reading(host.engine) as connection:
        return tables.certificate(connection, entry)


def _logged(host: Host, entry: int, now: datetime, by: str) -> Certificate:
    received, provider, message = _received(host, entry)
    said = Entry(
        time=minute(now),
        type=EntryType.DUTY_MET,
        parties=received.parties,
        agreement=received.agreement,
        agreement_id=received.agreement_id,
        share=received.share,
        message=message,
        intent=entry,
    )

    def also(connection: Connection, index: int) -> None:
        if not tables.begin(connection, Certificate(entry, index, provider, message)):
            raise _Elsewhere
        for duty in ENDED:
            end_duty(connection, entry, duty, index)
        end_bulk(connection, entry, int(now.timestamp()))

    before = next((each.index for each in host.ledger.entries(intent=entry, type=EntryType.DUTY_MET)), None)
    with suppress(_Elsewhere):
        if before is None:
            host.ledger.append(said, PrivateRecord({"who": {"asked_by": by}}) if by else None, also=also)
        else:  # the log was brought back from its published tree, and the tables from an older backup
            with writing(host.engine) as connection:
                also(connection, before)
    kept = _kept(host, entry)
    assert kept is not None  # by this commit, or by the one that was quicker
    return kept


def _received(host: Host, entry: int) -> tuple[Entry, str, str]:
    """The entry by which something came in from another node, who gave it, and under which message."""
    remedy = "see what is owed, and for which entries: easement duties list"
    try:
        said = host.ledger.entry(entry).entry
    except ProofFailed as error:
        raise UsageError(error.what, remedy=remedy) from None
    if said.type is not EntryType.DISCLOSURE_RECEIVED or said.parties is None or said.message is None:
        raise UsageError(f"by entry {entry} nothing came in from another organisation", remedy=remedy)
    return said, said.parties["provider"], said.message


def _certify(host: Host, seen: Certificate, now: datetime) -> Certificate:
    """Prove to the provider that it is done, unless it knows; why it could not be told is noted."""
    if seen.certified is not None:
        return seen
    with suppress(NoAnswer, WrongAnswer):
        _told(host, seen, now)
    return _kept(host, seen.entry) or seen


def _told(host: Host, seen: Certificate, now: datetime) -> None:
    try:
        certified, problem = _asked(host, seen, now), ""
    except (NoAnswer, WrongAnswer) as error:
        _note(host, seen, None, f"the certificate has yet to reach `{seen.provider}`: {error.what}")
        raise
    _note(host, seen, certified, problem)


def _asked(host: Host, seen: Certificate, now: datetime) -> int:
    """The provider's own entry of the certificate; raises `NoAnswer` and `WrongAnswer`."""
    line = line_to(host, seen.provider, now)
    host.ledger.checkpoint()
    said = Receipt(host.ledger.entry(seen.met).body.decode())  # who says so stays closed
    proof = host.ledger.prove(seen.met, extra=receipt_bytes(said))
    body = CertificateBody(message=seen.message, to=seen.provider, entry=seen.met, proof=proof)
    try:
        told = read_body(CertifiedBody, line.ask("POST", CERTIFICATES, body.encode()), MAX_TOLD)
    except NotGenuine as error:
        raise WrongAnswer(f"what `{seen.provider}` answers cannot be read: {error.what}", remedy=TELL) from None
    if told.message != seen.message:
        raise WrongAnswer(f"the answer of `{seen.provider}` is of another message", remedy=TELL)
    return told.entry


def _note(host: Host, seen: Certificate, certified: int | None, problem: str) -> None:
    with writing(host.engine) as connection:
        tables.change(connection, seen.entry, certified=certified, problem=problem)


def certify_all(host: Host, now: datetime) -> int:
    """Certify to providers what could not be certified before; how many were told.

    A provider that does not answer is left alone until the next time.
    """
    with reading(host.engine) as connection:
        waiting = tables.uncertified(connection)
    silent: set[str] = set()
    told = 0
    for each in waiting:
        if each.provider in silent:
            continue
        try:
            _told(host, each, now.astimezone(UTC))
            told += 1
        except (NoAnswer, WrongAnswer) as error:
            if error.why is not Silence.NOT_TAKEN:
                silent.add(each.provider)
    return told


# What went out


def awaited(host: Host, now: datetime) -> tuple[Awaited, ...]:
    """What was released to other nodes, must be certified to be gone by now, and was not; the longest overdue first.

    What was handed over as a file is certified outside the nodes, and what went under an agreement that is no longer
    on the shelf has terms that nobody can read: neither is in it.
    """
    met = {each.entry.intent for each in host.ledger.entries(type=EntryType.DUTY_MET)}
    found = [each for each in _asking(host, now) if each.entry not in met and each.due < now]
    return tuple(sorted(found, key=lambda each: (each.due, each.entry)))


def _asking(host: Host, now: datetime) -> Iterator[Awaited]:
    """Everything released to another node under an agreement that asks for a certificate, and by when."""

    @cache
    def duties_of(digest: str) -> Duties | None:
        try:
            return host.shelf.get(digest, now.date()).prepared.duties
        except UsageError:
            return None

    for logged in host.ledger.entries(type=EntryType.DISCLOSURE_RELEASED):
        duties = duties_of(logged.entry.agreement or "") if logged.entry.message else None
        if duties is not None and duties.certificate == "required":
            yield _awaited(logged, duties)


def _awaited(logged: Logged, duties: Duties) -> Awaited:
    entry = logged.entry
    end = kept_until(duties, datetime.fromisoformat(entry.time).date())
    return Awaited(
        entry=logged.index,
        recipient=(entry.parties or {}).get("recipient", ""),
        agreement_id=entry.agreement_id or "",
        share=entry.share or "",
        message=entry.message or "",
        due=datetime.fromtimestamp(end, UTC),
    )

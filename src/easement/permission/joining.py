"""Approve once: join by one act what others agreed, and have those who give under it know (R2.5, R2.6)."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from sqlalchemy import Connection

from easement.agreement.check import check, musts
from easement.agreement.service import standards_for
from easement.agreement.signing import signed_by
from easement.agreement.standing import standing
from easement.base.canonical import canonical_json
from easement.base.database import reading, writing
from easement.base.durable import write_whole
from easement.base.errors import EasementError, ProofFailed, UsageError
from easement.base.moments import instant_text
from easement.base.sealed import open_text, seal_text
from easement.base.words import did_you_mean
from easement.exchange.message_carry import NoAnswer, Problem
from easement.gate import suspension
from easement.gate.shelf import Shelved, joins_path
from easement.law.catalogue import catalogue
from easement.ledger.model import Entry, EntryType, PrivateRecord, minute
from easement.permission import join_tables as tables
from easement.permission.actor import Actor
from easement.permission.carrying import asked
from easement.permission.chain import line_of, signatures_of
from easement.permission.ids import hold_id
from easement.permission.join_bodies import (
    FetchBody,
    JoinBody,
    JoinedBody,
    JoinSaid,
    ListBody,
    OfferBody,
    OffersBody,
    ShareTaken,
)
from easement.permission.join_rules import (
    JoinCode,
    JoinRefused,
    JoinWhy,
    Terms,
    note_of,
    opened,
    parts_open,
    said_in,
    why_not,
)
from easement.permission.join_tables import Joined
from easement.permission.keeping import reason_of
from easement.permission.landing import place_of, put_beside
from easement.permission.offering import may_sign, on_shelf, terms_here
from easement.permission.ports import Host
from easement.permission.texts import file_of, text_of

__all__ = [
    "Choice",
    "JoinDone",
    "join",
    "joined",
    "keep_join",
    "land_joins",
    "refresh",
    "tell_joins",
]

_SEAL = "permission joins"


@dataclass(frozen=True, slots=True)
class Choice:
    """What a joiner adds and leaves out: as what it joins (empty: as a recipient, if it may), its contact, and less.

    `shares` maps each share taken to its modes and fields (both empty for all), empty for every share; `roles` are
    those of the agreement that may ask here, empty for all. `relies_on` names others' assessments and approvals that
    it takes over; `local` are facts of its own, such as a role's job here or a table's mapping, kept beside the file.
    """

    contact: str
    parts: tuple[str, ...] = ()
    shares: Mapping[str, ShareTaken] | None = None
    roles: tuple[str, ...] = ()
    relies_on: tuple[str, ...] = ()
    local: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class JoinDone:
    """An agreement was joined: where it stands here, by which entry, and who has yet to hear of it."""

    said: JoinSaid
    agreement_id: str
    version: str
    path: Path
    entry: int
    untold: Mapping[str, str]

    def as_dict(self) -> dict[str, Any]:
        """The join as `--json` shows it."""
        return {
            "agreement": self.agreement_id,
            "version": self.version,
            "digest": self.said.digest,
            "parts": list(self.said.parts),
            "takes": self.said.taking.as_dict(),
            "relies_on": list(self.said.relies_on),
            "file": str(self.path),
            "entry": self.entry,
            "untold": dict(self.untold),
        }


# Who joins


def join(host: Host, lead: str, ref: str, choice: Choice, actor: Actor, now: datetime) -> JoinDone:
    """Join an agreement (its id or digest) that a lead offers: one act, one signature on the same digest (R2.5).

    Its digest, signatures, standing and completeness are held against what this node knows, and its own class against
    the directory; then the lead takes the signature, it is logged here, and the providers are told. Raises
    `JoinRefused` with every reason, `NotInForce` for an id that others' terms have here, `NoAnswer` where the lead does
    not answer.
    """
    may_sign(actor)
    whole = _fetched(host, lead, ref, now)
    said = _choice(host, whole, choice, now)
    mine = tuple(host.member_keys[host.organisation])
    of = _terms_of(host, whole, now)
    if reasons := why_not(said, of, host.member_classes.get(host.organisation), mine):
        raise JoinRefused(reasons)
    hold_id(host, text_of(whole.text), (*of.terms.parties, host.organisation), now)
    note = note_of(said, host.organisation_key)
    _tell(host, lead, note, now)
    others = _others(host, lead, said, of, whole)
    entry = _own(host, lead, said, note, of, others, actor, now)
    path = _landed(host, whole, choice)
    _keep_known(host, whole.joins, now)
    land_joins(host, now, said.digest)
    tell_joins(host, now, said.digest)
    with reading(host.engine) as connection:
        left = {to: problem for _, to, problem in tables.untold(connection, said.digest)}
    return JoinDone(said, of.terms.id, of.terms.version, path, entry, left)


def _fetched(host: Host, lead: str, ref: str, now: datetime) -> OfferBody:
    """The agreement that a lead offers under an id or digest, whole."""
    digest = ref
    if len(ref) != 64:
        told = asked(host, lead, "offers", ListBody(to=lead), OffersBody, now)
        found = [each.digest for each in told.offers if each.id == ref]
        if not found:
            known = [each.id for each in told.offers]
            remedy = did_you_mean(ref, known, "see what is offered: easement proposal offered")
            raise UsageError(f"`{lead}` offers no agreement `{ref[:64]}`", remedy=remedy)
        digest = found[0]
    try:
        whole = asked(host, lead, "offers/fetch", FetchBody(to=lead, digest=digest), OfferBody, now)
    except Problem as error:
        raise _refused(error) or error from None
    if text_of(whole.text).digest != digest:
        raise ProofFailed(f"what `{lead}` sent has another digest than it offers", remedy="tell whoever runs that node")
    return whole


def _terms_of(host: Host, whole: OfferBody, now: datetime) -> Terms:
    """What is offered, as this node sees it: nobody's word is taken for who signed it, or that it is complete."""
    file = file_of(whole.text)
    keys = [key for keys in host.member_keys.values() for key in keys]
    signed = signed_by(file, whole.signatures, keys)
    today = now.astimezone(UTC).date()
    findings = musts(check(file, catalogue(), standards_for(file, (host.home / "standards",)), today=today))
    gaps = tuple(dict.fromkeys(each.code for each in findings))
    return Terms(whole.text, file.terms, file.digest, standing(file.terms, signed.parties, today), gaps=gaps)


def _choice(host: Host, whole: OfferBody, choice: Choice, now: datetime) -> JoinSaid:
    terms = file_of(whole.text).terms
    own = host.member_classes.get(host.organisation)
    fits = parts_open(terms, own)
    usual = ("recipient",) if "recipient" in fits or not fits else fits
    try:
        return JoinSaid(
            digest=whole.digest,
            organisation=host.organisation,
            parts=choice.parts or usual,
            body_class=own or "none",
            contact=choice.contact,
            shares=choice.shares or {},
            roles=choice.roles,
            relies_on=choice.relies_on,
            at=instant_text(now),
            line=line_of(whole.text, host.organisation_key),
        )
    except ValidationError as error:
        wrong = str(error.errors(include_input=False)[0]["loc"][0])
        raise UsageError(
            f"the {wrong.replace('_', ' ')} cannot be taken", remedy="short, plain text and codes"
        ) from None


def _tell(host: Host, to: str, note: str, now: datetime) -> None:
    """Tell somebody of a join; raises `JoinRefused` with their reasons where they do not take it, and `NoAnswer`."""
    try:
        asked(host, to, "joins", JoinBody(to=to, join=note), JoinedBody, now)
    except Problem as error:
        raise _refused(error) or error from None


def _refused(error: Problem) -> JoinRefused | None:
    known = {code.value: code for code in JoinCode}
    said = [JoinWhy(known[r.code], r.text, r.remedy) for r in error.body.reasons if r.code in known]
    return JoinRefused(said) if said else None


def _others(host: Host, lead: str, said: JoinSaid, of: Terms, whole: OfferBody) -> tuple[str, ...]:
    """Who must know besides the lead: every named party, and of those who joined before whoever gives or is given."""
    before = []
    for note in whole.joins:
        with suppress(ProofFailed):  # by a key that counts no more
            before.append(opened(note, host.member_keys))
    across = [each.organisation for each in before if "provider" in (*each.parts, *said.parts)]
    names = dict.fromkeys((*of.terms.parties, *across))
    return tuple(each for each in names if each not in (lead, host.organisation))


def _keep_known(host: Host, notes: Iterable[str], now: datetime) -> int:
    """Keep who else joined, as the lead tells it and they signed it; how many were not known here."""
    more = 0
    for note in notes:
        with suppress(JoinRefused, ProofFailed):  # what does not hold here counts for nothing here
            said = opened(note, host.member_keys)
            known = {row.organisation for row, _ in joined(host, said.digest)}
            if said.organisation not in known | {host.organisation}:
                keep_join(host, note, now)
                more += 1
    return more


def _own(
    host: Host, lead: str, said: JoinSaid, note: str, of: Terms, others: Sequence[str], actor: Actor, now: datetime
) -> int:
    """Log that this organisation joined, and on whom it relies; begin to tell everybody who must know."""

    def also(connection: Connection, index: int) -> None:
        _put(connection, host, said, note, of, lead, now, index)
        for each in others:
            tables.start_letter(connection, said.digest, each)

    parts: dict[str, Mapping[str, Any]] = {"who": {"asked_by": actor.name, "role": actor.role}}
    parts["reliance"] = {"relies_on": list(said.relies_on), "lead": lead}
    entry = _joined_entry(said, of, now)
    return host.ledger.append(entry, PrivateRecord(parts), also=also)


def keep_join(host: Host, note: str, now: datetime) -> int:
    """Keep that somebody else joined, if they may; the entry that says so. The same again changes nothing.

    Only what this organisation offers, signed or joined itself is joined here. Raises `JoinRefused`, and
    `ProofFailed` for what the joiner did not sign.
    """
    said = opened(note, host.member_keys)
    of = terms_here(host, said.digest, now)
    with reading(host.engine) as connection:
        known = {each.organisation: each for each in tables.joins_of(connection, said.digest)}
        here = {each.digest for each in tables.offers_here(connection)}
    before = known.get(said.organisation)
    if before is not None and _opened(host, before) == note:
        return before.entry
    reasons = why_not(said, of, host.member_classes.get(said.organisation), host.member_keys[said.organisation])
    ours = said.digest in here or host.organisation in {*of.terms.parties, *known}
    if not ours:
        reasons = (JoinWhy(JoinCode.NOT_OFFERED, "this is not offered here", "ask who offers it"), *reasons)
    if reasons:
        raise JoinRefused(reasons)

    def also(connection: Connection, index: int) -> None:
        _put(connection, host, said, note, of, "", now, index)

    entry = host.ledger.append(_joined_entry(said, of, now), None, also=also)
    land_joins(host, now, said.digest)
    return entry


def _put(
    connection: Connection, host: Host, said: JoinSaid, note: str, of: Terms, lead: str, now: datetime, index: int
) -> None:
    sealed = seal_text(host.master_key, _SEAL, note, f"{said.digest}:{said.organisation}")
    at = int(now.timestamp())
    tables.put_join(connection, Joined(said.digest, said.organisation, of.terms.id, lead, at, index, sealed))


def _opened(host: Host, row: Joined) -> str:
    return open_text(host.master_key, _SEAL, row.sealed, f"{row.digest}:{row.organisation}")


def joined(host: Host, digest: str) -> tuple[tuple[Joined, str], ...]:
    """Who joined an agreement, each with the note that they signed."""
    with reading(host.engine) as connection:
        rows = tables.joins_of(connection, digest)
    return tuple((row, _opened(host, row)) for row in rows)


def _joined_entry(said: JoinSaid, of: Terms, now: datetime) -> Entry:
    return Entry(
        time=minute(now),
        type=EntryType.VERSION_JOINED,
        organisation=said.organisation,
        agreement=of.digest,
        agreement_id=of.terms.id,
        version=of.terms.version,
        reasons=tuple(said.parts),
    )


# Files, and who has yet to hear


def _landed(host: Host, whole: OfferBody, choice: Choice) -> Path:
    """Put the agreement and its signatures on the shelf, and this organisation's own facts beside it."""
    path = place_of(host.home / "agreements", text_of(whole.text))
    if not path.exists():
        write_whole(path, whole.text)
    put_beside(path, _of_parties(whole))
    facts = {"contact": choice.contact, **(choice.local or {})}
    write_whole(path.with_name(path.name + ".local"), canonical_json(facts).decode() + "\n")
    return path


def _of_parties(whole: OfferBody) -> str:
    """The signatures of the named parties: others' come with what they take, which they signed, or not at all."""
    parties = file_of(whole.text).terms.parties
    lines = whole.signatures.split("\n")
    return "\n".join(line for line in lines if not line.startswith("— ") or line.split(" ")[1] in parties)


def land_joins(host: Host, now: datetime, digest: str | None = None) -> int:
    """Write beside each agreement who joined it and what they take, as far as it does not stand there; how many."""
    with reading(host.engine) as connection:
        digests = [digest] if digest else sorted({each.digest for each in tables.all_joins(connection)})
    changed = 0
    for each in digests:
        shelved = on_shelf(host, each, now)
        if shelved is not None:
            changed += _write_joins(host, shelved, each)
    return changed


def _write_joins(host: Host, shelved: Shelved, digest: str) -> bool:
    """Whether what they take had to be written; it stands before their signatures do, without which all is taken."""
    said = [said_in(note) for _, note in joined(host, digest)]  # held when they came; a key may be revoked since
    target = joins_path(shelved.path)
    text = canonical_json({each.organisation: each.taking.as_dict() for each in said}).decode() + "\n"
    changed = not target.exists() or target.read_text(encoding="utf-8") != text
    if changed:
        write_whole(target, text)
    source = shelved.file.document.text
    put_beside(shelved.path, signatures_of(source, {each.organisation: each.line for each in said}))
    return changed


def tell_joins(host: Host, now: datetime, digest: str | None = None) -> int:
    """Tell the other parties of agreements that this organisation joined; how many now know."""
    with reading(host.engine) as connection:
        waiting = tables.untold(connection, digest)
    done = 0
    for of, to, _ in waiting:
        note = next(note for row, note in joined(host, of) if row.organisation == host.organisation)
        told, problem = int(now.timestamp()), ""
        try:
            _tell(host, to, note, now)
            done += 1
        except EasementError as error:
            told, problem = 0, error.what
        with writing(host.engine) as connection:
            tables.note_told(connection, of, to, told or None, problem)
    return done


def refresh(host: Host, now: datetime) -> int:
    """Ask the leads of agreements that this organisation joined who else joined; how many more there are.

    What the parties suspended or ended is suspended here too from then on, until the lead says that it goes on.
    """
    with reading(host.engine) as connection:
        rows = [each for each in tables.all_joins(connection) if each.lead]
    more = 0
    for row in rows:
        try:
            whole = asked(host, row.lead, "offers/fetch", FetchBody(to=row.lead, digest=row.digest), OfferBody, now)
        except (NoAnswer, ProofFailed) as error:
            said = _refused(error) if isinstance(error, Problem) else None
            if said is not None and said.reasons[0].code in (JoinCode.SUSPENDED, JoinCode.ENDED):
                _stop(host, row, now)
            continue
        _go_on(host, row, now)
        more += _keep_known(host, whole.joins, now)
    return more


_STOPPED = "those who agreed these terms stopped"


def _stop(host: Host, row: Joined, now: datetime) -> None:
    with suppress(UsageError):  # it is suspended already
        suspension.suspend(host, row.digest, reason_of(row.lead, _STOPPED), now=now)


def _go_on(host: Host, row: Joined, now: datetime) -> None:
    shelved = on_shelf(host, row.digest, now)
    if shelved is not None and shelved.suspended == reason_of(row.lead, _STOPPED):
        suspension.resume(host, row.digest, now=now)

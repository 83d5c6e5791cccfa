"""Reading proposals, and keeping their events: an event, how the proposal stands after it, and the ledger's entry are
one commit, with what it changes at the gate.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection

from easement.base.database import reading, take_turn, writing
from easement.base.errors import UsageError
from easement.base.sealed import open_record, open_text, seal_record, seal_text
from easement.gate import marks
from easement.gate import tables as gate
from easement.gate.suspended import changed
from easement.ledger.model import Entry, EntryType, PrivateRecord, minute
from easement.permission import model as m
from easement.permission import tables
from easement.permission.actor import Actor
from easement.permission.chain import event_in, holds_line
from easement.permission.dossier import Dossier, Stage
from easement.permission.folded import Folded
from easement.permission.model import Event, Kind
from easement.permission.ports import Host
from easement.permission.tables import EventRow, Row
from easement.permission.transitions import BACK, Code, Illegal, Why, after

__all__ = ["Act", "Overtaken", "keep", "keep_act", "names", "notes_after", "read", "reason_of", "row_of"]

_EVENT, _ACT = "permission events", "permission acts"
_folded = Folded()

_ENTRIES = {
    Kind.PROPOSE: EntryType.PROPOSAL_MADE,
    Kind.AGREE: EntryType.PROPOSAL_AGREED,
    Kind.REFUSE: EntryType.PROPOSAL_REFUSED,
    Kind.ESCALATE: EntryType.PROPOSAL_ESCALATED,
    Kind.WITHDRAW: EntryType.PROPOSAL_WITHDRAWN,
    Kind.APPROVE: EntryType.VERSION_APPROVED,
    Kind.SIGN: EntryType.VERSION_SIGNED,
    Kind.SUSPEND: EntryType.VERSION_SUSPENDED,
    Kind.RESUME: EntryType.VERSION_RESUMED,
    Kind.REVIEW: EntryType.VERSION_REVIEWED,
    Kind.END: EntryType.VERSION_ENDED,
}
"""The entry that tells of each kind of event, in the ledger of every party; drafts and comments have none."""


class Overtaken(Exception):
    """Somebody else's event was kept in the meantime."""


@dataclass(frozen=True, slots=True)
class Act:
    """Who of this organisation did something, and the salt of what the event says of their name."""

    actor: Actor
    salt: bytes


def read(host: Host, proposal: str) -> Dossier:
    """A proposal as it stands here; raises `UsageError` for one that is not known here."""
    dossier = _folded.get(host.engine, proposal)
    with reading(host.engine) as connection:
        found = tables.events_of(connection, proposal, dossier.number if dossier else 0)
    for row in found:
        dossier = after(dossier, event_in(_opened(host, row)))
    if dossier is None:
        remedy = "see which there are: easement proposal list"
        raise UsageError(f"no proposal `{proposal[:64]}` is known here", remedy=remedy)
    if found:
        _folded.put(host.engine, dossier)
    return dossier


def notes_after(host: Host, proposal: str, number: int, most: int) -> tuple[str, ...]:
    """The events after a number as their authors signed them, at most so many."""
    with reading(host.engine) as connection:
        found = tables.events_of(connection, proposal, number, most)
    return tuple(_opened(host, row) for row in found)


def _opened(host: Host, row: EventRow) -> str:
    return open_text(host.master_key, _EVENT, row.sealed, f"{row.proposal}:{row.number}")


def keep_act(host: Host, event: Event, act: Act) -> None:
    """Keep who did it before anybody hears of it: what was sent may have been taken though no answer came."""
    said = {"id": act.actor.id, "name": act.actor.name, "role": act.actor.role, "salt": act.salt.hex()}
    sealed = seal_record(host.master_key, _ACT, said, event.id)
    with writing(host.engine) as connection:
        tables.keep_act(connection, event.id, int(event.when.timestamp()), sealed)


def names(host: Host, events: Iterable[Event]) -> dict[int, str]:
    """Who of this organisation did what, by the number of the event: a name, or the id where none was given."""
    by_id = {event.id: event.number for event in events}
    with reading(host.engine) as connection:
        found = tables.acted(connection, list(by_id))
    said = {by_id[id_]: open_record(host.master_key, _ACT, sealed, id_) for id_, sealed in found.items()}
    return {number: each["name"] or each["id"] for number, each in sorted(said.items())}


def keep(
    host: Host, before: Dossier | None, event: Event, note: str, *, now: datetime, actor: Actor | None = None
) -> Dossier:
    """Keep an event that follows what is known here, and give the proposal as it stands then.

    Raises `Illegal` where it may not happen, and `Overtaken` where something else was kept since `before` was read.
    """
    new = after(before, event)
    _hold(host, before, event, now)
    entry = _entry(host, event, new, now)

    def also(connection: Connection, index: int | None) -> None:
        take_turn(connection, f"proposal {event.proposal}")
        known = tables.one(connection, event.proposal)
        if not tables.put_row(connection, row_of(known, new), before.head if before else None):
            raise Overtaken
        sealed = seal_text(host.master_key, _EVENT, note, f"{event.proposal}:{event.number}")
        at = int(event.when.timestamp())
        tables.add_event(
            connection,
            EventRow(event.proposal, event.number, event.id, event.kind.value, event.author, at, index, sealed),
        )
        _tell_others(connection, host, new)
        if index is not None:
            _at_gate(connection, host, event, before, new, index, int(now.timestamp()))

    if entry is None:
        with writing(host.engine) as connection:
            also(connection, None)
        return new
    try:
        who = {"who": {"asked_by": actor.name or actor.id, "role": actor.role}} if actor else None
        host.ledger.append(entry, PrivateRecord(who) if who else None, also=also)
    finally:  # whatever came of it, no decision rests on what was known before
        changed()
    return new


def _hold(host: Host, before: Dossier | None, event: Event, now: datetime) -> None:
    """What only the world can tell of an event: whether its signature of the text holds, and whether it is to come."""
    if event.when > now + BACK:
        what = f"it says that it was done at {event.at}, which is yet to come"
        raise Illegal((Why(Code.EVENT_TIME, what, "set the clock of that machine right"),))
    said = event.said
    if isinstance(said, m.Signed):
        assert before is not None  # a proposal does not begin with a signature
        assert before.text is not None  # nor is anything signed without a text
        keys = host.member_keys.get(event.author, ())
        if not holds_line(before.text.source, event.author, said.line, keys):
            what = f"the signature of `{event.author}` under the text does not hold"
            raise Illegal((Why(Code.SIGNATURE_WRONG, what, "sign with the organisation's present key"),))


def _concerns(host: Host, event: Event, new: Dossier) -> bool:
    """Whether this organisation is told of by the ledger: what others do among themselves to a text is not its own."""
    if event.kind in (Kind.APPROVE, Kind.SIGN):
        return host.organisation in {*new.bound, *new.signing}
    return host.organisation in new.bound or not _ENTRIES[event.kind].value.startswith("agreement:")


def _entry(host: Host, event: Event, new: Dossier, now: datetime) -> Entry | None:
    type_ = _ENTRIES.get(event.kind)
    if type_ is None or not _concerns(host, event, new):
        return None
    said = event.said
    of = said.of if isinstance(said, m.Escalated) else event.author
    version = new.agreed if isinstance(said, m.Suspended | m.Resumed | m.Reviewed | m.Ended) else new.text
    reasons = (said.reason.value,) if isinstance(said, m.Refused) else None
    if isinstance(said, m.Reviewed):
        reasons = (said.outcome.value,)
    named = version if type_.value.startswith("agreement:") or type_ is EntryType.VERSION_APPROVED else None
    return Entry(
        time=minute(now),
        type=type_,
        proposal=event.proposal,
        organisation=of,
        reasons=reasons,
        agreement=named.digest if named else None,
        agreement_id=named.id if named else None,
        version=named.version if named else None,
    )


def _tell_others(connection: Connection, host: Host, new: Dossier) -> None:
    """The home of a proposal tells every other party of all that happens to it."""
    if new.home == host.organisation:
        for party in new.parties:
            if party != host.organisation:
                tables.start_letter(connection, new.id, party)


def _at_gate(
    connection: Connection, host: Host, event: Event, before: Dossier | None, new: Dossier, index: int, at: int
) -> None:
    """What an event changes for the disclosures of this node, from the next decision on."""
    if new.agreed is None or host.organisation not in new.bound:
        return
    id_ = new.agreed.id
    if event.kind is Kind.SUSPEND:
        _suspend(connection, host, event, new, index, at)
    elif event.kind is Kind.RESUME and before is not None:
        _resume(connection, event, before, new, index, at)
    elif event.kind is Kind.END:
        marks.end(connection, id_, new.over_because, at, index)
    elif event.kind is Kind.REVIEW and (day := new.reviewed()) is not None:
        marks.mark_reviewed(connection, new.agreed.digest, day, index)


def reason_of(author: str, words: str) -> str:
    """Why the gate has an agreement suspended that an organisation suspended through its proposal."""
    return f"{author}: {' '.join(words.split())}"


def _suspend(connection: Connection, host: Host, event: Event, new: Dossier, index: int, at: int) -> None:
    """Suspend it, unless it is; what this organisation stopped here before the others heard of it is the same."""
    assert new.agreed is not None  # only what is in force is suspended
    id_, why = new.agreed.id, gate.why_suspended(connection, new.agreed.id)
    if why is not None and event.author == host.organisation and why.startswith(reason_of(event.author, "")):
        gate.resume(connection, id_)
        why = None
    if why is None:
        gate.suspend(connection, id_, reason_of(event.author, new.suspended[event.author]), at, index)


def _resume(connection: Connection, event: Event, before: Dossier, new: Dossier, index: int, at: int) -> None:
    """Take back what the proposal suspended, unless another party still suspends it; what was suspended by hand here
    stays so.
    """
    assert new.agreed is not None  # only what is in force is resumed
    id_, why = new.agreed.id, gate.why_suspended(connection, new.agreed.id)
    mine = reason_of(event.author, before.suspended[event.author])
    if why != mine or marks.ended(connection, id_) is not None:
        return
    gate.resume(connection, id_)
    for author, words in new.suspended.items():
        gate.suspend(connection, id_, reason_of(author, words), at, index)
        break


def row_of(known: Row | None, new: Dossier) -> Row:
    """How a proposal stands, for the table; what happened once keeps its time."""
    at = int(new.latest.timestamp())

    def first(name: str, happened: bool) -> int | None:
        before: int | None = getattr(known, name) if known else None
        return before if before is not None else at if happened else None

    refused = [each.reason for each in new.answers.values() if each.kind == "refuse"]
    text = new.agreed or new.text
    return Row(
        id=new.id,
        home=new.home,
        title=new.title,
        parties=new.parties,
        state=new.state,
        since=int(new.since.timestamp()),
        waiting=new.waiting_for,
        opened=int(new.opened.astimezone(UTC).timestamp()),
        answer_by=new.answer_by.isoformat(),
        answered=first("answered", new.stage is not Stage.PROPOSED and new.stage is not Stage.WITHDRAWN),
        drafted=first("drafted", new.text is not None),
        in_force=first("in_force", new.agreed is not None),
        over=first("over", new.stage.over),
        reason=refused[-1] if refused and new.stage is Stage.REFUSED else None,
        escalated=len(new.escalations),
        agreement_id=text.id if text else None,
        version=text.version if text else None,
        agreed=new.agreed.digest if new.agreed else None,
        landed=known.landed if known else None,
        number=new.number,
        head=new.head,
    )

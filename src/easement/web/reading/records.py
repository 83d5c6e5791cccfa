"""Disclosures and refusals, read from the node's own ledger: public entries, and private records where one may."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

from easement.agreement.words import form_words
from easement.base.database import reading
from easement.base.errors import ProofFailed, UsageError
from easement.exchange import duties as owing
from easement.exchange import tables as exchange
from easement.gate import disclosures as looking
from easement.gate.prepare import Offer
from easement.gate.shelf import Shelved
from easement.ledger.model import Entry, EntryType, Logged
from easement.ledger.receipt import make_receipt
from easement.ledger.verifier import leaf_hash
from easement.node.home import Node
from easement.staff import service as staff
from easement.staff.model import Identity
from easement.staff.permissions import Permission
from easement.staff.tokens import is_id
from easement.web.reading.names import Names, basis_words, meaning_of, names_of, purpose_name
from easement.web.times import minute_of_entry
from easement.web.views.page import Pager
from easement.web.views.records import (
    Clause,
    Disclosure,
    Disclosures,
    Duties,
    DutyLine,
    Field,
    FieldWhy,
    Kind,
    Line,
    Meeting,
    Owed,
    Private,
    Proof,
    Refusal,
    Refusals,
    Sought,
)

__all__ = [
    "disclosure",
    "disclosures",
    "duties",
    "field_why",
    "find",
    "may_see",
    "meet",
    "meeting",
    "receipt",
    "refusal",
    "refusals",
]

PAGE = 50
"""Lines on a page."""

DAYS, QUICK = 14, 2_000
"""Days that the chart of disclosures shows, and entries looked through for it at most."""

NOT_ASKED = "the request did not ask for it"

GIVEN = {
    EntryType.DISCLOSURE_RELEASED: Kind.GAVE,
    EntryType.DISCLOSURE_RECEIVED: Kind.RECEIVED,
    EntryType.DISCLOSURE_INTENDED: Kind.OPEN,
    EntryType.DISCLOSURE_FAILED: Kind.FAILED,
    EntryType.DISCLOSURE_ABANDONED: Kind.ABANDONED,
    EntryType.DISCLOSURE_LOST: Kind.LOST,
}
REFUSED = {EntryType.DISCLOSURE_REFUSED: Kind.REFUSED_HERE, EntryType.REQUEST_REFUSED: Kind.REFUSED_THERE}


def may_see(identity: Identity, agreement_id: str | None) -> bool:
    """Whether somebody may see entries under an agreement: auditors all, others those in which they have a role."""
    if identity.may(Permission.AUDIT_LEDGER_READ):
        return True
    return agreement_id is not None and bool(identity.roles_for(agreement_id))


def disclosures(node: Node, identity: Identity, sought: Sought, now: datetime) -> Disclosures:
    """What was given and received, as far as this person may see, narrowed to what is sought."""
    names = names_of(node, now)
    lines, older = _lines(node, identity, sought, names, GIVEN)
    agreements, organisations = _choices(identity, names)
    return Disclosures(
        lines=lines,
        days=_days(node, identity, now) if sought == Sought() else (),
        sought=sought,
        agreements=agreements,
        organisations=organisations,
        pager=_pager(sought, older),
        query=sought.query(before=sought.before),
    )


def refusals(node: Node, identity: Identity, sought: Sought, now: datetime) -> Refusals:
    """What was refused, as far as this person may see, narrowed to what is sought."""
    names = names_of(node, now)
    lines, older = _lines(node, identity, sought, names, REFUSED)
    agreements, organisations = _choices(identity, names)
    return Refusals(
        lines=lines,
        sought=sought,
        agreements=agreements,
        organisations=organisations,
        pager=_pager(sought, older),
        query=sought.query(before=sought.before),
    )


def _days(node: Node, identity: Identity, now: datetime) -> tuple[tuple[date, int], ...]:
    """How many disclosures there were on each of the last days; nothing where they are too many to count in passing."""
    first = (now - timedelta(days=DAYS - 1)).date()
    counts = {first + timedelta(days=each): 0 for each in range(DAYS)}
    for looked, logged in enumerate(looking.backwards(node.ledger)):
        entry = logged.entry
        on = minute_of_entry(entry.time).date()
        if on < first:
            break
        if looked == QUICK:
            return ()
        if entry.type in (EntryType.DISCLOSURE_RELEASED, EntryType.DISCLOSURE_RECEIVED) and on in counts:
            counts[on] += may_see(identity, entry.agreement_id)
    return tuple(counts.items())


def _choices(identity: Identity, names: Names) -> tuple[tuple[tuple[str, str], ...], tuple[tuple[str, str], ...]]:
    """What a list can be narrowed to: agreements and organisations, each by id and name."""
    seen = {each.prepared.id: each for each in names.agreements.values() if may_see(identity, each.prepared.id)}
    agreements = sorted((id_, each.prepared.terms.title) for id_, each in seen.items())
    parties = {party for each in seen.values() for party in each.prepared.terms.parties}
    return tuple(agreements), tuple(sorted((id_, names.organisation(id_)) for id_ in parties))


def _pager(sought: Sought, older: int | None) -> Pager:
    newest = f"?{sought.query()}" if sought.before is not None else ""
    return Pager(older=f"?{sought.query(before=older)}" if older is not None else "", newer=newest)


def _lines(
    node: Node, identity: Identity, sought: Sought, names: Names, kinds: dict[EntryType, Kind]
) -> tuple[tuple[Line, ...], int | None]:
    """The lines of one page, and the entry from which older ones go on; `None` when there are none."""
    wanted = looking.Sought(
        frozenset(type_ for type_, kind in kinds.items() if sought.kind in ("", kind)),
        partial(may_see, identity),
        sought.agreement,
        sought.organisation,
        sought.since,
        sought.until,
    )
    found, older = looking.newest(node.ledger, wanted, before=sought.before, limit=PAGE)
    entries = [(each.index, each.entry) for each in found]
    return tuple(_line(index, entry, names, kinds[entry.type]) for index, entry in entries), older


def _line(index: int, entry: Entry, names: Names, kind: Kind) -> Line:
    parties = entry.parties or {}
    return Line(
        index=index,
        at=minute_of_entry(entry.time),
        kind=kind,
        provider=names.organisation(parties.get("provider", "")),
        recipient=names.organisation(parties.get("recipient", "")),
        agreement=names.agreement(entry.agreement_id) if entry.agreement_id else "",
        agreement_id=entry.agreement_id or "",
        share=entry.share or "",
        purpose=purpose_name(entry.purpose) if entry.purpose else "",
        mode=entry.mode or "",
        count=entry.count,
        reasons=entry.reasons or (),
    )


def find(node: Node, identity: Identity, typed: str, now: datetime) -> str | None:
    """Where a list leads for what was typed: an entry's number, the number of a request, an agreement, an organisation.

    What is none of these is not looked for and stands in no address: it may be a person's name.
    """
    word = typed.strip().removeprefix("#").lower()
    if word.isdecimal() and len(word) < 16 and int(word) < node.ledger.size:
        return f"/disclosures/{int(word)}"
    agreements, organisations = _choices(identity, names_of(node, now))
    for name, choices in (("agreement", agreements), ("organisation", organisations)):
        for id_, title in choices:
            if word and word in {id_, title.lower()}:
                return f"/disclosures?{name}={id_}"
    return None


@dataclass(frozen=True, slots=True)
class _Seen:
    """One entry that a person may see, with what is known around it."""

    logged: Logged
    entry: Entry
    names: Names
    shelved: Shelved | None

    @property
    def offer(self) -> Offer | None:
        return self.shelved.prepared.offers.get(self.entry.share or "") if self.shelved else None


def _seen(node: Node, identity: Identity, index: int, kinds: dict[EntryType, Kind], now: datetime) -> _Seen | None:
    """The entry, unless it is none of these kinds or this person may not see it."""
    try:
        logged = node.ledger.entry(index)
        entry = logged.entry
    except ProofFailed:
        return None
    if entry.type not in kinds or not may_see(identity, entry.agreement_id):
        return None
    names = names_of(node, now)
    return _Seen(logged, entry, names, names.shelved(entry.agreement))


def disclosure(node: Node, identity: Identity, index: int, now: datetime) -> Disclosure | None:
    """One disclosure as a page shows it; nothing where this person may not see it, or there is none."""
    seen = _seen(node, identity, index, GIVEN, now)
    if seen is None:
        return None
    entry = seen.entry
    private, gone = _private(node, identity, seen)
    return Disclosure(
        line=_line(index, entry, seen.names, GIVEN[entry.type]),
        version=entry.version or "",
        digest=entry.agreement or "",
        basis=_basis(seen),
        fields=_fields(seen),
        withheld=_withheld(seen),
        level=entry.form.value if entry.form else "",
        owed=_owed(seen, now.date()),
        proof=_proof(node, seen.logged),
        related=_related(node, seen),
        message=entry.message or "",
        peer_entry=entry.peer_entry,
        private=private,
        private_gone=gone,
        receipt=entry.type in (EntryType.DISCLOSURE_RELEASED, EntryType.DISCLOSURE_RECEIVED),
        agreement_known=seen.shelved is not None,
        met=_met(node, index),
    )


def _met(node: Node, index: int) -> int | None:
    """The entry that says that what was received is deleted, returned or made anonymous."""
    return next((each.index for each in node.ledger.entries(type=EntryType.DUTY_MET, intent=index)), None)


def duties(node: Node, identity: Identity, now: datetime, *, within: timedelta | None = None) -> Duties:
    """What is still owed under this person's agreements and has a day; `within` leaves later days out."""
    names, before = names_of(node, now), int((now + within).timestamp()) if within is not None else None
    with reading(node.engine) as connection:
        owed = exchange.due(connection, before)
    seen = [each for each in owed if each.due is not None and may_see(identity, each.agreement_id)]
    return Duties(lines=tuple(_duty(each, names, now, theirs=_may_meet(identity, each)) for each in seen))


def _may_meet(identity: Identity, of: exchange.Duty) -> bool:
    """Whether somebody may say that a duty is met: who works under the agreement, and no auditor.

    A certificate is given by saying what it certifies.
    """
    works = identity.may(Permission.DISCLOSURE_RECORD_READ) and bool(identity.roles_for(of.agreement_id))
    return works and of.duty != "certificate"


def _open_duty(node: Node, identity: Identity, index: int) -> exchange.Duty | None:
    with reading(node.engine) as connection:
        owed = exchange.due(connection)
    return next((each for each in owed if each.entry == index and each.due and _may_meet(identity, each)), None)


def meeting(node: Node, identity: Identity, index: int, now: datetime) -> Meeting | None:
    """What somebody is about to say of one disclosure; nothing where it is not theirs to say, or was said."""
    duty = _open_duty(node, identity, index)
    seen = _seen(node, identity, index, GIVEN, now) if duty else None
    if duty is None or seen is None:
        return None
    return Meeting(line=_line(index, seen.entry, seen.names, GIVEN[seen.entry.type]), duty=duty.duty)


def meet(node: Node, identity: Identity, index: int, now: datetime) -> bool:
    """Say for somebody that what came in is no longer kept; false where it is not theirs to say, or was said."""
    if _open_duty(node, identity, index) is None:
        return False
    owing.meet(node, index, now, by=identity.id)
    return True


def _duty(of: exchange.Duty, names: Names, now: datetime, *, theirs: bool) -> DutyLine:
    due = datetime.fromtimestamp(of.due or 0, UTC)
    return DutyLine(
        entry=of.entry,
        duty=of.duty,
        provider=names.organisation(of.provider),
        agreement=names.agreement(of.agreement_id),
        agreement_id=of.agreement_id,
        due=due.date(),
        late=due < now,
        theirs=theirs,
    )


def refusal(node: Node, identity: Identity, index: int, now: datetime) -> Refusal | None:
    """One refusal as a page shows it; nothing where this person may not see it, or there is none."""
    seen = _seen(node, identity, index, REFUSED, now)
    if seen is None:
        return None
    private, gone = _private(node, identity, seen)
    return Refusal(
        line=_line(index, seen.entry, seen.names, REFUSED[seen.entry.type]),
        version=seen.entry.version or "",
        digest=seen.entry.agreement or "",
        proof=_proof(node, seen.logged),
        message=seen.entry.message or "",
        private=private,
        private_gone=gone,
        agreement_known=seen.shelved is not None,
    )


def field_why(node: Node, identity: Identity, index: int, name: str, now: datetime) -> FieldWhy | None:
    """Why one field of a disclosure crossed or was withheld; nothing where it is not the person's to see."""
    seen = _seen(node, identity, index, GIVEN, now)
    offer = seen.offer if seen else None
    if seen is None or seen.shelved is None or offer is None or name not in offer.standard.elements:
        return None
    form = _forms(seen).get(name)
    return FieldWhy(
        name=name,
        meaning=meaning_of(name, offer.standard),
        crossed=form is not None,
        form=form or "",
        why_not=_why_withheld(seen).get(name, NOT_ASKED),
        agreement=seen.shelved.prepared.terms.title,
        agreement_id=seen.shelved.prepared.id,
        version=seen.shelved.prepared.version,
        clauses=clauses_of(offer, name, crossed=form is not None),
        basis=_basis(seen),
        back=f"/disclosures/{index}",
    )


def clauses_of(offer: Offer, name: str, *, crossed: bool) -> tuple[Clause, ...]:
    """What a decision about one field rests on: first its own clause, then every check that every request passes."""
    place = f"shares.{offer.id}.fields.{name}" if crossed else f"shares.{offer.id}.fields"
    own = Clause(place, "the agreement names this field" if crossed else "the agreement names other fields, not this")
    return (own, *(Clause(reason.clause, reason.text) for reason in offer.met.values()))


def receipt(node: Node, identity: Identity, index: int, now: datetime) -> str | None:
    """The receipt of a disclosure as a file, published now if it was not yet; nothing where it is not theirs to see."""
    seen = _seen(node, identity, index, GIVEN, now)
    if seen is None:
        return None
    if node.ledger.published.size <= index:
        node.ledger.checkpoint()
    return make_receipt(node.ledger, index)


def _private(node: Node, identity: Identity, seen: _Seen) -> tuple[Private | None, bool]:
    """Who asked and why, for those who work under the agreement; and whether that was erased."""
    theirs = seen.entry.agreement_id is not None and identity.roles_for(seen.entry.agreement_id)
    if not identity.may(Permission.DISCLOSURE_RECORD_READ) or not theirs or seen.entry.commitment is None:
        return None, False
    try:
        who: dict[str, Any] = json.loads(node.ledger.private(seen.logged.index)["who"].text)
    except (ProofFailed, KeyError):
        return None, True
    asked_by, ours = str(who.get("asked_by", "")), who.get("organisation") == node.organisation
    name = _name(node, asked_by) if ours else asked_by
    return Private(name, str(who.get("role", "")), str(who.get("why", ""))), False


def _name(node: Node, id_: str) -> str:
    """The name of one of our own staff; of another organisation's, only the id that it gave."""
    if not is_id(id_):
        return id_
    try:
        return staff.find_person(node, id_).name
    except UsageError:
        return id_


def _basis(seen: _Seen) -> tuple[tuple[str, str], ...]:
    """Each side's lawful basis: whose, and in words."""
    parties, basis = seen.entry.parties or {}, seen.entry.basis or {}
    return tuple(
        (seen.names.organisation(parties[side]), basis_words(basis[side])) for side in parties if side in basis
    )


def _forms(seen: _Seen) -> dict[str, str]:
    """Each field that crossed with its form in words, or as the entry writes it where its agreement is not at hand."""
    agreed = {mode.value: forms for mode, forms in seen.offer.forms.items()} if seen.offer else {}
    forms = agreed.get(seen.entry.mode or "", {})
    return {
        name: form_words(forms[name]) if name in forms else written
        for name, written in (seen.entry.fields or {}).items()
    }


def _why_withheld(seen: _Seen) -> Mapping[str, str]:
    return (
        {m.value: each for m, each in seen.offer.withheld.items()}.get(seen.entry.mode or "", {}) if seen.offer else {}
    )


def _fields(seen: _Seen) -> tuple[Field, ...]:
    standard = seen.offer.standard if seen.offer else None
    return tuple(Field(name, meaning_of(name, standard), form) for name, form in _forms(seen).items())


def _withheld(seen: _Seen) -> tuple[Field, ...]:
    why, standard = _why_withheld(seen), seen.offer.standard if seen.offer else None
    return tuple(
        Field(name, meaning_of(name, standard), why.get(name, NOT_ASKED)) for name in seen.entry.withheld or ()
    )


def _proof(node: Node, logged: Logged) -> Proof:
    published = node.ledger.published
    return Proof(
        index=logged.index,
        size=published.size,
        origin=published.origin,
        published=logged.index < published.size,
        leaf=leaf_hash(logged.body).hex(),
        commitment=logged.entry.commitment or "",
    )


def _related(node: Node, seen: _Seen) -> tuple[tuple[str, int], ...]:
    """Other entries of the same request in this ledger: the kind of each, and its number."""
    found = [] if seen.entry.intent is None else [("gate:disclosure:intended", seen.entry.intent)]
    if seen.entry.type is EntryType.DISCLOSURE_INTENDED:
        found += [(logged.entry.type.value, logged.index) for logged in node.ledger.entries(intent=seen.logged.index)]
    return tuple(found)


def _owed(seen: _Seen, today: date) -> tuple[Owed, ...]:
    """What the recipient still owes for what crossed."""
    if seen.shelved is None or seen.entry.type not in (EntryType.DISCLOSURE_RELEASED, EntryType.DISCLOSURE_RECEIVED):
        return ()
    duties = seen.shelved.prepared.duties
    whose = seen.names.organisation((seen.entry.parties or {}).get("recipient", ""))
    due = duties.retain.after(minute_of_entry(seen.entry.time).date())
    owed = [Owed(duties.then, whose, duties.retain.words, due, late=due < today)]
    if duties.certificate == "required":
        owed.append(Owed("certificate", whose, due=due))
    onward = () if duties.onward == "none" else tuple(seen.names.organisation(id_) for id_ in duties.onward)
    owed.append(Owed("onward", whose, to=onward))
    if duties.breach_notice:
        owed.append(Owed("breach", whose, duties.breach_notice.words))
    return tuple(owed)

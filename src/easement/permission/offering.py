"""What is offered to others of a class: an agreement in force, published in a cluster by one of its parties (R2.4)."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from easement.base.database import reading, writing
from easement.base.errors import EasementError, NotInForce, Refused, UsageError
from easement.base.moments import instant_text
from easement.exchange.directory_service import current_directory
from easement.gate.shelf import Shelved
from easement.ledger.model import Entry, EntryType, PrivateRecord, minute
from easement.permission import join_tables as tables
from easement.permission import tables as proposals
from easement.permission.actor import Actor
from easement.permission.carrying import asked
from easement.permission.dossier import Stage
from easement.permission.join_bodies import ListBody, OfferSaid, OffersBody
from easement.permission.join_rules import JoinCode, JoinRefused, JoinWhy, Terms
from easement.permission.join_tables import Offered
from easement.permission.ports import Host
from easement.staff.permissions import Permission

__all__ = ["Market", "may_sign", "offer", "offered", "offered_here", "on_shelf", "said_of", "terms_here", "unoffer"]


@dataclass(frozen=True, slots=True)
class Market:
    """What the members of a cluster offer: each offer with who offers it, and who did not answer, with why."""

    offers: tuple[tuple[str, OfferSaid], ...]
    silent: Mapping[str, str]


def may_sign(actor: Actor) -> None:
    """Raise `Refused` for who may not sign for the organisation, and `UsageError` for who gives no name."""
    if Permission.AGREEMENT_VERSION_SIGN not in actor.permissions:
        what = f"as {actor.role} you cannot sign for your organisation"
        raise Refused(what, remedy="ask the governance lead or the senior risk owner")
    if not actor.name.strip():
        raise UsageError("whoever joins gives their name; it stays at this node", remedy="say who: --by NAME")


def offer(host: Host, ref: str, actor: Actor, now: datetime) -> OfferSaid:
    """Offer an agreement (its id or digest) that is in force to the members whose class its terms let join.

    Raises `NotInForce` for one that is not, `UsageError` for one that nobody may join or that is not known here.
    """
    may_sign(actor)
    shelved = host.shelf.get(ref, now.date())
    terms, stands = shelved.prepared.terms, shelved.standing(now.date())
    if not terms.joining:
        remedy = "say who may: a next version with `joining: {recipient: {class: local-authority}}`"
        raise UsageError(f"`{terms.id}` lets nobody join", remedy=remedy)
    if not stands.in_force or shelved.superseded:
        raise NotInForce(f"`{terms.id}` is not in force: {'; '.join(stands.reasons) or 'a newer version is'}")
    if host.organisation not in terms.parties:
        raise Refused(
            f"`{host.organisation}` is not a named party of `{terms.id}`", remedy="ask one who is to offer it"
        )
    digest, at = shelved.prepared.digest, int(now.timestamp())

    def also(connection: Connection, index: int) -> None:
        if not tables.put_offer(connection, Offered(digest, terms.id, at, index)):
            raise UsageError(f"`{terms.id}` is offered already", remedy="see: easement proposal offered")

    who = PrivateRecord({"who": {"asked_by": actor.name, "role": actor.role}})
    host.ledger.append(_entry(host, EntryType.VERSION_OFFERED, shelved, host.organisation, now), who, also=also)
    return said_of(shelved, at)


def unoffer(host: Host, ref: str, actor: Actor, now: datetime) -> None:
    """Offer an agreement no more; those who joined stay joined. Raises `UsageError` where it is not offered."""
    may_sign(actor)
    shelved = host.shelf.get(ref, now.date())
    with writing(host.engine) as connection:
        if not tables.drop_offer(connection, shelved.prepared.digest):
            raise UsageError(f"`{ref}` is not offered", remedy="see what is: easement proposal offered")


def said_of(shelved: Shelved, since: int) -> OfferSaid:
    """An offer as it is told."""
    terms = shelved.prepared.terms
    return OfferSaid(
        digest=shelved.prepared.digest,
        id=terms.id,
        version=terms.version,
        title=terms.title[:2_000],
        summary=(terms.summary or terms.purpose.statement)[:2_000],
        purpose=terms.purpose.code,
        joining={part: each.body_class for part, each in terms.joining.items()},
        since=instant_text(since),
    )


def offered_here(host: Host, now: datetime) -> tuple[OfferSaid, ...]:
    """What this organisation offers and what still stands: in force, and in its newest version."""
    with reading(host.engine) as connection:
        rows = tables.offers_here(connection)
    found = []
    for row in rows:
        shelved = on_shelf(host, row.digest, now)
        if shelved and shelved.standing(now.date()).in_force and shelved.superseded is None:
            found.append(said_of(shelved, row.since))
    return tuple(found)


def on_shelf(host: Host, digest: str, now: datetime) -> Shelved | None:
    """The agreement of a digest, as this node works by it; `None` where it does not."""
    try:
        return host.shelf.get(digest, now.date())
    except UsageError:
        return None


def terms_here(host: Host, digest: str, now: datetime) -> Terms:
    """What is to be joined as it stands at this node; raises `JoinRefused` where it is not known here."""
    shelved = on_shelf(host, digest, now)
    if shelved is None:
        what = "no agreement of this digest is known here"
        raise JoinRefused((JoinWhy(JoinCode.UNKNOWN, what, "see what is offered: easement proposal offered"),))
    with reading(host.engine) as connection:
        rows = proposals.all_rows(connection, agreement_id=shelved.prepared.id)
    changing = any(row.agreed == digest and row.state == Stage.APPROVED.value for row in rows)
    return Terms(
        source=shelved.file.document.text,
        terms=shelved.prepared.terms,
        digest=digest,
        standing=shelved.standing(now.date()),
        superseded=shelved.superseded,
        changing=changing,
        gaps=shelved.gaps(now.date()),
    )


def offered(host: Host, now: datetime) -> Market:
    """What every other member of the cluster offers, all asked at once, and what this organisation does."""
    own = [(host.organisation, each) for each in offered_here(host, now)]
    others = [each.id for each in current_directory(host, now).members if each.id != host.organisation]
    with ThreadPoolExecutor(MOST_AT_ONCE) as threads:
        told = dict(zip(others, threads.map(lambda member: _offers_of(host, member, now), others), strict=True))
    found = [(member, each) for member, said in told.items() if isinstance(said, OffersBody) for each in said.offers]
    return Market((*own, *found), {member: said for member, said in told.items() if isinstance(said, str)})


MOST_AT_ONCE = 32
"""Members asked at the same time; one that is silent holds up no other, and is waited for as the settings say."""


def _offers_of(host: Host, member: str, now: datetime) -> OffersBody | str:
    """What a member offers, or why it said nothing."""
    try:
        return asked(host, member, "offers", ListBody(to=member), OffersBody, now)
    except EasementError as error:
        return error.what


def _entry(host: Host, type_: EntryType, shelved: Shelved, organisation: str, now: datetime) -> Entry:
    return Entry(
        time=minute(now),
        type=type_,
        organisation=organisation,
        agreement=shelved.prepared.digest,
        agreement_id=shelved.prepared.id,
        version=shelved.prepared.version,
    )

"""Agreements that members of the cluster offer, and joining them: all that is agreed, or less by one's own choice."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from easement.agreement.lookup import Lookup
from easement.agreement.model import Agreement
from easement.agreement.sections import paper
from easement.base.database import reading
from easement.base.errors import EasementError, ProofFailed
from easement.base.moments import instant_of
from easement.law.catalogue import catalogue
from easement.node.home import Node
from easement.permission import join_tables as tables
from easement.permission import joining, offering
from easement.permission.actor import of_identity
from easement.permission.carrying import asked
from easement.permission.dossier import Dossier, Stage
from easement.permission.join_bodies import FetchBody, ListBody, OfferBody, OfferSaid, OffersBody, ShareTaken
from easement.permission.join_rules import joinable_roles, parts_open
from easement.permission.joining import Choice, JoinDone
from easement.permission.model import Kind
from easement.permission.texts import file_of
from easement.staff.model import Identity
from easement.staff.permissions import Permission
from easement.web.reading.editing import standards_of
from easement.web.reading.names import Names, names_of, purpose_name
from easement.web.reading.proposals import roles_for
from easement.web.views.offers import OfferLine, OfferPage, Offers, ShareChoice
from easement.web.views.proposals import Obstacle

__all__ = ["Chosen", "join", "offer_page", "offered_state", "offers", "publish"]


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a joiner filled in; the last name what they take: roles, shares, `share.mode` and `share.field`."""

    contact: str = ""
    relies_on: str = ""
    role: str = ""
    parts: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    local: Mapping[str, str] | None = None
    shares: tuple[str, ...] = ()
    modes: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()


def offers(node: Node, now: datetime) -> Offers:
    """What every member offers; who does not answer is named."""
    names, own = names_of(node, now), node.member_classes.get(node.organisation)
    try:
        market = offering.offered(node, now)
    except EasementError as error:
        return Offers(lines=(), obstacles=(Obstacle("", error.what, error.remedy),))
    return Offers(
        lines=tuple(_line(node, lead, said, names, now) for lead, said in market.offers),
        silent=tuple(names.organisation(each) for each in market.silent),
        body_class=_class(own) if own else "",
    )


def _line(node: Node, lead: str, said: OfferSaid, names: Names, now: datetime) -> OfferLine:
    return OfferLine(
        lead=lead,
        lead_name=names.organisation(lead),
        digest=said.digest,
        id=said.id,
        version=said.version,
        title=said.title,
        summary=said.summary,
        purpose=purpose_name(said.purpose),
        joining=tuple((part, _class(each)) for part, each in said.joining.items()),
        since=instant_of(said.since),
        state=_state(node, lead, said, now),
    )


def _class(code: str) -> str:
    found = catalogue().find_body_class(code)
    return found.label if found else code


def _state(node: Node, lead: str, said: OfferSaid, now: datetime) -> str:
    if lead == node.organisation:
        return "ours"
    shelved = offering.on_shelf(node, said.digest, now)
    if shelved is not None and node.organisation in shelved.prepared.terms.parties:
        return "named"
    if node.organisation in {row.organisation for row, _ in joining.joined(node, said.digest)}:
        return "joined"
    own, known = node.member_classes.get(node.organisation), catalogue()
    fits = [each for each in said.joining.values() if own and known.find_body_class(own) and known.is_a(own, each)]
    return "open" if fits else "shut"


def offer_page(
    node: Node, identity: Identity, lead: str, digest: str, now: datetime, chosen: Chosen | None = None
) -> OfferPage | None:
    """One agreement that a member offers, whole, with the form that joins it; `None` where it offers no such one.

    Raises `EasementError` where it does not answer, or sends another text than it offers.
    """
    said = next((each for each in _offers_of(node, lead, now) if each.digest == digest), None)
    if said is None:
        return None
    names = names_of(node, now)
    terms, text = _terms(node, lead, digest, now)
    filled, line = chosen or Chosen(), _line(node, lead, said, names, now)
    own = node.member_classes.get(node.organisation)
    joined = [row.organisation for row, _ in joining.joined(node, digest)]
    with reading(node.engine) as connection:
        waiting = tables.untold(connection, digest)
    parts = parts_open(terms, own)
    return OfferPage(
        line=line,
        paper=paper(file_of(text), Lookup(catalogue(), standards_of(node))),
        parties=tuple((names.organisation(id_), party.role) for id_, party in terms.parties.items()),
        joins_as=tuple(
            (part, part in filled.parts if chosen else part == "recipient" or len(parts) == 1) for part in parts
        ),
        shares=_choices(terms, chosen),
        people=tuple(
            (role, chosen is None or role in filled.people, (filled.local or {}).get(role, ""))
            for role in sorted(joinable_roles(terms))
        ),
        roles=roles_for(node, identity, Kind.SIGN, None),
        joiners=tuple(names.organisation(each) for each in joined),
        untold=tuple(names.organisation(to) for _, to, _ in waiting),
        contact=filled.contact,
        relies_on=filled.relies_on,
        role=filled.role,
    )


def _offers_of(node: Node, lead: str, now: datetime) -> tuple[OfferSaid, ...]:
    if lead == node.organisation:
        return offering.offered_here(node, now)
    return asked(node, lead, "offers", ListBody(to=lead), OffersBody, now).offers


def _terms(node: Node, lead: str, digest: str, now: datetime) -> tuple[Agreement, str]:
    shelved = offering.on_shelf(node, digest, now)
    if shelved is not None:
        return shelved.prepared.terms, shelved.file.document.text
    whole = asked(node, lead, "offers/fetch", FetchBody(to=lead, digest=digest), OfferBody, now)
    file = file_of(whole.text)
    if file.digest != digest:
        raise ProofFailed(f"what `{lead}` sent has another digest than it offers", remedy="tell whoever runs that node")
    return file.terms, whole.text


def _choices(terms: Agreement, chosen: Chosen | None) -> tuple[ShareChoice, ...]:
    """What of each share may be left out; all is chosen where nothing was said."""
    return tuple(
        ShareChoice(
            id=id_,
            taken=chosen is None or id_ in chosen.shares,
            modes=tuple((m.value, chosen is None or f"{id_}.{m.value}" in chosen.modes) for m in share.modes),
            fields=tuple((name, chosen is None or f"{id_}.{name}" in chosen.fields) for name in share.fields)
            if share.k is None
            else (),
        )
        for id_, share in terms.shares.items()
    )


def join(node: Node, identity: Identity, page: OfferPage, chosen: Chosen, now: datetime) -> JoinDone:
    """Join what a page shows, by one signature; raises what the room of proposals raises."""
    people = tuple(role for role, taken, _ in page.people if taken)
    choice = Choice(
        contact=chosen.contact,
        parts=chosen.parts or tuple(part for part, taken in page.joins_as if taken),
        shares=_taken(page),
        roles=people if len(people) < len(page.people) else (),
        relies_on=tuple(filter(None, (each.strip() for each in chosen.relies_on.splitlines()))),
        local={role: words for role, words in (chosen.local or {}).items() if words},
    )
    actor = of_identity(identity, chosen.role or next(iter(page.roles), ""))
    return joining.join(node, page.line.lead, page.line.digest, choice, actor, now)


def _taken(page: OfferPage) -> dict[str, ShareTaken]:
    """What is taken of each share; nothing at all where everything is."""
    found = {}
    for share in page.shares:
        if share.taken:
            modes = [mode for mode, taken in share.modes if taken]
            fields = [name for name, taken in share.fields if taken]
            found[share.id] = ShareTaken(
                modes=tuple(modes) if len(modes) < len(share.modes) else (),
                fields=tuple(fields) if len(fields) < len(share.fields) else (),
            )
    whole = len(found) == len(page.shares) and all(each == ShareTaken() for each in found.values())
    return {} if whole else found


# Who offers


def offered_state(node: Node, identity: Identity, dossier: Dossier, now: datetime) -> str:
    """Whether what is in force may be offered to others: `offered`, `open`, or empty where it may not."""
    text = dossier.agreed
    if text is None or dossier.stage is not Stage.IN_FORCE or not identity.may(Permission.AGREEMENT_VERSION_SIGN):
        return ""
    if node.organisation not in text.parties or not file_of(text.source).terms.joining:
        return ""
    return "offered" if text.digest in {each.digest for each in offering.offered_here(node, now)} else "open"


def publish(node: Node, identity: Identity, dossier: Dossier, now: datetime, *, withdraw: bool) -> None:
    """Offer what is in force to others of the kind that may join, or offer it no more."""
    actor = of_identity(identity, next(iter(roles_for(node, identity, Kind.SIGN, None)), ""))
    ref = dossier.agreed.digest if dossier.agreed else dossier.id
    if withdraw:
        offering.unoffer(node, ref, actor, now)
    else:
        offering.offer(node, ref, actor, now)

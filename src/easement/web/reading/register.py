"""What the pages of the register show, asked of its room."""

from datetime import date, datetime, timedelta
from urllib.parse import urlencode

from easement.base.errors import ProofFailed, UsageError
from easement.base.words import listed
from easement.law.catalogue import catalogue
from easement.node.home import Node
from easement.node.serve import address_of
from easement.register import service
from easement.register.concern import HELD_BACK
from easement.register.feed import FED, atom
from easement.register.kpis import reckoned
from easement.register.model import LEFT_OUT, REDACTABLE
from easement.register.reading import PAGE, Choices, Sought
from easement.staff.model import Identity
from easement.staff.permissions import BUNDLES, Permission
from easement.web.views.page import Pager
from easement.web.views.register import (
    AskConcern,
    ConcernPage,
    Concerns,
    EntryPage,
    LeaveOut,
    NumbersPage,
    Register,
    StaffConcern,
    StaffConcerns,
    state_words,
)

__all__ = [
    "address",
    "ask_concern",
    "concern",
    "concerns",
    "entry",
    "feed",
    "leave_out",
    "name_of",
    "numbers",
    "period",
    "proof",
    "query_of",
    "register",
    "role_of",
    "staff_concern",
    "staff_concerns",
]

DAYS_SHOWN = 365
"""Days that the figures are of where nobody names others."""


def name_of(node: Node) -> str:
    """The name that people know the organisation by."""
    return node.settings.organisation.name or node.organisation


def address(node: Node) -> str:
    """The node's address, as links for others have it."""
    return address_of(node.settings.server)


def query_of(sought: Sought, **more: int) -> str:
    """The address's query that looks for the same again."""
    said = {
        "words": sought.words,
        "organisation": sought.organisation,
        "purpose": sought.purpose,
        "state": sought.state,
    }
    return urlencode({**{name: value for name, value in said.items() if value}, **more})


def register(node: Node, sought: Sought, page: int, now: datetime) -> Register:
    """One page of the register."""
    found = service.search(node, sought, now, start=(page - 1) * PAGE)
    pages = max(-(-found.count // PAGE), 1)
    older = f"?{query_of(sought, page=page + 1)}" if page < pages else ""
    newer = f"?{query_of(sought, page=page - 1)}" if page > 1 else ""
    return Register(
        entries=found.entries,
        count=found.count,
        page=page,
        pages=pages,
        sought=sought,
        choices=_choices(node),
        off=service.off_register(node, now),
        pager=Pager(older, newer),
        states={each.state.value: state_words(each.state.value) for each in found.entries},
        query=query_of(sought),
    )


def _choices(node: Node) -> Choices:
    purposes = {each.id: each.label for each in catalogue().purposes}
    return service.choices(node, service.names_of(node), purposes)


def entry(node: Node, who: Identity | None, id_: str, version: str, now: datetime) -> EntryPage | None:
    """One entry; `None` where the public may see none."""
    found = service.entry(node, id_, now, version=version)
    if found is None:
        return None
    states = {state.value for _, state in found.versions} | {found.state.value}
    return EntryPage(
        entry=found,
        states={state: state_words(state) for state in states},
        said=frozenset(each.field for each in found.card.left_out),
        concerns=service.concerns(node, agreement_id=id_),
        events=tuple((FED[each.type], each.time, each.entry) for each in found.events if each.type in FED),
        fields=dict(REDACTABLE),
        reasons={each.value: words for each, words in LEFT_OUT.items()},
        receivers={each.name: listed(map(found.card.name_of, each.recipients)) for each in found.card.crosses or ()},
        origin=node.settings.ledger.origin,
        address=address(node),
        today=now.date(),
        leaves_out=who is not None and who.may(Permission.REGISTER_ENTRY_MANAGE),
    )


def proof(node: Node, id_: str, version: str, now: datetime) -> tuple[str, int] | None:
    """The receipt of the entry by which a version was signed, and its index; `None` where there is none."""
    found = service.entry(node, id_, now, version=version)
    if found is None or found.signed is None:
        return None
    try:
        return service.proof_of(node, found.signed), found.signed
    except ProofFailed:
        return None


def feed(node: Node, now: datetime) -> bytes:
    """What changed, as an Atom feed."""
    told = {"organisation": node.organisation, "name": name_of(node), "address": address(node)}
    return atom(service.changes(node, now), origin=node.settings.ledger.origin, **told)


def period(since: str, until: str, now: datetime) -> tuple[date, date]:
    """The days asked for, or the last year; what is no day is left out."""
    last = _day(until) or now.date()
    return _day(since) or last - timedelta(days=DAYS_SHOWN), last


def _day(text: str) -> date | None:
    try:
        return reckoned(date.fromisoformat(text))
    except ValueError:
        return None


def numbers(node: Node, since: date, until: date, now: datetime) -> NumbersPage:
    """The figures of a period."""
    found = service.numbers(node, since, until, now)
    return NumbersPage(numbers=found, query=urlencode({"since": since.isoformat(), "until": until.isoformat()}))


def _titles(node: Node, ids: set[str], now: datetime) -> dict[str, str]:
    found = {id_: service.entry(node, id_, now) for id_ in ids}
    return {id_: each.card.title if each else id_ for id_, each in found.items()}


def concerns(node: Node, page: int, now: datetime) -> Concerns:
    """One page of all concerns."""
    found = service.concerns(node, newest=PAGE + 1, offset=(page - 1) * PAGE)
    pager = Pager(f"?page={page + 1}" if len(found) > PAGE else "", f"?page={page - 1}" if page > 1 else "")
    shown = found[:PAGE]
    titles = _titles(node, {each.agreement_id for each in shown}, now)
    return Concerns(concerns=shown, titles=titles, pager=pager, today=now.date())


def concern(node: Node, id_: str, now: datetime, *, new: bool = False) -> ConcernPage | None:
    """One concern; `None` where there is none."""
    try:
        found = service.concern(node, id_, now)
    except UsageError:
        return None
    title = _titles(node, {found.agreement_id}, now)[found.agreement_id]
    reason = HELD_BACK[found.held_back] if found.held_back else ""
    return ConcernPage(concern=found, title=title, held_back=reason, today=now.date(), new=new)


def ask_concern(node: Node, id_: str, now: datetime) -> AskConcern | None:
    """The form for a concern on an entry."""
    found = service.entry(node, id_, now)
    return AskConcern(agreement=id_, title=found.card.title) if found else None


def staff_concerns(node: Node, now: datetime) -> StaffConcerns:
    """The concerns that wait."""
    found = service.waiting(node)
    titles = _titles(node, {each.agreement_id for each in found}, now)
    return StaffConcerns(concerns=found, titles=titles, today=now.date())


def staff_concern(node: Node, id_: str, now: datetime) -> StaffConcern | None:
    """One concern as staff see it."""
    try:
        found = service.concern(node, id_, now, staff=True)
    except UsageError:
        return None
    title = _titles(node, {found.agreement_id}, now)[found.agreement_id]
    return StaffConcern(concern=found, title=title, today=now.date())


def leave_out(node: Node, id_: str, now: datetime) -> LeaveOut | None:
    """What is left out of an entry, and what may be."""
    found = service.entry(node, id_, now)
    return LeaveOut(entry=found) if found else None


def role_of(who: Identity, permission: Permission) -> str:
    """The role by which somebody may decide: it is shown in the place of their name."""
    held = sorted(role.value for role in who.organisation_roles if permission in BUNDLES[role])
    return held[0] if held else "staff"

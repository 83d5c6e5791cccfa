"""The tables of what is wrong: cases here and elsewhere, what was taken back here, who is to hear, and what we heard.

Instants are whole seconds since 1970. Reasons, values, people and references are sealed before they come here.
"""

from typing import Any, NamedTuple

from sqlalchemy import (
    Column,
    Connection,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    func,
    insert,
    or_,
    select,
    update,
)

from easement.base.database import METADATA, Whole
from easement.exchange.upsert import insert_new

__all__ = [
    "Broken",
    "Case",
    "Letter",
    "Told",
    "add_broken",
    "add_case",
    "add_letters",
    "add_told",
    "broken",
    "broken_of",
    "brokens",
    "case",
    "cases",
    "cases_about",
    "change_broken",
    "change_case",
    "change_letter",
    "change_told",
    "letter",
    "letters",
    "told",
    "tolds",
    "tolds_about",
    "untold",
    "waiting_cases",
    "waiting_letters",
]

disputes = Table(
    "exchange_disputes",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("mine", Integer, nullable=False),
    Column("organisation", String(63), nullable=False),
    Column("message", String(32), nullable=False),
    Column("disclosure", Whole, nullable=False),
    Column("agreement_id", String(200), nullable=False),
    Column("share", String(200), nullable=False),
    Column("element", String(100), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("opened", Whole, nullable=False),
    Column("due", Whole, nullable=False),
    Column("entry", Whole, nullable=False),
    Column("peer_entry", Whole),
    Column("outcome", String(20)),
    Column("answered", Whole),
    Column("answer_entry", Whole),
    Column("told", Whole),
    Column("closed", Whole),
    Column("tried", Whole, nullable=False),
    Column("problem", Text, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("sealed_answer", LargeBinary),
    Index("exchange_disputes_by_message", "message"),
)
"""What is said to be wrong: by this organisation (`mine`) of what another gave, or by another of what was given here.

`disclosure` is this log's entry of it. `told` is when the other side knew the last of it, and `closed` when it said
that it will never take it.
"""

links = Table(
    "exchange_links_broken",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("link", String(64), nullable=False),
    Column("through", String(10), nullable=False),
    Column("agreement_id", String(200), nullable=False),
    Column("share", String(200), nullable=False),
    Column("opened", Whole, nullable=False),
    Column("entry", Whole, nullable=False),
    Column("intent", Whole, nullable=False),
    Column("decided", Whole),
    Column("outside", Integer, nullable=False),
    Column("dispute", String(32), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("about", String(10), nullable=False, server_default="link"),
    Column("element", String(100)),
    Column("looked", Whole),
    Index("exchange_links_broken_by_link", "link", unique=True),
)
"""Wrong links that were broken here, and values that were put right (`about`, `element`). `link` is a keyed digest,
`intent` the entry of the disclosure that it was found in, `decided` that by which no match pairs the two again, and
`outside` how many got it as a file, by hand. Who is to hear was looked for among the entries before `looked`."""

carried = Table(
    "exchange_correction_letters",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("message", String(32), primary_key=True),
    Column("organisation", String(63), nullable=False),
    Column("released", Whole, nullable=False),
    Column("agreement_id", String(200), nullable=False),
    Column("told", Whole),
    Column("due", Whole),
    Column("peer_entry", Whole),
    Column("told_entry", Whole),
    Column("made", Whole),
    Column("made_entry", Whole),
    Column("closed", Whole),
    Column("tried", Whole, nullable=False),
    Column("problem", Text, nullable=False),
    Column("sealed", LargeBinary),
    Index("exchange_correction_letters_by_message", "message"),
)
"""Who is to hear of each of them, and for which disclosure: told when, by which entries here and there, and whether
it is put right there (`made` there, `made_entry` here). `closed` is when there turned out to be nothing to correct;
`sealed` is the recipient's own key of the record, where it has one."""

corrections = Table(
    "exchange_corrections",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("message", String(32), primary_key=True),
    Column("provider", String(63), nullable=False),
    Column("received", Whole, nullable=False),
    Column("agreement_id", String(200), nullable=False),
    Column("share", String(200), nullable=False),
    Column("through", String(10), nullable=False),
    Column("came", Whole, nullable=False),
    Column("due", Whole, nullable=False),
    Column("entry", Whole, nullable=False),
    Column("reminded", Integer, nullable=False),
    Column("met", Whole),
    Column("certified", Whole),
    Column("problem", Text, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("about", String(10), nullable=False, server_default="link"),
    Column("element", String(100)),
)
"""What others told this node to put right, for which disclosure that came in; `met` is the entry that says it is done,
and `certified` the provider's own of that."""


class Case(NamedTuple):
    """Something said to be wrong; see `disputes`."""

    id: str
    mine: int
    organisation: str
    message: str
    disclosure: int
    agreement_id: str
    share: str
    element: str
    kind: str
    opened: int
    due: int
    entry: int
    peer_entry: int | None
    outcome: str | None
    answered: int | None
    answer_entry: int | None
    told: int | None
    closed: int | None
    tried: int
    problem: str
    sealed: bytes
    sealed_answer: bytes | None


class Broken(NamedTuple):
    """A link that was broken, or a value that was put right; see `links`."""

    id: str
    link: str
    through: str
    agreement_id: str
    share: str
    opened: int
    entry: int
    intent: int
    decided: int | None
    outside: int
    dispute: str
    sealed: bytes
    about: str = "link"
    element: str | None = None
    looked: int | None = None


class Letter(NamedTuple):
    """Somebody who is to hear of it; see `carried`."""

    id: str
    message: str
    organisation: str
    released: int
    agreement_id: str
    told: int | None = None
    due: int | None = None
    peer_entry: int | None = None
    told_entry: int | None = None
    made: int | None = None
    made_entry: int | None = None
    closed: int | None = None
    tried: int = 0
    problem: str = ""
    sealed: bytes | None = None


class Told(NamedTuple):
    """A correction that another organisation told of; see `corrections`."""

    id: str
    message: str
    provider: str
    received: int
    agreement_id: str
    share: str
    through: str
    came: int
    due: int
    entry: int
    reminded: int
    met: int | None
    certified: int | None
    problem: str
    sealed: bytes
    about: str = "link"
    element: str | None = None


def untold(connection: Connection, organisation: str) -> set[str]:
    """The ids of cases and corrections of which an organisation has yet to hear something from here."""
    found = {each.id for each in waiting_cases(connection) if each.organisation == organisation}
    open_ = (carried.c.organisation == organisation, carried.c.told.is_(None), carried.c.closed.is_(None))
    found |= set(connection.scalars(select(carried.c.id).where(*open_)))
    uncertified = (corrections.c.provider == organisation, corrections.c.met.is_not(None))
    query = select(corrections.c.id).where(*uncertified, corrections.c.certified.is_(None))
    return found | set(connection.scalars(query))


# Cases


def add_case(connection: Connection, row: Case) -> bool:
    """Keep a case; false where one of that id is kept."""
    return insert_new(connection, disputes, row._asdict())


def case(connection: Connection, id_: str) -> Case | None:
    """A case by its id."""
    row = connection.execute(select(disputes).where(disputes.c.id == id_)).one_or_none()
    return Case(*row) if row else None


def cases(connection: Connection) -> list[Case]:
    """All cases, those that wait for an answer first, the newest first."""
    order = (disputes.c.outcome.is_not(None), disputes.c.opened.desc(), disputes.c.id)
    return [Case(*row) for row in connection.execute(select(disputes).order_by(*order))]


def cases_about(connection: Connection, organisation: str, message: str) -> int:
    """How many cases an organisation has open about one message."""
    of = (disputes.c.organisation == organisation, disputes.c.message == message, disputes.c.mine == 0)
    query = select(func.count()).select_from(disputes).where(*of, disputes.c.outcome.is_(None))
    return connection.scalar(query) or 0


def waiting_cases(connection: Connection) -> list[Case]:
    """The cases of which the other side has yet to hear something, those tried longest ago first."""
    something = or_(disputes.c.mine == 1, disputes.c.outcome.is_not(None))
    query = select(disputes).where(disputes.c.told.is_(None), disputes.c.closed.is_(None), something)
    return [Case(*row) for row in connection.execute(query.order_by(disputes.c.tried, disputes.c.id))]


def change_case(connection: Connection, id_: str, *only: Any, **changed: Any) -> bool:
    """Change a case where these conditions hold; whether they did."""
    return connection.execute(update(disputes).where(disputes.c.id == id_, *only).values(**changed)).rowcount == 1


# Links that were broken here, and who is to hear of it


def add_broken(connection: Connection, row: Broken, who: list[Letter]) -> None:
    """Keep that a link was broken, and everybody who is to hear of it."""
    connection.execute(insert(links).values(**row._asdict()))
    if who:
        connection.execute(insert(carried), [each._asdict() for each in who])


def add_letters(connection: Connection, id_: str, who: list[Letter], looked: int) -> int:
    """Keep who else is to hear of it, by the entries before `looked`; how many were not among them."""
    added = sum(insert_new(connection, carried, each._asdict()) for each in who)
    connection.execute(update(links).where(links.c.id == id_).values(looked=looked))
    return added


def broken(connection: Connection, id_: str) -> Broken | None:
    """A broken link by its id."""
    row = connection.execute(select(links).where(links.c.id == id_)).one_or_none()
    return Broken(*row) if row else None


def broken_of(connection: Connection, link: str) -> Broken | None:
    """The same by its digest."""
    row = connection.execute(select(links).where(links.c.link == link)).one_or_none()
    return Broken(*row) if row else None


def brokens(connection: Connection) -> list[Broken]:
    """All broken links, the newest first."""
    return [Broken(*row) for row in connection.execute(select(links).order_by(links.c.opened.desc(), links.c.id))]


def change_broken(connection: Connection, id_: str, *, decided: int) -> bool:
    """Note the decision by which the link is never made again; false where there was one."""
    open_ = (links.c.id == id_, links.c.decided.is_(None))
    return connection.execute(update(links).where(*open_).values(decided=decided)).rowcount == 1


def letters(connection: Connection, id_: str | None = None) -> list[Letter]:
    """Who is to hear of one broken link, or of all, in the order of the disclosures."""
    query = select(carried).order_by(carried.c.id, carried.c.released)
    return [Letter(*row) for row in connection.execute(query if id_ is None else query.where(carried.c.id == id_))]


def letter(connection: Connection, id_: str, message: str) -> Letter | None:
    """One of them."""
    place = (carried.c.id == id_, carried.c.message == message)
    row = connection.execute(select(carried).where(*place)).one_or_none()
    return Letter(*row) if row else None


def waiting_letters(connection: Connection, late: int, before: int) -> list[Letter]:
    """Who has yet to be told, and who is `late` with putting it right and was not reminded since `before`."""
    overdue = (carried.c.due < late) & (carried.c.tried < before)
    query = select(carried).where(carried.c.made_entry.is_(None), carried.c.closed.is_(None))
    query = query.where(or_(carried.c.told.is_(None), overdue)).order_by(carried.c.tried, carried.c.id)
    return [Letter(*row) for row in connection.execute(query)]


def change_letter(connection: Connection, place: tuple[str, str], *only: Any, **changed: Any) -> bool:
    """Change one (id, message) where these conditions hold; whether they did."""
    of = (carried.c.id == place[0], carried.c.message == place[1], *only)
    return connection.execute(update(carried).where(*of).values(**changed)).rowcount == 1


# What others told


def add_told(connection: Connection, row: Told) -> bool:
    """Keep a correction that was told; false where it is kept."""
    return insert_new(connection, corrections, row._asdict())


def told(connection: Connection, id_: str, message: str) -> Told | None:
    """A correction that was told, for one disclosure."""
    place = (corrections.c.id == id_, corrections.c.message == message)
    row = connection.execute(select(corrections).where(*place)).one_or_none()
    return Told(*row) if row else None


def tolds(connection: Connection) -> list[Told]:
    """All corrections that were told, those yet to be made first, the soonest first."""
    order = (corrections.c.met.is_not(None), corrections.c.due, corrections.c.id, corrections.c.message)
    return [Told(*row) for row in connection.execute(select(corrections).order_by(*order))]


def tolds_about(connection: Connection, provider: str, message: str) -> int:
    """How many corrections of a provider are yet to be made about one message."""
    of = (corrections.c.provider == provider, corrections.c.message == message, corrections.c.met.is_(None))
    return connection.scalar(select(func.count()).select_from(corrections).where(*of)) or 0


def change_told(connection: Connection, place: tuple[str, str], *only: Any, **changed: Any) -> bool:
    """Change one (id, message) where these conditions hold; whether they did."""
    of = (corrections.c.id == place[0], corrections.c.message == place[1], *only)
    return connection.execute(update(corrections).where(*of).values(**changed)).rowcount == 1

"""The facts that the figures are made of: from the register's own counts, and from the room of proposals."""

from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import Connection, func, select

from easement.agreement.model import Mode
from easement.agreement.words import MODE, named
from easement.base.database import reading
from easement.base.errors import EasementError
from easement.exchange import directory_store
from easement.gate.model import Code
from easement.law.catalogue import catalogue
from easement.ledger.model import EntryType
from easement.permission import effort_tables
from easement.permission import tables as permission
from easement.permission.effort import WORK
from easement.permission.reasons import REASONS
from easement.register import concern_tables, tables
from easement.register.concern import ACKNOWLEDGE, ANSWER
from easement.register.keeping import names_of, refresh_if_old
from easement.register.kpis import Facts, Numbers, ProposalFact, Words, figures, reckoned
from easement.register.ports import Publisher

__all__ = ["facts_of", "numbers", "words_for"]


def numbers(publisher: Publisher, since: date, until: date, now: datetime) -> Numbers:
    """How sharing went from one day to another, both included."""
    return figures(facts_of(publisher, since, until, now), words_for(publisher))


def facts_of(publisher: Publisher, since: date, until: date, now: datetime) -> Facts:
    """All that the figures of a period are made of."""
    since, until = reckoned(since), reckoned(until)
    refresh_if_old(publisher, now)
    cluster, members = _cluster(publisher)
    days = {"since": since.isoformat(), "until": until.isoformat()}
    with reading(publisher.engine) as connection:
        entries = tables.rows(connection, tables.entries.c.newest.is_(True), columns=("state", "public"))
        signed, joined = _firsts(connection, since, until)
        return Facts(
            here=publisher.organisation,
            since=since,
            until=until,
            proposals=_proposals(connection, publisher.organisation),
            uses=tuple(tables.uses(connection, **days)),
            first_uses={id_: date.fromisoformat(day) for id_, day in tables.first_uses(connection).items()},
            refusals=tables.reasons(connection, **days),
            states=Counter(each.state for each in entries),
            not_public=sum(not each.public for each in entries),
            signed=signed,
            joined=joined,
            concerns=_concerns(connection, since, until, now),
            effort=effort_tables.on_work(connection, **days),
            cluster=cluster,
            members=members,
        )


def _firsts(connection: Connection, since: date, until: date) -> tuple[int, int]:
    """How many agreements were signed for the first time, and how often one was joined, within a period."""
    events = tables.events(connection, EntryType.VERSION_SIGNED, EntryType.VERSION_JOINED)
    first = {each.agreement_id: each.time[:10] for each in events if each.type == EntryType.VERSION_SIGNED}
    joins = {
        (each.agreement_id, each.organisation): each.time[:10]
        for each in events
        if each.type != EntryType.VERSION_SIGNED
    }
    low, high = since.isoformat(), until.isoformat()
    return sum(low <= day <= high for day in first.values()), sum(low <= day <= high for day in joins.values())


def _proposals(connection: Connection, here: str) -> tuple[ProposalFact, ...]:
    events = permission.events
    mine = select(events.c.proposal, func.count()).where(events.c.author == here).group_by(events.c.proposal)
    acts: Mapping[str, int] = dict(connection.execute(mine).all())
    minutes = effort_tables.per_proposal(connection)
    rows = permission.all_rows(connection)
    return tuple(_proposal(row, acts.get(row.id, 0), minutes.get(row.id, 0)) for row in rows)


def _proposal(row: permission.Row, acts: int, minutes: int) -> ProposalFact:
    return ProposalFact(
        id=row.id,
        opened=_day(row.opened),
        answered=_day_or_none(row.answered),
        in_force=_day_or_none(row.in_force),
        over=_day_or_none(row.over),
        state=row.state,
        since=_day(row.since),
        reason=row.reason or "",
        waiting=row.waiting,
        answer_by=date.fromisoformat(row.answer_by) if row.answer_by else None,
        escalated=row.escalated,
        agreement_id=row.agreement_id or "",
        acts=acts,
        minutes=minutes,
    )


def _day(stamp: int) -> date:
    return datetime.fromtimestamp(stamp, UTC).date()


def _day_or_none(stamp: int | None) -> date | None:
    return None if stamp is None else _day(stamp)


def _concerns(connection: Connection, since: date, until: date, now: datetime) -> dict[str, int]:
    midnight = datetime.min.time()
    first = datetime.combine(since, midnight, UTC)
    after = datetime.combine(until, midnight, UTC) + timedelta(days=1)
    return concern_tables.stages(
        connection,
        int(first.timestamp()),
        int(after.timestamp()),
        acknowledge=int(ACKNOWLEDGE.total_seconds()),
        answer=int(ANSWER.total_seconds()),
        now=int(now.timestamp()),
    )


def _cluster(publisher: Publisher) -> tuple[str, frozenset[str]]:
    with suppress(EasementError):  # a directory that does not hold names nobody
        directory = directory_store.held(publisher.home)
        if directory is not None:
            return directory.name, frozenset(member.id for member in directory.members)
    return "", frozenset()


def words_for(publisher: Publisher) -> Words:
    """What people call the things in the figures."""
    return Words(
        organisations=names_of(publisher),
        purposes={each.id: each.label for each in catalogue().purposes},
        modes={mode.value: MODE[mode] for mode in Mode},
        refusals={code.value: named(code.value.replace(".", ": ")) for code in Code},
        proposal_refusals={reason.value: words for reason, words in REASONS.items()},
        work=WORK,
    )

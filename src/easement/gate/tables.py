"""The gate's own tables: agreements that are suspended, and answers to other nodes for as long as they are kept."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    Index,
    LargeBinary,
    Row,
    String,
    Table,
    Text,
    bindparam,
    delete,
    insert,
    select,
    update,
)

from easement.base.database import METADATA, Whole
from easement.base.statements import Statement

__all__ = [
    "KeptRow",
    "State",
    "answer",
    "answers",
    "begin_answer",
    "erase_answers",
    "forget_answers",
    "overdue",
    "resume",
    "settle_answer",
    "suspend",
    "suspended",
    "suspensions",
    "why_suspended",
]


class State(StrEnum):
    """How far an answer to another node has come."""

    IN_HAND = "in-hand"
    RELEASED = "released"
    REFUSED = "refused"
    FAILED = "failed"
    ABANDONED = "abandoned"


suspensions = Table(
    "gate_suspensions",
    METADATA,
    Column("agreement_id", String, primary_key=True),
    Column("reason", Text, nullable=False),
    Column("since", Whole, nullable=False),
    Column("entry", Whole, nullable=False),
)
"""The agreements that are suspended, each with the reason, when it was, and the entry that says so."""

answers = Table(
    "gate_answers",
    METADATA,
    Column("organisation", String, primary_key=True),
    Column("message", String, primary_key=True),
    Column("content", String, nullable=False),
    Column("state", String, nullable=False),
    Column("worker", String, nullable=False),
    Column("lease", Whole, nullable=False),
    Column("intent", Whole),
    Column("outcome", Whole),
    Column("sealed", LargeBinary),
    Column("expires", Whole, nullable=False),
    Index("gate_answers_by_state", "state", "lease"),
    Index("gate_answers_by_expiry", "expires"),
)
"""Answers to other nodes: whose message, a keyed digest of what was asked, and how far it came; `worker` has it in hand
until `lease`, and `sealed` is the answer. Times are seconds since 1970."""


_SUSPENDED = Statement(select(suspensions.c.agreement_id, suspensions.c.reason))


def suspended(engine: Engine) -> dict[str, str]:
    """Why each suspended agreement is so, by its id."""
    return dict(_SUSPENDED.fetch(engine))


def why_suspended(connection: Connection, agreement_id: str) -> str | None:
    """Why one agreement is suspended; `None` where it is not."""
    return connection.scalar(select(suspensions.c.reason).where(suspensions.c.agreement_id == agreement_id))


def suspend(connection: Connection, agreement_id: str, reason: str, since: int, entry: int) -> None:
    """Note that an agreement is suspended, since a time in seconds since 1970, and by which entry."""
    row = {"agreement_id": agreement_id, "reason": reason, "since": since, "entry": entry}
    connection.execute(insert(suspensions).values(**row))


def resume(connection: Connection, agreement_id: str) -> bool:
    """Note that an agreement is suspended no more; whether it was."""
    return bool(connection.execute(delete(suspensions).where(suspensions.c.agreement_id == agreement_id)).rowcount)


_OF = (answers.c.organisation == bindparam("of_organisation"), answers.c.message == bindparam("of_message"))
_SHOWN = ("content", "state", "lease", "intent", "outcome", "sealed")
_ANSWER = Statement(select(*(answers.c[name] for name in _SHOWN)).where(*_OF))
_BEGIN = Statement(insert(answers), *answers.columns.keys())
_OVER = answers.c.state.in_([State.FAILED, State.ABANDONED])
_AGAIN = update(answers).where(*_OF, answers.c.content == bindparam("same_content"), _OVER)
_IN_HAND = (*_OF, answers.c.state == State.IN_HAND.value, answers.c.worker == bindparam("of_worker"))
_SETTLED: dict[str, Any] = {name: bindparam(name) for name in ("state", "outcome", "sealed")}
_SETTLE = Statement(update(answers).where(*_IN_HAND).values(_SETTLED))


class KeptRow(NamedTuple):
    """What is kept of the answer to a message; see `answers`."""

    content: str
    state: str
    lease: int
    intent: int | None
    outcome: int | None
    sealed: bytes | None


def answer(engine: Engine, organisation: str, message: str) -> KeptRow | None:
    """The row of the answer to an organisation's message."""
    found = _ANSWER.fetch(engine, {"of_organisation": organisation, "of_message": message})
    return KeptRow(*found[0]) if found else None


def begin_answer(connection: Connection, row: dict[str, object], *, anew: bool) -> None:
    """Keep a new answer, or `anew` one that came to nothing; raises `IntegrityError` where another is kept.

    `row` names its columns. Of the same message only the same content is begun anew.
    """
    same = {"of_organisation": row["organisation"], "of_message": row["message"], "same_content": row["content"]}
    if not anew or not connection.execute(_AGAIN.values(**row), same).rowcount:
        _BEGIN.run(connection, row)


def settle_answer(
    connection: Connection, mine: Sequence[str], state: State, outcome: int, sealed: bytes | None = None
) -> bool:
    """Settle an answer that is in hand; whether it still was. `mine` is organisation, message and worker."""
    organisation, message, worker = mine
    whose = {"of_organisation": organisation, "of_message": message, "of_worker": worker}
    said = {"state": state.value, "outcome": outcome, "sealed": sealed}
    return bool(_SETTLE.run(connection, whose | said).rowcount)


def overdue(connection: Connection, now: int) -> Sequence[Row[tuple[object, ...]]]:
    """The answers in hand whose worker should long have settled them."""
    late = (answers.c.state == State.IN_HAND, answers.c.lease < now)
    return connection.execute(select(answers).where(*late).order_by(answers.c.lease)).all()


def erase_answers(connection: Connection, entry: int) -> int:
    """Destroy the kept answers of a disclosure by its intent or its outcome; how many. That they were stays known."""
    of = (answers.c.intent == entry) | (answers.c.outcome == entry)
    kept = of & answers.c.sealed.is_not(None)
    return connection.execute(update(answers).where(kept).values(sealed=None)).rowcount


def forget_answers(connection: Connection, now: int) -> int:
    """Remove the answers that need be kept no longer; how many."""
    old = (answers.c.state != State.IN_HAND, answers.c.expires < now)
    return connection.execute(delete(answers).where(*old)).rowcount

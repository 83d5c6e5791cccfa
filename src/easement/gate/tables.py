"""The gate's own tables: agreements that are suspended, and answers to other nodes for as long as they are kept."""

from collections.abc import Sequence
from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Index,
    Integer,
    LargeBinary,
    Row,
    String,
    Table,
    Text,
    delete,
    insert,
    select,
    update,
)

from easement.base.database import METADATA

__all__ = [
    "State",
    "answer",
    "answers",
    "begin_answer",
    "forget_answers",
    "overdue",
    "resume",
    "settle_answer",
    "suspend",
    "suspended",
    "suspensions",
]

Whole = BigInteger().with_variant(Integer(), "sqlite")


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


def suspended(connection: Connection) -> dict[str, str]:
    """Why each suspended agreement is so, by its id."""
    return dict(connection.execute(select(suspensions.c.agreement_id, suspensions.c.reason)).all())


def suspend(connection: Connection, agreement_id: str, reason: str, since: int, entry: int) -> None:
    """Note that an agreement is suspended, since a time in seconds since 1970, and by which entry."""
    row = {"agreement_id": agreement_id, "reason": reason, "since": since, "entry": entry}
    connection.execute(insert(suspensions).values(**row))


def resume(connection: Connection, agreement_id: str) -> bool:
    """Note that an agreement is suspended no more; whether it was."""
    return bool(connection.execute(delete(suspensions).where(suspensions.c.agreement_id == agreement_id)).rowcount)


def answer(connection: Connection, organisation: str, message: str) -> Row[tuple[object, ...]] | None:
    """The row of the answer to an organisation's message."""
    return connection.execute(select(answers).where(*_of(organisation, message))).one_or_none()


def begin_answer(connection: Connection, row: dict[str, object]) -> None:
    """Keep a new answer, or begin anew one that came to nothing; raises `IntegrityError` where another is kept.

    `row` names its columns. Of the same message only the same content is begun anew.
    """
    over = answers.c.state.in_([State.FAILED, State.ABANDONED])
    same = (*_of(row["organisation"], row["message"]), answers.c.content == row["content"], over)
    if not connection.execute(update(answers).where(*same).values(**row)).rowcount:
        connection.execute(insert(answers).values(**row))


def settle_answer(connection: Connection, mine: Sequence[str], **values: object) -> bool:
    """Settle an answer that is in hand; whether it still was. `mine` is organisation, message and worker."""
    organisation, message, worker = mine
    in_hand = (*_of(organisation, message), answers.c.state == State.IN_HAND, answers.c.worker == worker)
    return bool(connection.execute(update(answers).where(*in_hand).values(**values)).rowcount)


def overdue(connection: Connection, now: int) -> Sequence[Row[tuple[object, ...]]]:
    """The answers in hand whose worker should long have settled them."""
    late = (answers.c.state == State.IN_HAND, answers.c.lease < now)
    return connection.execute(select(answers).where(*late).order_by(answers.c.lease)).all()


def forget_answers(connection: Connection, now: int) -> int:
    """Remove the answers that need be kept no longer; how many."""
    old = (answers.c.state != State.IN_HAND, answers.c.expires < now)
    return connection.execute(delete(answers).where(*old)).rowcount


def _of(organisation: object, message: object) -> tuple[ColumnElement[bool], ...]:
    return answers.c.organisation == organisation, answers.c.message == message

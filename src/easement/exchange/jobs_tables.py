"""Sets that other organisations asked this node for: what was asked, in whose hands it is, how far it is."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from enum import StrEnum

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

__all__ = [
    "Job",
    "JobState",
    "add_job",
    "change_job",
    "is_of_another",
    "job",
    "jobs",
    "next_job",
    "note_problem",
    "take_job",
]


class JobState(StrEnum):
    """How it stands with a set."""

    WAITING = "waiting"
    RUNNING = "running"
    READY = "ready"
    REFUSED = "refused"
    FAILED = "failed"


_jobs = Table(
    "exchange_jobs",
    METADATA,
    Column("organisation", String(63), primary_key=True),
    Column("message", String(32), primary_key=True),
    Column("digest", String(64), nullable=False),
    Column("state", String(10), nullable=False),
    Column("agreement", String(64), nullable=False),
    Column("share", String(200), nullable=False),
    Column("mode", String(10), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("since", Whole, nullable=False),
    Column("changed", Whole, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("run", String(32), nullable=False),
    Column("lease", Whole, nullable=False),
    Column("rows", Whole, nullable=False),
    Column("intent", Whole),
    Column("entry", Whole),
    Column("decision", Text, nullable=False),
    Column("problem", Text, nullable=False),
    Index("exchange_jobs_by_state", "state", "lease"),
)


@dataclass(frozen=True, slots=True)
class Job:
    """One set asked for. Instants are in seconds since 1970; `run` names the attempt that has it in hand.

    `digest` is of the whole question, and `sealed` holds it; `intent` and `entry` are ledger indexes.
    """

    organisation: str
    message: str
    digest: str
    state: JobState
    agreement: str
    share: str
    mode: str
    sealed: bytes
    since: int
    changed: int
    tries: int = 0
    run: str = ""
    lease: int = 0
    rows: int = 0
    intent: int | None = None
    entry: int | None = None
    decision: str = ""
    problem: str = ""


def _row(job: Job) -> dict[str, object]:
    return {each.name: getattr(job, each.name) for each in fields(job)}


def _read(row: Iterable[object]) -> Job:
    said = dict(zip((column.name for column in _jobs.c), row, strict=True))
    return Job(**said | {"state": JobState(str(said["state"]))})  # type: ignore[arg-type]


def add_job(connection: Connection, job: Job) -> None:
    """Keep what was asked."""
    connection.execute(insert(_jobs).values(_row(job)))


def job(connection: Connection, organisation: str, message: str) -> Job | None:
    """One organisation's set; nothing for another's."""
    place = (_jobs.c.organisation == organisation, _jobs.c.message == message)
    row = connection.execute(select(_jobs).where(*place)).one_or_none()
    return _read(row) if row else None


def jobs(connection: Connection, *, unfinished: bool = False) -> list[Job]:
    """Every set that was asked for, the newest first, or those that are waited for."""
    query = select(_jobs).order_by(_jobs.c.since.desc(), _jobs.c.message)
    if unfinished:
        query = query.where(_jobs.c.state.in_([JobState.WAITING, JobState.RUNNING]))
    return [_read(row) for row in connection.execute(query)]


def is_of_another(connection: Connection, organisation: str, message: str) -> bool:
    """Whether a message's id is that of a set which another organisation asked for."""
    others = (_jobs.c.message == message, _jobs.c.organisation != organisation)
    return connection.execute(select(_jobs.c.message).where(*others).limit(1)).first() is not None


def unfinished(connection: Connection, organisation: str) -> int:
    """How many sets an organisation waits for."""
    place = (_jobs.c.organisation == organisation, _jobs.c.state.in_([JobState.WAITING, JobState.RUNNING]))
    return connection.scalar(select(func.count()).select_from(_jobs).where(*place)) or 0


def next_job(connection: Connection, now: int) -> Job | None:
    """The set that has waited longest, or whose worker's lease ran out."""
    waiting = or_(_jobs.c.state == JobState.WAITING, (_jobs.c.state == JobState.RUNNING) & (_jobs.c.lease < now))
    row = connection.execute(select(_jobs).where(waiting).order_by(_jobs.c.since, _jobs.c.message).limit(1)).first()
    return _read(row) if row else None


def take_job(connection: Connection, seen: Job, *, run: str, lease: int, now: int) -> bool:
    """Take a set in hand as it was seen; false where somebody else did."""
    place = (_jobs.c.state == seen.state, _jobs.c.lease == seen.lease)
    taken = {"state": JobState.RUNNING, "run": run, "lease": lease, "changed": now, "tries": seen.tries + 1, "rows": 0}
    return _changed(connection, seen.organisation, seen.message, seen.run, place, taken)


def change_job(connection: Connection, mine: Job, **said: object) -> bool:
    """Note something of a set in hand; false where it is no longer in this hand. Once it ended, what was asked goes."""
    if said.get("state") in (JobState.READY, JobState.REFUSED, JobState.FAILED):
        said["sealed"] = b""
    return _changed(connection, mine.organisation, mine.message, mine.run, (_jobs.c.state == JobState.RUNNING,), said)


def note_problem(connection: Connection, seen: Job, problem: str) -> None:
    """Say in words why a set failed."""
    own = (_jobs.c.organisation == seen.organisation, _jobs.c.message == seen.message)
    connection.execute(update(_jobs).where(*own).values(problem=problem))


def _changed(
    connection: Connection,
    organisation: str,
    message: str,
    run: str,
    place: tuple[object, ...],
    said: dict[str, object],
) -> bool:
    own = (_jobs.c.organisation == organisation, _jobs.c.message == message, _jobs.c.run == run)
    changed = update(_jobs).where(*own, *place).values(said)  # type: ignore[arg-type]
    return connection.execute(changed).rowcount == 1

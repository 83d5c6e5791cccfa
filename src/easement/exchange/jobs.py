"""Bulk disclosures as durable work: a row for what was asked, a lease for whoever has it, and nothing lost by a kill.

A worker that dies leaves a row whose lease runs out; its intent is then logged as abandoned and the work begins anew,
in one commit. What was made before is sealed, was never opened to anybody, and is removed.
"""

import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection

from easement.base.canonical import sha256_hex
from easement.base.database import reading, writing
from easement.base.durable import write_whole
from easement.base.errors import BadData, BadFile, EasementError, Refused, StorageFailed, UsageError
from easement.base.sealed import derived_key, seal, unseal
from easement.exchange import jobs_tables as tables
from easement.exchange import sets
from easement.exchange.bulk_body import MAX_BULK, BulkBody, ListSaid
from easement.exchange.encoded_list import clear_own, list_bytes
from easement.exchange.jobs_tables import Job, JobState
from easement.exchange.message_body import read_body
from easement.exchange.ports import Host
from easement.exchange.refusals import note_refused
from easement.exchange.set_outlet import LEASE_SECONDS, SetOutlet
from easement.gate import service as gate
from easement.gate.ask import Ask
from easement.gate.model import Request
from easement.gate.recovery import Abandoned
from easement.ledger.model import Entry, EntryType, minute
from easement.meaning.mapping import read_mapping

__all__ = ["TooMany", "accept", "bulk_request", "clear", "find", "run_next", "waiting"]

MOST_TRIES = 3
"""Times that a set is begun: what kills a worker three times is not likely to spare the fourth."""

MOST_WAITING = 50
"""Sets that one organisation may wait for: each may bring a list, which is kept until its set is made."""

SECRET = 0o600


USED = "this message's id was used for another question"


class TooMany(Refused):
    """An organisation waits for as many sets as it may."""


def accept(host: Host, recipient: str, body: BulkBody, now: datetime) -> Job:
    """Keep what another organisation asks for; the same question again gives the same job.

    Raises `UsageError` where its id was used for another question, `TooMany` where too many are waited for.
    """
    plain, at = body.encode(), int(now.timestamp())
    made = Job(
        organisation=recipient,
        message=body.message,
        digest=sha256_hex(plain),
        state=JobState.WAITING,
        agreement=body.agreement,
        share=body.share,
        mode=body.mode.value,
        sealed=seal(_key(host), plain, _place(recipient, body.message)),
        since=at,
        changed=at,
    )
    with writing(host.engine) as connection:
        known = tables.job(connection, recipient, body.message)
        if known is None:
            if tables.is_of_another(connection, recipient, body.message):  # its files stand under this id alone
                raise UsageError(USED, remedy="draw a new random id for each")
            if tables.unfinished(connection, recipient) >= MOST_WAITING:
                raise TooMany(f"`{recipient}` waits for {MOST_WAITING} sets already", remedy="ask when they are made")
            tables.add_job(connection, made)
            return made
    if known.digest != made.digest:
        raise UsageError(USED, remedy="draw a new random id for each")
    return known


def clear(host: Host) -> int:
    """Remove the files of sets that are kept no longer, and what a making that was given up left; of how many."""
    folder = sets.sets_folder(host.home)
    there = [each.name for each in folder.iterdir()] if folder.exists() else []  # first: one that is begun later stays
    with reading(host.engine) as connection:
        kept = {each.id for each in sets.kept_sets(connection)}
        kept |= {each.message for each in tables.jobs(connection, unfinished=True)}
    gone = [each for each in there if each not in kept]
    for each in gone:
        sets.forget_files(host.home, each)
    return len(gone) + clear_own(host)


def find(host: Host, recipient: str, message: str) -> Job | None:
    """An organisation's set; nothing for another's."""
    with reading(host.engine) as connection:
        return tables.job(connection, recipient, message)


def waiting(host: Host) -> int:
    """How many sets are waited for."""
    with reading(host.engine) as connection:
        return len(tables.jobs(connection, unfinished=True))


def _key(host: Host) -> bytes:
    return derived_key(host.master_key, "exchange jobs")


def _place(recipient: str, message: str) -> bytes:
    return f"{recipient}/{message}".encode()


def bulk_request(body: BulkBody, recipient: str) -> Request:
    """The gate's request for a question; the recipient is whoever signed it."""
    return Request(
        share=body.share,
        recipient=recipient,
        role=body.role,
        purpose=body.purpose,
        mode=body.mode,
        fields=body.fields,
        listed=body.list is not None,
        asked_by=body.asked_by,
        why=body.why,
    )


def run_next(host: Host, clock: Callable[[], datetime]) -> Job | None:
    """Take the set that has waited longest and make it; the job as it then stands, nothing where none waits.

    What goes wrong with one set is noted on it and logged, and is no error here; only a failing disk or database is.
    """
    mine = _taken(host, clock())
    if mine is None:
        return None
    try:
        _make(host, mine, clock)
    except Abandoned:
        pass
    except StorageFailed:
        raise
    except Exception as error:
        _note_failed(host, mine, error, clock())
    done = find(host, mine.organisation, mine.message)
    if done is not None and done.state in (JobState.REFUSED, JobState.FAILED):
        note_refused(host, mine.organisation, clock())
    return done


def _taken(host: Host, now: datetime) -> Job | None:
    """A set in this worker's hand."""
    at, run = int(now.timestamp()), secrets.token_hex(16)
    with reading(host.engine) as connection:
        seen = tables.next_job(connection, at)
    if seen is None:
        return None
    if seen.state is JobState.RUNNING:
        _give_up(host, seen, now)
        return _taken(host, now)
    with writing(host.engine) as connection:
        if not tables.take_job(connection, seen, run=run, lease=at + LEASE_SECONDS, now=at):
            return None
    return replace(seen, state=JobState.RUNNING, run=run, lease=at + LEASE_SECONDS, tries=seen.tries + 1)


def _give_up(host: Host, seen: Job, now: datetime) -> None:
    """Take a set out of a dead worker's hand, and log that its intent came to nothing, in one commit.

    A recipient's list that the worker had before it goes first: nobody else would ever remove it.
    """
    if seen.run:
        shutil.rmtree(host.home / "jobs" / seen.run, ignore_errors=True)
    again = seen.tries < MOST_TRIES
    state = JobState.WAITING if again else JobState.FAILED
    problem = "" if again else f"its making was broken off {seen.tries} times"

    def let_go(connection: Connection, index: int) -> None:
        said = {"state": state, "run": "", "intent": None, "problem": problem, "rows": 0}
        if not tables.change_job(connection, seen, **said | ({} if again else {"entry": index})):
            raise Abandoned

    with suppress(Abandoned):
        if seen.intent is not None:
            said: Entry = host.ledger.entry(seen.intent).entry
            kind = EntryType.DISCLOSURE_ABANDONED
            told = replace(said, type=kind, time=minute(now), intent=seen.intent, commitment=None)
            host.ledger.append(told, also=let_go)
        elif again:
            with writing(host.engine) as connection:
                let_go(connection, 0)
        else:
            host.ledger.append(_failure(host, seen, now), also=let_go)


def _failure(host: Host, job: Job, now: datetime) -> Entry:
    """The entry that a set could not be made, where nothing was intended yet."""
    return Entry(
        time=minute(now),
        type=EntryType.REQUEST_REFUSED,
        parties={"provider": host.organisation, "recipient": job.organisation},
        agreement=job.agreement,
        message=job.message,
        reasons=("request.failed",),
    )


def _make(host: Host, mine: Job, clock: Callable[[], datetime]) -> None:
    plain = unseal(_key(host), mine.sealed, _place(mine.organisation, mine.message))
    body = read_body(BulkBody, plain, MAX_BULK)
    with _list_of(host, mine, body.list) as (data, mapping):
        asked = Ask(
            agreement=body.agreement,
            request=bulk_request(body, mine.organisation),
            match=data,
            match_dataset=mapping,
            training=frozenset(body.training),
            consented=body.consented,
            message=body.message,
        )
        gate.disclose(host, asked, SetOutlet(host, mine, clock), now=clock(), clock=clock)


@contextmanager
def _list_of(host: Host, mine: Job, given: ListSaid | None) -> Iterator[tuple[Path | None, Path | None]]:
    """The recipient's list and its mapping as files of this job alone, for as long as it runs; encodings have none."""
    if given is None:
        yield None, None
        return
    folder = host.home / "jobs" / mine.run
    folder.mkdir(mode=0o700, parents=True)
    try:
        mapping, data = folder / "list.yaml", folder / f"list{given.suffix}"
        write_whole(data, list_bytes(given), mode=SECRET)
        if given.encoded:
            yield data, None
            return
        write_whole(mapping, given.mapping, mode=SECRET)
        if read_mapping(mapping, (host.home / "standards",)).source.database is not None:
            raise BadData("the list's mapping names a database", remedy="send the list itself, as a file")
        yield data, mapping
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _note_failed(host: Host, mine: Job, error: Exception, now: datetime) -> None:
    """Say why a set could not be made; a refusal or a failure that has its entry already keeps it."""
    known = find(host, mine.organisation, mine.message)
    at, told = int(now.timestamp()), _told(error, host.home)
    if known is not None and known.state is JobState.FAILED and known.run == mine.run:
        with writing(host.engine) as connection:
            tables.note_problem(connection, known, told)
        return

    def end(connection: Connection, index: int) -> None:
        said = {"state": JobState.FAILED, "entry": index, "problem": told, "changed": at}
        if not tables.change_job(connection, mine, **said):
            raise Abandoned

    with suppress(Abandoned):
        host.ledger.append(_failure(host, mine, now), also=end)


def _told(error: Exception, home: Path) -> str:
    """What the recipient may hear: what is wrong with its own list, and of all else only that it failed."""
    if isinstance(error, BadData | BadFile):
        own = f"{home / 'jobs'}/"
        where = error.where.removeprefix(own).partition("/")[2] if error.where.startswith(own) else ""
        if where or not error.where:
            said = f"{where}: {error.what}" if where else error.what
            return f"{said}; {error.remedy}" if error.remedy else said
    if isinstance(error, EasementError):
        return "the provider could not make the set: whoever keeps its node sees why in its log"
    return "something that nobody foresaw went wrong at the provider"

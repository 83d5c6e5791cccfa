"""What a running node does about what is wrong, besides answering: tell who has yet to hear, remind who is late."""

from dataclasses import dataclass
from datetime import datetime

from easement.base.database import reading
from easement.exchange import correct_tables as tables
from easement.exchange.correct_cases import tell_case
from easement.exchange.correct_letters import tell_corrections
from easement.exchange.correct_parts import stamp
from easement.exchange.correct_told import certify_corrections
from easement.exchange.ports import Host

__all__ = ["Open", "carry_all", "open_corrections"]


@dataclass(frozen=True, slots=True)
class Open:
    """What waits for people here: corrections that others told, cases to answer; and who is late with ours."""

    told: int
    told_late: int
    cases: int
    cases_late: int
    late: int


def open_corrections(host: Host, now: datetime) -> Open:
    """Count what waits, without opening anything that is sealed."""
    at = stamp(now)
    with reading(host.engine) as connection:
        told = [each for each in tables.tolds(connection) if each.met is None]
        cases = [each for each in tables.cases(connection) if not each.mine and each.outcome is None]
        letters = [each for each in tables.letters(connection) if each.made_entry is None and each.closed is None]
    return Open(
        told=len(told),
        told_late=sum(each.due < at for each in told),
        cases=len(cases),
        cases_late=sum(each.due < at for each in cases),
        late=sum(each.due is not None and each.due < at for each in letters),
    )


def carry_all(host: Host, now: datetime) -> int:
    """Tell others of cases, answers, corrections and certificates that have not reached them; how many did now.

    Who does not answer is left alone until the next time.
    """
    with reading(host.engine) as connection:
        waiting = tables.waiting_cases(connection)
    silent: set[str] = set()
    done = 0
    for each in waiting:
        if each.organisation not in silent:
            told = tell_case(host, each.id, now).row
            done += told.told is not None
            silent |= set() if told.told or told.closed else {each.organisation}
    return done + tell_corrections(host, now) + certify_corrections(host, now)

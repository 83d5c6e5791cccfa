"""What a running node does about what is wrong, besides answering: tell who has yet to hear, remind who is late."""

from datetime import datetime

from easement.base.database import reading
from easement.exchange import correct_tables as tables
from easement.exchange.correct_cases import tell_case
from easement.exchange.correct_letters import tell_corrections
from easement.exchange.correct_told import certify_corrections
from easement.exchange.ports import Host

__all__ = ["carry_all"]


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

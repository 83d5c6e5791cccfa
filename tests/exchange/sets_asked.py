"""Sets that a council asks a department for: the wish, the work that makes one, and what both logs say."""

from dataclasses import replace

from easement.agreement.model import Mode
from easement.exchange import bulk, jobs
from easement.exchange.model import Wish
from tests.gate.world import COLUMNS, plain_rows

from .pair import ASKER, Pair


def wish(pair: Pair, share: str = "forms", mode: Mode = Mode.BULK, **changes) -> Wish:
    """A wish for a set that is granted, but for what a test changes."""
    return replace(pair.wish(share, mode=mode, person={}), **changes)


def pupils(many: int) -> list[tuple[str, ...]]:
    """Pupils who are in the department's register too."""
    people = (dict(zip(COLUMNS, row, strict=True)) for row in plain_rows(many))
    days = ((each, "-".join(reversed(each["born"].split("/")))) for each in people)
    return [(f"P{n}", p["surname"], p["forename"], born, p["post_code"]) for n, (p, born) in enumerate(days)]


def asked(pair: Pair, share: str = "forms", **changes) -> bulk.Asked:
    """A set is asked for."""
    return bulk.ask_set(pair.northtown, wish(pair, share, **changes), ASKER, pair.clock())


def worked(pair: Pair) -> int:
    """The department makes all sets that wait; how many those were."""
    done = 0
    while jobs.run_next(pair.dwp, pair.clock) is not None:
        done += 1
    return done


def ready(pair: Pair, **changes) -> bulk.Bulk:
    """A set is asked for and made; how it stands with it at the council."""
    message = asked(pair, **changes).bulk.message
    worked(pair)
    return bulk.look(pair.northtown, message, pair.clock())


def types(pair: Pair, node) -> list[str]:
    """The types of all entries that a node's log has."""
    return [entry.type.value.split(":", 1)[1] for entry in pair.entries(node)]

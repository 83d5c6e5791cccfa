"""Limits (R2.2): how many records may cross in one request and on one day, also when two ask at once."""

import subprocess
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from easement.agreement.model import Mode
from easement.gate import service
from easement.gate.model import Code
from easement.ledger.model import EntryType
from easement.node.home import open_node

from .world import NOW, World, furnish, plain_rows

DAY, REQUEST = 10, 8


def awards(many: int) -> list[tuple[str, ...]]:
    return plain_rows(many, award="IS")


def test_a_request_of_just_the_limit_passes(world: World) -> None:
    world.hold(awards(REQUEST))
    assert world.share("limited", Mode.BULK).released.count == REQUEST


def test_a_request_beyond_the_limit_is_refused_and_nothing_of_it_stays(world: World) -> None:
    world.hold(awards(REQUEST + 1))
    outcome = world.share("limited", Mode.BULK)
    (reason,) = outcome.decision.unmet
    assert (reason.code, reason.clause) == (Code.LIMIT_REQUEST_TOO_LARGE, "shares.limited.limits.records_per_request")
    assert "the limit of 8" in reason.text
    assert "9" not in reason.text, "asked with one person more, a number would tell whether that person is covered"
    assert world.types() == ["intended", "refused"]
    assert world.last(EntryType.DISCLOSURE_REFUSED).entry.intent == outcome.intent
    assert world.delivered() == world.staged() == []


def test_the_days_limit_counts_what_crossed_and_is_told_before_anything_is_read(world: World) -> None:
    world.hold(awards(5))
    assert world.share("limited", Mode.BULK, "1.csv").decision.allowed
    assert world.share("limited", Mode.BULK, "2.csv").decision.allowed
    refused = world.share("limited", Mode.BULK, "3.csv")
    assert [reason.code for reason in refused.decision.unmet] == [Code.LIMIT_DAY_REACHED]
    assert world.types() == ["intended", "released"] * 2 + ["refused"]
    assert refused.intent is None
    assert world.delivered() == ["1.csv", "1.csv.receipt", "2.csv", "2.csv.receipt"]


def test_what_would_pass_the_days_limit_is_refused_whole(world: World) -> None:
    world.hold(awards(6))
    world.share("limited", Mode.BULK, "1.csv")
    refused = world.share("limited", Mode.BULK, "2.csv")
    (reason,) = refused.decision.unmet
    assert "with 6 records crossed today, this answer would pass the limit of 10" in reason.text
    assert world.types() == ["intended", "released", "intended", "refused"]


def test_the_next_day_counts_anew(world: World) -> None:
    world.hold(awards(8))
    world.share("limited", Mode.BULK, "1.csv")
    assert world.share("limited", Mode.BULK, "2.csv", now=datetime(2026, 11, 22, tzinfo=UTC)).decision.allowed


def test_a_disclosure_counts_on_the_day_on_which_it_is_logged(world: World) -> None:
    """One that is asked for before midnight and answered after it must not slip past the new day's limit."""
    world.hold(awards(8))
    evening, morning = datetime(2026, 11, 21, 23, 59, tzinfo=UTC), datetime(2026, 11, 22, 0, 1, tzinfo=UTC)
    assert world.share("limited", Mode.BULK, "1.csv", now=morning).decision.allowed
    late = world.share("limited", Mode.BULK, "2.csv", now=evening, clock=lambda: morning)
    assert [reason.code for reason in late.decision.unmet] == [Code.LIMIT_DAY_REACHED]


def test_refused_failed_and_empty_answers_use_nothing_up(world: World) -> None:
    world.hold(awards(REQUEST + 1))
    for _ in range(3):
        world.share("limited", Mode.BULK)
    world.hold(awards(REQUEST))
    assert world.share("limited", Mode.BULK).decision.allowed


ASK_AT_ONCE = """
import sys
from pathlib import Path
from easement.agreement.model import Mode
from tests.gate.world import World
node, agreement, out, name = sys.argv[1:]
world = World(Path(node), Path(agreement), Path(out), ())
sys.stdin.read()
print(world.share("limited", Mode.BULK, name).decision.allowed)
"""


def test_two_processes_at_once_cannot_both_pass_under_a_days_limit(world: World) -> None:
    world.hold(awards(6))
    askers = [
        subprocess.Popen(
            [sys.executable, "-c", ASK_AT_ONCE, str(world.node), str(world.agreement), str(world.out), f"{n}.csv"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[2],
        )
        for n in range(3)
    ]
    for asker in askers:
        assert asker.stdin is not None
        asker.stdin.close()
    said = []
    for asker in askers:
        assert asker.stdout is not None
        said.append(asker.stdout.read().strip())
        asker.stdout.close()
        assert asker.wait() == 0
    assert sorted(said) == ["False", "False", "True"]
    assert sum(logged.entry.type is EntryType.DISCLOSURE_RELEASED for logged in world.entries()) == 1
    assert len(world.delivered()) == 2
    assert world.fsck() == []


def test_threads_of_one_node_cannot_pass_a_days_limit_together(world: World) -> None:
    """Each answer is held against the limit in the commit that logs it, also where several share that commit."""
    world.hold(awards(1))
    person = {"family_name": "Name100", "date_of_birth": "2014-01-01"}
    said: list[bool] = []

    def work(name: int) -> None:
        for number in range(4):
            asked = world.message("limited", Mode.LOOKUP, f"{name * 100 + number:032x}", person=person)
            said.append(service.answer(node, asked, now=NOW, clock=lambda: NOW).outcome.decision.allowed)

    with open_node(world.node) as node:
        threads = [threading.Thread(target=work, args=(name,)) for name in range(5)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert node.ledger.counted("school-meals", "limited", NOW.date().isoformat()) == DAY
    assert sorted(said) == [False] * 10 + [True] * DAY
    assert world.fsck() == []


def test_a_list_longer_than_a_request_may_be_is_refused_however_few_are_found(world: World) -> None:
    limited = world.under(
        ("616.67]}\n  forms:", "616.67]}\n    limits: {records_per_request: 2}\n  forms:"),
    )
    people = [(f"P{n}", f"Stranger{n}", "Jo", "2014-01-01", "NT1 1AA") for n in range(3)]
    outcome = limited.match(people)
    (reason,) = outcome.decision.unmet
    assert reason.code is Code.LIMIT_REQUEST_TOO_LARGE
    assert reason.text == "the list holds 3 people, and one request may hold 2"
    assert world.types() == ["intended", "refused"]
    assert limited.match(people[:2]).decision.allowed


@pytest.mark.parametrize("share", ["limited", "forms"])
def test_a_share_that_is_not_known_waits_for_nobody(tmp_path: Path, share: str) -> None:
    world = furnish(tmp_path)
    assert not world.share("nothing", Mode.BULK).decision.allowed
    assert world.share(share, Mode.BULK).decision.allowed

"""Suspending an agreement (R2.8): row and entry in one commit, enforced from the next decision on, told in reasons."""

import json
import subprocess
import sys
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from easement.agreement.model import Mode
from easement.base.database import writing
from easement.base.errors import UsageError
from easement.cli import root
from easement.gate import marks, service, suspension, tables
from easement.gate.model import Code
from easement.gate.suspended import Suspended
from easement.ledger.model import EntryType
from easement.node.home import open_node

from .test_shelf import NEXT, put
from .test_suspended import Clock
from .world import NOW, World


def suspended(world: World, ref: str = "school-meals", reason: str = "a breach is looked into") -> int:
    with open_node(world.node) as node:
        return suspension.suspend(node, ref, reason, now=NOW, by="the data protection lead")


def resumed(world: World) -> int:
    with open_node(world.node) as node:
        return suspension.resume(node, "school-meals", now=NOW)


def test_a_suspension_stops_the_next_disclosure_and_says_why(world: World) -> None:
    assert world.share("forms", Mode.BULK, "1.csv").decision.allowed
    index = suspended(world)
    said = world.last(EntryType.VERSION_SUSPENDED)
    assert said.index == index
    assert (said.entry.agreement_id, said.entry.version, said.entry.organisation) == ("school-meals", "1.0.0", "dwp")
    (reason,) = world.share("forms", Mode.BULK, "2.csv").decision.unmet
    assert reason.code is Code.AGREEMENT_NOT_IN_FORCE
    assert "suspended: a breach is looked into" in reason.text
    resumed(world)
    assert world.share("forms", Mode.BULK, "3.csv").decision.allowed
    assert world.types() == ["intended", "released", "suspended", "refused", "resumed", "intended", "released"]


def test_who_suspends_and_why_stays_out_of_the_public_log(world: World) -> None:
    index = suspended(world)
    assert b"breach" not in world.last(EntryType.VERSION_SUSPENDED).body
    with open_node(world.node) as node:
        said = node.ledger.private(index)["suspension"].value()
    assert said == {"by": "the data protection lead", "reason": "a breach is looked into"}


def test_a_suspension_holds_for_versions_signed_meanwhile(world: World) -> None:
    """Nobody opens again by signing what somebody closed by hand."""
    suspended(world)
    new = put(world, "next.yaml", NEXT)
    assert not world.share("forms", Mode.BULK, agreement=new).decision.allowed
    assert not world.share("forms", Mode.BULK).decision.allowed


def test_a_suspended_version_does_not_bring_back_the_one_it_replaced(world: World) -> None:
    put(world, "next.yaml", NEXT)
    suspended(world)
    assert {reason.code for reason in world.share("forms", Mode.BULK).decision.unmet} == {
        Code.AGREEMENT_NOT_IN_FORCE,
        Code.AGREEMENT_SUPERSEDED,
    }


def test_it_is_suspended_once_and_resumed_once(world: World) -> None:
    suspended(world)
    with pytest.raises(UsageError, match="suspended already: a breach"):
        suspended(world, reason="another")
    resumed(world)
    with pytest.raises(UsageError, match="is not suspended"):
        resumed(world)
    assert world.types() == ["suspended", "resumed"]
    assert world.fsck() == []


def test_what_was_ended_for_good_is_not_resumed(world: World) -> None:
    with open_node(world.node) as node, writing(node.ledger.engine) as connection:
        marks.end(connection, "school-meals", "a party left", since=0, entry=0)
    with pytest.raises(UsageError, match="ended for good: a party left"):
        resumed(world)
    assert not world.share("forms", Mode.BULK).decision.allowed
    assert world.types() == ["refused"]


@pytest.mark.parametrize("reason", ["", " \n "])
def test_it_is_suspended_for_a_reason(world: World, reason: str) -> None:
    with pytest.raises(UsageError, match="for a reason"):
        suspended(world, reason=reason)


def test_an_agreement_nobody_knows_is_not_suspended(world: World) -> None:
    with pytest.raises(UsageError, match="no agreement `nothing`"):
        suspended(world, "nothing")


def test_where_the_row_cannot_be_kept_there_is_no_entry(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> None:
        raise ValueError("no")

    monkeypatch.setattr(tables, "suspend", broken)
    with pytest.raises(ValueError, match="no"):
        suspended(world)
    assert world.types() == []


def test_what_another_process_suspends_stops_disclosures_within_half_a_second(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock()
    with open_node(world.node) as node:
        monkeypatch.setattr(node.shelf, "_suspensions", Suspended(clock))

        def allowed() -> bool:
            return service.ask(node, world.ask("forms", Mode.BULK), now=NOW).decision.allowed

        assert allowed()
        typed = ("agreement", "suspend", "school-meals", "--node", str(world.node), "--reason", "a breach")
        program = "from easement.cli.root import main; main()"
        other = subprocess.run([sys.executable, "-c", program, *typed], capture_output=True, check=False)
        assert other.returncode == 0, other.stderr
        assert allowed()
        clock.seconds += 0.5
        assert not allowed()


# At the command line


class Ended(NamedTuple):
    """How a command ended, and what it printed."""

    code: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        """What was printed as JSON."""
        return json.loads(self.out)


Run = Callable[..., Ended]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command as a person would."""

    def typed(*words: object) -> Ended:
        with pytest.raises(SystemExit) as ended:
            root.main([str(word) for word in words])
        return Ended(int(ended.value.code or 0), *capsys.readouterr())

    return typed


def test_the_commands_suspend_show_and_resume(world: World, run: Run) -> None:
    status = ("agreement", "status", world.agreement, "--node", world.node, "--at", "2026-11-21", "--json")
    done = run("agreement", "suspend", "school-meals", "--node", world.node, "--reason", "a breach", "--json")
    assert done.data == {"agreement": "school-meals", "suspended": True, "entry": 1}
    assert "easement agreement resume school-meals" in done.err
    shown = run(*status)
    assert shown.code == 11
    assert shown.data["state"] == "suspended"
    assert shown.data["reasons"] == ["suspended: a breach"]
    done = run("agreement", "resume", "school-meals", "--node", world.node, "--by", "us")
    assert done.out == "resumed school-meals (entry 2)\n"
    assert run(*status).code == 0


def test_the_status_shows_what_has_taken_its_place(world: World, run: Run) -> None:
    put(world, "next.yaml", NEXT)
    shown = run("agreement", "status", world.agreement, "--node", world.node, "--at", "2026-11-21")
    assert shown.code == 11
    assert "superseded: version 1.1.0 has taken its place" in shown.out


def test_a_second_suspension_is_a_wrong_command(world: World, run: Run) -> None:
    suspended(world)
    done = run("agreement", "suspend", "school-meals", "--node", world.node, "--reason", "again")
    assert done.code == 2
    assert "suspended already" in done.err

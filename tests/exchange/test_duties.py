"""R2.9: what is owed after a disclosure is listed, met once, logged on both sides, and missed where it stays away."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from click.testing import CliRunner, Result

from easement.agreement.model import Mode
from easement.base.database import reading, writing
from easement.base.errors import UsageError
from easement.cli.duties import duties as command
from easement.exchange import bulk, duties, duties_tables, jobs, tables
from easement.exchange.audit import audit
from easement.exchange.bulk_tables import BulkState
from easement.exchange.duties import awaited, certify_all, meet, owed
from easement.exchange.message_carry import NoAnswer, Silence
from easement.exchange.service import ask
from easement.ledger.model import EntryType
from easement.node import doctor
from easement.node.home import open_node
from easement.node.housekeeping import TASKS
from tests.gate.world import World, copied, furnish, plain_rows

from .pair import ASKER, NOW, Clock, Pair, paired

MET = EntryType.DUTY_MET
LATER = timedelta(days=367)
"""When all that came at first must be gone."""


@pytest.fixture(scope="module")
def world(tmp_path_factory) -> World:
    return furnish(tmp_path_factory.mktemp("world"))


@pytest.fixture
def pair(world, tmp_path) -> Iterator[Pair]:
    with paired(tmp_path, copied(world, tmp_path / "world")) as both:
        yield both


def received(pair: Pair) -> int:
    """The entry by which a record came in."""
    return ask(pair.northtown, pair.wish(), ASKER, NOW).entry


def logged(pair: Pair, node) -> list[tuple[int | None, int | None, str | None]]:
    return [(entry.intent, entry.peer_entry, entry.message) for entry in pair.entries(node, MET)]


def open_duties(pair: Pair) -> set[str]:
    with reading(pair.northtown.engine) as connection:
        return {each.duty for each in tables.due(connection)}


def cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no message through."""

    def silent(*_: object) -> None:
        raise NoAnswer(Silence.DOWN, "nobody answers", "ask later")

    monkeypatch.setattr(duties, "line_to", silent)


def test_what_is_owed_has_its_day_and_says_when_that_is_over(pair):
    entry = received(pair)
    now = owed(pair.northtown, NOW)
    assert {(each.duty.entry, each.duty.duty) for each in now} == {(entry, "certificate"), (entry, "delete")}
    assert not any(each.overdue for each in now)
    assert owed(pair.northtown, NOW, overdue=True) == ()
    late = owed(pair.northtown, NOW + LATER, overdue=True)
    assert [each.overdue for each in late] == [True, True]
    assert late[0].as_dict()["agreement"] == "school-meals"


def test_meeting_a_duty_is_in_both_logs_and_ends_what_is_owed(pair):
    entry = received(pair)
    before = pair.northtown.ledger.entry(entry).entry
    done = meet(pair.northtown, entry, NOW, by="officer 7")
    assert (done.entry, done.provider, done.problem) == (entry, "dwp", "")
    assert logged(pair, pair.northtown) == [(entry, None, before.message)]
    assert logged(pair, pair.dwp) == [(before.peer_entry, done.met, before.message)]
    assert pair.dwp.ledger.entry(done.certified).entry.type is MET
    assert pair.northtown.ledger.private(done.met)["who"].value() == {"asked_by": "officer 7"}
    assert open_duties(pair) == {"breach-notice"}
    assert audit(pair.northtown, "dwp", now=NOW).agrees


def test_meeting_it_again_logs_nothing_anew(pair):
    entry = received(pair)
    first = meet(pair.northtown, entry, NOW)
    sizes = pair.northtown.ledger.size, pair.dwp.ledger.size
    assert meet(pair.northtown, entry, NOW + timedelta(days=1)) == first
    assert (pair.northtown.ledger.size, pair.dwp.ledger.size) == sizes


def test_what_did_not_come_in_cannot_be_met(pair):
    for entry in (0, 99):
        with pytest.raises(UsageError) as caught:
            meet(pair.northtown, entry, NOW)
        assert "easement duties list" in caught.value.remedy
    assert logged(pair, pair.northtown) == []


def test_a_provider_that_is_away_is_told_by_the_housekeeping(pair, monkeypatch):
    entry = received(pair)
    with monkeypatch.context() as patched:
        cut_off(patched)
        done = meet(pair.northtown, entry, NOW)
        assert (done.certified, "yet to reach `dwp`" in done.problem) == (None, True)
        assert open_duties(pair) == {"breach-notice"}
        assert certify_all(pair.northtown, NOW) == 0
    (chase,) = [task for task in TASKS if task.name == "chase"]
    assert chase.run(pair.northtown, NOW) == 1
    assert chase.run(pair.northtown, NOW) == 0
    told = meet(pair.northtown, entry, NOW)
    assert (told.certified is not None, told.problem) == (True, "")
    assert (len(logged(pair, pair.northtown)), len(logged(pair, pair.dwp))) == (1, 1)


def test_a_provider_that_is_away_is_tried_once_each_time(pair, monkeypatch):
    tried: list[str] = []
    entries = [received(pair), received(pair)]
    cut_off(monkeypatch)
    for entry in entries:
        meet(pair.northtown, entry, NOW)

    def silent(_host: object, provider: str, _now: object) -> None:
        tried.append(provider)
        raise NoAnswer(Silence.DOWN, "nobody answers", "ask later")

    monkeypatch.setattr(duties, "line_to", silent)
    assert certify_all(pair.northtown, NOW) == 0
    assert tried == ["dwp"]


class Killed(BaseException):
    """As a kill, it passes every `except`."""


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("step", ["end_duty", "end_bulk", "_certify", "_asked", "_note"])
def test_a_kill_at_any_step_leaves_both_logs_with_one_entry_each(pair, monkeypatch, step, after):
    entry, real = received(pair), getattr(duties, step)

    def killed(*given, **named):
        if after:
            real(*given, **named)
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(duties, step, killed)
        with pytest.raises(Killed):
            meet(pair.northtown, entry, NOW)
    with open_node(pair.northtown.home) as anew:
        assert meet(anew, entry, NOW).certified is not None
    assert len(logged(pair, pair.northtown)) == len(logged(pair, pair.dwp)) == 1
    assert open_duties(pair) == {"breach-notice"}


def test_two_who_say_it_at_once_say_it_once(pair):
    entry = received(pair)
    with ThreadPoolExecutor(4) as threads:
        told = list(threads.map(lambda _: meet(pair.northtown, entry, NOW), range(4)))
    assert {each.met for each in told} == {told[0].met}
    assert (len(logged(pair, pair.northtown)), len(logged(pair, pair.dwp))) == (1, 1)


def test_tables_older_than_the_log_are_brought_up_to_it(pair):
    entry = received(pair)
    first = meet(pair.northtown, entry, NOW)
    with writing(pair.northtown.engine) as connection:
        connection.execute(duties_tables.certificates.delete())
        connection.execute(tables.duties.update().values(met=None))
    assert meet(pair.northtown, entry, NOW) == first
    assert open_duties(pair) == {"breach-notice"}
    assert len(logged(pair, pair.northtown)) == 1


def test_a_set_whose_duty_is_met_is_deleted_and_the_other_way_round(pair):
    pair.world.hold(plain_rows(12))
    seen = [came(pair), came(pair)]
    meet(pair.northtown, seen[0].entry, NOW)
    bulk.delete(pair.northtown, seen[1].message, NOW)
    for each in seen:
        done = bulk.delete(pair.northtown, each.message, NOW)
        assert done.state is BulkState.DELETED
        assert meet(pair.northtown, each.entry, NOW)[:2] == (each.entry, done.met)
        assert done.certified is not None
    assert len(logged(pair, pair.northtown)) == len(logged(pair, pair.dwp)) == 2


def came(pair: Pair) -> bulk.Bulk:
    """A set that came in."""
    wish = replace(pair.wish("forms", mode=Mode.BULK), person={})
    message = bulk.ask_set(pair.northtown, wish, ASKER, NOW).bulk.message
    assert jobs.run_next(pair.dwp, pair.clock) is not None
    return bulk.look(pair.northtown, message, NOW)


# The provider's side


def test_a_certificate_is_awaited_from_the_day_after_until_it_comes(pair):
    entry = received(pair)
    peer_entry = pair.northtown.ledger.entry(entry).entry.peer_entry
    (last,) = {each.due for each in owed(pair.northtown, NOW)}
    assert awaited(pair.dwp, NOW) == awaited(pair.dwp, last) == ()
    (missing,) = awaited(pair.dwp, last + timedelta(seconds=1))
    assert (missing.entry, missing.recipient, missing.agreement_id) == (peer_entry, "northtown", "school-meals")
    assert missing.as_dict()["due"] == last.date().isoformat()
    assert awaited(pair.northtown, NOW + LATER) == ()
    meet(pair.northtown, entry, NOW)
    assert awaited(pair.dwp, NOW + LATER) == ()


def test_an_agreement_that_is_gone_asks_for_nothing_that_could_be_read(pair):
    received(pair)
    for path in (pair.dwp.home / "agreements").iterdir():
        path.unlink()
    assert awaited(pair.dwp, NOW + LATER) == ()


def test_the_doctor_warns_of_what_is_overdue_on_either_side(pair):
    received(pair)
    for node, mend in ((pair.northtown, "duties list --overdue"), (pair.dwp, "duties awaited")):
        assert list(doctor.LOOKS["duties"](node, NOW)) == []
        ((grade, problem),) = doctor.LOOKS["duties"](node, NOW + LATER)
        assert (grade, mend in problem.mend) == (doctor.Grade.NOTE, True)
        assert "since 2027-11-2" in problem.what


# The command line


def run(node, *words: str) -> Result:
    done = CliRunner().invoke(command, [*words, "--node", str(node.home)])
    assert done.exit_code == 0, done.output
    return done


def test_the_commands_list_meet_and_await(pair, monkeypatch):
    clock = Clock()
    monkeypatch.setattr("easement.ledger.service.utc_now", clock)
    assert "Nothing is owed." in run(pair.northtown, "list").output
    entry = received(pair)
    assert "delete it" in run(pair.northtown, "list").output
    assert "Nothing is overdue." in run(pair.northtown, "list", "--overdue").output
    assert "No certificate is overdue." in run(pair.dwp, "awaited").output
    clock.now = NOW + LATER
    assert "overdue" in run(pair.northtown, "list", "--overdue").output
    (late,) = json.loads(run(pair.dwp, "awaited", "--json").stdout)
    assert late["recipient"] == "northtown"
    assert "late since" in run(pair.dwp, "awaited").output
    clock.now = NOW
    with monkeypatch.context() as patched:
        cut_off(patched)
        assert "yet to reach `dwp`" in run(pair.northtown, "met", str(entry)).output
    assert f"Done for entry {entry}" in run(pair.northtown, "met", str(entry)).output
    assert json.loads(run(pair.northtown, "met", str(entry), "--json").stdout)["certified"] is not None
    assert json.loads(run(pair.northtown, "list", "--json").stdout) == []

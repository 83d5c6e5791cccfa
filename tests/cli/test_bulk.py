"""The commands for bulk disclosures say what happened and what to do next, and end with the right code."""

import json
import shutil
from collections.abc import Iterator

import pytest
from click.testing import CliRunner

from easement.cli.bulk import bulk
from easement.exchange import jobs
from easement.node.working import REST_SECONDS, TROUBLE_SECONDS, Worker
from tests.exchange.pair import Pair, paired
from tests.gate.world import World, copied, furnish, plain_rows


@pytest.fixture(scope="module")
def world(tmp_path_factory) -> World:
    made = furnish(tmp_path_factory.mktemp("world"))
    made.hold(plain_rows(12))
    return made


@pytest.fixture
def pair(world, tmp_path, monkeypatch) -> Iterator[Pair]:
    with paired(tmp_path, copied(world, tmp_path / "world")) as both:
        monkeypatch.setattr("easement.ledger.service.utc_now", both.clock)
        yield both


def run(pair: Pair, *words: str, code: int = 0):
    done = CliRunner().invoke(bulk, [*words, "--node", str(pair.northtown.home)])
    assert done.exit_code == code or (done.return_value == code), done.output
    return done


ASK = ("ask", "--from", "dwp", "--agreement", "school-meals", "--share", "forms", "--mode", "bulk", "--purpose",
       "benefit-eligibility", "--trained", "information-governance", "--json")  # fmt: skip


def asked(pair: Pair, *more: str, role: str = "benefits-officer") -> dict:
    return json.loads(
        CliRunner().invoke(bulk, [*ASK, "--role", role, "--node", str(pair.northtown.home), *more]).stdout
    )


def test_a_set_is_asked_for_watched_fetched_opened_and_deleted(pair, tmp_path):
    id_ = asked(pair)["message"]
    assert "will make it" in run(pair, "status", id_).output
    jobs.run_next(pair.dwp, pair.clock)
    received = run(pair, "status", id_)
    assert "Received: 12 records, proved by entry" in received.output
    assert f"next: easement bulk fetch {id_}" in received.output
    fetched = run(pair, "fetch", id_, "--out", str(tmp_path / "got"))
    assert "1 file in" in fetched.output
    assert (tmp_path / "got" / "part-00000.parquet").exists()
    opened = run(pair, "profile", id_, "--out", str(tmp_path / "dwp.share"))
    assert "`school-meals.dwp.forms`" in opened.output
    secret = json.loads((tmp_path / "dwp.share").read_text())["bearerToken"]
    assert secret not in opened.output
    assert (tmp_path / "dwp.share").stat().st_mode & 0o077 == 0
    assert "Deleted, and certified." in run(pair, "deleted", id_).output
    assert "deleted" in run(pair, "list").output


def test_nothing_asked_for_is_said_plainly(pair):
    assert "No set was asked for yet." in run(pair, "list").output


def test_a_refusal_here_names_every_reason_and_ends_with_its_code(pair):
    done = CliRunner().invoke(
        bulk, [*ASK[:-1], "--role", "driver", "--node", str(pair.northtown.home)], standalone_mode=False
    )
    assert done.return_value == 10
    assert "Refused here; `dwp` was not asked." in done.output


def test_a_list_without_its_mapping_is_taken_for_encodings_and_refused_where_none_are_agreed(pair, tmp_path):
    (tmp_path / "roll.csv").write_text("x\n")
    done = CliRunner().invoke(
        bulk,
        [*ASK, "--role", "benefits-officer", "--match", str(tmp_path / "roll.csv"), "--node", str(pair.northtown.home)],
        standalone_mode=False,
    )
    assert done.return_value == 10
    assert "the share does not take encodings, and the list came without a mapping" in done.output


def test_the_worker_makes_what_waits_and_then_rests(pair):
    worker = Worker(pair.dwp, pair.clock)
    asked(pair)
    assert worker.once() == 0
    assert worker.once() == REST_SECONDS
    worker.start()
    asked(pair)
    worker.stop(30)


def test_a_worker_whose_database_fails_rests_longer(pair):
    asked(pair)
    shutil.rmtree(pair.dwp.home / "agreements")
    worker = Worker(pair.dwp, pair.clock)
    assert worker.once() == 0
    pair.dwp.ledger.close()
    asked(pair)
    assert worker.once() == TROUBLE_SECONDS

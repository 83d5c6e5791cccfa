"""The page on asking for many records shows what happens when it is typed."""

import shlex
from concurrent.futures import ThreadPoolExecutor

from easement.cli.bulk import bulk
from easement.node.working import Worker
from tests.exchange.pair import paired
from tests.gate.world import furnish, plain_rows

ASK = "easement bulk ask --node northtown --from dwp --agreement school-meals --share forms --mode bulk --role benefits-officer --purpose benefit-eligibility --trained information-governance --wait"  # noqa: E501


def test_a_set_is_asked_for_and_waited_for_as_the_page_shows(tmp_path, monkeypatch):
    world = furnish(tmp_path)
    world.hold(plain_rows(7))
    monkeypatch.chdir(tmp_path)
    with paired(tmp_path, world) as pair:
        monkeypatch.setattr("easement.ledger.service.utc_now", pair.clock)
        worker = Worker(pair.dwp, pair.clock)
        worker.start()
        with ThreadPoolExecutor(1) as typing:
            said = typing.submit(bulk.main, shlex.split(ASK)[2:], standalone_mode=False).result(60)
        worker.stop()
        assert said == 0
        assert pair.entries(pair.northtown)[-1].count == 7

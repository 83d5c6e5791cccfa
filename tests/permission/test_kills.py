"""kill -9 of the process that signs last, at every step from its commit to its files: nothing is half in force."""

import signal
import subprocess
import sys

import pytest

from easement.agreement.service import signatures_path
from easement.permission import landing

from .trio import nodes

SIGN = """
import os, signal, sys
from datetime import datetime
from pathlib import Path

from easement.node.home import open_node
from easement.permission import landing, service, tables
from easement.permission.actor import at_console

home, proposal, now, place, at = sys.argv[1:]
seen = 0

def kill_at(module, name):
    real = getattr(module, name)

    def instead(*args, **kwargs):
        global seen
        seen += 1
        if seen == int(at):
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*args, **kwargs)

    setattr(module, name, instead)

kill_at({"write_whole": landing, "note_landed": tables, "add_event": tables}[place], place)
with open_node(Path(home)) as node:
    service.sign(node, proposal, at_console("governance-lead", "Ada Ash"), datetime.fromisoformat(now))
"""
PLACES = [("add_event", 1), ("write_whole", 1), ("write_whole", 2), ("note_landed", 1)]
"""Within the commit; before the agreement's file; before its signatures; before it is known that both stand."""


@pytest.mark.parametrize(("place", "at"), PLACES)
def test_a_signer_that_is_killed_leaves_all_or_nothing_and_the_rest_follows(tmp_path, place, at):
    with nodes(tmp_path) as pair:
        proposal = pair.propose().id
        pair.do("agree", "dwp", proposal)
        pair.do("submit", "northtown", proposal)
        pair.approved(proposal)
        pair.do("sign", "dwp", proposal)
        home, now = pair["northtown"].home, pair.later(minutes=1)
        signing = [sys.executable, "-c", SIGN, str(home), proposal, now.isoformat(), place, str(at)]
        assert subprocess.run(signing, check=False, timeout=120).returncode == -signal.SIGKILL
        kept = pair.at("northtown", proposal).state
        if place == "add_event":
            assert (kept, list((home / "agreements").iterdir())) == ("approved", [])
            pair.do("sign", "northtown", proposal)
        else:
            assert kept == "in-force"
            assert landing.land_all(pair["northtown"], pair.now) == 1
        assert landing.land_all(pair["northtown"], pair.now) == 0
        shelved = pair["northtown"].shelf.get("school-meals", pair.now.date())
        assert shelved.standing(pair.now.date()).in_force
        assert sorted(path.name for path in (home / "agreements").iterdir()) == [
            "school-meals.yaml",
            signatures_path(shelved.path).name,
        ]
        assert pair.agreeing(proposal).state == "in-force"
        assert pair["northtown"].ledger.fsck() == []

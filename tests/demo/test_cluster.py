"""The cluster of the demo: six processes that find each other, disclose, agree in their logs, and stop cleanly."""

import json
import os
import signal
import subprocess
import sys

import httpx
import pytest

from easement.demo.cluster import MEMBERS, PEOPLE
from easement.ledger.model import EntryType
from easement.node.home import open_node

TYPED = "easement demo --cluster"
COMMAND = [sys.executable, "-c", "from easement.cli.root import main; main()", *TYPED.split()[1:], "--people", "500"]


@pytest.fixture(scope="module")
def toured(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo") / "cluster"
    done = subprocess.run([*COMMAND, "--dir", folder, "--once", "--json"], capture_output=True, text=True, timeout=280)
    assert done.returncode == 0, done.stderr[-3_000:]
    return folder, json.loads(done.stdout), done.stderr


def step(told, title: str):
    (found,) = [each for each in told["steps"] if each["title"].startswith(title)]
    return found


def test_two_providers_answer_about_one_person_and_each_value_keeps_its_source(toured):
    """R3.7"""
    said = " ".join(step(toured[1], "Ask both")["told"])
    assert "(police, safeguarding 1.0.0, art6_1_c)" in said
    assert "(trust, safeguarding 1.0.0, art6_1_c)" in said
    assert "nothing from" not in said


def test_every_audit_agrees(toured):
    """R5.2"""
    audits = [each for each in toured[1]["steps"] if each["title"].startswith("Do both logs agree?")]
    assert [each["told"] for each in audits] == [["both logs agree"]] * 3


def test_both_sides_of_each_disclosure_stand_in_their_ledgers(toured):
    released, received = set(), set()
    for office in MEMBERS:
        with open_node(toured[0] / office) as node:
            released |= {e.entry.message for e in node.ledger.entries(1, type=EntryType.DISCLOSURE_RELEASED)}
            received |= {e.entry.message for e in node.ledger.entries(1, type=EntryType.DISCLOSURE_RECEIVED)}
            assert node.ledger.fsck() == []
    assert len(released) == 5  # two sources asked twice, and a set
    assert released == received


def test_a_wrong_link_is_taken_back_from_everybody_who_was_given_it(toured):
    """R4.4"""
    assert step(toured[1], "The same as one picture")["told"][-1].endswith("each with by whom and why")
    assert step(toured[1], "The council was told")["told"][0].startswith("2 to put right by ")
    for office in ("trust", "northtown"):
        with open_node(toured[0] / office) as node:
            assert len(list(node.ledger.entries(1, type=EntryType.CORRECTION_MADE))) == 2


def test_nobody_answers_any_more(toured):
    for address in toured[1]["nodes"].values():
        with pytest.raises(httpx.ConnectError):
            httpx.get(f"{address}/healthz", trust_env=False)


def test_everybody_is_shown_with_where_to_sign_in(toured):
    for person in PEOPLE:
        assert person.name in toured[2]


@pytest.mark.torture
def test_it_answers_until_it_is_told_to_stop(tmp_path):
    running = subprocess.Popen([*COMMAND, "--dir", tmp_path / "cluster"], stdout=subprocess.PIPE, text=True)
    lines = iter(running.stdout.readline, "")
    addresses = [line.split()[-1] for line in lines if "http://127.0.0.1" in line or "Ctrl+C" in line][-1:]
    assert addresses
    os.kill(running.pid, signal.SIGINT)
    assert running.wait(60) == 0

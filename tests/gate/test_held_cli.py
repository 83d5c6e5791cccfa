"""`easement held` (R4.4): what a person sees of matches in doubt, and how they say what they decided."""

import csv
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from easement.cli.held import held
from easement.cli.root import main
from easement.linkage.review import Scope
from easement.linkage.review_desk import Reviewer, take_back
from easement.linkage.review_queues import pairs_in, queue
from easement.node.home import open_node
from easement.staff.people import add_person

from .world import NOW, World

TWINS = [("P7", "Twin", "", "2010-07-07", "NT3 3DD")]
QUEUE = Scope("school-meals", "entitled", "northtown").queue


@pytest.fixture
def doubted(world: World) -> World:
    world.match(TWINS)
    return world


def run(world: World, command: str, *more: str) -> Result:
    return CliRunner().invoke(held, [command, *more, "--node", str(world.node)])


def settle(world: World, *more: str, by: str = "Ann Lee") -> Result:
    return run(world, "settle", QUEUE, *more, "--by", by)


def exported(world: World, folder: Path) -> list[dict[str, str]]:
    """The sheet of what is open, as people fill it in."""
    assert run(world, "export", QUEUE, "--out", str(folder / "pairs.csv")).exit_code == 0
    with (folder / "pairs.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def filled(rows: list[dict[str, str]], path: Path, **decisions: str) -> Path:
    """The sheet with what was decided, by your own key, as a spreadsheet saves it."""
    with path.open("w", newline="", encoding="utf-8-sig") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows({**row, "decision": decisions.get(row["held_reference"], "")} for row in rows)
    return path


def test_matches_in_doubt_are_listed_with_what_is_open(doubted: World) -> None:
    ended = run(doubted, "list")
    assert ended.stdout.splitlines()[1].split() == [
        QUEUE, "school-meals", "entitled", "northtown", "2", "2026-11-21T12:30:45Z", "0",
    ]  # fmt: skip
    assert ended.stderr == f"next: easement held show {QUEUE} --node {doubted.node}\n"


def test_where_nothing_is_in_doubt_that_is_said(world: World) -> None:
    ended = run(world, "list")
    assert (ended.stdout, ended.stderr) == ("No match is in doubt.\n", "")


def test_a_queue_shows_its_pairs_where_they_differ_and_what_was_decided(doubted: World) -> None:
    assert settle(doubted, "--pair", "P7", "C08", "--cannot-tell").exit_code == 0
    shown = run(doubted, "show", QUEUE)
    assert [line.split()[-2:] for line in shown.stdout.splitlines()[1:]] == [
        ["given", "open"],
        ["given", "cannot-tell"],
    ]
    assert f"easement held settle {QUEUE}" in shown.stderr
    said = json.loads(run(doubted, "show", QUEUE, "--json").stdout)
    assert (said["open"], [each["decision"] for each in said["held"]]) == (1, [None, "cannot-tell"])
    assert {"name": "given", "listed": "", "held": "ada"} in said["held"][0]["fields"]


def test_what_was_decided_is_told_and_what_it_leads_to(doubted: World) -> None:
    ended = settle(doubted, "--pair", "P7", "C07", "--pair", "P7", "C08", "--different")
    assert ended.stdout == "Settled: 2; 0 are open. Entry 3 says so.\n"
    assert run(doubted, "list", "--open").stdout == "No match is in doubt.\n"
    same = settle(doubted, "--pair", "P7", "C08", "--same", "--json")
    told = {"queue": QUEUE, "entries": [4], "decided": 1, "waiting": 0, "wrong": [], "open": 0}
    assert json.loads(same.stdout) == told
    assert "crosses with the next match that `northtown` asks for" in same.stderr


def test_a_whole_list_is_decided_in_a_spreadsheet(doubted: World, tmp_path: Path) -> None:
    rows = exported(doubted, tmp_path)
    assert (tmp_path / "pairs.csv").stat().st_mode & 0o777 == 0o600
    assert [(row["held_reference"], row["given_held"], row["decision"]) for row in rows] == [
        ("C07", "ada", ""), ("C08", "bea", ""),
    ]  # fmt: skip
    decided = filled(rows, tmp_path / "decided.csv", C07=" Different ")
    assert settle(doubted, "--decided", str(decided)).stdout.startswith("Settled: 1; 1 are open.")


@pytest.mark.parametrize(("text", "said"), [
    (b"list_reference,held_reference,rule,decision\nP7,C07,no given name,perhaps\n", "`perhaps` is no decision"),
    (b"list_reference,decision\nP7,same\n", "`same` is no decision"),
    (b"\xff\xfe\x00", "this is no list of held pairs"),
    (b"list_reference,held_reference,decision\nP7,C07,same,more\n", "this is no list of held pairs"),
])  # fmt: skip
def test_a_sheet_that_cannot_be_read_is_told_with_its_place(
    doubted: World, tmp_path: Path, capsys: pytest.CaptureFixture[str], text: bytes, said: str
) -> None:
    decided = tmp_path / "decided.csv"
    decided.write_bytes(text)
    with pytest.raises(SystemExit) as ended:
        main(["held", "settle", QUEUE, "--node", str(doubted.node), "--decided", str(decided), "--by", "Ann"])
    assert ended.value.code == 14
    told = capsys.readouterr().err
    assert said in told
    assert "decided.csv" in told


@pytest.mark.parametrize(
    "said", [("--pair", "P7", "C08"), ("--same",), ("--same", "--decided", "x.csv"), ("--decided", "x.csv")]
)
def test_half_a_decision_is_none(
    doubted: World, said: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("x.csv").write_text("list_reference,held_reference,rule,decision\n")
    with pytest.raises(SystemExit) as ended:
        main(["held", "settle", QUEUE, "--node", str(doubted.node), "--by", "Ann", *said])
    assert ended.value.code == 2


def test_a_key_that_a_spreadsheet_would_run_is_marked_and_still_settled(world: World, tmp_path: Path) -> None:
    """The list is the recipient's: whoever opens what was held must not run what stands in it."""
    world.match([("=1+1", "Twin", "", "2010-07-07", "NT3 3DD")])
    rows = exported(world, tmp_path)
    assert [row["list_reference"] for row in rows] == ["'=1+1"] * 2
    decided = filled(rows, tmp_path / "decided.csv", C08="same")
    assert settle(world, "--decided", str(decided)).stdout.startswith("Settled: 1; 0 are open.")


def test_who_has_an_account_is_the_same_reviewer_here_as_on_the_pages(doubted: World) -> None:
    """Else one person would be two: once at a terminal, once on the pages."""
    with open_node(doubted.node) as node:
        account = add_person(node, "Ann Lee", by="console", now=NOW).account_id
    pair = exported_pair(doubted)
    assert settle(doubted, "--pair", *pair, "--same", by=" ann LEE").exit_code == 0
    with open_node(doubted.node) as node:
        assert queue(node, QUEUE).decided == 1
        take_back(node, QUEUE, Reviewer(f"staff:{account}", "Ann Lee"), now=NOW)
        assert queue(node, QUEUE).decided == 0


def exported_pair(world: World) -> tuple[str, str]:
    with open_node(world.node) as node:
        pair = pairs_in(node, QUEUE, Reviewer("", ""))[0].pair
    return pair.listed, pair.held

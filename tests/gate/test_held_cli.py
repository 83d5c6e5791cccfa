"""`easement held` (R4.4): what a person sees of matches in doubt, and how they say what they decided."""

import csv
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from easement.cli.held import held
from easement.cli.root import main

from .world import World

TWINS = [("P7", "Twin", "", "2010-07-07", "NT3 3DD")]


@pytest.fixture
def doubted(world: World) -> World:
    world.match(TWINS)
    return world


def run(world: World, command: str, *more: str) -> Result:
    return CliRunner().invoke(held, [command, *more, "--node", str(world.node)])


def test_matches_in_doubt_are_listed_with_what_is_open(doubted: World) -> None:
    ended = run(doubted, "list")
    assert ended.stdout.splitlines()[1].split() == [
        "1", "2026-11-21T12:30Z", "school-meals", "entitled", "northtown", "2", "2",
    ]  # fmt: skip
    assert ended.stderr == f"next: easement held show 1 --node {doubted.node}\n"


def test_where_nothing_is_in_doubt_that_is_said(world: World) -> None:
    ended = run(world, "list")
    assert (ended.stdout, ended.stderr) == ("No match is in doubt.\n", "")


def test_a_held_match_shows_its_pairs_and_what_was_decided(doubted: World) -> None:
    assert run(doubted, "settle", "1", "--pair", "P7", "C08", "--same", "--by", "Ann Lee").exit_code == 0
    shown = run(doubted, "show", "1")
    assert [line.split()[-1] for line in shown.stdout.splitlines()[1:]] == ["open", "same"]
    assert "easement held settle 1" in shown.stderr
    said = json.loads(run(doubted, "show", "1", "--json").stdout)
    assert (said["open"], said["held"][1]["decision"], said["held"][0]["decision"]) == (1, "same", None)


def test_what_was_decided_is_told_and_what_it_leads_to(doubted: World) -> None:
    ended = run(doubted, "settle", "1", "--pair", "P7", "C07", "--pair", "P7", "C08", "--different", "--by", "Ann Lee")
    assert ended.stdout == "Settled: 0 the same, 2 different; 0 are open. Entry 3 says so.\n"
    assert "Nothing is open: delete" in ended.stderr
    assert run(doubted, "list", "--open").stdout == "No match is in doubt.\n"
    same = run(doubted, "settle", "1", "--pair", "P7", "C08", "--same", "--by", "Ann Lee", "--json")
    assert json.loads(same.stdout) == {"match": 1, "entry": 4, "same": 1, "different": 0, "open": 0}
    assert "crosses with the next match that `northtown` asks for" in same.stderr


def test_a_whole_list_is_decided_in_a_spreadsheet(doubted: World, tmp_path: Path) -> None:
    with (doubted.node / "held" / "1.csv").open(newline="") as file:
        rows = [
            {**row, "decision": {"C07": " Different ", "C08": ""}[row["held_reference"]]}
            for row in csv.DictReader(file)
        ]
    decided = tmp_path / "decided.csv"
    with decided.open("w", newline="", encoding="utf-8-sig") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    ended = run(doubted, "settle", "1", "--decided", str(decided), "--by", "Ann Lee")
    assert ended.stdout.startswith("Settled: 0 the same, 1 different; 1 are open.")


def test_a_word_that_is_no_decision_is_told_with_its_line(
    doubted: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    decided = tmp_path / "decided.csv"
    decided.write_text("list_reference,held_reference,rule,decision\nP7,C07,no given name,perhaps\n")
    with pytest.raises(SystemExit) as ended:
        main(["held", "settle", "1", "--node", str(doubted.node), "--decided", str(decided), "--by", "Ann"])
    assert ended.value.code == 14
    assert "`perhaps` is no decision" in (told := capsys.readouterr().err)
    assert "decided.csv, line 2" in told


@pytest.mark.parametrize("said", [("--pair", "P7", "C08"), ("--same",), ("--same", "--decided", "x.csv")])
def test_half_a_decision_is_none(
    doubted: World, said: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("x.csv").write_text("list_reference,held_reference,rule,decision\n")
    with pytest.raises(SystemExit) as ended:
        main(["held", "settle", "1", "--node", str(doubted.node), "--by", "Ann", *said])
    assert ended.value.code == 2


def test_a_key_that_a_spreadsheet_would_run_is_marked_and_still_settled(world: World) -> None:
    """The list is the recipient's: whoever opens what was held must not run what stands in it."""
    world.match([("=1+1", "Twin", "", "2010-07-07", "NT3 3DD")])
    assert "'=1+1,C07" in (world.node / "held" / "1.csv").read_text()
    ended = run(world, "settle", "1", "--pair", "=1+1", "C08", "--same", "--by", "Ann Lee")
    assert ended.stdout.startswith("Settled: 1 the same")

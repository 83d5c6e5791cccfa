"""`easement register …`: every use case from the command line, on a real node."""

import json
from pathlib import Path
from typing import Any

import pytest

from easement.agreement.model import Mode
from easement.cli import root
from easement.node.home import open_node
from easement.register import service
from tests.gate.world import NOW, World, copied, furnish


@pytest.fixture(scope="module")
def first(tmp_path_factory) -> World:
    """A department that gave something."""
    made = furnish(tmp_path_factory.mktemp("first"))
    made.share("forms", Mode.BULK, "one.csv")
    return made


@pytest.fixture
def world(tmp_path, first) -> World:
    """The same, fresh for each test."""
    return copied(first, tmp_path)


def run(world: World, *words: str, code: int = 0, capsys: Any) -> str:
    """One command's data."""
    with pytest.raises(SystemExit) as ended:
        root.main(["register", *words, "--node", str(world.node)])
    told = capsys.readouterr()
    assert ended.value.code == code, told.err
    return told.out


def data(world: World, *words: str, capsys: Any, code: int = 0) -> Any:
    return json.loads(run(world, *words, "--json", capsys=capsys, code=code))


def test_the_register_is_listed_and_shown(world, capsys):
    assert "school-meals  1.0.0    in-force  1     School meals" in run(world, "list", capsys=capsys)
    assert run(world, "list", "--words", "nothing", capsys=capsys) == "No entry fits.\n"
    shown = run(world, "show", "school-meals", capsys=capsys)
    assert "School meals (school-meals 1.0.0): in force" in shown
    assert "safeguard: It may not be passed on to anybody else." in shown
    assert data(world, "show", "school-meals", capsys=capsys)["uses"]["times"]["count"] == 1
    assert "is not on the register" in data(world, "show", "bins", capsys=capsys, code=2)["error"]


def test_a_proof_is_checked_by_verify(world, capsys, tmp_path):
    assert "no entry of this ledger" in data(world, "proof", "school-meals", capsys=capsys, code=12)["error"]
    agreement = world.agreement
    agreement.with_name(f"{agreement.name}.signatures").unlink()
    with pytest.raises(SystemExit):
        root.main(["agreement", "sign", str(agreement), "--node", str(world.node)])
    from easement.agreement.service import sign_file

    sign_file(agreement, world.keys[1], now=NOW)
    capsys.readouterr()
    receipt = tmp_path / "meals.receipt"
    run(world, "proof", "school-meals", "--out", str(receipt), capsys=capsys)
    with pytest.raises(SystemExit) as ended:
        root.main(["verify", str(receipt), "--key", str(world.node / "keys" / "log.vkey")])
    assert ended.value.code == 0


@pytest.mark.parametrize(("form", "begins"), [("json", "{"), ("csv", "Number,Name,Purpose"), ("dcat", "{")])
def test_open_data_comes_in_each_format(world, capsys, tmp_path, form, begins):
    told = run(world, "export", "--format", form, capsys=capsys)
    assert told.startswith(begins)
    path = tmp_path / "register"
    said = data(world, "export", "--format", form, "--out", str(path), capsys=capsys)
    assert (said["entries"], said["file"]) == (1, str(path))
    assert path.read_text().splitlines() == told.splitlines()


def test_something_is_left_out_and_shown_again(world, capsys):
    words = ("redact", "school-meals", "contacts", "--reason", "personal-data", "--role", "governance-lead")
    made = data(world, *words, capsys=capsys)
    assert (made["field"], made["reason"]) == ("contacts", "personal-data")
    assert "left out: where questions go, because it is about a person" in run(
        world, "show", "school-meals", capsys=capsys
    )
    assert "<feed" in run(world, "feed", capsys=capsys)
    assert "left out already" in data(world, *words, capsys=capsys, code=2)["error"]
    assert "shown again" in run(world, "restore", "school-meals", "contacts", capsys=capsys)
    assert "left out:" not in run(world, "show", "school-meals", capsys=capsys)


def test_a_concern_is_written_down_looked_at_and_answered(world, capsys):
    made = data(world, "concerns", "raise", "school-meals", "--text", "Why are postcodes needed?", capsys=capsys)
    assert (made["stage"], made["text"]) == ("raised", None)
    assert "Why are postcodes needed?" in run(world, "concerns", "list", "--waiting", capsys=capsys)
    role = ("--role", "governance-lead")
    assert "public now" in run(world, "concerns", "look", made["id"], *role, capsys=capsys)
    held = data(world, "concerns", "look", made["id"], "--hold-back", "unrelated", *role, capsys=capsys)
    assert held["held_back"] == "unrelated"
    done = data(world, "concerns", "answer", made["id"], "--text", "To tell two apart.", *role, capsys=capsys)
    assert (done["stage"], done["answer"]) == ("answered", "To tell two apart.")
    assert run(world, "concerns", "list", "--waiting", capsys=capsys) == "No concern waits.\n"
    assert "answer: To tell two apart." in run(world, "concerns", "list", capsys=capsys)


def test_numbers_and_the_report_are_made(world, capsys, tmp_path):
    assert "Disclosures that were given" in run(world, "numbers", "--first-day", "2026-11-01", capsys=capsys)
    out = tmp_path / "report"
    said = data(world, "report", "--first-day", "2026-11-01", "--last-day", "2026-11-30", "-o", str(out), capsys=capsys)
    assert [Path(path).suffix for path in said["files"]] == [".html", ".pdf", ".json"]
    assert all(Path(path).is_file() for path in said["files"])
    words = ("report", "--first-day", "2026-12-01", "--last-day", "2026-11-01", "-o", str(out))
    assert "is before" in data(world, *words, capsys=capsys, code=2)["error"]


def test_changes_of_public_agreements_are_fed_and_of_no_others(world):
    with open_node(world.node) as node:
        service.redact(node, "school-meals", "notice", "personal-data", role="governance-lead", now=NOW)
        assert [each.title for each in service.changes(node, NOW)] == ["School meals"]
    text = world.agreement.read_text()
    world.agreement.write_text(text.replace("public: true", "public: false"))
    with open_node(world.node) as node:
        service.refresh(node, NOW)
        assert [each.title for each in service.changes(node, NOW)] == ["School meals"], "history stays as it was signed"

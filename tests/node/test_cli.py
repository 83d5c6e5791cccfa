"""The command that makes a node: what it takes, what it says next, how it ends."""

import json
from pathlib import Path

import pytest

from easement.cli import root
from easement.node.home import open_node


def run(*words: str) -> int:
    with pytest.raises(SystemExit) as ended:
        root.main(["init", *words])
    return int(ended.value.code or 0)


@pytest.fixture(autouse=True)
def standing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_a_new_node_says_which_keys_go_to_whom(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("dwp", "--org", "dwp") == 0
    out, err = capsys.readouterr()
    assert out == (
        "Made a node for `dwp` in dwp.\n"
        "Give your partners dwp/keys/organisation.vkey, and anyone who checks receipts dwp/keys/log.vkey.\n"
        "Put your partners' keys into dwp/members, each as ID.vkey.\n"
    )
    assert err.startswith("next: easement agreement new ")


def test_a_new_node_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert (
        run("north", "--org", "northtown", "--name", "Northtown Council", "--origin", "northtown/2026", "--json") == 0
    )
    made = json.loads(capsys.readouterr().out)
    assert list(made) == ["organisation", "directory", "organisation_key", "log_key"]
    assert Path(made["organisation_key"]).read_text().startswith("northtown+")
    assert Path(made["log_key"]).read_text().startswith("northtown/2026+")
    with open_node(tmp_path / "north") as node:
        assert node.settings.organisation.name == "Northtown Council"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("dwp", "--org", "D W P"), "use small letters, digits and hyphens"),
        (("dwp",), "--org"),
        ((".", "--org", "dwp"), "the folder you stand in"),
        ((), "DIRECTORY"),
    ],
)
def test_what_is_put_wrongly_ends_with_2_and_makes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], told: str
) -> None:
    assert run(*words) == 2
    assert told in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_empty_is_left_as_it_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("dwp", "--org", "dwp") == 0
    before = (tmp_path / "dwp" / "keys" / "master.key").read_text()
    assert run("dwp", "--org", "dwp") == 2
    assert "`dwp` is not empty" in capsys.readouterr().err
    assert (tmp_path / "dwp" / "keys" / "master.key").read_text() == before

"""R4.2, R5.1: an adoption of a code list at a node stands in its ledger, and elsewhere in its file alone."""

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from easement.base.errors import UsageError
from easement.cli.codes import codes
from easement.gate.code_changes import adopt_logged
from easement.ledger.model import EntryType, Logged
from easement.meaning.codes_change import adoptions
from easement.node.home import Node, create_node, open_node
from easement.web.reading.adopting import adopted_page
from tests.meaning.homes import MAPPING, NEW, OLD, ROWS, STANDARD

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
WHO = {"by": "Amina Patel", "why": "The new law"}


def furnished(home: Path) -> Path:
    """A folder with a list, a standard and a mapping that use it; the file of another version of the list."""
    for name, text in {
        "standards/codes/tenure.yaml": OLD,
        "standards/home-1.yaml": STANDARD,
        "datasets/homes.yaml": MAPPING,
        "datasets/homes.csv": ROWS,
        "tenure.v2.yaml": NEW,
    }.items():
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_text(text)
    return home / "tenure.v2.yaml"


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    with open_node(create_node(tmp_path / "northtown", "northtown").home) as opened:
        yield opened


def logged(node: Node) -> list[Logged]:
    return list(node.ledger.entries(type=EntryType.CODES_ADOPTED))


def test_an_adoption_is_an_entry_with_who_and_what_it_leaves_to_mend_out_of_the_public(node, monkeypatch):
    new = furnished(node.home)
    monkeypatch.setattr(node.ledger, "append", failing := Failing(node.ledger.append))
    with pytest.raises(OSError, match="broken off"):
        adopt_logged(node, "tenure", str(new), now=NOW, **WHO)
    assert ([each.new for each in adoptions(node.home)], logged(node)) == (["tenure/2"], [])
    failing.fails = False
    assert adopted_page(node).entries == (None,)
    done, index = adopt_logged(node, "tenure", "tenure/2", now=NOW, by="Somebody Else", why="made up for it")
    assert done.by == "Amina Patel", "who adopted it is who did, not who made the entry up"
    [entry] = logged(node)
    written = node.home / "standards" / "codes" / "tenure.v2.yaml"
    assert (entry.index, entry.entry.codes) == (index, {"from": "tenure", "to": "tenure/2"})
    assert entry.entry.digest == hashlib.sha256(written.read_bytes()).hexdigest()
    assert b"Patel" not in entry.body
    assert entry.entry.count == len(node.ledger.private(index)["adoption"].value()["broken"]) > 0
    told = node.ledger.private(index)["adoption"].value()
    assert (told["by"], told["why"]) == ("Amina Patel", "The new law")
    assert {(each["kind"], each["id"]) for each in told["broken"]} == {("mapping", "homes")}
    assert adopted_page(node).entries == (index,)
    with pytest.raises(UsageError, match="already"):
        adopt_logged(node, "tenure", "tenure/2", now=NOW, **WHO)


class Failing:
    """An act that is broken off as long as it `fails`."""

    def __init__(self, act):
        self.act, self.fails = act, True

    def __call__(self, *given, **named):
        if self.fails:
            raise OSError("broken off")
        return self.act(*given, **named)


def test_where_there_is_no_node_the_file_is_all_and_that_is_said(tmp_path):
    new = furnished(tmp_path)
    words = ["adopt", "tenure", str(new), "--node", str(tmp_path), "--by", WHO["by"], "--why", WHO["why"]]
    ended = CliRunner().invoke(codes, [*words, "--json"])
    assert ended.exit_code == 0, ended.output
    assert '"entry": null' in ended.stdout
    assert "in no ledger" in ended.stderr
    assert [each.new for each in adoptions(tmp_path)] == ["tenure/2"]
    assert not (tmp_path / "ledger").exists()

"""The commands `easement ledger …` and `easement verify`, as a person meets them."""

import json
import sys

import pytest

from easement.cli.root import main
from easement.ledger import service, verifier
from easement.ledger.checkpoint import sign_checkpoint
from easement.ledger.note import Signer
from easement.ledger.proof import proof_text
from easement.ledger.verifier import Proof, Receipt, leaf_hash, receipt_bytes
from easement.node.home import create_node, open_node
from tests.ledger.makers import clock, fill, private


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setattr(service, "utc_now", clock)
    create_node(tmp_path / "node", "northtown")
    with open_node(tmp_path / "node") as node:
        fill(node.ledger, 3, lambda _: private())
    monkeypatch.chdir(tmp_path)
    return tmp_path / "node"


@pytest.fixture
def easement(capsys):
    def run(*arguments):
        with pytest.raises(SystemExit) as ended:
            main([str(each) for each in arguments])
        said = capsys.readouterr()
        return ended.value.code, said.out, said.err

    return run


def test_entries_are_published_proved_and_verified(easement, home):
    code, out, _ = easement("ledger", "checkpoint", "--node", home)
    assert (code, out) == (0, "Published 4 entries of `northtown/ledger` in node/ledger.\n")
    code, out, err = easement("ledger", "prove", 2, "--node", home, "--out", "entry-2.receipt")
    assert (code, out) == (0, "Wrote the receipt of entry 2 to entry-2.receipt.\n")
    assert "next: easement verify entry-2.receipt --key node/keys/log.vkey" in err
    code, out, _ = easement("verify", "entry-2.receipt", "--key", "node/keys/log.vkey")
    assert code == 0
    assert out.startswith("It holds: this is entry 2 of 4 in the signed log `northtown/ledger`.\n")
    assert "  parties: provider dwp, recipient northtown\n" in out
    assert "  answer rows: 1\n" in out
    assert "staff-17" not in out


def test_a_receipt_goes_to_the_terminal_too(easement, home):
    easement("ledger", "checkpoint", "--node", home, "--json")
    code, out, _ = easement("ledger", "prove", 2, "--node", home)
    assert code == 0
    assert out.startswith("c2sp.org/tlog-proof@v1\n")


def test_an_entry_is_not_proved_before_it_is_published(easement, home):
    code, _, err = easement("ledger", "prove", 2, "--node", home)
    assert code == 12
    assert "easement ledger checkpoint" in err


def test_the_newest_entries_are_listed_and_one_is_shown_whole(easement, home):
    code, out, _ = easement("ledger", "show", "--node", home, "--last", 2)
    assert code == 0
    assert [line.split()[0] for line in out.splitlines()] == ["index", "2", "3"]
    code, out, _ = easement("ledger", "show", 3, "--node", home)
    assert "fields: family_name plain, net_monthly_earnings {band: [0, 300, 616.67]}\n" in out
    assert "withheld: award\n" in out
    code, out, _ = easement("ledger", "show", "--node", home, "--json")
    assert [each["index"] for each in json.loads(out)] == [0, 1, 2, 3]


def test_fsck_says_all_is_well_or_names_the_damage(easement, home):
    easement("ledger", "checkpoint", "--node", home)
    code, out, _ = easement("ledger", "fsck", "--node", home)
    assert (code, out) == (0, "All 4 entries, their tiles, checkpoint and private records fit together.\n")
    (home / "ledger/tile/0/000.p/4").write_bytes(bytes(128))
    code, out, _ = easement("ledger", "fsck", "--node", home, "--json")
    assert code == 12
    assert json.loads(out)["damage"][0]["where"] == "tile/0/000.p/4"


def test_erasure_is_asked_about_and_told(easement, home, monkeypatch):
    code, out, _ = easement("ledger", "erase", 1, "--node", home, "--yes")
    assert code == 0
    assert "Erased the private record of entry 1; entry 4 says so." in out
    code, again, _ = easement("ledger", "erase", 1, "--node", home, "--yes")
    assert (code, again) == (0, out)
    code, _, err = easement("ledger", "erase", 0, "--node", home, "--yes")
    assert code == 14
    assert "entry 0 has no private record" in err
    code, _, err = easement("ledger", "erase", 2, "--node", home)
    assert code == 1


def test_a_disclosed_file_is_held_against_its_receipt(easement, home, tmp_path):
    easement("ledger", "prove", 0, "--node", home, "--out", "receipt")
    (tmp_path / "answer.csv").write_text("x")
    code, _, err = easement("verify", "receipt", "--key", "node/keys/log.vkey", "--data", "answer.csv")
    assert code == 12
    assert "not the one that was disclosed" in err
    code, _, err = easement("verify", "receipt", "--key", "absent.vkey")
    assert code == 2
    assert "cannot read `absent.vkey`" in err


def test_a_hostile_log_can_forge_no_line_and_command_no_terminal(easement, tmp_path, monkeypatch, capsys):
    """R5.2: its own key signs whatever it likes, but what it says stays on the line of what it says it of."""
    monkeypatch.chdir(tmp_path)
    signer = Signer("hostile.example/\u202elog", bytes(32))
    entry = json.dumps({"type": "x\n  answer rows: 1", "\x1b[2J": ["\x9b1A", {"a": "\u2028"}]}, ensure_ascii=False)
    note = sign_checkpoint(1, leaf_hash(entry.encode()), signer)
    (tmp_path / "receipt").write_text(proof_text(Proof(0, (), note, receipt_bytes(Receipt(entry)))))
    (tmp_path / "log.vkey").write_text(f"{signer.key}\n")
    code, out, _ = easement("verify", "receipt", "--key", "log.vkey")
    assert code == 0
    assert out.splitlines() == [
        "It holds: this is entry 0 of 1 in the signed log `hostile.example/\\u202elog`.",
        "  type: x\\n  answer rows: 1",
        "  \\u001b[2J: \\u009b1A, {'a': '\\u2028'}",
        "No file was compared (give --data).",
    ]
    assert verifier.main(["receipt", "--key", "log.vkey"]) == 0
    alone = capsys.readouterr().out
    assert alone.isascii()
    assert "\x1b" not in alone
    assert [line for line in alone.splitlines() if "answer rows" in line] == ['    "type": "x\\n  answer rows: 1",']


def test_a_whole_log_is_verified(easement, home):
    code, out, _ = easement("verify", home / "ledger", "--key", home / "keys/log.vkey")
    assert (code, out) == (0, "It holds: all 1 entries of `northtown/ledger` are as they were signed.\n")
    code, out, _ = easement("verify", home / "ledger", "--key", home / "keys/log.vkey", "--json")
    assert json.loads(out)["size"] == 1


def test_verify_needs_neither_database_nor_pydantic(home, tmp_path):
    import subprocess

    watch = "import sys; from easement.cli.root import main\ntry: main(sys.argv[1:])\nfinally: print(*sys.modules)"
    command = [sys.executable, "-c", watch, "verify", str(home / "ledger"), "--key", str(home / "keys/log.vkey")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    loaded = {name.split(".")[0] for name in done.stdout.split()}
    assert not loaded & {"sqlalchemy", "sqlcipher3", "pydantic", "duckdb", "rfc8785"}


def test_a_restored_old_database_is_told_with_the_next_step(easement, home):
    (home / "ledger/tile/0/000.p/1").write_bytes(bytes(32))
    with open_node(home) as node:
        assert node.ledger.refusal is not None
        assert "takes no entries" in str(node.ledger.refusal)
    code, _, err = easement("ledger", "checkpoint", "--node", home)
    assert code == 1
    assert "easement ledger fsck" in err

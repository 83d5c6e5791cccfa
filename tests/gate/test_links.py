"""R4.4: what a match gave is known, sealed, until its private record goes; and what was decided apart stays apart."""

from collections.abc import Sequence
from pathlib import Path
from shutil import copyfile
from typing import Any

import pytest

from easement.agreement.model import Mode
from easement.base.errors import EasementError, Refused
from easement.cli import root
from easement.gate import disclosure, erasing
from easement.gate.links import Links, clear_links, read_links, record_token
from easement.gate.subjects import subject_tokens, subjects_key
from easement.gate.token_columns import token_of
from easement.ledger.model import Entry, EntryType, Logged, minute
from easement.linkage.encode_files import node_secret
from easement.linkage.review_log import Settling, log_settled
from easement.meaning.standards import standard
from easement.node.home import Node, open_node
from tests.gate.world import NOW, World, copied, furnish, read

ROLL = (
    ("P1", "Ash", "Jo", "2015-02-01", "NT1 1AA"),
    ("P4", "Elm", "Kim", "2013-04-04", ""),
    ("P6", "Yew", "Max", "2011-06-06", "NT2 2BB"),
    ("P9", "Nobody", "Known", "2001-01-02", "NT9 9ZZ"),
)
"""The award of P6 is not covered, and P9 is unknown."""

BIRTH = {"P1": {"family_name": "ASH", "date_of_birth": "2015-02-01"}}
JO = {"national_insurance_number": "ab 12 34 56 c"}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> World:
    return furnish(tmp_path_factory.mktemp("links"))


@pytest.fixture
def world(made: World, tmp_path: Path) -> World:
    return copied(made, tmp_path)


def tokens(node: Node, person: dict[str, str]) -> set[int]:
    """The tokens of a person, as a lookup keeps them."""
    known = standard("benefit-award/1")
    return {token_of(each) for each in subject_tokens(person, known, subjects_key(node.master_key))}


def released(node: Node) -> Logged:
    return list(node.ledger.entries(type=EntryType.DISCLOSURE_RELEASED))[-1]


def links(node: Node) -> Links:
    entry = released(node)
    found = read_links(node, entry.entry.intent or 0, entry.index)
    assert found is not None
    return found


def part(node: Node) -> dict[str, Any]:
    said: dict[str, Any] = node.ledger.private(released(node).index)["links"].value()
    return said


def answered(rows: Sequence[dict[str, str]]) -> dict[str, str]:
    return {row["your_reference"]: row["claim_reference"] for row in rows}


def test_a_match_keeps_of_each_record_that_crossed_the_tokens_of_a_lookup_and_the_lists_own_key(world: World):
    world.match(ROLL)
    assert answered(read(world.out / "answer.csv")) == {"P1": "C01", "P4": "C04"}
    with open_node(world.node) as node:
        kept = links(node)
        for person in (JO, BIRTH["P1"], {"national_insurance_number": "AB123456C", "award": "UC"}):
            assert [each.reference for each in kept.find(tokens(node, person))] == ["P1"]
        (row,) = kept.find([record_token(node.master_key, "C04")])
        assert (row.reference, kept.lasting) == ("P4", True)
        assert [each.reference for each in kept.find(reference="P4")] == ["P4"]
        for other in ("C06", "C07"):
            assert not list(kept.find([record_token(node.master_key, other)]))
        for nobody in ("", "P6", "P9"):
            assert not list(kept.find(reference=nobody))
        assert part(node)["rows"] == 2


def test_one_found_by_names_alone_is_not_taken_for_sure(world: World):
    world.match(ROLL)
    with open_node(world.node) as node:
        (row,) = links(node).find(tokens(node, BIRTH["P1"]))
        assert row.names in tokens(node, BIRTH["P1"])
        assert not row.sure & tokens(node, BIRTH["P1"])
        assert tokens(node, JO) <= row.sure


def test_only_a_match_keeps_anything(world: World):
    world.share("forms", Mode.BULK, "forms.csv")
    world.share("alike", Mode.BULK, "alike.csv")
    world.lookup("one.json", national_insurance_number="AB123456C")
    with open_node(world.node) as node:
        assert not list((node.home / "links").iterdir())
        for each in node.ledger.entries(type=EntryType.DISCLOSURE_RELEASED):
            assert "links" not in node.ledger.private(each.index)


def test_what_is_kept_is_sealed_and_gone_with_the_private_record(world: World):
    world.match(ROLL)
    with open_node(world.node) as node:
        (file,) = (node.home / "links").iterdir()
        for text in (
            b"P1",
            b"P4",
            b"C01",
            b"Ash",
            b"AB123456C",
            record_token(node.master_key, "C01").to_bytes(8, "little"),
        ):
            assert text not in file.read_bytes()
        assert file.stat().st_mode & 0o077 == 0
        copy = file.read_bytes()
        entry = released(node)
        erasing.erase(node, entry.index)
        assert not file.exists()
        file.write_bytes(copy)  # whoever kept a copy cannot read it either
        assert read_links(node, entry.entry.intent or 0, entry.index) is None
        assert clear_links(node) == 1
        assert not file.exists()


@pytest.mark.parametrize("change", [0, 40, -1])
def test_a_file_that_was_changed_is_not_believed(world: World, change: int):
    world.match(ROLL)
    with open_node(world.node) as node:
        (file,) = (node.home / "links").iterdir()
        data = bytearray(file.read_bytes())
        data[change] ^= 1
        file.write_bytes(data)
        entry = released(node)
        assert read_links(node, entry.entry.intent or 0, entry.index) is None


def test_nothing_is_left_of_a_match_that_failed_or_passed_a_limit(world: World, monkeypatch: pytest.MonkeyPatch):
    strict = world.under(
        ("rows: award in ('UC', 'IS') and net_monthly_earnings <= 616.67\n",
         "rows: award in ('UC', 'IS') and net_monthly_earnings <= 616.67\n    limits: {records_per_day: 1}\n"),
    )  # fmt: skip
    assert not strict.match(ROLL).decision.allowed
    assert not list((world.node / "links").iterdir())

    def full(*_given: Any, **_named: Any) -> None:
        raise EasementError("no room")

    monkeypatch.setattr(disclosure, "answer_record", full)
    with pytest.raises(EasementError):
        world.match(ROLL)


def test_what_a_kill_left_is_cleared_and_what_is_in_hand_stays(world: World):
    world.match(ROLL)
    with open_node(world.node) as node:
        (kept,) = (node.home / "links").iterdir()
        intended = released(node).entry.intent or 0
        said = {**node.ledger.entry(intended).entry.as_dict(), "commitment": None}
        intent = node.ledger.append(Entry(**said))
        left = kept.with_name(f"{intent}.sealed")
        copyfile(kept, left)
        assert clear_links(node) == 0
        node.ledger.append(Entry(**{**said, "type": EntryType.DISCLOSURE_ABANDONED, "intent": intent}))
        assert clear_links(node) == 1
        assert (kept.exists(), left.exists()) == (True, False)


def test_a_match_that_was_overtaken_by_a_broken_link_is_not_released(world: World, monkeypatch: pytest.MonkeyPatch):
    real = disclosure.keep_links

    def meanwhile(holder: Node, *given: Any) -> Any:
        begun = holder.ledger.entry(given[-1]).entry
        facts = {name: getattr(begun, name) for name in ("agreement", "agreement_id", "version", "share", "mode")}
        said = Entry(time=minute(NOW), type=EntryType.LINK_BROKEN, count=1, concern="5e" * 16, **facts)
        holder.ledger.append(said)
        return real(holder, *given)

    with monkeypatch.context() as patched:
        patched.setattr(disclosure, "keep_links", meanwhile)
        with pytest.raises(Refused, match="wrong link was broken"):
            world.match(ROLL)
    assert world.types()[-1] == "failed"
    assert (world.delivered(), list((world.node / "links").iterdir())) == ([], [])
    assert world.match(ROLL).decision.allowed


def apart(node: Node, listed: str, held: str) -> None:
    """Decide that two records of the last match are two people."""
    intent = released(node).entry.intent or 0
    log_settled(
        node.ledger, intent, (Settling(listed, held, "correction", None, False, ()),), now=NOW, also=lambda *_: None
    )


def test_a_pair_decided_apart_is_left_out_of_the_next_match_and_its_record_says_so(world: World):
    world.match(ROLL)
    with open_node(world.node) as node:
        assert part(node)["apart"] == 0
        apart(node, "P1", "C01")
    world.match(ROLL, "again.csv")
    assert answered(read(world.out / "again.csv")) == {"P4": "C04"}
    with open_node(world.node) as node:
        assert (part(node)["apart"], part(node)["rows"]) == (1, 1)


def test_the_same_holds_of_encodings(world: World):
    terms = "    subjects: matched\n    match: {method: encoded}\n    rows: award in"
    coded = world.under(("    subjects: matched\n    rows: award in", terms))
    coded.listed(ROLL)
    key, roll = world.out / "roll.key", world.out / "roll.parquet"
    run("link", "encode-key", "new", str(key))
    copyfile(key, node_secret(world.node, "school-meals"))
    node_secret(world.node, "school-meals").chmod(0o600)
    run("link", "encode", str(world.out / "roll.csv"), str(world.out / "roll.yaml"), "--key", str(key), "--agreement",
        str(coded.agreement), "--share", "entitled", "--out", str(roll))  # fmt: skip
    coded.share("entitled", Mode.MATCH, match=roll)
    assert answered(read(world.out / "answer.csv")) == {"P1": "C01", "P4": "C04"}
    with open_node(world.node) as node:
        assert [each.reference for each in links(node).find(tokens(node, JO))] == ["P1"]
        apart(node, "P1", "C01")
    coded.share("entitled", Mode.MATCH, "again.csv", match=roll)
    assert answered(read(world.out / "again.csv")) == {"P4": "C04"}
    with open_node(world.node) as node:
        assert part(node)["apart"] == 1


def run(*words: str) -> None:
    with pytest.raises(SystemExit) as ended:
        root.main(list(words))
    assert not ended.value.code

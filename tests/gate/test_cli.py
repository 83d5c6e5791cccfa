"""The commands ask, share and evidence: what they take, what they print, how they end."""

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from easement.cli import root
from easement.linkage.review import Scope
from easement.node.home import open_node

from .world import DIRTY, NOW, World, plain_rows, read

ASH = ("--person", "family_name=Ash", "--person", "date_of_birth=2015-02-01")


class Ended(NamedTuple):
    code: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        """What was printed as JSON."""
        return json.loads(self.out)


Run = Callable[..., Ended]


@pytest.fixture
def run(world: World, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command as a person would, at a time within the agreement's term."""
    monkeypatch.setattr("easement.ledger.service.utc_now", lambda: NOW)
    monkeypatch.chdir(world.out)

    def typed(command: str, *words: str) -> Ended:
        with pytest.raises(SystemExit) as ended:
            root.main([command, *words])
        out, err = capsys.readouterr()
        return Ended(int(ended.value.code or 0), out, err)

    return typed


@pytest.fixture
def asking(world: World, run: Run) -> Run:
    """Asks or shares with the usual options, those given last winning."""

    def asked(command: str, share: str, mode: str, *more: str) -> Ended:
        usual = {
            "--node": str(world.node), "--agreement": str(world.agreement), "--share": share, "--as": "northtown",
            "--role": "benefits-officer", "--purpose": "benefit-eligibility", "--mode": mode,
            "--trained": "information-governance",
        }  # fmt: skip
        return run(command, *(word for pair in usual.items() for word in pair), *more)

    return asked


def test_a_disclosure_says_what_crossed_what_did_not_and_how_to_check_it(asking: Run, world: World) -> None:
    ended = asking("share", "forms", "bulk", "--out", "answer.csv")
    assert ended.code == 0
    assert ended.out.splitlines() == [
        "shared: 8 records in answer.csv",
        "  under school-meals 1.0.0, share `forms`",
        "  fields: claim_reference (pseudonym), family_name (truncate 2), given_name (present), date_of_birth (year), "
        "postcode (outward), award (plain), net_monthly_earnings (band 0, 300, 616.67), award_start (shift P30D), "
        "award_end (month)",
        "  withheld: national_insurance_number, sex",
        "  does not map, and does not cross: date_of_birth in 1 row, award in 1 row, net_monthly_earnings in 1 row, "
        "award_end in 1 row (why: easement dataset check MAPPING)",
        "  duties: delete within 1 year; the recipient answers for it from now on",
        "  receipt: answer.csv.receipt (entry 2)",
    ]
    key = world.node / "keys" / "log.vkey"
    assert ended.err == f"next: easement verify answer.csv.receipt --key {key} --data answer.csv\n"


def test_a_disclosure_as_json(asking: Run, world: World) -> None:
    ended = asking("share", "forms", "bulk", "--out", "answer.csv", "--json")
    assert list(ended.data) == [
        "allowed", "entry", "intent", "count", "suppressed", "held", "unmapped", "sha256", "data", "receipt",
        "queue", "decision",
    ]  # fmt: skip
    assert ended.data["count"] == len(DIRTY)
    assert ended.data["unmapped"] == {
        "date_of_birth": 1, "award": 1, "net_monthly_earnings": 1, "award_end": 1,
    }  # fmt: skip
    assert ended.data["data"] == str(world.out / "answer.csv")
    assert ended.data["decision"]["duties"]["risk_after_disclosure"] == "recipient"


def test_one_record_is_one_record(asking: Run) -> None:
    ended = asking("share", "entitled", "lookup", *ASH, "--out", "one.json")
    assert ended.out.startswith("shared: 1 record in one.json\n")


def test_an_empty_lookup_does_not_say_that_nobody_is_known(asking: Run) -> None:
    nobody = ("--person", "family_name=Nobody", "--person", "date_of_birth=2001-01-01")
    ended = asking("share", "entitled", "lookup", *nobody, "--out", "none.csv")
    assert ended.out.startswith("shared: 0 records in none.csv\n  nobody whom the share covers was found")


def test_a_table_says_how_many_cells_are_hidden(asking: Run) -> None:
    ended = asking("share", "counted", "aggregate", "--out", "c.csv")
    assert "shared: 6 cells in c.csv" in ended.out
    assert "  hidden: 6 cells (small numbers, shown as *)" in ended.out


def test_an_anonymised_extract_says_how_many_records_are_left_out(asking: Run, world: World) -> None:
    world.hold([*plain_rows(5), *plain_rows(1, gender="M", start=300)])
    ended = asking("share", "alike", "bulk", "--out", "a.csv")
    assert "  left out: 1 record (fewer than 5 people alike)" in ended.out


def test_a_match_says_how_many_are_held_for_a_person(asking: Run, world: World) -> None:
    roll, mapping = world.listed([("P7", "Twin", "", "2010-07-07", "NT3 3DD")])
    ended = asking(
        "share", "entitled", "match", "--match", str(roll), "--match-dataset", str(mapping), "--out", "m.csv"
    )
    queue = Scope("school-meals", "entitled", "northtown").queue
    assert f"  held for a person: 1 of the list (look at them: easement held show {queue})" in ended.out


def test_a_refusal_names_every_reason_its_clause_and_what_to_do_and_ends_with_10(asking: Run, world: World) -> None:
    """R3.1"""
    ended = asking(
        "share", "limited", "bulk", "--role", "teacher", "--purpose", "immigration-enforcement", "--out", "no.csv"
    )
    assert ended.code == 10
    assert "refused: nothing crosses, for 3 reasons" in ended.out
    assert "  role.not-entitled: the role `teacher` may not ask (clause people.northtown.roles)" in ended.out
    assert "    what to do: entitled here: `benefits-officer`" in ended.out
    assert "  purpose.never-for: the parties agreed never to share this for `immigration-enforcement`" in ended.out
    assert ended.err == ""
    assert world.delivered() == []


def test_a_refusal_as_json_ends_with_10_too(asking: Run) -> None:
    ended = asking("share", "nothing", "bulk", "--out", "no.csv", "--json")
    assert ended.code == 10
    assert ended.data["allowed"] is False
    assert [reason["code"] for reason in ended.data["decision"]["reasons"]] == ["share.unknown"]


def test_a_reason_without_a_clause_shows_none(asking: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("easement.gate.decide._allowed", lambda *_given: 1 / 0)
    ended = asking("ask", "forms", "bulk")
    assert "decision.failed: the decision could not be made (ZeroDivisionError), so the answer is no\n" in ended.out


def test_an_ask_says_what_would_cross_and_reads_nothing(asking: Run, world: World) -> None:
    (world.node / "datasets" / "awards.csv").unlink()
    ended = asking("ask", "limited", "bulk")
    assert ended.code == 0
    assert ended.out.splitlines()[:3] == [
        "allowed",
        "  under school-meals 1.0.0, share `limited`",
        "  fields: claim_reference (plain), award (plain)",
    ]
    assert world.types() == []


def test_an_ask_as_json_is_the_decision(asking: Run) -> None:
    assert list(asking("ask", "forms", "bulk", "--json").data) == [
        "allowed", "agreement", "share", "provider", "recipient", "purpose", "mode", "level", "basis", "fields",
        "measures", "withheld", "duties", "reasons",
    ]  # fmt: skip


def test_a_refused_ask_ends_with_10_and_is_logged(asking: Run, world: World) -> None:
    assert asking("ask", "forms", "lookup").code == 10
    assert world.types() == ["refused"]


def test_where_nothing_is_withheld_nothing_is_said_of_it(world: World, asking: Run) -> None:
    every = ", ".join(
        f"{name}: plain"
        for name in (
            "claim_reference", "national_insurance_number", "family_name", "given_name", "date_of_birth", "sex",
            "postcode", "award", "net_monthly_earnings", "award_start", "award_end",
        )
    )  # fmt: skip
    whole = world.variant(("fields: {claim_reference: plain, award: plain}", f"fields: {{{every}}}"))
    ended = asking("ask", "limited", "bulk", "--agreement", str(whole), "--role", "benefits-officer")
    assert "withheld" not in ended.out


def test_fields_are_named_with_commas_and_each_once(asking: Run) -> None:
    ended = asking("share", "forms", "bulk", "--fields", " award, ,award,shoe ", "--out", "part.json", "--json")
    assert list(ended.data["decision"]["fields"]) == ["award"]
    assert ended.data["decision"]["withheld"]["shoe"] == "the agreement does not name it"


def test_training_consent_and_who_asks_are_taken(world: World, asking: Run) -> None:
    ended = asking(
        "share", "forms", "bulk", "--trained", "other", "--trained", "information-governance", "--consent-held",
        "--asked-by", "Pat", "--why", "a review", "--out", "a.csv",
    )  # fmt: skip
    assert ended.code == 0
    with open_node(world.node) as node:
        who = node.ledger.private(2)["who"].value()
    assert (who["asked_by"], who["why"]) == ("Pat", "a review")


def test_a_mapping_can_be_chosen(world: World, asking: Run) -> None:
    mapping = world.node / "datasets" / "awards.yaml"
    (world.node / "datasets" / "second.yaml").write_text(mapping.read_text().replace("id: awards", "id: second"))
    assert asking("share", "forms", "bulk", "--out", "a.csv").code == 2
    assert asking("share", "forms", "bulk", "--dataset", str(mapping), "--out", "a.csv").code == 0


@pytest.mark.parametrize("pairs", [("family_name",), ("=Ash",), ("family_name=Ash", "family_name=Oak")])
def test_a_person_is_named_by_pairs_each_once(asking: Run, pairs: tuple[str, ...]) -> None:
    words = [word for pair in pairs for word in ("--person", pair)]
    ended = asking("ask", "entitled", "lookup", *words)
    assert ended.code == 2
    assert "write each once, as --person family_name=Ash" in ended.err
    assert "Oak" not in ended.err


def test_a_value_may_hold_an_equals_sign(asking: Run, world: World) -> None:
    ended = asking(
        "share",
        "forms",
        "lookup",
        "--person",
        "family_name==1+1",
        "--person",
        "date_of_birth=2012-05-05",
        "--out",
        "f.csv",
    )
    assert ended.code == 0
    assert len(read(world.out / "f.csv")) == 1


def test_a_person_can_be_named_in_a_file_and_so_off_the_command_line(asking: Run, world: World) -> None:
    """What stands on a command line is seen by whoever lists the machine's processes."""
    named = world.out / "roll.person"
    named.write_text("family_name=Ash\r\n\ndate_of_birth=2015-02-01\n")
    ended = asking("share", "entitled", "lookup", "--person-file", str(named), "--out", "one.csv")
    assert ended.code == 0
    assert len(read(world.out / "one.csv")) == 1
    twice = asking("ask", "entitled", "lookup", "--person-file", str(named), "--person", "family_name=Oak")
    assert twice.code == 2


def test_a_mapping_without_a_list_is_told(asking: Run) -> None:
    ended = asking("share", "entitled", "match", "--match-dataset", "roll.csv", "--out", "a.csv")
    assert ended.code == 2
    assert "give both --match and --match-dataset" in ended.err


def test_a_list_without_a_mapping_is_taken_for_encodings_and_refused_where_none_are_agreed(asking: Run) -> None:
    ended = asking("share", "entitled", "match", "--match", "roll.csv", "--out", "a.csv")
    assert ended.code == 10
    assert "list.encodings-refused" in ended.out


EXITS = [
    (2, ("--out", "answer.doc"), "does not say its format"),
    (2, ("--out", "a.csv", "--mode", "gossip"), "gossip"),
    (11, ("--out", "a.csv", "--agreement", "no-such.yaml"), "cannot read the agreement `no-such.yaml`"),
    (1, ("--out", "nowhere/a.csv"), "there is no folder `nowhere`"),
]


@pytest.mark.parametrize(("code", "more", "told"), EXITS, ids=[f"{case[0]} {case[2]}" for case in EXITS])
def test_what_is_put_wrongly_is_told_with_its_exit_code(
    asking: Run, code: int, more: tuple[str, ...], told: str
) -> None:
    ended = asking("share", "forms", "bulk", *more)
    assert ended.code == code
    assert told in ended.err
    assert ended.err.count("\n") >= 2, "the second line says what to do next"


def test_a_source_that_is_not_there_ends_with_13_and_one_that_lacks_a_column_with_14(asking: Run, world: World) -> None:
    world.hold([row[:-1] for row in DIRTY], ("claim", "nino", "surname", "forename", "born", "gender", "post_code",
                                             "award", "earned", "since"))  # fmt: skip
    lacking = asking("share", "forms", "bulk", "--out", "a.csv", "--json")
    assert (lacking.code, lacking.data["exit_code"]) == (14, 14)
    assert "the table lacks `until`" in lacking.data["error"]
    (world.node / "datasets" / "awards.csv").unlink()
    gone = asking("share", "forms", "bulk", "--out", "a.csv")
    assert gone.code == 13
    assert "there is no file" in gone.err


def test_a_node_that_is_not_there_is_told_how_to_make_one(run: Run, world: World) -> None:
    ended = run(
        "ask", "--node", "nowhere", "--agreement", str(world.agreement), "--share", "forms", "--as", "northtown",
        "--role", "x", "--purpose", "y", "--mode", "bulk",
    )  # fmt: skip
    assert ended.code == 2
    assert "make one: easement init nowhere --org ID" in ended.err


def test_a_pack_is_made_and_told(asking: Run, run: Run, world: World) -> None:
    asking("share", "forms", "bulk", "--out", "a.csv")
    ended = run("evidence", "--node", str(world.node), "--out", "pack.zip")
    assert ended.code == 0
    assert ended.out == "packed 3 entries in pack.zip\n"
    assert ended.err == "next: unzip -p pack.zip README.md\n"
    assert zipfile.is_zipfile("pack.zip")


def test_a_pack_of_one_entry_as_json(asking: Run, run: Run, world: World) -> None:
    asking("share", "forms", "bulk", "--out", "a.csv")
    ended = run("evidence", "--node", str(world.node), "--out", "p.zip", "--entry", "2", "--json")
    assert list(ended.data) == ["pack", "entries", "agreements", "agreements_missing", "size"]
    assert ended.data["entries"] == [2]
    of_one = run(
        "evidence", "--node", str(world.node), "--out", "p.zip", "--agreement", str(world.agreement), "--entry", "1"
    )
    assert of_one.out == "packed 1 entry in p.zip\n"


def test_a_pack_that_lacks_a_text_says_where_to_put_it(asking: Run, run: Run, world: World) -> None:
    asking("share", "forms", "bulk", "--out", "a.csv")
    world.agreement.rename(Path("terms-away.yaml"))
    ended = run("evidence", "--node", str(world.node), "--out", "pack.zip")
    assert ended.code == 0
    assert f"is not at hand: put its file into {world.node / 'agreements'}" in ended.err


def test_a_pack_of_what_is_not_there_ends_with_2(run: Run, world: World) -> None:
    ended = run("evidence", "--node", str(world.node), "--out", "p.zip", "--entry", "9")
    assert ended.code == 2
    assert "the ledger has no entry 9" in ended.err


def test_a_receipt_of_other_data_ends_with_12(asking: Run, run: Run, world: World) -> None:
    asking("share", "forms", "bulk", "--out", "a.csv")
    key = str(world.node / "keys" / "log.vkey")
    assert run("verify", "a.csv.receipt", "--key", key, "--data", "a.csv").code == 0
    (world.out / "a.csv").write_text("other")
    assert run("verify", "a.csv.receipt", "--key", key, "--data", "a.csv").code == 12

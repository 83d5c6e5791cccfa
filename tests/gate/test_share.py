"""A disclosure from ask to receipt, on real files with dirt in them: every mode, every format (R1.1, R2.2, R5.1)."""

import csv
import json
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from easement.agreement.model import Mode
from easement.base.errors import ProofFailed, StorageFailed, UsageError
from easement.gate import service
from easement.gate.ask import Outcome
from easement.gate.keys import pseudonym_key
from easement.gate.model import Code
from easement.gate.staging import receipt_path
from easement.ledger.model import EntryType
from easement.ledger.verifier import check_receipt, file_digest
from easement.node.home import Node, open_node

from .world import DIRTY, NOW, World, plain_rows, read

FORMATS = ("csv", "json", "jsonl", "parquet")
ASH = {"family_name": "ash", "date_of_birth": "2015-02-01"}
ROLL = (("P1", "ASH", "jo", "2015-02-01", "nt1 1aa"), ("P2", "Nobody", "Known", "2001-01-01", ""))
SHARES: dict[str, tuple[str, Mode, dict[str, Any]]] = {
    "bulk": ("forms", Mode.BULK, {}),
    "lookup": ("entitled", Mode.LOOKUP, {"person": ASH}),
    "match": ("entitled", Mode.MATCH, {}),
    "aggregate": ("counted", Mode.AGGREGATE, {}),
}


def shared(world: World, kind: str, format_: str) -> Outcome:
    share, mode, changes = SHARES[kind]
    if mode is Mode.MATCH:
        return world.match(ROLL, f"{kind}.{format_}")
    return world.share(share, mode, f"{kind}.{format_}", **changes)


def as_text(records: list[dict[str, Any]]) -> list[dict[str, str]]:
    """Records as CSV shows them, for holding formats against each other."""
    return [{name: _text(value) for name, value in record.items()} for record in records]


def _text(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case bytes():
            return value.hex()
        case date():
            return value.isoformat()
    return str(value)


@pytest.mark.parametrize("kind", SHARES)
def test_every_format_of_a_mode_holds_the_same_records(shared_world: World, kind: str) -> None:
    answers = {}
    for format_ in FORMATS:
        outcome = shared(shared_world, kind, format_)
        assert outcome.data is not None
        answers[format_] = as_text(read(outcome.data))
        assert outcome.released.count == len(answers[format_])
        assert outcome.released.sha256 == file_digest(str(outcome.data))
    assert answers["csv"]
    assert all(records == answers["csv"] for records in answers.values())


def test_bulk_gives_each_value_in_its_form_and_what_cannot_be_read_as_absent(shared_world: World) -> None:
    """R4.9: dirt becomes nothing, never something else, and no record is lost for it."""
    records = as_text(read(shared(shared_world, "bulk", "jsonl").data))
    shown = [(*tuple(record.values())[1:7], record["award_end"]) for record in records]
    assert shown == [
        ("As", "true", "2015", "NT1", "UC", "0 to under 300", ""),
        ("O'", "true", "", "NT1", "UC", "", ""),
        ("李", "false", "2014", "", "IS", "under 0", "2026-06"),
        ("El", "true", "2013", "", "UC", "616.67 or more", "2026-12"),
        ("=1", "true", "2012", "NT2", "", "0 to under 300", ""),
        ("Ye", "true", "2011", "NT2", "PC", "616.67 or more", ""),
        ("Tw", "true", "2010", "NT3", "IS", "", ""),
        ("Tw", "true", "2010", "NT3", "IS", "0 to under 300", ""),
    ]
    for record, (*_, since, _until) in zip(records, DIRTY, strict=True):
        if since:
            day, month, year = map(int, since.split("/"))
            assert abs(date.fromisoformat(record["award_start"]) - date(year, month, day)) <= timedelta(days=30)
        else:
            assert record["award_start"] == ""


def test_a_pseudonym_is_the_recipients_own_and_the_same_in_every_answer(shared_world: World) -> None:
    with open_node(shared_world.node) as node:
        key = pseudonym_key(node.master_key, "school-meals", "northtown")
    expected = [key.pseudonym("claim_reference", row[0]) for row in DIRTY]
    assert [record["claim_reference"] for record in read(shared(shared_world, "bulk", "csv").data)] == expected
    found = shared_world.lookup("again.csv", "forms", family_name="Ash", date_of_birth="2015-02-01")
    assert read(found.data)[0]["claim_reference"] == expected[0]


def test_a_lookup_gives_the_one_person_asked_about(shared_world: World) -> None:
    (record,) = read(shared(shared_world, "lookup", "json").data)
    assert record == {
        "claim_reference": "C01",
        "family_name": "Ash",
        "given_name": "Jo",
        "date_of_birth": "2015-02-01",
        "award": "UC",
        "net_monthly_earnings": "0 to under 300",
    }


def test_a_match_carries_the_recipients_own_reference_and_nothing_of_the_rest(shared_world: World) -> None:
    """R3.9"""
    records = read(shared(shared_world, "match", "csv").data)
    assert [(record["your_reference"], record["claim_reference"]) for record in records] == [("P1", "C01")]


def test_a_bulk_of_matched_people_is_a_match(shared_world: World) -> None:
    """R3.3: one record at a time and many, under the same terms."""
    outcome = shared_world.match(ROLL, "many.csv", mode=Mode.BULK)
    assert [record["claim_reference"] for record in read(outcome.data)] == ["C01"]


def test_what_the_row_condition_leaves_out_never_crosses(world: World) -> None:
    """`Yew` has Pension Credit, which this share does not cover; `Twin` has no earnings that could be judged."""
    listed = [("P6", "Yew", "Max", "2011-06-06", "NT2 2BB"), ("P7", "Twin", "Ada", "2010-07-07", "NT3 3DD")]
    assert read(world.match(listed).data) == []


def test_text_that_a_spreadsheet_would_run_crosses_as_it_stands(shared_world: World) -> None:
    found = shared_world.lookup("formula.csv", "forms", family_name="=1+1", date_of_birth="2012-05-05")
    assert read(found.data)[0]["family_name"] == "=1"


def test_counts_below_eight_are_hidden_with_all_that_is_measured_in_them(world: World) -> None:
    """R4.9"""
    world.hold([*DIRTY, *plain_rows(13), *plain_rows(7, gender="M", start=200)])
    cells = {(cell["award"], cell["sex"]): cell for cell in read(world.share("counted", Mode.AGGREGATE, "c.json").data)}
    assert cells["UC", "female"] == {
        "award": "UC", "sex": "female", "people": 15, "earned": 2035, "typical": 135.67,
    }  # fmt: skip
    assert cells["UC", "male"] == {"award": "UC", "sex": "male", "people": 10, "earned": 700, "typical": 70.0}
    assert cells["PC", "male"] == {"award": "PC", "sex": "male", "people": "*", "earned": "*", "typical": "*"}


def test_a_person_with_many_records_counts_once(world: World) -> None:
    same = [(*row[:1], "AB123456C", *row[2:]) for row in plain_rows(20)]
    world.hold(same)
    (cell,) = read(world.share("counted", Mode.AGGREGATE, "c.json").data)
    assert cell["people"] == "*"


def test_a_table_has_no_totals_and_no_cell_of_nobody(world: World) -> None:
    world.hold([*plain_rows(20), *plain_rows(20, gender="M", start=200)])
    cells = read(world.share("counted", Mode.AGGREGATE, "c.csv").data)
    assert [(cell["award"], cell["sex"], cell["people"]) for cell in cells] == [
        ("UC", "female", "20"),
        ("UC", "male", "20"),
    ]


def test_asking_by_fewer_dimensions_is_refused_for_a_hidden_cell_would_be_the_difference(world: World) -> None:
    """R4.9: 13 women and 2 men, by award and sex, against 15 by award alone, would say that there are 2 men."""
    world.hold([*plain_rows(13), *plain_rows(2, gender="M", start=200)])
    full = world.share("counted", Mode.AGGREGATE, "full.csv")
    assert full.released.suppressed == 1
    less = world.share("counted", Mode.AGGREGATE, "less.csv", fields=("award",))
    (reason,) = less.decision.unmet
    assert reason.code is Code.FIELDS_DIMENSIONS_FIXED
    assert "worked out" in reason.text
    assert world.delivered() == ["full.csv", "full.csv.receipt"]
    same = world.share("counted", Mode.AGGREGATE, "same.csv", fields=("sex", "award"))
    assert same.data is not None
    assert full.data is not None
    assert same.data.read_bytes() == full.data.read_bytes()


def test_an_anonymised_record_has_enough_people_like_it_and_the_others_are_counted(world: World) -> None:
    """R4.9"""
    world.hold([*plain_rows(5), *plain_rows(4, gender="M", start=200), *plain_rows(6, award="PC", start=300)])
    outcome = world.share("alike", Mode.BULK)
    records = [(record["award"], record["sex"]) for record in read(outcome.data)]
    assert sorted(records) == [("PC", "female")] * 6 + [("UC", "female")] * 5
    assert (outcome.released.count, outcome.released.suppressed, outcome.k) == (11, 4, 5)


def test_a_group_is_of_people_and_not_of_records(world: World) -> None:
    """Five claims of one person are no crowd to hide in."""
    world.hold([(*row[:1], "AB123456C", *row[2:]) for row in plain_rows(5)])
    outcome = world.share("alike", Mode.BULK)
    assert (outcome.released.count, outcome.released.suppressed) == (0, 5)


@pytest.mark.parametrize(
    ("mode", "changes", "code"),
    [
        (Mode.LOOKUP, {"person": ASH}, Code.MODE_NOT_AGREED),
        (Mode.MATCH, {"listed": True}, Code.MODE_NOT_AGREED),
        (Mode.BULK, {"listed": True}, Code.SUBJECTS_LIST_REFUSED),
        (Mode.BULK, {"fields": ("award",)}, Code.FIELDS_DIMENSIONS_FIXED),
    ],
)
def test_anonymised_records_are_not_asked_for_by_name_by_list_or_in_part(
    shared_world: World, mode: Mode, changes: dict[str, Any], code: Code
) -> None:
    with open_node(shared_world.node) as node:
        outcome = service.ask(node, shared_world.ask("alike", mode, **changes), now=NOW)
    assert outcome.decision.unmet[0].code is code


@pytest.mark.parametrize("kind", SHARES)
def test_a_json_answer_says_what_it_rests_on_and_what_is_withheld(shared_world: World, kind: str) -> None:
    """R3.2: what is withheld is marked withheld, never silently missing."""
    outcome = shared(shared_world, kind, "json")
    assert outcome.data is not None
    answer = json.loads(outcome.data.read_text())
    assert list(answer) == [
        "format", "agreement", "share", "provider", "recipient", "purpose", "basis", "mode", "fields",
        "measures", "withheld", "duties", *(["linkage"] if kind == "match" else []), "records",
    ]  # fmt: skip
    assert answer["format"] == "easement-answer/1"
    assert answer["basis"] == {"dwp": "art6_1_e", "northtown": "art6_1_e"}
    assert answer["withheld"]["national_insurance_number"]
    assert set(answer["fields"]) | set(answer["withheld"]) >= {"award", "sex", "postcode", "award_end"}
    assert answer["duties"]["risk_after_disclosure"] == "recipient"


def test_a_field_that_was_not_asked_for_is_withheld_and_said_to_be(shared_world: World) -> None:
    outcome = shared_world.share("forms", Mode.BULK, "part.json", fields=("award", "national_insurance_number", "shoe"))
    assert outcome.data is not None
    answer = json.loads(outcome.data.read_text())
    assert set(answer["records"][0]) == {"award"}
    assert answer["withheld"]["postcode"] == "it was not asked for"
    assert answer["withheld"]["national_insurance_number"] == "the agreement does not name it"
    assert answer["withheld"]["shoe"] == "the agreement does not name it"


def test_the_entry_says_what_crossed_to_whom_under_what_and_what_did_not(world: World) -> None:
    """R5.1, R1.7"""
    outcome = shared(world, "match", "csv")
    entry = world.last(EntryType.DISCLOSURE_RELEASED)
    said = entry.entry.as_dict()
    assert entry.index == outcome.entry
    assert said.pop("agreement") == outcome.decision.agreement
    assert len(said.pop("commitment")) == 64
    assert said == {
        "type": "gate:disclosure:released",
        "time": "2026-11-21T12:30Z",
        "parties": {"provider": "dwp", "recipient": "northtown"},
        "agreement_id": "school-meals",
        "version": "1.0.0",
        "share": "entitled",
        "purpose": "benefit-eligibility",
        "basis": {"provider": "art6_1_e", "recipient": "art6_1_e"},
        "mode": "match",
        "form": "identifiable",
        "fields": {
            "claim_reference": "plain", "family_name": "plain", "given_name": "plain", "date_of_birth": "plain",
            "award": "plain", "net_monthly_earnings": "band 0, 300, 616.67",
        },
        "withheld": ("national_insurance_number", "sex", "postcode", "award_start", "award_end"),
        "risk": "recipient",
        "count": 1,
        "intent": outcome.intent,
    }  # fmt: skip


def test_a_field_made_up_by_the_asker_is_not_in_the_entry(world: World) -> None:
    """R5.4: nobody's name can be written into the public log through a request."""
    world.share("forms", Mode.BULK, fields=("award", "JaneAshworth", "9434765919"))
    assert set(world.last(EntryType.DISCLOSURE_RELEASED).entry.withheld or ()) & {"JaneAshworth", "9434765919"} == set()


def test_a_node_that_is_not_fit_discloses_nothing_and_intends_nothing(world: World, monkeypatch) -> None:
    def unfit(_node: Node, _now: datetime) -> None:
        raise StorageFailed("witnesses show another history")

    monkeypatch.setattr(Node, "check_fit", unfit)
    with pytest.raises(StorageFailed, match="another history"):
        shared(world, "lookup", "csv")
    assert world.types() == []
    assert world.delivered() == []


def test_the_intent_comes_first_and_the_outcome_names_it(world: World) -> None:
    """R5.1: recorded before the data leaves."""
    outcome = shared(world, "lookup", "csv")
    assert world.types() == ["intended", "released"]
    assert (outcome.intent, outcome.entry) == (1, 2)
    assert world.fsck() == []


@pytest.mark.parametrize("kind", SHARES)
def test_the_receipt_holds_for_the_answer_and_for_no_other_bytes(shared_world: World, kind: str) -> None:
    outcome = shared(shared_world, kind, "csv")
    assert outcome.data is not None
    holds = shared_world.verified(outcome.data)
    assert holds.index == outcome.entry
    assert holds.answer["data"] == outcome.released.sha256
    assert holds.answer["rows"] == outcome.released.count
    assert len(holds.answer["query"]) == 64
    for at in (0, len(outcome.data.read_bytes()) // 2, -1):
        changed = bytearray(outcome.data.read_bytes())
        changed[at] ^= 1
        other = outcome.data.with_name("changed.csv")
        other.write_bytes(bytes(changed))
        with pytest.raises(ProofFailed, match="not the one that was disclosed"):
            check_receipt(receipt_path(outcome.data).read_text(), [_log_key(shared_world)], file_digest(str(other)))


def _log_key(world: World) -> Any:
    with open_node(world.node) as node:
        return node.ledger.key


def test_the_private_record_says_who_asked_and_why_and_names_the_person_by_a_token(world: World) -> None:
    outcome = world.share(
        "entitled", Mode.LOOKUP, person=ASH, asked_by="Pat Caseworker", why="A family asked about meals"
    )
    with open_node(world.node) as node:
        parts = {name: part.value() for name, part in node.ledger.private(outcome.entry).items()}
        intended = {name: part.value() for name, part in node.ledger.private(outcome.intent or 0).items()}
    who = parts["who"]
    assert {name: who[name] for name in ("asked_by", "organisation", "role", "why")} == {
        "asked_by": "Pat Caseworker",
        "organisation": "northtown",
        "role": "benefits-officer",
        "why": "A family asked about meals",
    }
    (token,) = who["subjects"]  # type: ignore[misc]
    assert len(token) == 32
    assert "ash" not in str(parts).lower()
    assert intended["who"] == who


def test_two_spellings_of_one_person_have_one_token(world: World) -> None:
    first = world.lookup("a.csv", family_name="Ash", date_of_birth="2015-02-01")
    second = world.lookup("b.csv", date_of_birth=" 2015-02-01 ", family_name="ASH ")
    with open_node(world.node) as node:
        tokens = [node.ledger.private(each.entry)["who"].value()["subjects"] for each in (first, second)]
    assert tokens[0] == tokens[1]


def test_no_personal_data_stands_in_the_public_ledger_or_in_the_clear_in_the_node(world: World) -> None:
    """R5.4: every byte is searched for every value that had anything to do with a person."""
    asked_by, why = "Pat Caseworker", "A family asked about meals"
    for kind in ("bulk", "match", "aggregate"):
        shared(world, kind, "csv")
    world.share("entitled", Mode.LOOKUP, person=ASH, asked_by=asked_by, why=why)
    world.share("entitled", Mode.LOOKUP, person=ASH, asked_by=asked_by, why=why, role="teacher")
    world.lookup("two.csv", family_name="Twin", date_of_birth="2010-07-07")
    secrets = {asked_by, why, "teacher", *ASH.values(), "C01", "P1", "NT1 1AA", "Zoë", "Jo", "O'Brien", "120.50"}
    secrets |= {value for row in DIRTY for value in (row[0], row[1], row[2], row[4], row[6]) if len(value) > 3}
    files = [path for path in (world.node / "ledger").rglob("*") if path.is_file()]
    files += [world.node / "node.db", *world.node.glob("node.db-*")]
    for path in files:
        data = path.read_bytes()
        found = [secret for secret in secrets if len(secret) > 3 and secret.encode() in data]
        assert not found, f"{path}: {found}"
    assert len(files) > 3


def test_everything_delivered_is_for_its_owner_alone(world: World) -> None:
    outcome = shared(world, "bulk", "csv")
    assert outcome.data is not None
    assert outcome.data.stat().st_mode & 0o777 == 0o600
    assert receipt_path(outcome.data).stat().st_mode & 0o777 == 0o600
    assert world.staged() == []


def test_a_csv_answer_reads_back_to_the_value_whatever_stands_in_it(world: World) -> None:
    world.hold([("C1", "", 'a,"b"\nc', "Jo", "01/02/2015", "F", "", "UC", "1", "", "")])
    found = world.lookup("odd.csv", family_name='a,"b" c', date_of_birth="2015-02-01")
    with found.data.open(newline="", encoding="utf-8") as file:
        (record,) = csv.DictReader(file)
    assert record["family_name"] == 'a,"b"\nc'


def test_an_ask_reads_nothing_and_logs_only_refusals(world: World) -> None:
    with open_node(world.node) as node:
        allowed = service.ask(node, world.ask("forms", Mode.BULK), now=NOW)
        refused = service.ask(node, world.ask("forms", Mode.BULK, role="teacher"), now=NOW)
    assert (allowed.decision.allowed, allowed.entry) == (True, -1)
    assert (refused.decision.allowed, refused.entry) == (False, 1)
    assert world.types() == ["refused"]
    assert world.delivered() == []


def test_an_outcome_is_shown_as_plain_data(world: World) -> None:
    shown = shared(world, "match", "csv").as_dict()
    assert json.loads(json.dumps(shown)) == shown
    named = ("allowed", "entry", "intent", "count", "suppressed", "held", "queue")
    assert {name: shown[name] for name in named} == {
        "allowed": True, "entry": 2, "intent": 1, "count": 1, "suppressed": 0, "held": 0, "queue": None,
    }  # fmt: skip
    refused = world.share("forms", Mode.BULK, role="teacher").as_dict()
    assert refused["data"] is refused["receipt"] is refused["sha256"] is None


def test_a_disclosure_needs_a_place_to_go_whose_name_says_its_format(world: World) -> None:
    with pytest.raises(UsageError, match="does not say its format"):
        world.share("forms", Mode.BULK, "answer.xlsx")
    with open_node(world.node) as node, pytest.raises(UsageError, match="needs a place to go"):
        service.share(node, replace(world.ask("forms", Mode.BULK), out=None), now=NOW, clock=lambda: NOW)
    assert world.types() == []


def test_a_list_without_its_mapping_is_refused_and_nobody_is_given(world: World) -> None:
    """It could be one of encodings, which this share does not take."""
    outcome = world.share("entitled", Mode.BULK, match=Path("roll.csv"))
    assert [each.code for each in outcome.decision.unmet] == [Code.LIST_ENCODINGS_REFUSED]
    assert not list(world.out.iterdir())


@pytest.mark.parametrize("changes", [{"listed": True}, {"match": Path("r"), "listed": False}])
def test_a_list_that_is_only_spoken_of_opens_nothing(world: World, changes: dict[str, Any]) -> None:
    """Else a request that claims a list would be given everyone."""
    with pytest.raises(UsageError, match="go together"):
        world.share("entitled", Mode.BULK, **changes)
    assert world.types() == []


def test_a_node_gives_only_what_its_own_organisation_gives(world: World, tmp_path: Path) -> None:
    with open_node(tmp_path / "northtown") as node, pytest.raises(UsageError) as refused:
        service.share(node, world.ask("forms", Mode.BULK), now=NOW, clock=lambda: NOW)
    assert "`forms` is given by `dwp`, and this is the node of `northtown`" in refused.value.what

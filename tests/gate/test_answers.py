"""What an answer looks like: its format by its name, a record a line, hidden numbers as stars."""

import csv
import json
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from easement.agreement.model import Aggregate
from easement.base.errors import UsageError
from easement.gate.answers import FORMATS, answer_format, envelope, table_records, wrap_records, write_answer
from easement.gate.decide import decide
from easement.gate.model import Decision
from easement.gate.prepare import Prepared
from easement.gate.small_numbers import Published

from .conftest import facts, request
from .world import read

RECORDS: list[dict[str, Any]] = [
    {"who": 'Zoë, “the” "first"', "seen": date(2026, 2, 1), "met": True, "token": b"\x01\xff", "sum": 1.5},
    {"who": None, "seen": None, "met": False, "token": None, "sum": None},
]
COLUMNS = tuple(RECORDS[0])


@pytest.fixture
def decision(agreement: Prepared) -> Decision:
    return decide(request(), agreement, facts())


@pytest.mark.parametrize(("ending", "format_"), FORMATS.items())
def test_the_ending_of_a_name_says_the_format_in_any_case(ending: str, format_: str) -> None:
    assert answer_format(Path(f"a.b{ending}")) == answer_format(Path(f"A{ending.upper()}")) == format_


@pytest.mark.parametrize("name", ["answer", "answer.xlsx", "answer.csv.gz", ".csv", "answer.receipt"])
def test_a_name_that_says_no_format_is_told_which_there_are(name: str) -> None:
    with pytest.raises(UsageError) as refused:
        answer_format(Path(name))
    assert refused.value.remedy == "end the name in one of .csv, .parquet, .json, .jsonl, .ndjson"


def test_csv_has_a_head_plain_truth_words_days_and_empty_cells(decision: Decision, tmp_path: Path) -> None:
    write_answer(tmp_path / "a.csv", "csv", decision, COLUMNS, RECORDS)
    with (tmp_path / "a.csv").open(newline="", encoding="utf-8") as file:
        head, *rows = csv.reader(file)
    assert tuple(head) == COLUMNS
    assert rows == [['Zoë, “the” "first"', "2026-02-01", "true", "01ff", "1.5"], ["", "", "false", "", ""]]


def test_json_holds_the_records_in_their_envelope(decision: Decision, tmp_path: Path) -> None:
    write_answer(tmp_path / "a.json", "json", decision, COLUMNS, RECORDS)
    answer = json.loads((tmp_path / "a.json").read_text())
    assert answer["records"][0] == {
        "who": "Zoë, “the” \"first\"", "seen": "2026-02-01", "met": True, "token": "01ff", "sum": 1.5,
    }  # fmt: skip
    assert answer["agreement"]["digest"] == decision.agreement


def test_jsonl_is_one_record_a_line(decision: Decision, tmp_path: Path) -> None:
    write_answer(tmp_path / "a.jsonl", "jsonl", decision, COLUMNS, RECORDS)
    assert [record["met"] for record in read(tmp_path / "a.jsonl")] == [True, False]


def test_parquet_keeps_the_types(decision: Decision, tmp_path: Path) -> None:
    write_answer(tmp_path / "a.parquet", "parquet", decision, COLUMNS, RECORDS)
    assert pq.read_table(tmp_path / "a.parquet").to_pylist() == RECORDS


def test_a_parquet_column_with_hidden_numbers_is_text(decision: Decision, tmp_path: Path) -> None:
    records = [{"people": 10, "age": None}, {"people": "*", "age": 7}]
    write_answer(tmp_path / "a.parquet", "parquet", decision, ("people", "age"), records)
    assert pq.read_table(tmp_path / "a.parquet").to_pylist() == [
        {"people": "10", "age": None},
        {"people": "*", "age": 7},
    ]


@pytest.mark.parametrize("format_", ["csv", "json", "jsonl", "parquet"])
def test_an_answer_without_records_is_whole(decision: Decision, tmp_path: Path, format_: str) -> None:
    path = tmp_path / f"a.{format_}"
    write_answer(path, format_, decision, COLUMNS, [])
    assert read(path) == []
    assert path.stat().st_mode & 0o777 == 0o600


def test_an_envelope_around_a_file_is_the_envelope_around_its_records(decision: Decision, tmp_path: Path) -> None:
    records = [{"a": 1, "b": "{[“x”]}"}, {"a": None, "b": "\n"}]
    (tmp_path / "records.json").write_text(json.dumps(records))
    wrap_records(tmp_path / "a.json", decision, tmp_path / "records.json")
    assert json.loads((tmp_path / "a.json").read_text()) == envelope(decision, records)
    assert not (tmp_path / "records.json").exists()


def test_the_recipient_is_told_how_often_a_models_links_are_expected_to_be_wrong(
    decision: Decision, tmp_path: Path
) -> None:
    (tmp_path / "records.json").write_text('[{"a": 1}]')
    told = {"model": "school/1", "expected": {"precision": "0.9987"}}
    wrap_records(tmp_path / "a.json", decision, tmp_path / "records.json", told)
    assert json.loads((tmp_path / "a.json").read_text()) == envelope(decision, [{"a": 1}]) | {"linkage": told}


def test_a_table_shows_each_measure_and_hides_all_of_a_hidden_cell() -> None:
    counted = Aggregate.model_validate(
        {"measures": {"people": "count", "earned": {"sum": "pay"}, "typical": {"mean": "pay"}}}
    )
    cells = [
        Published(("UC", "F"), 10, {"pay": 100}, {"pay": 10.0}),
        Published(("UC", "M"), None, {"pay": None}, {"pay": None}),
    ]
    assert table_records(("award", "sex"), counted, cells) == [
        {"award": "UC", "sex": "F", "people": 10, "earned": 100, "typical": 10.0},
        {"award": "UC", "sex": "M", "people": "*", "earned": "*", "typical": "*"},
    ]

"""JSON records come as rows of text, objects opened one level (R3.5)."""

import gzip
import json
from pathlib import Path

import pytest

from easement.base.errors import BadData
from easement.sources.files import open_source
from tests.sources.reading import names_and_rows, put, rows

RECORDS = [
    {"name": "Zoë", "born": "1990-01-02", "earned": 616.67, "here": True, "note": ""},
    {"name": None, "born": "1991", "earned": 5, "here": False},
]
FOUND = [("Zoë", "1990-01-02", "616.67", "true", ""), (None, "1991", "5", "false", None)]


@pytest.mark.parametrize("name", ["a.json", "a.jsonl", "a.ndjson"])
@pytest.mark.parametrize("listed", [True, False])
def test_a_list_and_one_record_a_line_read_the_same(tmp_path: Path, name: str, listed: bool) -> None:
    text = json.dumps(RECORDS, indent=1) if listed else "\n".join(json.dumps(record) for record in RECORDS)
    names, found = names_and_rows(put(tmp_path, text, name))
    assert names == ["name", "born", "earned", "here", "note"]
    assert sorted(found, key=repr) == sorted(FOUND, key=repr)  # rows come in no order that the query does not ask for


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_byte_order_mark_is_no_part_of_the_text(tmp_path: Path, encoding: str) -> None:
    text = "\n".join(json.dumps(record, ensure_ascii=False) for record in RECORDS)
    assert sorted(rows(put(tmp_path, text.encode(encoding), "a.jsonl")), key=repr) == sorted(FOUND, key=repr)


def test_a_packed_file_is_read_as_it_is(tmp_path: Path) -> None:
    found = rows(put(tmp_path, gzip.compress(json.dumps(RECORDS).encode()), "a.json.gz"))
    assert sorted(found, key=repr) == sorted(FOUND, key=repr)


def test_objects_are_opened_one_level_and_the_rest_is_kept_as_json(tmp_path: Path) -> None:
    record = {"id": 1, "at": {"postcode": "LS1 4FB", "geo": {"x": 1.5}}, "tags": ["a", "b"], "mixed": 5}
    other = {"id": 2, "mixed": {"deep": True}}
    with open_source(put(tmp_path, json.dumps([record, other]), "a.json")) as source:
        assert [column.name for column in source.columns] == ["id", "at.postcode", "at.geo", "tags", "mixed"]
        assert source.measure("FROM source") == [
            ("1", "LS1 4FB", '{"x":1.5}', '["a","b"]', "5"),
            ("2", None, None, None, '{"deep":true}'),
        ]
        assert source.notes == (
            "kept as JSON text, for not every record holds one plain value there: `at.geo`, `tags`, `mixed`",
        )


def test_keys_may_hold_anything_and_never_meet(tmp_path: Path) -> None:
    record = {'o\'dea "x"': 1, "a.b": 2, "a": {"b": 3, "c'\"": 4}, "select": 5, "line\nbreak": 6}
    names, found = names_and_rows(put(tmp_path, json.dumps([record]), "a.json"))
    assert names == ['o\'dea "x"', "a.b", "a.b_2", "a.c'\"", "select", "line break"]
    assert found == [("1", "2", "3", "4", "5", "6")]


@pytest.mark.parametrize(
    ("text", "where", "what"),
    [
        ('{"a":1}\n\n{"a" 3}\n{"a":4}', ":3", "the file is not well-formed JSON"),
        ('{"a":1}\n{"a":\n', ":2", "the file is not well-formed JSON"),
        ('[\n{"a":1},\n{"a":]\n', ":3", "the file is not well-formed JSON"),
        ('[{"a":1}] zebedee', ":1", "the file is not well-formed JSON"),
        ("zebedee", ":1", "the file is not well-formed JSON"),
        ('{"a":1,"a":2}', "", "a record has the same key twice"),
        ('{"a":1,"A":2}', "", "the keys `a` and `A` differ only in capitals"),
        ('{"a":{"b":1,"B":2}}', "", "the keys `b` and `B` differ only in capitals"),
        ('{"":1}', "", "a value has an empty name"),
        ('[{"a":1},2]', "", "the file does not hold records"),
        ("[[1]]", "", "the file does not hold records"),
        ("5", "", "the file does not hold records"),
        ("[]", "", "the file holds no records"),
        ("", "", "the file is empty"),
    ],
)
def test_what_holds_no_records_is_refused(tmp_path: Path, text: str, where: str, what: str) -> None:
    path = put(tmp_path, text, "a.json")
    with pytest.raises(BadData) as raised:
        rows(path)
    assert (raised.value.where, raised.value.what) == (f"{path}{where}", what)
    assert "zebedee" not in str(raised.value)


def test_bytes_that_are_no_utf_8_are_named(tmp_path: Path) -> None:
    path = put(tmp_path, '[{"a":"é"}]'.encode("cp1252"), "a.json")
    with pytest.raises(BadData, match="byte 8 of the file") as raised, open_source(path):
        pass
    assert raised.value.where == f"{path}:1"
    assert rows(path, encoding="cp1252") == [("é",)]

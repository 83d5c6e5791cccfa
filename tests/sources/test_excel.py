"""Spreadsheets come as text, the way a person reads the cells (R3.5)."""

import os
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from easement.base.errors import BadData, StorageFailed
from easement.sources import excel
from easement.sources.files import open_source
from easement.sources.held import hold
from easement.sources.model import File
from tests.sources.reading import names_and_rows, put, rows


def book(path: Path, **sheets: Sequence[Sequence[Any]]) -> Path:
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.worksheets[0])
    for title, table in sheets.items():
        sheet = workbook.create_sheet(title)
        for row in table:
            sheet.append(list(row))
    workbook.save(path)
    return path


def refusal(path: Path, **how: Any) -> tuple[str, str]:
    with pytest.raises(BadData) as raised, open_source(path, **how):
        pass
    return raised.value.what, raised.value.remedy


def test_cells_come_as_a_person_reads_them(tmp_path: Path) -> None:
    cells = [
        9434765919,
        616.67,
        1e20,
        -0.5,
        date(2026, 9, 2),
        datetime.fromisoformat("2026-09-02T10:30"),
        time(9, 5),
        True,
        " x ",
        None,
    ]
    path = book(
        tmp_path / "a.xlsx", Roll=[[f"c{n}" for n in range(len(cells))], cells, [timedelta(hours=30, minutes=5)]]
    )
    assert rows(path) == [
        ("9434765919", "616.67", "1e+20", "-0.5", "2026-09-02", "2026-09-02 10:30:00", "09:05:00", "true", " x ", None),
        ("30:05:00", *[None] * 9),
    ]


def test_every_column_is_text_whatever_its_cells(tmp_path: Path) -> None:
    with open_source(book(tmp_path / "a.xlsx", Roll=[["a", "b"], [1, date(2026, 1, 1)]])) as source:
        assert [column.type for column in source.columns] == ["VARCHAR", "VARCHAR"]


def test_the_table_is_found_below_and_beside_empty_cells(tmp_path: Path) -> None:
    path = book(
        tmp_path / "a.xlsx", Roll=[[], [], [None, "name", "born", None], [None, "ann", 1990], [], [None, "bob"]]
    )
    assert names_and_rows(path) == (["name", "born"], [("ann", "1990"), ("bob", None)])


def test_values_beyond_the_names_are_kept(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx", Roll=[["name"], ["ann", "left over"]])
    assert names_and_rows(path) == (["name", "column_2"], [("ann", "left over")])


def test_names_in_another_row_or_none(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx", Roll=[["Roll, autumn"], ["name", "born"], ["ann", 1990]])
    assert names_and_rows(path, header=2) == (["name", "born"], [("ann", "1990")])
    assert names_and_rows(path, header=0)[1] == [("Roll, autumn", None), ("name", "born"), ("ann", "1990")]


def test_one_sheet_needs_no_name_and_several_do(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx", Roll=[["a"], [1]], Notes=[["b"], [2]])
    what, remedy = refusal(path)
    assert what == "the spreadsheet has 2 sheets, and none is named"
    assert "`Roll`, `Notes`" in remedy
    assert names_and_rows(path, sheet="Notes") == (["b"], [("2",)])
    assert refusal(path, sheet="Roles")[0] == "there is no sheet `Roles`"


def test_a_hidden_sheet_is_read_only_by_name(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx", Roll=[["a"], [1]], Lists=[["b"], [2]])
    workbook = openpyxl.load_workbook(path)
    workbook["Lists"].sheet_state = "hidden"
    workbook.save(path)
    assert names_and_rows(path) == (["a"], [("1",)])
    assert names_and_rows(path, sheet="Lists") == (["b"], [("2",)])


def test_an_empty_sheet_is_told(tmp_path: Path) -> None:
    assert refusal(book(tmp_path / "a.xlsx", Roll=[]))[0] == "`Roll` is empty"
    assert (
        refusal(book(tmp_path / "b.xlsx", Roll=[["a"], [1]]), header=9)[0]
        == "the sheet `Roll` has no row of column names"
    )


@pytest.mark.parametrize("data", [b"hello", b"PK\x03\x04 and then nothing", b"\xd0\xcf\x11\xe0" + bytes(600)])
def test_what_is_no_spreadsheet_is_told(tmp_path: Path, data: bytes) -> None:
    assert refusal(put(tmp_path, data, "a.xlsx"))[0] == "the file is no spreadsheet that can be read, or is damaged"


def test_a_spreadsheet_named_csv_is_told(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx", Roll=[["a"], [1]]).rename(tmp_path / "a.csv")
    assert refusal(path) == ("the file is excel, not csv", "say `format: excel`")
    assert rows(path, format="excel") == [("1",)]


def test_a_spreadsheet_that_unpacks_to_too_much_is_refused_unread(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(excel, "MAX_UNPACKED", 1_000)
    path = book(tmp_path / "a.xlsx", Roll=[["id"], [1]])
    with hold(File(path)) as held, (tmp_path / "sheet").open("wb") as sink:
        with pytest.raises(BadData, match=r"unpacks to [0-9,]+ bytes; at most 1,000 are read"):
            excel.write_rows(held, sink)
        assert sink.tell() == 0


def test_a_large_sheet_is_read_and_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = book(tmp_path / "a.xlsx", Roll=[["id"], *([number] for number in range(12_345))])
    with open_source(path) as source:
        assert source.measure("SELECT count(*), sum(id::INT) FROM source") == [(12_345, 12_344 * 12_345 // 2)]
        assert source.notes == ()
    monkeypatch.setattr(excel, "LARGE", 12_344)
    with hold(File(path)) as held, (tmp_path / "sheet").open("wb") as sink:
        names, notes = excel.write_rows(held, sink)
    assert names == ("id",)
    assert notes == ("`a.xlsx` has 12,345 rows; the same table as CSV or Parquet needs far less memory",)


def test_a_wide_sheet_is_read(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx", Roll=[[f"c{n}" for n in range(1_500)], *([n] * 1_500 for n in range(20))])
    with open_source(path) as source:
        assert source.measure('SELECT count(*), sum("c1499"::INT) FROM source') == [(20, 190)]


def test_a_full_disk_is_told(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx", Roll=[["id"], [1]])
    full = Path("/dev/full")
    with hold(File(path)) as held, full.open("wb", buffering=0) as sink, pytest.raises(StorageFailed, match="No space"):
        excel.write_rows(held, sink)


@pytest.mark.parametrize("name", ["a b.xlsx", "köln.xlsx", os.fsdecode(b"caf\xe9.xlsx")])
def test_any_name_of_a_file_goes_to_the_process_that_reads_it(tmp_path: Path, name: str) -> None:
    book(tmp_path / "a.xlsx", Roll=[["a"], [1]]).rename(tmp_path / name)
    assert rows(tmp_path / name) == [("1",)]
    assert refusal(tmp_path / name, sheet="Köln")[0] == "there is no sheet `Köln`"

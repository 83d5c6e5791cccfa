"""Cells that a spreadsheet would run as a formula, and the way back."""

import csv
import io
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from easement.base import spreadsheet
from easement.base.spreadsheet import FORMULA, plain_cell, safe_cell, write_rows


@pytest.mark.parametrize("begins", FORMULA)
def test_no_cell_begins_as_a_formula_does(begins: str) -> None:
    assert safe_cell(f"{begins}1+1") == f"'{begins}1+1"


@pytest.mark.parametrize("value", [-5, 1.5, None, True, "Ash", "", "O'Brien", "'quoted'"])
def test_what_no_spreadsheet_runs_stays_as_it_is(value: object) -> None:
    assert safe_cell(value) == value


@given(st.text() | st.builds(lambda marks, begins, text: marks + begins + text,
                             st.text("'", max_size=3), st.sampled_from(FORMULA), st.text()))  # fmt: skip
def test_every_text_comes_back(text: str) -> None:
    cell = safe_cell(text)
    assert not cell.startswith(FORMULA)
    assert plain_cell(cell) == text


def test_a_table_is_written_safe_and_reads_back() -> None:
    file = io.StringIO()
    write_rows(file, ("who", "=what"), [("=cmd|' /C calc'!A0", 1), ('a,b\n"c"', -2)], end="\n")
    assert file.getvalue().splitlines()[0] == "who,'=what"
    rows = list(csv.reader(io.StringIO(file.getvalue())))
    assert [[plain_cell(cell) for cell in row] for row in rows] == [
        ["who", "=what"], ["=cmd|' /C calc'!A0", "1"], ["a,b\n\"c\"", "-2"],
    ]  # fmt: skip


DATA = {
    "demo/town.py": "tables of the demo, which programs read",
    "gate/answers.py": "answers hold every value as it is",
    "meaning/sssom.py": "mappings in a form of others, which programs read",
    "register/open_data.py": "marks its own cells",
    "web/reading/columns.py": "a list for another node, which a program reads",
}
"""Who writes CSV without `write_rows`, and why."""


def test_every_list_for_people_is_written_in_this_one_way() -> None:
    package = Path(spreadsheet.__file__).parent.parent
    found = {
        str(path.relative_to(package))
        for path in package.rglob("*.py")
        if re.search(r"csv\.(writer|DictWriter)", path.read_text())
    }
    assert found - {"base/spreadsheet.py"} <= DATA.keys()

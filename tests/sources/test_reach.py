"""Where the data cannot be reached, the error says why and what to do (exit 13); and a changing file is caught."""

import os
import socket
from pathlib import Path
from typing import Any

import pytest

from easement.base.errors import EasementError, SourceUnreachable, StorageFailed, UsageError
from easement.sources import views
from easement.sources.files import open_source, open_sources
from easement.sources.model import File, Format
from tests.sources.reading import put


def refusal(path: Path) -> SourceUnreachable:
    with pytest.raises(SourceUnreachable) as raised, open_source(path):
        pass
    assert raised.value.exit_code == 13
    assert raised.value.remedy
    return raised.value


def test_a_missing_file(tmp_path: Path) -> None:
    assert "there is no file" in refusal(tmp_path / "none.csv").what
    assert "there is no file" in refusal(tmp_path / "nowhere" / "none.csv").what


def test_a_folder(tmp_path: Path) -> None:
    (tmp_path / "a.csv").mkdir()
    assert refusal(tmp_path / "a.csv").what == f"`{tmp_path / 'a.csv'}` is a folder"


def test_a_link_is_refused_even_to_a_good_file(tmp_path: Path) -> None:
    put(tmp_path, "a\n1\n", "real.csv")
    (tmp_path / "a.csv").symlink_to(tmp_path / "real.csv")
    assert "is a link to another file" in refusal(tmp_path / "a.csv").what


def test_a_pipe_or_socket_is_refused_without_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.csv")
    assert "is not a plain file" in refusal(tmp_path / "a.csv").what
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "b.csv"))
        assert "cannot open" in refusal(tmp_path / "b.csv").what


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_a_file_without_the_right_to_read_it(tmp_path: Path) -> None:
    path = put(tmp_path, "a\n1\n")
    path.chmod(0)
    assert "may not be read by this user" in refusal(path).what


def test_a_file_that_grows_while_it_is_read_is_caught(tmp_path: Path) -> None:
    path = put(tmp_path, "a\n1\n")
    with open_source(path) as source:
        assert source.measure("SELECT count(*) FROM source") == [(1,)]
        with path.open("a") as file:
            file.write("2\n")
        with pytest.raises(SourceUnreachable, match="changed while it was being read"):
            source.measure("SELECT count(*) FROM source")


@pytest.mark.parametrize("how", ["replaced", "removed", "touched"])
def test_a_file_that_is_no_longer_the_one_opened_is_caught(tmp_path: Path, how: str) -> None:
    path = put(tmp_path, "a\n1\n")
    with open_source(path) as source:
        if how == "replaced":
            put(tmp_path, "a\n9\n", "new.csv").replace(path)
        elif how == "removed":
            path.unlink()
        else:
            os.utime(path, ns=(1, 1))
        with pytest.raises(SourceUnreachable, match="changed while it was being read"):
            source.measure("FROM source")


@pytest.mark.parametrize("how", ["not every record is read", "nothing can be read"])
def test_what_cannot_be_read_of_a_file_that_changes_meanwhile_is_told_as_the_change(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    """Whoever writes the file is waited for, and nobody is sent to look for a fault in it."""
    path = put(tmp_path, "a,b\n1,2\n")

    def changing(*_: Any, **__: Any) -> str:
        os.utime(path, ns=(1, 1))
        return "range(3)" if how == "not every record is read" else "read_csv('/nowhere')"

    monkeypatch.setattr(views, "reader", changing)
    with pytest.raises(SourceUnreachable, match="changed while it was being read"), open_source(path):
        raise AssertionError("it was opened")


def test_a_source_is_closed_with_its_block(tmp_path: Path) -> None:
    with open_source(put(tmp_path, "a\n1\n")) as source:
        pass
    with pytest.raises(SourceUnreachable, match="closed already"):
        source.measure("FROM source")


def test_two_sources_stand_side_by_side(tmp_path: Path) -> None:
    left = File(put(tmp_path, "a\n1\n2\n", "left.csv"), "held")
    right = File(put(tmp_path, '[{"a":2}]', "right.json"), "listed")
    with open_sources(left, right) as session:
        held, listed = session.sources["held"], session.sources["listed"]
        assert session.measure(f"SELECT count(*) FROM {held.relation} JOIN {listed.relation} USING (a)") == [(1,)]


def test_two_sources_need_two_names(tmp_path: Path) -> None:
    file = File(put(tmp_path, "a\n1\n"))
    with pytest.raises(UsageError, match="the same name"), open_sources(file, file):
        pass


def test_a_missing_output_folder_is_told(tmp_path: Path) -> None:
    with (
        pytest.raises(StorageFailed, match="nothing can be written in"),
        open_source(put(tmp_path, "a\n1\n"), output=tmp_path / "none"),
    ):
        pass


@pytest.mark.parametrize(
    ("name", "format_"),
    [("a.csv", "csv"), ("a.TSV", "csv"), ("a.csv.gz", "csv"), ("a.xls", "excel"), ("a.XLSX", "excel"),
     ("a.jsonl", "json"), ("a.json.gz", "json"), ("a.b.parquet", "parquet")],
)  # fmt: skip
def test_the_name_tells_the_format(name: str, format_: str) -> None:
    assert File(Path(name)).kind is Format(format_)


@pytest.mark.parametrize(
    "how",
    [
        {"path": "a.dat"}, {"path": "a"}, {"path": "a.gz"}, {"path": "a.csv", "format": "zip"},
        {"path": "a.csv", "delimiter": "||"}, {"path": "a.csv", "delimiter": '"'}, {"path": "a.csv", "delimiter": "\n"},
        {"path": "a.csv", "header": -1}, {"path": "a.csv", "name": 'x"; DROP'}, {"path": "a.csv", "name": ""},
        {"path": "a.csv", "encoding": "base64"},
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_before_anything_is_opened(how: dict[str, str]) -> None:
    with pytest.raises(UsageError) as raised:
        File(**how)  # type: ignore[arg-type]
    assert raised.value.remedy


def test_a_measure_gives_counts_not_tables(tmp_path: Path) -> None:
    path = put(tmp_path, "a\n" + "".join(f"{number}\n" for number in range(10_001)))
    with open_source(path) as source:
        with pytest.raises(EasementError, match="at most 10,000 rows"):
            source.measure("FROM source")
        assert source.measure("SELECT count(*) FROM source WHERE a > $least", {"least": "5"}) != [(0,)]


def test_an_unknown_column_is_named(tmp_path: Path) -> None:
    with (
        open_source(put(tmp_path, "a\n1\n")) as source,
        pytest.raises(EasementError, match="there is no column `postcode`"),
    ):
        source.measure("SELECT postcode FROM source")

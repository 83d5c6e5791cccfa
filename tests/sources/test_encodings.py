"""Text in the encodings that older systems write. An encoding is said or marked, never guessed (R3.5)."""

import codecs
import gzip
from pathlib import Path

import pytest

from easement.base.errors import BadData, UsageError
from easement.sources.files import open_source
from tests.sources.reading import put, rows

TEXT = "name,note\nZoë Müller,£5 – “paid”\n"
LATIN = "name,note\nZoë Müller,£5 paid\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "mac-roman"])
def test_an_encoding_that_is_said_is_read(tmp_path: Path, encoding: str) -> None:
    assert rows(put(tmp_path, TEXT.encode(encoding)), encoding=encoding) == [("Zoë Müller", "£5 – “paid”")]


@pytest.mark.parametrize("encoding", ["latin-1", "ISO-8859-15", "windows-1252", "cp437", "cp850"])
def test_an_encoding_may_be_said_by_any_of_its_names(tmp_path: Path, encoding: str) -> None:
    assert rows(put(tmp_path, LATIN.encode(encoding)), encoding=encoding) == [("Zoë Müller", "£5 paid")]


@pytest.mark.parametrize(
    "data",
    [
        codecs.BOM_UTF8 + TEXT.encode(),
        codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le"),
        codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"),
    ],
)
def test_a_byte_order_mark_tells_the_encoding(tmp_path: Path, data: bytes) -> None:
    assert rows(put(tmp_path, data)) == [("Zoë Müller", "£5 – “paid”")]


def test_a_packed_file_may_be_in_any_of_them(tmp_path: Path) -> None:
    assert (
        rows(put(tmp_path, gzip.compress(TEXT.encode("cp1252")), "a.csv.gz"), encoding="cp1252")[0][0] == "Zoë Müller"
    )


@pytest.mark.parametrize(
    ("data", "encoding", "where", "what", "remedy"),
    [
        (b"a,b\n1,2\n3,caf\xe9\n", None, ":3", "the text is not utf-8: byte 14 of", "`encoding: cp1252`"),
        (b"a,b\n1,\x81\n", "cp1252", ":2", "the text is not cp1252: byte 7 of", "`encoding: latin-1`"),
        (b"a,b\n1,2\x00\n", None, ":2", "the text holds a NUL byte, at byte 8 of", "export the table anew"),
        ("a,b\n1,2\n".encode("utf-16-le"), None, ":1", "the text holds a NUL byte, at byte 2", "`encoding: utf-16-le`"),
        ("a,b\n1,é\n".encode("utf-16-be"), None, ":2", "the text is not utf-8: byte 14 of", "`encoding: utf-16-be`"),
        ("a,b\n1,é\n".encode("utf-16")[:-1], None, ":2", "the text is not utf-16: byte 17 of", "cut short"),
        (codecs.BOM_UTF16_BE + "a\nb\0\n".encode("utf-16-be"), None, ":2", "the text holds a NUL byte, at byte 9", ""),
        (b"a,b\r1,2\r3,\xff\r", None, ":3", "the text is not utf-8: byte 11 of", "`encoding: cp1252`"),
    ],
)  # fmt: skip
def test_what_an_encoding_does_not_allow_is_named_by_line_and_byte(
    tmp_path: Path, data: bytes, encoding: str | None, where: str, what: str, remedy: str
) -> None:
    path = put(tmp_path, data)
    with pytest.raises(BadData) as raised, open_source(path, encoding=encoding):
        pass
    assert raised.value.where == f"{path}{where}"
    assert raised.value.what.startswith(what)
    assert remedy in raised.value.remedy


def test_a_bad_byte_far_into_a_file_is_named_true(tmp_path: Path) -> None:
    data = b"a,b\n" + b"".join(b"%d,x\n" % number for number in range(300_000))
    at = data.index(b"\n250000,") + 1
    path = put(tmp_path, data[:at] + b"\xe9" + data[at:])
    with pytest.raises(BadData) as raised, open_source(path):
        pass
    assert raised.value.where == f"{path}:250002"
    assert f"byte {at + 1:,} of" in raised.value.what


def test_control_characters_in_latin_1_are_told(tmp_path: Path) -> None:
    with open_source(put(tmp_path, b"a,b\n1,\x80 5\n"), encoding="latin-1") as source:
        assert "`encoding: cp1252` may be meant" in source.notes[0]


def test_an_encoding_that_is_not_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="`rot13` is not an encoding") as raised:
        open_source(put(tmp_path, "a\n"), encoding="rot13").__enter__()
    assert "cp1252" in raised.value.remedy


@pytest.mark.parametrize("data", [b"a,b\n1,2\n", gzip.compress(b"a,b\n1,2\n" * 100, mtime=0)[:-9]])
def test_a_packed_file_that_is_not_whole_is_refused(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(BadData, match="not whole, or not compressed"), open_source(put(tmp_path, data, "a.csv.gz")):
        pass

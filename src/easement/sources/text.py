"""Text files checked byte by byte before any row is read, and turned into UTF-8 where they are something else."""

import codecs
import gzip
import re
import zlib
from typing import BinaryIO, NamedTuple, NoReturn

from easement.base.errors import BadData
from easement.sources.held import Held

__all__ = ["Checked", "check", "found_encoding"]

CHUNK = 1 << 20
"""Bytes looked at together: larger is no faster, and memory stays small."""

MAX_TEXT = 100_000_000_000
"""Longest text read, in bytes: 200 million rows of 500 bytes; checking alone takes minutes."""

MAX_RATIO = 200
"""Most bytes that one packed byte may unpack to: tables reach 5 to 50, and gzip at most some 1,030."""

SMALL = 100_000_000
"""Bytes to which any packed text may unpack: so few are read in a second or two."""

_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_NOT_QUOTE_OR_LINE = bytes(byte for byte in range(256) if byte not in b'"\r\n')
_CONTROLS = re.compile("[\x80-\x9f]")


class Checked(NamedTuple):
    """What the check saw: any quotes, line breaks inside them, C1 controls (a sign of another encoding), and lines.

    `lines` counts the lines that end outside quotes, and a last one without an end; `blank` those at the very end
    that hold nothing. Both are right for text that quotes as RFC 4180 says.
    """

    quotes: bool
    quoted_lines: bool
    controls: bool
    lines: int
    blank: int


def found_encoding(held: Held) -> str:
    """The encoding said for the file, else the one its byte order mark tells, else UTF-8; never a guess."""
    if held.file.encoding is not None:
        return held.file.encoding
    with held.stream() as stream:
        head = _read(stream, held, 4)
    return next((encoding for mark, encoding in _MARKS if head.startswith(mark)), "utf-8")


def check(held: Held, encoding: str, sink: BinaryIO | None = None) -> Checked:
    """Read the whole file once; raises `BadData` with line and byte for what its encoding does not allow.

    With a `sink`, the text is written there as UTF-8 without a byte order mark. Memory is bounded by `CHUNK`.
    """
    decoder = codecs.getincrementaldecoder("utf-8-sig" if encoding == "utf-8" else encoding)()
    lines, controls, before = _Lines(), False, 0
    _check_length(held, held.size)
    with held.stream() as stream:
        while chunk := _read(stream, held, CHUNK):
            _check_length(held, before + len(chunk))
            text = _decode(held, encoding, decoder, chunk, before)
            plain = chunk if encoding == "utf-8" and sink is None else text.encode()
            if b"\0" in plain:
                _refuse_nul(held, encoding)
            lines.look(plain)
            controls = controls or (encoding == "latin-1" and _CONTROLS.search(text) is not None)
            if sink is not None:
                sink.write(plain)
            before += len(chunk)
        _decode(held, encoding, decoder, b"", before)
    return lines.seen(controls=controls)


def _read(stream: BinaryIO, held: Held, size: int) -> bytes:
    try:
        return stream.read(size)
    except (gzip.BadGzipFile, zlib.error, EOFError) as error:
        raise BadData(
            "the file is not whole, or not compressed with gzip", where=str(held.file.path), remedy="fetch it anew"
        ) from error


def _check_length(held: Held, length: int) -> None:
    """Refuse what is too long to be the table meant, as soon as so much of it was seen."""
    most = min(MAX_TEXT, max(SMALL, MAX_RATIO * held.size)) if held.file.packed else MAX_TEXT
    if length > most:
        raise BadData(
            f"the text {'unpacks to' if held.file.packed else 'has'} more than {most:,} bytes",
            where=str(held.file.path),
            remedy="unpack it, look whether it is the table meant, and name that file"
            if length <= MAX_TEXT
            else "split the table, or export it as Parquet",
        )


def _decode(held: Held, encoding: str, decoder: codecs.IncrementalDecoder, chunk: bytes, before: int) -> str:
    try:
        return decoder.decode(chunk, final=not chunk)
    except UnicodeDecodeError as error:
        kept = len(error.object) - len(chunk)
        _refuse(held, encoding, before - kept + error.start)


def _refuse(held: Held, encoding: str, offset: int) -> NoReturn:
    wide = _wide(held) if encoding == "utf-8" else None
    if encoding.startswith("utf-16"):
        remedy = "it may have been cut short: fetch it anew"
    else:
        other = wide or {"utf-8": "cp1252", "cp1252": "latin-1"}.get(encoding, "utf-8")
        remedy = f"if it was saved by Excel or an older system, try `encoding: {other}`"
    raise BadData(
        f"the text is not {encoding}: byte {offset + 1:,} of the file does not fit",
        where=f"{held.file.path}:{_line(held, encoding, offset)}",
        remedy=remedy,
    )


def _refuse_nul(held: Held, encoding: str) -> NoReturn:
    width = 2 if encoding.startswith("utf-16") else 1
    wide = _wide(held) if width == 1 else None
    offset = _nul_offset(held, width)
    raise BadData(
        f"the text holds a NUL byte, at byte {offset + 1:,} of the file",
        where=f"{held.file.path}:{_line(held, encoding, offset)}",
        remedy=f"try `encoding: {wide}`" if wide else "export the table anew; text has no such byte",
    )


def _wide(held: Held) -> str | None:
    """The two-byte encoding that the text is in by the look of its NUL bytes: every second one."""
    with held.stream() as stream:
        head = stream.read(4_096)
    if head[1::2].count(0) > len(head) // 4:
        return "utf-16-le"
    return "utf-16-be" if head[::2].count(0) > len(head) // 4 else None


def _nul_offset(held: Held, width: int) -> int:
    before = 0
    with held.stream() as stream:
        while chunk := stream.read(CHUNK):
            at = chunk.find(bytes(width))
            while at % width and at >= 0:
                at = chunk.find(bytes(width), at + 1)
            if at >= 0:
                return before + at
            before += len(chunk)
    return before


def _line(held: Held, encoding: str, offset: int) -> int:
    """The line of a byte: line feeds before it, or carriage returns where the file has no line feeds."""
    decoder = codecs.getincrementaldecoder(encoding)(errors="ignore")
    feeds, returns, left = 0, 0, offset
    with held.stream() as stream:
        while left > 0 and (chunk := stream.read(min(left, CHUNK))):
            text = decoder.decode(chunk)
            feeds, returns, left = feeds + text.count("\n"), returns + text.count("\r"), left - len(chunk)
    return (feeds or returns) + 1


class _Lines:
    """Counts lines and looks at quotes, by a few passes of C over each chunk.

    All but quotes and line ends is dropped, then every pair of quotes with nothing between: what is left is long only
    where quoted values hold line breaks.
    """

    def __init__(self) -> None:
        self.quotes = self.inside = self.across = False
        self.feeds = self.returns = 0
        self.last = b""

    def look(self, chunk: bytes) -> None:
        """Take the next bytes, as UTF-8."""
        self.last = chunk or self.last
        if b'"' not in chunk:
            parts = [chunk]
        else:
            self.quotes = True
            parts = chunk.translate(None, _NOT_QUOTE_OR_LINE).replace(b'""', b"").split(b'"')
        outside, within = (parts[1::2], parts[::2]) if self.inside else (parts[::2], parts[1::2])
        self.feeds += sum(part.count(b"\n") for part in outside)
        self.returns += sum(part.count(b"\r") for part in outside)
        self.across = self.across or any(b"\n" in part or b"\r" in part for part in within)
        self.inside ^= len(parts) % 2 == 0

    def seen(self, *, controls: bool) -> Checked:
        """What was seen, once all is."""
        tail = self.last[len(self.last.rstrip(b"\r\n")) :]
        ends = tail.count(b"\n") or tail.count(b"\r")
        lines = (self.feeds or self.returns) + (not ends or self.inside)
        return Checked(self.quotes, self.across, controls, lines, max(ends - 1, 0))

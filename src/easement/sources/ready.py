"""A file made ready for the engine before it is locked: checked, turned into UTF-8 or Parquet where it is neither."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from easement.base.errors import BadData
from easement.sources.apart import write_sheet
from easement.sources.delimited import CRLF, SAMPLE, Layout, find_layout
from easement.sources.held import Held, unnamed
from easement.sources.model import Format
from easement.sources.text import Checked, check, found_encoding

__all__ = ["Ready", "make_ready"]

_Keep = Callable[[AbstractContextManager[BinaryIO]], BinaryIO]

_MAGIC: Mapping[bytes, Format] = {
    b"PK\x03\x04": Format.EXCEL,
    b"\xd0\xcf\x11\xe0": Format.EXCEL,
    b"PAR1": Format.PARQUET,
}


@dataclass(frozen=True, slots=True)
class Ready:
    """A held file and what the engine reads for it: `place`, its packing, and what was found on the way."""

    held: Held
    place: str
    packed: bool = False
    before: int = 0
    checked: Checked | None = None
    layout: Layout | None = None
    names: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def stream(self) -> BinaryIO:
        """The text that the engine reads, unpacked, without what was put before it; the caller closes it."""
        if self.place == self.held.place:
            return self.held.stream()
        stream: BinaryIO = Path(self.place).open("rb")  # noqa: SIM115 (the caller closes it)
        stream.seek(self.before)
        return stream


def make_ready(held: Held, folder: Path, keep: _Keep) -> Ready:
    """Check a file and find how to read it; `keep` holds open what is written aside in `folder`, without a name.

    Raises `BadData` with the line where the text cannot be read as said.
    """
    _check_kind(held)
    match held.file.kind:
        case Format.CSV:
            return _csv(held, folder, keep)
        case Format.JSON:
            return _utf8(held, folder, keep)
        case Format.EXCEL:
            sink = keep(unnamed(folder))
            sheet = write_sheet(held, sink)
            return Ready(held, f"/proc/self/fd/{sink.fileno()}", names=sheet.names, notes=sheet.notes)
    return Ready(held, held.place)


def _check_kind(held: Held) -> None:
    with Path(held.place).open("rb") as stream:
        head = stream.read(4)
    said, is_kind = held.file.kind, _MAGIC.get(head)
    if not head:
        raise BadData("the file is empty", where=str(held.file.path), remedy="export the table anew")
    if is_kind is not None and is_kind != said:
        raise BadData(
            f"the file is {is_kind}, not {said}", where=str(held.file.path), remedy=f"say `format: {is_kind}`"
        )


def _csv(held: Held, folder: Path, keep: _Keep) -> Ready:
    ready = _utf8(held, folder, keep)
    with ready.stream() as stream:
        layout = find_layout(held.file, stream.read(SAMPLE))
    if layout.misled:
        ready = _copied(held, found_encoding(held), folder, keep, before=CRLF.encode())
    return replace(ready, layout=layout, names=layout.names)


def _utf8(held: Held, folder: Path, keep: _Keep) -> Ready:
    """The file itself where it is UTF-8, else a copy without a name that goes when the session ends."""
    encoding = found_encoding(held)
    if encoding == "utf-8":
        return Ready(held, held.place, packed=held.file.packed, checked=check(held, encoding))
    return _copied(held, encoding, folder, keep)


def _copied(held: Held, encoding: str, folder: Path, keep: _Keep, before: bytes = b"") -> Ready:
    sink = keep(unnamed(folder))
    sink.write(before)
    checked = check(held, encoding, sink)
    sink.flush()
    note = "it holds control characters that Windows writes as `€` and `’`: `encoding: cp1252` may be meant"
    notes = (note,) if checked.controls else ()
    return Ready(held, f"/proc/self/fd/{sink.fileno()}", checked=checked, before=len(before), notes=notes)

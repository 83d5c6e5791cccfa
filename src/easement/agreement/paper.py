"""The document that people sign, as headed parts of plain blocks: one content, shown as Markdown or as HTML."""

from collections.abc import Iterable
from dataclasses import dataclass

__all__ = ["Block", "Facts", "Item", "Paper", "Part", "Table", "Text", "fact", "facts", "listing", "row", "table"]


@dataclass(frozen=True, slots=True)
class Item:
    """One thing said: words, where it matters the exact text of the file beside them, and where the words come from."""

    words: str
    exact: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph."""

    text: str


@dataclass(frozen=True, slots=True)
class Facts:
    """Labelled statements; a label may have several."""

    rows: tuple[tuple[str, tuple[Item, ...]], ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under headings; the first cell of a row names it."""

    caption: str
    headings: tuple[str, ...]
    rows: tuple[tuple[Item, ...], ...]


Block = Text | Facts | Table
"""What a section of the document is made of."""


@dataclass(frozen=True, slots=True)
class Part:
    """A heading with its blocks, and parts of its own."""

    heading: str
    blocks: tuple[Block, ...]
    parts: "tuple[Part, ...]" = ()


@dataclass(frozen=True, slots=True)
class Paper:
    """The whole document; `gaps` says what could not be looked up, `signers` holds each party's id and name."""

    title: str
    id: str
    version: str
    digest: str
    parts: tuple[Part, ...]
    gaps: tuple[str, ...]
    signers: tuple[tuple[str, str], ...]


Row = tuple[str, tuple[Item, ...]]


def fact(label: str, *said: Item | str) -> Row:
    """A label with what is said under it."""
    return label, tuple(item if isinstance(item, Item) else Item(item) for item in said)


def facts(*rows: Row | None) -> Facts:
    """Labelled statements, leaving out what does not apply."""
    return Facts(tuple(row for row in rows if row is not None))


_DASH = Item("–")


def row(*cells: Item | str | None) -> tuple[Item, ...]:
    """The cells of one row of a table; an absent one is a dash."""
    return tuple(cell if isinstance(cell, Item) else Item(cell) if cell else _DASH for cell in cells)


def table(caption: str, headings: tuple[str, ...], rows: tuple[tuple[Item, ...], ...]) -> Table:
    """A table without a last column in which nothing stands."""
    while rows and all(cells[len(headings) - 1] == _DASH for cells in rows):
        headings, rows = headings[:-1], tuple(cells[:-1] for cells in rows)
    return Table(caption, headings, rows)


def listing(items: Iterable[Item | str], none: str) -> tuple[Item | str, ...]:
    """Items for a fact, or the one sentence that says there is none."""
    return tuple(items) or (none,)

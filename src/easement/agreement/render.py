"""The document that people sign, shown as Markdown or as one self-contained page of HTML (R2.1).

Both are made from the agreement's file alone, so the document and what machines enforce cannot drift apart. Text from
the file is inert in both: it can neither become markup nor hide a character from the eye.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from easement.agreement.clauses import Section
from easement.agreement.lookup import Lookup
from easement.agreement.paper import Block, Facts, Item, Paper, Part, Text
from easement.agreement.read import AgreementFile
from easement.agreement.sections import paper
from easement.law.shelves import Catalogue
from easement.meaning.model import Standard

__all__ = ["Sheet", "sheet_html", "sheet_markdown", "to_html", "to_markdown", "visible"]

PROMISE = "Who signs agrees to this document and to the file with the digest shown on it, word for word."
SIGNATURE_LINES = ("Name", "Role", "Signature", "Date")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A document that nobody signs with a key, such as an assessment: what it is, its title, its mark and its parts.

    The `mark` says on every page which one it is.
    """

    kind: str
    title: str
    mark: str
    parts: tuple[Part, ...]


def sheet_html(sheet: Sheet) -> str:
    """A sheet as one self-contained page of HTML, in the look of an agreement's document."""
    environment = _environment()
    return environment.get_template("sheet.html").render(sheet=sheet, style=_style(environment, ""))


def sheet_markdown(sheet: Sheet) -> str:
    """A sheet as Markdown (CommonMark with tables)."""
    lines = [f"# {_inert(sheet.title)}", "", _inert(sheet.kind), "", _inert(sheet.mark), ""]
    for number, part in enumerate(sheet.parts, 1):
        lines += _part(part, f"## {number}. ")
    return "\n".join([*lines, "---", "", _inert(sheet.mark), ""])


def _style(environment: Environment, mark: str) -> Markup:
    return Markup(environment.loader.get_source(environment, "document.css")[0].replace("MARK", mark))  # type: ignore[union-attr] # noqa: S704


def to_html(file: AgreementFile, catalogue: Catalogue, standards: Mapping[str, Standard]) -> str:
    """The document as one HTML page: no scripts, no outside requests, the digest on every printed page."""
    content = paper(file, Lookup(catalogue, standards))
    environment = _environment()
    style = _style(environment, f"{content.id} {content.version}\\A {content.digest}")
    return environment.get_template("document.html").render(
        paper=content, style=style, promise=PROMISE, lines=SIGNATURE_LINES, signatures=Section.SIGNATURES
    )


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("easement.agreement"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["visible"] = visible
    environment.tests["text_block"] = lambda block: isinstance(block, Text)
    environment.tests["facts_block"] = lambda block: isinstance(block, Facts)
    return environment


def to_markdown(file: AgreementFile, catalogue: Catalogue, standards: Mapping[str, Standard]) -> str:
    """The document as Markdown (CommonMark with tables); the digest stands at the head and at the end."""
    content = paper(file, Lookup(catalogue, standards))
    mark = f"{content.id}, version {content.version}. Digest: `{content.digest}`"
    lines = [f"# {_inert(content.title)}", "", "Data sharing agreement", "", mark, ""]
    if content.gaps:
        lines += ["## Before you sign", "", "These could not be looked up. Check them first.", ""]
        lines += [*(f"- {_inert(gap)}" for gap in content.gaps), ""]
    for number, part in enumerate(content.parts, 1):
        lines += _part(part, f"## {number}. ")
    lines += [f"## {len(content.parts) + 1}. {Section.SIGNATURES}", "", PROMISE, "", *_signatures(content)]
    return "\n".join([*lines, "---", "", mark, ""])


def _part(part: Part, mark: str) -> Iterator[str]:
    yield from (f"{mark}{_inert(part.heading)}", "")
    for block in part.blocks:
        yield from (*_block(block), "")
    for inner in part.parts:
        yield from _part(inner, "### ")


def _block(block: Block) -> Iterator[str]:
    match block:
        case Text(text=text):
            yield _inert(text)
        case Facts(rows=rows):
            for label, said in rows:
                if len(said) == 1:
                    yield f"- **{_inert(label)}:** {_item(said[0])}"
                else:
                    yield f"- **{_inert(label)}:**"
                    yield from (f"  - {_item(item)}" for item in said)
        case _:
            yield from (f"**{_inert(block.caption)}**", "")
            yield _row(block.headings)
            yield _row("---" for _ in block.headings)
            yield from (_row(_item(cell).replace("|", "\\|") for cell in cells) for cells in block.rows)


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _item(item: Item) -> str:
    exact = f" {_code(item.exact)}" if item.exact and item.exact != item.words else ""
    note = f" *{_inert(item.note)}*" if item.note else ""
    return f"{_inert(item.words)}{exact}{note}"


def _code(text: str) -> str:
    """A code span whose fence is longer than any run of backticks inside (CommonMark 6.1)."""
    text = visible(text)
    fence = "`" * (1 + max((len(run) for run in re.findall("`+", text)), default=0))
    space = " " if "`" in text else ""
    return f"{fence}{space}{text}{space}{fence}"


_MARKUP = re.compile(r"[\\`*_{}\[\]~^$]")
_AT_START = re.compile(r"\A(?:(\d+)(?=[.)](?:\s|\Z))|(?=[-+=#:]))")
_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "|": "&#124;"})


def _inert(text: str) -> str:
    """Text in which no character is markup: no tag, entity, heading, list, link, emphasis or table border."""
    return _AT_START.sub(r"\1\\", _MARKUP.sub(r"\\\g<0>", visible(text).translate(_ENTITIES)), count=1)


def _signatures(content: Paper) -> Iterator[str]:
    for id_, name in content.signers:
        yield from (f"### {_inert(name)}{'' if name == id_ else f' `{id_}`'}", "")
        yield from (f"- {line}: \\_\\_\\_\\_\\_\\_\\_\\_\\_\\_\\_\\_" for line in SIGNATURE_LINES)
        yield ""


def visible(text: str) -> str:
    """Text with every character that cannot be seen (or that turns the line around) named, such as `[U+202E]`."""
    line = " ".join(text.split())
    return line if line.isprintable() else "".join(f"[U+{ord(c):04X}]" if _hidden(c) else c for c in line)


def _hidden(character: str) -> bool:
    return unicodedata.category(character) in ("Cc", "Cf", "Co", "Cs") and character not in "\u200c\u200d"

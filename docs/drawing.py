"""The drawing of one disclosure, as SVG: plain shapes, nothing from elsewhere, and words for those who listen."""

from collections.abc import Iterator
from html import escape

WIDTH, HEIGHT = 960, 430
BOX, TALL = 120, 64
INK, PAPER, GATE, LEDGER, LAW = "#0b0c0c", "#ffffff", "#e8f1fa", "#fdf3dc", "#e7f4ea"
STEPS = (
    ("1 Ask", "agreement, share,", "purpose, role"),
    ("2 Decide", "every check,", "every reason"),
    ("3 Plan", "one query,", "forms inside it"),
    ("4 Intend", "written before", "anything is read"),
    ("5 Release", "the query runs", "in the source"),
    ("6 Record", "counts, fields,", "digests"),
)
DESCRIPTION = (
    "A request names one agreement, one share, a purpose and a role. The gate decides by the agreement; a refusal "
    "names every reason and is logged. If allowed, one query is planned, the intent is written to the ledger, the "
    "query runs where the data lives, and the outcome is written to the ledger. Only then the answer leaves, with a "
    "receipt that anyone can check offline."
)


def disclosure() -> str:
    """One disclosure from the ask to the receipt, as an SVG document."""
    body = "\n".join("  " + line for part in (_frame(), _top(), _steps(), _ledger(), _end()) for line in part)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'font-family="Helvetica, Arial, sans-serif" font-size="13" aria-labelledby="title desc">\n'
        f'  <title id="title">One disclosure</title>\n  <desc id="desc">{escape(DESCRIPTION)}</desc>\n{body}\n</svg>\n'
    )


def _left(step: int) -> int:
    return 20 + 160 * step


def _middle(step: int) -> int:
    return _left(step) + BOX // 2


def _box(x: int, y: int, width: int, height: int, fill: str) -> str:
    return (
        f'<rect x="{x}" y="{y}" width="{width}" height="{height}" rx="6" fill="{fill}" '
        f'stroke="{INK}" stroke-width="1.5"/>'
    )


def _words(x: int, y: int, *lines: str, bold: bool = True) -> Iterator[str]:
    """Lines of text around a middle; the first is bold."""
    for number, line in enumerate(lines):
        weight = ' font-weight="bold"' if bold and number == 0 else ""
        yield f'<text x="{x}" y="{y + 17 * number}" text-anchor="middle" fill="{INK}"{weight}>{escape(line)}</text>'


def _arrow(x1: int, y1: int, x2: int, y2: int, *, dashed: bool = False) -> str:
    dash = ' stroke-dasharray="5 4"' if dashed else ""
    ends = f'x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}"'
    return f'<line {ends} stroke="{INK}" stroke-width="1.5"{dash} marker-end="url(#tip)"/>'


def _frame() -> Iterator[str]:
    yield (
        '<defs><marker id="tip" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" orient="auto">'
        f'<path d="M0 0L10 5L0 10z" fill="{INK}"/></marker></defs>'
    )
    yield f'<rect width="{WIDTH}" height="{HEIGHT}" fill="{PAPER}"/>'


def _top() -> Iterator[str]:
    """What the gate works by, and what it reads."""
    yield _box(_left(1), 20, BOX, TALL, LAW)
    yield from _words(_middle(1), 48, "The agreement", "signed by all")
    yield _arrow(_middle(1), 84, _middle(1), 138)
    yield _box(_left(4), 20, BOX, TALL, PAPER)
    yield from _words(_middle(4), 48, "The source", "stays where it is")
    yield _arrow(_middle(4), 84, _middle(4), 138)


def _steps() -> Iterator[str]:
    for number, lines in enumerate(STEPS):
        yield _box(_left(number), 140, BOX, TALL + 12, PAPER if number == 0 else GATE)
        yield from _words(_middle(number), 166, *lines)
        if number:
            yield _arrow(_left(number - 1) + BOX, 178, _left(number) - 2, 178)


def _ledger() -> Iterator[str]:
    """What is written down, and when."""
    yield _box(_left(1) - 20, 270, WIDTH - _left(1), 56, LEDGER)
    yield from _words(_middle(2), 303, "The ledger", bold=True)
    for step, entry, dashed in ((1, "refused", True), (3, "intended", False), (5, "released", False)):
        yield _arrow(_middle(step), 216, _middle(step), 268, dashed=dashed)
        yield from _words(_middle(step), 303, entry, bold=False)


def _end() -> Iterator[str]:
    yield _arrow(_middle(5), 326, _middle(5), 364)
    yield _box(_left(4) - 20, 366, 280 + 20, 48, PAPER)
    yield from _words(_left(4) + 130, 386, "7 Receive: the answer and its receipt", "anyone can check it offline")

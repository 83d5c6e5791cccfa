"""The transparency report as a tagged PDF that screen readers can read (PDF/UA-1, ISO 14289-1), set by typst.

Text of ours and of others goes to typst as data, never as markup, so nothing in it is run. The same report gives the
same bytes: fonts are those that come with the library, and its date is the report's.
"""

import json
from collections.abc import Iterable
from datetime import UTC, datetime

from easement.base.errors import UsageError
from easement.base.words import day
from easement.register.kpis import Breakdown
from easement.register.report import Report
from easement.register.small import RULE

__all__ = ["to_pdf"]

SOURCE = """\
#let said = json(bytes(sys.inputs.report))
#set document(
  title: said.title, author: said.name,
  date: datetime(year: said.made.at(0), month: said.made.at(1), day: said.made.at(2)),
)
#set text(lang: "en", region: "GB", size: 10.5pt)
#set page(paper: "a4", margin: 2.2cm, numbering: "1 of 1")
#set par(justify: false)
#set table(stroke: (x, y) => (bottom: 0.5pt + rgb("#9db8bb")), inset: (x: 4pt, y: 5pt))
#show heading: set block(above: 1.4em, below: 0.7em)
#show table.cell.where(y: 0): strong
#let grid-of(heads, rows, widths) = table(
  columns: widths, table.header(..heads.map(each => [#each])), ..rows.flatten().map(each => [#each]),
)
#let bars(part) = {
  let most = calc.max(1, ..part.rows.map(row => row.count))
  table(
    columns: (1fr, auto, 5cm),
    table.header([#part.head], [#part.unit], [#pdf.artifact[]]),
    ..part.rows.map(row => (
      [#row.label], align(right)[#row.words],
      pdf.artifact(rect(width: row.count / most * 5cm, height: 8pt, fill: rgb("#0b5563"))),
    )).flatten(),
  )
}
#title()
#text(size: 12pt)[#said.period. #said.dated]

#said.about

= In numbers
#grid-of(("Measure", "Number"), said.figures, (1fr, auto))
#for part in said.parts [
  == #part.title
  #bars(part)
]
= Agreements
#for line in said.lines [
  == #line.title
  #line.in_plain_words

  #line.rest
]
#said.kept_off
#if said.off.len() > 0 { grid-of(("Reason", "Agreements"), said.off, (1fr, auto)) }
#if said.left_out.len() > 0 [
  = What is left out of entries
  #grid-of(("Agreement", "What", "Why", "Decided by"), said.left_out, (1fr, 1fr, 1.4fr, auto))
]
= Concerns
#if said.concerns.len() > 0 {
  grid-of(("Agreement", "Raised", "What was said", "Answer"), said.concerns, (auto, auto, 1fr, 1fr))
} else [Nobody raised a concern in this time.]
= How to check this
#said.check
"""
"""The page in typst's own words; all that it says comes from `sys.inputs`."""


def to_pdf(report: Report) -> bytes:
    """The report as PDF/UA-1; raises `UsageError` where the library for it is not installed."""
    try:
        import typst
    except ImportError:
        raise UsageError(
            "the library that sets PDF is not installed", remedy="pip install 'easement[pdf]', or leave --pdf out"
        ) from None
    made = datetime(report.made.year, report.made.month, report.made.day, tzinfo=UTC)
    told = json.dumps(_said(report), ensure_ascii=False)
    done: bytes = typst.compile(
        SOURCE.encode(),
        sys_inputs={"report": told},
        pdf_standards=["ua-1"],
        ignore_system_fonts=True,
        timestamp=made,
    )
    return done


def _said(report: Report) -> dict[str, object]:
    numbers = report.numbers
    return {
        "title": report.title,
        "name": report.name,
        "made": [report.made.year, report.made.month, report.made.day],
        "period": report.period,
        "dated": f"Made on {day(report.made)}.",
        "about": (
            f"This report says what data about people {report.name} shared with other organisations, under which "
            "agreements, and how it went. Every number is counted from a ledger that anyone can check. A count below "
            f"{RULE.hide_below} that could point at a person is hidden, and others like it go to the nearest "
            f"{RULE.round_to}."
        ),
        "figures": [[each.label, each.words] for each in numbers.figures],
        "parts": list(map(_part, numbers.breakdowns)),
        "lines": [
            {
                "title": line.title,
                "in_plain_words": line.in_plain_words,
                "rest": f"Between: {line.parties}. It is {line.state}. Used {line.used} since it began.",
            }
            for line in report.lines
        ],
        "kept_off": report.kept_off,
        "off": [[each.reason, str(each.agreements)] for each in report.off],
        "left_out": _rows(report.left_out),
        "concerns": _rows(report.concerns),
        "check": (
            f"The numbers are of the ledger {report.origin} as it was with {report.size} entries, whose root is "
            f"{report.root}. The ledger is public, and signed; its formats are those of C2SP, so other people’s tools "
            "read it."
        ),
    }


def _part(part: Breakdown) -> dict[str, object]:
    rows = [{"label": label, "words": value.words, "count": value.count or 0} for label, value in part.rows]
    return {"title": part.title, "head": part.head, "unit": part.unit.capitalize(), "rows": rows}


def _rows(rows: Iterable[tuple[str, ...]]) -> list[list[str]]:
    return [list(row) for row in rows]

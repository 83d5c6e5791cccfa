"""R6.3: the transparency report in one command, as a page, as a PDF that screen readers can read, and as data."""

import json
import re
from datetime import date
from html.parser import HTMLParser

import pytest

from easement.base.errors import UsageError
from easement.register import concerns, redacting
from easement.register.report_html import to_html
from easement.register.report_pdf import to_pdf
from easement.register.reporting import gather, write_report

from .world import NOW, WORDS, Organisation

FIRST, LAST = date(2026, 11, 1), date(2026, 11, 30)
HOSTILE = '<script>alert(1)</script> #sys.inputs \\"] {{7*7}} $x$ *b* @label'


@pytest.fixture
def told(published: Organisation) -> Organisation:
    """A department with something to report."""
    published.put(
        "secret", ("transparency: {public: true", "transparency: {public: false, reason_not_public: An inquiry runs")
    )
    published.put("bins", ("title: School meals", f"title: '{HOSTILE}'"))
    published.gave("school-meals", 9)
    published.gave("school-meals", 2, mode="bulk", count=400)
    made = concerns.raise_concern(published, "school-meals", f"Is this safe? {HOSTILE}", now=NOW)
    concerns.look(published, made.id, role="governance-lead", now=NOW)
    redacting.redact(published, "school-meals", "contacts", "personal-data", role="governance-lead", now=NOW)
    return published


class Page(HTMLParser):
    """What a page holds: its tags, and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.said: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)

    def handle_data(self, data):
        self.said.append(" ".join(data.split()))


def test_the_page_says_what_was_shared_and_how_it_went(told):
    page = Page(to_html(gather(told, FIRST, LAST, NOW)))
    text = " ".join(page.said)
    for words in (
        WORDS,
        "An inquiry runs",
        "1 agreement is kept off the register",
        "1 November 2026 to 30 November 2026",
    ):
        assert words in text, words
    assert "where questions go" in text, "what is left out is named"
    assert "ig@dwp.example" not in text.partition("What is left out")[0].partition("bins")[0]
    assert page.tags.count("h1") == 1
    assert page.tags.count("svg") < page.tags.count("table"), "every picture has its table"


def test_hostile_words_are_words_in_every_form(told):
    report = gather(told, FIRST, LAST, NOW)
    page = Page(to_html(report))
    assert "script" not in page.tags
    assert any(HOSTILE in said for said in page.said)
    assert to_pdf(report).startswith(b"%PDF")
    assert HOSTILE in json.dumps(report.as_dict()).replace("\\\\", "\\").replace('\\"', '"')


def test_the_pdf_is_tagged_for_screen_readers_and_the_same_each_time(told):
    report = gather(told, FIRST, LAST, NOW)
    pdf = to_pdf(report)
    assert pdf == to_pdf(report)
    assert b"/StructTreeRoot" in pdf
    assert re.search(rb"pdfuaid:part[>=]\W*1", pdf), "it says that it is PDF/UA-1"
    assert b"/Lang" in pdf
    assert b"/MarkInfo" in pdf


def test_the_report_names_the_state_of_the_ledger_that_it_was_made_from(told):
    checkpoint = told.ledger.checkpoint()
    report = gather(told, FIRST, LAST, NOW)
    assert (report.origin, report.size, report.root) == (checkpoint.origin, checkpoint.size, checkpoint.root.hex())
    assert report.root in to_html(report)


def test_a_period_tells_only_what_happened_in_it(told):
    report = gather(told, date(2026, 1, 1), date(2026, 1, 31), NOW)
    assert report.concerns == ()
    assert {each.code: each.words for each in report.numbers.figures}["disclosures-given"] == "0"
    with pytest.raises(UsageError, match="is before"):
        gather(told, LAST, FIRST, NOW)


def test_files_are_written_in_the_forms_asked_for(told, tmp_path):
    written = write_report(told, tmp_path / "deep" / "report", FIRST, LAST, NOW)
    assert [path.name for path in written.files] == [
        f"transparency-dwp-2026-11-01-2026-11-30.{form}" for form in ("html", "pdf", "json")
    ]
    data = json.loads(written.files[2].read_text())
    assert data["agreements"][0]["id"] in {"school-meals", "bins"}
    one = write_report(told, tmp_path / "one", FIRST, LAST, NOW, forms=["json"])
    assert [path.suffix for path in one.files] == [".json"]


def test_a_report_of_nothing_is_a_report(dwp):
    report = gather(dwp, FIRST, LAST, NOW)
    assert "No agreement stands on the register." in to_html(report)
    assert to_pdf(report).startswith(b"%PDF")


def test_without_the_library_the_pdf_says_what_to_do(told, monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "typst", None)
    with pytest.raises(UsageError, match="not installed") as said:
        to_pdf(gather(told, FIRST, LAST, NOW))
    assert "pip install" in said.value.remedy

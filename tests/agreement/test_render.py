"""The document that people sign: nothing of the file is missing from it, nothing in the file can disturb it (R2.1)."""

import re
from datetime import date
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given, settings
from markdown_it import MarkdownIt

from easement.agreement.conditions import condition_words
from easement.agreement.duration import Duration
from easement.agreement.forms import Form
from easement.agreement.lookup import Lookup
from easement.agreement.paper import Facts, Paper, Part, Text, fact
from easement.agreement.read import AgreementFile
from easement.agreement.render import Sheet, sheet_html, sheet_markdown, to_html, to_markdown, visible
from easement.agreement.sections import paper
from easement.agreement.words import (
    CERTIFICATE,
    CONTROLLER,
    CORRECTIONS,
    LEVEL,
    MODE,
    RISK,
    ROLE,
    SUBJECTS,
    THEN,
    form_words,
)
from easement.base.words import day, listed, number
from easement.law.catalogue import catalogue
from easement.law.shelves import Catalogue
from easement.meaning.standards import standards
from tests.often import often

from .full import BOTH, FULL, HOSTILE, changes, leaves, model_paths, put, valid
from .makers import Data, agreements, as_file, changed, example

LAW = catalogue()
STANDARDS = {standard.ref: standard for standard in standards()}
NO_LAW = Catalogue(date(2026, 1, 1), lambda _: ())
TABLES = (ROLE, CONTROLLER, SUBJECTS, THEN, CERTIFICATE, CORRECTIONS, RISK, MODE, LEVEL)


def html(file: AgreementFile) -> str:
    return to_html(file, LAW, STANDARDS)


def markdown(file: AgreementFile) -> str:
    return to_markdown(file, LAW, STANDARDS)


class Page(HTMLParser):
    """The tags of a page in order, its text, and every address it names."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.headings: list[int] = []
        self.text = ""
        self.addresses: list[str] = []
        self.attributes: list[tuple[str, dict[str, str | None]]] = []
        self.styling = False
        self.feed(source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes.append((tag, dict(attrs)))
        self.styling = tag == "style"
        self.addresses += [str(value) for name, value in attrs if name in ("href", "src", "action", "data", "srcset")]
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))

    def handle_endtag(self, tag: str) -> None:
        self.tags.append(f"/{tag}")
        self.styling = False

    def handle_data(self, data: str) -> None:
        self.text += "" if self.styling else data


def shown(file: AgreementFile) -> tuple[str, str]:
    """The document as Markdown and as the text of the page, without the digest, which any change changes."""
    return markdown(file).replace(file.digest, ""), Page(html(file)).text.replace(file.digest, "")


# Nothing is missing.


def test_the_two_full_agreements_hold_every_key_of_the_format() -> None:
    held = set()
    for data in BOTH:
        for path, _ in leaves(data):
            names = ["*" if str(key).isdigit() else str(key) for key in path]
            held |= {".".join(names[:n]) for n in range(1, len(names) + 1)}
    for path in model_paths():
        in_file = path[:1] + path[2:] if path[:2] == ("law", "parties") else path
        pattern = r"\.".join("[^.]+" if key == "*" else re.escape(key) for key in in_file)
        assert any(re.fullmatch(pattern, name) for name in held), ".".join(path)


def test_a_changed_value_changes_the_document() -> None:
    before = {file.digest: shown(file) for file in map(as_file, BOTH)}
    unmoved = [
        (path, kind)
        for path, old, new in changes()
        for kind, was, now in zip(("html", "markdown"), before[old.digest], shown(new), strict=True)
        if was == now
    ]
    assert unmoved == []


def test_nearly_every_value_can_be_changed_by_itself() -> None:
    reached = {path for path, _, _ in changes()}
    fixed = {".".join(map(str, path)) for data in BOTH for path, _ in leaves(data)} - reached
    bound_to_a_share = {f"parties.{party}.as" for party in ("dwp", "northtown", "easton")}
    bound_to_its_level = {"shares.people-share.level", "shares.counts-share.modes.0"}
    bound_to_what_ties = {"shares.people-share.match.method"}
    assert fixed == {"format"} | bound_to_a_share | bound_to_its_level | bound_to_what_ties


def spoken(value: Any) -> set[str]:
    """What may stand in the document for a value: itself, or its words."""
    if isinstance(value, bool):
        return {"Yes"} if value else {"No"}
    if isinstance(value, int | float):
        return {number(value)}
    if isinstance(value, dict):
        return {form_words(Form.read(value))} if set(value) <= {"band", "truncate", "shift"} else {str(*value.values())}
    found = {str(value), *(table[value] for table in TABLES if value in table)}
    for read in (
        lambda v: day(date.fromisoformat(v)),
        lambda v: Duration.read(v).words,
        lambda v: form_words(Form.read(v)),
    ):
        try:
            found.add(read(value))
        except ValueError:
            continue
    return found | ({"None is shared", "Nobody"} if value == "none" else set())


@pytest.mark.parametrize("data", [*BOTH, example()], ids=["full", "without a dpia", "example"])
def test_every_value_of_the_file_stands_in_the_document_as_written_or_in_words(data: Data) -> None:
    file = as_file(data)
    told = " ".join(Page(html(file)).text.split())
    plain = " ".join(MarkdownIt().enable("table").render(markdown(file)).split())
    plain = " ".join(Page(plain).text.split())
    for path, value in leaves(data):
        assert any(words in told for words in spoken(value)), path
        assert any(words in plain for words in spoken(value)), path


def test_each_field_stands_with_its_definition_and_its_form() -> None:
    text = Page(html(as_file(example()))).text
    for name, form in as_file(example()).terms.shares["entitled-children"].fields.items():
        assert STANDARDS["benefit-award/1"].elements[name].definition in text
        assert form_words(form) in text
    assert "as a band: under 0, 0 to under 300, 300 to under 616.67, 616.67 or more" in text


def test_the_law_stands_with_its_citation_and_how_well_it_was_checked() -> None:
    text = markdown(as_file(example()))
    power = LAW.power("edu_2005_s110")
    assert power.citation in text
    assert f"How well this was checked: {power.check.words}" in text
    assert "as at 31 July 2026" in text


def test_the_rows_stand_in_words_with_the_exact_text_beside_them() -> None:
    text = markdown(as_file(example()))
    words = (
        "award is one of ‘UC’ (Universal Credit) or ‘IS’ (Income Support) and net monthly earnings is at most 616.67."
    )
    assert f"{words} `award in ('UC', 'IS') and net_monthly_earnings <= 616.67`" in text


def test_each_party_has_a_place_to_sign() -> None:
    text = Page(html(as_file(FULL))).text
    assert text.count("Signature") == len(FULL["parties"])


@pytest.mark.parametrize("make", [html, markdown])
def test_what_cannot_be_looked_up_is_told_first_and_never_silently_left_out(make: Any) -> None:
    whole = make(as_file(example()))
    assert "Before you sign" not in whole
    show = to_html if make is html else to_markdown
    bare = show(as_file(example()), NO_LAW, {})
    assert bare.index("Before you sign") < bare.index("What it is for")
    text = Page(bare).text.replace("\\", "")
    for missing in ("purpose benefit-eligibility", "body local-authority", "standard benefit-award/1", "edu_2005_s110"):
        assert missing in text


def test_a_field_that_the_standard_lacks_is_told() -> None:
    look = Lookup(LAW, STANDARDS)
    content: Paper = paper(changed(**{"shares__entitled-children__fields__shoe_size": "plain"}), look)
    assert content.gaps == ("The standard benefit-award/1 has no element shoe_size, so it cannot be shared under it.",)


# Nothing in the file can disturb it.


def hostile_pairs() -> list[tuple[str, AgreementFile, AgreementFile]]:
    """Each text of the agreement with harmless and with hostile words."""
    pairs = []
    for path, value in leaves(FULL):
        bad = valid(put(FULL, path, HOSTILE)) if isinstance(value, str) else None
        good = valid(put(FULL, path, "harmless")) if bad else None
        if bad and good:
            pairs.append((".".join(map(str, path)), good, bad))
    return pairs


HOSTILE_PAIRS = hostile_pairs()


@pytest.mark.parametrize(("path", "good", "bad"), HOSTILE_PAIRS, ids=[pair[0] for pair in HOSTILE_PAIRS])
def test_hostile_text_is_only_text(path: str, good: AgreementFile, bad: AgreementFile) -> None:
    harmless, page = Page(html(good)), Page(html(bad))
    assert page.tags == harmless.tags
    assert visible(HOSTILE) in page.text
    read = MarkdownIt("commonmark", {"linkify": False}).enable("table")
    assert shape(read, markdown(bad)) == shape(read, markdown(good))
    assert visible(HOSTILE) in " ".join(Page(read.render(markdown(bad))).text.split())


def shape(read: MarkdownIt, text: str) -> list[str]:
    """What a reader of Markdown makes of a text, without its words."""
    found = []
    for token in read.parse(text):
        found.append(token.type)
        found += [child.type for child in token.children or [] if child.type not in ("text", "text_special")]
    return found


def test_every_kind_of_free_text_was_tried() -> None:
    tried = {path.split(".")[-1] for path, _, _ in HOSTILE_PAIRS}
    assert tried >= {
        "title",
        "summary",
        "contact",
        "name",
        "statement",
        "0",
        "harm_if_not_shared",
        "necessity",
        "met_by",
    }
    assert tried >= {"in_plain_words", "notice", "outcome", "reference", "policy_document", "legal_obligation"}


@given(agreements())
@settings(max_examples=often(40), deadline=None)
def test_any_agreement_can_be_shown(data: Data) -> None:
    file = as_file(data)
    page = Page(html(file))
    assert page.headings[0] == 1
    assert page.headings.count(1) == 1
    assert all(b <= a + 1 for a, b in zip(page.headings, page.headings[1:], strict=False))
    assert markdown(file).count(file.digest) == 2


def test_a_character_that_cannot_be_seen_is_named() -> None:
    assert visible("paid\u202e1\u200b2\x00") == "paid[U+202E]1[U+200B]2[U+0000]"
    assert visible("Siân  Łukasz\n😀") == "Siân Łukasz 😀"


# It works for everyone, on paper and on a telephone.


def test_the_page_stands_alone() -> None:
    page = Page(html(as_file(FULL)))
    assert "script" not in page.tags
    assert page.addresses
    assert all(address.startswith("#") for address in page.addresses)
    assert "url(" not in html(as_file(FULL))
    assert "@import" not in html(as_file(FULL))
    policies = [a for tag, a in page.attributes if tag == "meta" and a.get("http-equiv") == "Content-Security-Policy"]
    assert str(policies[0]["content"]).startswith("default-src 'none'")


def test_links_lead_somewhere() -> None:
    page = Page(html(as_file(FULL)))
    ids = [attributes["id"] for _, attributes in page.attributes if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert {address[1:] for address in page.addresses} <= set(ids)


def test_the_page_has_a_language_landmarks_and_scoped_headings() -> None:
    page = Page(html(as_file(FULL)))
    assert page.attributes[0] == ("html", {"lang": "en-GB"})
    assert {"header", "nav", "main", "footer"} <= set(page.tags)
    scopes = [attributes.get("scope") for tag, attributes in page.attributes if tag == "th"]
    assert set(scopes) == {"col", "row"}
    assert page.tags.count("caption") == page.tags.count("table")
    assert page.tags.count("title") == 1


def test_the_digest_stands_on_the_page_and_at_the_foot_of_every_printed_page() -> None:
    file = as_file(FULL)
    source = html(file)
    assert Page(source).text.count(file.digest) == 2
    margin = re.search(r"@bottom-left \{ content: \"([^\"]*)\"", source)
    assert margin is not None
    assert file.digest in margin[1]


def test_nothing_borrows_the_look_of_the_state() -> None:
    source = html(as_file(FULL)).casefold()
    assert not any(mark in source for mark in ("gov.uk", "govuk", "crown", "gds transport"))


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_every_colour_of_text_can_be_read_on_white_and_on_the_tint() -> None:
    source = html(as_file(FULL))
    colours = dict(re.findall(r"--(\w+): (#[0-9a-f]{6})", source))
    texts = {colours["ink"], colours["soft"], colours["mark"], *re.findall(r"[^-]color: (#[0-9a-f]{6})", source)}
    for ground in ("#ffffff", colours["tint"]):
        for text in texts:
            light, dark = sorted((luminance(ground), luminance(text)), reverse=True)
            assert (light + 0.05) / (dark + 0.05) >= 4.5, (text, ground)


def test_the_same_file_makes_the_same_document() -> None:
    assert html(as_file(FULL)) == html(as_file(FULL))
    assert markdown(as_file(FULL)) == markdown(as_file(FULL))


SHEET = Sheet(
    kind="Assessment",
    title="Is *this* <needed>?",
    mark="draft 3 of 2026-11-21",
    parts=(
        Part("Why", (Text("Because | of [this](http://x.example)."),)),
        Part("How", (Facts((fact("Way", "by <post>"),)),)),
    ),
)


def test_a_sheet_that_nobody_signs_is_shown_as_a_page_with_its_mark() -> None:
    page = Page(sheet_html(SHEET))
    assert page.headings[0] == 1
    assert "Is *this* <needed>?" in page.text
    assert "draft 3 of 2026-11-21" in page.text
    assert page.addresses == ["#main"]


def test_a_sheet_that_nobody_signs_is_shown_as_markdown_in_numbered_parts() -> None:
    lines = sheet_markdown(SHEET).splitlines()
    rendered = MarkdownIt().enable("table").render("\n".join(lines))
    assert re.findall("<h[12]>(.*?)</h[12]>", rendered) == ["Is *this* &lt;needed&gt;?", "1. Why", "2. How"]
    assert "<a " not in rendered
    assert rendered.count("draft 3 of 2026-11-21") == 2


# Words.


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a = 'x'", "a is ‘x’"),
        ("born >= '2026-09-02'", "born is on or after 2 September 2026"),
        ("born < today() - 30", "born is before 30 days before the day of the request"),
        ("today() - born > 365", "(the day of the request minus born) is more than 365"),
        ("n between 1 and 12000", "n is between 1 and 12,000 (both included)"),
        ("n not between 1 and 2", "n is not between 1 and 2 (both included)"),
        ("a is null or b is not null", "a is not given or b is given"),
        ("not (a is null)", "a is given"),
        ("not (a = 1 or b = 2)", "it is not so that (a is 1 or b is 2)"),
        ("a = 1 and (b = 2 or c = 3)", "a is 1 and (b is 2 or c is 3)"),
        ("a = 1 or b = 2 and c = 3", "a is 1 or (b is 2 and c is 3)"),
        ("a not in ('x', 'y') and flag = true", "a is none of ‘x’ or ‘y’ and flag is true"),
        ("born = '2026-13-45'", "born is ‘2026-13-45’"),
        ("(a = 1) = true", "(a is 1) is true"),
        ("flag and not other", "flag and it is not so that (other)"),
        ("a * 2 + 1 < 5.5", "((a times 2) plus 1) is less than 5.5"),
    ],
)
def test_a_condition_in_words(text: str, words: str) -> None:
    assert condition_words(text) == words


def test_dates_numbers_and_lists_as_people_write_them() -> None:
    assert day(date(2026, 9, 2)) == "2 September 2026"
    assert [number(n) for n in (20_000, 616.67, 300.0, -1_250.5)] == ["20,000", "616.67", "300", "-1,250.5"]
    assert [listed(items) for items in (["a"], ["a", "b"], ["a", "b", "c"])] == ["a", "a and b", "a, b and c"]

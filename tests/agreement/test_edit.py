"""R2.1: what a form changes and what is written by hand are one file; nothing else in it moves."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from easement.agreement.edit import GONE, changed, with_changes
from easement.agreement.new import new, templates
from easement.agreement.read import read_agreement_text
from easement.base.errors import BadFile, UsageError

TEXT = new("free-school-meals", today=date(2026, 11, 22))
(WHO,) = read_agreement_text(TEXT).terms.people
PLAIN = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Co", "Cn", "Zl", "Zp"]), min_size=1, max_size=200
)
SAID = PLAIN.map(str.strip).filter(bool)


@pytest.mark.parametrize("template", sorted(templates()))
def test_a_change_to_what_it_says_already_changes_nothing_that_is_signed(template):
    text = new(template, today=date(2026, 11, 22))
    before = read_agreement_text(text)
    after = changed(text, {("title",): before.terms.title})
    assert after.digest == before.digest
    comments = [line.split("#", 1)[1] for line in text.splitlines() if "#" in line]
    assert [each for each in comments if each not in after.document.text] == []


@given(SAID, SAID)
def test_any_text_that_people_type_is_read_back_as_they_typed_it(title, statement):
    file = changed(TEXT, {("title",): title, ("purpose", "statement"): statement})
    assert (file.document.data["title"], file.document.data["purpose"]["statement"]) == (title, statement)


@given(
    st.sampled_from(
        [
            "yes",
            "no",
            "null",
            "true",
            "12",
            "1e3",
            "2026-09-01",
            "a: b",
            "# not a comment",
            "- a",
            "{x}",
            "~",
            "'",
            "[1]",
        ]
    )
)
def test_text_that_looks_like_something_else_stays_text(said):
    assert changed(TEXT, {("summary",): said}).terms.summary == said


def test_only_the_lines_that_were_changed_differ():
    file = changed(TEXT, {("title",): "School meals for everybody entitled", ("duties", "retain"): "P6M"})
    pairs = zip(TEXT.splitlines(), file.document.text.splitlines(), strict=True)
    differing = [new_line.split(":")[0].strip() for old_line, new_line in pairs if old_line.split() != new_line.split()]
    assert differing == ["title", "retain"]


def test_a_key_is_taken_out_and_a_new_one_is_put_in_with_what_lies_above_it():
    file = changed(
        TEXT,
        {
            ("purpose", "never_for"): GONE,
            ("people", WHO, "training"): ["data-sharing"],
            ("nothing", "here"): GONE,
        },
    )
    assert file.terms.purpose.never_for == ()
    assert file.terms.people[WHO].training == ("data-sharing",)
    assert "training: [data-sharing]" in file.document.text


def test_a_list_is_changed_by_its_positions():
    file = changed(TEXT, {("purpose", "benefits", 0): "Children eat."})
    assert file.terms.purpose.benefits[0] == "Children eat."
    assert (
        changed(file.document.text, {("purpose", "benefits", 0): GONE}).terms.purpose.benefits
        == file.terms.purpose.benefits[1:]
    )


@pytest.mark.parametrize(
    "path",
    [
        (),
        ("title", "x"),
        ("purpose", "benefits", 99),
        ("purpose", "benefits", "first"),
        ("purpose", "benefits", 99, "x"),
    ],
)
def test_a_path_that_leads_nowhere_is_refused(path):
    with pytest.raises(UsageError):
        changed(TEXT, {path: "x"})


def test_what_would_be_no_agreement_is_refused_with_the_line():
    with pytest.raises(BadFile, match="agreement:"):
        changed(TEXT, {("version",): "first"})
    with pytest.raises(BadFile):
        changed(TEXT.replace("id:", "&a id:", 1), {("title",): "x"})


def test_plain_data_is_changed_without_touching_what_was_given():
    data = {"a": {"b": [1, 2]}}
    assert with_changes(data, {("a", "b", 1): 3, ("c", "d"): {"e": 1}}) == {"a": {"b": [1, 3]}, "c": {"d": {"e": 1}}}
    assert data == {"a": {"b": [1, 2]}}


def test_whole_shares_and_long_lists_are_written_as_people_write_them():
    share = {"from": "a", "to": ["b"], "notes": ["a sentence that is too long to stand in one line with others"]}
    made = changed(TEXT, {("purpose", "benefits"): share["notes"], ("transparency", "no-such"): GONE})
    assert f"    - {share['notes'][0]}\n" in made.document.text
    band = {"band": [0, 300, 616.67]}
    name = next(iter(made.terms.shares))
    assert changed(TEXT, {("shares", name, "fields", "postcode"): band}).terms.shares[name].fields["postcode"]


def test_a_change_that_would_alter_something_else_is_not_made():
    timed = TEXT.replace("statement:", "statement: 2026-01-02 03:04:05.600 #", 1)
    with pytest.raises(UsageError, match="without changing something else"):
        changed(timed, {("title",): "x"})

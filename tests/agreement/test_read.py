"""The agreement file: what is refused, where it says so, and the digest that people sign."""

import json
import re
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from easement.agreement.model import SmallNumbers
from easement.agreement.read import read_agreement, read_agreement_text
from easement.base.canonical import sha256_hex
from easement.base.errors import BadFile

from .makers import EXAMPLE, Data, agreements, as_file, as_text, example, with_changes

DIGEST = "8cf8dd68cec30929bd57513f955b1257a5282e7bb51266a8d0b8d27de94ee847"
"""Of the example, so that a change to reading or to canonical form cannot pass unseen."""


def problems(text: str) -> list[tuple[str, str, str]]:
    """What is refused: where, what, mend."""
    with pytest.raises(BadFile) as caught:
        read_agreement_text(text, name="a.yaml")
    return [(found.where, found.what, found.mend) for found in caught.value.problems]


def test_the_example_reads():
    terms = read_agreement_text(EXAMPLE).terms
    assert terms.parties["dwp"].role == "provider"
    assert terms.shares["entitled-children"].recipients == ("northtown",)
    assert terms.law.parties["northtown"].power == "edu_2005_s110"
    assert terms.duties.retain.words == "1 year"
    assert terms.class_of("northtown") == "local-authority"
    assert terms.class_of("dwp") is None


def test_the_digest_of_the_example_stands():
    file = read_agreement_text(EXAMPLE)
    assert file.digest == DIGEST == sha256_hex(file.canonical)


def test_a_file_reads_as_its_text(tmp_path: Path):
    path = tmp_path / "a.yaml"
    path.write_text(EXAMPLE)
    assert read_agreement(path).digest == DIGEST
    with pytest.raises(BadFile, match="cannot read the agreement"):
        read_agreement(tmp_path / "b.yaml")


@given(agreements())
def test_order_spacing_and_notation_do_not_change_the_digest(data: Data):
    backwards = dict(reversed(data.items()))
    assert as_file(backwards).digest == as_file(data).digest


def test_json_and_yaml_of_the_same_terms_have_one_digest():
    assert read_agreement_text(as_text(example())).digest == DIGEST


@pytest.mark.parametrize(
    "changes",
    [{"duties.retain": "P12M"}, {"title": "Free school meals"}, {"duties.then": "return"}, {"summary": "x"}],
    ids=str,
)
def test_every_value_written_changes_the_digest(changes: dict[str, Any]):
    assert as_file(with_changes(example(), changes)).digest != DIGEST


def test_a_default_written_out_is_a_value_written():
    """The digest is of what stands in the file, so nobody signs what they did not see."""
    assert as_file(with_changes(example(), {"shares.entitled-children.level": "identifiable"})).digest != DIGEST


@pytest.mark.parametrize(
    ("old", "new", "where", "what", "mend"),
    [
        (
            "retain: P1Y",
            "retain: P1Y\n  retian: P1Y",
            "a.yaml:51:3",
            "`duties.retian` is not a known key",
            "did you mean `retain`?",
        ),
        (
            "starts: 2026-09-01",
            "starts: 20260901",
            "a.yaml:58:8",
            "`term.starts`: `20260901` is not a date",
            "write the date as 2026-09-01",
        ),
        (
            "starts: 2026-09-01",
            "starts: 2026-9-1",
            "a.yaml:58:8",
            "`term.starts`: `2026-9-1` is not a date",
            "write the date as 2026-09-01",
        ),
        (
            "starts: 2026-09-01",
            "starts: 2026-02-30",
            "a.yaml:58:8",
            "`term.starts`: `2026-02-30` is not a date",
            "write the date as 2026-09-01",
        ),
        (
            "public: true",
            "public: yes",
            "a.yaml:59:16",
            "`transparency.public`: input should be a valid boolean",
            "write true or false",
        ),
        (
            "records_per_day: 20000",
            "records_per_day: '20000'",
            "a.yaml:44:14",
            "`shares.entitled-children.limits.records_per_day`: input should be a valid integer",
            "write a whole number",
        ),
        (
            "ends: 2029-08-31",
            "ends: 2026-08-31",
            "a.yaml:58:1",
            "`term`: the term ends (2026-08-31) before it starts (2026-09-01)",
            "swap the two dates",
        ),
        (
            "to: [northtown]",
            "to: [southtown]",
            "a.yaml:32:5",
            "`shares.entitled-children.to`: `southtown` is not a party",
            "the parties are `dwp`, `northtown`",
        ),
        (
            "never_for: [immigration-enforcement",
            "never_for: [benefit-eligibility",
            "a.yaml:13:1",
            "`purpose`: never_for names the purpose `benefit-eligibility` itself",
            "remove it from never_for",
        ),
        (
            "award: plain",
            "award: plane",
            "a.yaml:42:7",
            "`shares.entitled-children.fields.award`: `plane` is not a form",
            "use one of plain, pseudonym, year, month, outward, band, truncate, present, shift",
        ),
        (
            "award in ('UC', 'IS')",
            "award in ('UC', 'IS'",
            "a.yaml:36:5",
            "`shares.entitled-children.rows`: `)` is needed here, not `and` (at character 22)",
            "",
        ),
        (
            "retain: P1Y",
            "retain: forever",
            "a.yaml:50:3",
            "`duties.retain`: `forever` is not a duration",
            "write `P1Y`, `P6M`, `P30D` or `PT24H`",
        ),
    ],
)
def test_a_fault_is_named_with_its_line_and_its_mend(old: str, new: str, where: str, what: str, mend: str):
    (found,) = problems(EXAMPLE.replace(old, new, 1))
    assert (found[1], found[2]) == (what, mend)
    assert found[0] == where


@given(st.integers(2, 100), st.integers(1, 100))
def test_no_rule_shows_a_count_of_people_as_none(hide_below: int, round_to: int):
    """Rounded to the nearest, halves up, the smallest count that is shown stays above 0."""
    shown = Decimal(hide_below) / round_to
    none = shown.to_integral_value(ROUND_HALF_UP) == 0
    small = {"hide_below": hide_below, "round_to": round_to}
    data = with_changes(example(), {"shares.entitled-children.aggregate": {"small_numbers": small}})
    if not none:
        assert as_file(data).terms.shares["entitled-children"].aggregate is not None
        return
    ((_, what, mend),) = problems(as_text(data))
    assert f"a count of {hide_below} would be shown, and rounded to 0" in what
    least, most = map(int, re.findall(r"to (\d+) or", mend))
    for mended in ({"hide_below": least, "round_to": round_to}, {"hide_below": hide_below, "round_to": most}):
        SmallNumbers(**mended)


def test_every_fault_is_told_at_once():
    text = EXAMPLE.replace("retain: P1Y", "retain: forever").replace("then: delete", "then: burn")
    assert len(problems(text)) == 2


@pytest.mark.parametrize("alias", ["role", "body_class", "provider"])
def test_inner_names_are_no_keys(alias: str):
    data = with_changes(example(), {f"parties.dwp.{alias}": "provider"})
    assert f"`parties.dwp.{alias}` is not a known key" in [what for _, what, _ in problems(json.dumps(data, indent=1))]


@pytest.mark.parametrize("word", ["dpia", "confidentiality"])
def test_a_word_of_the_law_section_cannot_be_a_party(word: str):
    data = with_changes(example(), {f"parties.{word}": {"as": "recipient", "controller": "joint", "contact": "x"}})
    assert "the law section uses this word; choose another" in [mend for _, _, mend in problems(json.dumps(data))]


@pytest.mark.parametrize("title", ["Free\u202eschool", "a\u0000b", "a\u200bb"])
def test_what_cannot_be_seen_is_still_signed_as_it_stands(title: str):
    """A hidden character changes the digest; showing it is the document's part."""
    assert as_file(with_changes(example(), {"title": title})).digest != DIGEST


def test_a_number_too_large_to_be_exact_is_not_signed():
    file = as_file(with_changes(example(), {"shares.entitled-children.limits": {"records_per_day": 2**60}}))
    with pytest.raises(BadFile, match="cannot be signed"):
        file.digest  # noqa: B018


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"to": ["dwp"]}, "`dwp` is both giver and receiver"),
        ({"level": "aggregate", "modes": ["bulk"]}, "a share of level `aggregate` has only the mode `aggregate`"),
        ({"level": "aggregate", "modes": ["aggregate"]}, "a share of level `aggregate` says what is counted"),
    ],
)
def test_a_share_that_contradicts_itself_is_told_how_to_be_mended(changes: dict[str, Any], what: str):
    wrong = {f"shares.entitled-children.{key}": value for key, value in changes.items()}
    found = problems(as_text(with_changes(example(), wrong)))
    assert f"`shares.entitled-children`: {what}" in [each[1] for each in found]
    assert all(each[2] for each in found)

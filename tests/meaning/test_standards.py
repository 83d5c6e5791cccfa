"""R4.1: a standard is a file that people can read; each element says what it means and how it bears on a person."""

import pytest

from easement.base.errors import BadFile, EasementError
from easement.meaning.expression import Type
from easement.meaning.model import Key, Sensitivity
from easement.meaning.standards import BUILT_IN, read_standard, refs, standard, standards

HOUSING = """\
format: easement-standard/1
id: housing
version: 1
title: Housing
description: One tenancy
source: these tests
record_key: tenancy
elements:
  tenancy: {definition: The tenancy, sensitivity: personal}
  faith: {definition: The faith, sensitivity: {special: religion}}
"""


def written(folder, text, name="housing-1.yaml"):
    path = folder / name
    path.write_text(text)
    return path


def test_every_standard_that_comes_with_easement_holds():
    found = {s.ref: s for s in standards()}
    assert {"person/1", "benefit-award/1", "school-roll/1", "health-contact/1", "police-contact/1"} <= found.keys()
    for one in found.values():
        assert one.record_key
        assert all(element.definition for element in one.elements.values())


def test_persons_can_be_matched_across_every_standard():
    for one in standards():
        for key in (Key.FAMILY_NAME, Key.GIVEN_NAME, Key.DATE_OF_BIRTH, Key.POSTCODE):
            assert len(one.keyed(key)) == 1
        assert len(one.keyed(Key.SEX)) == (one.id != "council-tax-account"), "councils do not ask for it"


def test_births_deaths_homes_and_council_tax_have_their_standards():
    for ref in ("birth-registration/1", "council-tax-account/1", "homelessness-case/1", "housing-tenancy/1"):
        assert "modelled on" in standard(ref).source
    death = standard("death-registration/1")
    assert not {"cause", "cause_of_death"} & death.elements.keys()
    assert death.elements["partnership"].code_list == "partnership-2021"


def test_the_benefit_award_has_what_the_free_school_meals_agreement_speaks_of():
    award = standard("benefit-award/1")
    assert award.types["award"] is Type.CODE
    assert {"UC", "IS"} <= award.elements["award"].codes.keys()
    assert award.types["net_monthly_earnings"] is Type.NUMBER
    assert award.types["date_of_birth"] is Type.DATE
    assert {"family_name", "given_name", "postcode", "sex", "award_start", "claim_reference"} <= award.elements.keys()


def test_sensitivity_tells_direct_special_criminal_and_confidential_apart():
    health, police = standard("health-contact/1").elements, standard("police-contact/1").elements
    assert health["service"].special_category == "health"
    assert health["service"].confidential
    assert not health["service"].identifies
    assert health["nhs_number"].identifies
    assert health["nhs_number"].special_category is None
    assert police["incidents_12_months"].criminal
    assert police["incidents_12_months"].sensitivity is Sensitivity.CRIMINAL
    assert standard("school-roll/1").elements["ethnicity"].special_category == "ethnicity"
    assert standard("school-roll/1").elements["free_school_meals"].confidential


def test_elements_keep_their_order():
    assert list(standard("police-contact/1").elements)[:3] == ["nominal_reference", "family_name", "given_name"]


def test_an_unknown_standard_is_told_with_its_likeliest():
    with pytest.raises(EasementError) as caught:
        standard("benefit-awards/1")
    assert "`benefit-award/1`" in caught.value.remedy


def test_a_standard_of_ones_own_is_found_in_its_folder(tmp_path):
    written(tmp_path, HOUSING)
    own = standard("housing/1", [tmp_path])
    assert own.elements["faith"].special_category == "religion"
    assert own.record_key == ("tenancy",)
    assert "housing/1" not in refs()


def test_what_comes_with_easement_cannot_be_redefined(tmp_path):
    text = (BUILT_IN / "person-1.yaml").read_text()
    written(tmp_path, text, "person-1.yaml")
    with pytest.raises(BadFile, match="`person/1` is defined twice"):
        standard("person/1", [tmp_path])


def test_a_named_code_list_stands_beside_the_standard(tmp_path):
    (tmp_path / "codes").mkdir()
    (tmp_path / "codes" / "tenure.yaml").write_text(
        "format: easement-codes/1\nid: tenure\ntitle: Tenure\ncodes: {1: Rented, 2: Owned, x: }\n"
    )
    own = read_standard(
        written(tmp_path, HOUSING + "  tenure: {definition: T, type: code, codes: tenure, sensitivity: none}\n")
    )
    assert own.elements["tenure"].codes == {"1": "Rented", "2": "Owned", "x": "x"}


@pytest.mark.parametrize(
    ("line", "key", "what"),
    [
        ("  a: {definition: A, sensitivity: secret}", "sensitivity", "input should be 'none'"),
        ("  a: {definition: A, sensitivity: {special: wealth}}", "sensitivity", "input should be 'none'"),
        ("  a: {definition: A}", "a", "`sensitivity` is missing"),
        ("  a: {definition: A, sensitivity: none, typ: text}", "typ:", "did you mean `type`?"),
        ("  a: {definition: A, sensitivity: none, type: code}", "a", "has `codes`"),
        ("  a: {definition: A, sensitivity: none, codes: {x: X}}", "a", "has `codes`"),
        ("  a: {definition: A, sensitivity: none, type: code, codes: sexx}", "codes", "did you mean `sex`?"),
        ("  a: {definition: A, sensitivity: none, type: date, identifier: nino}", "a", "only text"),
        ("  a: {definition: A, sensitivity: none, identifier: passport}", "identifier", "input should be"),
        ("  a: {definition: A, sensitivity: none, format: '(?=x)y'}", "format", "not every engine reads alike"),
        ("  a: {definition: A, sensitivity: none, format: '(a)\\1'}", "format", "not every engine reads alike"),
        ("  a: {definition: A, sensitivity: none, format: '[a'}", "format", "not a pattern"),
        ("  A b: {definition: A, sensitivity: none}", "A b", "not a name for an element"),
        ("  and: {definition: A, sensitivity: none}", "and", "not a name for an element"),
        ("  a: {definition: A, sensitivity: none, key: date_of_birth}", "a", "must be of type `date`"),
        ("  a: plain", "a", ""),
    ],
)
def test_a_bad_element_is_told_with_its_line_and_mend(tmp_path, line, key, what):
    with pytest.raises(BadFile) as caught:
        read_standard(written(tmp_path, HOUSING + line + "\n"))
    assert f"housing-1.yaml:11:{line.index(key) + 1}: " in str(caught.value)
    assert what in str(caught.value)


def test_the_record_key_must_be_an_element(tmp_path):
    with pytest.raises(BadFile, match="`tenure` in `record_key` is not an element"):
        read_standard(written(tmp_path, HOUSING.replace("record_key: tenancy", "record_key: [tenancy, tenure]")))


def test_a_file_is_named_for_what_it_holds(tmp_path):
    with pytest.raises(BadFile, match="name the file `housing-1"):
        read_standard(written(tmp_path, HOUSING, "housing-2.yaml"))

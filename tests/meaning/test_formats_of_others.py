"""R7.1: what goes out as SSSOM and ODCS is what their own schemas ask for, and comes back as it was."""

import json

import jsonschema
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from easement.agreement.export.odcs import odcs
from easement.agreement.read import read_agreement
from easement.meaning.catalogue_draft import written
from easement.meaning.codes_shelf import code_list, code_lists
from easement.meaning.crosswalk_shelf import crosswalk, crosswalks
from easement.meaning.mapping import DatasetMapping
from easement.meaning.odcs import contract_of, standard_from_contract
from easement.meaning.sssom import MappingSet, Row, read_sssom, set_of_mapping, set_of_walk, walk_of_set, write_sssom
from easement.meaning.standards import standard, standards
from tests.agreement.makers import EXAMPLE
from tests.often import often

from .formats_of_others import ODCS, OF_A_ROW, sssom_faults

HELD = jsonschema.Draft202012Validator(ODCS, format_checker=jsonschema.FormatChecker())
DATED = {"pattern": "x"}
SOME = [one for one in standards() if one.id not in ("council-tax-account", "housing-tenancy")]
WALKS = [(walk.from_, walk.to) for walk in crosswalks()] + [("ethnicity-dfe", "ethnicity-nhs")]


@pytest.mark.parametrize("one", SOME, ids=lambda one: one.ref)
def test_the_contract_of_a_standard_is_what_odcs_asks_for_and_comes_back(one):
    text = written(contract_of(one))
    contract = yaml.load(text, yaml.CSafeLoader)
    assert [each.message for each in HELD.iter_errors(contract)] == []
    made = standard_from_contract(contract, id_=one.id, version=one.version)
    assert made.left_out == ()
    assert contract_of(made.standard)["schema"][0]["properties"] == [
        _without_list(each) for each in contract["schema"][0]["properties"]
    ]


def _without_list(said):
    """A property without the name of its code list, which a draft has not: it has the codes themselves."""
    kept = [each for each in said.get("customProperties", []) if each["property"] != "easementCodes"]
    return {k: v for k, v in said.items() if k != "customProperties"} | ({"customProperties": kept} if kept else {})


def test_the_contract_of_an_agreement_is_what_odcs_asks_for(tmp_path):
    path = tmp_path / "agreement.yaml"
    path.write_text(EXAMPLE)
    file = read_agreement(path)
    known = {share.standard: standard(share.standard) for share in file.terms.shares.values()}
    said = json.loads(json.dumps(odcs(file, known)))
    assert [each.message for each in HELD.iter_errors(said)] == []
    assert said["schema"]


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "Contract"}, {"apiVersion": "v9"}, {"id": 7}, {"owner": "x"},
        {"schema": [{"name": "a", "properties": [{"name": "b", "logicalType": "text"}]}]},
        {"schema": [{"name": "a", "properties": [{"name": "b", "enum": ["plain"]}]}]},
        {"schema": [{"name": "a", "properties": [{"name": "b", "logicalType": "date", "logicalTypeOptions": DATED}]}]},
    ],
    ids=str,
)  # fmt: skip
def test_the_facts_on_odcs_find_what_it_does_not_have(change):
    assert list(HELD.iter_errors(contract_of(standard("person/1")) | change))


@pytest.mark.parametrize(("from_", "to"), WALKS)
def test_every_cross_walk_is_what_sssom_asks_for_and_comes_back(from_, to):
    walk = crosswalk(from_, to)
    said = set_of_walk(walk, code_list(from_), code_list(to))
    text = write_sssom(said)
    assert list(sssom_faults(text)) == []
    assert write_sssom(read_sssom(text)) == text
    lists = {each.ref.replace("/", ".v"): each for each in code_lists()}
    again = walk_of_set(read_sssom(text), lists)
    assert {(p.subject, p.relation, p.object) for p in again.pairs} == {
        (p.subject, p.relation, p.object) for p in walk.pairs
    }
    assert again.unlinked.keys() == walk.unlinked.keys()


def a_mapping(by="Amina Patel", **elements):
    said = {
        "format": "easement-mapping/1", "id": "people", "title": "People", "organisation": "northtown",
        "standard": "person/1", "elements": elements,
        "confirmed": [{"by": by, "at": "2026-11-22T09:00Z", "why": "read by two"}],
    }  # fmt: skip
    return DatasetMapping.model_validate(said)


@pytest.mark.parametrize("by", ["Amina Patel", "A | B", "A \\ B", "A \\| B", "|"])
def test_a_mapping_is_what_sssom_asks_for_whoever_stood_for_it(by):
    mapping = a_mapping(
        by, family_name="Sur name|<b>", sex={"column": "Gender", "codes": {"m w": "male"}}, uprn={"absent": "not here"}
    )
    text = write_sssom(set_of_mapping(mapping, standard("person/1")))
    assert list(sssom_faults(text)) == []
    assert {row.author_label for row in read_sssom(text).rows} == {by}


def test_a_mapping_without_a_column_names_no_prefix():
    text = write_sssom(set_of_mapping(a_mapping(uprn={"absent": "not here"}), standard("person/1")))
    assert list(sssom_faults(text)) == []


HEAD = "#curie_map:\n#  a: 'urn:a:'\n#  b: 'urn:b:'\n#mapping_set_id: urn:a:b\n#license: urn:a:free\n"
SAID = {"subject_id": "a:1", "predicate_id": "skos:exactMatch", "object_id": "b:1"}
SAID |= {"mapping_justification": "semapv:ManualMappingCuration"}


def a_set(more, head=HEAD):
    said = SAID | more
    return head + "\t".join(said) + "\n" + "\t".join(said.values()) + "\n"


@pytest.mark.parametrize("column", [name for name in OF_A_ROW if name not in SAID])
def test_every_column_of_the_format_is_known(column):
    assert len(read_sssom(a_set({column: ""})).rows) == 1


def test_what_the_head_says_for_all_rows_is_read_into_each():
    head = "#mapping_date: 2026-09-01\n#subject_source: a:x\n" + HEAD
    [row] = read_sssom(a_set({}, head)).rows
    assert (row.mapping_date, row.subject_source) == ("2026-09-01", "a:x")
    [own] = read_sssom(a_set({"mapping_date": "2026-10-01"}, head)).rows
    assert own.mapping_date == "2026-10-01"


def test_several_authors_are_read_as_one_text():
    assert read_sssom(a_set({"author_label": r"Ann\|Bo|Cy \\ Di"})).rows[0].author_label == r"Ann|Bo; Cy \ Di"


@pytest.mark.parametrize(
    "text",
    [
        a_set({}).replace("license", "licence"), a_set({}).replace("urn:a:b", "here"), a_set({"mood": "x"}),
        a_set({}).replace("b:1", "urn b 1"), a_set({}).replace("a:1", "c:1"), a_set({}).replace("Manual", "My"),
        a_set({"comment": ""}), a_set({"mapping_date": "today"}), a_set({"confidence": "0.12345"}),
        a_set({}).replace("b:1", "sssom:NoTermFound"),
    ],
)  # fmt: skip
def test_the_facts_on_sssom_find_what_it_does_not_have(text):
    version = "#sssom_version: '1.1'\n"
    assert list(sssom_faults(version + a_set({}))) == []
    assert list(sssom_faults(version + text))


@given(st.lists(st.tuples(st.text(), st.text(), st.text()), min_size=1, max_size=4))
@settings(max_examples=often(40))
def test_whatever_labels_say_a_set_goes_out_and_comes_back(said):
    rows = tuple(
        Row(f"a:{at}", "skos:exactMatch", "b:1", subject_label=one, author_label=two, comment=three)
        for at, (one, two, three) in enumerate(said)
    )
    text = write_sssom(MappingSet("urn:a:b", "x", rows, {"a": "urn:a:", "b": "urn:b:"}))
    assert write_sssom(read_sssom(text)) == text

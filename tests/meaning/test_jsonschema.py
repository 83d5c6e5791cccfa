"""R7.1: a standard goes out as JSON Schema and comes back; what a draft leaves out is told."""

import json

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from easement.base.errors import BadFile
from easement.meaning.examples import example_of
from easement.meaning.jsonschema import MOST_BYTES, json_schema, read_json_schema, standard_from_json_schema
from easement.meaning.standards import read_standard, standard, standards
from easement.meaning.syntax import Type
from tests.often import often


def back(schema, id_="drafted"):
    return standard_from_json_schema(json.loads(json.dumps(schema)), id_=id_)


def of_one(part, **more):
    return back({"type": "object", "properties": {"thing": part}, **more})


def row(one):
    """A record with something of each element's kind."""
    made = {}
    for name, element in one.elements.items():
        value = next(iter(element.codes)) if element.codes else example_of(element)
        kinds = {Type.INTEGER: 3, Type.NUMBER: 310.5, Type.BOOLEAN: True, Type.DATE: "2026-04-06"}
        made[name] = kinds.get(element.type, "100231" if element.format == "[0-9]{6}" else value)
    return made


@pytest.mark.parametrize("one", standards(), ids=lambda one: one.ref)
def test_records_of_every_standard_are_valid_by_its_schema(one):
    validator = jsonschema.Draft202012Validator(json_schema(one))
    validator.check_schema(json_schema(one))
    assert list(validator.iter_errors(row(one))) == []
    assert list(validator.iter_errors(row(one) | dict.fromkeys(one.elements.keys() - set(one.record_key)))) == []


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"sex": "M"}, "sex"),
        ({"date_of_birth": "06/04/2026"}, "date_of_birth"),
        ({"shoe_size": 9}, "shoe_size"),
        ({"email": "nobody"}, "email"),
        ({"family_name": 7}, "family_name"),
    ],
)
def test_a_record_that_is_not_of_the_standard_is_not_valid(change, says):
    found = list(jsonschema.Draft202012Validator(json_schema(standard("person/1"))).iter_errors(
        row(standard("person/1")) | change
    ))  # fmt: skip
    assert len(found) == 1
    assert says in str(found[0].absolute_path) or says in found[0].message


@pytest.mark.parametrize("one", standards(), ids=lambda one: one.ref)
def test_every_standard_comes_back_from_its_schema(one):
    made = back(json_schema(one), one.id)
    written_out = {n: e.model_copy(update={"code_list": ""}) for n, e in one.elements.items()}
    assert made.standard.elements == written_out
    assert list(made.standard.elements) == list(one.elements)
    assert (made.standard.record_key, made.standard.title) == (one.record_key, one.title)
    assert made.left_out == ()


def test_a_draft_is_a_file_that_reads(tmp_path):
    made = back(json_schema(standard("person/1")))
    path = tmp_path / "drafted-1.yaml"
    path.write_text(made.text)
    assert read_standard(path) == made.standard


def test_names_of_other_styles_are_written_as_an_elements_and_told():
    made = back({"properties": {"dateOfBirth": {"type": "string", "format": "date", "description": "Born"}}})
    assert made.standard.elements["date_of_birth"].type is Type.DATE
    assert "the name `dateOfBirth`: it is `date_of_birth` here" in made.left_out


@pytest.mark.parametrize(
    ("part", "left"),
    [
        ({"type": "string", "minLength": 3}, "`minLength` of `thing`"),
        ({"type": "string"}, "what `thing` means: nobody says it there, so write it"),
        ({"type": "string", "description": "T"}, "how `thing` bears on a person: taken as confidential until you say"),
        ({"type": "string", "format": "date-time"}, "`format` of `thing`: `date-time`"),
        ({"type": "string", "pattern": "(?=a)b"}, "`format` of `thing`: it cannot be said here"),
    ],
)
def test_what_a_standard_cannot_say_is_told(part, left):
    assert left in of_one(part).left_out


@pytest.mark.parametrize(
    ("part", "left"),
    [
        ({"type": "object", "properties": {}}, "records or lists within it"),
        ({"type": "array", "items": {"type": "string"}}, "records or lists within it"),
        ({"type": ["string", "integer"]}, "values of several kinds"),
        ({"$ref": "https://elsewhere.example/x.json"}, "is not in this file, and is not fetched"),
        ({"$ref": "#/$defs/nowhere"}, "leads nowhere"),
        ({"$ref": "#/properties/thing"}, "go in a circle"),
        (True, "nothing is said of it"),
    ],
)
def test_what_is_no_element_is_left_out_and_told(part, left):
    made = back({"properties": {"thing": part, "other": {"type": "string"}}})
    assert list(made.standard.elements) == ["other"]
    assert any("thing" in each and left in each for each in made.left_out)


def test_a_reference_within_the_file_is_followed():
    made = back({"properties": {"thing": {"$ref": "#/$defs/x~1y"}}, "$defs": {"x/y": {"type": "integer"}}})
    assert made.standard.elements["thing"].type is Type.INTEGER


def test_an_enumeration_becomes_codes():
    assert of_one({"enum": ["a", "b", None]}).standard.elements["thing"].codes == {"a": "a", "b": "b"}


@pytest.mark.parametrize(
    "schema", [[], {}, "x", None, {"type": "string"}, {"properties": []}, {"properties": {"a": {}}}]
)
def test_what_describes_no_record_is_refused(schema):
    with pytest.raises(BadFile):
        back(schema)


@pytest.mark.parametrize("raw", [b"{", b"\xff\xfe", b"[" * 100_000, b" " * (MOST_BYTES + 1)])
def test_what_is_no_json_is_refused(raw):
    with pytest.raises(BadFile, match="JSON Schema is"):
        read_json_schema(raw, "x.json")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["type", "enum", "oneOf", "const", "pattern", "format", "$ref", "title", "x-easement"])
        | st.text(max_size=6), inner, max_size=4,
    ),
    max_leaves=12,
)  # fmt: skip


@given(st.dictionaries(st.text(max_size=10), JSON, max_size=5))
@settings(max_examples=often(40))
def test_whatever_a_schema_says_a_draft_holds_or_is_refused(properties):
    try:
        made = back({"properties": properties})
    except BadFile:
        return
    assert made.standard.elements

"""The published schema and the types accept and refuse the same files, as far as JSON Schema can say it."""

from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from easement.agreement.schema import SCHEMA_ID, agreement_schema, schema_text
from easement.base.errors import BadFile

from .makers import Data, agreements, as_file, example

PUBLISHED = Path(__file__).parents[2] / "docs" / "reference" / "agreement.schema.json"
VALIDATOR = Draft202012Validator(agreement_schema())


def accepted(data: Data) -> bool:
    """Whether the types accept it."""
    try:
        as_file(data)
    except BadFile:
        return False
    return True


def refusals(data: Data) -> list[str]:
    """Why the schema refuses it."""
    return [f"{list(error.absolute_path)}: {error.message}" for error in VALIDATOR.iter_errors(data)]


def test_the_schema_is_a_schema():
    Draft202012Validator.check_schema(agreement_schema())
    assert agreement_schema()["$id"] == SCHEMA_ID


def test_the_published_copy_is_current():
    assert PUBLISHED.read_text() == schema_text(), (
        "write it anew: easement agreement schema > docs/reference/agreement.schema.json"
    )


def test_the_example_fits():
    assert refusals(example()) == []


@given(agreements())
def test_every_agreement_the_types_accept_fits_the_schema(data: Data):
    as_file(data)
    assert refusals(data) == []


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("format",), "easement-agreement/2"),
        (("parties", "Northtown"), {"as": "recipient", "controller": "joint", "contact": "a"}),
        (("parties", "dwp", "role"), "provider"),
        (("law", "dwp", "gateway"), "x"),
        (("law", "Dwp"), {"basis": "art6_1_e"}),
        (("law", "dpia"), {}),
        (("law", "dpia"), {"reference": "a", "not_required": "b"}),
        (("shares", "entitled-children", "k"), 5),
        (("shares", "entitled-children", "level"), "anonymised"),
        (("shares", "entitled-children", "level"), "aggregate"),
        (("shares", "entitled-children", "fields"), {}),
        (("shares", "entitled-children", "fields", "award"), "band"),
        (("shares", "entitled-children", "fields", "award"), {"band": []}),
        (("shares", "entitled-children", "limits", "records_per_day"), True),
        (("shares", "entitled-children", "limits", "records_per_day"), "5"),
        (("shares", "entitled-children", "aggregate"), {"measures": {"total": {}}}),
        (("shares", "entitled-children", "aggregate"), {"measures": {"total": {"sum": "a", "mean": "b"}}}),
        (("duties", "retain"), "P0D"),
        (("duties", "retain"), "P1YT"),
        (("duties", "retain"), 12),
        (("transparency", "public"), "yes"),
        (("joining", "observer"), {"class": "charity"}),
        (("title",), "   "),
    ],
)
def test_both_refuse(path: tuple[str, ...], value: Any):
    data = example()
    put(data, path, value)
    assert not accepted(data)
    assert refusals(data)


def put(data: Any, path: tuple[Any, ...], value: Any) -> None:
    """Set the value at a path."""
    for part in path[:-1]:
        data = data[part]
    data[path[-1]] = value


def paths(data: Any, here: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every path in the data, deepest last."""
    inner = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    return [path for key, value in inner for path in [(*here, key), *paths(value, (*here, key))]]


WRONG = [None, True, 3, -1, 2.5, "", " ", "none", "Not A Slug!", "x" * 4_001, [], {}, ["plain"], {"unknown": 1}, [None]]


@st.composite
def mutated(draw: st.DrawFn) -> Data:
    """The example, or a generated agreement, with one structural fault or none."""
    data = deepcopy(draw(st.just(example()) | agreements()))
    path = draw(st.sampled_from(paths(data)))
    holder: Any = data
    for part in path[:-1]:
        holder = holder[part]
    match draw(st.sampled_from(["take out", "put wrong", "add"])):
        case "take out":
            del holder[path[-1]]
        case "put wrong":
            holder[path[-1]] = draw(st.sampled_from(WRONG))
        case "add" if isinstance(holder, dict):
            holder["strange_key"] = draw(st.sampled_from(WRONG))
    return data


def structural(data: Data) -> bool:
    """Whether JSON Schema can judge the file at all: names of parties and real dates are beyond it."""
    try:
        as_file(data)
    except BadFile as error:
        beyond = ("is not a party", "needs `", "both giver and receiver", "before it starts", "itself", "is not a date")
        beyond += ("character", "rise from low to high", "cannot be a party's id")
        return not any(word in problem.what for problem in error.problems for word in beyond)
    return True


@given(mutated())
def test_types_and_schema_agree_on_structural_faults(data: Data):
    if structural(data):
        assert accepted(data) == (refusals(data) == [])

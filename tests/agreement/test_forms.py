"""Forms as the file writes them, and what each can be done to."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from easement.agreement.forms import Form, FormKind, bands, days
from easement.agreement.words import form_words
from easement.meaning.expression import Type

EVERY = [
    "plain",
    "pseudonym",
    "year",
    "month",
    "outward",
    "present",
    {"band": [0, 300]},
    {"truncate": 3},
    {"shift": "P30D"},
]


@pytest.mark.parametrize(
    ("value", "form", "written"),
    [
        ("plain", Form(FormKind.PLAIN), "plain"),
        ({"band": [0, 300, 616.67]}, Form(FormKind.BAND, edges=(0, 300, 616.67)), "band 0, 300, 616.67"),
        ({"truncate": 3}, Form(FormKind.TRUNCATE, length=3), "truncate 3"),
        ({"shift": "P30D"}, Form(FormKind.SHIFT, shift="P30D"), "shift P30D"),
    ],
)
def test_a_form_is_read_and_written(value: Any, form: Form, written: str):
    assert Form.read(value) == form
    assert form.written == written
    assert Form.read(form) is form


@pytest.mark.parametrize(
    ("value", "mend"),
    [
        ("plane", "use one of plain"),
        ("band", "{band: [0, 300, 600]}"),
        ("shift", "{shift: P30D}"),
        ({"band": []}, "{band: [0, 300, 600]}"),
        ({"band": [3, 3]}, "{band: [0, 300, 600]}"),
        ({"band": [3, 1]}, "{band: [0, 300, 600]}"),
        ({"band": [True, 2]}, "{band: [0, 300, 600]}"),
        ({"truncate": 0}, "{truncate: 3}"),
        ({"truncate": 2.0}, "{truncate: 3}"),
        ({"shift": "P1M"}, "{shift: P30D}"),
        ({"shift": "P0D"}, "{shift: P30D}"),
        ({"year": 1}, "use band, truncate or shift"),
        ({"band": [0], "truncate": 1}, "for example `plain`"),
        (["plain"], "for example `plain`"),
        (None, "for example `plain`"),
    ],
)
def test_what_is_no_form_is_refused_with_the_mend(value: Any, mend: str):
    with pytest.raises(ValueError, match="\n") as caught:
        Form.read(value)
    assert mend in str(caught.value).split("\n")[1]


def test_every_kind_has_a_way_to_be_written():
    assert {Form.read(value).kind for value in EVERY} == set(FormKind)


@pytest.mark.parametrize(
    ("value", "takes"),
    [
        ("plain", set(Type)),
        ("pseudonym", set(Type)),
        ("present", set(Type)),
        ("year", {Type.DATE}),
        ("month", {Type.DATE}),
        ({"shift": "P9D"}, {Type.DATE}),
        ("outward", {Type.TEXT}),
        ({"band": [0]}, {Type.INTEGER, Type.NUMBER}),
        ({"truncate": 1}, {Type.TEXT, Type.CODE}),
    ],
)
def test_a_form_fits_its_kinds_of_value(value: Any, takes: set[Type]):
    assert {kind for kind in Type if Form.read(value).takes(kind)} == takes


def test_what_keeps_people_apart_does_not_count_as_coarser():
    apart = {"plain", "pseudonym", "shift"}
    assert {Form.read(value).kind.value for value in EVERY if not Form.read(value).coarsens} == apart


@given(st.lists(st.integers(-1000, 1000), min_size=1, max_size=5, unique=True))
def test_two_forms_written_alike_are_alike(edges: list[int]):
    form = Form.read({"band": sorted(edges)})
    assert Form.read({"band": sorted(edges)}).written == form.written
    assert form.written.count(",") == len(edges) - 1


def test_the_bands_of_some_edges_with_the_labels_that_cross():
    assert bands((0, 300, 616.67)) == (
        (0, "under 0"),
        (300, "0 to under 300"),
        (616.67, "300 to under 616.67"),
        (None, "616.67 or more"),
    )
    assert bands((20_000,)) == ((20_000, "under 20000"), (None, "20000 or more"))


@given(st.lists(st.integers(-(10**9), 10**9), min_size=1, max_size=5, unique=True))
def test_the_signed_paper_names_the_labels_that_cross(edges: list[int]):
    form = Form.read({"band": sorted(edges)})
    assert form_words(form) == f"as a band: {', '.join(label for _, label in bands(form.edges))}"
    assert len({label for _, label in bands(form.edges)}) == len(edges) + 1


def test_the_days_of_a_shift():
    assert days("P30D") == 30
    with pytest.raises(ValueError, match="write `P30D`"):
        days("P1M")

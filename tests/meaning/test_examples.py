"""Examples in forms are invented, and still look like what a field would hold."""

import pytest

from easement.meaning.examples import example_of
from easement.meaning.identifiers import Kind
from easement.meaning.model import Element, Sensitivity
from easement.meaning.standards import refs, standard
from easement.meaning.syntax import Type

ELEMENTS = [element for ref in refs() for element in standard(ref).elements.values()]


@pytest.mark.parametrize("element", ELEMENTS, ids=lambda element: element.name)
def test_every_element_of_every_standard_has_an_example(element):
    assert example_of(element)


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_of_identifier_has_an_example(kind):
    assert example_of(Element(name="x", definition="x", identifier=kind, sensitivity=Sensitivity.DIRECT))


def test_numbers_and_places_in_examples_belong_to_nobody():
    said = {
        kind: example_of(Element(name="x", definition="x", identifier=kind, sensitivity=Sensitivity.DIRECT))
        for kind in Kind
    }
    assert said[Kind.NINO].startswith("QQ")
    assert said[Kind.NHS_NUMBER].startswith("999")
    assert said[Kind.POSTCODE].startswith("ZZ99")
    assert said[Kind.E164].startswith("+441632960")


def test_a_code_is_shown_with_its_meaning_and_a_number_with_its_unit():
    code = Element(
        name="x", definition="x", type=Type.CODE, codes={"UC": "Universal Credit"}, sensitivity=Sensitivity.NONE
    )
    bare = Element(name="x", definition="x", type=Type.CODE, codes={"A": "A"}, sensitivity=Sensitivity.NONE)
    paid = Element(name="x", definition="x", type=Type.NUMBER, unit="GBP a month", sensitivity=Sensitivity.NONE)
    assert [example_of(each) for each in (code, bare, paid)] == ["UC (Universal Credit)", "A", "310.50 GBP a month"]

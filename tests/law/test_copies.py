"""What the catalogue and the code that enforces both say, they say alike."""

import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from easement.agreement.model import SmallNumbers
from easement.law.catalogue import catalogue
from easement.law.model import Identifier, SmallNumberRule
from easement.meaning.identifiers import NINO_PREFIXES_NEVER_ISSUED, SHAPES, Kind, NotValid, check, tidy

KNOWN = catalogue()
KIND_OF = {
    "nhs_number": Kind.NHS_NUMBER,
    "chi_number": Kind.CHI,
    "nino": Kind.NINO,
    "upn": Kind.UPN,
    "uln": Kind.ULN,
    "uprn": Kind.UPRN,
    "usrn": Kind.USRN,
    "postcode": Kind.POSTCODE,
    "date": Kind.DATE,
    "telephone": Kind.E164,
}
"""The kind that checks each identifier of the catalogue which can be checked."""

IDENTIFIERS = {each.id: each for each in KNOWN.all(Identifier)}
RULES = {each.id: each for each in KNOWN.all(SmallNumberRule)}


@pytest.mark.parametrize("rule", ["product_default", "nhs_hes"])
def test_the_default_for_small_numbers_is_what_the_catalogue_says(rule: str) -> None:
    said, default = RULES[rule], SmallNumbers()
    assert (said.suppress_from, said.suppress_to, said.round_to) == (1, default.hide_below - 1, default.round_to)
    assert not said.secondary_suppression


def test_every_kind_of_identifier_stands_in_the_catalogue() -> None:
    assert set(KIND_OF.values()) == set(Kind)
    assert KIND_OF.keys() <= IDENTIFIERS.keys()


def shape(id_: str) -> str:
    """The catalogue's pattern without its anchors."""
    return IDENTIFIERS[id_].regex.removeprefix("^").removesuffix("$")


@pytest.mark.parametrize("id_", KIND_OF)
@given(data=st.data())
def test_what_has_the_shape_in_the_catalogue_has_it_in_the_code(id_: str, data: st.DataObject) -> None:
    value = data.draw(st.from_regex(re.compile(shape(id_), re.ASCII), fullmatch=True))
    assert re.fullmatch(SHAPES[KIND_OF[id_]], tidy(KIND_OF[id_], value))


@pytest.mark.parametrize("id_", KIND_OF)
@given(data=st.data())
def test_what_has_the_shape_in_the_code_has_it_in_the_catalogue(id_: str, data: st.DataObject) -> None:
    value = data.draw(st.from_regex(SHAPES[KIND_OF[id_]], fullmatch=True))
    assume(KIND_OF[id_] is not Kind.NINO or value[:2] not in NINO_PREFIXES_NEVER_ISSUED)
    assert re.fullmatch(shape(id_), value, re.ASCII)


@pytest.mark.parametrize("id_", KIND_OF)
def test_the_examples_of_the_catalogue_come_out_as_it_says(id_: str) -> None:
    entry = IDENTIFIERS[id_]
    found = {value: check(KIND_OF[id_], value) for value in (*entry.valid, *entry.invalid)}
    assert {value for value, judged in found.items() if isinstance(judged, NotValid)} == set(entry.invalid)

"""What a joiner takes is cut out of what the terms allow, and can make nothing wider (R2.5)."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from easement.agreement.model import Level, Mode
from easement.gate.prepare import Prepared
from easement.gate.taking import EVERYTHING, Taken, Taking, narrowed, takings, wider

WORDS = st.frozensets(st.text(max_size=5), max_size=3)
TAKEN = st.builds(Taken, modes=WORDS, fields=WORDS)


@given(st.builds(Taking, st.dictionaries(st.text(max_size=5), TAKEN, max_size=3), roles=WORDS, parts=WORDS))
def test_a_choice_is_read_as_it_was_written(taking: Taking) -> None:
    text = json.dumps({"easton": taking.as_dict()})
    assert takings(text) == {"easton": taking}


def test_where_nothing_stands_everybody_takes_everything() -> None:
    assert takings(None) == takings("{}") == {}


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "7", '{"easton": 7}', '{"easton": {}}', '{"easton": {"shares": [], "roles": [], "parts": []}}',
     '{"easton": {"shares": {"a": {"modes": 7, "fields": []}}, "roles": [], "parts": []}}'],
)  # fmt: skip
def test_what_cannot_be_read_is_no_choice(text: str) -> None:
    assert takings(text) is None


@pytest.mark.parametrize(("parts", "plays"), [((), ["recipient"]), (("provider",), ["provider"])])
def test_who_does_not_say_as_what_it_joined_is_a_recipient(parts: tuple[str, ...], plays: list[str]) -> None:
    taking = Taking({}, parts=frozenset(parts))
    assert [part for part in ("provider", "recipient") if taking.plays(part)] == plays


def taken(agreement: Prepared, share: str, **choice: Any) -> Any:
    return narrowed(agreement.offers[share], Taking({share: Taken(**choice)}))


def test_who_takes_everything_sees_the_share_as_it_is(agreement: Prepared) -> None:
    offer = agreement.offers["entitled"]
    assert narrowed(offer, EVERYTHING) is offer
    assert taken(agreement, "entitled") == offer


def test_a_share_that_is_not_among_those_taken_is_none(agreement: Prepared) -> None:
    assert narrowed(agreement.offers["open"], Taking({"entitled": Taken()})) is None


def test_ways_that_are_not_taken_are_closed_and_none_is_opened(agreement: Prepared) -> None:
    assert taken(agreement, "entitled", modes=frozenset({"lookup", "bulk"})).modes == {Mode.LOOKUP, Mode.BULK}
    assert taken(agreement, "open", modes=frozenset({"bulk", "lookup"})).modes == {Mode.BULK}


def test_fields_that_are_not_taken_are_withheld_with_why_and_none_is_added(agreement: Prepared) -> None:
    offer = taken(agreement, "entitled", fields=frozenset({"award", "nino"}))
    whole = agreement.offers["entitled"]
    assert set(offer.forms[Mode.MATCH]) == {"award"}
    assert offer.withheld[Mode.MATCH]["family_name"] == "it was not taken when the agreement was joined"
    assert offer.withheld[Mode.MATCH]["nino"] == whole.withheld[Mode.MATCH]["nino"]
    assert set(offer.forms[Mode.MATCH]) | set(offer.withheld[Mode.MATCH]) == set(whole.standard.elements)


def test_what_is_counted_stays_as_it_was_agreed(agreement: Prepared) -> None:
    offer, whole = taken(agreement, "counted", fields=frozenset({"award"})), agreement.offers["counted"]
    assert set(offer.forms[Mode.BULK]) == {"award"}
    assert offer.forms[Mode.AGGREGATE] == whole.forms[Mode.AGGREGATE]
    assert offer.withheld[Mode.AGGREGATE] == whole.withheld[Mode.AGGREGATE]


@pytest.mark.parametrize("level", [Level.ANONYMISED, Level.AGGREGATE])
def test_a_table_in_which_small_groups_are_hidden_is_taken_whole(agreement: Prepared, level: Level) -> None:
    whole = replace(agreement.offers["open"], level=level)
    offer = narrowed(whole, Taking({"open": Taken(fields=frozenset({"sex"}))}))
    assert offer is not None
    assert offer.forms == whole.forms


def test_what_goes_beyond_the_terms_is_named(agreement: Prepared) -> None:
    shares = {
        "entitled": Taken(frozenset({"lookup"}), frozenset({"award", "nino"})),
        "open": Taken(frozenset({"bulk", "lookup"})),
        "none": Taken(),
    }
    found = wider(Taking(shares, frozenset({"clerk", "benefits-officer"})), agreement.terms, frozenset({"clerk"}))
    assert found == (
        "the role `benefits-officer`",
        "the field `nino` of `entitled`",
        "`open` by `lookup`",
        "the share `none`",
    )
    assert wider(EVERYTHING, agreement.terms, frozenset()) == ()


def test_a_part_of_a_table_in_which_small_groups_are_hidden_goes_beyond_the_terms(agreement: Prepared) -> None:
    share = agreement.terms.shares["open"].model_copy(update={"level": Level.ANONYMISED})
    terms = agreement.terms.model_copy(update={"shares": {"open": share}})
    taking = Taking({"open": Taken(fields=frozenset({"award"}))})
    assert wider(taking, terms, frozenset()) == ("`open` with fewer fields: small groups are hidden in it as a whole",)

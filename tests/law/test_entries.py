"""Entries validate themselves, and a damaged file is named with the entry that is wrong."""

from dataclasses import FrozenInstanceError, replace
from datetime import date
from typing import Any

import pytest

from easement.base.errors import BadFile
from easement.law.catalogue import catalogue
from easement.law.entry import Kind
from easement.law.model import SmallNumberRule
from easement.law.read import entries
from easement.law.shelves import Catalogue

KNOWN = catalogue()
PURPOSE: dict[str, Any] = {
    "id": "gardening",
    "label": "Gardening",
    "family": "leisure",
    "plain": "Grow things.",
    "dpv": "https://w3id.org/dpv#PublicBenefit",
    "dpv_match": "broad",
    "jurisdiction": ["england"],
    "citation": "Allotments Act 1925",
    "check": "knowledge",
    "sources": ["Allotments Act 1925 (not yet read)"],
}


def read(**changes: Any) -> Any:
    table = {key: value for key, value in (PURPOSE | changes).items() if value is not None}
    return entries(Kind.PURPOSE, {"purpose": [table]}, where="purposes.toml")[0]


def test_a_whole_entry_is_taken() -> None:
    assert read().name == "Gardening"


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"citation": ""}, "`citation` is missing"),
        ({"sources": []}, "`sources` is missing"),
        ({"sources": [""]}, "a source is empty"),
        ({"jurisdiction": []}, "`jurisdiction` is missing"),
        ({"jurisdiction": ["france"]}, "france"),
        ({"check": "surely"}, "surely"),
        ({"id": "Garden ing"}, "`Garden ing` is not an id"),
        ({"dpv": "https://example.example/x"}, "not a term of the vocabulary"),
        ({"dpv_match": "near"}, "`exact`, `close` or `broad`"),
        ({"label": None}, "label"),
        ({"colour": "green"}, "colour"),
    ],
)
def test_an_entry_with_a_fault_is_named_with_its_file(changes: dict[str, Any], what: str) -> None:
    with pytest.raises(BadFile, match="of the law catalogue is not well formed") as refused:
        read(**changes)
    assert what in str(refused.value)
    assert refused.value.where == "purposes.toml"


POWER: dict[str, Any] = {
    "id": "aa_1925",
    "act": "Allotments Act 1925",
    "section": "s.1",
    "nature": "permissive",
    "givers": ["local-authority"],
    "givers_text": "Councils",
    "receivers": ["anyone"],
    "receivers_text": "Any",
    "purposes": ["gardening"],
    "purposes_text": "Growing",
    "overrides_confidentiality": "no",
    "overrides_confidentiality_text": "no",
    "status": "in-force",
    "status_text": "in force",
    "jurisdiction_text": "E",
    "article_6_giver": "art6_1_e_public_task",
    "article_6_hint": "6(1)(e)",
    **{key: PURPOSE[key] for key in ("jurisdiction", "citation", "check", "sources", "plain")},
}


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"nature": "optional"}, "optional"),
        ({"status": "soon"}, "soon"),
        ({"route": []}, "no giver is named"),
        ({"givers": []}, "no giver is named"),
        ({"route": [{"giver": ["school"]}]}, "`giver` is not a key of a route"),
        ({"article_6_giver": ""}, "which basis"),
        ({"status_text": None}, "status_text"),
    ],
)
def test_a_power_with_a_fault_is_refused(changes: dict[str, Any], what: str) -> None:
    assert entries(Kind.POWER, {"power": [POWER]}, where="x.toml")[0].id == "aa_1925"
    table = {key: value for key, value in (POWER | changes).items() if value is not None}
    with pytest.raises(BadFile, match="`aa_1925`") as refused:
        entries(Kind.POWER, {"power": [table]}, where="x.toml")
    assert what in str(refused.value)


def test_entries_cannot_be_changed_in_place() -> None:
    with pytest.raises(FrozenInstanceError):
        KNOWN.power("edu_2005_s110").plain = "anything goes"  # type: ignore[misc]
    with pytest.raises(ValueError, match="`policy_document`"):
        replace(KNOWN.condition("art9_g"), policy_document="maybe")
    with pytest.raises(ValueError, match="do not make a rule"):
        replace(KNOWN.all(SmallNumberRule)[0], suppress_to=0)


def test_a_shelf_is_loaded_once_and_only_when_asked() -> None:
    asked: list[Kind] = []

    def load(kind: Kind) -> tuple[Any, ...]:
        asked.append(kind)
        return (read(),) if kind is Kind.PURPOSE else ()

    small = Catalogue(date(2026, 1, 1), load)
    assert asked == []
    assert small.purpose("gardening").family == "leisure"
    assert small.purposes[0].id == "gardening"
    assert asked == [Kind.PURPOSE]

"""The Data Privacy Vocabulary: only words it has, and a link to the EU's terms only where they mean the same (R7.1)."""

import json
import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings

from easement.agreement.export import export
from easement.agreement.read import AgreementFile
from easement.law.catalogue import catalogue
from easement.law.shelves import Catalogue
from easement.meaning.standards import standards
from tests.often import often

from .full import FULL
from .makers import Data, agreements, as_file, changed, example

LAW = catalogue()
STANDARDS = {standard.ref: standard for standard in standards()}

KNOWN = {
    *("LegalAgreement", "Process", "DataController", "DataProcessor", "LegalBasis", "Share", "Delete", "Transfer"),
    *("Anonymise", "PersonalData", "SpecialCategoryPersonalData", "PseudonymisedData", "AnonymisedData"),
    *("StorageDuration", "StorageDeletion", "AccessControlMethod", "DeterministicPseudonymisation", "Deidentification"),
    *("HashMessageAuthenticationCode", "Anonymisation", "StaffTraining", "DPIA", "DataBreachNotification"),
    *("ReviewProcedure", "hasEntity", "hasProcess", "hasName", "hasContact", "hasPurpose", "hasProcessing"),
    *("hasLegalBasis", "hasPersonalData", "hasData", "hasDataController", "hasDataSource", "hasRecipient"),
    *("hasStorageCondition", "hasDuration", "hasTechnicalMeasure", "hasOrganisationalMeasure"),
}
"""The terms used, each read in version 2.3 of the vocabulary (25 February 2026)."""


def graph(file: AgreementFile) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(export(file, "dpv", catalogue=LAW, standards=STANDARDS))
    return found


def words(node: Any) -> Iterator[str]:
    """Every key, type and reference of a graph."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key != "@context":
                yield key
                yield from words(value)
    elif isinstance(node, list):
        for part in node:
            yield from words(part)
    elif isinstance(node, str):
        yield node


@given(agreements())
@settings(max_examples=often(60), deadline=None)
def test_every_term_is_one_that_the_vocabulary_has(data: Data) -> None:
    used = {word.partition(":")[2] for word in words(graph(as_file(data))) if re.fullmatch(r"dpv:\w+", word)}
    assert used <= KNOWN


def test_each_share_is_a_process_with_who_what_for_and_how_long() -> None:
    (process,) = graph(as_file(example()))["dpv:hasProcess"]
    assert process["dpv:hasPurpose"]["skos:closeMatch"]["@id"] == LAW.purpose("benefit-eligibility").dpv
    assert [party["@id"].rpartition("/")[2] for party in process["dpv:hasRecipient"]] == ["northtown"]
    assert len(process["dpv:hasPersonalData"]) == 6
    assert process["dpv:hasStorageCondition"][0]["dpv:hasDuration"] == {"@value": "P1Y", "@type": "xsd:duration"}
    assert {"@id": "dpv:DPIA"} in process["dpv:hasOrganisationalMeasure"]


def bases(file: AgreementFile) -> dict[str, dict[str, Any]]:
    (process, *_) = graph(file)["dpv:hasProcess"]
    return {basis["@id"].rpartition("#")[2]: basis for basis in process["dpv:hasLegalBasis"]}


@pytest.mark.parametrize(
    ("basis", "link", "term"),
    [
        ("art6_1_a", "skos:exactMatch", "eu-gdpr:A6-1-a"),
        ("art6_1_c_legal_obligation", "skos:exactMatch", "eu-gdpr:A6-1-c"),
        ("art6_1_e", "skos:closeMatch", "eu-gdpr:A6-1-e"),
    ],
)
def test_a_basis_is_linked_to_the_regulation_where_the_words_are_the_same_or_near(
    basis: str, link: str, term: str
) -> None:
    found = bases(changed(law__dwp__basis=basis))[basis]
    assert found[link] == {"@id": term}
    assert LAW.basis(basis).citation == found["skos:prefLabel"]


@pytest.mark.parametrize("basis", ["art6_1_ea", "art6_1_ea_recognised_legitimate_interest", "art6_1_east"])
def test_a_basis_that_the_regulation_lacks_is_linked_to_none(basis: str) -> None:
    assert not any("Match" in key for key in bases(changed(law__dwp__basis=basis))[basis])


def test_a_condition_is_linked_and_its_schedule_1_paragraph_stands_by_itself() -> None:
    found = bases(as_file(FULL))
    assert found["art9_g"]["skos:exactMatch"] == {"@id": "eu-gdpr:A9-2-g"}
    assert not any("Match" in key for key in found["s1_p18"])


def test_special_category_data_is_marked() -> None:
    file = changed(shares__visits={**example()["shares"]["entitled-children"], **health()})
    *_, process = graph(file)["dpv:hasProcess"]
    marked = [d["@id"] for d in process["dpv:hasPersonalData"] if "dpv:SpecialCategoryPersonalData" in d["@type"]]
    assert marked


def health() -> dict[str, Any]:
    elements = STANDARDS["health-contact/1"].elements
    return {"standard": "health-contact/1", "rows": None, "fields": dict.fromkeys(elements, "plain")}


def test_what_is_not_at_hand_says_so() -> None:
    nothing = Catalogue(date(2026, 1, 1), lambda _: ())
    text = export(as_file(example()), "dpv", catalogue=nothing, standards={})
    assert text.count("not in the law catalogue") == 3
    assert text.count("the standard was not at hand") == 6

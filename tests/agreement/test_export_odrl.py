"""ODRL: the policy keeps to the Information Model 2.2 and is never wider than the terms (R7.1)."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings

from easement.agreement.export import export
from easement.agreement.export.odrl import ODRL, PROFILE
from easement.agreement.read import AgreementFile
from easement.law.catalogue import catalogue
from tests.often import often

from .full import FULL
from .makers import Data, agreements, as_file, changed, example

LAW = catalogue()

ACTIONS = {"use", "distribute", "delete", "anonymize", "inform", "easement:return", "easement:certify"}
LEFT = {"purpose", "dateTime", "recipient", "elapsedTime", "event"}
OPERATORS = {"eq", "isA", "isAnyOf", "isAllOf", "isNoneOf", "gteq", "lteq", "gt"}
"""Words of the ODRL Vocabulary 2.2 that the policies use; `easement:` words belong to the profile."""


def policy(file: AgreementFile) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(export(file, "odrl", catalogue=LAW, standards={}))
    return found


def rules(found: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for kind in ("permission", "prohibition", "obligation"):
        yield from found.get(kind, [])


def constraints(rule: dict[str, Any]) -> list[dict[str, Any]]:
    target = rule["target"]
    return rule.get("constraint", []) + (target.get("refinement", []) if isinstance(target, dict) else [])


def holds_to_the_model(found: dict[str, Any]) -> None:
    assert found["uid"].startswith("https://")
    assert found["type"] == "Agreement"
    assert found["profile"] == PROFILE
    assert found["@context"]["@vocab"] == ODRL
    assert found["permission"] or found["obligation"]
    for rule in rules(found):
        assert all(rule[part].startswith("https://") for part in ("assigner", "assignee"))
        assert rule["assigner"] != rule["assignee"]
        assert rule["action"] in ACTIONS
        target = rule["target"]
        if isinstance(target, dict):
            assert target["type"] == "AssetCollection"
            assert ("source" in target) is ("refinement" in target)
            assert ("uid" in target) is not ("source" in target)
        for constraint in constraints(rule):
            assert constraint.keys() == {"type", "leftOperand", "operator", "rightOperand"}
            assert constraint["leftOperand"] in LEFT or constraint["leftOperand"].startswith("easement:")
            assert constraint["operator"] in OPERATORS


@given(agreements())
@settings(max_examples=often(60), deadline=None)
def test_any_agreement_makes_a_policy_of_the_information_model(data: Data) -> None:
    holds_to_the_model(policy(as_file(data)))


def test_the_context_is_written_out_so_that_nothing_is_fetched() -> None:
    assert isinstance(policy(as_file(FULL))["@context"], dict)


def test_there_is_one_permission_for_each_share_and_recipient() -> None:
    found = policy(as_file(FULL))
    pairs = sum(len(share["to"]) for share in FULL["shares"].values())
    assert len(found["permission"]) == pairs
    assert len({(str(rule["target"]), rule["assignee"]) for rule in found["permission"]}) == pairs


def test_the_agreed_purpose_stands_under_its_own_name_beside_the_wider_term() -> None:
    (rule,) = policy(as_file(example()))["permission"]
    own, wider = (c for c in rule["constraint"] if c["leftOperand"] == "purpose")
    assert (own["operator"], own["rightOperand"]["@id"]) == (
        "eq",
        "https://easement.example/ns/purpose#benefit-eligibility",
    )
    assert wider["rightOperand"]["@id"] == LAW.purpose("benefit-eligibility").dpv


def test_a_forbidden_purpose_never_forbids_the_agreed_one() -> None:
    found = policy(as_file(example()))
    (rule,) = found["permission"]
    agreed = {c["rightOperand"]["@id"] for c in rule["constraint"] if c["leftOperand"] == "purpose"}
    forbidden = [c["rightOperand"]["@id"] for r in found["prohibition"] for c in r.get("constraint", [])]
    assert len(forbidden) == 2
    assert agreed.isdisjoint(forbidden)
    assert found["conflict"] == "prohibit"


def test_both_days_of_the_term_are_included() -> None:
    (rule,) = policy(as_file(example()))["permission"]
    days = {c["operator"]: c["rightOperand"]["@value"] for c in rule["constraint"] if c["leftOperand"] == "dateTime"}
    assert days == {"gteq": "2026-09-01", "lteq": "2029-08-31"}


def test_what_is_owed_after_is_an_obligation_and_not_a_condition_of_use() -> None:
    found = policy(as_file(example()))
    assert all("duty" not in rule for rule in found["permission"])
    assert [rule["action"] for rule in found["obligation"]] == ["delete", "easement:certify", "inform", "inform"]
    (kept,) = found["obligation"][0]["constraint"]
    assert kept["rightOperand"] == {"@value": "P1Y", "@type": "xsd:duration"}


@pytest.mark.parametrize(("onward", "constrained"), [("none", False), (["schools"], True)])
def test_passing_on_is_forbidden_save_to_who_is_named(onward: Any, constrained: bool) -> None:
    found = policy(changed(duties__onward=onward))
    (rule,) = [rule for rule in found["prohibition"] if rule["action"] == "distribute"]
    assert ("constraint" in rule) is constrained


def test_the_same_agreement_gives_the_same_text_and_a_changed_one_another_name() -> None:
    file, other = as_file(FULL), changed(title="Other")
    assert export(file, "odrl", catalogue=LAW, standards={}) == export(file, "odrl", catalogue=LAW, standards={})
    assert policy(file)["uid"] != policy(other)["uid"]

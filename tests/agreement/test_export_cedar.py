"""Cedar: the policies are readable, say which clause they keep, and are valid whatever the agreement holds (R7.1).

That they decide as the gate does is held by `tests/gate/test_second_opinion.py`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

import cedarpy
import pytest
from hypothesis import assume, given, settings

from easement.agreement.export import FORMATS, export
from easement.agreement.export.cedar import SCHEMA, as_entities, as_request
from easement.agreement.model import Mode
from easement.agreement.read import AgreementFile
from easement.base.canonical import sha256_hex
from easement.law.catalogue import catalogue
from easement.meaning.standards import standards
from tests.often import often

from .makers import Data, agreements, as_file, example

LAW = catalogue()
STANDARDS = {standard.ref: standard for standard in standards()}


def policies(file: AgreementFile) -> str:
    return export(file, "cedar", catalogue=LAW, standards=STANDARDS)


@given(agreements())
@settings(max_examples=often(60), deadline=None)
def test_any_agreement_makes_policies_that_the_schema_accepts(data: Data) -> None:
    assume(all(share["standard"] in STANDARDS for share in data["shares"].values()))
    result = cedarpy.validate_policies(policies(as_file(data)), SCHEMA)
    assert result.validation_passed, result.errors


def test_each_policy_has_a_name_of_its_own_and_the_clause_it_keeps() -> None:
    text = policies(as_file(example()))
    ids = re.findall(r'^@id\("([^"]+)"\)$', text, re.MULTILINE)
    clauses = re.findall(r'^@clause\("([^"]+)"\)$', text, re.MULTILINE)
    assert len(ids) == len(set(ids)) == len(clauses) == len(re.findall(r"^(permit|forbid) ", text, re.MULTILINE))
    assert all(name.startswith(clause) for name, clause in zip(ids, clauses, strict=True))
    assert "purpose.never_for" in ids


def test_what_nobody_may_ask_for_is_not_permitted() -> None:
    data = example()
    del data["people"]
    assert "permit" not in policies(as_file(data))


def test_cedar_needs_the_standards_that_the_shares_name() -> None:
    with pytest.raises(KeyError):
        export(as_file(example()), "cedar", catalogue=LAW, standards={})


def test_json_is_what_the_parties_sign() -> None:
    file = as_file(example())
    text = export(file, "json", catalogue=LAW, standards={})
    assert sha256_hex(text.encode()) == file.digest


def test_every_format_says_what_it_is_for_and_gives_the_same_text_each_time() -> None:
    file = as_file(example())
    for name, what_for in FORMATS.items():
        assert what_for
        once, again = (export(file, name, catalogue=LAW, standards=STANDARDS) for _ in range(2))
        assert once == again
        assert name == "json" or file.digest in once


@dataclass(frozen=True)
class Asking:
    """A request, as the policies' context needs it."""

    recipient: str = "northtown"
    role: str = "benefits-officer"
    share: str = "entitled-children"
    purpose: str = "benefit-eligibility"
    mode: Mode = Mode.MATCH
    fields: tuple[str, ...] = ()
    person: Mapping[str, str] = field(default_factory=dict)
    listed: bool = True


@dataclass(frozen=True)
class Knowing:
    """What is known of the world on a day on which the example is in force."""

    now: datetime = datetime(2026, 11, 21, 12, tzinfo=UTC)
    signed: frozenset[str] = frozenset({"dwp", "northtown"})
    suspended: str | None = None
    superseded: str | None = None
    gaps: tuple[str, ...] = ()
    training: frozenset[str] = frozenset(example()["people"]["northtown"].get("training", ()))
    records_today: int = 0
    objected: bool = False
    consented: bool = False


@pytest.mark.parametrize(
    ("asking", "knowing", "allowed"),
    [
        (Asking(), Knowing(), True),
        (Asking(role="teacher"), Knowing(), False),
        (Asking(recipient="northtown/benefits-officer", role="x"), Knowing(), False),
        (Asking(purpose="immigration-enforcement"), Knowing(), False),
        (Asking(), Knowing(suspended="a breach"), False),
        (Asking(), Knowing(now=datetime(2099, 1, 1, tzinfo=UTC)), False),
    ],
    ids=["as agreed", "another role", "a name that holds a stroke", "another purpose", "suspended", "ended"],
)
def test_a_request_in_cedars_words_is_decided_by_the_policies(asking: Asking, knowing: Knowing, allowed: bool) -> None:
    request = as_request(asking, knowing, review_due=date(2099, 1, 1))
    (result,) = cedarpy.is_authorized_batch([request], policies(as_file(example())), as_entities([asking]), SCHEMA)
    assert result.allowed == allowed, result.diagnostics

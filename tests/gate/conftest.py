"""A small agreement between a department and a council, and the standard it speaks of; tests vary one thing each."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from easement.agreement.model import Mode
from easement.agreement.read import read_agreement_text
from easement.base import stamps
from easement.gate.model import Facts, Request
from easement.gate.prepare import Prepared, prepare
from easement.meaning.model import Standard
from easement.node.home import Node, open_node

from .asking import Asking
from .world import World, copied, furnish

TERMS = """
format: easement-agreement/1
id: school-meals
version: 1.0.0
title: School meals
parties:
  dwp: {as: provider, controller: independent, contact: ig@dwp.example}
  northtown: {as: recipient, controller: independent, contact: dpo@northtown.example}
purpose:
  code: benefit-eligibility
  statement: Find pupils whose household receives a benefit.
  never_for: [immigration-enforcement]
law:
  dwp: {power: edu_2005_s110, basis: art6_1_e}
  northtown: {power: edu_2005_s110, basis: art6_1_e}
shares:
  entitled:
    from: dwp
    to: [northtown]
    standard: award/1
    modes: [lookup, match, bulk, aggregate]
    subjects: matched
    rows: award in ('UC', 'IS')
    fields:
      family_name: plain
      award: plain
      earnings: {band: [0, 300]}
    limits: {records_per_day: 100}
  open:
    from: dwp
    to: [northtown]
    standard: award/1
    modes: [bulk]
    subjects: all
    fields: {award: plain}
  counted:
    from: dwp
    to: [northtown]
    standard: award/1
    modes: [bulk, aggregate]
    subjects: all
    fields: {award: plain, postcode: outward, given_name: {truncate: 1}}
    aggregate:
      dimensions: [award, postcode]
      measures: {people: count, mean_earnings: {mean: earnings}}
  take-up:
    from: dwp
    to: [northtown]
    standard: award/1
    level: pseudonymised
    modes: [bulk, match]
    subjects: all
    fields: {reference: pseudonym, award: plain}
people:
  northtown: {roles: [benefits-officer], training: [data-protection]}
duties: {retain: P1Y, then: delete, risk_after_disclosure: recipient}
term: {starts: 2026-09-01, ends: 2029-08-31, review_every: P12M}
"""


@pytest.fixture(scope="session")
def first_world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """Real nodes, a signed agreement and a dirty register, made once and only ever copied."""
    return furnish(tmp_path_factory.mktemp("first"))


@pytest.fixture
def world(tmp_path: Path, first_world: World) -> World:
    """The same, fresh for each test."""
    return copied(first_world, tmp_path)


@pytest.fixture(scope="module")
def shared_world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """The same for all tests of a module, for those that leave the register as it is."""
    return furnish(tmp_path_factory.mktemp("world"))


@pytest.fixture
def node(world: World) -> Iterator[Node]:
    """That world's department, open."""
    with open_node(world.node) as opened:
        yield opened


@pytest.fixture
def asking(world: World, node: Node) -> Asking:
    """Who asks that department."""
    return Asking(world, node)


@pytest.fixture
def rested(monkeypatch: pytest.MonkeyPatch) -> None:
    """All files have rested, so that what is read of them may be kept."""
    real = time.time_ns
    monkeypatch.setattr(stamps.time, "time_ns", lambda: real() + 3_600_000_000_000)


@pytest.fixture(scope="session")
def standard() -> Standard:
    text, personal = "text", "personal"
    return Standard.model_validate(
        {
            "format": "easement-standard/1",
            "id": "award",
            "version": 1,
            "title": "Award",
            "description": "A benefit award.",
            "source": "made for tests",
            "record_key": "reference",
            "elements": {
                "reference": {"definition": "its number", "type": text, "sensitivity": "direct"},
                "nino": {
                    "definition": "number", "type": text, "sensitivity": "direct",
                    "identifier": "nino", "key": "identifier",
                },
                "family_name": {"definition": "n", "type": text, "sensitivity": "direct", "key": "family_name"},
                "given_name": {"definition": "n", "type": text, "sensitivity": "direct", "key": "given_name"},
                "date_of_birth": {"definition": "d", "type": "date", "sensitivity": "direct", "key": "date_of_birth"},
                "postcode": {"definition": "p", "type": text, "sensitivity": "direct", "key": "postcode"},
                "award": {
                    "definition": "a", "type": "code", "sensitivity": personal,
                    "codes": {"UC": "Universal Credit", "IS": "Income Support", "PC": "Pension Credit"},
                },
                "earnings": {"definition": "e", "type": "number", "sensitivity": personal},
            },
        }
    )  # fmt: skip


@pytest.fixture(scope="session")
def agreement(standard: Standard) -> Prepared:
    return prepare(
        read_agreement_text(TERMS),
        {"award/1": standard},
        clashes={"debt-recovery": "people would stop asking for help they are owed"},
    )


def request(**changes: Any) -> Request:
    """A request that is allowed, but for what a test changes."""
    usual: dict[str, Any] = {
        "share": "entitled",
        "recipient": "northtown",
        "role": "benefits-officer",
        "purpose": "benefit-eligibility",
        "mode": Mode.MATCH,
        "listed": True,
    }
    return Request(**usual | changes)


def facts(**changes: Any) -> Facts:
    """A world in which the usual request is allowed, but for what a test changes."""
    usual: dict[str, Any] = {
        "now": datetime(2026, 11, 21, 12, tzinfo=UTC),
        "signed": frozenset({"dwp", "northtown"}),
        "training": frozenset({"data-protection"}),
    }
    return Facts(**usual | changes)

"""Decisions with 100,000 agreements loaded: p50 in microseconds, and whether it stays flat from 1,000 on."""

import statistics
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from easement.agreement.model import Mode
from easement.agreement.read import read_agreement_text
from easement.gate.decide import decide
from easement.gate.model import Facts, Request
from easement.gate.prepare import Prepared, prepare
from easement.meaning.standards import standard

TERMS = """
format: easement-agreement/1
id: school-meals
version: 1.0.0
title: School meals
parties:
  dwp: {as: provider, controller: independent, contact: ig@dwp.example}
  northtown: {as: recipient, controller: independent, contact: dpo@northtown.example}
purpose: {code: benefit-eligibility, statement: Find pupils who are entitled., never_for: [immigration-enforcement]}
law:
  dwp: {power: edu_2005_s110, basis: art6_1_e}
  northtown: {power: edu_2005_s110, basis: art6_1_e}
shares:
  entitled:
    from: dwp
    to: [northtown]
    standard: benefit-award/1
    modes: [lookup, match]
    subjects: matched
    rows: award in ('UC', 'IS')
    fields: {family_name: plain, award: plain, net_monthly_earnings: {band: [0, 300]}}
    limits: {records_per_day: 20000}
people: {northtown: {roles: [benefits-officer], training: [data-protection]}}
duties: {retain: P1Y, risk_after_disclosure: recipient}
term: {starts: 2026-09-01, ends: 2029-08-31, review_every: P12M}
"""
FEW, MANY = 1_000, 100_000


def measures() -> Iterator[dict[str, Any]]:
    first = prepare(read_agreement_text(TERMS), {"benefit-award/1": standard("benefit-award/1")})
    many = {f"a{n}": _copy(first, n) for n in range(MANY)}
    few = {id_: many[id_] for id_ in list(many)[:FEW]}
    p50_few, _ = _time(few)
    p50, p99 = _time(many)
    yield {
        "measure": "decision",
        "agreements": MANY,
        "p50_us": round(p50, 2),
        "p99_us": round(p99, 2),
        "against_1000_agreements": round(p50 / p50_few, 2),
        "bar": "p50 <= 20 us, flat",
    }


def _copy(first: Prepared, n: int) -> Prepared:
    """Another agreement of the same shape with objects of its own, so that caches are as cold as they would be."""
    offers = {id_: replace(offer, id=f"{id_}") for id_, offer in first.offers.items()}
    return replace(first, id=f"a{n}", digest=f"{n:064x}", offers=offers)


def _time(agreements: dict[str, Prepared], rounds: int = 50_000) -> tuple[float, float]:
    ids = list(agreements)
    now = datetime(2026, 11, 21, 12, tzinfo=UTC)
    facts = Facts(now=now, signed=frozenset({"dwp", "northtown"}), training=frozenset({"data-protection"}))
    asked = Request("entitled", "northtown", "benefits-officer", "benefit-eligibility", Mode.MATCH, listed=True)
    times = []
    for n in range(rounds):
        id_ = ids[n * 7919 % len(ids)]
        start = time.perf_counter_ns()
        decision = decide(asked, agreements[id_], facts)
        times.append((time.perf_counter_ns() - start) / 1000)
        assert decision.allowed
    return statistics.median(times), statistics.quantiles(times, n=100)[98]

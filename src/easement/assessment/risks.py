"""What can go wrong for people, what lowers it and what remains: the same for the scale and the impact assessment."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from easement.assessment.facts import Facts
from easement.assessment.packaged import packaged

__all__ = ["LEVELS", "RISK_WHEN", "Risk", "known_risks", "risks", "stake"]

LEVELS = {1: "low", 2: "medium", 3: "high"}
"""Likelihood and severity in words."""

HIGH = 6
"""A product of likelihood and severity from which a risk is high, and if it remains the regulator is asked (Art 36)."""


@dataclass(frozen=True, slots=True)
class Risk:
    """A risk to people: before measures and after, likelihood and severity each 1 to 3."""

    id: str
    when: str
    title: str
    harm: str
    likelihood: int
    severity: int
    measures: tuple[str, ...]
    left_likelihood: int
    left_severity: int
    rests_on: str

    @property
    def level(self) -> str:
        """How high it is before measures: `low`, `medium` or `high`."""
        return level(self.likelihood, self.severity)

    @property
    def left(self) -> str:
        """How high it is after them."""
        return level(self.left_likelihood, self.left_severity)


def level(likelihood: int, severity: int) -> str:
    """Likelihood and severity (1 to 3 each) as one level."""
    product = likelihood * severity
    return LEVELS[3] if product >= HIGH else LEVELS[2] if product >= 3 else LEVELS[1]


RISK_WHEN: Mapping[str, Callable[[Facts], object]] = {
    "people are looked up or matched": lambda facts: {"lookup", "match"} & set(facts.answers.modes or ()),
    "people can be told apart": lambda facts: not facts.nameless,
    "it was told in confidence": lambda facts: facts.in_confidence,
    "it is about children": lambda facts: "children" in (facts.answers.people or ()),
    "it is about victims or people at risk": lambda facts: {"victims", "at-risk"} & set(facts.answers.people or ()),
    "it holds sensitive data": lambda facts: facts.sensitive and not facts.nameless,
    "codes stand in the place of names, or nobody should be told apart": lambda facts: (
        facts.answers.level in ("pseudonymised", "anonymised")
    ),
    "counts are shared": lambda facts: "aggregate" in (facts.answers.modes or ()),
    "it is shared again and again": lambda facts: (
        facts.answers.often in ("as-needed", "regularly") and not facts.nameless
    ),
    "a program alone decides": lambda facts: facts.answers.decided_by == "program",
    "many records are sent": lambda facts: {"bulk", "match"} & set(facts.answers.modes or ()),
    "it is about debt, fraud or penalties": lambda facts: (
        facts.purpose is not None and facts.purpose.family in ("debt", "fraud", "tax", "immigration")
    ),
    "people are not told": lambda facts: facts.answers.told in ("no", "exempt"),
    "it would be passed on": lambda facts: facts.answers.passed_to,
}
"""For each case in which a risk is there, as the risks' file words it, the rule."""


@cache
def known_risks() -> tuple[Risk, ...]:
    """Every risk that is known, in the order of the file."""
    return tuple(map(_risk, packaged("risks.toml")["risk"]))


def risks(facts: Facts) -> tuple[Risk, ...]:
    """The risks that a case brings."""
    return tuple(each for each in known_risks() if RISK_WHEN[each.when](facts))


def stake(facts: Facts) -> str:
    """What is usually at stake if nothing is shared for such a purpose: a prompt, not a finding; empty if none fits."""
    stakes: Mapping[str, str] = packaged("risks.toml")["not_sharing"]
    return stakes.get(facts.purpose.family, "") if facts.purpose else ""


def _risk(table: Mapping[str, Any]) -> Risk:
    return Risk(**{**table, "measures": tuple(table["measures"])})

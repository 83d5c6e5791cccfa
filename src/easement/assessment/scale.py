"""Both sides of the scale: what can go wrong if it is shared, and what happens if it is not, side by side (R1.5)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from easement.assessment.answers import Answers
from easement.assessment.facts import Facts
from easement.assessment.result import cited
from easement.assessment.risks import Risk, risks, stake
from easement.assessment.weaker import FieldWeighed, Suggestion, suggestions, weigh_fields
from easement.law.shelves import Catalogue
from easement.meaning.model import Standard

__all__ = ["Scale", "weigh"]


@dataclass(frozen=True)
class Scale:
    """Both sides, the fields one by one, and what weaker share may do.

    `sharing` and `not_sharing` are the answers' own words; `risks` and `stake` what such cases usually bring, for
    people to judge. `undefended` are the fields for which no reason is given.
    """

    sharing: str
    not_sharing: str
    benefits: str
    necessity: str
    risks: tuple[Risk, ...]
    stake: str
    fields: tuple[FieldWeighed, ...]
    suggestions: tuple[Suggestion, ...]
    citations: Mapping[str, str]

    @property
    def undefended(self) -> tuple[str, ...]:
        """The fields for which no reason is given."""
        return tuple(each.element for each in self.fields if not each.why)

    def as_dict(self) -> dict[str, Any]:
        """The scale as `--json` prints it."""
        return {
            "if_shared": {"said": self.sharing, "risks": [_risk(each, self.citations) for each in self.risks]},
            "if_not_shared": {"said": self.not_sharing, "usually": self.stake, "benefits": self.benefits},
            "necessity": self.necessity,
            "fields": [each.as_dict() for each in self.fields],
            "undefended": list(self.undefended),
            "suggestions": [each.as_dict() for each in self.suggestions],
        }


def _risk(risk: Risk, citations: Mapping[str, str]) -> dict[str, Any]:
    return {
        "id": risk.id,
        "title": risk.title,
        "harm": risk.harm,
        "level": risk.level,
        "measures": list(risk.measures),
        "left": risk.left,
        "citation": citations[risk.id],
    }


def weigh(answers: Answers, catalogue: Catalogue, on: date, standards: Mapping[str, Standard] | None = None) -> Scale:
    """Both sides of the scale for these answers."""
    facts = Facts(answers, catalogue, on, standards or {})
    found = risks(facts)
    return Scale(
        sharing=answers.harm_sharing or "",
        not_sharing=answers.harm_not_sharing or "",
        benefits=answers.benefits or "",
        necessity=answers.necessity or "",
        risks=found,
        stake=stake(facts),
        fields=weigh_fields(facts),
        suggestions=suggestions(facts),
        citations={risk.id: cited(catalogue.entry(risk.rests_on)).citation for risk in found},
    )

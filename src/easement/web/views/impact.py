"""The impact assessment: whether one is due, its seven steps, and who signs it."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from easement.agreement.diff import Difference
from easement.assessment.impact_service import SavedImpact
from easement.assessment.result import Statement
from easement.web.views.assessing import AssessmentLine
from easement.web.views.page import View

__all__ = ["ImpactPage", "ImpactStep", "ImpactText", "RiskAsked"]


@dataclass(frozen=True, kw_only=True)
class ImpactPage(View):
    """Whether an impact assessment is due and, where one is drafted, how far it is.

    `steps` are the headings with how much is left in each. `terms` are the drafts that it may be made for, `changed`
    what their terms changed since, `mine` the roles in which whoever looks may sign now.
    """

    template: ClassVar[str] = "assessing/impact.html"
    section: ClassVar[str] = "assess"
    line: AssessmentLine
    due: bool
    signs: tuple[Statement, ...]
    impact: SavedImpact | None
    steps: tuple[tuple[str, int], ...]
    terms: str
    changed: tuple[Difference, ...]
    mine: tuple[str, ...]
    recorded: bool
    signed: tuple[tuple[str, datetime, int], ...]


@dataclass(frozen=True, slots=True)
class ImpactText:
    """One text of a step; `lines` is whether it is a list, one on each line. `hint` is what is to be filled in."""

    id: str
    value: str
    hint: str
    lines: bool


@dataclass(frozen=True, slots=True)
class RiskAsked:
    """One risk in the form of step 5 or 6, as its fields hold it; `number` counts from 1, and the last may be empty."""

    number: int
    title: str = ""
    harm: str = ""
    likelihood: str = "1"
    severity: str = "1"
    measures: str = ""
    left_likelihood: str = "1"
    left_severity: str = "1"


@dataclass(frozen=True, kw_only=True)
class ImpactStep(View):
    """The form of one step."""

    template: ClassVar[str] = "assessing/impact_step.html"
    section: ClassVar[str] = "assess"
    line: AssessmentLine
    version: int
    number: int
    heading: str
    texts: tuple[ImpactText, ...]
    risks: tuple[RiskAsked, ...]

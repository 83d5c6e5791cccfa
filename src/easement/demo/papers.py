"""The mappings and agreements of the story, from the package's data, with dates that hold on the day of the demo."""

from datetime import date, timedelta
from importlib.resources import files
from string import Template

from easement.demo.town import FILES

__all__ = ["AGREEMENTS", "agreement", "mapping"]

AGREEMENTS = ("free-school-meals", "safeguarding", "family-help", "public-health", "evaluation")
"""Every agreement of the story, by id."""

BEGAN, ASSESSED = timedelta(days=30), timedelta(days=75)
"""How long ago the agreements began, and the impact assessments were signed off."""


def agreement(id_: str, *, today: date, referrals: int) -> str:
    """An agreement's text, in force on `today`; `referrals` is how many records its list of referred families holds."""
    text = (files("easement.demo") / "data" / "agreements" / f"{id_}.yaml").read_text(encoding="utf-8")
    starts = today - BEGAN
    return Template(text).substitute(
        starts=starts,
        ends=starts + timedelta(days=3 * 365),
        assessed=today - ASSESSED,
        referrals_a_day=max(1, referrals) * 3 // 2,
    )


def mapping(register: str) -> str:
    """The mapping of a register to its standard."""
    assert register in FILES
    return (files("easement.demo") / "data" / "mappings" / f"{register}.yaml").read_text(encoding="utf-8")

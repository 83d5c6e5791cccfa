"""The rules of completeness, by theme; importing this package registers them all."""

from easement.agreement.rules import (
    confidence,
    counting,
    dates,
    duties,
    fields,
    fit,
    impact,
    law,
    matching,
    openness,
    parties,
    purpose,
    rows,
    sensitive,
)
from easement.agreement.rules.case import Case
from easement.agreement.rules.rule import RULES, Found, Level, Rule

__all__ = ["RULES", "THEMES", "Case", "Found", "Level", "Rule"]

THEMES = (
    openness,
    parties,
    purpose,
    law,
    fit,
    confidence,
    sensitive,
    impact,
    fields,
    rows,
    counting,
    matching,
    duties,
    dates,
)
"""The modules of rules in the order of the page; each one's docstring is its heading."""

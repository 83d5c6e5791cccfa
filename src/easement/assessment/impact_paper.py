"""The impact assessment as a file to edit, and as a page to print in the regulator's seven steps."""

import io
from collections.abc import Sequence
from datetime import date
from typing import Any

from ruamel.yaml import YAML

from easement.agreement.paper import Item, Part, Text, fact, facts, row, table
from easement.agreement.render import Sheet, sheet_html, sheet_markdown
from easement.assessment.impact import Impact, residual
from easement.assessment.risks import LEVELS
from easement.base.words import day

__all__ = ["impact_html", "impact_markdown", "impact_sheet", "impact_text"]

Signed = Sequence[tuple[str, date]]

_HEAD = """\
# An impact assessment. Fill in what stands in <angle brackets>; likelihood and severity are 1 low, 2 medium, 3 high.
"""


def impact_text(impact: Impact) -> str:
    """The impact assessment as a YAML file that people edit and `impact.read_impact_text` reads."""
    writer = YAML()
    writer.width, writer.allow_unicode, writer.default_flow_style = 110, True, False
    writer.indent(mapping=2, sequence=4, offset=2)
    out = io.StringIO()
    data: dict[str, Any] = impact.model_dump(mode="json", exclude_none=True)
    writer.dump(data, out)
    return _HEAD + out.getvalue()


def impact_html(impact: Impact, reference: str, signed: Signed, missing: Sequence[str]) -> str:
    """The impact assessment as one self-contained page of HTML."""
    return sheet_html(impact_sheet(impact, reference, signed, missing))


def impact_markdown(impact: Impact, reference: str, signed: Signed, missing: Sequence[str]) -> str:
    """The impact assessment as Markdown."""
    return sheet_markdown(impact_sheet(impact, reference, signed, missing))


def impact_sheet(impact: Impact, reference: str, signed: Signed, missing: Sequence[str]) -> Sheet:
    """The seven steps; `signed` are roles with their days, `missing` the roles that have yet to sign."""
    steps = (
        Part("Why is it needed?", (facts(fact("What makes it due", *impact.need)),)),
        Part(
            "What is done?",
            (
                facts(
                    fact("What is done with the data", impact.nature),
                    fact("How much", impact.scope),
                    fact("About whom, and what they expect", impact.context),
                    fact("What for", impact.purposes),
                ),
            ),
        ),
        Part(
            "Who was asked?",
            (
                facts(
                    fact("Those concerned", impact.consultation),
                    fact("What the data protection officer advises", impact.advice),
                ),
            ),
        ),
        Part(
            "Is it necessary and in proportion?",
            (
                facts(
                    fact("Why less would not do", impact.necessity),
                    fact("On what law, and what weighs on each side", impact.proportion),
                    fact("People's rights", impact.rights),
                ),
            ),
        ),
        Part("What could go wrong for people?", (_risks(impact),)),
        Part("What lowers that?", (_measures(impact), *_regulator(impact))),
        Part("Who signs?", (_signatures(signed, missing),)),
    )
    return Sheet("Data protection impact assessment", impact.title, f"{reference}. Digest {impact.digest}", steps)


def _risks(impact: Impact) -> Any:
    rows = tuple(
        row(each.title, each.harm, LEVELS[each.likelihood], LEVELS[each.severity], each.level) for each in impact.risks
    )
    return table("Risks before measures", ("Risk", "What it does to people", "Likely", "Severe", "Risk is"), rows)


def _measures(impact: Impact) -> Any:
    rows = tuple(
        row(
            each.title,
            "; ".join(each.measures) or "Nothing.",
            LEVELS[each.left_likelihood],
            LEVELS[each.left_severity],
            each.left,
        )
        for each in impact.risks
    )
    return table("What lowers each risk, and what remains", ("Risk", "Measures", "Likely", "Severe", "Left"), rows)


def _regulator(impact: Impact) -> tuple[Text, ...]:
    remains = Text(f"The highest risk that remains is {residual(impact)}.")
    return (remains, Text(f"The regulator was asked: {impact.regulator}")) if impact.regulator else (remains,)


def _signatures(signed: Signed, missing: Sequence[str]) -> Any:
    named = [fact(role.replace("-", " "), Item(f"signed on {day(when)}")) for role, when in signed]
    waiting = [fact(role.replace("-", " "), Item("has yet to sign")) for role in missing]
    return facts(*named, *waiting)

"""The transparency report as one page of HTML: no scripts, no outside requests, every picture with its table."""

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from easement.base.words import day
from easement.register.kpis import Breakdown
from easement.register.report import Report
from easement.register.small import RULE

__all__ = ["to_html"]


def to_html(report: Report) -> str:
    """The report as a page that stands alone."""
    environment = _environment()
    style = Markup(environment.loader.get_source(environment, "report.css")[0])  # type: ignore[union-attr] # noqa: S704 - ours
    return environment.get_template("report.html").render(
        report=report,
        style=style,
        rule=RULE,
        figures=[(each.label, each.words) for each in report.numbers.figures],
        off=[(each.reason, str(each.agreements)) for each in report.off],
        words=_words,
    )


def _words(part: Breakdown) -> list[tuple[str, str]]:
    return [(label, value.words) for label, value in part.rows]


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("easement.register"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["day"] = day
    return environment

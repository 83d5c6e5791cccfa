"""New agreements from templates that come with Easement: commented, and filled in as far as law and habit allow."""

import re
from datetime import date, timedelta
from importlib import resources
from string import Template

from easement.agreement.duration import Duration
from easement.agreement.read import read_agreement_text
from easement.base.errors import UsageError

__all__ = ["PROVIDER", "RECIPIENT", "new", "templates"]

PROVIDER, RECIPIENT = "provider", "recipient"
"""The parties' ids in a template until they are named; the check tells of them as left to fill."""

TERM = Duration(months=36)
"""How long a new agreement holds, unless changed."""

_HEADING = re.compile(r"# (.+)\n")


def templates() -> dict[str, str]:
    """Every template's name, with what it is for in one line."""
    files = sorted(_folder().iterdir(), key=lambda file: file.name)
    texts = {file.name.removesuffix(".yaml"): file.read_text() for file in files if file.name.endswith(".yaml")}
    return {name: _HEADING.match(text).group(1) for name, text in texts.items()}  # type: ignore[union-attr]


def new(template: str, *, today: date, provider: str = PROVIDER, recipient: str = RECIPIENT) -> str:
    """The text of a new agreement; `provider` and `recipient` are the parties' ids.

    The term begins on the first day of the month after next, to leave time to sign. Raises `UsageError` for an unknown
    template, and `BadFile` where an id is not one.
    """
    known = templates()
    if template not in known:
        raise UsageError(f"there is no template `{template}`", remedy=f"the templates are {', '.join(known)}")
    starts = Duration(months=2).after(today.replace(day=1))
    ends = TERM.after(starts) - timedelta(days=1)
    source = Template((_folder() / f"{template}.yaml").read_text())
    text = source.substitute(provider=provider, recipient=recipient, starts=starts, ends=ends)
    read_agreement_text(text, name=f"a new {template}")
    return text


def _folder() -> "resources.abc.Traversable":
    return resources.files("easement.agreement") / "templates"

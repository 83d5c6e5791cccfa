"""What a rule is: a tiny function over one case, registered with its code, level, title, reason and source."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from easement.agreement.rules.case import Case
from easement.agreement.rules.sources import Source
from easement.base.located import Path_
from easement.law.entry import Entry

__all__ = ["RULES", "Found", "Level", "Rule", "rule"]


class Level(StrEnum):
    """How much a finding weighs: nothing is signed over a `must`; a `should` is for people to judge."""

    MUST = "must"
    SHOULD = "should"


class Found(NamedTuple):
    """One thing a rule found: where in the file, what in words, and the mend.

    `entry` is the catalogue's entry it rests on, where there is one: then its citation is the source. `at` is the
    offence's position in the value's text, where the value is an expression.
    """

    path: Path_
    text: str
    mend: str
    entry: Entry | None = None
    at: int | None = None


Body = Callable[[Case], Iterable[Found]]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of completeness, as a lawyer audits it."""

    code: str
    level: Level
    title: str
    why: str
    source: Source
    body: Body

    def look(self, case: Case) -> Iterator[Found]:
        """What the rule finds in a case; nothing where it is content."""
        yield from self.body(case)


RULES: dict[str, Rule] = {}
"""Every rule by its code, in the order of the modules and, within them, of the page."""


def rule(code: str, level: Level, title: str, *, why: str, source: Source) -> Callable[[Body], Body]:
    """Register a function as a rule; a code can be given once."""

    def register(body: Body) -> Body:
        assert code not in RULES, f"the rule `{code}` is registered twice"
        RULES[code] = Rule(code, level, title, why, source, body)
        return body

    return register

"""Completeness: an agreement held against the law catalogue, the standards and the regulator's code (R1.3).

What is missing, why it matters, how to mend it, and on whose word. Each rule is a small function under `rules/`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from easement.agreement.read import AgreementFile
from easement.agreement.rules import RULES, Case, Found, Level, Rule
from easement.base.located import Document, Path_
from easement.law.catalogue import Catalogue
from easement.meaning.model import Standard

__all__ = ["Finding", "check", "musts"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to mend: nothing is signed over a `must`; a `should` is for people to judge.

    `where` is `file:line:column`, `path` the dotted key, `source` what the rule rests on and `checked` how well that
    was read: `verified`, `partly` or `knowledge`.
    """

    code: str
    level: Level
    where: str
    line: int
    path: str
    text: str
    why: str
    mend: str
    source: str
    checked: str

    def as_dict(self) -> dict[str, Any]:
        """The finding as `--json` prints it."""
        return {name: getattr(self, name) for name in self.__slots__}


def check(
    file: AgreementFile, catalogue: Catalogue, standards: Mapping[str, Standard], *, today: date
) -> tuple[Finding, ...]:
    """Every finding on an agreement, in the order of the file; `standards` are those known, by `name/version`."""
    case = Case(file, catalogue, standards, today)
    findings = [_finding(rule, found, case) for rule in RULES.values() for found in rule.look(case)]
    unique = dict.fromkeys(findings)
    return tuple(sorted(unique, key=lambda each: (each.line, each.level is Level.SHOULD)))


def musts(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings that stand in the way of signing."""
    return tuple(finding for finding in findings if finding.level is Level.MUST)


def _finding(rule: Rule, found: Found, case: Case) -> Finding:
    where, text = _placed(found, case.file.document)
    source, checked = (found.entry.citation, found.entry.check) if found.entry else rule.source
    path = ".".join(str(part) for part in found.path)
    line = int(where.rsplit(":", 2)[1])
    return Finding(rule.code, rule.level, where, line, path, text, rule.why, found.mend, source, checked.value)


def _placed(found: Found, document: Document) -> tuple[str, str]:
    """Where the finding stands and its text; an offence inside an expression is pointed at, or else counted to."""
    where = document.where(found.path)
    if found.at is None:
        return where, found.text
    name, line, column = where.rsplit(":", 2)
    written = document.text.splitlines()[int(line) - 1 : int(line)]
    start = written[0].find(_value(document.data, found.path), int(column) - 1) if written else -1
    if start < 0:
        return where, f"{found.text} (at character {found.at + 1})"
    return f"{name}:{line}:{start + found.at + 1}", found.text


def _value(data: Any, path: Path_) -> str:
    for part in path:
        data = data[part]
    return str(data)

"""Answers as data: a verdict, and every finding behind it in plain words with its citation and how it was checked."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum

from easement.law.entry import Checked, Entry, Verdict

__all__ = ["Finding", "Fit", "Outcome", "judge"]


class Outcome(IntEnum):
    """How one question came out, mildest first; a note says something to mind and weighs nothing."""

    MET = 0
    NOTE = 1
    UNCLEAR = 2
    NOT_MET = 3

    @property
    def word(self) -> str:
        """The outcome as JSON and tables show it: `met`, `note`, `unclear`, `not-met`."""
        return self.name.lower().replace("_", "-")


@dataclass(frozen=True, slots=True)
class Finding:
    """One question, how it came out, why, on what, how well that was checked, and what would mend it."""

    about: str
    outcome: Outcome
    text: str
    citation: str
    check: Checked
    mend: str = ""

    def as_dict(self) -> dict[str, str]:
        """The finding as `--json` prints it."""
        return {
            "about": self.about,
            "outcome": self.outcome.word,
            "text": self.text,
            "citation": self.citation,
            "check": self.check.value,
            "mend": self.mend,
        }


@dataclass(frozen=True, slots=True)
class Fit:
    """A verdict with all its findings: the worst of them decides."""

    verdict: Verdict
    findings: tuple[Finding, ...]

    @property
    def against(self) -> tuple[Finding, ...]:
        """The findings that keep the verdict from `fits`."""
        return tuple(finding for finding in self.findings if finding.outcome >= Outcome.UNCLEAR)

    def as_dict(self) -> dict[str, object]:
        """The answer as `--json` prints it."""
        return {"verdict": self.verdict.value, "findings": [finding.as_dict() for finding in self.findings]}


def judge(findings: Iterable[Finding]) -> Fit:
    """The findings with the verdict they come to; no finding at all is `unclear`."""
    found = tuple(findings)
    worst = max((finding.outcome for finding in found), default=Outcome.UNCLEAR)
    if worst is Outcome.NOT_MET:
        return Fit(Verdict.DOES_NOT_FIT, found)
    return Fit(Verdict.UNCLEAR if worst is Outcome.UNCLEAR else Verdict.FITS, found)


def finding(entry: Entry, about: str, outcome: Outcome, text: str, mend: str = "") -> Finding:
    """A finding that rests on an entry of the catalogue."""
    return Finding(about, outcome, text, entry.citation, entry.check, mend)

"""Errors that a person reads: where, what, and what to do next.

    EasementError                exit 1
      UsageError                 exit 2   the command was put wrongly
      Refused                    exit 10  a decision said no
      BadFile                    exit 11  a file has problems, each with its line and its mend
      NotInForce                 exit 11  the agreement is incomplete or not in force
      ProofFailed                exit 12  a proof, signature or log does not hold
      SourceUnreachable          exit 13  where the data lives cannot be read
      BadData                    exit 14  the data fails its checks
      StorageFailed              exit 1   the disk or the database would not keep what it was given
        StorageAway              exit 1   the database's server cannot be reached or is busy; it may be asked again

Wording: lower case, no full stop, the user's own words in `backticks`, domain words never type names.
"""

from collections.abc import Iterable
from dataclasses import dataclass

__all__ = [
    "BadData",
    "BadFile",
    "EasementError",
    "NotInForce",
    "Problem",
    "ProofFailed",
    "Refused",
    "SourceUnreachable",
    "StorageAway",
    "StorageFailed",
    "UsageError",
]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: `where` (`file:line:column` or a path), `what`, and the `mend`."""

    where: str
    what: str
    mend: str = ""

    def __str__(self) -> str:
        head = f"{self.where}: {self.what}" if self.where else self.what
        return f"{head}\n  {self.mend}" if self.mend else head


class EasementError(Exception):
    """The base of all errors shown without a traceback; `remedy` says what to do next."""

    exit_code = 1

    def __init__(self, what: str, *, where: str = "", remedy: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.remedy = remedy

    def __str__(self) -> str:
        return str(Problem(self.where, self.what, self.remedy))

    def as_dict(self) -> dict[str, object]:
        """The error as `--json` prints it."""
        return {"error": self.what, "where": self.where, "remedy": self.remedy, "exit_code": self.exit_code}


class UsageError(EasementError):
    """The command was put wrongly: an option is missing, or two contradict."""

    exit_code = 2


class Refused(EasementError):
    """A decision said no; the reasons travel with the decision."""

    exit_code = 10


class BadFile(EasementError):
    """A file that people write has problems; each names its line and its mend."""

    exit_code = 11

    def __init__(self, what: str, problems: Iterable[Problem] = (), *, where: str = "", remedy: str = "") -> None:
        super().__init__(what, where=where, remedy=remedy)
        self.problems = tuple(problems)

    def __str__(self) -> str:
        return "\n".join([super().__str__(), *(str(problem) for problem in self.problems)])

    def as_dict(self) -> dict[str, object]:
        """The error as `--json` prints it, with one object per problem."""
        problems = [{"where": p.where, "what": p.what, "mend": p.mend} for p in self.problems]
        return super().as_dict() | {"problems": problems}


class NotInForce(EasementError):
    """The agreement is incomplete, or not in force at the time asked about."""

    exit_code = 11


class ProofFailed(EasementError):
    """A proof, a signature or a log does not hold."""

    exit_code = 12


class SourceUnreachable(EasementError):
    """The place where the data lives cannot be opened or read."""

    exit_code = 13


class BadData(EasementError):
    """The data fails its checks: a missing column, a bad encoding, an identifier that cannot be."""

    exit_code = 14


class StorageFailed(EasementError):
    """The disk or the database would not keep what it was given; stop and recover, never retry."""


class StorageAway(StorageFailed):
    """The database's server cannot be reached, or is busy; it may be asked again, and it alone knows what it kept."""

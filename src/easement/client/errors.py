"""What a node says when it does not answer, as exceptions: what is wrong, what to do next, and every reason."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from easement.base import errors
from easement.base.errors import EasementError

__all__ = ["Conflict", "Invalid", "NotLetIn", "NotThere", "Problem", "Reason", "Refusal", "Unavailable", "problem_of"]


@dataclass(frozen=True, slots=True)
class Reason:
    """One check that was not met: its code, the clause, the words, and what would make it lawful."""

    code: str
    clause: str
    text: str
    remedy: str


class Problem(EasementError):
    """A problem as the node told it (RFC 9457). `kind` is the last word of its type, `request` the request's id.

    `problems` names each thing that is wrong with what was sent: `where`, `what`, `mend`.
    """

    def __init__(self, status: int, told: Mapping[str, Any]) -> None:
        super().__init__(str(told.get("detail", "")), remedy=str(told.get("remedy", "")))
        self.status = status
        self.kind = str(told.get("type", "")).rpartition("#")[2]
        self.request = str(told.get("instance", "")).removeprefix("urn:uuid:")
        self.problems: list[Mapping[str, str]] = list(told.get("problems", ()))
        self.reasons = tuple(
            Reason(each["code"], each["clause"], each["text"], each["remedy"]) for each in told.get("reasons", ())
        )


class Refusal(Problem, errors.Refused):
    """A decision said no; `reasons` are all of them. Asking again changes nothing."""

    exit_code = errors.Refused.exit_code


class NotLetIn(Problem):
    """The key is missing, does not work, or may not do this."""


class NotThere(Problem):
    """There is nothing at that address that this key may see."""


class Conflict(Problem):
    """The idempotency key was used for another question, or the agreement is not in force."""


class Invalid(Problem):
    """What was sent is not what the node takes; `problems` says where and what."""


class Unavailable(Problem):
    """The node, or who it asks, cannot answer now; it was tried several times."""


def problem_of(status: int, told: Mapping[str, Any]) -> Problem:
    """The exception for a problem."""
    if str(told.get("type", "")).endswith("#refused"):
        return Refusal(status, told)
    if status >= 500 or status in (408, 429):
        return Unavailable(status, told)
    known = {401: NotLetIn, 403: NotLetIn, 404: NotThere, 409: Conflict}
    return known.get(status, Invalid)(status, told)

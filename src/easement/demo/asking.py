"""The requests of the story, as words of a command."""

from collections.abc import Sequence
from pathlib import Path

from easement.demo.known import Worry

__all__ = ["ANSWERS", "COUNTS", "EVALUATION", "FAMILIES", "MEALS", "ROLL", "lookup", "paper"]

ANSWERS = Path("answers")
"""Where what crossed is put, each with its receipt beside it."""


def paper(id_: str) -> str:
    """The file of an agreement, as typed."""
    return f"agreements/{id_}.yaml"


def _request(node: str, agreement: str, share: str, recipient: str, role: str, purpose: str, mode: str,
             *trained: str) -> tuple[str, ...]:  # fmt: skip
    said = {"node": node, "agreement": paper(agreement), "share": share, "as": recipient, "role": role}
    words = [word for name, value in said.items() for word in (f"--{name}", value)]
    return (*words, "--purpose", purpose, "--mode", mode, *(w for code in trained for w in ("--trained", code)))


ROLL = ("--match", "northtown/datasets/school_roll.csv", "--match-dataset", "northtown/datasets/school_roll.yaml")
"""The council's own school roll, as the list that a match is against."""

MEALS = _request("department", "free-school-meals", "entitled-children", "northtown", "benefits-officer",
                 "benefit-eligibility", "match", "information-governance")  # fmt: skip
"""The council asks which children on its roll can have free school meals."""

FAMILIES = _request("northtown", "family-help", "referred-families", "harbour", "family-worker", "child-wellbeing",
                    "bulk", "information-governance")  # fmt: skip
"""The charity asks for the families referred to it."""

COUNTS = _request("trust", "public-health", "service-use", "northtown", "public-health-analyst", "public-health",
                  "aggregate", "information-governance")  # fmt: skip
"""The council asks how many people use which health service."""

EVALUATION = _request("department", "evaluation", "awards-under-pseudonyms", "university", "accredited-researcher",
                      "research", "bulk", "safe-researcher")  # fmt: skip
"""The university asks for awards without names."""


def lookup(node: str, share: str, worry: Worry, *, without: Sequence[str] = ()) -> tuple[str, ...]:
    """A social worker asks one office about one person, saying all that is known of them but `without`."""
    person = {name: value for name, value in worry._asdict().items() if name not in without}
    named = (word for name, value in person.items() for word in ("--person", f"{name}={value}"))
    return (*_request(node, "safeguarding", share, "northtown", "social-worker", "safeguarding-children", "lookup",
                      "safeguarding-level-3"), *named)  # fmt: skip

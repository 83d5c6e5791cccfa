"""The requests of the story, as words of a command."""

from pathlib import Path

from easement.demo.known import Worry

__all__ = ["ANSWERS", "COUNTS", "EVALUATION", "FAMILIES", "MEALS", "POLICE", "ROLL", "SHORT", "TRUST", "about", "paper"]

ANSWERS = Path("answers")
"""Where what crossed is put, each with its receipt beside it."""

Words = tuple[str, ...]


def paper(id_: str) -> str:
    """The file of an agreement, as typed."""
    return f"agreements/{id_}.yaml"


def _request(node: str, agreement: str, share: str, recipient: str, role: str, purpose: str, mode: str) -> Words:
    said = {"node": node, "agreement": paper(agreement), "share": share, "as": recipient, "role": role}
    said |= {"purpose": purpose, "mode": mode}
    return tuple(word for name, value in said.items() for word in (f"--{name}", value))


ROLL = ("--match", "northtown/datasets/school_roll.csv", "--match-dataset", "northtown/datasets/school_roll.yaml")
"""The council's own school roll, as the list that a match is against."""

_TRAINED = ("--trained", "information-governance")

MEALS = (
    *_request("department", "free-school-meals", "entitled-children", "northtown", "benefits-officer",
              "benefit-eligibility", "match"),
    *_TRAINED, *ROLL,
)  # fmt: skip
"""The council asks which children on its roll can have free school meals."""

_SAFEGUARDING = ("northtown", "social-worker", "safeguarding-children", "lookup")

POLICE = _request("police", "safeguarding", "police-contact", *_SAFEGUARDING)
"""A social worker asks the police about one person, who is yet to be named."""

TRUST = _request("trust", "safeguarding", "health-contact", *_SAFEGUARDING)
"""A social worker asks the health trust about one person, who is yet to be named."""

FAMILIES = (
    *_request("northtown", "family-help", "referred-families", "harbour", "family-worker", "child-wellbeing", "bulk"),
    *_TRAINED,
)
"""The charity asks for the families referred to it."""

COUNTS = (
    *_request("trust", "public-health", "service-use", "northtown", "public-health-analyst", "public-health",
              "aggregate"),
    *_TRAINED,
)  # fmt: skip
"""The council asks how many people use which health service."""

EVALUATION = (
    *_request("department", "evaluation", "awards-under-pseudonyms", "university", "accredited-researcher", "research",
              "bulk"),
    "--trained", "safe-researcher",
)  # fmt: skip
"""The university asks for awards without names."""

SHORT = {"$MEALS": MEALS, "$POLICE": POLICE, "$TRUST": TRUST, "$FAMILIES": FAMILIES, "$COUNTS": COUNTS, "$ROLL": ROLL}
"""Names for requests that are typed again with one thing changed."""


def about(worry: Worry) -> Words:
    """All that a social worker can say of a person; what is empty is not said."""
    said = {name: value for name, value in worry._asdict().items() if value}
    return tuple(word for name, value in said.items() for word in ("--person", f"{name}={value}"))

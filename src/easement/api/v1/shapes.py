"""What the API takes and gives, as it stands in the OpenAPI description. Each shape brings an example."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

__all__ = [
    "DIGEST",
    "MESSAGE",
    "PROOF",
    "AgreementLine",
    "AgreementShown",
    "DatasetLine",
    "Element",
    "Id",
    "MemberLine",
    "ReasonShown",
    "ShareShown",
    "Short",
    "Slug",
    "Who",
    "Why",
    "example",
    "example_of",
    "taken",
]

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,62}$")]
"""An id as agreements write it."""

Id = Annotated[str, StringConstraints(pattern=r"^([a-z][a-z0-9-]{0,62}|[0-9a-f]{64})$")]
"""An agreement's id, or the digest of one version of it."""

Element = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
"""The name of a standard's element."""

Short = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]
"""A value by which somebody is named: one line."""

Why = Annotated[str, StringConstraints(max_length=2_000, pattern=r"^[^\x00-\x08\x0b-\x1f\x7f]*$")]
"""A reason in somebody's own words."""

DIGEST = "5b1f9a8e3a0b2c4d6e8f00112233445566778899aabbccddeeff001122334455"
"""A digest for examples."""

MESSAGE = "9f86d081884c7d659a2feaa0c55ad015"
"""A question's id for examples."""

PROOF = "c2sp.org/tlog-proof@v1\nextra eyJlbnRyeSI6…\nindex 41\n…"
"""A proof for examples."""


def example(**shown: Any) -> ConfigDict:
    """The configuration of a shape that is given, with its example."""
    return ConfigDict(json_schema_extra={"example": shown})


def example_of(shape: type[BaseModel]) -> dict[str, Any]:
    """The example of a shape."""
    extra = shape.model_config["json_schema_extra"]
    assert isinstance(extra, dict)
    shown: Any = extra["example"]
    return dict(shown)


def taken(**shown: Any) -> ConfigDict:
    """The configuration of a shape that is taken: it knows no other keys, and errors do not repeat what was sent."""
    return ConfigDict(extra="forbid", hide_input_in_errors=True, json_schema_extra={"example": shown})


class Who(BaseModel):
    """Who a key belongs to, and what it lets a program do."""

    model_config = example(
        id="kabcdefghijkl",
        name="case-system",
        kind="program",
        organisation="northtown",
        permissions=["disclosure:person:ask", "disclosure:record:read"],
        roles={"free-school-meals": ["benefits-officer"]},
        training=["information-governance"],
    )

    id: str
    name: str
    kind: Literal["person", "program"]
    organisation: str
    permissions: list[str]
    roles: dict[str, list[str]] = Field(description="The roles held under each agreement, by its id.")
    training: list[str]


class AgreementLine(BaseModel):
    """An agreement in a list."""

    model_config = example(
        id="free-school-meals",
        version="1.0.0",
        digest=DIGEST,
        title="Free school meals auto-enrolment",
        state="in-force",
        parties={"dwp": "provider", "northtown": "recipient"},
        purpose="benefit-eligibility",
        shares=["entitled-children"],
        starts="2026-09-01",
        ends="2029-08-31",
        next_review="2027-09-01",
        public=True,
    )

    id: str
    version: str
    digest: str
    title: str
    state: str = Field(description="Where it stands today: `in-force`, `suspended`, `ended` …")
    parties: dict[str, str] = Field(description="`provider` or `recipient`, by organisation.")
    purpose: str
    shares: list[str]
    starts: str
    ends: str
    next_review: str | None
    public: bool


class ShareShown(BaseModel):
    """One thing that an agreement lets cross."""

    id: str
    provider: str
    recipients: list[str]
    standard: str
    level: str
    modes: list[str]
    fields: dict[str, str] = Field(description="The form of each field.")
    measures: dict[str, str] = Field(description="What stands in the cells of a count.")
    roles: dict[str, list[str]] = Field(description="Who may ask, by organisation.")
    training: dict[str, list[str]] = Field(description="What they must have learned first, by organisation.")


_SHARE = {
    "id": "entitled-children",
    "provider": "dwp",
    "recipients": ["northtown"],
    "standard": "benefit-award/1",
    "level": "identifiable",
    "modes": ["lookup"],
    "fields": {"family_name": "plain", "award": "plain"},
    "measures": {},
    "roles": {"northtown": ["benefits-officer"]},
    "training": {"northtown": ["information-governance"]},
}


class AgreementShown(AgreementLine):
    """One agreement whole: where it stands, what may cross, and its terms as they were signed."""

    model_config = example(
        **example_of(AgreementLine),
        summary="Find children who are entitled to free school meals and not registered.",
        signed=["dwp", "northtown"],
        missing=[],
        because=[],
        problems=[],
        gaps=[],
        suspended=None,
        superseded=None,
        offers=[_SHARE],
        terms={"format": "easement-agreement/1", "id": "free-school-meals"},
    )

    summary: str
    signed: list[str]
    missing: list[str] = Field(description="The parties that have yet to sign.")
    because: list[str] = Field(description="Why it is not in force, where it is not.")
    problems: list[str] = Field(description="What is wrong with its signatures.")
    gaps: list[str] = Field(description="Codes of what it lacks that it must have.")
    suspended: str | None = Field(description="Why it is suspended, where it is.")
    superseded: str | None = Field(description="The version that took its place, where one did.")
    offers: list[ShareShown]
    terms: dict[str, Any]


class ReasonShown(BaseModel):
    """One check's outcome: its code, the clause that it rests on, and what would make it lawful."""

    code: str
    met: bool
    clause: str
    text: str
    remedy: str


class DatasetLine(BaseModel):
    """One dataset that this node holds, as its register describes it."""

    model_config = example(
        id="awards",
        title="Awards in payment",
        standard="benefit-award/1",
        organisation="dwp",
        elements=["family_name", "award"],
        source="awards.csv",
        about={"owner": "Head of benefit data", "retention": "P6Y"},
        missing=["transmitted"],
    )

    id: str
    title: str
    standard: str
    organisation: str
    elements: list[str]
    source: str = Field(description="Where it is read: a file, or a table of a connection.")
    about: dict[str, Any] = Field(description="Owner, classification, retention …; null where nobody said.")
    missing: list[str] = Field(description="What nobody has said of it yet.")


class MemberLine(BaseModel):
    """One member of the cluster, by the directory held."""

    model_config = example(
        id="dwp",
        name="Department for Work and Pensions",
        body_class="government-department",
        url="https://node.dwp.example",
        joined="2026-09-01T00:00:00Z",
        keys=["dwp+3f2a1b4c"],
        log="dwp/ledger+5d6e7f80+AR…",
        datasets=["awards"],
        services=["lookup"],
    )

    id: str
    name: str
    body_class: str
    url: str
    joined: str
    keys: list[str] = Field(description="The ids of the keys by which it speaks now.")
    log: str
    datasets: list[str]
    services: list[str]

"""Sets as the API tells them: bulk disclosures asked for, and how each stands."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, StringConstraints

from easement.agreement.model import Mode
from easement.api.v1.shapes import MESSAGE, Element, Slug, Why, example, taken

__all__ = ["ListWanted", "ProfileShown", "SetLine", "SetWanted"]


class ListWanted(BaseModel):
    """The people that you ask about: your own list and its mapping to a standard, or encodings of them without one.

    Where the agreement takes encodings and your node keeps its secret, it encodes a list of names before it leaves.
    """

    model_config = taken(suffix=".csv", mapping="format: easement-mapping/1\n…", data="cHVwaWwsc3VybmFtZQo=")

    suffix: Literal[".csv", ".tsv", ".json", ".jsonl", ".parquet", ".xlsx"]
    mapping: Annotated[str, StringConstraints(min_length=1, max_length=65_536)] | None = Field(
        None, description="The mapping, in YAML; none where the file holds encodings, as .csv or .parquet."
    )
    data: Annotated[str, StringConstraints(min_length=1, pattern=r"^[A-Za-z0-9+/]+={0,2}$")] = Field(
        description="The file, in base64."
    )


class SetWanted(BaseModel):
    """A set to ask for: everything that a share lets cross (`bulk`), or of the people on your list (`match`)."""

    model_config = taken(
        provider="dwp",
        agreement="free-school-meals",
        share="entitled-children",
        purpose="benefit-eligibility",
        mode="bulk",
        role="benefits-officer",
    )

    provider: Slug = Field(description="The organisation that is asked.")
    agreement: Slug = Field(description="The agreement's id.")
    share: Slug
    purpose: Slug
    mode: Literal[Mode.BULK, Mode.MATCH] = Mode.BULK
    role: Slug | None = Field(None, description="The role asked in; without it, the first that the key has.")
    fields: list[Element] = Field([], max_length=200, description="Only these; empty for all that is agreed.")
    why: Why = Field("", description="The reason, kept in the private record alone.")
    consented: bool = Field(False, description="Whether the people consented, where consent is the basis.")
    people: ListWanted | None = Field(None, description="Your list, where the mode needs one.")


class SetLine(BaseModel):
    """One set and how it stands."""

    model_config = example(
        message=MESSAGE,
        provider="dwp",
        agreement="free-school-meals",
        share="entitled-children",
        mode="bulk",
        state="received",
        asked="2026-11-22T09:30:00Z",
        changed="2026-11-22T09:41:00Z",
        rows=184_201,
        entry=43,
        peer_entry=120,
        problem="",
        certified=None,
    )

    message: str = Field(description="The set's id.")
    provider: str
    agreement: str
    share: str
    mode: str
    state: Literal["asked", "waiting", "running", "received", "refused", "failed", "deleted"]
    asked: str
    changed: str
    rows: int
    entry: int | None = Field(description="What this node's ledger says of it.")
    peer_entry: int | None
    problem: str = Field(description="What is in the way, where anything is.")
    certified: int | None = Field(description="The provider's entry of the certificate of deletion.")


class ProfileShown(BaseModel):
    """What opens a set with a Delta Sharing client: the profile file, and what the client calls the table."""

    model_config = example(
        table="free-school-meals.dwp.entitled-children",
        profile={
            "shareCredentialsVersion": 1,
            "endpoint": "https://node.dwp.example/delta",
            "bearerToken": "…",
            "expirationTime": "2026-11-22T10:00:00.0Z",
        },
    )

    table: str
    profile: dict[str, Any] = Field(description="Save it as a file for the client; its token is a secret.")

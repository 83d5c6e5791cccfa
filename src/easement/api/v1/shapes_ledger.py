"""What the ledger says, as the API tells it."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, StringConstraints

from easement.api.v1.shapes import DIGEST, MESSAGE, PROOF, Slug, example, example_of, taken

__all__ = [
    "CheckWanted",
    "Comparison",
    "CountLine",
    "DisclosureLine",
    "DisclosureShown",
    "EntryLine",
    "LedgerShown",
    "Proved",
    "RefusalLine",
]


class EntryLine(BaseModel):
    """One entry of the ledger; what it does not say is absent."""

    model_config = example(
        index=41,
        time="2026-11-22T09:30Z",
        type="gate:disclosure:released",
        agreement_id="free-school-meals",
        version="1.0.0",
        agreement=DIGEST,
        share="entitled-children",
        purpose="benefit-eligibility",
        mode="lookup",
        parties={"provider": "dwp", "recipient": "northtown"},
        basis={"provider": "art6_1_e", "recipient": "art6_1_e"},
        fields={"family_name": "plain"},
        count=1,
        intent=40,
    )

    index: int
    time: str
    type: str
    organisation: str | None = None
    parties: dict[str, str] | None = None
    agreement_id: str | None = None
    version: str | None = None
    agreement: str | None = None
    share: str | None = None
    purpose: str | None = None
    basis: dict[str, str] | None = None
    mode: str | None = None
    fields: dict[str, str] | None = None
    withheld: list[str] | None = None
    form: str | None = None
    count: int | None = None
    intent: int | None = None
    erased: int | None = None
    message: str | None = None
    peer_entry: int | None = None
    codes: dict[str, str] | None = None
    digest: str | None = None
    directory: str | None = None
    sequence: int | None = None
    key: str | None = None
    risk: str | None = None
    reasons: list[str] | None = None
    commitment: str | None = None


class DisclosureLine(BaseModel):
    """One disclosure: data that this node gave or received."""

    model_config = example(
        entry=41,
        time="2026-11-22T09:30Z",
        direction="given",
        provider="dwp",
        recipient="northtown",
        agreement="free-school-meals",
        version="1.0.0",
        share="entitled-children",
        purpose="benefit-eligibility",
        mode="lookup",
        count=1,
        fields={"family_name": "plain"},
        withheld=["national_insurance_number"],
        message=MESSAGE,
        peer_entry=None,
    )

    entry: int
    time: str
    direction: Literal["given", "received"]
    provider: str
    recipient: str
    agreement: str
    version: str | None
    share: str | None
    purpose: str | None
    mode: str | None
    count: int | None
    fields: dict[str, str]
    withheld: list[str]
    message: str | None
    peer_entry: int | None


class DisclosureShown(DisclosureLine):
    """One disclosure with its proof: the entry stands in the ledger, as anybody can check."""

    model_config = example(
        **example_of(DisclosureLine),
        basis={"provider": "art6_1_e", "recipient": "art6_1_e"},
        form="identifiable",
        digest=DIGEST,
        proof=PROOF,
    )

    basis: dict[str, str]
    form: str | None
    digest: str | None = Field(description="The digest of the agreement it crossed under.")
    proof: str | None = Field(description="The proof (C2SP tlog-proof); absent until the entry is published.")


class RefusalLine(BaseModel):
    """One request that was refused, with the codes of all its reasons."""

    model_config = example(
        entry=42,
        time="2026-11-22T09:31Z",
        by="northtown",
        agreement="free-school-meals",
        version="1.0.0",
        share="entitled-children",
        purpose="debt-recovery",
        mode="lookup",
        reasons=["purpose.never-for"],
        message=None,
    )

    entry: int
    time: str
    by: str = Field(description="The organisation whose node refused.")
    agreement: str | None
    version: str | None
    share: str | None
    purpose: str | None
    mode: str | None
    reasons: list[str]
    message: str | None


class LedgerShown(BaseModel):
    """The state of this node's ledger."""

    model_config = example(
        origin="northtown/ledger",
        key="northtown/ledger+12ab34cd+AR…",
        size=43,
        published=43,
        root="es3SZcKp/f8+PL+dCFwOL4pfhH3pE1c6u99G+cOdJ+Q=",
        takes_entries=True,
    )

    origin: str
    key: str
    size: int = Field(description="Entries that are durable.")
    published: int = Field(description="Entries under the checkpoint published last.")
    root: str = Field(description="Its root, in base64.")
    takes_entries: bool


class CheckWanted(BaseModel):
    """A receipt to check, and whose ledger it should be from."""

    model_config = taken(receipt=PROOF, organisation="dwp", sha256=DIGEST)

    receipt: Annotated[str, StringConstraints(min_length=1, max_length=200_000)]
    organisation: Slug | None = Field(
        None, description="A member of the cluster; its log's key is taken from the directory."
    )
    key: Annotated[str, StringConstraints(max_length=500)] | None = Field(
        None, description="A log's public key, where no member is named; without either, this node's own."
    )
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")] | None = Field(
        None, description="The SHA-256 of the answer that it should prove, in hexadecimal."
    )


class Proved(BaseModel):
    """What a receipt proves, or why it does not."""

    model_config = example(
        holds=True,
        why="",
        index=118,
        size=200,
        origin="dwp/ledger",
        entry={"type": "gate:disclosure:released"},
        proves_answer=True,
    )

    holds: bool
    why: str = Field(description="What is wrong, where it does not hold.")
    index: int | None
    size: int | None
    origin: str | None
    entry: dict[str, Any] | None
    proves_answer: bool = Field(description="Whether the SHA-256 given is that of the answer.")


class CountLine(BaseModel):
    """What happened under one agreement on one day, on one side: raw counts for whoever works out the rest."""

    model_config = example(
        agreement="free-school-meals",
        day="2026-11-22",
        side="provider",
        asked=120,
        answered=110,
        refused=9,
        failed=0,
        waiting=1,
        records=110,
        minutes={"0": 108, "1": 2},
    )

    agreement: str
    day: str
    side: Literal["provider", "recipient"]
    asked: int
    answered: int
    refused: int
    failed: int
    waiting: int = Field(description="Asked, and neither answered nor refused nor failed yet.")
    records: int
    minutes: dict[str, int] = Field(description="How many answers took so many minutes from ask to answer.")


class Comparison(BaseModel):
    """This node's ledger held against another organisation's: what one side lacks, or says otherwise."""

    model_config = example(
        organisation="dwp",
        agrees=True,
        origin="dwp/ledger",
        size=240,
        counts={"disclosures": 118, "refusals": 2, "lost": 0, "in_hand": 0, "outside": 0, "cases": 0, "corrections": 0},
        differences=[],
    )

    organisation: str
    agrees: bool
    origin: str
    size: int
    counts: dict[str, int]
    differences: list[dict[str, Any]]

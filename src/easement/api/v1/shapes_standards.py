"""What the API gives of standards and code lists, as it stands in the OpenAPI description."""

from typing import Annotated, Any

from pydantic import BaseModel, Field, StringConstraints

from easement.api.v1.shapes import example

__all__ = ["CodeLine", "CodeListLine", "CodesName", "PairLine", "StandardLine", "StandardShown"]

CodesName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,62}(\.v[1-9][0-9]{0,5})?$")]
"""A code list as addresses name it: `sex`, and `tenure.v2` for a later version."""

LINE: dict[str, Any] = {
    "ref": "person/1",
    "title": "Person",
    "description": "Who somebody is and how to reach them; nothing of what an organisation does for them.",
    "source": "Easement, on the Government Data Standards for names, dates and addresses",
    "record_key": ["person_reference"],
    "elements": ["person_reference", "nhs_number", "family_name"],
    "retired": None,
    "successor": None,
}


class StandardLine(BaseModel):
    """A standard in a list. `retired` is the day from which nothing new is made on it."""

    model_config = example(**LINE)

    ref: str
    title: str
    description: str
    source: str
    record_key: list[str]
    elements: list[str]
    retired: str | None
    successor: str | None


class StandardShown(StandardLine):
    """A standard, whole; `record_schema` is the JSON Schema of its records, `contract` its ODCS data contract."""

    model_config = example(
        **LINE,
        standard={"id": "person", "version": 1},
        record_schema={"type": "object"},
        contract={"kind": "DataContract"},
    )

    standard: dict[str, Any] = Field(description="All that it says; see `easement standard show --json`.")
    record_schema: dict[str, Any]
    contract: dict[str, Any]


class CodeListLine(BaseModel):
    """A code list in a list; `leads_to` are the lists into which its codes can be put."""

    model_config = example(
        name="sex-nhs",
        title="Stated gender, as health services record it",
        source="NHS Data Dictionary, person stated gender code",
        checked="2026-11-22",
        codes=4,
        leads_to=["sex"],
    )

    name: str
    title: str
    source: str
    checked: str | None = Field(description="The day on which it was last held against its source.")
    codes: int
    leads_to: list[str]


class CodeLine(BaseModel):
    """A code of a list, the days on which it stands (both included), and what took its place."""

    model_config = example(
        code="E07000004",
        label="Aylesbury Vale",
        valid_from=None,
        valid_to="2020-03-31",
        becomes=["E06000060"],
        also=[],
        note="",
    )

    code: str
    label: str
    valid_from: str | None
    valid_to: str | None
    becomes: list[str]
    also: list[str]
    note: str


class PairLine(BaseModel):
    """A code, and what one of another list is to it; `there` is null where that list has none.

    `relation` is `exact`, `broader` (detail is lost), `narrower` (nobody can choose it by the code alone) or `related`;
    `through` are the codes between, where the way leads through a third list.
    """

    model_config = example(code="white-roma", relation="broader", there="C", note="", through=[])

    code: str
    relation: str | None
    there: str | None
    note: str
    through: list[str]

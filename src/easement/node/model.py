"""A node's settings, as they stand in `easement.toml`. Every key is described in the reference."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

__all__ = ["LedgerSettings", "OrganisationSettings", "Settings", "SourceSettings"]


def _one_line(text: str) -> str:
    """Text that stands in a settings file as it is; raises `ValueError` for what cannot be seen."""
    if not text.isprintable():
        raise ValueError("it holds a line break or a character that cannot be seen")
    return text


Line = Annotated[str, AfterValidator(_one_line)]
OrganisationId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,62}$")]


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class OrganisationSettings(_Section):
    """`[organisation]`: whose node this is."""

    id: OrganisationId = Field(description="The id under which agreements name this organisation.")
    name: Line = Field(default="", description="The name people know it by.")


class LedgerSettings(_Section):
    """`[ledger]`: the verifiable log."""

    origin: Line = Field(
        pattern=r"^[^\s+]{1,200}$", description="The log's name in its checkpoints; never changes once made."
    )


class SourceSettings(_Section):
    """`[sources]`: how much of the machine a query may use."""

    memory_mb: int = Field(default=600, ge=100, le=1_000_000, description="Memory of one query, in megabytes.")


class Settings(_Section):
    """All settings of a node."""

    organisation: OrganisationSettings
    ledger: LedgerSettings
    sources: SourceSettings = SourceSettings()

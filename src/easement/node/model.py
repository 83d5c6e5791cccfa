"""A node's settings, as they stand in `easement.toml`. Every key is described in the reference."""

from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

__all__ = [
    "DatabaseSettings",
    "ExchangeSettings",
    "LedgerSettings",
    "OrganisationSettings",
    "PermissionSettings",
    "RegisterSettings",
    "ServerSettings",
    "Settings",
    "SourceSettings",
    "StaffSettings",
    "WitnessSettings",
]


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
    seconds: int = Field(default=3_600, ge=1, le=86_400, description="How long a query may take before it is ended.")
    index: bool = Field(
        default=True,
        description="Whether lookups in files are answered from an encrypted index in `indexes/`; without, the file is "
        "read for each.",
    )


class DatabaseSettings(_Section):
    """`[database]`: where the node keeps what is not in files."""

    url: Line = Field(
        default="",
        pattern=r"^(postgresql://\S+)?$",
        description="A PostgreSQL address, `postgresql://user@host/name`; empty for the encrypted file `node.db`. "
        "Its password stands in `keys/database.password`, never here.",
    )


class ServerSettings(_Section):
    """`[server]`: how the node is reached."""

    host: Line = Field(default="127.0.0.1", description="The address to listen on.")
    port: int = Field(default=8350, ge=1, le=65_535, description="The port to listen on.")
    url: Line = Field(
        default="",
        pattern=r"^(https?://[^\s/]+)?$",
        description="How others reach this node, `https://node.northtown.example`; empty for host and port.",
    )
    workers: int = Field(default=1, ge=1, le=64, description="Processes that answer, with either kind of database.")
    tls_certificate: Line = Field(default="", description="A PEM file with the certificate chain; empty without TLS.")
    tls_key: Line = Field(default="", description="A PEM file with the certificate's private key.")
    max_body_mb: int = Field(default=16, ge=1, le=1_024, description="Longest message taken, in megabytes.")
    max_waiting: int = Field(
        default=200, ge=1, le=10_000, description="Requests in hand at once before more are told to come back later."
    )


class ExchangeSettings(_Section):
    """`[exchange]`: messages to and from other nodes."""

    timeout_seconds: int = Field(default=10, ge=1, le=120, description="How long to wait for another node's answer.")
    clock_skew_seconds: int = Field(
        default=30, ge=0, le=300, description="How far another node's clock may be ahead of ours."
    )
    keep_answers_hours: int = Field(
        default=24, ge=1, le=168, description="How long an answer is kept, sealed, for a retry that asks for it again."
    )
    link_minutes: int = Field(
        default=15, ge=1, le=1_440, description="How long a link to a file of a bulk disclosure works."
    )
    refusals_a_minute: int = Field(
        default=60,
        ge=1,
        le=10_000,
        description="Refusals of one organisation within a minute that are logged one by one; after them it is told to "
        "wait for the next minute, and one entry says how often it was.",
    )


class StaffSettings(_Section):
    """`[staff]`: how people sign in."""

    local_accounts: bool = Field(default=True, description="Whether people may sign in with a password kept here.")
    second_factor: bool = Field(default=True, description="Whether a local account needs a code from an authenticator.")
    session_hours: int = Field(default=8, ge=1, le=24, description="How long somebody stays signed in.")
    idle_minutes: int = Field(
        default=30, ge=5, le=480, description="How long somebody who does nothing stays signed in."
    )
    oidc_issuer: Line = Field(default="", description="The OpenID Connect provider's address; empty for none.")
    oidc_client_id: Line = Field(
        default="", description="This node's id at the provider. Its secret stands in `keys/oidc.secret`."
    )


class PermissionSettings(_Section):
    """`[permission]`: how this organisation comes to share."""

    approvers: tuple[Line, ...] = Field(
        default=("governance-lead", "senior-risk-owner", "caldicott-guardian"),
        min_length=1,
        max_length=8,
        description="The roles at this node that must each approve an agreement before it is signed. "
        "`caldicott-guardian` is asked only where health or care data crosses.",
    )
    senior: Line = Field(
        default="senior information risk owner",
        min_length=1,
        max_length=200,
        description="The post to which it goes when this organisation does not answer a proposal in time. "
        "Others see it: a post, not a person's name.",
    )
    answer_days: int = Field(
        default=15,
        ge=1,
        le=60,
        description="Working days, Monday to Friday in UTC without days off, in which others are to answer what this "
        "organisation proposes.",
    )
    calendar: Literal["england-and-wales", "none"] = Field(
        default="england-and-wales",
        description="Whose bank holidays are days off. They come with the program, from GOV.UK, up to the end of 2028.",
    )
    days_off: tuple[date, ...] = Field(
        default=(),
        max_length=200,
        description="More days off, such as the bank holidays of Scotland or Northern Ireland.",
    )
    risk_appetite: Line = Field(
        default="",
        max_length=2_000,
        description="Which risk this organisation takes so that people are helped, in words; given to the other side.",
    )


class WitnessSettings(_Section):
    """`[witness]`: who cosigns this node's checkpoints, and what happens when nobody does."""

    quorum: int = Field(default=0, ge=0, le=16, description="Cosignatures wanted on a checkpoint; 0 asks for none.")
    alarm_minutes: int = Field(
        default=60, ge=1, le=10_080, description="How old the last cosigned checkpoint may be before the node warns."
    )
    grace_hours: int = Field(
        default=72, ge=1, le=8_760, description="How old it may be before the node stops disclosing."
    )


class RegisterSettings(_Section):
    """`[public_register]`: what the public sees of the agreements, and how it may speak up."""

    areas: Line = Field(default="", description="The codes of the areas that the register is about: `E08000036`.")
    area_names: Line = Field(default="", description="The names of those areas.")
    concerns_an_hour: int = Field(
        default=60, ge=1, le=10_000, description="Concerns taken in one hour from everybody together."
    )
    concerns_an_hour_each: int = Field(
        default=5, ge=1, le=1_000, description="Concerns taken in one hour from one address."
    )


class Settings(_Section):
    """All settings of a node."""

    organisation: OrganisationSettings
    ledger: LedgerSettings
    sources: SourceSettings = SourceSettings()
    database: DatabaseSettings = DatabaseSettings()
    server: ServerSettings = ServerSettings()
    exchange: ExchangeSettings = ExchangeSettings()
    permission: PermissionSettings = PermissionSettings()
    staff: StaffSettings = StaffSettings()
    witness: WitnessSettings = WitnessSettings()
    public_register: RegisterSettings = RegisterSettings()

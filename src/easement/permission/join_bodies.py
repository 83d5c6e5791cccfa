"""What messages about offered agreements say: which are offered, one of them whole, and that somebody joins it."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from easement.exchange.message_body import Digest, Element, MessageBody, Name, Organisation, Said, Short
from easement.gate.taking import Taken, Taking
from easement.permission.model import AgreementText, Instant, Line

__all__ = [
    "FetchBody",
    "JoinBody",
    "JoinSaid",
    "JoinedBody",
    "ListBody",
    "OfferBody",
    "OfferSaid",
    "OffersBody",
    "ShareTaken",
]

Text = Annotated[str, Field(max_length=400_000)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class ListBody(MessageBody):
    """Which agreements do you offer?"""

    format: Literal["easement-offers-asked/1"] = "easement-offers-asked/1"
    to: Organisation


class OfferSaid(_Part):
    """One agreement that others may join: as whom, by which class of body, and since when it is offered."""

    digest: Digest
    id: Name
    version: Name
    title: Said
    summary: Said
    purpose: Name
    joining: Mapping[str, Name]
    since: Instant


class OffersBody(MessageBody):
    """The agreements that a node offers."""

    format: Literal["easement-offers/1"] = "easement-offers/1"
    offers: Annotated[tuple[OfferSaid, ...], Field(max_length=1_000)]


class FetchBody(MessageBody):
    """Let me see one of them whole."""

    format: Literal["easement-offer-asked/1"] = "easement-offer-asked/1"
    to: Organisation
    digest: Digest


class OfferBody(MessageBody):
    """An agreement with its signatures, and what those who joined it take, as each of them signed."""

    format: Literal["easement-offer/1"] = "easement-offer/1"
    digest: Digest
    text: AgreementText
    signatures: Text
    joins: Annotated[tuple[Text, ...], Field(max_length=1_000)]


class ShareTaken(_Part):
    """What is taken of one share: its modes and fields; empty for all that is agreed."""

    modes: Annotated[tuple[Name, ...], Field(max_length=8)] = ()
    fields: Annotated[tuple[Element, ...], Field(max_length=500)] = ()


class JoinSaid(MessageBody):
    """What a joiner signs besides the terms: as what and of which class it joins, what it takes, on whom it relies.

    `line` is its signature over the agreement's digest; `contact` a role's address, which is in no digest. `relies_on`
    names the assessments and approvals of others that it takes over as its own.
    """

    format: Literal["easement-join/1"] = "easement-join/1"
    digest: Digest
    organisation: Organisation
    parts: Annotated[tuple[Literal["provider", "recipient"], ...], Field(min_length=1, max_length=2)]
    body_class: Name
    contact: Short
    shares: Mapping[Name, ShareTaken]
    roles: Annotated[tuple[Name, ...], Field(max_length=100)]
    relies_on: Annotated[tuple[Short, ...], Field(max_length=20)]
    at: Instant
    line: Line

    @property
    def taking(self) -> Taking:
        """What it takes, as the gate has it."""
        shares = {id_: Taken(frozenset(each.modes), frozenset(each.fields)) for id_, each in self.shares.items()}
        return Taking(shares, frozenset(self.roles), frozenset(self.parts))


class JoinBody(MessageBody):
    """I join: the note in which the joiner signed what it takes."""

    format: Literal["easement-join-said/1"] = "easement-join-said/1"
    to: Organisation
    join: Text


class JoinedBody(MessageBody):
    """The join is taken; `entry` says so in the ledger of whoever answers."""

    format: Literal["easement-joined/1"] = "easement-joined/1"
    digest: Digest
    entry: int

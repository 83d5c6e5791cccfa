"""What the register needs of the node that it stands in; a node fits this without knowing it."""

from typing import Protocol

from sqlalchemy import Engine

from easement.gate.ports import Holder

__all__ = ["OrganisationNamed", "Publisher", "RegisterRules", "SettingsWithRegister"]


class RegisterRules(Protocol):
    """How the register is kept: the settings `[public_register]`."""

    @property
    def areas(self) -> str:
        """The codes of the areas that it is about."""

    @property
    def area_names(self) -> str:
        """The names of those areas."""

    @property
    def concerns_an_hour(self) -> int:
        """Concerns taken in one hour from everybody together."""

    @property
    def concerns_an_hour_each(self) -> int:
        """Concerns taken in one hour from one address."""


class OrganisationNamed(Protocol):
    """Whose node it is: the settings `[organisation]`."""

    @property
    def name(self) -> str:
        """The name people know it by; may be empty."""


class SettingsWithRegister(Protocol):
    """Settings that hold those of the register."""

    @property
    def public_register(self) -> RegisterRules:
        """The section `[public_register]`."""

    @property
    def organisation(self) -> OrganisationNamed:
        """The section `[organisation]`."""


class Publisher(Holder, Protocol):
    """An organisation that publishes what it shares: its agreements, its ledger, its database and its rules."""

    @property
    def engine(self) -> Engine:
        """The node's database."""

    @property
    def settings(self) -> SettingsWithRegister:
        """The node's settings."""

"""What the staff room needs of the node that it stands in; a node fits this without knowing it."""

from typing import Protocol

from sqlalchemy import Engine

__all__ = ["Keeper", "Rules", "SettingsWithStaff"]


class Rules(Protocol):
    """How people sign in: the settings `[staff]`."""

    @property
    def local_accounts(self) -> bool:
        """Whether people may sign in with a password kept here."""

    @property
    def second_factor(self) -> bool:
        """Whether a local account needs a code from an authenticator."""

    @property
    def session_hours(self) -> int:
        """How long somebody stays signed in."""

    @property
    def idle_minutes(self) -> int:
        """How long somebody who does nothing stays signed in."""


class SettingsWithStaff(Protocol):
    """Settings that hold those of the staff."""

    @property
    def staff(self) -> Rules:
        """The section `[staff]`."""


class Keeper(Protocol):
    """An organisation that lets people in: its database, the root of its keys, and its rules."""

    @property
    def organisation(self) -> str:
        """The id under which agreements name it; authenticators show it beside the account's name."""

    @property
    def master_key(self) -> bytes:
        """The root of the keys that seal names and secrets, 32 bytes."""

    @property
    def engine(self) -> Engine:
        """The node's database."""

    @property
    def settings(self) -> SettingsWithStaff:
        """The node's settings."""

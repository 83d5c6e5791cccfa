"""What this room needs of the node that it stands in; a node fits it without knowing it."""

from collections.abc import Sequence
from datetime import date
from typing import Protocol

from easement.exchange import ports as exchange

__all__ = ["Host", "HostSettings", "PermissionRules"]


class PermissionRules(Protocol):
    """`[permission]` of the settings."""

    @property
    def approvers(self) -> Sequence[str]:
        """The roles at this node that approve an agreement before it is signed."""

    @property
    def senior(self) -> str:
        """The post to which a silence of this organisation goes; a post, not a name."""

    @property
    def answer_days(self) -> int:
        """Working days that others are given to answer what this organisation proposes."""

    @property
    def calendar(self) -> str:
        """Whose bank holidays do not count as working days; `none` for nobody's."""

    @property
    def days_off(self) -> Sequence[date]:
        """More days that do not count."""

    @property
    def risk_appetite(self) -> str:
        """Which risk this organisation takes to share, in words; told to the other side."""


class HostSettings(exchange.HostSettings, Protocol):
    """The settings that this room reads."""

    @property
    def permission(self) -> PermissionRules:
        """How this organisation comes to share."""


class Host(exchange.Host, Protocol):
    """The node of an organisation that proposes and answers."""

    @property
    def settings(self) -> HostSettings:
        """Its settings."""

"""What the exchange needs of the node that it stands in; a node fits this without knowing it."""

from typing import Protocol

from sqlalchemy import Engine

from easement.gate.ports import Holder

__all__ = ["Address", "ExchangeRules", "Host", "HostSettings", "OwnName", "WitnessRules", "own_url"]


class OwnName(Protocol):
    """`[organisation]` of the settings."""

    @property
    def id(self) -> str:
        """The id under which agreements name it."""

    @property
    def name(self) -> str:
        """The name people know it by; may be empty."""


class Address(Protocol):
    """`[server]` of the settings, as far as others see it."""

    @property
    def host(self) -> str:
        """The address listened on."""

    @property
    def port(self) -> int:
        """The port listened on."""

    @property
    def url(self) -> str:
        """How others reach this node; empty for host and port."""

    @property
    def max_waiting(self) -> int:
        """Requests in hand at once before more are told to come back later."""


class ExchangeRules(Protocol):
    """`[exchange]` of the settings."""

    @property
    def timeout_seconds(self) -> int:
        """How long to wait for another node's answer."""

    @property
    def clock_skew_seconds(self) -> int:
        """How far another node's clock may be ahead of ours."""

    @property
    def keep_answers_hours(self) -> int:
        """How long an answer is kept for a retry."""

    @property
    def link_minutes(self) -> int:
        """How long a link to a file works."""

    @property
    def refusals_a_minute(self) -> int:
        """Refusals of one organisation that are logged one by one."""


class WitnessRules(Protocol):
    """`[witness]` of the settings."""

    @property
    def quorum(self) -> int:
        """Cosignatures wanted on a checkpoint; 0 asks for none."""

    @property
    def alarm_minutes(self) -> int:
        """How old the last cosigned checkpoint may be before the node warns."""

    @property
    def grace_hours(self) -> int:
        """How old it may be before the node stops disclosing."""


class HostSettings(Protocol):
    """The settings that the exchange reads."""

    @property
    def organisation(self) -> OwnName:
        """Whose node this is."""

    @property
    def server(self) -> Address:
        """How it is reached."""

    @property
    def exchange(self) -> ExchangeRules:
        """Its rules for messages."""

    @property
    def witness(self) -> WitnessRules:
        """Its rules for witnesses."""


class Host(Holder, Protocol):
    """The node that exchanges: all that the gate needs of it, its settings and its database."""

    @property
    def settings(self) -> HostSettings:
        """Its settings."""

    @property
    def engine(self) -> Engine:
        """Its database."""


def own_url(host: Host) -> str:
    """How other nodes reach this one: the address set, or host and port where none is."""
    server = host.settings.server
    return server.url or "http://" + f"{server.host}:{server.port}"

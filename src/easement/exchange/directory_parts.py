"""The parts of a directory: keys with their times, members, and what members offer."""

import re
from datetime import UTC, datetime
from functools import cached_property
from ipaddress import ip_address
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    StringConstraints,
    ValidationError,
    model_validator,
)

from easement.base.errors import ProofFailed
from easement.base.moments import instant_text
from easement.exchange.directory_handover import MOST
from easement.ledger.note import Key, parse_key
from easement.ledger.verifier import ED25519

__all__ = [
    "Handovers",
    "Id",
    "Instant",
    "Line",
    "Member",
    "MemberKey",
    "NodeUrl",
    "OfferedDataset",
    "Part",
    "PublicKey",
    "Service",
    "in_words",
    "is_loopback",
    "key_id",
]

_INSTANT = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")


def _instant(value: Any) -> datetime:
    if isinstance(value, str) and _INSTANT.fullmatch(value):
        value = datetime.fromisoformat(value)
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise ValueError("a time is written as 2026-11-22T02:17:00Z")
    return value.astimezone(UTC).replace(microsecond=0)


def _one_line(text: str) -> str:
    if not text.isprintable() or text != text.strip():
        raise ValueError("it holds a line break, a blank at its end or a character that cannot be seen")
    return text


def is_loopback(url: str) -> bool:
    """Whether an address leads each machine to itself: `localhost`, or a number of loopback in its one form.

    Names below `localhost` do not count: some machines ask the network for them (RFC 6761 only asks them not to).
    """
    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _in_one_form(host: str) -> bool:
    """Whether a host is a plain name or a number in the form that all programs read alike, of a machine of its own.

    `127.1`, `0x7f.1`, `2130706433` and `::ffff:127.0.0.1` are loopback to some and nothing to others; 0.0.0.0 leads to
    this machine, and link-local addresses to what a cloud tells of the machine.
    """
    try:
        number = ip_address(host)
    except ValueError:
        labels = host.split(".")
        numeric = re.fullmatch("[0-9]+|0x[0-9a-f]*", labels[-1])
        return (all(labels) and not numeric and ":" not in host and labels[-1] != "localhost") or host == "localhost"
    mapped = getattr(number, "ipv4_mapped", None)
    odd = number.is_unspecified or number.is_link_local or number.is_multicast
    return str(number) == host and mapped is None and not odd


_URL = re.compile(r"https?://([a-z0-9.-]{1,253}|\[[0-9a-f:.]{2,45}\])(:[0-9]{1,5})?")


def _node_url(url: str) -> str:
    fits = _URL.fullmatch(url)
    try:
        parts = urlsplit(url)
        fits = fits if fits and parts.port != 0 and _in_one_form(parts.hostname or "") else None
    except ValueError:
        fits = None
    if not fits:
        raise ValueError("an address is written as `https://node.northtown.example`, in small letters, without a path")
    if not url.startswith("https://") and not is_loopback(url):
        raise ValueError("an address must begin with https:// so that nobody on the way can read what is sent")
    return url


def _key(text: str) -> str:
    try:
        key = parse_key(text)
    except ProofFailed as error:
        raise ValueError(error.what) from None
    if key.kind != ED25519 or str(key) != text:
        raise ValueError("this is not an Ed25519 key in its one form")
    return text


Id = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,62}$")]
"""An organisation's or a cluster's id: ASCII alone, so that no two look alike."""

Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,99}$")]
Standard = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,99}/[0-9]{1,6}$")]

Line = Annotated[str, StringConstraints(max_length=200), AfterValidator(_one_line)]
"""Words for people, on one line, all of which can be seen."""

Instant = Annotated[datetime, BeforeValidator(_instant), PlainSerializer(instant_text)]
"""A moment in UTC, to the second."""

NodeUrl = Annotated[str, StringConstraints(max_length=300), AfterValidator(_node_url)]
"""Where a node stands: https, a host and perhaps a port, and nothing else; http for the machine itself alone."""

PublicKey = Annotated[str, StringConstraints(max_length=400), AfterValidator(_key)]
"""An Ed25519 key as C2SP vkey text, in its one form."""

Handovers = Annotated[tuple[Annotated[str, StringConstraints(max_length=2_000)], ...], Field(max_length=MOST)]
"""Notes by which old keys sign for new ones, the oldest first."""

Service = Literal["delta", "lookup", "witness"]
"""What a node answers for others."""


class Part(BaseModel):
    """Every part of a directory: frozen, and knowing no other keys than its own."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


def key_id(key: Key) -> str:
    """The name of a key in signatures of messages (RFC 9421 `keyid`): `northtown+1a2b3c4d`, as C2SP numbers keys."""
    return f"{key.name}+{key.id.hex()}"


class MemberKey(Part):
    """A public key (C2SP vkey text) and its times: it holds from `since` to before `until`, and once revoked never."""

    key: PublicKey
    since: Instant = Field(alias="from")
    until: Instant | None = None
    revoked: Instant | None = None

    @model_validator(mode="after")
    def _fits(self) -> "MemberKey":
        if self.until is not None and self.until <= self.since:
            raise ValueError("a key ends before it begins")
        return self

    @cached_property
    def parsed(self) -> Key:
        """The key itself."""
        return parse_key(self.key)

    @cached_property
    def id(self) -> str:
        """Its name in signatures: `northtown+1a2b3c4d`."""
        return key_id(self.parsed)

    def holds(self, at: datetime) -> bool:
        """Whether what it signs at a time counts."""
        return not self.why_not(at)

    def holds_after(self, at: datetime) -> bool:
        """Whether it holds at a time or begins later."""
        return self.revoked is None and (self.until is None or at < self.until)

    def why_not(self, at: datetime) -> str:
        """Why it does not hold at a time, in words; empty where it does."""
        if self.revoked is not None:
            return f"it was revoked on {self.revoked:%Y-%m-%d %H:%M} UTC"
        if at < self.since:
            return f"it begins on {self.since:%Y-%m-%d %H:%M} UTC"
        if self.until is not None and at >= self.until:
            return f"it ended on {self.until:%Y-%m-%d %H:%M} UTC, when another took its place"
        return ""


class OfferedDataset(Part):
    """A dataset that a member holds, and the standard in which others may be given of it."""

    id: Code
    standard: Standard
    title: Line = ""


class Member(Part):
    """A member: its id as agreements write it, its class of body, where its node stands, its keys and its log's key.

    `former_logs` are keys that its log had before, which still count for what they signed.
    The operator vouches for the class, a code of the law catalogue: an agreement that a class may join looks here.
    """

    id: Id
    name: Line
    body_class: Code = Field(alias="class")
    url: NodeUrl
    joined: Instant
    keys: tuple[MemberKey, ...] = Field(min_length=1, max_length=64)
    log: PublicKey
    former_logs: tuple[PublicKey, ...] = Field(default=(), max_length=MOST)
    datasets: tuple[OfferedDataset, ...] = Field(default=(), max_length=500)
    services: tuple[Service, ...] = ()

    @model_validator(mode="after")
    def _fits(self) -> "Member":
        for what, names in (
            ("key", [each.id for each in self.keys]),
            ("key of its log", [str(each) for each in self.log_keys]),
            ("dataset", [each.id for each in self.datasets]),
            ("service", list(self.services)),
        ):
            if len(set(names)) != len(names):
                raise ValueError(f"a {what} is listed twice")
            if what in ("dataset", "service") and sorted(names) != names:
                raise ValueError(f"the {what}s are not in order")
        if any(each.name != self.log_key.name for each in self.log_keys):
            raise ValueError("the keys of its log bear several names")
        return self

    @cached_property
    def log_keys(self) -> tuple[Key, ...]:
        """The keys of its ledger, the one in use first."""
        return tuple(map(parse_key, (self.log, *self.former_logs)))

    @cached_property
    def log_key(self) -> Key:
        """The key in use of its ledger, whose name is the ledger's origin."""
        return parse_key(self.log)

    def present_keys(self, at: datetime) -> tuple[MemberKey, ...]:
        """The keys by which it speaks at a time; none for a member whose keys are all revoked."""
        return tuple(each for each in self.keys if each.holds(at))

    @property
    def lasting_keys(self) -> tuple[Key, ...]:
        """Every key that was never revoked, the newest first: what they signed for good still counts."""
        return tuple(each.parsed for each in reversed(self.keys) if each.revoked is None)


def in_words(error: ValidationError) -> str:
    """The first thing that a check of data from elsewhere found wrong: where, and what."""
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    where = ".".join(map(str, first["loc"]))
    what = str(first["msg"]).removeprefix("Value error, ")
    return f"`{where}`: {what[:1].lower()}{what[1:]}" if where else what[:1].lower() + what[1:]

"""The directory of a cluster: who its members are, by which keys they speak and where their nodes stand.

It travels as three texts: canonical JSON, the operator's signature over its digest (a C2SP signed note), and the
receipt of the operator's ledger entry that says it was published. A directory that lacks one of the three is worth
nothing, so a key cannot be swapped without leaving a trace in the operator's log (R3.6).

    easement-directory/1
    northshire 4
    jPjdaM7DCSm9V1E/lVsSV6UoLnu1Emao0LjSfelO6Ec=

    — northshire-operator 6gJBRHG6RYZ6…
"""

import binascii
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Annotated, Literal, NamedTuple

from pydantic import Field, StringConstraints, ValidationError, model_validator

from easement.base.canonical import canonical_record, sha256_hex
from easement.base.errors import ProofFailed, Refused, UsageError
from easement.base.words import did_you_mean
from easement.exchange.directory_handover import reached
from easement.exchange.directory_parts import (
    Handovers,
    Id,
    Instant,
    Line,
    Member,
    MemberKey,
    NodeUrl,
    Part,
    PublicKey,
    in_words,
    is_loopback,
)
from easement.ledger.checkpoint import Checkpoint, parse_checkpoint
from easement.ledger.model import EntryType
from easement.ledger.note import Key, Signer, parse, parse_key, sign_text, verify
from easement.ledger.verifier import check_receipt, json_object, parse_proof

__all__ = [
    "FORMAT",
    "MAX_BUNDLE",
    "MAX_TEXT",
    "Directory",
    "Operator",
    "Published",
    "Trust",
    "check_fresh",
    "log_shown",
    "parse_directory",
    "read_directory",
    "sign_directory",
    "verified_directory",
]

FORMAT = "easement-directory/1"
"""The format of the JSON, and the first line of the note, so that no signature made for another use can stand here."""

MAX_TEXT = 4 << 20
"""Longest directory read, in bytes: some 5,000 members."""

MAX_BUNDLE = 3 * MAX_TEXT
"""Longest record of a directory with its note and receipt; text within text doubles its quotes."""

MAX_LIFE = timedelta(days=31)
"""Longest stated life: a revoked key is not refused by those who cannot reach the operator before it ends."""

AHEAD = timedelta(minutes=5)
"""How far the operator's clock may be ahead of ours."""


class Operator(Part):
    """Who keeps the directory: an organisation, where its node stands, its signing keys and the key of its log.

    `handovers` lead from keys that it or its log had before to those they have, for members that know only older ones.
    """

    id: Id
    url: NodeUrl
    keys: tuple[MemberKey, ...] = Field(min_length=1, max_length=16)
    log: PublicKey
    handovers: Handovers = ()

    @model_validator(mode="after")
    def _fits(self) -> "Operator":
        _named(self.id, self.keys)
        return self

    def signing(self, at: datetime) -> tuple[Key, ...]:
        """The keys that may sign a directory at a time."""
        return tuple(each.parsed for each in self.keys if each.holds(at))


class Directory(Part):
    """One version of a cluster's directory. `previous` is the digest of the version before, empty for the first.

    Members stand in the order of their ids; no id, key, log or address belongs to two of them.
    """

    format: Literal["easement-directory/1"] = "easement-directory/1"
    cluster: Id
    name: Line
    sequence: int = Field(ge=1, lt=1 << 53)
    previous: Annotated[str, StringConstraints(pattern="^([0-9a-f]{64})?$")] = ""
    issued: Instant
    expires: Instant
    operator: Operator
    members: tuple[Member, ...] = ()

    @model_validator(mode="after")
    def _fits(self) -> "Directory":
        _once([member.id for member in self.members], "member", ordered=True)
        _once([each.parsed.public for member in self.members for each in member.keys], "key")
        _once([member.log_key.name for member in self.members], "log")
        _once([each.public for member in self.members for each in member.log_keys], "key of a log")
        _once([member.url for member in self.members], "address")
        if not self.issued < self.expires <= self.issued + MAX_LIFE:
            raise ValueError(f"it must expire within {MAX_LIFE.days} days of its issue")
        own, log = {each.parsed.public for each in self.operator.keys}, parse_key(self.operator.log)
        for member in self.members:
            _named(member.id, member.keys)
            self._is_apart(member, own, log)
        return self

    def _is_apart(self, member: Member, own: set[bytes], log: Key) -> None:
        """The operator may be a member too, by its own keys; nobody else may hold a key, log or address of its."""
        has_key = any(each.parsed.public in own for each in member.keys)
        has_log = member.log_key.name == log.name or log in member.log_keys
        same = has_key and member.log == self.operator.log if member.id == self.operator.id else has_key or has_log
        if same != (member.id == self.operator.id):
            raise ValueError(
                f"`{member.id}` and the operator share an id, a key or a log, and are not one organisation"
            )
        if is_loopback(member.url) and not is_loopback(self.operator.url):
            raise ValueError(f"the address of `{member.id}` leads every other node back to itself")

    @property
    def text(self) -> bytes:
        """The canonical JSON (RFC 8785)."""
        return canonical_record(self.model_dump(mode="json", by_alias=True, exclude_none=True))

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the canonical JSON, in hexadecimal."""
        return sha256_hex(self.text)

    @cached_property
    def _by_id(self) -> Mapping[str, Member]:
        return {member.id: member for member in self.members}

    @cached_property
    def _by_keyid(self) -> Mapping[str, tuple[Member, MemberKey]]:
        return {each.id: (member, each) for member in self.members for each in member.keys}

    @cached_property
    def classes(self) -> Mapping[str, str]:
        """The class of body of each member, by its id."""
        return {member.id: member.body_class for member in self.members}

    def find(self, organisation: str) -> Member | None:
        """A member, or nothing for who is none."""
        return self._by_id.get(organisation)

    def member(self, organisation: str) -> Member:
        """A member; raises `UsageError` for who is none, with the near names."""
        found = self.find(organisation)
        if found is None:
            remedy = did_you_mean(organisation, self._by_id, "see who is: easement directory show")
            raise UsageError(f"`{organisation}` is not a member of the cluster `{self.cluster}`", remedy=remedy)
        return found

    def owner(self, keyid: str) -> Member | None:
        """The member whose key has an id such as `northtown+1a2b3c4d`, whether or not the key still holds."""
        found = self._by_keyid.get(keyid)
        return found[0] if found else None

    def key(self, keyid: str, at: datetime) -> Key:
        """The key of an id, when it holds at that time; raises `ProofFailed` saying why it does not."""
        found = self._by_keyid.get(keyid)
        if found is None:
            raise ProofFailed(
                f"no member of the cluster `{self.cluster}` has the key `{keyid[:200]}`",
                remedy="the sender's organisation must join the cluster, or announce its new key",
            )
        why = found[1].why_not(at)
        if why:
            raise ProofFailed(
                f"the key `{keyid}` does not hold: {why}", remedy="the sender must sign with its present key"
            )
        return found[1].parsed

    @property
    def half_life(self) -> datetime:
        """When a node should fetch the next version."""
        return self.issued + (self.expires - self.issued) / 2

    def trust(self) -> "Trust":
        """What the next version is held against, once this one is accepted."""
        keys = tuple(each.parsed for each in self.operator.keys if each.holds_after(self.issued))
        return Trust(self.cluster, self.operator.id, self.operator.url, keys, parse_key(self.operator.log))


def _once(values: list[str] | list[bytes], what: str, *, ordered: bool = False) -> None:
    if len(set(values)) != len(values):
        raise ValueError(f"a {what} is listed twice")
    if ordered and sorted(values) != values:
        raise ValueError(f"the {what}s are not in order")


def _named(owner: str, keys: Iterable[MemberKey]) -> None:
    if any(each.parsed.name != owner for each in keys):
        raise ValueError(f"a key of `{owner}` bears another name")


class Published(NamedTuple):
    """A directory as it travels and is kept: canonical JSON, the operator's note, the receipt of its log's entry."""

    text: bytes
    note: str
    receipt: str

    def encode(self) -> bytes:
        """The three texts as one JSON record, as nodes send and keep it."""
        return canonical_record({"directory": self.text.decode(), "note": self.note, "receipt": self.receipt})

    @classmethod
    def parse(cls, data: bytes) -> "Published":
        """Read what `encode` wrote; raises `ProofFailed`. Nothing in it is checked yet."""
        too_long = len(data) > MAX_BUNDLE
        record = {} if too_long else json_object(data, "directory")
        texts = [record.get(name) for name in ("directory", "note", "receipt")]
        try:
            text, note, receipt = (each.encode() for each in texts if isinstance(each, str))
        except ValueError:
            raise ProofFailed("this is not a directory with its signature and its receipt", remedy=_ASK) from None
        return cls(text, note.decode(), receipt.decode())


@dataclass(frozen=True, slots=True)
class Trust:
    """What a directory is held against: the cluster, its operator, where that is found, its keys and its log's key."""

    cluster: str
    operator: str
    url: str
    keys: tuple[Key, ...]
    log: Key


def _signing_text(directory: Directory) -> str:
    digest = binascii.b2a_base64(bytes.fromhex(directory.digest), newline=False).decode()
    return f"{FORMAT}\n{directory.cluster} {directory.sequence}\n{digest}\n"


def sign_directory(directory: Directory, signers: Iterable[Signer]) -> str:
    """The note beside a directory, signed by its operator."""
    return sign_text(_signing_text(directory), signers)


def parse_directory(text: bytes) -> Directory:
    """Read a directory's JSON without trusting it; raises `ProofFailed` unless it is in its one form."""
    if len(text) > MAX_TEXT:
        raise ProofFailed(f"the directory is longer than {MAX_TEXT:,} bytes", remedy=_ASK)
    try:
        directory = Directory.model_validate(json_object(text, "directory"))
    except ValidationError as error:
        raise ProofFailed(f"this is not a directory: {in_words(error)}", remedy=_ASK) from None
    if directory.text != text:
        raise ProofFailed("the directory is not written in its one form (RFC 8785)", remedy=_ASK)
    return directory


_ASK = "fetch it again; if it stays so, tell the cluster's operator"


def read_directory(published: Published, trust: Trust, now: datetime) -> Directory:
    """The directory, held against what is trusted, and alive at this time.

    Raises `ProofFailed` for one that is malformed, forged or not in the operator's log, `Refused` for a stale one.
    """
    directory = verified_directory(published, trust)
    check_fresh(directory, now)
    return directory


def verified_directory(published: Published, trust: Trust) -> Directory:
    """The directory, dead or alive, held against what is trusted: whose it is, who signed, whether it is in the log.

    Raises `ProofFailed`.
    """
    directory = parse_directory(published.text)
    if (directory.cluster, directory.operator.id) != (trust.cluster, trust.operator):
        raise ProofFailed(
            f"this is the directory of `{directory.cluster}` by `{directory.operator.id}`, "
            f"not of `{trust.cluster}` by `{trust.operator}`",
            remedy="ask the operator for a new joining code",
        )
    _signed(directory, published.note, trust)
    _logged(directory, published.receipt, trust)
    return directory


def _signed(directory: Directory, note: str, trust: Trust) -> None:
    signers = reached(directory.operator.handovers, trust.keys)
    try:
        text, _ = verify(note, signers)
    except ProofFailed as error:
        raise ProofFailed(
            f"the directory is not signed by its operator `{trust.operator}`: {error.what}", remedy=_FORGED
        ) from error
    if text != _signing_text(directory):
        raise ProofFailed("the operator's signature is for another directory", remedy=_FORGED)


_FORGED = "do not use it; ask the operator by telephone whether its key has changed"


def _logged(directory: Directory, receipt: str, trust: Trust) -> None:
    logs = reached(directory.operator.handovers, [trust.log])
    try:
        said = check_receipt(receipt, logs).entry
    except ProofFailed as error:
        raise ProofFailed(f"the directory is not in its operator's log: {error.what}", remedy=_FORGED) from error
    wanted = (EntryType.DIRECTORY_PUBLISHED.value, directory.digest, directory.sequence)
    if (said.get("type"), said.get("directory"), said.get("sequence")) != wanted:
        raise ProofFailed("the entry in the operator's log is of another directory", remedy=_FORGED)
    if parse_key(directory.operator.log) not in logs:
        raise ProofFailed("the directory names another log than the operator's", remedy=_FORGED)


def log_shown(published: Published) -> Checkpoint:
    """The operator's log as the receipt of a version shows it; the version was verified before."""
    return parse_checkpoint(parse(parse_proof(published.receipt).checkpoint).text)


def check_fresh(directory: Directory, now: datetime) -> None:
    """Raise `Refused` for a directory past its stated life, `ProofFailed` for one of the future."""
    if directory.issued > now + AHEAD:
        raise ProofFailed(
            f"the directory of `{directory.cluster}` is issued in the future, on {directory.issued:%Y-%m-%d %H:%M} UTC",
            remedy="set the clock of this machine, or ask the operator to set theirs",
        )
    if now >= directory.expires:
        raise Refused(
            f"the directory of `{directory.cluster}` expired on {directory.expires:%Y-%m-%d %H:%M} UTC, "
            "so nobody knows who may still speak for whom",
            remedy="fetch the next one: easement directory refresh; it fails while the operator cannot be reached",
        )

"""Small clusters: an operator with a log, members with keys, and published directories, made alike in every test."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from easement.base.database import open_database
from easement.exchange.directory import Directory, Operator, Published, Trust, sign_directory
from easement.exchange.directory_parts import Member, MemberKey
from easement.ledger.model import Entry, EntryType, minute
from easement.ledger.note import Signer
from easement.ledger.receipt import make_receipt
from easement.ledger.service import Ledger

NOW = datetime(2026, 11, 22, 2, 17, tzinfo=UTC)
DAY = timedelta(days=1)
OPERATOR = Signer("northshire-operator", bytes([1]) * 32)
LOG = Signer("northshire-operator/ledger", bytes([2]) * 32)
SPARE = Signer("northshire-operator", bytes([3]) * 32)
"""The operator's next key."""


def signer_of(organisation: str, number: int = 0) -> Signer:
    """A member's key: each its own, and always the same."""
    return Signer(organisation, f"{organisation}:{number}".encode().ljust(32, b".")[:32])


def member(organisation: str = "northtown", **said: Any) -> Member:
    """A council with one key."""
    facts: dict[str, Any] = {
        "id": organisation,
        "name": organisation.title(),
        "class": "local-authority",
        "url": "https://" + f"{organisation}.example",
        "joined": NOW,
        "keys": (MemberKey(key=str(signer_of(organisation).key), since=NOW),),
        "log": str(Signer(f"{organisation}/ledger", signer_of(organisation, 9).seed).key),
        "services": ("lookup",),
    }
    return Member.model_validate(facts | said)


def operator(*keys: Signer) -> Operator:
    """The operator, under one key or several."""
    held = tuple(MemberKey(key=str(each.key), since=NOW) for each in keys or (OPERATOR,))
    return Operator(id=OPERATOR.name, url="https://operator.example", keys=held, log=str(LOG.key))


def directory(*members: Member, **said: Any) -> Directory:
    """A first version, alive for a day from `NOW`."""
    facts: dict[str, Any] = {
        "cluster": "northshire",
        "name": "Northshire",
        "sequence": 1,
        "issued": NOW,
        "expires": NOW + DAY,
        "operator": operator(),
        "members": tuple(sorted(members or (member("dwp"), member("northtown")), key=lambda each: each.id)),
    }
    return Directory.model_validate(facts | said)


def after(version: Directory, **said: Any) -> Directory:
    """The version that follows."""
    issued = said.get("issued", version.issued + timedelta(hours=13))
    facts = {"sequence": version.sequence + 1, "previous": version.digest, "issued": issued, "expires": issued + DAY}
    return Directory.model_validate(version.model_dump(by_alias=True) | facts | said)


class Log:
    """The operator's log, in which versions are published."""

    def __init__(self, folder: Path, signer: Signer = LOG) -> None:
        self.engine = open_database(folder / "log.db", b"k" * 32)
        self.ledger = Ledger.create(self.engine, folder / "ledger", signer=signer, master_key=b"m" * 32)

    def receipt(self, sequence: int, digest: str) -> str:
        """The receipt of an entry that says a version was published."""
        said = EntryType.DIRECTORY_PUBLISHED
        at = self.ledger.append(Entry(time=minute(NOW), type=said, directory=digest, sequence=sequence))
        self.ledger.checkpoint()
        return make_receipt(self.ledger, at)

    def publish(self, version: Directory, *signers: Signer) -> Published:
        """A version, signed and logged."""
        note = sign_directory(version, signers or (OPERATOR,))
        return Published(version.text, note, self.receipt(version.sequence, version.digest))

    def prove(self, old: int, new: int) -> list[bytes]:
        """The hashes by which it goes on from one size to another."""
        return self.ledger.consistency(old, new)

    def answering(self, published: Published) -> httpx.Client:
        """A client for which the operator sends this version, and the proofs of this log."""

        def answer(request: httpx.Request) -> httpx.Response:
            if not request.url.path.endswith("/consistency"):
                return httpx.Response(200, stream=httpx.ByteStream(published.encode()))
            proof = self.prove(int(request.url.params["old"]), int(request.url.params["new"]))
            return httpx.Response(
                200, stream=httpx.ByteStream(json.dumps({"consistency": [each.hex() for each in proof]}).encode())
            )

        return httpx.Client(transport=httpx.MockTransport(answer))


def trust() -> Trust:
    """What a joining code tells of the operator."""
    return Trust("northshire", OPERATOR.name, "https://operator.example", (OPERATOR.key,), LOG.key)

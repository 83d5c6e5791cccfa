"""A node without the rest of one, over either database, and events by anybody: small enough for thousands of cases."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from easement.base.moments import instant_text
from easement.ledger.note import Key, Signer
from easement.ledger.service import Ledger
from easement.node.model import Settings
from easement.permission import model as m
from easement.permission.chain import line_of, note_of
from easement.permission.dossier import Dossier
from easement.permission.keeping import keep
from easement.permission.model import Event, Kind
from easement.permission.texts import text_of
from easement.permission.transitions import after
from tests.gate.world import NOW, TERMS

HOME, PARTY, THIRD, STRANGER = "northtown", "dwp", "easton", "mallory"
"""Who proposes, who is asked, who is asked too but is not in the text, and who has nothing to do with it."""

SIGNERS = {name: Signer(name, name.encode().ljust(32, b".")) for name in (HOME, PARTY, THIRD, STRANGER)}
NEEDS = ("governance-lead",)
NEXT = TERMS.replace("version: 1.0.0", "version: 1.1.0")
DIGEST = text_of(TERMS).digest
AFTER = NEXT.replace("version: 1.1.0\n", f"version: 1.1.0\nsupersedes: {DIGEST}\n")
"""The next version of the terms, that says what it replaces."""

LATER = timedelta(days=40)


@dataclass
class Host:
    """What the room needs of a node that nobody reaches."""

    home: Path
    engine: Engine
    ledger: Ledger
    organisation: str = HOME
    master_key: bytes = b"m" * 32
    settings: Settings = field(
        default_factory=lambda: Settings(organisation={"id": HOME}, ledger={"origin": f"{HOME}/ledger"})
    )

    @property
    def organisation_key(self) -> Signer:
        return SIGNERS[self.organisation]

    @property
    def member_keys(self) -> Mapping[str, tuple[Key, ...]]:
        return {name: (signer.key,) for name, signer in SIGNERS.items()}


def host_of(folder: Path, engine: Engine) -> Host:
    """A host over a database with its tables."""
    (folder / "agreements").mkdir()
    log = Signer(f"{HOME}/ledger", b"l" * 32)
    ledger = Ledger.create(engine, folder / "ledger", signer=log, master_key=b"m" * 32, clock=lambda: NOW)
    return Host(folder, engine, ledger)


def wish(**changes: Any) -> m.Proposed:
    """The council's wish, to the department and to easton."""
    usual: dict[str, Any] = {
        "title": "School meals",
        "why": "Entitled children go without.",
        "harm_if_not_shared": "One child in ten goes hungry.",
        "parties": {HOME: "recipient", PARTY: "provider", THIRD: "recipient"},
        "answer_days": 15,
        "appetite": "",
        "text": TERMS,
    }
    return m.Proposed(**usual | changes)


def said_of(kind: Kind, dossier: Dossier | None = None, author: str = HOME, **changes: Any) -> m.Told:
    """What somebody would say who does everything right, but for what a test changes."""
    text = dossier.text.digest if dossier and dossier.text else DIGEST
    agreed = dossier.agreed.digest if dossier and dossier.agreed else DIGEST
    varying = dossier is not None and dossier.agreed is not None
    source = _another(dossier) if dossier is not None else NEXT
    usual: dict[Kind, dict[str, Any]] = {
        Kind.AGREE: {"words": "", "appetite": ""},
        Kind.REFUSE: {"reason": "no-power", "words": "no gateway reaches this"},
        Kind.ESCALATE: {"of": PARTY, "to": "chief executive"},
        Kind.WITHDRAW: {"words": "no longer wanted"},
        Kind.DRAFT: {"text": source, "digest": text_of(source).digest, "replaces": text, "words": ""},
        Kind.SUBMIT: {"digest": text},
        Kind.COMMENT: {"digest": text, "clause": "duties.retain", "words": "why a year?"},
        Kind.REQUEST_CHANGES: {"digest": text, "clause": "duties.retain", "words": "six months would do"},
        Kind.APPROVE: {"digest": text, "needs": NEEDS},
        Kind.VARY: {"text": AFTER, "digest": text_of(AFTER).digest, "replaces": agreed, "words": "one field less"},
        Kind.SUSPEND: {"digest": agreed, "words": "a breach"},
        Kind.RESUME: {"digest": agreed, "words": "it is mended"},
        Kind.REVIEW: {"digest": agreed, "outcome": "continue", "words": "it does what it was for"},
        Kind.END: {"digest": agreed, "words": "no longer needed"},
    }
    if kind is Kind.PROPOSE:
        return wish(**changes)
    if kind is Kind.SIGN:
        named = dossier.text.source if dossier and dossier.text else TERMS
        usual[kind] = {"digest": text, "line": line_of(named, SIGNERS[author])}
    model = next(each for each in m.Told.__args__ if each.model_fields["kind"].default == kind.value)
    assert varying or kind is not Kind.VARY or dossier is not None
    return model(**usual[kind] | changes)


def _another(dossier: Dossier) -> str:
    """A newer text than the one in work."""
    base = AFTER if dossier.agreed is not None else TERMS
    number = dossier.number + 2
    return base.replace("version: 1.0.0", f"version: 1.{number}.0").replace("version: 1.1.0", f"version: 1.{number}.0")


def event(dossier: Dossier | None, author: str, said: m.Told, at: datetime | None = None, **changes: Any) -> Event:
    """An event that follows the last one, a minute later."""
    number = dossier.number + 1 if dossier else 1
    facts: dict[str, Any] = {
        "proposal": dossier.id if dossier else "a1" * 16,
        "id": f"{abs(hash((author, number, said.model_dump_json(), at))):032x}"[-32:],
        "number": number,
        "previous": dossier.head if dossier else "",
        "at": instant_text(at or (dossier.latest + timedelta(minutes=1) if dossier else NOW)),
        "author": author,
        "role": "governance-lead",
        "named": "0" * 64,
        "said": said,
    }
    return Event(**facts | changes)


def step(dossier: Dossier | None, kind: Kind, author: str = HOME, **changes: Any) -> Event:
    """The event by which somebody does something right, but for what a test changes of what it says."""
    return event(dossier, author, said_of(kind, dossier, author, **changes))


Steps = tuple[tuple[Kind, str], ...]

DRAFTED: Steps = ((Kind.PROPOSE, HOME), (Kind.AGREE, PARTY), (Kind.AGREE, THIRD))
REVIEWED: Steps = (*DRAFTED, (Kind.SUBMIT, HOME))
APPROVED: Steps = (*REVIEWED, (Kind.APPROVE, HOME), (Kind.APPROVE, PARTY))
SIGNED: Steps = (*APPROVED, (Kind.SIGN, PARTY), (Kind.SIGN, HOME))
VARYING: Steps = (*SIGNED, (Kind.VARY, PARTY))

STAGES: Mapping[str, Steps] = {
    "proposed": ((Kind.PROPOSE, HOME),),
    "draft": DRAFTED,
    "review": REVIEWED,
    "approved": APPROVED,
    "in-force": SIGNED,
    "suspended": (*SIGNED, (Kind.SUSPEND, PARTY)),
    "varying": VARYING,
    "varying-review": (*VARYING, (Kind.SUBMIT, PARTY)),
    "varying-approved": (*VARYING, (Kind.SUBMIT, PARTY), (Kind.APPROVE, HOME), (Kind.APPROVE, PARTY)),
    "refused": ((Kind.PROPOSE, HOME), (Kind.REFUSE, PARTY)),
    "withdrawn": ((Kind.PROPOSE, HOME), (Kind.WITHDRAW, HOME)),
    "ended": (*SIGNED, (Kind.END, PARTY)),
}
"""Every stage that a proposal can be in, and a way to it."""


def walked(steps: Steps) -> Dossier:
    """A proposal after some steps, in memory."""
    dossier: Dossier | None = None
    for kind, author in steps:
        dossier = after(dossier, step(dossier, kind, author))
    assert dossier is not None
    return dossier


def kept(host: Host, steps: Steps, proposal: str) -> Dossier:
    """A proposal after some steps, in a node's database."""
    dossier: Dossier | None = None
    for kind, author in steps:
        made = step(dossier, kind, author)
        if dossier is None:
            made = made.model_copy(update={"proposal": proposal})
        made = made.model_copy(update={"id": f"{int(proposal, 16) ^ (made.number << 8):032x}"})
        dossier = keep(host, dossier, made, note_of(made, SIGNERS[author]), now=NOW + LATER)
    assert dossier is not None
    return dossier

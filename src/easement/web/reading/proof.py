"""Agreements and the ledger, read from the node; and receipts checked as an outsider would check them."""

from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from easement.agreement.lookup import Lookup
from easement.agreement.sections import paper
from easement.base.errors import EasementError, UsageError
from easement.exchange import directory_store
from easement.exchange.witness_tables import Followed
from easement.exchange.witnesses import witnessed
from easement.gate.shelf import Shelved
from easement.law.catalogue import catalogue
from easement.ledger.receipt import check_receipt
from easement.ledger.verifier import Key, base64_text
from easement.node.home import Node
from easement.staff.model import Identity
from easement.web.reading.names import Names, names_of, purpose_name
from easement.web.reading.records import may_see
from easement.web.times import minute_of_entry, moment
from easement.web.views.proof import AgreementLine, AgreementPage, Agreements, Checked, LedgerPage, Witness

__all__ = ["agreement", "agreements", "checked", "ledger"]


def agreements(node: Node, identity: Identity, now: datetime) -> Agreements:
    """The agreements that this person may see, each in the version that holds now or else its newest."""
    names = names_of(node, now)
    ids = sorted({each.prepared.id for each in names.agreements.values() if may_see(identity, each.prepared.id)})
    return Agreements(lines=tuple(_line(node.shelf.get(id_, now.date()), identity, names, now) for id_ in ids))


def agreement(node: Node, identity: Identity, id_: str, now: datetime) -> AgreementPage | None:
    """One agreement with its document; nothing where it is not there, or not this person's to see."""
    if not may_see(identity, id_):
        return None
    try:
        shelved = node.shelf.get(id_, now.date())
    except UsageError:
        return None
    names, standing = names_of(node, now), shelved.standing(now.date())
    standards = {offer.terms.standard: offer.standard for offer in shelved.prepared.offers.values()}
    return AgreementPage(
        line=_line(shelved, identity, names, now),
        why=(*standing.reasons, *shelved.problems),
        next_review=standing.next_review,
        missing=tuple(names.organisation(id_) for id_ in standing.missing),
        paper=paper(shelved.file, Lookup(catalogue(), standards)),
    )


def _line(shelved: Shelved, identity: Identity, names: Names, now: datetime) -> AgreementLine:
    terms = shelved.prepared.terms
    sides: dict[str, list[str]] = {"provider": [], "recipient": []}
    for id_, party in terms.parties.items():
        sides[party.role].append(names.organisation(id_))
    return AgreementLine(
        id=terms.id,
        title=terms.title,
        version=terms.version,
        state=shelved.standing(now.date()).state.value,
        starts=terms.term.starts,
        ends=terms.term.ends,
        gives=tuple(sides["provider"]),
        receives=tuple(sides["recipient"]),
        mine=tuple(sorted(identity.roles_for(terms.id))),
    )


def ledger(node: Node, now: datetime) -> LedgerPage:
    """The ledger's last signed state, what is not in it yet, and who watches it."""
    published, names, stand = node.ledger.published, names_of(node, now), witnessed(node, now)
    return LedgerPage(
        origin=published.origin,
        size=published.size,
        waiting=node.ledger.size - published.size,
        root=base64_text(published.root),
        key=str(node.ledger.key),
        checkpoint=(node.home / "ledger" / "checkpoint").read_text(),
        refusal=node.ledger.refusal.what if node.ledger.refusal else "",
        quorum=node.settings.witness.quorum,
        health=stand.health.value,
        said=stand.text,
        witnesses=tuple(_witness(each, names) for each in stand.each),
    )


def _witness(followed: Followed, names: Names) -> Witness:
    at = datetime.fromtimestamp(followed.at, UTC) if followed.at else None
    return Witness(names.organisation(followed.organisation), at, followed.size, followed.problem)


def checked(node: Node, text: bytes, now: datetime) -> Checked:
    """What a receipt proves, held against the public keys of the ledgers that this node knows; never an error."""
    try:
        holds = check_receipt(text, known_logs(node))
    except EasementError as error:
        return Checked(holds=False, what=error.what, remedy=error.remedy)
    return Checked(
        holds=True,
        origin=holds.origin,
        index=holds.index,
        size=holds.size,
        facts=tuple(_facts(holds.entry, names_of(node, now))),
        rows=holds.answer.get("rows") if holds.answer else None,
    )


def known_logs(node: Node) -> tuple[Key, ...]:
    """The public keys of the ledgers that this node can judge: its own, and those of the cluster's members."""
    with suppress(EasementError):  # a directory that does not hold vouches for nobody
        directory = directory_store.held(node.home)
        if directory is not None:
            return (node.ledger.key, *(key for member in directory.members for key in member.log_keys))
    return (node.ledger.key,)


def _facts(entry: dict[str, Any], names: Names) -> list[tuple[str, str]]:
    """What an entry says, as pairs of a key and words; the page puts each key into words."""
    parties = entry.get("parties") or {}
    facts = [
        ("type", str(entry.get("type", ""))),
        ("time", moment(minute_of_entry(entry["time"])) if "time" in entry else ""),
        ("provider", names.organisation(parties.get("provider", ""))),
        ("recipient", names.organisation(parties.get("recipient", ""))),
        ("agreement", names.agreement(str(entry.get("agreement_id", "")))),
        ("purpose", purpose_name(entry["purpose"]) if entry.get("purpose") else ""),
        ("codes", " → ".join(entry["codes"][end] for end in ("from", "to")) if entry.get("codes") else ""),
        ("digest", str(entry.get("digest", ""))),
        ("breaks" if entry.get("codes") else "count", str(entry.get("count", ""))),
        ("fields", ", ".join(name.replace("_", " ") for name in entry.get("fields") or {})),
        ("withheld", ", ".join(name.replace("_", " ") for name in entry.get("withheld") or ())),
    ]
    return [(key, value) for key, value in facts if value]

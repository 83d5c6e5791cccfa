"""What the ledger is told of requests and disclosures: public entries without a person, private records sealed."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from easement.gate.model import Code, Decision, Request
from easement.gate.prepare import Prepared
from easement.gate.subjects import subject_tokens, subjects_key
from easement.ledger.model import Entry, EntryType, Form, PrivateRecord, answer_part, minute
from easement.linkage.quality_told import Told

__all__ = ["answer_record", "entry", "who_record"]


def entry(type_: EntryType, now: datetime, decision: Decision, agreement: Prepared, **facts: Any) -> Entry:
    """The public entry for a decision; `facts` are those that only this type has (`count`, `intent`, `reasons`).

    What an asker made up (a share, an organisation, a purpose, a field) is left out unless the agreement, its standard
    or the law catalogue knows it, so that nobody's name or number can be written into the log through it.
    """
    unknown = any(reason.code is Code.AGREEMENT_NOT_IN_FORCE for reason in decision.unmet)
    if unknown:  # anybody may have made it up: its digest says enough
        return Entry(time=minute(now), type=type_, agreement=decision.agreement, mode=decision.mode.value, **facts)
    said = _said(decision, agreement) if decision.allowed else {}
    offer = agreement.offers.get(decision.share)
    joined = offer is not None and decision.recipient in offer.joined
    named = decision.provider and (joined or decision.recipient in agreement.terms.parties)
    return Entry(
        time=minute(now),
        type=type_,
        parties={"provider": decision.provider, "recipient": decision.recipient} if named else None,
        agreement=decision.agreement,
        agreement_id=decision.agreement_id,
        version=decision.version,
        share=decision.share if decision.share in agreement.offers else None,
        purpose=decision.purpose if _known(decision.purpose, agreement) else None,
        mode=decision.mode.value,
        **said | facts,
    )


def _known(purpose: str, agreement: Prepared) -> bool:
    return purpose == agreement.purpose or purpose in agreement.never_for or purpose in agreement.purposes


def _said(decision: Decision, agreement: Prepared) -> dict[str, Any]:
    """What only a decision that allows has to say."""
    basis = {
        "provider": decision.basis.get(decision.provider, ""),
        "recipient": decision.basis.get(decision.recipient, ""),
    }
    elements = agreement.offers[decision.share].standard.elements
    return {
        "basis": basis if all(basis.values()) else None,
        "fields": {name: form.written for name, form in decision.fields.items()} | dict(decision.measures),
        "withheld": tuple(name for name in decision.withheld if name in elements),
        "form": Form(decision.level) if decision.level else None,
        "risk": decision.duties.risk_after_disclosure if decision.duties else None,
    }


def who_record(request: Request, master: bytes, agreement: Prepared) -> dict[str, Any]:
    """The private part that says who asked and about whom: subjects as tokens under a key of the provider's own."""
    key, offer = subjects_key(master), agreement.offers.get(request.share)
    return {
        "asked_by": _storable(request.asked_by),
        "organisation": _storable(request.recipient),
        "role": _storable(request.role),
        "why": _storable(request.why),
        "subjects": list(subject_tokens(request.person, offer.standard, key)) if offer else [],
    }


def _storable(text: str) -> str:
    """The text with what no encoding can hold made visible: an argument of broken bytes must not stop the logging."""
    return text.encode("utf-8", "backslashreplace").decode()


def answer_record(
    who: dict[str, Any], *, query: str, data: str, rows: int, told: Told | None = None, **more: Mapping[str, Any]
) -> PrivateRecord:
    """The private record of a disclosure: who it was for, and the answer's digests, which its receipt opens.

    `told` is what the recipient of a match is told of how good it is. Of `more`, `match` says by which model people
    were matched, and how many were compared, linked, held and drawn, and `links` opens what is kept of whose records
    crossed; what is empty is left out.
    """
    answer = answer_part(query=query, data=data, rows=rows, linkage=told.as_dict() if told else None)
    return PrivateRecord({"who": who, "answer": answer, **{name: dict(part) for name, part in more.items() if part}})

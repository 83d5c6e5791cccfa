"""What the ledger is told of requests and disclosures: public entries without a person, private records sealed."""

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from easement.gate.keys import pseudonym_key
from easement.gate.model import Decision, Request
from easement.ledger.model import Entry, EntryType, Form, PrivateRecord, answer_part, minute

__all__ = ["answer_record", "entry", "who_record"]

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/-]{0,199}")


def entry(type_: EntryType, now: datetime, decision: Decision, **facts: Any) -> Entry:
    """The public entry for a decision; `facts` are those that only this type has (`count`, `intent`, `reasons`).

    What an asker made up and no agreement knows (a share, a purpose, an organisation) is left out unless it is a
    code, so that nothing can be written into the log through it.
    """
    said = _said(decision) if decision.allowed else {}
    parties = {"provider": decision.provider, "recipient": decision.recipient}
    return Entry(
        time=minute(now),
        type=type_,
        parties=parties if all(map(_code, parties.values())) else None,
        agreement=decision.agreement,
        agreement_id=decision.agreement_id,
        version=decision.version,
        share=_code(decision.share),
        purpose=_code(decision.purpose),
        mode=decision.mode.value,
        **said | facts,
    )


def _said(decision: Decision) -> dict[str, Any]:
    """What only a decision that allows has to say."""
    basis = {
        "provider": decision.basis.get(decision.provider, ""),
        "recipient": decision.basis.get(decision.recipient, ""),
    }
    risk = decision.duties.risk_after_disclosure if decision.duties else None
    return {
        "basis": basis if all(basis.values()) else None,
        "fields": {name: form.written for name, form in decision.fields.items()},
        "withheld": tuple(name for name in decision.withheld if _code(name)),
        "form": Form(decision.level) if decision.level else None,
        "risk": risk,
    }


def _code(text: str) -> str | None:
    return text if _CODE.fullmatch(text) else None


def who_record(request: Request, master: bytes, subjects: Iterable[str] = ()) -> dict[str, Any]:
    """The private part that says who asked and about whom: subjects as tokens under a key of the provider's own."""
    key = pseudonym_key(master, "subjects", "ledger")
    return {
        "asked_by": request.asked_by,
        "organisation": request.recipient,
        "role": request.role,
        "why": request.why,
        "subjects": [key.pseudonym("subject", subject) for subject in subjects],
    }


def answer_record(who: dict[str, Any], *, query: str, data: str, rows: int) -> PrivateRecord:
    """The private record of a disclosure: who it was for, and the answer's digests, which its receipt opens."""
    return PrivateRecord({"who": who, "answer": answer_part(query=query, data=data, rows=rows)})

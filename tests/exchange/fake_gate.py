"""Stands in for the gate's answer to another node: the same decision and the same entries, records made up."""

import json
from dataclasses import dataclass
from typing import Any

from easement.base.canonical import sha256_hex
from easement.gate import service
from easement.gate.answers import envelope
from easement.gate.ask import Outcome
from easement.gate.entries import answer_record, entry, who_record
from easement.gate.release import Released
from easement.ledger.model import EntryType, PrivateRecord
from easement.ledger.receipt import make_receipt


@dataclass(frozen=True)
class Answer:
    outcome: Outcome
    body: bytes
    receipt: str


def answer(holder: Any, asked: Any, *, now: Any, clock: Any) -> Answer:
    shelved = holder.shelf.at(asked.agreement, now.date())
    decision, prepared = service._decided(holder, asked, shelved, now), shelved.prepared
    who = PrivateRecord({"who": who_record(asked.request, holder.master_key, prepared)})
    if not decision.allowed:
        reasons = tuple(reason.code.value for reason in decision.unmet)
        told = entry(EntryType.DISCLOSURE_REFUSED, now, decision, prepared, reasons=reasons, message=asked.message)
        index = holder.ledger.append(told, who)
        holder.ledger.checkpoint()
        return Answer(Outcome(decision, index), b"", "")
    intent = holder.ledger.append(
        entry(EntryType.DISCLOSURE_INTENDED, now, decision, prepared, message=asked.message), who
    )
    body = json.dumps(envelope(decision, [dict.fromkeys(decision.fields, "made up")])).encode()
    record = answer_record(who.parts["who"], query="0" * 64, data=sha256_hex(body), rows=1)
    told = entry(EntryType.DISCLOSURE_RELEASED, now, decision, prepared, intent=intent, count=1, message=asked.message)
    index = holder.ledger.append(told, record)
    holder.ledger.checkpoint()
    return Answer(Outcome(decision, index, intent, Released(1)), body, make_receipt(holder.ledger, index))

"""What can be asked of the gate: a decision, and a disclosure with its receipt."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from easement.agreement.check import check, musts
from easement.agreement.read import AgreementFile, read_agreement
from easement.agreement.signing import signed_by
from easement.base.errors import UsageError
from easement.gate.answers import answer_format
from easement.gate.ask import Ask, Outcome
from easement.gate.decide import decide
from easement.gate.disclosure import Disclosure, log_refusal
from easement.gate.model import Decision, Facts
from easement.gate.ports import Holder
from easement.gate.prepare import Prepared, prepare
from easement.gate.staging import exclusive, left_behind, staged
from easement.law.catalogue import catalogue
from easement.law.clashes import clash
from easement.law.shelves import Catalogue
from easement.ledger.model import EntryType, Logged, minute
from easement.ledger.receipt import make_receipt
from easement.meaning.standards import standard

__all__ = ["ask", "finish_left_behind", "ready", "share"]


def ready(holder: Holder, file: AgreementFile, law: Catalogue) -> Prepared:
    """An agreement made ready to decide under, with the standards that the node knows."""
    folders = (holder.home / "standards",)
    standards = {share.standard: standard(share.standard, folders) for share in file.terms.shares.values()}
    return prepare(file, standards, clashes=_clashes(file.terms.purpose.code, law))


def _clashes(purpose: str, law: Catalogue) -> dict[str, str]:
    """Why other purposes pull against this one; nothing for a purpose that the catalogue does not know."""
    codes = [known.id for known in law.purposes]
    found = {other: clash(purpose, other, law) for other in codes} if purpose in codes else {}
    return {other: why.plain for other, why in found.items() if why}


def ask(holder: Holder, asked: Ask, *, now: datetime) -> Outcome:
    """Decide and log the decision's refusal; nothing is read. An allowed ask is not logged: nothing crossed."""
    decision, _ = _decided(holder, asked, now)
    index = -1 if decision.allowed else log_refusal(holder, asked.request, decision, now)
    return Outcome(decision, index)


def share(holder: Holder, asked: Ask, *, now: datetime, clock: Callable[[], datetime]) -> Outcome:
    """Decide, release and prove one disclosure; `clock` tells the time of the outcome.

    The intent is durable before anything is read for release, and the outcome before anything is delivered. Raises
    what the sources raise, after logging that it failed; a refusal is an outcome, not an error.
    """
    if asked.out is None:
        raise UsageError("a disclosure needs a place to go", remedy="name it: --out FILE")
    format_ = answer_format(asked.out)
    finish_left_behind(holder, now=now)
    with _one_at_a_time(holder, asked):
        decision, prepared = _decided(holder, asked, now)
        if not decision.allowed:
            return Outcome(decision, log_refusal(holder, asked.request, decision, now))
        with staged(holder.home / "releases", asked.out) as answer:
            return Disclosure(holder, asked, prepared, decision, answer, format_, clock).run(now)


def _one_at_a_time(holder: Holder, asked: Ask) -> AbstractContextManager[None]:
    """Where a day's limit stands, asks under one share wait for each other, so that two cannot both stay under it."""
    terms = read_agreement(asked.agreement).terms
    limited = terms.shares.get(asked.request.share)
    if limited is None or limited.limits.records_per_day is None:
        return nullcontext()
    return exclusive(holder.home / "releases", f"{terms.id}.{asked.request.share}")


def _decided(holder: Holder, asked: Ask, now: datetime) -> tuple[Decision, Prepared]:
    file = read_agreement(asked.agreement)
    law = catalogue()
    prepared = ready(holder, file, law)
    return decide(asked.request, prepared, _facts(holder, asked, prepared, law, now)), prepared


def _facts(holder: Holder, asked: Ask, prepared: Prepared, law: Catalogue, now: datetime) -> Facts:
    standards = {offer.terms.standard: offer.standard for offer in prepared.offers.values()}
    findings = check(prepared.file, law, standards, today=now.date())
    day = now.date().isoformat()
    return Facts(
        now=now,
        signed=_signed(holder, asked.agreement, prepared.file),
        gaps=tuple(dict.fromkeys(finding.code for finding in musts(findings))),
        training=asked.training,
        records_today=holder.ledger.counted(prepared.digest, asked.request.share, day),
        consented=asked.consented,
    )


def _signed(holder: Holder, path: Path, file: AgreementFile) -> frozenset[str]:
    signatures = path.with_name(path.name + ".signatures")
    if not signatures.exists():
        return frozenset()
    return signed_by(file, signatures.read_text(), holder.members.values()).parties


def finish_left_behind(holder: Holder, *, now: datetime) -> tuple[Path, ...]:
    """Finish what a kill cut off: deliver what the ledger has as released, remove and log what it has not.

    Returns the targets delivered to. Safe while other processes share: their answers are locked.
    """
    delivered = []
    for answer in left_behind(holder.home / "releases"):
        note = answer.noted()
        outcome = note.get("outcome") or _outcome_of(holder, note.get("intent"))
        if outcome is not None and answer.data.exists():
            holder.ledger.checkpoint()
            answer.receipt.write_text(make_receipt(holder.ledger, outcome))
            answer.deliver()
            delivered.append(answer.target)
        else:
            if outcome is None and note.get("intent") is not None:
                _log_abandoned(holder, int(note["intent"]), now)
            answer.forget()
    return tuple(delivered)


def _outcome_of(holder: Holder, intent: int | None) -> int | None:
    """The entry that says an intended disclosure was released, where a kill came before it was noted."""
    if intent is None:
        return None
    return next((found.index for found in _about(holder, intent, EntryType.DISCLOSURE_RELEASED)), None)


def _about(holder: Holder, intent: int, type_: EntryType) -> Iterator[Logged]:
    return (logged for logged in holder.ledger.entries(intent, type=type_) if logged.entry.intent == intent)


def _log_abandoned(holder: Holder, intent: int, now: datetime) -> None:
    settled = (EntryType.DISCLOSURE_ABANDONED, EntryType.DISCLOSURE_FAILED, EntryType.DISCLOSURE_REFUSED)
    if not any(True for type_ in settled for _ in _about(holder, intent, type_)):
        said = replace(holder.ledger.entry(intent).entry, type=EntryType.DISCLOSURE_ABANDONED, time=minute(now))
        holder.ledger.append(replace(said, intent=intent, commitment=None))
        holder.ledger.checkpoint()

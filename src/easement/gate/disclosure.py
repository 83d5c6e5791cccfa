"""One allowed disclosure on its way: intent, release, record, deliver. Each step is durable before the next begins."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from easement.base.durable import write_whole
from easement.base.errors import UsageError
from easement.gate.ask import Ask, Outcome
from easement.gate.datasets import Dataset, dataset_for, dataset_from, file_of, table_of
from easement.gate.decide import refused_after
from easement.gate.entries import answer_record, entry, who_record
from easement.gate.held import keep_held, write_held
from easement.gate.keys import pseudonym_key
from easement.gate.model import Code, Decision, Reason, Request
from easement.gate.plan import Plan, Table, plan
from easement.gate.ports import Holder
from easement.gate.prepare import Prepared
from easement.gate.recovery import INTENT_PART, intent_part
from easement.gate.release import Released, held_pairs, release
from easement.gate.staging import Staged, receipt_path
from easement.ledger.model import EntryType, PrivateRecord
from easement.ledger.receipt import make_receipt
from easement.meaning.standards import standard
from easement.sources.files import open_sources

__all__ = ["Disclosure", "log_refusal"]


def log_refusal(
    holder: Holder, request: Request, agreement: Prepared, decision: Decision, now: datetime, intent: int | None = None
) -> int:
    """Write a refusal and its reasons to the ledger; the entry's index. `intent` is that of a disclosure under way."""
    reasons = tuple(reason.code.value for reason in decision.unmet)
    told = entry(EntryType.DISCLOSURE_REFUSED, now, decision, agreement, reasons=reasons, intent=intent)
    index = holder.ledger.append(told, PrivateRecord({"who": who_record(request, holder.master_key, agreement)}))
    holder.ledger.checkpoint()
    return index


def _check_theirs(listed: Dataset, held: Dataset, home: Path) -> None:
    """The recipient's list is its own: matched against itself, a register would cross whole."""
    place = listed.data.resolve()
    if place == held.data.resolve() or place.is_relative_to(home.resolve()):
        raise UsageError(f"`{listed.data}` is the provider's own", remedy="send the recipient's list: --match FILE")


@dataclass(frozen=True, slots=True)
class Disclosure:
    """One allowed disclosure on its way: intent, release, record, deliver."""

    holder: Holder
    asked: Ask
    prepared: Prepared
    decision: Decision
    answer: Staged
    format: str
    clock: Callable[[], datetime]

    def run(self, now: datetime) -> Outcome:
        """Go all the way, or as far as a refusal; raises what the sources, the disk and the ledger raise."""
        who = who_record(self.asked.request, self.holder.master_key, self.prepared)
        intent = self._intend(who, now)
        try:
            query, released, doubtful = self._release(now, intent)
        except BaseException:
            self._log(EntryType.DISCLOSURE_FAILED, self.clock(), intent=intent)
            self.answer.forget()
            raise
        done = self.clock().astimezone(UTC)
        refusal = released.refusal or self._beyond_limits(released.count, done)
        if refusal:
            return self._refused(refusal, intent, done)
        record = answer_record(who, query=query.digest, data=released.sha256, rows=released.count)
        index = self._log(EntryType.DISCLOSURE_RELEASED, done, record, intent=intent, count=released.count)
        held = keep_held(doubtful, self.holder.home / "held") if doubtful else None
        self._deliver(index)
        target = self.answer.target
        return Outcome(self.decision, index, intent, released, target, receipt_path(target), held, self._k())

    def _intend(self, who: dict[str, Any], now: datetime) -> int:
        """Make the intent durable. What is noted and kept in private lets a later process find it after a kill."""
        self.answer.note(after=self.holder.ledger.size)
        record = PrivateRecord({"who": who, INTENT_PART: intent_part(self.answer)})
        return self._log(EntryType.DISCLOSURE_INTENDED, now, record)

    def _deliver(self, index: int) -> None:
        self.holder.ledger.checkpoint()
        write_whole(self.answer.receipt, make_receipt(self.holder.ledger, index))
        self.answer.deliver()

    def _k(self) -> int | None:
        return self.prepared.offers[self.decision.share].terms.k

    def _release(self, now: datetime, intent: int) -> tuple[Plan, Released, Path | None]:
        offer, folders = self.prepared.offers[self.decision.share], (self.holder.home / "standards",)
        dataset = dataset_for(self.holder.home, offer.terms.standard, self.asked.dataset)
        files = [file_of(dataset, "held_data")]
        theirs = self._list(folders)
        if theirs:
            _check_theirs(theirs, dataset, self.holder.home)
            files.append(file_of(theirs, "listed_data"))
        with open_sources(*files, output=self.answer.folder, memory=f"{self.holder.memory_mb}MB") as session:
            held_table = table_of(session.sources["held_data"], dataset, offer.standard)
            listed = None
            if theirs:
                known = standard(theirs.mapping.standard, folders)
                listed = table_of(session.sources["listed_data"], theirs, known)
            query = self._plan(held_table, listed, now)
            released = release(session, query, self.decision, offer.terms, self.answer.data, self.format)
            held = write_held(self.answer.folder, intent, held_pairs(session)) if released.held else None
        return query, released, held

    def _list(self, folders: Sequence[Path]) -> Dataset | None:
        """The recipient's own list, where one came with the request."""
        if self.asked.match is None or self.asked.match_dataset is None:
            return None
        return dataset_from(self.asked.match_dataset, self.asked.match, folders)

    def _plan(self, table: Table, listed: Table | None, now: datetime) -> Plan:
        request = self.asked.request
        return plan(
            self.decision,
            self.prepared.offers[self.decision.share].terms,
            table,
            key=pseudonym_key(self.holder.master_key, self.decision.agreement_id, request.recipient),
            today=now.date(),
            person=request.person,
            listed=listed,
            binary=self.format == "parquet",
        )

    def _beyond_limits(self, count: int, now: datetime) -> Reason | None:
        limits = self.prepared.offers[self.decision.share].terms.limits
        place = f"shares.{self.decision.share}.limits"
        if limits.records_per_request is not None and count > limits.records_per_request:
            text = f"the answer would hold more records than the limit of {limits.records_per_request:,}"
            return Reason(Code.LIMIT_REQUEST_TOO_LARGE, False, f"{place}.records_per_request", text, "ask for fewer")
        used = self.holder.ledger.counted(self.decision.agreement_id, self.decision.share, now.date().isoformat())
        if limits.records_per_day is not None and used + count > limits.records_per_day:
            text = (
                f"with {used:,} records crossed today, this answer would pass the limit of {limits.records_per_day:,}"
            )
            remedy = "ask for fewer, ask again tomorrow, or agree a higher limit"
            return Reason(Code.LIMIT_DAY_REACHED, False, f"{place}.records_per_day", text, remedy)
        return None

    def _refused(self, reason: Reason, intent: int, now: datetime) -> Outcome:
        decision = refused_after(self.decision, reason)
        index = log_refusal(self.holder, self.asked.request, self.prepared, decision, now, intent)
        self.answer.forget()
        return Outcome(decision, index, intent)

    def _log(self, type_: EntryType, now: datetime, record: PrivateRecord | None = None, **facts: Any) -> int:
        return self.holder.ledger.append(entry(type_, now, self.decision, self.prepared, **facts), record)

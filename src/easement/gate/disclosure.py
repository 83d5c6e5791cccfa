"""One allowed disclosure on its way: intent, release, record, deliver. Each step is durable before the next begins."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from easement.agreement.model import Matching, Mode
from easement.base.errors import Refused, UsageError
from easement.gate.ask import Ask, Outcome
from easement.gate.datasets import Dataset, dataset_from, place_of, table_of, unmapped
from easement.gate.decide import refused_after
from easement.gate.encoding import check_encoded, refusal_of
from easement.gate.entries import answer_record, entry, who_record
from easement.gate.indexes import Lookup
from easement.gate.keys import pseudonym_key
from easement.gate.links import broken_since, forget_links, keep_links
from easement.gate.match import RULES, Settled
from easement.gate.model import Code, Decision, Reason, Request
from easement.gate.narrow import Wanted, narrow
from easement.gate.outlet import Outlet, TakesFound
from easement.gate.plan import Plan, Table, Third, plan, rests_on
from easement.gate.ports import Holder
from easement.gate.prepare import Prepared
from easement.gate.recovery import Abandoned
from easement.gate.release import Released
from easement.gate.reviewing import Reviewing, drawing_key, groups_of
from easement.gate.ties import Tie
from easement.ledger.model import EntryType, PrivateRecord
from easement.ledger.tables import Also, counted
from easement.linkage.encode import EncodingKey, encoding_key
from easement.linkage.encode_files import node_secret, read_secret
from easement.linkage.encoded_list import ListRefused
from easement.linkage.model import LinkModel
from easement.linkage.quality_desk import decided_before
from easement.linkage.review import Scope, keep_doubtful, review_key
from easement.linkage.review_log import decided
from easement.linkage.store import newest, read_signed
from easement.meaning.standards import standard
from easement.sources.files import open_sources
from easement.sources.model import DatabaseTable, File
from easement.sources.session import FileSource, Session
from easement.sources.standing import standing

__all__ = ["Disclosure", "log_refusal"]


TIERS = {rule.name: tier for tier, rule in enumerate(RULES)}
"""The place of each rule by its name, which is what a decision keeps of it."""


class _OverLimit(Exception):
    """The answer would pass the day's limit, as found in the very commit that would have logged it."""


class _Overtaken(Exception):
    """A link was broken since this match began, as found in the very commit that would have logged it."""


def log_refusal(
    holder: Holder,
    request: Request,
    agreement: Prepared,
    decision: Decision,
    now: datetime,
    *,
    intent: int | None = None,
    message: str | None = None,
    also: Also | None = None,
) -> int:
    """Write a refusal and its reasons to the ledger; the entry's index. `intent` is that of a disclosure under way."""
    reasons = tuple(reason.code.value for reason in decision.unmet)
    facts = {"reasons": reasons, "intent": intent, "message": message}
    told = entry(EntryType.DISCLOSURE_REFUSED, now, decision, agreement, **facts)
    who = PrivateRecord({"who": who_record(request, holder.master_key, agreement)})
    return holder.ledger.append(told, who, also=also)


def _check_theirs(listed: Path, held: Dataset, home: Path) -> None:
    """The recipient's list is its own: matched against itself, a register would cross whole.

    Lists that came from other nodes stand in `jobs/` while they are matched, and nothing else does.
    """
    place = listed.resolve()
    own = place.is_relative_to(home.resolve()) and not place.is_relative_to((home / "jobs").resolve())
    if place == held.data.resolve() or own:
        raise UsageError(f"`{listed}` is the provider's own", remedy="send the recipient's list: --match FILE")


@dataclass(frozen=True, slots=True)
class Disclosure:
    """One allowed disclosure on its way: intent, release, record, deliver."""

    holder: Holder
    asked: Ask
    prepared: Prepared
    decision: Decision
    outlet: Outlet
    clock: Callable[[], datetime]

    def run(self, now: datetime) -> Outcome:
        """Go all the way, or as far as a refusal; raises what the sources, the disk and the ledger raise."""
        self.holder.check_fit(now)
        who = who_record(self.asked.request, self.holder.master_key, self.prepared)
        begun = Outcome(self.decision, -1)
        kept = PrivateRecord({"who": who, **self.outlet.begin()})
        also = self.outlet.also(EntryType.DISCLOSURE_INTENDED, begun)
        intent = self._log(EntryType.DISCLOSURE_INTENDED, now, kept, also=also)
        try:
            query, released = self._release(now, intent)
        except BaseException:
            self._fail(intent)
            raise
        done = self.clock().astimezone(UTC)
        refusal = released.refusal or self._too_large(released.count)
        if refusal:
            return self._refused(refusal, intent, done)
        parts = {"match": released.linkage, "links": released.links}
        record = answer_record(who, query=query, data=released.sha256, rows=released.count, told=released.told, **parts)
        outcome = Outcome(self.decision, -1, intent, released, k=self._k())
        try:
            index = self._log(
                EntryType.DISCLOSURE_RELEASED, done, record, also=self._last(outcome, done), intent=intent,
                count=released.count,
            )  # fmt: skip
        except _OverLimit:
            return self._refused(self._day_reached(done), intent, done)
        except _Overtaken:
            self._fail(intent)
            remedy = "ask again: the next match leaves that link out"
            raise Refused("a wrong link was broken while this match was made", remedy=remedy) from None
        except Abandoned:
            self._forget(intent)
            raise
        return self.outlet.deliver(outcome.at(index))

    def _fail(self, intent: int) -> None:
        """Log that it failed, unless somebody else settled it, and leave nothing of it."""
        also = self.outlet.also(EntryType.DISCLOSURE_FAILED, Outcome(self.decision, -1, intent))
        with suppress(Abandoned):
            self._log(EntryType.DISCLOSURE_FAILED, self.clock(), also=also, intent=intent)
        self._forget(intent)

    def _forget(self, intent: int) -> None:
        """Leave nothing of an answer that did not cross."""
        forget_links(self.holder.home, intent)
        self.outlet.forget()

    def _k(self) -> int | None:
        return self.prepared.offers[self.decision.share].terms.k

    def _release(self, now: datetime, intent: int) -> tuple[str, Released]:
        """Make the answer; the digest of the query that made it, and what was made."""
        if self.decision.mode is Mode.LOOKUP and isinstance(self.outlet, TakesFound):
            known = self.holder.indexes.look_up(self._lookup(now), self.asked.dataset)
            if known is not None:
                query, found = known
                return query, self.outlet.put(found, self.decision)
        return self._read(now, intent)

    def _lookup(self, now: datetime) -> Lookup:
        offer, request = self.prepared.offers[self.decision.share], self.asked.request
        key = pseudonym_key(self.holder.master_key, self.decision.agreement_id, request.recipient)
        return Lookup(self.decision, offer.terms, offer.standard, request.person, key, now.date())

    def _read(self, now: datetime, intent: int) -> tuple[str, Released]:
        """Make the answer from the data itself."""
        offer, folders = self.prepared.offers[self.decision.share], (self.holder.home / "standards",)
        dataset = self.holder.indexes.dataset(offer.standard, self.asked.dataset)
        theirs, thirds = self._list(folders), self._thirds(folders)
        if self.asked.match is not None:
            _check_theirs(theirs.data if theirs else self.asked.match, dataset, self.holder.home)
        with self._opened(dataset, theirs, [each.data for each in thirds]) as session:
            source = session.sources["held_data"]
            held_table = table_of(source, dataset, offer.standard)
            lost = self._narrowed(source, dataset, held_table, now, listed=self.asked.match is not None)
            listed, encoded = None, None
            if rows := session.sources.get("listed_data"):
                if too_long := self._list_too_long(rows):
                    return "", Released(refusal=too_long)
                if theirs:
                    listed = table_of(rows, theirs, standard(theirs.mapping.standard, folders))
                else:
                    try:
                        encoded = (rows.relation, self._encoding_key(rows))
                    except ListRefused as error:
                        return "", Released(refusal=refusal_of(error, self.decision.share))
            ties = [each.tied(session) for each in thirds]
            query = self._reviewed(self._plan(held_table, listed, now, encoded, ties), held_table, now, intent)
            made = self.outlet.release(session, query, self.decision, offer, intent)
            links = keep_links(self.holder, session, query, intent)
            return query.digest, replace(made, unmapped=lost, links=links)

    def _narrowed(
        self, source: FileSource, dataset: Dataset, table: Table, now: datetime, *, listed: bool
    ) -> dict[str, int]:
        """Let the source leave out what is not needed; what of it does not map, where a person is told of that.

        A record is not covered where what the condition asks of it does not map. So the whole table is counted, but
        for one person's lookup, before anything is left out.
        """
        offer, request = self.prepared.offers[self.decision.share], self.asked.request
        wanted = Wanted(self.decision.mode, offer.terms.rows, now.date(), request.person, listed=listed)
        one = self.decision.mode is Mode.LOOKUP
        if one:
            narrow(source, dataset, offer.standard, wanted)
        told = self.outlet.folder is not None
        names = rests_on(self.decision, offer.terms, table, request.person) if told else ()
        lost = unmapped(source, dataset, offer.standard, names)
        if not one:
            narrow(source, dataset, offer.standard, wanted)
        return lost

    def _opened(
        self, dataset: Dataset, theirs: Dataset | None, thirds: Sequence[Dataset]
    ) -> AbstractContextManager[Session]:  # fmt: skip
        """The sources, open: for what writes no file over a table in a database, in a session that is kept."""
        memory, place = f"{self.holder.memory_mb}MB", place_of(dataset, "held_data")
        seconds = self.holder.query_seconds
        if isinstance(place, DatabaseTable) and self.asked.match is None and self.outlet.folder is None:
            return standing(place, memory=memory, seconds=seconds)
        places = [place]
        if theirs is not None:
            places.append(place_of(theirs, "listed_data"))
        elif self.asked.match is not None:
            places.append(File(self.asked.match, "listed_data"))
        places += [place_of(each, f"third_data_{place}") for place, each in enumerate(thirds)]
        return open_sources(*places, output=self.outlet.folder, memory=memory, seconds=seconds)

    def _list(self, folders: Sequence[Path]) -> Dataset | None:
        """The recipient's own list, where one came with the request."""
        if self.asked.match is None or self.asked.match_dataset is None:
            return None
        return dataset_from(self.asked.match_dataset, self.asked.match, folders)

    def _encoding_key(self, rows: FileSource) -> EncodingKey:
        """The key by which an encoded list was made; raises `ListRefused` where it was made by another."""
        secret = read_secret(node_secret(self.holder.home, self.decision.agreement_id))
        about = {
            "agreement": self.decision.agreement,
            "share": self.decision.share,
            "recipient": self.decision.recipient,
        }
        return encoding_key(secret, **about, made=check_encoded(rows, secret, about))

    def _plan(
        self, table: Table, listed: Table | None, now: datetime, encoded: tuple[str, EncodingKey] | None,
        thirds: Sequence[Third],
    ) -> Plan:  # fmt: skip
        request = self.asked.request
        return plan(
            self.decision,
            self.prepared.offers[self.decision.share].terms,
            table,
            key=pseudonym_key(self.holder.master_key, self.decision.agreement_id, request.recipient),
            today=now.date(),
            person=request.person,
            listed=listed,
            encoded=encoded,
            binary=self.outlet.binary,
            settled=self._settled() if self.asked.match is not None else (),
            model=self._model() if listed is not None else None,
            thirds=thirds,
        )

    def _reviewed(self, made: Plan, table: Table, now: datetime, intent: int) -> Plan:
        """The plan of a match with how people look at it; nobody can look at one by encodings."""
        if self.asked.match is None or made.bound:
            return made
        how = self.prepared.offers[self.decision.share].terms.match or Matching()
        model = made.linkage.model.digest if made.linkage else ""
        review = Reviewing(
            sample=how.sample,
            key=drawing_key(self.holder.master_key, intent),
            groups=groups_of(table.standard, table.filled, how.groups, now.date()),
            decided=decided_before(self.holder, self._scope, model),
        )
        return replace(made, review=review)

    def _model(self) -> LinkModel | None:
        """The model by which the share says that people are matched, under this organisation's own signature."""
        how = self.prepared.offers[self.decision.share].terms.match
        if how is None or how.method != "model":
            return None
        home, keys = self.holder.home, self.holder.member_keys[self.holder.organisation]
        return read_signed(home, how.model or newest(home, self.decision.share, keys), keys)

    def _thirds(self, folders: Sequence[Path]) -> list[Tie]:
        """The organisation's further datasets by which the share says that records are tied, each with its models."""
        how = self.prepared.offers[self.decision.share].terms.match
        if self.asked.match_dataset is None or how is None:
            return []
        return [Tie.of(self.holder, self.decision.share, id_, place, folders) for place, id_ in enumerate(how.through)]

    def _settled(self) -> tuple[Settled, ...]:
        """What people decided of pairs that matches for this recipient held under this agreement's share."""
        known = decided(self.holder.ledger, self._scope)
        return tuple(Settled(each.listed, each.held, TIERS.get(each.rule, -1), each.same) for each in known)

    @property
    def _scope(self) -> Scope:
        """Where decisions on its pairs hold."""
        return Scope(self.decision.agreement_id, self.decision.share, self.decision.recipient)

    def _list_too_long(self, listed: FileSource) -> Reason | None:
        """A list longer than one request may be asks too much, however few of it are found."""
        limit = self.prepared.offers[self.decision.share].terms.limits.records_per_request
        if limit is None:
            return None
        many = listed.measure(f"select count(*) from {listed.relation}")[0][0]  # noqa: S608 (a quoted name of ours)
        if many <= limit:
            return None
        place = f"shares.{self.decision.share}.limits.records_per_request"
        text = f"the list holds {many:,} people, and one request may hold {limit:,}"
        return Reason(Code.LIMIT_REQUEST_TOO_LARGE, False, place, text, "send a shorter list")

    def _too_large(self, count: int) -> Reason | None:
        limit = self.prepared.offers[self.decision.share].terms.limits.records_per_request
        if limit is None or count <= limit:
            return None
        place = f"shares.{self.decision.share}.limits.records_per_request"
        text = f"the answer would hold more records than the limit of {limit:,}"
        return Reason(Code.LIMIT_REQUEST_TOO_LARGE, False, place, text, "ask for fewer")

    def _last(self, outcome: Outcome, now: datetime) -> Also:
        """What must hold, and be kept, in the very commit in which the answer is logged as released.

        The day's sum already holds this answer, and those of all who were logged before it, in any process.
        """
        also = self.outlet.also(EntryType.DISCLOSURE_RELEASED, outcome)
        limit, day = self.prepared.offers[self.decision.share].day_limit, now.date().isoformat()

        def last(connection: Connection, index: int) -> None:
            if limit is not None and counted(connection, self.decision.agreement_id, self.decision.share, day) > limit:
                raise _OverLimit
            if self.asked.match is not None and broken_since(connection, outcome.intent or 0, index, self._scope):
                raise _Overtaken
            self._keep_doubtful(connection, outcome, now)
            if also is not None:
                also(connection, index)

        return last

    def _keep_doubtful(self, connection: Connection, outcome: Outcome, now: datetime) -> None:
        """What its match left in doubt is kept for a person exactly when its answer crosses."""
        match, intent = outcome.released.match, outcome.intent
        if match is not None and intent is not None:
            key = review_key(self.holder.master_key)
            keep_doubtful(connection, key, self._scope, match, intent=intent, now=now)

    def _day_reached(self, now: datetime) -> Reason:
        limit = self.prepared.offers[self.decision.share].day_limit
        used = self.holder.ledger.counted(self.decision.agreement_id, self.decision.share, now.date().isoformat())
        text = f"with {used:,} records crossed today, this answer would pass the limit of {limit:,}"
        remedy = "ask for fewer, ask again tomorrow, or agree a higher limit"
        place = f"shares.{self.decision.share}.limits.records_per_day"
        return Reason(Code.LIMIT_DAY_REACHED, False, place, text, remedy)

    def _refused(self, reason: Reason, intent: int, now: datetime) -> Outcome:
        decision = refused_after(self.decision, reason)
        outcome = Outcome(decision, -1, intent)
        also = self.outlet.also(EntryType.DISCLOSURE_REFUSED, outcome)
        facts: dict[str, Any] = {"intent": intent, "message": self.outlet.message, "also": also}
        try:
            index = log_refusal(self.holder, self.asked.request, self.prepared, decision, now, **facts)
        finally:
            self._forget(intent)
        return outcome.at(index)

    def _log(
        self, type_: EntryType, now: datetime, record: PrivateRecord | None = None, *, also: Also | None, **facts: Any
    ) -> int:
        told = entry(type_, now, self.decision, self.prepared, message=self.outlet.message, **facts)
        return self.holder.ledger.append(told, record, also=also)

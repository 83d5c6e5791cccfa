"""Asking another node for a set, watching it, receiving it and being done with it: the recipient's side."""

import json
import secrets
from collections.abc import Callable, Sequence, Set
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from sqlalchemy import Connection

from easement.base.canonical import sha256_hex
from easement.base.database import reading, writing
from easement.base.errors import BadData, ProofFailed, UsageError
from easement.base.sealed import derived_key, seal, unseal
from easement.exchange import bulk_tables as tables
from easement.exchange.bulk_body import MAX_BULK, MAX_LIST, BulkBody, FileSaid, ListSaid, SetBody
from easement.exchange.bulk_tables import Bulk, BulkState
from easement.exchange.duties import meet
from easement.exchange.encoded_list import as_agreed, list_said
from easement.exchange.incoming import TELL, decided_here, hold_entry, hold_words, owed, received_entry
from easement.exchange.jobs import bulk_request
from easement.exchange.message import NotGenuine
from easement.exchange.message_body import MAX_TOLD, read_body
from easement.exchange.message_carry import NoAnswer, Problem, WrongAnswer
from easement.exchange.model import Asker, Wish
from easement.exchange.ports import Host
from easement.exchange.seen import see
from easement.exchange.service import line_to
from easement.exchange.tables import add_duties
from easement.gate.encoding import listed_as
from easement.gate.entries import entry, who_record
from easement.gate.joined import given_by
from easement.gate.model import Decision
from easement.gate.plan import LIST_REFERENCE
from easement.gate.shelf import Shelved
from easement.ledger.model import Entry, EntryType, PrivateRecord, answer_part, minute
from easement.ledger.note import Key
from easement.ledger.verifier import Holds, check_receipt, parse_proof
from easement.linkage.quality_told import read_told

__all__ = ["Asked", "Profile", "ask_set", "chase", "delete", "hold_manifest", "listed", "look", "open_set"]

SETS = "/exchange/v1/sets"


class _Elsewhere(Exception):
    """Another process noted how it stands in the meantime."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What came of asking for a set: how it stands, and this side's own decision."""

    bulk: Bulk
    decision: Decision


@dataclass(frozen=True, slots=True)
class Profile:
    """What opens a set by Delta Sharing; `table` is what its clients call it. The token is a secret."""

    endpoint: str
    token: str
    expires: datetime
    table: str

    def as_dict(self) -> dict[str, Any]:
        """The profile file as Delta Sharing's clients read it (version 1)."""
        expires = self.expires.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.0Z")
        return {
            "shareCredentialsVersion": 1,
            "endpoint": self.endpoint,
            "bearerToken": self.token,
            "expirationTime": expires,
        }


def listed(data: Path, mapping: Path | None = None) -> ListSaid:
    """The recipient's own list and its mapping, as they are sent; a list of encodings has none.

    Raises `BadData` for what cannot be sent.
    """
    try:
        said, words = data.read_bytes(), mapping.read_text() if mapping else ""
        if len(said) > MAX_LIST:
            raise BadData(f"the list is longer than {MAX_LIST:,} bytes", where=str(data), remedy="send it in parts")
        return list_said(said, data.suffix.lower(), words)
    except OSError as error:
        what = f"cannot be read: {error.strerror}"
        raise BadData(f"`{error.filename}` {what}", remedy="name a list and its mapping") from error
    except (ValidationError, UnicodeDecodeError):
        remedy = (
            "send .csv, .tsv, .json, .jsonl, .parquet or .xlsx and a mapping in YAML, or encodings as .csv or .parquet"
        )
        raise BadData("this is not a list that can be sent", where=str(data), remedy=remedy) from None


def ask_set(host: Host, wish: Wish, asker: Asker, now: datetime, with_list: ListSaid | None = None) -> Asked:
    """Ask a provider for a set. A refusal here is an outcome and is logged; whether it reached the provider is noted.

    Where the share takes encodings, a list of names becomes one here, or never leaves. Raises `UsageError` for a wish
    that fits no agreement known here.
    """
    now = now.astimezone(UTC)
    shelved, body = _written(host, wish, asker, now, with_list)
    request = bulk_request(body, host.organisation)
    decision = decided_here(shelved, request, training=asker.training, consented=wish.consented, now=now)
    if body.list is not None and decision.allowed:
        decision = listed_as(decision, shelved.prepared, encoded=body.list.encoded)
    at = int(now.timestamp())
    made = Bulk(
        message=body.message,
        provider=wish.provider,
        agreement=body.agreement,
        agreement_id=shelved.prepared.id,
        share=wish.share,
        mode=wish.mode.value,
        state=BulkState.ASKED,
        since=at,
        changed=at,
        sealed=seal(_key(host), body.encode(), body.message.encode()),
    )
    if not decision.allowed:
        return Asked(_refuse_here(host, made, shelved, body, decision, now), decision)
    with writing(host.engine) as connection:
        tables.add_bulk(connection, made)
    try:
        return Asked(look(host, made.message, now), decision)
    except NoAnswer as error:
        return Asked(_noted(host, made, problem=error.what, changed=at), decision)


def _written(
    host: Host, wish: Wish, asker: Asker, now: datetime, with_list: ListSaid | None
) -> tuple[Shelved, BulkBody]:
    shelved = host.shelf.get(wish.agreement, now.date())
    offer = shelved.prepared.offers.get(wish.share)
    if offer is not None and wish.provider not in {offer.provider, *offer.givers}:
        what = f"`{wish.share}` is given by `{offer.provider}`, not by `{wish.provider}`"
        raise UsageError(what, remedy=f"ask `{offer.provider}`")
    shelved = replace(shelved, prepared=given_by(shelved.prepared, wish.share, wish.provider))
    with_list = as_agreed(host, shelved.prepared, wish.share, with_list)
    try:
        return shelved, BulkBody(
            message=secrets.token_hex(16),
            to=wish.provider,
            agreement=shelved.prepared.digest,
            share=wish.share,
            purpose=wish.purpose,
            mode=wish.mode,
            role=wish.role,
            fields=wish.fields,
            asked_by=asker.id,
            why=wish.why,
            training=tuple(sorted(asker.training)),
            consented=wish.consented,
            list=with_list,
        )
    except ValidationError as error:
        wrong = ", ".join(sorted({str(each["loc"][0]) for each in error.errors(include_input=False)}))
        remedy = "a set is asked for in bulk or by match; codes and names are short and plain"
        raise UsageError(f"this cannot be asked for as a set: {wrong}", remedy=remedy) from None


def _key(host: Host) -> bytes:
    return derived_key(host.master_key, "exchange bulk")


def _body(host: Host, seen: Bulk) -> BulkBody:
    return read_body(BulkBody, unseal(_key(host), seen.sealed, seen.message.encode()), MAX_BULK)


def _who(host: Host, body: BulkBody, shelved: Shelved) -> dict[str, Any]:
    return who_record(bulk_request(body, host.organisation), host.master_key, shelved.prepared)


def _refuse_here(host: Host, made: Bulk, shelved: Shelved, body: BulkBody, decision: Decision, now: datetime) -> Bulk:
    reasons = tuple(reason.code.value for reason in decision.unmet)
    told = entry(EntryType.REQUEST_REFUSED, now, decision, shelved.prepared, reasons=reasons)
    index = host.ledger.append(told, PrivateRecord({"who": _who(host, body, shelved)}))
    problem = "; ".join(reason.text for reason in decision.unmet)
    refused = replace(made, state=BulkState.REFUSED, entry=index, problem=problem, sealed=b"")
    with writing(host.engine) as connection:
        tables.add_bulk(connection, refused)
    return refused


def _noted(host: Host, seen: Bulk, **said: Any) -> Bulk:
    with writing(host.engine) as connection:
        tables.change_bulk(connection, seen, **said)
    return _kept(host, seen.message)


def _kept(host: Host, message: str) -> Bulk:
    with reading(host.engine) as connection:
        found = tables.bulk(connection, message)
    if found is None:
        raise UsageError(f"no set was asked for as `{message}`", remedy="see which were: easement bulk list")
    return found


def look(host: Host, message: str, now: datetime) -> Bulk:
    """Ask the provider how it stands with a set; one that is ready is received: its receipt held, and logged.

    Raises `NoAnswer` where the provider does not answer, and `WrongAnswer` for an answer that does not fit.
    """
    now, seen = now.astimezone(UTC), _kept(host, message)
    if seen.state.ended:
        return seen
    line = line_to(host, seen.provider, now)
    asked = seen.state is BulkState.ASKED
    said = line.ask("POST", SETS, _body(host, seen).encode()) if asked else line.ask("GET", f"{SETS}/{message}")
    try:
        told = read_body(SetBody, said, MAX_TOLD)
        if told.message != message:
            raise ProofFailed("it is of another message", remedy=TELL)
        return _taken(host, seen, told, line.directory.member(seen.provider).log_keys, line.now)
    except NotGenuine as error:
        raise WrongAnswer(f"what `{seen.provider}` answers cannot be read: {error.what}", remedy=TELL) from None
    except ProofFailed as error:
        what = f"the answer of `{seen.provider}` does not hold: {error.what}"
        raise WrongAnswer(what, remedy=error.remedy or TELL) from error


def _taken(host: Host, seen: Bulk, told: SetBody, log: Sequence[Key], now: datetime) -> Bulk:
    at = int(now.timestamp())
    if told.state in ("waiting", "running"):
        return _noted(host, seen, state=BulkState(told.state), rows=told.rows, changed=at, problem="")
    if told.state == "ready":
        return _received(host, seen, told, log, now)
    return _refused(host, seen, told, now)


def _refused(host: Host, seen: Bulk, told: SetBody, now: datetime) -> Bulk:
    """Log a refusal or a failure at the provider on this side too."""
    unmet = told.decision.unmet if told.decision else ()
    reasons = tuple(reason.code.value for reason in unmet) or ("request.failed",)
    state = BulkState.REFUSED if told.state == "refused" else BulkState.FAILED
    shelved = host.shelf.get(seen.agreement, now.date())
    said = Entry(
        time=minute(now),
        type=EntryType.REQUEST_REFUSED,
        parties={"provider": seen.provider, "recipient": host.organisation},
        agreement=seen.agreement,
        agreement_id=seen.agreement_id,
        version=shelved.prepared.version,
        share=seen.share,
        mode=seen.mode,
        message=seen.message,
        peer_entry=told.entry,
        reasons=reasons,
    )
    problem = "; ".join(reason.text for reason in unmet) or told.problem
    facts = {"state": state, "problem": problem, "peer_entry": told.entry, "changed": int(now.timestamp())}
    record = PrivateRecord({"who": _who(host, _body(host, seen), shelved)})
    return _logged(host, seen, said, record, facts)


def _logged(
    host: Host,
    seen: Bulk,
    said: Entry,
    record: PrivateRecord | None,
    facts: dict[str, Any],
    more: Callable[[Connection, int], None] = lambda connection, index: None,
) -> Bulk:
    """Write an entry and how the set stands now in one commit; where somebody else was quicker, theirs stands."""

    def also(connection: Connection, index: int) -> None:
        if not tables.change_bulk(connection, seen, **facts, entry=index):
            raise _Elsewhere
        more(connection, index)

    with suppress(_Elsewhere):
        host.ledger.append(said, record, also=also)
    return _kept(host, seen.message)


def _received(host: Host, seen: Bulk, told: SetBody, log: Sequence[Key], now: datetime) -> Bulk:
    """Hold the receipt against the question and the manifest, then log what came, and start its duties' clocks."""
    shelved, body = host.shelf.get(seen.agreement, now.date()), _body(host, seen)
    holds = check_receipt(told.receipt, log, sha256_hex(told.manifest.encode()))
    _hold(host, seen, told, holds, shelved, body)
    said = holds.answer
    linkage = read_told(said["linkage"]).as_dict() if "linkage" in said else None
    opened = answer_part(query=said["query"], data=said["data"], rows=said["rows"], linkage=linkage)
    record = PrivateRecord({"who": _who(host, body, shelved), "answer": opened})
    checkpoint = parse_proof(told.receipt).checkpoint
    facts = {
        "state": BulkState.RECEIVED,
        "rows": holds.entry["count"],
        "peer_entry": holds.index,
        "manifest": told.manifest,
        "receipt": told.receipt,
        "changed": int(now.timestamp()),
        "problem": "",
    }

    def more(connection: Connection, index: int) -> None:
        add_duties(connection, owed(index, seen.provider, seen.agreement_id, shelved.prepared.duties, now))
        see(connection, seen.provider, checkpoint)

    return _logged(host, seen, received_entry(holds, seen.message, now), record, facts, more)


def _hold(host: Host, seen: Bulk, told: SetBody, holds: Holds, shelved: Shelved, body: BulkBody) -> None:
    agreement = shelved.prepared
    offer = agreement.offers[seen.share]
    said = {
        "type": EntryType.DISCLOSURE_RELEASED.value,
        "parties": {"provider": seen.provider, "recipient": host.organisation},
        "agreement": seen.agreement,
        "agreement_id": agreement.id,
        "version": agreement.version,
        "share": seen.share,
        "purpose": body.purpose,
        "mode": seen.mode,
        "message": seen.message,
        "risk": agreement.duties.risk_after_disclosure,
    }
    hold_entry(holds.entry, said)
    hold_words(holds.entry, agreement, seen.share, {"provider": seen.provider, "recipient": host.organisation})
    agreed = {name: form.written for name, form in offer.forms[body.mode].items()}
    if not holds.entry["fields"].items() <= agreed.items() or holds.index != told.entry:
        raise ProofFailed("it holds what was not agreed, or in another form", remedy=TELL)
    hold_manifest(told.manifest, holds, {*holds.entry["fields"], LIST_REFERENCE})


def hold_manifest(manifest: str, holds: Holds, names: Set[str]) -> None:
    """The set's columns are those that the entry names, and its files hold as many records as the receipt says."""
    try:
        said = json.loads(manifest)
        columns = {field["name"] for field in json.loads(said["schema"])["fields"]}
        rows = sum(FileSaid.model_validate(each).rows for each in said["files"])
    except (ValueError, KeyError, TypeError):
        raise ProofFailed("its manifest cannot be read", remedy=TELL) from None
    if not columns <= names:
        raise ProofFailed("it holds columns that were not agreed", remedy=TELL)
    if rows != holds.entry["count"]:
        raise ProofFailed("its files hold another number of records than the receipt says", remedy=TELL)


def open_set(host: Host, message: str, now: datetime) -> Profile:
    """A new token for a set that was received; tokens for it that were had before end.

    Raises `WrongAnswer` where the provider names another address than the directory has.
    """
    seen = _kept(host, message)
    if seen.state is not BulkState.RECEIVED:
        raise UsageError(f"the set is {seen.state.value}", remedy=f"see how it stands: easement bulk status {message}")
    line = line_to(host, seen.provider, now)
    told = read_body(SetBody, line.ask("POST", f"{SETS}/{message}/token"), MAX_TOLD)
    if told.endpoint != f"{line.url}/delta":  # wherever else it led, this node or a person's program would go there
        raise WrongAnswer(f"`{seen.provider}` names an address that is not its own", remedy=TELL)
    table = f"{seen.agreement_id}.{seen.provider}.{seen.share}"
    return Profile(told.endpoint, told.token, datetime.fromtimestamp(told.expires, UTC), table)


def delete(host: Host, message: str, now: datetime) -> Bulk:
    """Log that what came is deleted, which ends the duty, and certify it to the provider, now or when it answers."""
    seen = _kept(host, message)
    if seen.entry is None or seen.state not in (BulkState.RECEIVED, BulkState.DELETED):
        raise UsageError(f"the set is {seen.state.value}: there is nothing to delete", remedy="see: easement bulk list")
    meet(host, seen.entry, now)
    return _kept(host, message)


YOUNG = timedelta(hours=1)
"""How long a set is looked after every few seconds: most are made within minutes."""


def chase(host: Host, now: datetime, *, young: bool = False) -> int:
    """Look after every set that has not ended, or only after those asked for of late; how many moved on.

    A provider that does not answer is asked about one of its sets alone, so that it holds up no other.
    """
    since = int((now - YOUNG).timestamp()) if young else 0
    with reading(host.engine) as connection:
        open_ones = tables.bulks(connection, states=[s for s in BulkState if not s.ended])
    moved, silent = 0, set[str]()
    for each in open_ones:
        if each.since < since or each.provider in silent:
            continue
        try:
            moved += look(host, each.message, now).state is not each.state
        except (Problem, WrongAnswer, UsageError):  # it speaks, if only of this set
            continue
        except NoAnswer:
            silent.add(each.provider)
    return moved

"""The joint audit (R5.2): this log and another organisation's, compared entry by entry, each with its proof."""

from collections.abc import Iterator
from datetime import datetime

from easement.base.database import reading, writing
from easement.base.errors import ProofFailed
from easement.exchange.compared import Comparison, compare
from easement.exchange.compared_parts import HERE, THERE, Held
from easement.exchange.concern import about_message, concerning
from easement.exchange.message import NotGenuine
from easement.exchange.message_body import MAX_TOLD, EntriesBody, EntryBody, read_body
from easement.exchange.message_carry import Line, Problem, WrongAnswer
from easement.exchange.ports import Host
from easement.exchange.seen import FORKED, last_seen, see
from easement.exchange.service import line_to
from easement.exchange.under_way import under_way
from easement.ledger.checkpoint import Checkpoint, verified_checkpoint
from easement.ledger.model import Entry, EntryType
from easement.ledger.tree import leaf_hash, verify_consistency, verify_inclusion

__all__ = ["audit"]

ENTRIES = "/exchange/v1/entries"

PAGE = 4_096
"""Entries of our own looked up at once."""

MOST_SINGLY = 1_000
"""Most entries of theirs asked for one by one: they are refusals that name no party, and few."""


def audit(host: Host, organisation: str, *, now: datetime) -> Comparison:
    """Compare the entries that concern the other side, there and here, by message.

    Raises `ProofFailed` for a log that forked, was rolled back or does not prove what it shows, and `NoAnswer` where
    the other node cannot be asked.
    """
    line, own_size = line_to(host, organisation, now), host.ledger.size
    theirs, waiting, checkpoint = _theirs(host, line)
    with reading(host.engine) as connection:  # before our entries: what is received meanwhile is in one of the two
        waiting |= under_way(connection, organisation)
    ours = _ours(host, organisation, theirs)
    theirs += _left_out(line, checkpoint, ours, theirs)
    in_hand = frozenset(waiting | _fresh(ours, own_size, checkpoint.size))
    counts, differences = compare(ours, theirs, in_hand=in_hand)
    return Comparison(organisation, checkpoint.origin, checkpoint.size, counts, differences)


def _theirs(host: Host, line: Line) -> tuple[list[Held], set[str], Checkpoint]:
    """All that the other side shows, proved entry by entry under one checkpoint that goes on from the last one seen."""
    logs = line.directory.member(line.organisation).log_keys
    with reading(host.engine) as connection:
        seen = last_seen(connection, line.organisation, logs[0].name)
    known = seen[0].size if seen else 0
    first = _page(line, start=0, size=0, known=known)
    checkpoint = verified_checkpoint(first.checkpoint, logs)
    _hold_on(seen[0] if seen else None, first, checkpoint)
    with writing(host.engine) as connection:
        see(connection, line.organisation, first.checkpoint)
    found, waiting, page = list(_proved(first, checkpoint, 0)), set(first.waiting), first
    while page.next < checkpoint.size:
        start = page.next
        page = _page(line, start=start, size=checkpoint.size, known=0)
        if verified_checkpoint(page.checkpoint, logs) != checkpoint or page.next <= start:
            raise WrongAnswer(f"`{line.organisation}` shows its log under another checkpoint", remedy=FORKED)
        found += _proved(page, checkpoint, start)
        waiting |= set(page.waiting)
    return found, waiting, checkpoint


def _page(line: Line, *, start: int, size: int, known: int) -> EntriesBody:
    try:
        said = line.anew().ask("GET", f"{ENTRIES}?start={start}&size={size}&known={known}")
        return read_body(EntriesBody, said, MAX_TOLD)
    except NotGenuine as error:
        raise WrongAnswer(f"what `{line.organisation}` shows cannot be read: {error.what}", remedy=FORKED) from None


def _hold_on(seen: Checkpoint | None, page: EntriesBody, checkpoint: Checkpoint) -> None:
    """The log goes on from what was seen of it; raises `ProofFailed` where it forked or went back."""
    if seen is None:
        return
    if checkpoint.size < seen.size:
        what = f"the log `{checkpoint.origin}` showed {seen.size} entries before, and now {checkpoint.size}"
        raise ProofFailed(f"{what}: it was rolled back", remedy=FORKED)
    proof = [bytes.fromhex(each) for each in page.consistency]
    try:
        verify_consistency(seen.size, checkpoint.size, proof, seen.root, checkpoint.root)
    except ProofFailed as error:
        what = f"the log `{checkpoint.origin}` does not go on from what it showed before: it forked"
        raise ProofFailed(what, remedy=FORKED) from error


def _proved(page: EntriesBody, checkpoint: Checkpoint, start: int) -> Iterator[Held]:
    """The entries of a page, in order and each in the log."""
    at = start
    for each in page.entries:
        if each.index < at:
            raise WrongAnswer("the entries shown are not in order", remedy=FORKED)
        at = each.index + 1
        yield _held(each, checkpoint)


def _held(each: EntryBody, checkpoint: Checkpoint) -> Held:
    body, hashes = each.entry.encode(), [bytes.fromhex(one) for one in each.proof]
    verify_inclusion(leaf_hash(body), each.index, checkpoint.size, hashes, checkpoint.root)
    return Held(THERE, each.index, Entry.parse(body))


def _ours(host: Host, organisation: str, theirs: list[Held]) -> list[Held]:
    """Our own entries that concern the other side, those that name no party but a message of theirs among them."""
    indexes, start = set(), 0
    while page := concerning(host, organisation, start, host.ledger.size, PAGE):
        indexes |= {each.entry for each in page}
        start = page[-1].entry + 1
    for held in theirs:
        if held.entry.type is EntryType.REQUEST_REFUSED and held.entry.message:
            indexes |= {each.entry for each in about_message(host, organisation, held.entry.message)}
    return [Held(HERE, each.index, each.entry) for each in host.ledger.chosen(indexes)]


def _left_out(line: Line, checkpoint: Checkpoint, ours: list[Held], theirs: list[Held]) -> list[Held]:
    """Entries of theirs that name no party, asked for by the message and the index that our own entry has of them."""
    known = {held.entry.message for held in theirs}
    wanted = [held for held in ours if held.entry.message not in known and held.entry.peer_entry is not None]
    return [found for held in wanted[:MOST_SINGLY] if (found := _one(line, checkpoint, held)) is not None]


def _one(line: Line, checkpoint: Checkpoint, held: Held) -> Held | None:
    if held.entry.peer_entry is None or held.entry.peer_entry >= checkpoint.size:
        return None
    try:
        place = f"{ENTRIES}/{held.entry.peer_entry}?of={held.entry.message}&size={checkpoint.size}"
        page = read_body(EntriesBody, line.anew().ask("GET", place), MAX_TOLD)
    except Problem:
        return None
    except NotGenuine as error:
        raise WrongAnswer(f"what `{line.organisation}` shows cannot be read: {error.what}", remedy=FORKED) from None
    return next(_proved(page, checkpoint, 0), None)


def _fresh(ours: list[Held], own_size: int, their_size: int) -> set[str]:
    """What was under way while the logs were read: newer on one side than what was read of the other.

    Messages, and for what is wrong with one of them the id of that.
    """
    return {
        held.entry.concern or held.entry.message
        for held in ours
        if held.entry.message
        and (held.index >= own_size or (held.entry.peer_entry is not None and held.entry.peer_entry >= their_size))
    }

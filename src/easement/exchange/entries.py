"""What another node may see of this node's log: the entries that concern it, each with its proof."""

import re
from collections.abc import Sequence

from easement.base.database import reading
from easement.exchange.answering import Arrived, Clock, NotTaken
from easement.exchange.concern import about_message, concerning
from easement.exchange.message import Fault, Genuine, NotGenuine
from easement.exchange.message_body import MAX_PAGE, EntriesBody, EntryBody
from easement.exchange.ports import Host
from easement.exchange.under_way import under_way
from easement.ledger.verifier import parse_proof

__all__ = ["one", "page"]

_PAGE = re.compile(r"[^?]*\?start=(\d{1,15})&size=(\d{1,15})&known=(\d{1,15})")
_ONE = re.compile(r"[^?]*/(\d{1,15})\?of=([0-9a-f]{32})&size=(\d{1,15})")


def page(host: Host, genuine: Genuine, arrived: Arrived, _clock: Clock) -> bytes:
    """A page of the entries that concern the sender, from `start`, under the checkpoint of `size` (0: the newest)."""
    start, size, known = map(int, _asked(_PAGE, arrived))
    with reading(host.engine) as connection:  # before the checkpoint: what is received meanwhile is in one of the two
        waiting = tuple(sorted(under_way(connection, genuine.key.name)))
    size = _published(host, size)
    found = concerning(host, genuine.key.name, start, size, MAX_PAGE)
    return EntriesBody(
        checkpoint=_checkpoint(host, size),
        consistency=tuple(each.hex() for each in host.ledger.consistency(known, size)) if 0 < known <= size else (),
        entries=_entries(host, [each.entry for each in found], size),
        next=found[-1].entry + 1 if len(found) == MAX_PAGE else size,
        waiting=waiting,
    ).encode()


def one(host: Host, genuine: Genuine, arrived: Arrived, _clock: Clock) -> bytes:
    """One entry, to who knows the id of the message that it is about."""
    index, message, size = _asked(_ONE, arrived)
    published = _published(host, int(size))
    at = int(index)
    known = [each.entry for each in about_message(host, genuine.key.name, message)]
    if at not in known or at >= published:
        raise NotTaken(404, "entry.unknown", "there is no such entry about this message", "compare the logs anew")
    return EntriesBody(
        checkpoint=_checkpoint(host, published),
        consistency=(),
        entries=_entries(host, [at], published),
        next=published,
        waiting=(),
    ).encode()


def _asked(pattern: re.Pattern[str], arrived: Arrived) -> tuple[str, ...]:
    found = pattern.fullmatch(arrived.target)
    if found is None or arrived.body:
        raise NotGenuine(Fault.MALFORMED, "the address is not in the form agreed", "ask as the protocol says")
    return found.groups()


def _published(host: Host, size: int) -> int:
    """The size asked for, or the newest; raises `NotTaken` for more than there is."""
    newest = host.ledger.checkpoint().size
    if size > newest:
        what = f"this log has {newest} entries, and {size} were asked for"
        raise NotTaken(409, "log.shorter", what, "it may have been restored from an old copy: tell its owner")
    return size or newest


def _checkpoint(host: Host, size: int) -> str:
    """The signed checkpoint of a size: the same tree always has the same."""
    return parse_proof(host.ledger.prove(0, size)).checkpoint


def _entries(host: Host, indexes: Sequence[int], size: int) -> tuple[EntryBody, ...]:
    proofs = host.ledger.inclusion(indexes, size)
    return tuple(
        EntryBody(index=each.index, entry=each.body.decode(), proof=tuple(one.hex() for one in proofs[each.index]))
        for each in host.ledger.chosen(indexes)
    )

"""Events as they travel: a C2SP signed note around one event's canonical JSON, signed by its author's key. Pure.

    easement-event/1
    {"at":"2026-11-22T09:00:00Z","author":"northtown",…}

    — northtown Zx/WUZbHxkar…

The event names the one before by its digest, so that whoever holds the last one can tell that nothing was changed.
"""

from collections.abc import Iterable, Mapping

from easement.agreement.signing import signed_by, signing_text
from easement.base.errors import ProofFailed
from easement.exchange.message import NotGenuine
from easement.exchange.message_body import read_body
from easement.ledger.note import Key, Signer, parse, sign_text, verify
from easement.permission.model import MAX_EVENT, Event
from easement.permission.texts import file_of

__all__ = ["HEAD", "event_in", "holds_line", "line_of", "note_of", "opened", "signatures_of"]

HEAD = "easement-event/1"
"""The note's first line, so that no signature made for another use can stand for this one."""

Keys = Mapping[str, tuple[Key, ...]]
"""The public keys of each organisation."""


def note_of(event: Event, signer: Signer) -> str:
    """An event as its author signs it."""
    return sign_text(f"{HEAD}\n{event.encode().decode()}\n", [signer])


def event_in(note: str) -> Event:
    """The event in a note, whoever signed it; raises `ProofFailed` where there is none."""
    lines = parse(note).text.split("\n")
    if len(lines) != 3 or lines[0] != HEAD:
        raise ProofFailed("this is not an event of a proposal", remedy="send the note as its author signed it")
    try:
        return read_body(Event, lines[1].encode(), MAX_EVENT)
    except NotGenuine as error:
        raise ProofFailed(f"this event cannot be read: {error.what}", remedy=error.remedy) from None


def opened(note: str, keys: Keys) -> Event:
    """The event in a note that its author signed; raises `ProofFailed` for any other."""
    event = event_in(note)
    known = keys.get(event.author, ())
    if not known:
        remedy = "it must be a member of the cluster, or its key in `members/`"
        raise ProofFailed(f"the key of `{event.author}` is not known here", remedy=remedy)
    verify(note, known)
    return event


def line_of(source: str, signer: Signer) -> str:
    """What an organisation's key says to the text of an agreement, as a line of its signatures, without the name."""
    note = sign_text(signing_text(file_of(source)), [signer])
    return note.rstrip("\n").rsplit("\n", 1)[1].split(" ")[2]


def signatures_of(source: str, lines: Mapping[str, str]) -> str:
    """The note of signatures that stands beside an agreement, with the line of each organisation."""
    signed = "".join(f"— {name} {line}\n" for name, line in sorted(lines.items()))
    return f"{signing_text(file_of(source))}\n{signed}"


def holds_line(source: str, organisation: str, line: str, keys: Iterable[Key]) -> bool:
    """Whether an organisation signed the text of an agreement."""
    try:
        found = signed_by(file_of(source), signatures_of(source, {organisation: line}), keys)
    except ProofFailed:
        return False
    return organisation in found.parties | found.joined | set(found.strangers)

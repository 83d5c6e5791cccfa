"""The feed of what changed on the register (Atom, RFC 4287). Pure.

Each item is an entry of the ledger, so it never changes and its id is that entry's place in the log.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from xml.etree.ElementTree import Element, SubElement, register_namespace, tostring

from easement.base.moments import instant_text
from easement.ledger.model import EntryType
from easement.register.counting import Event

__all__ = ["FED", "Item", "atom"]

ATOM = "http://www.w3.org/2005/Atom"

FED: Mapping[str, str] = {
    EntryType.VERSION_SIGNED: "signed",
    EntryType.VERSION_JOINED: "joined by another organisation",
    EntryType.VERSION_SUSPENDED: "suspended",
    EntryType.VERSION_RESUMED: "taken up again",
    EntryType.VERSION_REVIEWED: "reviewed",
    EntryType.VERSION_ENDED: "ended",
    EntryType.ENTRY_REDACTED: "something was left out of its entry, or is shown again",
    EntryType.CONCERN_RAISED: "a concern was raised",
    EntryType.CONCERN_ANSWERED: "a concern was answered",
}
"""What the feed tells of, in words."""


@dataclass(frozen=True, slots=True)
class Item:
    """One change: the ledger's entry, and the title of the agreement that it is about."""

    event: Event
    title: str


def atom(items: Iterable[Item], *, organisation: str, name: str, origin: str, address: str) -> bytes:
    """The feed, the newest first; `origin` is the log's name and `address` the node's."""
    register_namespace("", ATOM)
    feed = Element(f"{{{ATOM}}}feed", {"{http://www.w3.org/XML/1998/namespace}lang": "en"})
    told = list(items)
    _text(feed, "id", f"urn:easement:{organisation}:register")
    _text(feed, "title", f"Data sharing register of {name}")
    _text(feed, "updated", _instant(told[0].event.time) if told else "1970-01-01T00:00:00Z")
    SubElement(feed, f"{{{ATOM}}}link", {"rel": "self", "href": f"{address}/register/feed.atom"})
    SubElement(feed, f"{{{ATOM}}}link", {"rel": "alternate", "href": f"{address}/register"})
    _text(SubElement(feed, f"{{{ATOM}}}author"), "name", name)
    for each in told:
        _entry(feed, each, origin, address)
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + tostring(feed, encoding="unicode").encode() + b"\n"


def _entry(feed: Element, item: Item, origin: str, address: str) -> None:
    event, entry = item.event, SubElement(feed, f"{{{ATOM}}}entry")
    version = f", version {event.version}" if event.version else ""
    page = f"{address}/register/agreements/{event.agreement_id}"
    link = f"{address}/register/concerns/{event.concern}" if event.concern else page
    _text(entry, "id", f"urn:easement:log:{origin}:{event.entry}")
    _text(entry, "title", f"{item.title}{version}: {FED[event.type]}")
    _text(entry, "updated", _instant(event.time))
    SubElement(entry, f"{{{ATOM}}}link", {"rel": "alternate", "href": link})
    SubElement(entry, f"{{{ATOM}}}category", {"term": event.type})


def _text(parent: Element, name: str, text: str) -> None:
    SubElement(parent, f"{{{ATOM}}}{name}").text = text


def _instant(minute: str) -> str:
    """A ledger's minute as RFC 3339 has it."""
    return instant_text(datetime.strptime(minute, "%Y-%m-%dT%H:%MZ").replace(tzinfo=UTC))

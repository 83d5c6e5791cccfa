"""Which disclosures rest on a wrong link, or gave a value that was put right. Found from the log, which knows nobody.

The private records hold keyed tokens of whom each lookup was about, and open what is kept of each match and set
(`gate.links`): the same tokens, and the recipient's own key of each record. So exactly those are named who were given
it, each by its own key. Where a match is older than that, or its file was lost, every match of the share for the same
recipient may rest on a link; whom it gave a value of is not known, and only counted.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any, NamedTuple

from easement.agreement.model import Mode
from easement.base.errors import ProofFailed, UsageError
from easement.exchange.correct_bodies import Through
from easement.exchange.ports import Host
from easement.gate.links import Given, Links, read_links, record_token
from easement.gate.subjects import subject_tokens, subjects_key
from easement.gate.token_columns import token_of
from easement.ledger.model import Entry, EntryType, Form, Logged
from easement.meaning.model import Standard

__all__ = ["Changed", "Pair", "Reached", "Span", "given_links", "reach_link", "reach_value", "through"]

_MATCHED = frozenset({Mode.MATCH.value, Mode.BULK.value})
LONGEST = 200
"""Longest key of a record that a message carries."""


class Pair(NamedTuple):
    """The two records of a link, by the recipient's own key and the provider's; empty for a lookup."""

    listed: str = ""
    held: str = ""


class Span(NamedTuple):
    """Entries from `start` to before `stop`."""

    start: int = 0
    stop: int | None = None


class Reached(NamedTuple):
    """A disclosure that is concerned, and the recipient's own key of the record, where it has one."""

    released: Logged
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Changed:
    """A value that was put right: which element (empty for the whole record) of whose record.

    `listed` is the recipient's own key, of a match; `person` names the person by elements, where that is known.
    """

    element: str = ""
    listed: str = field(default="", repr=False)
    person: Mapping[str, str] = field(default_factory=dict, repr=False)


def through(released: Entry) -> Through:
    """By what kind of link something was given; raises `UsageError` for counts, which are about nobody."""
    if released.mode == Mode.LOOKUP.value:
        return Through.LOOKUP
    if released.mode in _MATCHED:
        return Through.MATCH
    raise UsageError("this answer was a count, which links nobody", remedy="name the message of a lookup or a match")


def given_links(host: Host, found: Logged) -> Links | None:
    """What is kept of whose records a match gave; `None` where that is not known."""
    return read_links(host, found.entry.intent or 0, found.index)


def reach_link(host: Host, found: Logged, pair: Pair, on: date, span: Span = Span()) -> tuple[Reached, ...]:  # noqa: B008
    """Every disclosure of a span that rests on the link by which `found` was made, in order.

    What its recipient certified to be deleted is left out: there is nothing left to put right.
    """
    if through(found.entry) is Through.LOOKUP:
        alike = (Reached(each) for each in _same_person(host, found, on, span))
    else:
        alike = (Reached(each, pair.listed) for each in _same_pair(host, found, pair, on, span))
    return _kept(host, alike)


def _kept(host: Host, reached: Iterator[Reached]) -> tuple[Reached, ...]:
    gone = {each.entry.intent for each in host.ledger.entries(type=EntryType.DUTY_MET)}
    return tuple(each for each in reached if each.released.index not in gone)


def _alike(host: Host, found: Logged, on: date, span: Span) -> Iterator[Logged]:
    """What was released of the same kind of record, under whatever agreement."""

    @cache
    def standard_of(digest: str, share: str) -> str | None:
        known = _standard(host, digest, share, on)
        return known.ref if known else None

    def record(entry: Entry) -> str | None:
        return standard_of(entry.agreement or "", entry.share or "")

    kind = record(found.entry)
    for each in host.ledger.entries(span.start, span.stop, type=EntryType.DISCLOSURE_RELEASED):
        if each.index == found.index or record(each.entry) in (kind, None):
            yield each


def _standard(host: Host, digest: str, share: str, on: date) -> Standard | None:
    try:
        offer = host.shelf.get(digest, on).prepared.offers.get(share)
    except UsageError:
        return None
    return offer.standard if offer else None


# A link


def _same_pair(host: Host, found: Logged, pair: Pair, on: date, span: Span) -> Iterator[Logged]:
    """Everything that was given to the same recipient and holds the pair, or may."""
    token = record_token(host.master_key, pair.held)
    for each in _alike(host, found, on, span):
        said = each.entry
        if said.mode not in _MATCHED or said.parties != found.entry.parties:
            continue
        links = given_links(host, each)
        if links is None:
            known = (said.agreement_id, said.share) == (found.entry.agreement_id, found.entry.share)
        else:
            lasting = links.lasting or each.index == found.index
            known = lasting and any(row.reference == pair.listed for row in links.find([token]))
        if known:
            yield each


def _same_person(host: Host, found: Logged, on: date, span: Span) -> Iterator[Logged]:
    tokens = _subjects(host, found.index)
    for each in _alike(host, found, on, span):
        lookup = each.entry.mode == Mode.LOOKUP.value
        if each.index == found.index or (lookup and tokens & _subjects(host, each.index)):
            yield each


def _subjects(host: Host, index: int) -> frozenset[int]:
    """Whom a lookup was about, as tokens; none where its private record was erased."""
    try:
        who: Any = host.ledger.private(index)["who"].value()
        return frozenset(token_of(each) for each in who.get("subjects", ()))
    except (ProofFailed, KeyError):
        return frozenset()


# A value


def reach_value(host: Host, found: Logged, changed: Changed, on: date, span: Span = Span()) -> tuple[  # noqa: B008
    tuple[Reached, ...], int
]:  # fmt: skip
    """Every disclosure of a span that gave the value, in order, and how many may have that cannot be looked into.

    Of sets that are made anew again and again only the newest of each recipient's is named. Raises `UsageError` where
    it is not known whose value it is.
    """
    tokens, sure = _whose(host, found, changed, on)
    giving = [each for each in _alike(host, found, on, span) if _gave(each.entry, changed.element)]
    reached: dict[tuple[Any, ...], Reached] = {}
    unknown = 0
    for each in giving:
        said = each.entry
        if said.mode == Mode.LOOKUP.value:
            if each.index == found.index or tokens & _subjects(host, each.index):
                reached[(each.index,)] = Reached(each)
            continue
        links = given_links(host, each)
        if links is None and said.mode == Mode.BULK.value:  # a set holds everybody whom its share covers
            reached[(*sorted((said.parties or {}).items()), said.agreement_id, said.share)] = Reached(each)
        elif links is None:
            unknown += 1
        elif rows := [row for row in links.find(tokens) if not sure or row.sure & tokens]:
            reached[(each.index,)] = Reached(each, _references(rows))
    ordered = sorted(reached.values(), key=lambda one: one.released.index)
    return _kept(host, iter(ordered)), unknown


def _gave(said: Entry, element: str) -> bool:
    """Whether a disclosure gave this element of people's records."""
    people = said.mode in {Mode.LOOKUP.value, *_MATCHED} and said.form is not Form.ANONYMISED
    return people and (not element or element in (said.fields or {}))


def _references(rows: list[Given]) -> str:
    """The recipient's keys of the records, as far as a message holds them."""
    named = [each for each in dict.fromkeys(row.reference for row in rows) if len(each) <= LONGEST]
    joined = ", ".join(named)
    return joined if len(joined) <= LONGEST else named[0]


def _whose(host: Host, found: Logged, changed: Changed, on: date) -> tuple[frozenset[int], bool]:
    """The tokens of the person, and whether a number or a record tells them apart from namesakes.

    What one disclosure knows of them by number finds others that know them by name alone.
    """
    known = _standard(host, found.entry.agreement or "", found.entry.share or "", on)
    key = subjects_key(host.master_key)
    said = {token_of(each) for each in (subject_tokens(changed.person, known, key) if known else ())}
    given = (
        _listed(host, found, changed, said) if through(found.entry) is Through.MATCH else _subjects(host, found.index)
    )
    tokens = given | said if given & said or not given else set(given)  # who else they name is not theirs to name
    sure = False
    for each in _alike(host, found, on, Span()):
        links = given_links(host, each) if each.entry.mode in _MATCHED else None
        for row in links.find(tokens) if links is not None else ():
            if row.sure & tokens:
                sure = True
                tokens |= row.sure | ({row.names} if row.names is not None else set())
    return frozenset(tokens), sure


def _listed(host: Host, found: Logged, changed: Changed, said: Collection[int]) -> frozenset[int]:
    """The tokens of the record that the recipient knows by its own key, or of the person that it names."""
    links = given_links(host, found)
    if links is None:
        return frozenset()
    rows = list(links.find(reference=changed.listed)) if changed.listed else list(links.find(said))
    if not rows:
        what = f"nothing was given of a record `{changed.listed}` under this message"
        if not changed.listed and changed.person:
            what = "nothing was given of that person under this message"
        elif not changed.listed:
            what = "this answer was about many people, and it is not said whose value was wrong"
        raise UsageError(what, remedy="name the recipient's own key of the record: --listed-key KEY")
    return frozenset(token for row in rows for token in (*row.sure, *([row.names] if row.names is not None else [])))

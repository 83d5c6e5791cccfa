"""Asking for a picture: every source under its own agreement and share, all at once, each logged on both sides (R3.7).

Nothing of it is kept at the node that asks: what came is in the answer that is given back, and nowhere else. The
ledger keeps that it was asked and what kinds of things crossed; the provider keeps its sealed answer for as long as it
may be asked for again.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from easement.agreement.model import Mode
from easement.base.errors import UsageError
from easement.exchange.model import Asker, Wish
from easement.exchange.ports import Host
from easement.exchange.service import MOST_AT_ONCE, ask_each
from easement.gate.prepare import Offer, Prepared
from easement.gate.shelf import Shelved
from easement.picture.assemble import assemble
from easement.picture.model import Asked, Picture
from easement.picture.naming import parts_of, person_for

__all__ = ["MOST_PEOPLE", "Question", "Wanted", "entitled", "see"]

MOST_PEOPLE = 8
"""Most people in one picture: a family at one address, and no street of them."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """One source of a picture: a share of an agreement, who gives it, and the role in which it is asked for."""

    agreement: str
    share: str
    provider: str
    role: str

    @property
    def key(self) -> str:
        """How a source is named: `agreement/share`."""
        return f"{self.agreement}/{self.share}"


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked for: people, each named by parts such as `family_name` or `nino`; of whom; what for, and why."""

    people: tuple[Mapping[str, str], ...] = field(repr=False)
    sources: tuple[Wanted, ...]
    purpose: str
    why: str = field(default="", repr=False)
    consented: bool = False


def entitled(host: Host, roles: Mapping[str, Sequence[str]] | str, purpose: str, now: datetime) -> tuple[Wanted, ...]:
    """Every share that may be looked up for a purpose in some roles: by agreement, or one role under whatever has it.

    Agreements that are not in force are among them: the picture says that nothing came of them, and why.
    """
    found = []
    for shelved in _newest(host, now):
        agreement = shelved.prepared
        held = {roles} if isinstance(roles, str) else set(roles.get(agreement.id, ()))
        if agreement.purpose == purpose:
            found += [each for offer in agreement.offers.values() for each in _open(host, agreement, offer, held)]
    return tuple(found)


def _newest(host: Host, now: datetime) -> Iterator[Shelved]:
    for id_ in sorted({each.prepared.id for each in host.shelf.all(now.date())}):
        yield host.shelf.get(id_, now.date())


def _open(host: Host, agreement: Prepared, offer: Offer, held: set[str]) -> Iterator[Wanted]:
    """The share, once for each who gives it, where one of these roles may look it up."""
    roles = sorted(held & offer.entitled.get(host.organisation, frozenset()))
    if roles and host.organisation in offer.recipients and Mode.LOOKUP in offer.modes:
        for giver in sorted({offer.provider, *offer.givers} - {host.organisation}):
            yield Wanted(agreement.id, offer.id, giver, roles[0])


def see(host: Host, question: Question, asker: Asker, now: datetime) -> Picture:
    """Ask every source about everybody named, and put what came side by side; what did not come is in it, with why.

    Raises `UsageError` for nobody, for more people or questions than are asked at once, and for a part that no source
    knows people by.
    """
    now = now.astimezone(UTC)
    _check(question)
    asked = list(_questions(host, question, now))
    came = ask_each(host, [wish for _, wish, _ in asked], asker, now)
    told = [
        Asked(person, wish, answer, agreement)
        for (person, wish, agreement), answer in zip(asked, came, strict=True)
    ]  # fmt: skip
    return assemble(question.people, told, now)


def _check(question: Question) -> None:
    people, sources = len(question.people), len(question.sources)
    if not 0 < people <= MOST_PEOPLE or not all(question.people):
        what = f"a picture is of 1 to {MOST_PEOPLE} people, each named by something"
        raise UsageError(what, remedy="name each by an identifier, or by family name and date of birth")
    if not sources:
        raise UsageError("there is nobody to ask", remedy="name agreements in which you hold a role for this purpose")
    if people * sources > MOST_AT_ONCE:
        what = f"{people} people at {sources} sources are {people * sources} questions, and {MOST_AT_ONCE} go at once"
        raise UsageError(what, remedy="ask about fewer people, or fewer sources, at a time")


def _questions(host: Host, question: Question, now: datetime) -> Iterator[tuple[int, Wish, Prepared]]:
    """Every question about everybody; a part that one source cannot use is not told to it."""
    known: set[str] = set()
    found = []
    for wanted in question.sources:
        agreement = host.shelf.get(wanted.agreement, now.date()).prepared
        offer = agreement.offers.get(wanted.share)
        if offer is None:
            remedy = f"see what it shares: easement agreement show {wanted.agreement}"
            raise UsageError(f"`{wanted.agreement}` has no share `{wanted.share}`", remedy=remedy)
        known |= {part for name, element, _ in parts_of(offer) for part in (name, element.name)}
        found.append((wanted, agreement, offer))
    unknown = sorted({part for person in question.people for part in person} - known)
    if unknown:
        remedy = f"usable with these sources: {', '.join(sorted(known))}"
        raise UsageError(f"nobody is asked who knows people by `{', '.join(unknown)}`", remedy=remedy)
    for place, person in enumerate(question.people):
        for wanted, agreement, offer in found:
            yield place, _wish(question, wanted, person_for(offer, person)), agreement


def _wish(question: Question, wanted: Wanted, person: Mapping[str, str]) -> Wish:
    return Wish(
        provider=wanted.provider,
        agreement=wanted.agreement,
        share=wanted.share,
        purpose=question.purpose,
        mode=Mode.LOOKUP,
        role=wanted.role,
        person=person,
        why=question.why,
        consented=question.consented,
    )

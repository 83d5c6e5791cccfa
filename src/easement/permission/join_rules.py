"""Whether somebody may join an agreement as they say: the same checks for the joiner, the lead and the providers.

Pure. Nobody's word is taken for their class: the cluster's operator vouches for it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from easement.agreement.model import Agreement
from easement.agreement.standing import Standing
from easement.base.errors import ProofFailed, Refused
from easement.base.words import listed
from easement.exchange.message import NotGenuine
from easement.exchange.message_body import read_body
from easement.gate.taking import wider
from easement.law.catalogue import catalogue
from easement.ledger.note import Key, Signer, parse, sign_text, verify
from easement.permission.chain import holds_line
from easement.permission.join_bodies import JoinSaid
from easement.permission.model import MAX_EVENT

__all__ = [
    "JoinCode",
    "JoinRefused",
    "JoinWhy",
    "Terms",
    "joinable_roles",
    "note_of",
    "opened",
    "parts_open",
    "said_in",
    "why_not",
]

HEAD = "easement-join/1"


class JoinCode(StrEnum):
    """Why somebody may not join an agreement."""

    UNKNOWN = "join.unknown"
    NOT_OFFERED = "join.not-offered"
    CHANGED = "join.changed"
    CHANGING = "join.changing"
    NOT_IN_FORCE = "join.not-in-force"
    SUSPENDED = "join.suspended"
    ENDED = "join.ended"
    INCOMPLETE = "join.incomplete"
    NAMED = "join.named-already"
    CLASS = "join.class"
    WIDER = "join.wider"
    SIGNATURE = "join.signature"


@dataclass(frozen=True, slots=True)
class JoinWhy:
    """One reason why somebody may not join: a code, what is so, and what to do instead."""

    code: JoinCode
    text: str
    remedy: str = ""

    def as_dict(self) -> dict[str, str]:
        """The reason as `--json` shows it."""
        return {"code": self.code.value, "text": self.text, "remedy": self.remedy}


class JoinRefused(Refused):
    """Somebody may not join an agreement, with every reason."""

    def __init__(self, reasons: Sequence[JoinWhy]) -> None:
        super().__init__(reasons[0].text, remedy=reasons[0].remedy)
        self.reasons = tuple(reasons)

    def as_dict(self) -> dict[str, object]:
        """The refusal as `--json` prints it, with one object for each reason."""
        return super().as_dict() | {"reasons": [each.as_dict() for each in self.reasons]}


@dataclass(frozen=True, slots=True)
class Terms:
    """What is joined, as it stands here: its text, its terms, its standing, and what is about to take its place.

    `superseded` is the version that has, `changing` whether the next one is being signed; `gaps` are the codes of what
    it lacks and must have.
    """

    source: str
    terms: Agreement
    digest: str
    standing: Standing
    superseded: str | None = None
    changing: bool = False
    gaps: tuple[str, ...] = ()


def note_of(said: JoinSaid, signer: Signer) -> str:
    """What a joiner says, as it signs it."""
    return sign_text(f"{HEAD}\n{said.encode().decode()}\n", [signer])


def opened(note: str, keys: Mapping[str, tuple[Key, ...]]) -> JoinSaid:
    """What a joiner said and signed; raises `ProofFailed` for anything else."""
    said = said_in(note)
    verify(note, keys.get(said.organisation, ()))
    return said


def said_in(note: str) -> JoinSaid:
    """What stands in a joiner's note, whoever signed it; raises `ProofFailed` where that is nothing."""
    lines = parse(note).text.split("\n")
    if len(lines) != 3 or lines[0] != HEAD:
        raise ProofFailed("this is not what somebody signs who joins", remedy="send the note as it was signed")
    try:
        return read_body(JoinSaid, lines[1].encode(), MAX_EVENT)
    except NotGenuine as error:
        raise ProofFailed(f"this join cannot be read: {error.what}", remedy=error.remedy) from None


def parts_open(terms: Agreement, body_class: str | None) -> tuple[str, ...]:
    """As what a body of a class may join: `provider`, `recipient`, both or nothing."""
    known = catalogue()
    if body_class is None or known.find_body_class(body_class) is None:
        return ()
    fits = [part for part, each in terms.joining.items() if known.is_a(body_class, each.body_class)]
    return tuple(sorted(fits))


def joinable_roles(terms: Agreement) -> frozenset[str]:
    """The roles that somebody who joins may have: those of the named recipients."""
    named = [who.roles for party, who in terms.people.items() if terms.parties[party].role == "recipient"]
    return frozenset(role for roles in named for role in roles)


def why_not(said: JoinSaid, of: Terms, body_class: str | None, keys: Sequence[Key]) -> tuple[JoinWhy, ...]:
    """Every reason why somebody may not join as they say; `body_class` is the one vouched for."""
    return (*_of_terms(of), *_of_joiner(said, of, body_class), *_of_choice(said, of, keys))


def _of_terms(of: Terms) -> Iterator[JoinWhy]:
    if of.superseded is not None:
        what = f"version {of.superseded} has taken the place of these terms"
        yield JoinWhy(JoinCode.CHANGED, what, "join that version: easement proposal offered")
    elif of.changing:
        what = "the next version of these terms is being signed"
        yield JoinWhy(JoinCode.CHANGING, what, "wait until it is, and join that one")
    if not of.standing.in_force and of.superseded is None:
        why = "; ".join(of.standing.reasons)
        yield JoinWhy(JoinCode.NOT_IN_FORCE, f"these terms are not in force: {why}", "wait until they are")
    if of.gaps:
        what = f"these terms lack what they must have: {', '.join(of.gaps)}"
        yield JoinWhy(JoinCode.INCOMPLETE, what, "ask who offers them to mend them in a new version")


def _of_joiner(said: JoinSaid, of: Terms, body_class: str | None) -> Iterator[JoinWhy]:
    if said.organisation in of.terms.parties:
        what = f"`{said.organisation}` is named in these terms, and signs them as a party"
        yield JoinWhy(JoinCode.NAMED, what, "sign them: easement proposal sign")
    fits = parts_open(of.terms, body_class)
    if wrong := [part for part in said.parts if part not in fits]:
        wanted = listed([f"{part}: {each.body_class}" for part, each in of.terms.joining.items()] or ["nobody"])
        what = f"`{said.organisation}` is {_a(body_class)}, which may not join as {listed(wrong)}"
        yield JoinWhy(JoinCode.CLASS, what, f"who may join: {wanted}; the cluster's operator vouches for classes")
    if said.body_class != body_class and not wrong:
        what = f"it says that it is {_a(said.body_class)}, and the directory says {_a(body_class)}"
        yield JoinWhy(JoinCode.CLASS, what, "fetch the directory, and join again")


def _a(body_class: str | None) -> str:
    return f"of the class `{body_class}`" if body_class else "of no class that is vouched for"


def _of_choice(said: JoinSaid, of: Terms, keys: Sequence[Key]) -> Iterator[JoinWhy]:
    if more := wider(said.taking, of.terms, joinable_roles(of.terms)):
        what = f"that is more than the terms give: {listed(more)}"
        yield JoinWhy(JoinCode.WIDER, what, "take what is agreed or less of it; for more, propose a variation")
    if not holds_line(of.source, said.organisation, said.line, keys):
        what = "its signature under the terms does not hold"
        yield JoinWhy(JoinCode.SIGNATURE, what, "sign with the organisation's present key")

"""An agreement made ready to decide under: every set and every standing answer worked out once, not per request."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from easement.agreement.forms import Form, FormKind
from easement.agreement.model import Aggregate, Agreement, Duties, Level, Mode, Share
from easement.agreement.read import AgreementFile
from easement.agreement.standing import Calendar
from easement.gate.model import Code, Reason
from easement.meaning.model import Key, Standard

__all__ = ["Offer", "Prepared", "prepare"]


@dataclass(frozen=True, slots=True)
class Offer:
    """One share, ready to decide under.

    `forms` holds what may cross by mode; `withheld` why each other element of the standard may not. `roles` says
    which elements name a person, and how. `met` holds the ready reason for each check that passes;
    `joined` the basis of each recipient who is not named and joined by its class; `narrower` the share as those of
    them see it who take less. `givers` are all who give it, where providers joined too.
    """

    id: str
    provider: str
    level: Level
    matched_only: bool
    day_limit: int | None
    terms: Share
    standard: Standard
    recipients: frozenset[str]
    modes: frozenset[Mode]
    forms: Mapping[Mode, Mapping[str, Form]]
    measures: Mapping[str, str]
    withheld: Mapping[Mode, Mapping[str, str]]
    roles: Mapping[str, Key]
    entitled: Mapping[str, frozenset[str]]
    training: Mapping[str, frozenset[str]]
    consent_needed: bool
    met: Mapping[Code, Reason]
    joined: Mapping[str, str] = field(default_factory=dict)
    givers: frozenset[str] = frozenset()
    narrower: Mapping[str, "Offer"] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Prepared:
    """An agreement, ready to decide under. `clashes` says why the purposes that pull against this one do.

    `purposes` are those that the law catalogue knows: of what a request makes up, the ledger may name only these.
    What every decision reads is kept flat beside the terms: with 100,000 agreements in memory, each step from object
    to object is a wait for it.
    """

    file: AgreementFile
    terms: Agreement
    digest: str
    id: str
    version: str
    purpose: str
    duties: Duties
    calendar: Calendar
    never_for: frozenset[str]
    clashes: Mapping[str, str]
    basis: Mapping[str, str]
    purposes: frozenset[str]
    offers: Mapping[str, Offer]

    def basis_for(self, share: str, recipient: str) -> Mapping[str, str]:
        """The basis of each party, and of a recipient of this share who joined."""
        offer = self.offers.get(share)
        own = offer.joined.get(recipient) if offer else None
        return {**self.basis, recipient: own} if own else self.basis


def prepare(
    file: AgreementFile,
    standards: Mapping[str, Standard],
    *,
    clashes: Mapping[str, str] | None = None,
    purposes: frozenset[str] = frozenset(),
    reviewed: date | None = None,
) -> Prepared:
    """Make an agreement ready; `standards` holds every standard its shares name, by reference (`benefit-award/1`).

    `clashes` maps a purpose to why it pulls against the agreement's; `purposes` are all that the law catalogue knows;
    `reviewed` is the last review known.
    """
    terms = file.terms
    return Prepared(
        file=file,
        terms=terms,
        digest=file.digest,
        id=terms.id,
        version=terms.version,
        purpose=terms.purpose.code,
        duties=terms.duties,
        calendar=Calendar.of(terms, reviewed=reviewed),
        never_for=frozenset(terms.purpose.never_for),
        clashes=clashes or {},
        basis={party: law.basis for party, law in terms.law.parties.items()},
        purposes=purposes,
        offers={id_: _offer(terms, id_, share, standards[share.standard]) for id_, share in terms.shares.items()},
    )


def _offer(terms: Agreement, id_: str, share: Share, standard: Standard) -> Offer:
    modes = _modes(share)
    forms = {mode: _dimensions(share) if mode is Mode.AGGREGATE else share.fields for mode in modes}
    recipients = frozenset(share.recipients)
    people = {party: terms.people.get(party) for party in share.recipients}
    return Offer(
        id=id_,
        provider=share.provider,
        level=share.level,
        matched_only=share.subjects == "matched",
        day_limit=share.limits.records_per_day,
        terms=share,
        standard=standard,
        recipients=recipients,
        modes=modes,
        forms=forms,
        measures=_measures(share) if Mode.AGGREGATE in modes else {},
        withheld={mode: _withheld(_crossing(mode, forms[mode], share), share, standard) for mode in forms},
        roles={name: e.key for name, e in standard.elements.items() if e.key is not None},
        entitled={party: frozenset(who.roles) if who else frozenset() for party, who in people.items()},
        training={party: frozenset(who.training) if who else frozenset() for party, who in people.items()},
        consent_needed=any(law.basis.startswith("art6_1_a") for law in terms.law.parties.values()),
        met=_met(terms, id_, share),
    )


def _modes(share: Share) -> frozenset[Mode]:
    """How it may be asked for: never by a person's name where none crosses, for the answer would be about them."""
    by_name = {Mode.LOOKUP, Mode.MATCH} if share.level.nameless else set[Mode]()
    return frozenset(share.modes) - by_name


def _dimensions(share: Share) -> Mapping[str, Form]:
    """What tables are counted by: what the share says and nothing else; without a word of it, one count of all."""
    plain = Form(FormKind.PLAIN)
    dimensions = share.aggregate.dimensions if share.aggregate else ()
    return {name: share.fields.get(name, plain) for name in dimensions}


def _measures(share: Share) -> Mapping[str, str]:
    """What stands in each cell of a count, in words: `count`, or `mean of net_monthly_earnings`."""
    counted = share.aggregate or Aggregate()
    return {name: m if isinstance(m, str) else _measured(m) for name, m in counted.measures.items()}


def _measured(measure: Mapping[Literal["sum", "mean"], str]) -> str:
    ((kind, element),) = measure.items()
    return f"{kind} of {element}"


def _crossing(mode: Mode, forms: Mapping[str, Form], share: Share) -> frozenset[str]:
    """The elements of which something crosses: fields, and in a count what its sums and means are of."""
    counted = share.aggregate or Aggregate()
    return frozenset(forms) | (frozenset(counted.summed) if mode is Mode.AGGREGATE else frozenset())


def _withheld(crossing: frozenset[str], share: Share, standard: Standard) -> Mapping[str, str]:
    """Why each other element does not cross: nobody agreed to it, or it was agreed for records and not for counts."""
    named = "it is not among what is counted by"
    return {
        name: named if name in share.fields else "the agreement does not name it"
        for name in standard.elements
        if name not in crossing
    }


def _met(terms: Agreement, id_: str, share: Share) -> Mapping[Code, Reason]:
    """The ready reasons of the checks whose passing says the same for every request."""
    place = f"shares.{id_}"
    said = {
        Code.AGREEMENT_INCOMPLETE: ("law", "the agreement passes every check it must"),
        Code.AGREEMENT_NOT_IN_FORCE: (
            "term",
            "the agreement is signed by every party and in force, and nobody here has suspended it",
        ),
        Code.AGREEMENT_SUPERSEDED: ("version", "no newer version has taken its place"),
        Code.SHARE_UNKNOWN: (place, f"the agreement has the share `{id_}`"),
        Code.RECIPIENT_NOT_NAMED: (f"{place}.to", "the share names this recipient"),
        Code.PURPOSE_NOT_AGREED: ("purpose.code", f"the purpose is the agreed one, `{terms.purpose.code}`"),
        Code.PURPOSE_NEVER_FOR: ("purpose.never_for", "the purpose is not among those never served"),
        Code.ROLE_NOT_ENTITLED: ("people", "the role is entitled to ask"),
        Code.TRAINING_MISSING: ("people", "the training asked for has been passed"),
        Code.MODE_NOT_AGREED: (f"{place}.modes", "the share may be asked for in this way"),
        Code.FIELDS_DIMENSIONS_FIXED: (
            f"{place}.fields",
            "small groups are hidden once, in one table by everything agreed",
        ),
        Code.FIELDS_NONE_AGREED: (f"{place}.fields", "what is asked for is agreed, or marked withheld"),
        Code.PERSON_NOT_NAMED: (f"{place}.subjects", "the request says enough about whom it is for"),
        Code.SUBJECTS_LIST_NEEDED: (f"{place}.subjects", "the people asked about are those the share covers"),
        Code.SUBJECTS_LIST_REFUSED: (f"{place}.subjects", "no list chosen by the asker narrows a count"),
        Code.LIMIT_DAY_REACHED: (f"{place}.limits.records_per_day", "the day's limit is not reached"),
        Code.PERSON_OBJECTED: ("purpose", "no objection is known here; this node keeps no record of objections yet"),
        Code.CONSENT_MISSING: ("law", "consent is not the basis, or it is held"),
    }
    return {code: Reason(code, True, clause, text) for code, (clause, text) in said.items()}

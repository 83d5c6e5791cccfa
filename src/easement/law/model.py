"""The law's words as types: each entry of the catalogue says what it is, where it stands and how well it was checked.

    Entry                  an id, its citation, plain words, where it applies, how checked, sources
      Basis                article 6: why a controller may process at all
      Condition            article 9 and 10, Schedule 1, Part 3: what sensitive data needs besides
      Power                an Act that lets, makes or forbids a body to disclose (module `power`)
      Purpose              what data is shared for; belongs to a family
      BodyClass            a kind of body; kinds form a hierarchy
      Clash                purposes that pull against each other
      Duty, ExpectedField, DpiaTrigger, Identifier, SmallNumberRule, Question

A power is not a basis, an exemption is not a power, and the catalogue is not legal advice.
"""

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import ClassVar

from easement.law.entry import Checked, Entry, Jurisdiction, Kind, Labelled, Verdict, need
from easement.law.power import InForce, Nature, Override, Power, Route, Side, Status

__all__ = [
    "Basis",
    "BodyClass",
    "Checked",
    "Clash",
    "Condition",
    "ConditionKind",
    "DpiaTrigger",
    "Duty",
    "Entry",
    "ExpectedField",
    "Identifier",
    "InForce",
    "Jurisdiction",
    "Kind",
    "Labelled",
    "Nature",
    "Override",
    "Power",
    "Purpose",
    "Question",
    "Route",
    "Sensitivity",
    "Side",
    "SmallNumberRule",
    "Status",
    "Verdict",
]


class Sensitivity(StrEnum):
    """The special categories of UK GDPR Article 9(1), and the criminal offence data of Article 10."""

    ETHNICITY = "ethnicity"
    POLITICS = "politics"
    RELIGION = "religion"
    UNION = "union"
    GENETIC = "genetic"
    BIOMETRIC = "biometric"
    HEALTH = "health"
    SEX_LIFE = "sex-life"
    ORIENTATION = "orientation"
    CRIMINAL = "criminal"


class ConditionKind(StrEnum):
    """Where a condition stands."""

    ARTICLE_9 = "article-9"
    SCHEDULE_1 = "schedule-1"
    CRIMINAL_OFFENCE = "criminal-offence"
    PART_3 = "part-3"
    ANNEX_1 = "annex-1"


@dataclass(frozen=True, kw_only=True)
class Basis(Entry):
    """A lawful basis of UK GDPR Article 6, and who may rely on it.

    `for_public_authorities` and `for_others` say how it fits a body that performs its tasks; `needs_mandatory_power`
    is true of legal obligation alone.
    """

    shelf: ClassVar[Kind] = Kind.BASIS
    for_public_authorities: Verdict
    for_others: Verdict
    conditions: tuple[str, ...]
    who_cannot_use: str
    must_record: tuple[str, ...]
    needs_mandatory_power: bool = False
    rights_effect: str = ""
    valid_from: date | None = None


@dataclass(frozen=True, kw_only=True)
class Condition(Entry):
    """What special category or offence data needs besides a basis; or a recognised legitimate interest.

    `covers` are the sensitivities it can serve; `needs_one_of` the further conditions of which one must hold;
    `policy_document` is `yes`, `no` or `sometimes` (Data Protection Act 2018 Sch 1 Part 4).
    """

    shelf: ClassVar[Kind] = Kind.CONDITION
    kind: ConditionKind
    covers: tuple[Sensitivity, ...] = ()
    needs_one_of: tuple[str, ...] = ()
    policy_document: str = "no"
    policy_document_text: str = ""
    must_record: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        super().__post_init__()
        need(self.policy_document in ("yes", "no", "sometimes"), "`policy_document` is `yes`, `no` or `sometimes`")
        need(bool(self.covers) or self.kind is ConditionKind.ANNEX_1, "`covers` is missing")


@dataclass(frozen=True, kw_only=True)
class Purpose(Labelled):
    """What data is shared for. `dpv` is the nearest term of the W3C Data Privacy Vocabulary, `dpv_match` how near
    (`exact`, `close`, `broad`), `dpv_sector` a nearer term of one of its sector extensions where there is one.
    """

    shelf: ClassVar[Kind] = Kind.PURPOSE
    family: str
    dpv: str
    dpv_match: str
    dpv_sector: str = ""
    special: str = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        need(self.dpv.startswith("https://w3id.org/dpv#"), "`dpv` is not a term of the vocabulary")
        need(self.dpv_match in ("exact", "close", "broad"), "`dpv_match` is `exact`, `close` or `broad`")


@dataclass(frozen=True, kw_only=True)
class BodyClass(Labelled):
    """A kind of body; `parents` are the wider kinds it belongs to.

    `public_authority` is what Data Protection Act 2018 s.7 makes of it, which decides the bases open to it.
    """

    shelf: ClassVar[Kind] = Kind.CLASS
    parents: tuple[str, ...] = ()
    public_authority: bool


@dataclass(frozen=True, kw_only=True)
class Clash(Entry):
    """Two sides, each of purpose families and single purposes; data of the first must not serve the second (R1.6)."""

    shelf: ClassVar[Kind] = Kind.CLASH
    families: tuple[str, ...] = ()
    purposes: tuple[str, ...] = ()
    against_families: tuple[str, ...] = ()
    against_purposes: tuple[str, ...] = ()

    def guards(self, own: Purpose, other: Purpose) -> bool:
        """Whether data shared for one purpose is kept from the other by this clash."""
        from_here = own.family in self.families or own.id in self.purposes
        return from_here and (other.family in self.against_families or other.id in self.against_purposes)

    def between(self, one: Purpose, other: Purpose) -> bool:
        """Whether the two purposes stand on opposite sides, whichever comes first."""
        return self.guards(one, other) or self.guards(other, one)


@dataclass(frozen=True, kw_only=True)
class Duty(Entry):
    """What is owed besides; `within` is an ISO 8601 period (`P1M`) where the law sets one, else empty."""

    shelf: ClassVar[Kind] = Kind.DUTY
    topic: str
    rules: tuple[str, ...] = ()
    within: str = ""
    when: str = ""


@dataclass(frozen=True, kw_only=True)
class ExpectedField(Labelled):
    """Something the regulator's code expects an agreement to say.

    `required` is `always`, or the case in which it is: `digital-economy-act`, `joint-controllers`, `processor`.
    """

    shelf: ClassVar[Kind] = Kind.EXPECTED_FIELD
    required: str


@dataclass(frozen=True, kw_only=True)
class DpiaTrigger(Entry):
    """A sign that an impact assessment is due; `needs_another` signs count only beside a second one.

    `kind` is `always` (the regulation), `regulator` (the regulator's list) or `product` (our own rule).
    """

    shelf: ClassVar[Kind] = Kind.DPIA_TRIGGER
    kind: str
    needs_another: bool = False


@dataclass(frozen=True, kw_only=True)
class Identifier(Labelled):
    """A format or identifier: its pattern (empty where none fits), its check rule in words, and test values."""

    shelf: ClassVar[Kind] = Kind.IDENTIFIER
    regex: str = ""
    valid: tuple[str, ...] = ()
    invalid: tuple[str, ...] = ()
    values: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        super().__post_init__()
        re.compile(self.regex)


@dataclass(frozen=True, kw_only=True)
class SmallNumberRule(Labelled):
    """Which counts a table hides: `suppress_from` to `suppress_to`, both hidden; the rest rounded to `round_to`."""

    shelf: ClassVar[Kind] = Kind.SMALL_NUMBER_RULE
    suppress_from: int
    suppress_to: int
    round_to: int = 1
    secondary_suppression: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        need(0 < self.suppress_from <= self.suppress_to and self.round_to > 0, "the numbers do not make a rule")


@dataclass(frozen=True, kw_only=True)
class Question(Entry):
    """A plain question on the way to a basis; `yes` and `no` say what an answer means, `next_if_*` where it leads."""

    shelf: ClassVar[Kind] = Kind.QUESTION
    ask: str
    yes: str = ""
    no: str = ""
    leads: str = ""
    next_if_yes: str = ""
    next_if_no: str = ""

"""The terms of an agreement as frozen, self-validating types. Field names are the file's keys.

What a type can see by itself it refuses by itself (unknown keys, a share that names a stranger, a term that ends
before it starts). What needs the law catalogue or a standard is `agreement.check`'s.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    StringConstraints,
    WithJsonSchema,
    model_validator,
)

from easement.agreement.duration import ReadDuration
from easement.agreement.forms import Form
from easement.base.located import Path_, misplaced
from easement.meaning.expression import ExpressionError, parse

__all__ = [
    "LIKENESS",
    "Aggregate",
    "Agreement",
    "Condition",
    "Confidentiality",
    "Dpia",
    "Duties",
    "Emergency",
    "Joining",
    "Law",
    "Level",
    "Limits",
    "Measure",
    "Mode",
    "Party",
    "PartyLaw",
    "People",
    "Purpose",
    "Share",
    "SmallNumbers",
    "Term",
    "Transparency",
]


def _day(value: Any) -> date:
    if isinstance(value, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    raise ValueError(f"`{value}` is not a date\nwrite the date as 2026-09-01")


Text = Annotated[
    str,
    StringConstraints(min_length=1, max_length=4_000, strip_whitespace=True),
    WithJsonSchema({"type": "string", "maxLength": 4_000, "pattern": r"\S"}),
]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,62}$")]
Code = Annotated[str, StringConstraints(pattern=r"^[a-z][A-Za-z0-9_-]{0,62}$")]
Version = Annotated[str, StringConstraints(pattern=r"^(0|[1-9]\d{0,5})\.(0|[1-9]\d{0,5})\.(0|[1-9]\d{0,5})$")]
StandardRef = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,62}/[1-9][0-9]{0,3}$")]
Day = Annotated[date, BeforeValidator(_day), WithJsonSchema({"type": "string", "format": "date"})]
"""A calendar day, written only as 2026-09-01: a bare number would else be read as seconds since 1970."""

Count = Annotated[int, Field(strict=True)]
"""A whole number, never read from text."""

ElementName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,62}$")]


class Level(StrEnum):
    """How far the people in a share can be told apart."""

    IDENTIFIABLE = "identifiable"
    PSEUDONYMISED = "pseudonymised"
    ANONYMISED = "anonymised"
    AGGREGATE = "aggregate"

    @property
    def nameless(self) -> bool:
        """Whether records cross without names: then nobody may be found in them by a name, a number or a list."""
        return self in (Level.PSEUDONYMISED, Level.ANONYMISED)


class Mode(StrEnum):
    """How a share may be asked for."""

    LOOKUP = "lookup"
    MATCH = "match"
    BULK = "bulk"
    AGGREGATE = "aggregate"


class _Terms(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Party(_Terms):
    """An organisation named in the agreement."""

    role: Literal["provider", "recipient"] = Field(alias="as", description="Which way data flows for this party.")
    controller: Literal["independent", "joint", "processor"] = Field(description="Its role under data protection law.")
    contact: Text = Field(description="Where questions go; a role's address, not a person's.")
    name: Text | None = Field(None, description="The name people know it by.")
    body_class: Code | None = Field(None, alias="class", description="Its class of body, from the law catalogue.")


class Joining(_Terms):
    """Who else may sign the same terms."""

    body_class: Code = Field(alias="class", description="The class of body that may join, from the law catalogue.")


class Purpose(_Terms):
    """What the sharing is for, and both sides of the scale."""

    code: Slug = Field(description="From the purposes list of the law catalogue.")
    statement: Text = Field(description="What the recipient will do, in one sentence.")
    benefits: tuple[Text, ...] = Field((), description="Who gains, and what.")
    harm_if_not_shared: Text | None = Field(None, description="What happens if this is not shared.")
    necessity: Text | None = Field(None, description="Why it cannot be done with less.")
    never_for: tuple[Slug, ...] = Field((), description="Purposes that are refused whatever else changes.")

    @model_validator(mode="after")
    def _not_against_itself(self) -> Self:
        if self.code in self.never_for:
            raise ValueError(f"never_for names the purpose `{self.code}` itself\nremove it from never_for")
        return self


class PartyLaw(_Terms):
    """What one party relies on: a power (may it?) and an article 6 basis (on what ground?)."""

    power: Code | None = Field(None, description="The legal power or gateway, from the law catalogue.")
    basis: Code = Field(description="The article 6 basis, from the law catalogue.")
    legal_obligation: Text | None = Field(None, description="The duty relied on, where the basis is legal obligation.")


class Condition(_Terms):
    """The condition that lets special-category or criminal-offence data be used."""

    condition: Code = Field(description="The Article 9 or Article 10 condition, from the law catalogue.")
    schedule_1: Code | None = Field(None, description="The Schedule 1 paragraph, where the condition needs one.")
    policy_document: Text | None = Field(None, description="The appropriate policy document's reference.")


class Confidentiality(_Terms):
    """Whether the data was given in confidence, and how that is met."""

    engaged: StrictBool = Field(description="Whether anyone gave this data in confidence.")
    met_by: Text | None = Field(
        None, description="A gateway, consent, direct care or a public interest, in words or id."
    )


class Dpia(_Terms):
    """The impact assessment, or why none is due."""

    reference: Text | None = Field(None, description="Its reference.")
    outcome: Text | None = Field(None, description="What it found, in a few words.")
    dated: Day | None = Field(None, description="The day it was signed off.")
    not_required: Text | None = Field(None, description="The reason, where none is due.")

    @model_validator(mode="after")
    def _one_of_the_two(self) -> Self:
        if (self.reference is None) == (self.not_required is None):
            raise ValueError("a DPIA is either referred to or not required\ngive `reference` or `not_required`")
        return self


_LAW_KEYS = frozenset({"special_category", "criminal_offence", "confidentiality", "dpia"})


class Law(_Terms):
    """The law the parties rely on. In the file each party's id is a key beside the four fixed ones."""

    parties: Mapping[Slug, PartyLaw]
    special_category: Literal["none"] | Condition = Field("none", description="The Article 9 condition, or `none`.")
    criminal_offence: Literal["none"] | Condition = Field("none", description="The Article 10 condition, or `none`.")
    confidentiality: Confidentiality | None = Field(None, description="How the duty of confidence is met.")
    dpia: Dpia | None = Field(None, description="The impact assessment, or why none is due.")

    @model_validator(mode="before")
    @classmethod
    def _gather_parties(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        rest = {key: value for key, value in data.items() if key not in _LAW_KEYS}
        return {"parties": rest} | {key: data[key] for key in _LAW_KEYS & data.keys()}


class SmallNumbers(_Terms):
    """How small counts are hidden: 1 to `hide_below - 1` are hidden, others rounded to `round_to`.

    The default is the health service's rule for hospital statistics: 1 to 7 hidden, others to the nearest 5.
    """

    hide_below: Count = Field(8, ge=2, le=100, description="Counts below this are hidden.")
    round_to: Count = Field(5, ge=1, le=100, description="Other counts go to the nearest multiple of this.")

    @model_validator(mode="after")
    def _no_people_become_none(self) -> Self:
        """Halves go up, so the smallest count shown stays above 0 from half of `round_to` on."""
        if 2 * self.hide_below < self.round_to:
            raise ValueError(
                f"a count of {self.hide_below} would be shown, and rounded to 0\n"
                f"set hide_below to {(self.round_to + 1) // 2} or more, or round_to to {2 * self.hide_below} or less"
            )
        return self


Measure = Literal["count"] | Annotated[Mapping[Literal["sum", "mean"], ElementName], Field(min_length=1, max_length=1)]
"""What stands in a cell: how many people, or the sum or mean of an element."""


def _count_people() -> Mapping[str, Measure]:
    return {"people": "count"}


class Aggregate(_Terms):
    """What may be counted: the dimensions tables may have, and the measures in their cells."""

    dimensions: tuple[ElementName, ...] = Field((), description="The elements that tables may be broken down by.")
    measures: Mapping[ElementName, Measure] = Field(
        default_factory=_count_people,
        description="What stands in the cells: `count`, or the `sum` or `mean` of an element.",
    )
    small_numbers: SmallNumbers = Field(SmallNumbers(), description="How small counts are hidden.")

    @property
    def summed(self) -> tuple[str, ...]:
        """The elements that the measures add up, each once."""
        measures = [measure for measure in self.measures.values() if not isinstance(measure, str)]
        return tuple(dict.fromkeys(element for measure in measures for element in measure.values()))


class Limits(_Terms):
    """How much may cross."""

    records_per_day: Count | None = Field(None, ge=1, description="Records that may cross in one day.")
    records_per_request: Count | None = Field(None, ge=1, description="Records that one request may ask for.")


Probability = Annotated[float, Field(strict=True)]

LIKENESS: Mapping[str, float] = {"disclose": 0.86, "hold": 0.76}
"""The thresholds of encodings where an agreement says none: one wrong letter costs 0.1, another postcode 0.15."""


class Matching(_Terms):
    """How people on the recipient's list are found: by exact rules, by the provider's trained model of linkage, or by
    keyed encodings that the recipient sends in place of names.

    The rules are the default. Whatever is in doubt is held for people of the provider, and never disclosed; of
    encodings nobody can look at a pair, so its row counts as held and is not kept.
    """

    method: Literal["rules", "model", "encoded"] = Field(
        "rules",
        description="`rules` are exact; `model` weighs what agrees and differs; `encoded` compares keyed encodings.",
    )
    model: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,62}/[1-9][0-9]{0,5}$")] | None = Field(
        None, description="The provider's signed model, as `id/version`; by default its newest one named as the share."
    )
    through: tuple[Slug, ...] = Field(
        (),
        max_length=3,
        description="The provider's further datasets that tie records of the two: whoever is one person with a record"
        " there on both sides is one person. Their signed models are `SHARE-DATASET-held` and `SHARE-DATASET-listed`.",
    )
    disclose: Probability = Field(
        0.95,
        ge=0.5,
        le=0.999999,
        description="From this probability on a pair is linked, where nothing speaks against it; of encodings from this"
        " likeness on (a Dice coefficient, by default 0.86, at least 0.8).",
    )
    hold: Probability = Field(
        0.2,
        ge=0.001,
        le=0.999999,
        description="From this probability on, at most 0.5, a pair in doubt is held for a person to look at; of"
        " encodings from this likeness on it counts as held (by default 0.76, at least 0.6).",
    )
    reviewers: Annotated[int, Field(strict=True)] = Field(
        1,
        ge=1,
        le=2,
        description="How many people must say the same of a pair in doubt. Where it is one, a program with the right to"
        " review may be that one; where it is two, a program stands for neither.",
    )
    sample: Annotated[int, Field(strict=True)] = Field(
        0,
        ge=0,
        le=1000,
        description="How many links of each match people look at, drawn by chance, to see how often one is wrong.",
    )
    groups: tuple[ElementName, ...] = Field(
        (),
        max_length=8,
        description="Elements by which errors are counted: codes, a date of birth (by age), a postcode (by area).",
    )

    @model_validator(mode="before")
    @classmethod
    def _usual_likeness(cls, data: Any) -> Any:
        """Encodings are compared by likeness, whose usual thresholds are others than those of a probability."""
        return {**LIKENESS, **data} if isinstance(data, dict) and data.get("method") == "encoded" else data

    @model_validator(mode="after")
    def _in_reach(self) -> Self:
        if self.through and self.method != "model":
            raise ValueError("records are tied by models\nset method to model, or leave out through")
        if len(set(self.through)) < len(self.through):
            raise ValueError("a dataset ties records once\nname each dataset once")
        if self.method != "encoded":
            if self.hold > 0.5:
                raise ValueError("a pair is held from a probability of at most 0.5\nset hold to 0.5 or less")
        elif self.disclose < 0.8 or self.hold < 0.6:
            raise ValueError("encodings less alike are of strangers\nset disclose to 0.8 and hold to 0.6 or more")
        elif self.hold > self.disclose:
            raise ValueError("a pair would be linked before it is in doubt\nset hold no higher than disclose")
        return self


def _rows(text: str) -> str:
    try:
        parse(text)
    except ExpressionError as error:
        raise ValueError(f"{error.what} (at {error.where})\n{error.remedy}") from error
    return text


class Share(_Terms):
    """One thing the agreement lets cross."""

    provider: Slug = Field(alias="from", description="The party that gives.")
    recipients: tuple[Slug, ...] = Field(alias="to", min_length=1, description="The parties that may receive.")
    standard: StandardRef = Field(description="The kind of record, as `name/version`.")
    level: Level = Field(Level.IDENTIFIABLE, description="How far people can be told apart in what crosses.")
    modes: tuple[Mode, ...] = Field(min_length=1, description="How it may be asked for.")
    subjects: Literal["matched", "all"] = Field(description="Only people on the recipient's own list, or all.")
    rows: Annotated[str, AfterValidator(_rows)] | None = Field(None, description="Which records, as a condition.")
    fields: Mapping[ElementName, Form] = Field(default_factory=dict, description="Which elements, in which form.")
    aggregate: Aggregate | None = Field(None, description="What may be counted, for the mode `aggregate`.")
    k: Count | None = Field(None, ge=2, le=1000, description="The smallest group, for the level `anonymised`.")
    match: Matching | None = Field(None, description="How people on a list are found, where not by exact rules.")
    limits: Limits = Field(Limits(), description="How much may cross.")

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.provider in self.recipients:
            raise ValueError(f"`{self.provider}` is both giver and receiver\nname two different parties")
        if self.level is Level.AGGREGATE:
            if set(self.modes) != {Mode.AGGREGATE}:
                raise ValueError("a share of level `aggregate` has only the mode `aggregate`\nset `modes: [aggregate]`")
            if self.aggregate is None:
                raise ValueError("a share of level `aggregate` says what is counted\nadd `aggregate:` with dimensions")
        elif not self.fields:
            raise ValueError("a share names its fields\nadd `fields:` with each element and its form")
        if (self.level is Level.ANONYMISED) != (self.k is not None):
            raise ValueError("`k` belongs to the level `anonymised` and must be named there\nset both, or neither")
        return self


class People(_Terms):
    """Who in an organisation may ask, and what they must have learned first."""

    roles: tuple[Slug, ...] = Field(min_length=1, description="The roles whose holders may ask.")
    training: tuple[Slug, ...] = Field((), description="Courses that whoever asks must have passed.")


class Duties(_Terms):
    """What remains owed after a disclosure."""

    retain: ReadDuration = Field(description="How long the recipient may keep it.")
    then: Literal["delete", "return", "anonymise"] = Field("delete", description="What happens to it after that.")
    certificate: Literal["required", "none"] = Field("none", description="Whether the recipient certifies it.")
    onward: Literal["none"] | tuple[Slug, ...] = Field("none", description="To whom it may be passed on.")
    breach_notice: ReadDuration | None = Field(None, description="How soon the other parties are told of a breach.")
    corrections: Literal["notify", "none"] = Field("none", description="Whether corrections are passed on.")
    risk_after_disclosure: Literal["recipient", "provider", "shared"] | None = Field(
        None, description="Who answers for the data once it has crossed."
    )


class Term(_Terms):
    """When the agreement holds, and how often it is reviewed. Both days are included."""

    starts: Day = Field(description="The first day.")
    ends: Day = Field(description="The last day.")
    review_every: ReadDuration | None = Field(
        None, description="How long after the start, or the last review, the next is due."
    )

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.ends < self.starts:
            raise ValueError(f"the term ends ({self.ends}) before it starts ({self.starts})\nswap the two dates")
        return self


class Transparency(_Terms):
    """What the public is told."""

    public: StrictBool = Field(description="Whether the agreement stands on the public register.")
    in_plain_words: Text | None = Field(None, description="What is shared and why, as you would tell a neighbour.")
    reason_not_public: Text | None = Field(None, description="Why it is kept off the register, where it is.")
    notice: Text | None = Field(None, description="Where the privacy notice is.")


class Emergency(_Terms):
    """What may be done when waiting would do serious harm."""

    allowed_for: tuple[Slug, ...] = Field(min_length=1, description="Purposes, from the purposes list.")
    record_within: ReadDuration = Field(description="How soon the disclosure is recorded.")
    review_within: ReadDuration = Field(description="How soon someone else looks at whether it was right.")


class Agreement(_Terms):
    """The terms: who shares what with whom, what for, on what basis, in what form, for how long, and what is owed."""

    format: Literal["easement-agreement/1"] = Field(description="The format of this file.")
    id: Slug = Field(description="The agreement's id, which entries and receipts cite.")
    version: Version = Field(description="Raised with every change: breaking, widening, wording.")
    title: Text = Field(description="What people call it.")
    summary: Text | None = Field(None, description="What it does, in a sentence or two.")
    supersedes: Text | None = Field(None, description="The digest of the version that this one replaces.")
    parties: Mapping[Slug, Party] = Field(min_length=2, description="The organisations that sign, by id.")
    joining: Mapping[Literal["provider", "recipient"], Joining] = Field(
        default_factory=dict, description="Who else may sign the same terms, and as what."
    )
    purpose: Purpose = Field(description="What the sharing is for.")
    law: Law = Field(description="The law each party relies on, by its id, and what else the law asks.")
    shares: Mapping[Slug, Share] = Field(min_length=1, description="What may cross, by name.")
    people: Mapping[Slug, People] = Field(default_factory=dict, description="Who may ask, by party.")
    duties: Duties = Field(description="What remains owed after a disclosure.")
    term: Term = Field(description="When it holds.")
    transparency: Transparency | None = Field(None, description="What the public is told.")
    emergency: Literal["none"] | Emergency = Field("none", description="What may be done when waiting would do harm.")

    @model_validator(mode="after")
    def _names_only_its_parties(self) -> Self:
        for path, name in self._named_parties():
            if name not in self.parties:
                known = ", ".join(f"`{party}`" for party in self.parties)
                raise misplaced(path, f"`{name}` is not a party", f"the parties are {known}")
        if reserved := _LAW_KEYS & self.parties.keys():
            what = f"`{min(reserved)}` cannot be a party's id"
            raise misplaced(("parties", min(reserved)), what, "the law section uses this word; choose another")
        for share_id, share in self.shares.items():
            for party, role in ((share.provider, "provider"), *((r, "recipient") for r in share.recipients)):
                if self.parties[party].role != role:
                    what = f"share `{share_id}` needs `{party}` as {role}, but it is {self.parties[party].role}"
                    raise misplaced(("parties", party, "as"), what, "mend the share or the party")
        return self

    def _named_parties(self) -> Iterator[tuple[Path_, str]]:
        yield from ((("law", party), party) for party in self.law.parties)
        yield from ((("people", party), party) for party in self.people)
        for share_id, share in self.shares.items():
            yield ("shares", share_id, "from"), share.provider
            yield from ((("shares", share_id, "to"), party) for party in share.recipients)

    def class_of(self, party: str) -> str | None:
        """A party's class of body: its own, or that of the role which others may join."""
        named = self.parties[party]
        joining = self.joining.get(named.role)
        return named.body_class or (joining.body_class if joining else None)

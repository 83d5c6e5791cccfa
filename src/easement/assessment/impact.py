"""The impact assessment (DPIA): drafted in the regulator's seven steps from what is known already (R1.4).

    1 why it is needed     2 what is done        3 who was asked     4 why it is needed and in proportion
    5 what could go wrong  6 what lowers that    7 who signs

Nothing that was answered or agreed is typed again. What only people can say stands in `<fill in …>`, and nobody can
sign while it does.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, WithJsonSchema

from easement.agreement.diff import Difference, Effect, differences
from easement.agreement.read import AgreementFile, read_agreement_text
from easement.assessment.answers import INK, Answers
from easement.assessment.facts import Facts
from easement.assessment.questions import question
from easement.assessment.result import Result
from easement.assessment.risks import Risk, level, risks
from easement.assessment.screening import signs
from easement.base.canonical import canonical_json, sha256_hex
from easement.base.located import Document, read_text, validate
from easement.base.words import listed
from easement.law.shelves import Catalogue
from easement.meaning.model import Standard

__all__ = [
    "ROLES",
    "Impact",
    "ImpactRisk",
    "changed_terms",
    "draft_impact",
    "impact_of",
    "open_points",
    "read_impact_text",
    "residual",
    "signers",
]

FORMAT = "easement-impact/1"
HIGH = "high"
_FILL = re.compile(r"<fill in[^>]*>")

Text = Annotated[
    str,
    StringConstraints(min_length=1, max_length=8_000, strip_whitespace=True),
    WithJsonSchema({"type": "string", "maxLength": 8_000, "pattern": INK}),
]
Degree = Annotated[int, Field(ge=1, le=3)]

ROLES = ("governance-lead", "caldicott-guardian", "senior-risk-owner")
"""Who may be asked to sign: who advises on data protection, who answers for health and care, who owns the risk."""


class ImpactRisk(BaseModel):
    """One risk to people: how likely and severe (1 low, 2 medium, 3 high), what lowers it, and what then remains."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: Text
    harm: Text
    likelihood: Degree
    severity: Degree
    measures: tuple[Text, ...] = ()
    left_likelihood: Degree
    left_severity: Degree

    @property
    def level(self) -> str:
        """How high it is before measures: `low`, `medium` or `high`."""
        return level(self.likelihood, self.severity)

    @property
    def lowered(self) -> bool:
        """Whether it is less likely or less severe after the measures."""
        return self.left_likelihood < self.likelihood or self.left_severity < self.severity

    @property
    def left(self) -> str:
        """How high it is after them."""
        return level(self.left_likelihood, self.left_severity)


class Impact(BaseModel):
    """An impact assessment, step by step; step 7 is the signatures, which stand beside it.

    `terms` is the digest of the agreement that it was made for, empty where there was none yet.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal["easement-impact/1"]
    title: Text
    terms: Annotated[str, StringConstraints(pattern=r"^([0-9a-f]{64})?$")] = ""
    need: Annotated[tuple[Text, ...], Field(min_length=1)]
    nature: Text
    scope: Text
    context: Text
    purposes: Text
    consultation: Text
    advice: Text
    necessity: Text
    proportion: Text
    rights: Text
    risks: Annotated[tuple[ImpactRisk, ...], Field(min_length=1, max_length=100)]
    regulator: Text | None = None

    @property
    def digest(self) -> str:
        """SHA-256 of it as canonical JSON: what a signature is of."""
        return sha256_hex(canonical_json(self.model_dump(mode="json")))


def impact_of(values: Mapping[str, Any], *, name: str = "impact assessment") -> Impact:
    """An impact assessment from plain data; raises `BadFile` with each problem by its key."""
    return validate(Impact, Document(name, dict(values), "", {}), what="impact assessment")


def read_impact_text(text: str, *, name: str = "impact assessment") -> Impact:
    """An impact assessment from the text of its YAML file; raises `BadFile` with the lines."""
    return validate(Impact, read_text(text, name=name, what="impact assessment"), what="impact assessment")


def residual(impact: Impact) -> str:
    """The highest risk that remains after the measures: `low`, `medium` or `high`."""
    order = ("low", "medium", HIGH)
    return max((each.left for each in impact.risks), key=order.index)


def open_points(impact: Impact) -> tuple[str, ...]:
    """What keeps it from being signed, each as what to do."""
    return tuple(_open(impact))


def _open(impact: Impact) -> Iterator[str]:
    for key, value in impact.model_dump(mode="json").items():
        for text in value if isinstance(value, list) else [value]:
            for found in _FILL.findall(str(text)):
                yield f"`{key}`: {found.strip('<>')}"
    for number, risk in enumerate(impact.risks, 1):
        if risk.left_likelihood > risk.likelihood or risk.left_severity > risk.severity:
            yield f"`risks`: risk {number} is higher after the measures than before; mend one of the two"
        elif risk.lowered and not risk.measures:
            yield f"`risks`: risk {number} is lowered and no measure says by what"
    if residual(impact) == HIGH and impact.regulator is None:
        yield "`regulator`: a high risk remains, so ask the regulator first, and write down what it said"


def signers(answers: Answers, impact: Impact) -> tuple[str, ...]:
    """The roles whose signature it needs, by what is shared and what risk remains."""
    health = "health" in (answers.sensitive or ()) or {"patient-information", "social-care"} & set(
        answers.protected or ()
    )
    due = {
        "governance-lead": True,
        "caldicott-guardian": bool(health),
        "senior-risk-owner": residual(impact) != "low",
    }
    return tuple(role for role in ROLES if due[role])


def changed_terms(old: str, new: AgreementFile) -> tuple[Difference, ...]:
    """What changed in the terms since it was made, as far as it matters: words and the reference to it do not.

    `old` is the text of the agreement that it was made for.
    """
    before = read_agreement_text(old, name="the terms assessed")
    found = differences(before, new)
    return tuple(each for each in found if each.effect is not Effect.WORDING and not each.clause.startswith("law.dpia"))


def draft_impact(
    title: str,
    answers: Answers,
    result: Result,
    catalogue: Catalogue,
    standards: Mapping[str, Standard],
    *,
    agreement: AgreementFile | None = None,
    on: date,
) -> Impact:
    """A draft from the assessment and, where there is one, the agreement: what is known stands in it already."""
    facts = Facts(answers, catalogue, on, standards)
    triggers = {each.id: each.plain for each in catalogue.dpia_triggers}
    need = tuple(f"{triggers[id_].rstrip('.')}: {shown}." for id_, shown in signs(facts).items())
    return Impact(
        format="easement-impact/1",
        title=title,
        terms=agreement.digest if agreement else "",
        need=need or ("The answers show no sign that makes one due; it is made all the same.",),
        nature=_nature(facts, agreement),
        scope=_scope(facts, agreement),
        context=_context(facts),
        purposes=_purposes(answers),
        consultation="<fill in who was asked of those concerned, and what they said, or why nobody was>",
        advice="<fill in what the data protection officer advises, and why if it is not followed>",
        necessity=answers.necessity or "<fill in why it cannot be done with less, or without>",
        proportion=_proportion(facts, result),
        rights=_rights(facts),
        risks=tuple(map(_risk, risks(facts))) or (_RESIDUE,),
    )


_RESIDUE = ImpactRisk(
    title="<fill in what could go wrong>",
    harm="<fill in what it does to people>",
    likelihood=1,
    severity=1,
    left_likelihood=1,
    left_severity=1,
)


def _risk(risk: Risk) -> ImpactRisk:
    return ImpactRisk(
        title=risk.title,
        harm=risk.harm,
        likelihood=risk.likelihood,
        severity=risk.severity,
        measures=risk.measures,
        left_likelihood=risk.left_likelihood,
        left_severity=risk.left_severity,
    )


def _labels(id_: str, codes: tuple[str, ...] | None) -> str:
    asked = question(id_)
    return listed(asked.label(code) for code in codes) if codes else ""


def _nature(facts: Facts, agreement: AgreementFile | None) -> str:
    answers = facts.answers
    giver = answers.giver_name or (facts.giver.label if facts.giver else "the giver")
    receiver = answers.receiver_name or (facts.receiver.label if facts.receiver else "the receiver")
    said = [f"{giver} gives data to {receiver}."]
    if answers.modes:
        said.append(f"How it is asked for: {_labels('modes', answers.modes)}.")
    if answers.level:
        said.append(f"How well people can be told apart: {question('level').label(answers.level)}.")
    if agreement is not None:
        duties = agreement.terms.duties
        said.append(f"The receiver keeps it for {duties.retain.words}, and then must {duties.then} it.")
    return " ".join(said)


def _scope(facts: Facts, agreement: AgreementFile | None) -> str:
    answers = facts.answers
    said = []
    if agreement is not None:
        for name, share in agreement.terms.shares.items():
            fields = ((field.replace("_", " "), form.written) for field, form in share.fields.items())
            told = listed(f"{field} ({form})" for field, form in fields) if share.fields else "counts"
            said.append(f"Share {name}, of {share.standard}: {told}.")
    elif facts.elements:
        said.append(f"Fields: {listed(element.name.replace('_', ' ') for element in facts.elements)}.")
    if facts.sensitive:
        said.append(f"Sensitive: {_labels('sensitive', facts.sensitive)}.")
    if answers.protected:
        said.append(f"Guarded by a law of its own: {_labels('protected', answers.protected)}.")
    if answers.how_many:
        said.append(f"About how many people in a year: {question('how_many').label(answers.how_many)}.")
    if answers.often:
        said.append(f"How often: {question('often').label(answers.often)}.")
    return " ".join(said) or "<fill in which data, about how many people, how often>"


def _context(facts: Facts) -> str:
    answers = facts.answers
    said = []
    if answers.people:
        said.append(f"It is about: {_labels('people', answers.people)}.")
    if facts.collected_for is not None:
        said.append(f"The giver collected it for: {facts.collected_for.label}.")
    if facts.in_confidence:
        said.append("It was told in confidence.")
    if answers.told:
        said.append(f"Are people told? {question('told').label(answers.told)}.")
    return " ".join(said) or "<fill in whom it is about, and what they expect>"


def _purposes(answers: Answers) -> str:
    said = [text for text in (answers.statement, answers.benefits) if text]
    return " ".join(said) or "<fill in what it is for, and who gains>"


def _proportion(facts: Facts, result: Result) -> str:
    catalogue, answers = facts.catalogue, facts.answers
    said = []
    for side, relied in (("giver", result.giver), ("receiver", result.receiver)):
        laws = [catalogue.power(relied.power).citation] if relied.power else []
        laws += [catalogue.basis(relied.basis).citation] if relied.basis else []
        if laws:
            said.append(f"The {side} relies on {listed(laws)}.")
    if answers.harm_not_sharing:
        said.append(f"If it is not shared: {answers.harm_not_sharing}")
    if answers.harm_sharing:
        said.append(f"If it is shared: {answers.harm_sharing}")
    return " ".join(said) or "<fill in why it is in proportion>"


def _rights(facts: Facts) -> str:
    told = facts.answers.told_why_not
    exempt = f" They are not told because: {told}" if told else ""
    return (
        "People keep their rights of access, correction, restriction and objection, and may use them against each "
        f"party. Corrections are passed on.{exempt}"
    )

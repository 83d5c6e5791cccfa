"""What was answered: one frozen value whose keys are the questions' ids. Anything may be left out while it is asked."""

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, WithJsonSchema
from ruamel.yaml import YAML

from easement.agreement.forms import Form
from easement.base.canonical import canonical_json, sha256_hex
from easement.base.errors import BadFile, Problem
from easement.base.located import Document, read_file, read_text, validate
from easement.base.words import did_you_mean
from easement.law.entry import Entry
from easement.law.model import BodyClass, Purpose
from easement.law.power import Power
from easement.law.shelves import Catalogue

__all__ = [
    "INK",
    "Answers",
    "answers_of",
    "answers_text",
    "check_codes",
    "is_form",
    "read_answers",
    "read_answers_text",
]

FORMAT = "easement-answers/1"

INK = r"[^\s\x85]"
"""At least one character that is seen, said so that every reader of JSON Schema agrees: some take U+0085 for ink."""

_ONE_LINE = r"^[^\x00-\x1f\x7f]*[^\s\x00-\x1f\x7f\x85][^\x00-\x1f\x7f]*$"

Code = Annotated[str, StringConstraints(pattern=r"^[a-z][A-Za-z0-9_-]{0,62}$")]
Line = Annotated[
    str,
    StringConstraints(min_length=1, max_length=200, strip_whitespace=True, pattern=r"^[^\x00-\x1f\x7f]+$"),
    WithJsonSchema({"type": "string", "maxLength": 200, "pattern": _ONE_LINE}),
]
Words = Annotated[
    str,
    StringConstraints(min_length=1, max_length=2_000, strip_whitespace=True),
    WithJsonSchema({"type": "string", "maxLength": 2_000, "pattern": INK}),
]
Element = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,62}$")]


def _keyed(pattern: str, most: int) -> WithJsonSchema:
    """The JSON Schema of texts by key: keys of another shape are refused, which a pattern alone does not say."""
    text = {"type": "string", "maxLength": most, "pattern": INK}
    return WithJsonSchema({"type": "object", "patternProperties": {pattern: text}, "additionalProperties": False})


Reasons = Annotated[Mapping[Code, Words], _keyed(r"^[a-z][A-Za-z0-9_-]{0,62}$", 2_000)]


WrittenForm = Annotated[
    str,
    StringConstraints(min_length=1, max_length=200, strip_whitespace=True),
    WithJsonSchema({"type": "string", "maxLength": 200, "pattern": INK}),
]
"""A form as one short text, as entries show it: `plain`, `year`, `band 0, 300`; `check_codes` holds it to the list."""

Place = Literal["england", "wales", "scotland", "northern-ireland"]
Sensitive = Literal[
    "health", "ethnicity", "religion", "politics", "union", "genetic", "biometric", "sex-life", "orientation",
    "criminal",
]  # fmt: skip
Protected = Literal[
    "tax", "social-security", "child-maintenance", "gender-history", "adoption", "fertility", "spent-convictions",
    "patient-information", "social-care",
]  # fmt: skip
Person = Literal[
    "children", "patients", "at-risk", "claimants", "tenants", "debtors", "employees", "victims", "suspects",
    "migrants", "public",
]  # fmt: skip


class Answers(BaseModel):
    """The answers to "can we share this?"; `None` is a question that was not answered, `()` the answer "none"."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    giver: Code | None = None
    giver_name: Line | None = None
    receiver: Code | None = None
    receiver_name: Line | None = None
    where: Annotated[tuple[Place, ...], Field(min_length=1)] | None = None
    purpose: Code | None = None
    statement: Words | None = None
    collected_for: Code | None = None
    own_task: Words | None = None
    benefits: Words | None = None
    standard: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,62}/[1-9][0-9]{0,3}$")] | None = None
    elements: tuple[Element, ...] | None = None
    sensitive: tuple[Sensitive, ...] | None = None
    protected: tuple[Protected, ...] | None = None
    confidence: bool | None = None
    confidence_met: (
        Literal["direct-care", "consent", "law", "public-interest", "section-251", "nothing", "unsure"] | None
    ) = None
    people: Annotated[tuple[Person, ...], Field(min_length=1)] | None = None
    how_many: Literal["one", "some", "many", "large"] | None = None
    level: Literal["identifiable", "pseudonymised", "anonymised", "aggregate"] | None = None
    modes: Annotated[tuple[Literal["lookup", "match", "bulk", "aggregate"], ...], Field(min_length=1)] | None = None
    often: Literal["once", "as-needed", "regularly"] | None = None
    decided_by: Literal["people", "program", "nobody"] | None = None
    other_purposes: tuple[Code, ...] | None = None
    passed_to: tuple[Code, ...] | None = None
    joining: tuple[Literal["recipient", "provider"], ...] | None = None
    asked_in_writing: bool | None = None
    emergency: bool | None = None
    life_at_risk: bool | None = None
    consent: Literal["no", "free", "not-free"] | None = None
    told: Literal["yes", "exempt", "no"] | None = None
    told_why_not: Words | None = None
    harm_not_sharing: Words | None = None
    harm_sharing: Words | None = None
    necessity: Words | None = None
    why_fields: Reasons | None = None
    forms: Annotated[Mapping[Element, WrittenForm], _keyed(r"^[a-z][a-z0-9_]{0,62}$", 200)] | None = None
    policy_document: Line | None = None
    impact_reference: Line | None = None
    confirmed: Code | None = None
    confirmed_where: Line | None = None
    cleared: Reasons | None = None

    @property
    def given(self) -> dict[str, Any]:
        """What was answered, by question, as JSON holds it."""
        return self.model_dump(mode="json", exclude_none=True)

    @property
    def digest(self) -> str:
        """SHA-256 of the answers as canonical JSON: the same for the same answers, however written."""
        return sha256_hex(canonical_json(self.given))

    def with_(self, **more: Any) -> "Answers":
        """These answers with others put in their place; raises `BadFile` where one cannot be."""
        return answers_of(self.given | more)


class _File(Answers):
    format: Literal["easement-answers/1"]


def answers_of(values: Mapping[str, Any], *, name: str = "answers") -> Answers:
    """Answers from plain data, such as a form's or a request's; raises `BadFile` with each problem by its question."""
    return validate(Answers, Document(name, dict(values), "", {}), what="answers")


def read_answers(path: Path) -> Answers:
    """The answers in a YAML file whose first key is `format: easement-answers/1`; raises `BadFile` with the lines."""
    return _without_format(validate(_File, read_file(path, what="answers"), what="answers"))


def read_answers_text(text: str, *, name: str = "answers") -> Answers:
    """The answers in the text of such a file; raises `BadFile`."""
    return _without_format(validate(_File, read_text(text, name=name, what="answers"), what="answers"))


def answers_text(answers: Answers) -> str:
    """Answers as the text of a file that `read_answers` reads."""
    writer = YAML()
    writer.width, writer.allow_unicode, writer.default_flow_style = 110, True, False
    writer.indent(mapping=2, sequence=4, offset=2)
    out = io.StringIO()
    writer.dump({"format": FORMAT} | answers.given, out)
    return out.getvalue()


def _without_format(file: _File) -> Answers:
    return Answers.model_validate(file.model_dump(exclude={"format"}))


_SHELVES: Mapping[str, type[Entry]] = {
    "giver": BodyClass,
    "receiver": BodyClass,
    "passed_to": BodyClass,
    "purpose": Purpose,
    "collected_for": Purpose,
    "other_purposes": Purpose,
    "confirmed": Power,
    "cleared": Power,
}


def check_codes(answers: Answers, catalogue: Catalogue) -> Answers:
    """The same answers, if every code in them is one of the catalogue's, and every form one; else raises `BadFile`."""
    problems = [_no_form(element, form) for element, form in (answers.forms or {}).items() if not is_form(form)]
    for question, shelf in _SHELVES.items():
        value = getattr(answers, question)
        for code in () if value is None else (value,) if isinstance(value, str) else tuple(value):
            if catalogue.find(shelf, code) is None:
                kind = shelf.shelf.value
                known = [entry.id for entry in catalogue.shelf(shelf.shelf)]
                mend = did_you_mean(code, known, f"look it up: easement law list --kind {kind}")
                problems.append(Problem(f"answers:{question}", f"`{code}` is not a known {_NOUNS[kind]}", mend))
    if problems:
        raise BadFile("the answers hold words that the law catalogue does not know", problems, where="answers")
    return answers


def is_form(written: str) -> bool:
    """Whether a text is a form as it is written."""
    try:
        return bool(Form.from_written(written))
    except ValueError:
        return False


def _no_form(element: str, written: str) -> Problem:
    mend = "use plain, pseudonym, year, month, outward, present, `band 0, 300`, `truncate 3` or `shift P30D`"
    return Problem(f"answers:forms.{element}", f"`{written}` is not a form", mend)


_NOUNS = {"class": "kind of body", "purpose": "purpose", "power": "power or bar"}

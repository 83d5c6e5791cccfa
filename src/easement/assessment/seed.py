"""The draft of an agreement, made from an assessment with nothing typed twice.

What only people can still say stands in `<fill in …>`, and `agreement check` tells of each. A field crosses in the
form that was answered; without one, in the weakest that may do, unless a reason for it was given.
"""

import io
import re
import unicodedata
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, NamedTuple

from ruamel.yaml import YAML

from easement.agreement.duration import Duration
from easement.agreement.edit import GONE
from easement.agreement.forms import Form, FormKind
from easement.agreement.new import PROVIDER, RECIPIENT, TERM
from easement.agreement.read import read_agreement_text
from easement.assessment.answers import Answers
from easement.assessment.confidence import met_by
from easement.assessment.facts import Facts
from easement.assessment.purposes import ruled_out
from easement.assessment.result import Outcome, Relied, Result
from easement.assessment.weaker import form_of
from easement.base.errors import Refused
from easement.base.located import Path_
from easement.base.words import day
from easement.law.shelves import Catalogue
from easement.meaning.model import Standard

__all__ = ["ImpactMade", "seed"]

RESERVED = frozenset({"special_category", "criminal_offence", "confidentiality", "dpia"})
_NOT_REQUIRED = ("law", "dpia", "not_required")
LEAST_GROUP = 10
"""The smallest group of an anonymised share, as `fields.k-small` wants it."""


class ImpactMade(NamedTuple):
    """An impact assessment that every role signed: how an agreement refers to it, what it found, and its day."""

    reference: str
    outcome: str
    dated: date

    def as_dict(self) -> dict[str, str]:
        """What an agreement says of it under `law.dpia`."""
        return {"reference": self.reference, "outcome": self.outcome, "dated": self.dated.isoformat()}

    @property
    def clauses(self) -> dict[Path_, Any]:
        """The same, as what is to be changed in an agreement's text (`agreement.edit.changed`)."""
        return {("law", "dpia", key): value for key, value in self.as_dict().items()} | {_NOT_REQUIRED: GONE}


def seed(
    title: str,
    answers: Answers,
    result: Result,
    catalogue: Catalogue,
    standards: Mapping[str, Standard],
    *,
    today: date,
    assessment: str = "",
    impact: ImpactMade | None = None,
    known: Mapping[str, str] | None = None,
) -> str:
    """The text of an agreement file; `assessment` is the id that it names, `impact` its signed impact assessment.

    `known` are the ids of organisations by their names, so that members of a cluster stand in it by theirs. It can be
    read as it stands. Raises `Refused` where the assessment says `cannot`, does not yet know who would share with whom
    and what for, or is of a single disclosure, which needs a decision and a record and no agreement.
    """
    if result.outcome is Outcome.CANNOT:
        raise Refused("the assessment says that this cannot be shared as it stands", remedy=result.against[0].mend)
    if not (answers.giver and answers.receiver and answers.purpose and answers.statement):
        raise Refused("it is not known yet who would share with whom and what for", remedy="answer those questions")
    facts = Facts(answers, catalogue, result.on, standards)
    if facts.one_off:
        what = "a single disclosure about one person needs a decision and a record, and no agreement"
        raise Refused(what, remedy="print this assessment, and keep it with the record")
    text = _head(title, result, assessment) + _yaml(_terms(title, facts, result, today, impact, known or {}))
    read_agreement_text(text, name="the draft")
    return text


def _head(title: str, result: Result, assessment: str) -> str:
    named = f" {assessment}" if assessment else ""
    lines = [
        f"# {' '.join(title.split())}",
        "#",
        f"# Drafted from the assessment{named}, by the law as at {day(result.as_at)}. Outcome: {result.outcome.words}",
        "# Fill in what stands in <angle brackets>, then: easement agreement check FILE",
    ]
    return "".join(_visible(line) + "\n" for line in lines)


def _visible(line: str) -> str:
    return "".join(character for character in line if not unicodedata.category(character).startswith("C"))


def _terms(
    title: str, facts: Facts, result: Result, today: date, impact: ImpactMade | None, known: Mapping[str, str]
) -> dict[str, Any]:
    answers = facts.answers
    giver, receiver = _party_ids(answers, known)
    return {
        "format": "easement-agreement/1",
        "id": _slug(title) or "fill-in",
        "version": "1.0.0",
        "title": _visible(title).strip() or "Untitled",
        "summary": answers.statement,
        "parties": {
            giver: _party(answers.giver_name, answers.giver, "provider"),
            receiver: _party(answers.receiver_name, answers.receiver, "recipient"),
        },
        **_joining(answers),
        "purpose": _purpose(facts),
        "law": _law(facts, result, giver, receiver) | {"dpia": _dpia(facts, result, impact)},
        "shares": {"main": _share(facts, giver, receiver)},
        "people": {receiver: {"roles": ["fill-in"], "training": ["information-governance"]}},
        "duties": {
            "retain": "P12M",
            "then": "delete",
            "certificate": "required",
            "onward": "none",
            "breach_notice": "PT24H",
            "corrections": "notify",
            "risk_after_disclosure": "recipient",
        },
        "term": _term(today),
        "transparency": {
            "public": True,
            "in_plain_words": answers.statement,
            "notice": "<fill in the address of the privacy notice>",
        },
    }


def _term(today: date) -> dict[str, str]:
    starts = Duration(months=2).after(today.replace(day=1))
    ends = TERM.after(starts) - timedelta(days=1)
    return {"starts": starts.isoformat(), "ends": ends.isoformat(), "review_every": "P12M"}


def _party_ids(answers: Answers, known: Mapping[str, str]) -> tuple[str, str]:
    giver_name, receiver_name = answers.giver_name or "", answers.receiver_name or ""
    giver = known.get(giver_name) or _slug(giver_name) or PROVIDER
    receiver = known.get(receiver_name) or _slug(receiver_name) or RECIPIENT
    return giver, receiver if receiver != giver else f"{receiver}-2"[-63:]


def _slug(name: str) -> str:
    """A name as an id: small letters, digits and hyphens; empty where nothing is left of it."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-").lstrip("0123456789-")[:63].rstrip("-")
    return "" if slug in RESERVED else slug


def _party(name: str | None, body_class: str | None, role: str) -> dict[str, Any]:
    party = {
        "as": role,
        "class": body_class,
        "controller": "independent",
        "contact": "<fill in a shared address, such as dpo@…>",
    }
    return {"name": name, **party} if name else party


def _joining(answers: Answers) -> dict[str, Any]:
    """Who else may join: bodies of the same kind as those who begin, so that the powers found reach them too."""
    kinds = {"recipient": answers.receiver, "provider": answers.giver}
    open_ = {part: {"class": kind} for part, kind in kinds.items() if part in (answers.joining or ())}
    return {"joining": open_} if open_ else {}


def _purpose(facts: Facts) -> dict[str, Any]:
    answers = facts.answers
    excluded = [each.id for each in ruled_out(facts) if each.id not in (answers.other_purposes or ())]
    said = {
        "code": answers.purpose,
        "statement": answers.statement,
        "benefits": [answers.benefits] if answers.benefits else ["<fill in who gains, and what>"],
        "harm_if_not_shared": answers.harm_not_sharing or "<fill in what happens to people if nothing is shared>",
        "necessity": answers.necessity or "<fill in why it cannot be done with less, or without>",
    }
    return said | ({"never_for": excluded} if excluded else {})


def _law(facts: Facts, result: Result, giver: str, receiver: str) -> dict[str, Any]:
    law: dict[str, Any] = {
        giver: _relied(facts, result.giver, facts.answers.own_task),
        receiver: _relied(facts, result.receiver, None),
        "special_category": _condition(result.conditions.special, facts, result),
        "criminal_offence": _condition(result.conditions.criminal, facts, result),
        "confidentiality": {"engaged": facts.in_confidence},
    }
    if facts.in_confidence:
        law["confidentiality"]["met_by"] = met_by(facts) or "<fill in what meets it>"
    return law


def _relied(facts: Facts, relied: Relied, task: str | None) -> dict[str, Any]:
    said: dict[str, Any] = {"power": relied.power} if relied.power else {}
    said["basis"] = relied.basis or "fill-in"
    if relied.basis == "art6_1_c_legal_obligation" and relied.power:
        said["legal_obligation"] = task or facts.catalogue.power(relied.power).citation
    return said


def _condition(ids: tuple[str, ...], facts: Facts, result: Result) -> Any:
    if not ids:
        return "none"
    said = {"condition": ids[0]}
    if len(ids) > 1:
        said["schedule_1"] = ids[1]
    if any(facts.catalogue.condition(id_).policy_document != "no" for id_ in ids):
        said["policy_document"] = (
            facts.answers.policy_document or "<fill in the reference of the appropriate policy document>"
        )
    return said


def _dpia(facts: Facts, result: Result, impact: ImpactMade | None) -> dict[str, Any]:
    if impact is not None:
        return impact.as_dict()
    if not result.impact_due:
        return {"not_required": "The screening questions of the assessment showed no sign that makes one due."}
    return {
        "reference": facts.answers.impact_reference or "<fill in the reference of the impact assessment>",
        "outcome": "<fill in the risk that remains>",
        "dated": None,
    }


def _share(facts: Facts, giver: str, receiver: str) -> dict[str, Any]:
    answers = facts.answers
    level = answers.level or "identifiable"
    modes = ["aggregate"] if level == "aggregate" else list(answers.modes or ("lookup",))
    share: dict[str, Any] = {
        "from": giver,
        "to": [receiver],
        "standard": answers.standard or "fill-in/1",
        "level": level,
        "modes": modes,
        "subjects": "matched" if level == "identifiable" and {"lookup", "match"} & set(modes) else "all",
    }
    if level == "anonymised":
        share["k"] = LEAST_GROUP
    if level == "aggregate":
        return share | {"aggregate": {"dimensions": [element.name for element in facts.elements]}}
    if "aggregate" in modes:
        share["aggregate"] = {"dimensions": []}
    share["fields"] = _fields(facts)
    if "lookup" in modes:
        share["limits"] = {"records_per_day": 100}
    return share


def _fields(facts: Facts) -> dict[str, Any]:
    fields = {element.name: _form(form_of(element, facts)) for element in facts.elements}
    return fields or {"fill_in": "plain"}


def _form(form: Form) -> Any:
    """A form as an agreement's file writes it."""
    match form.kind:
        case FormKind.BAND:
            return {"band": list(form.edges)}
        case FormKind.TRUNCATE:
            return {"truncate": form.length}
        case FormKind.SHIFT:
            return {"shift": form.shift}
    return str(form.kind)


def _yaml(terms: dict[str, Any]) -> str:
    writer = YAML()
    writer.width, writer.allow_unicode, writer.default_flow_style = 110, True, False
    writer.indent(mapping=2, sequence=4, offset=2)
    out = io.StringIO()
    writer.dump(terms, out)
    return out.getvalue()

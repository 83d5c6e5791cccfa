"""Every clause of the format: the section of the document it stands in, its words, and which way is wider.

A clause that could be wider has an order: a function that says whether the new value surely lets more cross, or asks
less in return, than the old. Narrower is the same order asked the other way, so the two can never contradict.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from easement.agreement.duration import Duration
from easement.agreement.forms import Form, FormKind
from easement.agreement.model import Level
from easement.agreement.words import form_words, named
from easement.base.words import day, listed, number

__all__ = ["CLAUSES", "Clause", "Section", "said"]

Order = Callable[[Any, Any], bool]


class Section(StrEnum):
    """The headings of the document, in the order of the regulator's data sharing code (ICO, 2021)."""

    ABOUT = "About this agreement"
    PURPOSE = "What is the purpose of the sharing?"
    PARTIES = "Which organisations are involved?"
    DATA = "What data will be shared?"
    BASIS = "What is the lawful basis and the legal power?"
    SENSITIVE = "Is there special category or criminal offence data?"
    RIGHTS = "What about people’s rights?"
    GOVERNANCE = "How will the data be looked after?"
    IMPACT = "What did the impact assessment find?"
    TERM = "When does it start, end and get reviewed?"
    SIGNATURES = "Who signs?"


@dataclass(frozen=True, slots=True)
class Clause:
    """One clause: its section, which of two values is wider (if that can be told), whether it is only words.

    `absent` says what leaving the clause out means; `whole` keeps a clause with parts from being taken apart.
    """

    section: Section
    wider: Order | None = None
    wording: bool = False
    absent: str = "not said"
    whole: bool = False


def said(value: Any) -> str:
    """A value of any clause as a reviewer reads it."""
    match value:
        case ():
            return "nobody and nothing"
        case bool():
            return "yes" if value else "no"
        case int() | float():
            return number(value)
        case date():
            return day(value)
        case Duration():
            return value.words
        case Form():
            return form_words(value)
        case tuple():
            return listed(map(said, value))
        case Mapping():
            parts = ((key, part) for key, part in value.items() if part not in (None, (), {}))
            return "; ".join(f"{named(key)}: {said(part)}" for key, part in parts)
    return str(value)


def _more(old: Any, new: Any) -> bool:
    """No number at all is no limit."""
    return old is not None and (new is None or new > old)


def _less(old: Any, new: Any) -> bool:
    return old is not None and new is not None and bool(new < old)


def _longer(old: Duration | None, new: Duration | None) -> bool:
    """Surely longer, whatever month it starts in; no duration at all is no limit."""
    if old is None or new is None:
        return old is not None
    months = new.months - old.months
    hours = 24 * (new.days - old.days) + new.hours - old.hours
    return (hours if hours < 0 else 0) + 24 * 28 * months > 0 if months > 0 else hours > 24 * 31 * -months


def _added(old: Any, new: Any) -> bool:
    return old in (None, "none") and new not in (None, "none")


def _superset(old: Any, new: Any) -> bool:
    return _set(old) < _set(new)


def _subset(old: Any, new: Any) -> bool:
    return _set(new) < _set(old)


def _set(value: Any) -> frozenset[Any]:
    return frozenset(() if value in (None, "none") else value)


def _climbs(*rungs: Any) -> Order:
    """Later in the list is wider."""
    return lambda old, new: old in rungs and new in rungs and rungs.index(new) > rungs.index(old)


def _form(old: Form | None, new: Form | None) -> bool:
    """Everything shows more than nothing, `present` is the least and `plain` the most; few others can be compared."""
    if old is None or new is None:
        return new is not None
    if FormKind.PLAIN in (old.kind, new.kind):
        return new.kind is FormKind.PLAIN
    if FormKind.PRESENT in (old.kind, new.kind):
        return old.kind is FormKind.PRESENT
    if old.kind is not new.kind:
        return (old.kind, new.kind) == (FormKind.YEAR, FormKind.MONTH)
    return set(old.edges) < set(new.edges) or new.length > old.length


_IDENTIFIABILITY = _climbs(Level.AGGREGATE, Level.ANONYMISED, Level.PSEUDONYMISED, Level.IDENTIFIABLE)

CLAUSES: Mapping[str, Clause] = {
    "format": Clause(Section.ABOUT),
    "id": Clause(Section.ABOUT),
    "version": Clause(Section.ABOUT, wording=True),
    "title": Clause(Section.ABOUT, wording=True),
    "summary": Clause(Section.ABOUT, wording=True),
    "supersedes": Clause(Section.ABOUT, wording=True),
    "purpose.code": Clause(Section.PURPOSE),
    "purpose.statement": Clause(Section.PURPOSE),
    "purpose.benefits": Clause(Section.PURPOSE, wording=True),
    "purpose.harm_if_not_shared": Clause(Section.PURPOSE, wording=True),
    "purpose.necessity": Clause(Section.PURPOSE, wording=True),
    "purpose.never_for": Clause(Section.PURPOSE, _subset),
    "parties.*": Clause(Section.PARTIES, _added, absent="not a party"),
    "parties.*.as": Clause(Section.PARTIES),
    "parties.*.controller": Clause(Section.PARTIES),
    "parties.*.contact": Clause(Section.PARTIES, wording=True),
    "parties.*.name": Clause(Section.PARTIES, wording=True),
    "parties.*.class": Clause(Section.PARTIES),
    "joining.*": Clause(Section.PARTIES, _added, absent="nobody may join"),
    "joining.*.class": Clause(Section.PARTIES),
    "shares.*": Clause(Section.DATA, _added, absent="not shared"),
    "shares.*.from": Clause(Section.DATA),
    "shares.*.to": Clause(Section.DATA, _superset),
    "shares.*.standard": Clause(Section.DATA),
    "shares.*.level": Clause(Section.DATA, _IDENTIFIABILITY),
    "shares.*.modes": Clause(Section.DATA, _superset),
    "shares.*.subjects": Clause(Section.DATA, _climbs("matched", "all")),
    "shares.*.rows": Clause(Section.DATA, lambda old, new: old is not None and new is None, absent="every row"),
    "shares.*.fields.*": Clause(Section.DATA, _form, absent="not shared"),
    "shares.*.aggregate": Clause(Section.DATA, _added),
    "shares.*.aggregate.dimensions": Clause(Section.DATA, _superset),
    "shares.*.aggregate.measures.*": Clause(Section.DATA, _added, whole=True),
    "shares.*.aggregate.small_numbers.hide_below": Clause(Section.DATA, _less),
    "shares.*.aggregate.small_numbers.round_to": Clause(Section.DATA, _less),
    "shares.*.k": Clause(Section.DATA, _less),
    "shares.*.match": Clause(Section.DATA, absent="by exact rules"),
    "shares.*.match.method": Clause(Section.DATA),
    "shares.*.match.model": Clause(Section.DATA),
    "shares.*.match.through": Clause(Section.DATA, _superset),
    "shares.*.match.disclose": Clause(Section.DATA, _less),
    "shares.*.match.hold": Clause(Section.DATA),
    "shares.*.match.reviewers": Clause(Section.DATA, _less),
    "shares.*.match.sample": Clause(Section.DATA, _less),
    "shares.*.match.groups": Clause(Section.DATA),
    "shares.*.limits.records_per_day": Clause(Section.DATA, _more, absent="no limit"),
    "shares.*.limits.records_per_request": Clause(Section.DATA, _more, absent="no limit"),
    "law.parties.*": Clause(Section.BASIS),
    "law.parties.*.power": Clause(Section.BASIS),
    "law.parties.*.basis": Clause(Section.BASIS),
    "law.parties.*.legal_obligation": Clause(Section.BASIS),
    "law.confidentiality": Clause(Section.BASIS),
    "law.confidentiality.engaged": Clause(Section.BASIS),
    "law.confidentiality.met_by": Clause(Section.BASIS),
    "law.special_category": Clause(Section.SENSITIVE, _added),
    "law.special_category.condition": Clause(Section.SENSITIVE),
    "law.special_category.schedule_1": Clause(Section.SENSITIVE),
    "law.special_category.policy_document": Clause(Section.SENSITIVE),
    "law.criminal_offence": Clause(Section.SENSITIVE, _added),
    "law.criminal_offence.condition": Clause(Section.SENSITIVE),
    "law.criminal_offence.schedule_1": Clause(Section.SENSITIVE),
    "law.criminal_offence.policy_document": Clause(Section.SENSITIVE),
    "transparency": Clause(Section.RIGHTS),
    "transparency.public": Clause(Section.RIGHTS),
    "transparency.in_plain_words": Clause(Section.RIGHTS, wording=True),
    "transparency.reason_not_public": Clause(Section.RIGHTS, wording=True),
    "transparency.notice": Clause(Section.RIGHTS, wording=True),
    "people.*": Clause(Section.GOVERNANCE, _added, absent="nobody may ask"),
    "people.*.roles": Clause(Section.GOVERNANCE, _superset),
    "people.*.training": Clause(Section.GOVERNANCE, _subset),
    "duties.retain": Clause(Section.GOVERNANCE, _longer),
    "duties.then": Clause(Section.GOVERNANCE),
    "duties.certificate": Clause(Section.GOVERNANCE, _climbs("required", "none")),
    "duties.onward": Clause(Section.GOVERNANCE, _superset),
    "duties.breach_notice": Clause(Section.GOVERNANCE, _longer),
    "duties.corrections": Clause(Section.RIGHTS, _climbs("notify", "none")),
    "duties.risk_after_disclosure": Clause(Section.GOVERNANCE),
    "emergency": Clause(Section.GOVERNANCE, _added),
    "emergency.allowed_for": Clause(Section.GOVERNANCE, _superset),
    "emergency.record_within": Clause(Section.GOVERNANCE, _longer),
    "emergency.review_within": Clause(Section.GOVERNANCE, _longer),
    "law.dpia": Clause(Section.IMPACT),
    "law.dpia.reference": Clause(Section.IMPACT),
    "law.dpia.outcome": Clause(Section.IMPACT),
    "law.dpia.dated": Clause(Section.IMPACT),
    "law.dpia.not_required": Clause(Section.IMPACT),
    "term.starts": Clause(Section.TERM, _less),
    "term.ends": Clause(Section.TERM, _more),
    "term.review_every": Clause(Section.TERM, _longer, absent="no review"),
}
"""Every clause by its path in the model; `*` stands for an id that people choose. A generated test keeps it whole."""

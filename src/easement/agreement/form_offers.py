"""What may be chosen in each field of an agreement's form: from the law catalogue, the standards and the agreement."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from easement.agreement.forms import Form, FormKind
from easement.agreement.words import form_words, named
from easement.base.located import Path_
from easement.law.model import Basis, BodyClass, Condition, ConditionKind, Purpose
from easement.law.power import Power
from easement.law.shelves import Catalogue
from easement.meaning.model import Element, Standard

__all__ = ["OFFERS", "Option", "at", "element_of", "options_of", "with_own"]


@dataclass(frozen=True, slots=True)
class Option:
    """One thing that may be chosen, in words."""

    code: str
    words: str
    hint: str = ""


def at(data: Any, path: Path_) -> Any:
    """The value at a path of plain data; `None` where there is none."""
    for step in path:
        if not isinstance(data, Mapping):
            return None
        data = data.get(step)
    return data


def element_of(path: Path_, data: Mapping[str, Any], standards: Mapping[str, Standard]) -> Element | None:
    """The element of a standard that a share's field is, where the standard is known."""
    standard = standards.get(at(data, ("shares", path[1], "standard")) or "")
    return standard.elements.get(str(path[-1])) if standard else None


Offer = Callable[[Path_, Mapping[str, Any], Catalogue, Mapping[str, Standard]], list[Option]]


def _fixed(*codes: str, **words: str) -> Offer:
    options = [Option(code, named(code)) for code in codes] + [Option(code, text) for code, text in words.items()]
    return lambda _path, _data, _catalogue, _standards: options


def _classes(_path: Path_, _data: Any, catalogue: Catalogue, _standards: Any) -> list[Option]:
    return sorted((Option(e.id, e.label, e.plain) for e in catalogue.all(BodyClass)), key=lambda o: o.words)


def _purposes(_path: Path_, _data: Any, catalogue: Catalogue, _standards: Any) -> list[Option]:
    return sorted((Option(e.id, e.label, e.plain) for e in catalogue.all(Purpose)), key=lambda o: o.words)


def _powers(_path: Path_, _data: Any, catalogue: Catalogue, _standards: Any) -> list[Option]:
    return [Option(e.id, e.citation, e.plain) for e in catalogue.all(Power) if e.is_power]


def _bases(_path: Path_, _data: Any, catalogue: Catalogue, _standards: Any) -> list[Option]:
    return [Option(e.id, e.citation, e.plain) for e in catalogue.all(Basis)]


def _conditions(*kinds: ConditionKind) -> Offer:
    def offer(_path: Path_, _data: Any, catalogue: Catalogue, _standards: Any) -> list[Option]:
        found = (each for each in catalogue.all(Condition) if each.kind in kinds)
        return [Option(each.id, each.citation, each.plain) for each in found]

    return offer


def _parties(role: str) -> Offer:
    def offer(_path: Path_, data: Mapping[str, Any], _catalogue: Any, _standards: Any) -> list[Option]:
        return [Option(id_, each.get("name") or id_) for id_, each in data["parties"].items() if each["as"] == role]

    return offer


def _standards(_path: Path_, _data: Any, _catalogue: Any, standards: Mapping[str, Standard]) -> list[Option]:
    return [Option(ref, each.title, each.description) for ref, each in sorted(standards.items())]


def _forms(path: Path_, data: Mapping[str, Any], _catalogue: Any, standards: Mapping[str, Standard]) -> list[Option]:
    element = element_of(path, data, standards)
    plain = [Form(kind) for kind in FormKind if kind not in (FormKind.BAND, FormKind.TRUNCATE, FormKind.SHIFT)]
    fitting = [form for form in plain if element is None or form.takes(element.type)]
    return [Option(form.written, form_words(form)) for form in fitting]


OFFERS: Mapping[str, Offer] = {
    "parties.*.as": _fixed(provider="gives", recipient="receives"),
    "parties.*.controller": _fixed("independent", "joint", "processor"),
    "parties.*.class": _classes,
    "joining.*.class": _classes,
    "purpose.code": _purposes,
    "purpose.never_for": _purposes,
    "shares.*.from": _parties("provider"),
    "shares.*.to": _parties("recipient"),
    "shares.*.standard": _standards,
    "shares.*.level": _fixed("identifiable", "pseudonymised", "anonymised", "aggregate"),
    "shares.*.modes": _fixed(
        lookup="one person at a time", match="matched with a list", bulk="many records", aggregate="counts"
    ),
    "shares.*.subjects": _fixed(matched="only people on the recipient’s own list", all="everybody"),
    "shares.*.match.method": _fixed(
        rules="by exact rules", model="by a model learnt from the registers", encoded="by keyed encodings of names"
    ),
    "shares.*.fields.*": _forms,
    "law.parties.*.power": _powers,
    "law.parties.*.basis": _bases,
    "law.confidentiality.engaged": _fixed(true="yes", false="no"),
    "law.special_category.condition": _conditions(ConditionKind.ARTICLE_9),
    "law.special_category.schedule_1": _conditions(ConditionKind.SCHEDULE_1),
    "law.criminal_offence.condition": _conditions(ConditionKind.CRIMINAL_OFFENCE, ConditionKind.SCHEDULE_1),
    "law.criminal_offence.schedule_1": _conditions(ConditionKind.SCHEDULE_1),
    "transparency.public": _fixed(true="yes", false="no"),
    "duties.then": _fixed("delete", "return", "anonymise"),
    "duties.certificate": _fixed("required", "none"),
    "duties.corrections": _fixed(notify="pass them on", none="not passed on"),
    "duties.risk_after_disclosure": _fixed("recipient", "provider", "shared"),
    "emergency.allowed_for": _purposes,
}
"""What may be chosen, by clause; clauses that are not here are written."""


def options_of(
    pattern: str, path: Path_, data: Mapping[str, Any], catalogue: Catalogue, standards: Mapping[str, Standard]
) -> tuple[Option, ...]:
    """What may be chosen in a clause; nothing where it is written."""
    offer = OFFERS.get(pattern)
    return tuple(offer(path, data, catalogue, standards)) if offer else ()


def with_own(options: tuple[Option, ...], values: tuple[str, ...]) -> tuple[Option, ...]:
    """The options, with what stands there now though the catalogue does not know it."""
    known = {option.code for option in options}
    return options + tuple(Option(value, value) for value in values if value not in known)

"""What several organisations answered, put side by side: one row for each thing said, and each value with its source.

Elements of different standards are one thing where they play the same part for a person (a family name is one,
whatever it is called), or are called the same and hold the same kind of value. Nothing is merged and none preferred.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from easement.agreement.forms import Form, FormKind
from easement.agreement.words import named
from easement.base.words import listed
from easement.exchange.message_carry import Silence
from easement.exchange.model import Answered, Silent
from easement.gate.model import Code
from easement.gate.prepare import Offer
from easement.meaning.model import Element, Key
from easement.meaning.syntax import Type
from easement.picture.compare import Reading, agree, apart, hint, reading, readings
from easement.picture.model import (
    Asked,
    Conflict,
    Happening,
    Match,
    PersonSeen,
    Picture,
    Row,
    Source,
    Strength,
    Value,
    Why,
    Withheld,
)
from easement.picture.naming import NAMING, part_name, parts_of

__all__ = ["WHO", "assemble"]

WHO = "who"
"""The theme of what says who somebody is; every other theme is a standard's title."""

_SURE = frozenset({Key.FAMILY_NAME, Key.DATE_OF_BIRTH})


def assemble(people: Sequence[Mapping[str, str]], asked: Sequence[Asked], at: datetime) -> Picture:
    """The picture of people, in the order in which they were named, from all that was asked about each."""
    numbered = list(enumerate(asked, 1))
    return Picture(
        tuple(
            _person(said, [(number, each) for number, each in numbered if each.person == place])
            for place, said in enumerate(people)
        ),
        at,
    )


def _person(said: Mapping[str, str], asked: Sequence[tuple[int, Asked]]) -> PersonSeen:
    given = [(number, each, each.came) for number, each in asked if isinstance(each.came, Answered)]
    sources = tuple(_source(number, each, came, said) for number, each, came in given)
    told = [_Told(number, came, _offer(each)) for number, each, came in given]
    return PersonSeen(
        named=dict(said),
        sources=sources,
        rows=_rows(told),
        timeline=tuple(sorted(_timeline(told), key=lambda each: (each.when, each.source, each.record))),
        withheld=tuple(gap for _, each in asked for gap in _withheld(each)),
    )


def _offer(asked: Asked) -> Offer | None:
    return asked.agreement.offers.get(asked.wish.share) if asked.agreement else None


# Who answered


def _source(number: int, asked: Asked, came: Answered, said: Mapping[str, str]) -> Source:
    decision, offer, agreement = came.decision, _offer(asked), asked.agreement
    law = agreement.terms.law.parties.get(came.provider) if agreement else None
    return Source(
        number=number,
        provider=came.provider,
        agreement_id=decision.agreement.id,
        version=decision.agreement.version,
        digest=decision.agreement.digest,
        share=decision.share,
        standard=offer.standard.ref if offer else "",
        basis=decision.basis.get(came.provider, ""),
        power=(law.power or "") if law else "",
        at=came.at,
        message=came.message,
        entry=came.entry,
        peer_entry=came.peer_entry,
        records=len(came.records),
        match=_match(asked, came, offer, said) if offer and came.records else None,
        keep_until=agreement.duties.retain.after(came.at.date()) if agreement else None,
    )


def _match(asked: Asked, came: Answered, offer: Offer, said: Mapping[str, str]) -> Match:
    """By what the record was found, and what of the rest that the asker said it agrees with."""
    parts = [(name, element, key) for name, element, key in parts_of(offer) if said.get(name)]
    used = [name for name, element, _ in parts if element.name in asked.wish.person]
    found: dict[str, list[str]] = {"agree": [], "differ": [], "unsaid": []}
    for name, element, _ in parts:
        found[_held(said[name], element, came)].append(name)
    keys = {key for name, _, key in parts if name in used}
    strength = Strength.STRONG if Key.IDENTIFIER in keys else Strength.FAIR if keys >= _SURE else Strength.WEAK
    if found["differ"]:
        strength = Strength.WEAK
    words = f"found by {listed([named(name) for name in used])}"
    if found["differ"]:
        words += f"; the record says another {listed([named(name) for name in found['differ']])} than you did"
    return Match(strength, words, *(tuple(each) for each in found.values()))


def _held(said: str, element: Element, came: Answered) -> str:
    """What the records say of one part that the asker gave: that, something else, or nothing."""
    form = _form(came, element.name)
    if form is None:
        return "unsaid"
    asked = reading(said, element, Form(FormKind.PLAIN))
    told = [r for record in came.records if (r := reading(record.get(element.name), element, form)) is not None]
    if asked is None or not told:
        return "unsaid"
    return "agree" if all(agree(asked, each) for each in told) else "differ"


def _form(came: Answered, element: str) -> Form | None:
    written = came.decision.fields.get(element)
    return Form.from_written(written) if written else None


# What was said


class _Told:
    """One answer as it is put together: its number, its records, and the standard that they are of."""

    def __init__(self, number: int, came: Answered, offer: Offer | None) -> None:
        self.number, self.came, self.offer = number, came, offer

    def element(self, name: str) -> Element | None:
        return self.offer.standard.elements.get(name) if self.offer else None

    def values(self) -> Iterator[tuple[str, Value]]:
        for number, record in enumerate(self.came.records, 1):
            for name, value in record.items():
                form = self.came.decision.fields.get(name, "")
                yield name, Value(value, self.number, number, name, form)


def _rows(told: Sequence[_Told]) -> tuple[Row, ...]:
    """Every thing that was said, who somebody is first, then by standard, in the order of each."""
    found: dict[tuple[int, str, str], list[tuple[Value, Element | None, _Told]]] = {}
    for each in told:
        for name, value in each.values():
            element = each.element(name)
            found.setdefault(_place(name, element, each), []).append((value, element, each))
    ordered = sorted(found.items(), key=lambda item: item[0][0])
    return tuple(_row(said) for _, said in ordered)


def _place(name: str, element: Element | None, told: _Told) -> tuple[int, str, str]:
    """What makes values one row: the part that they play, else name and kind; and where it stands among the rows."""
    if element is None:
        return (99, name, told.came.provider)
    if element.key is Key.SEX:
        return (len(NAMING), element.key.value, "")
    if element.key is not None:
        return (NAMING.index(element.key), part_name(element, element.key), "")
    return (len(NAMING) + 1, name, element.type.value + " ".join(sorted(element.codes)))


def _row(said: Sequence[tuple[Value, Element | None, _Told]]) -> Row:
    first, element, told = said[0]
    if element is None:
        return Row(first.element, "", "", tuple(value for value, _, _ in said))
    name = part_name(element, element.key) if element.key else element.name
    theme = WHO if element.key else told.offer.standard.title if told.offer else ""
    return Row(name, theme, element.definition, tuple(value for value, _, _ in said), _conflict(said))


def _conflict(said: Sequence[tuple[Value, Element | None, _Told]]) -> Conflict | None:
    """How sources differ, where they do; what several records of one source say is for the reader."""
    by_source: dict[int, list[Reading]] = {}
    for value, element, _ in said:
        if element is not None and value.form:
            read = reading(value.value, element, Form.from_written(value.form))
            if read is not None:
                by_source.setdefault(value.source, []).append(read)
    every = list(by_source.values())
    if not apart(every):
        return None
    numbers = list(by_source)
    return Conflict(tuple((text, tuple(numbers[n] for n in places)) for text, places in readings(every)), hint(every))


def _timeline(told: Sequence[_Told]) -> Iterator[Happening]:
    """Every date that something has, but for the day of birth; a date that was moved is none."""
    for each in told:
        for name, value in each.values():
            element = each.element(name)
            if element is None or element.type is not Type.DATE or element.key is Key.DATE_OF_BIRTH:
                continue
            read = reading(value.value, element, Form.from_written(value.form)) if value.form else None
            if read is not None:
                yield Happening(read.text, name, each.number, value.record)


# What is not there

_BY_CODE = {
    Code.PERSON_AMBIGUOUS: Why.SEVERAL_FIT,
    Code.AGREEMENT_NOT_IN_FORCE: Why.SUSPENDED,
    Code.AGREEMENT_SUPERSEDED: Why.SUSPENDED,
}


def _withheld(asked: Asked) -> Iterator[Withheld]:
    came, wish = asked.came, asked.wish

    def gap(why: Why, text: str, remedy: str = "", name: str = "", entry: int | None = None) -> Withheld:
        return Withheld(wish.provider, wish.agreement, wish.share, why, text, remedy, name, entry)

    if isinstance(came, Silent):
        yield _silent(came, gap)
        return
    if not came.records:
        text = "nobody like this was found, or nobody whom the agreement covers"
        yield gap(Why.NOBODY_FOUND, text, entry=came.entry)
    for name, text in came.decision.withheld.items():
        yield gap(Why.NOT_COVERED, text, name=name, entry=came.entry)


def _silent(came: Silent, gap: Any) -> Withheld:
    if came.refusal is None:
        why = Why.NOT_GENUINE if came.why == Silence.WRONG_ANSWER else Why.NOT_ANSWERED
        found: Withheld = gap(why, came.text, came.remedy)
        return found
    unmet = came.refusal.decision.unmet
    why = next((_BY_CODE[each.code] for each in unmet if each.code in _BY_CODE), Why.REFUSED)
    said = next((each for each in unmet if each.code in _BY_CODE), unmet[0])
    refused: Withheld = gap(why, said.text, said.remedy, entry=came.refusal.entry)
    return refused

"""The catalogue as those who use it see it: shelves of entries, found by id, by kind of body or by words."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from functools import cached_property
from typing import TypeVar, cast

from easement.base.errors import UsageError
from easement.base.words import did_you_mean
from easement.law.entry import Entry, Kind
from easement.law.model import (
    Basis,
    BodyClass,
    Clash,
    Condition,
    DpiaTrigger,
    Duty,
    Identifier,
    Purpose,
)
from easement.law.power import Power

__all__ = ["Catalogue"]

Found = TypeVar("Found", bound=Entry)


@dataclass(frozen=True)
class Catalogue:
    """All entries, by kind, as the law stood at `as_at`. `load` is asked for a shelf when it is first used.

    Lookups named for a kind (`power("…")`) take an id or an alias and raise `UsageError` with near matches; those
    that begin with `find_` return `None` instead.
    """

    as_at: date
    load: Callable[[Kind], Iterable[Entry]] = field(repr=False)
    _shelves: dict[Kind, dict[str, Entry]] = field(default_factory=dict, compare=False, repr=False)

    def shelf(self, kind: Kind) -> tuple[Entry, ...]:
        """Every entry of one kind, in the order of its files."""
        return tuple(entry for name, entry in self._named(kind).items() if name == entry.id)

    def on_shelf(self, kind: Kind, id_: str) -> Entry | None:
        """The entry of one kind with this id or alias, or `None`."""
        return self._named(kind).get(id_)

    def entry(self, id_: str) -> Entry:
        """The entry of any kind with this id or alias; raises `UsageError` with near matches."""
        for kind in Kind:
            if found := self.on_shelf(kind, id_):
                return found
        raise _unknown("entry of the law catalogue", id_, [name for kind in Kind for name in self._named(kind)])

    def all(self, type_: type[Found]) -> tuple[Found, ...]:
        """Every entry of one type: `all(Question)`, in the order of its files."""
        return cast("tuple[Found, ...]", self.shelf(type_.shelf))

    def find(self, type_: type[Found], id_: str) -> Found | None:
        """The entry of one type with this id or alias, or `None`: `find(Power, "edu_2005_s110")`."""
        return cast("Found | None", self.on_shelf(type_.shelf, id_))

    def get(self, type_: type[Found], id_: str) -> Found:
        """The entry of one type with this id or alias; raises `UsageError` with near matches."""
        found = self.find(type_, id_)
        if found is None:
            raise _unknown(_NOUNS.get(type_.shelf, type_.shelf.value), id_, list(self._named(type_.shelf)))
        return found

    def basis(self, id_: str) -> Basis:
        """A lawful basis, such as `art6_1_e`."""
        return self.get(Basis, id_)

    def find_basis(self, id_: str) -> Basis | None:
        """A lawful basis, or `None`."""
        return self.find(Basis, id_)

    def condition(self, id_: str) -> Condition:
        """A condition, such as `art9_g` or `s1_p18`."""
        return self.get(Condition, id_)

    def find_condition(self, id_: str) -> Condition | None:
        """A condition, or `None`."""
        return self.find(Condition, id_)

    def power(self, id_: str) -> Power:
        """A power, gateway, bar or exemption, such as `edu_2005_s110`."""
        return self.get(Power, id_)

    def find_power(self, id_: str) -> Power | None:
        """A power, gateway, bar or exemption, or `None`."""
        return self.find(Power, id_)

    def purpose(self, code: str) -> Purpose:
        """A purpose, such as `benefit-eligibility`."""
        return self.get(Purpose, code)

    def find_purpose(self, code: str) -> Purpose | None:
        """A purpose, or `None`."""
        return self.find(Purpose, code)

    def body_class(self, code: str) -> BodyClass:
        """A kind of body, such as `local-authority`."""
        return self.get(BodyClass, code)

    def find_body_class(self, code: str) -> BodyClass | None:
        """A kind of body, or `None`."""
        return self.find(BodyClass, code)

    @property
    def bases(self) -> tuple[Basis, ...]:
        """The lawful bases of article 6."""
        return self.all(Basis)

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """The conditions for sensitive data, and the recognised legitimate interests."""
        return self.all(Condition)

    @property
    def powers(self) -> tuple[Power, ...]:
        """The powers and gateways, with the bars and exemptions among them (`is_power` tells)."""
        return self.all(Power)

    @property
    def purposes(self) -> tuple[Purpose, ...]:
        """What data is shared for."""
        return self.all(Purpose)

    @property
    def body_classes(self) -> tuple[BodyClass, ...]:
        """The kinds of body."""
        return self.all(BodyClass)

    @property
    def clashes(self) -> tuple[Clash, ...]:
        """The purposes that pull against each other."""
        return self.all(Clash)

    @property
    def duties(self) -> tuple[Duty, ...]:
        """Rights, retention, breach, transfers, contracts, records."""
        return self.all(Duty)

    @property
    def dpia_triggers(self) -> tuple[DpiaTrigger, ...]:
        """The signs that an impact assessment is due."""
        return self.all(DpiaTrigger)

    @property
    def identifiers(self) -> tuple[Identifier, ...]:
        """Identifiers and formats."""
        return self.all(Identifier)

    def is_a(self, class_code: str, ancestor: str) -> bool:
        """Whether every body of one kind is of the other: `is_a("school", "public-authority")`. A kind is itself.

        Raises `UsageError` for a code that the catalogue does not know.
        """
        return self.body_class(ancestor).id in self._ancestors[self.body_class(class_code).id]

    def search(self, text: str) -> tuple[Entry, ...]:
        """The entries that hold every word of `text`; those that say it in so many words come first."""
        words, phrase = text.casefold().split(), " ".join(text.casefold().split())
        hits = [entry for kind in Kind for entry in self.shelf(kind) if _holds(words, _all_text(entry))]
        return tuple(
            sorted(hits, key=lambda entry: (phrase not in _heading(entry), not _holds(words, _heading(entry))))
        )

    def _named(self, kind: Kind) -> Mapping[str, Entry]:
        if kind not in self._shelves:
            entries = tuple(self.load(kind))
            self._shelves[kind] = {name: entry for entry in entries for name in (entry.id, *entry.aliases)}
        return self._shelves[kind]

    @cached_property
    def _ancestors(self) -> Mapping[str, frozenset[str]]:
        """Each class with itself and all that it is; the hierarchy has no cycle, which a test holds."""
        found: dict[str, frozenset[str]] = {}

        def climb(code: str) -> frozenset[str]:
            if code not in found:
                parents = self.body_class(code).parents
                found[code] = frozenset({code}).union(*map(climb, parents))
            return found[code]

        for body_class in self.body_classes:
            climb(body_class.id)
        return found


_NOUNS: Mapping[Kind, str] = {Kind.CLASS: "kind of body", Kind.SMALL_NUMBER_RULE: "rule for small numbers"}


def _all_text(entry: Entry) -> str:
    return " ".join(str(getattr(entry, part.name)) for part in fields(entry) if part.name != "jurisdiction").casefold()


def _heading(entry: Entry) -> str:
    return f"{entry.id} {entry.name} {entry.citation} {entry.plain}".casefold()


def _holds(words: Iterable[str], text: str) -> bool:
    return all(word in text for word in words)


def _unknown(noun: str, id_: str, known: list[str]) -> UsageError:
    mend = did_you_mean(id_, known, "look it up: easement law list")
    return UsageError(f"`{id_}` is not a known {noun}", remedy=mend)

"""A cross-walk: which codes of one list say what codes of another say, and what is lost on the way.

The relation is said of what a code is put into, in the words of SKOS: `exact` says the same; `broader` says more, so
the code becomes a part of it and cannot be told apart again; `narrower` says less, so that nobody can choose it without
more knowledge; `related` has to do with it and is no translation.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from easement.base.located import misplaced
from easement.meaning.codes import MOST_CODES, CodeList, Standing

__all__ = ["CrossWalk", "Fit", "Link", "Pair", "Relation", "Walk", "compose", "inverse", "succession", "walk_of"]


class Relation(StrEnum):
    """What the code of the other list is to ours."""

    EXACT = "exact"
    BROADER = "broader"
    NARROWER = "narrower"
    RELATED = "related"

    @property
    def turned(self) -> "Relation":
        """The same, said from the other side."""
        return {Relation.BROADER: Relation.NARROWER, Relation.NARROWER: Relation.BROADER}.get(self, self)


class Fit(StrEnum):
    """What becomes of a value: the first two are put into the other list, the others are not, and why."""

    SAME = "same"
    COARSER = "coarser"
    SEVERAL = "several"
    RELATED = "related"
    NOTHING = "nothing"
    UNKNOWN = "unknown"

    @property
    def maps(self) -> bool:
        """Whether the value is put into the other list."""
        return self in (Fit.SAME, Fit.COARSER)

    @property
    def words(self) -> str:
        """What it means, as a report says it."""
        return {
            Fit.SAME: "says the same",
            Fit.COARSER: "becomes part of a broader code: detail is lost",
            Fit.SEVERAL: "could be several codes, and the value does not say which",
            Fit.RELATED: "has to do with a code there, and does not say the same",
            Fit.NOTHING: "has no code there",
            Fit.UNKNOWN: "is not a code of the list",
        }[self]


@dataclass(frozen=True, slots=True)
class Pair:
    """One code of a list, and what one of another is to it; `via` are the codes between, where a third list stood."""

    subject: str
    object: str
    relation: Relation
    note: str = ""
    via: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Walk:
    """A cross-walk ready to be used, in one direction. `via` names the third list where two walks were joined."""

    from_: str
    to: str
    pairs: tuple[Pair, ...]
    unlinked: Mapping[str, str]
    source: str = ""
    checked: date | None = None
    via: str = ""
    justification: str = "manual"

    def of(self, code: str) -> tuple[Pair, ...]:
        """The pairs of one code."""
        return tuple(pair for pair in self.pairs if pair.subject == code)

    def put(self, code: str) -> tuple[str | None, Fit]:
        """The code of the other list that a value becomes, or none and why."""
        return _put(self.of(code), known=code in self.unlinked)

    @property
    def table(self) -> dict[str, str]:
        """Each code that maps, with what it becomes: the `codes:` of a mapping."""
        found = {pair.subject: self.put(pair.subject)[0] for pair in self.pairs}
        return {code: to for code, to in found.items() if to is not None}

    @property
    def merged(self) -> dict[str, tuple[str, ...]]:
        """The codes of the other list that several of ours become: that cannot be undone."""
        into: dict[str, list[str]] = {}
        for code, to in self.table.items():
            into.setdefault(to, []).append(code)
        return {to: tuple(codes) for to, codes in into.items() if len(codes) > 1}

    @property
    def stuck(self) -> dict[str, Fit]:
        """The codes that do not map, and why."""
        codes = dict.fromkeys([*(pair.subject for pair in self.pairs), *self.unlinked])
        found = {code: self.put(code)[1] for code in codes}
        return {code: fit for code, fit in found.items() if not fit.maps}

    @property
    def losses(self) -> tuple[str, ...]:
        """What this direction loses, in sentences; empty where nothing is."""
        told = [f"{len(codes)} codes become `{to}`: cannot be undone" for to, codes in self.merged.items()]
        merged = {code for codes in self.merged.values() for code in codes}
        for code, to in self.table.items():
            if code not in merged and self.put(code)[1] is Fit.COARSER:
                told.append(f"`{code}` becomes the broader `{to}`: what else that takes in can no longer be told apart")
        return (*told, *(f"`{code}` does not map: it {fit.words}" for code, fit in self.stuck.items()))

    def apply(self, counts: Mapping[str, int]) -> "Applied":
        """Counted values put into the other list, and what does not map with how many rows it has."""
        put = {value: self.put(value) for value in counts}
        into: dict[str, int] = {}
        for value, (to, _) in put.items():
            if to is not None:
                into[to] = into.get(to, 0) + counts[value]
        left = {value: (fit, counts[value]) for value, (_, fit) in put.items() if not fit.maps}
        coarser = sum(counts[value] for value, (_, fit) in put.items() if fit is Fit.COARSER)
        return Applied(into, left, sum(counts.values()), coarser)


@dataclass(frozen=True, slots=True)
class Applied:
    """What became of counted values: `into` by code, `left` what does not map and why, `coarser` rows lost detail."""

    into: Mapping[str, int]
    left: Mapping[str, tuple[Fit, int]]
    rows: int
    coarser: int

    @property
    def mapped(self) -> int:
        """Rows whose value maps."""
        return sum(self.into.values())


def _put(pairs: Iterable[Pair], *, known: bool) -> tuple[str | None, Fit]:
    by = {relation: [pair.object for pair in pairs if pair.relation is relation] for relation in Relation}
    if len(by[Relation.EXACT]) == 1:
        return by[Relation.EXACT][0], Fit.SAME
    if len(by[Relation.BROADER]) == 1 and not by[Relation.EXACT]:
        return by[Relation.BROADER][0], Fit.COARSER
    if by[Relation.EXACT] or by[Relation.BROADER] or len(by[Relation.NARROWER]) > 1:
        return None, Fit.SEVERAL
    if by[Relation.NARROWER] or by[Relation.RELATED]:
        return None, Fit.SEVERAL if by[Relation.NARROWER] else Fit.RELATED
    return None, Fit.NOTHING if known else Fit.UNKNOWN


def _one_or_several(value: Any) -> Any:
    return (str(value),) if isinstance(value, str | int) and not isinstance(value, bool) else value


class Link(BaseModel):
    """What one code is linked to: `{is: broader, to: [M]}`, or `{none: why}`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    relation: Relation = Field(default=Relation.EXACT, alias="is")
    to: Annotated[tuple[str, ...], BeforeValidator(_one_or_several)] = ()
    none: str = ""
    note: str = ""

    @model_validator(mode="after")
    def _one_way(self) -> "Link":
        if bool(self.to) == bool(self.none):
            raise ValueError("give `to`, or `none` with the reason\nwrite `{is: broader, to: M}` or `{none: why}`")
        if self.relation in (Relation.EXACT, Relation.BROADER) and len(self.to) > 1:
            raise ValueError(f"a code is {self.relation} in one other at most\nsay `narrower` or `related` of several")
        if len(set(self.to)) != len(self.to):
            raise ValueError("it names a code twice\nname each once")
        return self


def _links(value: Any) -> Any:
    """`A: white-british` is short for `A: {is: exact, to: white-british}`."""
    if not isinstance(value, dict):
        return value
    return {str(code): {"to": str(to)} if isinstance(to, str | int) else to for code, to in value.items()}


class CrossWalk(BaseModel):
    """The file of a cross-walk, `FROM--TO.yaml`: what it rests on, when that was checked, and its pairs."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal["easement-crosswalk/1"]
    from_: str = Field(alias="from", min_length=1)
    to: str = Field(min_length=1)
    source: str = Field(min_length=1)
    checked: date
    pairs: Annotated[dict[str, Link], BeforeValidator(_links), Field(min_length=1, max_length=MOST_CODES)]

    @model_validator(mode="after")
    def _exact_is_one_to_one(self) -> "CrossWalk":
        if self.from_ == self.to:
            raise misplaced(("to",), "a list needs no cross-walk to itself", "name another list")
        taken: dict[str, str] = {}
        for code, link in self.pairs.items():
            for to in link.to if link.relation is Relation.EXACT else ():
                if to in taken:
                    what = f"`{code}` and `{taken[to]}` cannot both say exactly what `{to}` says"
                    raise misplaced(("pairs", code), what, "say `broader` of both, or `related` of one")
                taken[to] = code
        return self


def walk_of(file: CrossWalk) -> Walk:
    """The cross-walk of a file, in the direction in which it is written."""
    pairs = [Pair(code, to, link.relation, link.note) for code, link in file.pairs.items() for to in link.to]
    unlinked = {code: link.none for code, link in file.pairs.items() if link.none}
    return Walk(file.from_, file.to, tuple(pairs), unlinked, file.source, file.checked)


def inverse(walk: Walk, codes: Iterable[str] = ()) -> Walk:
    """The same cross-walk the other way; `codes` are those of the list it then starts from."""
    pairs = tuple(Pair(p.object, p.subject, p.relation.turned, p.note, p.via) for p in walk.pairs)
    linked = {pair.subject for pair in pairs}
    unlinked = {code: "no code there says it" for code in codes if code not in linked}
    return Walk(walk.to, walk.from_, pairs, unlinked, walk.source, walk.checked, walk.via, walk.justification)


def compose(first: Walk, second: Walk) -> Walk:
    """Two cross-walks one after the other, through the list that both know; each pair keeps the codes between."""
    assert first.to == second.from_
    found: dict[tuple[str, str], list[tuple[Relation, str]]] = {}
    for one in first.pairs:
        for other in second.of(one.object):
            pair = (one.subject, other.object)
            found.setdefault(pair, []).append((_joined(one.relation, other.relation), one.object))
    pairs = tuple(
        Pair(subject, object_, _strongest(relation for relation, _ in ways), via=tuple(code for _, code in ways))
        for (subject, object_), ways in found.items()
    )
    linked = {pair.subject for pair in pairs}
    lost = {one.subject: "its way ends in the list between" for one in first.pairs if one.subject not in linked}
    days = [walk.checked for walk in (first, second) if walk.checked is not None]
    source = f"{first.source}; then {second.source}"
    checked = min(days) if days else None
    return Walk(first.from_, second.to, pairs, {**first.unlinked, **lost}, source, checked, first.to, "composed")


def _joined(one: Relation, other: Relation) -> Relation:
    """What follows from two steps: alike in direction it holds, through `exact` the other holds, else only related."""
    if Relation.EXACT in (one, other):
        return other if one is Relation.EXACT else one
    return one if one is other else Relation.RELATED


def _strongest(relations: Iterable[Relation]) -> Relation:
    """One relation for a pair that several ways lead to: what all say, else the weakest that can be said."""
    found = set(relations)
    if len(found) == 1:
        return found.pop()
    return (
        Relation.EXACT if Relation.EXACT in found and found <= {Relation.EXACT, Relation.RELATED} else Relation.RELATED
    )


def succession(codes: CodeList, on: date) -> Walk:
    """The cross-walk from codes that ended to those that stand on a day: a merger is `broader`, a split `narrower`."""
    ended = [code for code in codes.codes if codes.standing(code, on) is Standing.ENDED]
    now = {code: codes.successors(code, on) for code in ended}
    alone = {
        after: sum(after in each for each in now.values()) == 1 for after in {a for each in now.values() for a in each}
    }
    pairs = []
    for code, after in now.items():
        for each in after:
            split = Relation.NARROWER if len(after) > 1 else Relation.EXACT if alone[each] else Relation.BROADER
            pairs.append(Pair(code, each, split))
    standing = [Pair(code, code, Relation.EXACT) for code in codes.as_at(on)]
    unlinked = {code: "nothing took its place" for code, after in now.items() if not after}
    return Walk(codes.ref, codes.ref, (*standing, *pairs), unlinked, codes.source, codes.checked)

"""What a change of a code list or a standard touches at a node, told before anything changes."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sqlglot import exp

from easement.agreement.model import Share
from easement.agreement.read import AgreementFile, read_agreement
from easement.base.errors import BadFile, EasementError
from easement.gate.datasets import dataset_from, mappings, place_of
from easement.meaning.codes import CodeList
from easement.meaning.codes_used import codes_in_condition, codes_in_way, elements_with
from easement.meaning.compare import compare_lists, compare_standards
from easement.meaning.crosswalk import Walk
from easement.meaning.crosswalk_shelf import crosswalks
from easement.meaning.expression import names, parse
from easement.meaning.mapping import DatasetMapping, Way, read_mapping
from easement.meaning.model import Standard
from easement.meaning.project import project
from easement.meaning.standards import refs, standard
from easement.sources.files import open_sources

__all__ = ["Effect", "Touched", "effects", "effects_of_standard"]


@dataclass(frozen=True, slots=True)
class Effect:
    """One thing that a change touches. `kind` is `mapping`, `agreement` or `crosswalk`, `place` where in it.

    `breaks` is whether it would fail or mean something else once it is moved; `codes` are those that went or say
    something else; `rows` how many records have them now, where that was counted.
    """

    kind: str
    id: str
    place: str
    element: str
    breaks: bool
    what: str
    mend: str
    codes: tuple[str, ...] = ()
    rows: int | None = None

    def as_dict(self) -> dict[str, Any]:
        """The effect as `--json` prints it."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Touched:
    """All that a change touches, and the files that could not be read to see."""

    standards: tuple[str, ...]
    effects: tuple[Effect, ...]
    unread: tuple[str, ...]

    @property
    def breaking(self) -> tuple[Effect, ...]:
        """What would fail, or mean something else."""
        return tuple(effect for effect in self.effects if effect.breaks)


def effects(home: Path, old: CodeList, new: CodeList, *, walk: Walk | None = None, count: bool = False) -> Touched:
    """What the change from one list to another touches at a node.

    `walk` leads from the old codes to the new, for the mends; `count` reads the datasets to say how many records have
    the codes that go.
    """
    folders = (home / "standards",)
    using = {ref: each for ref in refs(folders) if elements_with(each := standard(ref, folders), old.ref)}
    changes = compare_lists(old, new)
    gone = tuple(change.code for change in changes if change.breaks)
    came = tuple(change.code for change in changes if change.change == "added")
    into = {change.code: change.becomes for change in changes} | _by_walk(walk, gone)
    case = _Case(home, old.ref, gone, came, into, count)
    found: list[Effect] = []
    unread: list[str] = []
    for path, mapping in _mappings(home, unread):
        if mapping.standard in using:
            found += case.of_mapping(path, mapping, using[mapping.standard])
    for file in _agreements(home, unread):
        for id_, share in file.terms.shares.items():
            if share.standard in using:
                found += case.of_share(f"{file.terms.id} {file.terms.version}", id_, share, using[share.standard])
    for way in _walks(home, unread):
        found += case.of_walk(way, new.ref)
    return Touched(tuple(using), tuple(found), tuple(unread))


def _by_walk(walk: Walk | None, gone: Sequence[str]) -> dict[str, tuple[str, ...]]:
    into = {code: walk.put(code)[0] for code in gone} if walk is not None else {}
    return {code: (to,) for code, to in into.items() if to is not None}


def _mappings(home: Path, unread: list[str]) -> Iterator[tuple[Path, DatasetMapping]]:
    for path in mappings(home):
        try:
            yield path, read_mapping(path, (home / "standards",))
        except BadFile:
            unread.append(f"datasets/{path.name}")


def _agreements(home: Path, unread: list[str]) -> Iterator[AgreementFile]:
    for path in sorted((home / "agreements").glob("*.yaml")):
        try:
            yield read_agreement(path)
        except BadFile:
            unread.append(f"agreements/{path.name}")


def _walks(home: Path, unread: list[str]) -> tuple[Walk, ...]:
    try:
        return crosswalks((home / "standards",))
    except EasementError as error:
        unread.append(error.where or "standards/crosswalks")
        return ()


@dataclass(frozen=True, slots=True)
class _Case:
    home: Path
    ref: str
    gone: tuple[str, ...]
    came: tuple[str, ...]
    into: dict[str, tuple[str, ...]]
    count: bool

    def of_mapping(self, path: Path, mapping: DatasetMapping, known: Standard) -> Iterator[Effect]:
        for element in elements_with(known, self.ref):
            way = mapping.elements.get(element)
            if way is not None and way.absent is None:
                rows = self.rows(path, mapping, known, element)
                yield self._of_way(mapping.id, element, way, rows)

    def _of_way(self, id_: str, element: str, way: Way, rows: int | None) -> Effect:
        place = f"elements.{element}"
        if way.codes or way.constant is not None:
            hit = tuple(code for code in codes_in_way(way) if code in self.gone)
            if not hit:
                return Effect("mapping", id_, place, element, False, "it names no code that changes", "", (), rows)
            what = f"it leads to {_some(hit)}, which the new list has not or says something else of"
            return Effect("mapping", id_, place, element, True, what, self.mend(hit), hit, rows)
        what = f"values that are written as {_some(self.gone)} would no longer map" if self.gone else "no value is lost"
        mend = f"add `codes:` for them: {self.mend(self.gone)}" if self.gone else ""
        return Effect("mapping", id_, place, element, bool(self.gone), what, mend, self.gone, rows)

    def of_share(self, agreement: str, id_: str, share: Share, known: Standard) -> Iterator[Effect]:
        place = f"shares.{id_}"
        condition = parse(share.rows) if share.rows else None
        for element in elements_with(known, self.ref):
            if condition is not None and element in names(condition):
                named = [code.value for name, code in codes_in_condition(condition, known.types) if name == element]
                yield self._of_condition(agreement, f"{place}.rows", element, [str(value) for value in named])
            if share.aggregate is not None and element in share.aggregate.dimensions:
                what = "tables by it have other rows, and cannot be laid beside those of before"
                changed = bool(self.gone or self.came)
                mend = "say so where figures are published"
                yield Effect(
                    "agreement", agreement, f"{place}.aggregate.dimensions", element, changed, what, mend, self.gone
                )
            if element in share.fields:
                what = "who receives it must know the new codes"
                yield Effect(
                    "agreement", agreement, f"{place}.fields", element, bool(self.gone), what, "tell them", self.gone
                )

    def _of_condition(self, agreement: str, place: str, element: str, named: Sequence[str]) -> Effect:
        hit = tuple(code for code in dict.fromkeys(named) if code in self.gone)
        if hit:
            what = f"the condition names {_some(hit)}, which no record would have"
            return Effect("agreement", agreement, place, element, True, what, self.mend(hit), hit)
        if self.came:
            what = f"the condition was agreed before {_some(self.came)}: it may take in more, or leave out"
            return Effect("agreement", agreement, place, element, True, what, "ask the parties, and name them or not")
        return Effect("agreement", agreement, place, element, False, "it names no code that changes", "")

    def of_walk(self, walk: Walk, new: str) -> Iterator[Effect]:
        """What of a cross-walk between the list and a third: it stays as it is, and the new list has none yet."""
        if self.ref not in (walk.from_, walk.to) or new in (walk.from_, walk.to):
            return
        from_here = walk.from_ == self.ref
        named = {pair.subject if from_here else pair.object for pair in walk.pairs}
        hit = tuple(code for code in self.gone if code in named or (from_here and code in walk.unlinked))
        id_, place = f"{walk.from_} to {walk.to}", "pairs"
        mend = f"write one for `{new}`, or one from `{self.ref}` to `{new}` so that a way leads through it"
        if not hit:
            what = f"it names no code that changes, and is for `{self.ref}` alone"
            yield Effect("crosswalk", id_, place, "", False, what, mend)
            return
        leads = "leads from" if from_here else "leads to"
        what = f"it {leads} {_some(hit)}, which the new list has not or says something else of"
        yield Effect("crosswalk", id_, place, "", True, what, mend, hit)

    def mend(self, codes: Sequence[str]) -> str:
        told = [
            f"{' or '.join(f'`{to}`' for to in self.into[code])} for `{code}`" for code in codes if self.into.get(code)
        ]
        lost = [f"`{code}`" for code in codes if not self.into.get(code)]
        parts = [
            f"write {'; '.join(told[:SOME])}" if told else "",
            f"nothing is said to take the place of {', '.join(lost[:SOME])}" if lost else "",
        ]
        return "; ".join(part for part in parts if part)

    def rows(self, path: Path, mapping: DatasetMapping, known: Standard, element: str) -> int | None:
        """How many records have a code that goes; `None` where it is not asked for or the data cannot be read."""
        if not self.count or not self.gone:
            return None
        try:
            dataset = dataset_from(path, None, (self.home / "standards",), home=self.home)
            place = place_of(dataset, "counted")
            with open_sources(place) as session:
                source = session.sources[place.name]
                value = project(mapping, known, columns=source.columns)[element]
                wanted = exp.In(this=value, expressions=[exp.convert(code) for code in self.gone])
                sql = f"select count(*) filter (where {wanted.sql('duckdb')}) from {source.relation}"  # noqa: S608
                return int(source.measure(sql)[0][0])
        except EasementError:
            return None


SOME = 8
"""Codes named in one sentence."""


def _some(codes: Sequence[str]) -> str:
    more = f" and {len(codes) - SOME} more" if len(codes) > SOME else ""
    return ", ".join(f"`{code}`" for code in codes[:SOME]) + more


def effects_of_standard(home: Path, old: Standard, new: Standard) -> Touched:
    """What moving from one standard to another touches at a node: by element, whether a mapping or a share names it."""
    changed = {change.element: change for change in compare_standards(old, new) if change.breaks}
    found: list[Effect] = []
    unread: list[str] = []
    for _, mapping in _mappings(home, unread):
        named = mapping.elements if mapping.standard == old.ref else ()
        for name in named:
            if name in changed:
                each = changed[name]
                found.append(Effect("mapping", mapping.id, f"elements.{name}", name, True, each.part, each.means))
    for file in _agreements(home, unread):
        for id_, share in file.terms.shares.items():
            used = _elements_of(share) if share.standard == old.ref else ()
            for name in used:
                if name in changed:
                    each, agreement = changed[name], f"{file.terms.id} {file.terms.version}"
                    found.append(Effect("agreement", agreement, f"shares.{id_}", name, True, each.part, each.means))
    return Touched((old.ref,), tuple(found), tuple(unread))


def _elements_of(share: Share) -> tuple[str, ...]:
    """Every element that a share names, each once."""
    in_rows = names(parse(share.rows)) if share.rows else ()
    counted = (*share.aggregate.dimensions, *share.aggregate.summed) if share.aggregate else ()
    return tuple(dict.fromkeys([*share.fields, *in_rows, *counted]))

"""Two standards, or two code lists, held against each other: what changed, and what that breaks for their users."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from easement.meaning.codes import Code, CodeList
from easement.meaning.model import Element, Standard

__all__ = ["Change", "CodeChange", "compare_elements", "compare_lists", "compare_standards"]

Codes = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between two standards. `part` is what of the element differs, or `element` for all of it.

    `breaks` is whether a mapping or an agreement that holds for the old could fail, or mean something else, with the
    new; `means` says what it leads to.
    """

    element: str
    part: str
    before: str | None
    after: str | None
    breaks: bool
    means: str

    def as_dict(self) -> dict[str, Any]:
        """The change as `--json` prints it."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class CodeChange:
    """One difference between two code lists: `change` is `added`, `removed`, `relabelled` or `dates`.

    `becomes` are the codes of the new list that take the place of one removed.
    """

    code: str
    change: str
    before: str | None
    after: str | None
    becomes: tuple[str, ...] = ()

    @property
    def breaks(self) -> bool:
        """Whether what names the code could fail, or mean something else."""
        return self.change in ("removed", "relabelled")

    def as_dict(self) -> dict[str, Any]:
        """The change as `--json` prints it."""
        return asdict(self) | {"breaks": self.breaks}


def compare_lists(old: CodeList, new: CodeList) -> tuple[CodeChange, ...]:
    """What changed from one list to another: codes that went first, then those that came, in the order of the lists."""
    gone = [code for code in old.codes if code not in new.codes]
    kept = [code for code in old.codes if code in new.codes]
    removed = [CodeChange(code, "removed", old.codes[code].label, None, _heirs(code, old, new)) for code in gone]
    changed = [change for code in kept for change in _differences(code, old.codes[code], new.codes[code])]
    added = [CodeChange(code, "added", None, each.label) for code, each in new.codes.items() if code not in old.codes]
    return (*removed, *changed, *added)


def _heirs(code: str, old: CodeList, new: CodeList) -> tuple[str, ...]:
    """What takes a removed code's place, as far as the old list said it."""
    return tuple(after for after in old.codes[code].becomes if after in new.codes)


def _differences(code: str, old: Code, new: Code) -> Iterator[CodeChange]:
    if old.label != new.label:
        yield CodeChange(code, "relabelled", old.label, new.label)
    before, after = (_dates(each) for each in (old, new))
    if before != after:
        yield CodeChange(code, "dates", before, after, new.becomes)


def _dates(code: Code) -> str:
    parts = [
        f"from {code.valid_from}" if code.valid_from else "",
        f"until {code.valid_to}" if code.valid_to else "",
        f"then {', '.join(code.becomes)}" if code.becomes else "",
    ]
    return " ".join(part for part in parts if part) or "always"


def compare_standards(old: Standard, new: Standard) -> tuple[Change, ...]:
    """What changed from one standard to another: elements that went, that changed, and that came."""
    gone = [_gone(element) for name, element in old.elements.items() if name not in new.elements]
    pairs = [(element, new.elements[name]) for name, element in old.elements.items() if name in new.elements]
    changed = [change for one, other in pairs for change in compare_elements(one, other)]
    came = [_came(element) for name, element in new.elements.items() if name not in old.elements]
    return (*gone, *changed, *came, *_keys(old, new))


def _gone(element: Element) -> Change:
    means = "a mapping that fills it has a problem, and a share that names it cannot be given"
    return Change(element.name, "element", element.definition, None, True, means)


def _came(element: Element) -> Change:
    means = "nothing has it yet: a mapping may say how it is had"
    if element.personal:
        means += f"; it is {element.sensitivity}, so ask whether it is needed at all"
    return Change(element.name, "element", None, element.definition, False, means)


def _keys(old: Standard, new: Standard) -> Iterator[Change]:
    if old.record_key != new.record_key:
        before, after = (", ".join(each.record_key) or None for each in (old, new))
        yield Change("", "record key", before, after, True, "what counts as one record is another: counts may differ")


def compare_elements(old: Element, new: Element) -> Iterator[Change]:
    """What changed from one element to another; raises nothing, whatever they are."""
    if old.type is not new.type:
        means = "values must be read in another way: mappings and conditions on it need to be looked at"
        yield Change(old.name, "type", old.type, new.type, True, means)
    if old.codes or new.codes:
        yield from _code_changes(old.name, old.codes, new.codes)
    if old.sensitivity is not new.sensitivity:
        yield Change(old.name, "sensitivity", old.sensitivity, new.sensitivity, True, _bearing(old, new))
    for part, breaks, means in _PARTS:
        before, after = getattr(old, part), getattr(new, part)
        if before != after:
            yield Change(old.name, part, _text(before), _text(after), breaks, means)


_PARTS = (
    ("definition", True, "it may mean something else: read both, and ask whether every mapping still fits"),
    ("identifier", True, "values are held to another form, and may not pass"),
    ("format", True, "values are held to another form, and may not pass"),
    ("key", True, "people are matched by something else"),
    ("unit", True, "numbers count something else: convert them, or two kinds stand side by side"),
)


def _text(value: object) -> str | None:
    return str(value) if value not in (None, "") else None


def _bearing(old: Element, new: Element) -> str:
    if new.special_category or new.criminal:
        return "agreements that share it need a condition for data of that kind in law"
    if old.special_category or old.criminal:
        return "a condition that agreements name for it is perhaps no longer needed"
    return "agreements that share it may lack, or no longer need, a basis for it"


def _code_changes(name: str, old: Codes, new: Codes) -> Iterator[Change]:
    gone, came = [code for code in old if code not in new], [code for code in new if code not in old]
    if gone:
        means = "narrower: values of these codes no longer map, and a condition that names one selects nobody"
        yield Change(name, "codes", _some(gone, old), None, True, means)
    if came:
        means = "wider: values that did not map may; a condition by `not` or `!=` now takes in more"
        yield Change(name, "codes", None, _some(came, new), False, means)
    said = [code for code in old if code in new and old[code] != new[code]]
    if said:
        means = "the same code says something else: ask whether every mapping still fits"
        yield Change(name, "labels", _some(said, old), _some(said, new), True, means)


SOME = 12
"""Codes named of one change; a longer list is on the pages of the code lists."""


def _some(codes: Iterable[str], labels: Codes) -> str:
    listed = [f"{code} ({labels[code]})" if labels[code] != code else code for code in codes]
    more = f", and {len(listed) - SOME} more" if len(listed) > SOME else ""
    return ", ".join(listed[:SOME]) + more

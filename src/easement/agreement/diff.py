"""What changed between two versions of an agreement, as a reviewer reads it.

Terms are compared, not text: order, spacing and defaults written out make no difference. Each difference says
whether it lets more cross. Two versions that differ only in how they are written still show one difference,
because parties sign the digest.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from pydantic import BaseModel

from easement.agreement.clauses import CLAUSES, Clause, Section, said
from easement.agreement.read import AgreementFile
from easement.base.words import many

__all__ = ["Difference", "Effect", "differences", "report", "summary"]


class Effect(StrEnum):
    """What a difference does: lets more cross (or asks less in return), lets less, cannot be told, or only words."""

    WIDER = "wider"
    NARROWER = "narrower"
    CHANGED = "changed"
    WORDING = "wording"


@dataclass(frozen=True, slots=True)
class Difference:
    """One clause that differs: the document's section, the path in the file, what it said and what it says."""

    section: Section
    clause: str
    was: str
    now: str
    effect: Effect

    def as_dict(self) -> dict[str, str]:
        """The difference as `--json` shows it."""
        return {
            "section": self.section.value,
            "clause": self.clause,
            "was": self.was,
            "now": self.now,
            "effect": self.effect.value,
        }


class _Keyed(dict[str, Any]):
    """Parts that people name (parties, shares, fields), where a model's parts are named by the format."""


def differences(old: AgreementFile, new: AgreementFile) -> tuple[Difference, ...]:
    """Every clause in which two versions differ, in the order of the document; empty where the digests agree."""
    if old.digest == new.digest:
        return ()
    order = list(Section)
    found = sorted(_compare((), (), _tree(old.terms), _tree(new.terms)), key=lambda d: order.index(d.section))
    rewritten = f"{new.digest} (the same terms, written in another way)"
    return tuple(found) or (Difference(Section.ABOUT, "digest", old.digest, rewritten, Effect.WORDING),)


def summary(found: tuple[Difference, ...]) -> str:
    """One line for the head of a review: `3 changes widen what is shared, 1 narrows it`."""
    counts = Counter(difference.effect for difference in found)
    kinds = [(effect, counts[effect]) for effect in Effect if counts[effect]]
    if not kinds:
        return "the two versions are the same"
    (first, most), *rest = kinds
    head = f"{many(most, 'change')} {_VERBS[first][most != 1]}"
    return ", ".join([head, *(f"{n} {_VERBS[effect][n != 1]}" for effect, n in rest)])


_VERBS = {
    Effect.WIDER: ("widens what is shared", "widen what is shared"),
    Effect.NARROWER: ("narrows it", "narrow it"),
    Effect.CHANGED: ("needs a person to judge", "need a person to judge"),
    Effect.WORDING: ("is wording only", "are wording only"),
}


def report(found: tuple[Difference, ...]) -> str:
    """The differences as text: the summary first, then each clause under the heading of its section."""
    lines, section = [summary(found)], ""
    for difference in found:
        if difference.section != section:
            section = difference.section
            lines += ["", section]
        lines += [
            f"  {difference.clause} ({difference.effect})",
            f"    was: {difference.was}",
            f"    now: {difference.now}",
        ]
    return "\n".join(lines)


def _tree(value: Any) -> Any:
    if isinstance(value, BaseModel):
        fields = type(value).model_fields
        return {info.alias or name: _tree(getattr(value, name)) for name, info in fields.items()}
    if isinstance(value, Mapping):
        return _Keyed({key: _tree(part) for key, part in value.items()})
    return value


def _compare(path: tuple[str, ...], pattern: tuple[str, ...], old: Any, new: Any) -> Iterator[Difference]:
    if old == new:
        return
    clause = CLAUSES.get(".".join(pattern))
    if isinstance(old, dict) and isinstance(new, dict) and not (clause and clause.whole):
        for key in {**old, **new}:
            part = "*" if isinstance(old, _Keyed) else key
            yield from _compare((*path, key), (*pattern, part), old.get(key), new.get(key))
    else:
        yield _difference(path, clause or _UNKNOWN, old, new)


_UNKNOWN = Clause(Section.ABOUT)


def _difference(path: tuple[str, ...], clause: Clause, old: Any, new: Any) -> Difference:
    in_file = path[:1] + path[2:] if path[:2] == ("law", "parties") else path
    was, now = (clause.absent if value is None else said(value) for value in (old, new))
    return Difference(clause.section, ".".join(in_file), was, now, _effect(clause, old, new))


def _effect(clause: Clause, old: Any, new: Any) -> Effect:
    if clause.wording:
        return Effect.WORDING
    if clause.wider is None:
        return Effect.CHANGED
    match clause.wider(old, new), clause.wider(new, old):
        case True, False:
            return Effect.WIDER
        case False, True:
            return Effect.NARROWER
    return Effect.CHANGED

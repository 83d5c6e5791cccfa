"""Forms: what is done to a value before it crosses. Which form fits which kind of value, and which level of share."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import core_schema

from easement.meaning.expression import Type

__all__ = ["Form", "FormKind", "bands", "days", "number"]


class FormKind(StrEnum):
    """The forms there are; the value's own name in the file."""

    PLAIN = "plain"
    PSEUDONYM = "pseudonym"
    YEAR = "year"
    MONTH = "month"
    OUTWARD = "outward"
    BAND = "band"
    TRUNCATE = "truncate"
    PRESENT = "present"
    SHIFT = "shift"


_TEXT = frozenset({Type.TEXT, Type.CODE})
_TAKES = {
    FormKind.YEAR: frozenset({Type.DATE}),
    FormKind.MONTH: frozenset({Type.DATE}),
    FormKind.OUTWARD: frozenset({Type.TEXT}),
    FormKind.BAND: frozenset({Type.INTEGER, Type.NUMBER}),
    FormKind.TRUNCATE: _TEXT,
    FormKind.SHIFT: frozenset({Type.DATE}),
}

_DAYS = re.compile(r"P([1-9][0-9]{0,3})D\Z")


@dataclass(frozen=True, slots=True)
class Form:
    """One form with its argument, as written in the file: `plain`, `{band: [0, 300]}`, `{shift: P30D}`.

    `edges` are the band's edges in rising order; `length` is the letters kept by truncate; `shift` is written as an
    ISO 8601 duration of whole days and holds the largest shift to either side.
    """

    kind: FormKind
    edges: tuple[float, ...] = ()
    length: int = 0
    shift: str = ""

    @classmethod
    def read(cls, value: Any) -> "Form":
        """A form from what stands in the file; raises `ValueError` whose second line is the mend."""
        if isinstance(value, Form):
            return value
        if isinstance(value, str):
            return cls._named(value)
        if isinstance(value, dict) and len(value) == 1:
            ((name, argument),) = value.items()
            return cls._with_argument(str(name), argument)
        raise ValueError("a form is one word or one `{name: argument}`\nfor example `plain` or `{band: [0, 300]}`")

    @classmethod
    def _named(cls, name: str) -> "Form":
        if name in (FormKind.BAND, FormKind.TRUNCATE, FormKind.SHIFT):
            example = {"band": "[0, 300, 600]", "truncate": "3", "shift": "P30D"}[name]
            raise ValueError(f"the form `{name}` needs an argument\nwrite `{{{name}: {example}}}`")
        if name not in tuple(FormKind):
            raise ValueError(f"`{name}` is not a form\nuse one of {', '.join(FormKind)}")
        return cls(FormKind(name))

    @classmethod
    def _with_argument(cls, name: str, argument: Any) -> "Form":
        match name, argument:
            case "band", list() if _rising(argument):
                return cls(FormKind.BAND, edges=tuple(argument))
            case "band", _:
                raise ValueError("the edges of a band rise from low to high\nwrite `{band: [0, 300, 600]}`")
            case "truncate", int() if argument in range(1, 100):
                return cls(FormKind.TRUNCATE, length=argument)
            case "truncate", _:
                raise ValueError("truncate keeps a whole number of letters, 1 to 99\nwrite `{truncate: 3}`")
            case "shift", str() if _DAYS.match(argument):
                return cls(FormKind.SHIFT, shift=argument)
            case "shift", _:
                raise ValueError("shift takes whole days\nwrite `{shift: P30D}`")
        raise ValueError(f"`{name}` is not a form that takes an argument\nuse band, truncate or shift")

    @property
    def written(self) -> str:
        """The form as one short text, as entries and answers show it: `band 0, 300, 616.67`."""
        argument = (
            ", ".join(number(edge) for edge in self.edges) or self.shift or (str(self.length) if self.length else "")
        )
        return f"{self.kind} {argument}".strip()

    @classmethod
    def from_written(cls, written: str) -> "Form":
        """The form that was `written` so; raises `ValueError` for what is none."""
        name, _, argument = written.partition(" ")
        match name:
            case FormKind.BAND:
                return cls.read({name: [float(edge) for edge in argument.split(", ")]})
            case FormKind.TRUNCATE:
                return cls.read({name: int(argument)})
            case FormKind.SHIFT:
                return cls.read({name: argument})
        return cls.read(written)

    def takes(self, kind: Type) -> bool:
        """Whether the form can be given to values of this kind."""
        return kind in _TAKES.get(self.kind, frozenset(Type))

    @property
    def coarsens(self) -> bool:
        """Whether the form says less than the value did, without being a key of its own."""
        return self.kind not in (FormKind.PLAIN, FormKind.PSEUDONYM, FormKind.SHIFT)

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: Any, _handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        return core_schema.no_info_plain_validator_function(
            cls.read, serialization=core_schema.plain_serializer_function_ser_schema(lambda form: form.written)
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, _schema: Any, _handler: GetJsonSchemaHandler) -> dict[str, Any]:
        plain = [kind for kind in FormKind if kind not in (FormKind.BAND, FormKind.TRUNCATE, FormKind.SHIFT)]
        arguments = {
            "band": {"type": "array", "items": {"type": "number"}, "minItems": 1},
            "truncate": {"type": "integer", "minimum": 1, "maximum": 99},
            "shift": {"type": "string", "pattern": "^P[1-9][0-9]{0,3}D$"},
        }
        return {
            "description": "What is done to the value before it crosses.",
            "oneOf": [
                {"enum": plain},
                *(
                    {"type": "object", "properties": {n: a}, "required": [n], "additionalProperties": False}
                    for n, a in arguments.items()
                ),
            ],
        }


def number(value: float) -> str:
    """A number as people write it, with every digit that it has: `300`, `616.67`."""
    return f"{value:.15g}"


def bands(edges: Sequence[float]) -> tuple[tuple[float | None, str], ...]:
    """The half-open bands that rising edges make, each as its upper edge (the last has none) and its label.

    A label is the very text that crosses, and what a signed document names: `under 0`, `0 to under 300`,
    `616.67 or more`. A value on an edge belongs to the band above it.
    """
    inner = ((high, f"{number(low)} to under {number(high)}") for low, high in pairwise(edges))
    return ((edges[0], f"under {number(edges[0])}"), *inner, (None, f"{number(edges[-1])} or more"))


def days(duration: str) -> int:
    """The whole days of a duration like `P30D`; raises `ValueError` for anything else."""
    found = _DAYS.match(duration)
    if found is None:
        raise ValueError(f"`{duration}` is not a duration of whole days\nwrite `P30D`")
    return int(found.group(1))


def _rising(edges: list[Any]) -> bool:
    numbers = all(isinstance(edge, int | float) and not isinstance(edge, bool) for edge in edges)
    return bool(edges) and numbers and all(a < b for a, b in pairwise(edges))

"""Dates as people write them, read by Spark exactly as DuckDB's `try_strptime` reads them."""

import re
from collections.abc import Sequence

from sqlglot import exp

__all__ = ["day_read"]

_MONTHS = "janfebmaraprmayjunjulaugsepoctnovdec"
_LONG = "january|february|march|april|may|june|july|august|september|october|november|december"
_SHORT = "|".join(_MONTHS[place : place + 3] for place in range(0, len(_MONTHS), 3))
_PARTS = {"%Y": "([0-9]{4})", "%m": "([0-9]{1,2})", "%d": "([0-9]{1,2})", "%b": f"({_SHORT})", "%B": f"({_LONG})"}
_PART = re.compile("%[YmdbB]|.")


def day_read(value: exp.Expr, formats: Sequence[str]) -> exp.Expr:
    """The first of the formats that the text is a day in, as a date in Spark's SQL; NULL where it is in none.

    `formats` are as `meaning.dates.strptime_formats` makes them. A year has four digits, for `meaning.convert` takes
    no other.
    """
    return exp.Coalesce(this=_read(value, formats[0]), expressions=[_read(value, form) for form in formats[1:]])


def _read(value: exp.Expr, form: str) -> exp.Expr:
    parts = _PART.findall(form)
    pattern = exp.Literal.string(f"(?i)^\\s*{''.join(_pattern(parts))}\\s*\\z")
    order = [part[1].lower() for part in parts if part in _PARTS]
    found = {
        part: exp.Anonymous(
            this="regexp_extract", expressions=[value.copy(), pattern.copy(), exp.Literal.number(place)]
        )
        for place, part in enumerate(order, 1)
    }
    month = _two(found["m"]) if "m" in found else _two(_named(found["b"]))
    written = _call("concat_ws", exp.Literal.string("-"), found["y"], month, _two(found["d"]))
    fits = exp.RegexpLike(this=value.copy(), expression=pattern.copy())
    whole = exp.Case(ifs=[exp.If(this=fits, true=written)])
    return exp.TryCast(this=whole, to=exp.DataType.build("date"), safe=True)


def _pattern(parts: Sequence[str]) -> list[str]:
    """A number has one or two digits where a sign ends it, and all its digits where another follows."""
    made = []
    for part, after in zip(parts, [*parts[1:], ""], strict=True):
        if part in ("%d", "%m") and after.startswith("%"):
            made.append("([0-9]{2})")
        elif part == " ":
            made.append("\\s+")
        else:
            made.append(_PARTS.get(part) or re.escape(part))
    return made


def _named(month: exp.Expr) -> exp.Expr:
    """The number of a month by its name, as text: each name begins with three letters of its own."""
    start = _call("locate", _call("lower", _call("left", month, exp.Literal.number(3))), exp.Literal.string(_MONTHS))
    return exp.Cast(this=exp.IntDiv(this=exp.Paren(this=exp.Add(this=start, expression=exp.Literal.number(2))),
                                    expression=exp.Literal.number(3)), to=exp.DataType.build("text"))  # fmt: skip


def _two(number: exp.Expr) -> exp.Expr:
    return _call("lpad", number, exp.Literal.number(2), exp.Literal.string("0"))


def _call(name: str, *parts: exp.Expr) -> exp.Expr:
    return exp.Anonymous(this=name, expressions=[part.copy() for part in parts])

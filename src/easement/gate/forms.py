"""Forms for the few records of a lookup: what `protect` does to a column in the engine, done to one value here.

Generated tests hold the two together, for every form and every kind of value. What is keyed is the value's token: its
one spelling as text, which the engine made when the record was indexed.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from easement.agreement.forms import Form, FormKind, bands, days
from easement.gate.keys import PseudonymKey
from easement.meaning.identifiers import Kind, tidy

__all__ = ["formed"]

BLANKS = " \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
"""What the engine trims: every space that separates (Unicode category Zs), and no other sign."""

_POSTCODE = re.compile("([A-Z]{1,2}[0-9][A-Z0-9]?)[0-9][A-Z]{2}")


def formed(form: Form, value: Any, token: str | None, element: str, *, subject: str, key: PseudonymKey) -> Any:
    """The value of an element in its form; absent stays absent. `subject` names the person, for `shift`.

    Raises `OverflowError` for a shifted day that no calendar here holds.
    """
    match form.kind:
        case FormKind.PRESENT:
            return value is not None
        case FormKind.PSEUDONYM:
            return None if token is None else key.pseudonym(element, token)
        case FormKind.SHIFT:
            return None if value is None else value + _shift(form, subject, key)
        case kind:
            return None if value is None else _SIMPLE[kind](value, form)


def _shift(form: Form, subject: str, key: PseudonymKey) -> timedelta:
    most = days(form.shift)
    number = int(key.pseudonym("shift", subject)[:8], 16)
    return timedelta(days=number % (2 * most + 1) - most)


def _month(value: date) -> str:
    return f"{value.year:04}-{value.month:02}"


def _outward(value: str) -> str | None:
    found = _POSTCODE.fullmatch(tidy(Kind.POSTCODE, value))
    return found[1] if found else None


def _band(value: float | Decimal, form: Form) -> str:
    """The band whose upper edge is the first above the value; numbers with decimals are compared as written."""
    *below, (_, above) = bands(form.edges)
    exact = isinstance(value, Decimal)
    for edge, label in below:
        assert edge is not None
        if value < (Decimal(repr(edge)) if exact else edge):
            return label
    return above


_SIMPLE: Mapping[FormKind, Callable[[Any, Form], Any]] = {
    FormKind.PLAIN: lambda value, _: value,
    FormKind.YEAR: lambda value, _: value.year,
    FormKind.MONTH: lambda value, _: _month(value),
    FormKind.OUTWARD: lambda value, _: _outward(value),
    FormKind.BAND: _band,
    FormKind.TRUNCATE: lambda value, form: value.strip(BLANKS)[: form.length],
}

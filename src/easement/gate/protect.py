"""Forms as queries: what is done to each value inside the source, before anything is read out of it.

Each form is one small function from an SQL expression to an SQL expression, in DuckDB's dialect. Pseudonyms are
HMAC-SHA-256 written out in SQL (RFC 2104: two hashes over padded key blocks), because that is nearly three times as
fast as calling back into Python; the key's blocks are bound as the parameters `pseudonym_inner` and
`pseudonym_outer` and stand in no query text.
"""

from collections.abc import Callable, Mapping

from sqlglot import exp

from easement.agreement.forms import Form, FormKind, bands, days
from easement.meaning.expression import Type
from easement.meaning.identifiers import Kind
from easement.meaning.keys import normalised
from easement.meaning.model import Element, Key

__all__ = ["hashed", "protect", "tokenised"]

Sql = exp.Expr


def protect(form: Form, value: Sql, element: Element, *, subject: Sql, binary: bool = False) -> Sql:
    """The value in its form. `subject` names the person (for `shift`); `binary` gives pseudonyms as 16 bytes.

    The value becomes part of what is given back. Expressions are built without copying: else each layer of one would
    copy all those within it, and that took half of the time of a lookup.
    """
    match form.kind:
        case FormKind.PSEUDONYM:
            return hashed(tokenised(value, element), element.name, binary=binary)
        case FormKind.SHIFT:
            return _shifted(value, subject, days(form.shift))
        case kind:
            return _SIMPLE[kind](value, form)


def _call(name: str, *arguments: Sql | str | int) -> Sql:
    expressions = [exp.convert(a) if isinstance(a, str | int) else a for a in arguments]
    return exp.Anonymous(this=name, expressions=expressions)


def _cast(value: Sql, kind: str) -> Sql:
    return exp.cast(value, kind, copy=False, dialect="duckdb")


def tokenised(value: Sql, element: Element) -> Sql:
    """A value as text that is the same for every spelling of the same thing, before it is keyed."""
    if element.type not in (Type.TEXT, Type.CODE):
        return _cast(value, "varchar")
    kind = element.identifier or element.key or Key.IDENTIFIER
    tidy = normalised(kind, value)
    if kind in (Kind.UPRN, Kind.USRN) or (isinstance(kind, Key) and kind is not Key.IDENTIFIER):
        return tidy
    # Most identifiers already stand in their normal form; asking that first saves a tenth of a pseudonym's cost.
    already = _call("regexp_full_match", value.copy(), "[0-9A-Z]+")
    return exp.Case().when(already, value, copy=False).else_(tidy, copy=False)


def hashed(text: Sql, label: str, *, binary: bool = False) -> Sql:
    """The first 128 bits of the keyed hash of a text under a label: 32 hexadecimal characters, or 16 bytes."""
    message = _call("encode", exp.DPipe(this=exp.convert(f"{label}\x1f"), expression=text, safe=True))
    inner = _call("sha256", _joined("pseudonym_inner", message))
    outer = _call("sha256", _joined("pseudonym_outer", _call("unhex", inner)))
    short = _call("left", outer, 32)
    return _call("unhex", short) if binary else short


def _joined(parameter: str, message: Sql) -> Sql:
    return exp.DPipe(this=_cast(exp.Placeholder(this=parameter), "blob"), expression=message, safe=True)


def _shifted(value: Sql, subject: Sql, most: int) -> Sql:
    """Moves all of one person's dates by the same number of days, so that the time between them stays true."""
    bits = _call("left", hashed(subject.copy(), "shift"), 8)
    number = _cast(exp.DPipe(this=exp.convert("0x"), expression=bits, safe=True), "bigint")
    shift = exp.Sub(
        this=exp.paren(exp.Mod(this=number, expression=exp.convert(2 * most + 1))), expression=exp.convert(most)
    )
    return exp.Add(this=value, expression=_cast(exp.paren(shift), "integer"))


def _band(value: Sql, form: Form) -> Sql:
    """The half-open band a number falls in, by the label that the signed document names."""
    case = exp.Case().when(exp.Is(this=value.copy(), expression=exp.null()), exp.null())
    *below, (_, above) = bands(form.edges)
    for edge, label in below:
        case = case.when(exp.LT(this=value.copy(), expression=exp.convert(edge)), exp.convert(label))
    return case.else_(exp.convert(above))


def _outward(value: Sql) -> Sql:
    """The postcode's district: all but the last three characters, where the whole has the shape of a postcode."""
    pattern = "^([A-Z]{1,2}[0-9][A-Z0-9]?)[0-9][A-Z]{2}$"
    found = _call("regexp_extract", normalised(Key.POSTCODE, value), pattern, 1)
    return _call("nullif", found, "")


_SIMPLE: Mapping[FormKind, Callable[[Sql, Form], Sql]] = {
    FormKind.PLAIN: lambda value, _: value,
    FormKind.YEAR: lambda value, _: _cast(_call("year", value), "integer"),
    FormKind.MONTH: lambda value, _: _call("strftime", value, "%Y-%m"),
    FormKind.OUTWARD: lambda value, _: _outward(value),
    FormKind.BAND: _band,
    FormKind.TRUNCATE: lambda value, form: _call("left", _call("trim", _cast(value, "varchar")), form.length),
    FormKind.PRESENT: lambda value, _: exp.not_(exp.Is(this=value, expression=exp.null()), copy=False),
}

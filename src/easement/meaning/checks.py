"""`identifiers.check` in SQL (DuckDB): a register of ten million is judged in the one scan that counts it."""

from collections.abc import Iterable

from sqlglot import exp

from easement.meaning.identifiers import NINO_PREFIXES_NEVER_ISSUED, SHAPES, UPN_LETTERS, Kind
from easement.meaning.keys import tidied
from easement.meaning.template import fill, number, text

__all__ = ["IN_SQL", "is_valid"]

IN_SQL = frozenset(Kind) - {Kind.E164}
"""The kinds that SQL judges; telephone numbers need the numbering plan of each country, which is a library."""


def is_valid(kind: Kind, expression: exp.Expr) -> exp.Expr:
    """Whether the text can be an identifier of this kind: true, or false; NULL where there is no text."""
    value = tidied(kind, expression)
    shaped = fill("regexp_full_match(:x, :shape)", x=value, shape=text(SHAPES[kind]))
    fits = _fits(kind, value)
    return fill("case when :shaped then coalesce(:fits, false) else false end", shaped=shaped, fits=fits)


def _fits(kind: Kind, value: exp.Expr) -> exp.Expr:
    match kind:
        case Kind.NHS_NUMBER | Kind.CHI:
            return fill(":sum % 11 = 0", sum=_weighted(value, range(10, 0, -1)))
        case Kind.ULN:
            return fill(":sum % 11 = 10", sum=_weighted(value, range(10, 0, -1)))
        case Kind.NINO:
            never = exp.Tuple(expressions=[text(prefix) for prefix in NINO_PREFIXES_NEVER_ISSUED])
            return exp.Not(this=exp.In(this=fill("left(:x, 2)", x=value), expressions=never.expressions))
        case Kind.UPN:
            return _upn(value)
        case Kind.DATE:
            return fill("try_cast(:x as date) is not null and left(:x, 4) <> '0000'", x=value)
        case _:
            return exp.true()


def _weighted(digits: exp.Expr, weights: Iterable[int]) -> exp.Expr:
    """The sum of each digit by its weight, the last weight for the last digit."""
    whole = fill("try_cast(:x as bigint)", x=digits)
    terms = [
        fill(":n // :place % 10 * :weight", n=whole, place=number(10**place), weight=number(weight))
        for place, weight in enumerate(reversed(list(weights)))
    ]
    total = terms[0]
    for term in terms[1:]:
        total = exp.Add(this=total, expression=term)
    return exp.Paren(this=total)


def _upn(value: exp.Expr) -> exp.Expr:
    last = fill("right(:x, 1)", x=value)
    worth = fill("coalesce(try_cast(:x as bigint), strpos(:letters, :x) - 1)", x=last, letters=text(UPN_LETTERS))
    weighted = _weighted(fill("substring(:x, 2, 11)", x=value), range(2, 13))
    return fill(
        "substring(:letters, (:sum + 13 * :worth) % 23 + 1, 1) = left(:x, 1)",
        letters=text(UPN_LETTERS),
        sum=weighted,
        worth=worth,
        x=value,
    )

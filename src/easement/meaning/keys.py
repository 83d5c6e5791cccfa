"""`meaning.normalise` in SQL (DuckDB), for matching millions of people where they are."""

from sqlglot import exp

from easement.meaning.identifiers import REMOVED, SPACES, Kind
from easement.meaning.model import Key
from easement.meaning.normalise import APOSTROPHES, FOLDABLE, LETTERS, TITLES
from easement.meaning.template import fill, text

__all__ = ["normalised"]


def normalised(kind: Key | Kind, expression: exp.Expr) -> exp.Expr:
    """The expression in the spelling that is compared; NULL where nothing is left. Equal to `normalise.normalise`."""
    match kind:
        case Key.FAMILY_NAME | Key.GIVEN_NAME:
            return _name(expression, given=kind is Key.GIVEN_NAME)
        case Key.POSTCODE:
            return fill("nullif(:x, '')", x=tidied(Kind.POSTCODE, expression))
        case Kind.DATE | Key.DATE_OF_BIRTH:
            return fill(":x", x=expression)
        case Key.IDENTIFIER:
            return fill("nullif(:x, '')", x=_upper(_without(expression, SPACES)))
        case Kind():
            return fill("nullif(:x, '')", x=tidied(kind, expression))
        case _:
            return fill("nullif(trim(:x, ' '), '')", x=expression)


def tidied(kind: Kind, expression: exp.Expr) -> exp.Expr:
    """`identifiers.tidy` in SQL."""
    tidy = _upper(_without(expression, REMOVED[kind]))
    if kind in (Kind.UPRN, Kind.USRN):
        return fill("coalesce(nullif(ltrim(:x, '0'), ''), left(:x, 1))", x=tidy)
    return tidy


def _upper(expression: exp.Expr) -> exp.Expr:
    """Upper case where all is ASCII: outside it engines differ, and no identifier has such letters."""
    return fill("case when strlen(:x) = length(:x) then upper(:x) else :x end", x=expression)


def _without(expression: exp.Expr, signs: str) -> exp.Expr:
    for sign in signs:
        expression = fill("replace(:x, :sign, '')", x=expression, sign=text(sign))
    return expression


def _name(name: exp.Expr, *, given: bool) -> exp.Expr:
    words = fill(
        r"trim(regexp_replace(:x, '[^\p{L}\p{M}\p{N}]+', ' ', 'g'))", x=_without(_folded(name), APOSTROPHES[:1])
    )
    titles = text(f"^(?:(?:{'|'.join(TITLES)}) )+")
    untitled = fill("nullif(trim(regexp_replace(:x || ' ', :titles, '')), '')", x=words, titles=titles)
    return untitled if given else fill("coalesce(:x, nullif(:words, ''))", x=untitled, words=words)


def _folded(name: exp.Expr) -> exp.Expr:
    bare = fill("strip_accents(lower(:x))", x=name)
    for letter, plain in LETTERS.items():
        bare = fill("replace(:x, :letter, :plain)", x=bare, letter=text(letter), plain=text(plain))
    return fill(
        "case when strlen(:x) = length(:x) then lower(:x) when regexp_full_match(:x, :foldable) then :bare"
        " else :other end",
        x=name,
        foldable=text(f"[{FOLDABLE}]*"),
        bare=_without(bare, APOSTROPHES[1:]),
        other=_without(fill("lower(:x)", x=name), APOSTROPHES[1:]),
    )

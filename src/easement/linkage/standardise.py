"""What two registers are compared by: names, birth, place, sex and number of each person in one spelling, as SQL.

Two steps. `person_columns` takes from a table, as its mapping sees it, the keys of `meaning.keys`. `standardised` makes
of them the forms that comparisons and blocking rules speak of: words of a name in order and without, roots of short
names, a code of how a name sounds, the year of a birth date of which no more is known, the districts of a postcode.
"""

import csv
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files

from sqlglot import exp

from easement.meaning.checks import IN_SQL, is_valid
from easement.meaning.identifiers import SHAPES, Kind
from easement.meaning.keys import normalised
from easement.meaning.model import Key, Standard
from easement.meaning.template import fill

__all__ = ["NICKNAMES", "VERSION", "key_columns", "nicknames", "person_columns", "standardised"]

VERSION = 2
"""Raised when a standardised column comes to mean something else: a model holds for the version it was trained on."""

NICKNAMES = "nicknames"
"""The table of short names that `standardised` looks into; `nicknames` is the query that makes it."""

SUFFIXES = (
    "jr", "jnr", "junior", "sr", "snr", "senior", "esq", "esquire", "bt", "bart", "baronet", "knight", "kt", "mp", "qc",
    "kc", "obe", "mbe", "cbe", "kbe", "dbe", "kcb", "phd", "md", "ii", "iii", "iv", "1st", "2nd", "3rd", "4th", "5th",
    "6th", "7th", "8th", "9th", "10th", "11th", "12th", "nee", "of", "the", "and", "sir", "lord", "lady", "rev", "dr",
    "mr", "mrs", "miss", "ms",
)  # fmt: skip
"""Words beside a name that are no name: ranks, honours, generations. Registers differ in whether they write them."""

RANKS = (
    "admiral", "archbishop", "baroness", "brig", "brigadier", "capt", "captain", "cdr", "col", "colonel", "commander",
    "countess", "cpl", "duchess", "gen", "general", "hon", "honourable", "lieut", "lieutenant", "lt", "madame", "maj",
    "marchioness", "prof", "professor", "rear", "rt", "sergeant", "sgt", "vice", "viscount", "viscountess",
)  # fmt: skip
"""Words that stand before a name as its beginning, and are nobody's given name."""

TITLES = ("baron", "bishop", "count", "dean", "duke", "earl", "king", "major", "marquess", "marquis", "prince",
          "princess")  # fmt: skip
"""Words that stand before a name, and are the given name of some: left out where another given name is there."""

NO_NAMES = ("unknown", "unkn", "unk", "none", "null", "na", "nfn", "nfa", "notknown", "anon", "anonymous", "baby",
            "infant", "male", "female", "test", "tba", "tbc", "xx", "xxx", "xxxx", "zz", "zzz")  # fmt: skip
"""What forms put where a name is not known."""

NO_DATES = ("1111-11-11", "1753-01-01", "1900-01-01", "1901-01-01", "1970-01-01", "1999-09-09", "9999-12-31")
"""Days that systems write where they know none: their calendars' first and last, and easy keys to press."""

_SOUNDS = ("bfpvcgjkqsxzdtlmnraeiouyhw", "11112222222233455600000000")
"""Letters that sound alike, by Soundex (US National Archives); a vowel parts two of a kind."""


def key_columns(elements: Mapping[str, exp.Expr], standard: Standard, *, identifier: Kind | None) -> Iterator[exp.Expr]:
    """The matching keys of a table as aliased expressions; a key the table lacks is null.

    `identifier` is the kind of identifier both sides hold, such as `nhs-number`, or `None` where they share none.
    """
    family, given, birth, place = (
        _element(elements, standard, key) for key in (Key.FAMILY_NAME, Key.GIVEN_NAME, Key.DATE_OF_BIRTH, Key.POSTCODE)
    )
    given_name = _or_null(given, Key.GIVEN_NAME)
    first = exp.func("nullif", exp.func("split_part", given_name, exp.convert(" "), exp.convert(1)), exp.convert(""))
    yield exp.alias_(_identifier(elements, standard, identifier), "key_identifier")
    yield exp.alias_(_or_null(family, Key.FAMILY_NAME), "key_family")
    yield exp.alias_(first, "key_given")
    yield exp.alias_(birth.copy() if birth else exp.cast(exp.null(), "date"), "key_birth")
    yield exp.alias_(_or_null(place, Key.POSTCODE), "key_place")


def person_columns(
    elements: Mapping[str, exp.Expr], standard: Standard, *, identifier: Kind | None
) -> Iterator[exp.Expr]:
    """`key_columns`, all given names as `key_givens`, and `key_sex`: what `standardised` stands on."""
    yield from key_columns(elements, standard, identifier=identifier)
    yield exp.alias_(_or_null(_element(elements, standard, Key.GIVEN_NAME), Key.GIVEN_NAME), "key_givens")
    sex = _element(elements, standard, Key.SEX)
    said = exp.cast(sex.copy(), "varchar") if sex is not None else exp.cast(exp.null(), "varchar")
    yield exp.alias_(said, "key_sex")


def _element(elements: Mapping[str, exp.Expr], standard: Standard, key: Key) -> exp.Expr | None:
    return next((elements[e.name] for e in standard.keyed(key) if e.name in elements), None)


def _or_null(value: exp.Expr | None, key: Key) -> exp.Expr:
    if value is None:
        return exp.cast(exp.null(), "varchar")
    return normalised(key, value)


def _identifier(elements: Mapping[str, exp.Expr], standard: Standard, kind: Kind | None) -> exp.Expr:
    for element in standard.keyed(Key.IDENTIFIER):
        if kind is not None and element.identifier == kind and element.name in elements:
            return _sound(kind, normalised(kind, elements[element.name]))
    return exp.cast(exp.null(), "varchar")


def _sound(kind: Kind, number: exp.Expr) -> exp.Expr:
    """The number where it can be one: check digits hold, and it is not one digit over and over; else null."""
    case = exp.Case().when(fill("regexp_full_match(:x, '(0+|1+|2+|3+|4+|5+|6+|7+|8+|9+)')", x=number), exp.null())
    if kind in IN_SQL:
        case = case.when(exp.not_(is_valid(kind, number)), exp.null())
    return case.else_(number)


@cache
def roots() -> Mapping[str, tuple[str, ...]]:
    """The names that each short name is short for: `kate` is `catherine` and `kathleen`. From `nicknames.csv`."""
    found = defaultdict[str, list[str]](list)
    with (files("easement.linkage") / "data" / "nicknames.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            for short in row["short"].split():
                found[short].append(row["name"])
    return {short: tuple(dict.fromkeys(names)) for short, names in found.items()}


def nicknames() -> str:
    """The query of the table `NICKNAMES`: a short name, and the list of what it is short for and itself."""
    rows = ", ".join(f"('{short}', [{_list((short, *names))}])" for short, names in sorted(roots().items()))
    return f"select * from (values {rows}) as t(short, roots)"  # noqa: S608 (our own file)


def _list(words: tuple[str, ...]) -> str:
    return ", ".join(f"'{word}'" for word in words)


_WORDS = """list_filter(string_split(coalesce({x}, ''), ' '),
      lambda w: w <> '' and not list_contains([{ignored}], w))"""

_WITHOUT = "list_filter({x}, lambda w: not list_contains([{ignored}], w))"

_STANDARDISED = """with split as (
  select *, {givens} as called, {families} as families from {relation}
), worded as (
  select {row}, case when len({untitled}) > 0 then {untitled} else called end as givens, families,
    case when key_birth not in ({no_dates}) and year(key_birth) between 1000 and 2999 then key_birth end as birth,
    case when regexp_full_match(key_place, '{postcode}') then key_place end as whole,
    case when lower(key_sex) in ('male', 'female') then lower(key_sex) end as sex,
    key_identifier, key_place, key_family
  from split
), named as (
  select *, coalesce(families[-1], case when len(givens) > 1 or key_family is null then givens[-1]
      when not list_contains([{no_names}], string_split(key_family, ' ')[-1])
        then string_split(key_family, ' ')[-1] end) as family,
    case when len(families) = 0 and (len(givens) > 1 or key_family is null) then givens[:-2] else givens end
      as forenames,
    list_distinct(givens || families) as words
  from worded
)
select {row} as unique_id, key_identifier as number,
  family, case when len(families) > 1 then families else [family] end as families, {family_sound} as family_sound,
  forenames[1] as given, coalesce(roots, [forenames[1]]) as given_roots, {given_sound} as given_sound,
  case when len(forenames) > 1 then forenames[2:] end as middles,
  words, case when len(words) > 1 then array_to_string(list_sort(words), ' ') end as bag,
  birth, year(birth) as birth_year, strftime(birth, '%Y%m%d') as birth_digits,
  day(birth) = 1 and month(birth) = 1 as birth_partial,
  key_place as place, left(whole, length(whole) - 2) as sector, left(whole, length(whole) - 3) as district,
  regexp_extract(whole, '^[A-Z]+') as area, sex
from named left join {nicknames} on short = forenames[1]"""


def standardised(relation: str, row: str) -> str:
    """The query that makes the standardised columns of a table of ours that has `person_columns`.

    `row` is its column that numbers the rows, which becomes `unique_id`.
    """
    ignored = _list((*SUFFIXES, *NO_NAMES))
    return _STANDARDISED.format(
        relation=relation,
        nicknames=NICKNAMES,
        row=row,
        no_names=_list(NO_NAMES),
        givens=_WORDS.format(x="key_givens", ignored=f"{ignored}, {_list(RANKS)}"),
        untitled=_WITHOUT.format(x="called", ignored=_list(TITLES)),
        families=_WORDS.format(x="key_family", ignored=ignored),
        no_dates=", ".join(f"date '{day}'" for day in NO_DATES),
        postcode=SHAPES[Kind.POSTCODE],
        family_sound=_sounds("family"),
        given_sound=_sounds("forenames[1]"),
    )


def _sounds(name: str) -> str:
    """A Soundex of our own: first letters that sound alike are one, and all of the word counts; null outside a-z."""
    plain = f"replace(replace(replace({name}, 'ph', 'f'), 'ck', 'k'), 'gh', '')"
    plain = rf"regexp_replace(regexp_replace({plain}, '^(kn|gn|pn)', 'n'), '^wr', 'r')"
    coded = f"translate({plain}, '{_SOUNDS[0]}', '{_SOUNDS[1]}')"
    for digit in "123456":
        coded = f"replace(replace({coded}, '{digit * 2}', '{digit}'), '{digit * 2}', '{digit}')"
    first = f"translate(left({plain}, 1), 'cqzvji', 'kksfgy')"
    return (
        f"case when regexp_full_match({name}, '[a-z]{{2,}}') then {first} || replace(substr({coded}, 2), '0', '') end"
    )

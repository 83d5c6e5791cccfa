"""How two records are compared: each comparison's levels from the strongest down, in words and as SQL.

The SQL stands here and never in a model's file: a model names comparisons and levels, and says how often each level is
met among records of one person (`m`) and of two (`u`). Fellegi and Sunter, 1969.
"""

from dataclasses import dataclass
from typing import NamedTuple

__all__ = ["BLOCKING", "COMPARISONS", "UNSURE", "Blocking", "Comparison", "Doubt", "Level"]


@dataclass(frozen=True, slots=True)
class Level:
    """One outcome of a comparison: `words` finish a sentence, `sql` is its condition over columns `…_l` and `…_r`.

    `common` names the column whose values, being common or rare, make it weigh less or more. `m` and `u` are what it
    is taken for until a model is trained. `sql` is empty for what is left.
    """

    name: str
    words: str
    sql: str
    m: float
    u: float
    common: str = ""


@dataclass(frozen=True, slots=True)
class Comparison:
    """One thing compared: what people call it, when it cannot be (`missing`), and its levels, strongest first."""

    name: str
    title: str
    missing: str
    levels: tuple[Level, ...]


def _absent(column: str) -> str:
    return f"{column}_l is null or {column}_r is null"


_TYPO = (
    "((left({x}_l, 2) = left({x}_r, 2) or right({x}_l, 2) = right({x}_r, 2)) and damerau_levenshtein({x}_l, {x}_r) = 1)"
)
"""One slip leaves the first two signs or the last two of five: that is asked first, for it is quicker to tell."""

_SEVERAL = "(len({x}_l) > 1 or len({x}_r) > 1)"
"""Where either has more than itself: what two single names have in common is told by the names."""

COMPARISONS = (
    Comparison(
        "number", "identifiers", _absent("number"), (
            Level("same", "are the same", "number_l = number_r", 0.95, 1e-7),
            Level("near", "differ in one digit", _TYPO.format(x="number"), 0.02, 1e-6),
            Level("other", "differ", "", 0.03, 0.999999),
        ),
    ),
    Comparison(
        "family", "family names", _absent("family"), (
            Level("same", "are the same", "family_l = family_r", 0.8, 0.002, "family"),
            Level("part", "share a part",
                  f"{_SEVERAL.format(x='families')} and list_has_any(families_l, families_r)", 0.03, 0.0005),
            Level("similar", "differ in a letter or two",
                  "jaro_winkler_similarity(family_l, family_r) >= 0.92", 0.08, 0.001, "family"),
            Level("sound", "sound alike",
                  "family_sound_l = family_sound_r or jaro_winkler_similarity(family_l, family_r) >= 0.85",
                  0.03, 0.004),
            Level("crossed", "stand among the other's names",
                  "list_contains(words_l, family_r) or list_contains(words_r, family_l)", 0.03, 0.004),
            Level("unlike", "have hardly more than their beginning or end in common",
                  "jaro_winkler_similarity(family_l, family_r) >= 0.75", 0.01, 0.01),
            Level("other", "differ", "", 0.02, 0.98),
        ),
    ),
    Comparison(
        "given", "given names", "(given_l is null) <> (given_r is null)", (
            Level("same", "are the same", "given_l = given_r", 0.75, 0.02, "given"),
            Level("none", "stand on neither side", "given_l is null", 0.02, 0.002),
            Level("variant", "are forms of one name",
                  f"{_SEVERAL.format(x='given_roots')} and list_has_any(given_roots_l, given_roots_r)", 0.06, 0.003),
            Level("initial", "begin alike, and one is an initial",
                  "left(given_l, 1) = left(given_r, 1) and least(length(given_l), length(given_r)) = 1", 0.04, 0.01),
            Level("similar", "are spelt or sound alike",
                  "jaro_winkler_similarity(given_l, given_r) >= 0.88 or given_sound_l = given_sound_r"
                  " or (starts_with(given_l, given_r) and length(given_r) >= 2)"
                  " or (starts_with(given_r, given_l) and length(given_l) >= 2)"
                  f" or ({_SEVERAL.format(x='given_roots')} and greatest("
                  "list_max(list_transform(given_roots_l, lambda x: jaro_winkler_similarity(x, given_r))),"
                  " list_max(list_transform(given_roots_r, lambda x: jaro_winkler_similarity(x, given_l)))) >= 0.92)",
                  0.06, 0.006),
            Level("among", "stand among the other's names",
                  "list_has_any(words_l, given_roots_r) or list_has_any(words_r, given_roots_l)", 0.04, 0.02),
            Level("other", "differ", "", 0.05, 0.94),
        ),
    ),
    Comparison(
        "middle", "further given names", _absent("middles"), (
            Level("same", "share a name", "list_has_any(middles_l, middles_r)", 0.85, 0.03),
            Level("initial", "begin alike",
                  "left(middles_l[1], 1) = left(middles_r[1], 1)", 0.08, 0.08),
            Level("other", "differ", "", 0.07, 0.89),
        ),
    ),
    Comparison(
        "birth", "birth dates", _absent("birth"), (
            Level("same", "are the same", "birth_l = birth_r and not birth_partial_l", 0.7, 0.00004),
            Level("year", "are of the same year, of which no more is known",
                  "birth_l = birth_r", 0.12, 0.001),
            Level("typo", "differ in one digit, or day and month are swapped",
                  "((birth_year_l = birth_year_r or day(birth_l) = day(birth_r))"
                  " and damerau_levenshtein(birth_digits_l, birth_digits_r) = 1"
                  " and (birth_year_l = birth_year_r or not (birth_partial_l or birth_partial_r)))"
                  " or (birth_year_l = birth_year_r and day(birth_l) = month(birth_r)"
                  " and month(birth_l) = day(birth_r))", 0.06, 0.001),
            Level("within", "are of the same year, and one says no more",
                  "birth_year_l = birth_year_r and (birth_partial_l or birth_partial_r)", 0.05, 0.002),
            Level("two", "agree in two of day, month and year",
                  "(month(birth_l) = month(birth_r))::int + (day(birth_l) = day(birth_r))::int"
                  " + (birth_year_l = birth_year_r)::int = 2 and not birth_partial_l and not birth_partial_r",
                  0.02, 0.001),
            Level("digit", "are years that differ in one digit, not far apart",
                  "damerau_levenshtein(birth_year_l::varchar, birth_year_r::varchar) = 1"
                  " and abs(birth_year_l - birth_year_r) <= 10 and (birth_partial_l or birth_partial_r)", 0.01, 0.02),
            Level("near", "lie within two years", "abs(birth_year_l - birth_year_r) <= 2", 0.02, 0.04),
            Level("other", "lie further apart", "", 0.03, 0.96),
        ),
    ),
    Comparison(
        "place", "postcodes", _absent("place"), (
            Level("same", "are the same", "place_l = place_r", 0.6, 0.0005, "place"),
            Level("typo", "differ in one sign", _TYPO.format(x="place"), 0.08, 0.0005),
            Level("sector", "are of one sector", "sector_l = sector_r", 0.05, 0.0005),
            Level("district", "are of one district", "district_l = district_r", 0.07, 0.002),
            Level("area", "are of one area", "area_l = area_r", 0.08, 0.015),
            Level("other", "differ", "", 0.12, 0.98),
        ),
    ),
    Comparison(
        "sex", "sexes", _absent("sex"), (
            Level("same", "are the same", "sex_l = sex_r", 0.985, 0.5),
            Level("other", "differ", "", 0.015, 0.5),
        ),
    ),
)  # fmt: skip
"""All that is ever compared, in the order in which a person would look."""


@dataclass(frozen=True, slots=True)
class Blocking:
    """One way to find pairs worth a comparison: columns that must be equal, as SQL over one side (`{s}`).

    `unless` is what must not hold of a side, so that one common value does not pair everybody with everybody.
    """

    name: str
    words: str
    equal: tuple[str, ...]
    unless: str = ""

    def is_within(self, other: "Blocking") -> bool:
        """Whether another rule, not this one, finds every pair that this one finds."""
        agreed = {*self.equal, *(follows for column in self.equal for follows in FOLLOWS.get(column, ()))}
        return self != other and agreed.issuperset(other.equal) and other.unless in ("", self.unless)


FOLLOWS = {
    "{s}.birth": ("{s}.birth_year", "month({s}.birth)", "day({s}.birth)"),
    "{s}.family": ("left({s}.family, 3)", "left({s}.family, 4)", "right({s}.family, 3)", "right({s}.family, 4)"),
    "{s}.given": ("left({s}.given, 1)",),
}
"""What is equal wherever another column is."""

BLOCKING = (
    Blocking("number", "the same identifier", ("{s}.number",)),
    Blocking("birth", "the same full birth date", ("{s}.birth",), "{s}.birth_partial"),
    Blocking("birth-family", "the same birth date and family name as it sounds", ("{s}.birth", "{s}.family_sound")),
    Blocking("birth-given", "the same birth date and given name as it sounds", ("{s}.birth", "{s}.given_sound")),
    Blocking("birth-initial", "the same birth date and first letter of the given name",
             ("{s}.birth", "left({s}.given, 1)")),
    Blocking("birth-area", "the same birth date and postcode area", ("{s}.birth", "{s}.area")),
    Blocking("names", "the same family name and given name", ("{s}.family", "{s}.given")),
    Blocking("words", "the same words in any order", ("{s}.bag",)),
    Blocking("place-family", "the same postcode and family name as it sounds", ("{s}.place", "{s}.family_sound")),
    Blocking("place-given", "the same postcode and given name", ("{s}.place", "{s}.given")),
    Blocking("place-year", "the same postcode and year of birth", ("{s}.place", "{s}.birth_year")),
    Blocking("family-year", "the same year of birth and family name as it sounds",
             ("{s}.birth_year", "{s}.family_sound")),
    Blocking("family-district", "the same family name and postcode district", ("{s}.family", "{s}.district")),
    Blocking("given-year-area", "the same given name, year of birth and postcode area",
             ("{s}.given", "{s}.birth_year", "{s}.area")),
    Blocking("given-family-sound", "the same names as they sound", ("{s}.given_sound", "{s}.family_sound")),
    Blocking("given-family-begin", "the same given name, and family names that begin alike",
             ("{s}.given", "left({s}.family, 3)")),
    Blocking("given-family-end", "the same given name, and family names that end alike",
             ("{s}.given", "right({s}.family, 3)")),
    Blocking("given-birthday", "the same given name, day and month of birth",
             ("{s}.given", "month({s}.birth)", "day({s}.birth)"), "{s}.birth_partial"),
    Blocking("place", "the same postcode", ("{s}.place",)),
    Blocking("family-begin", "family names that begin alike", ("left({s}.family, 4)",)),
    Blocking("family-end", "family names that end alike", ("right({s}.family, 4)",)),
    Blocking("birth-any", "the same birth date, or year where no more is known", ("{s}.birth",)),
    Blocking("family", "the same family name", ("{s}.family",)),
    Blocking("family-sound", "a family name that sounds the same", ("{s}.family_sound",)),
    Blocking("given-year", "the same given name and year of birth", ("{s}.given", "{s}.birth_year")),
    Blocking("district-year", "the same postcode district and year of birth", ("{s}.district", "{s}.birth_year")),
    Blocking("year", "the same year of birth", ("{s}.birth_year",)),
    Blocking("district", "the same postcode district", ("{s}.district",)),
    Blocking("given-district", "the same given name and postcode district", ("{s}.given", "{s}.district")),
)  # fmt: skip
"""Every way in which pairs are found; a model says which it uses, and one that would find too many is left out."""


class Doubt(NamedTuple):
    """What speaks for two people however much else agrees: in words, and as levels that must all be met.

    A comparison that a model lacks is missing. The first of `levels` is what is in doubt; the others narrow it.
    """

    words: str
    name: str
    levels: tuple[tuple[str, tuple[str, ...]], ...]


UNSURE = (
    Doubt("given names differ, as those of twins do", "given", (("given", ("other",)),)),
    Doubt("births lie apart, as those of a parent and child of one name do", "birth", (("birth", ("near", "other")),)),
    Doubt("identifiers differ", "number", (("number", ("other",)),)),
    Doubt(
        "one has no given name, and may be another of the family",
        "nameless",
        (
            ("given", ("missing",)),
            ("birth", ("missing", "year", "within", "two", "digit", "near", "other")),
            ("number", ("missing", "near", "other")),
        ),
    ),
)
"""A pair in one of these doubts is held for a person, but where the registers themselves show how seldom it is right
to doubt (see `linkage.decoys`). A pair's doubt is named by its place here, from 1."""

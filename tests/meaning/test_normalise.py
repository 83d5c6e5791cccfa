"""R4.2, R4.4: values are compared in one spelling, and SQL and Python spell alike."""

import unicodedata
from datetime import date

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from easement.meaning.identifiers import Kind
from easement.meaning.model import Key
from easement.meaning.normalise import TITLES, normalise, normalise_name
from easement.meaning.sql import normalised
from easement.meaning.template import column
from tests.often import often


@pytest.mark.parametrize(
    ("name", "folded"),
    [
        ("O'Brien", "obrien"),
        ("O’Brien", "obrien"),
        ("  SMITH-JONES ", "smith jones"),
        ("Zoë", "zoe"),
        ("Zoe\u0308", "zoe"),
        ("Łukasz Müßig", "lukasz mussig"),
        ("Sørensen", "sorensen"),
        ("İpek", "ipek"),
        ("Ανδρέας", "ανδρεασ"),
        ("Юрій", "юріи"),
        ("राम", "राम"),
        ("محمد", "محمد"),
        ("Dr. Ann  Lee", "ann lee"),
        ("sir john", "john"),
        ("Lord", "lord"),
        ("Mastermann", "mastermann"),
        ("d'Arcy\tde la Tour", "darcy de la tour"),
        ("...", None),
        ("", None),
    ],
)
def test_a_family_name_is_folded(name, folded):
    assert normalise_name(name) == folded


@pytest.mark.parametrize(("name", "folded"), [("sir", None), ("Mrs", None), ("Rev. Dr.", None), ("Mr Tom", "tom")])
def test_a_title_alone_is_no_given_name(name, folded):
    assert normalise_name(name, given=True) == folded


def test_a_vowel_sign_is_no_accent():
    assert normalise_name("रमा") != normalise_name("रमी")


def test_a_date_is_compared_as_it_is_and_nothing_stays_nothing():
    assert normalise(Key.DATE_OF_BIRTH, date(2000, 1, 2)) == date(2000, 1, 2)
    assert normalise(Key.FAMILY_NAME, None) is None


def test_identifiers_of_known_and_unknown_kinds_lose_what_people_put_in_to_read_them():
    assert normalise(Kind.NHS_NUMBER, "943 476 5919") == "9434765919"
    assert normalise(Key.POSTCODE, "ls1 4fb") == "LS14FB"
    assert normalise(Key.IDENTIFIER, "p 123-4") == "P123-4"
    assert normalise(Key.SEX, " male ") == "male"
    assert normalise(Key.POSTCODE, "  ") is None


_assigned = st.characters(exclude_characters="\x00").filter(
    lambda sign: unicodedata.category(sign) not in ("Cn", "Co", "Cs")
)
_names = st.one_of(
    st.text(
        st.characters(max_codepoint=0x52F, exclude_characters="\x00").filter(lambda s: unicodedata.category(s) != "Cn")
    ),
    st.text(_assigned, max_size=12),
    st.lists(
        st.sampled_from(
            [*TITLES, "Sir", "O'Neill", "Élodie", "smith", "de", "-", " ", ".", "ß", "İ", "e\u0301", "’", "JONES"]
        )
    ).map(" ".join),
)
KINDS = [
    Key.FAMILY_NAME,
    Key.GIVEN_NAME,
    Key.POSTCODE,
    Key.SEX,
    Key.IDENTIFIER,
    *(k for k in Kind if k is not Kind.DATE),
]


SPELT = ", ".join(normalised(kind, column("v")).sql("duckdb") for kind in KINDS)


@pytest.fixture(scope="module")
def database():
    with duckdb.connect() as connection:
        yield connection


@settings(max_examples=often(120), deadline=None)
@given(st.lists(_names, min_size=1, max_size=40))
def test_sql_normalises_as_python_does(database, values):
    answers = database.execute(f"select v, {SPELT} from (select unnest($v::varchar[]) as v)", {"v": values}).fetchall()
    assert len(answers) == len(values)
    for value, *spelt in answers:
        for kind, answer in zip(KINDS, spelt, strict=True):
            assert (kind, value, answer) == (kind, value, normalise(kind, value))

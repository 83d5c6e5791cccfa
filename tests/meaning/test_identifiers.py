"""R4.1: identifiers of the United Kingdom are held to the rules of those who issue them, in Python and in SQL alike."""

from datetime import date

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from easement.meaning.checks import IN_SQL, is_valid
from easement.meaning.identifiers import Identifier, Kind, NotValid, check, tidy
from easement.meaning.keys import tidied
from easement.meaning.template import column
from tests.often import often

VALID = [
    (Kind.NHS_NUMBER, "9434765919", "9434765919"),
    (Kind.NHS_NUMBER, "943 476 5919", "9434765919"),
    (Kind.NHS_NUMBER, "943-476-5919", "9434765919"),
    (Kind.CHI, "010170 0016", "0101700016"),
    (Kind.NINO, "AB123456C", "AB123456C"),
    (Kind.NINO, "oa 12 34 56 a", "OA123456A"),
    (Kind.UPN, "B801200005001", "B801200005001"),
    (Kind.UPN, "b801200005001", "B801200005001"),
    (Kind.ULN, "9276308686", "9276308686"),
    (Kind.UPRN, "000100023336956", "100023336956"),
    (Kind.UPRN, "0", "0"),
    (Kind.USRN, "00012345", "12345"),
    (Kind.POSTCODE, "SW1A 1AA", "SW1A 1AA"),
    (Kind.POSTCODE, "ec1a1aa", "EC1A 1AA"),
    (Kind.POSTCODE, "sw1a\u00a01aa", "SW1A 1AA"),
    *((Kind.POSTCODE, code, code) for code in ("M1 1AE", "B33 8TH", "CR2 6XH", "DN55 1PT", "N1C 4AB", "GIR 0AA")),
    (Kind.DATE, "2024-02-29", "2024-02-29"),
    (Kind.E164, "+44 20 7946 0018", "+442079460018"),
    (Kind.E164, "020 7946 0018", "+442079460018"),
    (Kind.E164, "+1 202-555-0143", "+12025550143"),
]
NOT_VALID = [
    (Kind.NHS_NUMBER, "9434765918"),
    (Kind.NHS_NUMBER, "943476591"),
    (Kind.NHS_NUMBER, "94347659190"),
    (Kind.NHS_NUMBER, "９434765919"),
    (Kind.NHS_NUMBER, ""),
    (Kind.NHS_NUMBER, "9434765919\n"),
    (Kind.CHI, "3201701234"),
    (Kind.CHI, "0101700017"),
    *((Kind.NINO, number) for number in ("QQ123456C", "BG123456A", "AO123456A", "TN010170F", "AB123456E", "TN123456A")),
    (Kind.UPN, "A801200005001"),
    (Kind.UPN, "B80120000500O"),
    (Kind.ULN, "9276308685"),
    (Kind.ULN, "0276308686"),
    (Kind.UPRN, "1234567890123"),
    (Kind.USRN, "123456789"),
    *((Kind.POSTCODE, code) for code in ("QA1 1AA", "AI1 1AA", "SW1A 1CA", "SW1A", "ddq1 5ju")),
    *((Kind.DATE, day) for day in ("2023-02-29", "1860-01-81", "2023-2-9", "20230209", "0000-01-01")),
    *((Kind.E164, number) for number in ("12", "call me", "+44", "+4420794600181234567")),
]


@pytest.mark.parametrize(("kind", "text", "value"), VALID)
def test_a_good_identifier_is_given_its_one_spelling(kind, text, value):
    assert check(kind, text) == Identifier(kind, value)
    assert check(kind.value, text) == Identifier(kind, value)


@pytest.mark.parametrize(("kind", "text"), NOT_VALID)
def test_a_bad_identifier_is_refused_in_words_that_do_not_repeat_it(kind, text):
    answer = check(kind, text)
    assert isinstance(answer, NotValid)
    assert answer.reason
    assert not text.strip() or text.strip() not in answer.reason


def test_a_wrong_check_digit_is_told_from_a_wrong_form():
    assert check("nhs-number", "9434765918").reason.startswith("its check digit does not fit")
    assert check("nhs-number", "123").reason == "an NHS number has 10 digits"
    assert check("nino", "BG123456A").reason == "no number with this prefix is ever issued"


@given(st.text("0123456789", min_size=9, max_size=9), st.integers(0, 9), st.integers(0, 8))
def test_no_single_wrong_digit_passes_for_an_nhs_number(first, digit, place):
    for last in "0123456789":
        number = first + last
        changed = number[:place] + str(digit) + number[place + 1 :]
        if isinstance(check("nhs-number", number), Identifier) and changed != number:
            assert isinstance(check("nhs-number", changed), NotValid)


_near = st.one_of(
    st.sampled_from([text for _, text, _ in VALID] + [text for _, text in NOT_VALID]),
    st.text("0123456789", min_size=8, max_size=11),
    st.from_regex(r"[A-Za-z]{1,2}[0-9]{1,2}[A-Z]? ?[0-9][A-Z]{2}", fullmatch=True),
    st.from_regex(r"[A-Z]{2}[0-9]{6}[A-E]", fullmatch=True),
    st.from_regex(r"[A-Z][0-9]{11}[0-9A-Z]", fullmatch=True),
    st.from_regex(r"[0-9]{4}-[01][0-9]-[0-3][0-9]", fullmatch=True),
    st.text(max_size=14),
)


def _with_upn_letter(digits: str) -> str:
    letters = "ABCDEFGHJKLMNPQRTUVWXYZ"
    return next(f"{letter}{digits}" for letter in letters if isinstance(check("upn", f"{letter}{digits}"), Identifier))


JUDGED = sorted(IN_SQL)
QUERY = ", ".join(f"{is_valid(k, column('v')).sql('duckdb')}, {tidied(k, column('v')).sql('duckdb')}" for k in JUDGED)


@pytest.fixture(scope="module")
def database():
    with duckdb.connect() as connection:
        yield connection


@settings(max_examples=often(50), deadline=None)
@given(st.lists(_near | st.from_regex(r"[0-9]{12}", fullmatch=True).map(_with_upn_letter), min_size=1, max_size=40))
def test_sql_judges_and_tidies_every_kind_as_python_does(database, texts):
    held = {"v": [text for text in texts if "\x00" not in text]}
    for text, *answers in database.execute(
        f"select v, {QUERY} from (select unnest($v::varchar[]) as v)", held
    ).fetchall():
        for kind, valid, spelt in zip(JUDGED, answers[::2], answers[1::2], strict=True):
            assert (kind, text, valid) == (kind, text, isinstance(check(kind, text), Identifier))
            assert (kind, text, spelt) == (kind, text, tidy(kind, text))


@given(st.dates(date(1, 1, 1), date(9999, 12, 31)))
def test_every_day_of_the_calendar_is_a_date(day):
    assert check(Kind.DATE, day.isoformat()) == Identifier(Kind.DATE, day.isoformat())

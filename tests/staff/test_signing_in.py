"""Signing in with a password and a code: who gets in, and that all others are told the same (R7.2)."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event

from easement.staff import entering, service
from easement.staff.model import CONSOLE
from easement.staff.passwords import Hashing, verified
from tests.often import often

from .keeper import CHEAP, NOW, PASSWORD, FakeKeeper, Person, enrolled, later, stricter


def test_name_password_and_code_open_a_session(amina: Person):
    signed_in = amina.sign_in(NOW)
    assert amina.is_in(signed_in, NOW)
    assert signed_in.identity.name == "Amina Patel"
    assert service.find_person(amina.keeper, amina.id).signed_in == NOW


def test_the_name_may_be_typed_as_it_comes(amina: Person):
    for number, name in enumerate(["AMINA PATEL", " amina  patel", "amina patel"]):
        amina.name = name
        assert amina.sign_in(later(minutes=number)) is not None


@pytest.mark.parametrize(
    "wrong", [{"password": "plenty of brave otter"}, {"password": ""}, {"code": "000000"}, {"code": ""}]
)
def test_anything_wrong_opens_nothing(amina: Person, wrong: dict[str, str]):
    assert amina.sign_in(NOW, **wrong) is None


def test_a_code_works_once(amina: Person):
    """RFC 6238, section 5.2: the second attempt with a code is refused."""
    assert amina.sign_in(NOW) is not None
    assert amina.sign_in(NOW) is None
    assert amina.sign_in(later(seconds=29)) is None
    assert amina.sign_in(later(seconds=30)) is not None


def test_an_earlier_code_is_refused_once_a_later_one_was_used(amina: Person):
    assert amina.sign_in(later(seconds=60)) is not None
    assert amina.sign_in(later(seconds=60), code=amina.code(later(seconds=30))) is None
    assert amina.sign_in(later(seconds=60), code=amina.code(later(seconds=90))) is not None


def test_of_two_sign_ins_at_once_with_one_code_one_gets_in(amina: Person):
    with ThreadPoolExecutor(4) as pool:
        opened = [each for each in pool.map(lambda _: amina.sign_in(NOW), range(4)) if each is not None]
    assert len(opened) == 1
    assert amina.is_in(opened[0], NOW)


def test_a_recovery_code_opens_a_session_once(amina: Person):
    code = amina.first.recovery_codes[4]
    assert amina.sign_in(NOW, code=code.upper().replace("-", " ")) is not None
    assert amina.sign_in(NOW, code=code) is None
    assert amina.sign_in(NOW, code=amina.first.recovery_codes[5]) is not None
    assert "staff:account:recovery-used" in {line.act for line in service.trail(amina.keeper, about=amina.id)}


def test_of_two_sign_ins_at_once_with_one_recovery_code_one_gets_in(amina: Person):
    code = amina.first.recovery_codes[0]
    with ThreadPoolExecutor(4) as pool:
        assert sum(each is not None for each in pool.map(lambda _: amina.sign_in(NOW, code=code), range(4))) == 1


def test_somebody_elses_recovery_code_opens_nothing(keeper: FakeKeeper):
    amina, ben = enrolled(keeper, "Amina Patel"), enrolled(keeper, "Ben Okafor")
    assert amina.sign_in(NOW, code=ben.first.recovery_codes[0]) is None


def test_without_local_accounts_no_password_opens_anything(amina: Person):
    amina.keeper = stricter(amina.keeper, local_accounts=False)
    assert amina.sign_in(NOW) is None


def test_whoever_has_an_authenticator_must_use_it_whatever_the_settings_say(amina: Person):
    amina.keeper = stricter(amina.keeper, second_factor=False)
    assert amina.sign_in(NOW, code="") is None
    assert amina.sign_in(NOW) is not None


def test_a_hash_made_with_less_work_is_made_anew_at_the_next_sign_in(small: FakeKeeper):
    amina, more = enrolled(small), Hashing(memory=16, passes=1, lanes=1)
    code = amina.code(NOW)
    assert service.sign_in_local(small, amina.name, PASSWORD, code, now=NOW, hashing=more) is not None
    with small.engine.connect() as connection:
        row = entering.tables.account(connection, amina.id)
    assert "m=16," in entering.password_of(entering.Sealer(small.master_key), row)


@contextmanager
def steps(keeper: FakeKeeper, monkeypatch) -> Iterator[list[str]]:
    """The statements that the database gets, and the passwords that are checked, in order."""
    seen: list[str] = []

    def check(*given):
        seen.append("a password is checked")
        return verified(*given)

    def note(connection, cursor, statement, *_):
        seen.append(statement)

    monkeypatch.setattr(entering, "verified", check)
    event.listen(keeper.engine, "before_cursor_execute", note)
    yield seen
    event.remove(keeper.engine, "before_cursor_execute", note)
    monkeypatch.undo()


def test_whatever_is_wrong_the_same_steps_are_taken(keeper: FakeKeeper, monkeypatch):
    """No clock is looked at: equal work is what makes equal times. Nobody learns who has an account, or whose
    password was right but for the code."""
    amina, ben = enrolled(keeper, "Amina Patel"), enrolled(keeper, "Ben Okafor")
    service.disable(keeper, ben.id, by=CONSOLE, now=NOW)
    service.add_person(keeper, "Carys Evans", by=CONSOLE, now=NOW)
    tries = [
        ("Nobody At All", PASSWORD, "000000"),
        ("\u202e", PASSWORD, "000000"),
        ("Amina Patel", "a wrong password", "000000"),
        ("Amina Patel", "a wrong password", amina.code(NOW)),
        ("Amina Patel", PASSWORD, "000000"),
        ("Carys Evans", PASSWORD, "000000"),
        ("Ben Okafor", PASSWORD, "000000"),
    ]
    taken = []
    for number, (name, password, code) in enumerate(tries):
        with steps(keeper, monkeypatch) as seen:
            source = f"192.0.2.{number}"
            found = service.sign_in_local(keeper, name, password, code, now=NOW, source=source, hashing=CHEAP)
        assert found is None
        taken.append([each for each in seen if "staff_attempts" not in each])
    assert taken[0].count("a password is checked") == 1
    assert [each for each in taken if each != taken[0]] == []


def test_everybody_is_told_the_same_words():
    assert "name, the password or the code" in service.NOT_LET_IN


@pytest.fixture(scope="module")
def shared(request, tmp_path_factory) -> Iterator[Person]:
    """Somebody whose database many examples share."""
    from tests.databases import new_database

    engine = new_database("sqlcipher", tmp_path_factory.mktemp("shared"), request, filled=True).open()
    yield enrolled(FakeKeeper(engine))
    engine.dispose()


@given(st.text(max_size=40), st.text(max_size=40), st.text(max_size=20), st.text(max_size=40), st.text(max_size=40))
@settings(max_examples=often(60), suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_text_in_any_field_gets_in_or_breaks_anything(shared: Person, name, password, code, source, token):
    keeper = shared.keeper
    more = {"source": source, "device": token, "earlier": token}
    assert service.sign_in_local(keeper, name, password, code, now=NOW, hashing=CHEAP, **more) is None
    assert service.identity_of_session(keeper, token, NOW) is None
    assert service.identity_of_key(keeper, token, NOW) is None
    assert service.begin_enrolment(keeper, token, NOW) is None


ODD = [
    "'; drop table staff_accounts; --",
    '" or 1=1 --',
    "\0",
    "a\0b",
    "\ud800",
    "\u202e",
    "%",
    "_",
    "\\",
    "𝕬𝖒𝖎𝖓𝖆",
    "x" * 10**5,
]


@pytest.mark.parametrize("text", ODD)
def test_sql_and_odd_letters_are_only_wrong(amina: Person, text: str):
    fields = ("name", "password", "code", "source", "device", "earlier")
    for field in fields:
        given = {"name": amina.name, "password": PASSWORD, "code": "000000"} | {field: text}
        assert service.sign_in_local(amina.keeper, **given, now=NOW, hashing=CHEAP) is None
    service.sign_out(amina.keeper, text)
    assert amina.sign_in(later(hours=2)) is not None

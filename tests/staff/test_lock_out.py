"""Ten thousand wrong passwords: guessing is slow, and nobody can lock anybody else out (R7.2)."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from easement.base.database import reading
from easement.staff import entering, service, tables
from easement.staff.passwords import verified

from .keeper import CHEAP, NOW, PASSWORD, FakeKeeper, Person, enrolled, later

OFFICE, HOME, ELSEWHERE = "192.0.2.7", "198.51.100.4", "203.0.113.9"
TRIES = 10_000


@pytest.fixture
def looked_at(monkeypatch) -> Iterator[list[str]]:
    """The passwords that were looked at, and not only counted."""
    seen: list[str] = []

    def check(kept, password, hashing):
        seen.append(password)
        return verified(kept, password, hashing)

    monkeypatch.setattr(entering, "verified", check)
    return seen


def guess(keeper: FakeKeeper, name: str, source: str, now=NOW, password: str = "a wrong guess", **more: str):
    found = service.sign_in_local(keeper, name, password, "000000", now=now, source=source, hashing=CHEAP, **more)
    assert found is None


def test_ten_thousand_wrong_passwords_from_one_address(small: FakeKeeper, looked_at: list[str]):
    """One every second for nearly three hours: a handful is looked at. The right person, elsewhere, gets in."""
    amina = enrolled(small)
    for second in range(TRIES):
        guess(small, amina.name, ELSEWHERE, later(seconds=second), f"guess {second}")
    assert len(looked_at) <= 20
    assert amina.sign_in(later(seconds=TRIES), source=ELSEWHERE) is None, "even the right password has to wait there"
    assert amina.sign_in(later(seconds=TRIES + 60), source=HOME) is not None


def test_a_thousand_at_the_same_moment(small: FakeKeeper, looked_at: list[str]):
    amina = enrolled(small)
    for number in range(1000):
        guess(small, amina.name, ELSEWHERE, NOW, f"guess {number}")
    assert len(looked_at) == 6
    assert amina.sign_in(NOW, source=HOME) is not None


def test_ten_thousand_from_as_many_addresses(small: FakeKeeper, looked_at: list[str]):
    """Guessing one name from everywhere is slow too; whoever signed in from home before still gets in from there."""
    amina = enrolled(small, source=HOME)
    for number in range(TRIES):
        guess(small, amina.name, f"10.{number >> 8}.{number & 255}.1", later(seconds=number))
    assert len(looked_at) <= 45
    guess(small, amina.name, "10.99.99.1", later(seconds=TRIES + 1000))
    assert amina.sign_in(later(seconds=TRIES + 1001), source=OFFICE) is None, "from a new place, they have to wait"
    assert amina.sign_in(later(seconds=TRIES + 1002), source=HOME) is not None
    assert amina.sign_in(later(seconds=TRIES + 2000), source=OFFICE) is not None


def test_many_names_from_one_address(small: FakeKeeper, looked_at: list[str]):
    """One password tried on everybody; names that nobody has fill no table."""
    amina = enrolled(small, source=OFFICE)
    for number in range(2000):
        guess(small, f"somebody {number}", OFFICE, later(seconds=number))
    assert len(looked_at) <= 65
    with reading(small.engine) as connection:
        kept = connection.execute(select(func.count()).select_from(tables.attempts)).scalar_one()
    assert kept <= 3 * len(looked_at) + 10
    assert amina.sign_in(later(seconds=2000), source=OFFICE) is not None, "a colleague in that office gets in"


def test_a_colleague_who_guesses_does_not_lock_the_office_out(keeper: FakeKeeper):
    """Everybody behind one address; somebody there tries everybody's password. Browsers that signed in before are
    known, and wait for nobody but themselves."""
    people = [enrolled(keeper, name, source=OFFICE) for name in ("Amina Patel", "Ben Okafor", "Carys Evans")]
    devices = [person.sign_in(NOW, source=OFFICE).device for person in people]
    for number in range(60):
        for person in people:
            guess(keeper, person.name, OFFICE, later(seconds=number))
    assert people[0].sign_in(later(seconds=60), source=OFFICE) is None
    for person, device in zip(people, devices, strict=True):
        assert person.sign_in(later(seconds=60), source=OFFICE, device=device) is not None


def test_a_known_browser_that_guesses_has_to_wait_as_well(amina: Person, looked_at: list[str]):
    device = amina.sign_in(NOW, source=HOME).device
    looked_at.clear()
    for number in range(100):
        guess(amina.keeper, amina.name, HOME, NOW, f"guess {number}", device=device)
    assert len(looked_at) == 6


def test_one_persons_browser_is_nobody_elses(keeper: FakeKeeper, looked_at: list[str]):
    amina, ben = enrolled(keeper, "Amina Patel"), enrolled(keeper, "Ben Okafor")
    device = ben.sign_in(NOW, source=ELSEWHERE).device
    looked_at.clear()
    for number in range(100):
        guess(keeper, amina.name, ELSEWHERE, NOW, f"guess {number}", device=device)
    assert len(looked_at) == 6


def test_a_device_token_is_kept_while_it_is_known_and_made_anew_where_it_is_not(amina: Person):
    first = amina.sign_in(NOW, source=HOME).device
    assert amina.sign_in(later(minutes=1), source=OFFICE, device=first).device == first
    assert amina.sign_in(later(minutes=2), source=HOME, device="").device not in {"", first}
    assert amina.sign_in(later(days=89), source=HOME, device=first).device == first
    assert amina.sign_in(later(days=178), source=HOME, device=first).device == first, "each sign-in renews it"
    assert amina.sign_in(later(days=269), source=HOME, device=first).device != first


def test_all_at_once_no_more_are_looked_at_than_one_after_the_other(amina: Person, looked_at: list[str]):
    """Each try is counted before its password is looked at, so threads and workers cannot race the count."""
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: guess(amina.keeper, amina.name, ELSEWHERE, NOW, f"guess {number}"), range(40)))
    assert len(looked_at) == 6


def test_the_right_password_after_few_wrong_ones_needs_no_wait_and_clears_the_count(amina: Person):
    for minute in range(3):
        for _ in range(5):
            guess(amina.keeper, amina.name, HOME, later(minutes=minute))
        assert amina.sign_in(later(minutes=minute), source=HOME) is not None


def test_a_wrong_code_counts_like_a_wrong_password(amina: Person, looked_at: list[str]):
    for _ in range(100):
        assert amina.sign_in(NOW, code="000000", source=HOME) is None
    assert len(looked_at) == 6


def test_letters_case_and_blanks_do_not_make_another_name(amina: Person, looked_at: list[str]):
    for number in range(100):
        guess(amina.keeper, ["amina patel", "AMINA PATEL", " Amina  Patel "][number % 3], HOME)
    assert len(looked_at) == 6


def test_an_ipv6_household_is_one_place(amina: Person, looked_at: list[str]):
    for number in range(100):
        guess(amina.keeper, amina.name, f"2001:db8:0:1::{number:x}")
    assert len(looked_at) == 6


def test_the_wait_ends_and_the_count_is_forgotten_after_a_day(amina: Person, looked_at: list[str]):
    for _ in range(100):
        guess(amina.keeper, amina.name, HOME)
    assert amina.sign_in(later(seconds=0), source=HOME) is None
    guess(amina.keeper, amina.name, HOME, later(seconds=1))
    assert len(looked_at) == 7, "after six wrong ones the wait is a second"
    looked_at.clear()
    for _ in range(100):
        guess(amina.keeper, amina.name, HOME, later(days=2))
    assert len(looked_at) == 6
    assert amina.sign_in(later(days=2) + timedelta(hours=1), source=HOME) is not None


def test_waiting_says_nothing_about_who_has_an_account(keeper: FakeKeeper, looked_at: list[str]):
    enrolled(keeper)
    for name in ("Amina Patel", "Nobody At All"):
        looked_at.clear()
        for _ in range(100):
            guess(keeper, name, HOME if name[0] == "A" else OFFICE, password=PASSWORD + "!")
        assert len(looked_at) == 6

"""Which passwords are taken, and how they are kept (R7.2)."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from easement.base.errors import UsageError
from easement.staff import passwords
from easement.staff.common import is_common
from easement.staff.passwords import RFC_9106, Hashing, checked_password, hashed, is_stale, verified
from tests.often import often

from .keeper import CHEAP


def test_the_work_of_a_hash_is_what_rfc_9106_recommends():
    """Section 4, second option: 3 passes over 64 MiB in 4 lanes, 128 bits of salt, 256 bits of tag."""
    kept = hashed("plenty of brave otters")
    assert kept.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    salt, tag = kept.split("$")[4:]
    assert (len(salt), len(tag)) == (22, 43)
    assert verified(kept, "plenty of brave otters")


def test_the_right_password_fits_and_no_other():
    kept = hashed("plenty of brave otters", CHEAP)
    assert verified(kept, "plenty of brave otters", CHEAP)
    assert not verified(kept, "plenty of brave otter", CHEAP)
    assert not verified(None, "plenty of brave otters", CHEAP)
    assert not verified("not a hash", "plenty of brave otters", CHEAP)
    assert hashed("plenty of brave otters", CHEAP) != kept


def test_a_password_is_the_same_from_every_keyboard():
    kept = hashed("cafe\u0301 ﬁve tall pines", CHEAP)
    assert verified(kept, "café five tall pines", CHEAP)


def test_a_hash_made_with_other_work_is_stale():
    kept = hashed("plenty of brave otters", CHEAP)
    assert is_stale(kept, Hashing(memory=16, passes=1, lanes=1))
    assert not is_stale(kept, CHEAP)
    assert RFC_9106 != CHEAP


def test_no_more_passwords_are_hashed_at_once_than_the_machine_bears():
    taken = 0
    while passwords._turns.acquire(blocking=False):
        taken += 1
    for _ in range(taken):
        passwords._turns.release()
    assert taken == passwords.AT_ONCE


@pytest.mark.parametrize("password", ["short", "elevenchars", "", "a\0b"])
def test_a_short_password_is_refused(password: str):
    with pytest.raises(UsageError, match="shorter than 12"):
        checked_password(password)


def test_a_password_longer_than_any_person_types_is_refused():
    with pytest.raises(UsageError, match="longer"):
        checked_password("four words and more " * 11)
    assert not verified(hashed("x" * 300, CHEAP), "x" * 300, CHEAP)


@pytest.mark.parametrize(
    "password",
    [
        "password1234", "Password123!", "P@ssw0rd2026", "passwordpassword", "123456789012", "qwertyuiopas",
        "1qaz2wsx3edc", "aaaaaaaaaaaa", "abcabcabcabc", "letmein12345", "administrator", "CorrectHorseBatteryStaple",
        "iloveyou2026!", "Liverpool1892", "summer-2026-summer", "zyxwvutsrqpo", "changeme1234", "09876543210987",
        "839201928374", "my password is this",
    ],
)  # fmt: skip
def test_what_is_guessed_first_is_refused(password: str):
    with pytest.raises(UsageError, match="guessed first"):
        checked_password(password)


@pytest.mark.parametrize(
    "password",
    [
        "plenty of brave otters",
        "kettle-window-harbour-42",
        "Wj8#rT2$kLm9",
        "naïve ouvrière 7 Zürich",
        "密碼很長也很難猜到的一句話",
    ],
)
def test_what_is_not_guessed_first_is_taken(password: str):
    assert checked_password(password, "Amina Patel", "northtown") == password


@pytest.mark.parametrize(
    "password", ["amina eats pears", "I am Mrs PATEL here", "aminapatel loves tea", "northtown by the sea"]
)
def test_a_password_with_somebodys_name_is_refused(password: str):
    with pytest.raises(UsageError, match="your name"):
        checked_password(password, "Amina Patel", "northtown")


WORDS = ["otter", "kettle", "harbour", "pencil", "walnut", "gravel", "lantern", "velvet"]


@given(st.lists(st.sampled_from(WORDS), min_size=4, unique=True))
def test_words_without_a_connection_are_taken(words: list[str]):
    assert not is_common(" ".join(words))


@given(st.text(max_size=60))
@settings(max_examples=often(200))
def test_any_text_is_answered_and_none_breaks_the_hash(text: str):
    is_common(text)
    kept = hashed(text, CHEAP)
    assert verified(kept, text, CHEAP)
    assert not verified(kept, text + "x", CHEAP)


@pytest.mark.parametrize("text", ["\ud800" * 12, "a\0b" * 12, "x" * 100_000])
def test_text_that_cannot_be_written_down_is_only_wrong(text: str):
    assert not verified(hashed("plenty of brave otters", CHEAP), text, CHEAP)

"""Tokens and keys: random, hashed, and known by their shape."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from easement.staff.tokens import digest, is_id, key_text, new_factor, new_id, new_token, read_key, recovery_codes


def test_a_token_has_256_random_bits():
    tokens = {new_token() for _ in range(1000)}
    assert len(tokens) == 1000
    assert all(re.fullmatch(r"[a-z2-7]{52}", token) for token in tokens)


def test_an_id_says_what_it_names():
    assert is_id(new_id("p"))
    assert is_id(new_id("k"))
    assert not any(map(is_id, ["", "p", "x" * 13, "p" * 14, "p1111111111111", "pabcdefghijkl\n", "p' or 1=1 --"]))


def test_a_key_is_read_back():
    id_, secret = new_id("k"), new_token()
    text = key_text(id_, secret)
    assert text.startswith(f"easement_{id_}_")
    assert read_key(text) == (id_, secret)


@given(st.data())
def test_one_wrong_character_is_seen_without_asking_the_database(data: st.DataObject):
    text = key_text("kabcdefghijkl", "a2" * 26)
    at = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(st.characters().filter(lambda each: each != text[at]))
    assert read_key(text[:at] + other + text[at + 1 :]) is None


@given(st.text(max_size=300))
def test_any_text_has_a_digest_and_is_no_key(text: str):
    assert re.fullmatch(r"[0-9a-f]{64}", digest(text))
    assert read_key(text) is None


@pytest.mark.parametrize("text", ["x" * 10**6, "easement_" + "k" * 10**6])
def test_long_text_is_not_looked_at(text: str):
    assert digest(text) == digest("")
    assert read_key(text) is None


def test_recovery_codes_are_ten_different_ones_of_80_bits():
    codes = recovery_codes()
    assert len(set(codes)) == 10
    assert all(re.fullmatch(r"([a-z2-7]{4}-){3}[a-z2-7]{4}", code) for code in codes)


def test_an_authenticators_secret_has_160_bits():
    assert re.fullmatch(r"[A-Z2-7]{32}", new_factor())

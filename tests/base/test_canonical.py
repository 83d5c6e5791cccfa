"""Canonical bytes: two ways of writing a record must be one."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from easement.base.canonical import canonical_json, canonical_record, sha256_hex

KEYS = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=8)
TEXTS = st.text(st.characters(exclude_categories=("Cs",)))
PLAIN = st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | TEXTS
VALUES = st.recursive(PLAIN, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4))


@given(st.dictionaries(KEYS, VALUES, max_size=6))
def test_the_quick_way_writes_the_bytes_of_rfc_8785(record):
    assert canonical_record(record) == canonical_json(record)


def test_a_record_is_sorted_without_spaces_and_in_utf_8():
    assert canonical_record({"b": [1, None, True], "a": "é\n"}) == '{"a":"é\\n","b":[1,null,true]}'.encode()


def test_what_json_cannot_hold_is_refused():
    with pytest.raises(ValueError, match="JSON"):
        canonical_record({"a": float("nan")})


def test_a_digest_is_lower_case_hexadecimal():
    assert sha256_hex(b"easement") == hashlib.sha256(b"easement").hexdigest()

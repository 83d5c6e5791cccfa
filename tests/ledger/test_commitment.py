"""R5.4: a private record is committed to, opened part by part, sealed, and never guessable from its commitment."""

import hashlib

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from easement.base.errors import BadData, ProofFailed
from easement.ledger.commitment import Sealed, open_sealed, parts_commitment, seal
from easement.ledger.model import PrivateRecord
from easement.ledger.verifier import commitment_of, part_hash
from tests.ledger.makers import MASTER, private

MASTER_CIPHER = AESGCM(MASTER)


def test_a_record_is_opened_as_it_was_sealed():
    parts = open_sealed(seal(private(), MASTER_CIPHER), MASTER_CIPHER)
    assert {name: part.value() for name, part in parts.items()} == private().parts


def test_a_commitment_is_made_as_the_reference_says():
    parts = open_sealed(seal(private(), MASTER_CIPHER), MASTER_CIPHER)
    told = b"easement-commitment/1\n"
    for name, (salt, text) in sorted(parts.items()):
        head = name.encode() + b"\n"
        told += head + hashlib.sha256(b"easement-private-part/1\n" + head + salt + text.encode()).digest()
    assert parts_commitment(parts) == hashlib.sha256(told).digest()


def test_the_same_record_is_never_committed_to_twice_alike():
    assert len({seal(private(), MASTER_CIPHER).commitment for _ in range(50)}) == 50


def test_each_part_has_a_salt_of_its_own_of_32_bytes():
    parts = open_sealed(seal(private(), MASTER_CIPHER), MASTER_CIPHER)
    assert len({part.salt for part in parts.values()}) == 2
    assert {len(part.salt) for part in parts.values()} == {32}


def test_a_part_under_another_name_is_another_part():
    assert part_hash("answer", b"s" * 32, "{}") != part_hash("who", b"s" * 32, "{}")
    assert commitment_of([("a", b"1" * 32), ("b", b"2" * 32)]) == commitment_of([("b", b"2" * 32), ("a", b"1" * 32)])
    assert commitment_of([("a", b"1" * 32), ("b", b"2" * 32)]) != commitment_of([("a", b"2" * 32), ("b", b"1" * 32)])


def test_no_part_can_be_passed_off_under_another_name():
    one, other = part_hash("answer", b"1" * 32, "{}"), part_hash("answer", b"2" * 32, "{}")
    assert commitment_of([("answer", one), ("who", other)]) != commitment_of([("aaa", one), ("answer", other)])


@pytest.mark.parametrize("names", [["answer", "answer"], ["answer", ""], ["answer", "a\nb"], ["answer", "two words"]])
def test_parts_have_plain_names_each_its_own(names):
    with pytest.raises(ProofFailed, match="plain names, each its own"):
        commitment_of([(name, bytes([at]) * 32) for at, name in enumerate(names)])


def test_nothing_of_the_record_stands_in_what_is_stored():
    stored = b"".join(seal(private(), MASTER_CIPHER))
    assert b"staff-17" not in stored
    assert b"case 4411" not in stored


@pytest.mark.parametrize("place", range(3))
def test_a_changed_commitment_record_or_key_is_refused(place):
    sealed = seal(private(), MASTER_CIPHER)
    changed = sealed[place][:-1] + bytes([sealed[place][-1] ^ 1])
    with pytest.raises(ProofFailed, match="cannot be opened"):
        open_sealed(sealed._replace(**{sealed._fields[place]: changed}), MASTER_CIPHER)


def test_another_master_key_opens_nothing():
    with pytest.raises(ProofFailed, match="cannot be opened"):
        open_sealed(seal(private(), MASTER_CIPHER), AESGCM(b"x" * 32))


def test_a_record_moved_to_another_entry_is_refused():
    one, other = seal(private(), MASTER_CIPHER), seal(private(), MASTER_CIPHER)
    with pytest.raises(ProofFailed, match="cannot be opened"):
        open_sealed(Sealed(one.commitment, other.record, other.wrapped), MASTER_CIPHER)


def test_a_record_sealed_under_a_commitment_that_is_not_its_own_is_refused():
    sealed = seal(private(), MASTER_CIPHER)
    false = b"f" * 32
    nonce, tag = sealed.wrapped[:12], b"easement-private-key/1\n"
    key = MASTER_CIPHER.decrypt(nonce, sealed.wrapped[12:], tag + sealed.commitment)
    plain = AESGCM(key).decrypt(bytes(12), sealed.record, sealed.commitment)
    forged = Sealed(
        false, AESGCM(key).encrypt(bytes(12), plain, false), nonce + MASTER_CIPHER.encrypt(nonce, key, tag + false)
    )
    with pytest.raises(ProofFailed, match="is not the one"):
        open_sealed(forged, MASTER_CIPHER)


@pytest.mark.parametrize("value", [{"a": object()}, {"a": float("nan")}, {"a": "\ud800"}, {1: 2, "a": 1}])
def test_what_json_cannot_hold_is_refused(value):
    with pytest.raises(BadData, match="what JSON cannot"):
        seal(PrivateRecord({"who": value}), MASTER_CIPHER)

"""R5.2: the tree is RFC 6962's; every proof that should hold holds, and nothing else does."""

import hashlib
from functools import cache

import pymerkle
import pytest

from easement.base.errors import ProofFailed
from easement.ledger.tree import (
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    root_at,
    root_of,
    verify_consistency,
    verify_inclusion,
)

LEAVES = [leaf_hash(number.to_bytes(2, "big")) for number in range(256)]
KNOWN_INPUTS = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
KNOWN_ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
AWKWARD = [*range(1, 13), 15, 16, 17, 31, 32, 33]
"""Sizes at and around powers of two, where trees go wrong."""


@cache
def read(level: int, index: int) -> bytes:
    if level == 0:
        return LEAVES[index]
    return hashlib.sha256(b"\x01" + read(level - 1, 2 * index) + read(level - 1, 2 * index + 1)).digest()


@cache
def root(size: int) -> bytes:
    return root_at(size, read)


def flips(value: bytes):
    """The value with each of its bits flipped in turn."""
    for bit in range(len(value) * 8):
        yield (int.from_bytes(value, "big") ^ 1 << bit).to_bytes(len(value), "big")


def holds(check, *facts) -> bool:
    try:
        check(*facts)
    except ProofFailed:
        return False
    return True


def each_flipped(proof):
    """The proof with one bit flipped, for every bit; and cut short, and lengthened."""
    for place, value in enumerate(proof):
        for flipped in flips(value):
            yield [*proof[:place], flipped, *proof[place + 1 :]]
    yield [*proof, LEAVES[0]]
    if proof:
        yield proof[:-1]
        yield proof[1:]


@pytest.mark.parametrize("size", range(1, 9))
def test_the_known_roots_of_rfc_6962_are_ours(size):
    leaves = [leaf_hash(bytes.fromhex(each)) for each in KNOWN_INPUTS[:size]]
    assert root_of(leaves).hex() == KNOWN_ROOTS[size - 1]


def test_the_empty_tree_has_the_hash_of_nothing():
    assert root_of([]) == root_at(0, read) == hashlib.sha256(b"").digest()


def test_every_inclusion_proof_to_256_leaves_holds():
    for size in range(1, 257):
        for index in range(size):
            verify_inclusion(LEAVES[index], index, size, inclusion_proof(index, size, read), root(size))


def test_every_consistency_proof_to_256_leaves_holds():
    for new in range(1, 257):
        for old in range(1, new + 1):
            verify_consistency(old, new, consistency_proof(old, new, read), root(old), root(new))


def inclusion_flips_pass(sizes) -> list[tuple]:
    """Every inclusion proof that holds although something in it was changed."""
    passed = []
    for size in sizes:
        for index in range(size):
            leaf, proof, top = LEAVES[index], inclusion_proof(index, size, read), root(size)
            passed += [
                (size, index, "leaf") for bad in flips(leaf) if holds(verify_inclusion, bad, index, size, proof, top)
            ]
            passed += [
                (size, index, "root") for bad in flips(top) if holds(verify_inclusion, leaf, index, size, proof, bad)
            ]
            wrong = each_flipped(proof)
            passed += [(size, index, "proof") for bad in wrong if holds(verify_inclusion, leaf, index, size, bad, top)]
    return passed


def consistency_flips_pass(sizes) -> list[tuple]:
    """Every consistency proof that holds although something in it was changed."""
    passed = []
    for new in sizes:
        for old in range(1, new + 1):
            proof, first, last = consistency_proof(old, new, read), root(old), root(new)
            passed += [
                (old, new, "old") for bad in flips(first) if holds(verify_consistency, old, new, proof, bad, last)
            ]
            passed += [
                (old, new, "new") for bad in flips(last) if holds(verify_consistency, old, new, proof, first, bad)
            ]
            wrong = each_flipped(proof)
            passed += [(old, new, "proof") for bad in wrong if holds(verify_consistency, old, new, bad, first, last)]
    return passed


def test_no_inclusion_proof_survives_a_flipped_bit():
    assert inclusion_flips_pass(AWKWARD) == []


def test_no_consistency_proof_survives_a_flipped_bit():
    assert consistency_flips_pass(AWKWARD) == []


@pytest.mark.torture
@pytest.mark.timeout(7200)
def test_no_proof_to_64_leaves_survives_a_flipped_bit():
    assert inclusion_flips_pass(range(1, 65)) == []
    assert consistency_flips_pass(range(1, 65)) == []


@pytest.mark.torture
@pytest.mark.timeout(36000)
def test_no_proof_to_256_leaves_survives_a_flipped_bit():
    assert inclusion_flips_pass(range(1, 257)) == []
    assert consistency_flips_pass(range(1, 257)) == []


def test_an_inclusion_proof_holds_at_no_other_index():
    for size in range(1, 65):
        for index in range(size):
            proof = inclusion_proof(index, size, read)
            others = [at for at in range(-1, size + 2) if at != index]
            assert not any(holds(verify_inclusion, LEAVES[index], at, size, proof, root(size)) for at in others)


def test_an_inclusion_proof_holds_in_no_tree_of_another_size():
    for size in range(1, 49):
        for index in range(size):
            proof = inclusion_proof(index, size, read)
            others = [at for at in range(1, 65) if at != size]
            assert not any(holds(verify_inclusion, LEAVES[index], index, at, proof, root(at)) for at in others)


def test_a_consistency_proof_holds_between_no_other_sizes():
    for new in range(1, 33):
        for old in range(1, new):
            proof = consistency_proof(old, new, read)
            for at in range(34):
                if at != old:
                    assert not holds(verify_consistency, at, new, proof, root(at), root(new))
                if at != new:
                    assert not holds(verify_consistency, old, at, proof, root(old), root(at))


def test_a_tree_is_consistent_with_itself_by_an_empty_proof_alone():
    verify_consistency(7, 7, [], root(7), root(7))
    assert not holds(verify_consistency, 7, 7, [], root(7), root(8))
    assert not holds(verify_consistency, 8, 8, [LEAVES[0]], root(8), root(8))


def test_a_consistency_proof_of_nothing_shows_nothing():
    assert not holds(verify_consistency, 3, 5, [], root(3), root(5))


@pytest.mark.parametrize(("old", "new"), [(0, 0), (0, 5), (6, 5), (-1, 5)])
def test_a_consistency_proof_from_nothing_or_backwards_is_refused(old, new):
    assert not holds(verify_consistency, old, new, [], root_of([]), root_of([]))
    with pytest.raises(ProofFailed, match="no proof from"):
        consistency_proof(old, new, read)


@pytest.mark.parametrize(("index", "size"), [(0, 0), (5, 5), (-1, 5)])
def test_there_is_no_proof_of_an_entry_that_is_not_there(index, size):
    with pytest.raises(ProofFailed, match="is not in a log"):
        inclusion_proof(index, size, read)


def test_pymerkle_makes_the_same_roots_and_proofs():
    peer = pymerkle.InmemoryTree(algorithm="sha256")
    for size in range(1, 81):
        peer.append_entry((size - 1).to_bytes(2, "big"))
        assert peer.get_root() == root(size)
        for index in range(size):
            path = peer.prove_inclusion(index + 1, size).path  # its indexes begin at 1 and its path with the leaf
            assert path == [LEAVES[index], *inclusion_proof(index, size, read)]
        for old in range(1, size):  # its consistency proofs have a form of their own; it must hold ours to be roots
            pymerkle.verify_consistency(root(old), root(size), peer.prove_consistency(old, size))

"""R5.2: tiles, bundles and their paths are those of C2SP tlog-tiles."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from easement.base.errors import ProofFailed
from easement.ledger import tiles
from easement.ledger.tiles import Edge, TileReader, encode_bundle, read_edge, tile_path, widths
from easement.ledger.tree import inclusion_proof, leaf_hash, root_at, root_of, verify_inclusion
from easement.ledger.verifier import decode_bundle, read_bundle, read_tile
from tests.often import often

ENTRIES = st.lists(st.binary(max_size=40) | st.sampled_from([bytes(255), bytes(256), bytes(65_535)]), max_size=6)


@pytest.mark.parametrize(
    ("index", "path"),
    [
        (0, "tile/0/000"),
        (999, "tile/0/999"),
        (1000, "tile/0/x001/000"),
        (1234067, "tile/0/x001/x234/067"),
    ],
)
def test_a_tile_stands_where_the_specification_puts_it(index, path):
    assert tile_path(0, index) == path
    assert tile_path(0, index, 17) == f"{path}.p/17"
    assert tile_path("entries", index) == path.replace("/0/", "/entries/", 1)


def test_the_example_of_seventy_thousand_has_its_widths():
    assert widths(70_000) == [112, 17, 1]
    assert widths(256) == [0, 1]
    assert widths(0) == []


@given(ENTRIES)
def test_a_bundle_is_read_as_it_was_written(entries):
    assert decode_bundle(encode_bundle(entries)) == entries


@given(st.binary(max_size=300))
def test_any_bytes_are_a_bundle_or_one_that_is_cut_short(data):
    again = encode_bundle(decode_bundle(data))
    assert data.startswith(again) or len(data) == 1


def grown(size):
    """An edge of `size` leaves and every tile that a log of that size has."""
    edge = Edge()
    full = list(edge.extend(leaf_hash(number.to_bytes(3, "big")) for number in range(size)))
    return edge, [*full, *edge.partial()]


@settings(max_examples=often(30), deadline=None)
@given(st.integers(0, 1200) | st.sampled_from([256, 512, 65_536, 65_537, 70_000]))
def test_the_edge_has_the_root_and_the_tiles_of_the_whole_tree(size):
    edge, made = grown(size)
    leaves = [leaf_hash(number.to_bytes(3, "big")) for number in range(size)]
    assert edge.root() == root_of(leaves)
    zero = b"".join(tile.data for tile in sorted((t for t in made if t.level == 0), key=lambda tile: tile.index))
    assert zero == b"".join(leaves)
    assert sorted(tile.width for tile in made if tile.width < 256) == sorted(width for width in widths(size) if width)


def write(directory, made):
    for tile in made:
        target = directory / tile.path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(tile.data)


@pytest.mark.parametrize("size", [1, 255, 256, 257, 700, 66_000])
def test_proofs_are_made_from_tiles_alone(tmp_path, size):
    edge, made = grown(size)
    write(tmp_path, made)
    read = TileReader(tmp_path).at(size)
    assert root_at(size, read) == edge.root() == read_edge(tmp_path, size).root()
    for index in {0, size // 2, size - 1}:
        leaf = leaf_hash(index.to_bytes(3, "big"))
        verify_inclusion(leaf, index, size, inclusion_proof(index, size, read), edge.root())


def test_a_reader_keeps_no_more_than_it_may(tmp_path, monkeypatch):
    monkeypatch.setattr(tiles, "KEPT", 1)
    write(tmp_path, grown(700)[1])
    read = TileReader(tmp_path).at(700)
    assert [read(0, 0), read(0, 256), read(0, 0)] == [leaf_hash(n.to_bytes(3, "big")) for n in (0, 256, 0)]


def test_an_old_size_is_read_from_tiles_that_have_filled_since(tmp_path):
    write(tmp_path, grown(300)[1])
    old, _ = grown(100)
    assert root_at(100, TileReader(tmp_path).at(100)) == old.root()
    assert len(read_tile(str(tmp_path), 0, 0, 100)) == 3_200


@pytest.mark.parametrize("change", [lambda data: data[:-1], lambda data: data + b"x", lambda data: b""])
def test_a_tile_of_the_wrong_length_is_named(tmp_path, change):
    write(tmp_path, grown(300)[1])
    target = tmp_path / "tile/0/001.p/44"
    target.write_bytes(change(target.read_bytes()))
    with pytest.raises(ProofFailed, match=r"tile/0/001\.p/44: is not 44 hashes"):
        read_tile(str(tmp_path), 0, 1, 44)


@pytest.mark.parametrize("change", [lambda data: data[:-1], lambda data: data + b"\0\0", lambda data: b""])
def test_a_bundle_of_the_wrong_number_is_named(tmp_path, change):
    target = tmp_path / "tile/entries/000.p/2"
    target.parent.mkdir(parents=True)
    target.write_bytes(change(encode_bundle([b"one", b"two"])))
    with pytest.raises(ProofFailed, match=r"tile/entries/000\.p/2: does not hold 2 entries"):
        read_bundle(str(tmp_path), 0, 2)


def test_a_tile_that_is_missing_is_named(tmp_path):
    with pytest.raises(ProofFailed, match=r"tile/2/000\.p/3: is missing"):
        read_tile(str(tmp_path), 2, 0, 3)

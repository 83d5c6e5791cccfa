"""What is sealed opens only whole, unchanged, and under its own key."""

import os

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from easement.base.errors import ProofFailed, StorageFailed
from easement.base.sealed import CHUNK, HEADER, TAG, SealedReader, SealedWriter, derived_key, seal, unseal

KEY = bytes(range(32))
SIZES = st.sampled_from([0, 1, 100, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 2 * CHUNK + 5])


def written(path, data: bytes, step: int = 10_000):
    path.unlink(missing_ok=True)
    with SealedWriter(path, KEY) as file:
        for start in range(0, len(data), step):
            file.write(data[start : start + step])
        assert file.tell() == len(data)
    return path


def read(path, start: int = 0, stop: int | None = None) -> bytes:
    return b"".join(SealedReader(path, KEY).read(start, stop))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(SIZES, st.integers(1, 3 * CHUNK), st.integers(0, 3 * CHUNK), st.integers(0, 3 * CHUNK))
def test_what_was_written_is_read_back_from_anywhere(tmp_path, size, step, start, length):
    data = os.urandom(size)
    path = written(tmp_path / "file", data, step)
    assert read(path) == data
    assert read(path, start, start + length) == data[start : start + length]
    assert SealedReader(path, KEY).size == size


def test_nothing_of_it_stands_on_the_disk_in_the_clear(tmp_path):
    path = written(tmp_path / "file", b"Amelia Thornbury-Quill " * 9_000)
    assert b"Amelia" not in path.read_bytes()
    assert path.stat().st_mode & 0o777 == 0o600


def test_the_same_bytes_are_sealed_differently_each_time(tmp_path):
    assert written(tmp_path / "one", b"x" * 99).read_bytes() != written(tmp_path / "two", b"x" * 99).read_bytes()


def test_another_key_opens_nothing(tmp_path):
    with pytest.raises(ProofFailed, match="does not open"):
        SealedReader(written(tmp_path / "file", b"data"), derived_key(KEY, "another"))


@pytest.mark.parametrize("keep", [0, 10, HEADER, HEADER + 5, HEADER + CHUNK + TAG, HEADER + 2 * (CHUNK + TAG)])
def test_a_file_that_was_cut_short_is_noticed_at_once(tmp_path, keep):
    path = written(tmp_path / "file", b"x" * (3 * CHUNK))
    os.truncate(path, keep)
    with pytest.raises(ProofFailed):
        SealedReader(path, KEY)


def test_chunks_cannot_change_places(tmp_path):
    path = written(tmp_path / "file", b"a" * CHUNK + b"b" * CHUNK + b"c")
    raw, size = path.read_bytes(), CHUNK + TAG
    swapped = (
        raw[:HEADER] + raw[HEADER + size : HEADER + 2 * size] + raw[HEADER : HEADER + size] + raw[HEADER + 2 * size :]
    )
    path.write_bytes(swapped)
    with pytest.raises(ProofFailed):
        read(path)


def test_a_changed_bit_anywhere_is_noticed(tmp_path):
    path = written(tmp_path / "file", b"x" * 1_000)
    raw = path.read_bytes()
    for place in range(0, len(raw), 13):
        path.write_bytes(raw[:place] + bytes([raw[place] ^ 1]) + raw[place + 1 :])
        with pytest.raises(ProofFailed):
            read(path)


def test_what_broke_off_is_no_whole_file(tmp_path):
    file = SealedWriter(tmp_path / "file", KEY)
    file.write(b"x" * (2 * CHUNK))
    file.__exit__(ZeroDivisionError, ZeroDivisionError(), None)
    with pytest.raises(ProofFailed):
        SealedReader(tmp_path / "file", KEY)


def test_nothing_that_stands_is_written_over(tmp_path):
    path = written(tmp_path / "file", b"first")
    with pytest.raises(StorageFailed, match="cannot write"):
        SealedWriter(path, KEY)
    assert read(path) == b"first"


def test_a_file_that_is_not_there_is_told(tmp_path):
    with pytest.raises(ProofFailed, match="cannot be read"):
        SealedReader(tmp_path / "none", KEY)


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")  # noqa: PTH110
def test_a_full_disk_is_told_and_leaves_nothing_that_opens(tmp_path):
    file = SealedWriter(tmp_path / "file", KEY)
    os.dup2(os.open("/dev/full", os.O_WRONLY), file._file.fileno())
    with pytest.raises(StorageFailed, match="No space left"):
        file.write(b"x" * (40 * CHUNK))
    with pytest.raises(StorageFailed, match="No space left"):
        file.close()
    assert file.closed


def test_parquet_is_written_straight_into_it(tmp_path):
    table = pa.table({"n": list(range(200_000)), "t": ["Thornbury"] * 200_000})
    with SealedWriter(tmp_path / "set.parquet", KEY) as file:
        pq.write_table(table, pa.PythonFile(file, mode="w"))
    assert pq.read_table(pa.BufferReader(read(tmp_path / "set.parquet"))).equals(table)


def test_each_use_has_a_key_of_its_own():
    assert len({derived_key(KEY, label) for label in ("a", "b", "")} | {derived_key(bytes(32), "a")}) == 4


@given(st.binary(max_size=200), st.binary(max_size=20))
def test_a_short_text_opens_only_where_it_belongs(plain, bound):
    sealed = seal(KEY, plain, bound)
    assert unseal(KEY, sealed, bound) == plain
    for key, text, place in (
        (bytes(32), sealed, bound),
        (KEY, sealed[:-1], bound),
        (KEY, sealed, bound + b"x"),
        (KEY, b"", bound),
    ):
        with pytest.raises(ProofFailed, match="does not open"):
            unseal(key, text, place)

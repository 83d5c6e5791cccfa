"""What is made from files is kept until one of them changes, and never longer."""

import os

from hypothesis import given
from hypothesis import strategies as st

from easement.base import stamps
from easement.base.stamps import Kept, Stamp, rested, stamp


class Reader:
    """Reads a file and counts how often."""

    def __init__(self, path):
        self.path, self.read = path, 0

    def __call__(self):
        self.read += 1
        return self.path.read_text() if self.path.exists() else None


def later(monkeypatch, seconds=3_600):
    """Files have rested, as the clock has it: nobody can set when a file was changed, only when it was written."""
    now = stamps.time.time_ns()
    monkeypatch.setattr(stamps.time, "time_ns", lambda: now + seconds * 1_000_000_000)


def test_a_file_that_rested_is_read_once(tmp_path, monkeypatch):
    path = tmp_path / "a"
    path.write_text("one")
    later(monkeypatch)
    kept, reader = Kept(), Reader(path)
    assert [kept.get([path], reader) for _ in range(3)] == ["one"] * 3
    assert reader.read == 1


def test_a_file_just_written_is_read_again_until_it_has_rested(tmp_path, monkeypatch):
    """Two writes within one tick of the clock, of one length, look the same."""
    path = tmp_path / "a"
    path.write_text("one")
    kept, reader = Kept(), Reader(path)
    assert [kept.get([path], reader) for _ in range(3)] == ["one"] * 3
    assert reader.read == 3
    later(monkeypatch)
    assert [kept.get([path], reader) for _ in range(3)] == ["one"] * 3
    assert reader.read == 4


def test_a_change_a_replacement_a_loss_and_a_return_are_seen_at_once(tmp_path, monkeypatch):
    path, other = tmp_path / "a", tmp_path / "b"
    path.write_text("one")
    later(monkeypatch)
    kept, reader = Kept(), Reader(path)
    kept.get([path], reader)
    path.write_text("two")
    assert kept.get([path], reader) == "two"
    other.write_text("new")
    other.replace(path)
    assert kept.get([path], reader) == "new"
    path.unlink()
    assert kept.get([path], reader) is None
    path.write_text("new")
    assert kept.get([path], reader) == "new"


def test_a_change_that_puts_the_old_time_back_is_seen_too(tmp_path, monkeypatch):
    path = tmp_path / "a"
    path.write_text("one")
    before = path.stat()
    later(monkeypatch)
    kept, reader = Kept(), Reader(path)
    kept.get([path], reader)
    path.write_text("two")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert kept.get([path], reader) == "two"


def test_what_could_not_be_made_is_tried_again(tmp_path, monkeypatch):
    later(monkeypatch)
    kept, path = Kept(), tmp_path / "a"
    path.write_text("x")
    for _ in range(2):
        try:
            kept.get([path], lambda: 1 / 0)
        except ZeroDivisionError:
            continue
    assert kept.get([path], lambda: "made") == "made"


def test_any_of_several_files_counts(tmp_path, monkeypatch):
    one, two = tmp_path / "1", tmp_path / "2"
    one.write_text("a")
    later(monkeypatch)
    kept, reader = Kept(), Reader(one)
    kept.get([one, two], reader)
    two.write_text("b")
    kept.get([one, two], reader)
    assert reader.read == 2


def test_what_cannot_be_looked_at_has_no_stamp(tmp_path):
    assert stamp(tmp_path / "nothing") is None
    assert stamp(tmp_path / "no\0thing") is None
    (tmp_path / "file").write_text("x")
    assert stamp(tmp_path / "file" / "below") is None


@given(age=st.integers(-(10**12), 10**12))
def test_a_file_of_the_future_never_rested(age):
    seen = Stamp(1, 1, 1, 10**15, 10**15)
    assert rested([None, seen], 10**15 + age) is (age > stamps.REST_NS)

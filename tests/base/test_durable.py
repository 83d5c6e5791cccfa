"""A file is whole or absent, whatever happens on the way: an error, a full disk, a kill."""

import errno
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from easement.base import durable
from easement.base.durable import aside, flush_directory, write_whole
from easement.base.errors import StorageFailed


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("data", [b"", b"bytes\x00", "text: é"])
def test_what_is_written_is_read(tmp_path: Path, data: bytes | str) -> None:
    write_whole(tmp_path / "a", data)
    assert (tmp_path / "a").read_bytes() == (data.encode() if isinstance(data, str) else data)
    assert names(tmp_path) == ["a"]


@pytest.mark.parametrize("mode", [0o600, 0o644, 0o400])
def test_the_mode_is_as_asked_whatever_the_process_masks(tmp_path: Path, mode: int) -> None:
    before = os.umask(0o077)
    try:
        write_whole(tmp_path / "a", "x", mode=mode)
    finally:
        os.umask(before)
    assert (tmp_path / "a").stat().st_mode & 0o777 == mode


def test_what_was_there_is_replaced_whole(tmp_path: Path) -> None:
    write_whole(tmp_path / "a", "old and long")
    write_whole(tmp_path / "a", "new")
    assert (tmp_path / "a").read_text() == "new"


def test_a_reader_with_the_old_file_open_keeps_it(tmp_path: Path) -> None:
    write_whole(tmp_path / "a", "old")
    with (tmp_path / "a").open() as reader:
        write_whole(tmp_path / "a", "new")
        assert reader.read() == "old"


def _write_half(partial: Path) -> None:
    partial.write_text("half")
    assert names(partial.parent) == [partial.name, "a"]
    assert partial.name.endswith(".partial")
    raise RuntimeError("midway")


def test_an_error_on_the_way_leaves_what_was_there(tmp_path: Path) -> None:
    write_whole(tmp_path / "a", "old")
    with pytest.raises(RuntimeError, match="midway"), aside(tmp_path / "a") as partial:
        _write_half(partial)
    assert (tmp_path / "a").read_text() == "old"
    assert names(tmp_path) == ["a"]


def test_nothing_written_is_an_error_not_an_empty_file(tmp_path: Path) -> None:
    with pytest.raises(StorageFailed), aside(tmp_path / "a"):
        pass
    assert names(tmp_path) == []


def test_a_missing_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(StorageFailed, match="cannot write") as raised:
        write_whole(tmp_path / "none" / "a", "x")
    assert raised.value.remedy


def test_a_folder_in_the_way_is_told_and_nothing_is_left(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    with pytest.raises(StorageFailed, match="cannot write"):
        write_whole(tmp_path / "a", "x")
    assert names(tmp_path) == ["a"]


def failing(number: int) -> Callable[..., None]:
    def fail(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    return fail


@pytest.mark.parametrize("number", [errno.EIO, errno.ENOSPC, errno.EDQUOT])
@pytest.mark.parametrize("call", ["fsync", "fchmod"])
def test_a_disk_that_refuses_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, call: str
) -> None:
    write_whole(tmp_path / "a", "old")
    monkeypatch.setattr(durable.os, call, failing(number))
    with pytest.raises(StorageFailed, match=os.strerror(number)):
        write_whole(tmp_path / "a", "new")
    monkeypatch.undo()
    assert (tmp_path / "a").read_text() == "old"
    assert names(tmp_path) == ["a"]


def test_the_file_is_flushed_before_it_is_renamed_and_the_folder_after(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    real_fsync, real_replace = os.fsync, Path.replace

    def fsync(descriptor: int) -> None:
        done.append("folder" if os.path.isdir(f"/proc/self/fd/{descriptor}") else "file")  # noqa: PTH112
        real_fsync(descriptor)

    def replace(self: Path, other: Path) -> Path:
        done.append("rename")
        return real_replace(self, other)

    monkeypatch.setattr(durable.os, "fsync", fsync)
    monkeypatch.setattr(Path, "replace", replace)
    write_whole(tmp_path / "a", "x")
    assert done == ["file", "rename", "folder"]


FULL = """
import resource, signal, sys
from pathlib import Path
from easement.base.durable import write_whole
from easement.base.errors import StorageFailed
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000))
try:
    write_whole(Path(sys.argv[1]), b"x" * 100_000)
except StorageFailed as error:
    print(error.what)
"""


def test_a_file_cut_short_by_the_kernel_is_told_and_not_kept(tmp_path: Path) -> None:
    write_whole(tmp_path / "a", "old")
    done = subprocess.run([sys.executable, "-c", FULL, tmp_path / "a"], capture_output=True, text=True, check=True)
    assert done.stdout == f"cannot write `{tmp_path / 'a'}`: File too large\n"
    assert (tmp_path / "a").read_text() == "old"
    assert names(tmp_path) == ["a"]


KILLED = """
import os, signal, sys
from pathlib import Path
from easement.base import durable
at, target = sys.argv[1], Path(sys.argv[2])
def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)
if at == "replace":
    Path.replace = die
elif at == "folder":
    durable.flush_directory = die
else:
    setattr(os, at, die)
durable.write_whole(target, "new" * 100_000)
"""


@pytest.mark.parametrize("at", ["fchmod", "fsync", "replace", "folder"])
def test_a_kill_at_any_step_leaves_the_old_or_the_new_whole(tmp_path: Path, at: str) -> None:
    write_whole(tmp_path / "a", "old")
    done = subprocess.run([sys.executable, "-c", KILLED, at, tmp_path / "a"], check=False)
    assert done.returncode == -9
    assert (tmp_path / "a").read_text() == ("new" * 100_000 if at == "folder" else "old")
    assert [name for name in names(tmp_path) if not name.endswith(".partial")] == ["a"]


def test_a_folder_is_flushed_and_a_file_is_no_folder(tmp_path: Path) -> None:
    flush_directory(tmp_path)
    write_whole(tmp_path / "a", "x")
    with pytest.raises(NotADirectoryError):
        flush_directory(tmp_path / "a")

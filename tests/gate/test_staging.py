"""Answers on their way out: nobody else sees or takes them, and they arrive whole or not at all."""

import os
import shutil
from contextlib import suppress
from pathlib import Path

import pytest

from easement.base.errors import StorageFailed
from easement.gate.staging import Note, Staged, exclusive, left_behind, receipt_path, staged


@pytest.fixture
def releases(tmp_path: Path) -> Path:
    place = tmp_path / "releases"
    place.mkdir()
    return place


def left(releases: Path) -> list[tuple[str, Note]]:
    return [(answer.id, note) for answer, note in left_behind(releases)]


def test_a_staged_answer_stands_in_a_folder_of_its_own_that_only_the_owner_enters(
    releases: Path, tmp_path: Path
) -> None:
    with staged(releases, tmp_path / "a.parquet") as one, staged(releases, tmp_path / "a.parquet") as other:
        assert one.folder != other.folder
        assert one.folder.stat().st_mode & 0o777 == 0o700
        assert one.data.name == "answer.parquet"
        assert one.receipt.parent == one.folder


def test_what_was_not_noted_goes_when_it_is_left(releases: Path, tmp_path: Path) -> None:
    with suppress(KeyError), staged(releases, tmp_path / "a.csv") as answer:
        answer.data.write_text("half")
        raise KeyError
    assert list(releases.glob("[!.]*")) == []


def test_what_was_noted_stays_for_a_later_process_and_says_where_it_goes(releases: Path, tmp_path: Path) -> None:
    with suppress(KeyError), staged(releases, tmp_path / "a.csv") as answer:
        answer.note(after=7)
        raise KeyError
    assert left(releases) == [(answer.id, Note(tmp_path / "a.csv", 7))]


def test_the_target_is_kept_in_full_so_that_another_process_finds_it(
    releases: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with staged(releases, Path("a.csv")) as answer:
        assert answer.target == tmp_path / "a.csv"


def test_what_somebody_works_on_is_not_left_behind(releases: Path, tmp_path: Path) -> None:
    with staged(releases, tmp_path / "a.csv") as answer:
        answer.note(after=0)
        assert left(releases) == []


def test_a_folder_that_goes_while_it_is_looked_at_is_passed_over(
    releases: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its owner may deliver it between the listing and the look."""
    (releases / "gone").mkdir()

    def go(folder: Path, name: str) -> "exclusive":
        shutil.rmtree(releases / "gone", ignore_errors=True)
        return exclusive(folder, name)

    monkeypatch.setattr("easement.gate.staging.exclusive", go)
    assert left(releases) == []


def test_delivering_puts_receipt_and_data_and_forgets_the_folder(releases: Path, tmp_path: Path) -> None:
    target = tmp_path / "a.csv"
    with staged(releases, target) as answer:
        answer.data.write_text("data")
        answer.receipt.write_text("proof")
        answer.deliver()
    assert (target.read_text(), receipt_path(target).read_text()) == ("data", "proof")
    assert list(releases.glob("[!.]*")) == []


def test_delivering_again_what_was_half_delivered_brings_the_rest(releases: Path, tmp_path: Path) -> None:
    target = tmp_path / "a.csv"
    with staged(releases, target) as answer:
        answer.note(after=0)
        answer.data.write_text("data")
    receipt_path(target).write_text("proof")
    ((again, _),) = left_behind(releases)
    again.deliver()
    assert (target.read_text(), receipt_path(target).read_text()) == ("data", "proof")


def test_across_disks_what_a_killed_copy_began_is_cleared_away(
    releases: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a part of somebody's data would lie about for ever under a name nobody looks for."""
    target = tmp_path / "a [1].csv"
    begun = tmp_path / ".a [1].csv.0a1b2c3d.partial"
    begun.write_text("ha")
    other = tmp_path / ".b.csv.0a1b2c3d.partial"
    other.write_text("another's")

    def across(_source: Path, _target: Path) -> None:
        raise OSError(18, os.strerror(18))

    with staged(releases, target) as answer:
        answer.data.write_text("data")
        real = Path.replace
        monkeypatch.setattr(Path, "replace", lambda s, t: across(s, t) if s == answer.data else real(s, t))
        answer.deliver()
    assert target.read_text() == "data"
    assert sorted(path.name for path in tmp_path.iterdir()) == [other.name, "a [1].csv", "releases"]
    assert target.stat().st_mode & 0o777 == 0o600


def test_a_place_that_cannot_take_an_answer_is_told_at_once(
    releases: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(StorageFailed, match="there is no folder"), staged(releases, tmp_path / "x" / "a.csv"):
        pass
    with pytest.raises(StorageFailed, match="is a folder"), staged(releases, releases):
        pass
    monkeypatch.setattr(os, "access", lambda *_given: False)
    with pytest.raises(StorageFailed, match="nothing can be written"), staged(releases, tmp_path / "a.csv"):
        pass


def test_a_lock_is_let_go_when_its_block_ends_and_for_that_name_only(releases: Path) -> None:
    with exclusive(releases, "one"), exclusive(releases, "two"):
        pass
    with exclusive(releases, "one"):
        pass


def test_forgetting_twice_is_no_error(tmp_path: Path) -> None:
    answer = Staged(tmp_path / "gone", tmp_path / "a.csv")
    answer.forget()
    answer.forget()
    assert not answer.folder.exists()


@pytest.mark.parametrize("note", [b"", b"{}", b"not json", b"\xff", b'{"target": "a.csv", "after": "soon"}'])
def test_a_note_that_somebody_spoilt_leaves_the_folder_to_them(releases: Path, tmp_path: Path, note: bytes) -> None:
    with staged(releases, tmp_path / "a.csv") as answer:
        answer.note(after=0)
        answer.data.write_text("data")
    (answer.folder / "note.json").write_bytes(note)
    assert left(releases) == []
    assert answer.data.read_text() == "data"
    assert left(releases) == [], "its lock was let go"


def test_a_receipt_whose_data_cannot_follow_does_not_stay(
    releases: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "a.csv"
    with staged(releases, target) as answer:
        answer.note(after=0)
        answer.data.write_text("data")
        answer.receipt.write_text("proof")
        target.mkdir()
        with pytest.raises(StorageFailed):
            answer.deliver()
    assert not receipt_path(target).exists()
    assert answer.data.read_text() == "data"


def test_a_receipt_alone_can_be_delivered(releases: Path, tmp_path: Path) -> None:
    with staged(releases, tmp_path / "a.csv") as answer:
        answer.receipt.write_text("proof")
        answer.deliver()
    assert receipt_path(tmp_path / "a.csv").read_text() == "proof"

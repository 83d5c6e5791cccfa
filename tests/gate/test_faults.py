"""What goes wrong on the way (R5.1): each failure is logged with its intent, and nothing half made is delivered."""

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from easement.agreement.model import Mode
from easement.base.errors import BadData, BadFile, EasementError, SourceUnreachable, StorageFailed, UsageError
from easement.gate import service
from easement.ledger.model import EntryType
from easement.node.home import open_node

from .world import COLUMNS, DIRTY, NOW, World, furnish, plain_rows, read


def register(world: World) -> Path:
    return world.node / "datasets" / "awards.csv"


def mapping(world: World) -> Path:
    return world.node / "datasets" / "awards.yaml"


def without_column(world: World) -> None:
    world.hold([row[:-1] for row in DIRTY], COLUMNS[:-1])


def ragged(world: World) -> None:
    register(world).write_text(register(world).read_text() + "C99,too,few\n")


def a_folder(world: World) -> None:
    register(world).unlink()
    register(world).mkdir()


def a_link(world: World) -> None:
    register(world).rename(register(world).with_name("elsewhere.csv"))
    register(world).symlink_to(register(world).with_name("elsewhere.csv"))


SOURCES: dict[str, tuple[Callable[[World], object], type[EasementError], int]] = {
    "no file": (lambda world: register(world).unlink(), SourceUnreachable, 13),
    "a folder in its place": (a_folder, SourceUnreachable, 13),
    "a link in its place": (a_link, SourceUnreachable, 13),
    "a column is missing": (without_column, BadData, 14),
    "another encoding": (
        lambda world: register(world).write_bytes(register(world).read_text().encode("utf-16")), BadData, 14,
    ),
    "bytes that are no text": (
        lambda world: register(world).write_bytes(register(world).read_bytes() + b"C9,\xe9\xff,,,,,,,,,\n"),
        BadData, 14,
    ),
    "a row too short": (ragged, BadData, 14),
    "nothing in it": (lambda world: register(world).write_bytes(b""), BadData, 14),
    "a mapping with a slip": (
        lambda world: mapping(world).write_text(mapping(world).read_text().replace("award: award", "awrd: award")),
        BadFile, 11,
    ),
    "no mapping": (lambda world: mapping(world).unlink(), UsageError, 2),
}  # fmt: skip


@pytest.mark.parametrize(("harm", "kind", "exit_code"), SOURCES.values(), ids=SOURCES.keys())
@pytest.mark.parametrize("out", ["answer.csv", "answer.json", "answer.parquet"])
def test_a_source_that_cannot_be_read_is_logged_as_failed_and_gives_nothing(
    world: World, harm: Callable[[World], object], kind: type[EasementError], exit_code: int, out: str
) -> None:
    harm(world)
    with pytest.raises(kind) as failed:
        world.share("forms", Mode.BULK, out)
    assert failed.value.exit_code == exit_code
    assert failed.value.remedy or isinstance(failed.value, BadFile)
    assert world.types() == ["intended", "failed"]
    failure = world.last(EntryType.DISCLOSURE_FAILED).entry
    assert failure.intent == 1
    assert failure.count is None
    assert world.delivered() == world.staged() == []
    assert world.fsck() == []


def test_what_failed_can_be_asked_for_again(world: World) -> None:
    register(world).rename(world.node / "away.csv")
    with pytest.raises(SourceUnreachable):
        world.share("forms", Mode.BULK)
    (world.node / "away.csv").rename(register(world))
    assert world.share("forms", Mode.BULK).released.count == len(DIRTY)
    assert world.types() == ["intended", "failed", "intended", "released"]


def test_a_list_that_cannot_be_read_is_a_failure_too(world: World) -> None:
    roll, with_mapping = world.listed([("P1", "Ash", "Jo", "2015-02-01", "")])
    roll.write_text("pupil,surname\nP1,Ash\n")
    with pytest.raises(BadData, match="lacks"):
        world.share("entitled", Mode.MATCH, match=roll, match_dataset=with_mapping)
    assert world.types() == ["intended", "failed"]


def test_a_table_of_a_thousand_columns_gives_the_agreed_ones(world: World) -> None:
    more = tuple(f"extra {n}" for n in range(1_000))
    world.hold([(*row, *more) for row in DIRTY], (*COLUMNS, *more))
    records = read(world.share("forms", Mode.BULK).data)
    assert len(records) == len(DIRTY)
    assert len(records[0]) == 9


def test_a_table_of_no_rows_gives_no_records(world: World) -> None:
    world.hold([])
    assert world.share("forms", Mode.BULK).released.count == 0
    assert world.types() == ["intended", "released"]


def test_an_error_that_nobody_foresaw_is_logged_as_a_failure(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_args: object) -> None:
        raise MemoryError

    monkeypatch.setattr("easement.gate.outlet.release", broken)
    with pytest.raises(MemoryError):
        world.share("forms", Mode.BULK)
    assert world.types() == ["intended", "failed"]


@pytest.mark.parametrize("place", ["the register", "a copy in the node"])
def test_the_providers_own_register_is_no_list_of_the_recipients(world: World, place: str) -> None:
    """Matched against itself, all of it would cross."""
    own = register(world)
    if place == "a copy in the node":
        own = world.node / "copy.csv"
        own.write_bytes(register(world).read_bytes())
    with pytest.raises(UsageError, match="is the provider's own"):
        world.share("entitled", Mode.MATCH, match=own, match_dataset=mapping(world))
    assert world.types() == ["intended", "failed"]


# Where the answer goes


def test_an_answer_replaces_neither_what_it_is_made_from_nor_anything_of_the_nodes(world: World) -> None:
    roll, with_mapping = world.listed([("P1", "Ash", "Jo", "2015-02-01", "")])
    for place in (
        roll,
        world.node / "datasets" / "awards.csv",
        world.node / "new.csv",
        world.node / "x" / ".." / "y.csv",
    ):
        with pytest.raises(UsageError, match="is an input, or stands inside the node"):
            world.share("entitled", Mode.MATCH, str(place), match=roll, match_dataset=with_mapping)
    assert world.types() == []


def test_a_destination_whose_folder_is_not_there_is_told_before_anything_is_logged(world: World) -> None:
    with pytest.raises(StorageFailed, match="there is no folder"):
        world.share("forms", Mode.BULK, "nowhere/answer.csv")
    assert world.types() == world.staged() == []


@pytest.mark.parametrize("name", ["answer.csv", "answer.csv.receipt"])
def test_a_folder_where_the_answer_should_go_is_told_before_anything_is_logged(world: World, name: str) -> None:
    (world.out / name).mkdir()
    with pytest.raises(StorageFailed, match="is a folder"):
        world.share("forms", Mode.BULK)
    assert world.types() == []


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Callable[..., Path]]:
    """Mounts small file systems in memory; skips where this user may not."""
    mounted: list[Path] = []

    def mount(size: str = "256k", options: str = "") -> Path:
        place = tmp_path / f"disk{len(mounted)}"
        place.mkdir()
        command = ["mount", "-t", "tmpfs", "-o", f"size={size}{options}", "tmpfs", str(place)]
        try:
            done = subprocess.run(command, capture_output=True, check=False)
        except FileNotFoundError:
            pytest.skip("there is no `mount` here")
        if done.returncode:
            pytest.skip("this user may not mount a small disk")
        mounted.append(place)
        return place

    yield mount
    for place in mounted:
        subprocess.run(["umount", "-l", str(place)], check=True)


def test_a_destination_that_may_not_be_written_is_told_before_anything_is_logged(
    world: World, small_disk: Callable[..., Path]
) -> None:
    place = small_disk(options=",ro")
    with open_node(world.node) as node, pytest.raises(StorageFailed, match="nothing can be written"):
        service.share(node, world.ask("forms", Mode.BULK, str(place / "answer.csv")), now=NOW, clock=lambda: NOW)
    assert world.types() == []


def test_an_answer_to_another_disk_arrives_whole(world: World, small_disk: Callable[..., Path]) -> None:
    place = small_disk("4m")
    outcome = world.share("forms", Mode.BULK, str(place / "answer.csv"))
    assert world.verified(place / "answer.csv").index == outcome.entry
    assert sorted(path.name for path in place.iterdir()) == ["answer.csv", "answer.csv.receipt"]
    assert (place / "answer.csv").stat().st_mode & 0o777 == 0o600
    assert (place / "answer.csv.receipt").stat().st_mode & 0o777 == 0o600


def test_a_full_destination_gets_nothing_and_the_answer_waits_until_there_is_room(
    world: World, small_disk: Callable[..., Path]
) -> None:
    place = small_disk("64k")
    world.hold(plain_rows(2_000))
    with pytest.raises(StorageFailed, match="cannot write"):
        world.share("forms", Mode.BULK, str(place / "answer.csv"))
    assert [path.name for path in place.iterdir() if path.suffix != ".receipt"] == []
    assert world.types() == ["intended", "released"]
    assert len(world.staged()) == 1
    subprocess.run(["mount", "-o", "remount,size=4m", str(place)], check=True)
    with open_node(world.node) as node:
        assert service.finish_left_behind(node, now=NOW) == (place / "answer.csv",)
    assert world.verified(place / "answer.csv").answer["rows"] == 2_000
    assert world.staged() == world.fsck() == []


def test_an_answer_that_cannot_be_delivered_holds_up_nobody_else(world: World, small_disk: Callable[..., Path]) -> None:
    place = small_disk("64k")
    world.hold(plain_rows(2_000))
    with pytest.raises(StorageFailed):
        world.share("forms", Mode.BULK, str(place / "answer.csv"))
    assert world.share("forms", Mode.BULK, "other.csv").data is not None
    assert len(world.staged()) == 1


def test_an_existing_answer_is_replaced_only_when_the_new_one_is_whole(
    world: World, small_disk: Callable[..., Path]
) -> None:
    place = small_disk("128k")
    first = world.share("forms", Mode.BULK, str(place / "answer.csv"))
    before = (place / "answer.csv").read_bytes()
    world.hold(plain_rows(3_000))
    with pytest.raises(StorageFailed):
        world.share("forms", Mode.BULK, str(place / "answer.csv"))
    assert (place / "answer.csv").read_bytes() == before
    register(world).unlink()
    with pytest.raises(SourceUnreachable):
        world.share("forms", Mode.BULK, str(place / "answer.csv"))
    assert (place / "answer.csv").read_bytes() == before
    assert first.released.count == len(DIRTY)


def test_a_second_answer_takes_the_place_of_the_first_with_its_receipt(world: World) -> None:
    world.share("forms", Mode.BULK)
    world.hold(plain_rows(3))
    second = world.share("forms", Mode.BULK)
    assert second.data is not None
    assert world.verified(second.data).index == second.entry
    assert world.delivered() == ["answer.csv", "answer.csv.receipt"]


def test_a_node_on_a_full_disk_releases_nothing_and_its_ledger_stays_sound(
    tmp_path: Path, small_disk: Callable[..., Path]
) -> None:
    """Filled until the query no longer has room, and then until the ledger itself has none."""
    place = small_disk("12m")
    world = furnish(place)
    world.hold(plain_rows(200))
    out = tmp_path / "out"
    out.mkdir()
    delivered, failures = 0, 0
    for n in range(12):
        room = max(0, _free(place) // (2 if n < 6 else 1) - (0 if n > 8 else 100_000))
        (place / f"filler{n}").write_bytes(b"x" * room) if room and n else None
        try:
            world.share("forms", Mode.BULK, str(out / f"{n}.csv"))
            delivered += 1
        except EasementError:
            failures += 1
    assert delivered
    assert failures
    for filler in place.glob("filler*"):
        filler.unlink()
    with open_node(world.node) as node:
        service.finish_left_behind(node, now=NOW)
        released = [e for e in node.ledger.entries() if e.entry.type is EntryType.DISCLOSURE_RELEASED]
        assert node.ledger.fsck() == []
    files = list(out.glob("*.csv"))  # the next disclosure may deliver what had no room before
    assert len(released) == len(files) >= delivered
    for path in files:
        assert world.verified(path).answer["rows"] == 200
    assert world.staged() == []


def _free(place: Path) -> int:
    status = os.statvfs(place)
    return status.f_bavail * status.f_frsize


def test_a_ledger_that_takes_no_entries_releases_nothing(world: World) -> None:
    """R5.1: if it cannot be recorded it is not released."""
    (world.node / "ledger" / "checkpoint").unlink()
    with pytest.raises(StorageFailed, match="the ledger takes no entries"):
        world.share("forms", Mode.BULK)
    assert world.delivered() == []


def test_an_intent_that_cannot_be_made_durable_stops_everything(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    read_for_release: list[object] = []
    monkeypatch.setattr("easement.gate.outlet.release", lambda *given: read_for_release.append(given))
    with open_node(world.node) as node:

        def refused(*_given: object, **_named: object) -> int:
            raise StorageFailed("the disk is full", remedy="free space")

        monkeypatch.setattr(node.ledger, "append", refused)
        with pytest.raises(StorageFailed):
            service.share(node, world.ask("forms", Mode.BULK), now=NOW, clock=lambda: NOW)
    assert read_for_release == []
    assert world.types() == world.delivered() == []

"""`easement link quality` (R4.4, R7.4): what a person is told of how good a linkage is."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Engine

from easement.base.errors import BadData
from easement.cli.link_quality import quality
from easement.ledger.service import Ledger
from easement.linkage.quality_desk import quality_of
from easement.linkage.quality_files import read_groups, read_pairs
from easement.linkage.quality_tally import Tally
from easement.linkage.review import Kind
from easement.linkage.review_desk import Wanted, settle
from easement.linkage.review_queues import pairs_in
from tests.ledger.makers import MASTER, SIGNER, clock

from .test_review import ADA, NOW, SCOPE
from .test_review_desk import ANN, DIFFERENT, SAME, Room

TALLY = Tally({"0.999–1": (900, 899.0)}, {"0.8–0.95": (100, 90.0)})


@pytest.fixture
def room(engine: Engine, tmp_path: Path) -> Room:
    return Room(MASTER, Ledger.create(engine, tmp_path / "ledger", signer=SIGNER, master_key=MASTER, clock=clock))


def reviewed(room: Room, links: int, doubts: int, wrong: int) -> None:
    """A match with links drawn at random and pairs in doubt, on all of which somebody decided; some are two people."""
    facts = [(Kind.SAMPLE, 0.9999, f"S{n}") for n in range(links)] + [(Kind.DOUBT, 0.9, f"D{n}") for n in range(doubts)]
    room.match(
        *(replace(ADA, listed=key, held=key, kind=kind, probability=chance) for kind, chance, key in facts),
        tally=TALLY.as_dict(),
    )
    found = pairs_in(room, SCOPE.queue, ANN, most=1_000)
    false = {f"S{n}" for n in range(wrong)}
    said = [Wanted(each.id, DIFFERENT if each.pair.held in false else SAME) for each in found]
    settle(room, said, ANN, now=NOW)


def test_what_people_decided_is_counted_by_how_sure_the_pairs_were(room: Room) -> None:
    reviewed(room, links=60, doubts=40, wrong=1)
    found = quality_of(room, SCOPE.queue).quality
    assert [(each.name, each.linked, each.same, each.different) for each in found.strata] == [
        ("0.999–1", True, 59, 1), ("0.8–0.95", False, 40, 0),
    ]  # fmt: skip
    assert found.precision.words.startswith("0.983 (")
    assert found.recall.range is not None
    assert found.by_model == {"precision": 0.99889, "recall": 0.909}


def test_without_decisions_no_figure_is_given(room: Room) -> None:
    reviewed(room, links=3, doubts=2, wrong=0)
    found = quality_of(room, SCOPE.queue).quality
    assert (found.precision.range, found.recall.range) == (None, None)
    assert json.dumps(found.as_dict())


def files(folder: Path) -> tuple[str, ...]:
    truth = [(f"P{n}", f"C{n}") for n in range(100)]
    links = [pair for n, pair in enumerate(truth) if n % 2 or n % 3 == 0]
    for name, pairs in (("links", links), ("truth", [*truth, ("P999", "")])):
        (folder / f"{name}.csv").write_text("ours,theirs\n" + "".join(f"{a},{b}\n" for a, b in pairs))
    (folder / "groups.csv").write_text("key,sex\n" + "".join(f"C{n},{'F' if n % 2 else 'M'}\n" for n in range(100)))
    named = ("links", "truth", "groups")
    links_file, truth_file, groups_file = (str(folder / f"{name}.csv") for name in named)
    return ("true", links_file, "--truth", truth_file, "--columns", "ours", "theirs", "--groups", groups_file)


def run(*command: str) -> Result:
    return CliRunner().invoke(quality, list(command))


def test_links_are_held_against_the_truth_by_group(tmp_path: Path) -> None:
    ended = run(*files(tmp_path))
    assert ended.exit_code == 0, ended.output
    lines = [line.split() for line in ended.stdout.splitlines()]
    assert lines[1][:6] == ["everybody", "67", "0", "33", "1.000", "0.670"]
    assert [line[1] for line in lines[2:]] == ["F", "M"]
    assert lines[3][-1].endswith("*")
    assert "more than chance" in ended.stderr
    told = json.loads(run(*files(tmp_path), "--json").stdout)
    assert told["groups"]["sex"]["M"]["recall_gap"]["certain"] is True


def test_a_file_that_is_no_such_list_is_told(tmp_path: Path) -> None:
    files(tmp_path)
    with pytest.raises(BadData, match="there is no column `mine`"):
        read_pairs(tmp_path / "links.csv", ("mine", "theirs"))
    (tmp_path / "bad.csv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BadData, match="no CSV in UTF-8"):
        read_groups(tmp_path / "bad.csv")

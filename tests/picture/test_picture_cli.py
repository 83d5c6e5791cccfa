"""`easement picture`, as its page shows it."""

import json
import shlex
from pathlib import Path
from typing import Any

import pytest

from easement.cli.root import main
from easement.ledger import service as ledger
from tests.docs.page import commands, fences, matches
from tests.gate.world import NOW

from .neighbours import Neighbours

SHOWN = 'easement picture --node northtown --purpose safeguarding-children --role social-worker --trained safeguarding-level-3 --why "a teacher is worried" --person "family_name=Ash; given_name=Jo; date_of_birth=2015-02-01"'  # noqa: E501
"""What the how-to page shows, word for word."""

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "see-one-person.md"


@pytest.fixture(autouse=True)
def at_home(around: Neighbours, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger, "utc_now", lambda: NOW)
    monkeypatch.chdir(around.council.home.parent)


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[Any, str, str]:
    with pytest.raises(SystemExit) as ended:
        main([*words])
    return ended.value.code, *capsys.readouterr()


def test_the_page_does_what_it_shows(capsys):
    code, out, _ = run(capsys, *shlex.split(SHOWN)[1:])
    (command,) = [each for fence in fences(PAGE.read_text()) if fence.language == "console" for each in commands(fence)]
    assert (code, command.words) == (0, SHOWN)
    assert matches(command.shown, out), out


def test_as_json_it_says_all_of_it(capsys):
    code, out, _ = run(capsys, *shlex.split(SHOWN)[1:], "--source", "safeguarding/police-contact", "--json")
    (person,) = json.loads(out)["people"]
    assert code == 0
    assert [each["provider"] for each in person["sources"]] == ["police"]
    assert person["named"]["given_name"] == "Jo"


def test_people_may_come_from_a_file_and_refusals_are_told_by_the_exit_code(capsys, tmp_path):
    people = tmp_path / "people.txt"
    people.write_text("family_name=Ash; date_of_birth=2015-02-01\n\nfamily_name=Elm; date_of_birth=2013-04-04\n")
    words = shlex.split(SHOWN)[1:-2]
    code, out, _ = run(capsys, *words, "--people-file", str(people), "--json")
    assert (code, len(json.loads(out)["people"])) == (0, 2)
    untrained = [word for word in words if word not in ("--trained", "safeguarding-level-3")]
    assert run(capsys, *untrained, "--people-file", str(people))[0] == 10


@pytest.mark.parametrize("person", ["", "Jo Ash", "family_name=", "=Ash"])
def test_a_person_is_named_by_parts(capsys, person):
    code, _, err = run(capsys, *shlex.split(SHOWN)[1:-1], person)
    assert code == 2
    assert "named by" in err

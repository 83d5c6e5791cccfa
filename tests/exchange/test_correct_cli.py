"""`easement correction`, as its page shows it."""

import json
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from easement.cli.root import main
from easement.exchange.service import ask
from easement.ledger import service as ledger
from tests.docs.page import commands, fences, matches

from .pair import ASKER, NOW, Pair, paired

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "correct-a-wrong-link.md"
SHOWN = (
    'easement correction report --node northtown --from dwp --message MESSAGE --kind wrong-person --element family_name --value Ash --person national_insurance_number=AB123456C --why "It is a cousin."',  # noqa: E501
    "easement correction list --node dwp",
    'easement correction answer CASE --node dwp --outcome link-broken --text "Two people share a number."',
    'easement correction mended --node dwp --message MESSAGE --element family_name --why "It is Ashe."',
    'easement correction break --node dwp --message MESSAGE --listed-key P7 --held-key C01 --why "A cousin."',
    "easement correction received --node northtown",
    "easement correction done CORRECTION --node northtown --message MESSAGE",
)
"""What the how-to page shows, word for word."""


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    with paired(tmp_path_factory.mktemp("pair")) as made:
        yield made


@pytest.fixture(autouse=True)
def at_home(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger, "utc_now", lambda: NOW)
    monkeypatch.chdir(pair.northtown.home.parent)


def run(capsys: pytest.CaptureFixture[str], words: str, **names: str) -> tuple[Any, str, str]:
    """Run a command as the page shows it, with the ids of this run in their places."""
    for name, value in names.items():
        words = words.replace(name, value)
    with pytest.raises(SystemExit) as ended:
        main(shlex.split(words)[1:])
    return ended.value.code, *capsys.readouterr()


def test_the_page_does_what_it_shows(pair: Pair, capsys):
    shown = {each.words: each.shown for fence in fences(PAGE.read_text()) if fence.language == "console"
             for each in commands(fence)}  # fmt: skip
    assert tuple(shown) == SHOWN
    names = {"MESSAGE": ask(pair.northtown, pair.wish(), ASKER, NOW).message}
    for words in SHOWN:
        as_data = words.startswith("easement correction report") and f"{words} --json"
        if "break" in words:  # this one was a lookup, and is broken by its answer
            words = words.replace("--listed-key P7 --held-key C01 ", "")
        if as_data:
            names["CASE"] = json.loads(run(capsys, as_data, **names)[1])["id"]
        code, out, err = run(capsys, words, **names)
        assert code == 0, err
        told = next(text for each, text in shown.items() if each.split()[:3] == words.split()[:3])
        assert matches(told, out), out
        if "received" in words:
            names["CORRECTION"] = json.loads(run(capsys, f"{words} --json", **names)[1])[0]["id"]
    assert run(capsys, "easement correction send --node dwp --json")[1].strip() == json.dumps({"told": 0}, indent=2)


def test_what_there_is_not_is_told_with_what_to_do(capsys):
    for words in ("answer 5e --node dwp --outcome corrected --text x", "done 5e --node northtown"):
        code, _, err = run(capsys, f"easement correction {words}")
        assert code == 2
        assert "easement correction" in err
    code, out, _ = run(capsys, "easement correction list --node northtown --json")
    assert (code, set(json.loads(out))) == (0, {"cases", "links"})

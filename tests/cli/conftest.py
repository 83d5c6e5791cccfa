"""Running the command as a person does: words in, exit code and two streams out."""

from dataclasses import dataclass

import click
import pytest

from easement.cli import root


@dataclass(frozen=True)
class Told:
    """What a command ended with."""

    code: int
    out: str
    err: str


@pytest.fixture
def run(capsys, monkeypatch):
    """Run `easement` with some words and see what it tells."""
    monkeypatch.delenv("EASEMENT_DEBUG", raising=False)

    def run_it(*words: str) -> Told:
        with pytest.raises(SystemExit) as ended:
            root.main(list(words))
        out, err = capsys.readouterr()
        return Told(ended.value.code, out, err)

    return run_it


@pytest.fixture
def command(monkeypatch):
    """Put a made-up command into the root: `command(function)` stands as `easement made-up`."""

    def stand(function) -> None:
        made = click.command("made-up")(click.option("--json", "as_json", is_flag=True)(function))
        monkeypatch.setitem(root.COMMANDS, "made-up", root.Lazy("tests.cli.made_up", "made_up", "Made up."))
        monkeypatch.setattr("tests.cli.made_up.made_up", made, raising=False)

    return stand

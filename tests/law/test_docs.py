"""The reference page says what the catalogue is; its commands run."""

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from easement.law.catalogue import DATA
from easement.law.cli import KINDS, law
from easement.law.entry import Checked, Verdict
from easement.law.power import Nature, Override, Status

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "law.md").read_text()
COMMANDS = re.findall(r"^easement law (.*?)(?:\s{3,}.*)?$", PAGE, re.MULTILINE)


@pytest.mark.parametrize(
    "words", [KINDS, Checked, Nature, Override, Status, Verdict], ids=lambda words: str(words)[:30]
)
def test_every_code_word_is_explained(words: object) -> None:
    assert [word for word in words if f"`{word}`" not in PAGE] == []  # type: ignore[attr-defined]


def test_every_data_file_is_named() -> None:
    assert [
        path.name for path in DATA.glob("*.toml") if path.stem != "catalogue" and f"`{path.name}`" not in PAGE
    ] == []


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_runs(command: str) -> None:
    assert CliRunner().invoke(law, shlex.split(command), catch_exceptions=False).exit_code == 0


def test_there_are_commands() -> None:
    assert len(COMMANDS) == 5

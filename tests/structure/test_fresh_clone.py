"""What the README promises a newcomer: a fresh clone, Python and pip, and two commands."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from .tree import ROOT

COMMANDS = ("make demo", "make test")


def clean_environment() -> dict[str, str]:
    """The environment without what this run's own tools put into it."""
    ours = ("VIRTUAL_ENV", "PYTEST", "COVERAGE", "PYTHONPATH", "MAKE", "MFLAGS")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)}


def make(folder: Path, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Run `make` in a folder."""
    return subprocess.run(
        ["make", *words], cwd=folder, env=clean_environment() | more, capture_output=True, text=True, check=False
    )


@pytest.fixture
def bare(tmp_path) -> Path:
    """A folder with the Makefile and what it looks at, and no environment."""
    (tmp_path / "requirements").mkdir()
    for name in ("Makefile", "pyproject.toml", "requirements/dev.lock"):
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def fake_python(folder: Path, script: str) -> str:
    """A Python that answers as the script says."""
    path = folder / "fake-python"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return str(path)


def test_help_is_the_default_and_names_every_target():
    told = make(ROOT).stdout
    targets = re.search(r"^\.PHONY: (.+)$", (ROOT / "Makefile").read_text(), re.MULTILINE).group(1).split()
    assert [target for target in targets if not re.search(rf"^  make {target} +\S", told, re.MULTILINE)] == []
    assert {"help", "venv", "demo", "test", "check", "bench", "torture", "docs", "lock"} <= set(targets)


def test_the_readme_shows_two_commands_that_make_knows():
    assert all(f"$ {command}" in (ROOT / "README.md").read_text() for command in COMMANDS)
    assert all(make(ROOT, "--dry-run", command.split()[1]).returncode == 0 for command in COMMANDS)


def test_a_python_that_is_too_old_is_told_clearly(bare):
    told = make(bare, "venv", PYTHON=fake_python(bare, "exit 1"))
    assert told.returncode != 0
    assert "easement needs Python 3.11 or newer: set PYTHON=" in told.stderr


def test_a_python_without_venv_is_told_clearly(bare):
    script = 'case "$*" in *ensurepip*) exit 1;; *) exit 0;; esac'
    told = make(bare, "venv", PYTHON=fake_python(bare, script))
    assert told.returncode != 0
    assert "cannot make environments" in told.stderr
    assert "python3-venv" in told.stderr
    assert not (bare / ".venv").exists()


def test_a_python_that_is_not_there_is_told_clearly(bare):
    told = make(bare, "venv", PYTHON="python-that-is-not-there")
    assert told.returncode != 0
    assert "set PYTHON=" in told.stderr


def test_an_environment_cut_off_half_way_is_made_anew(bare):
    """Whatever stands in .venv without the mark of being ready was never finished."""
    (bare / ".venv").mkdir()
    (bare / ".venv" / "left-over").touch()
    script = 'if [ "$1" = -m ] && [ "$2" = venv ]; then mkdir -p .venv/bin; ln -sf "$0" .venv/bin/python; fi; exit 0'
    told = make(bare, "venv", PYTHON=fake_python(bare, script))
    assert told.returncode == 0, told.stderr
    assert (bare / ".venv" / ".ready").exists()
    assert not (bare / ".venv" / "left-over").exists()


@pytest.mark.torture
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("command", COMMANDS)
def test_a_fresh_clone_does_what_the_readme_says(command: str, tmp_path):
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "--quiet", ROOT, clone], check=True)
    told = make(clone, command.split()[1])
    assert told.returncode == 0, told.stdout[-4000:] + told.stderr[-4000:]

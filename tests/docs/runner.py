"""Runs a page's commands in a folder of its own, as a reader would who types them one after the other."""

import contextlib
import io
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from easement.cli import root

SHELL = set("|&;<>()$`*?[]#~={}!\n\\")
"""Characters that only a shell understands (outside of quotes they would need one)."""


class Folder:
    """A folder in which a page runs. `quick` runs `easement` in this process, which spares its start."""

    def __init__(self, path: Path, monkeypatch: pytest.MonkeyPatch, *, quick: bool) -> None:
        self.path, self.quick = path, quick
        monkeypatch.chdir(path)
        for name in ("EASEMENT_DEBUG", "PYTHONPATH"):
            monkeypatch.delenv(name, raising=False)
        for name, value in {"COLUMNS": "100", "NO_COLOR": "1", "TZ": "UTC", "HOME": str(path)}.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")

    def run(self, words: str) -> tuple[int, str]:
        """Run one command; its exit code, and what it told on both streams in order."""
        if self.quick and words.startswith("easement ") and not self._needs_shell(words):
            return self._here(shlex.split(words)[1:])
        ended = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", words],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            text=True,
            check=False,
        )
        return ended.returncode, ended.stdout

    def _needs_shell(self, words: str) -> bool:
        plain = [word for word in shlex.split(words, posix=False) if word[0] not in "'\""]
        return any(set(word.replace("=", "")) & SHELL for word in plain) or "\n" in words

    def _here(self, words: list[str]) -> tuple[int, str]:
        told = io.StringIO()
        with contextlib.redirect_stdout(told), contextlib.redirect_stderr(told), pytest.raises(SystemExit) as ended:
            root.main(words)
        return int(ended.value.code or 0), told.getvalue()

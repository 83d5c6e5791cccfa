"""Every fence of the documentation is run or read, so that what the pages show is what a reader gets."""

import json
from pathlib import Path

import pytest

from easement.agreement.read import read_agreement_text
from easement.base.located import read_file, read_text, validate
from easement.meaning.mapping import read_mapping
from easement.meaning.standards import read_standard
from easement.sources.connection import ConnectionFile
from tests.structure.tree import ROOT

from .page import Command, Fence, commands, fences, matches, until
from .runner import Folder

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
LANGUAGES = {"", "text", "setup", "after", "console", "bash", "yaml", "python", "json", "toml", "mermaid"}


def name(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_a_page_does_what_it_shows(page: Path, tmp_path, monkeypatch):
    for fence in fences(page.read_text()):
        if "slow" in fence.remarks:
            break
        play(fence, Folder(tmp_path, monkeypatch, quick=True))


@pytest.mark.torture
@pytest.mark.parametrize("page", PAGES, ids=name)
def test_a_page_does_what_it_shows_when_it_is_typed_in_full(page: Path, tmp_path, monkeypatch):
    for fence in fences(page.read_text()):
        play(fence, Folder(tmp_path, monkeypatch, quick=False))


def play(fence: Fence, folder: Folder) -> None:
    """Run or read one fence."""
    assert fence.language in LANGUAGES, f"line {fence.line}: nobody runs `{fence.language}`"
    if "file" in fence.remarks:
        place = folder.path / fence.remarks["file"]
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(fence.text)
    if "elsewhere" in fence.remarks:
        told_in = ROOT / fence.remarks["elsewhere"]
        assert all(command.words in told_in.read_text() for command in commands(fence))
    elif fence.language in PLAYERS:
        PLAYERS[fence.language](fence, folder)


def play_console(fence: Fence, folder: Folder) -> None:
    last = int(fence.remarks.get("exit", 0))
    steps = commands(fence)
    for command in steps:
        expect(command, folder, last if command is steps[-1] else 0)


def expect(command: Command, folder: Folder, exit_code: int) -> None:
    code, told = folder.run(command.words)
    seen = f"line {command.line}: `{command.words}` ended with {code} and told:\n{told}"
    assert code == exit_code, seen
    assert not command.shown or matches(command.shown, told), seen


def play_bash(fence: Fence, folder: Folder) -> None:
    code, told = folder.run(fence.text)
    assert code == int(fence.remarks.get("exit", 0)), f"line {fence.line}: ended with {code} and told:\n{told}"


def play_yaml(fence: Fence, folder: Folder) -> None:
    document = read_text(fence.text, name=f"line {fence.line}", what="file")
    kind = document.data.get("format", "") if isinstance(document.data, dict) else ""
    if kind == "easement-agreement/1":
        read_agreement_text(fence.text, name=f"line {fence.line}")
    elif kind in READERS:
        ours = f"{document.data.get('id')}-{document.data.get('version', 0)}.yaml"  # as a standard must be called
        place = folder.path / fence.remarks.get("file", ours)
        place.write_text(fence.text)
        READERS[kind](place)


def read_connection_file(path: Path) -> None:
    validate(ConnectionFile, read_file(path, what="connection"), what="connection")


READERS = {
    "easement-standard/1": read_standard,
    "easement-mapping/1": read_mapping,
    "easement-connection/1": read_connection_file,
}


def play_python(fence: Fence, folder: Folder) -> None:
    exec(compile(fence.text, f"line {fence.line}", "exec"), {"__name__": "__main__"})


def play_json(fence: Fence, folder: Folder) -> None:
    json.loads(fence.text)


def play_after(fence: Fence, folder: Folder) -> None:
    page, _, anchor = fence.text.partition("#")
    for earlier in fences(until((ROOT / page).read_text(), anchor)):
        play(earlier, folder)


PLAYERS = {
    "after": play_after,
    "setup": play_bash,
    "console": play_console,
    "bash": play_bash,
    "yaml": play_yaml,
    "python": play_python,
    "json": play_json,
}

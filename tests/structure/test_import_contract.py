"""The floors and walls of the house, as `pyproject.toml` draws them, hold in the code."""

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from importlinter import cli
from importlinter.configuration import configure

from .tree import ROOT, SOURCE, modules

configure()


def test_every_import_keeps_to_the_floors_and_walls(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(ROOT)
    code = cli.lint_imports(config_filename="pyproject.toml", no_cache=True, no_logo=True)
    assert code == 0, capsys.readouterr().out


@pytest.mark.parametrize(
    ("place", "offence", "wall"),
    [
        ("agreement/words.py", "from easement.gate.model import Code", "Floors"),
        ("law/entry.py", "from easement.meaning.model import Key", "Floors"),
        ("base/errors.py", "from easement.law.entry import Entry", "Floors"),
        ("gate/plan.py", "from easement.sources.rows import stream", "only the gate's release"),
        ("demo/town.py", "from easement.sources.rows import stream", "only the gate's release"),
        ("agreement/words.py", "from easement.sources.model import Format", "data is looked at by the gate"),
        ("gate/answers.py", "import duckdb", "only sources opens the query engine"),
        ("gate/narrow.py", "from easement.sources.streams import Stream", "only sources reaches a database"),
        ("gate/answers.py", "import pymysql", "only sources reaches a database"),
        ("gate/decide.py", "from easement.cli.present import say", "Doors are opened from outside"),
    ],
)
def test_a_wall_that_is_walked_through_falls_loudly(place: str, offence: str, wall: str, tmp_path):
    shutil.copytree(SOURCE, tmp_path / "easement", ignore=shutil.ignore_patterns("__pycache__", "data"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    module = tmp_path / "easement" / place
    module.write_text(f"{module.read_text()}\n{offence}\n")
    ended = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache", "--no-logo"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    broken = [line for line in ended.stdout.splitlines() if " BROKEN" in line]
    assert ended.returncode == 1
    assert any(wall in line for line in broken), ended.stdout


def test_a_new_room_must_be_given_its_floor():
    """The contract names every room, so that one nobody thought of is not outside of it."""
    rooms = {path.name for path in SOURCE.iterdir() if (path / "__init__.py").exists()}
    below = {
        "agreement",
        "base",
        "exchange",
        "gate",
        "guidance",
        "law",
        "ledger",
        "linkage",
        "meaning",
        "node",
        "sources",
        "staff",
    }
    above = {"api", "assessment", "cli", "client", "demo", "permission", "picture", "register", "web"}
    assert rooms == below | above


def test_nothing_is_imported_by_a_name_that_the_contract_cannot_see():
    """Imports made from text would pass under the contract; only the command root does it, from its own table."""
    users = {m.place for m in modules() if "importlib.import_module" in m.text or "__import__" in m.text}
    assert users == {"cli/root.py"}


def test_no_room_passes_on_what_it_imported():
    """A name of another room is imported from there, so that no wall is walked around through a neighbour."""
    passed_on = [
        f"{module.place}: {alias.name} of {node.module}"
        for module in modules()
        for node in module.tree.body
        if isinstance(node, ast.ImportFrom) and _room(node.module or "") != _room(module.name)
        for alias in node.names
        if (alias.asname or alias.name) in module.public
    ]
    assert passed_on == []


def _room(name: str) -> str:
    return ".".join(name.split(".")[:2])

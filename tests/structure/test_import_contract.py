"""The floors and walls of the house, as `pyproject.toml` draws them, hold in the code."""

import ast

from importlinter import cli
from importlinter.configuration import configure

from .tree import ROOT, modules

configure()


def test_every_import_keeps_to_the_floors_and_walls(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(ROOT)
    code = cli.lint_imports(config_filename="pyproject.toml", no_cache=True, no_logo=True)
    assert code == 0, capsys.readouterr().out


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

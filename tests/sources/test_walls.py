"""What the import contract cannot see: that no other room takes a cursor of the engine's and reads rows by it."""

import ast
from pathlib import Path

import easement

HOUSE = Path(easement.__file__).parent


def test_no_other_room_takes_a_cursor() -> None:
    for path in HOUSE.rglob("*.py"):
        text = path.read_text()
        if path.parent.name != "sources" and "easement.sources" in text:
            calls = {node.attr for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Attribute)}
            assert "cursor" not in calls, path

"""Two walls: rows leave for disclosure through `sources.rows` alone, and only `gate.release` may open that door."""

import ast
from pathlib import Path

import easement

HOUSE = Path(easement.__file__).parent


def imported(path: Path) -> set[str]:
    """Every module and name that a file imports, in full."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relative to itself"
            names |= {str(node.module), *(f"{node.module}.{alias.name}" for alias in node.names)}
    return names


def modules() -> dict[str, set[str]]:
    return {".".join(path.relative_to(HOUSE).with_suffix("").parts): imported(path) for path in HOUSE.rglob("*.py")}


def test_only_the_gates_release_takes_rows() -> None:
    users = {name for name, used in modules().items() if "easement.sources.rows" in used}
    assert users <= {"gate.indexes", "gate.release"}


def test_only_this_room_touches_the_engine() -> None:
    users = {name for name, used in modules().items() if "duckdb" in {part.split(".")[0] for part in used}}
    assert {name for name in users if not name.startswith("sources.")} == set()


def test_no_other_room_takes_a_cursor() -> None:
    for path in HOUSE.rglob("*.py"):
        if path.parent.name != "sources":
            calls = {node.attr for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Attribute)}
            assert "cursor" not in calls or "easement.sources" not in path.read_text(), path


def test_this_room_stands_on_the_ground() -> None:
    for name, used in modules().items():
        if name.startswith("sources."):
            rooms = {part.split(".")[1] for part in used if part.startswith("easement.")}
            assert rooms <= {"base", "sources", "meaning"}, name

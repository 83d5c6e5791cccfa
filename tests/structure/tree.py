"""The source tree as the structural tests see it: every module with its name, text and syntax tree."""

import ast
import subprocess
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "easement"


@dataclass(frozen=True)
class Module:
    """One module of ours. `place` is its path under `src/easement`, which is how tests name it."""

    place: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    @cached_property
    def name(self) -> str:
        return "easement." + self.place.removesuffix(".py").replace("/", ".").removesuffix(".__init__")

    @cached_property
    def public(self) -> tuple[str, ...]:
        """The names in `__all__`, or nothing."""
        for node in self.tree.body:
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
                return tuple(ast.literal_eval(node.value))
        return ()

    @cached_property
    def functions(self) -> tuple[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef], ...]:
        """Every function and method with its dotted name."""
        return tuple(_functions(self.tree, ""))


def _functions(node: ast.AST, prefix: str):
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            yield prefix + child.name, child
            yield from _functions(child, f"{prefix}{child.name}.")
        elif isinstance(child, ast.ClassDef):
            yield from _functions(child, f"{prefix}{child.name}.")
        else:
            yield from _functions(child, prefix)


@cache
def modules() -> tuple[Module, ...]:
    """Every module under `src/easement`, by path."""
    paths = sorted(SOURCE.rglob("*.py"))
    return tuple(Module(path.relative_to(SOURCE).as_posix(), path.read_text()) for path in paths)


@cache
def tracked() -> tuple[Path, ...]:
    """Every file under version control; outside a checkout, every file of the folders that are."""
    found = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if found.returncode == 0:
        return tuple(path for name in found.stdout.split("\0") if name and (path := ROOT / name).is_file())
    folders = ("src", "tests", "docs", "bench", "requirements")
    return tuple(path for folder in folders for path in (ROOT / folder).rglob("*") if path.is_file())

"""How the source is shaped: what is public is explained, and nothing grows until everyone fears it."""

import ast
import importlib
import statistics

from .tree import ROOT, modules

MAX_MODULE = 500
MAX_FUNCTION = 40

LONG_MODULES: dict[str, str] = {}
"""Modules that may be longer than `MAX_MODULE` lines, and why."""

LONG_FUNCTIONS: dict[str, str] = {}
"""Functions that may be longer than `MAX_FUNCTION` lines, and why."""


def _body_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """The lines of a function without its docstring and its parameters."""
    body = function.body[1:] if ast.get_docstring(function) else function.body
    return body[-1].end_lineno - body[0].lineno + 1 if body else 0


def test_every_module_says_what_it_is_for():
    assert [module.place for module in modules() if not ast.get_docstring(module.tree)] == []


def test_every_public_name_exists_and_is_explained():
    missing, bare = [], []
    for module in modules():
        loaded, unexplained = importlib.import_module(module.name), _unexplained(module.tree)
        missing += [f"{module.place}: {name}" for name in module.public if not hasattr(loaded, name)]
        bare += [f"{module.place}: {name}" for name in module.public if name in unexplained]
    assert (missing, bare) == ([], [])


def test_every_public_method_is_explained():
    bare = [
        f"{module.place}: {owner.name}.{method.name}"
        for module in modules()
        for owner in module.tree.body
        if isinstance(owner, ast.ClassDef) and owner.name in module.public and not _keeps_a_promise(owner)
        for method in owner.body
        if isinstance(method, ast.FunctionDef) and not method.name.startswith("_") and not ast.get_docstring(method)
    ]
    assert bare == []


def _keeps_a_promise(owner: ast.ClassDef) -> bool:
    """Whether a class fills in what click asks for, or only lists what others must have; it explains them as one."""
    return any(ast.unparse(base).split(".")[0] in {"click", "Protocol"} for base in owner.bases)


def _unexplained(tree: ast.Module) -> set[str]:
    """Top-level names without a docstring, or (for constants) without a string below them."""
    bare = set()
    for node, after in zip(tree.body, [*tree.body[1:], None], strict=True):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            bare |= set() if ast.get_docstring(node) else {node.name}
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            said = isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant)
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            bare |= set() if said else {target.id for target in targets if isinstance(target, ast.Name)}
    return bare


def test_what_a_module_shares_is_listed():
    """A module whose functions or types others import names them in `__all__`."""
    unlisted = [
        f"{user.place}: from {node.module} import {alias.name}"
        for user in modules()
        for node in ast.walk(user.tree)
        if isinstance(node, ast.ImportFrom) and node.module in (by_name := {m.name: m for m in modules()})
        for alias in node.names
        if by_name[node.module].public and alias.name.startswith("_") and not alias.name.startswith("__")
    ]
    assert unlisted == []


def test_no_module_grows_beyond_what_one_can_hold_in_mind():
    long = {m.place: lines for m in modules() if (lines := len(m.text.splitlines())) > MAX_MODULE}
    assert long.keys() == LONG_MODULES.keys(), long


def test_no_file_of_tests_documentation_or_measurements_grows_further_either():
    files = [path for folder in ("tests", "docs", "bench") for path in (ROOT / folder).rglob("*.py")]
    assert [str(path.relative_to(ROOT)) for path in files if len(path.read_text().splitlines()) > MAX_MODULE] == []


def test_no_function_grows_beyond_what_one_can_see_at_once():
    long = {
        f"{module.place}: {name}": lines
        for module in modules()
        for name, function in module.functions
        if (lines := _body_lines(function)) > MAX_FUNCTION
    }
    assert long.keys() == LONG_FUNCTIONS.keys(), long


def test_modules_and_functions_are_small_on_the_whole():
    assert statistics.median(len(m.text.splitlines()) for m in modules()) <= 150
    assert statistics.median(_body_lines(f) for m in modules() for _, f in m.functions) <= 10

"""The page of promises says what is kept today and by which tests; here it is held to its word."""

import ast
import re

from .tree import ROOT

PAGE = ROOT / "docs" / "explanation" / "promises.md"
COUNTS = {1: 7, 2: 10, 3: 9, 4: 9, 5: 5, 6: 4, 7: 4}
"""How many promises each chapter of the requirements makes."""

IDS = [f"R{chapter}.{number}" for chapter, count in COUNTS.items() for number in range(1, count + 1)]
ROW = re.compile(r"^\| (R\d\.\d+) \| (.+?) \| (kept|in part|not yet) \|(?: (.*?))? \|$", re.MULTILINE)
STATED = re.compile(r"\bR[1-7]\.\d+\b")


def rows() -> dict[str, tuple[str, str]]:
    return {id_: (state, proof) for id_, _, state, proof in ROW.findall(PAGE.read_text())}


def test_every_promise_is_on_the_page_once_and_in_order():
    assert [row[0] for row in ROW.findall(PAGE.read_text())] == IDS


def test_what_is_kept_names_its_tests_and_what_is_not_names_none():
    for id_, (state, proof) in rows().items():
        assert bool(re.search(r"`tests/", proof)) == (state != "not yet"), id_


def test_what_is_kept_in_part_says_what_is_missing():
    assert [id_ for id_, (state, proof) in rows().items() if state == "in part" and "missing:" not in proof] == []


def test_every_test_that_is_named_is_there():
    missing = []
    for id_, (_, proof) in rows().items():
        for named in re.findall(r"`(tests/[^`]+)`", proof):
            path, _, function = named.partition("::")
            if not (ROOT / path).exists() or (function and function not in _functions(path)):
                missing.append(f"{id_}: {named}")
    assert missing == []


def test_every_test_that_the_threat_model_names_is_there():
    missing = []
    for named in re.findall(r"`(tests/[^`]+)`", (ROOT / "docs" / "explanation" / "threat-model.md").read_text()):
        path, _, function = named.partition("::")
        if not (ROOT / path).exists() or (function and function not in _functions(path)):
            missing.append(named)
    assert missing == []


def _functions(path: str) -> set[str]:
    tree = ast.parse((ROOT / path).read_text())
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_no_page_or_test_names_a_promise_that_was_never_made():
    places = [
        ROOT / "README.md",
        *(ROOT / "docs").rglob("*.md"),
        *(ROOT / "src").rglob("*.py"),
        *(ROOT / "tests").rglob("*.py"),
    ]
    unknown = {
        f"{path.relative_to(ROOT)}: {id_}"
        for path in places
        for id_ in STATED.findall(path.read_text())
        if id_ not in IDS
    }
    assert unknown == set()

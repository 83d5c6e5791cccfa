"""What the reference must name: every setting, error, exit code, command and requirement."""

import re
from pathlib import Path

import pytest
from docs.generate import commands

from easement.base import errors
from easement.gate.match import RULES
from easement.gate.model import Code
from easement.node.model import Settings
from tests.docs.page import anchor_of

from .tree import ROOT, SOURCE

REFERENCE = ROOT / "docs" / "reference"


def read(name: str) -> str:
    return (REFERENCE / name).read_text()


def test_every_setting_is_described():
    page = read("settings.md")
    for section, info in Settings.model_fields.items():
        assert f"`[{section}]`" in page
        for key, field in info.annotation.model_fields.items():
            assert field.description, f"{section}.{key}"
            assert f"| `{key}` | {field.description}" in page


def test_every_error_and_exit_code_is_described():
    page = read("errors.md")
    kinds = [kind for name in errors.__all__ if hasattr(kind := getattr(errors, name), "exit_code")]
    assert [kind.__name__ for kind in kinds if f"| {kind.exit_code} | `{kind.__name__}` |" not in page] == []
    assert {kind.exit_code for kind in kinds} == {1, 2, 10, 11, 12, 13, 14}


def test_the_drawing_of_the_errors_is_the_errors():
    """The tree at the head of the module names each class with its exit code."""
    drawn = dict(re.findall(r"^ +([A-Z]\w+) +exit (\d+)", errors.__doc__, re.MULTILINE))
    kinds = [kind for name in errors.__all__ if hasattr(kind := getattr(errors, name), "exit_code")]
    assert drawn == {kind.__name__: str(kind.exit_code) for kind in kinds}


def test_every_command_has_its_json_described():
    page = read("json.md")
    silent = [path for path, command in commands() if not hasattr(command, "commands") and path != "easement"]
    assert [path for path in silent if not re.search(rf"^## .*`{re.escape(path)}`", page, re.MULTILINE)] == []


def test_every_reason_for_refusal_is_explained_and_no_other():
    page = (ROOT / "docs" / "how-to" / "read-a-refusal.md").read_text()
    assert set(re.findall(r"^\| `([a-z.-]+)` \|", page, re.MULTILINE)) == {code.value for code in Code}


def test_every_rule_of_matching_is_explained_in_its_order():
    page = (ROOT / "docs" / "explanation" / "matching.md").read_text()
    rows = re.findall(r"^\| ([a-z, ]+) \| ([^|]+) \| ([^|]+) \|$", page, re.MULTILINE)[1:]
    assert [name for name, _, _ in rows] == [rule.name for rule in RULES]
    for rule, (_, equal, agree) in zip(RULES, rows, strict=True):
        assert [_KEYS[key] in equal for key in rule.equal] == [True] * len(rule.equal), rule.name
        contradict = [] if agree == "nothing" else agree.split(",")
        assert len(contradict) == len(rule.agree), rule.name


_KEYS = {
    "identifier": "identifier",
    "family": "family name",
    "given": "given name",
    "birth": "date of birth",
    "place": "postcode",
}


def test_every_word_of_the_glossary_is_used():
    words = re.findall(r"^\| ([a-z ]+) \| [^-]", read("glossary.md"), re.MULTILINE)[1:]
    text = " ".join(path.read_text().lower() for path in SOURCE.rglob("*.py"))
    assert words == sorted(words)
    assert [word for word in words if word not in text] == []


PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
LINK = re.compile(r"(?<!!)\[[^\]]+\]\(([^)\s]+)\)|!\[[^\]]*\]\(([^)\s]+)\)")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_a_link_leads_somewhere(page: Path):
    links = [one or other for one, other in LINK.findall(page.read_text())]
    broken = [link for link in links if "://" not in link and not _stands(page, link)]
    assert broken == []


def _stands(page: Path, link: str) -> bool:
    name, _, part = link.partition("#")
    target = (page.parent / name).resolve() if name else page
    if not target.exists():
        return False
    return not part or part in {anchor_of(line) for line in target.read_text().splitlines() if line.startswith("#")}


def test_every_page_can_be_reached_from_the_index():
    reached, waiting = set(), [ROOT / "docs" / "index.md"]
    while waiting:
        page = waiting.pop()
        if page in reached or page.suffix != ".md" or not page.is_file():
            continue
        reached.add(page)
        links = (one for one, _ in LINK.findall(page.read_text()) if "://" not in one)
        waiting += [(page.parent / link.partition("#")[0]).resolve() for link in links]
    assert {page.relative_to(ROOT).as_posix() for page in PAGES if page not in reached} == set()


def test_every_decision_is_listed_under_its_title():
    folder = ROOT / "docs" / "decisions"
    listed = dict(re.findall(r"^- \[(.+)\]\((.+)\)$", (folder / "index.md").read_text(), re.MULTILINE))
    titles = {path.read_text().partition("\n")[0].removeprefix("# "): path.name for path in folder.glob("0*.md")}
    assert listed == titles
    assert list(listed) == [f"{number}. {title.partition('. ')[2]}" for number, title in enumerate(listed, 1)]

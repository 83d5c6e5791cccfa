"""Templates use only what their views have, every sentence can be translated, and no word of a code is missing."""

import importlib
import pkgutil
import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest
from jinja2 import meta, nodes

import easement.web.views
from easement.exchange.bulk_tables import BulkState
from easement.exchange.jobs_tables import JobState
from easement.exchange.message_carry import Silence
from easement.exchange.witnesses import Health
from easement.gate.model import Code
from easement.ledger.model import EntryType
from easement.permission.dossier import Stage
from easement.permission.emergency import Found
from easement.permission.model import Kind as Act
from easement.permission.model import Outcome
from easement.permission.reasons import RefusalReason
from easement.staff.permissions import NodeRole
from easement.web.environment import environment
from easement.web.views.page import View
from easement.web.views.records import Kind

TEMPLATES = Path(easement.web.views.__file__).parents[1] / "templates"
ENVIRONMENT = environment()
EVERYWHERE = {"chrome", "errors"}
"""What every page is given besides the fields of its own view."""

for module in pkgutil.iter_modules(easement.web.views.__path__):
    importlib.import_module(f"easement.web.views.{module.name}")


def views(kind: type = View) -> list[type[View]]:
    """Every view that a template draws."""
    below = [each for child in kind.__subclasses__() for each in views(child)]
    return [kind, *below] if "template" in vars(kind) else below


def asked_for(name: str, seen: set[str]) -> set[str]:
    """What a template and those it stands on take from outside."""
    if name in seen or name.startswith("govuk_frontend_jinja/"):
        return set()
    seen.add(name)
    tree = ENVIRONMENT.parse(ENVIRONMENT.loader.get_source(ENVIRONMENT, name)[0])
    below = [each for each in meta.find_referenced_templates(tree) if each]
    own = meta.find_undeclared_variables(tree) - ENVIRONMENT.globals.keys() - set(made(tree))
    return own.union(*(asked_for(each, seen) for each in below))


def made(tree: nodes.Template) -> Iterator[str]:
    """The names that a template gives itself: imports, macros and what it sets."""
    for node in tree.find_all((nodes.Import, nodes.FromImport, nodes.Macro, nodes.Assign, nodes.AssignBlock)):
        if isinstance(node, nodes.FromImport):
            yield from (each if isinstance(each, str) else each[1] for each in node.names)
        elif isinstance(node, nodes.Macro):
            yield node.name
        else:
            target = node.target
            yield target if isinstance(target, str) else getattr(target, "name", "")


@pytest.mark.parametrize("view", views(), ids=lambda view: view.__name__)
def test_a_template_uses_only_what_its_view_has(view):
    assert asked_for(view.template, set()) - EVERYWHERE <= {field.name for field in fields(view)}


@pytest.mark.parametrize("view", views(), ids=lambda view: view.__name__)
def test_a_view_has_nothing_that_its_template_does_not_show(view):
    carried = {"journey", "errors", "section"}
    text = ENVIRONMENT.loader.get_source(ENVIRONMENT, view.template)[0]
    assert [field.name for field in fields(view) if field.name not in text and field.name not in carried] == []


def test_every_template_is_used():
    used: set[str] = set()
    for view in views():
        asked_for(view.template, used)
    assert {path.relative_to(TEMPLATES).as_posix() for path in TEMPLATES.rglob("*.html")} == used


@pytest.mark.parametrize("path", sorted(TEMPLATES.rglob("*.html")), ids=lambda path: path.name)
def test_every_sentence_can_be_translated(path):
    """Words that stand in a template outside of `_()` would stay English for ever."""
    text = " ".join(said for _, kind, said in ENVIRONMENT.lex(path.read_text()) if kind == "data")
    words = re.findall(r"[A-Za-z]{2,}", re.sub(r"<[^>]*>", " ", text))
    assert set(words) <= {"Easement", "CSV", "JSON", "DOCTYPE", "enrol", "ledger", "checkpoint", "nbsp"}


@pytest.mark.parametrize("path", sorted(TEMPLATES.rglob("*.html")), ids=lambda path: path.name)
def test_nothing_stands_inline_that_the_content_policy_forbids(path):
    text = path.read_text()
    assert not re.search(r"\son[a-z]+\s*=|\sstyle\s*=|<style|javascript:", text)
    assert not re.search(r"<script(?![^>]*\bsrc=)", text)


@pytest.mark.parametrize("path", sorted(TEMPLATES.rglob("*.html")), ids=lambda path: path.name)
def test_every_form_that_changes_something_carries_its_token(path):
    for form in re.findall(r'<form method="post".*?</form>', path.read_text(), flags=re.DOTALL):
        assert 'name="csrf"' in form or "parts.ours(chrome)" in form


def words(template: str, macro: str, *given: str) -> str:
    """What a macro says of a code."""
    module = ENVIRONMENT.get_template(template).make_module({"chrome": None})
    return re.sub(r"<[^>]*>", "", str(getattr(module, macro)(*given))).strip()


@pytest.mark.parametrize("code", Code)
def test_every_reason_is_explained_in_plain_words(code):
    head, meaning, remedy = (words("records/words.html", "reason", code.value, part) for part in range(3))
    assert head != code.value.replace("-", " ")
    assert meaning.endswith((".", "?"))
    assert remedy.endswith(".")
    assert "`" not in head + meaning + remedy


@pytest.mark.parametrize(
    ("template", "macro", "codes"),
    [
        ("records/words.html", "kind", Kind),
        ("ledger/words.html", "event", EntryType),
        ("staff/words.html", "role", NodeRole),
        ("cluster/words.html", "job_state", {*BulkState, *JobState}),
        ("proposals/words.html", "did", Act),
        ("proposals/words.html", "state", Stage),
        ("proposals/words.html", "stage", Stage),
        ("proposals/words.html", "reason", RefusalReason),
        ("proposals/words.html", "outcome", Outcome),
        ("proposals/words.html", "found", Found),
        ("ask/words.html", "silent", set(Silence) - {Silence.REFUSED, Silence.FAILED}),
    ],
)
def test_every_code_has_words(template, macro, codes):
    assert [code for code in codes if words(template, macro, code.value) in {"", code.value}] == []


def test_every_health_of_witnesses_has_words():
    text = (TEMPLATES / "ledger" / "ledger.html").read_text()
    assert [each for each in Health if f'"{each.value}":' not in text] == []

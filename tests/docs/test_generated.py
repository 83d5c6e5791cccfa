"""What is taken from the code stands in the documentation as it is in the code today."""

import json
from typing import Any

import click
import pytest
from docs.api import api_page, openapi_text
from docs.drawing import disclosure
from docs.generate import MADE, cli_page, commands, errors_page, help_text, settings_page
from docs.printed.shapes import EXAMPLES, merged, shapes

from tests.docs.page import fences, until
from tests.structure.tree import ROOT

REFERENCE = ROOT / "docs" / "reference"


@pytest.mark.parametrize(
    ("name", "page"),
    [("cli.md", cli_page), ("settings.md", settings_page), ("errors.md", errors_page), ("api.md", api_page)],
)
def test_a_generated_page_is_current(name: str, page: Any):
    assert (REFERENCE / name).read_text() == MADE + page(), f"{name} is not current: run `make docs`"


def test_the_description_of_the_api_is_current():
    assert (REFERENCE / "openapi.json").read_text() == openapi_text(), "openapi.json is not current: run `make docs`"


def test_the_drawing_is_current():
    assert (ROOT / "docs" / "pictures" / "disclosure.svg").read_text() == disclosure()


def test_every_key_that_a_command_prints_is_on_the_page(monkeypatch):
    """Not every run shows every key (nothing may be held, or missing), so the page may have more."""
    monkeypatch.delenv("EASEMENT_DEBUG", raising=False)
    for name, shape in shapes().items():
        shown = _on_page(name)
        assert keys(merged(shown, shape)) == keys(shown), f"`easement {name}` prints more: run `make docs`"


def _on_page(name: str) -> Any:
    page = (REFERENCE / "json.md").read_text()
    section = until(page, f"easement-{name}".replace(" ", "-")).rpartition("\n## ")[2]
    return next((json.loads(fence.text) for fence in fences(section)), None)


def keys(shape: Any, path: str = "") -> set[str]:
    """Every key of a shape, dotted."""
    if isinstance(shape, dict):
        return set().union(*(keys(inner, f"{path}.{name}") | {f"{path}.{name}"} for name, inner in shape.items()))
    return set().union(*(keys(inner, f"{path}[]") for inner in shape)) if isinstance(shape, list) else set()


def test_every_command_has_its_example():
    assert all(what.endswith(".") for what, _ in EXAMPLES.values())
    assert keys({"a": [{"b": 1}], "c": {"d": "text"}}) == {".a", ".a[].b", ".c", ".c.d"}


@pytest.mark.parametrize(
    ("one", "other", "both"),
    [
        ("text", "null", "text or null"),
        ({"a": "text"}, {"b": "number"}, {"a": "text", "b": "number"}),
        ([], [{"a": "text"}], [{"a": "text"}]),
        ("null", {"a": "text"}, {"a": "text"}),
        (None, "text", "text"),
    ],
)
def test_shapes_are_put_together(one: Any, other: Any, both: Any):
    assert merged(one, other) == both


def test_help_is_the_same_whoever_asked_before():
    law_list = dict(commands())["easement law list"]
    law_list.get_help(click.Context(law_list, info_name="list"))
    assert "  -h, --help" in help_text("easement law list", law_list)

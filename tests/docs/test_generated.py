"""What is taken from the code stands in the documentation as it is in the code today."""

import pytest
from docs.generate import pages

from tests.structure.tree import ROOT


@pytest.mark.parametrize("name", ["cli.md", "settings.md", "errors.md"])
def test_a_generated_page_is_current(name: str):
    path = ROOT / "docs" / "reference" / name
    assert path.read_text() == pages()[path], f"{name} is not current: run `make docs`"

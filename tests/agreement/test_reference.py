"""The page of the agreement file says of every key what the code says, and its example is the example."""

import re
from pathlib import Path

import pytest
from pydantic import BaseModel

from easement.agreement import model
from easement.agreement.read import read_agreement_text
from easement.agreement.reference import keys_filled
from easement.agreement.signing import FORMAT, signed_by, signing_text
from easement.agreement.standing import State

from .makers import EXAMPLE
from .test_signing import KEYS

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "agreement.md").read_text()
TYPES = [
    kind for name in model.__all__ if isinstance(kind := getattr(model, name), type) and issubclass(kind, BaseModel)
]


def fences(kind: str) -> list[str]:
    """The fenced parts of the page of one kind."""
    return re.findall(rf"^```{kind}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def test_the_tables_of_keys_are_current():
    assert keys_filled(PAGE) == PAGE, "write them anew with easement.agreement.reference.keys_filled"


@pytest.mark.parametrize("kind", TYPES, ids=lambda kind: kind.__name__)
def test_every_key_of_the_model_is_on_the_page_with_what_it_is_for(kind: type[BaseModel]):
    for name, field in kind.model_fields.items():
        if (kind, name) == (model.Law, "parties"):
            continue
        assert field.description, f"{kind.__name__}.{name} needs a description"
        rows = re.findall(rf"^\| `{field.alias or name}` \|.*\| (.*) \|$", PAGE, re.MULTILINE)
        assert field.description in rows


def test_the_example_on_the_page_is_the_example():
    assert fences("yaml") == [EXAMPLE]


def test_the_signatures_on_the_page_hold_for_the_example_on_the_page():
    file = read_agreement_text(fences("yaml")[0])
    (note,) = fences("text")
    assert note.startswith(f"{FORMAT}\n")
    assert note.startswith(signing_text(file))
    assert signed_by(file, note, KEYS).parties == {"dwp", "northtown"}


def test_every_state_is_on_the_page_in_its_order():
    assert re.findall(r"^\| `([a-z-]+)` \| [A-Z]", PAGE, re.MULTILINE) == [state.value for state in State]

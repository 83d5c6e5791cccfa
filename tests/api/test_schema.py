"""Schemathesis over the whole description, with all its checks: what the node answers is what the description says."""

from copy import deepcopy
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode

from easement.api.app import create_app
from easement.api.guard import Limits
from easement.api.v1.describe import PREFIX
from easement.api.v1.router import description
from tests.gate.world import NOW

OPERATIONS = [(path, method) for path, methods in description()["paths"].items() for method in methods]


@pytest.fixture(scope="module")
def apis(node) -> dict[GenerationMode, Any]:
    """The app's own description; where wrong things are sent, without the key, which is always sent right."""
    app = create_app(node, clock=lambda: NOW, limits=Limits(hosts=frozenset({"testserver", "localhost"})))
    told = deepcopy(description())
    for methods in told["paths"].values():
        for operation in methods.values():
            del operation["security"]
    keyless = schemathesis.openapi.from_dict(told)
    keyless.app = app
    whole = schemathesis.openapi.from_asgi(f"{PREFIX}/openapi.json", app)
    return {GenerationMode.POSITIVE: whole, GenerationMode.NEGATIVE: keyless}


@pytest.mark.parametrize("mode", list(GenerationMode), ids=str)
@pytest.mark.parametrize(("path", "method"), OPERATIONS, ids=str)
def test_the_node_answers_as_its_description_says(apis, keys, path, method, mode):
    operation = apis[mode][path][method.upper()]
    if mode is GenerationMode.NEGATIVE and not (operation.body or operation.path_parameters or operation.query):
        pytest.skip("nothing about it can be wrong")

    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(
        max_examples=10,
        deadline=None,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def ask(case: Any) -> None:
        case.call_and_validate(headers={"Authorization": f"Bearer {keys['all']}"})

    ask()

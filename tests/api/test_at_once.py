"""Many who ask the same at once under one idempotency key, on either database: it is done once."""

import threading
from collections import Counter
from datetime import timedelta

import pytest
from fastapi import Response

from easement.api.idempotency import once
from easement.api.problems import Kind, Problem
from easement.node.home import create_node, open_node
from tests.databases import KINDS, PASSWORD, new_database
from tests.gate.world import NOW

CALLERS = 6


@pytest.fixture(params=KINDS)
def node(request, tmp_path):
    found = new_database(request.param, tmp_path, request, filled=False)
    made = create_node(tmp_path / "dwp", "dwp", database_url=found.url, database_password=found.url and PASSWORD)
    with open_node(made.home) as opened:
        yield opened


def test_the_same_question_by_many_at_once_is_answered_once(node):
    done, told = Counter(), Counter()
    together = threading.Barrier(CALLERS)

    def ask(key: str) -> None:
        def answer() -> Response:
            done[key] += 1
            return Response("{}")

        together.wait()
        try:
            told[once(node, "program", key, b"question", NOW + timedelta(seconds=1), answer).status_code] += 1
        except Problem as problem:
            told[problem.kind] += 1

    for key in (f"key-{number:08}" for number in range(8)):
        callers = [threading.Thread(target=ask, args=(key,)) for _ in range(CALLERS)]
        for each in callers:
            each.start()
        for each in callers:
            each.join()
        assert done[key] == 1
    assert set(told) <= {200, Kind.CONFLICT}
    assert told.total() == 8 * CALLERS

"""Nodes that tests of the exchange share."""

from collections.abc import Iterator

import pytest

from easement.exchange import operator_service
from tests.gate.world import World, copied, furnish, plain_rows

from .cluster import NOW, OPERATOR
from .hosts import OPERATOR_URL, Host, host_of
from .pair import Pair, paired


@pytest.fixture
def operator(tmp_path, engine) -> Host:
    """Who operates a cluster that was just founded, on either database."""
    host = host_of(tmp_path, OPERATOR.name, engine, url=OPERATOR_URL)
    operator_service.found(host, "northshire", "Northshire", NOW)
    return host


@pytest.fixture(scope="session")
def forty(tmp_path_factory) -> World:
    """A department with forty records, made once and only ever copied."""
    made = furnish(tmp_path_factory.mktemp("forty"))
    made.hold(plain_rows(40))
    return made


@pytest.fixture
def pair(forty, tmp_path) -> Iterator[Pair]:
    """That department and a council, fresh for each test."""
    with paired(tmp_path, copied(forty, tmp_path / "world")) as both:
        yield both

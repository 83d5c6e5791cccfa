"""Nodes that tests of the exchange share."""

import pytest

from easement.exchange import operator_service

from .cluster import NOW, OPERATOR
from .hosts import OPERATOR_URL, Host, host_of


@pytest.fixture
def operator(tmp_path, engine) -> Host:
    """Who operates a cluster that was just founded, on either database."""
    host = host_of(tmp_path, OPERATOR.name, engine, url=OPERATOR_URL)
    operator_service.found(host, "northshire", "Northshire", NOW)
    return host

"""Ledgers that tests share."""

import pytest

from tests.ledger.makers import new_ledger


@pytest.fixture
def home(tmp_path):
    return tmp_path


@pytest.fixture
def ledger(home):
    made = new_ledger(home)
    yield made
    made.engine.dispose()

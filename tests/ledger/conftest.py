"""Ledgers that tests share."""

import pytest

from tests.databases import KINDS, new_database
from tests.ledger.makers import OPENED, new_ledger


@pytest.fixture(params=KINDS)
def home(request, tmp_path):
    """Where a ledger is made, once on each kind of database."""
    found = new_database(request.param, tmp_path, request, filled=False)
    if found.url:
        (tmp_path / "database.url").write_text(found.url)
    yield tmp_path
    while OPENED:
        OPENED.pop().dispose()


@pytest.fixture
def ledger(home):
    made = new_ledger(home)
    yield made
    made.engine.dispose()

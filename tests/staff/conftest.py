"""An organisation with a database of each kind, and somebody who works there."""

from pathlib import Path

import pytest
from sqlalchemy import Engine

from .keeper import FakeKeeper, Person, enrolled


@pytest.fixture
def keeper(engine: Engine) -> FakeKeeper:
    """An organisation that has let nobody in yet."""
    return FakeKeeper(engine)


@pytest.fixture
def amina(keeper: FakeKeeper) -> Person:
    """Somebody who can sign in."""
    return enrolled(keeper)


@pytest.fixture
def small(request: pytest.FixtureRequest, tmp_path: Path):
    """An organisation on SQLCipher alone, for what does not depend on the kind of database."""
    from tests.databases import new_database

    made = new_database("sqlcipher", tmp_path, request, filled=True).open()
    yield FakeKeeper(made)
    made.dispose()

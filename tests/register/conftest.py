"""The department, on databases of both kinds."""

from pathlib import Path

import pytest
from sqlalchemy import Engine

from .world import Organisation, organisation


@pytest.fixture
def dwp(engine: Engine, tmp_path: Path) -> Organisation:
    """A department with an empty shelf."""
    return organisation(engine, tmp_path)


@pytest.fixture
def published(dwp: Organisation) -> Organisation:
    """The same with one agreement, signed through its ledger."""
    dwp.sign_here(dwp.put("school-meals"))
    return dwp

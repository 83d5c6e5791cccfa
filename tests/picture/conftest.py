"""One town for all tests of the room: making it costs more than most tests."""

from collections.abc import Iterator

import pytest

from .neighbours import Neighbours, neighbours


@pytest.fixture(scope="session")
def around(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Neighbours]:
    """The nodes, serving to each other."""
    with neighbours(tmp_path_factory.mktemp("around")) as made:
        yield made

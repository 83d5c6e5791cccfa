"""One cluster and one browser for all tests of the pages: making them costs more than most tests."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from easement.staff.permissions import NodeRole

from .browser import Seat, Windows, axe_source, chromium, seated
from .signed_in import HTML, as_person
from .world import Person, World, opened


def pytest_collection_modifyitems(items: list[Any]) -> None:
    """Connections that the exchange keeps open to a provider end with the thread that made them, not with the test."""
    kept = pytest.mark.filterwarnings("ignore:Exception ignored in. <socket:pytest.PytestUnraisableExceptionWarning")
    for item in items:
        if "tests/web/" in item.path.as_posix():
            item.add_marker(kept)


@pytest.fixture(scope="session")
def world(tmp_path_factory) -> Iterator[World]:
    """The cluster, with a caseworker, an administrator, an auditor and a governance lead."""
    with opened(tmp_path_factory.mktemp("cluster")) as made:
        both = [("school-meals", "benefits-officer"), ("safeguarding", "social-worker")]
        courses = ["information-governance", "safeguarding-level-3"]
        made.employ("Sam Carter", NodeRole.CASEWORKER, grants=both, courses=courses)
        made.employ("Mel Price", NodeRole.CASEWORKER, grants=[("school-meals", "benefits-officer")])
        made.employ("Ali Khan", NodeRole.ADMINISTRATOR)
        made.employ("Ola Bright", NodeRole.AUDITOR)
        made.employ("Gwen Hughes", NodeRole.GOVERNANCE_LEAD, NodeRole.DATA_STEWARD)
        yield made


@pytest.fixture
def sam(world: World) -> Person:
    """A caseworker under both agreements."""
    return world.people["Sam Carter"]


@pytest.fixture
def mel(world: World) -> Person:
    """A caseworker under one agreement, without its training."""
    return world.people["Mel Price"]


@pytest.fixture
def ali(world: World) -> Person:
    """Who lets people in."""
    return world.people["Ali Khan"]


@pytest.fixture
def ola(world: World) -> Person:
    """An auditor."""
    return world.people["Ola Bright"]


@pytest.fixture
def gwen(world: World) -> Person:
    """Who answers for what is shared, and keeps the datasets."""
    return world.people["Gwen Hughes"]


@pytest.fixture
def stranger(world: World) -> Iterator[httpx.Client]:
    """Somebody who did not sign in, without a browser."""
    with httpx.Client(base_url=world.url, headers=HTML, timeout=30) as client:
        yield client


@pytest.fixture
def client(world: World) -> Iterator[httpx.Client]:
    """Sam, who is signed in, without a browser."""
    with as_person(world, world.people["Sam Carter"]) as made:
        yield made


@pytest.fixture
def steward(world: World, gwen: Person) -> Iterator[httpx.Client]:
    """Gwen, who is signed in, without a browser."""
    with as_person(world, gwen) as made:
        yield made


@pytest.fixture(scope="session")
def browser() -> Iterator[Windows]:
    """Chromium, without a screen."""
    from playwright.sync_api import sync_playwright

    place = chromium()
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=place, args=["--no-sandbox"])
        yield Windows(started)
        started.close()


@pytest.fixture(scope="session")
def axe() -> str:
    """The accessibility checker's source."""
    return axe_source()


@pytest.fixture
def seat(browser, world) -> Iterator[Seat]:
    """A browser with scripts."""
    with seated(browser, world) as made:
        yield made


@pytest.fixture
def plain(browser, world) -> Iterator[Seat]:
    """A browser without scripts."""
    with seated(browser, world, scripts=False) as made:
        yield made

"""Fixtures that every room's tests may use, and the order in which files are begun."""

import gc
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from easement.node import opening
from tests.databases import blank, database, engine, filled_file, made_quickly, server
from tests.often import EVERYDAY, LONG

__all__ = ["blank", "database", "engine", "filled_file", "server"]

MEMORY, ROOM = Path("/dev/shm"), 8 << 30
"""Where files are kept in memory, and how many bytes must be free there for the tests to keep theirs in it."""

usual = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""How fast examples are made says how busy the machine is, and nothing of the code."""

settings.register_profile("everyday", usual, max_examples=EVERYDAY)
settings.register_profile("long", usual, max_examples=LONG)
settings.load_profile("everyday")  # `make torture` takes the long one


def pytest_configure(config: Any) -> None:
    """Keep the tests' files, databases and scratch folders in memory where there is room: they wait for no disk.

    A killed process loses none. To make and drop a PostgreSQL database takes a sixth of the processor time there, too.
    """
    if MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free >= ROOM:
        os.environ["TMPDIR"] = str(MEMORY)
        tempfile.tempdir = None  # found anew when next asked for
    gc.disable()  # what is collected lives to the end: to look through it for what does not took a quarter of the time


def pytest_collection_finish() -> None:
    """From here on, look for what can be let go, but not among what was collected."""
    gc.collect()
    gc.freeze()
    gc.enable()


def pytest_unconfigure() -> None:
    """Let go of what was collected, too."""
    gc.unfreeze()


@pytest.fixture(scope="session", autouse=True)
def quick_nodes() -> Iterator[None]:
    """Make nodes by the statements that made the first one: thousands are made, and SQLAlchemy writes each anew."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(opening, "upgrade", made_quickly)
        yield


LONGEST = (
    "exchange/test_campaign",
    "web/test_journeys_assessing",
    "gate/test_torture",
    "web/test_journeys_proposals",
    "linkage/test_model_linkage",
    "gate/test_forms",
    "gate/test_indexes",
    "ledger/test_faults",
    "permission/test_joining",
    "web/test_journeys_drafts",
    "web/test_journeys_mapping",
    "permission/test_carrying",
    "web/test_journeys_asking",
    "web/test_journeys_in",
    "web/test_journeys_records",
    "web/test_journeys_picture",
    "exchange/test_kills",
    "gate/test_recovery",
    "exchange/test_bulk_fetch",
    "gate/test_carried",
    "gate/test_from_a_database",
    "gate/test_indexes_renewed",
    "gate/test_index_files",
    "gate/test_limits",
    "gate/test_second_opinion",
    "exchange/test_delta",
    "gate/test_share",
    "sources/test_excel",
    "node/test_backup",
    "web/test_journeys_offers",
    "web/test_journeys_many",
    "node/test_rotation",
    "exchange/test_database_gone",
    "exchange/test_duties",
    "demo/test_cluster",
    "staff/test_lock_out",
    "docs/test_generated",
)
"""The files that take longest, by one run of everything. They are begun first, so that no worker is left alone with one
of them at the end; xdist itself begins with the files of the most tests, which are the quick ones."""


def pytest_collection_modifyitems(items: list[Any]) -> None:
    """Begin with the files that take longest; within a file nothing changes."""
    places = {name: place for place, name in enumerate(LONGEST)}

    def place(item: Any) -> int:
        path = item.path.with_suffix("").as_posix().rpartition("/tests/")[2]
        return places.get(path, len(places))

    items.sort(key=place)

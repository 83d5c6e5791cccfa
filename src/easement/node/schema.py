"""The tables of a whole node: every room's, on one `METADATA`."""

import importlib
import pkgutil

from sqlalchemy import Engine

import easement
from easement.base.database import METADATA, storage

__all__ = ["load_tables", "make_tables"]


def load_tables() -> None:
    """Have every room's tables on `METADATA`."""
    for module in pkgutil.walk_packages(easement.__path__, "easement."):
        if module.name.rpartition(".")[2].endswith(("tables", "witnessing")) and ".web" not in module.name:
            importlib.import_module(module.name)


def make_tables(engine: Engine) -> None:
    """Make the tables that are not there; raises `StorageFailed`."""
    load_tables()
    with storage("the tables cannot be made"):
        METADATA.create_all(engine)

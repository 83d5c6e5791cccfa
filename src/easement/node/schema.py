"""The tables of a whole node: every room's, on one `METADATA`."""

import importlib
import pkgutil

from sqlalchemy import Engine

import easement
from easement.base.database import METADATA, storage

__all__ = ["make_tables"]


def make_tables(engine: Engine) -> None:
    """Make the tables that are not there; raises `StorageFailed`."""
    for module in pkgutil.walk_packages(easement.__path__, "easement."):
        if module.name.rpartition(".")[2].endswith(("tables", "witnessing")) and ".web" not in module.name:
            importlib.import_module(module.name)
    with storage("the tables cannot be made"):
        METADATA.create_all(engine)

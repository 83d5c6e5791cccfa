"""Fixtures that every room's tests may use."""

from tests.databases import blank, database, engine, filled_file, server

__all__ = ["blank", "database", "engine", "filled_file", "server"]

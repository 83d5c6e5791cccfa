"""Real databases for the tests of this room: files of SQLite, and servers where they can be started."""

from tests.mariadb import mariadb

__all__ = ["mariadb"]

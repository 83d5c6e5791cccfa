"""MariaDB and MySQL in place, through PyMySQL; rows are handed over as the server sends them."""

import contextlib
import ssl
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy.pool import PoolProxiedConnection

from easement.sources.databases import CONNECT_SECONDS, Database
from easement.sources.postgresql import is_near
from easement.sources.stored import Stored, named

__all__ = ["MariaDB"]

_COLUMNS = """
select column_name, data_type, column_type from information_schema.columns
where table_schema = coalesce(%s, database()) and table_name = %s order by ordinal_position
"""

_WHOLE = {"tinyint", "smallint", "mediumint", "int", "bigint", "year"}
_TYPES = {"float": "DOUBLE", "double": "DOUBLE", "date": "DATE", "datetime": "TIMESTAMP", "timestamp": "TIMESTAMP"}
_BYTES = {"binary", "varbinary", "tinyblob", "blob", "mediumblob", "longblob"}
_TEXTUAL = {"char", "varchar", "tinytext", "text", "mediumtext", "longtext", "enum", "set"}

_REASONS = {1146: "absent", 1049: "absent", 1142: "denied", 1143: "denied", 1969: "slow", 3024: "slow"}
_WHY = {
    1044: "it does not let this account in", 1045: "it does not take the password", 1049: "it has no such name",
    1040: "it takes no more connections", 2002: "nothing answers there", 2003: "nothing answers there",
    2005: "there is no such host", 3159: "no safe connection came about",
}  # fmt: skip


class MariaDB(Database):
    """A MariaDB or MySQL server: `mariadb://reader@db.northtown.example/pupils`."""

    driver = "mysql+pymysql"
    begin = ("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY",)

    def make_engine(self) -> sa.Engine:
        """Connections whose every transaction only reads."""
        engine = super().make_engine()
        sa.event.listen(engine, "connect", self._prepare)
        return engine

    def arguments(self) -> dict[str, Any]:
        """Encrypted with a checked certificate unless it is on this machine."""
        given: dict[str, Any] = {
            "charset": "utf8mb4",
            "connect_timeout": CONNECT_SECONDS,
            "read_timeout": self.connection.seconds,
        }
        if not is_near(self.connection) and not any(key.startswith("ssl") for key in self.connection.url.query):
            given["ssl"] = ssl.create_default_context()
        return {"connect_args": given}

    def install(self) -> str:
        """What to do where the driver is not there."""
        return "install it: pip install 'easement[mariadb]'"

    def _prepare(self, reached: Any, _record: object) -> None:
        seconds = self.connection.seconds
        bound = (
            f"SET SESSION max_statement_time = {seconds}"
            if "MariaDB" in reached.get_server_info()
            else f"SET SESSION max_execution_time = {seconds * 1_000}"
        )
        with reached.cursor() as cursor:
            for statement in ("SET SESSION TRANSACTION READ ONLY", "SET SESSION time_zone = '+00:00'", bound):
                cursor.execute(statement)

    def describe(self, reached: PoolProxiedConnection, table: tuple[str, ...]) -> tuple[Stored, ...]:
        """The columns of a table or view."""
        *schema, name = table
        with self.translated(table):
            cursor = reached.cursor()
            cursor.execute(_COLUMNS, (schema[0] if schema else None, name))
            return tuple(_stored(*found) for found in cursor.fetchall())

    @contextlib.contextmanager
    def cursor(self, reached: PoolProxiedConnection) -> Iterator[Any]:
        """A cursor that holds one row at a time, where the driver's own would hold all.

        Left in the middle of an answer, it hangs up: the driver would first read the rest, which may take hours.
        """
        from pymysql.cursors import SSCursor  # type: ignore[import-untyped]

        cursor: Any = reached.cursor(SSCursor)
        try:
            yield cursor
        except BaseException:
            _hang_up(cursor)
            raise
        cursor.close()

    def reason(self, error: BaseException) -> str:
        """What kind of trouble an error is, by its number."""
        return _REASONS.get(_number(error), "")

    def why(self, error: BaseException) -> str:
        """Why it could not be reached."""
        return _WHY.get(_number(error), "")


def _hang_up(cursor: Any) -> None:
    """Close a connection without a word, and let nothing that is still about it try to read on."""
    connection, result = cursor.connection, cursor._result  # noqa: SLF001 (the driver has no public way)
    cursor.connection = None
    if result is not None:
        result.unbuffered_active = False
    if connection is not None:
        connection._force_close()  # noqa: SLF001


def _number(error: BaseException) -> int:
    return int(error.args[0]) if error.args and isinstance(error.args[0], int) else 0


def _stored(name: str, kind: str, whole: str) -> Stored:
    raw, kind = named(name), kind.lower()
    if kind in _WHOLE:
        return Stored(name, "UBIGINT" if "unsigned" in whole else "BIGINT", raw, sa.cast(raw, sa.CHAR), None, raw)
    if kind == "bit":
        bits = raw + sa.literal_column("0")
        return Stored(name, "UBIGINT", bits, sa.cast(bits, sa.CHAR), None, bits)
    if kind in _BYTES:
        return Stored(name, "BLOB", raw, sa.func.hex(raw))
    if kind in _TEXTUAL:
        return Stored(name, "VARCHAR", raw, raw, raw)
    read = sa.cast(raw, sa.CHAR)
    number = raw + sa.literal_column("0e0") if kind in ("decimal", "double") else None
    return Stored(name, _TYPES.get(kind, "VARCHAR"), raw, read, read if kind not in _TYPES else None, number)

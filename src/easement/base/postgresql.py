"""PostgreSQL by its address, for nodes of several machines; everything written for PostgreSQL alone stands here."""

import ipaddress
from typing import Any

from sqlalchemy import URL, Engine, create_engine, make_url, text
from sqlalchemy.exc import ArgumentError

from easement.base.database import BUSY_SECONDS, storage
from easement.base.errors import StorageFailed, UsageError

__all__ = ["checked_url", "connect_database", "set_password"]

OLDEST = 140_000
"""PostgreSQL 14: the oldest that its makers still mended when this was written (2026)."""

CONNECT_SECONDS = 10
POOLED, MOST = 8, 40
"""Connections kept, and had at most, by one process."""

SETTINGS = {
    "synchronous_commit": "on",  # a commit is on the disk when it returns, whatever the server's default says
    "lock_timeout": f"{round(BUSY_SECONDS)}s",
    "timezone": "UTC",
}


def checked_url(url: str) -> URL:
    """The address of a PostgreSQL database, its parts apart; raises `UsageError` for what cannot be one."""
    try:
        parts = make_url(url)
    except (ArgumentError, ValueError):
        raise UsageError("this is not the address of a database", remedy=_EXAMPLE) from None
    if parts.password is not None:
        where = "put it into `keys/database.password`, or name a file: --database-password FILE"
        raise UsageError("the address of the database holds a password", remedy=where)
    if parts.drivername != "postgresql" or not parts.database:
        raise UsageError(f"`{url}` is not the address of a PostgreSQL database", remedy=_EXAMPLE)
    return parts.set(drivername="postgresql+psycopg")


_EXAMPLE = "write it so: postgresql://user@host/name"


def connect_database(url: str, password: str = "") -> Engine:
    """Open the PostgreSQL database at `postgresql://user@host/name`; raises `UsageError` and `StorageFailed`.

    Away from this machine the connection is encrypted and the server's certificate is checked, unless the address
    says otherwise with libpq's `sslmode`.
    """
    parts = checked_url(url)
    try:
        import psycopg  # noqa: F401 - an extra of the package, told plainly when it is missing
    except ImportError as error:
        remedy = "install it: pip install 'easement[postgres]'"
        raise StorageFailed("the driver of PostgreSQL is not installed", remedy=remedy) from error
    engine = create_engine(
        parts,
        connect_args=_arguments(parts, password),
        pool_size=POOLED,
        max_overflow=MOST - POOLED,
        pool_pre_ping=True,
        hide_parameters=True,
    )
    try:
        _check(engine, parts)
    except StorageFailed:
        engine.dispose()
        raise
    return engine


def _arguments(parts: URL, password: str) -> dict[str, object]:
    options = " ".join(f"-c {name}={value}" for name, value in SETTINGS.items())
    given: dict[str, object] = {
        "connect_timeout": CONNECT_SECONDS,
        "application_name": "easement",
        "client_encoding": "utf8",
        "options": options,
    }
    if password:
        given["password"] = password
    if not _is_near(parts) and "sslmode" not in parts.query:
        given |= {"sslmode": "verify-full"} | ({} if "sslrootcert" in parts.query else {"sslrootcert": "system"})
    return given


def _is_near(parts: URL) -> bool:
    """Whether the server is on this machine: a socket, or a loopback address."""
    hosts = parts.query.get("host", parts.host) or ""
    host = hosts if isinstance(hosts, str) else hosts[0]
    try:
        return host in {"", "localhost"} or host.startswith("/") or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _check(engine: Engine, parts: URL) -> None:
    """Refuse a server that is too old, or a database whose text is not UTF-8."""
    what = f"cannot open the database `{parts.database}`"
    remedy = "check that the server runs, the address in the settings, and `keys/database.password`"
    with storage(what, remedy), engine.connect() as connection:
        version = int(connection.execute(text("show server_version_num")).scalar_one())
        encoding = connection.execute(text("show server_encoding")).scalar_one()
    if version < OLDEST:
        raise StorageFailed(f"the server is PostgreSQL {version // 10_000}", remedy="use 14 or a later one")
    if encoding != "UTF8":
        raise StorageFailed(f"{what}: its text is kept as {encoding}", remedy="make it anew: createdb -E UTF8")


def set_password(engine: Engine, password: str) -> None:
    """Change the password of the role one is; the server is sent a hash of it alone. Raises `StorageFailed`."""
    with storage("the password cannot be changed"), engine.begin() as connection:
        driver: Any = connection.connection.driver_connection
        role = driver.info.user
        hashed = driver.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256").decode()
        name = role.replace('"', '""')
        connection.exec_driver_sql(f"ALTER ROLE \"{name}\" PASSWORD '{hashed}'")

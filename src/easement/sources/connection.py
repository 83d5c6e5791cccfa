"""How a database is reached: an address that people write into a file, and a password that stands apart from it."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator
from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from easement.base.errors import BadFile, EasementError, UsageError
from easement.base.located import read_file, validate

__all__ = ["SUFFIX", "Connection", "ConnectionFile", "read_connection"]

SUFFIX = ".connection.yaml"
"""What the name of a connection's file ends in, beside the mappings."""

_SECRETS = {"password", "passwd", "pwd", "sslpassword"}
_NAME = re.compile(r"[a-z][a-z0-9_-]{0,62}")
_EXAMPLE = "write it so: `url: postgresql://reader@db.northtown.example/pupils`"


class ConnectionFile(BaseModel):
    """`datasets/NAME.connection.yaml`: where a database is, and how long it may think about one query."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal["easement-connection/1"]
    title: str = ""
    url: str
    seconds: int = Field(default=3_600, ge=1, le=86_400)

    @field_validator("url")
    @classmethod
    def _is_an_address_without_a_password(cls, text: str) -> str:
        try:
            url = make_url(text)
        except (ArgumentError, ValueError):
            raise ValueError(f"this is not the address of a database\n{_EXAMPLE}") from None
        if url.password is not None or _SECRETS & {key.lower() for key in url.query}:
            raise ValueError("the address holds a password\nput it into `keys/NAME.password`, for its owner only")
        return text


@dataclass(frozen=True, slots=True)
class Connection:
    """A database that a node may read: its name here, its address, and how long one query may take there.

    The password is told to nobody: neither an error nor this object's text shows it.
    """

    name: str
    url: URL
    path: Path
    seconds: int = 3_600
    password: str = field(default="", repr=False)

    @property
    def place(self) -> Path | None:
        """The file of a database that is one (SQLite), from the folder of the connection's file."""
        if self.url.get_backend_name() != "sqlite":
            return None
        return (self.path.parent / str(self.url.database or "")).absolute()


def read_connection(name: str, home: Path) -> Connection:
    """The connection that a node keeps under a name: `datasets/NAME.connection.yaml`, `keys/NAME.password`.

    Raises `UsageError` where there is none, `BadFile` with the line of what is wrong in it, `EasementError` for a
    password that others may read.
    """
    path = home / "datasets" / f"{name}{SUFFIX}"
    if _NAME.fullmatch(name) is None or not path.is_file():
        remedy = f"write `{path}`; docs/how-to/share-from-a-database.md shows how"
        raise UsageError(f"this node has no connection `{name}`", remedy=remedy)
    document = read_file(path, what="connection")
    file = validate(ConnectionFile, document, what="connection")
    url = make_url(file.url)
    if url.get_backend_name() == "sqlite" and not url.database:
        remedy = "name it: `url: sqlite:///register.db`"
        raise BadFile("the address names no file", where=document.where(("url",)), remedy=remedy)
    return Connection(name, url, path, file.seconds, _password(home / "keys" / f"{name}.password"))


def _password(path: Path) -> str:
    """What stands in the file, if there is one; many databases know a machine's own users without any."""
    try:
        loose = path.stat().st_mode & 0o077
        text = path.read_text()
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError):
        what = f"cannot read the password `{path}`"
        raise EasementError(what, remedy="check what it is and who may read it") from None
    if loose:
        raise EasementError(f"others can read the password `{path}`", remedy=f"chmod 600 {path}")
    return text.rstrip("\r\n")

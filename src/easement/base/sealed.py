"""Files sealed at rest, written as a stream and read from anywhere in them.

A file is `MAGIC`, a random salt of 16 bytes, then chunks of 65,536 bytes, each sealed with AES-256-GCM under a key
of the file's own. A chunk's nonce is its number and whether it is the last (STREAM: Hoang, Reyhanitabar, Rogaway and
Vizár, 2015), so that chunks cannot be changed, moved or left out, nor the file cut short.

A nonce comes once under its key, since the key comes of the file's own salt: two files of one caller's key share it by
a chance of 2^-128 for each pair. The 2^32 seals of one key that NIST SP 800-38D bears are a file of 281 TB.
"""

import hmac
import io
import json
import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from easement.base.canonical import canonical_record
from easement.base.errors import ProofFailed, StorageFailed

__all__ = [
    "CHUNK",
    "SealedReader",
    "SealedWriter",
    "derived_key",
    "open_record",
    "open_text",
    "seal",
    "seal_record",
    "seal_text",
    "unseal",
]

MAGIC = b"easement-sealed/1\n"
SALT = 16
CHUNK = 65_536
"""Bytes sealed together: reading a few bytes opens one chunk, and 16 bytes of tag on each cost nothing."""

TAG = 16
NONCE = 12
HEADER = len(MAGIC) + SALT


def derived_key(master: bytes, label: str) -> bytes:
    """A key of 32 bytes for one use, named by a label, from a node's master key."""
    return hmac.digest(master, f"easement-derived/1\n{label}".encode(), "sha256")


def _cipher(key: bytes, salt: bytes) -> AESGCM:
    return AESGCM(hmac.digest(key, MAGIC + salt, "sha256"))


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])


def seal(key: bytes, plain: bytes, bound: bytes) -> bytes:
    """A short text sealed with AES-256-GCM under a key; it opens only with what it is bound to, such as its place."""
    nonce = secrets.token_bytes(NONCE)
    return nonce + AESGCM(key).encrypt(nonce, plain, bound)


def unseal(key: bytes, sealed: bytes, bound: bytes) -> bytes:
    """Open what `seal` sealed; raises `ProofFailed` under another key, or where it was changed or moved."""
    try:
        return AESGCM(key).decrypt(sealed[:NONCE], sealed[NONCE:], bound)
    except (InvalidTag, ValueError):
        remedy = "restore `keys/master.key` from where you keep it; if it is right, the database was changed"
        raise ProofFailed("something sealed in the database does not open", remedy=remedy) from None


def seal_text(master: bytes, label: str, text: str, bound: str) -> bytes:
    """A text sealed under the key that a master key has for `label`; it opens only with what it is bound to."""
    return seal(derived_key(master, label), text.encode(), bound.encode())


def open_text(master: bytes, label: str, sealed: bytes, bound: str) -> str:
    """Open what `seal_text` sealed; raises `ProofFailed` as `unseal` does."""
    return unseal(derived_key(master, label), sealed, bound.encode()).decode()


def seal_record(master: bytes, label: str, record: Mapping[str, Any], bound: str) -> bytes:
    """The same for a record of JSON values whose numbers are whole, in its canonical bytes."""
    return seal_text(master, label, canonical_record(dict(record)).decode(), bound)


def open_record(master: bytes, label: str, sealed: bytes, bound: str) -> dict[str, Any]:
    """Open what `seal_record` sealed; raises `ProofFailed` as `unseal` does."""
    record: dict[str, Any] = json.loads(open_text(master, label, sealed, bound))
    return record


class SealedWriter(io.RawIOBase):
    """Writes a sealed file at `path`, readable by its owner alone; whole only once it is closed without an error."""

    def __init__(self, path: Path, key: bytes) -> None:
        super().__init__()
        salt = secrets.token_bytes(SALT)
        self._cipher, self._waiting, self._number, self._length = _cipher(key, salt), bytearray(), 0, 0
        try:
            self._file: BinaryIO = os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
            self._file.write(MAGIC + salt)
        except OSError as error:
            raise _would_not(path, error) from error
        self._path = path

    def writable(self) -> bool:
        """Always: there is nothing else to do with it."""
        return True

    def write(self, data: object) -> int:
        """Take bytes; what fills a chunk is sealed and written. Raises `StorageFailed` when the disk refuses."""
        view = memoryview(data).cast("B")  # type: ignore[arg-type]
        self._waiting += view
        self._length += len(view)
        while len(self._waiting) > CHUNK:  # the last chunk is kept back until it is known to be the last
            self._seal(bytes(self._waiting[:CHUNK]), last=False)
            del self._waiting[:CHUNK]
        return len(view)

    def tell(self) -> int:
        """How many bytes were taken."""
        return self._length

    def _seal(self, chunk: bytes, *, last: bool) -> None:
        sealed = self._cipher.encrypt(_nonce(self._number, last=last), chunk, None)
        self._number += 1
        try:
            self._file.write(sealed)
        except OSError as error:
            raise _would_not(self._path, error) from error

    def close(self) -> None:
        """Seal what is left and make the file durable."""
        if self.closed:
            return
        try:
            self._seal(bytes(self._waiting), last=True)
            self._file.flush()
            os.fsync(self._file.fileno())
        except OSError as error:
            raise _would_not(self._path, error) from error
        finally:
            self._let_go()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.close()
            return
        self._let_go()  # without its last chunk nobody can take it for a whole file

    def _let_go(self) -> None:
        with suppress(OSError):  # what a full disk did not take is told where it was written
            self._file.close()
        super().close()


def _would_not(path: Path, error: OSError) -> StorageFailed:
    return StorageFailed(f"cannot write `{path}`: {error.strerror}", remedy="free space on the disk, then start again")


class SealedReader:
    """Reads a sealed file from anywhere in it; raises `ProofFailed` where it is not whole, or not under this key.

    It holds no file open: whoever reads from a network connection may stop at any time.
    """

    def __init__(self, path: Path, key: bytes) -> None:
        self._path = path
        header, body = self._at(0, HEADER), self._length() - HEADER
        if not header.startswith(MAGIC) or len(header) < HEADER or body < TAG:
            raise _not_whole(path)
        self._cipher = _cipher(key, header[len(MAGIC) :])
        self._chunks = -(-body // (CHUNK + TAG))
        self.size = body - self._chunks * TAG
        self._open(self._chunks - 1)

    def _length(self) -> int:
        return self._path.stat().st_size

    def _at(self, place: int, length: int) -> bytes:
        try:
            with self._path.open("rb") as file:
                file.seek(place)
                return file.read(length)
        except OSError as error:
            remedy = "restore it, or make it anew"
            raise ProofFailed(f"`{self._path}` cannot be read: {error.strerror}", remedy=remedy) from error

    def _open(self, number: int) -> bytes:
        sealed = self._at(HEADER + number * (CHUNK + TAG), CHUNK + TAG)
        try:
            return self._cipher.decrypt(_nonce(number, last=number == self._chunks - 1), sealed, None)
        except (InvalidTag, ValueError):
            raise _not_whole(self._path) from None

    def read(self, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        """The bytes from `start` up to `stop`, a chunk at a time."""
        stop = self.size if stop is None else min(stop, self.size)
        for number in range(start // CHUNK, -(-stop // CHUNK)):
            chunk, first = self._open(number), number * CHUNK
            yield chunk[max(0, start - first) : stop - first]


def _not_whole(path: Path) -> ProofFailed:
    remedy = "it was cut short or changed, or belongs to another node: make it anew"
    return ProofFailed(f"the sealed file `{path.name}` does not open", remedy=remedy)

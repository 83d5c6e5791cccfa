"""Passwords: which are taken, and how they are hashed and checked.

Hashed with Argon2id by the second recommended option of RFC 9106, section 4 (64 MiB, 3 passes, 4 lanes), which is above
the least that OWASP's Password Storage Cheat Sheet asks for (19 MiB, 2 passes, 1 lane).
"""

import secrets
import threading
import unicodedata
from dataclasses import dataclass
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from easement.base.errors import UsageError
from easement.staff.common import is_common

__all__ = ["RFC_9106", "Hashing", "checked_password", "hashed", "is_stale", "verified"]

SHORTEST, LONGEST = 12, 200
"""Characters. NIST SP 800-63B-4 asks for 15 where a password stands alone, 8 beside a second factor; no rules on kinds
of characters, which only make people write passwords down."""

AT_ONCE = 4
"""Passwords hashed at a time in one process, so that a flood of sign-ins takes 256 MiB and not the machine."""

PART = 4
"""Shortest part of somebody's name that their password may not hold."""

_turns = threading.BoundedSemaphore(AT_ONCE)


@dataclass(frozen=True, slots=True)
class Hashing:
    """How much work one hash is: memory in KiB, passes over it, lanes side by side."""

    memory: int = 65_536
    passes: int = 3
    lanes: int = 4


RFC_9106 = Hashing()
"""How passwords are hashed unless somebody says otherwise, as tests do."""


@cache
def _hasher(hashing: Hashing) -> PasswordHasher:
    return PasswordHasher(hashing.passes, hashing.memory, hashing.lanes)


@cache
def _nobodys(hashing: Hashing) -> str:
    """A hash that no password fits, at the same cost as anybody's: for names that nobody has."""
    return _hasher(hashing).hash(secrets.token_hex())


def _plain(password: str) -> str:
    """NFKC, so that a password is the same from every keyboard; what cannot be written as bytes is left out."""
    return unicodedata.normalize("NFKC", password).encode("utf-8", "replace").decode()


def checked_password(password: str, *names: str) -> str:
    """The password if it may be used; raises `UsageError` for one that is short, common, or holds one of the names."""
    plain = _plain(password)
    if len(plain) < SHORTEST:
        raise UsageError(f"the password is shorter than {SHORTEST} characters", remedy="use four words or more")
    if len(plain) > LONGEST:
        raise UsageError(f"the password is longer than {LONGEST} characters", remedy="use a shorter one")
    if is_common(plain):
        raise UsageError("the password is one that is guessed first", remedy="use four words that have no connection")
    if any(part in plain.casefold() for name in names for part in _parts(name)):
        raise UsageError("the password holds your name", remedy="use words that nobody connects with you")
    return password


def _parts(name: str) -> set[str]:
    split = "".join(each if each.isalnum() else " " for each in unicodedata.normalize("NFKC", name).casefold()).split()
    return {part for part in (*split, "".join(split)) if len(part) >= PART}


def hashed(password: str, hashing: Hashing = RFC_9106) -> str:
    """The hash that is kept, with its salt and parameters."""
    with _turns:
        return _hasher(hashing).hash(_plain(password))


def verified(kept: str | None, password: str, hashing: Hashing = RFC_9106) -> bool:
    """Whether a password is the one kept. With none kept the answer is no, at the cost of one that is."""
    plain = _plain(password[: LONGEST + 1])
    with _turns:
        fits = _fits(_hasher(hashing), kept or _nobodys(hashing), plain)
    return fits and kept is not None and len(plain) <= LONGEST


def _fits(hasher: PasswordHasher, kept: str, plain: str) -> bool:
    try:
        return hasher.verify(kept, plain)
    except (Argon2Error, InvalidHashError):
        return False


def is_stale(kept: str, hashing: Hashing = RFC_9106) -> bool:
    """Whether a hash was made with other work than is asked for now, and should be made anew."""
    return _hasher(hashing).check_needs_rehash(kept)

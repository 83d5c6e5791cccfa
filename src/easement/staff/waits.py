"""How long to wait after wrong passwords. Three counts, so that guessing is slow and nobody can lock others out.

pair     one name from one address. It slows whoever guesses one account from one place, and nobody else.
name     one name from all addresses where it never signed in before. It slows guessing from many places at once.
address  all names from one address that never signed in from there before. It slows trying one password on everybody.

Somebody at an address where they signed in within the last ninety days waits for their own pair alone: a colleague in
the same office, or an attacker elsewhere, cannot lock them out.
"""

import ipaddress
from dataclasses import dataclass

__all__ = ["ADDRESS", "KNOWN_SECONDS", "MEMORY_SECONDS", "NAME", "PAIR", "Growing", "place"]

MEMORY_SECONDS = 86_400
"""A count is forgotten a day after the last wrong password."""

KNOWN_SECONDS = 90 * 86_400
"""For how long a place, or a browser, is one from which somebody signed in."""


@dataclass(frozen=True, slots=True)
class Growing:
    """How a wait grows: none for the `free` first failures, then a second, doubling with each, to `longest` seconds."""

    free: int
    longest: int

    def wait(self, failures: int) -> int:
        """Seconds to wait after so many failures in a row."""
        over = failures - self.free
        return 0 if over <= 0 else min(self.longest, 2 ** min(over - 1, 30))


PAIR = Growing(free=5, longest=3_600)
"""One name from one place, or with one browser: one person types, and few slips are free."""

NAME = Growing(free=20, longest=900)
"""One name from everywhere it is not known: its owner, at a new place, should not wait for hours."""

ADDRESS = Growing(free=50, longest=300)
"""All names from one address: a whole office may share it."""


def place(source: str) -> str:
    """Where somebody is, from the address they come from: IPv6 by its /64, which is one household's or one office's."""
    try:
        address = ipaddress.ip_address(source.partition("%")[0])
    except ValueError:
        return "unknown"
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)

"""Numbers of people who do not exist: each passes its check, and none can be a real person's.

- NHS numbers from 999 000 0000 on, the range kept for tests; past a million people from 998 down, which no service
  issues either.
- National Insurance numbers that start with PY or PZ, which stood for references and were never issued to a person.
- Unique Pupil Numbers of a council 999, which does not exist.
- Postcodes of two areas that do not exist.
"""

from collections.abc import Iterator
from itertools import count

__all__ = ["nhs_numbers", "nino", "postcode", "upn"]


def _weighed(first: int) -> tuple[int, ...]:
    """For each three digits, their sum once weighed by `first` and the two numbers below it."""
    return tuple(first * (n // 100) + (first - 1) * (n // 10 % 10) + (first - 2) * (n % 10) for n in range(1000))


_HIGH, _MIDDLE, _LOW = _weighed(10), _weighed(7), _weighed(4)
"""The weights of an NHS number are 10 down to 2 (NHS Data Dictionary); looked up by threes, for there are many."""

_STRIDE = 611_953
"""Shares no factor with a million, so that its multiples meet every remainder once."""

_UPN_LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"
_INWARD = "ABDEFGHJLNPQRSTUWXYZ"
"""The letters that stand in the second half of a postcode."""

DISTRICTS = 99
"""The most districts that an area can have."""


def nhs_numbers() -> Iterator[str]:
    """NHS numbers, each once, in no order that says anything; ten digits."""
    for n in count():
        start, rest = 999 - n // 1_000_000, n * _STRIDE % 1_000_000
        check = -(_HIGH[start] + _MIDDLE[rest // 1000] + _LOW[rest % 1000]) % 11
        if check < 10:
            yield f"{start}{rest:06d}{check}"


def nino(n: int) -> str:
    """The nth National Insurance number; there are eight million."""
    digits, rest = n * _STRIDE % 1_000_000, n // 1_000_000
    return f"P{'YZ'[rest % 2]}{digits:06d}{'ABCD'[rest // 2 % 4]}"


def upn(n: int, year: int) -> str:
    """The nth Unique Pupil Number of those who started school in a year (four digits); ten million for each year."""
    digits = f"999{n // 1_000 % 10_000:04d}{year % 100:02d}{n % 1_000:03d}"
    total = sum(place * int(digit) for place, digit in enumerate(digits, 2))
    return _UPN_LETTERS[total % 23] + digits


def postcode(area: str, n: int, districts: int) -> str:
    """The nth postcode of an area with so many districts; 4,000 for each district."""
    k, district = divmod(n, districts)
    return f"{area}{district + 1} {k % 10}{_INWARD[k // 10 % 20]}{_INWARD[k // 200 % 20]}"

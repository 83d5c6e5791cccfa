"""Answers from the network, read no further and no longer than was meant: whoever sends them may be hostile or slow."""

import time
from collections.abc import Callable

import httpx

__all__ = ["TooLong", "read_bounded"]


class TooLong(ValueError):
    """An answer holds more than it may, or is packed so that nobody knows how much it holds."""


def read_bounded(
    response: httpx.Response, most: int, seconds: float, clock: Callable[[], float] = time.monotonic
) -> bytes:
    """The body of a streamed answer: at most `most` bytes, within `seconds` for all of it.

    Raises `TooLong`, and `httpx.ReadTimeout` for one that drips. Ask with `accept-encoding: identity`.
    """
    if response.headers.get("content-encoding", "identity") != "identity":
        raise TooLong("the answer is packed, which nobody asked for")
    body, until = bytearray(), clock() + seconds
    for chunk in response.iter_raw():
        body += chunk
        if len(body) > most:
            raise TooLong(f"the answer is longer than {most:,} bytes")
        if clock() > until:
            raise httpx.ReadTimeout(f"the answer did not come within {seconds:g} seconds")
    return bytes(body)

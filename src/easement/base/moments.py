"""Moments as texts that people and machines exchange: UTC, to the second, `2026-11-22T02:17:00Z` (RFC 3339)."""

from datetime import UTC, datetime

__all__ = ["instant_of", "instant_text"]

_FORM = "%Y-%m-%dT%H:%M:%SZ"


def instant_text(at: datetime | int) -> str:
    """A moment, or seconds since 1970, in UTC to the second: `2026-11-22T02:17:00Z`."""
    moment = at if isinstance(at, datetime) else datetime.fromtimestamp(at, UTC)
    return moment.astimezone(UTC).strftime(_FORM)


def instant_of(text: str) -> datetime:
    """The moment that `instant_text` wrote; raises `ValueError` for any other form."""
    return datetime.strptime(text, _FORM).replace(tzinfo=UTC)

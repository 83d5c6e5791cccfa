"""An agreement's id is its parties' own: nobody else's terms take the place of what they agreed under it.

The newest version of an id answers for it, whoever made it. So whoever is asked to sign or join terms under an id that
they work by already is told, unless everybody whom it binds is asked as well.
"""

from collections.abc import Iterable
from datetime import UTC, datetime

from easement.base.errors import NotInForce, UsageError
from easement.base.words import listed
from easement.permission.ports import Host
from easement.permission.texts import Text

__all__ = ["hold_id"]


def hold_id(host: Host, text: Text, asked: Iterable[str], now: datetime, *, follows: str = "") -> None:
    """Raise `NotInForce` where a text would take the place of what somebody agreed here who is not among the `asked`.

    `follows` is the digest of what it is the next version of, whoever that binds.
    """
    today = now.astimezone(UTC).date()
    try:
        stands = host.shelf.get(text.id, today)
    except UsageError:
        return
    calendar, digest = stands.prepared.calendar, stands.prepared.digest
    if digest in (text.digest, follows) or stands.begun is None or calendar.ends < today:
        return
    if others := calendar.parties - set(asked):
        what = f"`{text.id}` is the id of an agreement here with {listed(f'`{each}`' for each in sorted(others))}"
        raise NotInForce(f"{what}, whose place this would take", remedy="give these terms an id of their own")

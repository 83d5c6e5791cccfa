"""Whether what was disclosed in bulk may still be read and by whom, and the log of who was given links to it."""

import secrets
import threading
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

from easement.base.database import reading
from easement.base.errors import Refused, UsageError
from easement.exchange import sets
from easement.exchange.directory_service import current_directory
from easement.exchange.ports import Host
from easement.gate.shelf import Shelved
from easement.ledger.model import Entry, EntryType, minute

__all__ = ["check_member", "check_shelved", "check_standing", "keyid_in", "log_opened", "new_token"]


def new_token(keyid: str) -> str:
    """A token for a reader: random, and the name of the key that asked for it, with which it ends."""
    return f"{secrets.token_urlsafe(32)}.{keyid}"


def keyid_in(token: str) -> str:
    """The key that asked for a token; empty where the token names none."""
    return token.partition(".")[2]


def check_member(host: Host, recipient: str, now: datetime, keyid: str) -> None:
    """Raise `Refused` unless the recipient is a member that may speak, and the key that asked still one of its."""
    member = current_directory(host, now).find(recipient)
    if member is None or not member.present_keys(now):
        raise _over(f"`{recipient}` may not speak in the cluster any more")
    if not any(each.id == keyid for each in member.present_keys(now)):
        raise Refused("the key that asked for this was revoked or replaced", remedy="ask for another token")


def check_standing(host: Host, agreement: str, recipient: str, share: str, now: datetime) -> None:
    """Raise `Refused` with its reason unless the agreement, by its digest, is in force and names the recipient."""
    today = now.astimezone(UTC).date()
    try:
        shelved = host.shelf.get(agreement, today)
    except UsageError:
        raise _over("the agreement is no longer among those that this node works by") from None
    check_shelved(shelved, recipient, share, today)


def check_shelved(shelved: Shelved, recipient: str, share: str, today: date) -> None:
    """The same, for an agreement that was taken from the shelf."""
    if shelved.suspended is not None:
        raise _over("the agreement is suspended")
    if shelved.superseded is not None:
        raise _over(f"version {shelved.superseded} took the place of this one")
    standing = shelved.standing(today)
    if not standing.in_force:
        raise _over("the agreement is not in force: " + "; ".join(standing.reasons))
    offer = shelved.prepared.offers.get(share)
    if offer is None or recipient not in offer.recipients:
        raise _over(f"the agreement does not give `{share}` to `{recipient}`")


def _over(what: str) -> Refused:
    return Refused(what, remedy="ask whoever keeps the agreement; what it ended for is not to be read any more")


def log_opened(host: Host, reader: sets.Reader, ids: Sequence[str], now: datetime) -> None:
    """Write to the ledger that links to each set were given out; durable before they are.

    An entry tells the minute: whoever asks again within it finds it said, and makes no log grow by asking.
    """
    with reading(host.engine) as connection:
        made = [each for each in (sets.read_set(connection, id_) for id_ in ids) if each]
    this = minute(now)
    for each in made:
        place = (host.home, reader.recipient, each.id)
        if _said.get(place) == this:
            continue
        told = Entry(
            type=EntryType.SET_OPENED,
            time=this,
            parties={"provider": host.organisation, "recipient": reader.recipient},
            agreement=each.agreement,
            agreement_id=each.agreement_id,
            share=each.share,
            message=each.id,
            intent=each.intent,
        )
        host.ledger.append(told)
        with _saying:
            for old in [place for place, at in _said.items() if at != this]:
                del _said[old]
            _said[place] = this


_said: dict[tuple[Path, str, str], str] = {}
"""Of which sets, to whom, this process wrote in this minute that links were given out."""

_saying = threading.Lock()

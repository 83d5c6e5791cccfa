"""Leaving one field out of an agreement's entry, for a reason, and showing it again. Both stand in the ledger.

The ledger's entry names the fields that are left out from then on and the reasons that hold for them, so that whoever
reads it knows what the register does not say, and since when.
"""

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import Connection

from easement.base.database import reading
from easement.base.errors import UsageError
from easement.base.words import did_you_mean
from easement.ledger.model import Entry, EntryType, PrivateRecord, minute
from easement.ledger.tables import Also
from easement.register import tables
from easement.register.keeping import refresh_if_old, reword
from easement.register.model import REDACTABLE, LeftOut, Redaction
from easement.register.ports import Publisher

__all__ = ["LONGEST", "redact", "redacted", "restore"]

LONGEST = 500
"""Characters of an explanation at most."""


def redact(
    publisher: Publisher,
    id_: str,
    field: str,
    reason: str,
    *,
    role: str,
    now: datetime,
    explanation: str = "",
    by: str = "",
) -> Redaction:
    """Leave a field out of an agreement's entry; `role` is shown, `by` stays in the ledger's private record.

    Raises `UsageError` for an agreement that is not on the register, a field or a reason that there is none of, and
    for a field that is left out already.
    """
    refresh_if_old(publisher, now)
    why, explanation = _reason(reason), " ".join(explanation.split())
    _check(publisher, id_, field, explanation)
    before = redacted(publisher, id_)
    made: list[Redaction] = []

    def also(connection: Connection, index: int) -> None:
        made[:] = [Redaction(field, why, explanation, role, minute(now), index)]
        if not tables.add_redaction(connection, id_, made[0]):
            raise UsageError(f"`{field}` of `{id_}` is left out already", remedy=f"see: easement register show {id_}")
        reword(connection, id_)

    after = [*((each.field, each.reason) for each in before), (field, why)]
    _say(publisher, id_, after, {"field": field, "role": role, "by": by, "explanation": explanation}, now, also)
    return made[0]


def restore(publisher: Publisher, id_: str, field: str, *, now: datetime, by: str = "") -> int:
    """Show a field again; the index of the entry that says so. Raises `UsageError` where it is not left out."""
    refresh_if_old(publisher, now)
    after = [(each.field, each.reason) for each in redacted(publisher, id_) if each.field != field]

    def also(connection: Connection, _: int) -> None:
        if not tables.drop_redaction(connection, id_, field):
            raise UsageError(f"`{field}` of `{id_}` is not left out", remedy=f"see: easement register show {id_}")
        reword(connection, id_)

    return _say(publisher, id_, after, {"field": field, "by": by}, now, also)


def redacted(publisher: Publisher, id_: str) -> tuple[Redaction, ...]:
    """What is left out of an agreement's entry."""
    with reading(publisher.engine) as connection:
        return tables.redactions(connection, [id_]).get(id_, ())


def _reason(code: str) -> LeftOut:
    known = [each.value for each in LeftOut]
    if code not in known:
        what = f"there is no reason `{code}` to leave something out"
        raise UsageError(what, remedy=did_you_mean(code, known, f"the reasons are {', '.join(known)}"))
    return LeftOut(code)


def _check(publisher: Publisher, id_: str, field: str, explanation: str) -> None:
    if field not in REDACTABLE:
        fields = f"these can be: {', '.join(REDACTABLE)}"
        raise UsageError(f"`{field}` cannot be left out", remedy=did_you_mean(field, REDACTABLE, fields))
    if len(explanation) > LONGEST or not explanation.isprintable():
        raise UsageError(f"the explanation is longer than {LONGEST} characters, or holds what cannot be seen")
    with reading(publisher.engine) as connection:
        if not tables.rows(connection, tables.entries.c.agreement_id == id_, columns=("digest",)):
            raise UsageError(f"`{id_}` is not on the register", remedy="see which are: easement register list")


def _say(
    publisher: Publisher,
    id_: str,
    after: Sequence[tuple[str, LeftOut]],
    private: dict[str, str],
    now: datetime,
    also: Also,
) -> int:
    entry = Entry(
        time=minute(now.astimezone(UTC)),
        type=EntryType.ENTRY_REDACTED,
        organisation=publisher.organisation,
        agreement_id=id_,
        withheld=tuple(sorted(field for field, _ in after)),
        reasons=tuple(sorted({reason.value for _, reason in after})),
    )
    return publisher.ledger.append(entry, PrivateRecord({"redaction": private}), also=also)

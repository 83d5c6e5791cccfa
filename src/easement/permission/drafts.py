"""Drafts in work at this node, before they are put to others: whoever may draft edits them, and no edit is lost.

Whoever saves says which version they edited. Where somebody saved meanwhile, changes to other clauses are put together
by themselves; changes to the same clause are told, and nothing is overwritten.
"""

import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from easement.agreement.diff import Difference, differences
from easement.agreement.edit import changed
from easement.agreement.read import AgreementFile, read_agreement_text
from easement.base.database import reading, writing
from easement.base.errors import Refused, UsageError
from easement.base.located import Path_
from easement.base.sealed import open_record, seal_record
from easement.base.words import listed, many
from easement.permission import drafts_tables as tables
from easement.permission.actor import Actor
from easement.permission.ports import Host
from easement.staff.permissions import Permission

__all__ = ["Draft", "SavedMeanwhile", "change", "discard", "draft", "drafts", "history", "save", "start"]

MOST_VERSIONS = 1_000
"""Versions of one draft: ten a day for half a year."""

TRIES = 20
"""How often a save is tried when others save at the same time; each of them gains by it."""

_SEALED = "permission drafts"


@dataclass(frozen=True, slots=True)
class Draft:
    """One version of a draft: its text, who saved it when, and what it belongs to.

    `number` counts its versions from 1. `proposal` is the proposal that it is meant for, and `assessment` what it was
    made from; both may be empty.
    """

    id: str
    number: int
    at: datetime
    text: str = field(repr=False)
    by: str = field(default="", repr=False)
    proposal: str = ""
    assessment: str = ""

    @property
    def file(self) -> AgreementFile:
        """The agreement as it stands in the draft."""
        return read_agreement_text(self.text, name="draft")


class SavedMeanwhile(Refused):
    """Somebody saved the same clauses meanwhile: `now` is the draft as it is, `differences` what they changed."""

    def __init__(self, now: Draft, found: tuple[Difference, ...]) -> None:
        clauses = listed([f"`{each.clause}`" for each in found[:5]] or ["`digest`"])
        more = f" and {many(len(found) - 5, 'more clause')}" if len(found) > 5 else ""
        super().__init__(
            f"somebody saved the draft meanwhile: version {now.number} changes {clauses}{more}",
            remedy="look at what they changed, then save yours again on top of it",
        )
        self.now, self.differences = now, found


def start(host: Host, text: str, actor: Actor, now: datetime, *, proposal: str = "", assessment: str = "") -> Draft:
    """Begin a draft with a text; raises `BadFile` for a text that is no agreement, `Refused` for who may not draft."""
    _may(actor)
    read_agreement_text(text, name="draft")
    made = Draft(secrets.token_hex(16), 1, _at(now), text, actor.name or actor.id, proposal, assessment)
    _keep(host, made)
    return made


def drafts(host: Host) -> tuple[Draft, ...]:
    """Every draft as it is now, the one saved last first."""
    with reading(host.engine) as connection:
        return tuple(_opened(host, saved) for saved in tables.latest(connection))


def draft(host: Host, id_: str, number: int | None = None) -> Draft:
    """A draft, in a version or as it is now; raises `UsageError` for one that is not here."""
    with reading(host.engine) as connection:
        saved = tables.one(connection, id_, number)
    if saved is None:
        raise UsageError(f"there is no draft `{id_[:64]}`", remedy="see which there are: easement proposal drafts")
    return _opened(host, saved)


def history(host: Host, id_: str) -> tuple[Draft, ...]:
    """Every version of a draft, the newest first."""
    with reading(host.engine) as connection:
        return tuple(_opened(host, saved) for saved in tables.versions(connection, id_))


def save(host: Host, id_: str, number: int, text: str, actor: Actor, now: datetime) -> Draft:
    """Keep a text as the next version, where `number` is still the newest.

    Raises `BadFile` for a text that is no agreement, and `SavedMeanwhile` where somebody else saved.
    """
    read_agreement_text(text, name="draft")
    return _saved(host, id_, actor, now, lambda newest: _whole(host, newest, number, text))


def change(host: Host, id_: str, number: int, changes: Mapping[Path_, Any], actor: Actor, now: datetime) -> Draft:
    """Change some clauses of the version `number`, and keep that as the next version.

    What somebody else saved meanwhile stays, unless it is of the same clauses: then `SavedMeanwhile` is raised. Raises
    `BadFile` where the changed text would be no agreement.
    """
    return _saved(host, id_, actor, now, lambda newest: _changed(host, newest, number, changes))


def discard(host: Host, id_: str, actor: Actor) -> None:
    """Delete a draft with all its versions; raises `UsageError` for one that is not here."""
    _may(actor)
    draft(host, id_)
    with writing(host.engine) as connection:
        tables.drop(connection, id_)


def _whole(host: Host, newest: Draft, number: int, text: str) -> str:
    if newest.number != number:
        raise SavedMeanwhile(newest, differences(draft(host, newest.id, number).file, newest.file))
    return text


def _changed(host: Host, newest: Draft, number: int, changes: Mapping[Path_, Any]) -> str:
    if newest.number != number:
        before = draft(host, newest.id, number).file
        theirs = tuple(_differing((), before.document.data, newest.file.document.data))
        if any(_overlap(mine, other) for mine in changes for other in theirs):
            raise SavedMeanwhile(newest, differences(before, newest.file))
    return changed(newest.text, changes, name="draft").document.text


def _differing(path: Path_, old: Any, new: Any) -> Iterator[Path_]:
    """The paths at which two versions of plain data differ."""
    if isinstance(old, dict) and isinstance(new, dict):
        for key in old.keys() | new.keys():
            yield from _differing((*path, key), old.get(key), new.get(key))
    elif old != new:
        yield path


def _overlap(one: Path_, other: Path_) -> bool:
    shorter = min(len(one), len(other))
    return one[:shorter] == other[:shorter]


def _saved(host: Host, id_: str, actor: Actor, now: datetime, text_of: Callable[[Draft], str]) -> Draft:
    _may(actor)
    for _ in range(TRIES):
        newest = draft(host, id_)
        if newest.number >= MOST_VERSIONS:
            raise UsageError("this draft was saved too often", remedy="begin a new draft with its text")
        text = text_of(newest)
        if text == newest.text:
            return newest
        made = Draft(id_, newest.number + 1, _at(now), text, actor.name or actor.id, newest.proposal, newest.assessment)
        if _keep(host, made):
            return made
    raise SavedMeanwhile(newest, ())


def _may(actor: Actor) -> None:
    if Permission.AGREEMENT_DRAFT_WRITE not in actor.permissions:
        raise Refused(f"as {actor.role} you cannot draft agreements", remedy="ask somebody who may draft")


def _at(now: datetime) -> datetime:
    return now.astimezone(UTC).replace(microsecond=0)


def _keep(host: Host, made: Draft) -> bool:
    said = {"text": made.text, "by": made.by, "proposal": made.proposal, "assessment": made.assessment}
    sealed = seal_record(host.master_key, _SEALED, said, _bound(made.id, made.number))
    with writing(host.engine) as connection:
        return tables.add(connection, tables.Saved(made.id, made.number, int(made.at.timestamp()), sealed))


def _opened(host: Host, saved: tables.Saved) -> Draft:
    said = open_record(host.master_key, _SEALED, saved.sealed, _bound(saved.id, saved.number))
    return Draft(saved.id, saved.number, datetime.fromtimestamp(saved.at, UTC), **said)


def _bound(id_: str, number: int) -> str:
    return f"{id_}:{number}"

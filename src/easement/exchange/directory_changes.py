"""What changes from one version of a directory to the next. Pure: a version goes in, what is new about it comes out."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from pydantic import ValidationError

from easement.base.errors import Refused, UsageError
from easement.exchange.directory import Directory, Operator
from easement.exchange.directory_handover import MOST, reached
from easement.exchange.directory_parts import Member, MemberKey, in_words, is_loopback, key_id
from easement.exchange.directory_statement import Joining, Offer
from easement.ledger.note import Key, parse_key

__all__ = [
    "SLACK",
    "Change",
    "admit",
    "as_operated",
    "nothing",
    "offer",
    "replace_key",
    "replace_log_key",
    "revoke",
    "successor",
    "without",
]

Change = Callable[[Directory], dict[str, Any]]
"""Gives the fields of the next version that differ; raises `Refused` or `UsageError` for what cannot be."""

OVERLAP = timedelta(days=2)
"""How long a replaced key goes on to hold, for messages on their way and nodes that have yet to fetch."""

SLACK = timedelta(minutes=5)
"""How much earlier a new key begins, for nodes whose clocks are behind the operator's."""


def nothing(_version: Directory) -> dict[str, Any]:
    """The same again, with a new time: how a directory is kept alive."""
    return {}


def successor(version: Directory, own: dict[str, Any], change: Change, now: datetime, life: timedelta) -> Directory:
    """The next version: what is new about the operator itself, then the change; raises `Refused` where none can be."""
    issued = max(now.replace(microsecond=0), version.issued)
    said = {
        **{name: getattr(version, name) for name in Directory.model_fields},
        "sequence": version.sequence + 1,
        "previous": version.digest,
        "issued": issued,
        "expires": issued + life,
    }
    try:
        return Directory.model_validate(said | own | change(version.model_copy(update=own)))
    except ValidationError as error:
        raise Refused(f"the directory cannot be so: {in_words(error)}", remedy="change what is named") from None


def _with(version: Directory, member: Member) -> dict[str, Any]:
    others = [each for each in version.members if each.id != member.id]
    return {"members": tuple(sorted((*others, member), key=lambda each: each.id))}


def without(organisation: str) -> Change:
    """Take a member out."""

    def change(version: Directory) -> dict[str, Any]:
        gone = version.member(organisation)
        return {"members": tuple(each for each in version.members if each is not gone)}

    return change


def admit(said: Joining, body_class: str, now: datetime) -> Change:
    """Take in who joins; a member whose keys were all revoked keeps them, so that nobody can use them again."""

    def change(version: Directory) -> dict[str, Any]:
        known = version.find(said.organisation)
        if known is not None and known.lasting_keys:
            raise Refused(
                f"`{said.organisation}` is a member already",
                remedy="if it lost its key, its operator revokes that one first: easement operator revoke",
            )
        _is_its_own(version, said)
        keys = (*(known.keys if known else ()), MemberKey(key=said.key, since=now - SLACK))
        facts = {"id": said.organisation, "class": body_class, "joined": now, "keys": keys, "log": said.log}
        return _with(version, _member(facts | _offered(said)))

    return change


def _is_its_own(version: Directory, said: Joining) -> None:
    """Nothing that identifies somebody else; the directory's own rules say the same, in fewer words."""
    if said.key.partition("+")[0] != said.organisation:
        raise Refused("the key bears another name than the organisation", remedy="join with the node's own key")
    own_node = said.organisation == version.operator.id
    held = {each.parsed.public: member.id for member in version.members for each in member.keys}
    if not own_node:
        held |= {each.parsed.public: version.operator.id for each in version.operator.keys}
    owner = held.get(parse_key(said.key).public)
    if owner is not None:
        what = "was revoked" if owner == said.organisation else f"belongs to `{owner}`"
        raise Refused(f"the key {what}", remedy="make a new one: easement keys rotate organisation")
    logs = {member.log_key.name: member.id for member in version.members if member.id != said.organisation}
    if not own_node:
        logs[version.operator.log.partition("+")[0]] = version.operator.id
    origin = said.log.partition("+")[0]
    if origin in logs:
        what = f"the log `{origin}` belongs to `{logs[origin]}`"
        raise Refused(what, remedy="make the node anew with a ledger of another name: easement init --origin")
    _address_is_its_own(version, said.organisation, said.url)


def _address_is_its_own(version: Directory, organisation: str, url: str) -> None:
    owner = next((each.id for each in version.members if each.url == url and each.id != organisation), None)
    if owner is not None:
        raise Refused(f"the address `{url}` belongs to `{owner}`", remedy="give the address of your own node: --url")
    if is_loopback(url) and not is_loopback(version.operator.url):
        remedy = "give the address by which others reach your node: --url https://node.northtown.example"
        raise Refused(f"the address `{url}` leads every other node back to itself", remedy=remedy)


def _offered(said: Joining | Offer) -> dict[str, Any]:
    name = said.name or said.organisation
    return {"name": name, "url": said.url, "datasets": said.datasets, "services": said.services}


def _member(facts: dict[str, Any]) -> Member:
    try:
        return Member.model_validate(facts)
    except ValidationError as error:
        raise Refused(f"a member cannot be so: {in_words(error)}", remedy="change what is named") from None


def offer(said: Offer) -> Change:
    """Change what a member offers and where its node stands."""

    def change(version: Directory) -> dict[str, Any]:
        _address_is_its_own(version, said.organisation, said.url)
        return _with(version, _changed(version.member(said.organisation), **_offered(said)))

    return change


def _changed(member: Member, **said: Any) -> Member:
    kept = {info.alias or name: getattr(member, name) for name, info in Member.model_fields.items()}
    return _member(kept | said)


def replace_key(organisation: str, key: str, now: datetime) -> Change:
    """Give a member its next key; the ones before hold for `OVERLAP` more."""

    def change(version: Directory) -> dict[str, Any]:
        member = version.member(organisation)
        held = [each.parsed.public for listed in version.members for each in listed.keys]
        new = MemberKey(key=key, since=now - SLACK)
        if new.parsed.public in (*held, *(each.parsed.public for each in version.operator.keys)):
            raise Refused("the new key is in the directory already", remedy="make one that nobody has used")
        ended = tuple(_ending(each, now + OVERLAP) for each in member.keys)
        return _with(version, _changed(member, keys=(*ended, new)))

    return change


def replace_log_key(organisation: str, key: str) -> Change:
    """Give a member's log its next key; the ones before still count for what they signed."""

    def change(version: Directory) -> dict[str, Any]:
        member = version.member(organisation)
        held = [each.public for listed in version.members for each in listed.log_keys]
        if parse_key(key).public in held:
            raise Refused("the new key is in the directory already", remedy="make one that nobody has used")
        return _with(version, _changed(member, log=key, former_logs=(member.log, *member.former_logs)[:MOST]))

    return change


def _ending(key: MemberKey, at: datetime) -> MemberKey:
    return key if key.until is not None and key.until <= at else key.model_copy(update={"until": at})


def revoke(organisation: str, now: datetime, keyid: str = "") -> Change:
    """Revoke one key of a member, or all that it has: none of them counts any more, whenever it was used."""

    def change(version: Directory) -> dict[str, Any]:
        member = version.member(organisation)
        chosen = {each.id for each in member.keys if each.revoked is None and keyid in ("", each.id)}
        if not chosen:
            known = ", ".join(f"`{each.id}`" for each in member.keys if each.revoked is None) or "none"
            raise UsageError(f"`{organisation}` has no such key to revoke", remedy=f"its keys: {known}")
        keys = tuple(
            each.model_copy(update={"revoked": now.replace(microsecond=0)}) if each.id in chosen else each
            for each in member.keys
        )
        return _with(version, _changed(member, keys=keys))

    return change


# The operator itself


def as_operated(
    version: Directory, url: str, key: Key, log: Key, handovers: tuple[str, ...], now: datetime
) -> dict[str, Any]:
    """What is new about the operator: where its node stands, its key and its log's key.

    Raises `Refused` for a key for which the one in the directory does not vouch, since no member would follow.
    """
    said = version.operator
    fresh_key = key not in said.signing(now)
    fresh_log = str(log) != said.log
    if not (fresh_key or fresh_log or url != said.url):
        return {}
    for new, held in ((key, said.signing(now)), (log, (parse_key(said.log),))):
        if new not in reached(handovers, held):
            raise Refused(
                f"the directory does not know the key `{key_id(new)}` of this node, and the one it knows does not "
                "vouch for it",
                remedy="restore the old key from a backup, and change it by `easement keys rotate`",
            )
    keys = said.keys
    if fresh_key:
        ended = tuple(_ending(each, now.replace(microsecond=0)) for each in said.keys[-3:])
        keys = (*ended, MemberKey(key=str(key), since=now - SLACK))
    notes = tuple(dict.fromkeys((*said.handovers, *handovers)))[-MOST:]
    operator = Operator(id=said.id, url=url, keys=keys, log=str(log), handovers=notes)
    return {"operator": operator} | _operator_as_member(version, key, log, now)


def _operator_as_member(version: Directory, key: Key, log: Key, now: datetime) -> dict[str, Any]:
    """An operator that is a member too speaks by the same keys."""
    member = version.find(version.operator.id)
    changed: dict[str, Any] = {}
    if member is not None and key not in (each.parsed for each in member.keys):
        changed = replace_key(member.id, str(key), now)(version)
    if member is not None and str(log) != member.log:
        changed = replace_log_key(member.id, str(log))(version.model_copy(update=changed))
    return changed

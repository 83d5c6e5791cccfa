"""The member's side of a cluster: join on a code, announce a new key or another offer, leave."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NoReturn

import httpx
from pydantic import BaseModel, ConfigDict, ValidationError

from easement.base.errors import ProofFailed, Refused, UsageError
from easement.exchange import directory_store as store
from easement.exchange.directory import MAX_BUNDLE, Directory, Published, Trust, read_directory
from easement.exchange.directory_code import JoiningCode, parse_code
from easement.exchange.directory_handover import hand_over, reached
from easement.exchange.directory_parts import OfferedDataset, in_words
from easement.exchange.directory_service import (
    accept,
    current_directory,
    no_cluster,
    proofs_of,
    read_all,
    refresh,
    unreachable,
)
from easement.exchange.directory_statement import Joining, Leaving, NewKey, Offer, Said, say
from easement.exchange.ports import Host, own_url
from easement.ledger.note import Key, Signer
from easement.meaning.mapping import read_mapping

__all__ = ["announce_key", "announce_offer", "join", "keep_up", "leave", "offered"]

JSON = {"content-type": "application/json", "accept": "application/json", "accept-encoding": "identity"}


def join(
    host: Host, code_text: str, client: httpx.Client, now: datetime, *, url: str = "", services: Iterable[str] = ()
) -> Directory:
    """Join the cluster that a code invites to, under the node's own key; the directory in which it then stands.

    Doing it again with the same code and key is no error. Raises `UsageError` for what is wrong with the code or here,
    `Refused` with the operator's words, `ProofFailed` where its answer is not what it should be.
    """
    code = parse_code(code_text)
    _fits(host, code, now)
    statement = _stated(
        Joining,
        _offer(host, code.cluster, now, url, services)
        | {"invitation": code.invitation, "key": str(host.organisation_key.key), "log": str(host.ledger.key)},
    )
    said = say(statement, [host.organisation_key], bytes.fromhex(code.secret))
    published = _post(host, client, f"{code.url}/directory/v1/join", said)
    directory = read_directory(published, code.trust, now)
    _stands_there(host, directory, now)
    with store.locked(host.home):
        store.keep(host.home, published, directory.trust(), now)
    return directory


def _fits(host: Host, code: JoiningCode, now: datetime) -> None:
    if code.organisation != host.organisation:
        raise UsageError(
            f"this code invites `{code.organisation}`, and this is the node of `{host.organisation}`",
            remedy="ask the operator for a code of your own, or name another node: --node DIR",
        )
    if now >= code.expires:
        raise UsageError(
            f"this code expired on {code.expires:%Y-%m-%d %H:%M} UTC", remedy="ask the operator for a new one"
        )
    trust = store.trusted(host.home)
    if trust is not None and (trust.cluster, trust.operator) != (code.cluster, code.trust.operator):
        raise UsageError(
            f"this node belongs to the cluster `{trust.cluster}`, and a node belongs to one",
            remedy=f"leave it first: easement directory leave --node {host.home}",
        )


def _offer(host: Host, cluster: str, now: datetime, url: str, services: Iterable[str]) -> dict[str, Any]:
    return {
        "cluster": cluster,
        "organisation": host.organisation,
        "at": now,
        "name": host.settings.organisation.name,
        "url": url or own_url(host),
        "datasets": offered(host),
        "services": tuple(sorted(set(services) or {"lookup"})),
    }


def offered(host: Host) -> tuple[OfferedDataset, ...]:
    """The node's datasets as others see them: id, standard and title, from the mappings in its `datasets/`."""
    folders = (host.home / "standards",)
    mappings = [read_mapping(path, folders) for path in sorted((host.home / "datasets").glob("*.yaml"))]
    by_id = {each.id: OfferedDataset(id=each.id, standard=each.standard, title=each.title) for each in mappings}
    return tuple(by_id[name] for name in sorted(by_id))


def _stated(kind: type[Any], facts: Mapping[str, Any]) -> Any:
    try:
        return kind.model_validate(facts)
    except ValidationError as error:
        raise UsageError(f"this cannot stand in a directory: {in_words(error)}", remedy=_ADDRESS) from None


_ADDRESS = "give the address by which others reach your node: --url https://node.northtown.example"


def _stands_there(host: Host, directory: Directory, now: datetime) -> None:
    """The answer has us, with our own key and log: otherwise somebody is between us and the operator."""
    me = directory.find(host.organisation)
    held = {each.parsed for each in me.present_keys(now)} if me else set()
    if me is None or host.organisation_key.key not in held or me.log != str(host.ledger.key):
        raise ProofFailed(
            "the directory that came back does not have this node as it is",
            remedy="do not go on; tell the operator, and compare your keys by telephone",
        )


def announce_key(host: Host, old: Signer, new: Signer, client: httpx.Client, now: datetime) -> Directory:
    """Tell the operator of a new key of the organisation, with both at hand; the directory that has it.

    Nodes that have not fetched it yet ask for it when they meet the new key. Raises as `join` does.
    """
    trust = _trust(host)
    return _announce(host, trust, "organisation", new.key, (hand_over(old, new),), new, client, now)


def keep_up(host: Host, client: httpx.Client, now: datetime, *, force: bool = False) -> Directory:
    """Fetch the directory when it is time, and announce what changed here: the keys that old ones vouch for.

    A running node does this every few minutes. Raises as `refresh` and `join` do.
    """
    directory = refresh(host, client, now, force=force)
    me, trust = directory.find(host.organisation), _trust(host)
    if me is None or trust.operator == host.organisation:
        return directory
    own, log, signer = host.organisation_key.key, host.ledger.key, host.organisation_key
    if own not in me.lasting_keys:
        notes = store.handovers(host.home, "organisation")
        if own in reached(notes, [each.parsed for each in me.present_keys(now)]):
            directory = _announce(host, trust, "organisation", own, notes, signer, client, now)
    if log not in me.log_keys and log in reached(notes := store.handovers(host.home, "log"), [me.log_key]):
        directory = _announce(host, trust, "log", log, notes, signer, client, now)
    return directory


def _announce(
    host: Host,
    trust: Trust,
    of: str,
    key: Key,
    notes: tuple[str, ...],
    signer: Signer,
    client: httpx.Client,
    now: datetime,
) -> Directory:
    facts = {"cluster": trust.cluster, "organisation": host.organisation, "at": now, "of": of}
    statement = NewKey.model_validate(facts | {"key": str(key), "handovers": notes})
    return _tell(host, trust, say(statement, [signer]), client, now, "keys")


def announce_offer(
    host: Host, client: httpx.Client, now: datetime, *, url: str = "", services: Iterable[str] = ()
) -> Directory:
    """Tell the operator where the node stands now and what it offers; what is not given stays as it was."""
    trust = _trust(host)
    me = current_directory(host, now).member(host.organisation)
    facts = _offer(host, trust.cluster, now, url or host.settings.server.url or me.url, services or me.services)
    return _tell(host, trust, say(_stated(Offer, facts), [host.organisation_key]), client, now, "offer")


def leave(host: Host, client: httpx.Client, now: datetime) -> None:
    """Leave the cluster: the operator takes this node out, and then it forgets the directory. Alarms are kept."""
    trust = _trust(host)
    statement = Leaving(cluster=trust.cluster, organisation=host.organisation, at=now)
    said = say(statement, [host.organisation_key])
    url = f"{trust.url}/directory/v1/members/{host.organisation}/leave"
    directory = read_directory(_post(host, client, url, said), trust, now)
    if directory.find(host.organisation) is not None:
        raise ProofFailed("the operator answered, but still has this node as a member", remedy="tell the operator")
    store.forget(host.home)


def _trust(host: Host) -> Trust:
    trust = store.trusted(host.home)
    if trust is None:
        raise no_cluster(host)
    return trust


def _tell(host: Host, trust: Trust, said: Said, client: httpx.Client, now: datetime, what: str) -> Directory:
    url = f"{trust.url}/directory/v1/members/{host.organisation}/{what}"
    prove = proofs_of(client, trust.url, host.settings.exchange.timeout_seconds)
    return accept(host.home, _post(host, client, url, said), now, prove)


def _post(host: Host, client: httpx.Client, url: str, said: Said) -> Published:
    seconds = host.settings.exchange.timeout_seconds
    try:
        with client.stream("POST", url, content=said.encode(), headers=JSON, timeout=seconds) as response:
            body = read_all(response, MAX_BUNDLE, seconds)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise unreachable(url, str(error) or type(error).__name__) from error
    if response.status_code == httpx.codes.OK:
        return Published.parse(body)
    _tell_no(url, response.status_code, body)


def _tell_no(url: str, status: int, body: bytes) -> NoReturn:
    """The operator's refusal in its own words, as problem details (RFC 9457) hold them."""
    try:
        said = _Problem.model_validate_json(body)
    except ValidationError:
        raise unreachable(url, f"it answered {status}") from None
    if status >= httpx.codes.INTERNAL_SERVER_ERROR or status == httpx.codes.TOO_MANY_REQUESTS:
        raise unreachable(url, said.detail or f"it answered {status}")
    remedy = said.remedy or "ask the operator"
    raise Refused(f"the operator says no: {said.detail or status}", remedy=remedy)


class _Problem(BaseModel):
    model_config = ConfigDict(extra="ignore")

    detail: str = ""
    remedy: str = ""

"""What tests of an operator have in common: who joins, what members say, and what of it is refused."""

import threading
from datetime import timedelta

import pytest

from easement.base.errors import Refused
from easement.exchange import operator_service
from easement.exchange.directory import Directory, verified_directory
from easement.exchange.directory_handover import hand_over
from easement.exchange.directory_statement import Joining, NewKey, say
from easement.exchange.operator_answers import take_statement
from easement.ledger.model import EntryType

from .cluster import NOW, OPERATOR, signer_of
from .hosts import OPERATOR_URL

HOUR = timedelta(hours=1)


def joining(code, number=0, now=NOW, **said):
    """What an organisation says that joins with a key of its own."""
    signer = signer_of(code.organisation, number)
    facts = {
        "cluster": code.cluster,
        "organisation": code.organisation,
        "at": now,
        "name": code.organisation.title(),
        "url": "https://" + f"{code.organisation}.example",
        "services": ("lookup",),
        "invitation": code.invitation,
        "key": str(signer.key),
        "log": str(signer._replace(name=f"{code.organisation}/ledger").key),
    }
    return say(Joining.model_validate(facts | said), [signer], bytes.fromhex(code.secret)).encode()


def join(host, organisation, now=NOW, **said) -> Directory:
    """An organisation is invited and joins; the version in which it stands."""
    code = operator_service.invite(host, organisation, "local-authority", now)
    published = take_statement(host, joining(code, now=now, **said), now, kind="join")
    return verified_directory(published, code.trust)


def entries(host):
    """The versions that the operator's log has."""
    said = EntryType.DIRECTORY_PUBLISHED
    return [(each.entry.sequence, each.entry.directory) for each in host.ledger.entries(type=said)]


def refused(host, data, words, *, now=NOW):
    """A joining is refused in these words, and nothing of it is left."""
    before = entries(host)
    with pytest.raises(Refused, match=words):
        take_statement(host, data, now, kind="join")
    assert entries(host) == before


def own_member(operator):
    """The operator joins its own cluster."""
    code = operator_service.invite(operator, OPERATOR.name, "local-authority", NOW)
    said = {
        "cluster": "northshire", "organisation": OPERATOR.name, "at": NOW, "url": OPERATOR_URL,
        "invitation": code.invitation, "key": str(operator.organisation_key.key), "log": str(operator.ledger.key),
    }  # fmt: skip
    data = say(Joining.model_validate(said), [operator.organisation_key], bytes.fromhex(code.secret)).encode()
    take_statement(operator, data, NOW, kind="join")


def together(*works):
    """Run at once; what each returned or raised."""
    told = [None] * len(works)
    gate = threading.Barrier(len(works))

    def run(number, work):
        gate.wait()
        try:
            told[number] = work()
        except Exception as error:
            told[number] = error

    threads = [threading.Thread(target=run, args=each) for each in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return told


def new_key(organisation, old, new, now=NOW, signer=None, **said):
    """What a member says that has another key, for which the old one vouches unless a test says otherwise."""
    facts = {"cluster": "northshire", "organisation": organisation, "at": now, "key": str(new.key)}
    statement = NewKey.model_validate(facts | {"handovers": (hand_over(old, new),)} | said)
    return say(statement, [signer or new]).encode()

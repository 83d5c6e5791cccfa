"""A key that was changed a moment ago works between nodes at once, though neither has fetched the directory since."""

from datetime import timedelta

import pytest

from easement.base.database import writing
from easement.exchange import directory_service, directory_store
from easement.exchange.directory_parts import MemberKey
from easement.exchange.message_carry import NoAnswer, WrongAnswer
from easement.exchange.service import ask
from easement.node.tables import key_digest, put_fact

from .cluster import after, signer_of
from .hosts import answering
from .pair import ASKER, NOW, paired


@pytest.fixture
def pair(tmp_path):
    """Two nodes that both changed their key, by a directory that does not have the new ones yet."""
    with paired(tmp_path) as made:
        for node in (made.dwp, made.northtown):
            object.__setattr__(node, "organisation_key", signer_of(node.organisation, 5))
            with writing(node.engine) as connection:
                put_fact(connection, "key:organisation", key_digest(node.organisation_key.key))
        yield made


def newer(pair):
    """The version that has the new keys beside the old ones, as its operator sends it."""
    members = []
    for node in (pair.dwp, pair.northtown):
        member = pair.directory.member(node.organisation)
        new = MemberKey(key=str(node.organisation_key.key), since=NOW - timedelta(minutes=5))
        members.append(member.model_copy(update={"keys": (*member.keys, new)}))
    return after(pair.directory, members=tuple(members), issued=NOW)


def test_both_sides_ask_for_the_key_that_they_do_not_know_and_go_on(pair, monkeypatch):
    version = newer(pair)
    published = pair.log.publish(version)
    monkeypatch.setattr(directory_service, "outgoing", lambda: pair.log.answering(published))
    told = ask(pair.northtown, pair.wish(), ASKER, NOW)
    assert told.allowed, told.decision
    assert directory_store.held(pair.dwp.home) == directory_store.held(pair.northtown.home) == version


def test_where_the_operator_does_not_know_it_either_nobody_is_answered(pair, monkeypatch):
    monkeypatch.setattr(directory_service, "outgoing", lambda: answering(b"", 503))
    with pytest.raises((NoAnswer, WrongAnswer)):
        ask(pair.northtown, pair.wish(), ASKER, NOW)
    assert pair.entries(pair.dwp) == []

"""What the members of a cluster offer: all are asked at once, and who is silent holds up no other."""

import threading

import pytest

from easement.exchange.message_carry import NoAnswer, Silence
from easement.permission import offering
from easement.permission.join_bodies import OffersBody

from .trio import nodes

NAMES = ("dwp", "easton", "northtown")


@pytest.fixture
def trio(tmp_path):
    with nodes(tmp_path, NAMES) as made:
        yield made


def test_members_are_asked_at_the_same_time(trio, monkeypatch):
    """Each answers only once every other was asked: asked in turn, nobody ever would."""
    met = threading.Barrier(2, timeout=30)

    def asked(host, member, *_):
        met.wait()
        if member == "easton":
            raise NoAnswer(Silence.SLOW, "did not answer")
        return OffersBody(offers=())

    monkeypatch.setattr(offering, "asked", asked)
    found = offering.offered(trio["northtown"], trio.now)
    assert (found.offers, dict(found.silent)) == ((), {"easton": "did not answer"})


def test_who_is_down_is_named_and_the_others_are_heard(trio):
    trio.down("easton")
    found = offering.offered(trio["northtown"], trio.now)
    assert set(found.silent) == {"easton"}

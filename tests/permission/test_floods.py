"""A party that says too much makes nothing dear or impossible for the others."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest

from easement.base.errors import Refused
from easement.permission import carrying, keeping, service, transitions
from easement.permission.actor import at_console
from easement.permission.chain import note_of
from easement.permission.keeping import Overtaken
from easement.permission.model import Kind
from easement.permission.transitions import Code, Illegal, after, why_not

from .makers import HOME, LATER, NOW, PARTY, SIGNERS, event, host_of, said_of, step, wish

LEAD = at_console("governance-lead", "Ada Ash")


@pytest.fixture
def host(tmp_path, engine):
    return host_of(tmp_path, engine)


def did(host, dossier, kind: Kind, author: str = HOME):
    """A proposal after one thing more, in a node's database."""
    made = step(dossier, kind, author)
    return keeping.keep(host, dossier, made, note_of(made, SIGNERS[author]), now=NOW + LATER)


def talked(dossier, author: str, times: int):
    for _ in range(times):
        dossier = after(dossier, step(dossier, Kind.COMMENT, author))
    return dossier


def test_one_who_has_said_too_much_says_no_more_and_the_others_do(monkeypatch):
    monkeypatch.setattr(transitions, "MOST_SAID", 5)
    full = talked(after(None, step(None, Kind.PROPOSE)), PARTY, 5)
    assert [each.code for each in why_not(full, step(full, Kind.COMMENT, PARTY))] == [Code.PROPOSAL_FULL]
    assert why_not(full, step(full, Kind.COMMENT, HOME)) == ()
    assert why_not(full, step(full, Kind.REFUSE, PARTY)) == ()


def test_texts_are_bounded_by_their_length(monkeypatch):
    began = after(None, step(None, Kind.PROPOSE, text=""))
    for party in (PARTY, "easton"):
        began = after(began, step(began, Kind.AGREE, party))
    said = said_of(Kind.DRAFT, began, PARTY, replaces="")
    monkeypatch.setattr(transitions, "MOST_TEXT", len(said.text))
    assert why_not(began, event(began, PARTY, said)) == ()
    monkeypatch.setattr(transitions, "MOST_TEXT", len(said.text) - 1)
    assert [each.code for each in why_not(began, event(began, PARTY, said))] == [Code.PROPOSAL_FULL]


def test_a_wish_names_no_more_parties_than_people_can_read():
    parties = {HOME: "recipient"} | {f"council-{number}": "provider" for number in range(31)}
    assert len(wish(parties=parties).parties) == 32
    with pytest.raises(ValueError, match="at most 32"):
        wish(parties=parties | {"one-more": "provider"})


def test_reading_a_proposal_again_reads_only_what_came_since(host, monkeypatch):
    dossier = did(host, None, Kind.PROPOSE)
    keeping.read(host, dossier.id)
    read, real = Counter(), keeping.event_in
    monkeypatch.setattr(keeping, "event_in", lambda note: read.update(events=1) or real(note))
    for number in range(1, 6):
        dossier = did(host, dossier, Kind.COMMENT)
        assert keeping.read(host, dossier.id) == dossier
        assert read["events"] == number


def test_a_home_whose_proposals_nobody_answers_sends_no_more(host, monkeypatch):
    monkeypatch.setattr(carrying, "MOST_WAITING", 3)
    for number in range(4):
        said = wish(parties={PARTY: "provider", HOME: "recipient"})
        began = event(None, PARTY, said, proposal=f"{number:032x}", id=f"{number:032x}")
        take = lambda one=began: carrying.take_in(host, PARTY, one.proposal, [note_of(one, SIGNERS[PARTY])], NOW)  # noqa: E731
        if number < 3:
            assert take() == 1
        else:
            with pytest.raises(Refused, match="3 proposals of `dwp` wait for an answer already"):
                take()


def test_who_is_overtaken_again_and_again_is_told_so(host, monkeypatch):
    dossier = did(host, None, Kind.PROPOSE)

    def overtaken(*_, **__):
        raise Overtaken

    monkeypatch.setattr(service, "keep", overtaken)
    with pytest.raises(Illegal, match="others act on this proposal") as told:
        service.comment(host, dossier.id, replace(LEAD, id="p-ada"), NOW + timedelta(minutes=1), words="hm")
    assert told.value.stale

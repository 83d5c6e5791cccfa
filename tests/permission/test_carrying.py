"""Proposals between nodes: what is missed is told later, what is forged or stale is refused, no edit is lost."""

from datetime import timedelta

import pytest

from easement.base.errors import NotInForce, ProofFailed, Refused
from easement.base.moments import instant_text
from easement.exchange.message_carry import NoAnswer
from easement.ledger.model import EntryType
from easement.permission import carrying, keeping, landing, service, silence
from easement.permission import model as m
from easement.permission.chain import event_in, line_of, note_of
from easement.permission.model import Event, Kind
from easement.permission.transitions import Code, Illegal
from tests.exchange.cluster import signer_of
from tests.gate.world import TERMS

from .trio import CASEWORKER, LEAD, SENIOR, nodes


@pytest.fixture
def pair(tmp_path):
    with nodes(tmp_path) as made:
        yield made


@pytest.fixture
def three(tmp_path):
    with nodes(tmp_path, ("dwp", "northtown", "easton")) as made:
        yield made


def text(words: str) -> str:
    """Other terms."""
    return TERMS.replace("Entitled children go without.", words)


# Down, and up again


def test_a_party_that_is_down_is_told_when_it_is_up(pair):
    pair.down("dwp")
    proposal = pair.propose().id
    pair.up("dwp")
    assert carrying.tell_all(pair["northtown"], pair.later(minutes=1)) == 1
    assert pair.at("dwp", proposal).state == "proposed"
    assert carrying.tell_all(pair["northtown"], pair.now) == 0


def test_while_the_home_is_down_the_others_wait_and_are_told_so(pair):
    proposal = pair.propose().id
    pair.down("northtown")
    with pytest.raises(carrying.Away, match="the node of `northtown` cannot be reached") as told:
        pair.do("agree", "dwp", proposal)
    assert "all that happens to this proposal is put in order by `northtown`" in told.value.remedy
    assert pair.at("dwp", proposal).state == "proposed"
    pair.up("northtown")
    assert pair.do("agree", "dwp", proposal).state == "draft"


def test_what_was_missed_is_asked_for(three):
    proposal = three.propose(parties={"dwp": "provider", "easton": "recipient"}).id
    three.down("easton")
    three.do("agree", "dwp", proposal)
    three.do("comment", "northtown", proposal, words="thank you")
    assert three.at("easton", proposal).number == 1
    three.up("easton")
    assert carrying.catch_up_all(three["easton"], three.now) == 1
    assert three.at("easton", proposal).number == 3
    assert carrying.catch_up_all(three["easton"], three.now) == 0


def test_three_nodes_end_with_the_same_events(three):
    party = "as: recipient, class: local-authority, controller: independent, contact: dpo@easton.example"
    both = TERMS.replace("  northtown: {as", f"  easton: {{{party}}}\n  northtown: {{as", 1)
    law, people = "  easton: {power: edu_2005_s110, basis: art6_1_e}\n", "  easton: {roles: [benefits-officer]}\n"
    both = both.replace("  special_category", f"{law}  special_category", 1).replace("people:\n", f"people:\n{people}")
    both = both.replace("to: [northtown]", "to: [northtown, easton]")
    proposal = three.in_force(parties={"dwp": "provider", "easton": "recipient"}, text=both)
    assert three.agreeing(proposal).state == "in-force"
    for name in ("dwp", "northtown", "easton"):
        assert three[name].shelf.get("school-meals", three.now.date()).signed == {"dwp", "northtown", "easton"}


def test_an_answer_that_got_lost_is_no_second_act(pair, monkeypatch):
    """The home took it, and its answer did not come: the news tell of it, and doing it again is refused as done."""
    proposal = pair.propose().id
    monkeypatch.setattr(carrying, "take_in", lambda *_: (_ for _ in ()).throw(NoAnswer("slow", "it broke off")))
    with pytest.raises(NoAnswer):
        pair.do("agree", "dwp", proposal)
    monkeypatch.undo()
    assert pair.at("northtown", proposal).state == "draft"
    assert pair.at("dwp", proposal).state == "proposed"
    with pytest.raises(Illegal):
        pair.do("agree", "dwp", proposal)
    assert pair.agreeing(proposal).state == "draft"
    assert keeping.names(pair["dwp"], pair.at("dwp", proposal).events) == {2: "Ada Ash"}


# Two at once


def test_two_editors_at_once_lose_no_edit(pair):
    """The second is told what changed, merges by hand, and puts their text in place of the first's."""
    proposal = pair.propose().id
    pair.do("agree", "dwp", proposal)
    seen = pair.at("dwp", proposal).text.digest
    pair.do("draft", "northtown", proposal, text=text("Children go hungry."))
    with pytest.raises(Illegal, match="the text was changed meanwhile") as refused:
        pair.do("draft", "dwp", proposal, text=text("Families lose £490 a year."), replaces=seen)
    assert refused.value.stale
    assert refused.value.reasons[0].code is Code.TEXT_CHANGED
    told = service.changes_since(pair["dwp"], proposal, seen)
    assert [each["now"] for each in told["differences"]] == ["Children go hungry."]
    merged = text("Children go hungry, and families lose £490 a year.")
    done = pair.do("draft", "dwp", proposal, text=merged)
    assert done.text.source == merged
    assert [each.kind for each in done.events].count(Kind.DRAFT) == 2


def test_a_draft_written_before_the_news_came_is_refused_too(pair, monkeypatch):
    proposal = pair.propose().id
    pair.do("agree", "dwp", proposal)
    monkeypatch.setattr(carrying, "tell", lambda *_: 0)
    pair.do("draft", "northtown", proposal, text=text("Children go hungry."))
    assert pair.at("dwp", proposal).number == 2
    with pytest.raises(Illegal) as refused:
        pair.do("draft", "dwp", proposal, text=text("Families lose £490 a year."))
    assert refused.value.stale
    assert pair.at("dwp", proposal).number == 3  # and they have it now, to merge by hand


def test_a_comment_written_before_the_news_came_is_kept_all_the_same(pair, monkeypatch):
    proposal = pair.propose().id
    monkeypatch.setattr(carrying, "tell", lambda *_: 0)
    pair.do("comment", "northtown", proposal, words="one")
    done = pair.do("comment", "dwp", proposal, words="two")
    assert [each.words for each in done.remarks] == ["one", "two"]


def test_an_approval_of_a_text_that_was_changed_counts_for_nothing(pair, monkeypatch):
    proposal = pair.propose().id
    pair.do("agree", "dwp", proposal)
    pair.do("submit", "northtown", proposal)
    read = pair.at("dwp", proposal).text.digest
    pair.do("approve", "northtown", proposal)
    monkeypatch.setattr(carrying, "tell", lambda *_: 0)
    changed = pair.do("draft", "northtown", proposal, text=text("Children go hungry."))
    assert (changed.approvals, changed.dropped) == ({}, ("northtown",))
    pair.do("submit", "northtown", proposal)
    with pytest.raises(Illegal) as refused:
        pair.do("approve", "dwp", proposal, digest=read)
    assert refused.value.reasons[0].code is Code.TEXT_CHANGED
    assert pair.at("northtown", proposal).approvals == {}


# Who may


def test_nobody_without_authority_signs(pair):
    proposal = pair.propose().id
    pair.do("agree", "dwp", proposal)
    pair.do("submit", "northtown", proposal)
    pair.approved(proposal)
    for actor in (CASEWORKER, silence.CLOCK):
        with pytest.raises(Refused, match="you cannot sign for your organisation"):
            pair.do("sign", "dwp", proposal, actor=actor)
    assert pair.at("northtown", proposal).signatures == {}


def test_every_role_that_the_settings_name_is_heard_before_anybody_signs(pair):
    proposal = pair.propose().id
    pair.do("agree", "dwp", proposal)
    pair.do("submit", "northtown", proposal)
    pair.approved(proposal, "northtown")
    told = pair.do("approve", "dwp", proposal)
    assert (told.state, told.approvals["dwp"].missing) == ("review", ("senior-risk-owner",))
    with pytest.raises(Illegal, match="`sign` cannot be done to a proposal that is review"):
        pair.do("sign", "dwp", proposal)
    with pytest.raises(Illegal, match="has approved this text as governance-lead already"):
        pair.do("approve", "dwp", proposal)
    assert pair.do("approve", "dwp", proposal, actor=SENIOR).state == "approved"


def test_an_incomplete_text_is_put_to_nobody(pair):
    proposal = pair.propose(text=TERMS.replace("  dwp: {power: edu_2005_s110, ", "  dwp: {")).id
    pair.do("agree", "dwp", proposal)
    with pytest.raises(NotInForce, match="the text is not complete: 1 finding must be mended first, such as law"):
        pair.do("submit", "northtown", proposal)


def forged(pair, proposal: str, said, *, author="dwp", signer=None, **changes) -> str:
    """An event as somebody made it who is not the program."""
    at = pair.at("northtown", proposal)
    facts = {
        "proposal": proposal, "id": "ab" * 16, "number": at.number + 1, "previous": at.head, "author": author,
        "at": instant_text(pair.now), "role": "governance-lead", "named": "0" * 64, "said": said,
    }  # fmt: skip
    return note_of(Event(**facts | changes), signer or pair[author].organisation_key)


def sent(pair, note: str, by: str = "dwp") -> None:
    carrying.bring(pair[by], pair.at(by, event_in(note).proposal), note, pair.now)


AGREED = m.Agreed(words="", appetite="")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"number": 4}, "event 4 came before event 2"),
        ({"previous": "a" * 64}, "another past"),
        ({"at": "2026-11-20T00:00:00Z"}, "something was done after that already"),
        ({"at": "2031-01-01T00:00:00Z"}, "which is yet to come"),
        ({"author": "mallory"}, "not a member|not known here"),
    ],
    ids=["out of order", "another past", "too early", "too late", "by a stranger"],
)
def test_an_event_that_does_not_fit_is_refused_with_why(pair, changes, said):
    proposal = pair.propose().id
    pair.later(minutes=1)
    signer = signer_of("mallory") if "author" in changes else pair["dwp"].organisation_key
    note = forged(pair, proposal, AGREED, signer=signer, **changes)
    with pytest.raises(Refused, match=said):
        sent(pair, note)
    assert pair.at("northtown", proposal).number == 1


def test_a_replayed_event_changes_nothing(pair):
    proposal = pair.propose().id
    note = forged(pair, proposal, AGREED)
    sent(pair, note)
    size = pair["northtown"].ledger.size
    sent(pair, note)
    assert (pair.at("northtown", proposal).number, pair["northtown"].ledger.size) == (2, size)


def test_nobody_speaks_for_another(pair):
    proposal = pair.propose().id
    stolen = forged(pair, proposal, AGREED, author="northtown")
    with pytest.raises(Refused, match="it is by `northtown`, and `dwp` sends it"):
        sent(pair, stolen)
    with pytest.raises(Refused, match="none of the given keys signed this"):
        sent(pair, forged(pair, proposal, AGREED, signer=signer_of("dwp", 5)))


def test_only_the_home_tells_the_news_and_only_to_parties(three):
    proposal = three.propose().id
    notes = keeping.notes_after(three["northtown"], proposal, 0, 10)
    with pytest.raises(Refused, match="`easton` is no party to this proposal"):
        carrying.take_in(three["easton"], "northtown", proposal, notes, three.now)
    with pytest.raises(Refused, match="`easton` is not the home of this proposal"):
        carrying.take_in(three["dwp"], "easton", proposal, notes, three.now)


def test_who_is_no_party_learns_of_no_proposal(three):
    proposal = three.propose().id
    with pytest.raises(NoAnswer, match="no proposal of this id is at home here and open to you"):
        carrying.asked(
            three["easton"], "northtown", "history",
            carrying.HistoryBody(proposal=proposal, to="northtown", after=0), carrying.EventsBody, three.now,
        )  # fmt: skip


def test_a_home_that_tells_another_past_is_found_out(pair):
    proposal = pair.propose().id
    other = forged(pair, proposal, m.Commented(digest="", clause="", words="other"), author="northtown")
    pair.do("comment", "northtown", proposal, words="one")
    with pytest.raises(Illegal, match="`northtown` tells another past of this proposal than it did before"):
        carrying.take_in(pair["dwp"], "northtown", proposal, [other], pair.now)


def test_a_signature_that_does_not_hold_is_not_taken(pair):
    proposal = pair.propose().id
    pair.do("agree", "dwp", proposal)
    pair.do("submit", "northtown", proposal)
    pair.approved(proposal)
    current = pair.at("dwp", proposal).text
    wrong = line_of(text("Other terms."), pair["dwp"].organisation_key)
    with pytest.raises(Illegal) as refused:
        sent(pair, forged(pair, proposal, m.Signed(digest=current.digest, line=wrong)))
    assert refused.value.reasons[0].code is Code.SIGNATURE_WRONG


# What it does to disclosures


def test_what_one_party_suspends_is_closed_at_the_other_and_only_it_opens_it(pair):
    proposal = pair.in_force()
    pair.do("suspend", "northtown", proposal, words="a laptop was stolen")
    for name in ("dwp", "northtown"):
        assert pair[name].shelf.get("school-meals", pair.now.date()).suspended == "northtown: a laptop was stolen"
    with pytest.raises(Illegal, match="`dwp` has not suspended it"):
        pair.do("resume", "dwp", proposal, words="never mind")
    pair.do("suspend", "dwp", proposal, words="we look too")
    pair.do("resume", "northtown", proposal, words="it was found")
    assert pair["dwp"].shelf.get("school-meals", pair.now.date()).suspended == "dwp: we look too"
    pair.do("resume", "dwp", proposal, words="all is well")
    assert pair["dwp"].shelf.get("school-meals", pair.now.date()).suspended is None


def test_what_was_ended_opens_no_more(pair):
    proposal = pair.in_force()
    told = pair.do("end", "northtown", proposal, words="the scheme is over")
    assert told.state == "ended"
    pair.agreeing(proposal)
    for name in ("dwp", "northtown"):
        shelved = pair[name].shelf.get("school-meals", pair.now.date())
        assert shelved.suspended == "it was ended: northtown: the scheme is over"
        ended = [each.entry for each in pair[name].ledger.entries(type=EntryType.VERSION_ENDED)]
        assert [(each.organisation, each.version) for each in ended] == [("northtown", "1.0.0")]


def test_a_variation_takes_the_place_of_the_version_before_once_all_have_signed(pair):
    proposal = pair.in_force()
    old = pair.at("dwp", proposal).agreed
    new = TERMS.replace("version: 1.0.0\n", f"version: 1.1.0\nsupersedes: {old.digest}\n").replace("P1Y", "P6M")
    pair.do("vary", "dwp", proposal, text=new, words="half a year will do")
    assert service.changes_since(pair["northtown"], proposal)["summary"].startswith("1 change narrows it")
    assert pair["dwp"].shelf.get("school-meals", pair.now.date()).prepared.version == "1.0.0"
    pair.do("submit", "dwp", proposal)
    pair.approved(proposal)
    for name in ("dwp", "northtown"):
        pair.do("sign", name, proposal)
    for name in ("dwp", "northtown"):
        shelved = pair[name].shelf.get("school-meals", pair.now.date())
        assert (shelved.prepared.version, shelved.path.name) == ("1.1.0", "school-meals-1.1.0.yaml")
        assert pair[name].shelf.get(old.digest, pair.now.date()).superseded == "1.1.0"


def test_a_variation_that_is_refused_leaves_what_was_in_force(pair):
    proposal = pair.in_force()
    old = pair.at("dwp", proposal).agreed
    new = TERMS.replace("version: 1.0.0\n", f"version: 1.1.0\nsupersedes: {old.digest}\n").replace("P1Y", "P2Y")
    pair.do("vary", "northtown", proposal, text=new, words="we need it longer")
    told = pair.do("refuse", "dwp", proposal, reason="more-than-needed", words="a year was enough so far")
    assert (told.state, told.agreed, told.text) == ("in-force", old, old)


# Kills


def killed(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


def test_a_kill_between_the_last_signature_and_its_files_loses_nothing(pair, monkeypatch):
    proposal = pair.propose().id
    pair.do("agree", "dwp", proposal)
    pair.do("submit", "northtown", proposal)
    pair.approved(proposal)
    pair.do("sign", "dwp", proposal)
    monkeypatch.setattr(landing, "write_whole", killed)
    with pytest.raises(KeyboardInterrupt):
        pair.do("sign", "northtown", proposal)
    monkeypatch.undo()
    assert not list((pair["northtown"].home / "agreements").iterdir())
    assert landing.land_all(pair["northtown"], pair.now) == 1
    assert landing.land_all(pair["northtown"], pair.now) == 0
    assert pair["northtown"].shelf.get("school-meals", pair.now.date()).standing(pair.now.date()).in_force


@pytest.mark.parametrize("place", ["put_row", "add_event", "start_letter"])
def test_what_breaks_within_the_commit_leaves_neither_event_nor_entry(pair, monkeypatch, place):
    proposal = pair.propose().id
    size = pair["northtown"].ledger.size
    monkeypatch.setattr(keeping.tables, place, lambda *_: (_ for _ in ()).throw(LookupError("cut off")))
    with pytest.raises(LookupError, match="cut off"):
        pair.do("withdraw", "northtown", proposal, words="no")
    monkeypatch.undo()
    assert (pair.at("northtown", proposal).number, pair["northtown"].ledger.size) == (1, size)
    assert pair.do("withdraw", "northtown", proposal, words="no").state == "withdrawn"


# R1.5: the clock, the reason and the senior


def test_silence_is_said_by_the_silent_ones_own_node_and_goes_to_its_senior(pair):
    proposal = pair.propose(answer_days=3).id  # Saturday 21 November: due by Wednesday
    pair.clock.now = pair.now.replace(day=25, hour=23, minute=59)
    assert silence.escalate_all(pair["dwp"], pair.now) == 0
    pair.later(minutes=1)
    assert silence.escalate_all(pair["northtown"], pair.now) == 0
    assert silence.escalate_all(pair["dwp"], pair.now) == 1
    told = pair.agreeing(proposal)
    assert [(each.of, each.to) for each in told.escalations] == [("dwp", "senior information risk owner")]
    for name in ("dwp", "northtown"):
        said = [each.entry for each in pair[name].ledger.entries(type=EntryType.PROPOSAL_ESCALATED)]
        assert [(each.organisation, each.proposal) for each in said] == [("dwp", proposal)]
    assert silence.escalate_all(pair["dwp"], pair.later(days=5)) == 0
    assert pair.do("agree", "dwp", proposal).state == "draft"


def test_the_home_says_it_a_working_day_later_of_a_node_that_is_silent_altogether(pair):
    proposal = pair.propose(answer_days=3).id
    pair.down("dwp")
    pair.clock.now = pair.now.replace(day=27)
    assert silence.escalate_all(pair["northtown"], pair.now) == 1
    assert pair.at("northtown", proposal).escalations[0].to == "the named senior of dwp"


def test_a_refusal_has_its_reason_on_both_sides_and_its_decider_at_one(pair):
    proposal = pair.propose().id
    pair.do("refuse", "dwp", proposal, reason="no-power", words="Section 110 does not reach this.")
    told = pair.agreeing(proposal)
    assert (told.state, told.answers["dwp"].reason) == ("refused", "no-power")
    for name in ("dwp", "northtown"):
        entry = next(pair[name].ledger.entries(type=EntryType.PROPOSAL_REFUSED)).entry
        assert (entry.organisation, entry.reasons) == ("dwp", ("no-power",))
    assert keeping.names(pair["dwp"], told.events) == {2: "Ada Ash"}
    assert keeping.names(pair["northtown"], told.events) == {1: "Ada Ash"}
    assert LEAD.name not in keeping.notes_after(pair["northtown"], proposal, 1, 1)[0]


def test_the_risk_that_each_takes_is_told_to_the_other(tmp_path):
    with nodes(tmp_path, permission__risk_appetite='"We share to feed children, and answer for it."') as made:
        proposal = made.propose().id
        made.do("agree", "dwp", proposal)
        assert set(made.agreeing(proposal).appetites) == {"dwp", "northtown"}


def test_a_key_of_a_name_nobody_has_opens_nothing(pair):
    """A signed event is worth what its author's key is: one that was taken out of the directory proves nothing."""
    proposal = pair.propose().id
    note = forged(pair, proposal, AGREED, author="dwp", signer=signer_of("dwp", 7))
    with pytest.raises(ProofFailed):
        carrying.take_in(pair["dwp"], "northtown", proposal, [note], pair.now + timedelta(minutes=1))

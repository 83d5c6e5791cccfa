"""R2.4, R2.5, R2.6: an agreement is made once; others of the class join it by one signature on the same digest."""

import json
from dataclasses import replace

import pytest

from easement.agreement.model import Mode
from easement.base.errors import ProofFailed, Refused, UsageError
from easement.exchange.service import ask
from easement.gate import suspension
from easement.gate.model import Code
from easement.ledger.model import EntryType
from easement.node.home import Node
from easement.permission import joining, offering
from easement.permission.chain import line_of
from easement.permission.join_bodies import ShareTaken
from easement.permission.join_rules import JoinCode, JoinRefused, note_of, opened
from easement.permission.joining import Choice
from tests.exchange.pair import ASKER, wish
from tests.gate.world import COLUMNS, DIRTY, MAPPING, TERMS, write_rows

from .trio import LEAD, nodes

OPEN = TERMS.replace("purpose:\n", "joining:\n  recipient: {class: local-authority}\npurpose:\n", 1)
NAMES = ("dwp", "northtown", "easton")
CHOICE = Choice(contact="dpo@easton.example")


@pytest.fixture
def three(tmp_path):
    """The department and a council in agreement, which the council offers; easton is another council."""
    with nodes(tmp_path, NAMES) as made:
        made.in_force(text=OPEN)
        (made["dwp"].home / "datasets" / "awards.yaml").write_text(MAPPING)
        write_rows(made["dwp"].home / "datasets" / "awards.csv", COLUMNS, DIRTY)
        offering.offer(made["northtown"], "school-meals", LEAD, made.now)
        yield made


def join(three, choice=CHOICE, lead="northtown", ref="school-meals", who="easton"):
    return joining.join(three[who], lead, ref, choice, LEAD, three.later(minutes=1))


def asks(three, share="entitled", **changes):
    return ask(three["easton"], wish(share, **changes), ASKER, three.later(minutes=1))


def test_the_next_body_joins_by_one_act_and_is_answered(three):
    offers = offering.offered(three["easton"], three.now)
    assert [(lead, each.id) for lead, each in offers.offers] == [("northtown", "school-meals")]
    done = join(three)
    assert (done.agreement_id, dict(done.untold)) == ("school-meals", {})
    digests = {three[name].shelf.get("school-meals", three.now.date()).prepared.digest for name in NAMES}
    assert digests == {done.said.digest}
    answered = asks(three)
    assert answered.allowed, answered.decision.unmet
    assert [each["family_name"] for each in answered.records] == ["Ash"]


def test_the_lead_and_the_provider_have_it_in_their_ledgers_and_beside_their_files(three):
    done = join(three)
    for name in NAMES:
        said = [each.entry for each in three[name].ledger.entries(type=EntryType.VERSION_JOINED)]
        assert [(each.organisation, each.agreement) for each in said] == [("easton", done.said.digest)]
        path = three[name].shelf.get("school-meals", three.now.date()).path
        assert "— easton " in path.with_name(path.name + ".signatures").read_text()


def test_local_facts_stand_beside_the_file_and_in_no_digest(three):
    done = join(three, replace(CHOICE, local={"benefits-officer": "welfare team, grade 7"}))
    told = json.loads(done.path.with_name(done.path.name + ".local").read_text())
    assert told == {"contact": "dpo@easton.example", "benefits-officer": "welfare team, grade 7"}
    assert "easton" not in done.path.read_text()


def test_on_whom_it_relies_is_recorded(three):
    done = join(three, replace(CHOICE, relies_on=("DPIA-2026-014 of northtown", "northtown's Caldicott approval")))
    part = three["easton"].ledger.private(done.entry)["reliance"].value()
    assert part["relies_on"] == ["DPIA-2026-014 of northtown", "northtown's Caldicott approval"]
    note = next(note for row, note in joining.joined(three["dwp"], done.said.digest))
    assert opened(note, three["dwp"].member_keys).relies_on == done.said.relies_on


def test_joining_narrower_is_shown_and_enforced_by_the_provider(three):
    taken = {"entitled": ShareTaken(modes=("lookup",), fields=("claim_reference", "award"))}
    join(three, replace(CHOICE, shares=taken))
    answered = asks(three)
    assert set(answered.decision.fields) == {"claim_reference", "award"}
    assert answered.decision.withheld["family_name"] == "it was not taken when the agreement was joined"
    refused = asks(three, "forms", mode=Mode.LOOKUP)
    assert [each.code for each in refused.decision.unmet] == [Code.RECIPIENT_NOT_NAMED, Code.ROLE_NOT_ENTITLED]
    beside = three["dwp"].shelf.get("school-meals", three.now.date()).path
    assert json.loads(beside.with_name(beside.name + ".joins").read_text())["easton"]["shares"].keys() == {"entitled"}


def test_the_provider_enforces_what_was_taken_though_the_joiner_forgets_it(three):
    join(three, replace(CHOICE, shares={"entitled": ShareTaken(fields=("award",))}))
    own = three["easton"].shelf.get("school-meals", three.now.date()).path
    own.with_name(own.name + ".joins").unlink()
    answered = asks(three)
    assert set(answered.decision.fields) == {"award"}
    assert [set(each) for each in answered.records] == [{"award"}]


@pytest.mark.parametrize(
    ("choice", "said"),
    [
        ({"shares": {"no-such-share": ShareTaken()}}, "the share `no-such-share`"),
        ({"shares": {"limited": ShareTaken(modes=("match",))}}, "`limited` by `match`"),
        ({"shares": {"limited": ShareTaken(fields=("postcode",))}}, "the field `postcode` of `limited`"),
        ({"shares": {"alike": ShareTaken(fields=("award",))}}, "small groups are hidden in it as a whole"),
        ({"roles": ("minister",)}, "the role `minister`"),
    ],
    ids=["share", "mode", "field", "part of a table", "role"],
)
def test_joining_wider_is_impossible_at_every_door(three, choice, said):
    with pytest.raises(JoinRefused, match="more than the terms give") as refused:
        join(three, replace(CHOICE, **choice))
    assert said in refused.value.what
    assert refused.value.reasons[0].code is JoinCode.WIDER
    taking = replace(CHOICE, **choice)
    forged = join_said(three, shares=taking.shares or {}, roles=taking.roles)
    for name in ("northtown", "dwp"):
        with pytest.raises(JoinRefused) as again:
            joining.keep_join(three[name], note_of(forged, three["easton"].organisation_key), three.now)
        assert again.value.reasons[0].code is JoinCode.WIDER


def join_said(three, **changes):
    """What easton would sign, but for what a test changes."""
    source = three["northtown"].shelf.get("school-meals", three.now.date()).file.document.text
    facts = {
        "digest": offering.offered_here(three["northtown"], three.now)[0].digest,
        "organisation": "easton",
        "parts": ("recipient",),
        "body_class": "local-authority",
        "contact": "dpo@easton.example",
        "shares": {},
        "roles": (),
        "relies_on": (),
        "at": "2026-11-22T09:00:00Z",
        "line": line_of(source, three["easton"].organisation_key),
    }
    return joining.JoinSaid(**facts | changes)


def taken(three, said, signer="easton", at="northtown"):
    note = note_of(said, three[signer].organisation_key)
    return joining.keep_join(three[at], note, three.now)


def test_a_joiner_of_the_wrong_class_is_told_who_may(three):
    """The department is no council, whatever it says of itself."""
    line = line_of(OPEN, three["dwp"].organisation_key)
    with pytest.raises(JoinRefused) as refused:
        taken(three, join_said(three, organisation="easton", body_class="police"))
    assert (refused.value.reasons[0].code, "the directory says" in refused.value.what) == (JoinCode.CLASS, True)
    assert line
    three["easton"].__dict__.pop("_kept_keys", None)
    with pytest.raises(JoinRefused) as refused:
        taken(three, join_said(three, parts=("provider",)))
    assert "may not join as provider" in refused.value.what


def test_a_signature_of_other_terms_or_by_another_key_joins_nothing(three):
    other = line_of(OPEN.replace("retain: P1Y", "retain: P2Y"), three["easton"].organisation_key)
    with pytest.raises(JoinRefused) as refused:
        taken(three, join_said(three, line=other))
    assert refused.value.reasons[0].code is JoinCode.SIGNATURE
    with pytest.raises(ProofFailed):
        taken(three, join_said(three), signer="dwp")
    assert not list(three["northtown"].ledger.entries(type=EntryType.VERSION_JOINED))


def test_a_join_while_the_terms_change_is_refused_with_why(three):
    proposal = three.at("northtown", "school-meals").id
    digest = three.at("northtown", proposal).agreed.digest
    text = OPEN.replace("version: 1.0.0\n", f"version: 1.1.0\nsupersedes: {digest}\n").replace("P1Y", "P6M")
    three.do("vary", "northtown", proposal, text=text, words="half a year will do")
    three.do("submit", "northtown", proposal)
    three.approved(proposal)
    with pytest.raises(JoinRefused, match="the next version of these terms is being signed"):
        join(three)
    for name in ("northtown", "dwp"):
        three.do("sign", name, proposal)
    assert offering.offered_here(three["northtown"], three.now) == ()
    with pytest.raises(JoinRefused, match="this is not offered here any more"):
        join(three, ref=digest)
    forged = join_said_of(three, digest)
    with pytest.raises(JoinRefused, match=r"version 1\.1\.0 has taken the place of these terms"):
        taken(three, forged)
    offering.offer(three["northtown"], "school-meals", LEAD, three.now)
    assert join(three).version == "1.1.0"


def join_said_of(three, digest):
    line = line_of(OPEN, three["easton"].organisation_key)
    return joining.JoinSaid(
        digest=digest, organisation="easton", parts=("recipient",), body_class="local-authority", contact="",
        shares={}, roles=(), relies_on=(), at="2026-11-22T09:00:00Z", line=line,
    )  # fmt: skip


def test_joining_twice_is_joining_once(three):
    first, second = join(three), join(three)
    assert first.said.digest == second.said.digest
    note = (three["dwp"].home / "agreements" / "school-meals.yaml.signatures").read_text()
    assert note.count("— easton ") == 1


def test_a_provider_that_is_down_hears_of_it_later(three):
    three.down("dwp")
    done = join(three)
    assert list(done.untold) == ["dwp"]
    three.up("dwp")
    assert not three["dwp"].shelf.get("school-meals", three.now.date()).signatures.joined
    assert joining.tell_joins(three["easton"], three.later(minutes=1)) == 1
    assert three["dwp"].shelf.get("school-meals", three.now.date()).signatures.joined == {"easton"}


def test_files_that_a_kill_kept_away_are_written_later(three):
    done = join(three)
    beside = three["dwp"].home / "agreements" / "school-meals.yaml"
    for name in (".joins", ".signatures"):
        beside.with_name(beside.name + name).unlink()
    proposal = three.at("dwp", "school-meals")
    service_land(three, proposal)
    assert joining.land_joins(three["dwp"], three.now) == 1
    assert asks(three).allowed
    assert done.entry


def service_land(three, proposal):
    from easement.permission.landing import land

    land(three["dwp"], proposal)


def test_what_is_not_in_force_or_lets_nobody_join_is_not_offered(tmp_path):
    with nodes(tmp_path) as pair:
        pair.in_force()
        with pytest.raises(UsageError, match="lets nobody join"):
            offering.offer(pair["northtown"], "school-meals", LEAD, pair.now)


def test_somebody_without_authority_joins_and_offers_nothing(three):
    from .trio import CASEWORKER

    with pytest.raises(Refused, match="as caseworker you cannot sign"):
        joining.join(three["easton"], "northtown", "school-meals", CHOICE, CASEWORKER, three.now)


COMMON = (
    TERMS.replace(
        "purpose:\n",
        "joining:\n  recipient: {class: local-authority}\n  provider: {class: local-authority}\npurpose:\n",
        1,
    )
    .replace("work-and-pensions-department", "local-authority")
    .replace("dwp", "westham")
    .replace("engaged: true, met_by: edu_2005_s110", "engaged: true, met_by: consent")
    .replace("edu_2005_s110", "localism_2011_s1")
    .replace("code: benefit-eligibility", "code: housing-support")
    .replace("id: school-meals", "id: homes-together")
)
"""Common terms of a cluster's councils for one of its tasks: each may join as one who receives, who gives, or both."""


@pytest.fixture
def four(tmp_path):
    """Four councils: two agree on common terms, two may join them on either side."""
    with nodes(tmp_path, ("westham", "northtown", "easton", "southton")) as made:
        proposal = made.propose(title="Homes together", parties={"westham": "provider"}, text=COMMON).id
        made.do("agree", "westham", proposal)
        made.do("submit", "northtown", proposal)
        made.approved(proposal, "northtown", "westham")
        for party in ("westham", "northtown"):
            made.do("sign", party, proposal)
        offering.offer(made["northtown"], "homes-together", LEAD, made.now)
        home = made["southton"].home / "datasets"
        (home / "awards.yaml").write_text(MAPPING.replace("organisation: dwp", "organisation: southton"))
        write_rows(home / "awards.csv", COLUMNS, DIRTY)
        yield made


def joins_common(four, who, *parts):
    return join(four, Choice(contact=f"dpo@{who}.example", parts=parts), ref="homes-together", who=who)


def asks_common(four, **changes):
    usual = {"agreement": "homes-together", "purpose": "housing-support", "provider": "southton"}
    return ask(four["easton"], wish("entitled", **usual | changes), ASKER, four.later(minutes=1))


def test_common_terms_are_joined_on_both_sides(four):
    """R2.6: members of a cluster give and receive for its task under terms that were agreed once."""
    joins_common(four, "southton", "provider")
    joins_common(four, "easton", "recipient")
    answered = asks_common(four)
    assert answered.allowed, answered.decision.unmet
    assert [each["family_name"] for each in answered.records] == ["Ash"]
    for name in ("southton", "easton"):
        last = four[name].ledger.entry(four[name].ledger.size - 1).entry
        assert (last.parties, last.agreement_id) == (
            {"provider": "southton", "recipient": "easton"}, "homes-together",
        )  # fmt: skip
        assert last.basis in ({"provider": "art6_1_e", "recipient": "art6_1_e"}, None)


def test_under_common_terms_only_the_listed_task_is_pre_approved(four):
    joins_common(four, "southton", "provider")
    joins_common(four, "easton", "recipient")
    refused = asks_common(four, purpose="immigration-enforcement")
    assert Code.PURPOSE_NEVER_FOR in [each.code for each in refused.decision.unmet]


def test_who_joined_to_receive_alone_is_not_asked_to_give(four):
    joins_common(four, "southton")
    joins_common(four, "easton", "recipient")
    with pytest.raises(UsageError, match="is given by `westham`, not by `southton`"):
        asks_common(four)


def test_who_joined_to_give_alone_receives_nothing(four):
    joins_common(four, "southton", "provider")
    joins_common(four, "easton", "provider")
    refused = asks_common(four)
    assert [each.code for each in refused.decision.unmet] == [Code.RECIPIENT_NOT_NAMED, Code.ROLE_NOT_ENTITLED]


def test_who_joined_first_learns_of_a_provider_that_joins_later(four):
    joins_common(four, "easton", "recipient")
    with pytest.raises(UsageError):
        asks_common(four)
    joins_common(four, "southton", "provider")
    assert asks_common(four).allowed


def test_who_was_down_meanwhile_asks_the_lead_who_else_joined(four):
    joins_common(four, "easton", "recipient")
    four.down("easton")
    done = joins_common(four, "southton", "provider")
    assert list(done.untold) == ["easton"]
    four.up("easton")
    assert joining.refresh(four["easton"], four.now) == 1
    assert joining.refresh(four["easton"], four.now) == 0
    assert asks_common(four).allowed


def test_a_kill_between_two_files_makes_nobody_take_more_than_they_signed(three, monkeypatch):
    """Who signed and is not in the file of what is taken takes everything; so that file stands first."""
    real = joining.write_whole

    def killed(path, text):
        if path.suffix == ".joins" and path.is_relative_to(three["dwp"].home):
            raise OSError("killed")
        real(path, text)

    monkeypatch.setattr(joining, "write_whole", killed)
    join(three, replace(CHOICE, shares={"entitled": ShareTaken(fields=("award",))}))
    assert next(each.code for each in asks(three, "forms").decision.unmet) is Code.RECIPIENT_NOT_NAMED
    monkeypatch.undo()
    joining.land_joins(three["dwp"], three.now)
    assert set(asks(three).decision.fields) == {"award"}


def test_one_whose_key_was_revoked_keeps_nobody_else_from_joining(four, monkeypatch):
    joins_common(four, "southton", "provider")
    real = Node.member_keys
    without = property(lambda node: {name: keys for name, keys in real.fget(node).items() if name != "southton"})
    monkeypatch.setattr(Node, "member_keys", without)
    done = joins_common(four, "easton", "recipient")
    assert dict(done.untold) == {}
    shelved = four["westham"].shelf.get("homes-together", four.now.date())
    assert shelved.signatures.joined == {"easton"}


def test_a_lead_cannot_add_who_joined_without_what_they_take(four, monkeypatch):
    """A signature under the terms alone would take everything that they give."""
    joins_common(four, "southton", "provider")
    real = joining._fetched
    monkeypatch.setattr(joining, "_fetched", lambda *asked: real(*asked).model_copy(update={"joins": ()}))
    joins_common(four, "easton", "recipient")
    monkeypatch.undo()
    shelved = four["easton"].shelf.get("homes-together", four.now.date())
    assert shelved.signatures.joined == {"easton"}


def test_what_the_parties_suspend_or_end_stops_at_who_joined_too(four):
    """A provider that joined would else go on to give what nobody agrees any more."""
    joins_common(four, "southton", "provider")
    proposal = four.at("northtown", "homes-together").id
    offering.unoffer(four["northtown"], "homes-together", LEAD, four.now)

    def state() -> str:
        joining.refresh(four["southton"], four.later(minutes=1))
        return four["southton"].shelf.get("homes-together", four.now.date()).standing(four.now.date()).state.value

    assert state() == "in-force"
    four.do("suspend", "northtown", proposal, words="a breach")
    assert state() == state() == "suspended"
    four.do("resume", "northtown", proposal, words="mended")
    assert state() == "in-force"
    four.do("end", "northtown", proposal, words="over")
    assert state() == "suspended"


def test_what_a_lead_stops_by_hand_stops_nobody_else(four):
    joins_common(four, "southton", "provider")
    suspension.suspend(four["northtown"], "homes-together", "we look into it", now=four.now)
    joining.refresh(four["southton"], four.now)
    assert four["southton"].shelf.get("homes-together", four.now.date()).suspended is None

"""R4.4 by the API: queues of pairs in doubt, one at a time, and what a reviewer's program says of it."""

from collections.abc import Sequence
from typing import Any

import pytest

from easement.base.database import writing
from easement.ledger.model import Entry, EntryType, PrivateRecord, answer_part, minute
from easement.linkage.quality import by_decisions
from easement.linkage.quality_tally import Tally
from easement.linkage.quality_told import told_of
from easement.linkage.review import DoubtfulPair, Kind, LegMet, MatchMade, Scope, WayMet, keep_doubtful, review_key
from easement.linkage.review_desk import Reviewer, Wanted, settle
from easement.linkage.review_log import decided
from easement.linkage.review_turns import Verdict
from easement.linkage.store import save
from easement.staff.permissions import Permission
from tests.gate.world import NOW
from tests.linkage.people import untrained

from .conftest import Program, program
from .test_app import is_problem

SCOPE = Scope("school-meals", "entitled", "westtown")
OTHER = SCOPE._replace(recipient="easttown")
PLACE = f"/api/v1/matches/{SCOPE.queue}"
TALLY = Tally({"all keys": (50, None)}, {"no given name": (3, None)})
ANSWER: dict[str, Any] = {"query": "a" * 64, "data": "b" * 64, "rows": 50}
REVIEW, LEAD = Permission.LINKAGE_PAIR_REVIEW, Permission.LINKAGE_PAIR_LEAD


def hold(
    node,
    now,
    *listed: str,
    scope: Scope = SCOPE,
    kind: Kind = Kind.DOUBT,
    pairs: Sequence[DoubtfulPair] = (),
    **named: Any,
) -> int:
    parties = {"provider": node.organisation, "recipient": scope.recipient}
    said = Entry(
        time=minute(now), type=EntryType.DISCLOSURE_INTENDED, parties=parties, agreement="a" * 64,
        agreement_id=scope.agreement_id, version="1.0.0", share=scope.share, purpose="care", mode="match",
    )  # fmt: skip
    intent = node.ledger.append(said)
    pairs = [
        *pairs,
        *(DoubtfulPair(each, f"C{each}", "no given name", fields={"given": ("", "ada")}, kind=kind) for each in listed),
    ]
    with writing(node.ledger.engine) as connection:
        keep_doubtful(connection, review_key(node.master_key), scope, MatchMade(pairs, **named), intent=intent, now=now)
    return intent


def release(node, now, intent: int) -> int:
    """The entry of a disclosure by a match, which told its recipient that nobody decided yet."""
    parties = {"provider": node.organisation, "recipient": SCOPE.recipient}
    said = Entry(
        time=minute(now), type=EntryType.DISCLOSURE_RELEASED, parties=parties, agreement="a" * 64,
        agreement_id=SCOPE.agreement_id, version="1.0.0", share=SCOPE.share, purpose="care", mode="match", count=50,
        fields={"family_name": "plain"}, intent=intent,
    )  # fmt: skip
    told = told_of(by_decisions(TALLY.strata({}))).as_dict()
    return node.ledger.append(said, PrivateRecord({"answer": answer_part(**ANSWER, linkage=told)}))


@pytest.fixture
def first(client, node) -> Program:
    return Program(client, program(node, REVIEW, agreements=("school-meals",)))


@pytest.fixture
def second(client, node) -> Program:
    return Program(client, program(node, REVIEW, agreements=("school-meals",)))


def say(who: Program, verdict: str, shown: dict[str, object], **more: object):
    wanted = {"verdict": verdict, "why": "asked", "seen": shown["seen"], **more}
    return who.post(f"{PLACE}/pairs/{shown['id']}", json=wanted)


def test_a_program_decides_where_one_must_look_and_takes_it_back(client, node, first, second):
    hold(node, NOW, "P1")
    [queue] = [each for each in first.get("/api/v1/matches").json()["items"] if each["queue"] == SCOPE.queue]
    assert (queue["open"], queue["reviewers"]) == (1, 1)
    shown = first.get(f"{PLACE}/next").json()
    assert (shown["fields"], shown["turn"]) == ([{"name": "given", "listed": "", "held": "ada"}], "first")
    told = say(first, "same", shown).json()
    assert node.ledger.entry(told["entry"]).entry.type is EntryType.MATCH_SETTLED
    assert [each.same for each in decided(node.ledger, SCOPE)] == [True]
    is_problem(second.post(f"{PLACE}/undo"), 409)
    assert first.post(f"{PLACE}/undo").json()["decision"] is None
    assert decided(node.ledger, SCOPE) == ()
    say(first, "same", first.get(f"{PLACE}/next").json())


def test_a_program_stands_for_neither_of_two_people(client, node, first):
    """Nor for who leads them: whoever has a key and an account would be two reviewers at once."""
    scope = SCOPE._replace(recipient="northport")
    place = f"/api/v1/matches/{scope.queue}"
    hold(node, NOW, "P2", scope=scope, reviewers=2)
    lead = Program(client, program(node, LEAD))
    ann, bo = (Reviewer(f"staff:{name}", name) for name in ("ann", "bo"))
    for opinions, verdict in ((0, Verdict.SAME), (1, Verdict.DIFFERENT), (2, None)):
        [shown] = lead.get(f"{place}/pairs").json()["items"]
        assert (shown["turn"], shown["decision"]) == ("people", None)
        for who in (first, lead):
            is_problem(who.get(f"{place}/next"), 404)
            wanted = {"verdict": "same", "seen": shown["seen"]}
            answer = who.post(f"{place}/pairs/{shown['id']}", json=wanted)
            is_problem(answer, 403)
            assert "a program stands for neither" in answer.text
        if verdict:
            settle(node, [Wanted(shown["id"], verdict)], (ann, bo)[opinions], now=NOW)
    assert decided(node.ledger, scope) == ()


def test_a_pair_is_explained_with_what_a_third_register_ties(client, node, first):
    model = untrained()
    save(node.home, model)
    step = LegMet(model.digest, 0.9, {"gamma_birth": 6})
    tied = DoubtfulPair("PT", "CT", "by a register", ways=(WayMet("index", "N1", step, step),), tied=True)
    hold(node, NOW, "PX", pairs=[tied], model=model.digest)
    pairs = {each["list_reference"]: each["id"] for each in first.get(f"{PLACE}/pairs?limit=100").json()["items"]}
    why = first.get(f"{PLACE}/pairs/{pairs['PT']}/why").json()["why"]
    assert (why["tied"], why["by_ways"]) == (True, pytest.approx(0.81))
    [way] = why["ways"]
    assert (way["through"], way["record"], way["held"]["model"]) == ("index", "N1", "usual/1")
    assert first.get(f"{PLACE}/pairs/{pairs['PX']}/why").json()["why"] is None
    is_problem(first.get(f"{PLACE}/pairs/{'0' * 16}/why"), 404)


def test_a_stale_word_and_a_pair_of_another_queue_are_refused(client, node, first, second):
    hold(node, NOW, "P2", "P3")
    shown = first.get(f"{PLACE}/pairs").json()["items"][-1]
    assert say(second, "same", shown).status_code == 200
    is_problem(say(first, "different", shown), 409)
    is_problem(say(first, "same", shown, seen="0" * 64), 409)
    is_problem(first.post(f"/api/v1/matches/{'0' * 12}/pairs/{shown['id']}", json={"verdict": "same"}), 422)
    is_problem(first.get(f"/api/v1/matches/{'0' * 12}/next"), 404)


def test_who_holds_no_role_under_the_agreement_sees_nothing_of_it(client, node):
    hold(node, NOW, "P4")
    stranger = Program(client, program(node, REVIEW))
    assert stranger.get("/api/v1/matches").json()["items"] == []
    for path in ("pairs", "next"):
        is_problem(stranger.get(f"{PLACE}/{path}"), 404)
    is_problem(stranger.post(f"{PLACE}/undo"), 404)


def test_the_list_of_pairs_comes_page_by_page(node, first):
    hold(node, NOW, "P5", "P6", "P7")
    page = first.get(f"{PLACE}/pairs?limit=2").json()
    assert len(page["items"]) == 2
    rest = first.get(f"{PLACE}/pairs?limit=100&cursor={page['next']}").json()
    assert rest["next"] is None
    assert not {each["id"] for each in page["items"]} & {each["id"] for each in rest["items"]}


def test_how_good_the_links_of_a_disclosure_are_is_told_to_who_may_see_it(client, node):
    """R4.4: what its recipient was told, and what people decided since."""
    entry = release(node, NOW, hold(node, NOW, "P8", tally=TALLY.as_dict()))
    place = f"/api/v1/disclosures/{entry}/quality"
    reader = Program(client, program(node, Permission.DISCLOSURE_RECORD_READ, agreements=("school-meals",)))
    answer = reader.get(place)
    told, now = answer.json()["told"], answer.json()["now"]
    assert (told["method"], told["reviewed"]["precision"]["decisions"]) == ("rules", 0)
    assert (now["links"], now["held"], now["precision"]["estimate"]) == (50, 3, None)
    assert reader.get(place, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304
    first = Program(client, program(node, REVIEW, agreements=("school-meals",)))
    pairs = first.get(f"{PLACE}/pairs").json()["items"]
    say(first, "same", next(each for each in pairs if each["list_reference"] == "P8"))
    changed = reader.get(place)
    assert changed.json()["now"]["recall"]["decisions"] == now["recall"]["decisions"] + 1
    assert changed.headers["ETag"] != answer.headers["ETag"]
    is_problem(first.get(place), 403)
    other = Program(client, program(node, Permission.DISCLOSURE_RECORD_READ, agreements=("another",)))
    is_problem(other.get(place), 404)


def test_a_disclosure_that_is_of_no_match_has_no_quality(auditor):
    is_problem(auditor.get("/api/v1/disclosures/2/quality"), 404)


def test_a_program_cannot_tell_a_link_of_a_sample_from_a_doubt(client, node):
    hold(node, NOW, "P9", scope=OTHER, kind=Kind.SAMPLE)
    lead = Program(client, program(node, LEAD))
    [shown] = lead.get(f"/api/v1/matches/{OTHER.queue}/pairs").json()["items"]
    assert (shown["kind"], shown["rule"]) == (None, "")
    place = f"/api/v1/matches/{OTHER.queue}/pairs/{shown['id']}"
    lead.post(place, json={"verdict": "different", "why": "two people", "seen": shown["seen"]})
    [decided_] = lead.get(f"/api/v1/matches/{OTHER.queue}/pairs").json()["items"]
    assert (decided_["kind"], decided_["rule"], decided_["decision"]) == ("sample", "no given name", "different")

"""R4.4 by the API: queues of pairs in doubt, one at a time, and what a reviewer's program says of it."""

import pytest

from easement.base.database import writing
from easement.ledger.model import Entry, EntryType, minute
from easement.linkage.review import DoubtfulPair, MatchMade, Scope, keep_doubtful, review_key
from easement.linkage.review_log import decided
from easement.staff.permissions import Permission
from tests.gate.world import NOW

from .conftest import Program, program
from .test_app import is_problem

SCOPE = Scope("school-meals", "entitled", "westtown")
PLACE = f"/api/v1/matches/{SCOPE.queue}"
REVIEW, LEAD = Permission.LINKAGE_PAIR_REVIEW, Permission.LINKAGE_PAIR_LEAD


def hold(node, now, *listed: str, reviewers: int = 1) -> None:
    parties = {"provider": node.organisation, "recipient": SCOPE.recipient}
    said = Entry(
        time=minute(now), type=EntryType.DISCLOSURE_INTENDED, parties=parties, agreement="a" * 64,
        agreement_id=SCOPE.agreement_id, version="1.0.0", share=SCOPE.share, purpose="care", mode="match",
    )  # fmt: skip
    intent = node.ledger.append(said)
    pairs = [DoubtfulPair(each, f"C{each}", "no given name", fields={"given": ("", "ada")}) for each in listed]
    with writing(node.ledger.engine) as connection:
        made = MatchMade(pairs, reviewers=reviewers)
        keep_doubtful(connection, review_key(node.master_key), SCOPE, made, intent=intent, now=now)


@pytest.fixture
def first(client, node) -> Program:
    return Program(client, program(node, REVIEW, agreements=("school-meals",)))


@pytest.fixture
def second(client, node) -> Program:
    return Program(client, program(node, REVIEW, agreements=("school-meals",)))


def say(who: Program, verdict: str, shown: dict[str, object], **more: object):
    wanted = {"verdict": verdict, "why": "asked", "seen": shown["seen"], **more}
    return who.post(f"{PLACE}/pairs/{shown['id']}", json=wanted)


def test_two_programs_look_one_after_the_other_and_a_lead_decides(client, node, first, second):
    hold(node, NOW, "P1", reviewers=2)
    [queue] = [each for each in first.get("/api/v1/matches").json()["items"] if each["queue"] == SCOPE.queue]
    assert (queue["open"], queue["reviewers"]) == (1, 2)
    shown = first.get(f"{PLACE}/next").json()
    assert (shown["fields"], shown["turn"]) == ([{"name": "given", "listed": "", "held": "ada"}], "first")
    assert say(first, "same", shown).json()["waiting"] is True
    is_problem(first.get(f"{PLACE}/next"), 404)
    unseen = second.get(f"{PLACE}/next").json()
    assert unseen == shown | {"turn": "second"}
    assert say(second, "different", unseen).json()["decision"] is None
    third = Program(client, program(node, REVIEW, agreements=("school-meals",)))
    is_problem(say(third, "same", shown), 403)
    lead = Program(client, program(node, LEAD))
    told = say(lead, "same", lead.get(f"{PLACE}/next").json()).json()
    assert node.ledger.entry(told["entry"]).entry.type is EntryType.MATCH_SETTLED
    assert [each.same for each in decided(node.ledger, SCOPE)] == [True]
    assert lead.post(f"{PLACE}/undo").json()["decision"] is None
    assert decided(node.ledger, SCOPE) == ()
    is_problem(lead.post(f"{PLACE}/undo"), 409)


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

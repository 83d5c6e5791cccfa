"""Who stops sharing is not made to wait, and nobody opens again what another party stopped."""

import pytest

from easement.base.errors import Refused, UsageError
from easement.gate import suspension
from easement.permission import by_hand, carrying
from easement.permission.carrying import Away

from .trio import CASEWORKER, LEAD, nodes


@pytest.fixture
def pair(tmp_path):
    """The department and a council in agreement; the council's node keeps the proposal."""
    with nodes(tmp_path) as made:
        made.id = made.in_force()
        yield made


def state(pair, name: str = "dwp") -> str:
    shelved = pair[name].shelf.get("school-meals", pair.now.date())
    return shelved.standing(pair.now.date()).state.value


def why(pair, name: str = "dwp") -> str:
    return pair[name].shelf.get("school-meals", pair.now.date()).suspended or ""


@pytest.mark.parametrize("what", ["suspend", "end"])
def test_who_stops_it_has_stopped_though_the_proposals_home_is_away(pair, what):
    pair.down("northtown")
    with pytest.raises(Away, match="at this node nothing crosses under it any more"):
        pair.do(what, "dwp", pair.id, words="a breach")
    assert (state(pair), why(pair)) == ("suspended", "dwp: a breach")
    pair.up("northtown")
    pair.do(what, "dwp", pair.id, words="a breach, still")
    assert state(pair, "northtown") == "suspended"
    if what == "suspend":
        pair.do("resume", "dwp", pair.id, words="mended")
        assert state(pair) == state(pair, "northtown") == "in-force"


def test_a_home_that_says_no_stops_nobody_from_stopping(pair, monkeypatch):
    def refused(*_):
        raise Refused("no")

    monkeypatch.setattr(carrying, "bring", refused)
    with pytest.raises(Refused, match=r"^no; at this node nothing crosses"):
        pair.do("suspend", "dwp", pair.id, words="a breach")
    assert state(pair) == "suspended"


def test_who_may_not_stop_it_stops_nothing(pair):
    pair.down("northtown")
    with pytest.raises(Refused, match="as caseworker you cannot suspend"):
        pair.do("suspend", "dwp", pair.id, words="ha", actor=CASEWORKER)
    assert state(pair) == "in-force"


def test_no_hand_opens_what_a_party_suspended(pair):
    pair.do("suspend", "northtown", pair.id, words="a breach")
    with pytest.raises(UsageError, match="is suspended by a party: northtown: a breach"):
        by_hand.resume(pair["dwp"], "school-meals", now=pair.now)
    assert state(pair) == "suspended"


def test_who_opens_what_was_stopped_by_hand_leaves_what_a_party_stopped_meanwhile(pair):
    suspension.suspend(pair["dwp"], "school-meals", "we look into it", now=pair.now)
    pair.do("suspend", "northtown", pair.id, words="a breach")
    assert why(pair) == "we look into it"
    by_hand.resume(pair["dwp"], "school-meals", now=pair.now)
    assert (state(pair), why(pair)) == ("suspended", "northtown: a breach")
    pair.do("resume", "northtown", pair.id, words="mended")
    assert state(pair) == "in-force"


def test_a_party_opens_nothing_that_was_stopped_here_by_hand_whatever_the_reason_says(pair):
    suspension.suspend(pair["dwp"], "school-meals", "northtown: they told us of a breach", now=pair.now)
    pair.do("suspend", "northtown", pair.id, words="a breach")
    pair.do("resume", "northtown", pair.id, words="mended")
    assert why(pair) == "northtown: they told us of a breach"
    by_hand.resume(pair["dwp"], "school-meals", now=pair.now)
    assert state(pair) == "in-force"


def test_what_is_not_suspended_or_has_ended_is_not_opened(pair):
    with pytest.raises(UsageError, match="is not suspended"):
        by_hand.resume(pair["dwp"], "school-meals", now=pair.now)
    pair.do("end", "northtown", pair.id, actor=LEAD, words="over")
    with pytest.raises(UsageError, match="was ended for good"):
        by_hand.resume(pair["dwp"], "school-meals", now=pair.now)

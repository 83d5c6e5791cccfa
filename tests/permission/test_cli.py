"""The commands: what a caseworker reads, and what a program gets."""

import json
from datetime import UTC, datetime

import pytest
from click.testing import CliRunner

from easement.base.errors import EasementError, Refused, UsageError
from easement.cli.root import easement
from tests.exchange.pair import Clock
from tests.gate.world import TERMS

from .trio import nodes


@pytest.fixture
def pair(tmp_path, monkeypatch):
    """Two nodes whose clock stands still, for the commands too."""
    monkeypatch.setenv("COLUMNS", "200")
    with nodes(tmp_path) as made:
        clock: Clock = made.clock
        monkeypatch.setattr("easement.permission.cli.now_utc", clock)
        yield made


def run(pair, node: str, *words: str) -> str:
    """A command at a node; its words to a person. Raises what it raises."""
    done = CliRunner().invoke(easement, ["proposal", *words, "--node", str(pair[node].home)])
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.stdout


def made(pair, tmp_path) -> str:
    """A proposal with a text, made by command; the beginning of its id."""
    (tmp_path / "draft.yaml").write_text(TERMS)
    told = run(
        pair,
        "northtown",
        *("new", "--title", "School meals", "--with", "dwp=provider", "--why", "children go without"),
        *("--harm", "one in ten goes hungry", "--file", str(tmp_path / "draft.yaml"), "--by", "Ada Ash", "--json"),
    )
    return json.loads(told)["id"][:8]


def test_the_whole_way_by_commands(pair, tmp_path):
    ref = made(pair, tmp_path)
    assert "waiting for an answer" in run(pair, "dwp", "list")
    assert "you" in run(pair, "dwp", "list", "--waiting")
    run(pair, "dwp", "agree", ref, "--by", "Cy Cole")
    run(pair, "northtown", "submit", ref)
    for node, role in (("northtown", "governance-lead"), ("northtown", "senior-risk-owner")):
        run(pair, node, "approve", ref, "--by", "Ada Ash", "--role", role)
    told = run(pair, "dwp", "show", ref)
    assert "it waits for dwp" in told
    assert "dwp has yet to approve as governance-lead and senior-risk-owner" in told
    assert f"as senior-risk-owner: easement proposal approve {ref} --role senior-risk-owner --by NAME" in told
    assert "northtown approved as governance-lead and senior-risk-owner" in told
    assert "dwp has yet to approve" in run(pair, "northtown", "show", ref)
    run(pair, "dwp", "approve", ref, "--by", "Cy Cole", "--role", "governance-lead")
    turns = json.loads(run(pair, "dwp", "show", ref, "--json"))["your_turn"]
    assert [each["roles"] for each in turns] == [["senior-risk-owner"]]
    run(pair, "dwp", "approve", ref, "--by", "Cy Cole", "--role", "senior-risk-owner")
    told = run(pair, "dwp", "show", ref)
    assert f"Your turn, as governance-lead or senior-risk-owner: easement proposal sign {ref} --by NAME" in told
    run(pair, "dwp", "sign", ref, "--by", "Cy Cole")
    assert "Your turn" not in run(pair, "dwp", "show", ref)
    told = run(pair, "northtown", "sign", ref, "--by", "Ada Ash")
    assert "School meals" in told
    assert "is in force since 21 November 2026" in told
    assert "You can: " in told
    assert json.loads(run(pair, "dwp", "list", "--json"))[0]["state"] == "in-force"


def test_bank_holidays_put_off_the_day_and_both_sides_count_the_same(pair, tmp_path):
    pair.clock.now = datetime(2026, 12, 21, 12, tzinfo=UTC)
    ref = made(pair, tmp_path)
    for node in ("northtown", "dwp"):
        told = run(pair, node, "show", ref)
        assert "an answer is due by 14 January 2027 (UTC), 15 working days after it" in told
        assert "not counted: 25 December 2026, 28 December 2026 and 1 January 2027" in told


def test_each_side_sees_its_own_names_and_of_the_other_only_the_role(pair, tmp_path):
    ref = made(pair, tmp_path)
    run(pair, "dwp", "refuse", ref, "--reason", "no-power", "--words", "not within section 110", "--by", "Cy Cole")
    here, there = run(pair, "dwp", "show", ref), run(pair, "northtown", "show", ref)
    assert "dwp (Cy Cole) refused: No legal power or gateway lets us share this for this purpose. not within" in here
    assert "dwp (governance lead) refused: No legal power" in there
    assert "Cy Cole" not in there
    assert "northtown (Ada Ash) proposed to share" in there


def test_a_caseworker_decides_nothing_for_the_organisation(pair, tmp_path):
    ref = made(pair, tmp_path)
    with pytest.raises(Refused, match="as caseworker you cannot agree for your organisation"):
        run(pair, "dwp", "agree", ref, "--role", "caseworker", "--by", "Cy Cole")
    with pytest.raises(UsageError, match="there is no role `king`"):
        run(pair, "dwp", "agree", ref, "--role", "king", "--by", "Cy Cole")


def test_a_decision_needs_a_name(pair, tmp_path):
    ref = made(pair, tmp_path)
    with pytest.raises(UsageError, match="gives their name") as told:
        run(pair, "dwp", "refuse", ref, "--reason", "no-power", "--words", "no")
    assert told.value.remedy == "say who decides: --by NAME"


def test_a_reason_that_is_not_on_the_list_is_none(pair, tmp_path):
    ref = made(pair, tmp_path)
    with pytest.raises(UsageError, match="`reason` cannot be taken"):
        run(pair, "dwp", "refuse", ref, "--reason", "we-would-rather-not", "--words", "no", "--by", "Cy Cole")
    assert "no-power" in CliRunner().invoke(easement, ["proposal", "reasons"]).stdout


def test_the_text_is_fetched_changed_and_put_back(pair, tmp_path):
    ref = made(pair, tmp_path)
    run(pair, "dwp", "agree", ref, "--by", "Cy Cole")
    out = tmp_path / "work.yaml"
    run(pair, "dwp", "text", ref, "--out", str(out))
    before = json.loads(run(pair, "dwp", "text", ref, "--json"))["digest"]
    out.write_text(out.read_text().replace("retain: P1Y", "retain: P6M"))
    run(pair, "dwp", "draft", ref, str(out), "--words", "half a year will do")
    told = run(pair, "northtown", "changes", ref, "--since", before[:12])
    assert "1 change narrows it" in told
    assert "duties.retain (narrower)" in told
    assert "dwp (governance lead) changed the text: half a year will do" in run(pair, "northtown", "show", ref)


def test_an_unknown_proposal_is_told_with_the_near_ones(pair, tmp_path):
    made(pair, tmp_path)
    with pytest.raises(EasementError, match="no proposal `school-meal` is known here") as told:
        run(pair, "northtown", "show", "school-meal")
    assert "school-meals" in told.value.remedy


def test_nothing_is_said_plainly(pair):
    assert run(pair, "dwp", "list") == "There are no proposals.\n"
    assert run(pair, "dwp", "list", "--waiting") == "Nothing waits for you.\n"
    assert "0 proposals went on" in run(pair, "dwp", "fetch")

"""What a decision was written as is remembered, and only for what says the same."""

import json
from dataclasses import replace

from easement.agreement.model import Mode
from easement.gate import told as module
from easement.gate.answers import answer_body, envelope
from easement.gate.model import Code, Decision, Reason
from easement.gate.told import told

REASON = Reason(Code.SHARE_UNKNOWN, True, "shares", "the agreement has it", "")
DECISION = Decision(
    allowed=True,
    reasons=(REASON,),
    agreement="a" * 64,
    agreement_id="meals",
    version="1.0.0",
    share="forms",
    provider="dwp",
    recipient="northtown",
    purpose="benefit-eligibility",
    mode=Mode.LOOKUP,
    withheld={"award": "not agreed"},
    basis={"dwp": "6(1)(e)"},
)


def test_what_is_told_is_what_the_decision_says():
    assert told(DECISION).said == DECISION.as_dict()
    assert json.loads(told(DECISION).text) == DECISION.as_dict()


def test_the_same_again_is_not_written_again():
    assert told(replace(DECISION)) is told(DECISION)


def test_whatever_differs_is_told_as_it_is():
    others = [
        {"allowed": False}, {"reasons": (replace(REASON, text="another"),)}, {"agreement": "b" * 64},
        {"share": "other"}, {"agreement_id": "other"}, {"version": "2.0.0"},
        {"provider": "hmrc"}, {"recipient": "police"},
        {"purpose": "other"}, {"mode": Mode.AGGREGATE}, {"measures": {"n": "sum"}}, {"withheld": {"award": "why"}},
        {"basis": {}}, {"withheld": {"award": "not agreed", "postcode": "not agreed"}},
    ]  # fmt: skip
    for other in others:
        changed = replace(DECISION, **other)
        assert told(changed).said == changed.as_dict() != DECISION.as_dict()


def test_no_more_are_remembered_than_are_of_use(monkeypatch):
    monkeypatch.setattr(module, "KEPT", 2)
    for number in range(5):
        told(replace(DECISION, version=f"9.{number}.0"))
        assert len(module._known) <= 2


def test_an_answer_that_is_carried_is_its_envelope_without_blanks():
    records = [{"name": "Zoë", "born": None}]
    assert json.loads(answer_body(DECISION, records)) == envelope(DECISION, records)
    assert b": " not in answer_body(DECISION, [])

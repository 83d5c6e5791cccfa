"""R5.2, R6.2: the joint audit compares what was said to be wrong and what was put right, and names each difference."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from easement.exchange import correct_letters
from easement.exchange.audit import audit
from easement.exchange.compared import compare
from easement.exchange.compared_parts import HERE, THERE, Held
from easement.exchange.correct_bodies import Kind
from easement.exchange.correct_cases import Wrong, report
from easement.exchange.correct_keeping import carry_all
from easement.exchange.correct_links import WrongLink, break_link
from easement.exchange.correct_told import make
from easement.exchange.service import ask
from easement.ledger.model import Entry, EntryType

from .pair import ASKER, NOW, Pair, paired

MESSAGE, CASE, BACK = "5e" * 16, "6f" * 16, "7a" * 16
PARTIES = {"provider": "dwp", "recipient": "northtown"}


def entry(type_: EntryType, **said: Any) -> Entry:
    usual: dict[str, Any] = {"time": "2026-11-21T12:30Z", "type": type_, "parties": PARTIES, "agreement": "a" * 64,
             "agreement_id": "school-meals", "version": "1.0.0", "share": "entitled", "message": MESSAGE}  # fmt: skip
    return Entry(**usual | said)


def log() -> tuple[list[Held], list[Held]]:
    """Both logs of one disclosure, a case about it with its answer, and a correction told and made; ours gave it."""
    crossed = {"purpose": "benefit-eligibility", "mode": "lookup", "count": 1}
    case = {"concern": CASE, "reasons": ("wrong-value",), "fields": {"award": "plain"}}
    ours = [
        entry(EntryType.DISCLOSURE_RELEASED, intent=1, **crossed),
        entry(EntryType.DISPUTE_RAISED, intent=2, peer_entry=11, **case),
        entry(EntryType.DISPUTE_ANSWERED, concern=CASE, reasons=("link-broken",)),
        entry(EntryType.CORRECTION_TOLD, concern=BACK, intent=2, peer_entry=13),
        entry(EntryType.CORRECTION_MADE, concern=BACK, intent=2, peer_entry=14),
    ]
    theirs = [
        entry(EntryType.DISCLOSURE_RECEIVED, peer_entry=2, **crossed),
        entry(EntryType.DISPUTE_RAISED, intent=10, **case),
        entry(EntryType.DISPUTE_ANSWERED, concern=CASE, reasons=("link-broken",), peer_entry=4),
        entry(EntryType.CORRECTION_TOLD, concern=BACK, intent=10, peer_entry=40),
        entry(EntryType.CORRECTION_MADE, concern=BACK, intent=13),
    ]
    return (
        [Held(HERE, index, each) for index, each in enumerate(ours, 2)],
        [Held(THERE, index, each) for index, each in enumerate(theirs, 10)],
    )


def kinds(ours: list[Held], theirs: list[Held], in_hand: frozenset[str] = frozenset()) -> list[str]:
    return [each.kind for each in compare(ours, theirs, in_hand=in_hand)[1]]


def test_what_both_logs_have_alike_is_counted_from_either_side():
    ours, theirs = log()
    flip = {HERE: THERE, THERE: HERE}
    for one, other in (
        log(),
        ([replace(e, side=flip[e.side]) for e in theirs], [replace(e, side=flip[e.side]) for e in ours]),
    ):
        counts, differences = compare(one, other, in_hand=frozenset())
        assert differences == ()
        assert (counts["disclosures"], counts["cases"], counts["corrections"]) == (1, 1, 2)


@given(st.integers(1, 4), st.booleans())
def test_any_entry_that_one_log_lacks_is_named_unless_it_is_still_to_be_told(at: int, ours_lack: bool):
    ours, theirs = log()
    lacking = (ours if ours_lack else theirs).pop(at)
    name = {1: "case", 2: "answer", 3: "correction", 4: "certificate"}[at]
    assert kinds(ours, theirs) == [f"{name}-not-{HERE if ours_lack else THERE}"]
    assert kinds(ours, theirs, frozenset({lacking.entry.concern or ""})) == []


@pytest.mark.parametrize(
    ("at", "change", "kind"),
    [(3, {"share": "forms"}, "correction-other-share"), (4, {"peer_entry": 9}, "certificate-other-entry"),
     (3, {"peer_entry": 9}, "correction-other-entry"), (1, {"reasons": ("out-of-date",)}, "case-other-reasons"),
     (3, {"parties": {"provider": "northtown", "recipient": "dwp"}}, "correction-other-parties"),
     (2, {"reasons": ("not-wrong",)}, "answer-other-reasons")],
)  # fmt: skip
def test_what_both_say_otherwise_is_named(at: int, change: dict[str, Any], kind: str):
    ours, theirs = log()
    ours[at] = replace(ours[at], entry=Entry(**{**ours[at].entry.as_dict(), **change}))
    assert kinds(ours, theirs) == [kind]


def test_what_is_logged_twice_or_of_nothing_is_named():
    ours, theirs = log()
    assert kinds([*ours, replace(ours[3], index=7)], theirs) == ["correction-twice"]
    assert set(kinds([*ours[:3], ours[4]], [*theirs[:3], theirs[4]])) == {"certificate-of-nothing"}
    stray = [
        replace(each[3], entry=Entry(**{**each[3].entry.as_dict(), "message": "0" * 32})) for each in (ours, theirs)
    ]
    assert kinds([*ours, stray[0]], [*theirs, stray[1]]) == ["correction-of-nothing"]


# Two real nodes


@pytest.fixture
def pair(tmp_path) -> Iterator[Pair]:
    with paired(tmp_path) as made:
        yield made


class Killed(BaseException):
    """As a kill, it passes every `except`."""


def test_a_kill_between_telling_and_logging_is_in_hand_and_then_agrees(pair: Pair, monkeypatch):
    message = ask(pair.northtown, pair.wish(), ASKER, NOW).message
    report(pair.northtown, Wrong("dwp", message, Kind.WRONG_PERSON, "it is a cousin"), NOW)

    def killed(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(correct_letters, "_log_told", killed)
        with pytest.raises(Killed):
            break_link(pair.dwp, WrongLink(message), "two people share a number", NOW)
    for found in (audit(pair.northtown, "dwp", now=NOW), audit(pair.dwp, "northtown", now=NOW)):
        assert (found.differences, found.counts["in_hand"], found.counts["corrections"]) == ((), 1, 0)
    carry_all(pair.dwp, NOW)
    made = [e.concern for e in pair.entries(pair.northtown, EntryType.CORRECTION_TOLD)]
    make(pair.northtown, made[0] or "", NOW)
    for found in (audit(pair.northtown, "dwp", now=NOW), audit(pair.dwp, "northtown", now=NOW)):
        assert found.differences == ()
        assert (found.counts["cases"], found.counts["corrections"], found.counts["in_hand"]) == (1, 2, 0)

"""Where the gate says no, each time for another reason, and says what would make it lawful."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from easement.base.durable import write_whole
from easement.demo.asking import ANSWERS, COUNTS, FAMILIES, MEALS, ROLL, lookup, paper
from easement.demo.known import Worry
from easement.demo.papers import agreement
from easement.demo.stage import Stage

__all__ = ["refuse"]

REFUSED = 10
WIDER = ("net_monthly_earnings <= 616.67", "net_monthly_earnings <= 6166.7")
"""A single dot moved in an agreement that was signed already."""


def refuse(stage: Stage, worry: Worry, today: date) -> None:
    """The chapter of refusals: every reason is named at once, with its clause; each refusal is in the ledger too."""
    stage.chapter(
        "What is refused, and why",
        "A refusal names every reason, the clause it rests on, and what would make it lawful. It is logged like a "
        "disclosure, because a refusal too is something that people may ask about.",
    )
    _no(
        stage,
        "For another purpose: to find people to deport",
        _instead(MEALS, "--purpose", "immigration-enforcement"),
        *ROLL,
    )
    _no(stage, "By someone whose role is not entitled", _instead(MEALS, "--role", "receptionist"), *ROLL)
    _no(
        stage,
        "By someone who has not passed the training",
        _without(lookup("police", "police-contact", worry), "--trained"),
    )
    _no(
        stage,
        "Fishing: everybody of one family name",
        lookup("police", "police-contact", worry, without=("given_name", "date_of_birth")),
    )
    _no(stage, "A count over a list that the asker chooses", COUNTS, *ROLL)
    _no(stage, "The same list once more on the same day", FAMILIES)
    _altered(stage)
    _ended(stage, today)


def _no(stage: Stage, title: str, words: Sequence[str], *more: str) -> None:
    out = ANSWERS / "refused.csv"
    stage.step(title, ("share", *words, *more, "--out", str(out)), tell=_why, expect=REFUSED)
    assert not out.exists()


def _why(outcome: dict[str, Any]) -> Iterable[str]:
    unmet = [reason for reason in outcome["decision"]["reasons"] if not reason["met"]]
    yield f"refused, for {len(unmet)} reason{'s' if len(unmet) > 1 else ''} (entry {outcome['entry']})"
    for reason in unmet:
        yield f"{reason['code']}: {reason['text']}"
        yield f"  what to do: {reason['remedy']}"


def _instead(words: Sequence[str], option: str, value: str) -> tuple[str, ...]:
    """The same request with another value for one option."""
    at = words.index(option) + 1
    return (*words[:at], value, *words[at + 1 :])


def _without(words: Sequence[str], option: str) -> tuple[str, ...]:
    at = words.index(option)
    return (*words[:at], *words[at + 2 :])


def _altered(stage: Stage) -> None:
    """Someone moves a dot in a signed file and keeps the signatures beside it."""
    signed, altered = Path(paper("free-school-meals")), Path("altered.yaml")

    def alter() -> Iterable[str]:
        text = signed.read_text()
        assert text.count(WIDER[0]) == 1
        write_whole(altered, text.replace(*WIDER))
        notes = Path(f"{signed}.signatures").read_bytes()
        write_whole(Path(f"{altered}.signatures"), notes)
        yield "ten times as many families would be entitled"

    stage.by_hand(
        "Someone moves a dot in the signed agreement",
        [
            f"sed 's/616\\.67$/6166.7/; s/616\\.67 and/6166.7 and/' {signed} > {altered}",
            f"cp {signed}.signatures {altered}.signatures",
        ],
        alter,
    )
    _no(stage, "Under the altered agreement", _instead(MEALS, "--agreement", str(altered)), *ROLL)


def _ended(stage: Stage, today: date) -> None:
    """An agreement of four years ago, signed by all, that ended a year ago."""
    old = Path("ended.yaml")
    write_whole(old, agreement("free-school-meals", today=today - timedelta(days=4 * 365 + 30), referrals=1))
    for office in ("department", "northtown"):
        stage.quietly("agreement", "sign", str(old), "--node", office)
    _no(stage, "Under last term's agreement, which ended", _instead(MEALS, "--agreement", str(old)), *ROLL)

"""Where the gate says no, each time for another reason, and says what would make it lawful."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from easement.agreement.service import sign_file
from easement.base.durable import write_whole
from easement.demo.asking import ANSWERS, COUNTS, FAMILIES, MEALS, POLICE, ROLL, SHORT, TRUST, about, paper
from easement.demo.known import Worry
from easement.demo.papers import agreement
from easement.demo.stage import Stage
from easement.demo.telling import typed
from easement.ledger.note import Signer

__all__ = ["refuse"]

REFUSED = 10
WIDER = ("<= 616.67", "<= 6166.7")
"""A single dot moved in an agreement that was signed already."""


def refuse(stage: Stage, worry: Worry, twins: Worry | None, today: date) -> None:
    """The chapter of refusals: every reason is named at once, with its clause; each refusal is in the ledger too."""
    stage.chapter(
        "What is refused, and why",
        "A refusal names every reason, and what would make it lawful. It is logged like a disclosure, because a "
        "refusal too is something that people may ask about. Where an option stands twice, the last one counts.",
    )
    stage.by_hand("The requests from above, under short names", [*map(_named, SHORT)], list)
    trained, person = ("--trained", "safeguarding-level-3"), about(worry)
    _no(stage, "For another purpose", *MEALS, "--purpose", "immigration-enforcement")
    _no(stage, "By someone whose role is not entitled", *MEALS, "--role", "receptionist")
    _no(stage, "By someone who has not passed the training", *POLICE, *person)
    _no(stage, "Fishing: everybody of one family name", *POLICE, *trained, *person[:2])
    if twins is not None:
        twin = about(twins._replace(given_name=""))
        _no(stage, "Twins: what was said fits two people", *TRUST, *trained, *twin)
    _no(stage, "A count over a list that the asker chooses", *COUNTS, *ROLL)
    _no(stage, "The same list once more on the same day", *FAMILIES)
    _altered(stage)
    _ended(stage, today)


def _named(name: str) -> str:
    return f'{name[1:]}="{typed(SHORT[name], "")}"'


def _no(stage: Stage, title: str, *words: str) -> None:
    out = ANSWERS / "refused.csv"
    stage.step(title, ("share", *words, "--out", str(out)), tell=_why, expect=REFUSED, short=SHORT)
    assert not out.exists()


def _why(outcome: dict[str, Any]) -> Iterable[str]:
    unmet = [reason for reason in outcome["decision"]["reasons"] if not reason["met"]]
    yield f"refused, for {len(unmet)} reason{'s' if len(unmet) > 1 else ''} (entry {outcome['entry']})"
    for reason in unmet:
        yield f"{reason['code']}: {reason['text']}"
        yield f"  what to do: {reason['remedy']}"


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

    edit = [f"sed 's/{WIDER[0]}/{WIDER[1]}/' {signed} > {altered}", f"cp {signed}.signatures {altered}.signatures"]
    stage.by_hand("Someone moves a dot in the signed agreement", edit, alter)
    _no(stage, "Under the altered agreement", *MEALS, "--agreement", str(altered))


def _ended(stage: Stage, today: date) -> None:
    """An agreement of four years ago, signed by both at the time, that ended a year ago."""
    old, then = Path("ended.yaml"), today - timedelta(days=4 * 365)
    write_whole(old, agreement("free-school-meals", today=then, referrals=1))
    for office in ("department", "northtown"):
        signer = Signer.parse((Path(office) / "keys" / "organisation.key").read_text())
        sign_file(old, signer, now=datetime.combine(then, time(), UTC))
    _no(stage, "Under the agreement before this one, which ended", *MEALS, "--agreement", str(old))

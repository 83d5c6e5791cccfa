"""The middle of the story: a question, and four ways in which data crosses, each with its receipt."""

import csv
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from easement.agreement.duration import Duration
from easement.cli.present import clear_path
from easement.demo.asking import ANSWERS, COUNTS, EVALUATION, FAMILIES, MEALS, POLICE, TRUST, about
from easement.demo.known import Meals, Worry, score_meals
from easement.demo.opening import TOWN
from easement.demo.stage import Stage

__all__ = ["share_counts", "share_families", "share_meals", "share_pseudonyms", "share_worry"]


def _share(stage: Stage, title: str, words: Sequence[str], name: str, tell: Any) -> dict[str, Any]:
    out: dict[str, Any] = stage.step(title, ("share", *words, "--out", str(ANSWERS / name)), tell=tell)
    return out


def share_meals(stage: Stage) -> Meals:
    """Free school meals: ask first, then match the roll, then see what it is worth."""
    stage.chapter(
        "Free school meals: a match",
        "The council may learn which children on its own roll can have a free meal, and nothing of anyone else.",
    )
    stage.step(
        "Ask first: may this be shared? Nothing is read",
        ("ask", *MEALS, "--fields", "family_name,award,national_insurance_number,postcode"),
        tell=_fields,
    )
    _share(stage, "Share it", MEALS, "meals.csv", _matched)
    score: list[Meals] = []

    def scored() -> Iterable[str]:
        meals = score_meals(TOWN, ANSWERS / "meals.csv")
        score.append(meals)
        yield f"{meals.new:,} children were entitled and not registered; they can eat from tomorrow"
        wrong = meals.given - meals.right
        yield f"by the town's truth, which no office has: {meals.entitled:,} on the roll are entitled"
        yield f"{meals.right:,} of them were found, {wrong:,} were found wrongly"

    stage.by_hand("What is it worth?", [f"head -3 {ANSWERS}/meals.csv"], lambda: [*_head("meals.csv"), *scored()])
    return score[0]


def _fields(decision: dict[str, Any]) -> Iterable[str]:
    yield f"allowed for {decision['purpose']}, on {' and '.join(sorted(set(decision['basis'].values())))}"
    yield f"would cross: {', '.join(f'{name} ({form})' for name, form in decision['fields'].items())}"
    asked = ("national_insurance_number", "postcode")
    for name in asked:
        yield f"withheld: {name}, because {decision['withheld'][name]}"


def _matched(outcome: dict[str, Any]) -> Iterable[str]:
    yield f"{outcome['count']:,} records crossed; {outcome['held']:,} matches in doubt are held for a person to look at"
    yield _receipt(outcome)


def _receipt(outcome: dict[str, Any]) -> str:
    data, receipt = clear_path(outcome["data"]), Path(outcome["receipt"]).name
    return f"answer {data}, receipt {receipt}, entry {outcome['entry']} of the ledger"


def _head(name: str) -> list[str]:
    with (ANSWERS / name).open(encoding="utf-8") as file:
        return [line.rstrip("\r\n") for line, _ in zip(file, range(3), strict=False)]


def share_worry(stage: Stage, worry: Worry) -> None:
    """Safeguarding: one person at a time, from two offices."""
    stage.chapter(
        "A worry about a child: two lookups",
        f"A teacher is worried; a social worker asks what police and health know of {worry.given_name} "
        f"{worry.family_name}. One person at a time, by a trained worker, for this and nothing else.",
    )
    for office, words in (("police", POLICE), ("trust", TRUST)):
        trained = (*words, "--trained", "safeguarding-level-3", *about(worry))
        _share(stage, f"Ask the {office}", trained, f"worry-{office}.json", _found)


def _found(outcome: dict[str, Any]) -> Iterable[str]:
    answer = json.loads(Path(outcome["data"]).read_text())
    for record in answer["records"]:
        yield ", ".join(f"{name.replace('_', ' ')}: {value}" for name, value in record.items())
    yield f"withheld, and marked so in the answer: {', '.join(answer['withheld'])}"
    yield _receipt(outcome)


def share_families(stage: Stage) -> None:
    """A charity: exact fields, a time, and a duty to delete."""
    stage.chapter(
        "A charity: exact fields, and a duty to delete",
        "Harbour may know how to reach the families referred to it. Why they were referred stays with the council.",
    )
    _share(stage, "Share the list", FAMILIES, "families.csv", _with_duties)


def _with_duties(outcome: dict[str, Any]) -> Iterable[str]:
    duties = outcome["decision"]["duties"]
    yield f"{outcome['count']:,} records crossed: {', '.join(outcome['decision']['fields'])}"
    kept, told = (Duration.read(duties[name]).words for name in ("retain", "breach_notice"))
    yield f"duties: {duties['then']} after {kept}, and certify it; pass on to {_nobody(duties['onward'])}"
    yield f"a breach is told within {told}; the risk is now the {duties['risk_after_disclosure']}'s"
    yield _receipt(outcome)


def _nobody(onward: str | list[str]) -> str:
    return "nobody" if onward == "none" else ", ".join(onward)


def share_counts(stage: Stage) -> None:
    """Public health: counts, the small ones hidden."""
    stage.chapter(
        "Public health: counts, and small ones hidden",
        "Fewer than eight people in a cell could be somebody's neighbours; such cells show `*`, others go to the "
        "nearest five.",
    )
    _share(stage, "Share the counts", COUNTS, "counts.csv", _counted)


def _counted(outcome: dict[str, Any]) -> Iterable[str]:
    with Path(outcome["data"]).open(newline="") as file:
        for row in csv.reader(file):
            yield "".join(f"{cell:<16}" for cell in row).rstrip()
    yield f"{outcome['suppressed']} of {outcome['count']} cells are hidden"
    yield _receipt(outcome)


def share_pseudonyms(stage: Stage) -> None:
    """Research: everyone's records, and nobody's name."""
    stage.chapter(
        "Research: everyone's records, nobody's name",
        "The university gets a pseudonym that no other recipient's copy shares, years for birthdays and bands for "
        "earnings.",
    )
    _share(stage, "Share the awards under pseudonyms", EVALUATION, "awards.csv", _pseudonymised)


def _pseudonymised(outcome: dict[str, Any]) -> Iterable[str]:
    yield f"{outcome['count']:,} records crossed"
    yield from _head("awards.csv")
    yield _receipt(outcome)

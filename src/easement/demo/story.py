"""The whole story, chapter by chapter, in a folder of its own; every step runs what a user would run."""

import shutil
import time
from collections.abc import Iterable
from contextlib import chdir
from datetime import date
from pathlib import Path
from typing import Any

from easement.base.errors import UsageError
from easement.cli.present import clear_path
from easement.demo.asking import ANSWERS
from easement.demo.known import Meals, find_twins, find_worry
from easement.demo.opening import TOWN, make_agreements, make_nodes, make_town
from easement.demo.proving import audit, pack_evidence, tamper
from easement.demo.refusing import refuse
from easement.demo.sharing import share_counts, share_families, share_meals, share_pseudonyms, share_worry
from easement.demo.stage import Stage, Step
from easement.demo.telling import Teller
from easement.demo.town import Town

__all__ = ["make_way", "mark", "tell_story"]

MARK = ".easement-demo"
"""A file that says that a folder was made here, and may be removed for a fresh one."""

OPEN = {
    "free-school-meals.html": "the agreement as people sign it",
    "agreements/free-school-meals.yaml": "the same agreement as machines read it",
    "answers/meals.csv": "what crossed, and nothing more",
    "answers/worry-police.json": "an answer about one person, with what is withheld",
    "evidence/entries.csv": "what an auditor sees of it all",
}
"""What to open afterwards, and what it shows."""

NEXT = "easement ledger show --node department --last 12"


def tell_story(folder: Path, *, people: int, seed: int, today: date, teller: Teller) -> dict[str, Any]:
    """Tell the whole story in `folder`, which must not be there yet, and sum it up.

    Raises `EasementError` where a step does not end as it should; what was made so far stands.
    """
    began = time.monotonic()
    mark(folder)
    teller.say(f"Everything below happens in {clear_path(folder)}: cd there to type the commands yourself.")
    stage = Stage(teller)
    with chdir(folder):
        town = make_town(stage, people, seed, today)
        meals = _chapters(stage, town, today)
    spent = time.monotonic() - began
    _close(teller, folder, spent)
    return _summary(folder, seed, town, meals, stage.steps, spent)


def _chapters(stage: Stage, town: Town, today: date) -> Meals:
    make_nodes(stage)
    make_agreements(stage, town, today)
    ANSWERS.mkdir()
    meals = share_meals(stage)
    worry = find_worry(TOWN)
    share_worry(stage, worry)
    share_families(stage)
    share_counts(stage)
    share_pseudonyms(stage)
    refuse(stage, worry, find_twins(TOWN), today)
    audit(stage)
    tamper(stage)
    pack_evidence(stage)
    return meals


def mark(folder: Path) -> None:
    """Make a demo's folder, and say in it that it may be removed for a fresh one."""
    folder.mkdir(parents=True)
    (folder / MARK).write_text("made by `easement demo`; `easement demo --fresh` removes this folder\n")


def make_way(folder: Path, *, fresh: bool) -> None:
    """See that nothing stands in `folder`; with `fresh`, remove what an earlier demo made there.

    Raises `UsageError` where something stands there that is kept, or that no demo made.
    """
    if not folder.exists():
        return
    if folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()
        return
    if not (folder / MARK).is_file():
        raise UsageError(f"`{folder}` holds something that no demo made", remedy="name another folder: --dir DIR")
    if not fresh:
        mend = f"look around in it, remove it and start anew with --fresh, or name another folder: --dir {folder}-2"
        raise UsageError(f"`{folder}` holds an earlier demo", remedy=mend)
    shutil.rmtree(folder)


def _close(teller: Teller, folder: Path, spent: float) -> None:
    teller.chapter("Look for yourself", f"That took {spent:.0f} seconds. Everything stands in {clear_path(folder)}.")
    width = 4 + max(len(clear_path(folder / file)) for file in OPEN)
    teller.step("Files to open", [], [f"{clear_path(folder / file):<{width}}{what}" for file, what in OPEN.items()])
    teller.step("Type this next", [f"cd {clear_path(folder)}", NEXT], [])


def _summary(folder: Path, seed: int, town: Town, meals: Meals, steps: Iterable[Step], spent: float) -> dict[str, Any]:
    told = list(steps)
    return {
        "directory": str(folder.resolve()),
        "seed": seed,
        "people": town.people,
        "households": town.households,
        "records": town.records,
        "meals": meals._asdict(),
        "refusals": [{"about": step.title, "codes": list(step.codes)} for step in told if step.exit_code == 10],
        "caught": [{"about": step.title, "told": list(step.told)} for step in told if step.exit_code == 12],
        "steps": [step.as_dict() for step in told],
        "open": [str(folder / file) for file in OPEN],
        "next": f"cd {clear_path(folder)} && {NEXT}",
        "seconds": round(spent, 1),
    }

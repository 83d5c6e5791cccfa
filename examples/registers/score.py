"""Share free school meals between two registers, and score the matching against who is who.

    python examples/registers/score.py DIR [--json]
    python examples/registers/score.py DIR --linkage [--alone]

DIR holds `department.csv`, `council.csv` and `truth.csv` (person, register, record). Two nodes are made in a folder
that is gone afterwards; the department and the council sign the agreement beside this file; then the department answers
by `match`, by pseudonymised `bulk` and by `aggregate`, and refuses what was not agreed.

`--linkage` trains a model on every two registers of DIR that have a mapping here, without labels, links them by it and
by what the other registers tie, and scores what would be disclosed by itself, and with the pairs held for a person.
`--alone` leaves the other registers out. Only the score reads the truth.
"""

import argparse
import csv
import json
import shutil
import tempfile
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path
from typing import Any

from easement.agreement.model import Mode
from easement.agreement.read import read_agreement
from easement.agreement.signing import sign
from easement.gate import service
from easement.gate.ask import Ask, Outcome
from easement.gate.linking import Side, linked_keys, opened, train_on, try_on
from easement.gate.model import Request
from easement.gate.plan import LIST_REFERENCE, third
from easement.linkage.assign import Policy
from easement.linkage.model import LinkModel
from easement.linkage.through import Through
from easement.meaning.mapping import read_mapping
from easement.node.home import create_node, open_node

HERE = Path(__file__).parent
WITHIN_TERM = datetime(2026, 11, 21, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Town:
    """The department's node, the signed agreement, and the registers."""

    node: Path
    agreement: Path
    registers: Path
    out: Path


def furnish(folder: Path, registers: Path) -> Town:
    """Make both nodes, let each know the other's key, map the department's register, and sign."""
    nodes = {org: create_node(folder / org, org) for org in ("dwp", "northtown")}
    keys = {org: node.organisation_key for org, node in nodes.items()}
    (folder / "dwp" / "members" / "northtown.vkey").write_text(f"{keys['northtown'].key}\n")
    mapping = (HERE / "mappings" / "department.yaml").read_text()
    data = folder / "dwp" / "datasets" / "department.csv"
    shutil.copyfile(registers / "department.csv", data)
    (folder / "dwp" / "datasets" / "department.yaml").write_text(
        mapping.replace("source: {", f"source: {{path: {data.name}, ")
    )
    agreement = folder / "free-school-meals.yaml"
    shutil.copyfile(HERE / "agreements" / agreement.name, agreement)
    file, note = read_agreement(agreement), None
    for org in keys:
        note = sign(file, keys[org], note)
    agreement.with_name(agreement.name + ".signatures").write_text(str(note))
    return Town(folder / "dwp", agreement, registers, folder)


def ask(town: Town, share: str, mode: Mode, out: str, **changes: Any) -> Outcome:
    """One ask of the department by the council's benefits officer, but for what is changed."""
    usual = {"recipient": "northtown", "role": "benefits-officer", "purpose": "benefit-eligibility"}
    listed = mode is Mode.MATCH
    request = Request(share=share, mode=mode, listed=listed, **usual | changes)
    asked = Ask(
        town.agreement,
        request,
        out=town.out / out,
        match=town.registers / "council.csv" if listed else None,
        match_dataset=HERE / "mappings" / "council.yaml" if listed else None,
        training=frozenset({"information-governance"}),
    )
    with open_node(town.node) as node:
        return service.share(node, asked, now=WITHIN_TERM, clock=lambda: WITHIN_TERM)


def true_pairs(registers: Path, one: str = "council", other: str = "department") -> set[tuple[str, str]]:
    """Every two records of one person, of two registers."""
    records: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    with (registers / "truth.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            records[row["person"]][row["register"]].append(row["record"])
    return {(a, b) for who in records.values() for a in who[one] for b in who[other]}


def entitled(registers: Path) -> set[str]:
    """The claims that the agreement's condition covers, worked out here by hand as a check on the product."""
    with (registers / "department.csv").open(newline="") as file:
        return {
            row["claim_no"]
            for row in csv.DictReader(file)
            if row["award_code"] in ("UC", "IS", "JSA", "ESA", "PC")
            and row["net_monthly_earnings"]
            and float(row["net_monthly_earnings"]) <= 616.67
        }


def score(registers: Path, disclosed: Path) -> dict[str, Any]:
    """Precision and recall of what was disclosed, against the true pairs among entitled claims."""
    with disclosed.open(newline="") as file:
        pairs = {(row[LIST_REFERENCE], row["claim_reference"]) for row in csv.DictReader(file)}
    covered = entitled(registers)
    truth = {pair for pair in true_pairs(registers) if pair[1] in covered}
    right = len(pairs & truth)
    return {
        "matched": len(pairs),
        "right": right,
        "true_pairs": len(truth),
        "precision": round(right / len(pairs), 4) if pairs else None,
        "recall": round(right / len(truth), 4) if truth else None,
        "beyond_the_agreement": len({pair[1] for pair in pairs} - covered),
    }


def run(registers: Path) -> dict[str, Any]:
    """Everything, in a folder that is gone afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        town = furnish(Path(folder), registers)
        matched = ask(town, "entitled-children", Mode.MATCH, "matched.csv")
        bulk = ask(town, "take-up", Mode.BULK, "take-up.parquet")
        counted = ask(town, "awards-counted", Mode.AGGREGATE, "counted.csv")
        refusals = [
            ask(town, "entitled-children", Mode.MATCH, "no.csv", purpose="immigration-enforcement"),
            ask(town, "entitled-children", Mode.MATCH, "no.csv", role="teacher"),
            ask(town, "entitled-children", Mode.BULK, "no.csv"),
        ]
        with open_node(town.node) as node:
            sound = not node.ledger.fsck()
        return score(registers, matched.data) | {
            "held": matched.released.held,
            "refused": sum(not outcome.decision.allowed for outcome in refusals),
            "refused_for": sorted({reason.code.value for o in refusals for reason in o.decision.unmet}),
            "bulk_records": bulk.released.count,
            "cells": counted.released.count,
            "cells_hidden": counted.released.suppressed,
            "council_records": _rows(registers / "council.csv"),
            "department_records": _rows(registers / "department.csv"),
            "mapped_to": read_mapping(HERE / "mappings" / "council.yaml").standard,
            "ledger_sound": sound,
        }


def linkage(registers: Path, policy: Policy, *, alone: bool = False) -> list[dict[str, Any]]:
    """Every two registers linked by a model trained on them, and by the others that tie their records; and scored.

    `alone` leaves the others out.
    """
    names = sorted(
        path.stem for path in (HERE / "mappings").glob("*.yaml") if (registers / f"{path.stem}.csv").exists()
    )
    sides = {name: Side(HERE / "mappings" / f"{name}.yaml", registers / f"{name}.csv") for name in names}
    models = {pair: _trained(sides, *pair) for pair in combinations(names, 2)}
    return [_linked(registers, sides, models, pair, policy, alone=alone) for pair in models]


def _trained(sides: dict[str, Side], held: str, listed: str) -> LinkModel:
    with tempfile.TemporaryDirectory() as folder, opened(Path(folder), sides[held], sides[listed]) as session:
        made = train_on(session, sides[held], sides[listed], id="model", title=f"{held} and {listed}")
    return made.model


def _linked(
    registers: Path, sides: dict[str, Side], models: dict[tuple[str, str], LinkModel], pair: tuple[str, str],
    policy: Policy, *, alone: bool,
) -> dict[str, Any]:  # fmt: skip
    held, listed = pair
    thirds = [] if alone else [name for name in sides if name not in pair]
    through = [
        Through(third(place), *(models[min(side, name), max(side, name)] for side in pair))
        for place, name in enumerate(thirds)
    ]
    with (
        tempfile.TemporaryDirectory() as folder,
        opened(Path(folder), sides[held], sides[listed], thirds=[sides[name] for name in thirds]) as session,
    ):
        found = try_on(session, models[pair], policy, through)
        linked, doubtful = (set(linked_keys(session, table)) for table in ("linked", "doubtful"))
    truth = true_pairs(registers, listed, held)
    smaller = min(found.held_rows, found.listed_rows)
    return {
        "registers": f"{held} and {listed}",
        "linked": len(linked),
        "true_pairs": len(truth),
        "precision": round(len(linked & truth) / len(linked), 4) if linked else None,
        "recall": round(len(linked & truth) / len(truth), 4) if truth else None,
        "held": len(doubtful),
        "recall_with_held": round(len((linked | doubtful) & truth) / len(truth), 4) if truth else None,
        "queue": round(len(doubtful) / smaller, 4),
        "expected_precision": round(found.expected, 4),
    }


def _rows(path: Path) -> int:
    with path.open(newline="") as file:
        return sum(1 for _ in csv.DictReader(file))


def main() -> None:
    parser = argparse.ArgumentParser(description="Share free school meals between two registers and score the match.")
    parser.add_argument("directory", type=Path, metavar="DIR", help="holds department.csv, council.csv and truth.csv")
    parser.add_argument("--json", action="store_true", help="print the scores as JSON")
    parser.add_argument("--linkage", action="store_true", help="train, link and score every two registers instead")
    parser.add_argument("--alone", action="store_true", help="link two registers by what they say themselves alone")
    parser.add_argument("--disclose", type=float, default=Policy().disclose, help="linked from this probability on")
    parser.add_argument("--hold", type=float, default=Policy().hold, help="held from this probability on")
    arguments = parser.parse_args()
    if arguments.linkage:
        policy = Policy(arguments.disclose, arguments.hold)
        print(json.dumps(linkage(arguments.directory, policy, alone=arguments.alone), indent=2))
        return
    scores = run(arguments.directory)
    if arguments.json:
        print(json.dumps(scores, indent=2))
    else:
        width = max(map(len, scores))
        print("\n".join(f"{name.replace('_', ' '):{width}}  {value}" for name, value in scores.items()))


if __name__ == "__main__":
    main()

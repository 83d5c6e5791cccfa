"""The one place where a source's rows are read for disclosure. Nothing here decides: it does what the plan says.

Everything is written to the staged answer inside the node; delivery comes only after the ledger has it.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pyarrow

from easement.agreement.model import Aggregate, Mode, Share
from easement.base.canonical import sha256_hex
from easement.gate.answers import answer_body, table_records, wrap_records, write_answer
from easement.gate.found import Found, ambiguous
from easement.gate.match import RULES, SETTLED
from easement.gate.model import Code, Decision, Reason
from easement.gate.plan import COMPARED, DOUBTFUL, TAKEN, WHO, Plan, modelled
from easement.gate.small_numbers import Cell, protected
from easement.gate.tallying import expected, tally
from easement.linkage.comparisons import UNSURE
from easement.linkage.model import LinkModel
from easement.linkage.review import MOST_OPEN, DoubtfulPair, MatchMade
from easement.linkage.review_models import met_columns, met_levels
from easement.linkage.score import score
from easement.sources.rows import CopyFormat, copy, stream
from easement.sources.session import Session

__all__ = [
    "Released",
    "doubtful_pairs",
    "found_body",
    "modelled_pairs",
    "release",
    "release_body",
    "release_rows",
    "write_encodings",
]

MAX_FOUND = 1_000
"""Most records of one lookup held in memory: no one person has more in any register met."""

MAX_CELLS = 1_000_000
"""Most cells of one table held in memory: a table larger than this is no aggregate."""


TOLD = ("model", "digest", "expected")
"""What the recipient is told of a match by a model: how many were compared would tell of people not found."""


@dataclass(frozen=True, slots=True)
class Released:
    """What was made: records in it, records left out to keep a group large enough, pairs held, and the file's SHA-256.

    `refusal` is set, and nothing may be delivered, where answering found a reason to refuse. `unmapped` counts, by
    element, the table's rows that hold something which does not map, and so did not cross. `match` is what a match
    leaves for a person to look at; `linkage` which model it went by, and its counts.
    """

    count: int = 0
    suppressed: int = 0
    held: int = 0
    sha256: str = ""
    refusal: Reason | None = None
    unmapped: Mapping[str, int] = field(default_factory=dict)
    match: MatchMade | None = field(default=None, repr=False)
    linkage: Mapping[str, Any] = field(default_factory=dict)


def release(session: Session, plan: Plan, decision: Decision, share: Share, target: Path, format_: str) -> Released:
    """Run an allowed decision's plan and write its answer to `target`; raises the sources' errors as they are."""
    if decision.mode in (Mode.LOOKUP, Mode.AGGREGATE):
        found = _found(session, plan, decision, share)
        if found.refusal:
            return Released(refusal=found.refusal)
        write_answer(target, format_, decision, found.columns, found.records)
        return _sealed(Released(len(found.records), found.suppressed), target)
    compared = _make(session, plan)
    linkage = _linkage(session, plan, compared)
    made = _records(session, plan, decision, target, format_, linkage)
    return _sealed(replace(made, linkage=linkage), target)


def release_body(session: Session, plan: Plan, decision: Decision, share: Share) -> tuple[Released, bytes]:
    """Run an allowed decision's plan, of a lookup or a count, and give its answer as it is carried to another node."""
    return found_body(_found(session, plan, decision, share), decision)


def found_body(found: Found, decision: Decision) -> tuple[Released, bytes]:
    """What was found in memory, as it is carried to another node."""
    if found.refusal:
        return Released(refusal=found.refusal), b""
    body = answer_body(decision, found.records)
    return Released(len(found.records), found.suppressed, sha256=sha256_hex(body)), body


def _found(session: Session, plan: Plan, decision: Decision, share: Share) -> Found:
    if decision.mode is Mode.LOOKUP:
        return _lookup(session, plan, decision)
    return _aggregate(session, plan, decision, share)


def _sealed(made: Released, target: Path) -> Released:
    with target.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return replace(made, sha256=digest)


def _records(
    session: Session, plan: Plan, decision: Decision, target: Path, format_: str, linkage: Mapping[str, Any]
) -> Released:
    made = target.with_name("records.json") if format_ == CopyFormat.JSON else target
    count = copy(session, plan.sql, plan.parameters, made, CopyFormat(format_))
    if made != target:
        wrap_records(target, decision, made, {name: linkage[name] for name in TOLD if name in linkage})
    return _counted(session, plan, count)


def release_rows(session: Session, plan: Plan, take: Callable[[pyarrow.RecordBatch], None]) -> Released:
    """Run an allowed decision's plan, of a match or of bulk, and hand on its rows batch by batch.

    There is at least one batch, so that whoever takes them learns the columns. The digest is the taker's to make.
    """
    compared = _make(session, plan)
    count = 0
    for batch in stream(session, plan.sql, plan.parameters):
        take(batch)
        count += batch.num_rows
    return replace(_counted(session, plan, count), linkage=_linkage(session, plan, compared))


def write_encodings(session: Session, sql: str, parameters: Mapping[str, Any], target: Path, format_: str) -> int:
    """Write a list's encodings to `target`, for its owner alone: no decision is asked for what holds no name."""
    return copy(session, sql, parameters, target, CopyFormat(format_))


def _make(session: Session, plan: Plan) -> int:
    """Make the tables that a plan's query stands on; how many pairs a model compared."""
    for name, query in plan.steps:
        session.make(name, query, plan.settled if name == SETTLED else plan.bound.get(name))
    if plan.linkage is None:
        return 0
    model, floor = plan.linkage.model, plan.linkage.policy.floor
    found = session.work(lambda connection: score(connection, model, floor=floor))
    for name, query in plan.linkage.steps:
        session.make(name, query, plan.settled if name == SETTLED else None)
    return found.compared


def _linkage(session: Session, plan: Plan, compared: int) -> Mapping[str, Any]:
    """What the ledger's private record keeps of a match by a model: which, and counts."""
    if plan.linkage is None:
        return {}
    [[linked, held]] = session.measure("select (select count(*) from linked), (select count(*) from doubtful)")
    model = plan.linkage.model
    counts = {"compared": compared, "linked": linked, "held": held}
    return {"model": model.ref, "digest": model.digest, **counts, "expected": expected(tally(session, plan))}


def _counted(session: Session, plan: Plan, count: int) -> Released:
    """What was made, and what was left out of it: groups too small, and pairs for a person to look at."""
    doubtful = "select count(distinct listed_row) from doubtful"
    held = int(session.measure(doubtful)[0][0]) if plan.steps else 0
    suppressed = int(session.measure(plan.everyone)[0][0]) - count if plan.everyone else 0
    return Released(count, suppressed, held, match=_match(session, plan) if plan.steps and not plan.bound else None)


def _match(session: Session, plan: Plan) -> MatchMade:
    """What a match leaves for a person to look at; no more pairs than anybody could, and the rest counted."""
    model = plan.linkage.model if plan.linkage else None
    pairs = tuple(modelled_pairs(session, model) if model else doubtful_pairs(session))
    every = int(session.measure("select count(*) from doubtful")[0][0])
    digest = model.digest if model else ""
    counts = tally(session, plan).as_dict()
    return MatchMade(pairs, every - len(pairs), plan.lasting, plan.reviewers, model=digest, tally=counts)


def modelled_pairs(session: Session, model: LinkModel) -> Iterator[DoubtfulPair]:
    """The pairs that a model held, the likeliest first, with their weight and what was compared."""
    met = met_columns(model)
    for batch in stream(session, modelled(met), {"most": MOST_OPEN}):
        for listed, held, weight, chance, unsure, *every in zip(*batch.to_pydict().values(), strict=True):
            values, levels = every[: 2 * len(COMPARED)], every[2 * len(COMPARED) :]
            both = zip(COMPARED, values[::2], values[1::2], strict=True)
            gammas = met_levels(met, levels)
            compared = {key: (theirs, ours) for key, theirs, ours in both if theirs or ours}
            rule = UNSURE[unsure - 1][0] if unsure else "not sure enough, or another person is nearly as likely"
            yield DoubtfulPair(listed, held, f"{model.ref}: {rule}", weight, chance, fields=compared, gammas=gammas)


def doubtful_pairs(session: Session) -> Iterator[DoubtfulPair]:
    """The pairs of a match that a person must look at, the strongest first, with what was compared."""
    for batch in stream(session, DOUBTFUL, {"most": MOST_OPEN}):
        for listed, held, tier, *values in zip(*batch.to_pydict().values(), strict=True):
            both = zip(COMPARED, values[::2], values[1::2], strict=True)
            compared = {key: (theirs, ours) for key, theirs, ours in both if theirs or ours}
            yield DoubtfulPair(listed, held, RULES[tier].name, fields=compared)


def _lookup(session: Session, plan: Plan, decision: Decision) -> Found:
    """The records of one person; where several fit and one of them is covered, nothing is disclosed about any.

    People whom the share does not cover look like nobody, however many fit.
    """
    found = _rows(session, plan, MAX_FOUND)
    covered = found is None or any(record[TAKEN] for record in found)
    if found is None or (covered and len({record[WHO] for record in found}) > 1):
        return Found(refusal=ambiguous(decision))
    records = [{name: record[name] for name in plan.columns} for record in found if record[TAKEN]]
    return Found(plan.columns, records)


def _aggregate(session: Session, plan: Plan, decision: Decision, share: Share) -> Found:
    counted = share.aggregate or Aggregate()
    rows = _rows(session, plan, MAX_CELLS)
    if rows is None:
        text, remedy = f"a table of more than {MAX_CELLS:,} cells is no aggregate", "agree fewer or coarser dimensions"
        place = f"shares.{decision.share}.aggregate"
        return Found(refusal=Reason(Code.LIMIT_REQUEST_TOO_LARGE, False, place, text, remedy))
    cells = [_cell(row, plan.columns, counted.summed) for row in rows]
    published = list(protected(cells, counted.small_numbers))
    records = table_records(plan.columns, counted, published)
    hidden = sum(cell.people is None for cell in published)
    return Found((*plan.columns, *counted.measures), records, hidden)


def _cell(row: Mapping[str, Any], dimensions: tuple[str, ...], sums: tuple[str, ...]) -> Cell:
    added = {name: float(row[f"sum of {name}"] or 0) for name in sums}
    return Cell(tuple(row[name] for name in dimensions), int(row["easement_people"]), added)


def _rows(session: Session, plan: Plan, most: int) -> list[dict[str, Any]] | None:
    """All rows of a plan, or `None` where there are more than `most`."""
    rows: list[dict[str, Any]] = []
    for batch in stream(session, plan.sql, plan.parameters):
        rows.extend(batch.to_pylist())
        if len(rows) > most:
            return None
    return rows

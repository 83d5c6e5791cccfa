"""The one place where a source's rows are read for disclosure. Nothing here decides: it does what the plan says.

Everything is written to the staged answer inside the node; delivery comes only after the ledger has it.
"""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pyarrow

from easement.agreement.model import Aggregate, Mode, Share
from easement.base.canonical import sha256_hex
from easement.gate.answers import answer_body, table_records, wrap_records, write_answer
from easement.gate.found import Found, ambiguous
from easement.gate.keys import PseudonymKey
from easement.gate.match import RULES, SETTLED
from easement.gate.model import Code, Decision, Reason
from easement.gate.pairs import COMPARED, DOUBTFUL, by_model, by_rule, shown_rows, way_met, ways_of
from easement.gate.plan import TAKEN, WHO, Plan
from easement.gate.reviewing import DRAWN
from easement.gate.small_numbers import Cell, protected
from easement.gate.tallying import draw, tally, told
from easement.linkage.comparisons import UNSURE
from easement.linkage.explain import met_columns, met_levels
from easement.linkage.model import LinkModel
from easement.linkage.quality_tally import Tally
from easement.linkage.quality_told import Told
from easement.linkage.review import MOST_OPEN, DoubtfulPair, Kind, MatchMade, WayMet
from easement.linkage.score import score
from easement.linkage.through import chain
from easement.sources.rows import CopyFormat, copy, stream
from easement.sources.session import Session

__all__ = [
    "Released",
    "found_body",
    "match_pairs",
    "release",
    "release_body",
    "release_links",
    "release_rows",
    "write_encodings",
]

MAX_FOUND = 1_000
"""Most records of one lookup held in memory: no one person has more in any register met."""

MAX_CELLS = 1_000_000
"""Most cells of one table held in memory: a table larger than this is no aggregate."""


@dataclass(frozen=True, slots=True)
class Released:
    """What was made: records in it, records left out to keep a group large enough, pairs held, and the file's SHA-256.

    `refusal` is set, and nothing may be delivered, where answering found a reason to refuse. `unmapped` counts, by
    element, the table's rows that hold something which does not map, and so did not cross. `match` is what a match
    leaves for a person to look at; `linkage` which model it went by, and its counts; `told` what its recipient is told
    of how good it is. `links` opens what is kept of the records that crossed.
    """

    count: int = 0
    suppressed: int = 0
    held: int = 0
    sha256: str = ""
    refusal: Reason | None = None
    unmapped: Mapping[str, int] = field(default_factory=dict)
    match: MatchMade | None = field(default=None, repr=False)
    linkage: Mapping[str, Any] = field(default_factory=dict)
    told: Told | None = None
    links: Mapping[str, Any] = field(default_factory=dict, repr=False)


def release(session: Session, plan: Plan, decision: Decision, share: Share, target: Path, format_: str) -> Released:
    """Run an allowed decision's plan and write its answer to `target`; raises the sources' errors as they are."""
    if decision.mode in (Mode.LOOKUP, Mode.AGGREGATE):
        found = _found(session, plan, decision, share)
        if found.refusal:
            return Released(refusal=found.refusal)
        write_answer(target, format_, decision, found.columns, found.records)
        return _sealed(Released(len(found.records), found.suppressed), target)
    compared = _make(session, plan)
    looked_at = _looked_at(session, plan, compared)
    made = _records(session, plan, decision, target, format_, looked_at.get("told"))
    return _sealed(replace(made, **looked_at), target)


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
    session: Session, plan: Plan, decision: Decision, target: Path, format_: str, linkage: Told | None
) -> Released:
    made = target.with_name("records.json") if format_ == CopyFormat.JSON else target
    count = copy(session, plan.sql, plan.parameters, made, CopyFormat(format_))
    if made != target:
        wrap_records(target, decision, made, linkage.as_dict() if linkage else None)
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
    return replace(_counted(session, plan, count), **_looked_at(session, plan, compared))


def release_links(
    session: Session, plan: Plan, key: PseudonymKey, take: Callable[[pyarrow.RecordBatch], None]
) -> int:  # fmt: skip
    """Hand on what is kept of each record that a plan gave, batch by batch, under a key of its own; how many.

    The tables that the answer was made of stand in the session.
    """
    keyed = {"pseudonym_inner": key.inner, "pseudonym_outer": key.outer}
    count = 0
    for batch in stream(session, plan.links, {name: each for name, each in keyed.items() if f"${name}" in plan.links}):
        take(batch)
        count += batch.num_rows
    return count


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
    if through := plan.linkage.through:
        policy = plan.linkage.policy
        session.work(lambda connection: chain(connection, through, policy))
    found = session.work(lambda connection: score(connection, model, floor=floor))
    for name, query in plan.linkage.steps:
        session.make(name, query, plan.settled if name == SETTLED else None)
    return found.compared


def _looked_at(session: Session, plan: Plan, compared: int) -> dict[str, Any]:
    """What is kept and told of a match, by the names of `Released`: nobody can look at pairs of encodings."""
    if not plan.steps or plan.bound:
        return {}
    counts = tally(session, plan)
    model = plan.linkage.model if plan.linkage else None
    linked, held = (sum(pairs for pairs, _ in side.values()) for side in (counts.linked, counts.held))
    named: dict[str, Any] = {"model": model.ref, "digest": model.digest, "compared": compared} if model else {}
    if plan.linkage and plan.linkage.through:
        named["through"] = {each.ref: each.digest for tie in plan.linkage.through for each in (tie.held, tie.listed)}
    match, drawn = _match(session, plan, counts)
    linkage = {**named, "linked": linked, "held": held, "drawn": drawn}
    return {"match": match, "linkage": linkage, "told": told(session, plan)}


def _counted(session: Session, plan: Plan, count: int) -> Released:
    """What was made, and what was left out of it: groups too small, and pairs for a person to look at."""
    doubtful = "select count(distinct listed_row) from doubtful"
    held = int(session.measure(doubtful)[0][0]) if plan.steps else 0
    suppressed = int(session.measure(plan.everyone)[0][0]) - count if plan.everyone else 0
    return Released(count, suppressed, held)


def _match(session: Session, plan: Plan, counts: Tally) -> tuple[MatchMade, int]:
    """What a match leaves for people to look at, and how many of its links were drawn for that.

    No more pairs than anybody could, and the rest counted; the drawn ones come first, for there must be room for them.
    """
    drawn = draw(session, plan)
    sample = tuple(match_pairs(session, plan, DRAWN)) if drawn else ()
    doubts = tuple(match_pairs(session, plan, DOUBTFUL))
    beyond = sum(pairs for pairs, _ in counts.held.values()) - len(doubts)
    model = plan.linkage.model.digest if plan.linkage else ""
    named: dict[str, Any] = {"reviewers": plan.reviewers, "model": model, "tally": counts.as_dict()}
    return MatchMade((*sample, *doubts), beyond, plan.lasting, **named), drawn


def match_pairs(session: Session, plan: Plan, table: str) -> Iterator[DoubtfulPair]:
    """The pairs of a match in one table, those in doubt or those drawn from its links, the strongest first."""
    model = plan.linkage.model if plan.linkage else None
    return _modelled(session, plan, model, table) if model else _by_rule(session, plan, table)


def _modelled(session: Session, plan: Plan, model: LinkModel, table: str) -> Iterator[DoubtfulPair]:
    met = met_columns(model)
    ways = _ways(session, plan, table)
    for batch in stream(session, by_model(table, met, plan.review.groups), {"most": MOST_OPEN}):
        for theirs, ours, listed, held, weight, chance, unsure, tied, *every in zip(
            *batch.to_pydict().values(), strict=True
        ):
            facts, levels = _facts(plan, table, every)
            why = UNSURE[unsure - 1].words if unsure else SURE if table == DRAWN else NOT_SURE
            found = tuple(ways.get((theirs, ours), ()))
            by = f"{model.ref} through {found[0].register}" if tied and found else model.ref
            facts |= {"gammas": met_levels(met, levels), "ways": found, "tied": tied and bool(found)}
            yield DoubtfulPair(listed, held, f"{by}: {why}", weight, chance, **facts)


def _ways(session: Session, plan: Plan, table: str) -> dict[tuple[int, int], list[WayMet]]:
    """What further registers tie of the pairs that people look at, by the rows of the list and of the holder."""
    found: dict[tuple[int, int], list[WayMet]] = defaultdict(list)
    for place, through in enumerate(plan.linkage.through if plan.linkage else ()):
        for batch in stream(session, ways_of(place, through, shown_rows(table)), {"most": MOST_OPEN}):
            for listed, held, record, one, other, *met in zip(*batch.to_pydict().values(), strict=True):
                found[listed, held].append(way_met(through, record, (one, other), met))
    return found


SURE = "sure enough, and nobody else is nearly as likely"
NOT_SURE = "not sure enough, or another person is nearly as likely"


def _by_rule(session: Session, plan: Plan, table: str) -> Iterator[DoubtfulPair]:
    for batch in stream(session, by_rule(table, plan.review.groups), {"most": MOST_OPEN}):
        for listed, held, tier, *every in zip(*batch.to_pydict().values(), strict=True):
            facts, _ = _facts(plan, table, every)
            yield DoubtfulPair(listed, held, RULES[tier].name, **facts)


def _facts(plan: Plan, table: str, every: Sequence[Any]) -> tuple[dict[str, Any], Sequence[Any]]:
    """What was compared, in which groups the person is, and why it is looked at; and the columns behind these."""
    kinds = tuple(plan.review.groups)
    values, rest = every[: 2 * len(COMPARED)], every[2 * len(COMPARED) :]
    both = zip(COMPARED, values[::2], values[1::2], strict=True)
    facts = {
        "fields": {key: (theirs, ours) for key, theirs, ours in both if theirs or ours},
        "groups": {kind: group for kind, group in zip(kinds, rest, strict=False) if group},
        "kind": Kind.SAMPLE if table == DRAWN else Kind.DOUBT,
    }
    return facts, rest[len(kinds) :]


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

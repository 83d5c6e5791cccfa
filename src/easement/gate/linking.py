"""Training, trying and explaining models of linkage on an organisation's own registers; nothing leaves by it.

Both sides are opened as for a match, in one locked session, and standardised there. What comes back are figures, and
either side's own keys of pairs.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from easement.base.errors import UsageError
from easement.gate.datasets import Dataset, dataset_from, place_of, table_of
from easement.gate.pairs import way_met, ways_of
from easement.gate.plan import OWN, THEIRS, Table, match_tables, third, third_tables
from easement.linkage.assign import Policy, assigned
from easement.linkage.explain import Explained, Way, explained, met_columns, met_levels, not_compared, parted
from easement.linkage.link import prepared
from easement.linkage.model import LinkModel
from easement.linkage.review_models import way_of
from easement.linkage.score import Scored, score
from easement.linkage.through import Through, chain
from easement.linkage.train import SEED, Training, train
from easement.meaning.standards import standard
from easement.sources.files import open_sources
from easement.sources.session import MEMORY, Session

__all__ = ["Side", "Told", "Tried", "explain_pair", "linked_keys", "opened", "ties_of", "train_on", "try_on"]


LINKED, HELD, LET_GO = "linked", "held", "let go"
"""What a match makes of a pair by itself."""

PAGE = 5_000
"""Pairs looked at together."""


@dataclass(frozen=True, slots=True)
class Side:
    """One register: its mapping, and its file where the mapping does not say or another is meant."""

    mapping: Path
    data: Path | None = None


@dataclass(frozen=True, slots=True)
class Tried:
    """What a model makes of two registers: pairs compared, linked and held, and how many are right as it expects."""

    scored: Scored
    linked: int
    expected: float
    doubtful: int
    queue: int
    held_rows: int
    listed_rows: int

    def as_dict(self) -> dict[str, Any]:
        """The figures as `--json` shows them."""
        return {
            "held_rows": self.held_rows,
            "listed_rows": self.listed_rows,
            "compared": self.scored.compared,
            "linked": self.linked,
            "expected_precision": round(self.expected, 5) if self.linked else None,
            "held_pairs": self.doubtful,
            "held_people": self.queue,
            "blocking": [each.as_dict() for each in self.scored.blocking],
        }


@dataclass(frozen=True, slots=True)
class Told:
    """Why a pair has its weight, and what a match makes of it by itself: `linked`, `held` or `let go`."""

    why: Explained
    became: str

    def as_dict(self) -> dict[str, Any]:
        """The explanation as `--json` shows it."""
        return self.why.as_dict() | {"becomes": self.became}


@contextmanager
def opened(
    home: Path, held: Side, listed: Side, *, thirds: Sequence[Side] = (), memory: str = MEMORY
) -> Iterator[Session]:
    """Both registers, open and standardised, until the block ends; raises what sources and mappings raise.

    `thirds` are further registers that may tie the two; each is standardised as the table `third(PLACE)`.
    """
    folders = (home / "standards",)
    names = ("held_data", "listed_data", *(f"third_data_{place}" for place in range(len(thirds))))
    sides = [dataset_from(side.mapping, side.data, folders, home=home) for side in (held, listed, *thirds)]
    if len({side.data.resolve() for side in sides}) < len(sides):
        raise UsageError("a register is not linked to itself", remedy="name each register once")
    places = [place_of(side, name) for side, name in zip(sides, names, strict=True)]
    with open_sources(*places, memory=memory) as session:
        ours, theirs, *others = (_table(session, name, side, folders) for name, side in zip(names, sides, strict=True))
        for name, query in (*match_tables(ours, theirs), *prepared(), *third_tables(ours, theirs, others)):
            session.make(name, query)
        yield session


def _table(session: Session, name: str, dataset: Dataset, folders: Sequence[Path]) -> Table:
    return table_of(session.sources[name], dataset, standard(dataset.mapping.standard, folders))


def train_on(session: Session, held: Side, listed: Side, **named: Any) -> Training:
    """Train a model on open registers; see `linkage.train.train` for what `named` says of it."""
    facts: dict[str, Any] = {"seed": SEED, "held": held.mapping.stem, "listed": listed.mapping.stem} | named
    return session.work(lambda connection: train(connection, **facts))


def try_on(
    session: Session,
    model: LinkModel,
    policy: Policy,
    through: Sequence[Through] = (),
    *,
    floor: float | None = None,
) -> Tried:
    """Score and assign open registers by a model; `linked` and `doubtful` stand in the session afterwards.

    Pairs below `floor`, in bits, are left out of what is scored: the policy's own, where none is given.
    """
    if through:
        session.work(lambda connection: chain(connection, through, policy))
    found = session.work(lambda connection: score(connection, model, floor=policy.floor if floor is None else floor))
    for name, query in assigned(policy, chained=bool(through)):
        session.make(name, query)
    [[linked, expected]] = session.measure("select count(*), coalesce(avg(probability), 0) from linked")
    [[doubtful, queue]] = session.measure("select count(*), count(distinct listed_row) from doubtful")
    [[held, listed]] = session.measure("select (select count(*) from held), (select count(*) from listed)")
    return Tried(found, linked, expected, doubtful, queue, held, listed)


def ties_of(thirds: Sequence[Side], models: Sequence[tuple[LinkModel, LinkModel]]) -> tuple[Through, ...]:
    """The further registers of an opened session, each by its models with the held register and with the list."""
    both = zip(thirds, models, strict=True)
    return tuple(Through(third(place), *pair, side.mapping.stem) for place, (side, pair) in enumerate(both))


def linked_keys(session: Session, table: str) -> Iterator[tuple[str, str]]:
    """The pairs of `linked` or `doubtful` by both sides' own keys, the list's first: for who scores a model."""
    names = f"from {table} join held using (held_row) join listed using (listed_row)"
    [[many]] = session.measure(f"select count(*) {names}")
    for start in range(0, many, PAGE):
        page = f"select {THEIRS}, {OWN} {names} order by listed_row, held_row limit {PAGE} offset {start}"
        yield from session.measure(page)


def explain_pair(
    session: Session,
    model: LinkModel,
    listed: str,
    held: str,
    *,
    policy: Policy | None = None,
    through: Sequence[Through] = (),
) -> Told | None:
    """Why a pair, by either side's own key, has the weight that it has, and what a match by `policy` makes of it.

    `None` where no rule finds it at all, and no further register ties it. It is asked once of a session.
    """
    try_on(session, model, policy or Policy(), through, floor=-1000.0)
    ways = tuple(_ways(session, through, listed, held))
    alone = _alone(session, model, listed, held)
    if alone is None and not ways:
        return None
    became, tied = _became(session, listed, held)
    why = alone or not_compared(model)
    return Told(replace(why, ways=ways, tied=tied and bool(ways)), became)


def _alone(session: Session, model: LinkModel, listed: str, held: str) -> Explained | None:
    columns = met_columns(model)
    rows = session.measure(f"select {', '.join(columns)} {_of('scored')}", {"listed": listed, "held": held})
    return explained(model, *parted(met_levels(columns, rows[0]))) if rows else None


def _of(table: str) -> str:
    """The pair of a table that both keys name."""
    return (
        f"from {table} join held using (held_row) join listed using (listed_row)"
        f" where {THEIRS} = $listed and {OWN} = $held"
    )


def _became(session: Session, listed: str, held: str) -> tuple[str, bool]:
    """Whether a pair is linked, held or let go, and whether further registers rather than its records made it that."""
    for table, became in (("linked", LINKED), ("doubtful", HELD)):
        of = _of(f"{table} left join scored using (held_row, listed_row)")
        weights = f"select {table}.weight is distinct from scored.weight {of}"  # noqa: S608 (tables of ours)
        if rows := session.measure(weights, {"listed": listed, "held": held}):
            return became, bool(rows[0][0])
    return LET_GO, False


def _ways(session: Session, through: Sequence[Through], listed: str, held: str) -> Iterator[Way]:
    pair = f"select held_row, listed_row from held, listed where {THEIRS} = $listed and {OWN} = $held"  # noqa: S608
    for place, each in enumerate(through):
        models = {model.digest: model for model in (each.held, each.listed)}
        rows = session.measure(ways_of(place, each, pair), {"listed": listed, "held": held})
        found = (way_of(way_met(each, record, (one, other), met), models) for _, _, record, one, other, *met in rows)
        yield from (way for way in found if way)

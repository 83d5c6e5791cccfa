"""Training, trying and explaining models of linkage on an organisation's own registers; nothing leaves by it.

Both sides are opened as for a match, in one locked session, and standardised there. What comes back are figures, and
either side's own keys of pairs.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from easement.base.errors import UsageError
from easement.gate.datasets import Dataset, dataset_from, place_of, table_of
from easement.gate.plan import OWN, THEIRS, Table, match_tables, third_tables
from easement.linkage.assign import Policy, assigned
from easement.linkage.explain import Explained, explained
from easement.linkage.link import prepared
from easement.linkage.model import LinkModel
from easement.linkage.score import Scored, score
from easement.linkage.through import Through, chain
from easement.linkage.train import SEED, Training, train
from easement.meaning.standards import standard
from easement.sources.files import open_sources
from easement.sources.session import MEMORY, Session

__all__ = ["Side", "Tried", "explain_pair", "linked_keys", "opened", "train_on", "try_on"]


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


def try_on(session: Session, model: LinkModel, policy: Policy, through: Sequence[Through] = ()) -> Tried:
    """Score and assign open registers by a model; `linked` and `doubtful` stand in the session afterwards."""
    if through:
        session.work(lambda connection: chain(connection, through, policy))
    found = session.work(lambda connection: score(connection, model, floor=policy.floor))
    for name, query in assigned(policy, chained=bool(through)):
        session.make(name, query)
    [[linked, expected]] = session.measure("select count(*), coalesce(avg(probability), 0) from linked")
    [[doubtful, queue]] = session.measure("select count(*), count(distinct listed_row) from doubtful")
    [[held, listed]] = session.measure("select (select count(*) from held), (select count(*) from listed)")
    return Tried(found, linked, expected, doubtful, queue, held, listed)


def linked_keys(session: Session, table: str) -> Iterator[tuple[str, str]]:
    """The pairs of `linked` or `doubtful` by both sides' own keys, the list's first: for who scores a model."""
    names = f"from {table} join held using (held_row) join listed using (listed_row)"
    [[many]] = session.measure(f"select count(*) {names}")
    for start in range(0, many, PAGE):
        page = f"select {THEIRS}, {OWN} {names} order by listed_row, held_row limit {PAGE} offset {start}"
        yield from session.measure(page)


def explain_pair(session: Session, model: LinkModel, listed: str, held: str) -> Explained | None:
    """Why a pair, by either side's own key, has the weight that it has; `None` where no rule finds it at all."""
    session.work(lambda connection: score(connection, model, floor=-1000.0))
    names = [each.name for each in model.compared]
    common = [each.name for each in model.compared if any(level.common for level in each.levels)]
    columns = ", ".join([*(f"gamma_{name}" for name in names), *(f"common_{name}" for name in common)])
    rows = session.measure(
        f"select {columns} from scored join held using (held_row) join listed using (listed_row) "  # noqa: S608
        f"where {THEIRS} = $listed and {OWN} = $held",
        {"listed": listed, "held": held},
    )
    if not rows:
        return None
    gammas, added = rows[0][: len(names)], rows[0][len(names) :]
    return explained(model, dict(zip(names, gammas, strict=True)), dict(zip(common, added, strict=True)))

"""A disclosure through an outlet of the caller's: what it writes stands in the very commit of each entry (R5.1)."""

from dataclasses import replace
from typing import Any

import pyarrow
import pytest
from sqlalchemy import Connection

from easement.agreement.model import Mode
from easement.base.errors import UsageError
from easement.gate import service
from easement.gate.ask import Outcome
from easement.gate.model import Decision
from easement.gate.outlet import FileOutlet
from easement.gate.plan import Plan
from easement.gate.prepare import Offer
from easement.gate.release import Released, release_rows
from easement.gate.staging import staged
from easement.ledger.model import EntryType
from easement.ledger.tables import Also
from easement.node.home import open_node
from easement.sources.session import Session

from .world import NOW, Row, World, plain_rows


class Noting(FileOutlet):
    """An outlet into a file that notes with each entry what it says, or fails to at one of them."""

    noted: list[tuple[EntryType, int]]
    fails: EntryType | None = None

    def also(self, type_: EntryType, _outcome: Outcome) -> Also | None:
        def note(_connection: Connection, index: int) -> None:
            if type_ is self.fails:
                raise ValueError("no")
            self.noted.append((type_, index))

        return note


def disclosed(
    world: World, fails: EntryType | None = None, **changes: Any
) -> tuple[list[tuple[EntryType, int]], Outcome]:
    asked = world.ask("forms", Mode.BULK, **{"agreement": "school-meals"} | changes)
    assert asked.out is not None
    with open_node(world.node) as node, staged(node.home / "releases", asked.out) as answer:
        outlet = Noting(node, answer, "csv")
        outlet.noted, outlet.fails = [], fails
        outcome = service.disclose(node, replace(asked, out=None), outlet, now=NOW, clock=lambda: NOW)
    return outlet.noted, outcome


def test_what_an_outlet_notes_comes_with_each_entry(world: World) -> None:
    noted, outcome = disclosed(world)
    assert outcome.decision.allowed
    assert noted == [(EntryType.DISCLOSURE_INTENDED, 1), (EntryType.DISCLOSURE_RELEASED, 2)]
    assert world.delivered() == ["answer.csv", "answer.csv.receipt"]
    assert world.verified(world.out / "answer.csv").entry["count"] == outcome.released.count


def test_a_refusal_is_an_outcome_and_noted_too(world: World) -> None:
    noted, outcome = disclosed(world, role="teacher")
    assert not outcome.decision.allowed
    assert noted == [(EntryType.DISCLOSURE_REFUSED, outcome.entry)]
    assert (world.types(), world.delivered()) == (["refused"], [])


@pytest.mark.parametrize(
    ("fails", "changes"), [(EntryType.DISCLOSURE_REFUSED, {"role": "teacher"}), (EntryType.DISCLOSURE_INTENDED, {})]
)
def test_where_the_outlet_cannot_note_it_there_is_no_entry(
    world: World, fails: EntryType, changes: dict[str, Any]
) -> None:
    with pytest.raises(ValueError, match="no"):
        disclosed(world, fails, **changes)
    assert (world.types(), world.delivered()) == ([], [])


class InMemory:
    """An outlet that takes an answer's rows batch by batch and has no folder to write to."""

    message, folder, binary = None, None, False

    def __init__(self) -> None:
        self.rows: list[dict[str, Any]] = []
        self.columns: set[str] = set()

    def begin(self) -> dict[str, dict[str, Any]]:
        return {}

    def also(self, _type: EntryType, _outcome: Outcome) -> None:
        return None

    def release(self, session: Session, query: Plan, _decision: Decision, _offer: Offer, _intent: int) -> Released:
        return replace(release_rows(session, query, self._take), sha256="cd" * 32)

    def _take(self, batch: pyarrow.RecordBatch) -> None:
        self.columns |= set(batch.schema.names)
        self.rows += batch.to_pylist()

    def deliver(self, outcome: Outcome) -> Outcome:
        return outcome

    def forget(self) -> None:
        self.rows.clear()


@pytest.mark.parametrize("held", [plain_rows(3), []], ids=["some", "nobody"])
def test_rows_are_handed_on_batch_by_batch_and_the_columns_even_of_none(world: World, held: list[Row]) -> None:
    world.hold(held)
    outlet = InMemory()
    asked = replace(world.ask("forms", Mode.BULK), out=None)
    with open_node(world.node) as node:
        outcome = service.disclose(node, asked, outlet, now=NOW, clock=lambda: NOW)
    assert outcome.released.count == len(outlet.rows) == len(held)
    assert {"family_name", "award"} <= outlet.columns == set(outcome.decision.fields)
    assert [row["family_name"] for row in outlet.rows] == ["Na"] * len(held)


def test_a_list_that_is_only_spoken_of_opens_nothing(world: World) -> None:
    with pytest.raises(UsageError, match="go together"):
        disclosed(world, listed=True)
    assert world.types() == []

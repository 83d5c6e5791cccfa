"""What a match by a model hands over for review and for counts (R4.4): with each pair what was met in it."""

from typing import Any

import pytest

from easement.gate.match import RULES
from easement.gate.pairs import COMPARED, DOUBTFUL, by_model
from easement.gate.plan import OWN, THEIRS, Linkage, Plan
from easement.gate.tallying import tally, told
from easement.linkage.assign import Policy
from easement.linkage.explain import explained, met_columns, met_levels, parted
from easement.linkage.link import link
from easement.linkage.model import LinkModel
from easement.linkage.quality_tally import Tally
from easement.linkage.train import train
from tests.linkage.people import engine, town


class Tables:
    """A session as far as counting goes: tables, and questions about them."""

    def __init__(self, connection: Any) -> None:
        self.connection = connection

    def measure(self, query: str) -> list[tuple[Any, ...]]:
        return list(self.connection.execute(query).fetchall())


@pytest.fixture(scope="module")
def linked() -> tuple[LinkModel, Tables]:
    """A town linked by a model of its own, beside its rows by their keys as a match has them."""
    registers = town()
    model = train(engine(registers), id="town", title="A town", held="one", listed="other").model
    connection = engine(registers)
    link(connection, model, Policy())
    keys = ", ".join(f"null::varchar as key_{key}" for key in COMPARED)
    for side, name in (("held", OWN), ("listed", THEIRS)):
        rows = f"select {side}_row, {side}_row::varchar as {name}, {keys}"
        source = f"(select distinct {side}_row from scored union select {side}_row from doubtful)"
        connection.execute(f"create or replace table {side} as {rows} from {source}").fetchall()
    return model, Tables(connection)


def test_every_pair_in_doubt_is_explained_by_what_was_met(linked: tuple[LinkModel, Tables]) -> None:
    model, tables = linked
    columns = met_columns(model)
    rows = tables.connection.execute(by_model(DOUBTFUL, columns, {}), {"most": 50}).fetchall()
    assert rows
    for row in rows:
        weight, chance, values = row[4], row[5], row[8 + 2 * len(COMPARED) :]
        why = explained(model, *parted(met_levels(columns, values)))
        assert why.weight == pytest.approx(weight, abs=0.05)
        assert why.probability == pytest.approx(chance, abs=0.02)


def test_links_and_doubts_of_a_model_are_counted_by_chance(linked: tuple[LinkModel, Tables]) -> None:
    model, tables = linked
    plan = Plan("", (), linkage=Linkage(model, Policy(), ()))
    found = tally(tables, plan)  # type: ignore[arg-type]
    every = {"linked": found.linked, "doubtful": found.held}
    for table, side in every.items():
        [(pairs, chances)] = tables.measure(f"select count(*), sum(probability) from {table}")
        assert sum(each[0] for each in side.values()) == pairs
        assert sum(each[1] or 0 for each in side.values()) == pytest.approx(chances)
    said = told(tables, plan).as_dict()  # type: ignore[arg-type]
    assert (said["method"], said["model"], said["digest"]) == ("model", "town/1", model.digest)
    assert 0.95 <= float(said["expected"]["precision"]) <= 1
    assert said["expected"].keys() == {"precision"}
    assert said["reviewed"] == {"precision": {"decisions": 0}}


def test_links_of_exact_rules_are_counted_by_rule_and_promise_nothing() -> None:
    connection = engine(town())
    for table, tiers in (("linked", (0, 0, 3)), ("doubtful", (8,))):
        rows = ", ".join(f"({tier})" for tier in tiers)
        connection.execute(f"create table {table} as select * from (values {rows}) as t(tier)").fetchall()
    found = tally(Tables(connection), Plan("", ()))  # type: ignore[arg-type]
    assert found == Tally({RULES[0].name: (2, None), RULES[3].name: (1, None)}, {RULES[8].name: (1, None)})
    said = told(Tables(connection), Plan("", ()))  # type: ignore[arg-type]
    assert said.as_dict() == {"method": "rules", "reviewed": {"precision": {"decisions": 0}}}

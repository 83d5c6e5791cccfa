"""Whoever can write to the database cannot put one sealed record in another's place: each is bound to its row."""

import pytest
from sqlalchemy import select, update

from easement.base.database import reading, writing
from easement.base.errors import ProofFailed
from easement.permission import drafts, drafts_tables, emergency, emergency_tables, keeping, tables
from easement.permission.actor import at_console
from easement.permission.emergency import Happened
from easement.permission.keeping import Act
from easement.permission.model import Kind
from tests.gate.world import TERMS

from .makers import HOME, LATER, NOW, SIGNERS, event, host_of, note_of, said_of, step

LEAD, SENIOR = at_console("governance-lead", "Ada Ash"), at_console("senior-risk-owner", "Bo Birch")


@pytest.fixture
def host(tmp_path, engine):
    return host_of(tmp_path, engine)


def swap(host, table, key, column="sealed"):
    """Put the sealed records of the first two rows in each other's place."""
    with reading(host.engine) as connection:
        one, other = connection.execute(select(key, table.c[column]).order_by(key).limit(2)).all()
    with writing(host.engine) as connection:
        connection.execute(update(table).where(key == one[0]).values({column: other[1]}))
        connection.execute(update(table).where(key == other[0]).values({column: one[1]}))


def proposed(host, number: int):
    """Another proposal of the council's, with what is kept of who acted."""
    made = event(None, HOME, said_of(Kind.PROPOSE), proposal=f"{number:032x}", id=f"{number:032x}")
    keeping.keep_act(host, made, Act(LEAD if number % 2 else SENIOR, bytes(32)))
    return keeping.keep(host, None, made, note_of(made, SIGNERS[HOME]), now=NOW + LATER)


def test_events_of_one_proposal_or_of_two(host):
    first, second = proposed(host, 1), proposed(host, 2)
    said = step(first, Kind.COMMENT)
    keeping.keep(host, first, said, note_of(said, SIGNERS[HOME]), now=NOW + LATER)
    swap(host, tables.events, tables.events.c.id)
    for each in (first, second):
        with pytest.raises(ProofFailed, match="does not open"):
            keeping.notes_after(host, each.id, 0, 9)


def test_who_did_what(host):
    dossiers = [proposed(host, number) for number in (1, 2)]
    swap(host, tables.acts, tables.acts.c.id)
    with pytest.raises(ProofFailed, match="does not open"):
        keeping.names(host, dossiers[0].events)


def test_drafts(host):
    made = [drafts.start(host, TERMS, LEAD, NOW) for _ in range(2)]
    swap(host, drafts_tables.drafts, drafts_tables.drafts.c.id)
    with pytest.raises(ProofFailed, match="does not open"):
        drafts.draft(host, made[0].id)


def test_versions_of_one_draft(host):
    made = drafts.start(host, TERMS, LEAD, NOW)
    drafts.save(host, made.id, 1, TERMS.replace("P1Y", "P2Y"), LEAD, NOW)
    swap(host, drafts_tables.drafts, drafts_tables.drafts.c.number)
    with pytest.raises(ProofFailed, match="does not open"):
        drafts.draft(host, made.id)


def test_emergencies(host):
    for what in ("an address", "a name"):
        happened = Happened("gave", "dwp", "safeguarding-children", what, "a child was missing", NOW)
        emergency.record(host, happened, LEAD, NOW)
    swap(host, emergency_tables.emergencies, emergency_tables.emergencies.c.id)
    with pytest.raises(ProofFailed, match="does not open"):
        emergency.emergencies(host, NOW)

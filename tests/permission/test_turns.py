"""Whose turn it is, in which role, by which command: what is told can be done (R1.5)."""

from datetime import date

import pytest

from easement.permission.telling import told
from easement.permission.transitions import possible
from easement.permission.turns import still_to_hear, turn_of
from easement.staff.permissions import NodeRole

from .makers import HOME, PARTY, REVIEWED, STAGES, THIRD, walked

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("organisation", [HOME, PARTY, THIRD])
def test_a_turn_is_told_to_whom_it_waits_for_and_to_nobody_else(stage: str, organisation: str) -> None:
    dossier = walked(STAGES[stage])
    turns = turn_of(dossier, organisation, ("governance-lead",))
    assert bool(turns) is (organisation in dossier.waiting_for)
    for turn in turns:
        assert turn.kind in possible(dossier, organisation)
        assert set(turn.roles) <= set(NodeRole)
        assert turn.command.startswith(f"{turn.kind} {dossier.id[:8]}")


def test_each_role_that_was_not_heard_has_its_own_turn() -> None:
    needs = ("governance-lead", "senior-risk-owner")
    turns = turn_of(walked(REVIEWED), PARTY, needs)
    assert [each.roles for each in turns] == [("governance-lead",), ("senior-risk-owner",)]
    assert "--role senior-risk-owner" in turns[1].command


def test_what_an_organisation_said_that_it_needs_counts_more_than_its_settings_now() -> None:
    dossier = walked(STAGES["varying-review"])
    assert still_to_hear(dossier, HOME, ("caldicott-guardian",)) == ("caldicott-guardian",)
    approved = walked((*REVIEWED, *STAGES["approved"][-2:-1]))
    assert still_to_hear(approved, HOME, ("caldicott-guardian",)) == ()


def test_another_organisations_roles_are_told_only_once_it_said_them() -> None:
    words = told(walked(REVIEWED), HOME, TODAY, None, ("senior-risk-owner",))
    assert f"{HOME} has yet to approve as senior-risk-owner" in words
    assert f"{PARTY} has yet to approve\n" in words

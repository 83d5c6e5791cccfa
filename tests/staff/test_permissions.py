"""Permissions and the roles that bundle them (R7.2: least privilege)."""

import re

import pytest

from easement.staff.permissions import BUNDLES, EXPLAINED, ROLES_EXPLAINED, NodeRole, Permission, permissions_of


def test_a_permission_is_a_scope_a_resource_and_an_action_by_the_alphabet():
    assert all(re.fullmatch(r"[a-z]+:[a-z]+:[a-z]+", each) for each in Permission)
    assert list(Permission) == sorted(Permission)


def test_every_permission_and_role_is_explained_in_a_sentence():
    assert EXPLAINED.keys() == set(Permission)
    assert ROLES_EXPLAINED.keys() == BUNDLES.keys() == set(NodeRole)
    assert all(said.endswith(".") for said in (*EXPLAINED.values(), *ROLES_EXPLAINED.values()))


def test_every_permission_is_somebodys():
    assert permissions_of(NodeRole) == set(Permission)
    assert permissions_of(()) == frozenset()


def test_no_role_may_do_everything_and_none_does_what_another_does():
    assert all(bundle < set(Permission) for bundle in BUNDLES.values())
    assert len(set(BUNDLES.values())) == len(BUNDLES)


def test_whoever_lets_people_in_may_not_ask_about_people():
    asks = {Permission.DISCLOSURE_PERSON_ASK, Permission.DATA_JOB_RUN}
    assert not BUNDLES[NodeRole.ADMINISTRATOR] & asks


@pytest.mark.parametrize("role", [role for role in NodeRole if role is not NodeRole.ADMINISTRATOR])
def test_only_administrators_let_people_in(role: NodeRole):
    assert not BUNDLES[role] & {Permission.STAFF_ACCOUNT_MANAGE, Permission.STAFF_KEY_MANAGE}


def test_an_auditor_changes_nothing():
    assert all(each.endswith(":read") for each in BUNDLES[NodeRole.AUDITOR])

"""An operator publishes again in time, with its ledger or not at all, and lives through new keys of its own (R3.6)."""

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest

from easement.base.database import reading
from easement.base.errors import Refused, StorageFailed
from easement.exchange import directory_store, directory_tables, operator_service, operator_versions
from easement.exchange.directory import verified_directory
from easement.exchange.directory_handover import hand_over
from easement.exchange.directory_service import problems, refresh
from easement.ledger.model import Entry, EntryType, minute
from easement.ledger.note import Signer
from easement.ledger.service import Ledger

from .cluster import NOW, OPERATOR, signer_of
from .operating import entries, join, own_member, together


def test_the_directory_is_published_anew_when_it_ages_and_not_before(operator):
    life = operator_service.LIFE
    assert operator_versions.keep_alive(operator, NOW + life / 4 - timedelta(seconds=1)).text == (
        operator_versions.version(operator, 1).text
    )
    told = together(*(lambda: operator_versions.keep_alive(operator, NOW + life / 4) for _ in range(4)))
    assert len({each.text for each in told}) == 1
    assert operator_versions.latest(operator).sequence == 2
    assert refresh(operator, None, NOW + life).sequence == 3


def test_a_ledger_that_takes_nothing_publishes_nothing(operator):
    operator.ledger.close()
    with pytest.raises(StorageFailed):
        operator_service.renew(operator, NOW)
    assert operator_versions.latest(operator).sequence == 1
    alive = NOW + operator_service.LIFE / 2
    assert operator_versions.keep_alive(operator, alive) == operator_versions.current(operator)
    with pytest.raises(StorageFailed):
        operator_versions.keep_alive(operator, NOW + operator_service.LIFE)


def test_row_and_entry_are_written_together_or_not_at_all(operator):
    def row(_connection, _version):
        raise Refused("the disk is not asked")

    with pytest.raises(Refused, match="not asked"):
        operator_versions.publish(operator, lambda _: {}, NOW, row)
    assert operator_versions.latest(operator).sequence == 1
    assert len(entries(operator)) == 1
    with reading(operator.engine) as connection:
        assert directory_tables.version(connection, 2) is None


def test_the_operators_node_moves_and_says_so(operator):
    moved = operator.at("https://new.example")
    assert operator_service.renew(moved, NOW).operator.url == "https://new.example"


def test_the_operators_new_key_needs_the_old_one(operator):
    join(operator, "northtown")
    changed = replace(operator, organisation_key=signer_of(OPERATOR.name, 1))
    with pytest.raises(Refused, match=r"does not know the key `northshire-operator.*does not vouch for it"):
        operator_service.renew(changed, NOW)
    trust = directory_store.trusted(operator.home)
    directory_store.add_handover(
        operator.home, "organisation", hand_over(operator.organisation_key, changed.organisation_key)
    )
    version = operator_service.remove(changed, "northtown", NOW)
    published = operator_versions.current(changed)
    assert verified_directory(published, trust) == version
    assert version.trust().keys == (changed.organisation_key.key,)
    with pytest.raises(Refused):
        operator_service.renew(operator, NOW)
    assert operator_service.renew(changed, NOW).sequence == 4


def test_the_operators_log_has_a_new_key_that_the_old_one_vouches_for(operator):
    """Also where the operator is a member, and where members slept through two changes."""
    own_member(operator)
    trust = directory_store.trusted(operator.home)
    host, signers = (
        operator,
        [operator.ledger.signer, *(Signer(operator.ledger.key.name, bytes([n]) * 32) for n in (5, 6))],
    )
    for old, new in pairwise(signers):
        host.ledger.close()
        ledger = Ledger.open(
            host.engine, host.home / "ledger", signer=new, master_key=host.master_key, former=[s.key for s in signers]
        )
        host = replace(host, ledger=ledger)
        ledger.append(Entry(time=minute(NOW), type=EntryType.KEY_CHANGED, key="ab" * 32))
        ledger.checkpoint()
        if new == signers[1]:
            with pytest.raises(Refused, match="does not vouch"):
                operator_service.renew(host, NOW)
        directory_store.add_handover(host.home, "log", hand_over(old, new))
    version = operator_service.renew(host, NOW)
    assert verified_directory(operator_versions.current(host), trust) == version
    assert version.trust().log == signers[-1].key
    assert version.member(OPERATOR.name).log_keys == (signers[-1].key, signers[0].key)
    assert operator_service.renew(host, NOW).operator == version.operator


def test_an_operator_without_trouble_has_none(operator):
    assert problems(operator, NOW) == ()

"""An operator makes a cluster and invites (R2.6, R3.6): each change is a new version, signed, logged and never lost."""

import pytest

from easement.base.errors import UsageError
from easement.exchange import directory_store, operator_service, operator_versions
from easement.exchange.directory import read_directory
from easement.exchange.directory_code import parse_code
from easement.exchange.directory_service import current_directory

from .cluster import NOW, OPERATOR, signer_of
from .hosts import host_of
from .operating import entries, join


def test_a_new_cluster_has_a_first_version_without_members_and_an_entry_of_it(operator):
    version = operator_versions.latest(operator)
    assert (version.sequence, version.members, version.previous) == (1, (), "")
    assert entries(operator) == [(1, version.digest)]
    assert current_directory(operator, NOW) == version


def test_a_node_operates_one_cluster(operator):
    with pytest.raises(UsageError, match="this node operates the cluster `northshire`"):
        operator_service.found(operator, "southshire", "", NOW)


@pytest.mark.parametrize(("cluster", "name"), [("North Shire", ""), ("northshirе", ""), ("n", "a\nb"), ("", "")])
def test_a_cluster_that_cannot_be_named_so_is_not_made(tmp_path, engine, cluster, name):
    host = host_of(tmp_path, OPERATOR.name, engine)
    with pytest.raises(UsageError, match="cannot stand in a directory"):
        operator_service.found(host, cluster, name, NOW)
    with pytest.raises(UsageError, match="does not operate a cluster"):
        operator_versions.latest(host)


def test_who_is_invited_and_joins_stands_in_the_next_version(operator):
    first = operator_versions.latest(operator)
    version = join(operator, "northtown")
    member = version.member("northtown")
    assert (version.sequence, member.body_class, member.services) == (2, "local-authority", ("lookup",))
    assert version.previous == first.digest
    assert [number for number, _ in entries(operator)] == [1, 2]
    assert version.key(member.keys[0].id, NOW) == signer_of("northtown").key


def test_every_version_stays_as_it_was_published(operator):
    versions = [operator_versions.latest(operator), join(operator, "dwp"), join(operator, "northtown")]
    trust = directory_store.trusted(operator.home)
    for version in versions:
        published = operator_versions.version(operator, version.sequence)
        assert read_directory(published, trust, NOW) == version
    assert [version.previous for version in versions] == ["", versions[0].digest, versions[1].digest]
    with pytest.raises(UsageError, match="no version 4"):
        operator_versions.version(operator, 4)


def test_a_code_says_all_that_is_needed_and_reads_back(operator):
    code = operator_service.invite(operator, "northtown", "local-authority", NOW)
    text = code.encode()
    assert text.startswith("easement-join-1.")
    assert text.split() == [text]
    assert parse_code(text) == code
    assert parse_code(f"  {text[:50]}\n   {text[50:]}\n") == code
    assert code.secret not in repr(code)


@pytest.mark.parametrize("spoil", [lambda t: t[:-1], lambda t: t[1:], lambda t: t.swapcase(), lambda t: "", str.upper])
def test_a_mistyped_code_is_told_without_its_secret(operator, spoil):
    text = operator_service.invite(operator, "northtown", "local-authority", NOW).encode()
    with pytest.raises(UsageError, match="this is not a joining code") as told:
        parse_code(spoil(text))
    assert text[20:40] not in str(told.value)


def test_no_secret_of_an_invitation_is_kept(operator):
    code = operator_service.invite(operator, "northtown", "local-authority", NOW)
    assert code.secret not in repr(operator_service.invitations(operator))


def test_a_class_that_the_law_does_not_know_is_refused(operator):
    with pytest.raises(UsageError, match=r"`local-authorty` is not a class of body\n  did you mean `local-authority`"):
        operator_service.invite(operator, "northtown", "local-authorty", NOW)


@pytest.mark.parametrize("organisation", ["North", "nоrth", "n" * 64, "", "north\n", "../north"])
def test_an_organisation_that_cannot_be_named_so_is_not_invited(operator, organisation):
    with pytest.raises(UsageError, match="cannot stand in a directory"):
        operator_service.invite(operator, organisation, "local-authority", NOW)
    assert operator_service.invitations(operator) == []


def test_a_member_is_not_invited_again(operator):
    join(operator, "northtown")
    with pytest.raises(UsageError, match="`northtown` is a member already"):
        operator_service.invite(operator, "northtown", "local-authority", NOW)

"""What members tell their operator, and what becomes of keys that are revoked (R2.6, R3.6)."""

from datetime import timedelta

import pytest

from easement.base.errors import Refused, UsageError
from easement.exchange import operator_service, operator_versions
from easement.exchange.directory_handover import hand_over
from easement.exchange.directory_statement import Leaving, Offer, say
from easement.exchange.operator_answers import take_statement

from .cluster import DAY, NOW, signer_of
from .operating import HOUR, entries, join, joining, new_key, refused


def test_a_member_has_a_new_key_once_the_old_one_vouches_for_it(operator):
    join(operator, "northtown")
    old, new = signer_of("northtown"), signer_of("northtown", 1)
    take_statement(operator, new_key("northtown", old, new), NOW, kind="key", organisation="northtown")
    member = operator_versions.latest(operator).member("northtown")
    assert [each.parsed for each in member.present_keys(NOW)] == [old.key, new.key]
    assert [each.parsed for each in member.present_keys(NOW + 3 * DAY)] == [new.key]


@pytest.mark.parametrize(
    "said",
    [
        {"handovers": ()},
        {"handovers": (hand_over(signer_of("northtown", 2), signer_of("northtown", 1)),)},
        {"handovers": (hand_over(signer_of("northtown"), signer_of("northtown", 2)),)},
        {"handovers": ("nonsense",)},
        {"signer": signer_of("northtown")},
        {"signer": signer_of("northtown", 2)},
        {"key": str(signer_of("northtown").key), "signer": signer_of("northtown")},
    ],
)
def test_a_new_key_for_which_the_old_one_does_not_vouch_is_refused(operator, said):
    join(operator, "northtown")
    data = new_key("northtown", signer_of("northtown"), signer_of("northtown", 1), **said)
    with pytest.raises(Refused, match="not signed by a key that `northtown` has"):
        take_statement(operator, data, NOW, kind="key", organisation="northtown")
    assert len(entries(operator)) == 2


def test_a_key_of_somebody_else_is_not_announced_as_ones_own(operator):
    join(operator, "northtown")
    join(operator, "dwp")
    stolen = signer_of("dwp")._replace(name="northtown")
    with pytest.raises(Refused, match="in the directory already"):
        take_statement(operator, new_key("northtown", signer_of("northtown"), stolen), NOW, kind="key")


def test_a_log_has_a_new_key_once_the_old_one_vouches_and_the_member_says_so(operator):
    join(operator, "northtown")
    signer = signer_of("northtown")
    old, new = (signer_of("northtown", number)._replace(name="northtown/ledger") for number in (0, 7))
    for notes, speaker in (
        ((), signer),
        ((hand_over(old, new),), signer_of("northtown", 3)),
        ((hand_over(new, new),), signer),
    ):
        data = new_key("northtown", old, new, of="log", signer=speaker, handovers=notes)
        with pytest.raises(Refused):
            take_statement(operator, data, NOW, kind="key")
    take_statement(operator, new_key("northtown", old, new, of="log", signer=signer), NOW, kind="key")
    assert operator_versions.latest(operator).member("northtown").log_keys == (new.key, old.key)


def test_nobody_speaks_for_another_member(operator):
    join(operator, "northtown")
    join(operator, "dwp")
    mine = signer_of("dwp")
    for said in (
        Leaving(cluster="northshire", organisation="northtown", at=NOW),
        Offer(cluster="northshire", organisation="northtown", at=NOW, url="https://evil.example"),
    ):
        for signer in (mine, mine._replace(name="northtown")):
            with pytest.raises(Refused, match="not signed by a key that `northtown` has"):
                take_statement(operator, say(said, [signer]).encode(), NOW, kind=said.kind, organisation="northtown")
    assert len(entries(operator)) == 3


def test_what_a_member_said_cannot_be_said_again_in_its_place(operator):
    join(operator, "northtown")
    signer = signer_of("northtown")

    def move(url, at):
        said = Offer(cluster="northshire", organisation="northtown", at=at, url=url)
        return say(said, [signer]).encode()

    first = move("https://one.example", NOW)
    take_statement(operator, first, NOW, kind="offer")
    take_statement(operator, move("https://two.example", NOW + timedelta(seconds=1)), NOW, kind="offer")
    take_statement(operator, first, NOW, kind="offer")
    assert operator_versions.latest(operator).member("northtown").url == "https://two.example"
    take_statement(operator, move("https://three.example", NOW + HOUR), NOW + HOUR, kind="offer")
    with pytest.raises(Refused, match="this was said on 2026-11-22 02:17 UTC"):
        take_statement(operator, first, NOW + HOUR, kind="offer")
    assert operator_versions.latest(operator).member("northtown").url == "https://three.example"


def test_a_member_that_leaves_is_out_and_may_be_invited_again(operator):
    join(operator, "northtown")
    said = Leaving(cluster="northshire", organisation="northtown", at=NOW)
    data = say(said, [signer_of("northtown")]).encode()
    take_statement(operator, data, NOW, kind="leave")
    assert operator_versions.latest(operator).members == ()
    take_statement(operator, data, NOW, kind="leave")
    assert join(operator, "northtown", now=NOW + HOUR).member("northtown").joined == NOW + HOUR


# Revoking


def test_a_revoked_key_speaks_no_more_and_cannot_announce_another(operator):
    join(operator, "northtown")
    version = operator_service.revoke_keys(operator, "northtown", NOW)
    assert version.member("northtown").present_keys(NOW) == ()
    data = new_key("northtown", signer_of("northtown"), signer_of("northtown", 1))
    with pytest.raises(Refused, match="not signed by a key that `northtown` has"):
        take_statement(operator, data, NOW, kind="key")


def test_who_lost_a_key_joins_again_with_another_and_never_with_that_one(operator):
    join(operator, "northtown")
    operator_service.revoke_keys(operator, "northtown", NOW)
    code = operator_service.invite(operator, "northtown", "local-authority", NOW)
    refused(operator, joining(code, 0), "the key was revoked")
    take_statement(operator, joining(code, 1), NOW, kind="join")
    member = operator_versions.latest(operator).member("northtown")
    assert list(member.lasting_keys) == [signer_of("northtown", 1).key]
    assert len(member.keys) == 2


def test_a_revoked_key_stays_revoked_after_its_member_was_removed(operator):
    join(operator, "northtown")
    operator_service.revoke_keys(operator, "northtown", NOW)
    operator_service.remove(operator, "northtown", NOW)
    code = operator_service.invite(operator, "northtown", "local-authority", NOW)
    refused(operator, joining(code, 0), "this key was revoked")


def test_one_key_of_two_is_revoked_by_its_id(operator):
    join(operator, "northtown")
    old, new = signer_of("northtown"), signer_of("northtown", 1)
    take_statement(operator, new_key("northtown", old, new), NOW, kind="key")
    operator_service.revoke_keys(operator, "northtown", NOW, f"northtown+{old.key.id.hex()}")
    assert [each.parsed for each in operator_versions.latest(operator).member("northtown").present_keys(NOW)] == [
        new.key
    ]
    with pytest.raises(UsageError, match="no such key to revoke"):
        operator_service.revoke_keys(operator, "northtown", NOW, "northtown+00000000")


def test_a_key_revoked_while_it_announces_another_leaves_none(operator, monkeypatch):
    """The thief of a key must not win the race against its revocation: what is said is held against the newest."""
    join(operator, "northtown")
    data = new_key("northtown", signer_of("northtown"), signer_of("northtown", 1))
    commit = operator_versions._commit
    raced = []

    def overtaken(host, version, now, row):
        if not raced:
            raced.append(True)
            operator_service.revoke_keys(operator, "northtown", NOW)
        return commit(host, version, now, row)

    monkeypatch.setattr(operator_versions, "_commit", overtaken)
    with pytest.raises(Refused, match="not signed by a key that `northtown` has"):
        take_statement(operator, data, NOW, kind="key")
    assert operator_versions.latest(operator).member("northtown").present_keys(NOW) == ()


def test_removing_who_is_none_is_told(operator):
    for act in (operator_service.remove, operator_service.revoke_keys):
        with pytest.raises(UsageError, match="`northtown` is not a member"):
            act(operator, "northtown", NOW)

"""Who joins a cluster, and what is refused of who would join it (R3.6)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from easement.base.errors import Refused
from easement.exchange import directory_store, operator_service, operator_versions
from easement.exchange.directory_handover import hand_over
from easement.exchange.directory_statement import Joining, say
from easement.exchange.operator_answers import SKEW, take_statement

from .cluster import NOW, OPERATOR, signer_of
from .operating import HOUR, entries, join, joining, own_member, refused, together


def test_a_code_is_good_once_and_the_second_user_hears_of_the_first(operator):
    code = operator_service.invite(operator, "northtown", "local-authority", NOW)
    take_statement(operator, joining(code), NOW, kind="join")
    other = signer_of("northtown", 1).key
    first = signer_of("northtown").key.id.hex()
    refused(operator, joining(code, 1), rf"used already, with the key `northtown\+{first}`")
    assert str(other) not in [each.key for each in operator_versions.latest(operator).member("northtown").keys]


def test_who_lost_the_answer_may_join_again_with_the_same_key(operator):
    code = operator_service.invite(operator, "northtown", "local-authority", NOW)
    first = take_statement(operator, joining(code), NOW, kind="join")
    assert take_statement(operator, joining(code), NOW, kind="join") == first
    later = NOW + timedelta(minutes=3)
    assert take_statement(operator, joining(code, now=later), later, kind="join").text == first.text
    assert len(entries(operator)) == 2


def test_a_code_that_expired_is_refused(operator):
    code = operator_service.invite(operator, "northtown", "local-authority", NOW, good_for=HOUR)
    refused(operator, joining(code, now=NOW + HOUR), "this code has expired", now=NOW + HOUR)
    last = NOW + HOUR - timedelta(seconds=1)
    take_statement(operator, joining(code, now=last), last, kind="join")


def test_a_code_for_another_organisation_is_refused(operator):
    code = operator_service.invite(operator, "northtown", "local-authority", NOW)
    thief = code.model_copy(update={"organisation": "southtown"})
    refused(operator, joining(thief), "this code invites `northtown`, not `southtown`")


def test_who_does_not_know_the_secret_learns_nothing_of_the_invitation(operator):
    code = operator_service.invite(operator, "northtown", "local-authority", NOW)
    wrong = code.model_copy(update={"secret": "0" * 32})
    unknown = wrong.model_copy(update={"invitation": "1" * 32})
    take_statement(operator, joining(code), NOW, kind="join")
    told = set()
    for guess in (wrong, unknown, wrong.model_copy(update={"organisation": "southtown"})):
        with pytest.raises(Refused) as refusal:
            take_statement(operator, joining(guess), NOW, kind="join")
        told.add(str(refusal.value))
    assert told == {"this code is not good here\n  ask the operator for a new one"}


def test_a_code_withdrawn_or_replaced_is_good_no_longer(operator):
    first = operator_service.invite(operator, "northtown", "local-authority", NOW)
    second = operator_service.invite(operator, "northtown", "local-authority", NOW)
    refused(operator, joining(first), "not good here")
    assert operator_service.withdraw(operator, "northtown") == 1
    refused(operator, joining(second), "not good here")


def test_what_was_signed_by_another_key_is_refused(operator):
    code = operator_service.invite(operator, "northtown", "local-authority", NOW)
    mine, theirs = signer_of("northtown", 1), signer_of("northtown")
    data = joining(code)
    forged = data.replace(str(theirs.key).encode(), str(mine.key).encode())
    refused(operator, forged, "not good here")  # the proof of the invitation is for the key that was sent with it


def test_a_key_that_belongs_to_somebody_else_is_refused(operator):
    join(operator, "dwp")
    stolen = signer_of("dwp")._replace(name="northtown")
    code = operator_service.invite(operator, "northtown", "local-authority", NOW)
    said = {
        "cluster": "northshire", "organisation": "northtown", "at": NOW, "url": "https://northtown.example",
        "invitation": code.invitation, "key": str(stolen.key), "log": str(stolen._replace(name="n/ledger").key),
    }  # fmt: skip
    data = say(Joining.model_validate(said), [stolen], bytes.fromhex(code.secret)).encode()
    refused(operator, data, "the key belongs to `dwp`")


def test_the_operators_own_key_is_refused_for_anybody_else(operator):
    code = operator_service.invite(operator, "northtown", "local-authority", NOW)
    stolen = operator.organisation_key._replace(name="northtown")
    said = {
        "cluster": "northshire", "organisation": "northtown", "at": NOW, "url": "https://northtown.example",
        "invitation": code.invitation, "key": str(stolen.key), "log": str(stolen._replace(name="n/ledger").key),
    }  # fmt: skip
    data = say(Joining.model_validate(said), [stolen], bytes.fromhex(code.secret)).encode()
    refused(operator, data, f"the key belongs to `{OPERATOR.name}`")


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"log": str(signer_of("dwp")._replace(name="dwp/ledger").key)}, "the log `dwp/ledger` belongs to `dwp`"),
        ({"url": "https://dwp.example"}, "the address `https://dwp.example` belongs to `dwp`"),
        ({"url": "http://127.0.0.1:8350"}, "leads every other node back to itself"),
        ({"key": str(signer_of("southtown").key)}, "not signed by the key that it names"),
    ],
)
def test_what_belongs_to_another_is_refused(operator, said, words):
    join(operator, "dwp")
    code = operator_service.invite(operator, "northtown", "local-authority", NOW)
    refused(operator, joining(code, **said), words)
    take_statement(operator, joining(code), NOW, kind="join")


def test_the_operators_log_is_nobody_elses(operator):
    code = operator_service.invite(operator, "northtown", "local-authority", NOW)
    origin = operator.ledger.key.name
    log = str(signer_of("northtown")._replace(name=origin).key)
    refused(operator, joining(code, log=log), f"the log `{origin}` belongs to `{OPERATOR.name}`")


def test_a_clock_far_off_is_told(operator):
    code = operator_service.invite(operator, "northtown", "local-authority", NOW)
    for wrong in (NOW - SKEW - timedelta(seconds=1), NOW + SKEW + timedelta(seconds=1)):
        refused(operator, joining(code, now=wrong), "and it is 2026-11-22 02:17 here")


def test_an_operator_may_join_its_own_cluster_with_its_own_key(operator):
    own_member(operator)
    version = operator_versions.latest(operator)
    assert version.member(OPERATOR.name).log == version.operator.log
    changed = replace(operator, organisation_key=signer_of(OPERATOR.name, 1))
    directory_store.add_handover(
        operator.home, "organisation", hand_over(operator.organisation_key, changed.organisation_key)
    )
    version = operator_service.renew(changed, NOW)
    assert changed.organisation_key.key in [each.parsed for each in version.member(OPERATOR.name).present_keys(NOW)]


def test_two_who_use_one_code_at_once_are_one_member_and_one_refusal(operator):
    code = operator_service.invite(operator, "northtown", "local-authority", NOW)
    told = together(
        *(
            lambda number=number: take_statement(operator, joining(code, number), NOW, kind="join")
            for number in range(6)
        )
    )
    assert sum(isinstance(each, Refused) for each in told) == 5, told
    version = operator_versions.latest(operator)
    assert (version.sequence, len(version.member("northtown").keys)) == (2, 1)
    used = operator_service.invitations(operator)[0]
    assert used.used_key == version.member("northtown").keys[0].key
    assert len(entries(operator)) == 2


def test_many_who_join_at_once_all_stand_there(operator):
    names = [f"town-{letter}" for letter in "abcdefgh"]
    codes = [operator_service.invite(operator, name, "local-authority", NOW) for name in names]
    told = together(*(lambda code=code: take_statement(operator, joining(code), NOW, kind="join") for code in codes))
    assert [each for each in told if isinstance(each, Exception)] == []
    version = operator_versions.latest(operator)
    assert [member.id for member in version.members] == names
    assert [number for number, _ in entries(operator)] == list(range(1, 10))
    assert operator.ledger.fsck() == []

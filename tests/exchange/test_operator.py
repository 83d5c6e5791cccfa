"""An operator keeps its cluster (R2.6, R3.6): each change is a new version, signed, logged and never lost."""

import threading
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest

from easement.base.database import reading
from easement.base.errors import Refused, StorageFailed, UsageError
from easement.exchange import directory_store, directory_tables, operator_service, operator_versions
from easement.exchange.directory import Directory, read_directory, verified_directory
from easement.exchange.directory_code import parse_code
from easement.exchange.directory_handover import hand_over
from easement.exchange.directory_service import current_directory, problems, refresh
from easement.exchange.directory_statement import Joining, Leaving, NewKey, Offer, say
from easement.exchange.operator_answers import SKEW, take_statement
from easement.ledger.model import Entry, EntryType, minute
from easement.ledger.note import Signer
from easement.ledger.service import Ledger

from .cluster import DAY, NOW, OPERATOR, signer_of
from .hosts import OPERATOR_URL, Host, host_of

HOUR = timedelta(hours=1)


@pytest.fixture
def operator(tmp_path, engine) -> Host:
    host = host_of(tmp_path, OPERATOR.name, engine, url=OPERATOR_URL)
    operator_service.found(host, "northshire", "Northshire", NOW)
    return host


def joining(code, number=0, now=NOW, **said):
    """What an organisation says that joins with a key of its own."""
    signer = signer_of(code.organisation, number)
    facts = {
        "cluster": code.cluster,
        "organisation": code.organisation,
        "at": now,
        "name": code.organisation.title(),
        "url": "https://" + f"{code.organisation}.example",
        "services": ("lookup",),
        "invitation": code.invitation,
        "key": str(signer.key),
        "log": str(replace_name(signer, f"{code.organisation}/ledger").key),
    }
    return say(Joining.model_validate(facts | said), [signer], bytes.fromhex(code.secret)).encode()


def replace_name(signer, name):
    return signer._replace(name=name)


def join(host, organisation, now=NOW, **said) -> Directory:
    code = operator_service.invite(host, organisation, "local-authority", now)
    published = take_statement(host, joining(code, now=now, **said), now, kind="join")
    return verified_directory(published, code.trust)


def entries(host):
    said = EntryType.DIRECTORY_PUBLISHED
    return [(each.entry.sequence, each.entry.directory) for each in host.ledger.entries(type=said)]


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
    version = join(operator, "northtown")
    member = version.member("northtown")
    assert (version.sequence, member.body_class, member.services) == (2, "local-authority", ("lookup",))
    assert (version.previous == operator_versions.version(operator, 1) and False) or version.previous
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


# What is refused when joining


def refused(host, data, words, *, now=NOW):
    """A joining is refused in these words, and nothing of it is left."""
    before = entries(host)
    with pytest.raises(Refused, match=words):
        take_statement(host, data, now, kind="join")
    assert entries(host) == before


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


def own_member(operator):
    """The operator joins its own cluster."""
    code = operator_service.invite(operator, OPERATOR.name, "local-authority", NOW)
    said = {
        "cluster": "northshire", "organisation": OPERATOR.name, "at": NOW, "url": OPERATOR_URL,
        "invitation": code.invitation, "key": str(operator.organisation_key.key), "log": str(operator.ledger.key),
    }  # fmt: skip
    data = say(Joining.model_validate(said), [operator.organisation_key], bytes.fromhex(code.secret)).encode()
    take_statement(operator, data, NOW, kind="join")


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


def together(*works):
    """Run at once; what each returned or raised."""
    told = [None] * len(works)
    gate = threading.Barrier(len(works))

    def run(number, work):
        gate.wait()
        try:
            told[number] = work()
        except Exception as error:
            told[number] = error

    threads = [threading.Thread(target=run, args=each) for each in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return told


# What members say later


def new_key(organisation, old, new, now=NOW, signer=None, **said):
    facts = {"cluster": "northshire", "organisation": organisation, "at": now, "key": str(new.key)}
    statement = NewKey.model_validate(facts | {"handovers": (hand_over(old, new),)} | said)
    return say(statement, [signer or new]).encode()


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


# Alive


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

"""A directory says who may speak for whom (R3.6): in one form, signed by its operator, and in the operator's log."""

import json
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from easement.base.canonical import canonical_json
from easement.base.errors import ProofFailed, Refused, UsageError
from easement.exchange.directory import (
    MAX_TEXT,
    Directory,
    Published,
    parse_directory,
    read_directory,
    sign_directory,
)
from easement.exchange.directory_handover import hand_over
from easement.exchange.directory_parts import Member, MemberKey
from easement.ledger.note import Signer, sign_text

from .cluster import DAY, LOG, NOW, OPERATOR, SPARE, Log, after, directory, member, operator, signer_of, trust


@pytest.fixture(scope="module")
def log(tmp_path_factory):
    made = Log(tmp_path_factory.mktemp("operator"))
    yield made
    made.engine.dispose()


def test_a_published_directory_is_read_as_it_was_written(log):
    version = directory()
    assert read_directory(log.publish(version), trust(), NOW) == version


def test_it_travels_as_one_record(log):
    published = log.publish(directory())
    assert Published.parse(published.encode()) == published


# Who may speak


def test_a_member_is_found_by_its_id_and_another_is_told_of_near_ones():
    version = directory()
    assert version.member("dwp").name == "Dwp"
    assert version.find("southtown") is None
    with pytest.raises(UsageError, match="did you mean `northtown`"):
        version.member("nothtown")


def test_a_key_is_found_by_its_id_and_holds_in_its_time():
    signer = signer_of("dwp")
    keyid = f"dwp+{signer.key.id.hex()}"
    version = directory()
    assert version.key(keyid, NOW) == signer.key
    assert version.owner(keyid) == version.member("dwp")
    with pytest.raises(ProofFailed, match="it begins on 2026-11-22 02:17 UTC"):
        version.key(keyid, NOW - timedelta(seconds=1))


def test_a_replaced_key_holds_until_its_end_and_a_revoked_one_never():
    old, new, lost = (signer_of("dwp", number) for number in range(3))
    keys = (
        MemberKey(key=str(old.key), since=NOW, until=NOW + DAY),
        MemberKey(key=str(new.key), since=NOW),
        MemberKey(key=str(lost.key), since=NOW - DAY, revoked=NOW + DAY),
    )
    version = directory(member("dwp", keys=keys))
    old_id, new_id, lost_id = (each.id for each in keys)
    assert version.key(old_id, NOW + DAY - timedelta(seconds=1)) == old.key
    with pytest.raises(ProofFailed, match="another took its place"):
        version.key(old_id, NOW + DAY)
    assert version.key(new_id, NOW + 9 * DAY) == new.key
    with pytest.raises(ProofFailed, match="revoked"):
        version.key(lost_id, NOW)
    assert version.owner(lost_id) == version.member("dwp")
    assert version.member("dwp").lasting_keys == (new.key, old.key)


def test_an_unknown_key_is_told(log):
    with pytest.raises(ProofFailed, match="no member of the cluster `northshire` has the key `dwp\\+00000000`"):
        directory().key("dwp+00000000", NOW)


# Forged, stale, and not in the log


def test_a_change_after_signing_is_found(log):
    published = log.publish(directory())
    text = published.text.replace(b"https://dwp.example", b"https://dvp.example")
    with pytest.raises(ProofFailed, match="for another directory"):
        read_directory(published._replace(text=text), trust(), NOW)


def test_another_signer_under_the_operators_name_is_found(log):
    version = directory()
    forged = Signer(OPERATOR.name, bytes(32))
    with pytest.raises(ProofFailed, match="not signed by its operator"):
        read_directory(log.publish(version, forged), trust(), NOW)


def test_a_signature_for_an_agreement_is_none_for_a_directory(log):
    published = log.publish(directory())
    lines = published.note.split("\n")
    other = sign_text("\n".join(["easement-agreement/1", *lines[1:3], ""]), [OPERATOR])
    with pytest.raises(ProofFailed, match="for another directory"):
        read_directory(published._replace(note=other), trust(), NOW)


def test_a_directory_that_is_not_in_the_log_is_refused(log, tmp_path):
    version = directory()
    published = log.publish(version)
    elsewhere = Log(tmp_path, Signer(LOG.name, bytes([7]) * 32))
    for receipt in (elsewhere.publish(version).receipt, published.receipt.replace("index ", "index 9"), "", "nonsense"):
        with pytest.raises(ProofFailed, match="not in its operator's log"):
            read_directory(published._replace(receipt=receipt), trust(), NOW)
    elsewhere.engine.dispose()


def test_the_entry_of_another_version_is_none_of_this_one(log):
    one, two = log.publish(directory()), log.publish(after(directory()))
    with pytest.raises(ProofFailed, match="of another directory"):
        read_directory(one._replace(receipt=two.receipt), trust(), NOW)
    sequence = log.receipt(7, directory().digest)
    with pytest.raises(ProofFailed, match="of another directory"):
        read_directory(one._replace(receipt=sequence), trust(), NOW)


def test_a_directory_that_names_another_log_is_refused(log):
    other = operator().model_copy(update={"log": str(Signer("other/ledger", bytes([8]) * 32).key)})
    with pytest.raises(ProofFailed, match="another log"):
        read_directory(log.publish(directory(operator=other)), trust(), NOW)


def test_the_directory_of_another_cluster_is_refused(log):
    with pytest.raises(ProofFailed, match="of `southshire`"):
        read_directory(log.publish(directory(cluster="southshire")), trust(), NOW)


def test_a_stale_directory_is_refused_with_what_to_do(log):
    published = log.publish(directory())
    read_directory(published, trust(), NOW + DAY - timedelta(seconds=1))
    with pytest.raises(Refused, match=r"expired on 2026-11-23 02:17 UTC.*\n  .*easement directory refresh"):
        read_directory(published, trust(), NOW + DAY)


def test_a_directory_of_the_future_is_refused(log):
    published = log.publish(directory())
    with pytest.raises(ProofFailed, match="issued in the future"):
        read_directory(published, trust(), NOW - timedelta(minutes=6))


def handed_over(version, *signers):
    """The version that follows, by an operator who went from one key to the next, each vouching for the one after."""
    keys = (
        *(MemberKey(key=str(each.key), since=NOW, until=NOW + DAY) for each in signers[:-1]),
        MemberKey(key=str(signers[-1].key), since=NOW),
    )
    notes = tuple(hand_over(old, new) for old, new in pairwise(signers))
    return after(version, operator=operator().model_copy(update={"keys": keys, "handovers": notes}))


THIRD = Signer(OPERATOR.name, bytes([4]) * 32)


def test_a_new_key_of_the_operator_is_learnt_from_the_old_one(log):
    second = handed_over(directory(), OPERATOR, SPARE, THIRD)
    accepted = read_directory(log.publish(second, THIRD), trust(), second.issued)
    assert set(accepted.trust().keys) == {OPERATOR.key, SPARE.key, THIRD.key}
    third = after(second, issued=NOW + DAY)
    assert read_directory(log.publish(third, THIRD), accepted.trust(), third.issued).trust().keys == (THIRD.key,)
    fourth = after(third)
    with pytest.raises(ProofFailed, match="not signed by its operator"):
        read_directory(log.publish(fourth, OPERATOR), third.trust(), fourth.issued)


def test_a_key_for_which_nobody_vouches_is_not_learnt(log):
    version = handed_over(directory(), OPERATOR, SPARE)
    stranger = Signer("southtown", bytes([5]) * 32)
    for notes in (
        (),
        (hand_over(THIRD, SPARE),),
        (hand_over(SPARE, SPARE),),
        (hand_over(OPERATOR, SPARE).replace(str(SPARE.key), str(THIRD.key)),),
        (hand_over(OPERATOR, stranger), hand_over(stranger, SPARE)),
        (sign_text(f"easement-key/1\n{OPERATOR.name}\n{SPARE.key}\n", [OPERATOR]),),
        ("nonsense", "easement-key/1\n"),
    ):
        lies = version.model_copy(update={"operator": version.operator.model_copy(update={"handovers": notes})})
        with pytest.raises(ProofFailed, match="not signed by its operator"):
            read_directory(log.publish(lies, SPARE), trust(), version.issued)


# What a directory cannot hold


def raw(**changes):
    return json.loads(directory().text) | changes


DWP = "https://dwp.example"


def changed_member(**changes):
    said = json.loads(directory().text)
    said["members"][0] |= changes
    return said


BAD = {
    "another format": raw(format="easement-directory/2"),
    "a word unknown": raw(motto="ever onward"),
    "sequence 0": raw(sequence=0),
    "a sequence as text": raw(sequence="1"),
    "a sequence as truth": raw(sequence=True),
    "a fraction": raw(sequence=1.5),
    "a sequence too large": raw(sequence=1 << 60),
    "an end before the start": raw(expires="2026-11-22T02:16:59Z"),
    "no life": raw(expires="2026-11-22T02:17:00Z"),
    "too long a life": raw(expires="2026-12-23T02:17:01Z"),
    "a time with an offset": raw(issued="2026-11-22T02:17:00+00:00"),
    "no such day": raw(issued="2026-11-31T02:17:00Z"),
    "a time as a number": raw(issued=1),
    "members that are none": raw(members={}),
    "a member twice": raw(members=2 * json.loads(directory().text)["members"][:1]),
    "members out of order": raw(members=json.loads(directory().text)["members"][::-1]),
    "an id in Cyrillic": changed_member(id="dwр"),
    "an id in capitals": changed_member(id="DWP"),
    "an id in full width": changed_member(id="ｄwp"),
    "an id with a newline": changed_member(id="dwp\n"),
    "a name that runs backwards": changed_member(name="dwp\u202egnp"),
    "a name with a newline": changed_member(name="D\nWP"),
    "a name with half a character": changed_member(name="\ud800"),
    "no key": changed_member(keys=[]),
    "a key of another": changed_member(keys=[{"key": str(signer_of("northtown").key), "from": "2026-11-22T02:17:00Z"}]),
    "a key that is none": changed_member(keys=[{"key": "dwp+00000000+AAAA", "from": "2026-11-22T02:17:00Z"}]),
    "plain http": changed_member(url="http://dwp.example"),
    "a path": changed_member(url="https://dwp.example/node"),
    "a user": changed_member(url=DWP.replace("//", "//a@")),
    "no port": changed_member(url=f"{DWP}:0"),
    "port too high": changed_member(url=f"{DWP}:65536"),
    "loopback in a cluster of machines": changed_member(url="http://127.0.0.1:8350"),
    "loopback by https": changed_member(url="https://localhost:8350"),
    "loopback in version 6": changed_member(url="http://[::1]:8350"),
    **{
        f"{scheme} to {host}": changed_member(url=f"{scheme}://{host}:8350")
        for scheme in ("http", "https")
        for host in (
            "127.1",
            "0x7f.1",
            "0x7f000001",
            "2130706433",
            "0177.0.0.1",
            "127.0.0.1.",
            "localhost.",
            "a.localhost",
            "[::ffff:127.0.0.1]",
            "[::ffff:7f00:1]",
            "[0:0:0:0:0:0:0:1]",
            "0.0.0.0",
            "[::]",
            "169.254.169.254",
            "[fe80::1]",
            "224.0.0.1",
            "northtown..example",
        )
    },
    "another's address": changed_member(url="https://northtown.example"),
    "another's log": changed_member(log=member("northtown").log),
    "the operator's log": changed_member(log=str(LOG.key)),
    "a service unknown": changed_member(services=["telepathy"]),
    "services out of order": changed_member(services=["witness", "lookup"]),
    "a service twice": changed_member(services=["lookup", "lookup"]),
    "a class in words": changed_member(**{"class": "Local authority"}),
    "a dataset without a version": changed_member(datasets=[{"id": "awards", "standard": "benefit-award"}]),
}


@pytest.mark.parametrize("what", BAD)
def test_what_cannot_be_in_a_directory_is_refused(what):
    with pytest.raises(ProofFailed):
        parse_directory(json.dumps(BAD[what], sort_keys=True, separators=(",", ":")).encode())


@pytest.mark.parametrize(
    "text",
    [
        b"", b"null", b"[]", b"{}", b"\xff", b"{", b"[" * 100_000, b'{"format":1e999}', b"1" * 5_000,
        b'{"a":1,"a":2}', b" " * (MAX_TEXT + 1),
    ],
)  # fmt: skip
def test_what_is_no_directory_at_all_is_told_plainly(text):
    with pytest.raises(ProofFailed):
        parse_directory(text)
    with pytest.raises(ProofFailed):
        Published.parse(text)


@pytest.mark.parametrize(
    "other",
    [
        lambda text: text + b"\n",
        lambda text: text.replace(b":", b": ", 1),
        lambda text: json.dumps(json.loads(text), indent=1).encode(),
        lambda text: b"\xef\xbb\xbf" + text,
        lambda text: text.replace(b"Northshire", b"\\u004eorthshire"),
        lambda text: text.replace(b'"sequence":1', b'"sequence":1.0'),
        lambda text: text.replace(b'"previous":""', b'"previous":null'),
    ],
)
def test_only_the_one_form_is_read(other):
    text = directory().text
    assert other(text) != text
    with pytest.raises(ProofFailed):
        parse_directory(other(text))


def test_an_operator_may_be_a_member_under_its_own_keys_alone():
    own = member(OPERATOR.name, keys=operator().keys, log=str(LOG.key), url=operator().url)
    assert directory(own).member(OPERATOR.name).log == str(LOG.key)
    for lies in (
        {"keys": operator().keys, "log": str(LOG.key), "id": "dwp"},
        {"keys": (MemberKey(key=str(SPARE.key), since=NOW),)},
    ):
        with pytest.raises(ValidationError):
            directory(member(OPERATOR.name, **lies))


def test_loopback_stands_where_the_operator_does_too():
    here = operator().model_copy(update={"url": "http://127.0.0.1:8350"})
    version = directory(member("dwp", url="http://127.0.0.1:8351"), operator=here)
    assert parse_directory(version.text) == version


# Generated


ids = st.from_regex(r"\A[a-z][a-z0-9-]{0,20}\Z")
times = st.integers(0, 10**6).map(lambda seconds: NOW + timedelta(seconds=seconds))
names = st.text(st.characters(categories=("L", "N", "P"))).map(lambda text: text[:50])


@st.composite
def keys_of(draw, organisation: str):
    found = []
    for number in range(draw(st.integers(1, 3))):
        since = draw(times)
        until = draw(st.none() | st.integers(1, 10**6).map(lambda more, since=since: since + timedelta(seconds=more)))
        revoked = draw(st.none() | times)
        found.append(MemberKey(key=str(signer_of(organisation, number).key), since=since, until=until, revoked=revoked))
    return tuple(found)


@st.composite
def members(draw):
    organisation = draw(ids)
    services = draw(st.sets(st.sampled_from(("delta", "lookup", "witness"))))
    return member(organisation, name=draw(names), keys=draw(keys_of(organisation)), services=tuple(sorted(services)))


@st.composite
def directories(draw) -> Directory:
    found = {each.id: each for each in draw(st.lists(members(), max_size=5)) if each.id != OPERATOR.name}
    issued = draw(times)
    return directory(
        members=tuple(found[name] for name in sorted(found)),
        sequence=draw(st.integers(1, (1 << 53) - 1)),
        issued=issued,
        expires=issued + timedelta(seconds=draw(st.integers(1, 31 * 86_400))),
        name=draw(names),
    )


@given(directories())
def test_a_directory_is_read_back_as_it_was_and_its_bytes_are_canonical(version):
    assert parse_directory(version.text) == version
    assert version.text == canonical_json(json.loads(version.text))


@given(directories(), times)
def test_a_key_holds_just_where_its_times_say(version, at):
    for each in (key for listed in version.members for key in listed.keys):
        holds = each.revoked is None and each.since <= at and (each.until is None or at < each.until)
        assert each.holds(at) == holds
        if holds:
            assert version.key(each.id, at) == each.parsed
        else:
            with pytest.raises(ProofFailed):
                version.key(each.id, at)


@given(directories(), st.data())
def test_no_other_bytes_pass_for_a_directory(version, data):
    text = bytearray(version.text)
    at = data.draw(st.integers(0, len(text) - 1))
    text[at] = data.draw(st.integers(0, 255).filter(lambda byte: byte != text[at]))
    try:
        other = parse_directory(bytes(text))
    except ProofFailed:
        return
    assert other.digest != version.digest
    assert other.text == bytes(text)


@given(st.binary(max_size=200))
def test_no_bytes_at_all_bring_it_down(data):
    for read in (parse_directory, Published.parse):
        with pytest.raises(ProofFailed):
            read(data)


def test_what_is_signed_names_cluster_number_and_digest():
    version = directory()
    head, numbered, digest, *_ = sign_directory(version, [OPERATOR]).split("\n")
    assert (head, numbered, len(digest)) == ("easement-directory/1", "northshire 1", 44)


def test_a_member_is_written_with_the_words_of_the_format():
    said = json.loads(Member.model_validate(member("dwp")).model_dump_json(by_alias=True, exclude_none=True))
    assert said["class"] == "local-authority"
    assert said["keys"][0]["from"] == "2026-11-22T02:17:00Z"

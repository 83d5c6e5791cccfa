"""R5.4: an entry has room for codes, digests and counts, and none for a person."""

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from easement.base.canonical import canonical_json
from easement.base.errors import BadData, ProofFailed
from easement.ledger.model import REQUIRED, Entry, EntryType, Form, Logged, PrivateRecord, answer_part, minute
from easement.ledger.said import KEYS
from tests.ledger.makers import AGREEMENT, DAY, released

CODES = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._:/-]{0,20}", fullmatch=True)
PARTIES = st.fixed_dictionaries({"provider": CODES, "recipient": CODES})
NAMES = st.from_regex(r"[A-Za-z][A-Za-z0-9_]{0,10}", fullmatch=True)
FORMS = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), min_size=1, max_size=20)
NUMBERS = st.integers(0, 2**53 - 1)
TIMES = st.datetimes(datetime(1971, 1, 1), datetime(2999, 1, 1)).map(lambda t: minute(t.replace(tzinfo=UTC)))  # noqa: DTZ001

DIGESTS = st.binary(min_size=32, max_size=32).map(bytes.hex)
TOKENS = st.binary(min_size=16, max_size=16).map(bytes.hex)

ENTRIES = st.builds(
    Entry,
    time=TIMES,
    type=st.sampled_from(EntryType),
    parties=PARTIES,
    organisation=CODES,
    agreement=st.binary(min_size=32, max_size=32).map(bytes.hex),
    agreement_id=CODES,
    version=CODES,
    share=CODES,
    purpose=CODES,
    basis=st.none() | PARTIES,
    mode=st.none() | CODES,
    fields=st.none() | st.dictionaries(NAMES, FORMS, max_size=4),
    withheld=st.none() | st.lists(NAMES, max_size=3).map(tuple),
    form=st.none() | st.sampled_from(Form),
    count=NUMBERS,
    intent=NUMBERS,
    erased=NUMBERS,
    message=TOKENS,
    proposal=TOKENS,
    concern=TOKENS,
    peer_entry=NUMBERS,
    codes=st.fixed_dictionaries({"from": CODES, "to": CODES}),
    digest=DIGESTS,
    directory=DIGESTS,
    sequence=NUMBERS,
    key=DIGESTS,
    risk=st.none() | CODES,
    reasons=st.lists(CODES, max_size=3).map(tuple),
    commitment=st.none() | st.binary(min_size=32, max_size=32).map(bytes.hex),
)


def test_what_an_entry_has_no_room_for_is_no_entry():
    with pytest.raises(TypeError, match="no room for"):
        Entry(time=f"{DAY}T23:05Z", type=EntryType.LOG_OPENED, person="Jo")
    said = b'{"person":"Jo","time":"%sT23:05Z","type":"ledger:log:opened"}' % DAY.encode()
    with pytest.raises(ProofFailed):
        Entry.parse(said)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(ENTRIES)
def test_an_entry_is_written_as_rfc_8785_has_it_and_read_back(entry):
    body = entry.encode()
    assert body == canonical_json(entry.as_dict())
    assert Logged(0, body).entry == entry


def test_every_key_of_an_entry_has_its_check():
    assert sorted(each.name for each in fields(Entry) if each.init) == list(KEYS) == sorted(KEYS)
    assert set(REQUIRED) == set(EntryType)


def test_every_type_is_room_subject_and_action():
    assert all(len(kind.split(":")) == 3 and kind == kind.lower() for kind in EntryType)


@pytest.mark.parametrize(
    ("key", "bad"),
    [
        ("time", "2026-11-21T23:05:59Z"),
        ("time", "2026-13-21T23:05Z"),
        ("time", "2026-11-21T23:05Z\n"),
        ("time", "٢٠٢٦-11-21T23:05Z"),
        ("time", 5),
        ("time", None),
        ("type", None),
        ("type", "gate:disclosure:guessed"),
        ("parties", {"provider": "dwp"}),
        ("parties", {"provider": "dwp", "recipient": "north town"}),
        ("parties", {"provider": "dwp", "recipient": "northtown", "third": "x"}),
        ("parties", "dwp"),
        ("agreement", "AB" * 32),
        ("agreement", "ab" * 31),
        ("share", "Jane Doe"),
        ("share", "jane@home.example"),
        ("share", ""),
        ("purpose", "x" * 201),
        ("fields", {"family name": "plain"}),
        ("fields", {"family_name": "Müller"}),
        ("fields", {"family_name": ""}),
        ("fields", {"family_name": 5}),
        ("withheld", ["award"]),
        ("withheld", ("two words",)),
        ("form", "recognisable"),
        ("count", -1),
        ("count", 2**53),
        ("count", True),
        ("count", 1.0),
        ("intent", "5"),
        ("commitment", b"x"),
        ("reasons", (["list"],)),
    ],
)
def test_what_an_entry_cannot_hold_is_refused_without_being_repeated(key, bad):
    with pytest.raises(BadData, match=f"its {key}") as refused:
        replace(released(), **{key: bad})
    assert "Jane" not in str(refused.value)
    assert "jane" not in str(refused.value)


@pytest.mark.parametrize(("kind", "key"), [(kind, key) for kind, keys in REQUIRED.items() for key in keys])
def test_an_entry_must_say_what_its_type_requires(kind, key):
    whole = {
        "parties": {"provider": "dwp", "recipient": "northtown"},
        "agreement": AGREEMENT,
        "agreement_id": "a",
        "version": "1.0.0",
        "share": "s",
        "purpose": "p",
        "count": 1,
        "intent": 0,
        "erased": 0,
        "message": "0f" * 16,
        "proposal": "0f" * 16,
        "concern": "0f" * 16,
        "organisation": "northtown",
        "peer_entry": 0,
        "codes": {"from": "tenure", "to": "tenure/2"},
        "digest": AGREEMENT,
        "directory": AGREEMENT,
        "sequence": 1,
        "key": AGREEMENT,
        "reasons": ("role.not-entitled",),
    }
    Entry(time=f"{DAY}T23:05Z", type=kind, **whole)
    del whole[key]
    with pytest.raises(BadData, match=f"must say its {key}"):
        Entry(time=f"{DAY}T23:05Z", type=kind, **whole)


def test_an_entry_longer_than_a_bundle_carries_is_refused():
    many = {f"field_{number:03}": "x" * 500 for number in range(130)}
    with pytest.raises(BadData, match="too long"):
        released(fields=many).encode()


@pytest.mark.parametrize(
    "change",
    [
        lambda body: body[:-1],
        lambda body: body + b" ",
        lambda body: body.replace(b'"count":1', b'"count":1.0'),
        lambda body: body.replace(b'"count":1', b'"count":1,"count":1'),
        lambda body: body.replace(b'"count":1', b'"name":"Jane"'),
        lambda body: body.replace(b'"type":"gate', b'"type":"fate'),
        lambda body: body.replace(b'"type"', b'"kind"'),
        lambda body: body.replace(b'"form":"identifiable"', b'"form":"recognisable"'),
        lambda body: body.replace(b'["award"]', b'"award"'),
        lambda body: b"[" * 100_000,
        lambda body: b"[]",
        lambda body: b"\xff",
    ],
)
def test_bytes_that_are_no_entry_in_its_one_form_are_refused(change):
    with pytest.raises(ProofFailed):
        Entry.parse(change(released().encode()))


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_reading_an_entry_from_any_bytes_raises_nothing_else(data):
    with pytest.raises(ProofFailed):
        Entry.parse(data)


def test_time_is_told_in_utc_to_the_minute():
    summer = datetime(2026, 7, 1, 0, 30, 59, tzinfo=timezone(timedelta(hours=1)))
    assert minute(summer) == "2026-06-30T23:30Z"


def test_an_answer_is_two_digests_and_a_count():
    assert answer_part(query="cd" * 32, data="ef" * 32, rows=2) == {"query": "cd" * 32, "data": "ef" * 32, "rows": 2}
    with pytest.raises(BadData, match="two digests"):
        answer_part(query="select 1", data="ef" * 32, rows=2)


@pytest.mark.parametrize("parts", [{}, {"": {}}, {"two words": {}}, {"who\n": {}}])
def test_a_private_record_has_named_parts(parts):
    with pytest.raises(BadData, match="parts with plain names"):
        PrivateRecord(parts)

"""A witness cosigns a log only while it goes on from what the witness has seen (C2SP tlog-witness)."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from easement.base.database import METADATA, writing
from easement.ledger.checkpoint import sign_checkpoint
from easement.ledger.note import Signature, add_signature
from easement.ledger.verifier import COSIGNATURE, parse_note, read_whole, verify_note
from easement.ledger.witness import AddCheckpoint, Cosigner, NotCosigned, Seen, judge, parse_request, request_text
from easement.ledger.witnessing import MAX_BODY, add_checkpoint, last_seen, remember, seen

from .makers import OTHER, SIGNER, database, new_ledger, released

NOW = datetime(2026, 11, 22, 2, 30, tzinfo=UTC)
WITNESS = Cosigner("southtown/witness", bytes(range(2, 34)))
KNOWN = {SIGNER.name: [SIGNER.key]}
HASHES = st.lists(st.binary(min_size=32, max_size=32), max_size=63).map(tuple)


def keys(origin: str):
    return KNOWN.get(origin, [])


@pytest.fixture
def log(tmp_path):
    home = tmp_path / "log"
    home.mkdir()
    ledger = new_ledger(home)
    yield ledger
    ledger.close()


@pytest.fixture
def witness(tmp_path):
    home = tmp_path / "witness"
    home.mkdir()
    engine = database(home)
    METADATA.create_all(engine)
    yield engine
    engine.dispose()


def grown(log, entries: int) -> str:
    for _ in range(entries):
        log.append(released())
    log.checkpoint()
    return read_whole(str(log.directory / "checkpoint")).decode()


def asked(log, old: int, note: str) -> bytes:
    size = int(note.split("\n")[1])
    proof = tuple(log.consistency(old, size)) if old else ()
    return request_text(AddCheckpoint(old, proof, note)).encode()


def ask(witness, body: bytes, now=NOW) -> str:
    return add_checkpoint(witness, WITNESS, keys, body, now=now)


def refused(witness, body: bytes) -> NotCosigned:
    with pytest.raises(NotCosigned) as caught:
        ask(witness, body)
    return caught.value


def cosigned(note: str, line: str) -> tuple[int, ...]:
    whole = note + line
    return tuple(key.kind for key in verify_note(parse_note(whole), [SIGNER.key, WITNESS.key]))


def test_a_log_that_goes_on_is_cosigned_again_and_again(log, witness):
    old = 0
    for more in (1, 3, 300, 1):
        note = grown(log, more)
        line = ask(witness, asked(log, old, note))
        assert cosigned(note, line) == (1, COSIGNATURE)
        old = log.size
    assert seen(witness, SIGNER.name) == Seen(log.size, log.published.root)
    assert last_seen(witness, SIGNER.name) == note


def test_the_cosignature_says_when_it_was_made(log, witness):
    note = grown(log, 2)
    signature = parse_note(note + ask(witness, asked(log, 0, note))).signatures[-1]
    assert int.from_bytes(signature.signature[:8], "big") == int(NOW.timestamp())


def test_the_same_checkpoint_may_be_asked_for_again(log, witness):
    note = grown(log, 2)
    first = ask(witness, asked(log, 0, note))
    assert ask(witness, asked(log, 3, note)) == first


def test_a_checkpoint_with_other_cosignatures_is_taken_as_well(log, witness):
    note = grown(log, 2)
    other = Cosigner("third/witness", bytes(32)).cosign(parse_note(note).text, 1)
    assert ask(witness, asked(log, 0, add_signature(note, other))).startswith("— southtown/witness ")


def test_a_log_put_back_from_an_old_copy_is_told_how_much_was_seen(log, witness):
    before = grown(log, 2)
    after = grown(log, 5)
    ask(witness, asked(log, 0, after))
    rolled_back = refused(witness, asked(log, 0, before))
    assert (rolled_back.status, rolled_back.size) == (409, 8)


def test_a_log_that_shows_two_histories_is_not_cosigned(log, witness, tmp_path):
    ask(witness, asked(log, 0, grown(log, 3)))
    (tmp_path / "fork").mkdir()
    fork = new_ledger(tmp_path / "fork")
    fork.append(released(count=7))
    note = grown(fork, 5)
    assert refused(witness, asked(fork, 4, note)).status == 422
    fork.close()


def test_another_tree_of_the_same_size_is_not_cosigned(log, witness, tmp_path):
    ask(witness, asked(log, 0, grown(log, 3)))
    (tmp_path / "fork").mkdir()
    fork = new_ledger(tmp_path / "fork")
    fork.append(released(count=9))
    note = grown(fork, 2)
    assert refused(witness, request_text(AddCheckpoint(4, (), note)).encode()).status == 422
    fork.close()


def test_a_proof_that_was_made_up_is_not_believed(log, witness):
    ask(witness, asked(log, 0, grown(log, 4)))
    note, right = grown(log, 4), tuple(log.consistency(5, 9))
    for proof in ((), (b"\0" * 32,), right[::-1], right[:-1], (*right, b"\1" * 32)):
        assert refused(witness, request_text(AddCheckpoint(5, proof, note)).encode()).status == 422
    assert seen(witness, SIGNER.name).size == 5


def test_a_first_checkpoint_comes_without_a_proof(log, witness):
    note = grown(log, 3)
    assert refused(witness, request_text(AddCheckpoint(0, (bytes(32),), note)).encode()).status == 422


def test_a_log_that_is_not_known_is_told_so(witness):
    body = request_text(AddCheckpoint(0, (), sign_checkpoint(3, bytes(32), OTHER))).encode()
    assert refused(witness, body).status == 404


def test_a_checkpoint_signed_by_somebody_else_is_not_cosigned(log, witness):
    text = parse_note(grown(log, 3)).text
    forged = Signature(SIGNER.name, SIGNER.key.id, OTHER.sign(text).signature)
    body = request_text(AddCheckpoint(0, (), text + "\n")).encode()
    assert refused(witness, body + add_signature(f"{text}\n", forged).removeprefix(f"{text}\n").encode()).status == 403


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"old 1",
        b"old one\n\nx",
        b"old -1\n\nx",
        b"old 01\n\nx",
        b"old 1\nAAAA\n\nx",
        b"old 1\n!!\n\nx",
        b"new 1\n\nx",
        b"old 0\n\nno checkpoint",
        b"old 0\n\n\xff\xfe",
        "old ²\n\nx".encode(),
        b"old 0\n" + b"A" * MAX_BODY,
        b"old 0\n" + (b"A" * 43 + b"=\n") * 64 + b"\nx",
    ],
)
def test_what_is_no_request_is_refused_as_such(witness, body):
    assert refused(witness, body).status == 400


def test_a_log_cannot_go_on_from_more_than_it_holds(log, witness):
    note = grown(log, 2)
    assert refused(witness, request_text(AddCheckpoint(9, (), note)).encode()).status == 400


@given(st.integers(0, 10**17), HASHES, st.text(min_size=1).filter(lambda text: "\n\n" not in text))
def test_a_request_is_read_back_as_it_was_written(old, proof, note):
    assert parse_request(request_text(AddCheckpoint(old, proof, note))) == AddCheckpoint(old, proof, note)


def test_two_that_ask_at_once_cannot_take_a_witness_back(log, witness):
    """Checking and remembering is one step: whoever comes second is held against what the first has left."""
    notes = [(log.size, grown(log, 1)) for _ in range(20)]
    ask(witness, asked(log, 0, notes[0][1]))
    sizes, statuses = [], set()

    def push(note: str) -> None:
        held = seen(witness, SIGNER.name).size
        if held < int(note.split("\n")[1]):
            try:
                ask(witness, asked(log, held, note))
            except NotCosigned as error:
                statuses.add(error.status)
        sizes.append(seen(witness, SIGNER.name).size)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(push, [note for _, note in notes]))
    assert seen(witness, SIGNER.name).size == max(sizes)
    assert statuses <= {409}


def test_two_that_see_a_log_first_in_one_moment_cannot_both_begin_it(log, witness):
    grown(log, 1)

    def twice() -> None:
        with writing(witness) as connection:
            remember(connection, log.published, "", None, 0)
            remember(connection, log.published, "", None, 0)

    with pytest.raises(NotCosigned) as second:
        twice()
    assert second.value.status == 409


def test_the_key_is_never_shown():
    assert str(list(range(2, 34))) not in repr(WITNESS)
    assert repr(WITNESS) == "Cosigner('southtown/witness')"


def test_judging_needs_no_database(log):
    note = grown(log, 1)
    assert judge(AddCheckpoint(0, (), note), None, [SIGNER.key]).size == 2

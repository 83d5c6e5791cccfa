"""R5.2, R5.3: a receipt convinces an outsider of the entry and the answer, and shows nobody in it."""

import base64
import contextlib
import json
import os
import runpy
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from easement.base.canonical import sha256_hex
from easement.base.errors import BadData, ProofFailed
from easement.ledger import verifier
from easement.ledger.checkpoint import sign_checkpoint
from easement.ledger.commitment import OpenPart
from easement.ledger.model import Entry, EntryType, PrivateRecord, answer_part
from easement.ledger.note import add_signature, parse_key
from easement.ledger.proof import parse_proof, proof_text
from easement.ledger.receipt import check_receipt, make_receipt, parse_receipt
from easement.ledger.verifier import Key, Receipt, Signature, parse_checkpoint, parse_note, receipt_bytes
from tests.ledger.makers import DAY, OTHER, SIGNER, fill, private, released
from tests.often import often

ANSWER = b"family_name,award\nHopper,UC\n"
KEYS = [SIGNER.key]


@pytest.fixture
def index(ledger):
    fill(ledger, 20)
    digest = sha256_hex(ANSWER)
    record = PrivateRecord(private().parts | {"answer": answer_part(query="cd" * 32, data=digest, rows=1)})
    made = ledger.append(released(), record)
    fill(ledger, 30)
    ledger.checkpoint()
    return made


@pytest.fixture
def receipt(ledger, index):
    return make_receipt(ledger, index)


def test_a_receipt_shows_the_entry_and_the_answer(ledger, index, receipt):
    holds = check_receipt(receipt, KEYS, sha256_hex(ANSWER))
    assert (holds.origin, holds.index, holds.size) == (SIGNER.name, index, 52)
    assert holds.entry["risk"] == "recipient"
    assert holds.entry["basis"] == {"provider": "art6_1_e", "recipient": "art6_1_e"}
    assert holds.answer == answer_part(query="cd" * 32, data=sha256_hex(ANSWER), rows=1)


def test_a_receipt_shows_nobody(receipt):
    opened = base64.b64decode(receipt.split("\n")[1].removeprefix("extra ")).decode()
    assert "identifiable" in opened
    for hidden in ("staff-17", "benefits-officer", "case 4411", "5f" * 8):
        assert hidden not in opened


def test_an_entry_without_a_private_record_has_a_receipt_too(ledger, index):
    holds = check_receipt(make_receipt(ledger, 0), KEYS)
    assert holds.entry == {"time": f"{DAY}T23:05Z", "type": "ledger:log:opened"}
    assert holds.answer == {}


def test_an_erased_record_gives_no_receipt_but_the_old_one_still_holds(ledger, index, receipt):
    ledger.erase(index)
    with pytest.raises(ProofFailed, match="is gone"):
        make_receipt(ledger, index)
    assert check_receipt(receipt, KEYS).index == index


def test_an_entry_that_released_nothing_gives_no_receipt_of_an_answer(ledger):
    refused = Entry(time=f"{DAY}T23:05Z", type=EntryType.DISCLOSURE_REFUSED, reasons=("role.not-entitled",))
    index = ledger.append(refused, PrivateRecord({"who": {"asked_by": "staff-17"}}))
    ledger.checkpoint()
    with pytest.raises(ProofFailed, match="holds no answer"):
        make_receipt(ledger, index)


def test_an_entry_that_is_not_published_gives_no_receipt(ledger, index):
    later = ledger.append(released())
    with pytest.raises(ProofFailed, match="published"):
        make_receipt(ledger, later)


def test_another_file_than_the_one_disclosed_is_refused(receipt):
    with pytest.raises(ProofFailed, match="not the one that was disclosed"):
        check_receipt(receipt, KEYS, sha256_hex(ANSWER + b"x"))


def test_another_logs_key_is_refused(receipt):
    with pytest.raises(ProofFailed, match="none of the given keys"):
        check_receipt(receipt, [OTHER.key])


def forged(receipt, **changes):
    """The receipt with what it carries replaced."""
    proof = parse_proof(receipt)
    return proof_text(proof._replace(extra=receipt_bytes(parse_receipt(proof.extra)._replace(**changes))))


def test_a_changed_entry_is_refused(receipt):
    entry = parse_receipt(parse_proof(receipt).extra).entry
    with pytest.raises(ProofFailed, match="does not lead to the signed root"):
        check_receipt(forged(receipt, entry=entry.replace("northtown", "southtown")), KEYS)


def test_a_changed_answer_is_refused(receipt):
    answer = parse_receipt(parse_proof(receipt).extra).answer
    with pytest.raises(ProofFailed, match="not the one the entry committed to"):
        check_receipt(forged(receipt, answer=answer.replace('"rows":1', '"rows":2')), KEYS)


def test_bytes_cannot_move_between_the_salt_and_the_answer(receipt):
    carried = parse_receipt(parse_proof(receipt).extra)
    moved = forged(receipt, salt=carried.salt + carried.answer[:1].encode(), answer=carried.answer[1:])
    with pytest.raises(ProofFailed, match="not the one the entry committed to"):
        check_receipt(moved, KEYS)


def lone_receipt(commitment, answer, others):
    """A receipt from a log of one entry, put together by whoever holds the log's private key."""
    text = released(commitment=commitment.hex()).encode().decode()
    extra = receipt_bytes(Receipt(text, answer.text, answer.salt, others))
    signed = sign_checkpoint(1, verifier.leaf_hash(text.encode()), SIGNER)
    return proof_text(verifier.Proof(0, (), signed, extra))


def test_a_dishonest_log_cannot_open_one_commitment_as_two_answers_by_renaming_parts():
    one, other = (OpenPart(bytes([rows]) * 32, f'{{"rows":{rows}}}') for rows in (1, 2))
    first, second = (verifier.part_hash("answer", *part) for part in (one, other))
    commitment = verifier.commitment_of([("answer", first), ("who", second)])
    assert check_receipt(lone_receipt(commitment, one, (("who", second),)), KEYS).answer == {"rows": 1}
    for others in ((("aaa", first),), (("who", first),), (("answer", first),), ()):
        with pytest.raises(ProofFailed):
            check_receipt(lone_receipt(commitment, other, others), KEYS)


def test_an_answer_among_the_closed_parts_is_refused(receipt):
    carried = parse_receipt(parse_proof(receipt).extra)
    with pytest.raises(ProofFailed, match="each its own"):
        check_receipt(forged(receipt, others=(*carried.others, ("answer", bytes(32)))), KEYS)


def test_an_answer_left_out_matches_no_file(receipt):
    without = forged(receipt, answer="", salt=b"", others=())
    assert check_receipt(without, KEYS).answer == {}
    with pytest.raises(ProofFailed, match="not the one that was disclosed"):
        check_receipt(without, KEYS, sha256_hex(ANSWER))


@pytest.mark.parametrize(
    "extra",
    [
        b"",
        b"[]",
        b"{}",
        b"\xff",
        b"[" * 100_000,
        b'{"format":"easement-receipt/2"}',
        b'{"format":"easement-receipt/1"}',
        b'{"entry":5,"format":"easement-receipt/1","other":1}',
        b'{"entry":"{}", "format":"easement-receipt/1"}',
        b'{"entry":"{}","entry":"{}","format":"easement-receipt/1"}',
        b'{"answer":{"part":"{}","part":"[]","salt":""},"entry":"{}","format":"easement-receipt/1","others":{}}',
        b'{"answer":[],"entry":"{}","format":"easement-receipt/1","others":{}}',
        b'{"answer":{"part":"{}","salt":"zz"},"entry":"{}","format":"easement-receipt/1","others":{}}',
        b'{"answer":{"part":"{}","salt":""},"entry":"{}","format":"easement-receipt/1","others":{"who":"00"}}',
        b'{"answer":{"part":"{}","salt":""},"entry":"{}","format":"easement-receipt/1","others":[]}',
    ],
)
def test_a_malformed_receipt_is_refused(extra):
    with pytest.raises(ProofFailed):
        parse_receipt(extra)


@pytest.mark.parametrize("text", ['{"rows":1,"rows":2}', '{"a":{"rows":1,"rows":1}}', '[{"rows":1,"rows":2}]'])
def test_a_key_given_twice_is_refused(text):
    with pytest.raises(ProofFailed, match="a key twice"):
        verifier.json_object(text, "answer")


TEXTS = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=20)
HASHES = st.binary(min_size=32, max_size=32)


@given(
    st.builds(
        Receipt,
        entry=TEXTS,
        answer=TEXTS,
        salt=HASHES,
        others=st.dictionaries(TEXTS, HASHES, max_size=3).map(lambda parts: tuple(sorted(parts.items()))),
    )
)
def test_a_receipt_is_read_as_it_was_written(receipt):
    assert parse_receipt(receipt_bytes(receipt)) == receipt


PARSERS = [parse_proof, parse_note, parse_checkpoint, parse_key, parse_receipt]


@pytest.mark.parametrize("parse", PARSERS)
@given(data=st.binary(max_size=300) | TEXTS.map(str.encode))
def test_any_bytes_are_read_or_refused_and_nothing_else_is_raised(parse, data):
    with contextlib.suppress(ProofFailed):
        parse(data)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=often(200))
@given(data=st.data())
def test_no_change_to_a_receipt_lets_another_entry_or_answer_through(receipt, data):
    """A byte changed, dropped or doubled anywhere: refused, or what it says is exactly what it said."""
    whole = receipt.encode()
    at = data.draw(st.integers(0, len(whole) - 1))
    new = data.draw(st.binary(max_size=2))
    said = check_receipt(whole, KEYS)
    try:
        changed = check_receipt(whole[:at] + new + whole[at + 1 :], KEYS)
    except ProofFailed:
        return
    assert (changed.entry, changed.answer, changed.index) == (said.entry, said.answer, said.index)


def test_a_witness_signature_may_stand_beside_the_logs_own(receipt):
    proof = parse_proof(receipt)
    witness = Key("witness.example", 4, OTHER.key.public)
    note = add_signature(proof.checkpoint, Signature(witness.name, witness.id, bytes(72)))
    assert check_receipt(proof_text(proof._replace(checkpoint=note)), KEYS).size == 52
    with pytest.raises(ProofFailed, match=r"witness\.example"):
        check_receipt(proof_text(proof._replace(checkpoint=note)), [*KEYS, witness])


# The verifier as one file that stands alone


@pytest.fixture
def alone(tmp_path, ledger, receipt):
    """The verifier copied away from Easement, with a receipt, its file and a key beside it."""
    folder = tmp_path / "outsider"
    folder.mkdir()
    shutil.copy(verifier.__file__, folder / "verifier.py")
    (folder / "receipt").write_text(receipt)
    (folder / "answer.csv").write_bytes(ANSWER)
    (folder / "log.vkey").write_text(f"{ledger.key}\n")
    (folder / "other.vkey").write_text(f"{OTHER.key}\n")
    shutil.copytree(ledger.directory, folder / "log")
    return folder


def run(folder, *arguments):
    """As an outsider runs it: without Easement to be found, and without whatever else the machine's Python loads."""
    found = [path for path in sys.path if path.endswith("site-packages")]
    block = f"import sys, runpy; sys.path.extend({found!r}); sys.modules['easement'] = None; sys.argv = sys.argv[1:]"
    command = [sys.executable, "-I", "-S", "-c", f"{block}; runpy.run_path(sys.argv[0], run_name='__main__')"]
    environment = {"PATH": os.environ["PATH"]}
    return subprocess.run(
        [*command, "verifier.py", *arguments], cwd=folder, capture_output=True, text=True, check=False, env=environment
    )


def test_the_verifier_stands_alone(alone):
    done = run(alone, "receipt", "--key", "log.vkey", "--data", "answer.csv")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("holds: entry 21 of the 52 in `northtown.example/ledger`")
    assert json.loads(done.stdout.partition("\n")[2])["answer"]["data"] == sha256_hex(ANSWER)


def test_the_verifier_checks_a_whole_log_alone(alone, monkeypatch, capsys):
    arguments = ["--log", "log", "--key", "log.vkey"]
    done = run(alone, *arguments)
    assert (done.returncode, done.stdout) == (0, "holds: all 52 entries of `northtown.example/ledger`\n")
    monkeypatch.chdir(alone)
    assert verifier.main(arguments) == 0
    assert capsys.readouterr().out == done.stdout


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["receipt", "--key", "other.vkey"], 12, "does not hold: none of the given keys signed this"),
        (["receipt", "--key", "log.vkey", "--data", "log.vkey"], 12, "does not hold: the file is not the one"),
        (["answer.csv", "--key", "log.vkey"], 12, "does not hold: this is not a proof"),
        (["receipt", "--key", "absent.vkey"], 2, "cannot read `absent.vkey`: No such file or directory"),
        (["receipt"], 2, "python verifier.py RECEIPT --key"),
        (["--key", "log.vkey"], 2, "python verifier.py RECEIPT --key"),
        (["receipt", "--unknown"], 2, "python verifier.py RECEIPT --key"),
        (["--log", "absent", "--key", "log.vkey"], 12, "there is no checkpoint here"),
    ],
)
def test_the_verifier_says_what_is_wrong(alone, arguments, code, told, monkeypatch, capsys):
    done = run(alone, *arguments)
    assert done.returncode == code
    assert told in done.stderr
    monkeypatch.chdir(alone)
    assert verifier.main(arguments) == code
    assert told in capsys.readouterr().err


def test_the_file_run_by_itself_ends_with_its_code(alone, monkeypatch, capsys):
    monkeypatch.chdir(alone)
    monkeypatch.setattr(sys, "argv", ["verifier.py", "receipt", "--key", "log.vkey", "--data", "answer.csv"])
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(verifier.__file__, run_name="__main__")
    assert ended.value.code == 0
    monkeypatch.setattr(sys, "argv", ["verifier.py", "--log", "log", "--key", "other.vkey"])
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(verifier.__file__, run_name="__main__")
    assert ended.value.code == 12
    assert "holds: entry 21" in capsys.readouterr().out


def test_the_verifier_is_one_file_of_standard_library_and_cryptography():
    text = Path(verifier.__file__).read_text()
    imported = {line.split()[1].split(".")[0] for line in text.splitlines() if line.startswith(("import ", "from "))}
    assert imported - set(sys.stdlib_module_names) == {"cryptography"}


def tampered(name):
    def change(log):
        target = log / name
        data = bytearray(target.read_bytes())
        data[len(data) // 2] ^= 1
        target.write_bytes(bytes(data))

    return change


@pytest.fixture
def large(ledger, tmp_path):
    fill(ledger, 600)
    ledger.checkpoint()
    shutil.copytree(ledger.directory, tmp_path / "copy")
    return tmp_path / "copy"


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("tile/0/001", "tile/0/001: does not hold the hashes of `tile/entries/001`"),
        ("tile/entries/001", "tile/entries/001"),
        ("tile/0/002.p/89", "tile/0/002.p/89: does not hold the hashes of `tile/entries/002.p/89`"),
        ("tile/1/000.p/2", "tile/1/000.p/2: does not hold the hashes of `tile/0/001`"),
        ("checkpoint", ""),
    ],
)
def test_a_changed_file_of_a_log_is_named_by_the_outsider_too(large, name, told):
    assert verifier.check_log(str(large), KEYS).size == 601
    tampered(name)(large)
    with pytest.raises(ProofFailed) as refused:
        verifier.check_log(str(large), KEYS)
    assert told in str(refused.value)


def test_a_log_whose_every_file_was_rewritten_does_not_fit_its_root(ledger, large, tmp_path_factory):
    from tests.ledger.makers import new_ledger

    other = new_ledger(tmp_path_factory.mktemp("other"))
    fill(other, 600, lambda _: private())
    other.checkpoint()
    shutil.rmtree(large / "tile")
    shutil.copytree(other.directory / "tile", large / "tile")
    with pytest.raises(ProofFailed, match="checkpoint: the signed root is not the root"):
        verifier.check_log(str(large), KEYS)


def test_an_empty_log_has_the_root_of_nothing(tmp_path):
    from easement.ledger.checkpoint import sign_checkpoint

    (tmp_path / "checkpoint").write_text(sign_checkpoint(0, verifier.root_of([]), SIGNER))
    assert verifier.check_log(str(tmp_path), KEYS).size == 0


def test_an_answer_must_be_an_answer():
    with pytest.raises(BadData):
        answer_part(query="", data="", rows=-1)

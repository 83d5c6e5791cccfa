"""R5.2: signed notes, checkpoints and proofs as C2SP has them, and how malformed ones are refused."""

import binascii
import re

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from easement.base.errors import ProofFailed
from easement.ledger import note
from easement.ledger.checkpoint import (
    Checkpoint,
    checkpoint_text,
    parse_checkpoint,
    sign_checkpoint,
    verified_checkpoint,
)
from easement.ledger.proof import Proof, parse_proof, proof_text
from easement.ledger.verifier import COSIGNATURE, ED25519, Key, Signature, base64_text
from tests.ledger.makers import OTHER, SIGNER

ROOT = bytes(range(32))
CHECKPOINT = sign_checkpoint(5, ROOT, SIGNER)

GO_TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
GO_KEYS = [
    "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
    "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop",
]
GO_NOTE = (
    f"{GO_TEXT}\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
    "— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n"
)


def witness(name: str = "witness.example") -> tuple[Key, Ed25519PrivateKey]:
    private = Ed25519PrivateKey.from_private_bytes(b"w" * 32)
    return Key(name, COSIGNATURE, private.public_key().public_bytes_raw()), private


def cosigned(text: str, time: int = 1_795_302_300) -> tuple[Key, Signature]:
    key, private = witness()
    signed = private.sign(f"cosignature/v1\ntime {time}\n{text}".encode())
    return key, Signature(key.name, key.id, time.to_bytes(8, "big") + signed)


def test_ed25519_is_that_of_rfc_8032():
    signer = note.Signer(
        "rfc.example", bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
    )
    assert signer.key.public.hex() == "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
    assert (
        signer.sign("").signature.hex().startswith("e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555")
    )


def test_the_example_note_of_go_is_read_and_verified():
    keys = [note.parse_key(line) for line in GO_KEYS]
    text, signed = note.verify(GO_NOTE, keys)
    assert text == GO_TEXT
    assert [key.name for key in signed] == ["PeterNeumann", "EnochRoot"]


def test_a_public_key_is_written_as_it_is_read():
    for line in GO_KEYS:
        assert str(note.parse_key(line + "\n")) == line


def test_several_keys_sign_the_same_text_and_unknown_ones_are_passed_over():
    text, signed = note.verify(note.sign_text("terms\n", [OTHER, SIGNER]), [SIGNER.key])
    assert (text, signed) == ("terms\n", (SIGNER.key,))


def test_a_text_may_hold_blank_lines():
    signed = note.sign_text("one\n\ntwo\n\n\n", [SIGNER])
    assert note.parse(signed).text == "one\n\ntwo\n\n\n"


def test_a_changed_text_is_refused():
    with pytest.raises(ProofFailed, match=r"signature of `northtown\.example/ledger` is wrong"):
        note.verify(CHECKPOINT.replace("\n5\n", "\n6\n"), [SIGNER.key])


def test_a_wrong_signature_of_a_known_key_is_refused_beside_a_right_one_of_another():
    wrong = Signature(OTHER.name, OTHER.key.id, bytes(64))
    with pytest.raises(ProofFailed, match="is wrong"):
        note.verify(note.add_signature(CHECKPOINT, wrong), [SIGNER.key, OTHER.key])


def test_a_note_that_none_of_the_given_keys_signed_is_refused():
    with pytest.raises(ProofFailed, match="none of the given keys"):
        note.verify(CHECKPOINT, [OTHER.key])


def test_a_key_with_the_same_name_is_still_another_key():
    namesake = note.Signer(SIGNER.name, OTHER.seed)
    with pytest.raises(ProofFailed, match="none of the given keys"):
        note.verify(CHECKPOINT, [namesake.key])


def test_a_thousand_and_twenty_four_signatures_are_read_and_no_more():
    """R2.5: the 219th hospital joins an agreement as the first did, by one more line."""
    many = note.sign_text("text\n", [note.Signer(f"key{n}.example", n.to_bytes(32, "big")) for n in range(1024)])
    assert len(note.parse(many).signatures) == 1024
    with pytest.raises(ProofFailed, match="more than 1024"):
        note.add_signature(many, SIGNER.sign("text\n"))


@pytest.mark.parametrize("text", ["text", "", "text\n\n— a AAAAAAA="])
def test_a_text_that_does_not_end_in_a_newline_is_not_signed(text):
    with pytest.raises(ProofFailed):
        note.sign_text(text, [SIGNER])


def test_a_witness_cosignature_is_verified_with_its_time():
    key, signature = cosigned(note.parse(CHECKPOINT).text)
    cosigned_note = note.add_signature(CHECKPOINT, signature)
    assert note.verify(cosigned_note, [SIGNER.key, key])[1] == (SIGNER.key, key)
    late = signature._replace(signature=bytes(8) + signature.signature[8:])
    with pytest.raises(ProofFailed, match=r"witness\.example"):
        note.verify(note.add_signature(CHECKPOINT, late), [key])


def test_a_witness_alone_does_not_vouch_for_a_checkpoint():
    key, signature = cosigned(note.parse(CHECKPOINT).text)
    with pytest.raises(ProofFailed, match="not signed by that log's own key"):
        verified_checkpoint(note.add_signature(CHECKPOINT, signature), [key])


def test_another_log_does_not_vouch_for_a_checkpoint():
    text = checkpoint_text(Checkpoint(SIGNER.name, 5, ROOT))
    with pytest.raises(ProofFailed, match="not signed by that log's own key"):
        verified_checkpoint(note.sign_text(text, [OTHER]), [OTHER.key])


@pytest.mark.parametrize(
    "bad",
    [
        b"",
        b"text\n",
        b"text\n\n",
        b"text\n\n\xe2\x80\x94 a AAAAAAA=",
        b"text\n\n- a AAAAAAA=\n",
        b"text\n\n\xe2\x80\x94 a\n",
        b"text\n\n\xe2\x80\x94  AAAAAAA=\n",
        b"text\n\n\xe2\x80\x94 a+b AAAAAAA=\n",
        b"text\n\n\xe2\x80\x94 a\xe2\x80\x83b AAAAAAA=\n",
        b"text\n\n\xe2\x80\x94 a AAAA\n",
        b"text\n\n\xe2\x80\x94 a AAAAAAA\n",
        b"text\n\n\xe2\x80\x94 a AAAAAAB=\n",
        b"text\n\n\xe2\x80\x94 a AAAAAAA= \n",
        b"text\n\n\xe2\x80\x94 a AAAAAAA=\r\n",
        b"te\x00xt\n\n\xe2\x80\x94 a AAAAAAA=\n",
        b"te\xffxt\n\n\xe2\x80\x94 a AAAAAAA=\n",
        b"x" * (1 << 20) + b"\n\n\xe2\x80\x94 a AAAAAAA=\n",
        "\ud800\n\n— a AAAAAAA=\n",
    ],
)
def test_a_malformed_note_is_refused(bad):
    with pytest.raises(ProofFailed):
        note.parse(bad)


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ("a", "not a verifier key"),
        ("+1a2b3c4d+AQ==", "name is empty"),
        ("a b+1a2b3c4d+AQ==", "holds a space"),
        ("a+1a2b3c4d+!", "not base64"),
        ("a+1a2b3c4d+AQ==", "of a kind not known"),
        ("a+1a2b3c4d+" + base64_text(b"\x06" + ROOT), "of a kind not known"),
        ("a+1a2b3c4d+" + base64_text(b"\x01" + ROOT), "does not fit"),
    ],
)
def test_a_malformed_public_key_is_refused(bad, reason):
    with pytest.raises(ProofFailed, match=reason):
        note.parse_key(bad)


def test_a_signing_key_is_read_back_and_never_shown():
    assert note.Signer.parse(SIGNER.encode() + "\n") == SIGNER
    assert SIGNER.seed.hex() not in repr(SIGNER)
    assert str(SIGNER) == "Signer('northtown.example/ledger')"


@pytest.mark.parametrize(
    "bad",
    [
        "",
        "PRIVATE+KEY+a",
        SIGNER.encode()[:-4],
        SIGNER.encode().replace("northtown", "southtown"),
        "x" + SIGNER.encode(),
        "PRIVATE+KEY+a+1a2b3c4d+" + base64_text(b"\x01short"),
        SIGNER.encode().replace("PRIVATE+KEY+", "PRIVATE+KEY+PRIVATE+KEY+"),
        re.sub(r"\+[^+]*$", "+!", SIGNER.encode()),
    ],
)
def test_a_malformed_signing_key_is_refused_without_being_repeated(bad):
    with pytest.raises(ProofFailed) as refused:
        note.Signer.parse(bad)
    assert SIGNER.encode().rpartition("+")[2] not in str(refused.value)


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\u2003b", "a\nb"])
def test_a_signer_whose_name_a_note_cannot_carry_is_refused(name):
    with pytest.raises(ProofFailed):
        note.Signer(name, bytes(32)).key  # noqa: B018 - asking for it is the check


def test_a_checkpoint_is_written_as_it_is_read():
    text = "a.example\n0\n" + base64_text(ROOT) + "\nextension\n"
    assert parse_checkpoint(text) == Checkpoint("a.example", 0, ROOT, ("extension",))
    assert checkpoint_text(parse_checkpoint(text)) == text


@pytest.mark.parametrize(
    "bad",
    [
        "",
        "a\n5\n",
        f"\n5\n{base64_text(ROOT)}\n",
        f"a\n5\n{base64_text(ROOT)}",
        f"a\n5\n{base64_text(ROOT)}\n\n",
        f"a\n05\n{base64_text(ROOT)}\n",
        f"a\n-5\n{base64_text(ROOT)}\n",
        f"a\n+5\n{base64_text(ROOT)}\n",
        f"a\n٥\n{base64_text(ROOT)}\n",
        f"a\n{10**18}\n{base64_text(ROOT)}\n",
        f"a\n5\n{base64_text(ROOT[:31])}\n",
        "a\n5\nnot base64\n",
        f"a\n5 \n{base64_text(ROOT)}\n",
    ],
)
def test_a_malformed_checkpoint_is_refused(bad):
    with pytest.raises(ProofFailed):
        parse_checkpoint(bad)


@pytest.mark.parametrize("extra", [b"", b"more"])
def test_a_proof_is_written_as_it_is_read(extra):
    proof = Proof(3, (ROOT, ROOT[::-1]), CHECKPOINT, extra)
    assert parse_proof(proof_text(proof)) == proof


GOOD_PROOF = proof_text(Proof(3, (ROOT,), CHECKPOINT, b"more"))


@pytest.mark.parametrize(
    ("part", "changed"),
    [
        ("c2sp.org/tlog-proof@v1", "c2sp.org/tlog-proof@v2"),
        ("extra bW9yZQ==", "extra "),
        ("extra bW9yZQ==", "extra bW9yZQ"),
        ("extra bW9yZQ==", "extra bW9yZQ==\nextra bW9yZQ=="),
        ("index 3", "index 03"),
        ("index 3", "Index 3"),
        ("index 3\n", ""),
        ("index 3", "index 3 "),
        ("\n\n", "\n"),
        (base64_text(ROOT), base64_text(ROOT[:31])),
        (base64_text(ROOT), base64_text(ROOT).replace("=", "")),
        (base64_text(ROOT) + "\n", (base64_text(ROOT) + "\n") * 64),
    ],
)
def test_a_malformed_proof_is_refused(part, changed):
    assert part in GOOD_PROOF
    with pytest.raises(ProofFailed):
        parse_proof(GOOD_PROOF.replace(part, changed))


def test_base64_is_that_of_rfc_4648():
    assert base64_text(b"\xfb\xff") == binascii.b2a_base64(b"\xfb\xff").decode().strip() == "+/8="
    assert Key("a", ED25519, ROOT).id == Key("a", ED25519, ROOT).id != Key("a", COSIGNATURE, ROOT).id

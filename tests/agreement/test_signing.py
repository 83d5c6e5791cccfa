"""Signatures of an agreement: who signed exactly these terms."""

import base64
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from easement.agreement.signing import sign, signed_by, signing_text
from easement.base.errors import ProofFailed, UsageError
from easement.ledger.note import Signer, add_signature, parse, sign_text, verify

from .makers import GONE, agreements, as_file, changed


def signer(name: str, salt: str = "") -> Signer:
    """A signer whose key follows from its name, so that a failing test can be run again."""
    return Signer(name, hashlib.sha256(f"{name}{salt}".encode()).digest())


DWP, NORTHTOWN, SOUTHTOWN = signer("dwp"), signer("northtown"), signer("southtown")
KEYS = [DWP.key, NORTHTOWN.key, SOUTHTOWN.key]
FILE = changed()
BOTH = sign(FILE, NORTHTOWN, sign(FILE, DWP))


def test_what_is_signed_is_three_lines():
    assert signing_text(FILE) == (
        "easement-agreement/1\nfree-school-meals 1.0.0\njPjdaM7DCSm9V1E/lVsSV6UoLnu1Emao0LjSfelO6Ec=\n"
    )
    assert base64.b64decode(signing_text(FILE).split("\n")[2]).hex() == FILE.digest


def test_each_party_adds_its_line():
    found = signed_by(FILE, BOTH, KEYS)
    assert found.parties == {"dwp", "northtown"}
    assert (found.joined, found.unknown, found.bad, found.problems) == (frozenset(), (), (), ())


def test_other_tools_read_the_signatures():
    text, signed = verify(BOTH, KEYS)
    assert text == signing_text(FILE)
    assert {key.name for key in signed} == {"dwp", "northtown"}


def test_signing_twice_changes_nothing():
    assert sign(FILE, DWP, BOTH) == BOTH


def test_the_order_of_signing_does_not_matter():
    other = sign(FILE, DWP, sign(FILE, NORTHTOWN))
    assert signed_by(FILE, other, KEYS) == signed_by(FILE, BOTH, KEYS)


def test_comments_and_order_may_change_after_signing():
    same = as_file(dict(reversed(FILE.document.data.items())))
    assert signed_by(same, BOTH, KEYS).parties == {"dwp", "northtown"}


def test_terms_changed_after_signing_fail_every_signature_and_say_so():
    now = changed(duties__retain="P2Y")
    found = signed_by(now, BOTH, KEYS)
    assert found.parties == frozenset()
    assert found.bad == ("dwp", "northtown")
    assert found.altered
    assert found.problems == (
        f"the terms were changed after they were signed: {FILE.digest} was signed, "
        f"{now.digest} stands now, so no signature holds",
    )


def test_changed_terms_are_not_signed_over_old_signatures():
    with pytest.raises(ProofFailed, match="for other terms"):
        sign(changed(duties__retain="P2Y"), NORTHTOWN, sign(FILE, DWP))


def test_a_stranger_cannot_sign():
    with pytest.raises(UsageError, match="`westville` is not a party") as caught:
        sign(FILE, signer("westville"))
    assert "`dwp`, `northtown`" in caught.value.remedy
    assert "local-authority" in caught.value.remedy


def test_where_nobody_may_join_a_stranger_is_told_of_the_parties_alone():
    with pytest.raises(UsageError, match="`southtown` is not a party") as caught:
        sign(changed(joining=GONE), SOUTHTOWN, joins_as="local-authority")
    assert caught.value.remedy == "the parties are `dwp`, `northtown`"


def test_one_of_the_right_class_joins_with_one_line():
    """R2.5: the same terms, one more signature."""
    joined = sign(FILE, SOUTHTOWN, BOTH, joins_as="local-authority")
    found = signed_by(FILE, joined, KEYS)
    assert found.parties == {"dwp", "northtown"}
    assert (found.joined, found.strangers) == (frozenset({"southtown"}), ())


def test_a_known_key_joins_nothing_where_the_terms_let_nobody_join():
    closed = changed(joining=GONE)
    note = add_signature(sign(closed, DWP), SOUTHTOWN.sign(signing_text(closed)))
    found = signed_by(closed, note, KEYS)
    assert (found.parties, found.joined, found.strangers) == (frozenset({"dwp"}), frozenset(), ("southtown",))


def test_one_of_another_class_does_not_join():
    with pytest.raises(UsageError):
        sign(FILE, SOUTHTOWN, BOTH, joins_as="charity")


def test_without_its_key_a_signature_is_unknown_not_good():
    found = signed_by(FILE, BOTH, [DWP.key])
    assert (found.parties, found.unknown) == (frozenset({"dwp"}), ("northtown",))


def test_a_signature_by_another_key_under_the_same_name_is_unknown():
    forged = sign(FILE, signer("northtown", "forged"), sign(FILE, DWP))
    found = signed_by(FILE, forged, KEYS)
    assert (found.parties, found.unknown) == (frozenset({"dwp"}), ("northtown",))


def test_a_party_with_a_new_key_signs_again_beside_the_old():
    new = signer("dwp", "second")
    note = sign(FILE, new, BOTH)
    assert len(parse(note).signatures) == 3
    assert signed_by(FILE, note, [new.key, NORTHTOWN.key]).parties == {"dwp", "northtown"}


def test_one_wrong_line_of_a_known_key_spoils_the_good_one():
    """C2SP signed-note: a wrong signature by a known key is never passed over."""
    wrong = DWP.sign("something else\n")
    found = signed_by(FILE, add_signature(BOTH, wrong), KEYS)
    assert (found.parties, found.bad) == (frozenset({"northtown"}), ("dwp",))


def test_a_note_of_something_else_is_refused():
    with pytest.raises(ProofFailed, match="not the signatures of an agreement"):
        signed_by(FILE, sign_text("log.example\n3\nAAAA\n", [DWP]), KEYS)


@given(st.integers(0, len(BOTH.encode()) - 1), st.integers(1, 255))
def test_no_change_of_one_byte_leaves_two_good_signatures(at: int, flip: int):
    raw = bytearray(BOTH.encode())
    raw[at] ^= flip
    try:
        found = signed_by(FILE, raw.decode(), KEYS)
    except (ProofFailed, UnicodeDecodeError):
        return
    assert found.parties != {"dwp", "northtown"}


@given(agreements(), agreements())
def test_signatures_of_one_agreement_never_hold_for_another(one: dict, other: dict):
    file, stranger = as_file(one), as_file(other | {"id": one["id"], "version": one["version"]})
    party = next(iter(file.terms.parties))
    note = sign(file, signer(party))
    assert signed_by(file, note, [signer(party).key]).parties == {party}
    if file.digest != stranger.digest:
        assert signed_by(stranger, note, [signer(party).key]).parties == frozenset()

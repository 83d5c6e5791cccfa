"""Signatures of an agreement: a C2SP signed note beside the file, one Ed25519 line for each party.

    easement-agreement/1
    free-school-meals 1.0.0
    jPjdaM7DCSm9V1E/lVsSV6UoLnu1Emao0LjSfelO6Ec=

    — dwp 6gJBRHG6RYZ6…
    — northtown Zx/WUZbHxkar…

The third line is the SHA-256 digest of the terms, so a signature holds for exactly these terms. A key's name is its
organisation's id. Joining an agreement that others made is one more line on the same note (R2.5).
"""

import binascii
from collections.abc import Iterable
from dataclasses import dataclass

from easement.agreement.read import AgreementFile
from easement.base.errors import ProofFailed, UsageError
from easement.ledger.note import Key, Note, Signature, Signer, add_signature, parse, sign_text
from easement.ledger.verifier import ED25519

__all__ = ["FORMAT", "Signed", "sign", "signed_by", "signing_text"]

FORMAT = "easement-agreement/1"
"""The note's first line, so that no signature made for another use can stand for this one."""


@dataclass(frozen=True, slots=True)
class Signed:
    """What a note of signatures is worth for a file.

    `parties` are the named parties whose signature holds, `joined` others whose signature holds where the terms let
    others join, `strangers` such others where the terms do not, `unknown` names whose key was not given, `bad` names
    whose signature does not hold. `signed_digest` is what they signed, `digest` what stands in the file now; where the
    two differ, no signature holds.
    """

    parties: frozenset[str]
    joined: frozenset[str]
    strangers: tuple[str, ...]
    unknown: tuple[str, ...]
    bad: tuple[str, ...]
    signed_digest: str
    digest: str

    @property
    def altered(self) -> bool:
        """Whether the terms were changed after they were signed."""
        return self.signed_digest != self.digest

    @property
    def problems(self) -> tuple[str, ...]:
        """What is wrong with the signatures, in words; empty where nothing is."""
        if self.altered:
            stands = f"the terms were changed after they were signed: {self.signed_digest} was signed"
            return (f"{stands}, {self.digest} stands now, so no signature holds",)
        return tuple(f"the signature of `{name}` does not hold" for name in self.bad)


def signing_text(file: AgreementFile) -> str:
    """The three lines that parties sign."""
    digest = binascii.b2a_base64(bytes.fromhex(file.digest), newline=False).decode()
    return f"{FORMAT}\n{file.terms.id} {file.terms.version}\n{digest}\n"


def sign(file: AgreementFile, signer: Signer, existing: str | None = None, *, joins_as: str | None = None) -> str:
    """The note with the signer's line added; one who signed already changes nothing.

    `joins_as` is the class of body of a signer who is not named but may join. Raises `UsageError` for a signer who is
    no party, and `ProofFailed` where the existing signatures are for other terms.
    """
    _may_sign(file, signer.name, joins_as)
    text = signing_text(file)
    if existing is None:
        return sign_text(text, [signer])
    note = parse(existing)
    if note.text != text:
        raise ProofFailed(
            "the existing signatures are for other terms",
            remedy="put back what was signed, or raise the version and let every party sign anew",
        )
    held = any((line.name, line.id) == (signer.name, signer.key.id) for line in note.signatures)
    return existing if held else add_signature(existing, signer.sign(text))


def _may_sign(file: AgreementFile, name: str, joins_as: str | None) -> None:
    if name in file.terms.parties:
        return
    classes = {joining.body_class for joining in file.terms.joining.values()}
    if joins_as is not None and joins_as in classes:
        return
    known = ", ".join(f"`{party}`" for party in file.terms.parties)
    mend = f"the parties are {known}"
    if classes:
        mend += f"; to join, name your class of body: {', '.join(sorted(classes))}"
    raise UsageError(f"`{name}` is not a party to this agreement", where=file.document.name, remedy=mend)


def signed_by(file: AgreementFile, note_text: str, keys: Iterable[Key]) -> Signed:
    """Who signed these terms, of those whose keys are given; raises `ProofFailed` only where it is no note at all.

    A party with several keys has signed where one of them did; one wrong line of a known key spoils them all.
    """
    note = parse(note_text)
    known = {(key.name, key.id): key for key in keys if key.kind == ED25519}
    fits = note.text == signing_text(file)
    good, bad, unknown = set[str](), set[str](), set[str]()
    for line in note.signatures:
        key = known.get((line.name, line.id))
        if key is None:
            unknown.add(line.name)
        else:
            (good if fits and _holds(key, note, line) else bad).add(line.name)
    good -= bad
    parties = frozenset(good & file.terms.parties.keys())
    others = good - parties
    may_join = bool(file.terms.joining)
    return Signed(
        parties=parties,
        joined=frozenset(others if may_join else ()),
        strangers=() if may_join else tuple(sorted(others)),
        unknown=tuple(sorted(unknown - good - bad)),
        bad=tuple(sorted(bad)),
        signed_digest=_digest_in(note.text),
        digest=file.digest,
    )


def _holds(key: Key, note: Note, line: Signature) -> bool:
    return key.holds(note.text, line.signature)


def _digest_in(text: str) -> str:
    """The digest that a note's text names, in hexadecimal; raises `ProofFailed` when it is no agreement's."""
    lines = text.split("\n")
    try:
        digest = binascii.a2b_base64(lines[2], strict_mode=True)
    except (IndexError, ValueError):
        digest = b""
    if len(lines) != 4 or lines[0] != FORMAT or len(digest) != 32:
        raise ProofFailed(
            "these are not the signatures of an agreement", remedy="name the `.signatures` file beside it"
        )
    return digest.hex()

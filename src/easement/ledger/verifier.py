"""Check a receipt or a whole log offline, with a public key alone. This one file needs only `cryptography`.

    python verifier.py RECEIPT --key log.vkey [--data FILE]
    python verifier.py --log DIRECTORY --key log.vkey

Formats: RFC 6962 hashing; C2SP signed-note, tlog-checkpoint, tlog-cosignature, tlog-proof and tlog-tiles. The ledger
itself reads its files with these same functions, so that what it accepts and what an outsider accepts is one thing.
"""

import binascii
import hashlib
import json
import re
import sys
from collections.abc import Iterable, Sequence
from contextlib import suppress
from getopt import GetoptError, gnu_getopt  # argparse would cost a fifth of the 50 ms this has
from typing import Any, NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

if __package__:
    from easement.base.errors import ProofFailed
else:

    class ProofFailed(Exception):  # type: ignore[no-redef]
        """A proof, signature or log does not hold (this file stands alone, outside Easement)."""

        def __init__(self, what: str, *, where: str = "", remedy: str = "") -> None:
            super().__init__("\n  ".join(part for part in (f"{where}: {what}" if where else what, remedy) if part))


MAX_NOTE = 1 << 20
"""Longest note or proof read, in bytes; a receipt with the longest entry is under a quarter of this."""

MAX_SIGNATURES = 1_024
"""Most signatures read on one note: a 219th hospital may join an agreement (R2.5); C2SP asks for at least 16."""

ED25519, COSIGNATURE = 0x01, 0x04
"""The signature types understood, as numbered by C2SP signed-note."""

NAME = re.compile("[A-Za-z][A-Za-z0-9_]{0,99}")
_NUMBER = re.compile("0|[1-9][0-9]{0,17}")
_CONTROL = re.compile("[\x00-\x09\x0b-\x1f]")

MEND = "one of the log's files was changed; fetch it again from the log or from any copy of it"
PROOF_HEADER = "c2sp.org/tlog-proof@v1"
RECEIPT_FORMAT = "easement-receipt/1"
PART_TAG = b"easement-private-part/1\n"
COMMITMENT_TAG = b"easement-commitment/1\n"


def hold(holds: object, what: str, remedy: str = "", where: str = "") -> None:
    """Raise `ProofFailed` unless something holds."""
    if not holds:
        raise ProofFailed(what, where=where, remedy=remedy)


def leaf_hash(data: bytes) -> bytes:
    """The 32-byte hash of one entry (RFC 6962 section 2.1)."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The 32-byte hash of two subtrees (RFC 6962 section 2.1)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_of(hashes: Sequence[bytes]) -> bytes:
    """The root over hashes of equal subtrees, of which the last may be smaller; of none, SHA-256 of nothing."""
    if not hashes:
        return hashlib.sha256(b"").digest()
    while len(hashes) > 1:
        pairs = zip(hashes[::2], hashes[1::2], strict=False)
        odd = hashes[-1:] if len(hashes) % 2 else []
        hashes = [*[node_hash(left, right) for left, right in pairs], *odd]
    return hashes[0]


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> None:
    """Hold a leaf hash at `index` against the root of a tree of `size` (RFC 9162 2.1.3.2); raises `ProofFailed`."""
    hold(0 <= index < size, f"entry {index} is not in a log of {size} entries")
    at, last, value = index, size - 1, leaf
    for sibling in proof:
        hold(last, "the inclusion proof is too long")
        if at % 2 or at == last:
            value = node_hash(sibling, value)
            while at % 2 == 0 and at:
                at, last = at >> 1, last >> 1
        else:
            value = node_hash(value, sibling)
        at, last = at >> 1, last >> 1
    remedy = "the entry, the proof or the checkpoint was changed; ask the log's owner for the receipt anew"
    hold(not last and value == root, f"the inclusion proof of entry {index} does not lead to the signed root", remedy)


def base64_text(data: bytes) -> str:
    """Bytes as base64 on one line (RFC 4648 section 4)."""
    return binascii.b2a_base64(data, newline=False).decode()


def _base64(text: str, what: str) -> bytes:
    try:
        data = binascii.a2b_base64(text, strict_mode=True)
    except ValueError:
        raise ProofFailed(f"the {what} is not base64") from None
    hold(base64_text(data) == text, f"the {what} is not base64 in its one form")
    return data


def _number(text: str, what: str) -> int:
    hold(_NUMBER.fullmatch(text), f"the {what} is not a plain whole number")
    return int(text)


def _text(data: bytes | str, what: str) -> str:
    """Bytes as text; refuses what is too long, not UTF-8, or holds control characters other than newlines."""
    try:
        raw = data.encode() if isinstance(data, str) else data
        text = raw.decode()
    except UnicodeError:
        raise ProofFailed(f"the {what} is not UTF-8 text") from None
    hold(len(raw) <= MAX_NOTE, f"the {what} is longer than {MAX_NOTE:,} bytes")
    hold(not _CONTROL.search(text), f"the {what} holds a control character")
    return text


def _check_name(name: str) -> None:
    plain = name and "+" not in name and not any(map(str.isspace, name))
    hold(plain, "a key's name is empty or holds a space or a `+`")


class Key(NamedTuple):
    """A public key that signs notes: its name, its type (1 Ed25519, 4 cosignature) and its 32 bytes."""

    name: str
    kind: int
    public: bytes

    @property
    def id(self) -> bytes:
        """The first four bytes of SHA-256(name, newline, type, public key)."""
        return hashlib.sha256(self.name.encode() + b"\n" + bytes([self.kind]) + self.public).digest()[:4]

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{base64_text(bytes([self.kind]) + self.public)}"

    def holds(self, text: str, signature: bytes) -> bool:
        """Whether this key made `signature` over the note's text."""
        message = text.encode()
        if self.kind == COSIGNATURE:
            time, signature = int.from_bytes(signature[:8], "big"), signature[8:]
            message = f"cosignature/v1\ntime {time}\n".encode() + message
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except InvalidSignature:
            return False
        return True


def parse_key(data: bytes | str) -> Key:
    """Read a verifier key `name+id+base64`; raises `ProofFailed` for a bad or unknown kind of key."""
    parts = _text(data, "key").removesuffix("\n").split("+", 2)
    hold(len(parts) == 3, "this is not a verifier key", "it looks like `name+1a2b3c4d+AQ…`; give its whole line")
    name, identity, material = parts
    _check_name(name)
    raw = _base64(material, "key")
    known = len(raw) == 33 and raw[0] in (ED25519, COSIGNATURE)
    hold(known, "the key is of a kind not known here", "give an Ed25519 key (type 1 or 4)")
    key = Key(name, raw[0], raw[1:])
    hold(key.id.hex() == identity, "the key's number does not fit the key", "it was mistyped; copy it again")
    return key


class Signature(NamedTuple):
    """One signature line of a note: the key's name, its four-byte id, and the signature's bytes."""

    name: str
    id: bytes
    signature: bytes


class Note(NamedTuple):
    """A signed note: its text (ending in a newline) and its signatures, none of them checked yet."""

    text: str
    signatures: tuple[Signature, ...]


def parse_note(data: bytes | str) -> Note:
    """Read a signed note; raises `ProofFailed` when it is malformed. Trust nothing in it before `verify_note`."""
    whole = _text(data, "note")
    body, blank, tail = whole.rpartition("\n\n")
    hold(blank and tail.endswith("\n"), "the note has no signatures")
    lines = tail[:-1].split("\n")
    hold(len(lines) <= MAX_SIGNATURES, f"the note has more than {MAX_SIGNATURES} signatures")
    return Note(body + "\n", tuple(_signature(line) for line in lines))


def _signature(line: str) -> Signature:
    parts = line.split(" ")
    hold(len(parts) == 3 and parts[0] == "—", "a signature line is malformed")
    _check_name(parts[1])
    raw = _base64(parts[2], "signature")
    hold(len(raw) >= 5, "a signature is too short")
    return Signature(parts[1], raw[:4], raw[4:])


def verify_note(note: Note, keys: Iterable[Key]) -> tuple[Key, ...]:
    """The given keys that signed, unknown ones passed over; raises `ProofFailed` if none did, or one did wrongly."""
    known = {(key.name, key.id): key for key in keys}
    signed = []
    for name, identity, signature in note.signatures:
        if key := known.get((name, identity)):
            right = key.holds(note.text, signature)
            hold(right, f"the signature of `{name}` is wrong", "the text was changed after it was signed")
            signed.append(key)
    hold(signed, "none of the given keys signed this", "give the key of the log that it names")
    return tuple(signed)


class Checkpoint(NamedTuple):
    """What a log signs: its origin, its number of entries, its root hash; extension lines are kept, not read."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()


def parse_checkpoint(text: str) -> Checkpoint:
    """Read a checkpoint's text, without signatures; raises `ProofFailed`."""
    lines = _text(text, "checkpoint").split("\n")
    hold(len(lines) >= 4 and not lines[-1] and all(lines[:-1]), "the checkpoint lacks a line")
    root = _base64(lines[2], "root")
    hold(len(root) == 32, "the checkpoint's root is not 32 bytes")
    return Checkpoint(lines[0], _number(lines[1], "checkpoint's size"), root, tuple(lines[3:-1]))


def verified_checkpoint(data: bytes | str, keys: Iterable[Key]) -> Checkpoint:
    """The checkpoint of a note that the log's own key, an Ed25519 key of its name, signed; raises `ProofFailed`."""
    note = parse_note(data)
    signed = verify_note(note, keys)
    checkpoint = parse_checkpoint(note.text)
    own = any(key.kind == ED25519 and key.name == checkpoint.origin for key in signed)
    hold(own, f"the checkpoint of {checkpoint.origin!a} is not signed by that log's own key")
    return checkpoint


class Proof(NamedTuple):
    """An inclusion proof: entry's index, hashes from leaf to root, the signed checkpoint as text, and `extra`."""

    index: int  # type: ignore[assignment]  # the formats' own word; `tuple.index` is not missed
    hashes: tuple[bytes, ...]
    checkpoint: str
    extra: bytes = b""


def parse_proof(data: bytes | str) -> Proof:
    """Read a proof; raises `ProofFailed`. Its checkpoint is not verified and its `extra` never vouched for."""
    head, blank, checkpoint = _text(data, "proof").partition("\n\n")
    header, *lines = head.split("\n")
    hold(header == PROOF_HEADER and blank, f"this is not a proof: it does not begin with `{PROOF_HEADER}`")
    extra = b""
    if lines and lines[0].startswith("extra "):
        extra = _base64(lines.pop(0).removeprefix("extra "), "extra data")
        hold(extra, "the extra data is empty")
    hold(lines and lines[0].startswith("index "), "the proof lacks its index")
    index = _number(lines.pop(0).removeprefix("index "), "index")
    hashes = tuple(_base64(line, "proof") for line in lines)
    hold(len(hashes) <= 63 and all(len(each) == 32 for each in hashes), "the proof's hashes are malformed")
    return Proof(index, hashes, checkpoint, extra)


class Receipt(NamedTuple):
    """A receipt's texts of the entry and of the opened part (empty where there is none), and closed parts' hashes."""

    entry: str
    answer: str = ""
    salt: bytes = b""
    others: tuple[tuple[str, bytes], ...] = ()


def parse_receipt(extra: bytes) -> Receipt:
    """Read a receipt from a proof's extra data; raises `ProofFailed`."""
    value = json_object(extra, "receipt")
    hold(value.get("format") == RECEIPT_FORMAT, "this proof is not an Easement receipt")
    try:
        opened = value.get("answer", {})
        others = tuple((name, bytes.fromhex(digest)) for name, digest in value.get("others", {}).items())
        receipt = Receipt(value["entry"], opened.get("part", ""), bytes.fromhex(opened.get("salt", "")), others)
        same = receipt_bytes(receipt) == extra and all(len(digest) == 32 for _, digest in others)
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError):
        same = False
    hold(same, "the receipt is malformed")
    return receipt


def receipt_bytes(receipt: Receipt) -> bytes:
    """A receipt as the canonical JSON that stands in a proof's `extra`."""
    value: dict[str, Any] = {"format": RECEIPT_FORMAT, "entry": receipt.entry}
    if receipt.answer:
        value["answer"] = {"part": receipt.answer, "salt": receipt.salt.hex()}
        value["others"] = {name: digest.hex() for name, digest in receipt.others}
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def json_object(data: bytes | str, what: str) -> dict[str, Any]:
    """A JSON object, in which no key stands twice; raises `ProofFailed` for anything else."""
    try:
        value = json.loads(data, object_pairs_hook=_record)
    except (ValueError, RecursionError):
        raise ProofFailed(f"the {what} is not JSON") from None
    hold(isinstance(value, dict), f"the {what} is not a record")
    return dict(value)


def _record(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    hold(len(dict(pairs)) == len(pairs), "a record holds a key twice, of which readers take the one or the other")
    return dict(pairs)


def part_hash(name: str, salt: bytes, text: str) -> bytes:
    """The hash of one part of a private record under its own 32-byte salt."""
    return hashlib.sha256(PART_TAG + name.encode() + b"\n" + salt + text.encode()).digest()


def commitment_of(parts: Iterable[tuple[str, bytes]]) -> bytes:
    """The 32-byte commitment to parts, given by plain names, each its own, and hashes; raises `ProofFailed`.

    Every name stands before its hash, so that no closed part can later be passed off under another name.
    """
    ordered = sorted(parts)
    plain = all(NAME.fullmatch(name) for name, _ in ordered) and len(dict(ordered)) == len(ordered)
    hold(plain, "the parts of a private record must have plain names, each its own")
    told = b"".join(name.encode() + b"\n" + digest for name, digest in ordered)
    return hashlib.sha256(COMMITMENT_TAG + told).digest()


class Holds(NamedTuple):
    """A receipt that holds: where its entry stands, and what entry and answer say."""

    origin: str
    index: int  # type: ignore[assignment]
    size: int
    entry: dict[str, Any]
    answer: dict[str, Any]


def check_receipt(data: bytes | str, keys: Iterable[Key], digest: str = "") -> Holds:
    """Check signature, inclusion, commitment and, when given, the answer file's SHA-256; raises `ProofFailed`."""
    proof = parse_proof(data)
    checkpoint = verified_checkpoint(proof.checkpoint, keys)
    receipt = parse_receipt(proof.extra)
    verify_inclusion(leaf_hash(receipt.entry.encode()), proof.index, checkpoint.size, proof.hashes, checkpoint.root)
    entry = json_object(receipt.entry, "entry")
    answer = _opened(receipt, entry)
    other = "its bytes were changed, or it belongs to another receipt"
    hold(not digest or answer.get("data") == digest, "the file is not the one that was disclosed", other)
    return Holds(checkpoint.origin, proof.index, checkpoint.size, entry, answer)


def _opened(receipt: Receipt, entry: dict[str, Any]) -> dict[str, Any]:
    if not receipt.answer:
        return {}
    parts = [("answer", part_hash("answer", receipt.salt, receipt.answer)), *receipt.others]
    same = len(receipt.salt) == 32 and commitment_of(parts).hex() == entry.get("commitment")
    hold(same, "the opened answer is not the one the entry committed to")
    return json_object(receipt.answer, "answer")


def tile_path(level: int | str, index: int, width: int = 256) -> str:
    """Where a tile stands below the log's root; `level` is a number or `entries`, `width` at most 256."""
    groups = [f"{index % 1000:03}"]
    while index := index // 1000:
        groups.insert(0, f"x{index % 1000:03}")
    return f"tile/{level}/{'/'.join(groups)}" + (f".p/{width}" if width < 256 else "")


def read_tile(directory: str, level: int, index: int, width: int) -> bytes:
    """The hashes of a tile, from the partial file or, once it is full, from the full one; raises `ProofFailed`."""
    data, held = _read(directory, level, index, width)
    hold(len(data) == held * 32, f"is not {held} hashes", MEND, tile_path(level, index, held))
    return data[: width * 32]


def read_bundle(directory: str, index: int, width: int) -> list[bytes]:
    """The first `width` entries of a bundle, read as `read_tile` reads; raises `ProofFailed`."""
    data, held = _read(directory, "entries", index, width)
    entries = decode_bundle(data)
    hold(len(entries) == held, f"does not hold {held} entries", MEND, tile_path("entries", index, held))
    return entries[:width]


def _read(directory: str, level: int | str, index: int, width: int) -> tuple[bytes, int]:
    for held in sorted({width, 256}):
        with suppress(OSError), open(f"{directory}/{tile_path(level, index, held)}", "rb") as file:  # noqa: PTH123
            return file.read(), held
    raise ProofFailed("is missing or cannot be read", where=tile_path(level, index, width), remedy=MEND)


def decode_bundle(data: bytes) -> list[bytes]:
    """The entries of a bundle, each behind two bytes of length; one that is cut short is left out."""
    entries, at = [], 0
    while at < len(data):
        start = at + 2
        at = start + int.from_bytes(data[at:start], "big")
        if at <= len(data):
            entries.append(data[start:at])
    return entries


def check_tiles(directory: str, checkpoint: Checkpoint) -> None:
    """Hash every entry under a verified checkpoint and compare every tile and the root; raises `ProofFailed`."""
    level, count, tail, roots = 0, checkpoint.size, b"", list[bytes]()
    while count:
        above = []
        for start in range(0, count, 256):
            width = min(256, count - start)
            bundle = () if level else read_bundle(directory, start // 256, width)
            hashes = roots[start : start + width] or list(map(leaf_hash, bundle))
            _compare(directory, level, start // 256, hashes)
            if width == 256:
                above.append(root_of(hashes))
            else:
                tail = root_of([*hashes, tail] if tail else hashes)
        level, count, roots = level + 1, count // 256, above
    same = (tail or root_of([])) == checkpoint.root
    hold(same, "the signed root is not the root of these entries", MEND, "checkpoint")


def _compare(directory: str, level: int, index: int, hashes: Sequence[bytes]) -> None:
    tile = read_tile(directory, level, index, len(hashes))
    if tile == b"".join(hashes):
        return
    below = tile_path("entries", index, len(hashes))
    if level:
        first = next(i for i, each in enumerate(hashes) if tile[i * 32 : i * 32 + 32] != each)
        below = tile_path(level - 1, index * 256 + first)
    raise ProofFailed(f"does not hold the hashes of `{below}`", where=tile_path(level, index, len(hashes)), remedy=MEND)


def check_log(directory: str, keys: Iterable[Key]) -> Checkpoint:
    """Check a log's directory whole, signature and every entry; raises `ProofFailed` naming the first damaged file."""
    try:
        checkpoint = verified_checkpoint(read_whole(f"{directory}/checkpoint"), keys)
    except OSError as error:
        raise ProofFailed("there is no checkpoint here", where=directory, remedy="name the log's directory") from error
    check_tiles(directory, checkpoint)
    return checkpoint


def main(arguments: Sequence[str]) -> int:
    """Run the check, told in ASCII so that no log speaks to the terminal; 0 it holds, 2 wrong usage, 12 it does not."""
    try:
        code, text = 0, _checked(arguments)
    except (GetoptError, KeyError, ValueError):
        code, text = 2, (__doc__ or "").partition("Formats:")[0]
    except OSError as error:
        code, text = 2, f"error: cannot read `{error.filename}`: {error.strerror}"
    except ProofFailed as error:
        code, text = 12, f"does not hold: {error}"
    print(text.encode("ascii", "backslashreplace").decode(), file=sys.stderr if code else sys.stdout)
    return code


def _checked(arguments: Sequence[str]) -> str:
    pairs, rest = gnu_getopt(list(arguments), "", ["key=", "data=", "log="])
    options = dict(pairs)
    keys = read_keys(options["--key"])
    if "--log" in options:
        checkpoint = check_log(options["--log"], keys)
        return f"holds: all {checkpoint.size} entries of `{checkpoint.origin}`"
    (receipt,) = rest
    digest = file_digest(options["--data"]) if "--data" in options else ""
    holds = check_receipt(read_whole(receipt), keys, digest)
    said = json.dumps({"entry": holds.entry, "answer": holds.answer}, indent=2)
    return f"holds: entry {holds.index} of the {holds.size} in `{holds.origin}`\n{said}"


def read_whole(path: str) -> bytes:
    """A note or proof from its file, never more than is read of one; raises `OSError`."""
    with open(path, "rb") as file:  # noqa: PTH123
        return file.read(MAX_NOTE + 1)


def read_keys(path: str) -> list[Key]:
    """The public keys in a file, one a line; raises `ProofFailed` or `OSError`."""
    return [parse_key(line) for line in read_whole(path).splitlines() if line.strip()]


def file_digest(path: str) -> str:
    """The SHA-256 of a file in hexadecimal, read in pieces; raises `OSError`."""
    with open(path, "rb") as file:  # noqa: PTH123
        return hashlib.file_digest(file, "sha256").hexdigest()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

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


__all__ = [
    "Checkpoint",
    "Holds",
    "Key",
    "Note",
    "Proof",
    "ProofFailed",
    "Receipt",
    "Signature",
    "check_log",
    "check_receipt",
    "check_tiles",
    "commitment_of",
    "decode_bundle",
    "describe",
    "file_digest",
    "json_object",
    "leaf_hash",
    "node_hash",
    "parse_checkpoint",
    "parse_key",
    "parse_note",
    "parse_proof",
    "parse_receipt",
    "part_hash",
    "read_keys",
    "read_tile",
    "receipt_bytes",
    "root_of",
    "tile_path",
    "verified_checkpoint",
    "verify_inclusion",
    "verify_note",
]

MAX_NOTE = 1 << 20
"""Longest note or proof read, in bytes; a receipt with the longest entry is under a quarter of this."""

MAX_SIGNATURES = 64
"""Most signatures read on one note; C2SP asks for at least 16."""

MAX_ENTRY = 65_535
"""Longest entry in bytes: tlog-tiles gives its length two bytes."""

ED25519, COSIGNATURE = 0x01, 0x04
"""The signature types understood, as numbered by C2SP signed-note."""

_CONTROL = re.compile("[\x00-\x09\x0b-\x1f]")

PROOF_HEADER = "c2sp.org/tlog-proof@v1"
RECEIPT_FORMAT = "easement-receipt/1"
PART_TAG = b"easement-private-part/1\n"
COMMITMENT_TAG = b"easement-commitment/1\n"


# Trees (RFC 6962)


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
    sha256 = hashlib.sha256
    while len(hashes) > 1:
        pairs = zip(hashes[::2], hashes[1::2], strict=False)
        odd = hashes[-1:] if len(hashes) % 2 else []
        hashes = [*[sha256(b"\x01" + left + right).digest() for left, right in pairs], *odd]
    return hashes[0]


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> None:
    """Hold a leaf hash at `index` against the root of a tree of `size` (RFC 9162 2.1.3.2); raises `ProofFailed`."""
    if not 0 <= index < size:
        raise ProofFailed(f"entry {index} is not in a log of {size} entries")
    at, last, value = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            raise ProofFailed("the inclusion proof is too long")
        if at % 2 or at == last:
            value = node_hash(sibling, value)
            while at % 2 == 0 and at:
                at, last = at >> 1, last >> 1
        else:
            value = node_hash(value, sibling)
        at, last = at >> 1, last >> 1
    if last or value != root:
        raise ProofFailed(
            f"the inclusion proof of entry {index} does not lead to the signed root",
            remedy="the entry, the proof or the checkpoint was changed; ask the log's owner for the receipt anew",
        )


# Signed notes (C2SP signed-note)


def _base64(text: str, what: str) -> bytes:
    try:
        data = binascii.a2b_base64(text, strict_mode=True)
    except ValueError:
        raise ProofFailed(f"the {what} is not base64") from None
    if binascii.b2a_base64(data, newline=False) != text.encode():
        raise ProofFailed(f"the {what} is not base64 in its one form")
    return data


def _number(text: str, what: str) -> int:
    if not (text.isascii() and text.isdigit()) or (text[0] == "0" and text != "0") or len(text) > 18:
        raise ProofFailed(f"the {what} is not a plain whole number")
    return int(text)


def _text(data: bytes | str, what: str) -> str:
    """Bytes as text; refuses what is too long, not UTF-8, or holds control characters other than newlines."""
    try:
        raw = data.encode() if isinstance(data, str) else data
        text = raw.decode()
    except UnicodeError:
        raise ProofFailed(f"the {what} is not UTF-8 text") from None
    if len(raw) > MAX_NOTE:
        raise ProofFailed(f"the {what} is longer than {MAX_NOTE:,} bytes")
    if _CONTROL.search(text):
        raise ProofFailed(f"the {what} holds a control character")
    return text


def _check_name(name: str) -> None:
    if not name or "+" in name or any(character.isspace() for character in name):
        raise ProofFailed("a key's name is empty or holds a space or a `+`")


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
        material = binascii.b2a_base64(bytes([self.kind]) + self.public, newline=False).decode()
        return f"{self.name}+{self.id.hex()}+{material}"

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
    if len(parts) != 3:
        raise ProofFailed("this is not a verifier key", remedy="it looks like `name+1a2b3c4d+AQ…`; give its whole line")
    name, identity, material = parts
    _check_name(name)
    raw = _base64(material, "key")
    if len(raw) != 33 or raw[0] not in (ED25519, COSIGNATURE):
        raise ProofFailed("the key is of a kind not known here", remedy="give an Ed25519 key (type 1 or 4)")
    key = Key(name, raw[0], raw[1:])
    if key.id.hex() != identity:
        raise ProofFailed("the key's number does not fit the key", remedy="it was mistyped; copy it again")
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
    if not blank or not tail.endswith("\n"):
        raise ProofFailed("the note has no signatures")
    lines = tail[:-1].split("\n")
    if len(lines) > MAX_SIGNATURES:
        raise ProofFailed(f"the note has more than {MAX_SIGNATURES} signatures")
    return Note(body + "\n", tuple(_signature(line) for line in lines))


def _signature(line: str) -> Signature:
    parts = line.split(" ")
    if len(parts) != 3 or parts[0] != "—":
        raise ProofFailed("a signature line is malformed")
    _check_name(parts[1])
    raw = _base64(parts[2], "signature")
    if len(raw) < 5:
        raise ProofFailed("a signature is too short")
    return Signature(parts[1], raw[:4], raw[4:])


def verify_note(note: Note, keys: Iterable[Key]) -> tuple[Key, ...]:
    """The keys, of those given, that signed the note. Unknown signatures are passed over.

    Raises `ProofFailed` when a known key's signature is wrong, or when none of the keys signed.
    """
    known = {(key.name, key.id): key for key in keys}
    signed = []
    for name, identity, signature in note.signatures:
        key = known.get((name, identity))
        if key is None:
            continue
        if not key.holds(note.text, signature):
            raise ProofFailed(f"the signature of `{name}` is wrong", remedy="the text was changed after it was signed")
        signed.append(key)
    if not signed:
        raise ProofFailed("none of the given keys signed this", remedy="give the key of the log that it names")
    return tuple(signed)


# Checkpoints (C2SP tlog-checkpoint)


class Checkpoint(NamedTuple):
    """What a log signs: its origin, its number of entries, its root hash; extension lines are kept, not read."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    def __str__(self) -> str:
        root = binascii.b2a_base64(self.root, newline=False).decode()
        return "\n".join([self.origin, str(self.size), root, *self.extensions, ""])


def parse_checkpoint(text: str) -> Checkpoint:
    """Read a checkpoint's text, without signatures; raises `ProofFailed`."""
    lines = _text(text, "checkpoint").split("\n")
    if len(lines) < 4 or lines[-1] or not all(lines[:-1]):
        raise ProofFailed("the checkpoint lacks a line")
    root = _base64(lines[2], "root")
    if len(root) != 32:
        raise ProofFailed("the checkpoint's root is not 32 bytes")
    return Checkpoint(lines[0], _number(lines[1], "checkpoint's size"), root, tuple(lines[3:-1]))


def verified_checkpoint(data: bytes | str, keys: Iterable[Key]) -> Checkpoint:
    """The checkpoint of a note signed by the log it names; raises `ProofFailed`.

    One of `keys` must be the log's own: an Ed25519 key whose name is the checkpoint's origin.
    """
    note = parse_note(data)
    signed = verify_note(note, keys)
    checkpoint = parse_checkpoint(note.text)
    if not any(key.kind == ED25519 and key.name == checkpoint.origin for key in signed):
        raise ProofFailed(f"the checkpoint of `{checkpoint.origin}` is not signed by that log's own key")
    return checkpoint


# Proofs (C2SP tlog-proof) and receipts


class Proof(NamedTuple):
    """An inclusion proof: entry's index, hashes from leaf to root, the signed checkpoint as text, and `extra`."""

    index: int  # type: ignore[assignment]  # the formats' own word; `tuple.index` is not missed
    hashes: tuple[bytes, ...]
    checkpoint: str
    extra: bytes = b""

    def __str__(self) -> str:
        extra = [f"extra {binascii.b2a_base64(self.extra, newline=False).decode()}"] if self.extra else []
        hashes = [binascii.b2a_base64(each, newline=False).decode() for each in self.hashes]
        return "\n".join([PROOF_HEADER, *extra, f"index {self.index}", *hashes, "", self.checkpoint])


def parse_proof(data: bytes | str) -> Proof:
    """Read a proof; raises `ProofFailed`. Its checkpoint is not verified and its `extra` never vouched for."""
    head, blank, checkpoint = _text(data, "proof").partition("\n\n")
    header, *lines = head.split("\n")
    if header != PROOF_HEADER or not blank:
        raise ProofFailed(f"this is not a proof: it does not begin with `{PROOF_HEADER}`")
    extra = b""
    if lines and lines[0].startswith("extra "):
        extra = _base64(lines.pop(0).removeprefix("extra "), "extra data")
        if not extra:
            raise ProofFailed("the extra data is empty")
    if not lines or not lines[0].startswith("index "):
        raise ProofFailed("the proof lacks its index")
    index = _number(lines.pop(0).removeprefix("index "), "index")
    hashes = tuple(_base64(line, "proof") for line in lines)
    if len(hashes) > 63 or any(len(each) != 32 for each in hashes):
        raise ProofFailed("the proof's hashes are malformed")
    return Proof(index, hashes, checkpoint, extra)


class Receipt(NamedTuple):
    """What a receipt carries in its proof's `extra`: the entry's text, the opened part, and the closed parts' hashes.

    `answer` is the exact text of the opened part, empty where the entry has no commitment.
    """

    entry: str
    answer: str = ""
    salt: bytes = b""
    others: tuple[tuple[str, bytes], ...] = ()


def parse_receipt(extra: bytes) -> Receipt:
    """Read a receipt from a proof's extra data; raises `ProofFailed`."""
    value = json_object(extra, "receipt")
    if value.get("format") != RECEIPT_FORMAT:
        raise ProofFailed("this proof is not an Easement receipt")
    try:
        opened = value.get("answer", {})
        others = tuple((name, bytes.fromhex(digest)) for name, digest in value.get("others", {}).items())
        receipt = Receipt(value["entry"], opened.get("part", ""), bytes.fromhex(opened.get("salt", "")), others)
        same = receipt_bytes(receipt) == extra and all(len(digest) == 32 for _, digest in others)
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError):
        same = False
    if not same:
        raise ProofFailed("the receipt is malformed")
    return receipt


def receipt_bytes(receipt: Receipt) -> bytes:
    """A receipt as the canonical JSON that stands in a proof's `extra`."""
    value: dict[str, Any] = {"format": RECEIPT_FORMAT, "entry": receipt.entry}
    if receipt.answer:
        value["answer"] = {"part": receipt.answer, "salt": receipt.salt.hex()}
        value["others"] = {name: digest.hex() for name, digest in receipt.others}
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def json_object(data: bytes | str, what: str) -> dict[str, Any]:
    """A JSON object; raises `ProofFailed` for anything else."""
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        raise ProofFailed(f"the {what} is not JSON") from None
    if not isinstance(value, dict):
        raise ProofFailed(f"the {what} is not a record")
    return value


def part_hash(name: str, salt: bytes, text: str) -> bytes:
    """The hash of one part of a private record under its own 32-byte salt."""
    return hashlib.sha256(PART_TAG + name.encode() + b"\n" + salt + text.encode()).digest()


def commitment_of(parts: Iterable[tuple[str, bytes]]) -> bytes:
    """The 32-byte commitment to parts, each given by its name and its hash; the order given does not matter."""
    return hashlib.sha256(COMMITMENT_TAG + b"".join(digest for _, digest in sorted(parts))).digest()


class Holds(NamedTuple):
    """A receipt that holds: where its entry stands, and what entry and answer say."""

    origin: str
    index: int  # type: ignore[assignment]
    size: int
    entry: dict[str, Any]
    answer: dict[str, Any]


def check_receipt(data: bytes | str, keys: Iterable[Key], digest: str = "") -> Holds:
    """Check a receipt whole: signature, inclusion, commitment, and the answer file's SHA-256 when `digest` is given.

    Raises `ProofFailed`, saying which of these does not hold.
    """
    proof = parse_proof(data)
    checkpoint = verified_checkpoint(proof.checkpoint, keys)
    receipt = parse_receipt(proof.extra)
    leaf = leaf_hash(receipt.entry.encode())
    verify_inclusion(leaf, proof.index, checkpoint.size, proof.hashes, checkpoint.root)
    entry = json_object(receipt.entry, "entry")
    answer = _opened(receipt, entry)
    if digest and answer.get("data") != digest:
        raise ProofFailed(
            "the file is not the one that was disclosed",
            remedy="its bytes were changed, or it belongs to another receipt",
        )
    return Holds(checkpoint.origin, proof.index, checkpoint.size, entry, answer)


def _opened(receipt: Receipt, entry: dict[str, Any]) -> dict[str, Any]:
    if not receipt.answer:
        return {}
    parts = [("answer", part_hash("answer", receipt.salt, receipt.answer)), *receipt.others]
    if commitment_of(parts).hex() != entry.get("commitment"):
        raise ProofFailed("the opened answer is not the one the entry committed to")
    return json_object(receipt.answer, "answer")


# Whole logs (C2SP tlog-tiles)


def tile_path(level: int | str, index: int, width: int = 256) -> str:
    """Where a tile stands below the log's root; `level` is a number or `entries`, `width` at most 256."""
    groups = [f"{index % 1000:03}"]
    while index := index // 1000:
        groups.insert(0, f"x{index % 1000:03}")
    return f"tile/{level}/{'/'.join(groups)}" + (f".p/{width}" if width < 256 else "")


def read_tile(directory: str, level: int | str, index: int, width: int) -> bytes:
    """A tile's bytes, from the partial file or, once it is full, from the full one; raises `ProofFailed`."""
    for each in sorted({width, 256}):
        try:
            with open(f"{directory}/{tile_path(level, index, each)}", "rb") as file:  # noqa: PTH123
                data = file.read()
        except FileNotFoundError:
            continue
        except OSError as error:
            raise ProofFailed("cannot be read", where=tile_path(level, index, each)) from error
        return data if level == "entries" else data[: width * 32]
    raise ProofFailed("is missing", where=tile_path(level, index, width), remedy="copy the whole log again")


def decode_bundle(data: bytes, width: int) -> list[bytes]:
    """The first `width` entries of a bundle: each two bytes of length, then the entry; raises `ProofFailed`."""
    entries, at = [], 0
    for _ in range(width):
        start = at + 2
        at = start + int.from_bytes(data[at:start], "big")
        if start > len(data) or at > len(data):
            raise ProofFailed("the entry bundle is cut short")
        entries.append(data[start:at])
    return entries


def check_tiles(directory: str, checkpoint: Checkpoint) -> None:
    """Hash every entry under a verified checkpoint and compare every tile and the root; raises `ProofFailed`."""
    level, count, tail = 0, checkpoint.size, b""
    roots: list[bytes] = []
    while count:
        above = []
        for start in range(0, count, 256):
            width = min(256, count - start)
            hashes = roots[start : start + width] if level else _entry_hashes(directory, start // 256, width)
            _compare(directory, level, start // 256, hashes)
            if width == 256:
                above.append(root_of(hashes))
            else:
                tail = root_of([*hashes, tail] if tail else hashes)
        level, count, roots = level + 1, count // 256, above
    if (tail or root_of([])) != checkpoint.root:
        raise ProofFailed("the signed root is not the root of these entries", where="checkpoint")


def _entry_hashes(directory: str, index: int, width: int) -> list[bytes]:
    sha256, bundle = hashlib.sha256, read_tile(directory, "entries", index, width)
    return [sha256(b"\x00" + entry).digest() for entry in decode_bundle(bundle, width)]


def _compare(directory: str, level: int, index: int, hashes: Sequence[bytes]) -> None:
    tile = read_tile(directory, level, index, len(hashes))
    if tile == b"".join(hashes):
        return
    below = tile_path("entries", index, len(hashes))
    if level:
        first = next(i for i, each in enumerate(hashes) if tile[i * 32 : i * 32 + 32] != each)
        below = tile_path(level - 1, index * 256 + first)
    raise ProofFailed(
        f"does not hold the hashes of `{below}`",
        where=tile_path(level, index, len(hashes)),
        remedy="one of the two files was changed; fetch both again from the log",
    )


def check_log(directory: str, keys: Iterable[Key]) -> Checkpoint:
    """Check a directory of tiles whole: every entry hashed, every tile compared, root and signature held.

    Raises `ProofFailed` naming the first file that is damaged.
    """
    try:
        with open(f"{directory}/checkpoint", "rb") as file:  # noqa: PTH123
            checkpoint = verified_checkpoint(file.read(MAX_NOTE + 1), keys)
    except OSError as error:
        raise ProofFailed("there is no checkpoint here", where=directory, remedy="name the log's directory") from error
    check_tiles(directory, checkpoint)
    return checkpoint


# The command


def main(arguments: Sequence[str]) -> int:
    """Run the check from the command line; 0 it holds, 2 wrong usage, 12 it does not hold."""
    try:
        pairs, receipts = gnu_getopt(list(arguments), "h", ["help", "key=", "data=", "log="])
        options = dict(pairs)
        if "-h" in options or "--help" in options:
            print(__doc__)  # noqa: T201
            return 0
        key, log = options["--key"], options.get("--log", "")
        (receipt,) = receipts or [""]
        if bool(receipt) == bool(log):
            raise ValueError("give a receipt, or a log with --log")
        print("\n".join(_checked(receipt, key, options.get("--data", ""), log)))  # noqa: T201
    except (GetoptError, KeyError, ValueError):
        print((__doc__ or "").partition("Formats:")[0], file=sys.stderr)  # noqa: T201
        return 2
    except OSError as error:
        print(f"error: cannot read `{error.filename}`: {error.strerror}", file=sys.stderr)  # noqa: T201
        return 2
    except ProofFailed as error:
        print(f"does not hold: {error}", file=sys.stderr)  # noqa: T201
        return 12
    return 0


def read_keys(path: str) -> list[Key]:
    """The public keys in a file, one a line; raises `ProofFailed` or `OSError`."""
    with open(path, "rb") as file:  # noqa: PTH123
        return [parse_key(line) for line in file.read(MAX_NOTE).splitlines() if line.strip()]


def file_digest(path: str) -> str:
    """The SHA-256 of a file in hexadecimal, read in pieces; raises `OSError`."""
    with open(path, "rb") as file:  # noqa: PTH123
        return hashlib.file_digest(file, "sha256").hexdigest()


def _checked(receipt: str, key: str, data: str, log: str) -> list[str]:
    keys = read_keys(key)
    if log:
        checkpoint = check_log(log, keys)
        return [f"holds: all {checkpoint.size} entries of `{checkpoint.origin}`"]
    with open(receipt, "rb") as file:  # noqa: PTH123
        return describe(check_receipt(file.read(MAX_NOTE + 1), keys, file_digest(data) if data else ""))


def describe(holds: Holds) -> list[str]:
    """A receipt that holds, as lines for a person."""
    lines = [f"holds: entry {holds.index} of the {holds.size} in `{holds.origin}`"]
    lines += [f"  {name}: {_shown(value)}" for name, value in holds.entry.items() if name != "commitment"]
    return lines + [f"  answer {name}: {_shown(value)}" for name, value in holds.answer.items()]


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {each}" for name, each in value.items())
    return ", ".join(str(each) for each in value) if isinstance(value, list) else str(value)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

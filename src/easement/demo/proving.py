"""The end of the story: what proves it, to an outsider with nothing of ours, and what happens to those who tamper."""

import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from easement.base.database import open_database, writing
from easement.base.errors import EasementError
from easement.demo.asking import ANSWERS, MEALS, SHORT
from easement.demo.stage import Stage
from easement.ledger import tables, verifier

__all__ = ["audit", "pack_evidence", "tamper"]

NODE = Path("department")
RECEIPT = ANSWERS / "meals.csv.receipt"
AUDITOR = Path("auditor")
LOG_KEY = NODE / "keys" / "log.vkey"
FAILED, NO_PROOF = 1, 12
FSCK = ("ledger", "fsck", "--node", str(NODE))


def audit(stage: Stage) -> None:
    """An outsider checks a receipt with one file that they can read, and nothing else of ours."""
    stage.chapter(
        "Proof, for those who trust nobody",
        "Every disclosure was written into the ledger before it left. The receipt proves it: to a journalist, a court, "
        "a citizen, with no network, no account and no software of ours but one file they can read.",
    )
    stage.by_hand(
        "The auditor gets a receipt, the public key and the verifier, and nothing else",
        [
            f"mkdir {AUDITOR} && cp {RECEIPT} {LOG_KEY} {AUDITOR}",
            f"cp $(python -c 'import easement.ledger.verifier as v; print(v.__file__)') {AUDITOR}",
            f"cd {AUDITOR} && python -I verifier.py {RECEIPT.name} --key log.vkey && cd ..",
        ],
        _audit,
    )
    held = ("verify", str(RECEIPT), "--key", str(LOG_KEY), "--data")
    stage.step("Is this the very file that crossed?", (*held, str(ANSWERS / "meals.csv")), tell=_holds)
    changed = AUDITOR / "changed.csv"
    stage.by_hand(
        "Somebody leaves out the last line", [f"head -n -1 {ANSWERS}/meals.csv > {changed}"], lambda: _shorten(changed)
    )
    stage.step("Is this it?", (*held, str(changed)), tell=_error, expect=NO_PROOF)


def _audit() -> Iterable[str]:
    AUDITOR.mkdir()
    for file in (RECEIPT, LOG_KEY, Path(verifier.__file__)):
        shutil.copy(file, AUDITOR)
    return _verified(AUDITOR, RECEIPT.name)


def _verified(folder: Path, receipt: str) -> list[str]:
    """What the verifier, by itself in a folder, says of a receipt; raises `EasementError` unless it holds."""
    words = [sys.executable, "-I", "verifier.py", receipt, "--key", "log.vkey"]
    ended = subprocess.run(words, cwd=folder, env={}, capture_output=True, text=True, check=False)  # noqa: S603
    if ended.returncode:
        raise EasementError(f"the receipt does not hold: {ended.stderr.strip()}", where=str(folder / receipt))
    said = ended.stdout.splitlines()
    kept = ('"type"', '"agreement_id"', '"purpose"', '"count"', '"share"')
    return [said[0], *(line.strip().rstrip(",") for line in said if line.strip().startswith(kept))]


def _holds(found: dict[str, Any]) -> Iterable[str]:
    yield f"it holds: entry {found['index']} of {found['size']} in `{found['origin']}`, and this is the file recorded"


def _error(found: dict[str, Any]) -> Iterable[str]:
    yield f"{found['where']}: {found['error']}" if found["where"] else found["error"]


def _shorten(changed: Path) -> Iterable[str]:
    lines = (ANSWERS / "meals.csv").read_bytes().splitlines(keepends=True)
    changed.write_bytes(b"".join(lines[:-1]))
    yield "one child less"


def tamper(stage: Stage) -> None:
    """Somebody with the run of the machine changes the ledger, twice; both are seen, and nothing crosses meanwhile."""
    stage.chapter(
        "Whoever tampers is seen",
        "Even the department itself, with every password of the machine, cannot change what was written without the "
        "published log, its copies and the receipts already given bearing witness against it.",
    )
    stage.step("Does everything fit together?", FSCK, tell=_sound)
    bundle = max((NODE / "ledger" / "tile" / "entries").rglob("*.p/*"), key=lambda path: int(path.name))
    with _flipped(stage, bundle):
        stage.step("Does everything fit together?", FSCK, tell=_damage, expect=NO_PROOF)
        words = ("verify", str(NODE / "ledger"), "--key", str(LOG_KEY))
        stage.step("An outsider sees it too, from the published files alone", words, tell=_error, expect=NO_PROOF)
    stage.step("Restored from a copy", FSCK, tell=_sound)
    with _rewritten(stage):
        stage.step("Does everything fit together?", FSCK, tell=_damage, expect=NO_PROOF)
        share = ("share", *MEALS, "--out", str(ANSWERS / "unlogged.csv"))
        stage.step("What cannot be recorded is not released", share, tell=_error, expect=FAILED, short=SHORT)
        assert not (ANSWERS / "unlogged.csv").exists()
    stage.step("Restored from a copy", FSCK, tell=_sound)


def _sound(found: dict[str, Any]) -> Iterable[str]:
    yield f"all {found['entries']} entries, their tiles, checkpoint and private records fit together"


def _damage(found: dict[str, Any]) -> Iterable[str]:
    for damage in found["damage"]:
        yield f"{damage['where']}: {damage['what']}"


@contextmanager
def _flipped(stage: Stage, file: Path) -> Iterator[None]:
    """One bit of a published file turned, and turned back on leaving."""
    whole = file.read_bytes()
    at = whole.rindex(b'"count":') + len(b'"count":')
    changed = whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :]

    def flip() -> Iterable[str]:
        file.write_bytes(changed)
        yield f"the count of a disclosure began with {chr(whole[at])} and now begins with {chr(changed[at])}"

    stage.by_hand(
        "Somebody turns one bit of the published ledger",
        [f"printf '\\x{changed[at]:x}' | dd of={file} bs=1 seek={at} conv=notrunc"],
        flip,
    )
    try:
        yield
    finally:
        file.write_bytes(whole)


@contextmanager
def _rewritten(stage: Stage) -> Iterator[None]:
    """A disclosure's entry written anew in the encrypted database, with the database's own key; put back on leaving."""
    key = bytes.fromhex((NODE / "keys" / "database.key").read_text())
    engine = open_database(NODE / "node.db", key)
    table = tables.entries
    row = table.c.index == _released()

    def write(body: bytes) -> bytes:
        with writing(engine) as connection:
            before: bytes = connection.execute(table.select().where(row)).one().body
            connection.execute(table.update().where(row).values(body=body or before.replace(b"northtown", b"nobody")))
        return before

    whole: list[bytes] = []

    def rewrite() -> Iterable[str]:
        whole.append(write(b""))
        yield f"entry {_released()} now says that the data went to `nobody`"

    stage.by_hand(
        "Somebody with the database's key writes an entry anew",
        [f"sqlcipher {NODE}/node.db < rewrite.sql   # northtown becomes nobody, in the entry of the first disclosure"],
        rewrite,
    )
    try:
        yield
    finally:
        write(whole[0])
        engine.dispose()


def _released() -> int:
    """The entry of the first disclosure, as its receipt has it."""
    keys = verifier.read_keys(str(LOG_KEY))
    return verifier.check_receipt(verifier.read_whole(str(RECEIPT)), keys, "").index


def pack_evidence(stage: Stage) -> None:
    """One command makes the pack for an auditor; its own verifier checks it."""
    stage.chapter(
        "An evidence pack, for audit or a freedom of information request",
        "Agreement texts, signatures, entries, what was withheld, why something was refused, and the proof of each. "
        "No personal data: the ledger holds none in the clear.",
    )
    out = Path("evidence.zip")
    packed = stage.step("Pack it", ("evidence", "--node", str(NODE), "--out", str(out)), tell=_packed)
    proof = f"proofs/{packed['entries'][-1]}.receipt"
    stage.by_hand(
        "The pack checks itself, away from us",
        [f"unzip -q {out} -d evidence && cd evidence && python -I verifier.py {proof} --key log.vkey && cd .."],
        lambda: _unpacked(out, proof),
    )


def _packed(packed: dict[str, Any]) -> Iterable[str]:
    yield f"{len(packed['entries'])} entries and {len(packed['agreements'])} agreements in {packed['pack']}"


def _unpacked(pack: Path, proof: str) -> Iterable[str]:
    with zipfile.ZipFile(pack) as archive:
        archive.extractall("evidence")
    return _verified(Path("evidence"), proof)

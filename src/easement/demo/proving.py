"""The end of the story: what proves it, to an outsider with nothing of ours, and what happens to those who tamper."""

import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from easement.base.errors import EasementError
from easement.demo.asking import ANSWERS, MEALS, SHORT
from easement.demo.rewrite import rewrite
from easement.demo.stage import Stage
from easement.ledger import verifier

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
    _turn_a_bit(stage)
    _write_anew(stage)


def _sound(found: dict[str, Any]) -> Iterable[str]:
    yield f"all {found['entries']} entries, their tiles, checkpoint and private records fit together"


def _damage(found: dict[str, Any]) -> Iterable[str]:
    for damage in found["damage"]:
        yield f"{damage['where']}: {damage['what']}"


def _turn_a_bit(stage: Stage) -> None:
    """One bit of the newest published entries is turned, and turned back."""
    file = max((NODE / "ledger" / "tile" / "entries").rglob("*.p/*"), key=lambda path: int(path.name))
    whole = file.read_bytes()
    at = whole.rindex(b'"count":') + len(b'"count":')
    try:
        _put(stage, "Somebody turns one bit of the published ledger", file, at, whole[at] ^ 1)
        stage.step("Does everything fit together?", FSCK, tell=_damage, expect=NO_PROOF)
        words = ("verify", str(NODE / "ledger"), "--key", str(LOG_KEY))
        stage.step("An outsider sees it too, from the published files alone", words, tell=_error, expect=NO_PROOF)
        _put(stage, "Put it back", file, at, whole[at])
    finally:
        file.write_bytes(whole)
    stage.step("Does everything fit together?", FSCK, tell=_sound)


def _put(stage: Stage, title: str, file: Path, at: int, byte: int) -> None:
    """Write one byte into a file, as a step."""

    def put() -> Iterable[str]:
        whole = file.read_bytes()
        file.write_bytes(whole[:at] + bytes([byte]) + whole[at + 1 :])
        yield f"the count in a disclosure's entry began with {chr(whole[at])} and now begins with {chr(byte)}"

    stage.by_hand(title, [f"printf '\\x{byte:x}' | dd of={file} bs=1 seek={at} conv=notrunc"], put)


def _write_anew(stage: Stage) -> None:
    """A disclosure's entry is written anew in the encrypted database, with the database's own key, and put back."""
    _rewrite(stage, "Somebody with the database's key writes an entry anew", "northtown", "nobody")
    try:
        stage.step("Does everything fit together?", FSCK, tell=_damage, expect=NO_PROOF)
        share = ("share", *MEALS, "--out", str(ANSWERS / "unlogged.csv"))
        stage.step("What cannot be recorded is not released", share, tell=_error, expect=FAILED, short=SHORT)
        assert not (ANSWERS / "unlogged.csv").exists()
    finally:
        _rewrite(stage, "Put it back", "nobody", "northtown")
    stage.step("Does everything fit together?", FSCK, tell=_sound)


def _rewrite(stage: Stage, title: str, old: str, new: str) -> None:
    entry = _released()

    def anew() -> Iterable[str]:
        rewrite(NODE, entry, old, new)
        yield f"entry {entry} now says that the data went to `{new}`"

    stage.by_hand(title, [f"python -m easement.demo.rewrite {NODE} {entry} {old} {new}"], anew)


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

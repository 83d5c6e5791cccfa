"""An agreement that every party signed is put where the gate finds it: its file and its signatures, in `agreements/`.

The commit of the last signature says that it is agreed; the files follow, and are written again until they stand.
"""

from datetime import datetime
from pathlib import Path

from easement.agreement.read import read_agreement
from easement.agreement.service import signatures_path
from easement.base.database import reading, writing
from easement.base.durable import write_whole
from easement.base.errors import BadFile, ProofFailed
from easement.ledger.note import Signature, add_signature, parse
from easement.permission import tables
from easement.permission.chain import signatures_of
from easement.permission.dossier import Dossier
from easement.permission.keeping import read
from easement.permission.ports import Host
from easement.permission.texts import Text

__all__ = ["land", "land_all", "place_of", "put_beside"]


def land(host: Host, dossier: Dossier) -> Path | None:
    """Put what is agreed on the shelf, unless it stands there; where it stands, `None` while nothing is agreed.

    What others agreed among themselves is not this organisation's, though it saw it come: its shelf does not have it.
    """
    text, path = dossier.agreed, None
    if text is None:
        return None
    if host.organisation in dossier.bound:
        path = place_of(host.home / "agreements", text)
        if not path.exists():
            write_whole(path, text.source)
        put_beside(path, signatures_of(text.source, dossier.lines))
    with writing(host.engine) as connection:
        tables.note_landed(connection, dossier.id, text.digest)
    return path


def land_all(host: Host, now: datetime) -> int:
    """Put on the shelf what a kill kept from it; how many."""
    with reading(host.engine) as connection:
        waiting = tables.unlanded(connection)
    for proposal in waiting:
        land(host, read(host, proposal))
    return len(waiting)


def place_of(folder: Path, text: Text) -> Path:
    """Where a version stands or should stand: beside older versions of the same agreement, not in their place."""
    names = (text.id, f"{text.id}-{text.version}", f"{text.id}-{text.version}-{text.digest[:12]}")
    for name in names:
        path = folder / f"{name}.yaml"
        if not path.exists() or _digest(path) == text.digest:
            return path
    return folder / f"{names[-1]}.yaml"


def _digest(path: Path) -> str:
    try:
        return read_agreement(path).digest
    except BadFile:
        return ""


def put_beside(agreement: Path, note: str) -> None:
    """Put signatures beside an agreement, to those of the same terms that stand there already."""
    target = signatures_path(agreement)
    new = parse(note)
    try:
        text = target.read_text(encoding="utf-8") if target.exists() else note
        known = parse(text)
    except (ProofFailed, UnicodeDecodeError):
        text, known = note, new
    if known.text != new.text:
        text, known = note, new
    held = {(line.name, line.id) for line in known.signatures}
    for line in new.signatures:
        if (line.name, line.id) not in held:
            text = add_signature(text, Signature(*line))
    if not target.exists() or target.read_text(encoding="utf-8") != text:
        write_whole(target, text)

"""The agreements a node has given under, kept with their signatures, so that evidence of it never lacks its ground."""

from pathlib import Path

from easement.agreement.read import AgreementFile
from easement.agreement.service import signatures_path
from easement.base.durable import write_whole

__all__ = ["keep_agreement"]


def keep_agreement(folder: Path, file: AgreementFile) -> Path:
    """Keep an agreement's text and signatures under its id, version and digest; the same again is nothing new."""
    source = Path(file.document.name)
    kept = folder / f"{file.terms.id}-{file.terms.version}-{file.digest[:12]}.yaml"
    if (source.parent == folder and not source.is_symlink()) or source.resolve().parent == folder.resolve():
        return source
    for path, text in ((kept, file.document.text), (signatures_path(kept), signatures_path(source).read_text())):
        if not path.exists() or path.read_text() != text:
            write_whole(path, text)
    return kept

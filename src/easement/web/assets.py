"""The files that pages are dressed with, held in memory under names that hold their hash, so browsers may keep them."""

import gzip
import hashlib
import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from easement.web.frontend import STATIC

__all__ = ["Asset", "Assets", "load_assets"]

OURS = Path(__file__).parent / "assets"
"""Our own few files, in version control."""

KEPT = "public, max-age=31536000, immutable"
"""How long browsers keep them: a year, and no need to ask again, because a changed file has another name."""


@dataclass(frozen=True, slots=True)
class Asset:
    """One file as it is sent: its media type, its bytes, and the same packed with gzip."""

    media_type: str
    body: bytes
    packed: bytes


@dataclass(frozen=True, slots=True)
class Assets:
    """Every file by its hashed name, and that name by the plain one. A file that is not there has no name."""

    files: Mapping[str, Asset]
    names: Mapping[str, str]

    def url(self, name: str) -> str:
        """Where a page links to, or nothing for a file that was not fetched."""
        hashed = self.names.get(name)
        return f"/assets/{hashed}" if hashed else ""


def load_assets(*folders: Path) -> Assets:
    """Read the files of the folders given, or of our own and the fetched ones.

    A script imports another by its plain name, `"./start.js"`; what it imports must come before it in the alphabet.
    """
    files: dict[str, Asset] = {}
    names: dict[str, str] = {}
    paths = [path for folder in folders or (STATIC, OURS) if folder.is_dir() for path in sorted(folder.iterdir())]
    for path in (path for path in paths if path.suffix in {".css", ".js", ".svg"}):
        body = path.read_bytes()
        for plain, hashed in names.items():
            body = body.replace(f'"./{plain}"'.encode(), f'"./{hashed}"'.encode())
        names[path.name] = f"{path.stem}-{hashlib.sha256(body).hexdigest()[:12]}{path.suffix}"
        files[names[path.name]] = Asset(_media_type(path), body, gzip.compress(body, mtime=0))
    return Assets(files, names)


def _media_type(path: Path) -> str:
    kind = mimetypes.types_map[path.suffix]
    return kind if kind.startswith("image/") else f"{kind}; charset=utf-8"

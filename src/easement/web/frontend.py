"""The front-end's files, fetched once when the environment is made: `python -m easement.web.frontend`.

GOV.UK Frontend comes from its npm package, is held against the hash pinned here, and is stripped of what only GOV.UK
may carry: its typeface and the royal crest. The result stands in `static/`, which is packed but never kept in version
control. Nothing is fetched while a node runs; without these files its pages work and look plain.
"""

import base64
import hashlib
import io
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Mapping
from pathlib import Path

from easement.base.durable import write_whole
from easement.base.errors import EasementError

__all__ = ["FILES", "INTEGRITY", "PACKAGE", "STATIC", "fetch", "furnish", "main", "without_branding"]

PACKAGE = "govuk-frontend@6.3.0"
"""The version that `govuk-frontend-jinja` 4.1.0 writes the markup of, token for token."""

INTEGRITY = "sha512-cXIQxm5PHCsbic47GXZrVBZhAeeshTLRL6ZBKilLsR6rMCjJuWb7Fruq0VUNMBJFlJk/srsRj/q8d5bM9cgKoA=="
"""The hash of that package as a subresource integrity string, so that no other one is ever unpacked."""

STATIC = Path(__file__).parent / "static"
"""Where the files stand, beside this module and in the wheel."""

FILES = ("govuk-frontend.min.css", "govuk-frontend.min.js")
"""What is taken of the package's `dist/govuk`."""

NOTICE = "/* GOV.UK Frontend 6.3.0, MIT licence, (c) Crown copyright. Changed: without its typeface and the crest. */\n"

_SEEN = "SOURCE"
_FACES = re.compile(r"@font-face\{[^}]*\}")
_CREST = re.compile(r"[a-z-]+:url\(/assets/[^)]*\)[^;}]*;?")
_MAPS = re.compile(r"(/\*# sourceMappingURL=\S+ \*/|//# sourceMappingURL=\S+)\s*$")


def fetch(package: str, integrity: str, wanted: Mapping[str, str]) -> dict[str, bytes]:
    """Files of an npm package by the names given to them, from their paths inside it.

    Raises `EasementError` when npm is not there, cannot fetch it, or gives another package than the one pinned.
    """
    with tempfile.TemporaryDirectory() as folder:
        packed = _pack(package, Path(folder))
    algorithm, _, expected = integrity.partition("-")
    if base64.b64encode(hashlib.new(algorithm, packed).digest()).decode() != expected:
        raise EasementError(f"`{package}` is not the package that was pinned", remedy="nothing was unpacked; try again")
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        found = {name: archive.extractfile(f"package/{path}") for name, path in wanted.items()}
        return {name: file.read() for name, file in found.items() if file is not None}


def _pack(package: str, folder: Path) -> bytes:
    npm = shutil.which("npm", path=str(Path(sys.executable).parent)) or shutil.which("npm")
    if npm is None:
        raise EasementError("there is no npm here", remedy="make the environment with `make venv`, which brings it")
    patience = ("--fetch-retries=1", "--fetch-timeout=30000")
    words = [npm, "pack", package, "--silent", "--pack-destination", str(folder), *patience]
    ended = subprocess.run(words, capture_output=True, text=True, check=False)  # noqa: S603 - our own words only
    packed = next(folder.glob("*.tgz"), None)
    if ended.returncode or packed is None:
        said = (ended.stderr.strip().splitlines() or ["it said nothing"])[-1]
        raise EasementError(f"npm could not fetch `{package}`: {said}", remedy="look at the network, then `make venv`")
    return packed.read_bytes()


def without_branding(text: str) -> str:
    """A style sheet or script without GOV.UK's typeface and crest, and without the address of its source map."""
    plain = _CREST.sub("", _FACES.sub("", text)).replace("GDS Transport,arial,sans-serif", "arial,sans-serif")
    return f"{_MAPS.sub('', plain).rstrip()}\n{NOTICE}"


def furnish(folder: Path = STATIC) -> bool:
    """Put the files into `folder`; whether there was anything to do. Raises as `fetch` does."""
    seen = folder / _SEEN
    if seen.is_file() and seen.read_text() == _source() and all((folder / name).is_file() for name in FILES):
        return False
    found = fetch(PACKAGE, INTEGRITY, {name: f"dist/govuk/{name}" for name in FILES})
    folder.mkdir(exist_ok=True)
    for name, data in found.items():
        write_whole(folder / name, without_branding(data.decode()))
    write_whole(seen, _source())
    return True


def _source() -> str:
    return f"{PACKAGE} {INTEGRITY}\n"


def main() -> int:
    """Fetch what is missing and say so; 1, with what to do, when it cannot be had."""
    try:
        if furnish():
            sys.stderr.write(f"the front-end's files stand in {STATIC.name}/, from {PACKAGE}\n")
    except EasementError as error:
        sys.stderr.write(f"{error}\n  until then the pages work, but without their looks\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

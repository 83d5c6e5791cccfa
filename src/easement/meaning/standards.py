"""Finding standards: those that come with Easement, and those in an organisation's own folders.

A standard stands in a file named for it, `benefit-award-1.yaml`, so that it is found without reading the others.
What comes with Easement cannot be redefined: an agreement that names `person/1` means the same everywhere.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from easement.base.errors import BadFile, EasementError, UsageError
from easement.base.located import Document, read_file, validate
from easement.base.words import did_you_mean
from easement.meaning.codes_shelf import code_list
from easement.meaning.model import Standard
from easement.meaning.named_files import hold_name, named_files

__all__ = ["BUILT_IN", "read_standard", "refs", "standard", "standards"]

BUILT_IN = Path(__file__).parent / "data" / "standards"
"""The folder of the standards that come with Easement."""

_FILE = re.compile(r"(?P<id>[a-z][a-z0-9-]*)-(?P<version>[1-9][0-9]*)\.yaml")


def refs(folders: Sequence[Path] = ()) -> dict[str, Path]:
    """Every standard that can be named, with its file; raises `BadFile` where a folder redefines one."""
    return named_files((BUILT_IN, *folders), _ref_of, "standard")


def _ref_of(file: str) -> str | None:
    match = _FILE.fullmatch(file)
    return f"{match['id']}/{match['version']}" if match else None


def standard(ref: str, folders: Sequence[Path] = ()) -> Standard:
    """The standard that `benefit-award/1` names; raises `EasementError` for an unknown one, `BadFile` for a bad one."""
    known = refs(folders)
    if ref not in known:
        likely = did_you_mean(ref, known, "see: easement standard list")
        raise EasementError(f"there is no standard `{ref}`", remedy=likely)
    return _cached(known[ref]) if known[ref].parent == BUILT_IN else read_standard(known[ref])


def standards(folders: Sequence[Path] = ()) -> list[Standard]:
    """Every standard that can be named, in the order of their names."""
    return [standard(ref, folders) for ref in sorted(refs(folders))]


@lru_cache(maxsize=64)
def _cached(path: Path) -> Standard:
    return read_standard(path)


def read_standard(path: Path) -> Standard:
    """The standard in a file; raises `BadFile` with every problem, each with its line."""
    document = _with_lists(read_file(path, what="standard"), path.parent)
    found = validate(Standard, document, what="standard")
    hold_name(path, f"{found.id}-{found.version}.yaml", found.ref, document.where(("id",)))
    return found


def _with_lists(document: Document, folder: Path) -> Document:
    """The document with each named code list written out in its place."""
    elements = document.data.get("elements") if isinstance(document.data, dict) else None
    if not isinstance(elements, dict):
        return document
    whole: dict[str, Any] = {}
    for name, part in elements.items():
        listed = isinstance(part, dict) and isinstance(part.get("codes"), str)
        whole[name] = part | _listed(document, name, part["codes"], folder) if listed else part
    return Document(document.name, document.data | {"elements": whole}, document.text, document.places)


def _listed(document: Document, element: str, name: str, folder: Path) -> dict[str, Any]:
    try:
        found = code_list(name, (folder,))
    except UsageError as error:
        raise BadFile(error.what, where=document.where(("elements", element, "codes")), remedy=error.remedy) from error
    return {"codes": found.labels, "code_list": found.ref}

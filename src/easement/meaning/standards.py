"""Finding standards: those that come with Easement, and those in an organisation's own folders.

A standard stands in a file named for it, `benefit-award-1.yaml`, so that it is found without reading the others.
What comes with Easement cannot be redefined: an agreement that names `person/1` means the same everywhere.
"""

import difflib
import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from easement.base.errors import BadFile, EasementError, UsageError
from easement.base.located import Document, read_file, validate
from easement.meaning.codes_shelf import code_list
from easement.meaning.model import Standard

__all__ = ["BUILT_IN", "read_standard", "refs", "standard", "standards"]

BUILT_IN = Path(__file__).parent / "data" / "standards"
"""The folder of the standards that come with Easement."""

_FILE = re.compile(r"(?P<id>[a-z][a-z0-9-]*)-(?P<version>[1-9][0-9]*)\.yaml")


def refs(folders: Sequence[Path] = ()) -> dict[str, Path]:
    """Every standard that can be named, with its file; raises `BadFile` where a folder redefines one."""
    found: dict[str, Path] = {}
    for folder in (BUILT_IN, *folders):
        for path in sorted(folder.glob("*.yaml")):
            match = _FILE.fullmatch(path.name)
            if match is None:
                continue
            ref = f"{match['id']}/{match['version']}"
            if ref in found and found[ref].resolve() != path.resolve():
                raise BadFile(
                    f"`{ref}` is defined twice, also in `{found[ref].name}`",
                    where=str(path),
                    remedy="give yours an id or a version of its own",
                )
            found[ref] = path
    return found


def standard(ref: str, folders: Sequence[Path] = ()) -> Standard:
    """The standard that `benefit-award/1` names; raises `EasementError` for an unknown one, `BadFile` for a bad one."""
    known = refs(folders)
    if ref not in known:
        near = difflib.get_close_matches(ref, known, n=3, cutoff=0.5)
        likely = "did you mean " + " or ".join(f"`{name}`" for name in near) + "?"
        raise EasementError(
            f"there is no standard `{ref}`", remedy=likely if near else f"known: {', '.join(known) or 'none'}"
        )
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
    if path.name != f"{found.id}-{found.version}.yaml":
        raise BadFile(
            f"the file holds `{found.ref}` but its name says otherwise",
            where=document.where(("id",)),
            remedy=f"name the file `{found.id}-{found.version}.yaml`",
        )
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

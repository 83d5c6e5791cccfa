"""Finding code lists: those that come with Easement, and those beside an organisation's own standards.

A list stands in a file named for it: `sex.yaml`, and `sex.v2.yaml` for a later version. What comes with Easement
cannot be redefined: a standard that names `sex` means the same everywhere.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

from easement.base.errors import BadFile, UsageError
from easement.base.located import read_file, validate
from easement.base.words import did_you_mean
from easement.meaning.codes import CodeList
from easement.meaning.named_files import hold_name, named_files

__all__ = ["BUILT_IN_CODES", "code_list", "code_lists", "file_name", "list_refs", "read_code_list", "versions_of"]

BUILT_IN_CODES = Path(__file__).parent / "data" / "codes"
"""The folder of the code lists that come with Easement."""

_FILE = re.compile(r"(?P<id>[a-z][a-z0-9-]*)(?:\.v(?P<version>[1-9][0-9]*))?\.yaml")


def list_refs(folders: Iterable[Path] = ()) -> dict[str, Path]:
    """Every list that can be named, with its file; `folders` are those of standards, lists stand in `codes/` there.

    Raises `BadFile` where a folder redefines one.
    """
    return named_files((BUILT_IN_CODES, *(folder / "codes" for folder in folders)), _ref_of, "code list")


def _ref_of(file: str) -> str | None:
    match = _FILE.fullmatch(file)
    if match is None:
        return None
    return f"{match['id']}/{match['version']}" if match["version"] not in (None, "1") else match["id"]


def code_list(ref: str, folders: Sequence[Path] = ()) -> CodeList:
    """The list that `sex` or `sex/2` names; raises `UsageError` for an unknown one, `BadFile` for a bad one."""
    known = list_refs(folders)
    name = ref.removesuffix("/1")
    if name not in known:
        raise UsageError(f"there is no code list `{ref}`", remedy=did_you_mean(name, known, "see: easement codes list"))
    return _cached(known[name]) if known[name].parent == BUILT_IN_CODES else read_code_list(known[name])


def code_lists(folders: Sequence[Path] = ()) -> list[CodeList]:
    """Every list that can be named, in the order of their names."""
    return [code_list(ref, folders) for ref in sorted(list_refs(folders))]


def versions_of(id_: str, folders: Sequence[Path] = ()) -> tuple[CodeList, ...]:
    """The versions of one list, the oldest first; raises `BadFile` where two are for the same days."""
    known = list_refs(folders)
    found = sorted((code_list(ref, folders) for ref in known if _id(ref) == id_), key=lambda each: each.version)
    for one, other in _overlaps(found):
        raise BadFile(
            f"the versions {one.version} and {other.version} of `{id_}` are for the same days",
            where=str(known[other.ref]),
            remedy="let `valid_to` of the older be the day before `valid_from` of the newer",
        )
    return tuple(found)


def _id(ref: str) -> str:
    return ref.partition("/")[0]


def _overlaps(versions: Sequence[CodeList]) -> Iterator[tuple[CodeList, CodeList]]:
    for one, other in pairwise(versions):
        if one.valid_to and other.valid_from and other.valid_from <= one.valid_to:
            yield one, other


@lru_cache(maxsize=128)
def _cached(path: Path) -> CodeList:
    return read_code_list(path)


def read_code_list(path: Path) -> CodeList:
    """The list in a file; raises `BadFile` with every problem, each with its line."""
    document = read_file(path, what="code list")
    found = validate(CodeList, document, what="code list")
    hold_name(path, file_name(found), found.ref, document.where(("id",)))
    return found


def file_name(codes: CodeList) -> str:
    """The name of the file that a list stands in."""
    return f"{codes.id}.yaml" if codes.version == 1 else f"{codes.id}.v{codes.version}.yaml"

"""Files that are named for what stands in them, so that each is found without reading the others."""

from collections.abc import Callable, Iterable
from pathlib import Path

from easement.base.errors import BadFile

__all__ = ["hold_name", "named_files"]


def named_files(folders: Iterable[Path], ref_of: Callable[[str], str | None], what: str) -> dict[str, Path]:
    """Every file whose name `ref_of` takes for that of a `what`, by how it is referred to.

    Raises `BadFile` where a later folder defines again what an earlier one has.
    """
    found: dict[str, Path] = {}
    for folder in folders:
        for path in sorted(folder.glob("*.yaml")):
            ref = ref_of(path.name)
            if ref is None:
                continue
            if ref in found and found[ref].resolve() != path.resolve():
                raise BadFile(
                    f"the {what} `{ref}` is defined twice, also in `{found[ref].name}`",
                    where=str(path),
                    remedy="give yours an id or a version of its own",
                )
            found[ref] = path
    return found


def hold_name(path: Path, name: str, ref: str, where: str) -> None:
    """Hold a file's name against the `name` that what it holds wants; raises `BadFile` at `where`."""
    if path.name != name:
        raise BadFile(
            f"the file holds `{ref}` but its name says otherwise", where=where, remedy=f"name the file `{name}`"
        )

"""Finding cross-walks: in the direction asked for, turned round, or through a third list, which is then said."""

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path

from easement.base.errors import BadFile, EasementError, Problem, UsageError
from easement.base.located import Document, read_file, validate
from easement.meaning.codes_shelf import code_list, list_refs
from easement.meaning.crosswalk import CrossWalk, Walk, compose, inverse, walk_of

__all__ = ["BUILT_IN_WALKS", "crosswalk", "crosswalks", "read_crosswalk", "walks_from"]

BUILT_IN_WALKS = Path(__file__).parent / "data" / "crosswalks"
"""The folder of the cross-walks that come with Easement."""

_BETWEEN = "--"


def read_crosswalk(path: Path, folders: Sequence[Path] = ()) -> Walk:
    """The cross-walk in a file, held against both lists; raises `BadFile` with every problem, each with its line."""
    document = read_file(path, what="cross-walk")
    found = validate(CrossWalk, document, what="cross-walk")
    if path.stem != f"{_named(found.from_)}{_BETWEEN}{_named(found.to)}":
        raise BadFile(
            f"the file leads from `{found.from_}` to `{found.to}` but its name says otherwise",
            where=document.where(("from",)),
            remedy=f"name the file `{_named(found.from_)}{_BETWEEN}{_named(found.to)}.yaml`",
        )
    problems = list(_problems(found, document, folders))
    if problems:
        many = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
        raise BadFile(f"the cross-walk has {many}", problems, where=document.name)
    return walk_of(found)


def _named(ref: str) -> str:
    return ref.replace("/", ".v")


def _problems(file: CrossWalk, document: Document, folders: Sequence[Path]) -> Iterator[Problem]:
    lists = {}
    for key, ref in (("from", file.from_), ("to", file.to)):
        try:
            lists[key] = code_list(ref, folders)
        except UsageError as error:
            yield Problem(document.where((key,)), error.what, error.remedy)
    for code, link in file.pairs.items() if len(lists) == 2 else ():
        if code not in lists["from"].codes:
            yield Problem(
                document.where(("pairs", code)), f"`{code}` is not a code of `{file.from_}`", "mend or remove it"
            )
        for to in link.to:
            if to not in lists["to"].codes:
                yield Problem(
                    document.where(("pairs", code)), f"`{to}` is not a code of `{file.to}`", "mend or remove it"
                )
    for code in lists["from"].codes if len(lists) == 2 else ():
        if code not in file.pairs:
            yield Problem(
                document.where(("pairs",)), f"`{code}` of `{file.from_}` is missing", f"add `{code}: {{none: why}}`"
            )


def crosswalks(folders: Sequence[Path] = ()) -> tuple[Walk, ...]:
    """Every cross-walk written down, those of a node's own folders after those that come with Easement."""
    own = [path for folder in folders for path in sorted((folder / "crosswalks").glob(f"*{_BETWEEN}*.yaml"))]
    return (*_built_in(), *(read_crosswalk(path, folders) for path in own))


@lru_cache(maxsize=1)
def _built_in() -> tuple[Walk, ...]:
    return tuple(read_crosswalk(path) for path in sorted(BUILT_IN_WALKS.glob(f"*{_BETWEEN}*.yaml")))


def crosswalk(from_: str, to: str, folders: Sequence[Path] = ()) -> Walk:
    """The cross-walk from one list to another: as written, turned round, or through a third list (`Walk.via`).

    Raises `UsageError` where a list is unknown, and `EasementError` where no way leads from one to the other.
    """
    code_list(from_, folders), code_list(to, folders)
    ways = {(walk.from_, walk.to): walk for walk in _both_ways(crosswalks(folders), folders)}
    if (from_, to) in ways:
        return ways[from_, to]
    through = [
        (ways[from_, b], ways[b, to]) for b in sorted(list_refs(folders)) if {(from_, b), (b, to)} <= ways.keys()
    ]
    if not through:
        raise EasementError(
            f"no cross-walk leads from `{from_}` to `{to}`",
            remedy="write one: see the how-to on changing a code list, or look at: easement codes list",
        )
    joined = [compose(one, other) for one, other in through]
    return min(joined, key=lambda walk: (len(walk.stuck), walk.via))


def _both_ways(walks: Iterable[Walk], folders: Sequence[Path]) -> Iterator[Walk]:
    """Each walk turned round first, so that one written down for that direction goes before it."""
    written = tuple(walks)
    for walk in written:
        yield inverse(walk, code_list(walk.to, folders).codes)
    yield from written


def walks_from(ref: str, folders: Sequence[Path] = ()) -> tuple[Walk, ...]:
    """The cross-walks that lead from a list to another in one step, by the other's name."""
    found = {walk.to: walk for walk in _both_ways(crosswalks(folders), folders) if walk.from_ == ref}
    return tuple(found[to] for to in sorted(found))

"""A cross-walk as the text of its file, so that one that came from elsewhere can be read, mended and kept."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from easement.base.errors import BadFile, Problem
from easement.meaning.catalogue_draft import written
from easement.meaning.crosswalk import Relation, Walk

__all__ = ["crosswalk_name", "crosswalk_text"]


def crosswalk_name(walk: Walk) -> str:
    """The name of the file that a cross-walk stands in."""
    return f"{walk.from_.replace('/', '.v')}--{walk.to.replace('/', '.v')}.yaml"


def crosswalk_text(walk: Walk, codes: Iterable[str], *, on: date) -> str:
    """The file of a cross-walk whose list has these codes; those of which it says nothing are told as such.

    `on` is the day of checking where none is said. Raises `BadFile` where a code is linked in more than one way.
    """
    pairs: dict[str, Any] = {}
    problems = []
    for code in codes:
        found = walk.of(code)
        kinds = {pair.relation for pair in found}
        if len(kinds) > 1 or (kinds & {Relation.EXACT, Relation.BROADER} and len(found) > 1):
            what = f"`{code}` is linked to {len(found)} codes in ways that one line cannot say"
            problems.append(Problem(f"{walk.from_} to {walk.to}", what, "keep the pairs of one way, the surest first"))
        elif not found:
            pairs[code] = {"none": walk.unlinked.get(code, "nothing is said of it")}
        else:
            note = "; ".join(dict.fromkeys(pair.note for pair in found if pair.note))
            objects = [pair.object for pair in found]
            said = {"is": found[0].relation.value, "to": objects if len(objects) > 1 else objects[0]}
            pairs[code] = said | ({"note": note} if note else {})
    if problems:
        raise BadFile("the cross-walk cannot be written down", problems)
    head = {"format": "easement-crosswalk/1", "from": walk.from_, "to": walk.to, "source": walk.source or "not said"}
    return written(head | {"checked": (walk.checked or on).isoformat(), "pairs": pairs})

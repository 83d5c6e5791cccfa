"""Changing an agreement's text by its keys: what a form edits and what somebody writes by hand are the same file.

Comments, order and spacing stay where they are, and a change that would leave the file unreadable is not made.
"""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from enum import Enum
from io import StringIO
from typing import Any, NoReturn

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq

from easement.agreement.read import AgreementFile, read_agreement_text
from easement.base.errors import UsageError
from easement.base.located import Path_, read_text

__all__ = ["GONE", "changed", "with_changes"]


class _Mark(Enum):
    GONE = "gone"


GONE = _Mark.GONE
"""The value of a key that is to be taken out."""

WIDE = 4_096
"""Columns before a line is broken: further than people's sentences go, so that theirs stay as they are."""


def changed(text: str, changes: Mapping[Path_, Any], *, name: str = "agreement") -> AgreementFile:
    """The agreement with these values at these paths, read again; `.document.text` is its new text.

    `GONE` takes a key out; maps that lie on the way are made. Raises `BadFile`, with lines of the new text, where it
    would be no agreement, and `UsageError` for a path that leads through a value.
    """
    document = read_text(text, name=name, what="agreement")
    wanted = with_changes(document.data, changes)
    yaml = _yaml()
    tree = yaml.load(text)
    for path, value in changes.items():
        _put(tree, path, _kept(value))
    out = StringIO()
    yaml.dump(tree, out)
    file = read_agreement_text(out.getvalue(), name=name)
    if file.document.data != wanted:
        raise UsageError("the change cannot be written without changing something else", remedy="edit the file itself")
    return file


def with_changes(data: Any, changes: Mapping[Path_, Any]) -> Any:
    """Plain data with these values at these paths."""
    made = deepcopy(data)
    for path, value in changes.items():
        _put(made, path, deepcopy(value))
    return made


def _yaml() -> YAML:
    yaml = YAML(typ="rt", pure=True)
    yaml.preserve_quotes = True
    yaml.width = WIDE
    yaml.indent(mapping=2, sequence=4, offset=2)
    return yaml


def _put(tree: Any, path: Path_, value: Any) -> None:
    """Put a value at a path, or take it out; a map that is missing on the way is made, for a value."""
    for at, step in enumerate(path[:-1]):
        if isinstance(tree, dict) and tree.get(step) is None:
            if value is GONE:
                return
            tree[step] = CommentedMap()
        tree = _held(tree, step, path[: at + 1])[step]
    holder: Any = _held(tree, path[-1], path) if path else _nowhere(path)
    last: Any = path[-1]
    if value is not GONE:
        holder[last] = value
    elif isinstance(holder, list) or last in holder:
        del holder[last]


def _held(tree: Any, step: str | int, path: Path_) -> Any:
    """What holds a step of a path: a map, or a list that is long enough."""
    if isinstance(tree, dict) or (isinstance(tree, list) and isinstance(step, int) and 0 <= step < len(tree)):
        return tree
    return _nowhere(path)


def _nowhere(path: Path_) -> NoReturn:
    raise UsageError(f"there is no `{'.'.join(map(str, path))}`", remedy="name a key that the format has")


def _kept(value: Any) -> Any:
    """A value as the file's writer takes it: short lists on one line, as people write them."""
    if isinstance(value, Mapping):
        return CommentedMap({key: _kept(each) for key, each in value.items()})
    if isinstance(value, Sequence) and not isinstance(value, str):
        listed = CommentedSeq([_kept(each) for each in value])
        if all(isinstance(each, str | int | float) and len(str(each)) < 40 for each in value):
            listed.fa.set_flow_style()
        return listed
    return value

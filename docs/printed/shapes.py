"""The shapes of what commands print with `--json`, taken from what they print in the demo's town."""

import contextlib
import io
import json
import os
import shlex
import tempfile
from functools import reduce
from pathlib import Path
from typing import Any

from docs.printed.accounting import ACCOUNTING
from docs.printed.agreements import AGREEMENTS
from docs.printed.cluster import CLUSTER
from docs.printed.deciding import DECIDING
from docs.printed.disclosing import DISCLOSING
from docs.printed.node import NODE
from docs.printed.proposals import PROPOSALS
from docs.printed.sending import SENDING
from docs.printed.standards import STANDARDS
from docs.printed.town import TOWN
from easement.cli.root import easement
from easement.meaning.standards import refs

__all__ = ["EXAMPLES", "json_page", "merged", "shapes"]
EXAMPLES = {
    **NODE,
    **CLUSTER,
    **DECIDING,
    **AGREEMENTS,
    **STANDARDS,
    **DISCLOSING,
    **SENDING,
    **PROPOSALS,
    **ACCOUNTING,
}
"""For each command, what its JSON says, and commands that show it in the town, in the order in which they run."""

NAMED = {"basis", "codes", "elements", "fields", "records", "withheld"}
"""Keys whose objects are keyed by names of the reader's own; one of them stands for all."""


def shapes() -> dict[str, Any]:
    """What each command prints, by the words after `easement`; it makes the town once, which takes some seconds."""
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        return {name: _shown(runs) for name, (_, runs) in EXAMPLES.items()}


def json_page() -> str:
    """The reference of JSON shapes."""
    found = shapes()
    sections = [f"## `easement {name}`\n\n{what}\n{_fence(found[name])}" for name, (what, _) in EXAMPLES.items()]
    return (
        "# JSON shapes\n\n"
        "With `--json` every command prints one JSON value to stdout. Here are the keys and what stands at them, as\n"
        "seen in the demo's town: `text`, `number`, `true or false`, or `null` where there is nothing to say. A list\n"
        "shows what one of its members holds, and `NAME` stands for names of your own. Keys may be added; none\n"
        "changes its meaning within a version. What an error prints is told under [errors](errors.md).\n\n"
        + "\n".join(sections)
    )


def _fence(shape: Any) -> str:
    return f"\n```json\n{json.dumps(shape, indent=2, ensure_ascii=False)}\n```\n" if shape is not None else ""


def _shown(runs: list[str]) -> Any:
    shape: Any = None
    for words in runs:
        shape = merged(shape, _shape(_printed(words)))
        if words == TOWN:
            _step_into_town()
    return shape


def _step_into_town() -> None:
    """From here on commands run in the town, as its last lines tell the reader to."""
    os.chdir("easement-demo")
    Path("person-1.yaml").write_bytes(refs()["person/1"].read_bytes())


def _printed(words: str) -> Any:
    """What a command prints with `--json`, whatever it ends with."""
    told = io.StringIO()
    with contextlib.redirect_stdout(told), contextlib.redirect_stderr(io.StringIO()):
        easement.main(args=[*shlex.split(words)[1:], "--json"], prog_name="easement", standalone_mode=False)
    return json.loads(told.getvalue())


def _shape(value: Any, key: str = "") -> Any:
    match value:
        case None:
            return "null"
        case bool():
            return "true or false"
        case int() | float():
            return "number"
        case str():
            return "text"
        case list():
            return [_all([_shape(each) for each in value])] if value else []
    shapes = {name: _shape(each, name) for name, each in value.items()}
    return {"NAME": _all(list(shapes.values()))} if key in NAMED and shapes else shapes


def _all(found: list[Any]) -> Any:
    return reduce(merged, found, None)


def merged(one: Any, other: Any) -> Any:
    """The shape that two shapes have together: all their keys, and `or` between what differs."""
    if one is None or other is None or one == other:
        return one if other is None else other
    if isinstance(one, dict) and isinstance(other, dict):
        return {name: merged(one.get(name), other.get(name)) for name in {**one, **other}}
    if isinstance(one, list) and isinstance(other, list):
        return [_all([*one, *other])] if one + other else []
    if isinstance(one, str) and isinstance(other, str):
        return " or ".join(dict.fromkeys([*one.split(" or "), *other.split(" or ")]))
    return other if one in ("null", []) else one

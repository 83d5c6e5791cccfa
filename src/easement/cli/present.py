"""How commands speak: data on stdout, talk on stderr, one way to print JSON, tables and errors."""

import json
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import click

from easement.base.errors import EasementError

__all__ = ["clear_path", "emit", "example", "json_option", "say", "seen", "show_error", "table"]

EXAMPLE_WIDTH = 80
"""Longest line of an example: with what stands around it, it fits the width of the help."""

LONGEST_CELL = 400
"""Signs of one cell of a table that are shown."""

Command = TypeVar("Command", bound=Callable[..., Any])


def json_option(command: Command) -> Command:
    """The `--json` option, which every command takes; the command receives it as `as_json`."""
    return click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")(command)


def example(command: str) -> str:
    """A help text's last lines: one command to copy as it stands, broken only before an option, by a backslash."""
    lines = [""]
    for part in command.replace(" --", "\n--").split("\n"):
        longer = f"{lines[-1]} {part}".strip()
        if len(longer) <= EXAMPLE_WIDTH:
            lines[-1] = longer
        else:
            lines.append(part)
    return "\b\nExample: " + " \\\n  ".join(lines)


def say(text: str, **style: Any) -> None:
    """Talk to the person: to stderr, so that stdout holds only data."""
    click.secho(text, err=True, **style)


def emit(as_json: bool, data: Any, human: str | Callable[[], str]) -> None:
    """Print the result to stdout: `data` as JSON, or the words for a person."""
    if as_json:
        click.echo(json.dumps(data, ensure_ascii=False, indent=2, default=_plain))
    else:
        click.echo(human() if callable(human) else human)


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, set | frozenset | tuple):
        return list(value)
    return str(value)


def table(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Rows under headings as plain aligned text, fit for a terminal and for `grep`.

    What a terminal would obey or hide is spelt out, and a cell longer than `LONGEST_CELL` ends in `…`: `--json` has it.
    """
    cells = [tuple(headings), *(tuple(seen(str(cell)) for cell in row) for row in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(headings))]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in cells)
    return "\n".join(lines)


def seen(text: str, most: int = LONGEST_CELL) -> str:
    """Text as it can be shown: signs that are not seen are spelt out, and what is too long is cut."""
    shown = "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in text[: most + 1])
    return shown if len(shown) <= most else shown[: most - 1] + "…"


def show_error(error: Exception, *, as_json: bool) -> int:
    """Tell an error (to stderr; with `--json` also to stdout as data) and return the exit code.

    An error nobody foresaw is told in one line, without a traceback: its text may hold personal data, so only its
    kind and place are shown. `EASEMENT_DEBUG=1` raises it instead.
    """
    if not isinstance(error, EasementError):
        if os.environ.get("EASEMENT_DEBUG"):
            raise error
        error = _of_the_disk(error) or _unforeseen(error)
    if as_json:
        click.echo(json.dumps(error.as_dict(), ensure_ascii=False, indent=2, default=_plain))
    click.secho("error: ", err=True, fg="red", nl=False)
    click.echo(str(error), err=True)
    return error.exit_code


def _of_the_disk(error: Exception) -> EasementError | None:
    """A file that could not be used, named as the person named it."""
    if isinstance(error, OSError) and isinstance(error.filename, str | Path) and error.strerror:
        what = f"cannot use `{error.filename}`: {error.strerror.lower()}"
        return EasementError(what, remedy="check the name, who may read and write there, and the space left")
    return None


def _unforeseen(error: Exception) -> EasementError:
    places = ["unknown"]
    frame = error.__traceback__
    while frame is not None:
        name = str(frame.tb_frame.f_globals.get("__name__"))
        if name.startswith("easement"):
            places.append(f"{name}:{frame.tb_lineno}")
        frame = frame.tb_next
    return EasementError(
        f"an error that was not foreseen: {type(error).__name__} at {places[-1]}",
        remedy="nothing left that the ledger does not show; run again with EASEMENT_DEBUG=1 and report what it says",
    )


def clear_path(path: object) -> str:
    """A path as the person would type it: relative to where they stand when that is shorter."""
    full = Path(str(path)).resolve()
    here = Path.cwd()
    return str(full.relative_to(here)) if full.is_relative_to(here) else str(full)


def is_terminal() -> bool:
    """Whether a person watches stderr; progress is shown only then."""
    return sys.stderr.isatty()

"""Write the pages that are taken from the code: `make docs`. A test fails when they are not current."""

from collections.abc import Iterator
from copy import copy
from pathlib import Path
from typing import Any

import click
from pydantic import BaseModel

from docs.api import api_page, openapi_text, problems_section
from docs.drawing import disclosure
from docs.printed.shapes import json_page
from easement.agreement.reference import checks_page
from easement.agreement.schema import schema_text
from easement.base import errors
from easement.base.errors import EasementError
from easement.cli.root import easement
from easement.node.model import Settings

HERE = Path(__file__).parent
WIDTH = 100
MADE = "<!-- This page is written by `make docs`; change the code it is taken from. -->\n\n"


def pages() -> dict[Path, str]:
    """Every generated page: where it stands, and what stands in it."""
    reference = HERE / "reference"
    ours = {"cli.md": cli_page(), "settings.md": settings_page(), "errors.md": errors_page(), "json.md": json_page()}
    ours["api.md"] = api_page()
    return {
        **{reference / name: MADE + text for name, text in ours.items()},
        reference / "checks.md": checks_page(),
        reference / "agreement.schema.json": schema_text(),
        reference / "openapi.json": openapi_text(),
        HERE / "pictures" / "disclosure.svg": disclosure(),
    }


def commands(command: click.Command = easement, path: str = "easement") -> Iterator[tuple[str, click.Command]]:
    """Every command with the words that reach it, in the order of the help."""
    yield path, command
    if isinstance(command, click.Group):
        context = click.Context(command, info_name=path)
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            assert inner is not None, name
            yield from commands(inner, f"{path} {name}")


def help_text(path: str, command: click.Command) -> str:
    """What `--help` shows, at the width of the reference."""
    settings = {**command.context_settings, "terminal_width": WIDTH, "max_content_width": WIDTH}
    settings["help_option_names"] = easement.context_settings["help_option_names"]
    unseen = copy(command)
    vars(unseen)["_help_option"] = None  # click keeps the first it made, with the names that its context had then
    return unseen.get_help(click.Context(unseen, info_name=path, **settings))


def cli_page() -> str:
    """The reference of the command line: every command's own help, word for word."""
    found = list(commands())
    said = "\n".join(f"## `{path}`\n\n```text\n{help_text(path, command)}\n```\n" for path, command in found)
    return (
        "# Commands\n\n"
        "What each command says of itself with `--help`. Data goes to stdout and talk to stderr. With `--json` the\n"
        "result is data in the shapes of [JSON shapes](json.md), and so is an error.\n"
        "What exit codes mean: [errors and exit codes](errors.md).\n\n" + said
    )


def settings_page() -> str:
    """The reference of `easement.toml`, from the model that reads it."""
    sections = "\n".join(_section(name, info.annotation) for name, info in Settings.model_fields.items())
    return (
        "# Settings\n\n"
        "A node's settings stand in `easement.toml` in its directory. `easement init` writes the file; unknown keys\n"
        "are errors. Secrets are never settings: they stand in `keys/`, readable by the owner alone.\n\n" + sections
    )


def _section(name: str, model: Any) -> str:
    assert issubclass(model, BaseModel), name
    what = (model.__doc__ or "").partition(": ")[2].strip()
    rows = (
        f"| `{key}` | {info.description} | {'required' if info.is_required() else f'`{_toml(info.default)}`'} |"
        for key, info in model.model_fields.items()
    )
    table = "\n".join(["| key | what it is | default |", "| --- | --- | --- |", *rows])
    return f"## `[{name}]`\n\n{what[:1].upper()}{what[1:]}\n\n{table}\n"


def _toml(value: Any) -> str:
    return {True: "true", False: "false"}.get(value, f'"{value}"') if isinstance(value, bool | str) else str(value)


def errors_page() -> str:
    """The reference of errors and exit codes, from the error classes."""
    kinds = [kind for name in errors.__all__ if issubclass(kind := getattr(errors, name), EasementError)]
    kinds.sort(key=lambda kind: (kind.exit_code, kind is not EasementError, kind.__name__))
    rows = (f"| {kind.exit_code} | `{kind.__name__}` | {_first_line(kind)} |" for kind in kinds)
    table = "\n".join(["| exit code | error | what it means |", "| --- | --- | --- |", "| 0 | | All is well. |", *rows])
    return (
        "# Errors and exit codes\n\n"
        "An error says where, what, and (on the line below) what to do next. It never shows a traceback, and never a\n"
        "value from somebody's record unless you asked for one.\n\n"
        "**Refused is not broken.** 10 means that everything worked and the answer is no: the reasons say what would\n"
        "make it lawful. Programs should not retry a refusal.\n\n" + table + "\n\n"
        "With `--json` an error is also printed to stdout: `error` (what is wrong), `where`, `remedy` and\n"
        "`exit_code`. An error about a file that people write also has `problems`, each with `where`, `what` and\n"
        "`mend`.\n\n"
        "An error that nobody foresaw shows only its kind and its place in the code, because its text might hold\n"
        "somebody's data. `EASEMENT_DEBUG=1` shows all of it: use that with made-up data only.\n\n" + problems_section()
    )


def _first_line(kind: type) -> str:
    line = (kind.__doc__ or "").strip().partition("\n")[0].rstrip(".")
    return f"{line.partition(';')[0]}." if kind is EasementError else f"{line}."


def main() -> None:
    """Write every generated page."""
    for path, text in pages().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        print(path.relative_to(HERE.parent))


if __name__ == "__main__":
    main()

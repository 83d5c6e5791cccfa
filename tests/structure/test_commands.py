"""Every command and option explains itself, ends its help in an example that holds, and speaks JSON when asked."""

import shlex

import click
import pytest
from docs.generate import commands, help_text

from easement.cli.root import COMMANDS, easement

ALL = dict(commands())
LEAVES = {path: command for path, command in ALL.items() if not isinstance(command, click.Group)}


def options(command: click.Command) -> list[click.Option]:
    return [param for param in command.params if isinstance(param, click.Option)]


@pytest.mark.parametrize("path", ALL)
def test_a_command_says_what_it_does(path: str):
    said = (ALL[path].help or "").strip()
    assert said.partition("\n")[0].endswith(".")


@pytest.mark.parametrize("path", ALL)
def test_an_option_says_what_it_is_for(path: str):
    assert [option.name for option in options(ALL[path]) if not option.help] == []


@pytest.mark.parametrize("path", LEAVES)
def test_a_command_speaks_json(path: str):
    assert "as_json" in {option.name for option in options(LEAVES[path])}


@pytest.mark.parametrize("path", [path for path in ALL if path != "easement"])
def test_an_argument_is_told_of(path: str):
    """Arguments have no help of their own, so the command's words name them."""
    told = (ALL[path].help or "") + " ".join(option.help or "" for option in options(ALL[path]))
    names = [param.human_readable_name.strip("[]") for param in ALL[path].params if isinstance(param, click.Argument)]
    assert [name for name in names if name not in told] == []


@pytest.mark.parametrize("path", LEAVES)
def test_help_ends_in_an_example_that_holds(path: str, monkeypatch):
    last = " ".join(help_text(path, LEAVES[path]).rsplit("\n\n", 1)[-1].replace("\\\n", " ").split())
    before, _, example = last.partition(": ")
    assert before == "Example"
    words = shlex.split(example)
    assert words[: len(path.split())] == path.split()
    parse(path, words[len(path.split()) :], monkeypatch)


def parse(path: str, words: list[str], monkeypatch) -> None:
    """Parse words as the command would; files that an example names need not be there."""
    for param in LEAVES[path].params:
        if isinstance(param.type, click.Path):
            monkeypatch.setattr(param.type, "exists", False)
    context = LEAVES[path].make_context(path, words)
    assert context.params


def test_a_group_says_where_to_start():
    for path, command in ALL.items():
        if isinstance(command, click.Group):
            start = (command.epilog or "").removeprefix("Start with: ")
            assert " ".join(start.split()[: len(path.split())]) == path
            assert any(start == leaf or start.startswith(f"{leaf} ") for leaf in LEAVES)


def test_the_root_says_of_a_command_what_the_command_says():
    for name, lazy in COMMANDS.items():
        assert f"easement {name}" in ALL
        assert lazy.help.endswith(".")
        assert easement.get_command(click.Context(easement), name) is ALL[f"easement {name}"]


def test_one_thing_has_one_name_everywhere():
    """An option that several commands have means the same and is spelt the same in all of them."""
    spelt: dict[str, set[str]] = {}
    for command in ALL.values():
        for option in options(command):
            kind = click.STRING if isinstance(option.type, click.Choice) else option.type  # a word, of a list or not
            spelt.setdefault(option.opts[-1], set()).add(type(kind).__name__)
    assert {name: kinds for name, kinds in spelt.items() if len(kinds) > 1} == {}

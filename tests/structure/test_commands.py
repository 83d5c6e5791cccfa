"""Every command and option explains itself, ends its help in an example that holds, and speaks JSON when asked."""

import shlex

import click
from docs.generate import commands, help_text

from easement.cli.root import COMMANDS, easement

ALL = dict(commands())
LEAVES = {path: command for path, command in ALL.items() if not isinstance(command, click.Group)}


def options(command: click.Command) -> list[click.Option]:
    return [param for param in command.params if isinstance(param, click.Option)]


def test_a_command_says_what_it_does():
    said = {path: (command.help or "").strip().partition("\n")[0] for path, command in ALL.items()}
    assert [path for path, line in said.items() if not line.endswith(".")] == []


def test_an_option_says_what_it_is_for():
    bare = [f"{path}: {each.name}" for path, command in ALL.items() for each in options(command) if not each.help]
    assert bare == []


def test_a_command_speaks_json():
    silent = [path for path, leaf in LEAVES.items() if "as_json" not in {option.name for option in options(leaf)}]
    assert silent == []


def untold(command: click.Command) -> list[str]:
    told = (command.help or "") + " ".join(option.help or "" for option in options(command))
    names = [param.human_readable_name.strip("[]") for param in command.params if isinstance(param, click.Argument)]
    return [name for name in names if name not in told]


def test_an_argument_is_told_of():
    """Arguments have no help of their own, so the command's words name them."""
    assert {path: found for path, each in ALL.items() if path != "easement" and (found := untold(each))} == {}


def test_help_ends_in_an_example_that_holds(monkeypatch):
    wrong = {}
    for path in LEAVES:
        try:
            holds(path, monkeypatch)
        except (AssertionError, click.ClickException, ValueError) as error:
            wrong[path] = str(error)
    assert wrong == {}


def holds(path: str, monkeypatch) -> None:
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

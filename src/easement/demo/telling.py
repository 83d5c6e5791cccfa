"""How the story is told: chapters, commands as a person types them, and short results; plain where nobody watches."""

import shlex
from collections.abc import Iterable, Mapping, Sequence
from typing import TextIO

from rich.console import Console
from rich.text import Text

__all__ = ["Short", "Teller", "typed"]

Short = Mapping[str, tuple[str, ...]]
"""Names such as `$MEALS` for words of a command that come again."""

WIDTH = 100
"""Columns after which a command goes on in the next line."""


class Teller:
    """Tells the story to a stream: with colour on a terminal, else as plain text."""

    def __init__(self, stream: TextIO) -> None:
        self.console = Console(file=stream, highlight=False, soft_wrap=True)
        self.chapters = 0

    def chapter(self, title: str, *paragraphs: str) -> None:
        """Begin a chapter, with what it is about."""
        self.chapters += 1
        self.console.print(Text(f"\n{self.chapters}. {title}", style="bold"))
        for paragraph in paragraphs:
            self.say(paragraph)

    def say(self, text: str) -> None:
        """A paragraph of the story."""
        for line in _wrapped(text):
            self.console.print(Text(f"   {line}"))

    def step(self, title: str, commands: Iterable[str], told: Iterable[str], *, refused: bool = False) -> None:
        """One step: what it is for, what is typed, and what comes of it."""
        self.console.print(Text(f"\n   {title}", style="italic"))
        for command in commands:
            lines = command.split("\n")
            self.console.print(Text(f"   $ {lines[0]}", style="cyan"))
            for line in lines[1:]:
                self.console.print(Text(f"   {line}", style="cyan"))
        for line in told:
            inset = " " * (5 + len(line) - len(line.lstrip()))
            for part in _wrapped(line) if len(line) > WIDTH else [line.lstrip()]:
                self.console.print(Text(f"{inset}{part}", style="red" if refused else "green"))


def typed(words: Sequence[str], command: str = "easement", *, short: Short | None = None) -> str:
    """A command as a person would type it, broken before an option where it is long; it can be pasted as it stands.

    Words that `short` names are shown as that name.
    """
    lines, line = list[str](), command
    for part in _options(_shortened(tuple(words), short or {})):
        if len(line) + len(part) + 3 > WIDTH:
            lines.append(f"{line} \\")
            line = f"      {part}"
        else:
            line = f"{line} {part}" if line else part
    return "\n".join([*lines, line])


def _options(words: Sequence[str]) -> list[str]:
    """The words of a command, each option together with its value."""
    parts: list[str] = []
    for word in words:
        if parts and parts[-1].startswith("--") and " " not in parts[-1] and not word.startswith("--"):
            parts[-1] += f" {shlex.quote(word)}"
        else:
            parts.append(word if word.startswith("$") else shlex.quote(word))
    return parts


def _shortened(words: tuple[str, ...], short: Short) -> tuple[str, ...]:
    for name, meant in short.items():
        at = next((at for at in range(len(words)) if words[at : at + len(meant)] == meant), None)
        if at is not None:
            words = (*words[:at], name, *words[at + len(meant) :])
    return words


def _wrapped(text: str) -> list[str]:
    """Lines of at most `WIDTH` columns."""
    lines = [""]
    for word in text.split():
        if lines[-1] and len(lines[-1]) + len(word) + 4 > WIDTH:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}".strip()
    return lines

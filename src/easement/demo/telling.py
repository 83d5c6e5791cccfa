"""How the story is told: chapters, commands as a person types them, and short results; plain where nobody watches."""

import shlex
from collections.abc import Iterable, Sequence
from typing import TextIO

from rich.console import Console
from rich.text import Text

__all__ = ["Teller", "typed"]

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
            self.console.print(Text(f"     {line}", style="red" if refused else "green"))


def typed(words: Sequence[str]) -> str:
    """A command as a person would type it, broken before an option where it is long; it can be pasted as it stands."""
    lines, line = [], "easement"
    for part in _options(words):
        if len(line) + len(part) + 3 > WIDTH:
            lines.append(f"{line} \\")
            line = f"      {part}"
        else:
            line = f"{line} {part}"
    return "\n".join([*lines, line])


def _options(words: Sequence[str]) -> list[str]:
    """The words of a command, each option together with its value."""
    parts: list[str] = []
    for word in words:
        if parts and parts[-1].startswith("--") and " " not in parts[-1] and not word.startswith("--"):
            parts[-1] += f" {shlex.quote(word)}"
        else:
            parts.append(shlex.quote(word))
    return parts


def _wrapped(text: str) -> list[str]:
    """Lines of at most `WIDTH` columns."""
    lines = [""]
    for word in text.split():
        if lines[-1] and len(lines[-1]) + len(word) + 4 > WIDTH:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}".strip()
    return lines

"""A page of the documentation as something that can be run: its fences, and what the page says about each.

A remark for the runner stands in an HTML comment, which readers do not see, right before the fence it is about:

    <!-- exit: 10 -->                  the last command ends with this code; every other command ends with 0
    <!-- file: roll.yaml -->           the fence is kept under this name, for the commands after it
    <!-- slow: it makes a town -->     from here on the page runs only in the long campaigns
    <!-- elsewhere: tests/x/test_y.py --> not run here, but in the test named

Several stand apart by `;`. Two more prepare the folder, unseen by readers: `setup` holds commands, and `after` names a
section of another page (`after: docs/tutorial/x.md#its-heading`) that this page goes on from.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

COMMENT = re.compile(r"<!--(.*?)-->", re.DOTALL)
OPENING = re.compile(r"^(\s*)```+\s*([A-Za-z]*)\s*$")
BACKSLASH = "\\"
REMARKS = {"exit", "file", "slow", "elsewhere"}


@dataclass(frozen=True)
class Fence:
    """One fence: its language, its text, the line it opens on, and the remarks about it."""

    language: str
    text: str
    line: int
    remarks: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Command:
    """One command of a `console` fence, and the lines that the page shows after it."""

    words: str
    shown: tuple[str, ...]
    line: int


def fences(text: str) -> Iterator[Fence]:
    """The fences of a page in order; an unseen `setup` comes as a fence of that language."""
    lines = text.splitlines()
    remarks: dict[str, str] = {}
    number = 0
    while number < len(lines):
        line = lines[number]
        if line.lstrip().startswith("<!--"):
            start = number
            while "-->" not in lines[number]:
                number += 1
            said = COMMENT.search("\n".join(lines[start : number + 1])).group(1).strip()
            if opening := re.match(r"(setup|after:)\s", said):
                yield Fence(opening.group(1).rstrip(":"), said[opening.end() :].strip(), start + 1)
            else:
                remarks = _remarks(said)
        elif opened := OPENING.match(line):
            start = number
            number += 1
            while not lines[number].strip().startswith("```"):
                number += 1
            body = [each.removeprefix(opened.group(1)) for each in lines[start + 1 : number]]
            yield Fence(opened.group(2), "\n".join(body) + "\n", start + 1, remarks)
            remarks = {}
        elif line.strip():
            remarks = {}
        number += 1


def _remarks(said: str) -> dict[str, str]:
    pairs = (part.partition(":") for part in said.split(";"))
    return {name.strip(): value.strip() for name, _, value in pairs if name.strip() in REMARKS}


def until(text: str, anchor: str) -> str:
    """A page from its top to the end of the section that an anchor names."""
    lines = text.splitlines(keepends=True)
    headings = [number for number, line in enumerate(lines) if line.startswith("#")]
    place = next(n for n, number in enumerate(headings) if anchor_of(lines[number]) == anchor)
    return "".join(lines[: headings[place + 1]] if place + 1 < len(headings) else lines)


def anchor_of(heading: str) -> str:
    """The anchor under which a heading can be linked to."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lstrip("# ").lower()).replace(" ", "-")


def commands(fence: Fence) -> list[Command]:
    """The commands of a `console` fence; a line that begins with `> ` goes on from the one before it."""
    found: list[Command] = []
    for offset, line in enumerate(fence.text.splitlines(), 1):
        if line.startswith("$ "):
            found.append(Command(line[2:], (), fence.line + offset))
            continue
        last = found.pop()
        if line.startswith("> ") and not last.shown:
            found.append(Command(f"{last.words.rstrip(BACKSLASH).rstrip()} {line[2:].strip()}", (), last.line))
        else:
            found.append(Command(last.words, (*last.shown, line), last.line))
    return found


def matches(shown: tuple[str, ...], told: str) -> bool:
    """Whether what a command told is what the page shows: `...` alone is any lines, within a line any characters."""
    pattern = "".join(
        r"(?:.*\n)*?" if line.strip() == "..." else _line(line) for line in "\n".join(shown).rstrip().split("\n")
    )
    return re.fullmatch(pattern, "\n".join(line.rstrip() for line in told.rstrip().split("\n")) + "\n") is not None


def _line(line: str) -> str:
    return ".*?".join(re.escape(part) for part in line.rstrip().split("...")) + "\n"

"""Where the story plays: every command runs as if it were typed, and what came of it is held against what should."""

import contextlib
import io
import json
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from easement.base.errors import EasementError
from easement.demo.telling import Short, Teller, typed

__all__ = ["Ran", "Stage", "Step"]

Told = Callable[[Any], Iterable[str]]
"""From what a command gave to the lines that are told of it."""


class Ran(NamedTuple):
    """What a command gave: its exit code, its data, and what it said besides."""

    code: int
    data: Any
    said: str


class Step(NamedTuple):
    """One step as it happened."""

    chapter: str
    title: str
    commands: tuple[str, ...]
    exit_code: int
    codes: tuple[str, ...]
    told: tuple[str, ...]
    seconds: float

    def as_dict(self) -> dict[str, Any]:
        """The step as `--json` shows it."""
        return self._asdict()


class Stage:
    """Runs commands in the current folder and keeps every step; one that ends as it should not ends the story."""

    def __init__(self, teller: Teller) -> None:
        self.teller = teller
        self.steps: list[Step] = []
        self.place = ""

    def chapter(self, title: str, *paragraphs: str) -> None:
        """Begin a chapter."""
        self.place = title
        self.teller.chapter(title, *paragraphs)

    def step(
        self, title: str, *commands: Sequence[str], tell: Told, expect: int = 0, short: Short | None = None
    ) -> Any:
        """Run commands that must all end with `expect`, tell of them, and return what the last one gave.

        `short` holds names under which words are shown. Raises `EasementError` where a command ends otherwise.
        """
        began = time.monotonic()
        ran = [self._run(words, expect) for words in commands]
        last = ran[-1].data
        self._keep(title, [typed(words, short=short) for words in commands], last, tuple(tell(last)), expect, began)
        return last

    def by_hand(self, title: str, commands: Sequence[str], do: Callable[[], Iterable[str]], *, code: int = 0) -> None:
        """A step that is no command of ours: `do` does what the commands say, and gives the lines to tell.

        `code` is how the last of the commands ends; `do` raises where it does not come to that.
        """
        began = time.monotonic()
        self._keep(title, commands, None, tuple(do()), code, began)

    def _keep(
        self, title: str, commands: Sequence[str], data: Any, told: tuple[str, ...], code: int, began: float
    ) -> None:
        spent = round(time.monotonic() - began, 3)
        self.steps.append(Step(self.place, title, tuple(commands), code, _codes(data), told, spent))
        self.teller.step(title, commands, told, refused=code != 0)

    def _run(self, words: Sequence[str], expect: int) -> Ran:
        ran = run(words)
        if ran.code != expect:
            what = f"`{typed(words)}` ended with {ran.code} and should have ended with {expect}: {ran.said.strip()}"
            raise EasementError(what, remedy="the story stopped here; what was made so far stands for you to look at")
        return ran


def run(words: Sequence[str]) -> Ran:
    """Run one command in this process, through the same door as a typed one, with its data as JSON."""
    from easement.cli.root import main

    out, said = io.StringIO(), io.StringIO()
    code = 0
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(said):
        try:
            main([*words, "--json"])
        except SystemExit as ended:
            code = int(ended.code or 0)
    text = out.getvalue()
    return Ran(code, json.loads(text) if text.strip() else None, said.getvalue())


def _codes(data: Any) -> tuple[str, ...]:
    """The reasons for which something was refused, by code."""
    if not isinstance(data, dict):
        return ()
    decision = data.get("decision", data)
    reasons = decision.get("reasons", ()) if isinstance(decision, dict) else ()
    return tuple(reason["code"] for reason in reasons if not reason["met"])

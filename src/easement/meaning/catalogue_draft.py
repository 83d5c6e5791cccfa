"""A standard drafted from another format: what could be read of it, and what was left out and has to be looked at."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from io import StringIO
from typing import Any

from ruamel.yaml import YAML

from easement.base.errors import BadFile
from easement.base.located import read_text, validate
from easement.meaning.model import Element, Key, Sensitivity, Standard
from easement.meaning.parser import RESERVED

__all__ = ["Draft", "Drafting", "element_name", "key_of", "one_line", "sensitivity_of", "written"]

MOST_ELEMENTS = 500
"""Elements of a draft: a table wider than that is not one kind of record."""

_LONGEST = 300
UNSAID = "Nobody has said what this means yet"


@dataclass(frozen=True, slots=True)
class Draft:
    """The text of a standard, to be read and mended by a person, and what of the other format is not in it."""

    text: str
    standard: Standard
    left_out: tuple[str, ...]


def element_name(name: str) -> str:
    """The name of an element for another format's: small letters, digits and `_`; empty where nothing is left."""
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name)
    plain = re.sub(r"[^a-z0-9]+", "_", apart.lower()).strip("_")[:63].strip("_")
    if not plain or plain in RESERVED or not plain[0].isalpha():
        plain = f"x_{plain}".strip("_")[:63] if plain else ""
    return plain


def one_line(text: object) -> str:
    """Text from elsewhere on one line, without what cannot be seen, and of a length that people read."""
    words = "".join(sign if sign.isprintable() else " " for sign in text) if isinstance(text, str) else ""
    plain = " ".join(words.split())
    return plain if len(plain) <= _LONGEST else plain[: _LONGEST - 1] + "…"


class Drafting:
    """Gathers elements and what is left out, and gives each element a name of its own."""

    def __init__(self, what: str) -> None:
        self.what = what
        self.elements: dict[str, dict[str, Any]] = {}
        self.left_out: list[str] = []
        self.names: dict[str, str] = {}

    def leave_out(self, text: str) -> None:
        """Say what is not in the draft."""
        if text not in self.left_out:
            self.left_out.append(text)

    def add(self, name: str, part: dict[str, Any]) -> None:
        """An element, if it can be named and holds; what cannot be is left out, and told."""
        said = one_line(name)[:80]
        ours = element_name(name)
        if len(self.elements) >= MOST_ELEMENTS:
            self.leave_out(f"everything after {MOST_ELEMENTS} elements")
            return
        if not ours or ours in self.elements:
            self.leave_out(f"`{said}`: it has no name that is its own once it is written as an element's")
            return
        if ours != name:
            self.leave_out(f"the name `{said}`: it is `{ours}` here")
        part = {"definition": UNSAID} | {key: value for key, value in part.items() if value not in (None, "", {})}
        if part["definition"] == UNSAID:
            self.leave_out(f"what `{ours}` means: nobody says it there, so write it")
        if part.get("sensitivity") is None:
            part["sensitivity"] = Sensitivity.CONFIDENTIAL.value
            self.leave_out(f"how `{ours}` bears on a person: taken as confidential until you say")
        self._hold(ours, said, part)

    def _hold(self, name: str, said: str, part: dict[str, Any]) -> None:
        for key in (None, "format", "identifier", "key", "unit"):
            if key is not None and key not in part:
                continue
            tried = {k: v for k, v in part.items() if k != key}
            try:
                Element.model_validate({"name": name, **tried})
            except ValueError:
                continue
            if key is not None:
                self.leave_out(f"`{key}` of `{said}`: it cannot be said here")
            self.elements[name], self.names[said] = tried, name
            return
        self.leave_out(f"`{said}`: it cannot be said here")

    def draft(self, head: dict[str, Any], record_key: Iterable[str] = ()) -> Draft:
        """The draft; raises `BadFile` where no element is left."""
        if not self.elements:
            raise BadFile(f"the {self.what} has nothing that could be an element", remedy="look at what it describes")
        keys = [self.names[key] for key in record_key if key in self.names]
        body = {"format": "easement-standard/1", **head}
        if keys:
            body["record_key"] = keys
        text = written(body | {"elements": self.elements})
        document = read_text(text, name="the draft", what="standard")
        return Draft(text, validate(Standard, document, what="standard"), tuple(self.left_out))


def written(data: dict[str, Any]) -> str:
    """Plain data as YAML that reads back to it."""
    writer, out = YAML(), StringIO()
    writer.width = 118
    writer.allow_unicode = True
    writer.dump(data, out)
    return out.getvalue()


def key_of(word: object) -> str | None:
    """A part in matching, where a word is one."""
    return word if isinstance(word, str) and word in list(Key) else None


def sensitivity_of(word: object) -> str | None:
    """A sensitivity, where a word is one."""
    if not isinstance(word, str):
        return None
    near = [each for each in Sensitivity if each.value == word.strip().lower()]
    return str(near[0].value) if near else None

"""What the pages of the catalogue show, asked of the rooms that know."""

from datetime import date
from pathlib import Path
from urllib.parse import urlencode

from easement.base.errors import EasementError
from easement.gate.standards_used import effects_of_standard
from easement.meaning.catalogue import LONGEST_WORDS, lists_with, retired_words, search
from easement.meaning.codes import Code, CodeList
from easement.meaning.codes_shelf import code_list, code_lists, list_refs
from easement.meaning.codes_used import elements_with
from easement.meaning.compare import compare_standards
from easement.meaning.crosswalk import Relation, Walk
from easement.meaning.crosswalk_shelf import crosswalk, crosswalks, walks_from
from easement.meaning.model import Standard
from easement.meaning.standards import refs, standard, standards
from easement.node.home import Node
from easement.web.language import say
from easement.web.views.page import Pager
from easement.web.views.standards import CodesPage, Compared, ListsPage, StandardPage, Standards, WalkPage

__all__ = [
    "codes", "compared", "file_of", "found_list", "found_standard", "found_walk", "lists", "one", "place",
    "shown_codes", "standards_page", "walk",
]  # fmt: skip

PAGE = 200
"""Codes shown at once."""

WORDS = {
    Relation.EXACT: "says the same",
    Relation.BROADER: "becomes part of",
    Relation.NARROWER: "may be, among others,",
    Relation.RELATED: "has to do with",
}
"""What a relation says, read from a code to the one there."""


def _folders(node: Node) -> tuple[Path, ...]:
    return (node.home / "standards",)


def place(ref: str) -> str:
    """A code list's name as addresses have it: `sex`, `tenure.v2`."""
    return ref.replace("/", ".v")


def _named(name: str) -> str:
    return name.replace(".v", "/")


def standards_page(node: Node, words: str) -> Standards:
    """The standards that say some words."""
    return Standards(hits=search(standards(_folders(node)), words), words=words[:LONGEST_WORDS])


def found_standard(node: Node, ref: str) -> Standard | None:
    """A standard, or nothing."""
    return standard(ref, _folders(node)) if ref in refs(_folders(node)) else None


def one(node: Node, ref: str) -> StandardPage | None:
    """One standard with its versions."""
    found = found_standard(node, ref)
    if found is None:
        return None
    versions = [standard(each, _folders(node)) for each in refs(_folders(node)) if each.partition("/")[0] == found.id]
    versions.sort(key=lambda each: each.version)
    named = {each.code_list: place(each.code_list) for each in found.elements.values() if each.code_list}
    return StandardPage(standard=found, versions=tuple(versions), lists=named, retired=retired_words(found))


def compared(node: Node, old: str, new: str, *, touches: bool) -> Compared:
    """Two standards held against each other, with what of the node that touches for whoever may see it."""
    known = tuple(sorted(refs(_folders(node))))
    one, other = found_standard(node, old), found_standard(node, new)
    if one is None or other is None:
        return Compared(refs=known, old=old, new=new, changes=None)
    touched = effects_of_standard(node.home, one, other).effects if touches else None
    return Compared(refs=known, old=old, new=new, changes=compare_standards(one, other), effects=touched)


def lists(node: Node, words: str) -> ListsPage:
    """The code lists that say some words."""
    found = lists_with(code_lists(_folders(node)), words)
    walks = tuple((place(walk.from_), place(walk.to), walk) for walk in crosswalks(_folders(node)))
    listed = tuple((place(each.ref), each, hit) for each, hit in found)
    return ListsPage(lists=listed, words=words[:LONGEST_WORDS], walks=walks)


def found_list(node: Node, name: str) -> CodeList | None:
    """A code list by its name in addresses, or nothing."""
    ref = _named(name)
    return code_list(ref, _folders(node)) if ref in list_refs(_folders(node)) else None


def file_of(node: Node, found: CodeList) -> str:
    """A code list as the file that it stands in, to begin the next version from."""
    return list_refs(_folders(node))[found.ref].read_text(encoding="utf-8-sig")


def shown_codes(found: CodeList, words: str, on: date | None) -> dict[str, Code]:
    """The codes of a list that stood on a day and say some words."""
    kept = found.as_at(on) if on else found.codes
    hits = lists_with([found.model_copy(update={"codes": kept, "title": "", "about": "", "source": ""})], words)
    said = set(hits[0][1]) if hits else set()
    return {code: each for code, each in kept.items() if code in said} if words.strip() else dict(kept)


def codes(node: Node, name: str, words: str, on: date | None, page: int, today: date) -> CodesPage | None:
    """One code list, a page of it at a time."""
    found = found_list(node, name)
    if found is None:
        return None
    kept = tuple(shown_codes(found, words, on).items())
    said = {"words": words[:LONGEST_WORDS], "on": on.isoformat() if on else ""}
    query = {key: value for key, value in said.items() if value}
    older = "?" + urlencode({**query, "page": page + 1}) if page * PAGE < len(kept) else ""
    newer = "?" + urlencode({**query, "page": page - 1}) if page > 1 else ""
    folders = _folders(node)
    return CodesPage(
        list_=found,
        name=place(found.ref),
        shown=kept[(page - 1) * PAGE : page * PAGE],
        count=len(kept),
        on=on,
        words=words[:LONGEST_WORDS],
        used_by=tuple(each for each in standards(folders) if elements_with(each, found.ref)),
        ways=tuple((place(way.to), code_list(way.to, folders).title) for way in walks_from(found.ref, folders)),
        pager=Pager(older, newer),
        query=urlencode(query),
        today=today,
    )


def found_walk(node: Node, from_: str, to: str) -> Walk | None:
    """The way from one list to another, or nothing."""
    if found_list(node, from_) is None or found_list(node, to) is None:
        return None
    try:
        return crosswalk(_named(from_), _named(to), _folders(node))
    except EasementError:
        return None


def walk(node: Node, from_: str, to: str) -> WalkPage | None:
    """The way from one list to another, code by code."""
    found = found_walk(node, from_, to)
    if found is None:
        return None
    one, other = (code_list(_named(name), _folders(node)) for name in (from_, to))
    rows = [
        (pair.subject, one.codes[pair.subject].label, f"{pair.object}: {other.codes[pair.object].label}",
         say(WORDS[pair.relation]), pair.note or (f"through {', '.join(pair.via)}" if pair.via else ""))
        for pair in found.pairs
    ]  # fmt: skip
    rows += [
        (code, one.codes[code].label, "", say("has no code there"), why)
        for code, why in found.unlinked.items()
        if code in one.codes
    ]
    order = {code: at for at, code in enumerate(one.codes)}
    rows.sort(key=lambda row: order[row[0]])
    return WalkPage(
        walk=found, from_title=one.title, to_title=other.title, back=f"/crosswalks/{to}/{from_}", rows=tuple(rows)
    )

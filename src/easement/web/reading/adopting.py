"""What the pages on a change of a code list show, asked of the room that looks and adopts."""

from collections import defaultdict, deque
from dataclasses import replace
from datetime import date, datetime

from easement.base.errors import BadFile, EasementError
from easement.gate.code_changes import brought, list_change
from easement.ledger.model import EntryType
from easement.meaning.codes_change import adoptions
from easement.meaning.codes_shelf import code_lists, list_refs
from easement.node.home import Node
from easement.web.language import say
from easement.web.reading.standards import place
from easement.web.views.adopting import AdoptedPage, ChangePage

__all__ = ["adopted_page", "are_lists", "change_page", "ref_of", "told"]

MOST_PROBLEMS = 3


def ref_of(name: str) -> str:
    """A list as the node names it, from its name in addresses; one that was brought keeps its own."""
    return name if ":" in name else name.replace(".v", "/")


def are_lists(node: Node, old: str, new: str) -> bool:
    """Whether both are names of lists that the node has or was brought; at a terminal a list may also be a file."""
    known = list_refs((node.home / "standards",))
    return ref_of(old) in known and (ref_of(new) in known or new in brought(node.home))


def change_page(node: Node, old: str, new: str, today: date, *, manages: bool, count: bool = False) -> ChangePage:
    """What it would break to use one list in the place of another; `count` reads the datasets."""
    known = code_lists((node.home / "standards",))
    waiting = brought(node.home)
    choices = [(place(each.ref), f"{each.title} ({each.ref})") for each in known]
    choices += [
        (name, say("Brought, and not adopted: %(file)s") % {"file": path.name}) for name, path in waiting.items()
    ]
    page = ChangePage(choices=tuple(choices), old=old, new=new, manages=manages)
    names = {name for name, _ in choices}
    if old not in names or new not in names or old == new or old in waiting:
        return page
    try:
        looked = list_change(node.home, ref_of(old), ref_of(new), on=today, count=count)
    except EasementError as error:
        return replace(page, problem=told(error))
    return replace(
        page,
        changes=looked.changes,
        effects=looked.touched.effects,
        moved=looked.proposal.moved,
        beyond=looked.proposal.beyond,
        unread=looked.touched.unread,
        stamp=looked.stamp,
        counted=count,
        waiting=new in waiting,
        breaking=len(looked.touched.breaking),
    )


def adopted_page(node: Node) -> AdoptedPage:
    """What was adopted, the last first, each with its entry."""
    found = [(datetime.fromisoformat(each.at), each) for each in adoptions(node.home)]
    logged = defaultdict[tuple[str, str], deque[int]](deque)
    for each in node.ledger.entries(type=EntryType.CODES_ADOPTED):
        lists = each.entry.codes or {}
        logged[lists["from"], lists["to"]].append(each.index)
    entries = [logged[each.old, each.new].popleft() if logged[each.old, each.new] else None for _, each in found]
    return AdoptedPage(adoptions=tuple(reversed(found)), entries=tuple(reversed(entries)))


def told(error: EasementError) -> str:
    """An error in sentences, with the first of its problems."""
    parts = [error.what, error.remedy]
    if isinstance(error, BadFile):
        parts += [f"{each.where}: {each.what} ({each.mend})" for each in error.problems[:MOST_PROBLEMS]]
    return " ".join(f"{part[:1].upper()}{part[1:]}." for part in parts if part)

"""A change of a code list, prepared and adopted: the list as a file, and new versions of the standards that use it.

What is in use does not change: mappings and agreements name the version of a standard, and stay with it until somebody
moves them. Adoption adds files, says of each older standard that it is retired, and records who, when and why.
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from easement.base.canonical import canonical_json, sha256_hex
from easement.base.durable import write_whole
from easement.base.errors import UsageError
from easement.base.located import Document, read_text, validate
from easement.meaning.codes import CodeList
from easement.meaning.codes_shelf import code_list, file_name, list_refs, read_code_list
from easement.meaning.codes_used import elements_with
from easement.meaning.model import Standard
from easement.meaning.standards import BUILT_IN, read_standard, refs

__all__ = ["ADOPTIONS", "Adoption", "Proposal", "adopt", "adoptions", "new_list", "proposed"]

ADOPTIONS = "adoptions.jsonl"
"""The file beside a node's standards in which each adoption is a line."""

_LONGEST_WORDS = 1_000


@dataclass(frozen=True, slots=True)
class Proposal:
    """What an adoption would write: the list, new versions of standards, and older ones said to be retired.

    `beyond` are standards that use the list and come with Easement: they cannot be changed here.
    """

    old: CodeList
    new: CodeList
    list_file: Path | None
    written: tuple[tuple[Path, str], ...]
    moved: tuple[tuple[str, str], ...]
    beyond: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Adoption:
    """One adoption as recorded: when, by whom and why, from which list to which, and which standards moved."""

    at: str
    by: str
    why: str
    old: str
    new: str
    digest: str
    standards: dict[str, str]


def new_list(name: str, folders: Sequence[Path]) -> tuple[CodeList, Path | None]:
    """The list that somebody would change to: one that is known, or a file; the file where it is not known yet."""
    if name in list_refs(folders):
        return code_list(name, folders), None
    path = Path(name)
    if not path.is_file():
        raise UsageError(f"`{name}` is no code list and no file", remedy="name a list, or a file that holds one")
    found = read_code_list(path)
    known = list_refs(folders).get(found.ref)
    if known is not None and code_list(found.ref, folders).codes != found.codes:
        what = f"`{found.ref}` is known already, and says something else"
        raise UsageError(what, remedy=f"give it the next version: `version: {found.version + 1}`")
    return found, path if known is None else None


def proposed(home: Path, old: CodeList, new: CodeList, *, on: date, why: str = "") -> Proposal:
    """What it would write to adopt a list in the place of another; nothing is written."""
    if old.ref == new.ref:
        raise UsageError(f"`{old.ref}` is the list in use", remedy="give the new list the next version, or another id")
    folder = home / "standards"
    newest = _newest(refs((folder,)))
    using = {ref: path for ref, path in newest.items() if elements_with(read_standard(path), old.ref)}
    own = {ref: path for ref, path in using.items() if path.parent != BUILT_IN}
    written, moved = [], []
    for path in own.values():
        standard = read_standard(path)
        ref, files = _moved(standard, path, old.ref, new.ref, on, why)
        written += files
        moved.append((standard.ref, ref))
    target = folder / "codes" / file_name(new)
    known = list_refs((folder,)).get(new.ref)
    beyond = tuple(sorted(using.keys() - own.keys()))
    return Proposal(old, new, target if known is None else None, tuple(written), tuple(moved), beyond)


def _newest(known: dict[str, Path]) -> dict[str, Path]:
    """Of each standard the newest version alone: older ones are no longer changed."""
    found: dict[str, tuple[int, str]] = {}
    for ref in known:
        id_, _, version = ref.partition("/")
        if id_ not in found or found[id_][0] < int(version):
            found[id_] = (int(version), ref)
    return {ref: known[ref] for _, ref in found.values()}


def _moved(
    standard: Standard, path: Path, old: str, new: str, on: date, why: str
) -> tuple[str, list[tuple[Path, str]]]:
    """The new version of a standard and the older one retired, as texts, comments kept."""
    text = path.read_text(encoding="utf-8-sig")
    ref = f"{standard.id}/{standard.version + 1}"
    after = re.sub(r"(?m)^version:.*$", f"version: {standard.version + 1}", text, count=1)
    after = re.sub(r"(?m)^retired:.*\n(?:[ \t]+.*\n)*", "", after)
    after = re.sub(rf"(\bcodes: *)([\"']?){re.escape(old)}\2(?=\s*([,}}#]|$))", rf"\g<1>{new}", after, flags=re.M)
    retired = json.dumps({"on": on.isoformat(), "successor": ref, "why": why or f"its codes changed to {new}"})
    before = re.sub(r"(?m)^elements:", f"retired: {retired}\nelements:", text, count=1)
    wanted = {
        (name, new if element.code_list == old else element.code_list) for name, element in standard.elements.items()
    }
    _check(path, after, lists=wanted, version=standard.version + 1, retired=False, what="its new version")
    kept = {(name, element.code_list) for name, element in standard.elements.items()}
    if standard.retired is None:
        _check(path, before, lists=kept, version=standard.version, retired=True, what="that it is retired")
    target = path.with_name(f"{standard.id}-{standard.version + 1}.yaml")
    # the older one first: after a kill between the two, adopting again finds it and writes what is missing
    return ref, [*([(path, before)] if standard.retired is None else []), (target, after)]


def _check(path: Path, text: str, *, lists: set[tuple[str, str]], version: int, retired: bool, what: str) -> None:
    """Hold a text written by rule against what it should say; raises `UsageError` to write it by hand instead."""
    document = read_text(text, name=str(path), what="standard")
    elements = document.data.get("elements", {})
    named = {
        (name, part["codes"] if isinstance(part, dict) and isinstance(part.get("codes"), str) else "")
        for name, part in elements.items()
    }
    if named != lists or document.data.get("version") != version or ("retired" in document.data) != retired:
        remedy = "write it by hand: `codes` on a line of its own, `version` and `elements` at the margin"
        raise UsageError(f"`{path}` is laid out so that {what} cannot be written for you", remedy=remedy)
    validate(Standard, Document(str(path), document.data | {"elements": _plain(elements)}, text, {}), what="standard")


def _plain(elements: dict[str, Any]) -> dict[str, Any]:
    """The elements with stand-ins for named lists, whose names were compared already."""
    return {
        name: part | {"codes": {"a": "A"}} if isinstance(part, dict) and isinstance(part.get("codes"), str) else part
        for name, part in elements.items()
    }


def adopt(home: Path, proposal: Proposal, source: Path | None, *, by: str, why: str, now: datetime) -> Adoption:
    """Write what a proposal says, the record last.

    Raises `UsageError` where nobody or no reason is named, or it is adopted already and there is nothing to write.
    """
    for text, what in ((by, "who adopts it"), (why, "why it is adopted")):
        if not text.strip() or not text.isprintable() or len(text) > _LONGEST_WORDS:
            raise UsageError(f"say on one line {what}", remedy="--by 'Amina Patel' --why 'The new Census groups'")
    digest = sha256_hex(canonical_json(proposal.new.model_dump(mode="json")))
    same = (proposal.old.ref, proposal.new.ref, digest)
    nothing = proposal.list_file is None and not proposal.written
    if nothing and any((each.old, each.new, each.digest) == same for each in adoptions(home)):
        what = f"`{proposal.new.ref}` is adopted in the place of `{proposal.old.ref}` already"
        raise UsageError(what, remedy="see who did, and why: easement codes adopted --node DIR")
    folder = home / "standards"
    (folder / "codes").mkdir(parents=True, exist_ok=True)
    if proposal.list_file is not None:
        assert source is not None
        write_whole(proposal.list_file, source.read_bytes())
    for target, text in proposal.written:
        write_whole(target, text)
    done = Adoption(
        now.isoformat(timespec="seconds"), by, why, proposal.old.ref, proposal.new.ref,
        digest, dict(proposal.moved),
    )  # fmt: skip
    record = folder / ADOPTIONS
    before = record.read_text() if record.exists() else ""
    line = json.dumps({name: getattr(done, name) for name in Adoption.__slots__}, ensure_ascii=False)
    write_whole(record, before + line + "\n")
    return done


def adoptions(home: Path) -> Iterator[Adoption]:
    """What was adopted at a node, the first first."""
    record = home / "standards" / ADOPTIONS
    for line in record.read_text().splitlines() if record.exists() else ():
        yield Adoption(**json.loads(line))

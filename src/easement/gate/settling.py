"""Settling matches in doubt (R4.4): a person says of each held pair whether it is one person.

Nothing crosses by that. A decision is an entry of the ledger, whose private record names the pairs; the next match for
the same recipient under the same share honours it, and so the pair is released through the gate as any other.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from easement.base.errors import ProofFailed, UsageError
from easement.gate.held import HeldFile, Pair, read_held
from easement.gate.match import RULES, Settled
from easement.gate.ports import Holder
from easement.ledger.model import Entry, EntryType, PrivateRecord, minute

__all__ = ["HeldMatch", "Scope", "decided", "held_match", "held_matches", "settle"]

PART = "settled"
"""The part of the private record that names the pairs, who decided, and why."""

_TIERS = {rule.name: tier for tier, rule in enumerate(RULES)}


class Scope(NamedTuple):
    """Where a decision holds: for whatever version of the agreement, one share, one recipient."""

    agreement_id: str
    share: str
    recipient: str


@dataclass(frozen=True, slots=True)
class HeldMatch:
    """What one match held, by the index of its intent, and what people decided of it since."""

    intent: int
    entry: Entry
    file: HeldFile
    decisions: Mapping[tuple[str, str], bool]

    @property
    def scope(self) -> Scope:
        """Where decisions on it hold."""
        return _scope(self.entry)

    @property
    def open(self) -> int:
        """How many pairs nobody decided on."""
        return sum((pair.listed, pair.held) not in self.decisions for pair in self.file.pairs)

    def decision(self, pair: Pair) -> str | None:
        """What was decided of a pair: `same`, `different`, or nothing yet."""
        same = self.decisions.get((pair.listed, pair.held))
        return None if same is None else "same" if same else "different"

    def as_dict(self) -> dict[str, Any]:
        """The match as `--json` lists it."""
        said = self.entry
        return {
            "match": self.intent,
            "time": said.time,
            "agreement": self.scope.agreement_id,
            "share": self.scope.share,
            "recipient": self.scope.recipient,
            "pairs": len(self.file.pairs),
            "open": self.open,
            "lasting": self.file.lasting,
        }

    def pairs_as_dicts(self) -> list[dict[str, Any]]:
        """Its pairs as `--json` shows them."""
        return [
            {"list_reference": p.listed, "held_reference": p.held, "rule": p.rule, "decision": self.decision(p)}
            for p in self.file.pairs
        ]


def _scope(said: Entry) -> Scope:
    return Scope(said.agreement_id or "", said.share or "", (said.parties or {}).get("recipient", ""))


def decided(holder: Holder, scope: Scope) -> tuple[Settled, ...]:
    """What people decided of pairs of records, the last word on each.

    Where a decision's private record was erased, it may have taken back any before it: of those, none that makes two
    records one person counts any more.
    """
    found: dict[tuple[str, str], Settled] = {}
    for logged in holder.ledger.entries(type=EntryType.MATCH_SETTLED):
        if _scope(logged.entry) != scope:
            continue
        pairs = _pairs(holder, logged.index)
        if pairs is None:
            found = {key: each for key, each in found.items() if not each.same}
            continue
        for each in pairs:
            found[each["listed"], each["held"]] = Settled(
                each["listed"], each["held"], _TIERS.get(each["rule"], -1), each["same"]
            )
    return tuple(found.values())


def _pairs(holder: Holder, index: int) -> list[dict[str, Any]] | None:
    """The pairs that an entry settled; `None` where its private record is gone."""
    try:
        said: Any = holder.ledger.private(index)[PART].value()
    except ProofFailed:
        return None
    pairs: list[dict[str, Any]] = said["pairs"]
    return pairs


def held_matches(holder: Holder) -> Iterator[HeldMatch]:
    """Every match that left pairs in doubt and whose list is still kept, the newest first."""
    for path in sorted(_lists(holder.home / "held"), key=lambda each: -int(each.stem)):
        yield _held_match(holder, path)


def held_match(holder: Holder, intent: int) -> HeldMatch:
    """What one match held, by the index of its intent; raises `UsageError` where nothing is kept of it."""
    path = holder.home / "held" / f"{intent}.csv"
    if not path.is_file():
        raise UsageError(f"no match `{intent}` has pairs in doubt", remedy="see which have: easement held list")
    return _held_match(holder, path)


def _lists(folder: Path) -> Iterator[Path]:
    return (path for path in folder.glob("*.csv") if path.stem.isdecimal())


def _held_match(holder: Holder, path: Path) -> HeldMatch:
    said = holder.ledger.entry(int(path.stem)).entry
    if said.type is not EntryType.DISCLOSURE_INTENDED:
        what = f"`{path.name}` is named after entry {path.stem}, which is no match"
        raise UsageError(what, remedy="keep in `held/` only what matches put there")
    known = {(each.listed, each.held): each.same for each in decided(holder, _scope(said))}
    return HeldMatch(int(path.stem), said, read_held(path), known)


def settle(
    holder: Holder, intent: int, wanted: Mapping[tuple[str, str], bool], *, now: datetime, by: str, why: str = ""
) -> int:
    """Decide of pairs (both sides' references) whether each is one person; the index of the entry that says so.

    A later decision takes the place of an earlier one. Who decided and why stay in the private record. Raises
    `UsageError` for a pair that the match did not hold, and where one record would be two people.
    """
    match = held_match(holder, intent)
    _check(match, wanted, by)
    rules = {(pair.listed, pair.held): pair.rule for pair in match.file.pairs}
    pairs = [
        {"listed": listed, "held": held, "rule": rules[listed, held], "same": same}
        for (listed, held), same in sorted(wanted.items())
    ]
    told = Entry(
        time=minute(now),
        type=EntryType.MATCH_SETTLED,
        parties=match.entry.parties,
        agreement=match.entry.agreement,
        agreement_id=match.entry.agreement_id,
        version=match.entry.version,
        share=match.entry.share,
        count=len(pairs),
        intent=intent,
    )
    return holder.ledger.append(told, PrivateRecord({PART: {"pairs": pairs, "by": by.strip(), "why": why.strip()}}))


def _check(match: HeldMatch, wanted: Mapping[tuple[str, str], bool], by: str) -> None:
    if not by.strip():
        raise UsageError("a person decides, and the record says who", remedy="say who: --by WHO")
    if not match.file.lasting:
        what = "this match names records by the numbers of their rows, which are others next time"
        raise UsageError(what, remedy="name a `record_key` in both mappings, and match again")
    if not wanted:
        raise UsageError("nothing is decided", remedy="name a pair: --pair LIST_REFERENCE HELD_REFERENCE")
    known = {(pair.listed, pair.held) for pair in match.file.pairs}
    for listed, held in wanted:
        if (listed, held) not in known:
            remedy = f"see which it held: easement held show {match.intent}"
            raise UsageError(f"match {match.intent} held no pair `{listed}` and `{held}`", remedy=remedy)
    _check_one_to_one({**match.decisions, **wanted})


def _check_one_to_one(decisions: Mapping[tuple[str, str], bool]) -> None:
    """One record is one person: on neither side may it be the same as two of the other."""
    listed_of: dict[str, str] = {}
    held_of: dict[str, str] = {}
    for (listed, held), same in decisions.items():
        if same and (held_of.setdefault(listed, held), listed_of.setdefault(held, listed)) != (held, listed):
            what = f"`{listed}` and `{held}` cannot be one person: one of them is settled as somebody else already"
            raise UsageError(what, remedy="say first of the other pair that it is different")

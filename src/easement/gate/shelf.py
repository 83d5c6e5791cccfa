"""The shelf: the agreements that a node works by, read once and known again until a file changes.

An agreement stands in `agreements/`, with its signatures beside it. Of several versions of one id that every party
signed and whose term has begun, only the last answers: it superseded the others for good.
"""

import re
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from easement.agreement.read import AgreementFile, read_agreement
from easement.agreement.service import signatures_path
from easement.agreement.signing import Signed, signed_by
from easement.agreement.standing import Calendar, Standing
from easement.base.errors import BadFile, EasementError, ProofFailed, UsageError
from easement.base.stamps import Kept
from easement.base.words import did_you_mean
from easement.gate.joined import with_joined
from easement.gate.marks import reviewed
from easement.gate.prepare import Prepared
from easement.gate.ready import gaps, ready
from easement.gate.suspended import Suspended
from easement.gate.taking import takings
from easement.ledger.note import Key

if TYPE_CHECKING:
    from easement.gate.ports import Holder

__all__ = ["Shelf", "Shelved", "joins_path"]

_DIGEST = re.compile("[0-9a-f]{64}")
_Listed = Mapping[str | None, Sequence[Path]]

DAYS_KEPT = 4
"""Days whose gaps are remembered for each agreement: today, and what tests and reports ask of."""


@dataclass(frozen=True, slots=True)
class Shelved:
    """One agreement on the shelf: its terms ready to decide under, who signed, and what is wrong with the signatures.

    `suspended` is the reason, where it is suspended; `superseded` the version that took its place, where one did.
    """

    path: Path
    prepared: Prepared
    signatures: Signed | None
    problems: tuple[str, ...]
    suspended: str | None = None
    superseded: str | None = None
    _gaps: dict[date, tuple[str, ...]] = field(default_factory=dict, repr=False, compare=False)

    @property
    def file(self) -> AgreementFile:
        """The agreement as it was read."""
        return self.prepared.file

    @property
    def signed(self) -> frozenset[str]:
        """The parties whose signatures hold."""
        return self.signatures.parties if self.signatures else frozenset()

    @property
    def begun(self) -> date | None:
        """The first day of a version that every party signed; `None` of any other."""
        calendar = self.prepared.calendar
        return calendar.starts if calendar.parties <= self.signed else None

    @property
    def order(self) -> tuple[int, ...]:
        """Where its version stands among those of its id: the higher, the newer."""
        return tuple(map(int, self.prepared.version.split(".")))

    def gaps(self, on: date) -> tuple[str, ...]:
        """The codes of what it lacks that it must have, as the law stands on a day."""
        known = self._gaps.get(on)
        if known is None:
            known = gaps(self.prepared, on)
            if len(self._gaps) >= DAYS_KEPT:
                self._gaps.clear()
            self._gaps[on] = known
        return known

    def standing(self, on: date) -> Standing:
        """Where it stands on a day, by its signatures, its dates and whether it is suspended."""
        return self.prepared.calendar.standing(self.signed, on, suspended=self.suspended)

    def replaces(self, other: "Shelved", on: date) -> bool:
        """Whether this version has taken the place of another: signed by all, begun, and newer or said to replace it.

        That it ended since, is suspended or waits for its review does not bring the other back.
        """
        if self.prepared.digest == other.prepared.digest or self.begun is None or self.begun > on:
            return False
        if other.prepared.terms.supersedes == self.prepared.digest:
            return False
        return self.order > other.order or self.prepared.terms.supersedes == other.prepared.digest


class _Place:
    """One file and what was made of it, each kept for as long as what it is made from."""

    __slots__ = ("base", "file", "joins", "made", "made_of", "note", "prepared")

    def __init__(self) -> None:
        self.file: Kept[AgreementFile | BadFile] = Kept()
        self.prepared: Kept[Prepared] = Kept()
        self.note: Kept[str | None] = Kept()
        self.joins: Kept[str | None] = Kept()
        self.made: Shelved | None = None
        self.base: Prepared | None = None
        self.made_of: tuple[str | None, str | None, Mapping[str, tuple[Key, ...]], Mapping[str, str]] = (
            *(None, None),
            *({}, {}),
        )


class Shelf:
    """The agreements of a node. Safe for many threads; a changed file is seen by the next who asks."""

    def __init__(self, holder: "Holder") -> None:
        self._holder = holder
        self._folder = holder.home / "agreements"
        self._lock = threading.RLock()
        self._places: dict[Path, _Place] = {}
        self._suspensions = Suspended()
        self._after_review: dict[str, tuple[Prepared, Prepared]] = {}
        self._listed: Kept[_Listed] = Kept()
        self._id_of: dict[str, str] = {}
        self._standards: Kept[tuple[Path, ...]] = Kept()

    def at(self, path: Path, on: date) -> Shelved:
        """The agreement in a file, on the shelf or not, as it stands on a day; raises what reading it raises.

        Versions of the same id that stand on the shelf may have superseded it.
        """
        with self._lock:
            shelved = self._made(path)
            others = self._versions(shelved.prepared.id)
        return self._standing(shelved, others, on, self._suspended())

    def get(self, ref: str, on: date) -> Shelved:
        """The agreement of an id (the version that holds on a day, else the newest) or of a digest.

        Raises `UsageError` where the node works by none.
        """
        with self._lock:
            if _DIGEST.fullmatch(ref):
                found, others = self._of_digest(ref)
            else:
                found = others = self._versions(ref)
        if not found:
            raise UsageError(f"this node works by no agreement `{ref}`", remedy=self._likely(ref))
        reasons = self._suspended()
        return min((self._standing(each, others, on, reasons) for each in found), key=_preference(on))

    def all(self, on: date) -> tuple[Shelved, ...]:
        """Every agreement on the shelf, by id and version, the newest first; a file that is none is left out."""
        with self._lock:
            found = self._all()
        reasons = self._suspended()
        by_id: dict[str, list[Shelved]] = {}
        for each in found:
            by_id.setdefault(each.prepared.id, []).append(each)
        stood = [self._standing(each, by_id[each.prepared.id], on, reasons) for each in found]
        return tuple(sorted(stood, key=lambda each: (each.prepared.id, *(-part for part in each.order))))

    def broken(self) -> tuple[BadFile, ...]:
        """What is wrong with each file on the shelf that is no agreement."""
        with self._lock:
            read = [self._read(path) for path in sorted(chain(*self._ids().values()))]
        return tuple(each for each in read if isinstance(each, BadFile))

    def _of_digest(self, digest: str) -> tuple[list[Shelved], list[Shelved]]:
        """The agreement of a digest, and all versions of its id; all are looked through where that is not known yet."""
        known = self._id_of.get(digest)
        others = self._versions(known) if known is not None else []
        found = [each for each in others if each.prepared.digest == digest]
        if not found:
            found = [each for each in self._all() if each.prepared.digest == digest]
            others = self._versions(found[0].prepared.id) if found else []
            self._id_of.update((each.prepared.digest, each.prepared.id) for each in found)
        return found, others

    def _likely(self, ref: str) -> str:
        known = sorted({each.prepared.id for each in self._all()})
        return did_you_mean(ref, known, f"put its file and signatures into {self._folder}")

    def _standing(self, shelved: Shelved, versions: Sequence[Shelved], on: date, reasons: Mapping[str, str]) -> Shelved:
        newer = [each for each in versions if each.replaces(shelved, on)]
        by = max(newer, key=lambda each: each.order).prepared.version if newer else None
        reason, shelved = reasons.get(shelved.prepared.id), self._reviewed(shelved, on)
        if by is None and reason is None:
            return shelved
        return replace(shelved, suspended=reason, superseded=by)

    def _reviewed(self, shelved: Shelved, on: date) -> Shelved:
        """With the reviews that were recorded, once the terms' own first day for one is over; till then as it is."""
        prepared = shelved.prepared
        if prepared.calendar.next_review is None or on <= prepared.calendar.next_review:
            return shelved
        base, known = self._after_review.get(prepared.digest, (None, prepared))
        due = known.calendar.next_review
        if base is not prepared or (due is not None and on > due):  # what was reviewed once stays so
            day = reviewed(self._holder.ledger.engine, prepared.digest)
            known = replace(prepared, calendar=Calendar.of(prepared.terms, reviewed=day)) if day else prepared
            self._after_review[prepared.digest] = (prepared, known)
        return shelved if known is prepared else replace(shelved, prepared=known)

    def _suspended(self) -> Mapping[str, str]:
        return self._suspensions.at(self._holder.ledger.engine)

    def _all(self) -> list[Shelved]:
        return _one_of_each(
            each for path in sorted(chain(*self._ids().values())) if (each := self._made_if_sound(path)) is not None
        )

    def _versions(self, id_: str) -> list[Shelved]:
        listed = self._ids()
        made = (
            each
            for path in (*listed.get(id_, ()), *listed.get(None, ()))
            if (each := self._made_if_sound(path)) is not None
        )
        return _one_of_each(each for each in made if each.prepared.id == id_)

    def _ids(self) -> "_Listed":
        """Every file in the folder by the id that it seems to have, `None` where that takes reading all of it.

        They are looked through when one comes, goes or is put in another's place. A file that is written over where
        it stands, as another agreement, is seen when it is signed, which puts a new file beside it.
        """
        return self._listed.get([self._folder], lambda: _by_seeming_id(_yaml(self._folder)))

    def _made_if_sound(self, path: Path) -> Shelved | None:
        with suppress(EasementError):  # a draft, or no agreement at all: `broken` tells of it
            return self._made(path)
        return None

    def _read(self, path: Path) -> AgreementFile | BadFile:
        return self._places.setdefault(path, _Place()).file.get([path], lambda: _file_or_why(path))

    def _made(self, path: Path) -> Shelved:
        file = self._read(path)
        if isinstance(file, BadFile):  # anew for each who meets it: one raised error must not be shared between threads
            raise BadFile(file.what, file.problems, where=file.where, remedy=file.remedy)
        place, beside, members = self._places[path], signatures_path(path), self._holder.member_keys
        home, classes = self._holder.home, self._holder.member_classes
        prepared = place.prepared.get([path, *self._standard_files()], lambda: ready(home, file))
        note = place.note.get([beside], lambda: _note(beside))
        joins = place.joins.get([joins_path(path)], lambda: _note(joins_path(path)))
        made = place.made
        if made is None or place.base is not prepared or place.made_of != (note, joins, members, classes):
            signed, problems = _signatures(file, note, members)
            found = _joined(prepared, signed, classes, joins, self._holder.organisation)
            made = Shelved(path, found, signed, problems)
            place.made, place.base, place.made_of = made, prepared, (note, joins, members, classes)
        return made

    def _standard_files(self) -> tuple[Path, ...]:
        """What stands in the node's folders of standards and code lists, and the folders themselves."""
        folders = (self._holder.home / "standards", self._holder.home / "standards" / "codes")
        return self._standards.get(folders, lambda: (*folders, *(path for each in folders for path in _yaml(each))))


def _yaml(folder: Path) -> tuple[Path, ...]:
    return tuple(sorted(folder.glob("*.yaml")))


_ID = re.compile(r"^id:[ \t]*([a-z][a-z0-9-]*)[ \t]*(?:#.*)?\r?$", re.MULTILINE)
_ANY_ID = re.compile(r"""^["']?id["']?[ \t]*:""", re.MULTILINE)


def _by_seeming_id(paths: Iterable[Path]) -> "_Listed":
    listed: dict[str | None, list[Path]] = {}
    for path in paths:
        listed.setdefault(_seeming_id(path), []).append(path)
    return listed


def _seeming_id(path: Path) -> str | None:
    """The one `id` at the beginning of a line; `None` where it is not written so plainly."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None
    found = _ID.findall(text)
    return found[0] if len(found) == 1 and len(_ANY_ID.findall(text)) == 1 else None


def _file_or_why(path: Path) -> AgreementFile | BadFile:
    try:
        return read_agreement(path)
    except BadFile as why:
        return why


def _note(path: Path) -> str | None:
    """The signatures beside an agreement, as they stand; `None` where there are none, empty where it is no text."""
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError):
        return ""


def _signatures(
    file: AgreementFile, note: str | None, members: Mapping[str, tuple[Key, ...]]
) -> tuple[Signed | None, tuple[str, ...]]:
    """Who signed, and what is wrong with the signatures; nobody, where they are not there or are none."""
    if note is None:
        return None, ()
    try:
        signed = signed_by(file, note, chain.from_iterable(members.values()))
    except ProofFailed:
        return None, ("the signatures beside it cannot be read",)
    return signed, signed.problems


def joins_path(path: Path) -> Path:
    """Where what joiners take of the agreement at `path` stands: `FILE.joins`, beside it."""
    return path.with_name(path.name + ".joins")


def _joined(
    prepared: Prepared, signed: Signed | None, classes: Mapping[str, str], joins: str | None, me: str
) -> Prepared:
    """The agreement with those who joined it; with nobody who did, where what they take cannot be read."""
    chosen = takings(joins)
    return prepared if chosen is None else with_joined(prepared, signed, classes, chosen, me)


def _one_of_each(found: Iterable[Shelved]) -> list[Shelved]:
    """Of files that hold the same terms, the one that most parties signed."""
    best: dict[str, Shelved] = {}
    for each in found:
        known = best.setdefault(each.prepared.digest, each)
        if len(each.signed) > len(known.signed):
            best[each.prepared.digest] = each
    return list(best.values())


def _preference(on: date) -> Callable[[Shelved], tuple[Any, ...]]:
    """Puts first what holds on a day, then what is newest."""
    return lambda each: (
        each.superseded is not None,
        each.begun is None or each.begun > on,
        *(-part for part in each.order),
    )

"""Keyed encodings in place of names, in the locked session: a recipient's list encoded, and one matched (R3.9, R4.4).

The same tables of `linkage.encode` are made of both sides, by the same key, each in its own organisation.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from easement.base.errors import UsageError
from easement.gate.datasets import Dataset, place_of, table_of
from easement.gate.decide import refused_after
from easement.gate.model import Code, Decision, Reason
from easement.gate.plan import THEIRS, listed_people
from easement.gate.prepare import Prepared
from easement.gate.release import write_encodings
from easement.linkage.encode import COLUMNS, SECRET, EncodingKey, Made, encoding_steps, finished, headers_of, made_by
from easement.linkage.encoded_list import ListRefused, check_list, measures
from easement.linkage.standardise import NICKNAMES, nicknames, standardised
from easement.meaning.identifiers import Kind
from easement.meaning.model import Key, Standard
from easement.sources.files import open_sources
from easement.sources.model import File
from easement.sources.session import MEMORY, FileSource

__all__ = [
    "Encoded",
    "check_encoded",
    "check_reference",
    "encode_list",
    "identifier_of",
    "listed_as",
    "listed_rows",
    "refusal_of",
]


@dataclass(frozen=True, slots=True)
class Encoded:
    """A list that was encoded: its rows, those left out because they hold nothing to find anybody by, and those whose
    person stands on the list already."""

    rows: int
    left_out: int
    twice: int = 0


def identifier_of(dataset: Dataset, known: Standard, agreed: Standard) -> Kind | None:
    """The first kind of identifier of the share's standard that a list has too, or `None`."""
    kinds = {
        element.identifier
        for element in known.keyed(Key.IDENTIFIER)
        if (way := dataset.mapping.elements.get(element.name)) is not None and way.absent is None
    }
    return next((e.identifier for e in agreed.keyed(Key.IDENTIFIER) if e.identifier in kinds), None)


def check_reference(dataset: Dataset, known: Standard) -> None:
    """Raise `UsageError` unless a list has a key of its own for each record, which says nothing of the person."""
    key = set(dataset.mapping.record_key)
    if not key:
        what = "the mapping names no `record_key`, and row numbers would tell the order of the list"
        raise UsageError(what, remedy="name a column with a number of your own for each record: record_key: COLUMN")
    telling = [e.name for e in known.elements.values() if e.key is not None and e.name in dataset.mapping.elements]
    read = {column for name in telling for column in dataset.mapping.elements[name].columns}
    if both := sorted(key & read):
        what = f"the `record_key` of the list is `{both[0]}`, which names the person"
        raise UsageError(what, remedy="name a column with a number of your own for each record")


def encode_list(
    dataset: Dataset, known: Standard, key: EncodingKey, target: Path, format_: str, *, memory: str = MEMORY
) -> Encoded:
    """Write a list's references and encodings to `target`, and nothing else; raises what the sources raise."""
    check_reference(dataset, known)
    if target.resolve() == dataset.data.resolve():
        raise UsageError(f"`{target}` is the list itself", remedy="name another place: --out FILE")
    with open_sources(place_of(dataset, "listed_data"), output=target.resolve().parent, memory=memory) as session:
        table = table_of(session.sources["listed_data"], dataset, known)
        session.make("listed", listed_people(table, key.made.identifier))
        session.make(NICKNAMES, nicknames())
        session.make("listed_people", standardised("listed", "listed_row"))
        for step in encoding_steps("listed_people", key, "listed_encoded"):
            session.make(step.name, step.query, step.bound or None)
        [[every]] = session.measure("select count(*) from listed")
        [[encoded]] = session.measure("select count(*) from listed_encoded where filter is not null")
        rows = write_encodings(session, *finished(key, "listed_encoded", THEIRS), target.resolve(), format_)
    return Encoded(rows, every - encoded, encoded - rows)


def check_encoded(source: FileSource, secret: bytes | None, about: Mapping[str, str]) -> Made:
    """How an open list was encoded; raises `ListRefused` where it is none for this agreement, or not what it says.

    Without the secret it is not told by which key the list was encoded, and everything else is.
    """
    columns: Sequence[str] = [column.name for column in source.columns]
    found: Sequence[tuple[Any, ...]] = ()
    if {*COLUMNS} <= {*columns}:
        found = source.measure(measures(source.relation))
    return check_list(columns, found, headers_of(secret, **about) if secret else _any_key(found))


def _any_key(found: Sequence[tuple[Any, ...]]) -> dict[str, Made]:
    """The headers of a list that are well made, whatever their key; those of no key at all where there is none."""
    said = {str(header): made_by(str(header)) for header, *_ in found}
    known = {header: made for header, made in said.items() if made is not None}
    return known or headers_of(bytes(SECRET), agreement="", share="", recipient="")


def listed_rows(data: Path, secret: bytes | None, about: Mapping[str, str], *, memory: str = MEMORY) -> int:
    """How many encodings a file holds, once `check_encoded` finds nothing wrong; raises what it and sources raise."""
    with open_sources(File(data, "listed_data"), memory=memory) as session:
        source = session.sources["listed_data"]
        check_encoded(source, secret, about)
        [[rows]] = source.measure(f"select count(*) from {source.relation}")  # noqa: S608 (a quoted name of ours)
    return int(rows)


def refusal_of(error: ListRefused, share: str) -> Reason:
    """The reason that a list of encodings is refused for."""
    return Reason(Code(error.finding), False, f"shares.{share}.match", error.what, error.remedy)


def listed_as(decision: Decision, agreement: Prepared, *, encoded: bool) -> Decision:
    """An allowed decision as it stands for a list of encodings, or of names: refused where the share takes the other.

    So names never travel where encodings were agreed.
    """
    how, clause = agreement.offers[decision.share].terms.match, f"shares.{decision.share}.match"
    agreed = how is not None and how.method == "encoded"
    if agreed == encoded:
        return decision
    if agreed:
        text = "the agreement has people found by encodings, and this list holds names"
        remedy = "encode the list: easement link encode, then send it without a mapping"
        return refused_after(decision, Reason(Code.LIST_NAMES_REFUSED, False, clause, text, remedy))
    text = "the share does not take encodings, and the list came without a mapping"
    remedy = "send the list with its mapping, or agree on `match: {method: encoded}`"
    return refused_after(decision, Reason(Code.LIST_ENCODINGS_REFUSED, False, clause, text, remedy))

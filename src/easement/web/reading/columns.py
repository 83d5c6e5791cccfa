"""A list of people as a caseworker has it: which column says what, and only those columns made into what is sent."""

import binascii
import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from easement.exchange.bulk_body import MAX_LIST, ListSaid
from easement.gate.match import RULES
from easement.gate.prepare import Offer
from easement.meaning.dates import strptime_formats
from easement.meaning.model import Key
from easement.picture.naming import parts_of
from easement.web.language import say

__all__ = ["DATES", "LINE", "Sheet", "UnreadableList", "as_sent", "enough", "guessed", "read_sheet", "unread_dates"]

DATES = ("dd/mm/yyyy", "yyyy-mm-dd", "dd-mm-yyyy", "dd.mm.yyyy", "dd mon yyyy", "dd month yyyy", "mm/dd/yyyy")
"""The ways to write a date that a list may have, the usual ones first."""

LINE = "line"
"""What a form sends for the number of the line, where a list has no reference of its own."""

MOST_COLUMNS, LONGEST_NAME = 200, 100

USUAL = {
    Key.FAMILY_NAME: ("family name", "surname", "last name", "lastname"),
    Key.GIVEN_NAME: ("given name", "forename", "first name", "firstname"),
    Key.DATE_OF_BIRTH: ("date of birth", "dob", "birth date", "birthdate", "born"),
    Key.POSTCODE: ("postcode", "post code", "postal code", "zip"),
}
"""What people call the columns that name a person, besides what a standard calls them."""


class UnreadableList(Exception):
    """What is wrong with a file, and what to do, in one sentence for whoever chose it."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table of text: the names of its columns, and its rows, each as long as there are columns."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def column(self, name: str) -> tuple[str, ...]:
        """One column's values."""
        at = self.columns.index(name)
        return tuple(row[at] for row in self.rows)


def read_sheet(data: bytes) -> Sheet:
    """A CSV file as people save it; raises `UnreadableList`."""
    if not data:
        raise UnreadableList(say("Choose the file with your list"))
    if len(data) > MAX_LIST:
        raise UnreadableList(say("The list is longer than 12 MB. Send it in parts"))
    if data.startswith((b"PK", b"\xd0\xcf", b"PAR1")):
        raise UnreadableList(say("This is not a CSV file. Open it in your spreadsheet, choose “Save as” and then CSV"))
    text = _decoded(data)
    try:
        lines = [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text)) if any(row)]
    except csv.Error:
        raise UnreadableList(say("This file cannot be read as CSV. Save it as CSV again")) from None
    return _held(lines)


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")  # what spreadsheets on Windows write


def _delimiter(text: str) -> str:
    first = text.partition("\n")[0]
    return max(",;\t|", key=first.count)


def _held(lines: Sequence[Sequence[str]]) -> Sheet:
    if len(lines) < 2:
        raise UnreadableList(say("The file needs a first line with the names of its columns, and then the people"))
    columns = tuple(name.strip() for name in lines[0])
    if not all(columns) or len(set(columns)) < len(columns):
        raise UnreadableList(say("Each column needs a name of its own in the first line"))
    if len(columns) > MOST_COLUMNS or max(map(len, columns)) > LONGEST_NAME:
        raise UnreadableList(say("The first line must be the names of the columns, at most 200 of them"))
    for number, row in enumerate(lines[1:], start=2):
        if len(row) != len(columns):
            text = say("Record %(number)s has %(found)s fields, and the first line names %(wanted)s. Mend it")
            raise UnreadableList(text % {"number": number, "found": len(row), "wanted": len(columns)})
    return Sheet(columns, tuple(tuple(row) for row in lines[1:]))


def guessed(offer: Offer, sheet: Sheet) -> dict[str, str]:
    """Which column seems to say what, by its name: the slot's name, and the column's; `date` is how dates stand."""
    plain = {_plain(column): column for column in sheet.columns}
    found = {}
    for name, element, key in parts_of(offer):
        likely = (element.name, name, str(element.identifier or ""), *USUAL.get(key, ()))
        column = next((plain[_plain(each)] for each in likely if _plain(each) in plain), "")
        if column:
            found[name] = column
    born = found.get(Key.DATE_OF_BIRTH.value)
    return found | ({"date": _date_of(sheet.column(born))} if born else {})


def _plain(name: str) -> str:
    return "".join(each for each in name.lower() if each.isalnum())


def _date_of(values: Sequence[str]) -> str:
    """The way in which most of a column's dates are written."""
    some = values[:500]
    return min(DATES, key=lambda way: unread_dates(some, way))


def unread_dates(values: Sequence[str], way: str) -> int:
    """How many values are there and are no date written in a way."""
    [pattern] = strptime_formats([way])
    return sum(not _is_date(value.strip(), pattern) for value in values if value.strip())


def _is_date(value: str, pattern: str) -> bool:
    try:
        datetime.strptime(value, pattern)  # noqa: DTZ007 - a day has no zone
    except ValueError:
        return False
    return True


KEYS = {
    Key.IDENTIFIER: "identifier",
    Key.FAMILY_NAME: "family",
    Key.GIVEN_NAME: "given",
    Key.DATE_OF_BIRTH: "birth",
    Key.POSTCODE: "place",
}
"""What the rules of matching call the parts that name a person."""


def enough(offer: Offer, chosen: Mapping[str, str]) -> bool:
    """Whether people could be matched by the columns chosen, by a rule that is sure of them."""
    keys = {KEYS[key] for name, _, key in parts_of(offer) if chosen.get(name)}
    return any({*rule.equal, rule.begins} - {""} <= keys for rule in RULES if rule.sure)


def as_sent(offer: Offer, organisation: str, sheet: Sheet, chosen: Mapping[str, str]) -> ListSaid:
    """The list with the columns chosen and no others, and its mapping to the share's own standard.

    `chosen` is a column for each slot that the list has, `reference` and, where there is a birth date, `date`.
    """
    taken = [(element.name, chosen[name], key) for name, element, key in parts_of(offer) if chosen.get(name)]
    reference = chosen["reference"]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["reference", *(name for name, _, _ in taken)])
    writer.writerows(_rows(sheet, reference, [column for _, column, _ in taken]))
    data = binascii.b2a_base64(text.getvalue().encode(), newline=False).decode()
    elements = {
        name: {"column": name} | ({"dates": chosen["date"]} if key is Key.DATE_OF_BIRTH else {})
        for name, _, key in taken
    }
    mapping = {
        "format": "easement-mapping/1",
        "id": "list",
        "title": "The list that came with the request",
        "organisation": organisation,
        "standard": offer.standard.ref,
        "source": {"format": "csv", "encoding": "utf-8", "delimiter": ","},
        "record_key": "reference",
        "elements": elements,
    }
    return ListSaid(suffix=".csv", mapping=json.dumps(mapping), data=data)


def _rows(sheet: Sheet, reference: str, columns: Sequence[str]) -> Iterator[list[str]]:
    places = [sheet.columns.index(column) for column in columns]
    own = None if reference == LINE else sheet.columns.index(reference)
    for number, row in enumerate(sheet.rows, start=2):
        yield [str(number) if own is None else row[own], *(row[place] for place in places)]

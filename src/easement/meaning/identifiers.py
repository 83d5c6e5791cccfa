"""Identifiers of people, places and things: one spelling each, and its check digit where it has one.

The rules are those of the bodies that issue them: NHS number and CHI (NHS Data Dictionary), NINO (HMRC NIM39110),
UPN and ULN (DfE), UPRN and USRN (open standards mandate), postcode (BS 7666), E.164 (ITU-T), ISO 8601. A number that
passes may still be nobody's: only the issuer knows.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

__all__ = ["REMOVED", "SHAPES", "SPACES", "Identifier", "Kind", "NotValid", "check", "tidy", "without_spaces"]


class Kind(StrEnum):
    """Every kind of identifier that an element can be."""

    NHS_NUMBER = "nhs-number"
    CHI = "chi"
    NINO = "nino"
    UPN = "upn"
    ULN = "uln"
    UPRN = "uprn"
    USRN = "usrn"
    POSTCODE = "postcode"
    DATE = "date"
    E164 = "e164"


@dataclass(frozen=True, slots=True)
class Identifier:
    """A value that can be an identifier of this kind, in its one spelling."""

    kind: Kind
    value: str


@dataclass(frozen=True, slots=True)
class NotValid:
    """Why a value cannot be an identifier of this kind, in words that do not repeat it."""

    kind: Kind
    reason: str


NINO_PREFIXES_NEVER_ISSUED = ("BG", "GB", "KN", "NK", "NT", "TN", "ZZ")
"""HMRC NIM39110; `TN` was for temporary numbers."""

UPN_LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"
"""The 23 check letters of a UPN: no I, O or S (DfE UPN guide)."""

SHAPES = {
    Kind.NHS_NUMBER: r"[0-9]{10}",
    Kind.CHI: r"(0[1-9]|[12][0-9]|3[01])(0[1-9]|1[0-2])[0-9]{6}",
    Kind.NINO: r"[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z][0-9]{6}[A-D]",
    Kind.UPN: r"[A-HJ-NP-RT-Z][0-9]{11}[0-9A-HJ-NP-RT-Z]",
    Kind.ULN: r"[1-9][0-9]{9}",
    Kind.UPRN: r"[0-9]{1,12}",
    Kind.USRN: r"[0-9]{1,8}",
    Kind.POSTCODE: r"(GIR0AA|[A-PR-UWYZ]([0-9]{1,2}|[A-HK-Y][0-9]|[A-HK-Y][0-9][0-9]|[0-9][A-HJKPSTUW]"
    r"|[A-HK-Y][0-9][ABEHMNPRV-Y])[0-9][ABD-HJLNP-UW-Z]{2})",
    Kind.DATE: r"[0-9]{4}-[0-9]{2}-[0-9]{2}",
    Kind.E164: r"\+[1-9][0-9]{1,14}",
}
"""What each kind looks like once tidied, in patterns that Python and every SQL engine read alike."""

_WORDS = {
    Kind.NHS_NUMBER: "an NHS number has 10 digits",
    Kind.CHI: "a CHI number has 10 digits and starts with a date of birth as ddmmyy",
    Kind.NINO: "a National Insurance number is two letters, six digits and a letter from A to D",
    Kind.UPN: "a UPN is a letter, eleven digits, and a digit or letter",
    Kind.ULN: "a ULN has 10 digits and does not start with 0",
    Kind.UPRN: "a UPRN has up to 12 digits",
    Kind.USRN: "a USRN has up to 8 digits",
    Kind.POSTCODE: "not the form of any UK postcode",
    Kind.DATE: "a date is written yyyy-mm-dd",
    Kind.E164: "a telephone number is `+`, the country's code and up to 15 digits in all",
}
SPACES = " \u00a0"
"""The plain and the no-break space."""

REMOVED: Mapping[Kind, str] = dict.fromkeys(Kind, SPACES + "-") | {
    Kind.DATE: SPACES,
    Kind.E164: SPACES + "-().",
}
"""The signs that people put into each kind to read it, and that are no part of it."""


def tidy(kind: Kind, text: str) -> str:
    """The one spelling used to compare: upper case, without the spaces and dashes that people put in to read it.

    A UPRN or USRN loses its leading noughts; the space in a postcode goes.
    """
    tidied = without_spaces(text, REMOVED[kind])
    return (tidied.lstrip("0") or tidied[:1]) if kind in (Kind.UPRN, Kind.USRN) else tidied


def without_spaces(text: str, removed: str = SPACES) -> str:
    """Text in upper case without spaces, for identifiers of no known kind; what is not ASCII keeps its case."""
    bare = "".join(sign for sign in text if sign not in removed)
    return bare.upper() if bare.isascii() else bare


def check(kind: Kind | str, text: str) -> Identifier | NotValid:
    """Whether `text` can be an identifier of this kind; if not, why, in words."""
    kind = Kind(kind)
    value = _international(text) if kind is Kind.E164 else tidy(kind, text)
    if not re.fullmatch(SHAPES[kind], value):
        return NotValid(kind, _WORDS[kind])
    reason = _CHECKS.get(kind, _passes)(value)
    if reason:
        return NotValid(kind, reason)
    return Identifier(kind, f"{value[:-3]} {value[-3:]}" if kind is Kind.POSTCODE else value)


def _passes(_value: str) -> str:
    return ""


def _nhs(value: str) -> str:
    from stdnum.gb import nhs

    return "" if nhs.checksum(value) == 0 else "its check digit does not fit: a digit is wrong or two are swapped"


def _nino(value: str) -> str:
    return "no number with this prefix is ever issued" if value[:2] in NINO_PREFIXES_NEVER_ISSUED else ""


def _upn(value: str) -> str:
    from stdnum.gb import upn  # its check letter only: its list of councils ends in 2011

    return "" if upn.calc_check_digit(value[1:]) == value[0] else "its check letter does not fit"


def _uln(value: str) -> str:
    weighted = sum(weight * int(digit) for weight, digit in zip(range(10, 0, -1), value, strict=True))
    return "" if weighted % 11 == 10 else "its check digit does not fit: a digit is wrong or two are swapped"


def _date(value: str) -> str:
    try:
        date.fromisoformat(value)
    except ValueError:
        return "no such day in the calendar"
    return ""


def _international(text: str) -> str:
    """A number as dialled in the United Kingdom or from abroad, written the one way round the world."""
    import phonenumbers

    try:
        number = phonenumbers.parse(text, "GB")
    except phonenumbers.NumberParseException:
        return ""
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def _telephone(value: str) -> str:
    import phonenumbers

    possible = phonenumbers.is_possible_number(phonenumbers.parse(value))
    return "" if possible else "too short or too long for its country"


_CHECKS: dict[Kind, Callable[[str], str]] = {
    Kind.NHS_NUMBER: _nhs,
    Kind.CHI: _nhs,
    Kind.NINO: _nino,
    Kind.UPN: _upn,
    Kind.ULN: _uln,
    Kind.DATE: _date,
    Kind.E164: _telephone,
}

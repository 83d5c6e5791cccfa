"""Keyed encodings of people in place of their names, as SQL: cryptographic long-term and blocking keys (R4.4).

One person becomes a Bloom filter of 1,024 bits over the pairs of letters of their names, the digits of their birthday
and their postcode (Schnell, Bachteler and Reiher, 2011), and six short keys by which like people are found. Every bit
comes of HMAC-SHA-256 under a key of one agreement, share and recipient, so encodings of two agreements never join.
Positions are sixteen bits each of one HMAC, not two hashes added up, which gives away the pattern of each pair of
letters (Niedermeyer, Steinmetzer, Kroll and Schnell, 2014). The filter is then diffused: each bit that leaves is the
sum modulo 2 of eight that the key chooses (Armknecht, Heng and Schnell, 2023).

Whoever has the key can try every name there is: encodings are personal data.
"""

import hmac
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple

from easement.base.errors import UsageError
from easement.meaning.identifiers import Kind

__all__ = [
    "BITS",
    "COLUMNS",
    "DIFFUSED",
    "FORMAT",
    "GIVEN_BITS",
    "KEYS",
    "SECRET",
    "TAKEN",
    "EncodingKey",
    "Hardening",
    "Made",
    "Step",
    "encoding_key",
    "encoding_steps",
    "fingerprint",
    "finished",
    "headers_of",
    "made_by",
]

FORMAT = "easement-encoded/1"
"""The format and its version: raised when an encoding comes to mean something else."""

SECRET = 32
"""Bytes of the secret that the parties agree on, as many as SHA-256 gives."""

BITS = 1024
"""Bits of a filter: a power of two, so that sixteen bits of an HMAC choose among them evenly."""

GIVEN_BITS = 256
"""Bits of the filter of the given name alone, whose letters are keyed with the birthday: only people of one birthday
can be compared by it, which tells twins from a slip of the pen, and says nothing of how often a name comes."""

DIFFUSED = 8
"""Input bits that are added up to each bit that leaves: one wrong letter then changes about a quarter of all bits, and
two strangers differ in half of them."""

LONGEST = 60
"""Most letters of a name that count: a name of a million letters must not fill a filter, nor the memory."""

_TAGS = (("n", 14), ("b", 16), ("p", 6), ("g", 16))
"""How many bits each pair of letters sets: in names, which share one space so that swapped names are found; in the
birthday, which tells most; in the place, which tells least, because people move."""

_BLOCK = 64

KEYS: Mapping[str, str] = {
    "given_birth": "given_sound || chr(31) || birth_digits",
    "family_birth": "family_sound || chr(31) || birth_digits",
    "names_year": "least(given_sound, family_sound) || chr(31) || greatest(given_sound, family_sound) || chr(31)"
    " || birth_year::varchar",
    "names_day": "least(given_sound, family_sound) || chr(31) || greatest(given_sound, family_sound) || chr(31)"
    " || substr(birth_digits, 5)",
    "names_place": "least(given_sound, family_sound) || chr(31) || greatest(given_sound, family_sound) || chr(31)"
    " || coalesce(place, '')",
    "birth_place": "birth_digits || chr(31) || place",
}
"""What each blocking key is of. Each joins two things that are seldom alike in two people, so that how often a key
comes says next to nothing; only `names_place` of people without a place is of names alone."""

COLUMNS = ("easement_encoded", "reference", "filter", "given", "number", *KEYS)
"""The columns of an encoded list, in order; all are text."""


class Hardening(StrEnum):
    """What is done to a filter against whoever has no key.

    `diffuse` adds bits up; `salt` also makes the letters of each year of birth a language of their own, at the cost of
    everybody whose year is wrong; `plain` does nothing, is there to be measured against, and is refused between nodes.
    """

    PLAIN = "plain"
    DIFFUSE = "diffuse"
    SALT = "salt"


TAKEN = (Hardening.DIFFUSE, Hardening.SALT)
"""What an organisation takes from another."""


class Step(NamedTuple):
    """A table to make: its name, its query, and the parameters bound to it."""

    name: str
    query: str
    bound: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Made:
    """How encodings were made: the hardening, and of which kind of identifier `number` is, where it is of any."""

    hardening: Hardening = Hardening.DIFFUSE
    identifier: Kind | None = None


@dataclass(frozen=True, slots=True)
class EncodingKey:
    """The key of one agreement's share and recipient, and how encodings are made by it; never shown, never logged."""

    secret: bytes = field(repr=False)
    made: Made = Made()

    @property
    def bound(self) -> dict[str, bytes]:
        """The key as the two parameters of a query."""
        block = self.secret.ljust(_BLOCK, b"\0")
        return {"inner": bytes(b ^ 0x36 for b in block), "outer": bytes(b ^ 0x5C for b in block)}

    @property
    def header(self) -> str:
        """What every row of an encoded list says: format, hardening, kind of number, and 64 bits that tell the key."""
        return f"{FORMAT} {self.made.hardening} {self.made.identifier or '-'} {_keyed(self.secret, 'known by')[:16]}"


def encoding_key(secret: bytes, *, agreement: str, share: str, recipient: str, made: Made = Made()) -> EncodingKey:
    """The key for one version of an agreement (its digest), one share and one recipient, from the parties' secret."""
    if len(secret) != SECRET:
        raise UsageError(
            f"the secret of an encoding has {SECRET} bytes", remedy="make one: easement link encode-key new FILE"
        )
    label = "\x1f".join((FORMAT, "key", agreement, share, recipient, made.hardening, made.identifier or "-"))
    return EncodingKey(bytes.fromhex(_keyed(secret, label)), made)


def headers_of(secret: bytes, *, agreement: str, share: str, recipient: str) -> dict[str, Made]:
    """Every header that a list for this agreement, share and recipient may have, with how it was made."""
    ways = [Made(hardening, kind) for hardening in TAKEN for kind in (None, *Kind)]
    about = {"agreement": agreement, "share": share, "recipient": recipient}
    return {encoding_key(secret, **about, made=way).header: way for way in ways}


def made_by(header: str) -> Made | None:
    """How a header says that encodings were made, whatever the key; `None` for one of a way that is not taken."""
    kinds: tuple[Kind | None, ...] = (None, *Kind)
    ways = {f"{FORMAT} {hardening} {kind or '-'}": Made(hardening, kind) for hardening in TAKEN for kind in kinds}
    way, _, key = header.rpartition(" ")
    return ways.get(way) if re.fullmatch("[0-9a-f]{16}", key) else None


def fingerprint(secret: bytes) -> str:
    """Sixty bits of a secret's HMAC in groups of five digits and letters, for two people to compare by telephone."""
    shown = _keyed(secret, f"{FORMAT}\x1ffingerprint")[:15].upper()
    return "-".join(shown[at : at + 5] for at in (0, 5, 10))


def _keyed(secret: bytes, text: str) -> str:
    return hmac.digest(secret, text.encode(), "sha256").hex()


def encoding_steps(people: str, key: EncodingKey, name: str) -> tuple[Step, ...]:
    """Tables from `people`, which has the columns of `standardise.standardised`, to `name`: one row for each person.

    The last table holds `row`, `filter` and `given` (BITs of 1,024 and 256, null where there is nothing to encode),
    `number` and `KEYS`.
    The others are named after it.
    """
    return tuple(_steps(people, key, name))


def _steps(people: str, key: EncodingKey, name: str) -> Iterator[Step]:
    filled = {"name": name, "people": people, "positions": _POSITIONS}
    yield Step(f"{name}_grams", _grams(people, salted=key.made.hardening is Hardening.SALT), {})
    most = " ".join(f"when '{tag}' then {count}" for tag, count in _TAGS)
    code = _hmac("'gram', tag, salt, gram")
    yield Step(f"{name}_marks", _MARKS.format(code=code, most=f"case tag {most} end", **filled), key.bound)
    if key.made.hardening is Hardening.PLAIN:
        yield Step(f"{name}_masks", _IDENTITY.format(bits=BITS), {})
    else:
        diffuse = _DIFFUSE.format(code=_hmac("'diffuse', j::varchar"), bits=BITS, diffused=DIFFUSED, **filled)
        yield Step(f"{name}_masks", diffuse, key.bound)
    yield Step(f"{name}_filters", _FILTERS.format(**filled), {})
    yield Step(f"{name}_given", _GIVEN.format(bits=GIVEN_BITS, **filled), {})
    keys = [_keyed_column("number", "number", 32)] + [_keyed_column(key, made, 8) for key, made in KEYS.items()]
    yield Step(name, _ENCODED.format(keys=", ".join(keys), **filled), key.bound)


def _hmac(parts: str) -> str:
    """HMAC-SHA-256 (RFC 2104) of texts joined by U+001F, in hexadecimal; the key is bound as two padded blocks."""
    text = f"encode(array_to_string([{parts}], chr(31)))"
    return f"sha256($outer::blob || unhex(sha256($inner::blob || {text})))"


def _keyed_column(name: str, made: str, digits: int) -> str:
    """A keyed value after a letter, so that no reader of CSV takes it for a number; null where a part is missing."""
    code = _hmac(f"'{name}', {made}")
    return f"case when ({made}) is not null then 'k' || left({code}, {digits}) end as {name}"


def _grams(people: str, *, salted: bool) -> str:
    salt = "coalesce(birth_year::varchar, '')" if salted else "''"
    names = f"coalesce({_pairs('family')}, []) || coalesce({_pairs('given')}, [])"
    digits = "list_transform(range(1, 8), lambda i: i || substr(birth_digits, i, 2))"
    birth = f"case when birth_digits is not null then {digits} end"
    parts = (("n", names), ("b", birth), ("p", _pairs("place")))
    made = [_GRAMS.format(tag=tag, salt=salt, made=made, people=people) for tag, made in parts]
    by_birthday = f"case when birth_digits is not null then {_pairs('given')} end"
    made.append(_GRAMS.format(tag=_GIVEN_TAG, salt="birth_digits", made=by_birthday, people=people))
    return " union all ".join(made)


def _pairs(column: str) -> str:
    """The pairs of letters of a word, its first and last letter paired with `_`."""
    word = f"'_' || left({column}, {LONGEST}) || '_'"
    pairs = f"list_transform(range(1, length({word})), lambda i: substr({word}, i, 2))"
    return f"case when {column} is not null then {pairs} end"


_GRAMS = "select unique_id as row, '{tag}' as tag, {salt} as salt, unnest(list_distinct({made})) as gram from {people}"

_GIVEN_TAG = "g"

_POSITIONS = f"list_transform(range(16), lambda i: ('0x' || substr(code, 4 * i + 1, 4))::integer % {BITS})"
"""Sixteen positions of an HMAC's 64 hexadecimal digits, four digits each."""

_MARKS = """select tag, salt, gram, {positions}[:{most}] as positions
  from (select *, {code} as code from (select distinct tag, salt, gram from {name}_grams))"""

_IDENTITY = "select i as position, set_bit(bitstring('0', {bits}), i::integer, 1) as mask from range({bits}) as t(i)"

_DIFFUSE = """select position, bit_or(set_bit(bitstring('0', {bits}), j::integer, 1)) as mask from (
    select j, unnest(list_filter(positions, lambda x, i: list_position(positions, x) = i)[:{diffused}]) as position
    from (select j, {positions} as positions from (select j, {code} as code from range({bits}) as t(j)))
  ) group by position"""
"""Each bit `j` that leaves is the sum of the first eight different positions of its own HMAC."""

_FILTERS = """select row, bit_xor(mask) as filter
  from (select distinct row, unnest(positions) as position from {name}_grams join {name}_marks using (tag, salt, gram)
    where tag <> 'g') join {name}_masks using (position) group by row"""

_GIVEN = """select row, bit_or(set_bit(bitstring('0', {bits}), position % {bits}, 1)) as given
  from (select row, unnest(positions) as position from {name}_grams join {name}_marks using (tag, salt, gram)
    where tag = 'g') group by row"""

_ENCODED = """select row, filter, given_name as given, {keys} from (
    select unique_id as row, number, birth_digits, birth_year, place,
      coalesce(given_sound, given) as given_sound, coalesce(family_sound, family) as family_sound from {people}
  ) left join {name}_filters using (row) left join (select row, given as given_name from {name}_given) using (row)"""


def finished(key: EncodingKey, name: str, reference: str) -> tuple[str, dict[str, Any]]:
    """The query of an encoded list, and its parameters: from the table `name` and the column of `listed` that refers.

    The rows stand in the order of their filters, for a list in the order of its names would give them away. Of rows
    that are encoded alike the first one stands there.
    """
    hexed = ", ".join(f"'f' || lower(hex({each}::blob)) as {each}" for each in ("filter", "given"))
    alike = ", ".join(f"{name}.{each}" for each in ("filter", "given", "number", *KEYS))
    query = (
        f"select $header as easement_encoded, {reference} as reference, {hexed}, {', '.join(('number', *KEYS))} "  # noqa: S608
        f"from {name} join listed on row = listed_row where filter is not null "
        f"qualify row_number() over (partition by {alike} order by listed_row) = 1 order by filter, reference"
    )
    return query, {"header": key.header}

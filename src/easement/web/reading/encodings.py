"""A list of encodings that somebody uploads in place of names: looked through here as the provider will."""

from dataclasses import dataclass, field

from easement.base.errors import EasementError
from easement.exchange.bulk_body import MAX_LIST, ListSaid
from easement.exchange.encoded_list import keeps_secret, list_said, own_encodings, takes_encodings
from easement.node.home import Node
from easement.web.language import say
from easement.web.reading.columns import UnreadableList
from easement.web.reading.wishes import Asked

__all__ = ["Encodings", "encodings_of", "takes", "takes_names"]

PARQUET = b"PAR1"
MARK = b"easement_encoded"
"""The column that every list of encodings has."""


@dataclass(frozen=True, slots=True)
class Encodings:
    """A list of encodings: the kind of its file, its bytes, and how many people it holds."""

    suffix: str
    data: bytes = field(repr=False)
    people: int

    def as_said(self) -> ListSaid:
        """The list as it is sent."""
        return list_said(self.data, self.suffix)


def takes(of: Asked) -> bool:
    """Whether people on a list are found by encodings under a share."""
    return takes_encodings(of.shelved.prepared, of.offer.id)


def takes_names(node: Node, of: Asked) -> bool:
    """Whether a list of names may be chosen: where none is agreed to leave, this node must be able to encode it."""
    return not takes(of) or keeps_secret(node, of.shelved.prepared)


def encodings_of(node: Node, of: Asked, data: bytes) -> Encodings | None:
    """The encodings in a file; `None` for a list of names that may be chosen. Raises `UnreadableList`."""
    suffix = _suffix(data)
    if not suffix or (suffix == ".parquet" and not takes(of)):
        if data and not takes_names(node, of):
            told = say("People are found by encodings here, and this node does not keep the key. Choose encodings")
            raise UnreadableList(told)
        return None
    if not takes(of):
        raise UnreadableList(say("This agreement does not take encodings. Choose the list with the names"))
    if len(data) > MAX_LIST:
        raise UnreadableList(say("The list is longer than 12 MB. Send it in parts"))
    try:
        people = own_encodings(node, of.shelved.prepared, of.offer.id, list_said(data, suffix))
    except EasementError as error:
        raise UnreadableList(_told(error)) from None
    if too_many := _too_many(of, people):
        raise UnreadableList(too_many)
    return Encodings(suffix, data, people)


def _suffix(data: bytes) -> str:
    """The kind of file, where it may hold encodings: by its first bytes, whatever it is called."""
    if data.startswith(PARQUET):
        return ".parquet"
    return ".csv" if MARK in data.partition(b"\n")[0] else ""


def _too_many(of: Asked, people: int) -> str:
    most = of.offer.terms.limits.records_per_request
    if most is None or people <= most:
        return ""
    text = say("The list holds %(people)s people, and the agreement allows %(most)s at once. Send it in parts")
    return text % {"people": f"{people:,}", "most": f"{most:,}"}


def _told(error: EasementError) -> str:
    text = f"{error.what}. {error.remedy[:1].upper()}{error.remedy[1:]}".replace("`", "")
    return text[:1].upper() + text[1:]

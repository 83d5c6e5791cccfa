"""Whom a request is about, as tokens: so that uses of one person's data can be found later, and by nobody else."""

from collections.abc import Iterator, Mapping

from easement.gate.keys import PseudonymKey, pseudonym_key
from easement.meaning.model import Key, Standard
from easement.meaning.normalise import normalise

__all__ = ["subject_tokens", "subjects_key"]


def subjects_key(master: bytes) -> PseudonymKey:
    """The key of all tokens of whom something is about, from the node's master key."""
    return pseudonym_key(master, "ledger:subjects", "")


def subject_tokens(person: Mapping[str, str], standard: Standard, key: PseudonymKey) -> tuple[str, ...]:
    """A token for each identifier that names the person, and one for family name with day of birth.

    Each is keyed and of the normal form, so that the same person asked for in another spelling, or by number one day
    and with names the next, has a token in common. Refused requests have them too: fishing leaves a trace.
    """
    return tuple(key.pseudonym(label, text) for label, text in _named(person, standard))


def _named(person: Mapping[str, str], standard: Standard) -> Iterator[tuple[str, str]]:
    said = {name: value.encode(errors="replace").decode() for name, value in person.items()}
    for element in standard.keyed(Key.IDENTIFIER):
        if element.name in said:
            yield (
                element.identifier or element.name,
                str(normalise(element.identifier or Key.IDENTIFIER, said[element.name])),
            )
    family = [said[e.name] for e in standard.keyed(Key.FAMILY_NAME) if e.name in said]
    birth = [said[e.name] for e in standard.keyed(Key.DATE_OF_BIRTH) if e.name in said]
    if family and birth:
        yield "family and birth", f"{normalise(Key.FAMILY_NAME, family[0])}\x1f{birth[0].strip()}"

"""An agreement made ready to decide under with what a node knows: its standards, and the law."""

from datetime import date
from pathlib import Path

from easement.agreement.check import check, musts
from easement.agreement.read import AgreementFile
from easement.gate.prepare import Prepared, prepare
from easement.law.catalogue import catalogue
from easement.law.clashes import clash
from easement.law.shelves import Catalogue
from easement.meaning.standards import standard

__all__ = ["gaps", "ready"]

TERM_OVER = "term.over"
"""The check says of an agreement that ended what its standing says better; one reason is enough."""


def ready(home: Path, file: AgreementFile) -> Prepared:
    """An agreement made ready to decide under, with the standards that the node at `home` knows."""
    law, folders = catalogue(), (home / "standards",)
    standards = {share.standard: standard(share.standard, folders) for share in file.terms.shares.values()}
    purposes = frozenset(known.id for known in law.purposes)
    return prepare(file, standards, clashes=_clashes(file.terms.purpose.code, law), purposes=purposes)


def _clashes(purpose: str, law: Catalogue) -> dict[str, str]:
    """Why other purposes pull against this one; nothing for a purpose that the catalogue does not know."""
    codes = [known.id for known in law.purposes]
    found = {other: clash(purpose, other, law) for other in codes} if purpose in codes else {}
    return {other: why.plain for other, why in found.items() if why}


def gaps(prepared: Prepared, on: date) -> tuple[str, ...]:
    """The codes of what an agreement lacks that it must have, as the law stands on a day."""
    standards = {offer.terms.standard: offer.standard for offer in prepared.offers.values()}
    findings = check(prepared.file, catalogue(), standards, today=on)
    return tuple(code for code in dict.fromkeys(found.code for found in musts(findings)) if code != TERM_OVER)

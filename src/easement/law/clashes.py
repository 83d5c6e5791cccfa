"""Which purposes must not borrow each other's data: care against enforcement, statistics against action (R1.6)."""

from easement.law.model import Clash, Purpose
from easement.law.shelves import Catalogue

__all__ = ["clash", "never_for"]


def clash(one: str, other: str, catalogue: Catalogue) -> Clash | None:
    """Why two purposes pull against each other, or `None`; the order does not matter.

    Raises `UsageError` for a purpose that the catalogue does not know.
    """
    first, second = catalogue.purpose(one), catalogue.purpose(other)
    return next((found for found in catalogue.clashes if found.between(first, second)), None)


def never_for(purpose: str, catalogue: Catalogue) -> tuple[Purpose, ...]:
    """The purposes that data shared for this one should never serve: what an agreement for it rules out."""
    own = catalogue.purpose(purpose)
    return tuple(other for other in catalogue.purposes if any(found.guards(own, other) for found in catalogue.clashes))

"""Who within an organisation must approve an agreement before its key signs it. Pure."""

from collections.abc import Iterable, Iterator, Mapping

from easement.agreement.model import Agreement
from easement.meaning.model import Element, Standard
from easement.staff.permissions import NodeRole

__all__ = ["health_or_care", "needs"]

CARE = frozenset({"direct-care", "adult-social-care", "childrens-social-care", "public-health"})
"""Purposes of the catalogue for which health and care data is what crosses, whatever its elements are called."""

HEALTH = "health"


def needs(approvers: Iterable[str], terms: Agreement, standards: Mapping[str, Standard]) -> tuple[str, ...]:
    """The roles to be heard, of those that the settings name: a Caldicott Guardian only for health or care data.

    Where nobody would be left, the governance lead is.
    """
    guardian = NodeRole.CALDICOTT_GUARDIAN.value
    wanted = tuple(each for each in approvers if each != guardian or health_or_care(terms, standards))
    return wanted or (NodeRole.GOVERNANCE_LEAD.value,)


def health_or_care(terms: Agreement, standards: Mapping[str, Standard]) -> bool:
    """Whether health or care data crosses: by its elements, or because of what it is for."""
    if terms.purpose.code in CARE:
        return True
    return any(element.special_category == HEALTH for element in _crossing(terms, standards))


def _crossing(terms: Agreement, standards: Mapping[str, Standard]) -> Iterator[Element]:
    for share in terms.shares.values():
        standard = standards.get(share.standard)
        if standard is None:
            continue
        counted = (*share.aggregate.dimensions, *share.aggregate.summed) if share.aggregate else ()
        yield from (standard.elements[name] for name in (*share.fields, *counted) if name in standard.elements)

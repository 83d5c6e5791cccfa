"""Who joined an agreement by its class of body acts under it as the named recipients of that class do (R2.5).

The signature says that it wants the terms; what class it is of, the cluster's operator vouches for. Where the named
recipients of the class differ, the one who joined has what they have in common, and where they rely on different bases,
nothing: the terms do not say which would be its own.
"""

from collections.abc import Mapping
from dataclasses import replace

from easement.agreement.model import Agreement
from easement.agreement.signing import Signed
from easement.gate.prepare import Offer, Prepared
from easement.law.catalogue import catalogue

__all__ = ["with_joined"]


def with_joined(agreement: Prepared, signatures: Signed | None, classes: Mapping[str, str]) -> Prepared:
    """The agreement with those among its recipients who signed to join; `classes` are those vouched for, by id."""
    joining = agreement.terms.joining.get("recipient")
    if joining is None or signatures is None or signatures.altered:
        return agreement
    joined = [each for each in sorted(signatures.joined) if _is_a(classes.get(each), joining.body_class)]
    if not joined:
        return agreement
    alike = _named(agreement.terms, joining.body_class)
    offers = {
        id_: _opened(offer, offer.recipients & alike, joined, agreement) for id_, offer in agreement.offers.items()
    }
    return replace(agreement, offers=offers)


def _is_a(code: str | None, wanted: str) -> bool:
    known = catalogue()
    if code is None or known.find_body_class(code) is None or known.find_body_class(wanted) is None:
        return False
    return known.is_a(code, wanted)


def _named(terms: Agreement, body_class: str) -> frozenset[str]:
    """The named recipients of the class that may join."""
    named = (id_ for id_, party in terms.parties.items() if party.role == "recipient")
    return frozenset(id_ for id_ in named if _is_a(terms.class_of(id_), body_class))


def _opened(offer: Offer, alike: frozenset[str], joined: list[str], agreement: Prepared) -> Offer:
    """A share with those who joined, where recipients like them stand in it; else as it was."""
    bases = {agreement.basis.get(each) for each in alike}
    basis = bases.pop() if len(bases) == 1 else None
    if basis is None:
        return offer
    roles = frozenset.intersection(*(offer.entitled[each] for each in alike))
    training = frozenset[str]().union(*(offer.training[each] for each in alike))
    return replace(
        offer,
        recipients=offer.recipients | frozenset(joined),
        entitled={**offer.entitled, **dict.fromkeys(joined, roles)},
        training={**offer.training, **dict.fromkeys(joined, training)},
        joined=dict.fromkeys(joined, basis),
    )

"""Who joined an agreement by its class of body acts under it as the named parties of that class do (R2.5, R2.6).

The signature says that it wants the terms; what class it is of, the cluster's operator vouches for. Where the named
recipients of the class differ, the one who joined has what they have in common, and where they rely on different bases,
nothing: the terms do not say which would be its own. Who joined as a provider gives, at its own node, what the named
providers of the class give. Everybody may take less than the terms give, and nobody more.
"""

from collections.abc import Mapping
from dataclasses import replace

from easement.agreement.model import Agreement
from easement.agreement.signing import Signed
from easement.gate.prepare import Offer, Prepared
from easement.gate.taking import EVERYTHING, Taking, narrowed
from easement.law.catalogue import catalogue

__all__ = ["given_by", "with_joined"]


def with_joined(
    agreement: Prepared,
    signatures: Signed | None,
    classes: Mapping[str, str],
    takings: Mapping[str, Taking] | None = None,
    me: str = "",
) -> Prepared:
    """The agreement with those who signed to join it; `classes` are those vouched for, by id.

    `takings` are the choices of those who take less; `me` is the organisation at whose node this is.
    """
    if not agreement.terms.joining or signatures is None or signatures.altered:
        return agreement
    chosen = takings or {}
    found = _giving(agreement, signatures, classes, chosen, me)
    joined = _of_class(agreement.terms, "recipient", signatures, classes, chosen)
    if not joined:
        return found
    alike = _named(found.terms, "recipient")
    offers = {
        id_: _opened(offer, offer.recipients & alike, _but(offer.provider, joined), found, chosen)
        for id_, offer in found.offers.items()
    }
    return replace(found, offers=offers)


def _but(provider: str, joined: list[str]) -> list[str]:
    """Nobody receives from themselves."""
    return [each for each in joined if each != provider]


def given_by(agreement: Prepared, share: str, provider: str) -> Prepared:
    """The agreement as one of the providers who joined it gives a share; as it is for any other."""
    offer = agreement.offers.get(share)
    if offer is None or provider not in offer.givers or provider == offer.provider:
        return agreement
    basis = {**agreement.basis, provider: agreement.basis.get(offer.provider, "")}
    return replace(agreement, basis=basis, offers={**agreement.offers, share: replace(offer, provider=provider)})


def _giving(
    agreement: Prepared, signatures: Signed, classes: Mapping[str, str], takings: Mapping[str, Taking], me: str
) -> Prepared:
    """The agreement with those who joined as providers; at the node of one of them, it is the one who gives."""
    joined = frozenset(_of_class(agreement.terms, "provider", signatures, classes, takings))
    if not joined:
        return agreement
    alike = _named(agreement.terms, "provider")
    offers = {
        id_: replace(offer, givers=joined | {offer.provider}) if offer.provider in alike else offer
        for id_, offer in agreement.offers.items()
    }
    found = replace(agreement, offers=offers)
    for share in offers if me in joined else ():
        found = given_by(found, share, me)
    return found


def _of_class(
    terms: Agreement, role: str, signatures: Signed, classes: Mapping[str, str], takings: Mapping[str, Taking]
) -> list[str]:
    """Those who signed to join in a role and are of the class that may."""
    joining = next((each for name, each in terms.joining.items() if name == role), None)
    if joining is None:
        return []
    wanting = [each for each in sorted(signatures.joined) if takings.get(each, EVERYTHING).plays(role)]
    return [each for each in wanting if _is_a(classes.get(each), joining.body_class)]


def _is_a(code: str | None, wanted: str) -> bool:
    known = catalogue()
    if code is None or known.find_body_class(code) is None or known.find_body_class(wanted) is None:
        return False
    return known.is_a(code, wanted)


def _named(terms: Agreement, role: str) -> frozenset[str]:
    """The named parties in a role that are of the class that may join in it."""
    wanted = next(each.body_class for name, each in terms.joining.items() if name == role)
    named = (id_ for id_, party in terms.parties.items() if party.role == role)
    return frozenset(id_ for id_ in named if _is_a(terms.class_of(id_), wanted))


def _opened(
    offer: Offer, alike: frozenset[str], joined: list[str], agreement: Prepared, takings: Mapping[str, Taking]
) -> Offer:
    """A share with those who joined and take it, where recipients like them stand in it; else as it was."""
    bases = {agreement.basis.get(each) for each in alike}
    basis = bases.pop() if len(bases) == 1 else None
    if basis is None:
        return offer
    roles = frozenset.intersection(*(offer.entitled[each] for each in alike))
    training = frozenset[str]().union(*(offer.training[each] for each in alike))
    chosen = {each: takings.get(each, EVERYTHING) for each in joined}
    taking = {each: narrowed(offer, choice) for each, choice in chosen.items()}
    takers = [each for each in joined if taking[each] is not None]
    entitled = {each: roles & chosen[each].roles if chosen[each].roles else roles for each in takers}
    opened = replace(
        offer,
        recipients=offer.recipients | frozenset(takers),
        entitled={**offer.entitled, **entitled},
        training={**offer.training, **dict.fromkeys(takers, training)},
        joined=dict.fromkeys(takers, basis),
    )
    less = {each: narrowed(opened, chosen[each]) for each in takers if chosen[each].shares}
    return replace(opened, narrower={each: offer for each, offer in less.items() if offer is not None})

"""An agreement in the words of the W3C Data Privacy Vocabulary 2.3, as JSON-LD: one process for each share.

The vocabulary has no terms for the law of the United Kingdom, so each power, basis and condition keeps a name of its
own, linked to the term of the EU regulation where the words are the same, or nearly.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from easement.agreement.export import names
from easement.agreement.forms import FormKind
from easement.agreement.model import Agreement, Condition, Level, Share
from easement.agreement.read import AgreementFile
from easement.law.entry import Kind
from easement.law.shelves import Catalogue
from easement.meaning.model import Element, Standard

__all__ = ["dpv"]

_CONTEXT = {**names.PREFIXES, "dcat": "http://www.w3.org/ns/dcat#"}

_ARTICLE_6 = re.compile(r"art6_1_([a-f])(?:_|\Z)")
_ARTICLE_9 = re.compile(r"art9_(?:2_)?([a-j])(?:_|\Z)")

_LEVEL = {
    Level.IDENTIFIABLE: "dpv:PersonalData",
    Level.PSEUDONYMISED: "dpv:PseudonymisedData",
    Level.ANONYMISED: "dpv:AnonymisedData",
    Level.AGGREGATE: "dpv:AnonymisedData",
}

_THEN = {"delete": "dpv:Delete", "return": "dpv:Transfer", "anonymise": "dpv:Anonymise"}


def dpv(file: AgreementFile, catalogue: Catalogue, standards: Mapping[str, Standard]) -> dict[str, Any]:
    """The agreement as a graph: who, what for, on what basis, which data, how long, and under which measures."""
    terms = file.terms
    return {
        "@context": _CONTEXT,
        "@id": names.agreement(file),
        "@type": "dpv:LegalAgreement",
        "dct:title": terms.title,
        "dct:hasVersion": terms.version,
        "dct:temporal": {
            "@type": "dct:PeriodOfTime",
            "dcat:startDate": names.day(terms.term.starts),
            "dcat:endDate": names.day(terms.term.ends),
        },
        "dpv:hasEntity": [_party(file, id_) for id_ in terms.parties],
        "dpv:hasProcess": [_process(file, id_, share, catalogue, standards) for id_, share in terms.shares.items()],
    }


def _party(file: AgreementFile, id_: str) -> dict[str, Any]:
    party = file.terms.parties[id_]
    return {
        "@id": names.party(file, id_),
        "@type": "dpv:DataProcessor" if party.controller == "processor" else "dpv:DataController",
        "dpv:hasName": party.name or id_,
        "dpv:hasContact": party.contact,
    }


def _process(
    file: AgreementFile, id_: str, share: Share, catalogue: Catalogue, standards: Mapping[str, Standard]
) -> dict[str, Any]:
    terms = file.terms
    data = "dpv:hasPersonalData" if share.level in (Level.IDENTIFIABLE, Level.PSEUDONYMISED) else "dpv:hasData"
    return {
        "@id": names.share(file, id_),
        "@type": "dpv:Process",
        "dpv:hasPurpose": names.purpose(terms.purpose.code, catalogue.find_purpose(terms.purpose.code)),
        "dpv:hasProcessing": {"@id": "dpv:Share"},
        "dpv:hasLegalBasis": list(_bases(terms, share, catalogue)),
        data: list(_data(share, standards.get(share.standard))),
        "dpv:hasDataController": [{"@id": names.party(file, party)} for party in _controllers(terms, share)],
        "dpv:hasDataSource": {"@id": names.party(file, share.provider)},
        "dpv:hasRecipient": [{"@id": names.party(file, recipient)} for recipient in share.recipients],
        "dpv:hasStorageCondition": [
            {"@type": "dpv:StorageDuration", "dpv:hasDuration": names.duration(terms.duties.retain)},
            {"@type": "dpv:StorageDeletion", "dpv:hasProcessing": {"@id": _THEN[terms.duties.then]}},
        ],
        "dpv:hasTechnicalMeasure": [{"@id": term} for term in _technical(share)],
        "dpv:hasOrganisationalMeasure": [{"@id": term} for term in _organisational(terms, share)],
    }


def _controllers(terms: Agreement, share: Share) -> Iterator[str]:
    for id_ in (share.provider, *share.recipients):
        if terms.parties[id_].controller != "processor":
            yield id_


def _bases(terms: Agreement, share: Share, catalogue: Catalogue) -> Iterator[dict[str, Any]]:
    ids: dict[str, Kind] = {}
    for party in (share.provider, *share.recipients):
        if (relied := terms.law.parties.get(party)) is not None:
            ids[relied.basis] = Kind.BASIS
            if relied.power:
                ids[relied.power] = Kind.POWER
    for condition in (terms.law.special_category, terms.law.criminal_offence):
        if isinstance(condition, Condition):
            ids.update({id_: Kind.CONDITION for id_ in (condition.condition, condition.schedule_1) if id_})
    yield from (_basis(id_, kind, catalogue) for id_, kind in ids.items())


def _basis(id_: str, kind: Kind, catalogue: Catalogue) -> dict[str, Any]:
    found = catalogue.on_shelf(kind, id_)
    basis = {"@id": names.law(id_), "@type": "dpv:LegalBasis", **_match(id_)}
    return basis | ({"skos:prefLabel": found.citation} if found else {"skos:note": "not in the law catalogue"})


def _match(id_: str) -> dict[str, Any]:
    """The EU regulation's term. Article 6(1)(e) is near only: since 2026 the task must be the controller's own here."""
    if found := _ARTICLE_6.match(id_):
        near = "skos:closeMatch" if found[1] == "e" else "skos:exactMatch"
        return {near: {"@id": f"eu-gdpr:A6-1-{found[1]}"}}
    if found := _ARTICLE_9.match(id_):
        return {"skos:exactMatch": {"@id": f"eu-gdpr:A9-2-{found[1]}"}}
    return {}


def _data(share: Share, standard: Standard | None) -> Iterator[dict[str, Any]]:
    for name, form in share.fields.items():
        element = standard.elements.get(name) if standard else None
        yield {
            "@id": f"{names.EASEMENT}standard/{share.standard}#{name}",
            "@type": _kinds(share.level, element),
            "skos:definition": element.definition if element else "the standard was not at hand",
            "easement:form": form.written,
        }


def _kinds(level: Level, element: Element | None) -> list[str]:
    special = element is not None and element.special_category is not None
    return [_LEVEL[level], "dpv:SpecialCategoryPersonalData"] if special else [_LEVEL[level]]


def _technical(share: Share) -> Iterator[str]:
    kinds = {form.kind for form in share.fields.values()}
    yield "dpv:AccessControlMethod"
    if FormKind.PSEUDONYM in kinds:
        yield from ("dpv:DeterministicPseudonymisation", "dpv:HashMessageAuthenticationCode")
    if any(form.coarsens for form in share.fields.values()):
        yield "dpv:Deidentification"
    if share.level is Level.ANONYMISED:
        yield "dpv:Anonymisation"


def _organisational(terms: Agreement, share: Share) -> Iterator[str]:
    if any(who.training for party, who in terms.people.items() if party in share.recipients):
        yield "dpv:StaffTraining"
    if terms.law.dpia and terms.law.dpia.reference:
        yield "dpv:DPIA"
    if terms.duties.breach_notice:
        yield "dpv:DataBreachNotification"
    if terms.term.review_every:
        yield "dpv:ReviewProcedure"

"""An agreement as an ODRL 2.2 Agreement in JSON-LD (W3C Recommendation, 15 February 2018).

What ODRL has no word for (rows, fields, forms, modes, roles) stands under this format's own profile, and whoever does
not know a profile must not act on the policy (Information Model 2.2, section 4). What is owed after a disclosure is an
`obligation` of the policy: a `duty` inside a permission would have to be met before the data may be used.
"""

from collections.abc import Iterator
from typing import Any

from easement.agreement.export import names
from easement.agreement.model import Share
from easement.agreement.read import AgreementFile
from easement.law.shelves import Catalogue

__all__ = ["CONTEXT", "PROFILE", "odrl"]

PROFILE = f"{names.EASEMENT}odrl"
"""The profile that the policy follows."""

ODRL = "http://www.w3.org/ns/odrl/2/"

_TERMS = ("action", "operator", "leftOperand", "conflict")
_LINKS = ("profile", "target", "assigner", "assignee", "informedParty", "source")

CONTEXT = {
    "@vocab": ODRL,
    "odrl": ODRL,
    **names.PREFIXES,
    "uid": "@id",
    "type": "@type",
    **{term: {"@id": f"odrl:{term}", "@type": "@vocab"} for term in _TERMS},
    **{link: {"@id": f"odrl:{link}", "@type": "@id"} for link in _LINKS},
}
"""The whole context, written out: reading the policy asks nothing of the network."""

_THEN = {"delete": "delete", "return": "easement:return", "anonymise": "anonymize"}


def odrl(file: AgreementFile, catalogue: Catalogue) -> dict[str, Any]:
    """The policy: one permission for each share and recipient, prohibitions, and obligations of each recipient."""
    terms = file.terms
    policy: dict[str, Any] = {
        "@context": CONTEXT,
        "uid": names.agreement(file),
        "type": "Agreement",
        "profile": PROFILE,
        "conflict": "prohibit",
        "dct:title": terms.title,
        "dct:identifier": terms.id,
        "dct:hasVersion": terms.version,
        "permission": [_permission(file, *pair, catalogue) for pair in _pairs(file)],
        "prohibition": [rule for pair in _pairs(file) for rule in _prohibitions(file, *pair, catalogue)],
        "obligation": [rule for pair in _pairs(file) for rule in _obligations(file, *pair)],
    }
    return {key: value for key, value in policy.items() if value != []}


def _pairs(file: AgreementFile) -> Iterator[tuple[str, Share, str]]:
    for id_, share in file.terms.shares.items():
        for recipient in share.recipients:
            yield id_, share, recipient


def _rule(file: AgreementFile, id_: str, share: Share, recipient: str, action: str) -> dict[str, Any]:
    return {
        "target": names.share(file, id_),
        "assigner": names.party(file, share.provider),
        "assignee": names.party(file, recipient),
        "action": action,
    }


def _constraint(left: str, operator: str, right: Any) -> dict[str, Any]:
    return {"type": "Constraint", "leftOperand": left, "operator": operator, "rightOperand": right}


def _permission(file: AgreementFile, id_: str, share: Share, recipient: str, catalogue: Catalogue) -> dict[str, Any]:
    rule = _rule(file, id_, share, recipient, "use")
    return rule | {
        "target": _asset(file, id_, share),
        "constraint": [
            *_purposes(file, catalogue),
            _constraint("dateTime", "gteq", names.day(file.terms.term.starts)),
            _constraint("dateTime", "lteq", names.day(file.terms.term.ends)),
            *_people(file, recipient),
            _constraint("easement:mode", "isAnyOf", [mode.value for mode in share.modes]),
            _constraint("easement:subjects", "eq", share.subjects),
            *_limits(share),
        ],
    }


def _asset(file: AgreementFile, id_: str, share: Share) -> dict[str, Any]:
    """The share; one that is refined to some rows refers to its `source` (Information Model 2.2, section 2.2.3)."""
    asset: dict[str, Any] = {
        "source" if share.rows else "uid": names.share(file, id_),
        "type": "AssetCollection",
        "dct:conformsTo": share.standard,
        "easement:level": share.level.value,
        "easement:field": [{"easement:name": n, "easement:form": form.written} for n, form in share.fields.items()],
    }
    if share.rows is not None:
        asset["refinement"] = [_constraint("easement:rows", "eq", share.rows)]
    if share.k is not None:
        asset["easement:smallestGroup"] = share.k
    if share.match is not None:
        asset["easement:match"] = {"@type": "@json", "@value": share.match.model_dump(mode="json")}
    if share.aggregate is not None:
        asset["easement:aggregate"] = {"@type": "@json", "@value": share.aggregate.model_dump(mode="json")}
    return asset


def _purposes(file: AgreementFile, catalogue: Catalogue) -> Iterator[dict[str, Any]]:
    """Both the purpose's own name and the vocabulary's term, which is often wider: the two together are never wider."""
    code = file.terms.purpose.code
    found = catalogue.find_purpose(code)
    yield _constraint("purpose", "eq", names.purpose(code, found))
    if found is not None:
        yield _constraint("purpose", "isA", {"@id": found.dpv})


def _people(file: AgreementFile, recipient: str) -> Iterator[dict[str, Any]]:
    who = file.terms.people.get(recipient)
    yield _constraint("recipient", "isAnyOf", [{"@id": names.role(role)} for role in who.roles] if who else [])
    if who and who.training:
        yield _constraint("easement:training", "isAllOf", list(who.training))


def _limits(share: Share) -> Iterator[dict[str, Any]]:
    limits = {"recordsPerDay": share.limits.records_per_day, "recordsPerRequest": share.limits.records_per_request}
    for name, most in limits.items():
        if most is not None:
            yield _constraint(f"easement:{name}", "lteq", most)


def _prohibitions(
    file: AgreementFile, id_: str, share: Share, recipient: str, catalogue: Catalogue
) -> Iterator[dict[str, Any]]:
    """A purpose is forbidden under its own name: a wider term of the vocabulary would forbid what is agreed."""
    for code in file.terms.purpose.never_for:
        named = names.purpose(code, catalogue.find_purpose(code))
        yield _rule(file, id_, share, recipient, "use") | {"constraint": [_constraint("purpose", "eq", named)]}
    onward = file.terms.duties.onward
    passed_on = _rule(file, id_, share, recipient, "distribute")
    if onward == "none" or not onward:
        yield passed_on
    else:
        yield passed_on | {
            "constraint": [_constraint("recipient", "isNoneOf", [{"@id": names.body(b)} for b in onward])]
        }


def _obligations(file: AgreementFile, id_: str, share: Share, recipient: str) -> Iterator[dict[str, Any]]:
    duties = file.terms.duties
    within = [_constraint("elapsedTime", "lteq", names.duration(duties.retain))]
    told = {"informedParty": names.party(file, share.provider)}
    yield _rule(file, id_, share, recipient, _THEN[duties.then]) | {"constraint": within}
    if duties.certificate == "required":
        yield _rule(file, id_, share, recipient, "easement:certify") | told
    if duties.corrections == "notify":
        yield _rule(file, id_, share, recipient, "inform") | told | _event("correction")
    if duties.breach_notice is not None:
        rule = _rule(file, id_, share, recipient, "inform") | told | _event("breach")
        rule["constraint"].append(_constraint("elapsedTime", "lteq", names.duration(duties.breach_notice)))
        yield rule


def _event(name: str) -> dict[str, Any]:
    return {"constraint": [_constraint("event", "gt", {"@id": f"{names.EASEMENT}event#{name}"})]}

"""Two agreements that between them hold every key of the format, and every way to change one value of either."""

import types
from collections.abc import Iterator, Mapping
from copy import copy
from functools import cache
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel

from easement.agreement.model import Agreement
from easement.agreement.read import AgreementFile
from easement.base.errors import BadFile
from easement.base.located import Path_

from .makers import Data, as_file, read_agreement_text, with_changes

_TEXT = """\
format: easement-agreement/1
id: every-key
version: 2.3.4
title: Title words
summary: Summary words
supersedes: former-digest-words
parties:
  dwp: {as: provider, controller: independent, contact: contact-dwp@dwp.example,
    name: Department name, class: central-government}
  northtown: {as: recipient, controller: joint, contact: contact-northtown@northtown.example,
    name: Council name, class: local-authority}
  easton: {as: recipient, controller: processor, contact: contact-easton@easton.example,
    name: Other name, class: local-authority}
  weston: {as: recipient, controller: independent, contact: dpo@weston.example}
  hmrc: {as: provider, controller: independent, contact: dpo@hmrc.example}
joining:
  recipient: {class: school}
  provider: {class: charity}
purpose:
  code: benefit-eligibility
  statement: Statement words
  benefits: [First benefit words, Second benefit words]
  harm_if_not_shared: Harm words
  necessity: Necessity words
  never_for: [immigration-enforcement, debt-recovery]
law:
  dwp: {power: edu_2005_s110, basis: art6_1_c, legal_obligation: Obligation words}
  northtown: {power: dea_2017_s35, basis: art6_1_e}
  special_category: {condition: art9_g, schedule_1: s1_p18, policy_document: Special policy words}
  criminal_offence: {condition: art10, schedule_1: s1_p10, policy_document: Criminal policy words}
  confidentiality: {engaged: true, met_by: Direct care words}
  dpia: {reference: DPIA-reference-words, outcome: Outcome words, dated: 2026-05-02}
shares:
  people-share:
    from: dwp
    to: [northtown, easton]
    standard: person/1
    level: anonymised
    modes: [lookup, bulk]
    subjects: matched
    rows: date_of_birth < '2009-01-31'
    fields:
      family_name: pseudonym
      given_name: {truncate: 3}
      date_of_birth: {shift: P45D}
      postcode: outward
    k: 17
    match: {method: model, model: department-council/7, disclose: 0.97, hold: 0.31, reviewers: 2, sample: 37,
      through: [housing-index, births-index], groups: [sex, ethnicity]}
    limits: {records_per_day: 54321, records_per_request: 4321}
  counts-share:
    from: dwp
    to: [northtown]
    standard: benefit-award/1
    level: aggregate
    modes: [aggregate]
    subjects: all
    fields: {net_monthly_earnings: {band: [0, 311.5, 912]}, date_of_birth: year}
    aggregate:
      dimensions: [award, sex]
      measures: {people: count, earnings: {mean: net_monthly_earnings}}
      small_numbers: {hide_below: 13, round_to: 7}
people:
  northtown: {roles: [benefits-officer, fraud-analyst], training: [data-protection, children-safeguarding]}
duties:
  retain: P2Y
  then: return
  certificate: required
  onward: [school-governors, local-court]
  breach_notice: PT36H
  corrections: notify
  risk_after_disclosure: shared
term: {starts: 2026-09-01, ends: 2029-08-31, review_every: P9M}
transparency:
  public: true
  in_plain_words: Public words
  reason_not_public: Reason words
  notice: Notice words
emergency: {allowed_for: [safeguarding], record_within: PT47H, review_within: P11D}
"""

FULL: Data = read_agreement_text(_TEXT).document.data
WITHOUT_DPIA: Data = with_changes(FULL, {"law.dpia": {"not_required": "No assessment words"}})
BOTH = (FULL, WITHOUT_DPIA)

HOSTILE = (
    "</p><script>alert(1)</script> | # x\n# Fake\n\n- a | b | [k](javascript:1) ![i](x) `c` *e* &amp; <b>\u202eback"
)

_OTHERS: tuple[Any, ...] = (
    *(
        "art6_1_f",
        "art9_h",
        "police",
        "research",
        "weston",
        "hmrc",
        "northtown",
        "analyst",
        "2.3.5",
        "2027-01-31",
        "2026-10-02",
    ),
    *("P3Y", "P7D", "PT12H", "provider", "recipient", "independent", "joint", "delete", "none", "notify", "year"),
    *("match", "all", "matched", "school-roll/1", "sex = 'F'", "identifiable", "pseudonymised", "aggregate", "count"),
    *(
        True,
        False,
        2,
        19,
        5_000,
        640.25,
        "present",
        0.98,
        0.05,
        1,
        "rules",
        {"band": [0, 5]},
        {"truncate": 9},
        {"shift": "P8D"},
        {"sum": "children"},
    ),
)


def leaves(data: Any, path: Path_ = ()) -> Iterator[tuple[Path_, Any]]:
    """Every scalar of the data with its path; a form and a measure with an argument count as one value."""
    whole = path[-2:-1] in (("fields",), ("measures",))
    if isinstance(data, dict) and not whole:
        for key, value in data.items():
            yield from leaves(value, (*path, key))
    elif isinstance(data, list):
        for index, value in enumerate(data):
            yield from leaves(value, (*path, index))
    else:
        yield path, data


def put(data: Data, path: Path_, value: Any) -> Data:
    """The data with one value replaced; what is not on the way to it is shared with the first."""
    whole: Any = copy(data)
    key, *rest = path
    whole[key] = put(whole[key], tuple(rest), value) if rest else value
    return whole  # type: ignore[no-any-return]


def valid(data: Data) -> AgreementFile | None:
    """The data as an agreement file, unless its types refuse it."""
    try:
        return as_file(data)
    except BadFile:
        return None


@cache
def changes() -> list[tuple[str, AgreementFile, AgreementFile]]:
    """Each value of both agreements changed by itself, wherever another value may stand there: path, old, new."""
    found = []
    for data in BOTH:
        old = as_file(data)
        for path, value in leaves(data):
            words = [f"{value} more", f"{value}x"] if isinstance(value, str) else []
            for other in (*words, *_OTHERS):
                new = valid(put(data, path, other))
                if new is not None and new.terms != old.terms:
                    found.append((".".join(map(str, path)), old, new))
                    break
    return found


def model_paths(model: Any = Agreement, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Every key of the format, `*` for an id that people choose; the parties under `law` stand as in the model."""
    for name, info in model.model_fields.items():
        key = (*path, info.alias or name)
        yield key
        for inner, mapped in _models(info.annotation):
            yield from model_paths(inner, (*key, "*") if mapped else key)


def _models(annotation: Any, *, mapped: bool = False) -> Iterator[tuple[type[BaseModel], bool]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation, mapped
    elif get_origin(annotation) is Mapping or getattr(get_origin(annotation), "__name__", "") == "Mapping":
        yield from _models(get_args(annotation)[1], mapped=True)
    elif get_origin(annotation) in (Union, types.UnionType):
        for part in get_args(annotation):
            yield from _models(part, mapped=mapped)
    elif hasattr(annotation, "__metadata__"):
        yield from _models(get_args(annotation)[0], mapped=mapped)

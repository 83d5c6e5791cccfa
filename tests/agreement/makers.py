"""Agreements to test with: the example of the format, changed in one place at a time, and generated ones."""

import json
from copy import deepcopy
from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

from easement.agreement.model import Agreement
from easement.agreement.read import AgreementFile, read_agreement_text
from easement.base.located import Document, validate

EXAMPLE = """\
format: easement-agreement/1
id: free-school-meals
version: 1.0.0
title: Free school meals auto-enrolment
summary: Find children who are entitled to free school meals and not registered, and register them.

parties:
  dwp:       {as: provider,  controller: independent, contact: information.governance@dwp.example}
  northtown: {as: recipient, controller: independent, contact: dpo@northtown.example}
joining:
  recipient: {class: local-authority}          # others of this class may sign the same terms

purpose:
  code: benefit-eligibility                    # from the purposes list, mapped to W3C DPV
  statement: Identify pupils whose household receives a qualifying benefit.
  benefits: [Children entitled to a meal get one without a form.]
  harm_if_not_shared: About 11% of entitled children are not registered and go without.
  necessity: Entitlement depends on award and earnings, which only the department holds.
  never_for: [immigration-enforcement, debt-recovery]

law:
  dwp:       {power: edu_2005_s110, basis: art6_1_e}
  northtown: {power: edu_2005_s110, basis: art6_1_e}
  special_category: none
  criminal_offence: none
  confidentiality: {engaged: true, met_by: edu_2005_s110}
  dpia: {reference: DPIA-2026-014, outcome: residual risk low, dated: 2026-05-02}

shares:
  entitled-children:
    from: dwp
    to: [northtown]
    standard: benefit-award/1
    modes: [lookup, match, bulk, aggregate]
    subjects: matched                          # only people on the recipient's own list; or: all
    rows: award in ('UC', 'IS') and net_monthly_earnings <= 616.67
    fields:
      family_name: plain
      given_name: plain
      date_of_birth: plain
      postcode: plain
      award: plain
      net_monthly_earnings: {band: [0, 300, 616.67]}
    limits: {records_per_day: 20000}

people:
  northtown: {roles: [benefits-officer]}

duties:
  retain: P1Y
  then: delete
  certificate: required
  onward: none
  breach_notice: PT24H
  corrections: notify
  risk_after_disclosure: recipient

term: {starts: 2026-09-01, ends: 2029-08-31, review_every: P12M}
transparency: {public: true, in_plain_words: The council checks which families can have free school meals.}
emergency: none
"""
"""The example of the design, word for word; the lines are counted from 1."""

GONE = object()
"""Put in place of a value to take its key out."""

Data = dict[str, Any]


def example() -> Data:
    """The example as data, to change."""
    data: Data = deepcopy(read_agreement_text(EXAMPLE).document.data)
    return data


def with_changes(data: Data, changes: dict[str, Any]) -> Data:
    """A copy with the values at dotted paths replaced, or taken out with `GONE`."""
    data = deepcopy(data)
    for path, value in changes.items():
        *way, last = path.split(".")
        holder: Any = data
        for key in way:
            holder = holder[int(key)] if isinstance(holder, list) else holder.setdefault(key, {})
        if value is GONE:
            holder.pop(last, None)
        elif isinstance(holder, list):
            holder[int(last)] = value
        else:
            holder[last] = value
    return data


def as_file(data: Data, name: str = "agreement") -> AgreementFile:
    """Data as an agreement file whose lines nobody asks for; far quicker than writing and reading text."""
    document = Document(name, data, "", {})
    return AgreementFile(validate(Agreement, document, what="agreement"), document)


def as_text(data: Data) -> str:
    """Data as the text of a file; JSON is YAML too."""
    return json.dumps(data, indent=1, ensure_ascii=False)


def changed(**changes: Any) -> AgreementFile:
    """The example with changes; `__` in a name stands for the dot of a path and `_` stays as it is."""
    return as_file(with_changes(example(), {path.replace("__", "."): value for path, value in changes.items()}))


_slugs = st.from_regex(r"[a-z][a-z0-9-]{0,8}", fullmatch=True).filter(lambda s: s not in ("dpia", "confidentiality"))
_texts = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=20)
_durations = st.sampled_from(["P1Y", "P12M", "P30D", "PT24H", "P2W", "P10Y", "PT72H", "P999Y", "PT96H"])
_days = st.dates(date(1, 1, 1), date(9999, 12, 31) - timedelta(days=1))


def _either(known: list[str], others: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(st.sampled_from(known), others)


_codes = st.from_regex(r"[a-z][A-Za-z0-9_-]{0,12}", fullmatch=True)
_powers = _either(["edu_2005_s110", "dea_2017_s35", "ssaa_1992_s123", "ca_2004_s10", "dpa_2018_sch2_p2"], _codes)
_bases = _either(["art6_1_a", "art6_1_c", "art6_1_e", "art6_1_ea", "art6_1_f"], _codes)
_classes = _either(["local-authority", "central-government", "charity", "police", "school"], _slugs)
_purposes = _either(["benefit-eligibility", "immigration-enforcement", "safeguarding", "fraud", "research"], _slugs)
_elements = _either(
    ["family_name", "date_of_birth", "postcode", "award", "net_monthly_earnings", "nhs_number"],
    st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True),
)
_forms = st.sampled_from(
    ["plain", "pseudonym", "year", "month", "outward", "present", {"band": [0, 300]}, {"truncate": 2}, {"shift": "P9D"}]
)
_standards = _either(
    ["benefit-award/1", "person/1", "health-contact/1"], st.from_regex(r"[a-z]{1,5}/[1-9]", fullmatch=True)
)


def _some(**keys: st.SearchStrategy[Any]) -> st.SearchStrategy[Data]:
    """A mapping with any of these keys."""
    return st.fixed_dictionaries({}, optional=dict(keys))


def _condition() -> st.SearchStrategy[Any]:
    schedule = _either(["s1_p1_social_protection", "s1_p18_safeguarding"], _codes)
    rest = _some(schedule_1=schedule, policy_document=_texts)
    condition = _either(["art9_b", "art9_g", "art9_h", "art9_b_employment_social_protection"], _codes)
    return st.just("none") | st.builds(lambda c, r: {"condition": c} | r, condition, rest)


def _dpia() -> st.SearchStrategy[Data]:
    held = st.builds(lambda r, rest: {"reference": r} | rest, _texts, _some(outcome=_texts, dated=_days.map(str)))
    return held | st.fixed_dictionaries({"not_required": _texts})


_modes = st.lists(st.sampled_from(["lookup", "match", "bulk", "aggregate"]), min_size=1, unique=True)
_measures = st.just("count") | st.builds(lambda how, e: {how: e}, st.sampled_from(["sum", "mean"]), _elements)
_small_numbers = (
    st.fixed_dictionaries({"hide_below": st.integers(2, 100), "round_to": st.integers(1, 100)}).filter(
        lambda rule: 2 * rule["hide_below"] >= rule["round_to"]
    )
    | st.just({})
    | st.fixed_dictionaries({"hide_below": st.integers(3, 100)})
    | st.fixed_dictionaries({"round_to": st.integers(1, 16)})
)
_aggregates = _some(
    dimensions=st.lists(_elements, max_size=3),
    measures=st.dictionaries(_elements, _measures, max_size=3),
    small_numbers=_small_numbers,
)
_rows = st.sampled_from(
    [
        "award = 'UC'",
        "award in ('UC', 'ZZ')",
        "nothing is null",
        "date_of_birth < today()",
        "award > 3",
        "postcode + 1 = 2",
    ]
)
_matchings = st.fixed_dictionaries(
    {},
    optional={
        "method": st.sampled_from(["rules", "model"]),
        "model": st.sampled_from(["department-council/1", "births-deaths/12"]),
        "disclose": st.floats(0.5, 0.999),
        "hold": st.floats(0.001, 0.5),
        "reviewers": st.integers(1, 2),
        "sample": st.integers(0, 1000),
        "groups": st.lists(_elements, max_size=3, unique=True),
    },
)
_tied = st.fixed_dictionaries({"method": st.just("model"), "through": st.lists(_slugs, max_size=2, unique=True)})
_encodings = st.fixed_dictionaries(
    {"method": st.just("encoded")}, optional={"disclose": st.floats(0.9, 0.999), "hold": st.floats(0.6, 0.85)}
)
_limits = _some(records_per_day=st.integers(1, 10**9), records_per_request=st.integers(1, 10**9))
_fields = st.dictionaries(_elements, _forms, max_size=4)
_some_fields = st.dictionaries(_elements, _forms, min_size=1, max_size=4)


@st.composite
def _shares(draw: st.DrawFn, givers: list[str], receivers: list[str]) -> Data:
    level = draw(st.sampled_from(["identifiable", "pseudonymised", "anonymised", "aggregate"]))
    share: Data = {
        "from": draw(st.sampled_from(givers)),
        "to": draw(st.lists(st.sampled_from(receivers), min_size=1, unique=True)),
        "standard": draw(_standards),
        "level": level,
        "modes": ["aggregate"] if level == "aggregate" else draw(_modes),
        "subjects": draw(st.sampled_from(["matched", "all"])),
        "fields": draw(_fields if level == "aggregate" else _some_fields),
        "limits": draw(_limits),
    }
    if level == "anonymised":
        share["k"] = draw(st.integers(2, 1000))
    if level == "aggregate" or draw(st.booleans()):
        share["aggregate"] = draw(_aggregates)
    if draw(st.booleans()):
        share["rows"] = draw(_rows)
    if draw(st.booleans()):
        share["match"] = draw(st.one_of(_matchings, _tied, _encodings))
    return share


_parts = st.sampled_from(["independent", "joint", "processor"])
_more_of_party = _some(**{"name": _texts, "class": _classes})
_contacts = _texts | st.just("dpo@body.example")
_party_laws = st.builds(
    lambda basis, rest: {"basis": basis} | rest, _bases, _some(power=_powers, legal_obligation=_texts)
)
_more_of_law = _some(
    special_category=_condition(),
    criminal_offence=_condition(),
    confidentiality=st.fixed_dictionaries({"engaged": st.booleans()}, optional={"met_by": _powers | _texts}),
    dpia=_dpia(),
)
_who = st.fixed_dictionaries(
    {"roles": st.lists(_slugs, min_size=1, max_size=2)}, optional={"training": st.lists(_slugs, max_size=2)}
)
_emergencies = st.fixed_dictionaries(
    {
        "allowed_for": st.lists(_purposes, min_size=1, max_size=2),
        "record_within": _durations,
        "review_within": _durations,
    }
)
_optional = _some(
    summary=_texts,
    joining=st.dictionaries(st.sampled_from(["provider", "recipient"]), _classes.map(lambda code: {"class": code})),
    transparency=st.fixed_dictionaries(
        {"public": st.booleans()}, optional={"in_plain_words": _texts, "reason_not_public": _texts, "notice": _texts}
    ),
    emergency=st.just("none") | _emergencies,
)
_duties = _some(
    then=st.sampled_from(["delete", "return", "anonymise"]),
    certificate=st.sampled_from(["required", "none"]),
    onward=st.just("none") | st.lists(_slugs, max_size=2),
    breach_notice=_durations,
    corrections=st.sampled_from(["notify", "none"]),
    risk_after_disclosure=st.sampled_from(["recipient", "provider", "shared"]),
)
_more_of_purpose = _some(benefits=st.lists(_texts, max_size=2), harm_if_not_shared=_texts, necessity=_texts)
_reviews = _some(review_every=_durations)
_ids = st.lists(_slugs, min_size=2, max_size=4, unique=True)
_terms = st.tuples(_days, _days).map(sorted)
_never = st.lists(_purposes, max_size=3)


@st.composite
def agreements(draw: st.DrawFn) -> Data:
    """Any agreement that the types accept: known and unknown law, purposes, standards, elements and forms."""
    ids = draw(_ids)
    split = draw(st.integers(1, len(ids) - 1))
    givers, receivers = ids[:split], ids[split:]
    starts, ends = draw(_terms)
    purpose = draw(_purposes)
    parties = {
        party: {"as": "provider" if party in givers else "recipient", "contact": draw(_contacts)}
        | {"controller": draw(_parts)}
        | draw(_more_of_party)
        for party in ids
    }
    return draw(_optional) | {
        "format": "easement-agreement/1",
        "id": draw(_slugs),
        "version": "1.0.0",
        "title": draw(_texts),
        "parties": parties,
        "purpose": {"code": purpose, "statement": draw(_texts), "never_for": [c for c in draw(_never) if c != purpose]}
        | draw(_more_of_purpose),
        "law": {party: draw(_party_laws) for party in ids if draw(st.booleans())} | draw(_more_of_law),
        "shares": {
            name: draw(_shares(givers, receivers)) for name in draw(st.sampled_from([["one"], ["one", "other"]]))
        },
        "people": {party: draw(_who) for party in receivers if draw(st.booleans())},
        "duties": {"retain": draw(_durations)} | draw(_duties),
        "term": {"starts": str(starts), "ends": str(ends)} | draw(_reviews),
    }

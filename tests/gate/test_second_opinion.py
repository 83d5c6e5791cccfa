"""Cedar is asked the same questions as the gate, from policies written without it: the two must never disagree (R3.1).

Agreements, requests and facts are drawn close to the borders: on the first and last day and the days beside them, one
signature short, one field too many, one record below the limit. Not only the answer must be the same, but every reason.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Any

import cedarpy
import pytest

from easement.agreement.export.cedar import SCHEMA, as_entities, as_request, cedar
from easement.agreement.model import Level, Mode
from easement.agreement.read import AgreementFile
from easement.gate.checks import CHECKS, Check, recipient_named
from easement.gate.decide import decide
from easement.gate.model import Code, Facts, Request
from easement.gate.prepare import prepare
from easement.meaning.model import Standard
from easement.meaning.standards import standards
from tests.agreement.makers import as_file
from tests.often import often

STANDARDS: dict[str, Standard] = {standard.ref: standard for standard in standards()}
_SCHEMA = cedarpy.Schema.from_str(SCHEMA)

PURPOSES = ["benefit-eligibility", "debt-recovery", "immigration-enforcement", "research"]
ROLES = ["benefits-officer", "analyst", "manager"]
TRAINING = ["data-protection", "safeguarding"]
EVERY = {"P6M": 6, "P12M": 12, "P1Y": 12, "P25M": 25}

CODE_OF = {
    "parties": Code.AGREEMENT_NOT_IN_FORCE,
    "term.starts": Code.AGREEMENT_NOT_IN_FORCE,
    "term.ends": Code.AGREEMENT_NOT_IN_FORCE,
    "term.review_every": Code.AGREEMENT_NOT_IN_FORCE,
    "term": Code.AGREEMENT_NOT_IN_FORCE,
    "version": Code.AGREEMENT_SUPERSEDED,
    "law": Code.AGREEMENT_INCOMPLETE,
    "law.consent": Code.CONSENT_MISSING,
    "purpose.code": Code.PURPOSE_NOT_AGREED,
    "purpose.never_for": Code.PURPOSE_NEVER_FOR,
    "purpose": Code.PERSON_OBJECTED,
    "training": Code.TRAINING_MISSING,
    "modes": Code.MODE_NOT_AGREED,
    "fields": Code.FIELDS_NONE_AGREED,
    "aggregate.dimensions": Code.FIELDS_NONE_AGREED,
    "fields.whole": Code.FIELDS_DIMENSIONS_FIXED,
    "aggregate.dimensions.whole": Code.FIELDS_DIMENSIONS_FIXED,
    "subjects.named": Code.PERSON_NOT_NAMED,
    "subjects.unnamed": Code.PERSON_NOT_NAMED,
    "subjects.listed": Code.SUBJECTS_LIST_NEEDED,
    "subjects.unlisted": Code.SUBJECTS_LIST_REFUSED,
    "limits.records_per_day": Code.LIMIT_DAY_REACHED,
}
"""What each policy says in the gate's words, by the end of its id."""


@dataclass(frozen=True)
class Case:
    """An agreement with the last review known, and the day after which the next is overdue."""

    file: AgreementFile
    reviewed: date | None
    review_due: date | None


def some(draw: random.Random, values: list[str], least: int = 0) -> list[str]:
    return draw.sample(values, draw.randint(least, len(values)))


def share(draw: random.Random, givers: list[str], receivers: list[str]) -> dict[str, Any]:
    standard = STANDARDS[draw.choice(sorted(STANDARDS))]
    elements = list(standard.elements)
    level = draw.choice(["identifiable"] * 3 + ["pseudonymised"] * 2 + ["anonymised"] + ["aggregate"] * 2)
    found: dict[str, Any] = {
        "from": draw.choice(givers),
        "to": some(draw, receivers, 1),
        "standard": standard.ref,
        "level": level,
        "modes": ["aggregate"] if level == "aggregate" else some(draw, [mode.value for mode in Mode], 1),
        "subjects": draw.choice(["matched", "all"]),
        "fields": dict.fromkeys(some(draw, elements, 1), "plain"),
        "limits": draw.choice([{}, {"records_per_day": 1}, {"records_per_day": 20000}]),
    }
    if level == "anonymised":
        found |= {"k": 5} | ({"modes": ["bulk"], "subjects": "all"} if draw.random() < 0.7 else {})
    if level == "aggregate" or draw.random() < 0.3:
        found["aggregate"] = {"dimensions": draw.choice([[], some(draw, elements)])}
    return found


def months_after(start: date, months: int) -> date:
    """The same day of a later month, or that month's last: found by stepping, not as the agreement finds it."""
    first = start.replace(day=1)
    for _ in range(months):
        first = (first + timedelta(days=31)).replace(day=1)
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return first.replace(day=min(start.day, last.day))


def case(draw: random.Random) -> Case:
    givers, receivers = some(draw, ["dwp", "hmrc"], 1), some(draw, ["northtown", "easton", "weston"], 1)
    starts = date(2026, 1, 1) + timedelta(days=draw.randrange(700))
    ends = starts + timedelta(days=draw.choice([0, 1, 90, 400, 1200]))
    purpose, every = draw.choice(PURPOSES), draw.choice([None, *EVERY])
    reviewed = draw.choice([None, starts - timedelta(days=5), starts + timedelta(days=draw.randrange(500))])
    data = {
        "format": "easement-agreement/1",
        "id": "generated",
        "version": "1.0.0",
        "title": "Generated",
        "parties": {
            party: {"as": role, "controller": "independent", "contact": f"dpo@{party}.example"}
            for role, parties in (("provider", givers), ("recipient", receivers))
            for party in parties
        },
        "purpose": {
            "code": purpose,
            "statement": "Test.",
            "never_for": some(draw, [other for other in PURPOSES if other != purpose]),
        },
        "law": {givers[0]: {"basis": draw.choice(["art6_1_e", "art6_1_e", "art6_1_a", "art6_1_a_consent"])}},
        "shares": {f"share-{n}": share(draw, givers, receivers) for n in range(draw.randint(1, 2))},
        "people": {
            party: {"roles": some(draw, ROLES, 1), "training": some(draw, TRAINING)}
            for party in some(draw, [*receivers, *givers])
        },
        "duties": {"retain": "P1Y"},
        "term": {"starts": str(starts), "ends": str(ends)} | ({"review_every": every} if every else {}),
    }
    due = months_after(max(starts, reviewed or starts), EVERY[every]) if every else None
    return Case(as_file(data), reviewed, due)


PEOPLE: list[dict[str, str]] = [
    {"family_name": "Ash", "date_of_birth": "2015-02-01"},
    {"family_name": "Ash", "given_name": "Bo", "postcode": "NE1 1AA"},
    {"nhs_number": "9434765919"},
    {"national_insurance_number": "AB123456A"},
    {"upn": "B801200005001"},
    {"family_name": "Ash", "given_name": "Bo"},
    {"date_of_birth": "2015-02-01", "postcode": "NE1 1AA"},
    {"family_name": " ", "date_of_birth": "2015-02-01"},
    {"family_name": "Ash", "date_of_birth": "2015-02-01", "shoe_size": "3"},
]


def likely(draw: random.Random, found: Case) -> tuple[Request, Facts]:
    """A request that the terms allow, as far as they allow any."""
    terms = found.file.terms
    id_ = draw.choice(list(terms.shares))
    wanted = terms.shares[id_]
    recipient = draw.choice(wanted.recipients)
    who, mode = terms.people.get(recipient), draw.choice(wanted.modes)
    crowd = mode is Mode.AGGREGATE or wanted.level is Level.ANONYMISED
    asked = Request(
        share=id_,
        recipient=recipient,
        role=draw.choice(who.roles) if who else "analyst",
        purpose=terms.purpose.code,
        mode=mode,
        fields=tuple(some(draw, list(wanted.fields))) if not crowd and draw.random() < 0.3 else (),
        person=draw.choice(PEOPLE[:5]) if mode is Mode.LOOKUP else {},
        listed=mode is Mode.MATCH or (mode is Mode.BULK and not crowd and draw.random() < 0.9),
    )
    last = min(terms.term.ends, found.review_due or terms.term.ends)
    on = draw.choice([terms.term.starts, last, max(terms.term.starts, last - timedelta(days=1))])
    known = Facts(
        now=moment(draw, on),
        signed=frozenset(terms.parties),
        training=frozenset(TRAINING),
        consented=True,
        records_today=draw.choice([0, 0, (wanted.limits.records_per_day or 1) - 1]),
    )
    return asked, known


def moment(draw: random.Random, on: date) -> datetime:
    return datetime.combine(on, draw.choice([time(0), time(12), time(23, 59, 59)]), tzinfo=UTC)


def bent(draw: random.Random, found: Case, asked: Request, known: Facts) -> tuple[Request, Facts]:
    """The same with one thing moved to the border or over it."""
    terms = found.file.terms
    wanted = terms.shares.get(asked.share)
    elements = list(STANDARDS[wanted.standard].elements) if wanted else []
    limit = (wanted.limits.records_per_day if wanted else None) or 1
    edge = draw.choice([terms.term.starts, terms.term.ends, found.review_due or terms.term.ends])
    change: dict[str, Any] = draw.choice(
        [
            {"share": draw.choice([*terms.shares, "nothing", ""])},
            {"recipient": draw.choice([*terms.parties, "stranger", "northtown/analyst", ""])},
            {"role": draw.choice([*ROLES, "teacher", "", "analyst/analyst", 'x"', "a\nb"])},
            {"purpose": draw.choice([*PURPOSES, ""])},
            {"mode": draw.choice(list(Mode))},
            {"fields": tuple(some(draw, [*elements[:3], "shoe_size"]))},
            {"person": draw.choice([{}, *PEOPLE])},
            {"listed": draw.random() < 0.5},
        ]
    )
    fact: dict[str, Any] = draw.choice(
        [
            {"now": moment(draw, edge + timedelta(days=draw.choice([-1, 0, 1])))},
            {"signed": frozenset(some(draw, [*terms.parties, "stranger"]))},
            {"suspended": draw.choice(["a breach is looked into", ""])},
            {"superseded": draw.choice(["2.0.0", None])},
            {"gaps": draw.choice([(), ("law.power",)])},
            {"training": frozenset(some(draw, TRAINING))},
            {"records_today": limit + draw.choice([-1, 0, 1])},
            {"objected": draw.random() < 0.5},
            {"consented": draw.random() < 0.5},
        ]
    )
    return (replace(asked, **change), known) if draw.random() < 0.5 else (asked, replace(known, **fact))


def asks(draw: random.Random, found: Case, many: int) -> Iterator[tuple[Request, Facts]]:
    for _ in range(many):
        asked, known = likely(draw, found)
        for _ in range(draw.choice([0, 1, 1, 2, 3])):
            asked, known = bent(draw, found, asked, known)
        yield asked, known


def second_opinion(found: Case, asked: list[tuple[Request, Facts]]) -> list[cedarpy.AuthzResult]:
    requests = [as_request(request, facts, review_due=found.review_due) for request, facts in asked]
    policies = cedarpy.PolicySet.from_str(cedar(found.file, STANDARDS))
    return cedarpy.is_authorized_batch(requests, policies, as_entities(r for r, _ in asked), _SCHEMA)


def said_by_cedar(result: cedarpy.AuthzResult) -> set[Code]:
    ids = result.diagnostics.id_annotations_by_reason.values()
    ends = {".".join(id_.split(".")[2:]) if id_.startswith(("shares.", "people.")) else id_ for id_ in ids}
    return {CODE_OF[end or "training"] for end in ends}


def disagreements(draw: random.Random, many: int) -> tuple[list[str], int]:
    found = case(draw)
    agreement = prepare(found.file, STANDARDS, reviewed=found.reviewed)
    asked = list(asks(draw, found, many))
    wrong, allowed = [], 0
    for (request, facts), result in zip(asked, second_opinion(found, asked), strict=True):
        decision = decide(request, agreement, facts)
        allowed += decision.allowed
        if result.diagnostics.errors or result.allowed is not decision.allowed or not same_reasons(decision, result):
            wrong.append(f"{decision.unmet} against {result.diagnostics.id_annotations_by_reason}: {request} {facts}")
    return wrong, allowed


def same_reasons(decision: Any, result: cedarpy.AuthzResult) -> bool:
    """Cedar names what is forbidden; whom it never permitted (a stranger, a role, an unknown share) it leaves unnamed.

    It also names clauses that the gate asks about only where they matter: the training of a stranger, and the fields
    of a mode that is not agreed.
    """
    unmet = {reason.code for reason in decision.unmet}
    if decision.allowed or Code.SHARE_UNKNOWN in unmet:
        return True
    moot = {Code.TRAINING_MISSING} if Code.RECIPIENT_NOT_NAMED in unmet else set[Code]()
    moot |= {Code.FIELDS_NONE_AGREED, Code.FIELDS_DIMENSIONS_FIXED} if Code.MODE_NOT_AGREED in unmet else set()
    return said_by_cedar(result) - moot == unmet - {Code.RECIPIENT_NOT_NAMED, Code.ROLE_NOT_ENTITLED}


@pytest.mark.parametrize("seed", range(20))
def test_the_gate_and_cedar_never_disagree(seed: int) -> None:
    draw = random.Random(seed)
    for _ in range(often(25)):
        wrong, _ = disagreements(draw, 200)
        assert not wrong, wrong[0]


@pytest.mark.parametrize(
    "left_out",
    [check for check in CHECKS if check is not recipient_named],  # a stranger has no role that is entitled either
    ids=lambda check: check.__name__,
)
def test_a_gate_that_forgets_a_check_is_found_out(left_out: Check, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("easement.gate.decide.CHECKS", tuple(check for check in CHECKS if check is not left_out))
    draw = random.Random(5)
    assert any(disagreements(draw, 100)[0] for _ in range(60))


def test_the_requests_are_drawn_close_to_the_border() -> None:
    draw = random.Random(1)
    allowed = sum(disagreements(draw, 100)[1] for _ in range(40))
    assert 400 < allowed < 3_200


def test_every_generated_policy_set_is_valid_against_the_schema() -> None:
    draw = random.Random(2)
    for _ in range(100):
        result = cedarpy.validate_policies(cedar(case(draw).file, STANDARDS), _SCHEMA)
        assert result.validation_passed, result.errors


def test_a_request_that_lacks_a_value_is_no_answer_rather_than_a_skipped_prohibition() -> None:
    draw = random.Random(3)
    found = case(draw)
    asked = next(asks(draw, found, 1))
    request = as_request(*asked, review_due=found.review_due)
    del request["context"]["suspended"]
    policies = cedarpy.PolicySet.from_str(cedar(found.file, STANDARDS))
    (result,) = cedarpy.is_authorized_batch([request], policies, as_entities([asked[0]]), _SCHEMA)
    assert not result.allowed
    assert result.diagnostics.errors


def test_the_day_is_counted_in_utc_whatever_the_zone_of_the_clock() -> None:
    draw = random.Random(4)
    found = case(draw)
    request, facts = likely(draw, found)
    here = replace(facts, now=datetime(2026, 9, 1, 0, 30, tzinfo=timezone(timedelta(hours=1))))
    assert as_request(request, here)["context"]["day"] == (date(2026, 8, 31) - date(1970, 1, 1)).days

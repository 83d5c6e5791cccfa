"""Who may ask, and what stays owed after a disclosure."""

from collections.abc import Iterator

from easement.agreement.duration import Duration
from easement.agreement.rules import sources
from easement.agreement.rules.case import Case
from easement.agreement.rules.rule import Found, Level, rule

LONG_KEPT = Duration(months=36)
"""Keeping shared data longer than this needs a reason of its own; the giver's schedule is not the receiver's."""

BREACH_LATEST, BREACH_PROMPT = Duration(hours=72), Duration(hours=24)
"""The law's 72 hours begin when a controller knows, so a partner told within 24 still has two days."""


def _recipients(case: Case) -> list[str]:
    return [party for party in case.terms.parties if case.providers_of(party)]


@rule(
    "people.roles-missing",
    Level.MUST,
    "Each recipient names the roles that may ask",
    why="what everyone in a body may see, nobody is answerable for",
    source=sources.CODE_GOVERNANCE,
)
def roles_missing(case: Case) -> Iterator[Found]:
    for party in _recipients(case):
        if party not in case.terms.people:
            text = f"it is not said who at `{party}` may ask"
            yield Found(("people",), text, f"add `people: {{{party}: {{roles: […]}}}}`")


@rule(
    "people.training-missing",
    Level.SHOULD,
    "Those who ask are trained first",
    why="most breaches are mistakes by people who were never told",
    source=sources.CODE_GOVERNANCE,
)
def training_missing(case: Case) -> Iterator[Found]:
    for party in _recipients(case):
        if party in case.terms.people and not case.terms.people[party].training:
            text = f"no training is asked of those at `{party}` who may ask"
            yield Found(("people", party), text, "add `training: [information-governance]`")


@rule(
    "duties.kept-long",
    Level.SHOULD,
    "Shared data is not kept for long",
    why="it may be kept no longer than the shared purpose needs",
    source=sources.STORAGE,
)
def kept_long(case: Case) -> Iterator[Found]:
    retain = case.terms.duties.retain
    if retain.length > LONG_KEPT.length:
        text = f"the recipient may keep the data for {retain.words}"
        yield Found(("duties", "retain"), text, "shorten it, or give the reason in the statement of necessity")


@rule(
    "duties.certificate-third-party",
    Level.MUST,
    "A recipient that is no public authority certifies deletion",
    why="a third party has no public duty to keep records of what it destroys, so it must be asked to prove it",
    source=sources.OWN_DELETE,
)
def certificate_third_party(case: Case) -> Iterator[Found]:
    if case.terms.duties.certificate == "none":
        for party in _recipients(case):
            body = case.body_class(party)
            if body is not None and not body.public_authority:
                text = f"`{party}` is a {body.label.lower()} and need not certify that it deleted the data"
                yield Found(("duties", "certificate"), text, "set `certificate: required`")


@rule(
    "duties.certificate-missing",
    Level.SHOULD,
    "The recipient certifies what it did with the data in the end",
    why="a duty to delete that nobody has to prove is seldom kept on time",
    source=sources.OWN_DELETE,
)
def certificate_missing(case: Case) -> Iterator[Found]:
    if case.terms.duties.certificate == "none" and not list(certificate_third_party(case)):
        yield Found(("duties",), "nobody has to certify deletion", "set `certificate: required`")


@rule(
    "duties.onward-open",
    Level.SHOULD,
    "Passing data on is kept to those who need it",
    why="each step away from the giver makes purpose, correction and deletion harder to keep",
    source=sources.CODE_GOVERNANCE,
)
def onward_open(case: Case) -> Iterator[Found]:
    if case.terms.duties.onward not in ("none", ()):
        text = f"the data may be passed on to {', '.join(case.terms.duties.onward)}"
        yield Found(("duties", "onward"), text, "set `onward: none`, and let them join as parties")


@rule(
    "duties.breach-missing",
    Level.MUST,
    "It is said how soon partners are told of a breach",
    why="both sides may have to report within 72 hours of knowing",
    source=sources.BREACH,
)
def breach_missing(case: Case) -> Iterator[Found]:
    if case.terms.duties.breach_notice is None:
        yield Found(("duties",), "it is not said how soon a breach is told", "add `breach_notice: PT24H`")


@rule(
    "duties.breach-too-late",
    Level.MUST,
    "Partners are told of a breach within 72 hours",
    why="told later, the partner cannot judge in time whether it must report",
    source=sources.BREACH,
)
def breach_too_late(case: Case) -> Iterator[Found]:
    notice = case.terms.duties.breach_notice
    if notice is not None and notice.length > BREACH_LATEST.length:
        text = f"a breach is told only after {notice.words}"
        yield Found(("duties", "breach_notice"), text, "set `breach_notice: PT24H`")


@rule(
    "duties.breach-slow",
    Level.SHOULD,
    "Partners are told of a breach within 24 hours",
    why="the partner needs time of its own within the 72 hours",
    source=sources.OWN_BREACH,
)
def breach_slow(case: Case) -> Iterator[Found]:
    notice = case.terms.duties.breach_notice
    if notice is not None and BREACH_PROMPT.length < notice.length <= BREACH_LATEST.length:
        text = f"a breach may be told as late as {notice.words} after"
        yield Found(("duties", "breach_notice"), text, "set `breach_notice: PT24H`")


@rule(
    "duties.corrections",
    Level.SHOULD,
    "Corrections are passed on",
    why="who gave data must tell those who have it when it was wrong, unless that is impossible",
    source=sources.CORRECTIONS,
)
def corrections(case: Case) -> Iterator[Found]:
    if case.terms.duties.corrections == "none":
        yield Found(("duties",), "corrections are not passed on", "set `corrections: notify`")


@rule(
    "duties.risk-unstated",
    Level.MUST,
    "It is stated who answers for the data after disclosure",
    why="where nobody knows who holds the risk, the careful share nothing and the careless everything",
    source=sources.OWN_RISK,
)
def risk_unstated(case: Case) -> Iterator[Found]:
    if case.terms.duties.risk_after_disclosure is None:
        text = "it is not said who holds the risk after disclosure"
        yield Found(("duties",), text, "add `risk_after_disclosure: recipient`, provider or shared")


@rule(
    "emergency.recorded-late",
    Level.SHOULD,
    "What is shared in an emergency is recorded within 24 hours",
    why="share first where life is at stake, and write it down while it is remembered",
    source=sources.OWN_EMERGENCY,
)
def emergency_recorded_late(case: Case) -> Iterator[Found]:
    emergency = case.terms.emergency
    if emergency != "none" and emergency.record_within.length > Duration(hours=24).length:
        text = f"an emergency is recorded only after {emergency.record_within.words}"
        yield Found(("emergency", "record_within"), text, "set `record_within: PT24H`")


@rule(
    "emergency.reviewed-late",
    Level.SHOULD,
    "What is shared in an emergency is looked at within 30 days",
    why="an exception that nobody looks at becomes the rule",
    source=sources.OWN_EMERGENCY,
)
def emergency_reviewed_late(case: Case) -> Iterator[Found]:
    emergency = case.terms.emergency
    if emergency != "none" and emergency.review_within.length > Duration(days=30).length:
        text = f"an emergency is reviewed only after {emergency.review_within.words}"
        yield Found(("emergency", "review_within"), text, "set `review_within: P30D`")

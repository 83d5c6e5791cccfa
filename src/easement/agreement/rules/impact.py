"""The impact assessment: whether one is due, was made, and was made in time (R1.4)."""

from collections.abc import Iterator

from easement.agreement.duration import Duration
from easement.agreement.model import Level as How
from easement.agreement.model import Mode
from easement.agreement.rules import sources
from easement.agreement.rules.case import Case
from easement.agreement.rules.rule import Found, Level, rule
from easement.law.model import DpiaTrigger

LONGEST_LIFE = Duration(months=36)
"""An assessment older than this at the start speaks of another time: systems, law and risks have moved."""

_CHILDREN = frozenset({"education", "safeguarding"})
"""Families of purposes that bear on children or people at risk."""

_PATH = ("law", "dpia")


def _signs(case: Case) -> dict[str, str]:
    """The signs of the regulation and the regulator's list that the file itself shows, each with what shows it."""
    found: dict[str, str] = {}
    sensitive = {use.element.name for use in case.uses if use.element.special_category or use.element.criminal}
    if sensitive:
        found["dpia_large_scale_special"] = ", ".join(f"`{name}`" for name in sorted(sensitive))
    matched = [id_ for id_, share in case.asked(Mode.MATCH)]
    matched += [id_ for id_, share in case.terms.shares.items() if share.subjects == "matched" and id_ not in matched]
    if matched:
        found["dpia_data_matching"] = f"the share `{matched[0]}` matches people of several sources"
    purpose = case.catalogue.find_purpose(case.terms.purpose.code)
    if purpose is not None and purpose.family in _CHILDREN:
        found["dpia_targeting_vulnerable"] = f"`{purpose.id}` bears on children or people at risk"
    return found


def _due(case: Case) -> Iterator[tuple[DpiaTrigger, str]]:
    signs = _signs(case)
    return ((each, signs[each.id]) for each in case.catalogue.dpia_triggers if each.id in signs)


@rule(
    "impact.missing",
    Level.MUST,
    "An impact assessment is referred to where one is due",
    why="sharing that is likely to be of high risk is assessed before it starts",
    source=sources.IMPACT,
)
def missing(case: Case) -> Iterator[Found]:
    if case.terms.law.dpia is None:
        for trigger, shown in _due(case):
            text = f"an impact assessment is due ({trigger.plain.rstrip('.')}): {shown}"
            yield Found(("law",), text, "add `dpia: {reference: …, outcome: …, dated: …}`", trigger)


@rule(
    "impact.not-required-but-due",
    Level.MUST,
    "An assessment is not called unnecessary where one is due",
    why="the file itself shows a sign that the regulation or the regulator names",
    source=sources.IMPACT,
)
def not_required_but_due(case: Case) -> Iterator[Found]:
    stated = case.terms.law.dpia
    if stated is not None and stated.not_required is not None:
        for trigger, shown in _due(case):
            text = f"an impact assessment is due all the same ({trigger.plain.rstrip('.')}): {shown}"
            yield Found((*_PATH, "not_required"), text, "make one and give its reference", trigger)


@rule(
    "impact.not-considered",
    Level.SHOULD,
    "It is said whether an impact assessment was made, even where none is due",
    why="the regulator recommends one for any sharing; a reason for making none shows that it was thought of",
    source=sources.CODE_DPIA,
)
def not_considered(case: Case) -> Iterator[Found]:
    aggregate = all(share.level is How.AGGREGATE for share in case.terms.shares.values())
    if case.terms.law.dpia is None and not _signs(case) and not aggregate:
        mend = "add `dpia:` with a reference, or with `not_required:` and the reason"
        yield Found(("law",), "nothing is said of an impact assessment", mend)


@rule(
    "impact.undated",
    Level.MUST,
    "The assessment is dated",
    why="an assessment counts only if it was made before the sharing starts",
    source=sources.IMPACT,
)
def undated(case: Case) -> Iterator[Found]:
    stated = case.terms.law.dpia
    if stated is not None and stated.reference is not None and stated.dated is None:
        yield Found(_PATH, "the impact assessment has no date", "add `dated:` with the day it was signed off")


@rule(
    "impact.outcome-missing",
    Level.SHOULD,
    "The assessment's outcome is stated",
    why="a reader should see whether a high risk remains, which would have to go to the regulator first",
    source=sources.CODE_DPIA,
)
def outcome_missing(case: Case) -> Iterator[Found]:
    stated = case.terms.law.dpia
    if stated is not None and stated.reference is not None and stated.outcome is None:
        yield Found(_PATH, "the outcome of the impact assessment is not said", "add `outcome: residual risk …`")


@rule(
    "impact.too-late",
    Level.MUST,
    "The assessment was made before the agreement starts",
    why="it must be made before the processing, or it can change nothing",
    source=sources.IMPACT,
)
def too_late(case: Case) -> Iterator[Found]:
    dated = case.terms.law.dpia.dated if case.terms.law.dpia else None
    if dated is not None and dated > case.terms.term.starts:
        text = f"the impact assessment of {dated} is later than the start on {case.terms.term.starts}"
        yield Found((*_PATH, "dated"), text, "start the term after the assessment")


@rule(
    "impact.not-yet",
    Level.MUST,
    "The assessment's date has come",
    why="an assessment of a coming day has not been made",
    source=sources.IMPACT,
)
def not_yet(case: Case) -> Iterator[Found]:
    dated = case.terms.law.dpia.dated if case.terms.law.dpia else None
    if dated is not None and dated > case.today:
        yield Found((*_PATH, "dated"), f"{dated} is yet to come", "give the day it was signed off")


@rule(
    "impact.too-old",
    Level.SHOULD,
    "The assessment is not too old",
    why="after three years the systems, the law and the risks it speaks of have moved",
    source=sources.CODE_DPIA,
)
def too_old(case: Case) -> Iterator[Found]:
    dated = case.terms.law.dpia.dated if case.terms.law.dpia else None
    if dated is not None and LONGEST_LIFE.after(dated) < case.terms.term.starts:
        text = f"the impact assessment of {dated} is more than {LONGEST_LIFE.words} older than the start"
        yield Found((*_PATH, "dated"), text, "look through it again and give the new date")

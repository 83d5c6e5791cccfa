"""Special-category and criminal-offence data: which is used, and the condition, paragraph and policy it needs."""

from collections.abc import Iterator
from typing import Literal

from easement.agreement.model import Condition
from easement.agreement.rules import sources
from easement.agreement.rules.case import Case, near
from easement.agreement.rules.rule import Found, Level, rule
from easement.law import model as law
from easement.law.conditions import conditions_hold
from easement.law.findings import Outcome

Section = Literal["special_category", "criminal_offence"]

_IN_LAW = {"trade-union": "union", "sexual-orientation": "orientation"}
"""Where the catalogue's word for a special category is shorter than the standards' word."""


def _used(case: Case, section: Section) -> dict[str, list[str]]:
    """The sensitivities that the shares use, by the catalogue's word, each with the elements that carry it."""
    found: dict[str, list[str]] = {}
    for _, element in case.uses:
        word = "criminal" if element.criminal else element.special_category
        if word is not None and element.criminal == (section == "criminal_offence"):
            found.setdefault(_IN_LAW.get(word, word), []).append(element.name)
    return found


def _stated(case: Case, section: Section) -> Condition | None:
    value = getattr(case.terms.law, section)
    return value if isinstance(value, Condition) else None


def _chosen(case: Case, section: Section) -> list[law.Condition]:
    """The conditions named, where every one of them is known; else none, for the rule on unknown ones to tell."""
    stated = _stated(case, section)
    codes = [code for code in (stated.condition, stated.schedule_1) if code] if stated else []
    found = [case.catalogue.find_condition(code) for code in codes]
    return [each for each in found if each] if all(found) else []


def _missing(case: Case, section: Section, what: str) -> Iterator[Found]:
    if _stated(case, section) is not None:
        return
    for word, elements in _used(case, section).items():
        names = ", ".join(f"`{name}`" for name in sorted(set(elements)))
        mend = f"add `{section}: {{condition: …}}`; easement law list --kind condition shows them"
        yield Found(("law", section), f"{names} is {word} data and needs a {what} condition", mend)


def _unknown(case: Case, section: Section) -> Iterator[Found]:
    stated = _stated(case, section)
    for key in ("condition", "schedule_1") if stated else ():
        code = getattr(stated, key)
        if code is not None and case.catalogue.find_condition(code) is None:
            known = [name for each in case.catalogue.conditions for name in (each.id, *each.aliases)]
            mend = near(code, known, look_up="easement law list --kind condition")
            yield Found(("law", section, key), f"`{code}` is not a known condition", mend)


def _held(case: Case, section: Section, about: str) -> Iterator[Found]:
    chosen = _chosen(case, section)
    for word in _used(case, section) if chosen else ():
        for found in conditions_hold([each.id for each in chosen], word, case.catalogue).findings:
            if found.about == about and found.outcome is Outcome.NOT_MET:
                key = "schedule_1" if about == "schedule-1" else "condition"
                text = f"for {word} data: {found.text}" if key == "schedule_1" else f"it does not cover {word} data"
                yield Found(("law", section, key), text, found.mend, chosen[0])


def _policy(case: Case, section: Section, needed: str) -> Iterator[Found]:
    stated = _stated(case, section)
    for each in _chosen(case, section):
        if each.policy_document == needed and stated is not None and stated.policy_document is None:
            text = each.policy_document_text or f"`{each.id}` needs an appropriate policy document"
            yield Found(("law", section), text, "add `policy_document:` with its reference", each)


def _not_needed(case: Case, section: Section, what: str) -> Iterator[Found]:
    described = len(case.described) == len(case.terms.shares)
    if described and _stated(case, section) is not None and not _used(case, section):
        text = f"a {what} condition is given, but no such element is used"
        yield Found(("law", section), text, f"set `{section}: none`, or note what reveals it by inference")


@rule(
    "special.condition-missing",
    Level.MUST,
    "Special-category data has its Article 9 condition",
    why="using it is forbidden unless a condition lifts the ban",
    source=sources.ARTICLE_9,
)
def special_missing(case: Case) -> Iterator[Found]:
    yield from _missing(case, "special_category", "Article 9")


@rule(
    "special.condition-unknown",
    Level.MUST,
    "Each condition named is in the law catalogue",
    why="there are no conditions but those of the statute",
    source=sources.ARTICLE_9,
)
def special_unknown(case: Case) -> Iterator[Found]:
    yield from _unknown(case, "special_category")


@rule(
    "special.condition-does-not-fit",
    Level.MUST,
    "The condition is of the right kind and covers this category",
    why="some conditions serve some categories only, and a paragraph of Schedule 1 cannot stand alone",
    source=sources.ARTICLE_9,
)
def special_does_not_fit(case: Case) -> Iterator[Found]:
    yield from _held(case, "special_category", "condition")


@rule(
    "special.schedule-1-missing",
    Level.MUST,
    "The condition has its Schedule 1 paragraph, where it needs one",
    why="five of the Article 9 conditions work only together with a paragraph of Schedule 1",
    source=sources.SCHEDULE_1,
)
def special_schedule_1(case: Case) -> Iterator[Found]:
    yield from _held(case, "special_category", "schedule-1")


@rule(
    "special.policy-document-missing",
    Level.MUST,
    "The appropriate policy document is referred to, where one is due",
    why="most paragraphs of Schedule 1 hold only with a policy document in place",
    source=sources.POLICY_DOCUMENT,
)
def special_policy(case: Case) -> Iterator[Found]:
    yield from _policy(case, "special_category", "yes")


@rule(
    "special.policy-document-perhaps",
    Level.SHOULD,
    "The appropriate policy document is referred to, where one may be due",
    why="the paragraph needs one except in the case it names",
    source=sources.POLICY_DOCUMENT,
)
def special_policy_perhaps(case: Case) -> Iterator[Found]:
    yield from _policy(case, "special_category", "sometimes")


@rule(
    "special.not-needed",
    Level.SHOULD,
    "No Article 9 condition is given where nothing needs one",
    why="a condition claimed without need reads as a licence for more than is shared",
    source=sources.CODE_SENSITIVE,
)
def special_not_needed(case: Case) -> Iterator[Found]:
    yield from _not_needed(case, "special_category", "special-category")


@rule(
    "criminal.condition-missing",
    Level.MUST,
    "Criminal-offence data has its condition",
    why="it may be used only under official authority or with a condition of Schedule 1",
    source=sources.ARTICLE_10,
)
def criminal_missing(case: Case) -> Iterator[Found]:
    yield from _missing(case, "criminal_offence", "Article 10")


@rule(
    "criminal.condition-unknown",
    Level.MUST,
    "Each condition named for offence data is in the law catalogue",
    why="there are no conditions but those of the statute",
    source=sources.ARTICLE_10,
)
def criminal_unknown(case: Case) -> Iterator[Found]:
    yield from _unknown(case, "criminal_offence")


@rule(
    "criminal.condition-does-not-fit",
    Level.MUST,
    "The condition covers offence data",
    why="an Article 9 condition says nothing of offences",
    source=sources.ARTICLE_10,
)
def criminal_does_not_fit(case: Case) -> Iterator[Found]:
    yield from _held(case, "criminal_offence", "condition")


@rule(
    "criminal.policy-document-missing",
    Level.MUST,
    "The policy document for offence data is referred to, where one is due",
    why="most paragraphs of Schedule 1 hold only with a policy document in place",
    source=sources.POLICY_DOCUMENT,
)
def criminal_policy(case: Case) -> Iterator[Found]:
    yield from _policy(case, "criminal_offence", "yes")


@rule(
    "criminal.policy-document-perhaps",
    Level.SHOULD,
    "The policy document for offence data is referred to, where one may be due",
    why="the paragraph needs one except in the case it names",
    source=sources.POLICY_DOCUMENT,
)
def criminal_policy_perhaps(case: Case) -> Iterator[Found]:
    yield from _policy(case, "criminal_offence", "sometimes")


@rule(
    "criminal.not-needed",
    Level.SHOULD,
    "No condition for offence data is given where nothing needs one",
    why="a condition claimed without need reads as a licence for more than is shared",
    source=sources.CODE_SENSITIVE,
)
def criminal_not_needed(case: Case) -> Iterator[Found]:
    yield from _not_needed(case, "criminal_offence", "criminal-offence")

"""When: the term and its reviews."""

from collections.abc import Iterator

from easement.agreement.duration import Duration
from easement.agreement.rules import sources
from easement.agreement.rules.case import Case
from easement.agreement.rules.rule import Found, Level, rule

LONG_TERM = Duration(months=60)
"""Longer than this, an agreement outlives the people, systems and law it was made with."""

REVIEW_AT_LEAST = Duration(months=12)
"""The longest time between two reviews (R2.8)."""


@rule(
    "term.over",
    Level.MUST,
    "The term is not over already",
    why="nothing can be shared under an agreement that has ended",
    source=sources.CODE_REVIEW,
)
def over(case: Case) -> Iterator[Found]:
    if case.terms.term.ends < case.today:
        yield Found(
            ("term", "ends"), f"the term ended on {case.terms.term.ends}", "give a later end, or make a new one"
        )


@rule(
    "term.long",
    Level.SHOULD,
    "The term is at most five years",
    why="an agreement without end is seldom looked at again",
    source=sources.CODE_REVIEW,
)
def long(case: Case) -> Iterator[Found]:
    term = case.terms.term
    if LONG_TERM.after(term.starts) < term.ends:
        text = f"the term is longer than {LONG_TERM.words}"
        yield Found(("term", "ends"), text, "end it sooner; a new version can follow")


@rule(
    "term.review-missing",
    Level.MUST,
    "Reviews are agreed",
    why="the code expects regular review, and an agreement that is never reviewed is never stopped",
    source=sources.CODE_REVIEW,
)
def review_missing(case: Case) -> Iterator[Found]:
    if case.terms.term.review_every is None:
        yield Found(("term",), "no review is agreed", "add `review_every: P12M`")


@rule(
    "term.review-rare",
    Level.SHOULD,
    "It is reviewed at least every 12 months",
    why="in a year the need, the law and the systems may all have changed",
    source=sources.OWN_REVIEW,
)
def review_rare(case: Case) -> Iterator[Found]:
    every = case.terms.term.review_every
    if every is not None and every.length > REVIEW_AT_LEAST.length:
        yield Found(("term", "review_every"), f"it is reviewed only every {every.words}", "set `review_every: P12M`")

"""What for: the purpose, both sides of the scale, and the purposes that pull against it."""

from collections.abc import Iterator

from easement.agreement.rules import sources
from easement.agreement.rules.case import Case, near
from easement.agreement.rules.rule import Found, Level, rule
from easement.law.clashes import never_for

LEAST_WORDS = 4
"""A statement of fewer words cannot say who does what with which data."""


def _unknown(case: Case, codes: dict[tuple[str | int, ...], str]) -> Iterator[Found]:
    for path, code in codes.items():
        if case.catalogue.find_purpose(code) is None:
            known = (each.id for each in case.catalogue.purposes)
            yield Found(
                path, f"`{code}` is not a known purpose", near(code, known, look_up="easement law list --kind purpose")
            )


@rule(
    "purpose.unknown",
    Level.MUST,
    "The purpose is one of the purposes list",
    why="powers, clashes and decisions are all told by the purpose's code",
    source=sources.PURPOSE_LIMIT,
)
def unknown(case: Case) -> Iterator[Found]:
    yield from _unknown(case, {("purpose", "code"): case.terms.purpose.code})


@rule(
    "purpose.never-for-unknown",
    Level.MUST,
    "Each purpose that is ruled out is one of the purposes list",
    why="a misspelt purpose rules out nothing",
    source=sources.OWN_CLASH,
)
def never_for_unknown(case: Case) -> Iterator[Found]:
    ruled_out = enumerate(case.terms.purpose.never_for)
    yield from _unknown(case, {("purpose", "never_for", at): code for at, code in ruled_out})


@rule(
    "purpose.clash-not-excluded",
    Level.SHOULD,
    "Purposes that pull against this one are ruled out by name",
    why="people stop telling the truth to those who help them when it may be used against them",
    source=sources.OWN_CLASH,
)
def clash_not_excluded(case: Case) -> Iterator[Found]:
    own = case.catalogue.find_purpose(case.terms.purpose.code)
    if own is None:
        return
    opposed = never_for(own.id, case.catalogue)
    for clash in case.catalogue.clashes:
        against = [each.id for each in opposed if clash.guards(own, each)]
        if against and not set(against) & set(case.terms.purpose.never_for):
            others = ", ".join(f"`{code}`" for code in against)
            text = f"`{own.id}` pulls against {others}: {clash.plain.rstrip('.')}"
            mend = f"add `{against[0]}`, or those of them that apply, to never_for"
            yield Found(("purpose", "never_for"), text, mend, clash)


@rule(
    "purpose.statement-thin",
    Level.SHOULD,
    "The statement says what the recipient will do",
    why="a purpose in a word or two covers anything, and so limits nothing",
    source=sources.PURPOSE_LIMIT,
)
def statement_thin(case: Case) -> Iterator[Found]:
    if len(case.terms.purpose.statement.split()) < LEAST_WORDS:
        mend = "write one sentence with one verb: who does what, with which people's data"
        yield Found(("purpose", "statement"), "the statement is too short to limit anything", mend)


@rule(
    "purpose.necessity-missing",
    Level.MUST,
    "Necessity is argued",
    why="every basis but consent asks that the sharing be necessary, not merely useful",
    source=sources.CODE_PURPOSE,
)
def necessity_missing(case: Case) -> Iterator[Found]:
    if case.terms.purpose.necessity is None:
        mend = "add `necessity:` and say why it cannot be done with less data, or without"
        yield Found(("purpose",), "it is not said why the sharing is necessary", mend)


@rule(
    "purpose.benefits-missing",
    Level.MUST,
    "The benefits are stated",
    why="proportion can be weighed only where what is gained is said",
    source=sources.CODE_PURPOSE,
)
def benefits_missing(case: Case) -> Iterator[Found]:
    if not case.terms.purpose.benefits:
        yield Found(("purpose",), "no benefit is stated", "add `benefits:` and say who gains, and what")


@rule(
    "purpose.harm-missing",
    Level.SHOULD,
    "The harm of not sharing is stated",
    why="a decision that weighs only the risk of sharing weighs one side of the scale",
    source=sources.OWN_SCALE,
)
def harm_missing(case: Case) -> Iterator[Found]:
    if case.terms.purpose.harm_if_not_shared is None:
        mend = "add `harm_if_not_shared:` and say what happens to people if nothing is shared"
        yield Found(("purpose",), "the harm of not sharing is not stated", mend)


@rule(
    "emergency.purpose-unknown",
    Level.MUST,
    "Each emergency purpose is one of the purposes list",
    why="in an emergency nobody has time to find out what a code was meant to be",
    source=sources.CODE_URGENT,
)
def emergency_unknown(case: Case) -> Iterator[Found]:
    if case.terms.emergency != "none":
        allowed = enumerate(case.terms.emergency.allowed_for)
        yield from _unknown(case, {("emergency", "allowed_for", at): code for at, code in allowed})


@rule(
    "emergency.never-for",
    Level.MUST,
    "No emergency purpose is one that is ruled out",
    why="what is refused whatever else changes is refused in an emergency too",
    source=sources.OWN_CLASH,
)
def emergency_never_for(case: Case) -> Iterator[Found]:
    allowed = case.terms.emergency.allowed_for if case.terms.emergency != "none" else ()
    for at, code in enumerate(allowed):
        if code in case.terms.purpose.never_for:
            text = f"`{code}` is allowed in an emergency and also ruled out"
            yield Found(("emergency", "allowed_for", at), text, "remove it here, or from never_for")

"""Which records: the row condition, held against the standard it speaks of."""

from collections.abc import Iterator

from easement.agreement.rules import sources
from easement.agreement.rules.case import Case
from easement.agreement.rules.rule import Found, Level, rule
from easement.meaning.codes_used import codes_in_condition
from easement.meaning.expression import ExpressionError, parse, typed


@rule(
    "rows.does-not-hold",
    Level.MUST,
    "The row condition can be asked of the standard",
    why="a condition that names what is not there, or compares unlike things, selects nobody as intended",
    source=sources.OWN_WHOLE,
)
def does_not_hold(case: Case) -> Iterator[Found]:
    for id_, share, standard, path in case.described:
        try:
            typed(parse(share.rows or "true"), standard.types)
        except ExpressionError as error:
            yield Found((*path, "rows"), f"in the condition of `{id_}`: {error.what}", error.remedy, at=error.at)


@rule(
    "rows.code-unknown",
    Level.MUST,
    "Each code in the row condition is in the element's code list",
    why="a code that no record can have selects nobody, or excludes nobody, without a word",
    source=sources.OWN_WHOLE,
)
def code_unknown(case: Case) -> Iterator[Found]:
    for _, share, standard, path in case.described:
        for name, code in codes_in_condition(parse(share.rows), standard.types) if share.rows else ():
            known = standard.elements[name].codes
            if code.value not in known:
                text = f"`{code.value}` is not a code of `{name}`"
                yield Found((*path, "rows"), text, f"its codes are {', '.join(known)}", at=code.at)

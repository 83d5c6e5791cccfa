"""What is counted: dimensions, measures, and how small numbers are hidden."""

from collections.abc import Iterator, Mapping
from itertools import combinations

from easement.agreement.model import Mode, Share, SmallNumbers
from easement.agreement.rules import sources
from easement.agreement.rules.case import Case, near
from easement.agreement.rules.rule import Found, Level, rule
from easement.base.located import Path_
from easement.base.words import listed
from easement.meaning.expression import Type
from easement.meaning.model import Element, Key, Standard

Counted = tuple[Path_, str, Standard]


def _dimensions(case: Case) -> Iterator[Counted]:
    for _, share, standard, path in case.described:
        for at, name in enumerate(share.aggregate.dimensions if share.aggregate else ()):
            yield (*path, "aggregate", "dimensions", at), name, standard


def _measured(case: Case) -> Iterator[Counted]:
    for _, share, standard, path in case.described:
        for measure, of in share.aggregate.measures.items() if share.aggregate else ():
            for name in of.values() if isinstance(of, Mapping) else ():
                yield (*path, "aggregate", "measures", measure), name, standard


def _known(counted: Iterator[Counted]) -> Iterator[tuple[Path_, Element]]:
    return ((path, standard.elements[name]) for path, name, standard in counted if name in standard.elements)


@rule(
    "counting.element-unknown",
    Level.MUST,
    "Each dimension and measure is an element of the standard",
    why="what the standard does not have cannot be counted",
    source=sources.CODE_DATA,
)
def element_unknown(case: Case) -> Iterator[Found]:
    for path, name, standard in (*_dimensions(case), *_measured(case)):
        if name not in standard.elements:
            mend = near(name, standard.elements, look_up=f"easement standard show {standard.ref}")
            yield Found(path, f"`{name}` is not an element of {standard.ref}", mend)


@rule(
    "counting.identifies",
    Level.MUST,
    "Nothing that names a person is a dimension or a measure",
    why="a table broken down by name or number is a list of people",
    source=sources.ANONYMISATION,
)
def identifies(case: Case) -> Iterator[Found]:
    for path, element in (*_known(_dimensions(case)), *_known(_measured(case))):
        if element.identifies:
            yield Found(path, f"`{element.name}` names the person", "count by something that many people share")


@rule(
    "counting.singles-out",
    Level.SHOULD,
    "No dimension singles people out",
    why="a table by day of birth or full postcode has hardly a cell with more than a few people in it",
    source=sources.ANONYMISATION,
)
def singles_out(case: Case) -> Iterator[Found]:
    for path, element in _known(_dimensions(case)):
        fine = element.type in (Type.DATE, Type.NUMBER) or element.key is Key.POSTCODE
        if fine and not element.identifies:
            yield Found(path, f"`{element.name}` splits people into very small groups", "count by something coarser")


@rule(
    "counting.not-a-number",
    Level.MUST,
    "A sum or a mean is of numbers",
    why="text and dates have no sum",
    source=sources.OWN_WHOLE,
)
def not_a_number(case: Case) -> Iterator[Found]:
    for path, element in _known(_measured(case)):
        if element.type not in (Type.INTEGER, Type.NUMBER):
            yield Found(path, f"`{element.name}` holds {element.type}, not numbers", "use `count`, or another element")


@rule(
    "counting.small-numbers",
    Level.SHOULD,
    "Small numbers are hidden at least as well as in hospital statistics",
    why="a cell of two people tells each of them about the other",
    source=sources.SMALL_NUMBERS,
)
def small_numbers(case: Case) -> Iterator[Found]:
    least = SmallNumbers()
    for id_, share in case.terms.shares.items():
        if share.aggregate is None:
            continue
        hidden = share.aggregate.small_numbers
        if hidden.hide_below < least.hide_below or hidden.round_to < least.round_to:
            text = f"counts below {hidden.hide_below} are hidden and others rounded to {hidden.round_to}"
            mend = (
                f"set `small_numbers: {{hide_below: {least.hide_below}, round_to: {least.round_to}}}`, or say why not"
            )
            yield Found(("shares", id_, "aggregate", "small_numbers"), text, mend)


@rule(
    "counting.nothing-said",
    Level.SHOULD,
    "A share that may be counted says by what",
    why="without dimensions the only answer is one count of everybody the share covers, by nothing",
    source=sources.CODE_DATA,
)
def nothing_said(case: Case) -> Iterator[Found]:
    for id_, share in case.asked(Mode.AGGREGATE):
        if share.aggregate is None or not share.aggregate.dimensions:
            text = f"`{id_}` gives one count of everybody it covers, by nothing"
            mend = "add `aggregate: {dimensions: […]}`, or drop the mode `aggregate` if one total is no use"
            yield Found(("shares", id_), text, mend)


@rule(
    "counting.nested",
    Level.SHOULD,
    "No table is by part of what another table of the same records is by",
    why="what the finer table hides can be narrowed down, or worked out, from the coarser one",
    source=sources.OWN_COUNTS,
)
def nested(case: Case) -> Iterator[Found]:
    for (first, one), (second, other) in combinations(case.asked(Mode.AGGREGATE), 2):
        same = (one.provider, one.standard) == (other.provider, other.standard)
        by, also_by = _counted_by(one), _counted_by(other)
        if same and set(one.recipients) & set(other.recipients) and (by <= also_by or also_by <= by):
            text = f"`{second}` counts by {_said(also_by)}, and `{first}` counts the same records by {_said(by)}"
            mend = "agree only one of the two, or count each by something that the other is not counted by"
            yield Found(("shares", second), text, mend)


def _counted_by(share: Share) -> set[str]:
    return set(share.aggregate.dimensions if share.aggregate else ())


def _said(dimensions: set[str]) -> str:
    return listed(sorted(dimensions)) if dimensions else "nothing"

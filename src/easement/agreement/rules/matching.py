"""How people on a list are found: whether anybody can see how often that is wrong, and for whom more than others."""

from collections.abc import Iterator

from easement.agreement.model import LIKENESS, Matching
from easement.agreement.rules import sources
from easement.agreement.rules.case import Case, Described, near
from easement.agreement.rules.rule import Found, Level, rule
from easement.base.located import Path_
from easement.meaning.expression import Type
from easement.meaning.model import Element, Key

__all__ = ["groups_people"]


def groups_people(element: Element) -> bool:
    """Whether an element puts people into groups: a code, yes or no, a date of birth by age, a postcode by area."""
    return element.type in (Type.CODE, Type.BOOLEAN) or element.key in (Key.DATE_OF_BIRTH, Key.POSTCODE, Key.SEX)


def _matched(case: Case) -> Iterator[tuple[Described, Matching]]:
    return ((each, each.share.match) for each in case.described if each.share.match is not None)


def _groups(case: Case) -> Iterator[tuple[Path_, str, Described]]:
    for each, match in _matched(case):
        for at, name in enumerate(match.groups):
            yield (*each.path, "match", "groups", at), name, each


@rule(
    "matching.group-unknown",
    Level.MUST,
    "Errors are counted by elements of the standard",
    why="what the standard does not have puts nobody into a group",
    source=sources.CODE_DATA,
)
def group_unknown(case: Case) -> Iterator[Found]:
    for path, name, (_, _, standard, _) in _groups(case):
        if name not in standard.elements:
            mend = near(name, standard.elements, look_up=f"easement standard show {standard.ref}")
            yield Found(path, f"`{name}` is not an element of {standard.ref}", mend)


@rule(
    "matching.group-unfit",
    Level.MUST,
    "Errors are counted by what many people share",
    why="a group of one is that person, and its errors are told by name",
    source=sources.MINIMISATION,
)
def group_unfit(case: Case) -> Iterator[Found]:
    for path, name, (_, _, standard, _) in _groups(case):
        element = standard.elements.get(name)
        if element is not None and not groups_people(element):
            mend = "name an element with codes, the date of birth or the postcode"
            yield Found(path, f"`{name}` puts nobody into a group", mend)


@rule(
    "matching.nobody-looks",
    Level.MUST,
    "A sample is drawn only where somebody can look at it",
    why="of a list of keyed encodings nobody sees a name, so nobody can say whether two records are one person",
    source=sources.ACCURACY,
)
def nobody_looks(case: Case) -> Iterator[Found]:
    for each, match in _matched(case):
        if match.method == "encoded" and (match.sample or match.groups):
            text = f"`{each.id}` is matched by encodings, and wants people to look at links"
            mend = "leave out `sample` and `groups`, or match by `rules` or by a `model`"
            yield Found((*each.path, "match", "sample" if match.sample else "groups"), text, mend)


@rule(
    "matching.no-sample",
    Level.SHOULD,
    "A match by a model has people look at a sample of its links",
    why="what a model expects of its links is as good as the model; people's decisions show how many are wrong",
    source=sources.ACCURACY,
)
def no_sample(case: Case) -> Iterator[Found]:
    for each, match in _matched(case):
        if match.method == "model" and not match.sample:
            text = f"nobody looks at the links that `{each.id}` discloses by a model"
            yield Found((*each.path, "match"), text, "add `sample: 100` to `match`")


@rule(
    "matching.encoded-names",
    Level.MUST,
    "Encodings are of people with names and a date of birth",
    why="what is encoded is names, the date of birth and the postcode: of anything else there is nothing to compare",
    source=sources.ACCURACY,
)
def encoded_names(case: Case) -> Iterator[Found]:
    for each in _encoded(case):
        wanted = (Key.FAMILY_NAME, Key.GIVEN_NAME, Key.DATE_OF_BIRTH)
        if lacking := [key.value for key in wanted if not each.standard.keyed(key)]:
            text = f"{each.standard.ref} has no {' and no '.join(lacking)} to encode"
            yield Found(
                (*each.path, "match", "method"), text, "match by `rules`, or use a standard of people with names"
            )


@rule(
    "matching.encoded-likeness",
    Level.SHOULD,
    "Encodings are linked from the usual likeness on",
    why="below it two people of like names are linked more often, and nobody can look at a pair of encodings",
    source=sources.ACCURACY,
)
def encoded_likeness(case: Case) -> Iterator[Found]:
    usual = LIKENESS["disclose"]
    for each in _encoded(case):
        if (found := each.share.match) is not None and found.disclose < usual:
            text = f"`{each.id}` links encodings from a likeness of {found.disclose} on"
            mend = f"set `disclose: {usual}` or higher, or say in the impact assessment why less is right"
            yield Found((*each.path, "match", "disclose"), text, mend)


@rule(
    "matching.encoded-unlimited",
    Level.SHOULD,
    "A list of encodings has a longest length",
    why="nobody can see who is asked about, so that only the length of a list keeps it from trying everybody",
    source=sources.SECURITY,
)
def encoded_unlimited(case: Case) -> Iterator[Found]:
    for each in _encoded(case):
        if each.share.limits.records_per_request is None:
            text = f"`{each.id}` takes encodings of as many people as the recipient likes"
            yield Found((*each.path, "match"), text, "add `limits: {records_per_request: …}`")


def _encoded(case: Case) -> Iterator[Described]:
    return (each for each, match in _matched(case) if match.method == "encoded")

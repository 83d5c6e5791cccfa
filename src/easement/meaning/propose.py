"""A table's columns proposed for the elements of a standard: each with how sure that is, and why, in words. Pure.

Nothing is in force by it. A proposal is put to a person, who confirms it or says otherwise; what two readings fit alike
is asked, not guessed.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from easement.meaning.mapping import NamePart, Way
from easement.meaning.model import Element, Key, Standard
from easement.meaning.profile import TableProfile
from easement.meaning.propose_assign import assigned
from easement.meaning.propose_score import Score, chance, full_name_score, score
from easement.meaning.propose_ways import way_of

__all__ = ["SURE", "Fit", "Proposal", "Proposals", "propose", "ranked", "sureness"]

SURE = 0.5
"""A column is proposed where it is likelier than not."""

MOST_ALTERNATIVES = 3
NEAR = -5.0
"""The odds down to which a column that was not proposed is named as the nearest: its name fits, its values do not."""
_RARE = 3


@dataclass(frozen=True, slots=True)
class Proposal:
    """How one element could be had. `way` is `None` where no column was found; `question` is what must be answered.

    `confidence` is from 0 to 1. `alternatives` are other columns, each with its own confidence.
    """

    element: str
    way: Way | None
    confidence: float
    reason: str
    alternatives: tuple[tuple[str, float], ...] = ()
    question: str = ""
    choices: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that it reads."""
        return self.way.columns if self.way is not None else ()


@dataclass(frozen=True, slots=True)
class Fit:
    """How well a standard fits a table: from 0 to 1, how many of its elements were found, and why in words."""

    standard: str
    title: str
    fit: float
    found: int
    of: int
    reason: str


@dataclass(frozen=True, slots=True)
class Proposals:
    """A mapping proposed for a table, element by element in the standard's order.

    `left_out` is the columns that nothing was proposed for, each with the reason.
    """

    standard: str
    proposals: tuple[Proposal, ...]
    left_out: tuple[tuple[str, str], ...] = ()
    record_key: tuple[str, ...] = ()
    record_key_reason: str = ""
    notes: tuple[str, ...] = field(default=())

    def of(self, element: str) -> Proposal | None:
        """The proposal for one element."""
        return next((each for each in self.proposals if each.element == element), None)

    @property
    def found(self) -> tuple[Proposal, ...]:
        """Those for which there is a way."""
        return tuple(each for each in self.proposals if each.way is not None)


def sureness(confidence: float) -> str:
    """How sure a proposal is, in words and as a share: `very likely (98%)`."""
    for least, words in ((0.95, "very likely"), (0.8, "likely"), (SURE, "possible")):
        if confidence >= least:
            return f"{words} ({confidence:.0%})"
    return "not found"


def propose(profile: TableProfile, standard: Standard) -> Proposals:
    """The likeliest column for each element of a standard, no column twice but one that holds whole names."""
    elements = list(standard.elements.values())
    scores = {each.name: [score(each, column, standard) for column in profile.columns] for each in elements}
    pairs = assigned([[max(0.0, one.odds) for one in scores[each.name]] for each in elements])
    taken = {elements[row].name: place for row, place in pairs.items()}
    sure = {name: _sureness(name, place, scores) for name, place in taken.items()}
    taken = {name: place for name, place in taken.items() if sure[name] >= SURE}
    proposals = {
        name: _proposal(standard.elements[name], profile, scores[name], place, sure[name])
        for name, place in taken.items()
    }
    proposals |= _from_full_name(profile, standard, taken)
    whole = tuple(proposals.get(each.name) or _not_found(each, scores[each.name], profile) for each in elements)
    key, why = _record_key(profile, standard, proposals)
    return Proposals(standard.ref, whole, tuple(_left_out(profile, whole, key)), key, why)


def _sureness(name: str, place: int, scores: Mapping[str, Sequence[Score]]) -> float:
    """The chance that it is this column and none of the others, and this element and none of the others."""
    odds = scores[name][place].odds
    among_columns = chance(odds, [one.odds for at, one in enumerate(scores[name]) if at != place])
    among_elements = chance(odds, [each[place].odds for other, each in scores.items() if other != name])
    return min(among_columns, among_elements)


def _proposal(element: Element, profile: TableProfile, scores: Sequence[Score], place: int, sure: float) -> Proposal:
    column = profile.columns[place]
    way, more, question, choices = way_of(element, column)
    change = column.change
    more = (
        (*more, f"from about row {change.row:,} it holds {change.after}, before that {change.before}")
        if change
        else more
    )
    reason = "; ".join([*scores[place].reasons, *more])
    return Proposal(element.name, way, sure, reason, _alternatives(scores, profile, place), question, choices)


def _alternatives(scores: Sequence[Score], profile: TableProfile, place: int | None) -> tuple[tuple[str, float], ...]:
    found = [
        (profile.columns[at].name, chance(one.odds, ()))
        for at, one in enumerate(scores)
        if at != place and one.odds > -2.0
    ]
    return tuple(sorted(found, key=lambda pair: -pair[1])[:MOST_ALTERNATIVES])


def _from_full_name(profile: TableProfile, standard: Standard, taken: Mapping[str, int]) -> dict[str, Proposal]:
    """Family and given name out of one column, where the table has no column for each."""
    family = next(iter(standard.keyed(Key.FAMILY_NAME)), None)
    given = next(iter(standard.keyed(Key.GIVEN_NAME)), None)
    if family is None or given is None or (family.name in taken and given.name in taken):
        return {}
    used = {place for name, place in taken.items() if name not in (family.name, given.name)}
    scores = [full_name_score(column) for column in profile.columns]
    free = [at for at in range(len(scores)) if at not in used]
    best = max(free, key=lambda at: scores[at].odds, default=None)
    if best is None or (sure := chance(scores[best].odds, [scores[at].odds for at in free if at != best])) < SURE:
        return {}
    column, reasons = profile.columns[best], scores[best].reasons
    question = ""
    if column.names.family_first > 0.5:
        question = "the family name seems to stand first without a comma; say how each part is had"
    found = {}
    for element, part in ((family, NamePart.FAMILY), (given, NamePart.GIVEN)):
        how = "what stands before the comma" if column.names.comma > 0.5 else "the last word"
        what = how if part is NamePart.FAMILY else "the rest"
        reason = "; ".join([*reasons, f"the {part} name is {what}"])
        found[element.name] = Proposal(
            element.name, Way(column=column.name, part=part), sure, reason, question=question
        )
    return found


def _not_found(element: Element, scores: Sequence[Score], profile: TableProfile) -> Proposal:
    named = [at for at, one in enumerate(scores) if one.named and one.odds > NEAR]
    best = max(named, key=lambda at: scores[at].odds, default=None)
    near = ""
    if best is not None:
        near = f"; nearest is `{profile.columns[best].name}`: {'; '.join(scores[best].reasons)}"
    return Proposal(
        element.name, None, 0.0, f"no column of the table seems to hold it{near}", _alternatives(scores, profile, None)
    )


def _record_key(
    profile: TableProfile, standard: Standard, proposals: Mapping[str, Proposal]
) -> tuple[tuple[str, ...], str]:
    """The columns that tell one record from another: those behind the standard's key, else one that does."""
    behind = [proposals[name].columns for name in standard.record_key if name in proposals]
    if behind and len(behind) == len(standard.record_key):
        return tuple(column for columns in behind for column in columns), "it is the standard's record key"
    read = {column for each in proposals.values() for column in each.columns}
    apart = [column for column in profile.columns if column.unique and column.name not in read]
    if apart:
        return (apart[0].name,), "each of its values stands in one row alone"
    return (), "no column tells every row from the others"


def _left_out(profile: TableProfile, proposals: Sequence[Proposal], key: Sequence[str]) -> Iterable[tuple[str, str]]:
    read = {column for each in proposals for column in each.columns} | set(key)
    for column in profile.columns:
        if column.name in read:
            continue
        if not column.filled:
            yield column.name, "it is empty"
            continue
        wanted = [
            each.element
            for each in proposals
            if each.way is not None and dict(each.alternatives).get(column.name, 0.0) >= SURE
        ]
        if wanted:
            yield column.name, f"another column fits `{wanted[0]}` better"
        else:
            yield column.name, "the standard has no element that it seems to be"


def ranked(profile: TableProfile, standards: Iterable[Standard]) -> tuple[Fit, ...]:
    """Every standard by how well it fits a table, the best first.

    What a standard alone asks for says more than what all tables of people hold, such as names and numbers; what the
    standard asks for and the table lacks says a little against it.
    """
    several = list(standards)
    common: dict[str, int] = {}
    for each in several:
        for name in each.elements:
            common[name] = common.get(name, 0) + 1
    fits = [_fit(propose(profile, each), each, common, len(several)) for each in several]
    return tuple(sorted(fits, key=lambda fit: (-fit.fit, fit.standard)))


def _fit(found: Proposals, standard: Standard, common: Mapping[str, int], among: int) -> Fit:
    def own(name: str) -> bool:
        element = standard.elements[name]
        shared = element.key or element.identifier or element.format or name in standard.record_key
        return common[name] <= _RARE and not shared

    def worth(name: str) -> float:
        return 2.0 if own(name) and among > 1 else 1.0

    whole = sum(worth(name) for name in standard.elements)
    gained = sum(worth(each.element) * each.confidence for each in found.found)
    share = gained / whole if whole else 0.0
    held = len(found.found)
    total = max(1, len(found.left_out) + len({column for each in found.found for column in each.columns}))
    used = len({column for each in found.found for column in each.columns}) / total
    fit = (2 * share * used / (share + used)) if share + used else 0.0
    telling_ones = [each.element for each in found.found if own(each.element)]
    telling = (
        f", among them {', '.join(f'`{name}`' for name in telling_ones[:4])}"
        if telling_ones
        else ", none that is its own alone"
    )
    return Fit(
        standard.ref,
        standard.title,
        fit,
        held,
        len(standard.elements),
        f"{held} of its {len(standard.elements)} elements found{telling}",
    )

"""The powers that fit a case or may fit it, each with what must still be done before it serves."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date

from easement.assessment.answers import Answers
from easement.assessment.result import Standing
from easement.law.entry import Checked, Jurisdiction, Verdict
from easement.law.findings import Fit
from easement.law.fits import fit, powers_for
from easement.law.power import Nature, Power, Route, Side
from easement.law.shelves import Catalogue

__all__ = ["Candidate", "candidates"]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A power, how it fits the case, how it stands with these answers, and what would make it serve."""

    power: Power
    fit: Fit
    standing: Standing
    mends: tuple[str, ...]

    @property
    def lifts_confidence(self) -> bool:
        """Whether its words surely lift a duty of confidence."""
        return self.power.overrides_confidentiality == "yes"


def candidates(
    answers: Answers,
    giver: str,
    receiver: str,
    purpose: str,
    catalogue: Catalogue,
    on: date,
    where: Collection[Jurisdiction] = (),
) -> tuple[Candidate, ...]:
    """The powers that fit or may fit, the surest first, without those that never carry such data."""
    case = (giver, receiver, purpose)
    found = powers_for(*case, catalogue, on, where)
    kinds = set(answers.protected or ())
    weighed = (
        _weighed(power, how, answers, case, catalogue, on, where)
        for power, how in found
        if not kinds & set(power.leaves_out)
    )
    strength = list(Nature)
    return tuple(
        sorted(
            weighed,
            key=lambda each: (
                each.standing,
                len(each.fit.against),
                len(each.mends),
                strength.index(each.power.nature),
                _breadth(each.power),
            ),
        )
    )


def _weighed(
    power: Power,
    how: Fit,
    answers: Answers,
    case: tuple[str, str, str],
    catalogue: Catalogue,
    on: date,
    where: Collection[Jurisdiction],
) -> Candidate:
    standing, mends = Standing.HOLDS, list[str]()
    if how.verdict is not Verdict.FITS:
        if _only_named_elsewhere(power, case, catalogue, on, where):
            standing = Standing.TO_DO
            mends += [each.mend for each in how.against]
        elif answers.confirmed == power.id and answers.confirmed_where:
            standing = Standing.TO_DO
            mends.append(f"keep the advice with the agreement: {answers.confirmed_where}")
        else:
            standing = Standing.UNCLEAR
            mends += [each.mend for each in how.against if each.mend]
    if power.check is Checked.KNOWLEDGE and standing is Standing.HOLDS:
        standing = Standing.TO_DO
        mends.append(
            f"have somebody read {power.citation}: what the catalogue says of it was not yet read in the source"
        )
    for unmet in _unmet(power, answers):
        standing = max(standing, Standing.TO_DO)
        mends.append(unmet)
    if power.needs_agreement and answers.consent != "free":
        standing = Standing.AGAINST
        mends.append("ask the person, and share only if they agree")
    return Candidate(power, how, standing, tuple(mends))


def _unmet(power: Power, answers: Answers) -> tuple[str, ...]:
    request = "have the receiver ask in writing, and say what for"
    urgent = answers.emergency and answers.life_at_risk
    asked = (request,) if power.needs_request and not (answers.asked_in_writing or urgent) else ()
    return (*asked, *(f"see to it that {before}" for before in power.first))


def _only_named_elsewhere(
    power: Power, case: tuple[str, str, str], catalogue: Catalogue, on: date, where: Collection[Jurisdiction]
) -> bool:
    """Whether all that is open is whether the bodies stand in a list, which anyone can look up."""
    listed = tuple(Route(givers=_named(route.givers), receivers=_named(route.receivers)) for route in power.routes)
    return fit(replace(power, routes=listed), *case, catalogue, on, where).verdict is Verdict.FITS


def _named(side: Side) -> Side:
    return replace(side, specified=False)


def _breadth(power: Power) -> int:
    """How much a power's words take in: of two that serve alike, the one that was made for this comes first."""
    return len(power.purposes) + len(power.purposes_if) + (100 if power.purposes_open else 0)

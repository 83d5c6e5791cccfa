"""Each answer narrows the law: how many powers remain after it. More answers never let a power back in."""

from collections.abc import Callable, Iterator
from datetime import date

from easement.assessment.answers import Answers
from easement.assessment.result import Narrowed
from easement.law.findings import Outcome
from easement.law.fits import in_force, passes, serves
from easement.law.power import Power
from easement.law.shelves import Catalogue

__all__ = ["narrow"]

Keeps = Callable[[Power], bool]


def narrow(answers: Answers, catalogue: Catalogue, on: date) -> tuple[Narrowed, ...]:
    """The powers that remain after each answer that bears on them, from all that are in force on a day."""
    remaining = tuple(
        power for power in catalogue.powers if power.is_power and in_force(power, on) is not Outcome.NOT_MET
    )
    steps = [Narrowed("", _ids(remaining))]
    for question, keeps in _steps(answers, catalogue):
        remaining = tuple(filter(keeps, remaining))
        steps.append(Narrowed(question, _ids(remaining)))
    return tuple(steps)


def _ids(powers: tuple[Power, ...]) -> tuple[str, ...]:
    return tuple(power.id for power in powers)


def _steps(answers: Answers, catalogue: Catalogue) -> Iterator[tuple[str, Keeps]]:
    giver, receiver, purpose = answers.giver or "", answers.receiver or "", answers.purpose or ""
    where, kinds = set(answers.where or ()), set(answers.protected or ())
    if giver:
        yield "giver", lambda power: passes(power, catalogue, giver) is not Outcome.NOT_MET
    if receiver:
        yield "receiver", lambda power: passes(power, catalogue, giver, receiver) is not Outcome.NOT_MET
    if where:
        yield "where", lambda power: where <= {*power.jurisdiction, *power.jurisdiction_if}
    if purpose:
        yield "purpose", lambda power: serves(power, purpose) is not Outcome.NOT_MET
    if kinds:
        yield "protected", lambda power: not kinds & set(power.leaves_out)

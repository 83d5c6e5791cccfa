"""The duty of confidence: whether the data was given in confidence, and what lifts that."""

from collections.abc import Iterator

from easement.agreement.rules import sources
from easement.agreement.rules.case import Case
from easement.agreement.rules.rule import Found, Level, rule
from easement.law.power import Override, Power

_PATH = ("law", "confidentiality")


@rule(
    "confidence.unstated",
    Level.MUST,
    "It is stated whether the duty of confidence is engaged",
    why="a power to share does not by itself lift a duty of confidence",
    source=sources.CONFIDENCE,
)
def unstated(case: Case) -> Iterator[Found]:
    if case.terms.law.confidentiality is None:
        mend = "add `confidentiality: {engaged: …, met_by: …}`"
        yield Found(("law",), "it is not said whether the data was given in confidence", mend)


@rule(
    "confidence.denied",
    Level.MUST,
    "Confidential elements are not called free of confidence",
    why="the standard marks what people give in confidence, such as health and benefit facts",
    source=sources.CONFIDENCE,
)
def denied(case: Case) -> Iterator[Found]:
    stated = case.terms.law.confidentiality
    confidential = sorted({use.element.name for use in case.uses if use.element.confidential})
    if stated is not None and not stated.engaged and confidential:
        text = f"{', '.join(f'`{name}`' for name in confidential)} are given in confidence"
        yield Found((*_PATH, "engaged"), text, "set `engaged: true` and say in `met_by` how the duty is met")


@rule(
    "confidence.unmet",
    Level.MUST,
    "A duty of confidence that is engaged is met",
    why="no power named here lifts the duty, so something else must",
    source=sources.CONFIDENCE,
)
def unmet(case: Case) -> Iterator[Found]:
    stated = case.terms.law.confidentiality
    if stated is None or not stated.engaged or stated.met_by is not None:
        return
    if not any(_lifts(power) for party, _, power in case.powers() if case.recipients_of(party)):
        mend = "add `met_by:` with a gateway that lifts it, consent, direct care or a public interest"
        yield Found(_PATH, "the duty of confidence is engaged and nothing is said to meet it", mend)


def _lifts(power: Power) -> bool:
    return power.overrides_confidentiality is Override.YES


@rule(
    "confidence.gateway-does-not-lift",
    Level.MUST,
    "A gateway named to lift the duty does lift it",
    why="some powers leave the duty of confidence standing, and a bar or exemption lifts nothing",
    source=sources.CONFIDENCE,
)
def gateway_does_not_lift(case: Case) -> Iterator[Found]:
    power = _named(case)
    if power is not None and (not power.is_power or power.overrides_confidentiality is Override.NO):
        text = f"`{power.id}` does not lift the duty of confidence: {power.overrides_confidentiality_text}"
        yield Found((*_PATH, "met_by"), text, "name a gateway that does, or another ground", power)


@rule(
    "confidence.gateway-unclear",
    Level.SHOULD,
    "A gateway named to lift the duty surely lifts it",
    why="the words do not plainly say so; a court would ask",
    source=sources.CONFIDENCE,
)
def gateway_unclear(case: Case) -> Iterator[Found]:
    power = _named(case)
    doubtful = (Override.PARTLY, Override.UNSTATED)
    if power is not None and power.is_power and power.overrides_confidentiality in doubtful:
        text = f"it is not plain that `{power.id}` lifts the duty of confidence: {power.overrides_confidentiality_text}"
        yield Found((*_PATH, "met_by"), text, "have a lawyer confirm it, or name a further ground", power)


def _named(case: Case) -> Power | None:
    stated = case.terms.law.confidentiality
    met_by = stated.met_by if stated is not None and stated.engaged else None
    return case.catalogue.find_power(met_by) if met_by else None

"""May this kind of body rely on this lawful basis of UK GDPR Article 6?"""

from collections.abc import Iterator
from datetime import date

from easement.base.words import day
from easement.law.entry import Verdict
from easement.law.findings import Finding, Fit, Outcome, finding, judge
from easement.law.model import Basis, BodyClass
from easement.law.power import Nature, Power
from easement.law.shelves import Catalogue

__all__ = ["basis_allows"]

_OUTCOMES = {
    Verdict.FITS: Outcome.MET,
    Verdict.UNCLEAR: Outcome.UNCLEAR,
    Verdict.DOES_NOT_FIT: Outcome.NOT_MET,
}


def basis_allows(basis: Basis, body_class: str, catalogue: Catalogue, on: date, power: Power | None = None) -> Fit:
    """Hold a basis against a kind of body that performs its tasks, and against the power it cites, if any.

    Legal obligation needs a power that is a duty. Raises `UsageError` for a class that the catalogue does not know.
    """
    return judge(_findings(basis, catalogue.body_class(body_class), on, power))


def _findings(basis: Basis, body: BodyClass, on: date, power: Power | None) -> Iterator[Finding]:
    yield _body(basis, body)
    if basis.valid_from and on < basis.valid_from:
        yield finding(basis, "in-force", Outcome.NOT_MET, f"it starts on {day(basis.valid_from)}", "use another basis")
    if basis.needs_mandatory_power:
        yield _duty(basis, power)
    for item in basis.must_record:
        yield finding(basis, "record", Outcome.NOTE, f"write down: {item}")


def _body(basis: Basis, body: BodyClass) -> Finding:
    outcome = _OUTCOMES[basis.for_public_authorities if body.public_authority else basis.for_others]
    text = f"`{body.label}` is {'a' if body.public_authority else 'not a'} public authority"
    if outcome is Outcome.MET:
        return finding(basis, "body", outcome, f"{text}, and such a body may rely on it")
    mend = "see whether another basis fits better, or write down why this one does"
    return finding(basis, "body", outcome, f"{text}; who cannot use it: {basis.who_cannot_use}", mend)


def _duty(basis: Basis, power: Power | None) -> Finding:
    if power is None:
        return finding(basis, "power", Outcome.UNCLEAR, "no duty is named", "name the law that requires the disclosure")
    if power.nature is Nature.MANDATORY:
        return finding(power, "power", Outcome.MET, "the power is a duty to share")
    mend = "use public task, or name a law that requires the disclosure"
    return finding(power, "power", Outcome.NOT_MET, f"the power is no duty: {power.nature.words}", mend)

"""On what ground of UK GDPR Article 6 each side stands, and whether such a body may stand on it."""

from collections.abc import Iterator

from easement.assessment.facts import Facts
from easement.assessment.result import Relied, Section, Standing, Statement, cited
from easement.law.bases import basis_allows
from easement.law.entry import Verdict
from easement.law.findings import Outcome
from easement.law.fits import passes
from easement.law.model import BodyClass

__all__ = ["basis_statements", "giver_relies", "receiver_relies"]

TASK, DUTY, VITAL = "art6_1_e_public_task", "art6_1_c_legal_obligation", "art6_1_d_vital_interests"
RECOGNISED, LEGITIMATE, CONSENT = (
    "art6_1_ea_recognised_legitimate_interest",
    "art6_1_f_legitimate_interests",
    "art6_1_a_consent",
)

_STANDINGS = {
    Verdict.FITS: Standing.HOLDS,
    Verdict.UNCLEAR: Standing.UNCLEAR,
    Verdict.DOES_NOT_FIT: Standing.AGAINST,
}

_ANNEX_1 = {
    "safeguarding": "rli_5_safeguarding",
    "crime": "rli_4_crime",
    "fraud": "rli_4_crime",
    "emergency": "rli_3_emergency",
    "national-security": "rli_2_security_defence",
}
"""The recognised legitimate interest that goes with a family of purposes (UK GDPR Annex 1)."""


def giver_relies(facts: Facts) -> Relied:
    """What the giver would rely on."""
    if facts.giver is None or facts.purpose is None:
        return Relied()
    chosen = facts.chosen
    power = chosen.power.id if chosen else ""
    if facts.vital and (chosen is None or chosen.standing is not Standing.HOLDS):
        return Relied(power, VITAL)
    if chosen is not None and (facts.giver.public_authority or chosen.power.article_6_giver == DUTY):
        return Relied(power, chosen.power.article_6_giver)
    if facts.giver.public_authority:
        return Relied(power, TASK) if facts.nameless else Relied()
    return _private(facts, power, asked=True)


def receiver_relies(facts: Facts) -> Relied:
    """What the receiver would rely on."""
    if facts.receiver is None or facts.purpose is None:
        return Relied()
    chosen = facts.chosen
    power = chosen.power.id if chosen and _opens_to(facts) else ""
    if facts.receiver.public_authority:
        return Relied(power, chosen.power.article_6_receiver if chosen else TASK)
    return _private(facts, power, asked=False)


def _opens_to(facts: Facts) -> bool:
    if facts.chosen is None or facts.receiver is None:
        return False
    return passes(facts.chosen.power, facts.catalogue, receiver=facts.receiver.id) is not Outcome.NOT_MET


def _private(facts: Facts, power: str, *, asked: bool) -> Relied:
    """A body that is no public authority: a recognised legitimate interest where one fits, else consent or its own."""
    family = facts.purpose.family if facts.purpose else ""
    if family in _ANNEX_1:
        return Relied(power, RECOGNISED, _ANNEX_1[family])
    public_receiver = bool(facts.receiver and facts.receiver.public_authority)
    if asked and public_receiver and facts.answers.asked_in_writing:
        return Relied(power, RECOGNISED, "rli_1_public_task_request")
    if facts.answers.consent == "free":
        return Relied(power, CONSENT)
    return Relied(power, LEGITIMATE)


def basis_statements(facts: Facts) -> Iterator[Statement]:
    """The basis of each side, once both sides and the purpose are known."""
    if facts.giver is None or facts.receiver is None or facts.purpose is None:
        return
    yield from _side(facts, "giver", facts.giver, giver_relies(facts))
    yield from _side(facts, "receiver", facts.receiver, receiver_relies(facts))


def _side(facts: Facts, side: str, body: BodyClass, relied: Relied) -> Iterator[Statement]:
    answers = (side, "purpose")
    if not relied.basis:
        source = cited(facts.catalogue.basis(TASK))
        text = f"the {side} has no basis while no power carries its task"
        mend = "find the power first: the basis follows from it"
        yield Statement(Section.BASIS, Standing.UNCLEAR, text, source, mend, answers)
        return
    basis = facts.catalogue.basis(relied.basis)
    power = facts.chosen.power if facts.chosen else None
    answer = basis_allows(basis, body.id, facts.catalogue, facts.on, power)
    standing = Standing.HOLDS if facts.vital and relied.basis == VITAL else _STANDINGS[answer.verdict]
    mend = "; ".join(each.mend for each in answer.against if each.mend) if standing is not Standing.HOLDS else ""
    because = f" ({facts.catalogue.condition(relied.annex_1).plain.rstrip('.')})" if relied.annex_1 else ""
    text = f"the {side}: {basis.plain.rstrip('.')}{because}"
    yield Statement(Section.BASIS, standing, text, cited(basis), mend, answers)
    yield from _written_down(facts, side, relied)


def _written_down(facts: Facts, side: str, relied: Relied) -> Iterator[Statement]:
    """What a basis asks to be written down before it is relied on."""
    basis = facts.catalogue.basis(relied.basis)
    match relied.basis:
        case "art6_1_e_public_task" if side == "giver" and not facts.answers.own_task:
            text = (
                "a public task is the giver's own: which task this is, and the law that gives it, is not written down"
            )
            mend = "write down which task of the giver's own it serves, and the law that gives it that task"
            yield Statement(Section.BASIS, Standing.TO_DO, text, cited(basis), mend, ("own_task",))
        case "art6_1_f_legitimate_interests":
            text = f"the {side} weighs its interest against the people's"
            mend = f"have the {side} write a legitimate interests assessment"
            yield Statement(Section.BASIS, Standing.TO_DO, text, cited(basis), mend, (side,))
        case "art6_1_d_vital_interests":
            text = "life comes first, and the reasons are written down afterwards"
            mend = "write down within 24 hours what the threat was, why it could not wait, and who decided"
            yield Statement(Section.BASIS, Standing.TO_DO, text, cited(basis), mend, ("emergency", "life_at_risk"))
        case "art6_1_a_consent":
            text = "consent is recorded, and withdrawing it stops the sharing"
            mend = "write down the wording, the day, how it was given, and how it is withdrawn"
            yield Statement(Section.BASIS, Standing.TO_DO, text, cited(basis), mend, ("consent",))

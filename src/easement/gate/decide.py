"""The decision: may this request, under this agreement, given these facts, be answered? Pure (R3.1)."""

from dataclasses import replace

from easement.agreement.model import Level, Mode
from easement.gate.checks import CHECKS
from easement.gate.model import Code, Decision, Facts, Reason, Request
from easement.gate.prepare import Offer, Prepared

__all__ = ["decide", "refused_after"]


def decide(request: Request, agreement: Prepared, facts: Facts) -> Decision:
    """Allow or deny, with a reason for every check. Default deny: any error while deciding is a refusal."""
    try:
        return _decide(request, agreement, facts)
    except Exception as error:
        what = f"the decision could not be made ({type(error).__name__}), so the answer is no"
        reason = Reason(Code.DECISION_FAILED, False, "", what, "report this with the agreement's digest")
        return _denied(request, agreement, None, (reason,))


def _decide(request: Request, agreement: Prepared, facts: Facts) -> Decision:
    offer = agreement.offers.get(request.share)
    if offer is None:
        known = ", ".join(f"`{share}`" for share in agreement.offers)
        text = f"the agreement has no share `{request.share}`"
        return _denied(
            request, agreement, None, (Reason(Code.SHARE_UNKNOWN, False, "shares", text, f"it has {known}"),)
        )
    offer = offer.narrower.get(request.recipient, offer)
    reasons = (offer.met[Code.SHARE_UNKNOWN], *(check(request, agreement, offer, facts) for check in CHECKS))
    for reason in reasons:
        if not reason.met:
            return _denied(request, agreement, offer, reasons)
    return _allowed(request, agreement, offer, reasons)


def _allowed(request: Request, agreement: Prepared, offer: Offer, reasons: tuple[Reason, ...]) -> Decision:
    fields, withheld = offer.forms[request.mode], offer.withheld[request.mode]
    if request.fields:
        unasked = {name: "it was not asked for" for name in fields if name not in request.fields}
        unagreed = {name: "the agreement does not name it" for name in request.fields if name not in fields}
        fields = {name: form for name, form in fields.items() if name in request.fields}
        withheld = {**unagreed, **withheld, **unasked}
    return Decision(
        allowed=True,
        reasons=reasons,
        agreement=agreement.digest,
        agreement_id=agreement.id,
        version=agreement.version,
        share=offer.id,
        provider=offer.provider,
        recipient=request.recipient,
        purpose=request.purpose,
        mode=request.mode,
        level=Level.AGGREGATE if request.mode is Mode.AGGREGATE else offer.level,
        fields=fields,
        measures=offer.measures if request.mode is Mode.AGGREGATE else {},
        withheld=withheld,
        basis=agreement.basis_for(offer.id, request.recipient),
        duties=agreement.duties,
    )


def _denied(request: Request, agreement: Prepared, offer: Offer | None, reasons: tuple[Reason, ...]) -> Decision:
    return Decision(
        allowed=False,
        reasons=reasons,
        agreement=agreement.digest,
        agreement_id=agreement.id,
        version=agreement.version,
        share=request.share,
        provider=offer.provider if offer else "",
        recipient=request.recipient,
        purpose=request.purpose,
        mode=request.mode,
        basis=agreement.basis,
    )


def refused_after(decision: Decision, reason: Reason) -> Decision:
    """An allowed decision turned into a refusal by what was found while answering: a limit, or several people."""
    return replace(
        decision, allowed=False, reasons=(*decision.reasons, reason), level=None, fields={}, measures={}, withheld={}
    )

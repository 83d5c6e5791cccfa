"""The impact assessment as its pages show it, and what people write, sign and carry over in them."""

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from easement.assessment import impact_service, service
from easement.assessment.impact import Impact, ImpactRisk, impact_of, open_points
from easement.assessment.impact_paper import impact_sheet
from easement.assessment.impact_service import SavedImpact
from easement.assessment.result import Section, Standing
from easement.base.errors import UsageError
from easement.base.located import Path_
from easement.permission import drafts
from easement.permission.actor import of_identity
from easement.permission.drafts import Draft
from easement.staff.permissions import Permission
from easement.web.reading.assessing import Case, line_of
from easement.web.views.assessing import Printed
from easement.web.views.impact import ImpactPage, ImpactStep, ImpactText, RiskAsked

__all__ = [
    "STEPS",
    "draft_impact",
    "impact_page",
    "impact_printed",
    "impact_step",
    "record_impact",
    "save_step",
    "saved_impact",
]

STEPS: tuple[tuple[str, ...], ...] = (
    ("need",),
    ("nature", "scope", "context", "purposes"),
    ("consultation", "advice"),
    ("necessity", "proportion", "rights"),
    ("risks",),
    ("measures", "regulator"),
)
"""What is written in each of the steps before the signatures."""

RISKS, MEASURES = 5, 6
_FILL = re.compile(r"<fill in ?([^>]*)>")
EMPTY = "<fill in>"


def saved_impact(case: Case) -> SavedImpact | None:
    """The impact assessment of an assessment, or `None`."""
    with suppress(UsageError):
        return impact_service.read_impact(case.node, case.id)
    return None


def impact_page(case: Case) -> ImpactPage:
    """Whether one is due, and how far it is."""
    impact, terms = saved_impact(case), _terms(case)
    missing = set(impact.missing) if impact and not impact.open else set()
    roles = {each.value for each in case.who.organisation_roles}
    may_sign = case.who.may(Permission.AGREEMENT_VERSION_APPROVE)
    return ImpactPage(
        line=line_of(case),
        due=case.saved.result.impact_due,
        signs=tuple(each for each in case.saved.result.of(Section.IMPACT) if each.standing is Standing.HOLDS),
        impact=impact,
        steps=_steps(impact) if impact else (),
        terms=terms.file.terms.title if terms else "",
        changed=impact_service.reopened(case.node, case.id, terms.file) if impact and terms else (),
        mine=tuple(sorted(missing & roles)) if may_sign else (),
        recorded=bool(impact and _is_recorded(case, impact)),
        signed=tuple((each.role, each.signed, each.entry) for each in impact.signatures) if impact else (),
    )


def _terms(case: Case) -> Draft | None:
    """The draft that was made from the assessment, the one saved last where there are several."""
    return next((each for each in drafts.drafts(case.node) if each.assessment == case.id), None)


def _headings(impact: Impact) -> tuple[str, ...]:
    return tuple(part.heading for part in impact_sheet(impact, "", (), ()).parts)


def _steps(impact: SavedImpact) -> tuple[tuple[str, int], ...]:
    """The heading of each step, with how many things are left to fill in."""
    left = [point.split("`")[1] for point in open_points(impact.impact)]
    count = [sum(key in keys for key in left) for keys in STEPS]
    return tuple(zip(_headings(impact.impact), [*count, len(impact.missing)], strict=True))


def draft_impact(case: Case) -> SavedImpact:
    """Draft it from the assessment and the draft agreement; what people wrote before stays, as far as it is theirs."""
    terms = _terms(case)
    return impact_service.start_impact(
        case.node, case.id, by=case.who.id, now=case.now, agreement=terms.file if terms else None
    )


# The steps


def impact_step(case: Case, number: int) -> ImpactStep | None:
    """The form of one step, numbered from 1; `None` where nothing is drafted."""
    saved = saved_impact(case)
    if saved is None:
        return None
    impact = saved.impact
    more = (RiskAsked(len(impact.risks) + 1),) if number == RISKS else ()
    risks = tuple(_asked(at, risk) for at, risk in enumerate(impact.risks, start=1)) + more
    return ImpactStep(
        line=line_of(case),
        version=saved.version,
        number=number,
        heading=_headings(impact)[number - 1],
        texts=tuple(_text(key, getattr(impact, key)) for key in STEPS[number - 1] if key not in ("risks", "measures")),
        risks=risks if number in (RISKS, MEASURES) else (),
    )


def _asked(at: int, risk: ImpactRisk) -> RiskAsked:
    return RiskAsked(
        at,
        "" if _FILL.search(risk.title) else risk.title,
        "" if _FILL.search(risk.harm) else risk.harm,
        str(risk.likelihood),
        str(risk.severity),
        "\n".join(risk.measures),
        str(risk.left_likelihood),
        str(risk.left_severity),
    )


def _text(key: str, value: Any) -> ImpactText:
    if isinstance(value, tuple):
        return ImpactText(key, "\n".join(value), "", lines=True)
    text = value or ""
    left = _FILL.fullmatch(text)
    return ImpactText(key, "" if left else text, left[1] if left else "", lines=False)


def save_step(case: Case, number: int, version: int, sent: Callable[[str], str]) -> SavedImpact:
    """Keep one step; raises `BadFile` for what cannot be, and `Refused` where somebody saved meanwhile."""
    saved = impact_service.read_impact(case.node, case.id)
    made = saved.impact.model_dump(mode="json")
    for key in STEPS[number - 1]:
        if key == "risks":
            made["risks"] = _risks(saved.impact, sent)
        elif key == "measures":
            made["risks"] = [_measured(at, risk, sent) for at, risk in enumerate(saved.impact.risks, start=1)]
        else:
            made[key] = _written(key, made[key], sent(key))
    impact = impact_of(made)
    if impact == saved.impact:
        return saved
    return impact_service.save_impact(case.node, case.id, impact, by=case.who.id, now=case.now, expected=version)


def _written(key: str, before: Any, text: str) -> Any:
    text = text.replace("\r\n", "\n").strip()
    if key == "need":
        return [line.strip() for line in text.splitlines() if line.strip()]
    if key == "regulator":
        return text or None
    return text or (before if _FILL.fullmatch(before) else EMPTY)


def _risks(impact: Impact, sent: Callable[[str], str]) -> list[Mapping[str, Any]]:
    """The risks as step 5 sends them; one without a title is taken out."""
    every: tuple[ImpactRisk | None, ...] = (*impact.risks, None)
    return [_risk(at, risk, sent) for at, risk in enumerate(every, start=1) if sent(f"risk.{at}.title")]


def _risk(at: int, before: ImpactRisk | None, sent: Callable[[str], str]) -> dict[str, Any]:
    likelihood, severity = _degree(sent(f"risk.{at}.likelihood")), _degree(sent(f"risk.{at}.severity"))
    return {
        "title": sent(f"risk.{at}.title"),
        "harm": sent(f"risk.{at}.harm") or EMPTY,
        "likelihood": likelihood,
        "severity": severity,
        "measures": list(before.measures) if before else [],
        "left_likelihood": min(before.left_likelihood, likelihood) if before else likelihood,
        "left_severity": min(before.left_severity, severity) if before else severity,
    }


def _measured(at: int, risk: ImpactRisk, sent: Callable[[str], str]) -> dict[str, Any]:
    lines = [line.strip() for line in sent(f"risk.{at}.measures").splitlines() if line.strip()]
    return risk.model_dump(mode="json") | {
        "measures": lines,
        "left_likelihood": _degree(sent(f"risk.{at}.left_likelihood")),
        "left_severity": _degree(sent(f"risk.{at}.left_severity")),
    }


def _degree(text: str) -> int:
    return int(text) if text in ("1", "2", "3") else 0


def impact_printed(case: Case) -> Printed | None:
    """The impact assessment as a page to print; `None` where nothing is drafted."""
    saved = saved_impact(case)
    if saved is None:
        return None
    signed = tuple((each.role, each.signed.date()) for each in saved.signatures)
    paper = impact_sheet(saved.impact, saved.reference, signed, saved.missing)
    return Printed(paper=paper, above=f"/assess/{case.id}/impact")


# What a signed one is carried over to


def _dpia(case: Case) -> dict[Path_, Any]:
    """What an agreement says of it, once it is signed; nothing before."""
    made = impact_service.impact_made(case.node, case.id)
    return made.clauses if made else {}


def _is_recorded(case: Case, saved: SavedImpact) -> bool:
    terms = _terms(case)
    in_terms = terms is None or _says(terms, saved) or not case.who.may(Permission.AGREEMENT_DRAFT_WRITE)
    return case.saved.answers.impact_reference == saved.reference and in_terms


def _says(terms: Draft, saved: SavedImpact) -> bool:
    dpia = terms.file.document.data.get("law", {}).get("dpia") or {}
    return bool(dpia.get("reference") == saved.reference)


def record_impact(case: Case) -> None:
    """Name the signed impact assessment in the assessment, and in the draft that was made from it.

    Raises `UsageError` where none is signed.
    """
    saved = saved_impact(case)
    if saved is None or not saved.signed:
        raise UsageError("the impact assessment is not signed yet", remedy="have it signed first")
    line, answers = case.saved.line, case.saved.answers
    if answers.impact_reference != saved.reference:
        named = answers.with_(impact_reference=saved.reference)
        service.save(
            case.node, named, title=line.title, by=case.who.id, now=case.now, id_=line.id, expected=line.version
        )
    terms = _terms(case)
    if terms is not None and not _says(terms, saved) and case.who.may(Permission.AGREEMENT_DRAFT_WRITE):
        drafts.change(case.node, terms.id, terms.number, _dpia(case), of_identity(case.who), case.now)

"""R1.4: screening, a draft from what is known, sign-off by role, and a new look when the terms change."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from easement.agreement.read import AgreementFile, read_agreement_text
from easement.assessment.impact import (
    Impact,
    changed_terms,
    draft_impact,
    impact_of,
    open_points,
    read_impact_text,
    residual,
    signers,
)
from easement.assessment.impact_paper import impact_html, impact_markdown, impact_text
from easement.assessment.impact_service import (
    SavedImpact,
    impact_made,
    read_impact,
    reopened,
    save_impact,
    sign_impact,
    start_impact,
)
from easement.assessment.redraft import redrafted
from easement.assessment.screening import signs
from easement.assessment.service import draft, save
from easement.base.errors import BadFile, Refused, UsageError
from easement.ledger.model import EntryType

from .conftest import NOW, Organisation
from .makers import LAW, MEALS, ON, STANDARDS, answers, came_to, facts

SIGNS: list[tuple[str, dict[str, Any]]] = [
    ("dpia_large_scale_special", {"sensitive": ["health"]}),
    ("dpia_automated_evaluation", {"decided_by": "program"}),
    ("dpia_data_matching", {"modes": ["match"]}),
    ("dpia_biometric", {"sensitive": ["biometric"]}),
    ("dpia_genetic", {"sensitive": ["genetic"]}),
    ("dpia_invisible_processing", {"told": "no", "modes": ["match"]}),
    ("dpia_targeting_vulnerable", {"people": ["children"]}),
    ("dpia_physical_harm", {"people": ["victims"]}),
    ("dpia_recurring_share", {"often": "regularly"}),
]
QUIET: dict[str, Any] = {
    "modes": ["lookup"], "often": "once", "how_many": "some", "people": ["claimants"], "told": "yes", "sensitive": [],
}  # fmt: skip
"""Answers that show no sign."""


@pytest.mark.parametrize(("sign", "more"), SIGNS)
def test_each_sign_is_seen(sign: str, more: dict[str, Any]) -> None:
    assert sign in signs(facts(**{**QUIET, "how_many": "many", **more, "told": more.get("told", "no")}))


def test_no_sign_makes_none_due() -> None:
    assert signs(facts(**QUIET)) == {}
    assert not came_to(**QUIET).impact_due


def test_a_sign_that_counts_only_beside_another_makes_none_due_alone() -> None:
    assert signs(facts(**QUIET | {"told": "no"})) == {}
    assert set(signs(facts(**QUIET | {"told": "no", "modes": ["match"]}))) == {
        "dpia_invisible_processing",
        "dpia_data_matching",
    }


def test_one_disclosure_about_one_person_needs_none() -> None:
    assert signs(facts(sensitive=["health"], often="once", how_many="one", modes=["lookup"])) == {}


def drafted(agreement: AgreementFile | None = None, **more: Any) -> Impact:
    given = answers(**more)
    return draft_impact("Meals", given, came_to(**more), LAW, STANDARDS, agreement=agreement, on=ON)


def filled(impact: Impact, **more: Any) -> Impact:
    said = {"consultation": "Parents were asked, and agree.", "advice": "Delete at once what did not match."}
    return impact_of(impact.model_dump() | said | more)


def test_a_draft_holds_what_is_known_and_asks_for_what_is_not() -> None:
    impact = drafted()
    assert any("Data matching" in need for need in impact.need)
    assert MEALS["necessity"] == impact.necessity
    assert MEALS["harm_not_sharing"] in impact.proportion
    assert "Education Act 2005 s.110" in impact.proportion
    assert "national insurance number" in impact.scope
    assert [point.partition(":")[0] for point in open_points(impact)] == ["`consultation`", "`advice`"]
    assert open_points(filled(impact)) == ()


def test_every_risk_has_likelihood_severity_measures_and_what_remains() -> None:
    for risk in drafted().risks:
        assert risk.measures
        assert risk.level in ("medium", "high")
        assert risk.left in ("low", "medium")


def test_a_draft_says_of_the_agreement_what_the_agreement_says() -> None:
    agreement = read_agreement_text(_draft_text())
    impact = drafted(agreement)
    assert impact.terms == agreement.digest
    assert "date of birth (year)" in impact.scope
    assert "keeps it for 1 year, and then must delete it" in impact.nature


def test_a_high_risk_that_remains_goes_to_the_regulator_first() -> None:
    impact = filled(drafted())
    high = impact.risks[0].model_copy(update={"left_likelihood": 2, "left_severity": 3})
    left = impact_of(impact.model_dump() | {"risks": [high.model_dump()]})
    assert residual(left) == "high"
    assert "ask the regulator first" in open_points(left)[0]
    assert open_points(impact_of(left.model_dump() | {"regulator": "Asked on 3 March; no objection."})) == ()


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"measures": []}, "no measure says by what"),
        ({"likelihood": 1, "severity": 1, "left_severity": 2}, "higher after the measures than before"),
    ],
)
def test_a_risk_that_does_not_add_up_keeps_it_open(changed: dict[str, Any], told: str) -> None:
    impact = filled(drafted())
    risk = impact.risks[0].model_dump() | changed
    assert told in open_points(impact_of(impact.model_dump() | {"risks": [risk]}))[0]


def test_who_signs_follows_what_is_shared_and_what_remains() -> None:
    impact = filled(drafted())
    low = impact.model_copy(update={"risks": (impact.risks[0].model_copy(update={"left_severity": 1}),)})
    assert signers(answers(), low) == ("governance-lead",)
    assert signers(answers(), impact) == ("governance-lead", "senior-risk-owner")
    assert signers(answers(sensitive=["health"]), low) == ("governance-lead", "caldicott-guardian")


def test_the_file_that_people_edit_is_read_as_it_was_written() -> None:
    impact = drafted()
    assert read_impact_text(impact_text(impact)) == impact
    with pytest.raises(BadFile, match="likelihood"):
        read_impact_text(impact_text(impact).replace("likelihood: 2", "likelihood: 4", 1))


def test_the_page_goes_through_the_seven_steps() -> None:
    impact = filled(drafted())
    markdown = impact_markdown(impact, "DPIA 1", [("governance-lead", ON)], ["senior-risk-owner"])
    assert [line for line in markdown.splitlines() if line.startswith("## ")][-1] == "## 7. Who signs?"
    assert "signed on 22 November 2026" in markdown
    assert "has yet to sign" in markdown
    assert impact.risks[0].title in impact_html(impact, "DPIA 1", [], [])


def _draft_text() -> str:
    from easement.assessment.seed import seed

    return seed("Free school meals", answers(), came_to(), LAW, STANDARDS, today=ON)


def test_the_reference_to_it_and_mere_words_do_not_open_it_again() -> None:
    text = _draft_text()
    named = text.replace("<fill in the risk that remains>", "low").replace("dated:", "dated: 2026-11-22")
    assert changed_terms(text, read_agreement_text(named.replace("summary: ", "summary: Indeed, "))) == ()
    wider = read_agreement_text(text.replace("date_of_birth: year", "date_of_birth: plain"))
    assert [each.clause for each in changed_terms(text, wider)] == ["shares.main.fields.date_of_birth"]


# What is kept


def started(northtown: Organisation, *, agreement: AgreementFile | None = None) -> SavedImpact:
    case = save(northtown, answers(), title="Free school meals", by="p-jo", now=NOW)
    return start_impact(northtown, case.line.id, by="p-jo", now=NOW, agreement=agreement)


def ready(northtown: Organisation, *, agreement: AgreementFile | None = None) -> SavedImpact:
    made = started(northtown, agreement=agreement)
    return save_impact(northtown, made.id, filled(made.impact), by="p-jo", now=NOW, expected=1)


def test_it_is_signed_by_role_and_the_ledger_says_so(northtown: Organisation) -> None:
    made = ready(northtown)
    assert made.missing == ("governance-lead", "senior-risk-owner")
    once = sign_impact(northtown, made.id, role="governance-lead", by="p-jo", now=NOW, version=2)
    assert (once.missing, once.signed, impact_made(northtown, made.id)) == (("senior-risk-owner",), None, None)
    whole = sign_impact(northtown, made.id, role="senior-risk-owner", by="p-al", now=NOW, version=2)
    assert (whole.missing, whole.signed) == ((), NOW.date())
    entry = northtown.ledger.entry(whole.signatures[-1].entry).entry
    assert (entry.type, entry.proposal, entry.sequence) == (EntryType.IMPACT_SIGNED, made.id, 2)
    assert entry.reasons == ("role:senior-risk-owner", "residual:medium")


def test_the_draft_of_the_agreement_then_names_it(northtown: Organisation) -> None:
    made = ready(northtown)
    for role in made.missing:
        sign_impact(northtown, made.id, role=role, by="p-jo", now=NOW, version=2)
    text = draft(northtown, made.id, today=ON, impact=impact_made(northtown, made.id))
    dpia = read_agreement_text(text).terms.law.dpia
    assert dpia is not None
    assert (dpia.reference, dpia.outcome) == (f"DPIA {made.id[:8]}, version 2", "residual risk medium")


def test_nobody_signs_what_is_not_filled_in_or_not_the_newest(northtown: Organisation) -> None:
    made = started(northtown)
    with pytest.raises(Refused, match="cannot be signed yet: `consultation`"):
        sign_impact(northtown, made.id, role="governance-lead", by="p-jo", now=NOW, version=1)
    save_impact(northtown, made.id, filled(made.impact), by="p-jo", now=NOW)
    with pytest.raises(Refused, match="version 2 is the newest"):
        sign_impact(northtown, made.id, role="governance-lead", by="p-jo", now=NOW, version=1)
    with pytest.raises(UsageError, match="no role that signs"):
        sign_impact(northtown, made.id, role="caseworker", by="p-jo", now=NOW, version=2)


def test_a_role_signs_once_and_a_change_drops_what_was_signed(northtown: Organisation) -> None:
    made = ready(northtown)
    sign_impact(northtown, made.id, role="governance-lead", by="p-jo", now=NOW, version=2)
    with pytest.raises(Refused, match="signed this version already"):
        sign_impact(northtown, made.id, role="governance-lead", by="p-jo", now=NOW, version=2)
    more = save_impact(northtown, made.id, filled(made.impact, advice="Ask again in a year."), by="p-al", now=NOW)
    assert (more.version, more.signatures) == (3, ())
    assert len(read_impact(northtown, made.id, 2).signatures) == 1


def test_two_writers_of_it_lose_nothing(northtown: Organisation) -> None:
    made = ready(northtown)
    with pytest.raises(Refused, match="somebody saved version 2 meanwhile"):
        save_impact(northtown, made.id, made.impact, by="p-al", now=NOW, expected=1)


def test_it_opens_again_when_the_terms_change_and_says_what_changed(northtown: Organisation) -> None:
    agreement = read_agreement_text(_draft_text())
    made = ready(northtown, agreement=agreement)
    assert reopened(northtown, made.id, agreement) == ()
    changed = read_agreement_text(_draft_text().replace("retain: P12M", "retain: P24M"))
    (found,) = reopened(northtown, made.id, changed)
    assert (found.clause, found.was, found.now, found.effect) == ("duties.retain", "1 year", "2 years", "wider")


def test_one_made_before_there_was_an_agreement_stands_for_none(northtown: Organisation) -> None:
    made = ready(northtown)
    assert [each.clause for each in reopened(northtown, made.id, read_agreement_text(_draft_text()))] == ["terms"]


def test_it_cannot_be_said_to_be_of_other_terms(northtown: Organisation) -> None:
    made = started(northtown)
    with pytest.raises(Refused, match="names other terms"):
        save_impact(northtown, made.id, filled(made.impact, terms="ab" * 32), by="p-jo", now=NOW)


def test_where_none_was_drafted_that_is_told(northtown: Organisation) -> None:
    case = save(northtown, answers(), title="Free school meals", by="p-jo", now=NOW)
    assert impact_made(northtown, case.line.id) is None
    with pytest.raises(UsageError, match="there is no impact assessment"):
        read_impact(northtown, case.line.id)


# Drafted anew


KEYS = ("nature", "scope", "context", "purposes", "consultation", "advice", "necessity", "proportion", "rights")


@given(st.sets(st.sampled_from(KEYS)), st.sets(st.sampled_from(KEYS)))
def test_what_people_wrote_is_never_lost_and_what_they_did_not_is_brought_up_to_date(
    written: set[str], new: set[str]
) -> None:
    base = drafted()
    before = impact_of(base.model_dump() | {key: f"Ours on {key}." for key in written})
    now = impact_of(base.model_dump() | {key: f"Drafted anew: {key}." for key in new})
    came = redrafted(before, base, now)
    for key in KEYS:
        wanted = f"Ours on {key}." if key in written else f"Drafted anew: {key}." if key in new else getattr(base, key)
        assert getattr(came.impact, key) == wanted
    assert set(came.kept) == written
    assert set(came.look) == written & new
    assert set(came.changed) == new - written


def test_risks_that_people_weighed_stay_and_new_ones_are_added() -> None:
    base = drafted()
    weighed = base.risks[0].model_copy(update={"measures": ("We look twice.",)})
    before = impact_of(base.model_dump() | {"risks": [weighed.model_dump()]})
    more = base.risks[0].model_copy(update={"title": "A list goes to the wrong place"})
    now = impact_of(base.model_dump() | {"risks": [*[each.model_dump() for each in base.risks], more.model_dump()]})
    came = redrafted(before, base, now)
    assert came.impact.risks == (weighed, more)
    assert came.look == ("risks",)


def test_drafting_anew_makes_a_version_only_where_something_changed(northtown: Organisation) -> None:
    id_ = save(northtown, answers(), title="Meals", by="x", now=NOW).line.id
    first = start_impact(northtown, id_, by="x", now=NOW)
    assert first.redraft is None
    again = start_impact(northtown, id_, by="x", now=NOW)
    assert (again.version, again.redraft and again.redraft.changed) == (1, ())
    save_impact(northtown, id_, filled(first.impact), by="x", now=NOW)
    save(northtown, answers(necessity="Another reason."), title="Meals", by="x", now=NOW, id_=id_)
    third = start_impact(northtown, id_, by="x", now=NOW)
    assert third.version == 3
    assert third.impact.necessity == "Another reason."
    assert third.impact.consultation == "Parents were asked, and agree."


def test_drafting_anew_asks_for_another_signature_where_the_answers_do(northtown: Organisation) -> None:
    id_ = save(northtown, answers(), title="Meals", by="x", now=NOW).line.id
    first = start_impact(northtown, id_, by="x", now=NOW)
    ours = {key: f"Ours on {key}." for key in (*KEYS,)} | {
        "need": ["Ours."],
        "risks": [first.impact.risks[0].model_dump()],
    }
    save_impact(northtown, id_, impact_of(first.impact.model_dump() | ours), by="x", now=NOW)
    save(northtown, answers(sensitive=["health"]), title="Meals", by="x", now=NOW, id_=id_)
    assert "caldicott-guardian" in start_impact(northtown, id_, by="x", now=NOW).due

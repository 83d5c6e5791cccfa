"""R1.2, R1.4, R1.5: plain questions lead to an answer with its law, to a draft with nothing typed twice, and a DPIA."""

import os
import re
from pathlib import Path

from easement.assessment import impact_service, service
from easement.assessment.answers import Answers
from easement.assessment.cases import worked_case, worked_cases
from easement.assessment.questions import Kind, question, questions
from easement.permission import drafts
from easement.web.reading.answering import NONE, TOGETHER

from .signed_in import statuses, words

NONE_AT_ALL = "0" * 32
PICTURES = os.environ.get("EASEMENT_PICTURES")
"""A folder for pictures of each page, wide and narrow, for whoever wants to look at them."""


def look(seat, axe: str, name: str) -> None:
    """Hold a page against axe and 375 pixels, and take its picture where somebody wants one."""
    seat.check(axe)
    if PICTURES:
        before = seat.page.viewport_size
        for width in (1280, 375):
            seat.page.set_viewport_size({"width": width, "height": 900})
            seat.page.screenshot(path=Path(PICTURES) / f"{name}-{width}.png", full_page=True)
        seat.page.set_viewport_size(before)


def begin(seat, title: str) -> str:
    """Begin an assessment; its id."""
    seat.go("/assess")
    seat.press("Start")
    seat.page.get_by_label("What would be shared, in a few words?").fill(title)
    seat.press("Continue")
    return seat.path.split("/")[2]


def fill(seat, id_: str, value: object) -> None:
    """Give the answer to one question, as a person would on its page."""
    asked = question(id_)
    if asked.kind in (Kind.REASONS, Kind.FORMS):
        for code, text in (value or {}).items():
            field = seat.page.locator(f'[name="{id_}.{code}"]')
            field.fill(text) if asked.kind is Kind.REASONS else field.select_option(text)
    elif asked.kind in (Kind.LINE, Kind.TEXT):
        seat.page.locator(f'[name="{id_}"]').fill(value)
    elif seat.page.locator(f'select[name="{id_}"]').count():
        seat.page.locator(f'select[name="{id_}"]').select_option(value)
    else:
        codes = [str(value).lower()] if isinstance(value, bool | str) else list(value) or [NONE]
        for code in codes:
            box = seat.page.locator(f'[name="{id_}"][value="{code}"]')
            if not box.is_visible():
                seat.page.get_by_text("Yes: choose which").click()
            box.check()


def answer_all(seat, answers: Answers, each=lambda _step: None) -> list[str]:
    """Go through every question with these answers; the steps that were asked."""
    given, seen = answers.given, []
    while "/answer/" in seat.path:
        seat.page.wait_for_load_state()  # counting what is there does not wait for the page
        step = seat.path.rsplit("/", 1)[1]
        seen.append(step)
        each(step)
        for id_ in next(ids for ids in TOGETHER if ids[0] == step):
            if id_ in given and seat.page.locator(f'[name="{id_}"], [name^="{id_}."]').count():
                fill(seat, id_, given[id_])
        seat.press("Save and continue")
        assert seat.path.rsplit("/", 1)[1] != step, seat.text
    return seen


def test_every_question_stands_on_exactly_one_page_in_the_order_of_asking():
    assert [id_ for ids in TOGETHER for id_ in ids] == [each.id for each in questions()]


def test_no_question_hangs_on_another_of_its_own_page():
    for ids in TOGETHER:
        if len(ids) > 1 and ids != ("why_fields", "forms"):
            hanging = [id_ for id_ in ids if question(id_).when]
            assert set(hanging) <= {"own_task"}, "the giver's kind is asked on an earlier page"


def test_plain_questions_lead_to_an_answer_with_its_law_and_to_a_draft(seat, gwen, world, axe):
    case = worked_case("free-school-meals")
    seat.sign_in(gwen, "/")
    seat.follow("Can we share this?")
    look(seat, axe, "list")
    id_ = begin(seat, "Meals without a form")
    left, looked = [], set()

    def each(step: str) -> None:
        kinds = tuple(question(id_).kind for ids in TOGETHER for id_ in ids if ids[0] == step)
        if kinds not in looked or PICTURES:
            look(seat, axe, f"question-{step}")
        looked.add(kinds)
        left.append(int(re.search(r"(\d+) of \d+ powers", seat.text.replace("\n", " ")).group(1)))

    without = Answers.model_validate(case.answers.given | {"impact_reference": None})
    seen = answer_all(seat, without, each)
    assert seen[0] == "giver"
    assert left[0] > left[-1], "each page says how many powers are left"
    assert left == sorted(left, reverse=True), "an answer never lets a power back in"
    assert seat.path == f"/assess/{id_}/check"
    look(seat, axe, "check")
    assert "Not answered" not in seat.text
    kept = service.read_case(world.node, id_)
    assert kept.answers.given | {"forms": None} == without.given | {"forms": None}
    seat.page.get_by_role("button", name="See what it comes to").first.click()
    look(seat, axe, "result")
    assert kept.result.outcome.words in seat.text
    assert "make the impact assessment" in seat.text.lower()
    assert "Education Act 2005 s.110" in seat.text
    seat.page.get_by_text("Where this comes from").first.click()
    assert "How well it was checked: read in the source" in seat.text
    for said in (case.answers.harm_not_sharing, case.answers.harm_sharing, case.answers.necessity):
        assert said in seat.text, "both sides of the scale stand on the page"
    seat.go(f"/assess/{id_}/print")
    look(seat, axe, "print")
    assert kept.answers.digest in seat.text
    seat.go(f"/assess/{id_}")
    seat.press("Make a draft of it")
    assert seat.path.startswith("/drafts/")
    made = drafts.draft(world.node, seat.path.rsplit("/", 1)[1])
    terms = made.file.terms
    assert (made.assessment, terms.title) == (id_, "Meals without a form")
    assert (terms.purpose.statement, terms.purpose.necessity) == (case.answers.statement, case.answers.necessity)
    assert set(terms.parties) == {"department-for-work-and-pensions", "northtown"}, "a member stands by its own id"
    assert terms.law.parties["northtown"].power == "edu_2005_s110"
    seat.go(f"/assess/{id_}")
    assert "Drafts made of it" in seat.text


def test_an_answer_is_changed_from_the_check_and_the_rest_stays(seat, sam, world, axe):
    seat.sign_in(sam)
    seat.go("/learn/cases/warm-homes")
    seat.press("Begin with these answers")
    id_ = seat.path.split("/")[2]
    before = service.read_case(world.node, id_).answers
    seat.page.get_by_role("link", name="Change Who decides about a person with it?").click()
    assert seat.path.endswith("decided_by?leads=check")
    seat.page.get_by_label("A program alone").check()
    seat.press("Save and continue")
    assert seat.path == f"/assess/{id_}/check"
    after = service.read_case(world.node, id_)
    assert after.answers == before.with_(decided_by="program")
    assert after.line.version == 2
    seat.page.get_by_role("link", name="Change what would be shared").click()
    seat.page.get_by_label("What would be shared").fill("A rebate for cold homes")
    seat.press("Continue")
    assert service.read_case(world.node, id_).line.title == "A rebate for cold homes"
    seat.go(f"/assess/{id_}")
    assert "give them the address of this page" in seat.text, "a caseworker assesses and writes no agreement"
    assert seat.page.get_by_role("button", name="Make a draft of it").count() == 0


def test_what_nobody_knows_is_left_for_later_and_makes_it_unclear(seat, sam, world, axe):
    seat.sign_in(sam)
    id_ = begin(seat, "Something about tenants")
    seat.press("Save and continue")
    assert "Answer this, or leave it for later" in seat.text
    look(seat, axe, "question-error")
    seat.press("I do not know yet")
    assert seat.path == f"/assess/{id_}/answer/receiver"
    seat.page.locator("#receiver").select_option("charity")
    seat.page.locator("#receiver_name").fill("x" * 201)
    seat.press("Save and continue")
    assert "at most 200 characters" in seat.text
    assert seat.page.locator("#receiver").input_value() == "charity", "what was typed stays"
    look(seat, axe, "question-too-long")
    seat.page.locator("#receiver_name").fill("Hands On")
    seat.press("Save and continue")
    seat.go(f"/assess/{id_}")
    assert "Not clear yet" in seat.text
    look(seat, axe, "result-unfinished")
    assert service.read_case(world.node, id_).result.outcome.value == "unclear"
    seat.press("Go on answering")
    assert seat.path == f"/assess/{id_}/answer/giver"


def test_every_case_is_told_with_its_outcome_and_argument(client):
    for case in worked_cases():
        said = words(client.get(f"/learn/cases/{case.id}"))
        assert case.expected.outcome.words in said, case.id
        assert " ".join(case.argument.split(".")[0].split()) in said, case.id


def test_cases_are_found_from_the_courses(seat, ola, axe):
    seat.sign_in(ola, "/learn")
    seat.follow("Cases that were worked through")
    look(seat, axe, "cases")
    assert all(case.title in seat.text for case in worked_cases())
    seat.follow(worked_cases()[6].title)
    assert seat.page.get_by_role("button", name="Begin with these answers").count() == 0, "an auditor assesses nothing"
    seat.follow("Next case")
    assert seat.heading == worked_cases()[7].title
    look(seat, axe, "case")


def like(world, person, id_: str, **other: object) -> str:
    """An assessment with the answers of a worked case; its id."""
    answers = worked_case(id_).answers.with_(**other)
    now = world.clock()
    return service.save(world.node, answers, title=worked_case(id_).title, by=person.id, now=now).line.id


def test_what_cannot_be_shared_says_what_would_make_it_lawful(seat, gwen, world, axe):
    id_ = like(world, gwen, "tracing-patients-for-removal")
    seat.sign_in(gwen, f"/assess/{id_}")
    look(seat, axe, "result-cannot")
    assert "No, not as it stands" in seat.text
    assert "What would make it lawful:" in seat.text
    assert seat.page.get_by_role("button", name="Make a draft of it").count() == 0


def test_what_is_unclear_goes_to_the_legal_lead(seat, gwen, world, axe):
    id_ = like(world, gwen, "care-records-to-chase-debt")
    seat.sign_in(gwen, f"/assess/{id_}")
    look(seat, axe, "result-unclear")
    assert "refer to your legal lead" in seat.text
    assert f"/assess/{id_}" in seat.text


def test_a_colleague_reads_it_by_its_address_and_it_is_concluded_once(seat, sam, gwen, world, axe):
    id_ = like(world, sam, "moving-school")
    seat.sign_in(gwen, "/assess")
    assert "Others of your organisation" in seat.text
    assert "Sam Carter" in seat.text
    seat.go(f"/assess/{id_}")
    seat.press("Conclude it")
    look(seat, axe, "result-concluded")
    entry = service.read_case(world.node, id_).line.entry
    assert f"Concluded: entry {entry} of the ledger" in seat.text
    assert seat.page.get_by_role("button", name="Conclude it").count() == 0


def test_two_who_answer_at_once_lose_nothing(seat, sam, gwen, world):
    id_ = like(world, sam, "moving-school")
    seat.sign_in(sam, f"/assess/{id_}/answer/benefits?leads=check")
    one = service.read_case(world.node, id_).answers
    service.save(world.node, one.with_(necessity="Hers."), title="T", by=gwen.id, now=world.clock(), id_=id_)
    seat.page.locator("#benefits").fill("Children settle sooner.")
    seat.press("Save and continue")
    both = service.read_case(world.node, id_).answers
    assert (both.benefits, both.necessity) == ("Children settle sooner.", "Hers.")
    seat.go(f"/assess/{id_}/answer/benefits?leads=check")
    service.save(world.node, both.with_(benefits="Hers too."), title="T", by=gwen.id, now=world.clock(), id_=id_)
    seat.page.locator("#benefits").fill("Mine.")
    seat.press("Save and continue")
    assert "Somebody else answered this meanwhile" in seat.text
    assert seat.page.locator("#benefits").input_value() == "Hers too."
    assert service.read_case(world.node, id_).answers.benefits == "Hers too."


def test_a_question_of_each_kind_needs_no_scripts(plain, gwen, world):
    case = worked_case("warm-homes")
    given = case.answers.given
    one = {question(ids[0]).kind: ids for ids in TOGETHER if ids[0] in given}
    left = dict.fromkeys(id_ for ids in one.values() for id_ in ids)
    id_ = like(world, gwen, "warm-homes", **left)
    assert service.read_case(world.node, id_).result.outcome is not case.expected.outcome
    plain.sign_in(gwen)
    for ids in one.values():
        plain.go(f"/assess/{id_}/answer/{ids[0]}?leads=check")
        for each in ids:
            if each in given and plain.page.locator(f'[name="{each}"], [name^="{each}."]').count():
                fill(plain, each, given[each])
        plain.press("Save and continue")
        assert plain.path == f"/assess/{id_}/check"
    assert service.read_case(world.node, id_).result.outcome is case.expected.outcome


def test_fields_that_are_gone_take_their_reasons_with_them(seat, sam, world):
    id_ = like(world, sam, "free-school-meals")
    seat.sign_in(sam, f"/assess/{id_}/answer/elements?leads=check")
    seat.page.locator('[name="elements"][value="award"]').uncheck()
    seat.press("Save and continue")
    answers = service.read_case(world.node, id_).answers
    assert answers.elements == ("national_insurance_number", "date_of_birth")
    assert set(answers.why_fields) == {"national_insurance_number", "date_of_birth"}
    seat.go(f"/assess/{id_}/answer/why_fields?leads=check")
    form = seat.page.locator('[name="forms.date_of_birth"]')
    assert form.input_value() == "year", "the weaker form is suggested"
    form.select_option("other")
    seat.page.get_by_text("Another form Date of birth").click()
    seat.page.locator('[name="forms.date_of_birth.other"]').fill("bands of ten")
    seat.press("Save and continue")
    assert "is not a form" in seat.text
    seat.page.locator('[name="forms.date_of_birth.other"]').fill("month")
    seat.press("Save and continue")
    assert service.read_case(world.node, id_).answers.forms["date_of_birth"] == "month"


# The impact assessment


def test_an_impact_assessment_is_drafted_written_signed_and_named_in_the_draft(seat, gwen, world, axe):
    id_ = like(world, gwen, "free-school-meals", impact_reference=None)
    seat.sign_in(gwen, f"/assess/{id_}")
    seat.press("Make a draft of it")
    draft = seat.path.rsplit("/", 1)[1]
    seat.go(f"/assess/{id_}")
    seat.follow("Draft the impact assessment (DPIA) that is due")
    look(seat, axe, "impact-none")
    seat.press("Draft it from the answers")
    look(seat, axe, "impact-drafted")
    assert "It cannot be signed before everything is filled in" in seat.text
    seat.follow("1. Why is it needed?")
    for number in range(1, 7):
        assert seat.path == f"/assess/{id_}/impact/step/{number}"
        look(seat, axe, f"impact-step-{number}")
        if number == 3:
            seat.page.locator("#consultation").fill("Parents' forum, March.")
            seat.page.locator("#advice").fill("Go ahead.")
        if number == 5:
            seat.page.locator('[name="risk.1.likelihood"]').select_option("1")
            seat.page.locator('[name="risk.1.severity"]').select_option("2")
        seat.press("Save and go on")
    saved = impact_service.read_impact(world.node, id_)
    assert (saved.open, saved.impact.consultation) == ((), "Parents' forum, March.")
    assert (saved.impact.risks[0].likelihood, saved.impact.risks[0].severity) == (1, 2)
    seat.press("Sign it")
    saved = impact_service.read_impact(world.node, id_)
    assert [each.role for each in saved.signatures] == ["governance-lead"]
    while saved.missing:
        impact_service.sign_impact(
            world.node, id_, role=saved.missing[0], by="console", now=world.clock(), version=saved.version
        )
        saved = impact_service.read_impact(world.node, id_)
    seat.go(f"/assess/{id_}/impact")
    look(seat, axe, "impact-signed")
    seat.press("Name it there")
    assert "The assessment and the draft name it" in seat.text
    assert service.read_case(world.node, id_).answers.impact_reference == saved.reference
    dpia = drafts.draft(world.node, draft).file.document.data["law"]["dpia"]
    assert (dpia["reference"], dpia["outcome"]) == (saved.reference, f"residual risk {saved.residual}")
    seat.follow("Print view")
    look(seat, axe, "impact-print")


def test_an_impact_assessment_is_open_again_when_the_terms_change(seat, gwen, world, axe):
    from easement.permission.actor import at_console

    id_ = like(world, gwen, "free-school-meals")
    seat.sign_in(gwen, f"/assess/{id_}")
    seat.press("Make a draft of it")
    draft = seat.path.rsplit("/", 1)[1]
    seat.go(f"/assess/{id_}/impact")
    seat.press("Draft it from the answers")
    seat.go(f"/assess/{id_}/impact/step/3")
    seat.page.locator("#consultation").fill("Parents' forum.")
    seat.press("Save and go back")
    assert "open again" not in seat.text
    steve = at_console("data-steward", "Steve Poole")
    drafts.change(world.node, draft, 1, {("duties", "retain"): "P6Y"}, steve, world.clock())
    seat.go(f"/assess/{id_}/impact")
    assert "It is open again" in seat.text
    look(seat, axe, "impact-reopened")
    seat.press("Draft it anew from these terms")
    assert "open again" not in seat.text
    impact = impact_service.read_impact(world.node, id_).impact
    assert impact.consultation == "Parents' forum."
    assert "6 years" in impact.nature


def test_a_risk_is_lowered_only_by_a_measure_and_what_was_typed_stays(seat, gwen, world, axe):
    id_ = like(world, gwen, "warm-homes")
    seat.sign_in(gwen, f"/assess/{id_}/impact")
    seat.press("Draft it from the answers")
    seat.go(f"/assess/{id_}/impact/step/6")
    seat.page.locator('[name="risk.1.measures"]').fill("")
    seat.page.locator('[name="risk.1.left_likelihood"]').select_option("1")
    seat.page.locator('[name="risk.2.measures"]').fill("x" * 9_000)
    seat.press("Save and go back")
    assert "at most 8000 characters" in seat.text
    assert seat.page.locator('[name="risk.2.measures"]').input_value() == "x" * 9_000
    look(seat, axe, "impact-step-error")
    seat.page.locator('[name="risk.2.measures"]').fill("Look twice.")
    seat.press("Save and go back")
    assert "no measure says by what" in seat.text
    seat.go(f"/assess/{id_}/impact/step/5")
    count = len(impact_service.read_impact(world.node, id_).impact.risks)
    seat.page.locator(f'[name="risk.{count + 1}.title"]').fill("It is late")
    seat.page.locator(f'[name="risk.{count + 1}.harm"]').fill("Homes stay cold.")
    seat.page.locator('[name="risk.1.title"]').fill("")
    seat.press("Save and go back")
    titles = [each.title for each in impact_service.read_impact(world.node, id_).impact.risks]
    assert (len(titles), titles[-1]) == (count, "It is late")


# Who may


def test_only_who_may_assess_sees_assessments(world, ola):
    inside = [f"/assess/{NONE_AT_ALL}", f"/assess/{NONE_AT_ALL}/impact"]
    assert statuses(world, ola, "/assess", "/assess/new", *inside) == [403] * 4


def test_an_assessment_question_or_step_that_is_not_there_is_not_found(world, gwen):
    id_ = like(world, gwen, "warm-homes")
    none = [f"/assess/{NONE_AT_ALL}{rest}" for rest in ("", "/check", "/answer/giver", "/print", "/impact", "/title")]
    inside = [
        f"/assess/{id_}{rest}" for rest in ("/answer/no_such", "/impact/step/1", "/impact/step/8", "/impact/print")
    ]
    wrong = ["/assess/x", "/learn/cases/no-such"]
    assert statuses(world, gwen, *none, *inside, *wrong) == [404] * 12

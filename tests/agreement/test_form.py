"""R2.1: the form and the file are one: every clause has its field, and a field changes its clause and no other."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from easement.agreement.clauses import CLAUSES, Section
from easement.agreement.edit import GONE, changed
from easement.agreement.form import NOT_IN_FORMS, OTHER, Field, Input, changes, fields
from easement.agreement.new import new, templates
from easement.agreement.read import AgreementFile, read_agreement_text
from easement.base.errors import UsageError
from easement.law.catalogue import catalogue
from easement.meaning.standards import refs, standard

STANDARDS = {ref: standard(ref) for ref in refs()}
TODAY = date(2026, 11, 22)
MEALS = read_agreement_text(new("free-school-meals", today=TODAY))


def shown(file: AgreementFile, section: Section) -> tuple[Field, ...]:
    return fields(file, section, catalogue(), STANDARDS)


def sent_back(all_fields: tuple[Field, ...]) -> dict[str, list[str]]:
    """What a browser sends for a form that nobody touched."""
    sent: dict[str, list[str]] = {}
    for field in all_fields:
        known = {option.code for option in field.options}
        if field.input is Input.FORM and field.values and field.values[0] not in known:
            sent |= {field.name: [OTHER], f"{field.name}.{OTHER}": list(field.values)}
        else:
            sent[field.name] = ["\r\n".join(field.values)] if field.input is Input.LINES else list(field.values)
    return sent


def field(file: AgreementFile, name: str) -> Field:
    return next(each for section in Section for each in shown(file, section) if each.name == name)


def filled(file: AgreementFile, section: Section, **given: list[str] | str) -> AgreementFile:
    all_fields = shown(file, section)
    sent = sent_back(all_fields) | {name.replace("__", "."): value for name, value in given.items()}
    return changed(file.document.text, changes(all_fields, sent))


@pytest.mark.parametrize("template", sorted(templates()))
@pytest.mark.parametrize("section", Section)
def test_a_form_that_is_sent_back_untouched_changes_nothing(template, section):
    file = read_agreement_text(new(template, today=TODAY))
    all_fields = shown(file, section)
    assert changes(all_fields, sent_back(all_fields)) == {}
    assert changes(all_fields, {}) == {}


def test_every_clause_has_a_field_or_a_reason_why_not():
    whole = filled(MEALS, Section.PARTIES, joining__provider__class=["work-and-pensions-department"])
    patterns = {pattern_of(each) for section in Section for each in shown(whole, section)}
    assert patterns | NOT_IN_FORMS.keys() == CLAUSES.keys()
    assert not patterns & NOT_IN_FORMS.keys()


def pattern_of(each: Field) -> str:
    path = [str(step) for step in each.path]
    if path[0] == "law" and path[1] in MEALS.terms.parties:
        return f"law.parties.*.{path[2]}"
    if path[0] in ("parties", "joining", "shares", "people"):
        path[1] = "*"
    return ".".join([*path[:3], "*"] if path[2:3] == ["fields"] else path)


def test_every_field_says_what_it_is_for():
    assert [each.name for section in Section for each in shown(MEALS, section) if not (each.hint and each.label)] == []


TYPED = st.text(st.characters(codec="ascii", categories=["L", "N", "P", "Zs"]), min_size=1, max_size=60)


@given(st.data())
def test_a_field_changes_its_own_clause_and_no_other(data):
    section = data.draw(st.sampled_from([each for each in Section if each is not Section.SIGNATURES]))
    all_fields = shown(MEALS, section)
    words = [each for each in all_fields if each.input in (Input.TEXT, Input.LINE, Input.LINES)]
    chosen = [each for each in all_fields if each.input is Input.CHOICE]
    one = data.draw(st.sampled_from(words + chosen))
    value = data.draw(TYPED) if one in words else data.draw(st.sampled_from([each.code for each in one.options]))
    made = changes(all_fields, sent_back(all_fields) | {one.name: [value]})
    assert all(path[: len(one.path)] == one.path or one.path[: len(path)] == path for path in made)


def test_a_chosen_form_a_band_and_a_field_taken_out():
    name = next(iter(MEALS.terms.shares))
    at = f"shares.{name}.fields"
    all_fields = shown(MEALS, Section.DATA)
    sent = sent_back(all_fields) | {
        f"{at}.date_of_birth": ["year"],
        f"{at}.net_monthly_earnings": [OTHER],
        f"{at}.net_monthly_earnings.{OTHER}": ["band 0, 300, 616.67"],
        f"{at}.award": [],
        f"{at}.claim_reference": [OTHER],
        f"{at}.claim_reference.{OTHER}": ["truncate 3"],
        f"{at}.award_start": [OTHER],
        f"{at}.award_start.{OTHER}": ["shift P30D"],
    }
    after = changed(MEALS.document.text, changes(all_fields, sent)).terms.shares[name].fields
    assert [after["date_of_birth"].written, after["net_monthly_earnings"].written] == ["year", "band 0, 300, 616.67"]
    assert [after["claim_reference"].written, after["award_start"].written] == ["truncate 3", "shift P30D"]
    assert "award" not in after


@pytest.mark.parametrize(
    ("said", "words"),
    [("band", "not a form"), ("half", "not a form"), ("shift soon", "days"), ("truncate x", "not a form")],
)
def test_a_form_that_is_none_says_so_at_its_field(said, words):
    name = f"shares.{next(iter(MEALS.terms.shares))}.fields.award"
    with pytest.raises(UsageError, match=words) as told:
        changes(shown(MEALS, Section.DATA), {name: [OTHER], f"{name}.{OTHER}": [said]})
    assert told.value.where == name
    assert told.value.remedy


def test_a_number_is_a_whole_one():
    name = f"shares.{next(iter(MEALS.terms.shares))}.limits.records_per_day"
    all_fields = shown(MEALS, Section.DATA)
    assert changes(all_fields, {name: ["1,500"]}) == {tuple(name.split(".")): 1500}
    with pytest.raises(UsageError, match="not a whole number"):
        changes(all_fields, {name: ["many"]})


def test_a_part_that_was_none_is_made_when_something_in_it_is_said_and_none_again_when_it_is_emptied():
    some = filled(
        MEALS,
        Section.SENSITIVE,
        law__special_category__condition=["art9_g"],
        law__special_category__schedule_1=["s1_p18"],
    )
    assert some.terms.law.special_category.schedule_1 == "s1_p18"
    none = filled(some, Section.SENSITIVE, law__special_category__condition=[], law__special_category__schedule_1=[])
    assert none.terms.law.special_category == "none"
    urgent = filled(
        MEALS,
        Section.GOVERNANCE,
        emergency__allowed_for=["safeguarding-children"],
        emergency__record_within=["PT24H"],
        emergency__review_within=["P30D"],
    )
    assert urgent.terms.emergency.allowed_for == ("safeguarding-children",)
    assert (
        filled(
            urgent,
            Section.GOVERNANCE,
            emergency__allowed_for=[],
            emergency__record_within=[],
            emergency__review_within=[],
        ).terms.emergency
        == "none"
    )


def test_who_may_join_is_said_and_taken_back():
    closed = filled(MEALS, Section.PARTIES, joining__recipient__class=[])
    assert not closed.terms.joining
    assert (
        filled(closed, Section.PARTIES, joining__recipient__class=["school"]).terms.joining["recipient"].body_class
        == "school"
    )


def test_yes_and_no_are_truth_values_in_the_file():
    hidden = filled(
        MEALS, Section.RIGHTS, transparency__public=["false"], transparency__reason_not_public=["an operation"]
    )
    assert hidden.document.data["transparency"]["public"] is False


def test_an_empty_field_is_taken_out():
    assert changes(shown(MEALS, Section.ABOUT), {"summary": [" "]}) == {("summary",): GONE}


def test_a_code_that_the_catalogue_does_not_know_stays_choosable():
    odd = changed(MEALS.document.text, {("purpose", "code"): "brewing-tea"})
    assert field(odd, "purpose.code").options[-1].code == "brewing-tea"

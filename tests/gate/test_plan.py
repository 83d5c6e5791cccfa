"""The plan: one query of names and bound values, over what is needed and nothing else (R3.4)."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlglot import exp

from easement.agreement.forms import Form
from easement.agreement.model import Aggregate, Mode
from easement.base.errors import UsageError
from easement.gate.decide import decide
from easement.gate.keys import PseudonymKey
from easement.gate.plan import Plan, Table, plan
from easement.gate.prepare import Prepared
from easement.meaning.identifiers import Kind
from easement.meaning.model import Standard

from .conftest import facts, request
from .tables import Rows, opened

KEY = PseudonymKey(bytes(range(32)))
TODAY = facts().now.date()


def table(standard: Standard, *absent: str, reference: bool = True) -> Table:
    elements = {name: exp.column(name, quoted=True) for name in standard.elements}
    filled = frozenset(elements) - set(absent)
    return Table('"held_data"', elements, filled, standard, elements["reference"] if reference else None)


def planned(agreement: Prepared, standard: Standard, *, mode: Mode = Mode.LOOKUP, **given: Any) -> Plan:
    """The plan of a request that is allowed, with the share's terms or a field's form changed."""
    forms, terms = given.pop("forms", {}), given.pop("terms", {})
    person = given.pop("person", {"nino": "AB123456C"} if mode is Mode.LOOKUP else {})
    share = given.pop("share", "entitled")
    asked = request(share=share, mode=mode, person=person, listed=given.get("listed") is not None)
    offer = agreement.offers[share]
    decision = decide(
        replace(asked, listed=mode in (Mode.MATCH, Mode.BULK) and share == "entitled"), agreement, facts()
    )
    assert decision.allowed, decision.unmet
    fields = {name: Form.read(form) for name, form in forms.items()} or decision.fields
    held = given.pop("table", table(standard))
    return plan(
        replace(decision, fields=fields),
        offer.terms.model_copy(update=terms),
        held,
        key=KEY,
        today=TODAY,
        person=person,
        **given,
    )


def test_what_an_asker_says_is_bound_and_stands_in_no_query(agreement: Prepared, standard: Standard) -> None:
    person = {"family_name": "Robert'); DROP TABLE held;--", "date_of_birth": "2015-02-01"}
    made = planned(agreement, standard, person=person)
    assert "DROP" not in made.sql
    assert "robert" not in made.sql.lower()
    assert made.parameters["person_family_name"] == "robert drop table held"
    assert made.parameters["person_date_of_birth"] == "2015-02-01"
    assert "Robert" not in repr(made)


@pytest.mark.parametrize(
    "text", ["", "' or 1=1", "$person_nino", "{}", "%s", "\x00", '"', "李", ":name", "?", "x" * 9_999]
)
def test_no_value_whatever_changes_the_query(agreement: Prepared, standard: Standard, text: str) -> None:
    usual = planned(agreement, standard, person={"nino": "AB123456C"})
    held = table(standard)
    decision = decide(request(mode=Mode.LOOKUP, listed=False, person={"nino": "AB123456C"}), agreement, facts())
    terms = agreement.offers["entitled"].terms
    assert plan(decision, terms, held, key=KEY, today=TODAY, person={"nino": text}).sql == usual.sql


def test_a_pseudonyms_key_is_bound_where_it_is_used_and_nowhere_else(agreement: Prepared, standard: Standard) -> None:
    plain = planned(agreement, standard)
    keyed = planned(agreement, standard, forms={"nino": "pseudonym"})
    assert set(plain.parameters) == {"person_nino"}
    assert set(keyed.parameters) == {"person_nino", "pseudonym_inner", "pseudonym_outer"}
    assert keyed.parameters["pseudonym_inner"] == KEY.inner
    assert KEY.secret.hex() not in keyed.sql
    assert KEY.inner.hex() not in keyed.sql.lower()


def test_the_digest_is_of_the_query_and_not_of_who_was_asked_about(agreement: Prepared, standard: Standard) -> None:
    one = planned(agreement, standard, person={"nino": "AB123456C"})
    other = planned(agreement, standard, person={"nino": "CE123456A"})
    assert one.digest == other.digest
    assert one.digest != planned(agreement, standard, forms={"award": "plain"}).digest
    matched = planned(agreement, standard, mode=Mode.MATCH, listed=table(standard))
    assert matched.digest != replace(matched, steps=matched.steps[1:]).digest


def test_only_the_elements_that_are_needed_are_read(agreement: Prepared, standard: Standard) -> None:
    """The condition needs the award and the form the earnings; birth and place are nobody's business here."""
    made = planned(agreement, standard, share="open", mode=Mode.BULK, terms={"rows": "award = 'UC'"})
    names = set(re.findall(r'"(\w+)"', made.sql))
    assert names == {"award", "held_data"}


def test_a_share_without_a_condition_reads_every_record(agreement: Prepared, standard: Standard) -> None:
    assert "where" not in planned(agreement, standard, share="open", mode=Mode.BULK).sql


def test_where_only_people_on_a_list_are_covered_there_is_no_plan_without_the_list(
    agreement: Prepared, standard: Standard
) -> None:
    for mode in (Mode.BULK, Mode.MATCH):
        with pytest.raises(UsageError, match="there is no list"):
            planned(agreement, standard, mode=mode)


def test_a_match_of_open_terms_needs_its_list_too(agreement: Prepared, standard: Standard) -> None:
    with pytest.raises(UsageError, match="there is no list"):
        planned(agreement, standard, mode=Mode.MATCH, terms={"subjects": "all"})


def test_both_sides_numbers_are_compared_only_where_both_have_them(agreement: Prepared, standard: Standard) -> None:
    shared = dict(planned(agreement, standard, mode=Mode.MATCH, listed=table(standard)).steps)
    apart = dict(planned(agreement, standard, mode=Mode.MATCH, listed=table(standard, "nino")).steps)
    assert "nino" in shared["listed"]
    assert "nino" not in apart["listed"]
    assert "CAST(NULL AS TEXT) AS key_identifier" in apart["held"]


def test_a_table_without_a_key_of_its_own_is_known_by_its_rows(agreement: Prepared, standard: Standard) -> None:
    listed = table(standard, reference=False)
    steps = dict(planned(agreement, standard, mode=Mode.MATCH, listed=listed).steps)
    assert "cast(row_number() over () as varchar) as easement_theirs" in steps["listed"]


def test_elements_may_be_called_like_anything_that_a_match_works_with(
    agreement: Prepared, standard: Standard, tmp_path: Path
) -> None:
    """A standard has its own words: `reference`, `tier` and `own` are likely ones."""
    words = ("reference", "tier", "own", "listed", "held", "linked")
    odd = standard.model_copy(
        update={
            "elements": {
                **standard.elements,
                **{
                    w: standard.elements["award"].model_copy(update={"name": w, "key": None, "type": "text"})
                    for w in words
                },
            }
        }
    )
    row = {
        "family_name": "Ash",
        "given_name": "Jo",
        "date_of_birth": "2015-02-01",
        "postcode": "NT1 1AA",
        "award": "UC",
    }
    held: Rows = [row | {word: f"{word}!" for word in words}]
    listed: Rows = [row | {"reference": "L1"}]
    with opened(tmp_path, odd, held_data=held, listed_data=listed) as (session, tables):
        made = planned(
            agreement, odd, mode=Mode.MATCH, table=tables["held_data"], listed=tables["listed_data"],
            forms=dict.fromkeys(words, "plain"),
        )  # fmt: skip
        for name, query in made.steps:
            session.make(name, query)
        assert session.measure(made.sql) == [("L1", *(f"{word}!" for word in words))]
    assert made.columns == ("your_reference", *words)


def rows_of(agreement: Prepared, standard: Standard, folder: Path, rows: Rows, **given: Any) -> list[tuple[Any, ...]]:
    with opened(folder, standard, held_data=rows) as (session, tables):
        made = planned(agreement, standard, table=tables["held_data"], **given)
        return session.measure(made.sql, dict(made.parameters) or None)


def test_one_persons_dates_are_shifted_alike_and_other_peoples_otherwise(
    agreement: Prepared, standard: Standard, tmp_path: Path
) -> None:
    people: Rows = [
        {"reference": f"R{n}", "family_name": f"Name{n // 2}", "given_name": "Jo", "date_of_birth": "2015-02-01"}
        for n in range(40)
    ]
    found = rows_of(
        agreement, standard, tmp_path, people, share="open", mode=Mode.BULK,
        forms={"family_name": "plain", "date_of_birth": {"shift": "P30D"}},
    )  # fmt: skip
    shifts: dict[str, set[Any]] = {}
    for name, day in found:
        shifts.setdefault(name, set()).add(day)
    assert all(len(days) == 1 for days in shifts.values())
    assert len({next(iter(days)) for days in shifts.values()}) > 5


def test_a_count_without_dimensions_is_one_number(agreement: Prepared, standard: Standard, tmp_path: Path) -> None:
    people: Rows = [{"reference": f"R{n}", "family_name": f"N{n}", "award": "UC"} for n in range(9)]
    bare = replace(agreement.offers["entitled"], forms={Mode.AGGREGATE: {}}, withheld={Mode.AGGREGATE: {}})
    with opened(tmp_path, standard, held_data=people) as (session, tables):
        known = replace(agreement, offers={"entitled": bare})
        decision = decide(request(mode=Mode.AGGREGATE, listed=False), known, facts())
        made = plan(decision, bare.terms, tables["held_data"], key=KEY, today=TODAY)
        assert session.measure(made.sql) == [(9,)]


def test_what_is_added_up_is_added_once_however_often_it_is_shown(agreement: Prepared, standard: Standard) -> None:
    counted = Aggregate.model_validate({"measures": {"total": {"sum": "earnings"}, "typical": {"mean": "earnings"}}})
    made = planned(agreement, standard, mode=Mode.AGGREGATE, terms={"aggregate": counted})
    assert made.sql.count('sum("earnings")') == 1


def test_a_table_that_says_nobodys_name_counts_as_one_person_at_most(
    agreement: Prepared, standard: Standard, tmp_path: Path
) -> None:
    """Where nothing tells people apart, no crowd can be claimed."""
    rows: Rows = [{"award": "UC", "earnings": n} for n in range(30)]
    found = rows_of(agreement, standard, tmp_path, rows, mode=Mode.AGGREGATE)
    assert {row[-1] for row in found} == {1}


def test_a_key_that_a_standard_does_not_have_matches_nobody(
    agreement: Prepared, standard: Standard, tmp_path: Path
) -> None:
    """A standard without places matches by what it has."""
    placeless = standard.model_copy(
        update={"elements": {name: e for name, e in standard.elements.items() if name != "postcode"}}
    )
    made = dict(planned(agreement, placeless, mode=Mode.MATCH, listed=table(placeless)).steps)
    assert "CAST(NULL AS TEXT) AS key_place" in made["held"]


def test_a_number_that_no_query_can_judge_is_compared_as_it_stands(agreement: Prepared, standard: Standard) -> None:
    element = standard.elements["nino"].model_copy(update={"identifier": Kind.E164})
    odd = standard.model_copy(update={"elements": {**standard.elements, "nino": element}})
    made = dict(planned(agreement, odd, mode=Mode.MATCH, listed=table(odd)).steps)
    assert "AS key_identifier" in made["held"]

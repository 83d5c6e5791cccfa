"""R4.2: codes of one list put into another, with what is lost on the way and what does not map told."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from easement.base.errors import BadFile, EasementError, UsageError
from easement.meaning.codes_shelf import code_list
from easement.meaning.crosswalk import Fit, Pair, Relation, Walk, compose, inverse, succession
from easement.meaning.crosswalk_shelf import crosswalk, crosswalks, read_crosswalk, walks_from
from tests.often import often

TODAY = date(2026, 11, 22)
HEAD = "format: easement-crosswalk/1\nfrom: sex-dfe\nto: sex-nhs\nsource: these tests\nchecked: 2026-11-22\npairs:\n"


def written(folder, pairs, name="sex-dfe--sex-nhs.yaml", head=HEAD):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(head + pairs)
    return path


def test_every_cross_walk_says_its_source_and_when_that_was_checked():
    found = crosswalks()
    assert len(found) >= 13
    for walk in found:
        assert walk.source
        assert walk.checked
        assert {pair.subject for pair in walk.pairs} | walk.unlinked.keys() == code_list(walk.from_).codes.keys()


def test_every_code_has_an_outcome_in_every_direction():
    for walk in crosswalks():
        for each in (walk, crosswalk(walk.to, walk.from_)):
            assert each.table.keys() | each.stuck.keys() == code_list(each.from_).codes.keys()
            assert set(each.table.values()) <= code_list(each.to).codes.keys()


def test_a_code_that_says_the_same_is_put_into_the_other_list():
    assert crosswalk("sex-nhs", "sex").put("9") == ("indeterminate", Fit.SAME)


def test_what_becomes_part_of_a_broader_code_cannot_be_told_apart_again():
    there = crosswalk("ethnicity-2021", "ethnicity-nhs")
    assert there.put("white-roma") == ("C", Fit.COARSER)
    assert there.merged["C"] == ("white-gypsy-traveller", "white-roma", "white-other")
    assert "3 codes become `C`: cannot be undone" in there.losses
    back = crosswalk("ethnicity-nhs", "ethnicity-2021")
    assert back.put("C") == (None, Fit.SEVERAL)


def test_what_an_officer_saw_is_never_made_into_what_a_person_gave():
    assert not crosswalk("ethnicity-seen-police", "ethnicity-police").table
    assert not crosswalk("ethnicity-seen-police", "ethnicity-nhs").table


def test_a_way_through_a_third_list_is_said_to_be_one():
    walk = crosswalk("ethnicity-police", "ethnicity-2021")
    assert walk.via == "ethnicity-nhs"
    assert walk.justification == "composed"
    assert walk.of("W1") == (Pair("W1", "white-british", Relation.EXACT, via=("A",)),)
    assert not crosswalk("ethnicity-police", "ethnicity-nhs").via


def test_values_are_counted_by_what_becomes_of_them():
    found = crosswalk("ethnicity-2021", "ethnicity-nhs").apply({"white-roma": 3, "asian-indian": 10, "klingon": 2})
    assert found.into == {"C": 3, "H": 10}
    assert found.left == {"klingon": (Fit.UNKNOWN, 2)}
    assert (found.rows, found.mapped, found.coarser) == (15, 13, 3)


def test_where_no_way_leads_it_is_said():
    with pytest.raises(EasementError, match="no cross-walk leads from `sex` to `local-authorities`"):
        crosswalk("sex", "local-authorities")
    with pytest.raises(UsageError, match="no code list `sexx`"):
        crosswalk("sexx", "sex")


def test_a_list_knows_where_it_can_be_taken():
    assert [walk.to for walk in walks_from("sex")] == ["sex-dfe", "sex-iso-5218", "sex-letters", "sex-nhs"]


def test_codes_that_ended_lead_to_those_that_stand():
    walk = succession(code_list("local-authorities"), TODAY)
    assert walk.put("E06000060") == ("E06000060", Fit.SAME)
    assert walk.put("E07000004") == ("E06000060", Fit.COARSER)
    assert walk.put("S12000015") == ("S12000047", Fit.SAME)
    assert walk.put("E10000006") == (None, Fit.SEVERAL)
    assert walk.put("E99999999") == (None, Fit.UNKNOWN)


def test_a_cross_walk_of_ones_own_stands_beside_the_standards(tmp_path):
    written(tmp_path, '  M: "1"\n  F: "2"\n', "crosswalks/sex-dfe--sex-nhs.yaml")
    assert crosswalk("sex-dfe", "sex-nhs", [tmp_path]).via == ""
    assert crosswalk("sex-dfe", "sex-nhs").via == "sex"


@pytest.mark.parametrize(
    ("pairs", "what"),
    [
        ('  M: "1"\n', "`F` of `sex-dfe` is missing"),
        ('  M: "1"\n  F: "2"\n  Q: "9"\n', "`Q` is not a code of `sex-dfe`"),
        ('  M: "1"\n  F: "7"\n', "`7` is not a code of `sex-nhs`"),
        ('  M: "1"\n  F: "1"\n', "cannot both say exactly"),
        ('  M: {to: ["1", "2"]}\n  F: "2"\n', "exact in one other at most"),
        ('  M: {is: like, to: "1"}\n  F: "2"\n', "input should be 'exact'"),
        ('  M: {is: exact}\n  F: "2"\n', "give `to`, or `none`"),
        ('  M: {to: "1", none: why}\n  F: "2"\n', "give `to`, or `none`"),
        ('  M: {is: related, to: ["1", "1"]}\n  F: "2"\n', "names a code twice"),
        ('  M: "1"\n  M: "2"\n', "has the key `M` twice"),
    ],
)
def test_a_bad_cross_walk_is_told_with_its_line(tmp_path, pairs, what):
    with pytest.raises(BadFile) as caught:
        read_crosswalk(written(tmp_path, pairs))
    assert what in str(caught.value)
    assert "sex-dfe--sex-nhs.yaml:" in str(caught.value)


def test_a_file_is_named_for_where_it_leads(tmp_path):
    with pytest.raises(BadFile, match="name the file `sex-dfe--sex-nhs"):
        read_crosswalk(written(tmp_path, '  M: "1"\n  F: "2"\n', "sex.yaml"))


def test_a_list_that_nobody_knows_is_told(tmp_path):
    path = written(tmp_path, "  M: x\n", "sex-dfe--moon.yaml", HEAD.replace("sex-nhs", "moon"))
    with pytest.raises(BadFile, match="there is no code list `moon`"):
        read_crosswalk(path)


CODES = st.sampled_from("abcd")
WALKS = st.lists(st.tuples(CODES, CODES, st.sampled_from(list(Relation))), max_size=8, unique_by=lambda each: each[:2])


def made(pairs, from_="x", to="y"):
    return Walk(from_, to, tuple(Pair(*each) for each in pairs), dict.fromkeys("abcd", "none"))


@given(WALKS)
@settings(max_examples=often(40))
def test_turned_twice_it_is_the_same(pairs):
    walk = made(pairs)
    assert inverse(inverse(walk, "abcd"), "abcd").pairs == walk.pairs


@given(WALKS)
@settings(max_examples=often(40))
def test_what_maps_and_comes_back_is_itself_unless_codes_were_merged(pairs):
    walk = made(pairs)
    back = inverse(walk, "abcd")
    for code, to in walk.table.items():
        again, fit = back.put(to)
        if fit is Fit.SAME and walk.put(code)[1] is Fit.SAME and to not in walk.merged:
            assert again == code


@given(WALKS, WALKS)
@settings(max_examples=often(40))
def test_two_steps_never_claim_more_than_each(one, other):
    first, second = made(one), made(other, "y", "z")
    for pair in compose(first, second).pairs:
        steps = [
            (a.relation, b.relation)
            for a in first.of(pair.subject)
            for b in second.of(a.object)
            if b.object == pair.object
        ]
        if pair.relation is Relation.EXACT:
            assert (Relation.EXACT, Relation.EXACT) in steps
        if pair.relation is Relation.BROADER:
            assert all(Relation.NARROWER not in step and Relation.RELATED not in step for step in steps)

"""R7.1: cross-walks and mappings go out as SSSOM and come back; what cannot be kept is refused with its line."""

import json
from datetime import date

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from easement.base.errors import BadFile
from easement.cli.codes import codes
from easement.meaning.codes import Code, CodeList
from easement.meaning.codes_shelf import code_list, code_lists
from easement.meaning.crosswalk import Pair, Relation, Walk
from easement.meaning.crosswalk_shelf import crosswalk, crosswalks
from easement.meaning.crosswalk_text import crosswalk_text
from easement.meaning.mapping import DatasetMapping
from easement.meaning.sssom import NONE, read_sssom, set_of_mapping, set_of_walk, walk_of_set, write_sssom
from easement.meaning.standards import standard
from tests.often import often

LISTS = {each.ref.replace("/", ".v"): each for each in code_lists()}
HEAD = (
    "# mapping_set_id: urn:x\n# license: https://x.example/\n"
    "# curie_map:\n#   sex: 'urn:sex:'\n#   sex-nhs: 'urn:nhs:'\n"
)
COLUMNS = "subject_id\tpredicate_id\tobject_id\tmapping_justification\n"
ROW = "sex-nhs:1\tskos:exactMatch\tsex:male\tsemapv:ManualMappingCuration\n"


def out_and_back(walk, lists=LISTS):
    by_ref = {each.ref: each for each in lists.values()}
    return walk_of_set(read_sssom(write_sssom(set_of_walk(walk, by_ref[walk.from_], by_ref[walk.to]))), lists)


def said(walk):
    return [(pair.subject, pair.object, pair.relation) for pair in walk.pairs]


def test_every_cross_walk_goes_out_and_comes_back():
    for walk in crosswalks():
        back = out_and_back(walk)
        assert said(back) == said(walk)
        assert (back.from_, back.to, back.unlinked, back.checked) == (walk.from_, walk.to, walk.unlinked, walk.checked)


def test_what_came_about_through_a_third_list_says_so():
    walk = crosswalk("ethnicity-police", "ethnicity-2021")
    text = write_sssom(set_of_walk(walk, code_list(walk.from_), code_list(walk.to)))
    assert "semapv:MappingChaining" in text
    assert "through A of ethnicity-nhs" in text


def test_a_code_without_any_is_said_to_have_none():
    walk = crosswalk("ethnicity-dfe", "ethnicity-2021")
    found = set_of_walk(walk, code_list(walk.from_), code_list(walk.to))
    [row] = [row for row in found.rows if row.object_id == NONE]
    assert row.subject_id == "ethnicity-dfe:NOBT"


def test_a_mapping_goes_out_with_its_columns_and_codes_and_what_no_pair_says_is_told():
    mapping = DatasetMapping.model_validate(
        {
            "format": "easement-mapping/1", "id": "roll", "title": "Roll", "organisation": "northtown",
            "standard": "person/1",
            "elements": {
                "family_name": "Last Name",
                "sex": {"column": "Gender", "codes": {"M": "male", "F": "female"}},
                "given_name": {"column": "Name", "part": "given"},
                "email": {"absent": "nobody asks"},
            },
        }
    )  # fmt: skip
    found = read_sssom(write_sssom(set_of_mapping(mapping, standard("person/1"))))
    ids = [(row.subject_id, row.predicate_id, row.object_id) for row in found.rows]
    assert ("roll:Last%20Name", "skos:exactMatch", "person.v1:family_name") in ids
    assert ("roll:Gender/M", "skos:exactMatch", "person.v1:sex/male") in ids
    assert ("roll:Name", "skos:relatedMatch", "person.v1:given_name") in ids
    assert set_of_mapping(mapping, standard("person/1")).left_out == ("`email` is absent: no column says it",)


def test_who_stood_for_a_mapping_is_in_its_rows_and_how_sure_a_proposal_is():
    mapping = DatasetMapping.model_validate(
        {
            "format": "easement-mapping/1", "id": "roll", "title": "Roll", "organisation": "northtown",
            "standard": "person/1",
            "confirmed": [{"by": "Amina Patel", "at": "2026-11-22T09:00Z", "why": "read by two"}],
            "elements": {"family_name": "Last", "given_name": {"column": "First", "proposed": {"sure": 0.8}}},
        }
    )  # fmt: skip
    family, given_name = read_sssom(write_sssom(set_of_mapping(mapping, standard("person/1")))).rows
    assert (family.author_label, family.mapping_date, family.confidence) == ("Amina Patel", "2026-11-22", "")
    assert (given_name.author_label, given_name.confidence) == ("", "0.80")
    assert given_name.mapping_justification == "semapv:LexicalMatching"


@pytest.mark.parametrize(
    ("text", "where", "what"),
    [
        (COLUMNS + ROW, ":1", "has no head"),
        ("# license: x\n" + COLUMNS + ROW, ":1", "lacks `mapping_set_id`"),
        ("# [1, 2]\n" + COLUMNS + ROW, ":1", "not `key: value` lines"),
        (HEAD, ":6", "has no table"),
        (HEAD + "subject_id\tobject_id\n", ":6", "lacks the column `predicate_id`"),
        (
            HEAD + COLUMNS.replace("\n", "\tmood\n") + ROW.replace("\n", "\tx\n"),
            ":6",
            "`mood` is not a column of SSSOM",
        ),
        (HEAD + COLUMNS.replace("\n", "\tobject_id\n") + ROW.replace("\n", "\tx\n"), ":6", "stands twice"),
        (HEAD + COLUMNS + ROW + ROW, ":8", "says again what line 7 says"),
        (HEAD + COLUMNS + ROW.replace("skos:exact", "skos:close"), ":7", "`skos:closeMatch` cannot be kept"),
        (HEAD + COLUMNS + ROW.replace("sex-nhs:1", "1"), ":7", "`subject_id` is `1`"),
        (HEAD + COLUMNS + ROW.replace("sex-nhs:1", "dfe:M"), ":7", "`dfe` is not in the `curie_map`"),
        (HEAD + COLUMNS + "sex-nhs:1\tskos:exactMatch\n", ":7", "has 2 cells and the table 4 columns"),
        (HEAD + COLUMNS.replace("\n", "\tconfidence\n") + ROW.replace("\n", "\t1.5\n"), ":7", "from 0 to 1"),
        (HEAD + COLUMNS.replace("\n", "\tmapping_date\n") + ROW.replace("\n", "\t2026-02-30\n"), ":7", "2026-09-01"),
        (HEAD + COLUMNS.replace("\n", "\tpredicate_modifier\n") + ROW.replace("\n", "\tNot\n"), ":7", "says `Not`"),
        (HEAD + COLUMNS + 'a\t"b\n', "", "no table"),
    ],
)
def test_what_cannot_be_kept_is_refused_with_its_line(text, where, what):
    with pytest.raises(BadFile) as caught:
        read_sssom(text, "set.tsv")
    assert what in str(caught.value)
    assert f"set.tsv{where}" in str(caught.value)


@pytest.mark.parametrize(
    ("row", "what"),
    [
        (ROW.replace("sex-nhs:1", "sex-nhs:7"), "`7` is not a code of `sex-nhs`"),
        (ROW.replace("sex:male", "sex-nhs:1"), None),
        (ROW + ROW.replace("sex-nhs:1", "sex:male"), "not between two lists"),
    ],
)
def test_a_set_that_is_no_cross_walk_of_known_lists_is_refused(row, what):
    found = read_sssom(HEAD + COLUMNS + row)
    if what is None:
        assert walk_of_set(found, LISTS).to == "sex-nhs"
        return
    with pytest.raises(BadFile) as caught:
        walk_of_set(found, LISTS)
    assert what in str(caught.value)


def test_a_set_of_a_list_that_nobody_knows_is_refused():
    text = (HEAD + COLUMNS + ROW).replace("sex-nhs:1", "moon:1").replace("sex-nhs: ", "moon: ")
    with pytest.raises(BadFile, match="there is no code list `moon`"):
        walk_of_set(read_sssom(text), LISTS)


def test_a_set_too_long_to_read_is_refused():
    with pytest.raises(BadFile, match="larger than"):
        read_sssom("# a\n" * 1_500_000)


def test_a_set_of_others_becomes_a_cross_walk_to_keep(tmp_path):
    walk = crosswalk("ethnicity-police", "ethnicity-2021")
    path = tmp_path / "theirs.sssom.tsv"
    path.write_text(write_sssom(set_of_walk(walk, code_list(walk.from_), code_list(walk.to))))
    told = CliRunner().invoke(codes, ["import", str(path), "--out", str(tmp_path / "crosswalks")])
    assert told.exit_code == 0, told.exception
    kept = crosswalk("ethnicity-police", "ethnicity-2021", [tmp_path])
    assert kept.via == ""
    assert (kept.table, kept.stuck) == (walk.table, walk.stuck)


def test_what_one_line_cannot_say_is_told():
    pairs = (Pair("M", "1", Relation.EXACT), Pair("M", "2", Relation.RELATED))
    with pytest.raises(BadFile, match="in ways that one line cannot say"):
        crosswalk_text(Walk("sex-dfe", "sex-nhs", pairs, {}), ["M", "F"], on=date(2026, 11, 22))


def test_codes_of_the_past_become_those_of_today(tmp_path):
    (tmp_path / "old.txt").write_text("E07000004\nE06000060\nE10000006\n")
    told = CliRunner().invoke(
        codes, ["walk", "local-authorities", "local-authorities", "--values", str(tmp_path / "old.txt"), "--json"]
    )
    said = json.loads(told.stdout)["applied"]
    assert said["into"] == {"E06000060": 2}
    assert said["left"]["E10000006"]["count"] == 1


WORDS = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp")), min_size=1, max_size=12
).filter(lambda text: text == text.strip() and text.isprintable())


@given(
    st.lists(
        st.tuples(WORDS, WORDS, st.sampled_from(list(Relation))), min_size=1, max_size=6, unique_by=lambda e: e[:2]
    )
)
@settings(max_examples=often(40))
def test_codes_of_any_signs_go_out_and_come_back(pairs):
    lists = {
        "one": CodeList(
            format="easement-codes/2", id="one", title="One", codes={a: Code(label=a) for a, _, _ in pairs}
        ),
        "two": CodeList(
            format="easement-codes/2", id="two", title="Two", codes={b: Code(label=b) for _, b, _ in pairs}
        ),
    }
    walk = Walk("one", "two", tuple(Pair(*pair) for pair in pairs), {})
    assert said(out_and_back(walk, lists)) == said(walk)


@given(st.text(max_size=200))
@settings(max_examples=often(40))
def test_hostile_text_is_refused_and_breaks_nothing(text):
    for tried in (text, HEAD + text, HEAD + COLUMNS + text):
        try:
            read_sssom(tried)
        except BadFile:
            continue

"""R4.2: code lists have dated versions, and what is wrong with one is told with its line and its mend."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from easement.base.errors import BadFile, UsageError
from easement.meaning.codes import MOST_CODES, Code, CodeList, Standing
from easement.meaning.codes_shelf import BUILT_IN_CODES, code_list, code_lists, list_refs, read_code_list, versions_of
from tests.often import often

HEAD = "format: easement-codes/2\nid: councils\ntitle: Councils\nsource: these tests\ncodes:\n"
TODAY = date(2026, 11, 22)


def written(folder, codes, name="councils.yaml", head=HEAD):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(head + codes)
    return path


def told(folder, codes, **more):
    with pytest.raises(BadFile) as caught:
        read_code_list(written(folder, codes, **more))
    return str(caught.value)


def test_every_list_that_comes_with_easement_says_where_it_is_from():
    found = code_lists()
    assert {"sex", "ethnicity-2021", "local-authorities"} <= {each.ref for each in found}
    for each in found:
        assert each.source, each.ref
        assert each.format == "easement-codes/1" or each.checked, each.ref
        assert each.as_at(TODAY), each.ref


def test_a_code_stands_from_its_first_day_to_its_last():
    councils = code_list("local-authorities")
    assert councils.standing("E07000004", date(2020, 3, 31)) is Standing.CURRENT
    assert councils.standing("E07000004", date(2020, 4, 1)) is Standing.ENDED
    assert councils.standing("E06000060", date(2020, 3, 31)) is Standing.NOT_YET
    assert councils.standing("E06000060", date(2020, 4, 1)) is Standing.CURRENT
    assert councils.standing("E99999999", TODAY) is Standing.UNKNOWN


def test_a_code_replaced_on_a_day_nobody_knows_has_ended():
    councils = code_list("local-authorities")
    assert councils.standing("E08000016", TODAY) is Standing.ENDED
    assert councils.codes["E08000016"].told == "Barnsley (replaced)"


@pytest.mark.parametrize(
    ("code", "now"),
    [
        ("E07000048", ("E06000058",)),
        ("E07000190", ("E06000066",)),
        ("S12000043", ("S12000049",)),
        ("E10000006", ("E06000063", "E06000064")),
        ("E06000001", ("E06000001",)),
        ("E99999999", ()),
    ],
)
def test_a_code_is_followed_through_every_change_since(code, now):
    assert code_list("local-authorities").successors(code, TODAY) == now


def test_what_became_of_a_code_is_told_as_at_a_day():
    assert code_list("local-authorities").successors("E07000190", date(2021, 1, 1)) == ("E07000246",)


def test_the_mergers_of_2019_to_2023_each_have_a_successor():
    councils = code_list("local-authorities")
    for day in (date(2019, 4, 1), date(2020, 4, 1), date(2021, 4, 1), date(2023, 4, 1)):
        assert day in councils.days
    for code, each in councils.codes.items():
        if each.valid_to:
            assert councils.successors(code, TODAY), code


def test_a_list_as_at_a_day_has_the_codes_of_that_day():
    councils = code_list("local-authorities")
    assert "E07000004" in councils.as_at(date(2019, 1, 1))
    assert "E06000060" not in councils.as_at(date(2019, 1, 1))
    names = [each.label for each in councils.as_at(TODAY).values()]
    assert len(names) == len(set(names))


def test_a_standard_has_past_codes_told_as_such():
    assert code_list("local-authorities").labels["E07000004"] == "Aylesbury Vale (until 2020-03-31)"


@pytest.mark.parametrize(
    ("codes", "line", "what"),
    [
        ("  a: {label: A, becomes: [z]}\n", 6, "becomes `z`, which is not in the list"),
        ("  a: {label: A, becomes: [b]}\n  b: {label: B, becomes: [a]}\n", 6, "become each other: `a` -> `b` -> `a`"),
        ("  a: {label: A, becomes: [a]}\n", 6, "become each other"),
        ("  a: {label: A, valid_from: 2020-01-02, valid_to: 2020-01-01}\n", 6, "it ends before it begins"),
        ("  a: {label: A, valid_to: 2020-02-30}\n", 6, "date"),
        (
            "  a: {label: A, valid_to: 2020-06-30, becomes: [b]}\n  b: {label: B, valid_from: 2020-06-30}\n",
            6,
            "they overlap",
        ),
        (
            "  a: {label: A, valid_to: 2020-06-30, becomes: [b]}\n  b: {label: B, valid_to: 2019-06-30}\n",
            6,
            "`b` ended before `a` did",
        ),
        ("  a: A\n  b: B\n  a: C\n", 8, "has the key `a` twice"),
        ('  a: "A\\nB"\n', 6, "holds a line break"),
        ('  a: "A\\u202eB"\n', 6, "what cannot be seen"),
        ('  "a ": A\n', 6, "is no code"),
        ("  a: {label: A, labels: B}\n", 6, "did you mean `label`?"),
        ("  a: {valid_to: 2020-01-01}\n", 6, "`label` is missing"),
        (f"  {'a' * 65}: A\n", 6, "is no code"),
    ],
)
def test_a_bad_list_is_told_with_its_line(tmp_path, codes, line, what):
    said = told(tmp_path, codes)
    assert what in said
    assert f"councils.yaml:{line}:" in said


def test_a_list_longer_than_people_can_read_is_refused():
    codes = {f"c{number}": Code(label="A") for number in range(MOST_CODES + 1)}
    with pytest.raises(ValueError, match="at most 5000"):
        CodeList(format="easement-codes/2", id="x", title="X", codes=codes)


def test_a_long_chain_of_successors_is_no_trouble():
    codes = {f"c{n}": Code(label="A", becomes=(f"c{n + 1}",) if n < 2_000 else ()) for n in range(2_001)}
    assert CodeList(format="easement-codes/2", id="x", title="X", codes=codes).codes


def test_an_unknown_list_is_told_with_its_likeliest():
    with pytest.raises(UsageError) as caught:
        code_list("local-authority")
    assert "`local-authorities`" in caught.value.remedy


def test_an_unknown_list_that_is_like_none_is_told_where_they_are():
    with pytest.raises(UsageError) as caught:
        code_list("zzz")
    assert caught.value.remedy == "see: easement codes list"


def test_a_list_of_ones_own_stands_beside_its_standards(tmp_path):
    written(tmp_path, "  a: A\n", "codes/councils.yaml")
    written(tmp_path, "  a: A\n  b: B\n", "codes/councils.v2.yaml", HEAD + "")
    assert code_list("councils", [tmp_path]).labels == {"a": "A"}
    assert "councils/2" in list_refs([tmp_path])
    assert "councils" not in list_refs()


def test_what_comes_with_easement_cannot_be_redefined(tmp_path):
    (tmp_path / "codes").mkdir()
    (tmp_path / "codes" / "sex.yaml").write_text((BUILT_IN_CODES / "sex.yaml").read_text())
    with pytest.raises(BadFile, match="`sex` is defined twice"):
        code_list("sex", [tmp_path])


def test_two_versions_for_the_same_days_are_refused(tmp_path):
    end = HEAD.replace("codes:", "valid_to: 2026-04-01\ncodes:")
    start = HEAD.replace("codes:", "version: 2\nvalid_from: 2026-04-01\ncodes:")
    written(tmp_path, "  a: A\n", "codes/councils.yaml", end)
    path = written(tmp_path, "  a: A\n", "codes/councils.v2.yaml", start)
    with pytest.raises(BadFile, match="for the same days"):
        versions_of("councils", [tmp_path])
    path.write_text(path.read_text().replace("2026-04-01", "2026-04-02"))
    assert [each.version for each in versions_of("councils", [tmp_path])] == [1, 2]


def test_a_file_is_named_for_the_list_it_holds(tmp_path):
    written(tmp_path, "  a: A\n", "codes/cuoncils.yaml")
    with pytest.raises(BadFile, match=r"name the file `councils\.yaml`"):
        code_list("cuoncils", [tmp_path])


DAYS = st.dates(date(2000, 1, 1), date(2030, 1, 1))


@given(st.lists(st.tuples(st.integers(0, 8), st.integers(0, 8)), max_size=12), DAYS)
@settings(max_examples=often(40))
def test_whatever_becomes_what_a_walk_ends(pairs, day):
    codes = {f"c{n}": Code(label=f"C{n}", becomes=tuple(f"c{b}" for a, b in pairs if a == n)) for n in range(9)}
    try:
        found = CodeList(format="easement-codes/2", id="x", title="X", codes=codes)
    except ValueError:
        return
    for code in codes:
        assert all(found.standing(after, day) is Standing.CURRENT for after in found.successors(code, day))
        assert found.successors(code, day)

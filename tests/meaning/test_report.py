"""R4.2: what does not map is reported, not dropped: counted in one scan, with a few places to look."""

import pytest

from easement.meaning.measure import measured
from easement.meaning.project import Fault
from easement.meaning.report import MAX_CODES, MAX_EXAMPLES, Example, Had
from tests.meaning.fakes import FakeColumn, FakeSource, a_mapping, a_standard, table

STANDARD = a_standard(
    ref={},
    born={"type": "date"},
    sex={"type": "code", "codes": {"male": "Male", "female": "Female"}},
    postcode={"identifier": "postcode"},
    nhs={"identifier": "nhs-number"},
    phone={"identifier": "e164"},
    pay={"type": "number"},
    note={},
)
MAPPING = a_mapping(
    record_key="id",
    ref="id",
    born={"column": "dob", "dates": "dd/mm/yyyy"},
    sex={"column": "sex", "codes": {"M": "male", "F": "female"}},
    postcode="pc",
    nhs="nhs",
    phone="tel",
    pay={"absent": "not held"},
)
PEOPLE = """
id | dob        | sex | pc      | nhs        | tel           | extra
1  | 15/03/1955 | M   | ls1 4fb | 9434765919 | 020 7946 0018 | a
2  | 31/02/1955 | X   | zz      | 9434765918 | 12            | b
3  |            | X   |         |            |               |
4  | later      | ?   | M1 1AE  | 943        | +442079460018 |
"""


@pytest.fixture(scope="module")
def report():
    with table(PEOPLE) as source:
        return measured(source, MAPPING, STANDARD)


def element(report, name):
    return next(e for e in report.elements if e.name == name)


def test_each_element_says_how_it_is_had_and_how_often_it_is_filled(report):
    assert [(e.name, e.had, e.filled) for e in report.elements] == [
        ("ref", Had.MAPPED, 4),
        ("born", Had.MAPPED, 1),
        ("sex", Had.MAPPED, 1),
        ("postcode", Had.MAPPED, 3),
        ("nhs", Had.MAPPED, 3),
        ("phone", Had.MAPPED, 3),
        ("pay", Had.ABSENT, 0),
        ("note", Had.NOT_MENTIONED, 0),
    ]
    assert element(report, "pay").detail == "not held"
    assert report.rows == 4


def test_a_fault_is_counted_with_the_rows_where_it_stands(report):
    [finding] = element(report, "born").findings
    assert (finding.fault, finding.count) == (Fault.NOT_A_DATE, 2)
    assert finding.examples == (Example(2, "31/02/1955"), Example(4, "later"))


def test_unlisted_codes_are_named_with_their_counts(report):
    [finding] = element(report, "sex").findings
    assert finding.codes == (("X", 2), ("?", 1))
    assert finding.count == 3


def test_identifiers_are_held_to_their_check_digits(report):
    assert [(f.fault, f.count) for f in element(report, "nhs").findings] == [(Fault.NOT_VALID, 2)]
    assert [(f.fault, f.examples) for f in element(report, "postcode").findings] == [
        (Fault.NOT_VALID, (Example(2, "zz"),))
    ]


def test_telephone_numbers_are_judged_by_their_countrys_plan(report):
    [finding] = element(report, "phone").findings
    assert (finding.fault, finding.count, finding.examples) == (Fault.NOT_VALID, 1, (Example(2, "12"),))


def test_columns_that_nothing_reads_are_named(report):
    assert report.unused == ("extra",)
    assert report.usable
    assert report.findings == 2 + 3 + 2 + 1 + 1


def test_without_examples_no_value_is_shown_and_the_rows_are():
    with table(PEOPLE) as source:
        report = measured(source, MAPPING, STANDARD, examples=False)
    findings = [finding for e in report.elements for finding in e.findings]
    assert {example.value for finding in findings for example in finding.examples} == {None}
    assert [finding.codes for finding in findings] == [()] * len(findings)
    assert element(report, "born").findings[0].examples == (Example(2, None), Example(4, None))


def test_a_table_without_faults_is_scanned_once_for_counts_and_once_for_keys():
    with table("id|dob\n1|15/03/1955\n2|") as source:
        report = measured(source, a_mapping(record_key="id", born={"column": "dob", "dates": "dd/mm/yyyy"}), STANDARD)
        assert len(source.asked) == 2
    assert report.findings == 0


def test_record_keys_that_stand_twice_or_are_blank_make_a_table_unusable():
    with table("id|dob\n1|\n1|\n1|\n2|\n2|\n3|\n |") as source:
        report = measured(source, a_mapping(record_key="ID", ref="id"), STANDARD)
    assert (report.duplicate_keys, report.rows_with_duplicate_keys, report.rows_without_key) == (2, 5, 1)
    assert not report.usable


def test_the_standards_record_key_serves_where_the_mapping_names_none():
    standard = STANDARD.model_copy(update={"record_key": ("ref",)})
    with table("id\n1\n1") as source:
        report = measured(source, a_mapping(ref="id"), standard)
    assert (report.record_key, report.duplicate_keys) == (("ref",), 1)


def test_a_missing_column_is_named_and_the_rest_is_counted_all_the_same():
    with table("id|Sexx\n1|M\n2|F") as source:
        report = measured(source, MAPPING, STANDARD)
    assert element(report, "ref").filled == 2
    assert element(report, "sex").had is Had.COLUMN_MISSING
    assert report.missing.keys() == {"dob", "sex", "pc", "nhs", "tel"}
    assert report.missing["sex"] == "did you mean `Sexx`?"
    assert not report.usable


def test_an_empty_table_is_reported_as_empty():
    with table("id|dob|sex|pc|nhs|tel") as source:
        report = measured(source, MAPPING, STANDARD)
    assert (report.rows, report.findings, report.usable) == (0, 0, True)


def test_examples_and_codes_are_few_however_many_faults_there_are():
    rows = "\n".join(f"{n}|bad{n}" for n in range(1, 101))
    with table(f"id|sex\n{rows}") as source:
        report = measured(source, a_mapping(record_key="id", sex="sex"), STANDARD)
    [finding] = element(report, "sex").findings
    assert finding.count == 100
    assert [example.row for example in finding.examples] == [1, 2, 3][:MAX_EXAMPLES]
    assert len(finding.codes) == MAX_CODES


def test_a_table_of_a_thousand_columns_is_reported():
    names = [f"e{n}" for n in range(1000)]
    standard = a_standard(**{name: {"type": "date"} for name in names[:200]})
    mapping = a_mapping(**{name: name for name in names[:200]})
    with FakeSource([FakeColumn(name) for name in names], [["2020-01-01"] * 1000, ["never"] * 1000]) as source:
        report = measured(source, mapping, standard)
    assert report.findings == 200
    assert [e.filled for e in report.elements] == [1] * 200
    assert report.unused == tuple(names[200:])


def test_odd_column_names_are_names_like_any_other():
    odd = ['a"b', "select", "a.b", "'", "é 1", "column_2"]
    standard = a_standard(**{f"e{n}": {} for n in range(len(odd))})
    with FakeSource([FakeColumn(name) for name in odd], [["x"] * len(odd)]) as source:
        report = measured(source, a_mapping(**{f"e{n}": name for n, name in enumerate(odd)}), standard)
    assert [e.filled for e in report.elements] == [1] * len(odd)
    assert report.unused == ()


def test_the_report_as_data_says_whether_the_table_is_usable(report):
    data = report.as_dict()
    assert data["usable"] is True
    assert data["elements"][1]["findings"][0]["examples"][0] == {"row": 2, "value": "31/02/1955"}

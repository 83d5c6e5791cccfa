"""An error says where, what and what to do next, and ends with its own exit code."""

import pytest

from easement.base import errors
from easement.base.errors import BadFile, EasementError, Problem


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("EasementError", 1), ("StorageFailed", 1), ("UsageError", 2), ("Refused", 10), ("BadFile", 11),
        ("NotInForce", 11), ("ProofFailed", 12), ("SourceUnreachable", 13), ("BadData", 14),
    ],
)  # fmt: skip
def test_each_kind_of_error_has_its_exit_code(kind: str, code: int) -> None:
    error = getattr(errors, kind)("what")
    assert error.exit_code == code
    assert error.as_dict()["exit_code"] == code
    assert isinstance(error, EasementError)


def test_every_kind_of_error_is_in_the_table_at_the_top() -> None:
    for name in errors.__all__:
        assert name == "Problem" or f" {name} " in str(errors.__doc__)


def test_an_error_reads_where_what_and_on_a_second_line_the_remedy() -> None:
    assert str(EasementError("it is late")) == "it is late"
    assert str(EasementError("it is late", where="a.yaml:3")) == "a.yaml:3: it is late"
    assert str(EasementError("it is late", remedy="hurry")) == "it is late\n  hurry"


def test_a_bad_file_tells_every_problem_on_its_own_line() -> None:
    error = BadFile(
        "the agreement has 2 problems", [Problem("a:1:1", "one", "mend one"), Problem("a:2:1", "two")], where="a"
    )
    assert str(error) == "a: the agreement has 2 problems\na:1:1: one\n  mend one\na:2:1: two"


def test_an_error_as_data_holds_what_the_words_hold() -> None:
    error = BadFile("bad", [Problem("a:1:1", "one", "mend")], where="a", remedy="read on")
    assert error.as_dict() == {
        "error": "bad", "where": "a", "remedy": "read on", "exit_code": 11,
        "problems": [{"where": "a:1:1", "what": "one", "mend": "mend"}],
    }  # fmt: skip


def test_problems_may_come_from_anything_that_can_be_walked_once() -> None:
    error = BadFile("bad", (Problem("", str(number)) for number in range(2)))
    assert [str(error), str(error)] == ["bad\n0\n1"] * 2

"""R4.3: tables that are wrong, odd or made to harm are read right, bounded, or refused with what to do."""

import csv
import io

import pytest

from easement.cli.present import LONGEST_CELL, seen
from easement.meaning.mapping import read_mapping
from easement.meaning.profile_queries import profiled
from easement.meaning.propose import propose
from easement.meaning.standards import standard
from easement.meaning.studio import read_draft

from .fakes import table
from .test_studio import drafted, run

HOSTILE = (
    "<script>alert(1)</script>", '=cmd|"/c calc"!A1', "A" * 10_000, "", "dup", "dup", "DUP", "\u202egnp.dob",
    "\u0455urname", "+1+1", "@SUM(A1)", "a\nb", "{{7*7}}", "%(count)s", "`tick`", 'a"; drop table held; --', "x\u200by",
)  # fmt: skip
NAMED = ("--by", "Jo", "--why", "agreed")


def written(path, columns, rows):
    text = io.StringIO()
    csv.writer(text).writerows([columns, *rows])
    path.write_text(text.getvalue(), encoding="utf-8")
    return path


def test_hostile_names_of_columns_are_shown_on_one_line_and_obeyed_by_nothing(tmp_path):
    path = written(tmp_path / "odd.csv", HOSTILE, [[f"{row}-{at}" for at in range(len(HOSTILE))] for row in range(30)])
    shown = run("profile", path).stdout
    assert max(map(len, shown.splitlines())) < 400
    assert all(sign.isprintable() or sign == "\n" for sign in shown)
    out = drafted(path)
    assert read_draft(out).unconfirmed
    assert run("to-mend", out).exit_code == 0
    assert "no row would cross" in run("preview", out).stdout
    refused = run("confirm", out, "--all", *NAMED)
    assert (refused.exit_code, "no element is had from the table" in refused.output) == (2, True)
    named = run("confirm", out, "--all", *NAMED, "--set", 'person_reference=a"; drop table held; --')
    assert named.exit_code == 0, named.output
    assert read_mapping(out).elements["person_reference"].columns == ('a"; drop table held; --',)


def test_values_that_a_terminal_would_obey_are_spelt_out(tmp_path):
    path = written(
        tmp_path / "odd.csv", ["ref", "surname"], [["1", "\x1b[2JAsh"], ["2", "\u202eElm"], ["3", "E" * 5_000]]
    )
    for command in ("profile", "propose"):
        shown = run(command, path, *(("--standard", "person/1") if command == "propose" else ())).stdout
        assert all(sign.isprintable() or sign == "\n" for sign in shown)
        assert max(map(len, shown.splitlines())) < 3 * LONGEST_CELL
    assert seen("a\x1bb\u202e") == "a\\x1bb\\u202e"


def test_where_nothing_fits_that_is_said():
    with table("zz|yy\na b c|d e f\ng h i|j k l") as source:
        found = propose(profiled(source), standard("person/1"))
    assert found.found == ()


def test_a_line_of_names_that_looks_like_a_row_is_told_without_saying_whose(tmp_path):
    with table("1|Ash|02/02/2010|NT1 1AA\n2|Elm|03/02/2010|NT1 1AB\n3|Oak|04/02/2010|NT1 1AD") as source:
        [note] = profiled(source).notes
    assert ("may be missing" in note, "NT1" in note) == (True, False)
    with table("2019|ref\n1|2") as source:
        assert profiled(source).notes == ()


@pytest.fixture
def changing(tmp_path):
    rows = [[n, "Ash", f"{n % 28 + 1:02}/0{n % 9 + 1}/2010", "MF"[n % 2]] for n in range(1, 100)]
    rows += [[f"A{n}", "Elm", f"2011-0{n % 9 + 1}-{n % 28 + 1:02}", "not asked"] for n in range(100, 200)]
    return written(tmp_path / "people.csv", ["ref", "surname", "dob", "sex"], rows)


def test_a_column_that_changes_midway_is_told_where_and_both_ways_are_read(changing):
    assert "`dob` changes from about row 100" in run("profile", changing).stdout
    out = drafted(changing)
    way = read_draft(out).elements["date_of_birth"]
    assert set(way.dates) == {"dd/mm/yyyy", "yyyy-mm-dd"}
    assert "from about row 100 it holds dates written yyyy-mm-dd" in way.proposed.why


def test_codes_unknown_to_the_list_are_withheld_and_told_at_every_step(changing):
    out = drafted(changing)
    assert "no code was found for 1 value (100 in all)" in read_draft(out).elements["sex"].proposed.why
    assert run("to-mend", out, "--csv").stdout.count("code-not-listed") == 100
    done = run("confirm", out, "--all", *NAMED)
    assert "sex 100 code-not-listed" in done.output
    assert read_mapping(out).confirmed[0].unmapped == {"sex": {"code-not-listed": 100}}


def test_a_column_without_any_value_is_asked_nothing(tmp_path):
    out = drafted(written(tmp_path / "empty.csv", ["ref", "surname", "sex"], []))
    assert read_draft(out).elements["sex"].proposed.asks == ""


OWN = """\
format: easement-standard/1
id: shoes
version: 1
title: Shoes
description: Whose shoe
source: these tests
retired: {on: 2026-01-01, why: worn out}
elements:
  person_reference: {definition: The person, sensitivity: personal}
"""


def test_nothing_new_is_led_to_a_retired_standard(changing, tmp_path):
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "shoes-1.yaml").write_text(OWN.replace("retired:", "# retired:"))
    folder = ("--folder", tmp_path / "own")
    out = tmp_path / "shoes.yaml"
    options = ("--standard", "shoes/1", "--organisation", "northtown", *folder)
    assert run("propose", changing, *options, "--out", out).exit_code == 0
    (tmp_path / "own" / "shoes-1.yaml").write_text(OWN)
    for refused in (run("propose", changing, *options), run("confirm", out, "--all", *NAMED, *folder)):
        assert (refused.exit_code, "worn out" in refused.output) == (2, True)

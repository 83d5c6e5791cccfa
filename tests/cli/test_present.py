"""How commands speak: data on stdout, talk on stderr, one shape of JSON, tables that line up."""

import json
from datetime import date
from pathlib import Path

import click
from hypothesis import given
from hypothesis import strategies as st

from easement.cli.present import clear_path, emit, example, json_option, say, table


def test_talk_and_data_do_not_mix(capsys):
    say("a word to the person")
    emit(False, {"a": 1}, "the data")
    out, err = capsys.readouterr()
    assert (out, err) == ("the data\n", "a word to the person\n")


def test_json_holds_dates_bytes_sets_and_names_as_plain_values(capsys):
    emit(True, {"day": date(2026, 9, 1), "key": b"\x01\xff", "ids": ("a",), "path": Path("x"), "name": "Zoë"}, "")
    said = json.loads(text := capsys.readouterr().out)
    assert said == {"day": "2026-09-01", "key": "01ff", "ids": ["a"], "path": "x", "name": "Zoë"}
    assert "Zoë" in text


def test_the_words_are_made_only_when_they_are_wanted(capsys):
    emit(True, [], lambda: 1 / 0)
    assert capsys.readouterr().out == "[]\n"


def test_every_command_takes_json_under_one_name():
    @click.command()
    @json_option
    def made_up(as_json: bool) -> None: ...

    (option,) = made_up.params
    assert (option.name, option.opts, option.is_flag) == ("as_json", ["--json"], True)


cell = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=8)


@given(st.lists(st.tuples(cell, cell), max_size=6))
def test_columns_begin_at_the_same_place_on_every_line(rows):
    lines = table(("first", "second"), rows).splitlines()
    assert len(lines) == len(rows) + 1
    start = lines[0].index("second")
    assert [line[start:] for line in lines[1:]] == [second for _, second in rows]


def test_no_line_of_a_table_ends_in_spaces():
    assert table(("a", "b"), [("long enough", ""), ("", "x")]) == "a            b\nlong enough\n             x"


def test_a_path_is_shown_as_one_would_type_it(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert clear_path(tmp_path / "node" / "keys") == "node/keys"
    assert clear_path("/elsewhere/file") == "/elsewhere/file"


def test_a_long_example_is_broken_where_it_can_still_be_copied():
    said = example(
        "easement share --node dwp --agreement meals.yaml --role benefits-officer --mode match --out meals.csv"
    )
    first, *lines = said.splitlines()
    assert first == "\b"
    assert all(line.endswith(" \\") for line in lines[:-1])
    assert all(line.startswith("  --") for line in lines[1:])
    assert " ".join(line.rstrip("\\").strip() for line in lines).startswith(
        "Example: easement share --node dwp --agree"
    )


@given(st.lists(st.from_regex(r"--[a-z]{1,12} [a-z.-]{1,20}", fullmatch=True), max_size=9))
def test_an_example_holds_the_command_it_was_given(options):
    command = " ".join(["easement share", *options])
    said = example(command).removeprefix("\b\nExample: ")
    assert said.replace(" \\\n  ", " ") == command

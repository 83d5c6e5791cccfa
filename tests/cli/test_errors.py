"""How commands end: told in words with a next step, a documented exit code, and never a trace of anyone's data."""

import contextlib
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import click
import pytest

from easement.base import errors
from easement.base.errors import BadFile, EasementError, Problem


def every_error() -> list[type[EasementError]]:
    return [kind for name in errors.__all__ if isinstance(kind := getattr(errors, name), type) and kind is not Problem]


@pytest.mark.parametrize("kind", every_error(), ids=lambda kind: kind.__name__)
def test_an_error_is_told_in_two_lines_with_its_exit_code(run, command, kind):
    def fail(as_json):
        raise kind("the gate is shut", remedy="come back tomorrow")

    command(fail)
    told = run("made-up")
    assert told.code == kind.exit_code
    assert told.err == "error: the gate is shut\n  come back tomorrow\n"
    assert told.out == ""


@pytest.mark.parametrize("kind", every_error(), ids=lambda kind: kind.__name__)
def test_with_json_the_error_is_data_too(run, command, kind):
    def fail(as_json):
        raise kind("the gate is shut", where="a.yaml:3:1", remedy="come back tomorrow")

    command(fail)
    told = run("made-up", "--json")
    said = json.loads(told.out)
    assert told.code == said["exit_code"] == kind.exit_code
    assert (said["error"], said["where"], said["remedy"]) == ("the gate is shut", "a.yaml:3:1", "come back tomorrow")


def test_every_problem_of_a_file_is_told_with_its_place_and_mend(run, command):
    def fail(as_json):
        raise BadFile(
            "the agreement has 2 problems", [Problem("a.yaml:2:1", "one"), Problem("a.yaml:9:3", "two", "mend")]
        )

    command(fail)
    assert run("made-up").err.splitlines()[1:] == ["a.yaml:2:1: one", "a.yaml:9:3: two", "  mend"]
    assert json.loads(run("made-up", "--json").out)["problems"][1] == {
        "where": "a.yaml:9:3",
        "what": "two",
        "mend": "mend",
    }


def test_an_error_nobody_foresaw_shows_its_kind_and_nobodys_data(run, command):
    def fail(as_json):
        raise ValueError("Jane Example, 9434765919")

    command(fail)
    for words in (["made-up"], ["made-up", "--json"]):
        told = run(*words)
        assert told.code == 1
        assert "ValueError at easement.cli.root" in told.err
        assert "Jane" not in told.err + told.out
        assert "9434765919" not in told.err + told.out
        assert "Traceback" not in told.err


def test_whoever_debugs_sees_the_whole_error(run, command, monkeypatch):
    def fail(as_json):
        raise ValueError("the whole of it")

    command(fail)
    monkeypatch.setenv("EASEMENT_DEBUG", "1")
    with pytest.raises(ValueError, match="the whole of it"):
        _unguarded("made-up")


def _unguarded(word: str) -> None:
    from easement.cli.root import main

    main([word])


def test_a_file_that_cannot_be_used_is_named(run, command, tmp_path):
    def fail(as_json):
        (tmp_path / "absent" / "list.csv").read_bytes()

    command(fail)
    told = run("made-up")
    assert told.code == 1
    assert told.err.startswith(f"error: cannot use `{tmp_path}/absent/list.csv`: no such file or directory\n")


def test_an_exit_code_that_a_command_returns_is_kept(run, command):
    command(lambda as_json: 10)
    assert run("made-up").code == 10


@pytest.mark.parametrize(
    ("words", "near"),
    [(["agrement"], "easement agreement"), (["leger"], "easement ledger"), (["law", "lst"], "easement law list")],
)
def test_a_command_misspelt_is_met_with_the_near_one(run, words, near):
    told = run(*words)
    assert told.code == 2
    assert f"no such command `{words[-1]}`" in told.err
    assert f"did you mean `{near}`?" in told.err


def test_an_option_misspelt_is_met_with_the_near_one(run):
    told = run("law", "list", "--knd", "power")
    assert told.code == 2
    assert "no such option `--knd`" in told.err
    assert "`--kind`" in told.err


def test_a_word_like_nothing_is_sent_to_the_help(run):
    assert run("zzzz").err == "error: no such command `zzzz`\n  see: easement --help\n"


def test_wrong_usage_is_data_too(run):
    said = json.loads(run("init", "--json").out)
    assert said == {
        "error": "missing argument `DIRECTORY`",
        "where": "",
        "remedy": "see: easement init --help",
        "exit_code": 2,
    }


def test_a_command_left_unfinished_shows_its_help(run):
    told = run("law")
    assert told.code == 2
    assert "Commands:" in told.err
    assert told.out == ""


def test_what_is_stopped_by_hand_says_so(run, command):
    def stop(as_json):
        raise KeyboardInterrupt

    command(stop)
    told = run("made-up")
    assert told.code == 1
    assert told.err.strip() == "stopped"
    assert told.out == ""


def test_a_question_left_unanswered_is_a_stop(run, command):
    def stop(as_json):
        raise click.Abort

    command(stop)
    assert run("made-up").err == "stopped\n"


EASEMENT = Path(sys.executable).with_name("easement")


def test_a_reader_that_has_seen_enough_is_no_error():
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, "w") as gone:
        ended = subprocess.run(
            [EASEMENT, "law", "list", "--kind", "power", "--json"], stdout=gone, stderr=subprocess.PIPE
        )
    assert ended.stderr == b""
    assert ended.returncode == 1


def test_a_signal_while_waiting_for_input_says_stopped(tmp_path):
    pipe = tmp_path / "never.yaml"
    os.mkfifo(pipe)
    running = subprocess.Popen(
        [EASEMENT, "standard", "check", pipe],
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # whoever runs tests may have it ignored
    )
    with pipe.open("wb"):  # opens once the command has opened its end: it is reading now
        while running.poll() is None:  # one that falls into a clean-up of the interpreter's own is passed over
            running.send_signal(signal.SIGINT)
            with contextlib.suppress(subprocess.TimeoutExpired):
                running.wait(2)
    _, told = running.communicate()
    assert told.strip() == b"stopped"
    assert running.returncode == 1

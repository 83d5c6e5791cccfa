"""The whole story, told in a folder of its own: everything that it promises is in what it sums up."""

import contextlib
import csv
import io
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from easement.cli.root import main
from easement.demo.asking import MEALS, ROLL, SHORT
from easement.demo.telling import Teller, typed

PEOPLE = 500
CODES = {
    "purpose.never-for",
    "purpose.not-agreed",
    "role.not-entitled",
    "training.missing",
    "person.not-named",
    "subjects.list-refused",
    "limit.day-reached",
    "agreement.not-in-force",
}


def run(*words: str) -> tuple[int, str, str]:
    """One command as typed: its exit code, and what stood on stdout and stderr."""
    out, said = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(said), pytest.raises(SystemExit) as ended:
        main(list(words))
    return int(ended.value.code or 0), out.getvalue(), said.getvalue()


@pytest.fixture(scope="module")
def place(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("demo") / "small town"


@pytest.fixture(scope="module")
def told(place):
    """The story, told once for this file."""
    code, out, said = run("demo", "--dir", str(place), "--people", str(PEOPLE), "--seed", "3", "--json")
    assert code == 0, said
    return json.loads(out) | {"said": said}


def test_the_story_is_told_to_its_end(told):
    assert told["people"] == PEOPLE
    assert told["next"].endswith("easement ledger show --node department --last 12")
    assert len(told["steps"]) > 30


def test_every_file_named_at_the_end_is_there(told):
    assert told["open"]
    assert all(Path(file).is_file() for file in told["open"])


def test_every_step_ends_as_its_kind_of_step_does(told):
    codes = {step["exit_code"] for step in told["steps"]}
    assert codes == {0, 1, 10, 12}
    assert all(step["commands"] for step in told["steps"])


def test_data_crosses_in_every_way_there_is(told, place):
    answers = {path.name for path in (place / "answers").iterdir()}
    names = ("meals.csv", "worry-police.json", "worry-trust.json", "families.csv", "counts.csv", "awards.csv")
    assert answers == {*names, *(f"{name}.receipt" for name in names)}


def test_children_without_meals_are_found_and_nobody_wrongly(told):
    meals = told["meals"]
    assert 0 < meals["given"] <= meals["entitled"]
    assert meals["right"] == meals["given"]
    assert meals["right"] >= 0.8 * meals["entitled"]


def test_a_field_withheld_is_shown_as_withheld(told):
    (asked,) = (step for step in told["steps"] if step["commands"][0].startswith("easement ask"))
    assert "withheld: national_insurance_number, because the agreement does not name it" in asked["told"]


def test_requests_are_refused_for_every_promised_reason(told):
    assert len(told["refusals"]) == 9
    assert set().union(*(refusal["codes"] for refusal in told["refusals"])) >= CODES
    assert all(refusal["codes"] for refusal in told["refusals"])


def test_the_clash_of_purposes_is_named(told):
    (step,) = (step for step in told["steps"] if "immigration-enforcement" in " ".join(step["commands"]))
    assert any("the two clash" in line for line in step["told"])


def test_what_is_refused_leaves_no_file(told, place):
    assert not list(place.glob("answers/refused*"))
    assert not list(place.glob("answers/unlogged*"))


def test_tampering_is_caught_and_the_damaged_place_named(told):
    caught = {line for step in told["caught"] for line in step["told"]}
    assert any(re.match(r"tile/entries/\S+: the bundle does not hold entry \d+ as it was published", c) for c in caught)
    assert any(re.match(r"database, entry \d+: the entry is not the one that was published", c) for c in caught)
    assert any("the file is not the one that was disclosed" in c for c in caught)


def test_nothing_is_released_while_the_ledger_is_damaged(told):
    (step,) = (step for step in told["steps"] if step["exit_code"] == 1)
    assert step["title"] == "What cannot be recorded is not released"


def test_every_ledger_is_sound_in_the_end(told, place):
    for office in ("department", "northtown", "trust", "police", "harbour", "university"):
        assert run("ledger", "fsck", "--node", str(place / office))[0] == 0


def test_the_auditor_needs_the_receipt_the_key_and_one_file(told, place):
    auditor = place / "auditor"
    assert {path.name for path in auditor.iterdir()} == {"meals.csv.receipt", "log.vkey", "verifier.py", "changed.csv"}
    words = [sys.executable, "-I", "verifier.py", "meals.csv.receipt", "--key", "log.vkey", "--data", "changed.csv"]
    assert subprocess.run(words, cwd=auditor, env={}, capture_output=True, check=False).returncode == 12


def test_the_pack_holds_disclosures_and_refusals(told, place):
    with (place / "evidence" / "entries.csv").open(newline="") as file:
        types = {row["type"] for row in csv.DictReader(file)}
    assert {"gate:disclosure:released", "gate:disclosure:refused", "gate:disclosure:intended"} <= types


def test_pseudonyms_hide_the_reference_and_counts_hide_few(told, place):
    with (place / "answers" / "awards.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert all(re.fullmatch(r"[0-9a-f]{32}", row["claim_reference"]) for row in rows)
    assert all(re.fullmatch(r"\d{4}", row["date_of_birth"]) for row in rows if row["date_of_birth"])
    with (place / "answers" / "counts.csv").open(newline="") as file:
        people = [row["people"] for row in csv.DictReader(file)]
    assert "*" in people
    assert all(count == "*" or int(count) % 5 == 0 for count in people)


def test_the_story_is_plain_where_nobody_watches(told):
    assert "\x1b" not in told["said"]
    assert "$ easement share $MEALS --role receptionist" in told["said"]


def test_a_second_time_in_the_same_folder_is_refused_and_says_how(told, place):
    before = (place / "answers" / "meals.csv").read_bytes()
    code, _, said = run("demo", "--dir", str(place), "--people", str(PEOPLE))
    assert code == 2
    assert "holds an earlier demo" in said
    assert "--fresh" in said
    assert (place / "answers" / "meals.csv").read_bytes() == before


def test_fresh_starts_anew(tmp_path):
    place = tmp_path / "town"
    for extra in ((), ("--fresh",)):
        code, out, said = run("demo", "--dir", str(place), "--people", str(PEOPLE), "--seed", "4", "--json", *extra)
        assert code == 0, said
    assert json.loads(out)["seed"] == 4


@pytest.mark.parametrize("extra", [(), ("--fresh",)])
def test_a_folder_that_no_demo_made_is_never_removed(tmp_path, extra):
    (tmp_path / "thesis.txt").write_text("years of work")
    code, _, said = run("demo", "--dir", str(tmp_path), *extra)
    assert code == 2
    assert "no demo made" in said
    assert (tmp_path / "thesis.txt").read_text() == "years of work"


def test_a_step_that_fails_ends_the_story(tmp_path, monkeypatch):
    monkeypatch.setattr("easement.demo.world.agreement", lambda *_, **__: "format: easement-agreement/1\n")
    code, _, said = run("demo", "--dir", str(tmp_path / "town"), "--people", str(PEOPLE))
    assert code == 11
    assert "the agreement has" in said


def test_too_few_people_make_no_story(tmp_path):
    assert run("demo", "--dir", str(tmp_path / "town"), "--people", "20")[0] == 2
    assert not (tmp_path / "town").exists()


def test_a_long_command_can_be_pasted():
    text = typed(("share", *MEALS, "--out", "a file.csv"))
    assert max(map(len, text.split("\n"))) <= 102
    assert all(line.endswith(" \\") for line in text.split("\n")[:-1])
    assert text.endswith("--out 'a file.csv'")


def test_what_has_a_short_name_is_shown_by_it():
    assert typed(("share", *MEALS, "--role", "clerk"), short=SHORT) == "easement share $MEALS --role clerk"
    assert typed(("share", *ROLL), short=SHORT) == "easement share $ROLL"


def test_a_story_on_a_stream_has_no_colour():
    stream = io.StringIO()
    teller = Teller(stream)
    teller.chapter("One", "Words " * 40)
    teller.step("Do", ["easement law\n  list"], ["done " * 40], refused=True)
    assert "\x1b" not in stream.getvalue()
    assert max(map(len, stream.getvalue().splitlines())) <= 106


def test_twins_are_never_taken_for_one_another(told):
    (refusal,) = (refusal for refusal in told["refusals"] if refusal["about"].startswith("Twins"))
    assert refusal["codes"] == ["person.ambiguous"]


def test_what_is_shown_can_be_typed(told, place):
    """The short names and a refused request, pasted into a shell as they were shown (R3.1)."""
    (names,) = (step["commands"] for step in told["steps"] if step["title"].endswith("under short names"))
    (wrong,) = (step["commands"] for step in told["steps"] if step["title"] == "For another purpose")
    call = f'{sys.executable} -c "from easement.cli.root import main; main()"'
    words = "\n".join([*names, *wrong]).replace("easement share", f"{call} share")
    ended = subprocess.run(["bash", "-uc", words], cwd=place, capture_output=True, text=True, check=False)
    assert ended.returncode == 10, ended.stderr
    assert "purpose.never-for" in ended.stdout

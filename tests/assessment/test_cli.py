"""`easement assess`, as a person meets it: from a question to a draft, on a terminal and from a file."""

import json
import re
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

from easement.assessment.answers import answers_of, check_codes
from easement.assessment.cases import worked_cases
from easement.assessment.questions import questions
from easement.base.errors import BadFile, Refused, UsageError
from easement.cli.questioning import ask_all
from easement.cli.root import easement
from easement.node.home import create_node

from .makers import LAW, MEALS, STANDARDS

FILES = ("northtown", "answers.yaml", "agreement.yaml")
"""Words that stand for files in the tests' folder."""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A council's node, and the answers in a file beside it."""
    folder = tmp_path_factory.mktemp("assess")
    create_node(folder / "northtown", "northtown")
    lines = [f"{question}: {json.dumps(answer)}" for question, answer in MEALS.items()]
    (folder / "answers.yaml").write_text("\n".join(["format: easement-answers/1", *lines, ""]))
    return folder


def run(home: Path, *words: str, **more: Any) -> Result:
    given = [str(home / word) if word in FILES else word for word in words]
    return CliRunner().invoke(easement, ["assess", *given], standalone_mode=False, **more)


def printed(home: Path, *words: str) -> Any:
    ran = run(home, *words, "--json")
    assert ran.exception is None, ran.exception
    return json.loads(ran.stdout)


def kept(home: Path, title: str) -> str:
    told = printed(home, "new", "--answers", "answers.yaml", "--node", "northtown", "--title", title)
    id_: str = told["id"]
    return id_


def test_answers_are_assessed_without_a_node_and_nothing_is_kept(home: Path) -> None:
    ran = run(home, "new", "--answers", "answers.yaml")
    assert ran.stdout.startswith("Yes: on these answers you can share this.")
    assert "Education Act 2005 s.110" in ran.stdout
    assert "Powers left: in force" in ran.stdout
    assert "nothing was kept" in ran.stderr


def test_without_a_file_or_a_terminal_there_is_nobody_to_ask(home: Path) -> None:
    assert isinstance(run(home, "new").exception, UsageError)


def test_a_kept_assessment_is_named_by_its_title_or_its_id(home: Path) -> None:
    id_ = kept(home, "Named meals")
    for name in (id_, id_[:8], "named  MEALS"):
        assert printed(home, "show", name, "--node", "northtown")["id"] == id_
    assert id_ in [line["id"] for line in printed(home, "list", "--node", "northtown")]


def test_a_name_of_two_assessments_is_not_guessed(home: Path) -> None:
    kept(home, "Twice"), kept(home, "Twice")
    ran = run(home, "show", "Twice", "--node", "northtown")
    assert "2 assessments are called `Twice`" in str(ran.exception)
    assert "there is no assessment" in str(run(home, "show", "Nowhere", "--node", "northtown").exception)


def test_the_next_version_keeps_its_title(home: Path) -> None:
    kept(home, "Versions")
    told = printed(home, "new", "--answers", "answers.yaml", "--node", "northtown", "--of", "Versions")
    assert (told["title"], told["version"]) == ("Versions", 2)
    first = printed(home, "show", "Versions", "--node", "northtown", "--revision", "1")
    assert first["version"] == 1


def test_it_goes_from_answers_to_a_draft_in_three_commands(home: Path) -> None:
    kept(home, "Three")
    assert printed(home, "conclude", "Three", "--node", "northtown")["entry"] >= 1
    ran = run(home, "draft", "Three", "--node", "northtown", "--out", "agreement.yaml")
    assert "next: easement agreement check" in ran.stderr
    assert isinstance(run(home, "conclude", "Three", "--node", "northtown").exception, Refused)


def test_a_file_that_is_there_is_not_written_over(home: Path) -> None:
    kept(home, "Over")
    (home / "there.html").write_text("mine")
    ran = run(home, "show", "Over", "--node", "northtown", "--format", "html", "--out", str(home / "there.html"))
    assert "is there already" in str(ran.exception)
    assert (home / "there.html").read_text() == "mine"


@pytest.mark.parametrize(("form", "start"), [("markdown", "# Shown"), ("html", "<!DOCTYPE html>"), ("text", "Shown")])
def test_it_is_shown_as_a_page_to_print(home: Path, form: str, start: str) -> None:
    if not any(line["title"] == "Shown" for line in printed(home, "list", "--node", "northtown")):
        kept(home, "Shown")
    assert run(home, "show", "Shown", "--node", "northtown", "--format", form).stdout.startswith(start)


def test_an_impact_assessment_goes_from_draft_to_signatures(home: Path) -> None:
    kept(home, "Impact")
    at = ("Impact", "--node", "northtown")
    file = home / "impact.yaml"
    ran = run(home, "impact", "draft", *at, "--out", str(file))
    assert "to fill in: `consultation`" in ran.stderr
    early = run(home, "impact", "sign", *at, "--role", "governance-lead", "--revision", "1")
    assert isinstance(early.exception, Refused)
    lines = [
        f"{line.partition(':')[0]}: Done." if "<fill in" in line else line for line in file.read_text().splitlines()
    ]
    file.write_text("\n".join(lines) + "\n")
    assert printed(home, "impact", "save", "Impact", str(file), "--node", "northtown")["open"] == []
    for role in ("governance-lead", "senior-risk-owner"):
        ran = run(home, "impact", "sign", *at, "--role", role, "--revision", "2")
        assert ran.exception is None, ran.exception
    assert printed(home, "impact", "show", *at)["missing"] == []
    assert "## 7. Who signs?" in run(home, "impact", "show", *at, "--format", "markdown").stdout
    agreement = home / "impact-agreement.yaml"
    run(home, "draft", *at, "--out", str(agreement))
    assert "residual risk medium" in agreement.read_text()
    ran = run(home, "impact", "check", "Impact", str(agreement), "--node", "northtown")
    assert (ran.return_value, "needs a person to judge" in ran.stdout) == (11, True)


def signed(home: Path, title: str) -> None:
    """An impact assessment that is drafted, written and signed by every role."""
    at = (title, "--node", "northtown")
    file = home / f"{title}.yaml"
    run(home, "impact", "draft", *at, "--out", str(file))
    lines = [
        f"{line.partition(':')[0]}: Parents agreed." if "<fill in" in line else line
        for line in file.read_text().splitlines()
    ]
    file.write_text("\n".join(lines) + "\n")
    run(home, "impact", "save", title, str(file), "--node", "northtown")
    for role in ("governance-lead", "senior-risk-owner"):
        assert run(home, "impact", "sign", *at, "--role", role, "--revision", "2").exception is None


def test_an_impact_assessment_drafted_anew_keeps_what_people_wrote_and_tells_it(home: Path) -> None:
    kept(home, "Anew")
    signed(home, "Anew")
    same = run(home, "impact", "draft", "Anew", "--node", "northtown", "--json")
    assert (json.loads(same.stdout)["version"], "nothing changed" not in same.stderr) == (2, True)
    assert "kept as people wrote it: consultation, advice" in same.stderr
    run(home, "draft", "Anew", "--node", "northtown", "--out", str(home / "anew-agreement.yaml"))
    ran = run(
        home,
        "impact",
        "draft",
        "Anew",
        "--node",
        "northtown",
        "--agreement",
        str(home / "anew-agreement.yaml"),
        "--json",
    )
    told = json.loads(ran.stdout)
    assert told["version"] == 3
    assert told["impact"]["consultation"] == "Parents agreed."
    assert told["redraft"]["kept"] == ["consultation", "advice"]
    assert "nature" in told["redraft"]["changed"]
    assert "it was drafted before, and is now version 3; brought up to date: nature" in ran.stderr
    assert "to be signed by: governance-lead, senior-risk-owner" in ran.stderr


def test_a_file_in_the_way_of_an_impact_assessment_is_told_before_a_version_is_made(home: Path) -> None:
    kept(home, "In the way")
    there = home / "in-the-way.yaml"
    there.write_text("mine")
    ran = run(home, "impact", "draft", "In the way", "--node", "northtown", "--out", str(there))
    assert re.search("impact save --node .*northtown 'In the way' .*in-the-way.yaml", str(ran.exception))
    assert "there is no impact assessment" in str(
        run(home, "impact", "show", "In the way", "--node", "northtown").exception
    )


def test_a_draft_says_that_the_impact_assessment_waits_and_how_to_name_it_later(home: Path) -> None:
    kept(home, "Waits")
    file = home / "waits-impact.yaml"
    run(home, "impact", "draft", "Waits", "--node", "northtown", "--out", str(file))
    ran = run(home, "draft", "Waits", "--node", "northtown", "--out", str(home / "waits.yaml"))
    assert "is not named in it: it is yet to be filled in" in ran.stderr
    again = run(home, "draft", "Waits", "--node", "northtown", "--out", str(home / "waits.yaml"))
    assert re.search("impact name --node .*northtown Waits .*waits.yaml", str(again.exception))
    early = run(home, "impact", "name", "Waits", str(home / "waits.yaml"), "--node", "northtown")
    assert "is not signed yet" in str(early.exception)


def test_a_signed_impact_assessment_is_named_in_a_draft_that_people_filled_in(home: Path) -> None:
    kept(home, "Named")
    file = home / "named-agreement.yaml"
    run(home, "draft", "Named", "--node", "northtown", "--out", str(file))
    file.write_text(
        file.read_text().replace("<fill in the address of the privacy notice>", "https://northtown.example/")
    )
    signed(home, "Named")
    ran = run(home, "impact", "name", "Named", str(file), "--node", "northtown")
    assert "names DPIA" in ran.stdout
    assert "https://northtown.example/" in file.read_text()
    assert "residual risk medium" in file.read_text()
    assert "not_required" not in file.read_text()


def test_a_mistake_in_the_impact_file_is_told_with_its_line(home: Path) -> None:
    kept(home, "Mistaken")
    file = home / "mistaken.yaml"
    run(home, "impact", "draft", "Mistaken", "--node", "northtown", "--out", str(file))
    file.write_text(file.read_text().replace("severity: 3", "severity: 9", 1))
    ran = run(home, "impact", "save", "Mistaken", str(file), "--node", "northtown")
    assert isinstance(ran.exception, BadFile)
    assert "mistaken.yaml:" in str(ran.exception)


def test_the_questions_are_listed_for_who_writes_a_file(home: Path) -> None:
    told = printed(home, "questions")
    assert [each["id"] for each in told] == [each.id for each in questions()]
    assert "format: easement-answers/1" in run(home, "questions").stderr


def test_what_may_be_answered_is_listed_with_its_words(home: Path) -> None:
    shown = run(home, "questions").stdout
    assert "often (choice)\n  How often?\n    once" in shown
    assert "as-needed  Whenever a case needs it" in shown
    assert "statement (text)" in shown
    assert "one of 15 codes" not in shown
    assert "codes: easement assess questions purpose" in shown
    one = printed(home, "questions", "purpose")
    assert {each.id for each in LAW.purposes} == {each["code"] for each in one["options"]}
    assert "direct-care" in run(home, "questions", "purpose").stdout
    assert "did you mean `purpose`" in str(run(home, "questions", "purpos").exception)


def test_every_listed_answer_can_be_given(home: Path) -> None:
    for each in printed(home, "questions"):
        if each["kind"] in ("choice", "choices") and each["options"]:
            codes = [option["code"] for option in each["options"]]
            given = codes[0] if each["kind"] == "choice" else codes
            assert check_codes(answers_of({each["id"]: given}), LAW).given


def test_the_worked_cases_are_shown(home: Path) -> None:
    assert [each["id"] for each in printed(home, "cases")] == [each.id for each in worked_cases()]
    shown = run(home, "cases", "tracing-patients-for-removal").stdout
    assert "No, not as it stands." in shown
    assert "withdrawn" in shown


def test_a_worked_case_gives_answers_to_begin_with(home: Path) -> None:
    file = home / "begun.yaml"
    assert "next: easement assess new" in run(home, "cases", "warm-homes", "--out", str(file)).stderr
    assert printed(home, "new", "--answers", str(file))["result"]["giver"]["power"] == "dea_2017_s36"
    assert isinstance(run(home, "cases", "--out", str(file)).exception, UsageError)


# On a terminal


class Typist:
    """Types lines where the terminal asks, and remembers what it was asked."""

    def __init__(self, *lines: str) -> None:
        self.lines, self.asked = list(lines), list[str]()

    def __call__(self, prompt: str, **_more: Any) -> str:
        self.asked.append(prompt)
        return self.lines.pop(0) if self.lines else ""


def typed(monkeypatch: pytest.MonkeyPatch, *lines: str) -> tuple[Any, Typist]:
    typist = Typist(*lines)
    monkeypatch.setattr(click, "prompt", typist)
    return ask_all(STANDARDS), typist


def test_a_kind_of_body_is_found_by_a_word_and_then_a_number(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answers, _ = typed(monkeypatch, "zebra", "unitary", "1", "Northtown Council", "police", "1")
    assert (answers.giver, answers.giver_name, answers.receiver) == ("unitary-authority", "Northtown Council", "police")
    told = capsys.readouterr().err
    assert "nothing is called so" in told
    assert "powers left" in told


def test_a_question_mark_explains_and_an_empty_line_leaves_out(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answers, _ = typed(monkeypatch, "?", "")
    assert answers == answers_of({})
    assert "Choose the narrowest kind that fits" in capsys.readouterr().err


def test_numbers_apart_by_commas_choose_several_and_none_is_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = ["school", "", "school", "", "1, 2"]
    answers, _ = typed(monkeypatch, *lines)
    assert answers.where == ("england", "wales")
    blanks = [""] * (len([q for q in questions() if not q.when]) + 5)
    order = [q.id for q in questions() if not q.when].index("sensitive")
    answers, _ = typed(monkeypatch, *blanks[:order], "none")
    assert answers.sensitive == ()


def test_what_cannot_be_is_told_and_left_out(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answers, _ = typed(monkeypatch, "school", "x" * 300)
    assert answers.giver_name is None
    assert "giver_name" in capsys.readouterr().err
